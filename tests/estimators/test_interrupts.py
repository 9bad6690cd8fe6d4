"""Ctrl-C: a fit by itself keeps the best so far and warns; one of several fits ends, and all the others with it."""

import _thread
import signal
import threading
import warnings
from contextvars import copy_context
from functools import partial

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import BaggingClassifier, VotingClassifier
from sklearn.model_selection import (
    GridSearchCV,
    cross_val_predict,
    cross_val_score,
    cross_validate,
    learning_curve,
)
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import glassnet
from glassnet import MLPClassifier, MLPRegressor, Network, SearchCV, TabularClassifier, TabularRegressor, workflows
from glassnet.errors import InterruptedWarning
from glassnet.estimators.tabular.model import TableClassifier
from glassnet.inspection.diagnosis import range_test
from glassnet.lessons import runs
from glassnet.training import several_fits

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

rng = np.random.default_rng(0)
X = rng.normal(size=(60, 3))
y = (X[:, 0] + 0.3 * rng.normal(size=60) > 0).astype(int)


def at_epoch_3(t, T, costs):
    """Be a schedule of the learning rate during which Ctrl-C comes."""
    if t >= 3:
        raise KeyboardInterrupt
    return 1.0


def at_once(t, T, costs):
    raise KeyboardInterrupt


def mlp(schedule=at_epoch_3, kind=MLPClassifier, **settings):
    return kind(hidden_layer_sizes=(4,), max_iter=6, schedule=schedule, random_state=0, **settings)


def tabular(schedule=at_epoch_3, kind=TabularClassifier, **settings):
    return kind(**{"hidden": 4, "epochs": 6, "schedule": schedule, "random_state": 0, **settings})


@pytest.fixture
def hears_ctrl_c():
    """Let Ctrl-C raise KeyboardInterrupt, also where the tests run in the background and are deaf to it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


# ---------------------------------------------------------------- by itself
@pytest.mark.parametrize("make", [mlp, tabular])
@pytest.mark.parametrize("wrap", [lambda net: net, clone, lambda net: make_pipeline(StandardScaler(), net)])
def test_a_fit_by_itself_keeps_the_best_so_far_and_warns(make, wrap):
    with pytest.warns(InterruptedWarning, match="interrupted by user; the best .* so far") as warned:
        model = wrap(make()).fit(X, y)
    net = model[-1] if hasattr(model, "steps") else model
    assert net.network_.record["epochs"] == 3
    assert model.predict(X).shape == y.shape
    assert hasattr(model, "steps") or warned[0].filename == __file__


@pytest.mark.parametrize("make", [mlp, tabular])
def test_so_does_a_regressor_within_a_transformed_target(make):
    kind = MLPRegressor if make is mlp else TabularRegressor
    with pytest.warns(InterruptedWarning):
        model = TransformedTargetRegressor(make(kind=kind)).fit(X, X[:, 0])
    assert np.isfinite(model.predict(X)).all()


@pytest.mark.parametrize("settings", [{}, {"early_stopping": True}, {"solver": "sgd"}])
def test_what_was_kept_is_saved(settings, tmp_path):
    with pytest.warns(InterruptedWarning):
        model = mlp(**settings).fit(X, y)
    model.save(tmp_path / "model.glassnet")
    np.testing.assert_array_equal(glassnet.load(tmp_path / "model.glassnet").predict_proba(X), model.predict_proba(X))


@pytest.mark.parametrize("settings", [{}, {"early_stopping": True}])
def test_steps_of_an_epoch_that_was_cut_off_are_kept_too(settings):
    schedule = lambda t, T, costs: at_epoch_3(3 if t > 0.5 else 0, T, costs)  # noqa: E731
    with pytest.warns(InterruptedWarning):
        model = mlp(schedule, batch_size=10, engine="numpy", **settings).fit(X, y)  # it asks for a rate step by step
    assert (model.n_iter_, model.network_.record["steps"]) == (0, 4)
    assert model.predict(X).shape == y.shape


@pytest.mark.parametrize("make", [mlp, tabular])
def test_where_no_step_was_taken_nothing_happened(make):
    model = make(at_once)
    before = dict(vars(model))
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, y)
    assert vars(model) == before
    model = make("constant").fit(X, y)
    before = dict(vars(model))
    with pytest.raises(KeyboardInterrupt):
        model.set_params(schedule=at_once).fit(X[:, :2], 1 - y)
    assert vars(model) == {**before, "schedule": at_once}
    assert model.predict(X).shape == y.shape
    assert model.set_params(schedule="constant").fit(X[:, :2], y).predict(X[:, :2]).shape == y.shape


@pytest.mark.parametrize("make", [mlp, tabular])
def test_a_fit_that_is_refused_leaves_the_model_as_it_was(make):
    model = make("constant").fit(X, y)
    before = dict(vars(model))
    with pytest.raises(ValueError, match=r"NaN|1 class"):
        model.fit(X[:, :2], np.full(60, np.nan) if make is mlp else np.zeros(60))
    assert vars(model) == before


def test_a_kind_that_was_cut_off_counts_as_far_as_it_came():
    """The first kind is done, the second is interrupted: of both the better one is kept, and it is said."""
    for schedule in at_second(at_once), at_second(at_epoch_3):
        with pytest.warns(InterruptedWarning):
            model = TabularClassifier(preset="default", epochs=4, schedule=schedule, random_state=0).fit(X, y)
        assert [(each["kind"], each["interrupted"]) for each in model.candidates_] == [
            ("solved linear", False),
            ("linear", False),
            ("simple", True),
        ]
        assert model.was_interrupted
        assert model.predict(X).shape == y.shape


def at_second(schedule):
    """Return a schedule that lets the first training be."""
    begun = []

    def factor(t, T, costs):
        begun.extend([None] * (t == 0))
        return schedule(t, T, costs) if len(begun) > 1 else 1.0

    return factor


# ---------------------------------------------------------------- one of several
class Own(ClassifierMixin, BaseEstimator):
    """An estimator of somebody's own, with a bare network inside."""

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        self.network = Network([3, 4, 1], seed=0)
        self.network.fit(X.T, y[None], epochs=6, schedule=at_epoch_3)
        return self

    def predict(self, X):
        return self.predict_proba(X).argmax(axis=1)

    def predict_proba(self, X):
        A = self.network.forward(X.T)[0]
        return np.stack([1 - A, A], axis=1)


