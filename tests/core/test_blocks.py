"""Forward passes in blocks of samples give what one pass over all of them gives, in bounded memory."""

import tracemalloc

import numpy as np
import pytest

import glassnet
from glassnet.arrays import numpy_namespace
from glassnet.core.propagation import LEAST_BLOCK, blocks

M = 2 * LEAST_BLOCK + 7


@pytest.fixture
def small_cache(monkeypatch):
    monkeypatch.setattr(numpy_namespace, "CACHE", 1)


def data(n_networks):
    rng = np.random.default_rng(0)
    net = glassnet.Network([5, 8, 3], ["tanh", "softmax"], seed=1, dtype="float64", n_networks=n_networks)
    labels = rng.integers(0, 3, M)
    return net, rng.normal(size=(5, M)), np.eye(3)[:, labels], rng.uniform(0, 2, (1, M))


@pytest.mark.parametrize("n_networks", [None, 4])
def test_forward_and_cost_in_blocks(n_networks, monkeypatch):
    net, X, Y, S = data(n_networks)
    whole = net.forward(X), net.cost(X, Y, l2=0.3), net.cost(X, Y, sample_weight=S, l1=0.2)
    monkeypatch.setattr(numpy_namespace, "CACHE", 1)
    assert len(blocks(numpy_namespace, net.parameters, M)) == 3
    np.testing.assert_allclose(net.forward(X), whole[0], rtol=0, atol=1e-14)
    np.testing.assert_allclose(net.cost(X, Y, l2=0.3), whole[1], rtol=1e-13)
    np.testing.assert_allclose(net.cost(X, Y, sample_weight=S, l1=0.2), whole[2], rtol=1e-13)


@pytest.mark.usefixtures("small_cache")
def test_a_data_set_for_every_network_of_a_stack():
    net, X, _, _ = data(4)
    X = np.stack([X, 2 * X, 3 * X, 4 * X])
    alone = glassnet.Network([5, 8, 3], ["tanh", "softmax"], dtype="float64")
    alone.vector[...] = net.vector[2]
    np.testing.assert_allclose(net.forward(X)[2], alone.forward(X[2]), rtol=0, atol=1e-14)


@pytest.mark.usefixtures("small_cache")
def test_the_blocks_cover_every_sample_once():
    net, *_ = data(None)
    for m in (1, LEAST_BLOCK, LEAST_BLOCK + 1, M):
        parts = [np.arange(m)[block] for block in blocks(numpy_namespace, net.parameters, m)]
        np.testing.assert_array_equal(np.concatenate(parts), np.arange(m))
        assert all(len(part) == LEAST_BLOCK for part in parts[:-1])


@pytest.mark.usefixtures("small_cache")
def test_the_validation_cost_of_a_run_is_the_cost_of_the_network():
    net, X, Y, _ = data(None)
    history = net.fit(X, Y, iterations=3, validation=(X, Y), engine="numpy")
    assert history.validation_cost[-1] == pytest.approx(net.cost(X, Y), rel=1e-14)


def test_memory_does_not_grow_with_the_hidden_width_times_the_samples():
    net = glassnet.Network([4, 256, 2], ["relu", "softmax"], dtype="float32", seed=0)
    X = np.ones((4, 100_000), np.float32)  # Z[1] and A[1] of all samples would take 205 MB
    Y = np.repeat([[1.0], [0.0]], X.shape[1], axis=1).astype(np.float32)
    for work in (lambda: net.forward(X), lambda: net.cost(X, Y)):
        tracemalloc.start()
        work()
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 3 * numpy_namespace.CACHE
