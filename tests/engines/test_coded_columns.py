"""X kept as codes gives the numbers of the expanded matrix, and the equations give what they give for it."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse

from glassnet.engines import coded_columns
from glassnet.engines.coded_columns import CodedColumns, Numbers, OneHot, SparseRows, Steps

M = 700
RNG = np.random.default_rng(0)
STEP = RNG.integers(0, 5, M)
PART = RNG.random(M).astype(np.float32) / 2
CODES = RNG.integers(-1, 4, M)
VALUES = RNG.normal(size=(M, 2)).astype(np.float32)
TEXT = sparse.random(M, 30, 0.1, format="csr", random_state=0, dtype=np.float32)


def blocks(*, text=False):
    return [Numbers(VALUES), Steps(STEP, PART, 5, 0.5), OneHot(CODES, 4), *[SparseRows(TEXT)] * text, Numbers(VALUES)]


def dense(*, text=False):
    steps = np.where(np.arange(5) < STEP[:, None], 0.5, 0).astype(np.float32)
    steps[np.arange(M), STEP] = PART
    one_hot = (CODES[:, None] == np.arange(4)).astype(np.float32)
    return np.hstack([VALUES, steps, one_hot, *[TEXT.toarray()] * text, VALUES]).T


@pytest.fixture(autouse=True)
def few_samples_at_a_time(monkeypatch):
    monkeypatch.setattr(coded_columns, "LEAST_ROWS", 64)
    monkeypatch.setattr(coded_columns, "EXPANDED_BYTES", 64)


@pytest.mark.parametrize("text", [False, True])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("which", [slice(None), slice(3, 90), np.array([5, 1, 1, 699])])
def test_samples_are_those_of_the_expanded_matrix(which, dtype, text):
    X, full = CodedColumns(blocks(text=text), dtype), dense(text=text)
    assert X.shape == full.shape
    assert X.dtype == dtype
    some = X[..., which]
    some = some.toarray() if text else some
    assert some.dtype == dtype
    assert_array_equal(some, full[:, which])
    assert some.T.flags.c_contiguous or text
    assert_array_equal(X.toarray(), full)
    out = np.full((some.shape[1], full.shape[0]), 7, dtype)
    assert_array_equal(X.expand(which, out), full[:, which].T)


@pytest.mark.parametrize("text", [False, True])
@pytest.mark.parametrize("lead", [(), (3,)])
def test_products_are_those_of_the_expanded_matrix(lead, text):
    X, full = CodedColumns(blocks(text=text), "float64"), dense(text=text).astype(np.float64)
    W, dZ = RNG.normal(size=(*lead, 4, len(full))), RNG.normal(size=(*lead, 4, M))
    assert_allclose(W @ X, W @ full, rtol=1e-12, atol=1e-12)
    assert_allclose(dZ @ X.mT, dZ @ full.T, rtol=1e-12, atol=1e-12)
    some = X[..., 10:20]
    assert_allclose(W @ some, W @ full[:, 10:20], rtol=1e-12, atol=1e-12)
    assert_allclose(dZ[..., 10:20] @ some.mT, dZ[..., 10:20] @ full[:, 10:20].T, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("width", "kind"), [(4, np.int8), (200, np.int16), (40_000, np.int32)])
def test_codes_take_few_bytes(width, kind):
    assert OneHot(CODES, width).codes.dtype == kind


def test_codes_are_a_small_part_of_the_matrix():
    step, part = RNG.integers(0, 48, M), np.zeros(M, np.float32)
    X = CodedColumns([Steps(step, part, 48, 0.5) for _ in range(10)], "float32")
    assert X.nbytes * 30 < X.expanded_nbytes == dense_bytes(X)
    assert X.is_finite()
    part[3] = np.nan
    assert not X.is_finite()


def dense_bytes(X):
    return X.toarray().nbytes
