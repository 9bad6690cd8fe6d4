"""What formulas are compared with: the code's slopes are those of the cost; the evaluator computes as NumPy does."""

import numpy as np
import pytest

from glassnet import Network
from glassnet.lessons.formulas.evaluation import Evaluator, MisfitError, Place
from glassnet.lessons.formulas.network import HIDDEN, SmallNetwork
from glassnet.lessons.formulas.reader import read
from glassnet.lessons.formulas.targets import truth

NETWORK = SmallNetwork(3, 3, "tanh", False, False)
AT = Place(2, 1)


def value(text, at=AT):
    return Evaluator(NETWORK, at)(read(f"J = {text}").rights[0])


@pytest.mark.parametrize("hidden", HIDDEN)
@pytest.mark.parametrize("L", [1, 2, 4])
def test_the_codes_slopes_are_those_by_differences(hidden, L):
    network = SmallNetwork(7, L, hidden, False, False)
    for l in range(1, L + 1):
        for letter in ("W", "b", "Z", "A"):
            slope = getattr(network, f"d{letter}")[l]
            np.testing.assert_allclose(network.differences(letter, l), slope, rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(network.differences("A", 0), network.dA[0], rtol=1e-7, atol=1e-9)


def test_the_network_is_that_of_the_library():
    sizes = [int(n) for n in NETWORK.n]
    net = Network(sizes, activations="tanh", loss="sigmoid_cross_entropy", dtype="float64", seed=1)
    for l in (1, 2, 3):
        net.W[l][...], net.b[l][...] = NETWORK.W[l], NETWORK.b[l]
    assert float(net.cost(NETWORK.X, NETWORK.Y)) == pytest.approx(float(NETWORK.J), rel=1e-12)


def test_sizes_are_all_different():
    for seed in range(20):
        network = SmallNetwork(seed, 3, "relu", False, False)
        assert len({*network.n, network.m}) == 5


def test_expressions_are_computed_as_by_numpy():
    W, A, b, dZ, X, Y = NETWORK.W[2], NETWORK.A, NETWORK.b[2], NETWORK.dZ, NETWORK.X, NETWORK.Y
    m = NETWORK.m
    for text, expected in {
        "W[l] @ A[l-1] + b[l]": W @ A[1] + b,
        "1/m dZ[l] A[l-1]^T": dZ[2] @ A[1].T / m,
        "-Y/A[L] + (1 - Y)/(1 - A[L])": -Y / A[3] + (1 - Y) / (1 - A[3]),
        "2^3^2": 2.0**9,
        "-2^2": -4.0,
        "1 - 2 - 3": -4.0,
        "8/4/2": 1.0,
        "1/2 m": m / 2,
        "e^-1": np.exp(-1),
        r"\frac{1}{1 + e^{-m}}": 1 / (1 + np.exp(-m)),
        "np.sum(A[l], axis=1)": A[2].sum(axis=1),
        "np.sum(A[l], axis=0, keepdims=True)": A[2].sum(axis=0, keepdims=True),
        "A[l].sum()": A[2].sum(),
        "np.maximum(0, A[l] - 0.1)": np.maximum(0, A[2] - 0.1),
        "A[l](i)": A[2][:, [1]],
        "Σ_i x(i)": X.sum(axis=1, keepdims=True),
        "log A[L](i)": np.log(A[3][:, [1]]),
        "W.T.dot(dZ)": W.T @ dZ[2],
        "1 if m > 2 else 0": 1.0,
        "tanh'(m)": 1 - np.tanh(m) ** 2,
    }.items():
        np.testing.assert_allclose(value(text), expected, err_msg=text)


def test_shapes_that_do_not_fit_are_an_error():
    for text in ("W[l] A[l]", "W[l] * A[l]", "A[l] + Y", "np.dot(A[l], A[l])", "np.sum(b, axis=2)"):
        with pytest.raises(MisfitError):
            value(text)


def test_the_slope_of_a_function_is_compared_with_its_differences():
    left = read("tanh'(z) = 1").left
    found = truth(left, NETWORK, Place(1))
    np.testing.assert_allclose(found.differences, found.code, rtol=1e-6, atol=1e-9)
