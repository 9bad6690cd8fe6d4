"""A trace recombined by hand, in plain loops: the same cost, slopes and next parameters; and how it is shown."""

import copy
import math
import re
import sys

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix

from commands import run_python
from glassnet import Network
from glassnet.arrays import numpy_namespace as xp
from glassnet.core.activations import ACTIVATIONS
from glassnet.core.losses import LOSSES
from glassnet.errors import DataError, MissingLibraryError, ShapeError, UnknownNameError

HIDDEN = [*(name for name, g in ACTIVATIONS.items() if g.slope), "leaky_relu(0.2)"]
ALPHA = 0.3


def problem(hidden="tanh", output=None, loss=None, m=4, stack=None, seed=0):
    """Return a network 3-4-3-2 that has trained a little, and its data."""
    rng = np.random.default_rng(seed)
    net = Network([3, 4, 3, 2], [hidden, hidden, output or "sigmoid"], loss, seed=1, dtype="float64", n_networks=stack)
    X = rng.normal(size=(3, m))
    Y = np.eye(2)[:, rng.integers(0, 2, m)] if output in (None, "sigmoid", "softmax") else rng.uniform(0.1, 2, (2, m))
    net.vector[...] += 0.1 * rng.normal(size=net.vector.shape)
    net.fit(X, Y, iterations=3, learning_rate=0.01)
    return net, X, Y


def one_of(M, k):
    """Return one network's part of an array or list of arrays of a stack."""
    if isinstance(M, list):
        return [one_of(each, k) for each in M]
    return M if M is None or k is None or np.ndim(M) < 3 else M[k]


def product(P, Q):
    return [[sum(P[i][j] * Q[j][c] for j in range(len(Q))) for c in range(len(Q[0]))] for i in range(len(P))]


def turned(M):
    return [list(row) for row in zip(*M, strict=True)]


def in_loops(trace, k=None, l2=0.0, l1=0.0):
    """Recombine one network of a trace: J, dW, db and the next W, b, number by number from the arrays before each."""
    architecture = trace.architecture
    L, m = architecture.L, trace.m
    W, b, A, Z, D, dA, dZ = (
        one_of(M, k) for M in (trace.W, trace.b, trace.A, trace.Z, trace.D or [None] * (L + 1), trace.dA, trace.dZ)
    )
    S = [1.0] * m if trace.S is None else one_of(trace.S, k)[0].tolist()
    Y, total = one_of(trace.Y, k).tolist(), sum(S)
    dW, db, W_next, b_next = [None], [None], [None], [None]
    for l in range(1, L + 1):
        g = architecture.g[l]
        np.testing.assert_allclose(
            Z[l],
            [
                [z + bias for z in row]
                for row, (bias,) in zip(product(W[l].tolist(), A[l - 1].tolist()), b[l], strict=True)
            ],
            rtol=1e-10,
            atol=1e-13,
        )
        dropped = np.ones_like(A[l]) if D[l] is None else D[l]
        values = g.value(xp, Z[l])
        np.testing.assert_allclose(A[l], values * dropped, rtol=1e-12)
        if l < L:
            np.testing.assert_allclose(
                dA[l],
                np.array(product(turned(W[l + 1].tolist()), dZ[l + 1].tolist())) * dropped,
                rtol=1e-10,
                atol=1e-13,
            )
        if g.slope is None:
            for i in range(m):  # the Jacobian of one column, entry by entry
                a = A[l][:, i]
                jacobian = [[a[p] * ((p == q) - a[q]) for q in range(len(a))] for p in range(len(a))]
                wanted = [sum(jacobian[p][q] * dA[l][q, i] for q in range(len(a))) for p in range(len(a))]
                np.testing.assert_allclose(dZ[l][:, i], wanted, rtol=1e-8, atol=1e-12)
        else:
            np.testing.assert_allclose(dZ[l], dA[l] * g.slope(xp, Z[l], values), rtol=1e-9, atol=1e-12)
        slopes, sums = product(dZ[l].tolist(), turned(A[l - 1].tolist())), [sum(row) for row in dZ[l].tolist()]
        dW.append([
            [(s + l2 * w + l1 * math.copysign(1, w)) / total for s, w in zip(row, row_W, strict=True)]
            for row, row_W in zip(slopes, W[l].tolist(), strict=True)
        ])  # fmt: skip
        db.append([[s / total] for s in sums])
        W_next.append(
            [[w - ALPHA * d for w, d in zip(*rows, strict=True)] for rows in zip(W[l].tolist(), dW[l], strict=True)]
        )
        b_next.append([[bias - ALPHA * d] for (bias,), (d,) in zip(b[l].tolist(), db[l], strict=True)])
    weights = [w for M in W[1:] for w in M.ravel().tolist()]
    losses = architecture.loss_entry.value(xp, A[L], np.array(Y)).tolist()
    J = sum(losses[u][i] * S[i] for u in range(len(losses)) for i in range(m)) / total
    J += sum(l2 / (2 * total) * w * w + l1 / total * abs(w) for w in weights)
    return J, dW, db, W_next, b_next


