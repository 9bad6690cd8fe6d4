"""The network as one object: against PyTorch's automatic slopes, as a stack, and as something to look into."""

import copy
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet import Network
from glassnet.arrays import numpy_namespace as xp
from glassnet.core.activations import ACTIVATIONS
from glassnet.errors import ShapeError, WrongTypeError

ELEMENTWISE = [name for name, g in ACTIVATIONS.items() if g.slope is not None]


def circles(m=40, n_y=1, seed=0):
    """Draw points of the plane as columns, and whether each lies in a circle; n_y = 2 gives one-hot labels."""
    X = np.random.default_rng(seed).normal(size=(2, m))
    inside = (X * X).sum(axis=0) < 1.2
    return X, (inside[None] if n_y == 1 else np.stack([inside, ~inside])).astype(float)


def net64(sizes, activations=None, loss=None, **options):
    return Network(sizes, activations, loss, **{"dtype": "float64", "seed": 0, **options})


# ---------------------------------------------------------------- worked by hand
def test_logistic_regression_by_hand():
    # W = [1 -1], b = 0; x = (2, 1): z = 1, a = 0.7311, loss = -log a = 0.3133 for y = 1
    # dz = a - y = -0.2689, dW = dz * x = [-0.5379 -0.2689], db = dz
    net = net64([2, 1])
    net.W[1] = [[1, -1]]
    X, Y, a = np.array([[2.0], [1.0]]), np.array([[1.0]]), 1 / (1 + np.exp(-1))
    slopes = net.gradients(X, Y)
    assert net.forward(X).item() == pytest.approx(a, rel=1e-15)
    assert net.cost(X, Y) == slopes.cost == pytest.approx(-np.log(a), rel=1e-15)
    np.testing.assert_allclose(slopes.dW[1], [[2 * (a - 1), a - 1]], rtol=1e-15)
    np.testing.assert_allclose(slopes.db[1], [[a - 1]], rtol=1e-15)


def test_penalties_by_hand():
    # W = [3 -4], m = 2: lambda/(2m) Σ W² = 0.5/4 * 25, lambda/m Σ |W| = 0.5/2 * 7; the bias goes free
    net = net64([2, 1])
    net.W[1], net.b[1] = [[3, -4]], [[5]]
    X, Y = circles(2)
    J = net.cost(X, Y)
    assert net.cost(X, Y, l2=0.5) - J == pytest.approx(3.125, rel=1e-12)
    assert net.cost(X, Y, l1=0.5) - J == pytest.approx(1.75, rel=1e-12)


# ---------------------------------------------------------------- PyTorch
def in_pytorch(net):
    """Copy a network's parameters to PyTorch: W[1], b[1], W[2], ..."""
    import torch

    return [torch.tensor(M, requires_grad=True) for both in zip(net.W, net.b, strict=True) for M in both]


def pytorch_cost(parameters, X, Y, hidden, loss):
    """Write the cost once more, in PyTorch's own words."""
    import torch
    from torch.nn import functional as F

    A, Y = torch.from_numpy(X), torch.from_numpy(Y)
    *before, (W, b) = zip(parameters[::2], parameters[1::2], strict=True)
    for W_l, b_l in before:
        A = getattr(torch, hidden)(W_l @ A + b_l)
    Z = W @ A + b
    if loss == "sigmoid_cross_entropy":
        J = F.binary_cross_entropy_with_logits(Z, Y, reduction="sum")
    elif loss == "softmax_cross_entropy":
        J = F.cross_entropy(Z.T, Y.T, reduction="sum")
    else:
        J = F.mse_loss(Z, Y, reduction="sum") / 2
    return J / Y.shape[1]


