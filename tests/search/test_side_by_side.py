"""Fits side by side give what fits one by one give; scikit-learn's results are kept whole."""

import numpy as np
import pytest
from scipy.stats import loguniform
from sklearn import model_selection
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, GroupKFold, RandomizedSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from glassnet import MLPClassifier, Network, SearchCV, cross_validate
from glassnet.arrays import threads
from glassnet.backends import choice
from glassnet.errors import SettingError, WrongTypeError

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

X, y = load_iris(return_X_y=True)
TIMES = ("mean_fit_time", "std_fit_time", "mean_score_time", "std_score_time")
RATES = {"learning_rate_init": [0.001, 0.01, 0.1]}


@pytest.fixture(autouse=True)
def two_cores(monkeypatch):
    """Side by side, however many cores the tests have."""
    monkeypatch.setattr(threads.os, "sched_getaffinity", lambda _: {0, 1}, raising=False)
    monkeypatch.setenv("OMP_NUM_THREADS", "2")


def net(**settings):
    return MLPClassifier((8,), max_iter=5, random_state=1, **settings)


def assert_same_results(ours, theirs):
    assert ours.keys() == theirs.keys()
    for name in ours.keys() - set(TIMES):
        np.testing.assert_array_equal(ours[name], theirs[name], err_msg=name)


@pytest.mark.parametrize("estimator", [net(), net(solver="sgd", early_stopping=True), LogisticRegression()])
def test_cross_validate_gives_scikit_learns_results(estimator):
    more = {"cv": 4, "scoring": ["accuracy", "neg_log_loss"], "return_train_score": True, "return_indices": True}
    ours = cross_validate(estimator, X, y, **more)
    theirs = model_selection.cross_validate(estimator, X, y, **more)
    assert ours.keys() == theirs.keys()
    for name in ours.keys() - {"fit_time", "score_time", "indices"}:
        np.testing.assert_array_equal(ours[name], theirs[name])
    for part in ("train", "test"):
        for a, b in zip(ours["indices"][part], theirs["indices"][part], strict=True):
            np.testing.assert_array_equal(a, b)


def test_networks_side_by_side_have_the_bits_of_networks_one_by_one():
    ours, theirs = (
        cross_validate(net(), X, y, return_estimator=True, n_jobs=n_jobs)["estimator"] for n_jobs in (None, 1)
    )
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(a.network_.vector, b.network_.vector)
        assert a.loss_curve_ == b.loss_curve_


def test_a_grid_gives_scikit_learns_results_and_best_network():
    pipeline = make_pipeline(StandardScaler(), net())
    grid = [{"mlpclassifier__" + name: values for name, values in RATES.items()}, {"mlpclassifier": [net(alpha=1)]}]
    ours = SearchCV(pipeline, grid, cv=3, return_train_score=True).fit(X, y)
    theirs = GridSearchCV(pipeline, grid, cv=3, return_train_score=True).fit(X, y)
    assert str(ours.cv_results_.pop("param_mlpclassifier")) == str(theirs.cv_results_.pop("param_mlpclassifier"))
    assert str(ours.cv_results_.pop("params")) == str(theirs.cv_results_.pop("params"))
    assert_same_results(ours.cv_results_, theirs.cv_results_)
    assert ours.best_index_ == theirs.best_index_
    assert ours.best_score_ == theirs.best_score_
    assert (ours.n_splits_, ours.multimetric_, ours.n_features_in_) == (3, False, 4)
    assert list(ours.classes_) == [0, 1, 2]
    np.testing.assert_array_equal(ours.predict_proba(X), theirs.predict_proba(X))
    assert ours.score(X, y) == theirs.score(X, y)


def test_draws_are_those_of_scikit_learns_randomized_search():
    distributions = {"learning_rate_init": loguniform(1e-3, 1e-1)}
    ours = SearchCV(net(), distributions, n_iter=3, cv=3, random_state=4).fit(X, y)
    theirs = RandomizedSearchCV(net(), distributions, n_iter=3, cv=3, random_state=4).fit(X, y)
    assert_same_results(ours.cv_results_, theirs.cv_results_)


def test_groups_and_several_scores():
    groups = np.arange(len(X)) % 6
    more = {"cv": GroupKFold(3), "scoring": ["accuracy", "neg_log_loss"], "refit": "neg_log_loss"}
    ours = SearchCV(net(), RATES, **more).fit(X, y, groups=groups)
    theirs = GridSearchCV(net(), RATES, **more).fit(X, y, groups=groups)
    assert_same_results(ours.cv_results_, theirs.cv_results_)
    assert ours.multimetric_
    scores = cross_validate(net(), X, y, groups=groups, cv=GroupKFold(3))["test_score"]
    np.testing.assert_array_equal(
        scores, model_selection.cross_validate(net(), X, y, groups=groups, cv=GroupKFold(3))["test_score"]
    )


def test_splits_may_come_from_a_generator():
    splits = ((np.arange(50, 150), np.arange(50)) for _ in range(2))
    assert len(cross_validate(net(), X, y, cv=splits)["test_score"]) == 2


class Seen(LogisticRegression):
    """Writes down what a fit sees of its surroundings."""

    def fit(self, X, y):
        self.cores_, self.fits_ = threads.cores(), choice._together.get().fits
        self.inner_ = cross_validate(LogisticRegression(), X, y, cv=2, return_estimator=True)
        return super().fit(X, y)


def test_pools_do_not_nest_and_fits_know_how_many_they_are():
    fitted = cross_validate(Seen(), X, y, cv=4, return_estimator=True)["estimator"]
    assert [(one.cores_, one.fits_) for one in fitted] == [(1, 4)] * 4
    assert (threads.cores(), choice._together.get().fits) == (2, 1)
    one_by_one = cross_validate(Seen(), X, y, cv=4, return_estimator=True, n_jobs=1)["estimator"]
    assert [one.cores_ for one in one_by_one] == [2] * 4


@pytest.mark.parametrize(
    ("estimator", "text"),
    [
        (Network([4, 3], ["softmax"]), "got Network, which has no get_params"),
        (MLPClassifier, "MLPClassifier()"),
    ],
)
def test_what_cannot_be_searched_is_refused(estimator, text):
    with pytest.raises(WrongTypeError) as raised:
        SearchCV(estimator, RATES).fit(X, y)
    assert text in str(raised.value)
    with pytest.raises(WrongTypeError):
        cross_validate(estimator, X, y)


def test_a_distribution_needs_a_number_of_draws():
    with pytest.raises(SettingError, match="n_iter"):
        SearchCV(net(), {"alpha": loguniform(1e-3, 1)}).fit(X, y)


def test_failing_fits_are_scored_as_asked_for():
    grid = {"learning_rate_init": [0.01, -1]}
    with pytest.warns(model_selection._validation.FitFailedWarning):
        search = SearchCV(net(), grid, cv=2, error_score=0).fit(X, y)
    assert search.cv_results_["mean_test_score"][1] == 0
    with pytest.raises(ValueError, match="learning_rate_init"):
        SearchCV(net(), grid, cv=2, error_score="raise").fit(X, y)
    with pytest.raises(ValueError, match="Invalid parameter 'rate'"):
        SearchCV(net(), {"rate": [1]}, cv=2).fit(X, y)