def assert_recombines(net, X, Y, **settings):
    """Hold trace, gradients and the parameters after one step of `fit` against the loops."""
    trace = net.trace(X, Y, **settings)
    penalties = {name: settings.get(name, 0.0) for name in ("l2", "l1")}
    twin = copy.deepcopy(net)
    if "dropout" in settings:
        twin.rng = np.random.default_rng(settings["seed"])
    steps = {name: value for name, value in settings.items() if name != "seed"}
    costs = twin.fit(X, Y, iterations=1, learning_rate=ALPHA, engine="numpy", **steps).cost
    for k in [None] if net.n_networks is None else range(net.n_networks):
        own = {name: value[k] if np.ndim(value) else value for name, value in penalties.items()}
        J, dW, db, W_next, b_next = in_loops(trace, k, **own)
        assert pytest.approx(trace.cost if k is None else trace.cost[k], rel=1e-10) == J
        assert pytest.approx(costs[0] if k is None else costs[0][k], rel=1e-10) == J
        for l in range(1, net.L + 1):
            np.testing.assert_allclose(one_of(trace.dW[l], k), dW[l], rtol=1e-9, atol=1e-12)
            np.testing.assert_allclose(one_of(trace.db[l], k), db[l], rtol=1e-9, atol=1e-12)
            np.testing.assert_allclose(one_of(twin.W[l], k), W_next[l], rtol=1e-9, atol=1e-12)
            np.testing.assert_allclose(one_of(twin.b[l], k), b_next[l], rtol=1e-9, atol=1e-12)


# ---------------------------------------------------------------- the arrays
@pytest.mark.parametrize("hidden", HIDDEN)
def test_every_activation(hidden):
    assert_recombines(*problem(hidden))


@pytest.mark.parametrize(
    ("output", "loss"), [(o, name) for name, loss in LOSSES.items() for o in loss.outputs or ("identity", "tanh")]
)
def test_every_loss(output, loss):
    assert_recombines(*problem("gelu", output, loss))


def test_softmax_where_it_is_no_pair():
    assert_recombines(*problem("tanh", "softmax", "squared_error"))


TERMS = [
    {},
    {"l2": 0.7, "l1": 0.2},
    {"dropout": [0.5, 0.3], "seed": 4},
    {"sample_weight": np.array([[0.5, 2.0, 0, 1.0]])},
    {"l2": 0.7, "dropout": 0.4, "seed": 2, "sample_weight": np.array([[0.5, 2.0, 0, 1.0]])},
]


@pytest.mark.parametrize("stack", [None, 3])
@pytest.mark.parametrize("terms", TERMS, ids=str)
def test_every_term(terms, stack):
    assert_recombines(*problem("relu", stack=stack), **terms)


def test_networks_of_a_stack_with_their_own_penalties():
    assert_recombines(*problem("tanh", stack=3), l2=[0.0, 0.5, 2.0], l1=[0.1, 0.0, 0.3])


def test_one_sample():
    assert_recombines(*problem(m=1))