@pytest.mark.needs("torch")
@pytest.mark.parametrize("loss", ["sigmoid_cross_entropy", "softmax_cross_entropy", "squared_error"])
@pytest.mark.parametrize("hidden", ["relu", "tanh", "sigmoid"])
def test_slopes_are_those_of_pytorch(hidden, loss):
    X, Y = circles(n_y=2)
    net = net64([2, 7, 5, 2], hidden, loss)
    parameters = in_pytorch(net)
    J = pytorch_cost(parameters, X, Y, hidden, loss)
    J.backward()
    slopes = net.gradients(X, Y)
    assert slopes.cost == pytest.approx(J.item(), rel=1e-12)
    for l in (1, 2, 3):
        dW, db = parameters[2 * l - 2].grad, parameters[2 * l - 1].grad
        np.testing.assert_allclose(slopes.dW[l], dW, rtol=1e-10, atol=1e-14)
        np.testing.assert_allclose(slopes.db[l], db, rtol=1e-10, atol=1e-14)


# Written with their own defaults, these are defined alike; PyTorch keeps momentum's velocity without alpha, which is
# the same while alpha is constant.
OPTIMIZERS = {
    "gradient_descent": ("SGD", {}),
    "momentum": ("SGD", {"momentum": 0.9}),
    "nesterov": ("SGD", {"momentum": 0.9, "nesterov": True}),
    "rmsprop": ("RMSprop", {"alpha": 0.9, "eps": 1e-8}),
    "adam": ("Adam", {"eps": 1e-8}),
    "adam(0.8, 0.99, 1e-6)": ("Adam", {"betas": (0.8, 0.99), "eps": 1e-6}),
    "adamw": ("AdamW", {"eps": 1e-8, "weight_decay": 0.01}),
}


@pytest.mark.needs("torch")
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_twenty_steps_are_those_of_pytorch(optimizer):
    import torch

    X, Y = circles()
    net = net64([2, 6, 1], "tanh")
    parameters = in_pytorch(net)
    name, options = OPTIMIZERS[optimizer]
    peer = getattr(torch.optim, name)(parameters, lr=0.05, **options)
    costs = []
    for _ in range(20):
        peer.zero_grad()
        J = pytorch_cost(parameters, X, Y, "tanh", "sigmoid_cross_entropy")
        J.backward()
        peer.step()
        costs.append(J.item())
    history = net.fit(X, Y, optimizer=optimizer, learning_rate=0.05, iterations=20)
    np.testing.assert_allclose(history.cost, costs, rtol=1e-9)
    for ours, theirs in zip((net.W[1], net.b[1], net.W[2], net.b[2]), parameters, strict=True):
        np.testing.assert_allclose(ours, theirs.detach(), rtol=1e-9, atol=1e-12)


# ---------------------------------------------------------------- against plain loops
def in_loops(net, X):
    """Compute A[L] number by number."""
    A = [list(map(float, row)) for row in X]
    for l, g in enumerate(net.architecture.g[1:], start=1):
        A_prev, A = A, []
        for row, (bias,) in zip(net.W[l].tolist(), net.b[l].tolist(), strict=True):
            z = [sum(w * A_prev[j][i] for j, w in enumerate(row)) + bias for i in range(len(A_prev[0]))]
            A.append([g.value(xp, np.array([[number]])).item() for number in z])
    return np.array(A)


networks = st.tuples(
    st.lists(st.integers(1, 4), min_size=2, max_size=4),
    st.sampled_from(ELEMENTWISE),
    st.integers(1, 4),
    st.integers(0, 2**16),
)


def drawn(network):
    """Build the network and the data that hypothesis chose: sizes, activation, m, seed."""
    sizes, activation, m, seed = network
    rng = np.random.default_rng(seed)
    net = net64(sizes, [activation] * (len(sizes) - 1), "squared_error", seed=rng)
    net.vector[...] = rng.normal(0, 0.5, net.vector.shape)
    return net, rng.normal(size=(sizes[0], m)), rng.normal(size=(sizes[-1], m)), rng


@given(networks)
def test_forward_is_what_loops_give(network):
    net, X, _, _ = drawn(network)
    np.testing.assert_allclose(net.forward(X), in_loops(net, X), rtol=1e-11, atol=1e-13)


@given(networks)
def test_a_column_does_not_depend_on_the_others(network):
    net, X, _, _ = drawn(network)
    alone = [net.forward(X[:, [i]]) for i in range(X.shape[1])]
    np.testing.assert_allclose(net.forward(X), np.hstack(alone), rtol=1e-12, atol=1e-14)


