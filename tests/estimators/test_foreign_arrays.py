"""Arrays of every make: masked cells are missing where a table may have gaps, and refused everywhere else."""

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

from glassnet import MLPClassifier, MLPRegressor, Network, TabularClassifier, TabularRegressor
from glassnet.errors import DataError, GlassnetError, WrongTypeError
from glassnet.tables import as_table
from needs import need

M = 40
A = np.random.default_rng(0).normal(size=(M, 3))
Y = (A[:, 0] > 0).astype(int)
HIDDEN = np.zeros(A.shape, bool)
HIDDEN[2, 1] = True
FIELDS = [tuple(row) for row in HIDDEN[:, [1, 0, 2]]]
pytestmark = pytest.mark.filterwarnings(
    "ignore::sklearn.exceptions.ConvergenceWarning", "ignore:the matrix subclass:PendingDeprecationWarning"
)


def mlp(**settings):
    return MLPClassifier((2,), max_iter=2, random_state=0, **settings)


def tabular():
    return TabularClassifier(hidden=2, epochs=1, random_state=0)


def network():
    return Network([3, 2, 1], seed=0)


MASKED = {
    "floats": (np.ma.array(A, mask=HIDDEN), np.where(HIDDEN, np.nan, A)),
    "whole numbers": (np.ma.array((9 * A).astype(int), mask=HIDDEN), np.where(HIDDEN, np.nan, (9 * A).astype(int))),
}


@pytest.mark.parametrize("kind", ["floats", "whole numbers"])
def test_masked_cells_of_a_table_are_missing(kind):
    masked, gaps = MASKED[kind]
    assert [as_table(masked)[j].null_count for j in range(3)] == [0, 1, 0]
    first, second = tabular().fit(masked, Y), tabular().fit(gaps, Y)
    assert first.preparation_ == second.preparation_
    np.testing.assert_array_equal(first.predict_proba(masked), second.predict_proba(gaps))


@pytest.mark.parametrize(
    "X",
    [
        {"a": np.ma.array(A[:, 0], mask=HIDDEN[:, 1]), "b": A[:, 1]},
        np.ma.array([tuple(row) for row in A], dtype=[(name, "f8") for name in "abc"], mask=FIELDS),
        np.ma.array(np.array([["u", "v"]] * M), mask=HIDDEN[:, 1:]),
        np.ma.array(np.full((M, 2), "2020-01-01", "M8[D]"), mask=HIDDEN[:, 1:]),
        np.ma.array(A.astype(object), mask=HIDDEN[:, [1, 0, 2]]),
    ],
    ids=["dict", "named fields", "text", "dates", "objects"],
)
def test_masked_cells_of_any_kind(X):
    assert as_table(X)[0].null_count == 1


def hidden(array):
    """Return an array whose first cell is masked."""
    mask = np.zeros(np.shape(array), bool)
    mask.flat[0] = True
    return np.ma.array(array, mask=mask)


REFUSE = {
    "Network.fit X": lambda: network().fit(hidden(A.T), Y[None]),
    "Network.fit Y": lambda: network().fit(A.T, hidden(Y[None])),
    "Network.fit weights": lambda: network().fit(A.T, Y[None], sample_weight=hidden(np.ones((1, M)))),
    "Network.fit validation": lambda: network().fit(A.T, Y[None], validation=(hidden(A.T), Y[None])),
    "Network.forward": lambda: network().forward(hidden(A.T)),
    "Network.gradients": lambda: network().gradients(A.T, hidden(Y[None])),
    "MLP X": lambda: mlp().fit(hidden(A), Y),
    "MLP y": lambda: mlp().fit(A, hidden(Y)),
    "MLP y of text": lambda: mlp().fit(A, hidden(np.where(Y, "yes", "no"))),
    "MLP y of numbers": lambda: MLPRegressor(hidden_layer_sizes=(2,)).fit(A, hidden(A[:, 0])),
    "MLP weights": lambda: mlp().fit(A, Y, sample_weight=hidden(np.ones(M))),
    "MLP X_val": lambda: mlp().fit(A, Y, X_val=hidden(A), y_val=Y),
    "MLP y_val": lambda: mlp().fit(A, Y, X_val=A, y_val=hidden(Y)),
    "MLP partial_fit": lambda: mlp().partial_fit(A, hidden(Y), classes=[0, 1]),
    "MLP predict": lambda: mlp().fit(A, Y).predict(hidden(A)),
    "MLP trace": lambda: mlp().fit(A, Y).trace(hidden(A)),
    "Tabular y": lambda: tabular().fit(A, hidden(Y)),
    "Tabular y_val": lambda: tabular().fit(A, Y, X_val=A, y_val=hidden(Y)),
    "Tabular y of numbers": lambda: TabularRegressor(hidden=2).fit(A, hidden(A[:, 0])),
    "Tabular pictures": lambda: tabular().fit(hidden(np.zeros((M, 2, 2, 1), np.uint8)), Y),
}


