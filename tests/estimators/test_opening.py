"""Looking inside fitted estimators: rows in, findings with the names of columns and classes out."""

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


@pytest.mark.parametrize("model", [MLPClassifier(), TabularClassifier()])
def test_what_is_not_fitted_says_so(model):
    with pytest.raises(NotFittedError):
        model.diagnose()
