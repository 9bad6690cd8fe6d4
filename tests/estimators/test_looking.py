"""trace, dimensions and gradient check of fitted estimators: rows in, the network's columns out."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from sklearn.datasets import load_diabetes, load_iris
from sklearn.exceptions import NotFittedError
from sklearn.preprocessing import StandardScaler

from glassnet import MLPClassifier, MLPRegressor, TabularClassifier, TabularRegressor

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
def test_rows_in_columns_out(model):
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


def test_sparse_rows():
    model, X, y = fitted(MLPClassifier((6,), solver="lbfgs", random_state=0))
    np.testing.assert_allclose(model.trace(csr_matrix(X), y).dW[1], model.trace(X, y).dW[1], rtol=1e-12)


@pytest.mark.parametrize("name", ["trace", "dimensions", "check_gradients"])
@pytest.mark.parametrize("model", [MLPClassifier(), TabularRegressor()])
def test_what_is_not_fitted_says_so(model, name):
    with pytest.raises(NotFittedError):
        getattr(model, name)(*{"trace": ([[1.0]],), "check_gradients": ([[1.0]], [1])}.get(name, ()))
