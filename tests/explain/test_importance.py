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


# ---------------------------------------------------------------- what chance does
NOISE = 10  # columns that say nothing, beside one that does


def judged(m, repeats, seed, metric="rmse"):
    """Return the importance of x0, which says something, and of noise, in a model that learned a weight for each."""
    rng = np.random.default_rng(seed)
    Z = rng.normal(size=(m, NOISE + 1)) * np.r_[1.0, 0.5 * rng.normal(size=NOISE)]
    y = Z[:, 0] + rng.normal(size=m)
    costs = {
        "rmse": lambda z: np.sqrt(np.mean((y - z) ** 2)),
        "error": lambda z: np.mean((y > 0) != (z > 0)),
        "log loss": lambda z: np.logaddexp(0, np.where(y > 0, -z, z)).mean(),
    }
    cost, whole = costs[metric], Z.sum(axis=1)
    orders = [rng.permutation(m) for _ in range(repeats)]
    columns = []
    for j, z in enumerate(Z.T):
        values = np.array([cost(whole - z + z[order]) for order in orders])
        worse = values.mean() - cost(whole)
        columns.append(explain.ColumnImportance((f"x{j}",), worse, values.std(ddof=1), values.mean()))
    columns.sort(key=lambda each: -each.mean)
    return explain.Importance(metric, cost(whole), False, m, repeats, columns)


@pytest.mark.parametrize("metric", ["rmse", "error", "log loss"])
@pytest.mark.parametrize(("m", "repeats"), [(20, 5), (50, 20), (200, 5)])
def test_noise_is_rarely_said_to_matter(m, repeats, metric):
    """In 1 of 20 tables; of 200 tables more than 20 would be 3.2 standard deviations too many."""
    found = [judged(m, repeats, seed, metric).certain for seed in range(200)]
    wrong = sum(any(each.columns != ("x0",) for each in certain) for certain in found)
    assert wrong <= 20


def test_by_the_error_of_the_mean_noise_would_matter_in_most_tables():
    """Three standard errors of the mean over the shuffles are no rule: the rows as they are are one draw more."""
    found = [judged(50, 20, seed).columns for seed in range(100)]
    wrong = [any(c.mean > 3 * c.deviation / np.sqrt(20) for c in columns if c.columns != ("x0",)) for columns in found]
    assert np.mean(wrong) > 0.5


def test_what_says_something_is_found_where_rows_are_enough():
    shares = [
        np.mean([("x0",) in [each.columns for each in judged(m, repeats, seed).certain] for seed in range(50)])
        for m, repeats in ((300, 20), (300, 5), (20, 20))
    ]
    assert shares[0] > 0.98
    assert shares[0] >= shares[1] > 0.9
    assert shares[2] < 0.6  # 20 rows allow no more


def test_few_shuffles_are_never_certain():
    assert judged(1000, 4, 0).certain == []
    assert judged(1000, 4, 0).sentence.startswith(
        "no column is certain to matter on 1000 rows: without `x0` the rmse rises"
    )


def test_a_network_that_learned_noise_says_so():
    """Every column is noise, and the network has learned them by heart; its new rows show that none of them matters."""
    certain = []
    for seed in range(6):
        rng = np.random.default_rng(seed)
        X, new = (pd.DataFrame(rng.normal(size=(40, 6)), columns=list("abcdef")) for _ in range(2))
        model = TabularRegressor([4], **{**QUICK, "epochs": 60}).fit(X, rng.normal(size=40))
        certain += explain.importance(model, new, rng.normal(size=40)).certain
    assert len(certain) <= 1


def test_a_column_is_shuffled_more_often_where_rows_are_few():
    model, X, y = classifier()
    assert explain.importance(model, X, y).repeats == 20
    assert explain.importance(model, X, y, repeats=3).repeats == 3