@given(networks)
def test_the_order_of_hidden_units_does_not_matter(network):
    net, X, _, rng = drawn(network)
    before = net.forward(X)
    for l in range(1, net.L):
        order = rng.permutation(len(net.b[l]))
        net.W[l], net.b[l], net.W[l + 1] = net.W[l][order], net.b[l][order], net.W[l + 1][:, order]
    np.testing.assert_allclose(net.forward(X), before, rtol=1e-11, atol=1e-13)


@given(networks, st.data())
def test_a_weight_of_n_is_the_sample_n_times(network, data):
    net, X, Y, _ = drawn(network)
    m = X.shape[1]
    times = data.draw(st.lists(st.integers(0, 3), min_size=m, max_size=m).filter(any))
    weighted = net.gradients(X, Y, sample_weight=np.array([times]), l2=0.3)
    repeated = net.gradients(np.repeat(X, times, axis=1), np.repeat(Y, times, axis=1), l2=0.3)
    assert weighted.cost == pytest.approx(repeated.cost, rel=1e-12, abs=1e-14)
    np.testing.assert_allclose(weighted.vector, repeated.vector, rtol=1e-10, atol=1e-12)


# ---------------------------------------------------------------- a stack
def stack_and_singles(k=3, **options):
    """Build a stack and the k single networks that one generator draws one after the other."""
    rng = np.random.default_rng(5)
    singles = [net64([2, 4, 1], "tanh", seed=rng, **options) for _ in range(k)]
    return net64([2, 4, 1], "tanh", seed=np.random.default_rng(5), n_networks=k, **options), singles


def test_a_stack_starts_as_k_single_networks():
    stack, singles = stack_and_singles()
    np.testing.assert_array_equal(stack.vector, [net.vector for net in singles])


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"optimizer": "adam", "l2": 0.1, "l1": 0.05},
        {"optimizer": "nesterov", "clip_norm": 0.05},
        {"optimizer": "rmsprop", "schedule": "cosine"},
        {"sample_weight": np.linspace(0.1, 2, 40)[None]},
        {"batch_size": 16, "shuffle": False},
        {"keep_best": True, "learning_rate": 12},
    ],
    ids=str,
)
def test_a_stack_trains_as_k_single_networks(options):
    X, Y = circles()
    stack, singles = stack_and_singles()
    settings = {"learning_rate": 0.1, "epochs": 15, **options}
    history = stack.fit(X, Y, **settings)
    alone = [net.fit(X, Y, **settings) for net in singles]
    np.testing.assert_allclose(history.cost, np.stack([h.cost for h in alone], axis=1), rtol=1e-12)
    np.testing.assert_allclose(stack.vector, [net.vector for net in singles], rtol=1e-11, atol=1e-13)
    np.testing.assert_allclose(stack.forward(X), [net.forward(X) for net in singles], rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("batch_size", [None, 16])
def test_each_network_of_a_stack_can_have_its_own_data(batch_size):
    data = [circles(seed=seed) for seed in range(3)]
    X, Y = (np.stack(arrays) for arrays in zip(*data, strict=True))
    stack, singles = stack_and_singles()
    settings = {"learning_rate": 0.1, "epochs": 5, "batch_size": batch_size, "shuffle": False}
    stack.fit(X, Y, **settings)
    for net, (X_one, Y_one) in zip(singles, data, strict=True):
        net.fit(X_one, Y_one, **settings)
    np.testing.assert_allclose(stack.vector, [net.vector for net in singles], rtol=1e-12, atol=1e-14)


# ---------------------------------------------------------------- parameters
@pytest.mark.parametrize("spelling", ["leaky_relu(0.2)", "leaky_relu (0.2)", " leaky_relu"])
def test_default_initializer_goes_by_the_name_however_it_is_spelt(spelling):
    net, he = net64([50, 40, 1], spelling), net64([50, 40, 1], "leaky_relu", initializer=["he", "glorot"])
    np.testing.assert_array_equal(net.vector, he.vector)


def test_parameters_are_views_of_one_vector():
    net = net64([2, 3, 1])
    assert net.vector.shape == (2 * 3 + 3 + 3 * 1 + 1,)
    net.W[2] = [[1, 2, 3]]
    net.b[1][...] = 7
    # W[1] (6 numbers), W[2] (3), b[1] (3), b[2] (1)
    np.testing.assert_array_equal(net.vector[6:12], [1, 2, 3, 7, 7, 7])


def test_assigning_copies():
    net, W = net64([2, 1]), np.ones((1, 2))
    net.W[1] = W
    W[...] = 5
    np.testing.assert_array_equal(net.W[1], [[1, 1]])


@pytest.mark.parametrize(
    ("layer", "array", "error", "words"),
    [
        (1, np.ones((2, 4)), ShapeError, ["W[1]", "(4, 2)", "(2, 4)"]),
        (1, np.ones(8), ShapeError, ["W[1]", "(4, 2)", "(8,)"]),
        (1, 1.0, ShapeError, ["W[1]", "(4, 2)", "()"]),
        (1, np.ones((4, 2)) * 1j, WrongTypeError, ["W[1]", "complex"]),
        (1, np.full((4, 2), "x"), WrongTypeError, ["W[1]", "real numbers"]),
        (0, np.ones((4, 2)), ShapeError, ["layers 1 to 2", "0"]),
        (3, np.ones((4, 2)), ShapeError, ["layers 1 to 2", "3"]),
        (-1, np.ones((1, 4)), ShapeError, ["layers 1 to 2", "-1"]),
        (True, np.ones((4, 2)), ShapeError, ["layers 1 to 2", "True"]),
    ],
)
def test_assigning_is_checked(layer, array, error, words):
    net = net64([2, 4, 1])
    before = net.vector.copy()
    with pytest.raises(error) as caught:
        net.W[layer] = array
    assert all(word in str(caught.value) for word in words), caught.value
    np.testing.assert_array_equal(net.vector, before)


def test_layers_are_counted_from_one():
    net = net64([2, 4, 1])
    assert [W.shape for W in net.W] == [(4, 2), (1, 4)]
    with pytest.raises(ShapeError, match="layers 1 to 2; got 0"):
        net.W[0]


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda net: pickle.loads(pickle.dumps(net))])
def test_a_copy_is_a_network_of_its_own_whose_arrays_are_views(copied):
    net = net64([2, 4, 1])
    twin, W = copied(net), net.W[1].copy()
    twin.vector[...] = 0
    assert not twin.W[1].any()
    np.testing.assert_array_equal(net.W[1], W)