@pytest.mark.parametrize("call", REFUSE.values(), ids=REFUSE)
def test_masked_cells_elsewhere_are_refused(call):
    with pytest.raises(DataError, match=r"1 of \d+ cells are masked, the first at .0"):
        call()


def test_a_mask_that_hides_nothing_is_none():
    network().fit(np.ma.array(A.T), np.ma.array(Y[None], mask=False), epochs=1)
    mlp().fit(np.ma.array(A), np.ma.array(Y), sample_weight=np.ma.array(np.ones(M)))


def read_only(array):
    array = array.copy()
    array.flags.writeable = False
    return array


def tensor(**settings):
    need("torch")
    import torch

    return torch.tensor(A, **settings)


LIKE = {
    "objects": lambda: A.astype(object),
    "read-only": lambda: read_only(A),
    "strided": lambda: np.repeat(A, 2, axis=1)[:, ::2],
    "turned": lambda: A[::-1][::-1],
    "Fortran": lambda: np.asfortranarray(A),
    "big-endian": lambda: A.astype(">f8"),
    "longdouble": lambda: A.astype(np.longdouble),
    "subclass": lambda: A.view(type("Sub", (np.ndarray,), {})),
    "list of arrays": lambda: list(A),
    "list of Series": lambda: [pd.Series(row) for row in A],
    "tuples": lambda: tuple(map(tuple, A)),
    "tensor": tensor,
}


@pytest.mark.parametrize("make", LIKE.values(), ids=LIKE)
def test_arrays_that_hold_the_same_numbers(make):
    for model in (tabular(), mlp()):
        expected = model.fit(A, Y).predict_proba(A)
        np.testing.assert_array_equal(model.fit(make(), Y).predict_proba(make()), expected)


def test_a_memory_map(tmp_path):
    stored = np.memmap(tmp_path / "X", "f8", "w+", shape=A.shape)
    stored[:] = A
    for model in (tabular(), mlp()):
        np.testing.assert_array_equal(model.fit(stored, Y).predict(A), model.fit(A, Y).predict(stored))


@pytest.mark.parametrize(
    ("X", "told"),
    [
        (np.array(3.0), "scalar"),
        (A[0], "1D array"),
        (A[:, :, None], "dim 3"),
        (A * 1j, "omplex"),
        (np.zeros((M, 2), "V4"), ""),
        (sp.csr_array(A), "Sparse data"),
        (sp.csr_matrix(A), "Sparse data"),
        (A.view(np.matrix), "np.matrix is not supported"),
        ([[1, 2], [3]], "rows of one width"),
    ],
    ids=["scalar", "vector", "three axes", "complex", "void", "sparse array", "sparse matrix", "matrix", "ragged"],
)
def test_arrays_that_are_no_table(X, told):
    with pytest.raises(GlassnetError) as caught:
        tabular().fit(X, Y)
    assert told in str(caught.value)


def test_sparse_arrays_and_matrices_of_any_format_go_into_an_mlp():
    expected = mlp().fit(sp.csr_array(A), Y).predict_proba(A)
    for kind in (sp.csr_matrix, sp.csc_array, sp.coo_array, sp.dia_matrix, sp.lil_array):
        np.testing.assert_array_equal(mlp().fit(kind(A), Y).predict_proba(kind(A)), expected)


@pytest.mark.needs("torch")
def test_tensors_that_numpy_cannot_read_are_refused():
    import torch

    for X in (tensor(requires_grad=True), torch.empty(M, 3, device="meta")):
        for call in (tabular().fit, mlp().fit, lambda X, y: network().fit(X.T, y[None])):
            with pytest.raises(WrongTypeError, match=r"X: a torch.Tensor cannot be read as a NumPy array"):
                call(X, Y)


def test_an_error_without_words_is_named_by_its_type():
    class Broken:
        def __array__(self, *_, **__):
            raise RuntimeError

    with pytest.raises(WrongTypeError, match=r"cannot be read as a NumPy array.*RuntimeError"):
        mlp().fit(Broken(), Y)


@pytest.mark.parametrize("which", ["X", "Y", "sample_weight"])
def test_what_float32_does_not_hold_is_said(which):
    """Without a RuntimeWarning, and not as if the numbers were infinite."""
    arrays = {"X": A.T, "Y": A.T[:1], "sample_weight": np.ones((1, M))}
    arrays[which] = 1e39 * (1 + np.abs(arrays[which]))
    with pytest.raises(DataError, match=rf"{which}: \d+ numbers are beyond 3.4e\+38, what float32 holds; .*float64"):
        Network([3, 2, 1], loss="squared_error", seed=0).fit(**arrays, epochs=1)


def test_numbers_near_the_ends_of_a_float_give_no_warning_in_a_table():
    for X in (A * 1e39, (A * 1e38).astype(np.float32), A * 1e300):
        assert np.isfinite(tabular().fit(X, Y).predict_proba(X)).all()
