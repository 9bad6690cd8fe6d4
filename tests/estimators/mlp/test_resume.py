"""An MLP estimator resumes to the bit: after a file as without it, after Ctrl-C or a kill as if neither had been."""

import warnings

import numpy as np
import pytest
from scipy.sparse import csr_array
from sklearn.datasets import load_iris
from sklearn.preprocessing import scale

import glassnet
from glassnet import MLPClassifier, MLPRegressor
from glassnet.errors import ModelFileError
from shared import saved_and_loaded

pytestmark = [
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
    pytest.mark.filterwarnings("ignore:Training interrupted"),
]

X, Y = load_iris(return_X_y=True)
X = scale(X)
SPARSE = csr_array(np.where(np.abs(X) < 0.5, 0, X))
BASE = {"hidden_layer_sizes": (6,), "max_iter": 12, "random_state": 0, "batch_size": 40, "engine": "numpy"}
SETTINGS = {
    "adam": {},
    "sgd, adaptive": {"solver": "sgd", "learning_rate": "adaptive", "n_iter_no_change": 1, "learning_rate_init": 0.3},
    "sgd, inverse scaling": {"solver": "sgd", "learning_rate": "invscaling", "learning_rate_init": 0.3},
    "stopping early": {"early_stopping": True, "learning_rate_init": 0.02, "n_iter_no_change": 4, "max_iter": 40},
    "dropout": {"dropout": 0.3, "solver": "adamw"},
    "in order": {"shuffle": False},
    "a schedule": {"schedule": "cosine"},
    "a stack": {"n_networks": 2, "early_stopping": True},
    "whole batch": {"batch_size": 150},
    "lbfgs": {"solver": "lbfgs"},
}
BY_STEPS = ["adam", "sgd, adaptive", "sgd, inverse scaling", "dropout", "in order"]


def made(name, **more):
    return MLPClassifier(**{**BASE, **SETTINGS[name], **more})


def assert_same(model, twin):
    np.testing.assert_array_equal(model.network_.vector, twin.network_.vector)
    for name in ("loss_curve_", "validation_scores_", "best_validation_score_", "n_iter_", "t_", "loss_", "best_loss_"):
        assert getattr(model, name) == getattr(twin, name), name
    assert (model._learning_rate, model._no_improvement_count) == (twin._learning_rate, twin._no_improvement_count)


def fit(model, rows=X, **more):
    """Fit; be Ctrl-C after `at` epochs."""
    at = more.pop("at", None)
    with pytest.MonkeyPatch.context() as patched:
        from glassnet.estimators.mlp import monitor

        original = monitor.TrainingMonitor.__call__

        def interrupting(self, progress):
            ends = original(self, progress)
            if progress.moment == "epoch" and progress.epoch == at:
                raise KeyboardInterrupt
            return ends

        patched.setattr(monitor.TrainingMonitor, "__call__", interrupting)
        return model.fit(rows, Y, **more)


@pytest.mark.parametrize("keep", [False, True])
@pytest.mark.parametrize("name", SETTINGS)
def test_a_warm_start_after_a_file_is_one_without_it(path, name, keep):
    model = made(name, warm_start=True, resume=keep).fit(X, Y)
    loaded = saved_and_loaded(model, path)
    for each in (model, loaded):
        each.fit(X, Y).fit(X, Y)
    assert_same(loaded, model)


@pytest.mark.parametrize("name", BY_STEPS)
def test_partial_fit_after_a_file_is_one_without_it(path, name):
    model = made(name).partial_fit(X, Y, classes=[0, 1, 2])
    loaded = saved_and_loaded(model.partial_fit(X[:90], Y[:90]), path)
    for each in (model, loaded):
        each.partial_fit(X, Y).partial_fit(X[60:], Y[60:])
    assert_same(loaded, model)


def test_a_random_state_that_is_an_object_is_kept(path):
    model = made("adam", random_state=np.random.RandomState(5), warm_start=True).fit(X, Y)
    loaded = saved_and_loaded(model, path)
    for each in (model, loaded):
        each.fit(X, Y)
    assert_same(loaded, model)


