"""Sparse X goes through the same equations, and gives what dense X gives."""

import sys
from types import ModuleType

import numpy as np
import pytest
from scipy import sparse

from glassnet.arrays.sparse_columns import SparseColumns, is_sparse
from glassnet.backends.registry import BACKENDS
from glassnet.errors import DataError, ShapeError
from glassnet.network import Network

RNG = np.random.default_rng(0)
X = sparse.random(30, 50, 0.1, format="csc", random_state=0)
Y = (RNG.random((1, 50)) < 0.5).astype(float)


@pytest.mark.parametrize("lead", [(), (3,)])
def test_products_are_those_of_the_dense_matrix(lead):
    columns = SparseColumns.of(X, np.float64)
    W, dZ = RNG.normal(size=(*lead, 4, 30)), RNG.normal(size=(*lead, 4, 50))
    np.testing.assert_allclose(W @ columns, W @ X.toarray())
    np.testing.assert_allclose(dZ @ columns.mT, dZ @ X.toarray().T)
    assert (W @ columns).shape == (*lead, 4, 50)
    nothing = columns[..., :0]
    assert (W @ nothing).shape == (*lead, 4, 0)
    np.testing.assert_array_equal(dZ[..., :0] @ nothing.mT, np.zeros((*lead, 4, 30)))


def test_samples_are_chosen_by_slice_and_by_number():
    columns = SparseColumns.of(X, np.float32)
    assert columns.shape == (30, 50)
    assert columns.dtype == np.float32
    for which in (slice(3, 9), np.array([7, 1, 1])):
        np.testing.assert_allclose(columns[..., which].toarray(), X.toarray()[:, which], rtol=1e-6)


@pytest.mark.parametrize("k", [None, 2])
@pytest.mark.parametrize("form", [sparse.csc_matrix, sparse.csr_array])
@pytest.mark.parametrize("settings", [{"batch_size": 16, "epochs": 3, "optimizer": "adam"}, {"iterations": 5}])
def test_a_network_trains_alike_on_both(settings, form, k):
    dense, thin = (Network([30, 5, 1], seed=1, dtype="float64", n_networks=k) for _ in range(2))
    J = dense.fit(X.toarray(), Y, l2=0.1, **settings).cost
    np.testing.assert_allclose(thin.fit(form(X), Y, l2=0.1, **settings).cost, J)
    np.testing.assert_allclose(thin.vector, dense.vector)
    np.testing.assert_allclose(thin.forward(form(X)), dense.forward(X.toarray()))
    np.testing.assert_allclose(thin.gradients(form(X), Y).vector, dense.gradients(X.toarray(), Y).vector)


@pytest.mark.parametrize("engine", [name for name in BACKENDS if name != "numpy"])
def test_other_engines_leave_it_to_numpy(engine):
    history = Network([30, 5, 1], seed=1).fit(X, Y, iterations=2, engine=engine)
    assert history.engine == "numpy"
    assert "sparse" in history.choice


def test_lbfgs_takes_sparse_columns():
    assert Network([30, 5, 1], seed=1).fit(X, Y, optimizer="lbfgs", iterations=5).cost[-1] < 0.7


def test_what_does_not_fit_is_refused():
    net = Network([30, 5, 1], seed=1)
    with pytest.raises(ShapeError, match=r"expected shape \(30, m\).*got \(50, 30\), sparse"):
        net.forward(X.T)
    broken = X.copy()
    broken.data[3] = np.nan
    with pytest.raises(DataError, match="not every number is finite"):
        net.forward(broken)


def test_arrays_are_arrays_while_another_thread_imports_scipy(monkeypatch):
    monkeypatch.setitem(sys.modules, "scipy.sparse", ModuleType("scipy.sparse"))  # begun, and empty as yet
    assert not is_sparse(np.ones((2, 3)))
