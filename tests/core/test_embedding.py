"""Layer 0: its slopes against central differences, and the network against the same one of ordinary layers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glassnet import equations
from glassnet.arrays import numpy_namespace as xp
from glassnet.core import checks
from glassnet.core.architecture import Architecture, Embedding
from glassnet.core.equations import embedding_backward, embedding_forward
from glassnet.core.initializers import draw_weights
from glassnet.core.parameters import Parameters
from glassnet.core.propagation import Objective
from glassnet.errors import ModelFileError, SettingError, ShapeError
from numeric import THRESHOLD, Problem, gradient_error


def example(rng, g=2, t=3, d=4, rest=2, m=5):
    """Draw X (g t + rest, m), W (g, d, t) and b (g, d, 1)."""
    return rng.normal(size=(g * t + rest, m)), rng.normal(size=(g, d, t)), rng.normal(size=(g, d, 1))


def by_loops(X, W, b):
    """Return A of an embedding number by number."""
    g, d, t = W.shape
    A = []
    for j in range(g):
        for u in range(d):
            A.append([b[j, u, 0] + sum(W[j, u, i] * X[j * t + i, s] for i in range(t)) for s in range(X.shape[1])])
    return np.array(A + X[g * t :].tolist())


# ---------------------------------------------------------------- one layer
@pytest.mark.parametrize("rest", [0, 2])
@pytest.mark.parametrize(("g", "t", "d"), [(2, 3, 4), (1, 1, 1), (3, 4, 2)])
def test_forward_number_by_number(g, t, d, rest):
    X, W, b = example(np.random.default_rng(0), g, t, d, rest)
    np.testing.assert_allclose(embedding_forward(xp, X, W, b), by_loops(X, W, b), rtol=1e-14)
    np.testing.assert_allclose(equations.embedding_forward(X, W, b), by_loops(X, W, b), rtol=1e-14)


def test_backward_number_by_number():
    rng = np.random.default_rng(0)
    X, W, _ = example(rng)
    (g, d, t), m = W.shape, X.shape[1]
    dA = rng.normal(size=(g * d + 2, m))
    dW, db = embedding_backward(xp, dA, X, W, m)
    for j in range(g):
        for u in range(d):
            assert np.isclose(db[j, u, 0], sum(dA[j * d + u, s] for s in range(m)) / m)
            for i in range(t):
                assert np.isclose(dW[j, u, i], sum(dA[j * d + u, s] * X[j * t + i, s] for s in range(m)) / m)


# ---------------------------------------------------------------- whole networks
def embedded(stack=None, *, dropout=False, weighted=False, **penalties):
    """Draw a network of 2 groups of 3 rows into 4 units each, 2 other rows, 3 hidden units and 2 outputs."""
    rng, m = np.random.default_rng(7), 5
    architecture = Architecture.build([10, 3, 2], ["tanh", "softmax"], embedding=(2, 3, 4))
    theta = Parameters(architecture.sizes, np.dtype("float64"), stack, architecture.embedding)
    theta.vector[...] = rng.normal(0, 0.6, theta.vector.shape)
    X, Y = rng.normal(size=(8, m)), np.eye(2)[:, rng.integers(0, 2, m)]
    lead = () if stack is None else (stack,)
    D = [None, rng.integers(0, 2, (*lead, 3, m)) / 0.5 if dropout else None, None]
    S = rng.uniform(0.5, 2, (1, m)) if weighted else None
    return Problem(theta, Objective.of(architecture, **penalties), X, Y, D, S)


@pytest.mark.parametrize("stack", [None, 3])
@pytest.mark.parametrize(
    "terms", [{}, {"l2": 0.7}, {"l1": 0.3}, {"l2": 0.7, "l1": 0.3, "dropout": True, "weighted": True}], ids=str
)
def test_the_gradient_is_the_slope_of_the_cost(terms, stack):
    assert gradient_error(embedded(stack, **terms)) <= THRESHOLD


def test_all_weights_come_first_and_w_0_before_the_others():
    theta = embedded().theta
    flat = [*(M.ravel() for M in theta.W.views), *(M.ravel() for M in theta.b.views)]
    np.testing.assert_array_equal(theta.vector, np.concatenate(flat))
    np.testing.assert_array_equal(theta.weights, np.concatenate([M.ravel() for M in theta.W.views]))


@st.composite
def problems(draw):
    """Draw a network with an embedding, its data, dropout masks, weights and penalties."""
    g, t, d, rest = (draw(st.integers(least, most)) for least, most in ((1, 4), (1, 5), (1, 5), (0, 4)))
    hidden, outputs, m = draw(st.lists(st.integers(1, 6), max_size=2)), draw(st.integers(1, 3)), draw(st.integers(1, 9))
    stack, rng = draw(st.sampled_from([None, 1, 3])), np.random.default_rng(draw(st.integers(0, 2**31)))
    lead = () if stack is None else (stack,)
    own = lead if draw(st.booleans()) else ()
    architecture = Architecture.build(
        [g * d + rest, *hidden, outputs], ["tanh"] * len(hidden) + ["identity"], embedding=(g, t, d)
    )
    theta = Parameters(architecture.sizes, np.dtype("float64"), stack, architecture.embedding)
    theta.vector[...] = rng.normal(size=theta.vector.shape)
    X, Y = rng.normal(size=(*own, g * t + rest, m)), rng.normal(size=(*own, outputs, m))
    drops = draw(st.booleans())
    D = [None, *(rng.integers(0, 2, (*lead, n, m)) / 0.5 if drops else None for n in hidden), None]
    S = rng.uniform(0.5, 2, (*own, 1, m)) if draw(st.booleans()) else None
    l2 = draw(st.sampled_from([0.0, 0.3]))
    return Problem(theta, Objective.of(architecture, l2=l2), X, Y, D, S), architecture, l2


@given(problems())
@settings(max_examples=60, deadline=None)
def test_it_is_a_layer_of_blocks_with_identity_as_activation(drawn):
    made, architecture, l2 = drawn
    g, t, d = architecture.embedding
    stack = None if made.theta.vector.ndim == 1 else len(made.theta.vector)
    n_x, n = architecture.n_x, architecture.sizes
    plain = Architecture.build([n_x, *n], ["identity", *architecture.activations], architecture.loss)
    theta = Parameters(plain.sizes, np.dtype("float64"), stack)
    W_1, b_1 = theta.W.views[1], theta.b.views[1]
    mask = np.zeros((n[0], n_x), bool)
    for j in range(g):
        mask[j * d : (j + 1) * d, j * t : (j + 1) * t] = True
        W_1[..., j * d : (j + 1) * d, j * t : (j + 1) * t] = made.theta.W[0][..., j, :, :]
        b_1[..., j * d : (j + 1) * d, :] = made.theta.b[0][..., j, :, :]
    rest = n[0] - g * d
    W_1[..., g * d :, g * t :] = np.eye(rest)
    for l in range(1, len(n)):
        theta.W[l + 1], theta.b[l + 1] = made.theta.W[l], made.theta.b[l]
    J, gradient, Z, A = made.run()
    slopes = made.theta.over(gradient)
    plainly = Problem(theta, Objective.of(plain, l2=l2), made.X, made.Y, [None, *made.D], made.S)
    J_plain, gradient_plain, Z_plain, A_plain = plainly.run()
    slopes_plain = theta.over(gradient_plain)
    m = made.X.shape[-1] if made.S is None else made.S.sum(axis=(-2, -1))
    close = lambda found, wanted: np.testing.assert_allclose(found, wanted, rtol=1e-12, atol=1e-12)  # noqa: E731
    close(J, J_plain - l2 * rest / (2 * m))  # the ones of the rows that stay as they are
    close(A[0], A_plain[1])
    close(Z[0], A_plain[0])
    for l in range(1, len(n)):
        close(Z[l], Z_plain[l + 1])
        close(slopes.W[l], slopes_plain.W[l + 1])
        close(slopes.b[l], slopes_plain.b[l + 1])
    inner = slopes_plain.W[1][..., mask].reshape(slopes.W[0].shape)
    close(slopes.W[0], inner)
    close(slopes.b[0], slopes_plain.b[1][..., : g * d, :].reshape(slopes.b[0].shape))


# ---------------------------------------------------------------- the equations for users
def test_the_equations_for_users_run_the_same_text():
    made = embedded()
    names, views = ["tanh", "softmax"], (made.theta.W.views, made.theta.b.views)
    A, Z = equations.forward(made.X, *views, names)
    np.testing.assert_array_equal(Z[0], made.X)
    dW, db = equations.backward(equations.cost_backward(A[-1], made.Y), A, Z, views[0], names)
    gradient = made.theta.over(made.run()[1])
    for l in range(3):
        np.testing.assert_allclose(dW[l], gradient.W[l], rtol=1e-12, atol=1e-15)
        np.testing.assert_allclose(db[l], gradient.b[l], rtol=1e-12, atol=1e-15)
    W, b = equations.gradient_descent(*views, dW, db, 0.1)
    np.testing.assert_allclose(W[0], views[0][0] - 0.1 * dW[0])
    np.testing.assert_allclose(b[0], views[1][0] - 0.1 * db[0])


def test_backward_alone_gives_slopes_of_both():
    rng = np.random.default_rng(3)
    X, W, _ = example(rng)
    dA = rng.normal(size=(10, 5))
    for ours, theirs in zip(equations.embedding_backward(dA, X, W), embedding_backward(xp, dA, X, W, 5), strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"W": np.ones((4, 3))}, r"W: expected shape \(g, d, t\), one matrix per group; got \(4, 3\)"),
        ({"X": np.ones((5, 5))}, r"X: expected at least 6 rows, 2 groups of 3, as W has; got \(5, 5\)"),
        ({"b": np.ones((2, 3, 1))}, r"b: expected shape \(2, 4, 1\), one row per row of W; got \(2, 3, 1\)"),
    ],
)
def test_shapes_that_do_not_fit_are_named(change, words):
    X, W, b = example(np.random.default_rng(0))
    with pytest.raises(ShapeError, match=words):
        equations.embedding_forward(**({"X": X, "W": W, "b": b} | change))


# ---------------------------------------------------------------- architecture, parameters
def test_the_architecture_counts_rows_and_parameters():
    architecture = Architecture.build([10, 3, 2], embedding=[2, 3, 4])
    assert architecture.embedding == Embedding(groups=2, rows=3, units=4)
    assert architecture.n_x == 2 * 3 + 2
    assert architecture.n_parameters == 2 * 4 * 3 + 2 * 4 + 3 * 10 + 3 + 2 * 3 + 2 == embedded().theta.vector.size
    assert Architecture.from_document(architecture.to_document()) == architecture
    plain = Architecture.build([10, 3, 2])
    assert plain.to_document().keys() == {"sizes", "activations", "loss"}
    assert Architecture.from_document(plain.to_document()) == plain


@pytest.mark.parametrize("given", [(2, 3), (2, 0, 4), (2, 3.0, 4), "234", 7, (True, 3, 4)])
def test_what_is_no_embedding_is_refused(given):
    with pytest.raises(SettingError, match=r"embedding: expected \(groups, rows of X in each, units of each\)"):
        Architecture.build([10, 3, 2], embedding=given)


def test_an_embedding_of_more_rows_than_the_first_layer_takes_is_refused():
    with pytest.raises(SettingError, match=r"make 12 rows of A\[0\], and n\[0\], all its rows, is 10"):
        Architecture.build([10, 3, 2], embedding=(3, 3, 4))


@pytest.mark.parametrize("given", [None, [2, 3], [2, 3, 0], [9, 3, 4], "2"])
def test_a_document_with_another_embedding_is_refused(given):
    document = Architecture.build([10, 3, 2], embedding=(2, 3, 4)).to_document()
    with pytest.raises((ModelFileError, SettingError), match="embedding"):
        Architecture.from_document(document | {"embedding": given})


def test_the_first_weights_of_bins_are_small_and_those_of_the_number_are_normal():
    theta = Parameters((4000, 1), np.dtype("float64"), None, (40, 10, 100))
    draw_weights(theta, ["glorot"], 0)
    bins, numbers = theta.W[0][..., :-1], theta.W[0][..., -1]
    assert 0.099 < np.abs(bins).max() <= 0.1  # .3 / sqrt(9 bins)
    assert abs(bins.mean()) < 0.001
    assert abs(numbers.mean()) < 0.05
    assert abs(numbers.std() - 1) < 0.05
    assert not theta.b[0].any()


def test_each_network_of_a_stack_starts_as_it_would_alone():
    stack = Parameters((10, 3, 2), np.dtype("float64"), 2, (2, 3, 4))
    draw_weights(stack, ["he", "glorot"], [5, 6])
    for network, seed in enumerate([5, 6]):
        alone = Parameters((10, 3, 2), np.dtype("float64"), None, (2, 3, 4))
        draw_weights(alone, ["he", "glorot"], seed)
        np.testing.assert_array_equal(stack.vector[network], alone.vector)


def test_layer_0_is_there_only_with_an_embedding():
    theta = embedded().theta
    assert repr(theta.W) == "<W[0] (2, 4, 3), W[1] (3, 10), W[2] (2, 3)>"
    assert [M.shape for M in theta.W] == [(3, 10), (2, 3)]  # the layers 1 ... L
    theta.b[0] = np.ones((2, 4, 1))
    assert theta.b[0].all()
    with pytest.raises(ShapeError, match=r"W has the layers 0 to 2; got 3"):
        theta.W[3]
    with pytest.raises(ShapeError, match=r"W has the layers 1 to 1; got 0"):
        Parameters((3, 1), np.dtype("float64")).W[0]


def test_matrices_are_read_from_lists():
    assert checks.matrices("W[0]", [[[1, 2]]], (1, 1, "t"), "numbers").shape == (1, 1, 2)
