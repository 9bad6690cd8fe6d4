"""Contributions add up, are those of the linear model, and those that shap finds."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from explained import QUICK, classifier, embedded, linear, product, regressor, rows_of, table
from glassnet import MLPClassifier, Network, TabularClassifier, explain
from glassnet.errors import DataError, UnknownNameError, WrongTypeError


def values(result):
    return {each.column: each.value for each in result.columns}


@pytest.mark.parametrize("from_mean", [False, True])
def test_of_a_linear_model_they_are_weight_times_distance_from_the_mean(from_mean):
    model, X, _ = linear()
    for i, found in enumerate(explain.contributions(model, rows_of(X, np.arange(5)), X, from_mean=from_mean, rows=300)):
        assert found.base == pytest.approx(3 * X["a"].mean() - 2 * X["b"].mean() + 1, rel=1e-4)
        assert values(found)["a"] == pytest.approx(3 * (X["a"][i] - X["a"].mean()), abs=1e-3)
        assert values(found)["b"] == pytest.approx(-2 * (X["b"][i] - X["b"].mean()), abs=1e-3)
        assert values(found)["c"] == pytest.approx(0, abs=1e-3)
        assert abs(found.error) < 1e-9


@pytest.mark.parametrize(
    "made",
    [classifier, embedded, lambda: classifier(classes=3), regressor, lambda: regressor((4,), loss="poisson"), product],
)
@pytest.mark.parametrize("from_mean", [False, True])
def test_they_add_up_to_the_prediction(made, from_mean):
    model, X, _ = made()
    some = rows_of(X, np.arange(6))
    results = explain.contributions(model, some, X, from_mean=from_mean)
    if hasattr(model, "classes_"):
        answers, names = model.predict_proba(some).max(axis=1), model.predict(some)
        assert [each.answer.name for each in results] == list(names)
    else:
        answers = model.predict(some)
    for each, answer in zip(results, answers, strict=True):
        assert each.value == pytest.approx(answer)
        total = each.base + sum(values(each).values())
        assert total == pytest.approx(answer, abs=1e-3 * abs(answer))
        assert each.value - total == pytest.approx(each.error, abs=1e-9)
        assert each.compared == (1 if from_mean else len(X["a"][:100]))


@given(st.integers(0, 10**6), st.sampled_from(["relu", "tanh", "gelu", "selu"]), st.integers(1, 3))
def test_they_add_up_whatever_the_weights(seed, activation, networks):
    X = table(30)
    y = np.where(np.arange(30) % 2, "yes", "no")
    model = TabularClassifier([6, 5], activation, n_networks=networks, **QUICK).fit(X, y)
    rng = np.random.default_rng(seed)
    model.network_.vector[...] = rng.normal(0, 0.7, model.network_.vector.shape)
    (found,) = explain.contributions(model, rows_of(X, [3]), X, output="yes")
    assert abs(found.error) <= 1e-3 * max(found.value, found.base)


def test_the_base_is_the_mean_answer_to_the_others():
    model, X, _ = classifier()
    (found,) = explain.contributions(model, rows_of(X, [0]), X, output="no")
    assert found.base == pytest.approx(model.predict_proba(X)[:, 0].mean())


def test_a_row_like_all_others_gets_nothing():
    model, X, _ = regressor()
    same = rows_of(X, [3] * 5)
    (found,) = explain.contributions(model, rows_of(X, [3]), same)
    assert set(values(found).values()) == {0.0}
    assert "no column differs" in found.sentence


@pytest.mark.long
@pytest.mark.needs("shap")
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("made", [linear, lambda: regressor(())])
def test_they_are_shapley_values_where_effects_add_up(made):
    import shap

    model, X, _ = made()
    frame = pd.DataFrame(X)
    words = {name: pd.factorize(frame[name]) for name in frame.select_dtypes(exclude="number")}
    codes = frame.assign(**{name: found[0] for name, found in words.items()}).to_numpy(float)

    def answer(rows):
        cells = pd.DataFrame(rows, columns=frame.columns)
        return model.predict(cells.assign(**{name: found[1][cells[name].astype(int)] for name, found in words.items()}))

    masker = shap.maskers.Independent(codes[:40], 40)
    theirs = shap.explainers.Permutation(answer, masker)(codes[40:46]).values
    results = explain.contributions(model, frame.iloc[40:46], frame.iloc[:40])
    ours = np.array([[values(each)[name] for name in frame] for each in results])
    np.testing.assert_allclose(ours, theirs, atol=1e-6 * np.abs(model.predict(frame)).max())


@pytest.mark.long
@pytest.mark.needs("shap")
@pytest.mark.filterwarnings("ignore")
def test_they_are_near_shapley_values_of_a_product():
    """Of two columns that act together each gets one half by both rules."""
    import shap

    model, X, _ = product()
    frame = pd.DataFrame(X)
    background, some = frame.iloc[:60].to_numpy(), frame.iloc[60:80]
    answer = lambda rows: model.predict(pd.DataFrame(rows, columns=frame.columns))  # noqa: E731
    theirs = shap.explainers.Permutation(answer, shap.maskers.Independent(background, 100))(some.to_numpy()).values
    results = explain.contributions(model, some, frame.iloc[:60])
    ours = np.array([[values(each)[name] for name in frame] for each in results])
    np.testing.assert_allclose(ours, theirs, atol=0.08)
    assert np.corrcoef(ours.ravel(), theirs.ravel())[0, 1] > 0.98


def test_they_print_in_80_columns():
    rng = np.random.default_rng(0)
    X = {f"a long name of a column, number {j}": rng.choice([f"a long cell {'x' * 60}", "b"], 60) for j in range(25)}
    model = TabularClassifier([3], **QUICK).fit(X, np.arange(60) % 2)
    text = str(explain.contributions(model, rows_of(X, [0]), X)[0])
    assert max(map(len, text.splitlines()[1:])) <= 80
    assert "5 others" in text


def test_refusals():
    model, X, _ = classifier()
    with pytest.raises(DataError, match="at least 2 rows to compare with"):
        explain.contributions(model, X, rows_of(X, [0]))
    with pytest.raises(UnknownNameError, match="unknown output 'yess'"):
        explain.contributions(model, X, X, output="yess")
    with pytest.raises(WrongTypeError, match="got Network"):
        explain.contributions(Network([2, 1]), X, X)
    with pytest.raises(WrongTypeError, match="got MLPClassifier"):
        explain.contributions(MLPClassifier(), X, X)
    pictures = np.zeros((8, 4, 4), np.uint8) + np.arange(8, dtype=np.uint8)[:, None, None]
    seen = TabularClassifier([2], **QUICK).fit(pictures, np.arange(8) % 2)
    with pytest.raises(DataError, match="trained on pictures"):
        explain.contributions(seen, pictures, pictures)
    from sklearn.exceptions import NotFittedError

    with pytest.raises(NotFittedError):
        explain.contributions(TabularClassifier(), X, X)
