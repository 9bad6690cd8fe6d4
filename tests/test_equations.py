"""The equations on their own: worked by hand, for one network and a stack, and agreeing with the network."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet import Network, equations
from glassnet.core.activations import ACTIVATIONS


def deep(seed=0, m=6, lead=()):
    """Draw X, Y, W and b of a 3-5-4-2 network, and its activations."""
    rng = np.random.default_rng(seed)
    sizes = [3, 5, 4, 2]
    W = [None, *(rng.normal(size=(*lead, n, n_prev)) for n_prev, n in pairwise(sizes))]
    b = [None, *(rng.normal(size=(*lead, n, 1)) for n in sizes[1:])]
    return rng.normal(size=(3, m)), rng.integers(0, 2, (2, m)), W, b, ["relu", "leaky_relu(0.2)", "sigmoid"]


def test_one_unit_forward_and_backward_by_hand():
    # two features, two samples: Z = 1*[1 2] + (-1)*[0 1] + 0.5 = [1.5 1.5]
    A_prev, W, b = np.array([[1.0, 2.0], [0.0, 1.0]]), np.array([[1.0, -1.0]]), np.array([[0.5]])
    np.testing.assert_array_equal(equations.linear_forward(A_prev, W, b), [[1.5, 1.5]])
    # dW = 1/2 [2 4] A_prevᵀ = 1/2 [2*1 + 4*2, 2*0 + 4*1], db = 1/2 (2 + 4), dA_prev = Wᵀ [2 4]
    dA_prev, dW, db = equations.linear_backward(np.array([[2.0, 4.0]]), A_prev, W)
    np.testing.assert_array_equal(dW, [[5, 2]])
    np.testing.assert_array_equal(db, [[3]])
    np.testing.assert_array_equal(dA_prev, [[2, 4], [-2, -4]])


def test_relu_passes_the_slope_where_Z_is_positive():
    Z, dA = np.array([[-1.0, 0.0, 2.0]]), np.array([[5.0, 6.0, 7.0]])
    np.testing.assert_array_equal(equations.activation_forward(Z, "relu"), [[0, 0, 2]])
    np.testing.assert_array_equal(equations.activation_backward(dA, Z, "relu"), [[0, 0, 7]])


def test_cost_and_its_slope_by_hand():
    A, Y = np.array([[0.5, 0.25]]), np.array([[1, 0]])
    # -(log 0.5 + log 0.75) / 2;  -1/0.5 and 1/0.75, without 1/m
    assert equations.cost(A, Y) == pytest.approx(-np.log(0.375) / 2, rel=1e-15)
    np.testing.assert_allclose(equations.cost_backward(A, Y), [[-2, 4 / 3]], rtol=1e-15)
    # squared error: (0.25 + 0.0625) / 2 / 2
    assert equations.cost(A, Y, "squared_error") == 0.078125


def test_cross_entropy_of_several_rows_is_softmax_unless_said_otherwise():
    A, Y = np.array([[0.75], [0.25]]), np.array([[1], [0]])
    assert equations.cost(A, Y) == pytest.approx(-np.log(0.75), rel=1e-15)
    assert equations.cost(A, Y, "sigmoid_cross_entropy") == pytest.approx(-2 * np.log(0.75), rel=1e-15)


def test_the_equations_are_what_the_network_runs():
    X, Y, W, b, g = deep()
    net = Network([3, 5, 4, 2], g, "sigmoid_cross_entropy", dtype="float64", seed=0)
    for l in (1, 2, 3):
        net.W[l], net.b[l] = W[l], b[l]
    A, Z = equations.forward(X, W, b, g)
    dW, db = equations.backward(equations.cost_backward(A[3], Y, "sigmoid_cross_entropy"), A, Z, W, g)
    trace = net.trace(X, Y)
    assert equations.cost(A[3], Y, "sigmoid_cross_entropy") == pytest.approx(trace.cost, rel=1e-14)
    for l in (1, 2, 3):
        np.testing.assert_array_equal(Z[l], trace.Z[l])
        np.testing.assert_array_equal(A[l], trace.A[l])
        np.testing.assert_allclose(dW[l], trace.dW[l], rtol=1e-12)  # the general route beside the shortcut A - Y
        np.testing.assert_allclose(db[l], trace.db[l], rtol=1e-12)


def test_a_stack_is_the_single_networks_side_by_side():
    X, Y, W, b, g = deep(lead=(3,))
    A, Z = equations.forward(X, W, b, g)
    Y3 = np.broadcast_to(Y, A[3].shape)
    dW, db = equations.backward(equations.cost_backward(A[3], Y3, "squared_error"), A, Z, W, g)
    for k in range(3):
        W_k, b_k = ([None, *(M[k] for M in layers[1:])] for layers in (W, b))
        A_k, Z_k = equations.forward(X, W_k, b_k, g)
        slopes = equations.backward(equations.cost_backward(A_k[3], Y, "squared_error"), A_k, Z_k, W_k, g)
        assert equations.cost(A[3], Y3, "squared_error")[k] == pytest.approx(
            equations.cost(A_k[3], Y, "squared_error"), rel=1e-14
        )
        for l in (1, 2, 3):
            np.testing.assert_allclose(A[l][k], A_k[l], rtol=1e-14)
            np.testing.assert_allclose(dW[l][k], slopes[0][l], rtol=1e-12, atol=1e-15)
            np.testing.assert_allclose(db[l][k], slopes[1][l], rtol=1e-12, atol=1e-15)


def test_gradient_descent_makes_new_arrays():
    W, dW = [None, np.array([[1.0, 2.0]])], [None, np.array([[10.0, 20.0]])]
    b, db = [None, np.array([[3.0]])], [None, np.array([[30.0]])]
    new_W, new_b = equations.gradient_descent(W, b, dW, db, 0.1)
    np.testing.assert_allclose(new_W[1], [[0, 0]], atol=1e-15)
    np.testing.assert_allclose(new_b[1], [[0]], atol=1e-15)
    np.testing.assert_array_equal(W[1], [[1, 2]])
    assert new_W[0] is new_b[0] is None


def test_whole_numbers_are_taken_as_real_ones():
    X, W, b = np.array([[1, 2]]), [None, np.array([[1]])], [None, np.array([[0]])]
    A, _ = equations.forward(X, W, b, ["sigmoid"])
    np.testing.assert_allclose(A[1], 1 / (1 + np.exp([[-1.0, -2.0]])), rtol=1e-15)


def test_float32_stays_float32():
    X, Y, W, b, g = deep()
    X, W, b = X.astype("float32"), *([None, *(M.astype("float32") for M in layers[1:])] for layers in (W, b))
    A, Z = equations.forward(X, W, b, g)
    dW, db = equations.backward(equations.cost_backward(A[3], Y.astype("float32"), "squared_error"), A, Z, W, g)
    assert {M.dtype.name for M in [*A, *Z[1:], *dW[1:], *db[1:]]} == {"float32"}


@given(st.sampled_from([name for name, g in ACTIVATIONS.items() if g.slope]), st.integers(0, 2**16))
def test_activation_backward_is_linear_in_dA(name, seed):
    rng = np.random.default_rng(seed)
    Z, dA, dB = rng.normal(size=(3, 2, 4))
    apart = 2 * equations.activation_backward(dA, Z, name) - equations.activation_backward(dB, Z, name)
    np.testing.assert_allclose(equations.activation_backward(2 * dA - dB, Z, name), apart, rtol=1e-12, atol=1e-13)


def test_callers_keep_their_own_floating_point_warnings():
    with np.errstate(all="raise"):
        before = np.geterr()
        assert equations.activation_forward(np.array([[-1e4]], "float32"), "sigmoid") == 0
        assert equations.cost(np.array([[0.0]]), np.array([[1]])) > 700
        assert np.isfinite(equations.cost_backward(np.array([[0.0]]), np.array([[1]])))
        assert np.geterr() == before
