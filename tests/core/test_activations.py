"""The values of the activations against PyTorch, in both float types and for very large Z."""

import numpy as np
import pytest

from glassnet.arrays import numpy_namespace as xp
from glassnet.core.activations import ACTIVATIONS
from glassnet.core.names import choose

PEERS = {  # F is torch.nn.functional
    "identity": lambda F, Z: Z,
    "sigmoid": lambda F, Z: F.sigmoid(Z),
    "tanh": lambda F, Z: F.tanh(Z),
    "relu": lambda F, Z: F.relu(Z),
    "leaky_relu": lambda F, Z: F.leaky_relu(Z),
    "leaky_relu(0.2)": lambda F, Z: F.leaky_relu(Z, 0.2),
    "elu": lambda F, Z: F.elu(Z),
    "elu(alpha=0.5)": lambda F, Z: F.elu(Z, 0.5),
    "selu": lambda F, Z: F.selu(Z),
    "gelu": lambda F, Z: F.gelu(Z),
    "silu": lambda F, Z: F.silu(Z),
    "mish": lambda F, Z: F.mish(Z),
    "softplus": lambda F, Z: F.softplus(Z, threshold=1000),
    "exp": lambda F, Z: Z.exp(),
    "softmax": lambda F, Z: F.softmax(Z, dim=0),
}
HUGE = np.array([[-1e4, 1e4], [1e4, -1e4]])
LIMITS = {  # g(-10000) and g(10000); exp is meant to overflow
    **dict.fromkeys(["sigmoid", "softmax"], (0, 1)),
    **dict.fromkeys(["relu", "gelu", "silu", "mish", "softplus"], (0, 1e4)),
    "identity": (-1e4, 1e4),
    "tanh": (-1, 1),
    "leaky_relu": (-100, 1e4),
    "elu": (-1, 1e4),
    "selu": (-1.7580993408473766, 10507.009873554805),
    "exp": (0, np.inf),
}


def value(name, Z):
    with xp.quiet():
        return choose(ACTIVATIONS, name, "activation")[1].value(xp, Z)


def test_every_activation_has_a_peer():
    assert {name.partition("(")[0] for name in PEERS} == set(ACTIVATIONS) == set(LIMITS)


@pytest.mark.needs("torch")
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", PEERS)
def test_value_is_that_of_pytorch(name, dtype):
    import torch

    Z = np.random.default_rng(0).normal(0, 3, (4, 500)).astype(dtype)
    A, expected = value(name, Z), PEERS[name](torch.nn.functional, torch.from_numpy(Z)).numpy()
    assert A.dtype == dtype
    eps = np.finfo(dtype).eps
    np.testing.assert_allclose(A, expected, rtol=16 * eps, atol=8 * eps)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", LIMITS)
def test_value_for_huge_Z_is_the_limit(name, dtype):
    low, high = np.array(LIMITS[name], dtype)
    np.testing.assert_array_equal(value(name, HUGE.astype(dtype)), [[low, high], [high, low]])


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", [name for name in LIMITS if name not in {"softmax", "exp"}])
def test_slope_for_huge_Z_is_finite(name, dtype):
    g, Z = ACTIVATIONS[name], HUGE.astype(dtype)
    with xp.quiet():
        slope = g.slope(xp, Z, g.value(xp, Z))
    assert slope.dtype == dtype
    assert np.isfinite(slope).all()


def test_slope_of_relu_at_zero_is_zero():
    assert ACTIVATIONS["relu"].slope(xp, np.zeros((1, 1)), np.zeros((1, 1))) == 0


def test_softmax_columns_sum_to_one_and_ignore_a_shift():
    Z = np.random.default_rng(0).normal(0, 3, (2, 4, 6))  # a stack of two
    np.testing.assert_allclose(value("softmax", Z).sum(axis=-2), 1, rtol=1e-15)
    np.testing.assert_allclose(value("softmax", Z + 1000), value("softmax", Z), rtol=1e-12)
