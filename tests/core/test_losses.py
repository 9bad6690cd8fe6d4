"""The values of the losses against PyTorch and scipy; and the exact form that each loss has with its own output."""

import numpy as np
import pytest
from scipy.special import kl_div

from glassnet.arrays import numpy_namespace as xp
from glassnet.core.activations import ACTIVATIONS
from glassnet.core.losses import LOSSES, full_name, losses_and_dZ
from glassnet.core.names import choose
from numeric import targets

PEERS = {  # F is torch.nn.functional
    "sigmoid_cross_entropy": lambda F, A, Y: F.binary_cross_entropy(A, Y, reduction="none"),
    "softmax_cross_entropy": lambda F, A, Y: -Y * A.log(),
    "squared_error": lambda F, A, Y: F.mse_loss(A, Y, reduction="none") / 2,
    "absolute_error": lambda F, A, Y: F.l1_loss(A, Y, reduction="none"),
    "huber": lambda F, A, Y: F.huber_loss(A, Y, reduction="none"),
    "huber(0.5)": lambda F, A, Y: F.huber_loss(A, Y, reduction="none", delta=0.5),
    "quantile": lambda F, A, Y: abs(Y - A) / 2,
    "quantile(0.8)": lambda F, A, Y: (0.8 * (Y - A)).where(Y > A, 0.2 * (A - Y)),
    "poisson": lambda F, A, Y: kl_div(Y.numpy(), A.numpy()),  # Y log(Y/A) - Y + A
}
PAIRED = [name for name, loss in LOSSES.items() if loss.paired_value]


def paired(name, Z, Y):
    """Return the losses and dZ[L] of a loss with the output that it pairs with."""
    loss = LOSSES[name]
    g = ACTIVATIONS[loss.pair]
    with xp.quiet():
        return losses_and_dZ(xp, Z, g.value(xp, Z), Y, loss, loss.pair, g)


def test_every_loss_has_a_peer():
    assert {name.partition("(")[0] for name in PEERS} == set(LOSSES)


@pytest.mark.needs("torch")
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", PEERS)
def test_value_is_that_of_the_peer(name, dtype):
    import torch

    rng = np.random.default_rng(0)
    loss = choose(LOSSES, name, "loss")[1]
    A, Y = rng.uniform(0.05, 0.95, (2, 5)).astype(dtype), targets(rng, loss.labels).astype(dtype)
    value = loss.value(xp, A, Y)
    expected = np.asarray(PEERS[name](torch.nn.functional, torch.from_numpy(A), torch.from_numpy(Y)))
    assert value.dtype == dtype
    eps = np.finfo(dtype).eps
    np.testing.assert_allclose(value, expected, rtol=16 * eps, atol=16 * eps)


@pytest.mark.parametrize("name", PAIRED)
def test_paired_value_is_the_value(name):
    rng = np.random.default_rng(0)
    loss = LOSSES[name]
    Z, Y = rng.normal(0, 3, (2, 5)), targets(rng, loss.labels)
    value, dZ = paired(name, Z, Y)
    A = ACTIVATIONS[loss.pair].value(xp, Z)
    np.testing.assert_allclose(value, loss.value(xp, A, Y), rtol=1e-13, atol=1e-13)
    np.testing.assert_array_equal(dZ, A - Y)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_sigmoid_cross_entropy_is_exact_for_huge_Z(dtype):
    # log(1 + e^z) - y z: 0 where sign and label agree, |z| where they do not
    Z, Y = np.array([[1e4, 1e4, -1e4, -1e4]], dtype), np.array([[1, 0, 1, 0]], dtype)
    value, dZ = paired("sigmoid_cross_entropy", Z, Y)
    np.testing.assert_array_equal(value, [[0, 1e4, 1e4, 0]])
    np.testing.assert_array_equal(dZ, [[0, 1, -1, 0]])


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_softmax_cross_entropy_is_exact_for_huge_Z(dtype):
    Z, Y = np.array([[1e4, 1e4], [-1e4, -1e4]], dtype), np.array([[1, 0], [0, 1]], dtype)
    value, dZ = paired("softmax_cross_entropy", Z, Y)
    np.testing.assert_array_equal(value.sum(axis=0), [0, 2e4])
    np.testing.assert_array_equal(dZ, [[0, 1], [0, -1]])


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", ["sigmoid_cross_entropy", "softmax_cross_entropy", "poisson"])
def test_value_and_slope_are_finite_at_the_ends(name, dtype):
    A, Y = np.array([[0, 1, 0, 1]], dtype), np.array([[1, 0, 0, 1]], dtype)
    for function in (LOSSES[name].value, LOSSES[name].slope):
        assert np.isfinite(function(xp, A, Y)).all()


def test_poisson_slope_is_finite_where_a_large_count_meets_a_prediction_of_zero():
    A, Y = np.zeros((1, 1), "float32"), np.full((1, 1), 1e9, "float32")
    assert np.isfinite(LOSSES["poisson"].slope(xp, A, Y)).all()


def test_huber_by_hand():
    # delta 1: at a distance of 0.5 half the square, 0.125; at 3 the line 1 * (3 - 0.5) = 2.5
    A, Y = np.array([[0.5, 3.0, -3.0]]), np.zeros((1, 3))
    np.testing.assert_array_equal(LOSSES["huber"].value(xp, A, Y), [[0.125, 2.5, 2.5]])
    np.testing.assert_array_equal(LOSSES["huber"].slope(xp, A, Y), [[0.5, 1, -1]])


@pytest.mark.parametrize(
    ("rows", "output", "expected"),
    [
        (1, None, "sigmoid_cross_entropy"),
        (3, None, "softmax_cross_entropy"),
        (3, "sigmoid", "sigmoid_cross_entropy"),
        (3, "softmax", "softmax_cross_entropy"),
    ],
)
def test_cross_entropy_is_that_of_its_output(rows, output, expected):
    assert full_name("cross_entropy", rows, output) == expected
    assert full_name("huber", rows, output) == "huber"
