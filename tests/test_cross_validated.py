"""Cross-validation of a model's settings: by rows, by groups, in time."""

import numpy as np
import pytest

from glassnet import TabularClassifier, TabularRegressor, errors, scoring
from glassnet.scoring import cross_validated
from glassnet.tables import as_table

RNG = np.random.default_rng(0)
X = RNG.normal(size=(120, 2))
LABELS = np.where(X[:, 0] > 0.8, "yes", "no")
FAST = {"preset": "fast", "epochs": 20, "random_state": 0, "n_networks": 2}


def test_every_row_is_scored_once_by_a_model_that_did_not_see_it():
    result = cross_validated(TabularClassifier(**FAST), as_table(X), LABELS, 4)
    assert [each.rows for each in result.folds] == [30] * 4
    accuracy = [each.values["accuracy"] for each in result.folds]
    assert result.mean["accuracy"] == pytest.approx(np.mean(accuracy))
    assert result.deviation["accuracy"] == pytest.approx(np.std(accuracy, ddof=1))
    assert (
        result.mean["accuracy"] > result.baseline["always 'no'"]["accuracy"] == pytest.approx(np.mean(LABELS == "no"))
    )
    shares = [np.sum(each.confusion, axis=1)[1] for each in result.folds]
    assert np.ptp(shares) <= 1  # classes in their shares


def folds(model, y, k, **more):
    return scoring._folds(model, y, k, more.get("groups"), more.get("times"))


def test_groups_stay_together():
    groups = np.repeat(np.arange(20), 6)
    for train, test in folds(TabularClassifier(**FAST), LABELS, 5, groups=groups):
        assert not set(groups[train]) & set(groups[test])
    result = cross_validated(TabularClassifier(**FAST), as_table(X), LABELS, 3, groups=groups)
    assert sum(each.rows for each in result.folds) == 120


def test_what_comes_later_is_never_learned():
    times = RNG.permutation(120)
    parts = folds(TabularRegressor(**FAST), X[:, 0], 5, times=times)
    assert all(times[train].max() < times[test].min() for train, test in parts)
    assert [len(test) for _, test in parts] == [20] * 5
    result = cross_validated(TabularRegressor(**FAST), as_table(X), X[:, 0], 2, times=times)
    assert set(result.baseline) == {"the mean", "the median"}


def test_too_many_folds():
    with pytest.raises(errors.SettingError, match="at least 2; got 1"):
        cross_validated(TabularClassifier(**FAST), as_table(X), LABELS, 1)
    with pytest.raises(errors.DataError, match="too few for 200 folds"):
        cross_validated(TabularClassifier(**FAST), as_table(X), LABELS, 200)
    with pytest.raises(errors.DataError, match="groups are too few"):
        cross_validated(TabularClassifier(**FAST), as_table(X), LABELS, 5, groups=np.repeat([0, 1], 60))
    rare = np.array(["a"] * 119 + ["b"])
    with pytest.raises(errors.DataError, match="'b' is in one of 3 folds only"):
        cross_validated(TabularClassifier(**FAST), as_table(X), rare, 3)
