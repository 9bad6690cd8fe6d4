"""Sparse rows train as dense ones do, and never become dense as a whole."""

import subprocess
import sys

import numpy as np
import pytest
from scipy import sparse
from sklearn.datasets import load_digits

from glassnet import MLPClassifier, MLPRegressor

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

X, Y = load_digits(return_X_y=True)
X, Y = np.where(X > 10, X / 16, 0.0)[:600], Y[:600]
SETTINGS = {
    "batches": {"batch_size": 64},
    "whole": {"batch_size": 600, "solver": "sgd", "learning_rate_init": 0.1},
    "lbfgs": {"solver": "lbfgs"},
    "stopping": {"early_stopping": True},
    "stack": {"n_networks": 3, "dropout": 0.2},
    "smoothed": {"label_smoothing": 0.1, "class_weight": "balanced", "solver": "adamw", "clip_norm": 1.0},
    "native": {"engine": "native"},
}


@pytest.mark.parametrize("form", [sparse.csr_matrix, sparse.csc_array])
@pytest.mark.parametrize("kind", SETTINGS)
def test_sparse_is_dense_to_rounding(kind, form):
    settings = {"hidden_layer_sizes": (8,), "max_iter": 4, "random_state": 0, **SETTINGS[kind]}
    dense, thin = (MLPClassifier(**settings).fit(f(X), Y) for f in (np.asarray, form))
    np.testing.assert_allclose(thin.loss_curve_, dense.loss_curve_, rtol=1e-9)
    np.testing.assert_allclose(thin.predict_proba(form(X)), dense.predict_proba(X), rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(thin.predict_proba(X), dense.predict_proba(X), rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(thin.hidden_values(form(X), 1), dense.hidden_values(X, 1), rtol=1e-6, atol=1e-9)


def test_weights_and_float32():
    weights = np.random.default_rng(0).integers(0, 3, len(X))
    settings = {"hidden_layer_sizes": (8,), "max_iter": 3, "random_state": 0}
    rows = sparse.csr_array(X.astype(np.float32))
    thin = MLPRegressor(**settings).fit(rows, Y, weights)
    dense = MLPRegressor(**settings).fit(X.astype(np.float32), Y, weights)
    assert thin.network_.dtype == thin.predict(rows).dtype == np.float32
    np.testing.assert_allclose(thin.loss_curve_, dense.loss_curve_, rtol=1e-4)


def test_partial_fit():
    thin, dense = (MLPClassifier((8,), random_state=0) for _ in range(2))
    for part in np.array_split(np.arange(600), 3):
        thin.partial_fit(sparse.csr_array(X[part]), Y[part], classes=np.arange(10))
        dense.partial_fit(X[part], Y[part], classes=np.arange(10))
    np.testing.assert_allclose(thin.predict_proba(X), dense.predict_proba(X), rtol=1e-6)


WIDE = """
import warnings
from pathlib import Path
import numpy as np
from scipy.sparse import csr_matrix
from glassnet import MLPClassifier
warnings.simplefilter("ignore")
rng = np.random.default_rng(0)
m, n, filled = 20_000, 50_000, 100
X = csr_matrix((rng.random(m * filled), rng.integers(0, n, m * filled), np.arange(m + 1) * filled), (m, n))
MLPClassifier((20,), batch_size=2000, max_iter=2, early_stopping=True).fit(X, rng.integers(0, 2, m)).predict(X)
print(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0])
"""


@pytest.mark.needs("linux")  # which counts peak memory in kilobytes
def test_a_wide_table_stays_small():
    kilobytes = subprocess.run([sys.executable, "-c", WIDE], capture_output=True, text=True, check=True).stdout
    assert int(kilobytes) < 1_000_000  # dense it would be 8 GB