def test_a_wrong_number_is_seen():
    net, X, Y = problem()
    trace = net.trace(X, Y)
    trace.dZ[2][0, 0] *= 1.001
    with pytest.raises(AssertionError):
        in_loops(trace)


def test_a_trace_stays_what_it_was():
    net, X, Y = problem()
    trace = net.trace(X, Y)
    before = [M.copy() for M in trace.W[1:]]
    net.fit(X, Y, iterations=3)
    np.testing.assert_array_equal(trace.W[1], before[0])
    assert (net.W[1] != before[0]).any()


def test_sparse_X_is_shown_with_its_zeros():
    net, X, Y = problem()
    X[0] = 0
    trace = net.trace(csr_matrix(X), Y)
    np.testing.assert_array_equal(trace.A[0], X)
    assert trace.lines()[0].zeros == pytest.approx(1 / 3)


# ---------------------------------------------------------------- one number written out
FUNCTIONS = {
    "exp": math.exp, "tanh": math.tanh, "sigmoid": lambda z: 1 / (1 + math.exp(-z)), "relu": lambda z: max(z, 0),
}  # fmt: skip


@pytest.mark.parametrize("stack", [None, 2])
@pytest.mark.parametrize("terms", TERMS[:4], ids=str)
@pytest.mark.parametrize(
    ("hidden", "output", "loss"),
    [("tanh", "sigmoid", None), ("relu", "softmax", None), ("tanh", "softmax", "squared_error")],
)
def test_what_is_written_out_is_the_number(hidden, output, loss, terms, stack):
    net, X, Y = problem(hidden, output, loss, stack=stack)
    trace = net.trace(X, Y, **terms)
    for letter in ("Z", "A", "dA", "dZ", "dW", "db"):
        for l in (1, 2, 3):
            text = trace.unit(letter, l, 1, 2, input=1, network=(stack or 1) - 1, terms=99, digits=17)
            name, sum_of_it, value = text.split(" = ")
            assert name == f"{letter}[{l}][1, {({'db': 0, 'dW': 1}).get(letter, 2)}]"
            assert eval(sum_of_it, FUNCTIONS) == pytest.approx(float(value), rel=1e-9, abs=1e-13)
            M = trace.array(f"{letter}[{l}]")
            assert float(value) == (M if stack is None else M[-1])[1, {"db": 0, "dW": 1}.get(letter, 2)]


@pytest.mark.parametrize(
    ("output", "loss"),
    [(o, name) for name, loss in LOSSES.items() for o in loss.outputs or ("identity",)]
    + [("identity", "huber(0.3)"), ("identity", "quantile(0.2)")],
)
def test_the_slope_of_each_loss_is_written_out(output, loss):
    net, X, Y = problem("tanh", output, loss)
    trace = net.trace(X, Y)
    formula = next(line.formula for line in trace.lines() if line.array == "dA[3]")
    assert "A[3]" in formula
    assert "Y" in formula
    for i in np.flatnonzero(trace.A[3][1] != 0):  # a Poisson answer of relu may be 0, and Y / A is then cut off
        _, sum_of_it, value = trace.unit("dA", 3, 1, i, digits=17).split(" = ")
        assert eval(sum_of_it, {"sign": np.sign}) == pytest.approx(float(value), rel=1e-9)
        assert float(value) == trace.dA[3][1, i]


@pytest.mark.parametrize(("w", "y"), [(12.0, 1), (-9.0, 0), (12.0, 0)])
def test_an_answer_near_its_truth_has_the_digits_of_the_difference(w, y):
    net = Network([1, 1], seed=0, dtype="float64")
    net.W[1] = [[w]]
    trace = net.trace([[1.0]], [[y]])
    for letter in ("dA", "dZ"):
        _, sum_of_it, value = trace.unit(letter, 1).split(" = ")
        assert eval(sum_of_it) == pytest.approx(float(value), rel=2e-3)