def test_first_weights_come_from_the_seed_alone():
    np.testing.assert_array_equal(net64([9, 5, 1], seed=3).vector, net64([9, 5, 1], seed=3).vector)
    assert (net64([9, 5, 1], seed=3).W[1] != net64([9, 5, 1], seed=4).W[1]).all()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_every_array_has_the_networks_type(dtype):
    X, Y = circles()
    net = Network([2, 4, 1], "gelu", seed=0, dtype=dtype)
    net.fit(
        X, Y, iterations=3, optimizer="adam", learning_rate=np.float64(0.1), l2=0.1, l1=0.1, dropout=0.3, clip_norm=1
    )
    trace = net.trace(X, Y)
    arrays = [M for name in ("W", "b", "Z", "A", "dA", "dZ", "dW", "db") for M in getattr(trace, name) if M is not None]
    arrays += [net.forward(X), net.vector, net.optimizer_state["v"], net.optimizer_state["s"]]
    assert {M.dtype.name for M in arrays} == {dtype}


# ---------------------------------------------------------------- looking
def test_trace_holds_the_arrays_of_the_pass():
    X, Y = circles(5)
    net = net64([2, 4, 1], "tanh")
    trace, slopes = net.trace(X, Y), net.gradients(X, Y)
    np.testing.assert_array_equal(trace.A[2], net.forward(X))
    np.testing.assert_allclose(trace.dZ[2], trace.A[2] - Y, rtol=1e-15)
    np.testing.assert_allclose(trace.dA[2] * trace.A[2] * (1 - trace.A[2]), trace.dZ[2], rtol=1e-12)
    np.testing.assert_allclose(trace.dA[1], net.W[2].T @ trace.dZ[2], rtol=1e-15)
    np.testing.assert_allclose(trace.dA[0], net.W[1].T @ trace.dZ[1], rtol=1e-15)
    for l in (1, 2):
        np.testing.assert_array_equal(trace.dW[l], slopes.dW[l])
        np.testing.assert_array_equal(trace.db[l], slopes.db[l])
    assert trace.cost == slopes.cost