@pytest.mark.parametrize("rows", [X, SPARSE], ids=["dense", "sparse"])
@pytest.mark.parametrize("name", SETTINGS)
def test_a_fit_that_ctrl_c_cut_off_is_taken_to_its_end(path, name, rows):
    whole = made(name).fit(rows, Y)
    assert whole.n_iter_ > 5
    model = fit(made(name), rows, at=5)
    assert model.n_iter_ == 5
    for each in (saved_and_loaded(model, path), model):
        each.set_params(warm_start=True, resume=True)
        assert_same(fit(each, rows), whole)


def test_it_may_be_cut_off_again_and_again(path):
    whole, model = made("stopping early").fit(X, Y), made("stopping early")
    for at in (2, 3, 7):
        model = saved_and_loaded(fit(model, at=at), path).set_params(warm_start=True, resume=True)
    assert_same(model.fit(X, Y), whole)


def test_other_rows_or_settings_are_a_warm_start(path):
    model = saved_and_loaded(fit(made("adam"), at=5), path).set_params(warm_start=True, resume=True)
    assert fit(model, 2 * X).n_iter_ == 12
    model = glassnet.load(path).set_params(warm_start=True, resume=True, alpha=1)
    assert fit(model).n_iter_ == 12
    assert fit(glassnet.load(path).set_params(warm_start=True)).n_iter_ == 12


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("name", SETTINGS)
def test_a_checkpoint_is_an_estimator_that_resumes(path, name, monkeypatch):
    whole, kept = made(name).fit(X, Y), []
    save = MLPClassifier.save

    def noted(self, path, **more):
        save(self, path, **more)
        kept.append(path.read_bytes())

    monkeypatch.setattr(MLPClassifier, "save", noted)
    assert_same(fit(made(name), checkpoint=path, every=3), whole)
    assert_same(glassnet.load(path), whole)
    assert len(kept) > 4
    for content in kept[: -1 : len(kept) // 4]:  # the last is that of the end
        path.write_bytes(content)
        cut = glassnet.load(path)
        assert cut.predict(X).shape == Y.shape
        assert_same(fit(cut.set_params(warm_start=True, resume=True)), whole)


def test_a_rest_that_is_none_is_refused(path, monkeypatch):
    model = fit(made("adam"), at=5)
    for change in ({"draws": -1}, {"data": "x"}, {"settings": 5}, {"random_state": {}}, {"more": 1}):
        document = {**model._rest.to_document(), **change}
        monkeypatch.setattr(type(model._rest), "to_document", lambda self, document=document: document)
        model.save(path)
        with pytest.raises(ModelFileError, match="damaged"):
            glassnet.load(path)
        monkeypatch.undo()


def test_a_regressor_goes_on_too(path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        whole = MLPRegressor(**BASE).fit(X, X[:, 0])
        model = saved_and_loaded(MLPRegressor(**BASE).fit(X, X[:, 0]), path).set_params(warm_start=True)
    twin = MLPRegressor(**BASE, warm_start=True).fit(X, X[:, 0])
    for each in (model, twin):
        each.fit(X, X[:, 0])
    assert_same(model, twin)
    assert whole.n_iter_ == 12


@pytest.mark.parametrize("name", BY_STEPS)
def test_resume_needs_no_warm_start_and_is_one_long_training(name):
    whole = made(name, max_iter=8, tol=0, n_iter_no_change=99).fit(X, Y)
    parts = made(name, max_iter=4, tol=0, n_iter_no_change=99, resume=True).fit(X, Y).fit(X, Y)
    np.testing.assert_array_equal(parts.network_.optimizer_state["t"], whole.network_.optimizer_state["t"])
    assert parts.t_ == whole.t_
    assert parts.loss_curve_[:4] == whole.loss_curve_[:4]
    assert parts.loss_curve_[4:] != parts.loss_curve_[:4]
