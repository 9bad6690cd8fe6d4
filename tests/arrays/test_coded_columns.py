"""X kept as codes gives the numbers of the expanded matrix, and the equations give what they give for it."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse

from glassnet.arrays import coded_columns
from glassnet.arrays.coded_columns import CodedColumns, Numbers, OneHot, SparseRows, Steps
from glassnet.backends.registry import BACKENDS
from glassnet.errors import DataError, DivergedError, ShapeError
from glassnet.network import Network
from glassnet.training.position import fingerprint
from needs import engines

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
    assert len(X.numbers) == 10


def dense_bytes(X):
    return X.toarray().nbytes


Y = (RNG.random((1, M)) < 0.5).astype(float)
MASK = (RNG.random((3, 1, M)) < 0.8).astype(np.float32)
ENGINES = engines()


def networks(k, dtype):
    return (Network([len(dense()), 6, 1], seed=1, dtype=dtype, n_networks=k) for _ in range(2))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("k", [None, 3])
@pytest.mark.parametrize("engine", ENGINES)
def test_batches_of_codes_train_to_the_same_bits(engine, k, dtype, monkeypatch):
    if engine == "native":
        monkeypatch.setattr("glassnet.backends.native.stepper.EXPANDED_BYTES", 20_000)  # three steps at a time
    coded, expanded = networks(k, dtype)
    settings = {"batch_size": 96, "epochs": 3, "optimizer": "adamw", "dropout": 0.2, "l2": 0.01, "engine": engine}
    settings |= {"sample_weight": None if k is None else MASK, "device": "cpu"}
    X = CodedColumns(blocks(), "float32")
    history = coded.fit(X, Y, validation=(X, Y), **settings)
    assert history.engine == engine
    full = expanded.fit(dense(), Y, validation=(dense(), Y), **settings)
    assert_array_equal(coded.vector, expanded.vector)
    assert_array_equal(history.validation_cost, full.validation_cost)
    assert_array_equal(coded.forward(X), expanded.forward(dense()))
    assert_array_equal(coded.cost(X, Y), expanded.cost(dense(), Y))


@pytest.mark.parametrize("k", [None, 3])
@pytest.mark.parametrize("engine", ENGINES)
def test_all_samples_at_once_train_alike(engine, k):
    coded, expanded = networks(k, "float64")
    X = CodedColumns(blocks(), "float32")
    coded.fit(X, Y, iterations=4, engine=engine, device="cpu")
    expanded.fit(dense(), Y, iterations=4, engine="numpy")
    assert_allclose(coded.vector, expanded.vector, rtol=1e-9)
    assert_allclose(coded.gradients(X, Y).vector, expanded.gradients(dense(), Y).vector, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("settings", [{"batch_size": 96, "epochs": 3, "optimizer": "adam"}, {"iterations": 4}])
@pytest.mark.parametrize("engine", BACKENDS)
def test_text_beside_numbers_trains_alike_and_stays_sparse(engine, settings):
    full = dense(text=True)
    coded, expanded = (Network([len(full), 6, 1], seed=1, dtype="float64", n_networks=2) for _ in range(2))
    history = coded.fit(CodedColumns(blocks(text=True), "float32"), Y, engine=engine, **settings)
    assert history.engine == "numpy"
    expanded.fit(full, Y, **settings)
    assert_allclose(coded.vector, expanded.vector, rtol=1e-9)


def test_lbfgs_takes_codes():
    coded, expanded = networks(None, "float64")
    coded.fit(CodedColumns(blocks(), "float32"), Y, optimizer="lbfgs", iterations=3)
    expanded.fit(dense(), Y, optimizer="lbfgs", iterations=3)
    assert_allclose(coded.vector, expanded.vector, rtol=1e-6)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_run_on_codes_is_resumed_to_the_bit(engine):
    X, (through, parted) = CodedColumns(blocks(), "float32"), networks(3, "float32")
    settings = {"batch_size": 96, "optimizer": "adam", "epochs": 4, "engine": engine, "device": "cpu"}
    through.fit(X, Y, **settings)
    parted.fit(X, Y, callbacks=[lambda progress: progress.moment == "epoch" and progress.epoch == 2], **settings)
    parted.fit(CodedColumns(blocks(), "float32"), Y, resume=True, **settings)
    assert_array_equal(parted.vector, through.vector)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_run_on_codes_that_diverges_names_the_layer(engine):
    net = Network([len(dense()), 6, 1], ["relu", "identity"], "squared_error", seed=1)
    settings = {"learning_rate": 1e30, "batch_size": 96, "epochs": 2, "engine": engine, "device": "cpu"}
    with pytest.raises(DivergedError) as raised:
        net.fit(CodedColumns(blocks(), "float32"), Y * 1e9, **settings)
    assert raised.value.step


def test_a_fingerprint_tells_codes_apart():
    prints = {fingerprint(CodedColumns([OneHot(CODES, 4), Numbers(VALUES)], "float32"))}
    prints.add(fingerprint(CodedColumns([OneHot(CODES, 4), Numbers(VALUES + 1)], "float32")))
    prints.add(fingerprint(CodedColumns([OneHot(CODES[::-1], 4), Numbers(VALUES)], "float32")))
    prints.add(fingerprint(CodedColumns([OneHot(CODES, 5), Numbers(VALUES)], "float32")))
    assert len(prints) == 4
    assert fingerprint(CodedColumns(blocks(), "float32")) == fingerprint(CodedColumns(blocks(), "float32"))


def test_codes_that_do_not_fit_are_refused():
    net = next(networks(None, "float32"))
    with pytest.raises(ShapeError, match="expected shape"):
        net.forward(CodedColumns([Numbers(VALUES)], "float32"))
    broken = PART.copy()
    broken[4] = np.inf
    with pytest.raises(DataError, match="finite"):
        net.forward(CodedColumns([Numbers(VALUES), Steps(STEP, broken, 5, 0.5), *blocks()[2:]], "float32"))
