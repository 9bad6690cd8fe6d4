"""Inspection of fitted estimators: a diagnosis names columns and classes; traces and gradient checks take rows."""

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits, load_iris, load_wine
from sklearn.exceptions import NotFittedError
from sklearn.preprocessing import StandardScaler

from glassnet import MLPClassifier, MLPRegressor, TabularClassifier, TabularRegressor, load
from shared import shared

DATA = {"digits": load_digits, "iris": load_iris, "wine": load_wine, "breast cancer": load_breast_cancer}

ONE = {"hidden": (32,), "n_networks": 1}  # no choice among stacks: fast


def scaled(name):
    X, y = DATA[name](return_X_y=True)
    return StandardScaler().fit_transform(X), y


@pytest.mark.parametrize("name", DATA)
@pytest.mark.parametrize("kind", [MLPClassifier, TabularClassifier])
def test_nothing_is_said_about_healthy_classifiers(name, kind):
    X, y = scaled(name)
    settings = {"solver": "lbfgs"} if kind is MLPClassifier else ONE
    diagnosis = kind(random_state=0, **settings).fit(X, y).diagnose(X, y)
    assert diagnosis.names == [], str(diagnosis)


@pytest.mark.parametrize(
    "model",
    [MLPRegressor(hidden_layer_sizes=(16,), solver="lbfgs", alpha=20.0, max_iter=3000), TabularRegressor(**ONE)],
)
def test_nothing_is_said_about_healthy_regressors(model):
    X, y = load_diabetes(return_X_y=True)
    X, y = StandardScaler().fit_transform(X), (y - y.mean()) / y.std()
    diagnosis = model.set_params(random_state=0).fit(X, y).diagnose(X, y)
    assert diagnosis.names == [], str(diagnosis)


TABLES = {
    "penguins.csv": ("species", TabularClassifier, []),
    "titanic.csv": ("survived", TabularClassifier, ["alive", "class", "who", "adult_male", "alone"]),
    "telco-churn.csv": ("Churn", TabularClassifier, ["customerID"]),
    "diamonds.csv": ("price", TabularRegressor, []),
}


@pytest.mark.parametrize("name", TABLES)
def test_nothing_is_said_about_healthy_tables(name):
    target, kind, without = TABLES[name]
    table = pd.read_csv(shared(f"data/{name}")).drop(columns=without).dropna(subset=[target])
    table = table.sample(min(1500, len(table)), random_state=0)
    y = table.pop(target)
    diagnosis = kind(random_state=0, **ONE).fit(table, y).diagnose(table, y)
    assert diagnosis.names == [], str(diagnosis)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_columns_are_named():
    X, y = load_wine(return_X_y=True, as_frame=True)
    model = MLPClassifier(solver="lbfgs", random_state=0).fit(X, y)
    assert '"proline"' in model.diagnose(X, y)[0].evidence


def test_classes_are_named():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(1000, 5))
    y = np.where(rng.random(1000) < 1 / (1 + np.exp(4.2 - X[:, 0])), "rare", "usual")
    finding = TabularClassifier((), random_state=0).fit(X, y).diagnose(X, y)[0]
    assert finding.evidence.startswith("Class rare has ")
    assert "always answering usual" in finding.evidence


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_sparse_rows_and_a_file_say_the_same(tmp_path):
    X, y = load_wine(return_X_y=True)
    model = MLPClassifier((8,), solver="lbfgs", random_state=0).fit(X, y)
    expected = model.diagnose(X, y).names
    assert model.diagnose(csr_matrix(X), y).names == expected == ["inputs_unscaled"]
    model.save(tmp_path / "wine.glassnet")
    again = load(tmp_path / "wine.glassnet")
    assert again.diagnose(X, y).names == expected
    assert again.diagnose().names == []


def test_other_rows_show_overfitting():
    rng = np.random.default_rng(0)
    X, noise = rng.normal(size=(400, 20)), rng.normal(size=400)
    y = np.where(X[:, 0] + noise > 0, "yes", "no")
    model = MLPClassifier((64,), solver="lbfgs", alpha=1e-5, random_state=0).fit(X[:60], y[:60])
    assert model.diagnose(X[:60], y[:60], X_val=X[60:], y_val=y[60:]).names == ["overfitting"]


MODELS = [
    MLPClassifier((6,), solver="lbfgs", random_state=0),
    TabularClassifier((6,), epochs=20, random_state=0),
    TabularClassifier((6,), epochs=20, n_networks=2, random_state=0),
    MLPRegressor(hidden_layer_sizes=(6,), solver="lbfgs", max_iter=2000, random_state=0),
    TabularRegressor((6,), epochs=20, random_state=0),
]


def fitted(model):
    X, y = (load_iris if "Classifier" in type(model).__name__ else load_diabetes)(return_X_y=True)
    X = StandardScaler().fit_transform(X)
    if "Regressor" in type(model).__name__:
        y = (y - y.mean()) / y.std()
    return model.fit(X, y), X[::20], y[::20]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: type(model).__name__)
def test_traces_take_rows_and_show_the_networks_columns(model):
    model, X, y = fitted(model)
    trace = model.trace(X, y)
    assert trace.m == len(X)
    assert trace.A[0].shape == (model.network_.architecture.sizes[0], len(X))
    outputs = trace.A[-1] if trace.A[-1].ndim == 2 else trace.A[-1].mean(axis=0)
    if hasattr(model, "predict_proba"):
        np.testing.assert_allclose(outputs.T, model.predict_proba(X), rtol=1e-4, atol=1e-6)
    assert trace.dW[1].shape == model.network_.W[1].shape
    assert model.trace(X).dW is None
    assert model.dimensions(7).ok
    check = model.check_gradients(X, y)
    assert check.ok, str(check)


def test_traces_take_sparse_rows():
    model, X, y = fitted(MLPClassifier((6,), solver="lbfgs", random_state=0))
    np.testing.assert_allclose(model.trace(csr_matrix(X), y).dW[1], model.trace(X, y).dW[1], rtol=1e-12)


@pytest.mark.parametrize("name", ["diagnose", "trace", "dimensions", "check_gradients"])
@pytest.mark.parametrize("model", [MLPClassifier(), TabularRegressor()])
def test_what_is_not_fitted_says_so(model, name):
    with pytest.raises(NotFittedError):
        getattr(model, name)(*{"trace": ([[1.0]],), "check_gradients": ([[1.0]], [1])}.get(name, ()))