SEVERAL = {
    "cross_validate": lambda net: cross_validate(net, X, y, cv=3),
    "cross_val_score": lambda net: cross_val_score(net, X, y, cv=3),
    "cross_val_predict": lambda net: cross_val_predict(net, X, y, cv=3),
    "learning_curve": lambda net: learning_curve(net, X, y, cv=3),
    "a pipeline": lambda net: cross_val_score(make_pipeline(StandardScaler(), net), X, y, cv=3),
    "a grid": lambda net: GridSearchCV(net, {}, cv=3).fit(X, y),
    "the refit": lambda net: GridSearchCV(net, {}, cv=[(np.arange(30), np.arange(30, 60))]).fit(X, y),
    "bagging": lambda net: BaggingClassifier(net, n_estimators=3).fit(X, y),
    "voting": lambda net: VotingClassifier([("a", net), ("b", net)]).fit(X, y),
    "one against the rest": lambda net: OneVsRestClassifier(net).fit(X, y + (X[:, 1] > 0)),
    "calibration": lambda net: CalibratedClassifierCV(net, cv=3).fit(X, y),
    "glassnet's cross_validate": lambda net: glassnet.cross_validate(net, X, y, cv=3),
    "glassnet's cross_validate, one by one": lambda net: glassnet.cross_validate(net, X, y, cv=3, n_jobs=1),
    "glassnet's search": lambda net: SearchCV(net, {}, cv=3).fit(X, y),
}


@pytest.mark.parametrize("make", [mlp, tabular, Own])
@pytest.mark.parametrize("several", SEVERAL)
def test_one_of_several_fits_ends_them_all(several, make):
    with pytest.raises(KeyboardInterrupt):
        SEVERAL[several](make())


@pytest.mark.long
def test_a_fit_in_another_process_ends_them_all():
    with pytest.raises(KeyboardInterrupt):
        cross_val_score(mlp(), X, y, cv=2, n_jobs=2)


@pytest.mark.usefixtures("hears_ctrl_c")
def test_ctrl_c_ends_the_fits_in_other_threads(monkeypatch):
    """The signal reaches the main thread, which waits; the fits that go on in others must hear of it."""
    monkeypatch.setattr(glassnet.arrays.threads.os, "sched_getaffinity", lambda _: {0, 1}, raising=False)
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    hit = []

    def scoring(estimator, X, y):
        if not hit:
            hit.append(True)
            _thread.interrupt_main()
        return 0.0

    before = set(threading.enumerate())
    net = MLPClassifier((4,), tol=0, n_iter_no_change=np.inf, random_state=0)
    with pytest.raises(KeyboardInterrupt):
        SearchCV(net, {"max_iter": [1, 10**9]}, cv=2, scoring=scoring).fit(X, y)
    for thread in set(threading.enumerate()) - before:
        thread.join(60)
        assert not thread.is_alive()


@pytest.mark.parametrize("optimizer", ["adam", "lbfgs"])
def test_a_training_that_nobody_waits_for_ends(optimizer):
    for is_set in (False, True):
        ended, net = threading.Event(), Network([3, 4, 1], seed=0)
        if is_set:
            ended.set()
        fit = partial(net.fit, X.T, y[None], optimizer=optimizer, epochs=30)
        history = copy_context().run(several_fits.until, ended, fit)
        assert history.interrupted == is_set
        assert (history.epochs < 2) == is_set


def test_results_made_of_several_runs_end_too(monkeypatch):
    net = Network([3, 1], seed=0)
    interrupted = lambda *_: (_ for _ in ()).throw(KeyboardInterrupt)  # noqa: E731
    monkeypatch.setattr("glassnet.training.run.Run.record", interrupted)
    with pytest.raises(KeyboardInterrupt):
        runs.cost_curves(net, X.T, y[None], 5, engine="numpy")
    with pytest.raises(KeyboardInterrupt):
        range_test.range_test(
            net.architecture, X.T, y[None].astype(float), optimizer="adam", alpha=0.01, batch_size=None, seed=0
        )


# ---------------------------------------------------------------- from files to files
def test_a_training_from_a_file_says_that_it_was_interrupted(tmp_path):
    path = tmp_path / "things.csv"
    path.write_text("a,b,label\n" + "\n".join(f"{a},{b},{'no' if a > 0 else 'yes'}" for a, b, _ in X))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        outcome = workflows.train_file(path, "label", hidden=3, epochs=6, schedule=at_epoch_3, out=tmp_path / "m")
    assert outcome.interrupted
    assert isinstance(outcome.model, TableClassifier)
    assert glassnet.load(tmp_path / "m").network_.record["interrupted"]
    before = (tmp_path / "m").read_bytes()
    with pytest.raises(KeyboardInterrupt):
        workflows.train_file(path, "label", hidden=3, schedule=at_once, out=tmp_path / "m")
    assert (tmp_path / "m").read_bytes() == before
