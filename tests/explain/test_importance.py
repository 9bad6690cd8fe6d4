"""Permutation importance: known values, scikit-learn's, noise, and columns that say the same."""

import numpy as np
import pandas as pd
import pytest
from sklearn.inspection import permutation_importance

from explained import QUICK, classifier, linear, product, regressor, rows_of
from glassnet import TabularClassifier, TabularRegressor, explain
from glassnet.errors import DataError, SettingError, UnknownNameError


def by_name(result):
    return {", ".join(each.columns): each for each in result.columns}


def test_of_a_linear_model_it_is_known():
    """Two independent draws of w x differ by w sqrt(2) deviations of x: that is the RMSE of an exact model."""
    model, X, y = linear()
    result = explain.importance(model, X, y, repeats=20)
    found = by_name(result)
    assert result.metric == "RMSE"
    assert result.value < 1e-3
    for name, weight in (("a", 3), ("b", 2)):
        assert found[name].mean == pytest.approx(weight * np.sqrt(2) * X[name].std(), rel=0.05)
        assert found[name].without == pytest.approx(found[name].mean + result.value)
    assert abs(found["c"].mean) < 1e-3
    assert [each.columns[0] for each in result.columns][-1] == "c"
    assert result.sentence.startswith(("`b` matters most: without it the RMSE rises", "`a` matters most"))


def test_what_says_nothing_matters_within_noise():
    model, X, y = product()
    found = by_name(explain.importance(model, X, y, metric="r2"))
    assert found["a"].mean > 1
    assert found["b"].mean > 1
    assert abs(found["c"].mean) < 0.02


def test_it_agrees_with_scikit_learn():
    model, X, y = regressor()
    frame = pd.DataFrame(X)[::-1]  # in another order, in which they are not known as rows of the training
    ours = by_name(explain.importance(model, frame, y[::-1], repeats=40))
    theirs = permutation_importance(
        model, frame, y[::-1], scoring="neg_root_mean_squared_error", n_repeats=40, random_state=1
    )
    for name, mean, deviation in zip(frame, theirs.importances_mean, theirs.importances_std, strict=True):
        error = np.hypot(deviation, ours[name].deviation) / np.sqrt(40)
        assert abs(ours[name].mean - mean) < 4 * error


def test_columns_that_say_the_same_are_named_and_shuffled_together():
    rng = np.random.default_rng(0)
    n = rng.integers(0, 4, 300)
    X = {"n": n, "word": np.array(["one", "two", "three", "four"])[n], "other": rng.normal(size=300)}
    y = (n > 1).astype(str)
    model = TabularClassifier([], **{**QUICK, "epochs": 40}).fit(X, y)
    apart = explain.importance(model, X, y, metric="accuracy")
    assert [each.columns for each in apart.alike] == [("n", "word")]
    assert apart.alike[0].correlation == pytest.approx(1)
    assert "`n`, `word` tell the same" in str(apart)
    joint = explain.importance(model, X, y, together=[["word", "n"]], metric="accuracy")
    assert joint.alike == []
    assert joint.columns[0].columns == ("word", "n")
    assert joint.columns[0].mean > max(each.mean for each in apart.columns)
    assert joint.columns[0].mean == pytest.approx(0.5, abs=0.1)  # as good as nothing is left
    assert joint.sentence.startswith("`word`, `n` matter most: without them the accuracy falls from ")


def test_correlation_is_that_of_pearson_for_plain_numbers():
    model, X, y = linear()
    rng = np.random.default_rng(0)
    X = X | {"b": 3 * X["a"] + 0.5 * rng.normal(size=300)}
    (pair,) = explain.importance(model, X, y).alike
    assert pair.columns == ("a", "b")
    assert pair.correlation == pytest.approx(np.corrcoef(X["a"], X["b"])[0, 1], abs=1e-3)


def test_many_categories_are_shuffled_with_the_means_of_their_targets():
    rng = np.random.default_rng(0)
    city = rng.integers(0, 400, 1500)
    X = {"city": np.char.add("c", city.astype(str)), "noise": rng.normal(size=1500)}
    y = (np.sin(city) * 10).round(3)
    model = TabularRegressor([], **{**QUICK, "epochs": 30}).fit(X, y)
    assert len(model.preparation_.columns) == 3
    result = explain.importance(model, X, y, rows=1500)
    shuffled = model.predict(X | {"city": rng.permutation(X["city"])})
    assert result.columns[0].columns == ("city",)
    assert result.columns[0].without == pytest.approx(np.sqrt(np.mean((shuffled - y) ** 2)), rel=0.05)


def test_the_metric_is_the_models_or_the_one_that_is_named():
    model, X, y = classifier()
    assert explain.importance(model, X, y).metric == "Brier score"
    assert explain.importance(model, X, y, metric="neg_log_loss").metric == "log loss"
    by_auc = TabularClassifier([3], metric="roc_auc", **QUICK).fit(X, y)
    assert explain.importance(by_auc, X, y).metric == "ROC AUC"
    assert explain.importance(regressor(loss="poisson")[0], X, np.arange(80.0)).metric == "Poisson deviance"


def test_rows_are_drawn_by_the_seed():
    model, X, y = classifier()
    X, y = rows_of(X, np.arange(80)[::-1]), y[::-1]  # in another order, so that they count as new
    results = [explain.importance(model, X, y, rows=40, seed=seed) for seed in (1, 1, 2)]
    assert results[0] == results[1] != results[2]
    assert results[0].rows == 40


def test_refusals():
    model, X, y = classifier()
    with pytest.raises(UnknownNameError, match="did you mean 'colour'"):
        explain.importance(model, X, y, together=[["color"]])
    with pytest.raises(SettingError, match="in two groups"):
        explain.importance(model, X, y, together=[["a", "b"], ["b", "colour"]])
    with pytest.raises(SettingError, match="at least 2; got 1"):
        explain.importance(model, X, y, repeats=1)
    with pytest.raises(DataError, match="inconsistent numbers of samples"):
        explain.importance(model, X, y[1:])
    with pytest.raises(SettingError, match="for numbers"):
        explain.importance(model, X, y, metric="rmse")
