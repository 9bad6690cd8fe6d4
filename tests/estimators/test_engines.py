"""Every estimator trains on the engine that it is given: the same results, and one sentence where it cannot."""

import numpy as np
import pytest
from sklearn.base import clone

from glassnet import MLPClassifier, MLPRegressor, TabularClassifier, TabularRegressor, load
from glassnet.backends import backend
from glassnet.backends.registry import BACKENDS
from glassnet.errors import MissingLibraryError, SettingError, UnknownNameError
from needs import engines

needs_torch = pytest.mark.needs("torch")

draw = np.random.default_rng(0)
X = draw.normal(size=(90, 4))
CLASSES = (X[:, 0] * X[:, 1] > 0) + 1 * (X[:, 2] > 0)
NUMBERS = X[:, 0] * X[:, 1] - X[:, 2]
SEVERAL = np.stack([X[:, 0] > 0, X[:, 1] > X[:, 2]], axis=1).astype(int)
ESTIMATORS = {
    "classes": (MLPClassifier, CLASSES, {}),
    "two classes": (MLPClassifier, CLASSES > 0, {"activation": "tanh", "alpha": 0.1}),
    "several labels": (MLPClassifier, SEVERAL, {"solver": "sgd", "learning_rate": "invscaling"}),
    "held out": (MLPClassifier, CLASSES, {"early_stopping": True, "max_iter": 30, "learning_rate_init": 0.05}),
    "numbers": (MLPRegressor, NUMBERS, {"activation": ["gelu"], "batch_size": 16}),
    "huber": (MLPRegressor, NUMBERS, {"loss": "huber", "solver": "sgd", "nesterovs_momentum": False}),
}


def fitted(kind, engine, **more):
    """Return an MLP estimator of `ESTIMATORS` after some epochs on float64 rows."""
    estimator, y, options = ESTIMATORS[kind]
    options = {"hidden_layer_sizes": (7,), "max_iter": 6, "random_state": 3, "tol": 0} | options | more
    return estimator(engine=engine, **options).fit(X, y)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("engine", engines("numpy"))
@pytest.mark.parametrize("kind", ESTIMATORS)
def test_the_results_are_numpys(kind, engine):
    model, expected = fitted(kind, engine), fitted(kind, "numpy")
    assert [each.network_.record["engine"] for each in (model, expected)] == [engine, "numpy"]
    np.testing.assert_allclose(model.network_.vector, expected.network_.vector, rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(model.loss_curve_, expected.loss_curve_, rtol=1e-8)
    assert (model.n_iter_, model.t_) == (expected.n_iter_, expected.t_)
    np.testing.assert_allclose(model.predict(X).astype(float), expected.predict(X).astype(float), rtol=1e-8)


@needs_torch
def test_passes_one_by_one_are_numpys():
    models = [MLPClassifier((7,), random_state=3, engine=engine) for engine in ("torch", "numpy")]
    for model in models:
        for part in np.array_split(np.arange(len(X)), 3):
            model.partial_fit(X[part], CLASSES[part], classes=[0, 1, 2])
    np.testing.assert_allclose(models[0].network_.vector, models[1].network_.vector, rtol=1e-8, atol=1e-10)


@needs_torch
@pytest.mark.parametrize("networks", [1, 3])
@pytest.mark.parametrize(("estimator", "y"), [(TabularClassifier, CLASSES), (TabularRegressor, NUMBERS)])
def test_tables_and_their_stacks_are_numpys(estimator, y, networks):
    options = {"hidden": [6, 5], "epochs": 4, "batch_size": 16, "dropout": 0.2, "random_state": 0}
    models = [estimator(n_networks=networks, engine=engine, **options).fit(X, y) for engine in ("torch", "numpy")]
    assert [model.history_.engine for model in models] == ["torch", "numpy"]
    vectors = [model.network_.vector for model in models]  # float32: as near as its rounding lets them
    np.testing.assert_allclose(*vectors, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(models[0].history_.cost, models[1].history_.cost, rtol=1e-5)


@needs_torch
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_bfloat16_takes_float32_rows():
    model = MLPClassifier((7,), precision="bfloat16", max_iter=2, random_state=0).fit(X.astype(np.float32), CLASSES)
    assert (model.network_.record["engine"], model.network_.dtype) == ("torch", np.float32)
    with pytest.raises(SettingError, match="float32 network; got float64"):
        clone(model).fit(X, CLASSES)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("engine", [name for name in BACKENDS if name != "numpy"])
def test_lbfgs_runs_on_numpy(engine):
    model = fitted("numbers", engine, solver="lbfgs")
    assert model.network_.record["engine"] == "numpy"
    np.testing.assert_array_equal(model.network_.vector, fitted("numbers", "numpy", solver="lbfgs").network_.vector)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("estimator", [MLPClassifier, MLPRegressor])
def test_the_settings_are_scikit_learns_kind(estimator, tmp_path):
    model = estimator(engine="numpy", device="cpu", max_iter=2, random_state=0)
    assert clone(model).get_params() == model.get_params()
    assert model.set_params(precision="full", engine="auto").engine == "auto"
    model.set_params(engine="numpy").fit(X, CLASSES).save(tmp_path / "model.glassnet")
    assert load(tmp_path / "model.glassnet").get_params() == model.get_params() | {"hidden_layer_sizes": [100]}


@pytest.mark.parametrize("estimator", [MLPClassifier, MLPRegressor, TabularClassifier, TabularRegressor])
@pytest.mark.parametrize(("options", "error", "told"), [
    ({"engine": "tourch"}, UnknownNameError, r"unknown engine 'tourch' \(did you mean 'torch'\?\)"),
    ({"device": "cudda"}, UnknownNameError, r"did you mean 'cuda'"),
    ({"precision": "bf16"}, UnknownNameError, r"did you mean 'bfloat16'"),
    ({"engine": "numpy", "device": "cuda"}, SettingError, "device='cuda' needs engine='torch' or 'auto'; got engine="),
    ({"engine": "numpy", "precision": "bfloat16"}, SettingError, "precision='bfloat16' needs engine='torch' or"),
])  # fmt: skip
def test_what_cannot_be_met_is_refused(estimator, options, error, told):
    with pytest.raises(error, match=told):
        estimator(**options).fit(X, CLASSES)


def test_an_engine_is_a_name():
    with pytest.raises(SettingError, match=r"'engine' parameter of MLPClassifier must be an instance of 'str'. Got 3"):
        MLPClassifier(engine=3).fit(X, CLASSES)


@pytest.mark.parametrize("estimator", [MLPClassifier, TabularClassifier])
def test_without_torch_one_sentence_says_how_to_get_it(estimator, monkeypatch):
    monkeypatch.setattr(backend, "is_installed", lambda name: name != "torch")
    with pytest.raises(MissingLibraryError, match=r'pip install "torch>='):
        estimator(engine="torch").fit(X, CLASSES)