@pytest.mark.parametrize("stack", [None, 3])
def test_dimensions_are_the_shapes_of_the_trace(stack):
    X, Y = circles(5)
    net = net64([2, 4, 3, 1], n_networks=stack)
    trace = net.trace(X, Y)
    table = net.dimensions(5)
    assert len(table) == 1 + 3 * 8
    assert {line.array: line.shape for line in table} == {line.array: trace.array(line.array).shape for line in table}
    assert table.n_parameters == net.vector.shape[-1]


def test_looking_leaves_the_parameters_alone():
    X, Y = circles()
    net = net64([2, 4, 1])
    before = net.vector.copy()
    net.forward(X), net.cost(X, Y), net.gradients(X, Y), net.trace(X, Y), net.dimensions(3), repr(net)
    np.testing.assert_array_equal(net.vector, before)


def test_repr_says_what_the_network_is():
    text = repr(Network([2, 4, 1], "tanh", seed=0, n_networks=3))
    assert text == "<Network 2-4-1 (tanh, sigmoid), cross_entropy, 17 parameters, float32, 3 side by side>"


@pytest.mark.parametrize(
    ("sizes", "activations", "loss", "expected"),
    [
        ([2, 1], None, None, (["sigmoid"], "cross_entropy")),
        ([2, 4, 3], None, None, (["relu", "softmax"], "cross_entropy")),
        ([2, 4, 4, 1], "tanh", None, (["tanh", "tanh", "sigmoid"], "cross_entropy")),
        ([2, 4, 4, 1], ["tanh", "relu"], None, (["tanh", "relu", "sigmoid"], "cross_entropy")),
        ([2, 4, 1], ["tanh", "identity"], None, (["tanh", "identity"], "squared_error")),
        ([2, 4, 1], ["tanh", "exp"], None, (["tanh", "exp"], "poisson")),
        ([2, 4, 1], None, "huber(2)", (["relu", "identity"], "huber(2)")),
        ([2, 4, 1], None, "poisson", (["relu", "exp"], "poisson")),
        ([2, 4, 3], None, "sigmoid_cross_entropy", (["relu", "sigmoid"], "cross_entropy")),
    ],
)
def test_what_is_left_open_is_filled_in(sizes, activations, loss, expected):
    architecture = Network(sizes, activations, loss, seed=0).architecture
    assert (list(architecture.activations), architecture.loss) == expected


# ---------------------------------------------------------------- large numbers
@pytest.mark.parametrize(("n_y", "J"), [(1, 5e3), (2, 1e4)])
def test_cross_entropy_and_slopes_are_finite_for_huge_Z(n_y, J):
    """Z = ±10000 in float32. Half of the columns are right and cost 0; a wrong one costs |z|, or z1 - z2 = 20000."""
    net = Network([1, n_y], seed=0)
    net.W[1] = [[1e4]] if n_y == 1 else [[1e4], [-1e4]]
    X = np.array([[1.0, 1.0, -1.0, -1.0]])
    Y = np.array([[1.0, 0.0, 0.0, 1.0]])
    Y = Y if n_y == 1 else np.vstack([Y, 1 - Y])
    slopes = net.gradients(X, Y)
    assert slopes.cost == net.cost(X, Y) == J
    # dZ is 0, 1, 0, -1, times X 1, 1, -1, -1, over 4
    np.testing.assert_array_equal(slopes.dW[1], [[0.5]] if n_y == 1 else [[0.5], [-0.5]])


def test_callers_keep_their_own_floating_point_warnings():
    X, Y = circles()
    net = net64([2, 4, 1])
    with np.errstate(all="raise"):
        before = np.geterr()
        net.fit(X * 1e3, Y, iterations=3, learning_rate=10)
        net.forward(X), net.gradients(X, Y), net.cost(X, Y), net.trace(X, Y)
        assert np.geterr() == before