def test_the_slope_of_a_large_silu_is_written_out_without_a_warning():
    net = Network([1, 1, 1], "silu", seed=0)
    net.W[1] = [[-200.0]]
    assert net.trace([[1.0]], [[1]]).unit("dZ", 1).startswith("dZ[1][0, 0] = ")


def test_long_sums_are_cut():
    trace = Network([100, 1], seed=0).trace(np.ones((100, 1)), [[1]])
    text = trace.unit("Z", 1, terms=3)
    assert text.count("*") == 3
    assert "... (100 terms)" in text


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        (("Q", 1), UnknownNameError, ["Q", "dZ"]),
        (("Z", 0), ShapeError, ["layers 1 to 3", "0"]),
        (("Z", 1, 4), ShapeError, ["unit", "Z[1] has 4", "4"]),
        (("Z", 1, 0, 9), ShapeError, ["sample", "9"]),
        (("Z", 1, -1), ShapeError, ["unit", "-1"]),
    ],
)
def test_what_cannot_be_written_out(arguments, error, words):
    net, X, Y = problem()
    with pytest.raises(error) as caught:
        net.trace(X, Y).unit(*arguments)
    assert all(word in str(caught.value) for word in words), caught.value


def test_without_Y_there_is_no_way_back():
    net, X, _ = problem()
    trace = net.trace(X)
    assert trace.dZ is None
    assert "Z[3]" in str(trace)
    assert trace.formula("Z[1]").startswith("Z[1]")
    with pytest.raises(DataError, match="had no Y"):
        trace.unit("dZ", 1)


# ---------------------------------------------------------------- how it is told
def test_shapes_stand_under_the_factors():
    net, X, Y = problem()
    trace = net.trace(X, Y, dropout=0.5)
    above, below = trace.formula("dA[1]").split("\n")
    assert re.split(r"\s+", above) == ["dA[1]", "=", "W[2]ᵀ", "dZ[2]", "*", "D[1]"]
    shapes = {"dA[1]": "(4, 4)", "W[2]ᵀ": "(4, 3)", "dZ[2]": "(3, 4)", "D[1]": "(4, 4)"}
    assert {name: below[above.index(name) :][:6] for name in shapes} == shapes
    with pytest.raises(UnknownNameError, match=r"Z\[4\]"):
        trace.formula("Z[4]")


@pytest.mark.parametrize("stack", [None, 2])
def test_every_array_has_its_line(stack):
    net, X, Y = problem("relu", stack=stack)
    trace = net.trace(X, Y)
    lines = {line.array: line for line in trace.lines()}
    assert len(lines) == 1 + 3 * 8
    A = trace.A[1]
    line = lines["A[1]"]
    assert (line.smallest, line.largest, line.zeros) == (A.min(), A.max(), np.mean(A == 0))
    assert all(name in str(trace) for name in lines)


def test_the_terms_stand_in_the_formulas():
    net, X, Y = problem()
    lines = {line.array: line.formula for line in net.trace(X, Y, **TERMS[4]).lines()}
    assert lines["A[1]"] == "tanh(Z[1]) * D[1]"
    assert lines["dW[2]"] == "1/ΣS dZ[2] A[1]ᵀ + l2/ΣS W[2]"
    assert lines["dZ[3]"] == "(A[3] - Y) * S"
    assert "D[2]" in lines


def test_as_data():
    net, X, Y = problem()
    trace = net.trace(X, Y)
    frame = trace.to_frame()
    assert isinstance(frame, pd.DataFrame)
    assert list(frame["array"]) == [line.array for line in trace.lines()]
    document = trace.to_dict()
    assert document["cost"] == trace.cost
    np.testing.assert_array_equal(document["lines"][3]["numbers"], trace.array(document["lines"][3]["array"]))


def test_without_pandas_it_says_so(monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    net, X, Y = problem()
    with pytest.raises(MissingLibraryError, match=r'pip install "pandas'):
        net.trace(X, Y).to_frame()


def test_a_network_loads_inspection_only_when_asked():
    code = "import json, sys, glassnet; glassnet.Network([2, 1]); print(json.dumps(list(sys.modules)))"
    assert "glassnet.inspection" not in run_python(code)
