"""Computation graphs: values and derivatives by hand and by differences, paths, words, refusals."""

import numpy as np
import pytest

from glassnet import graph
from glassnet.errors import DataError, SettingError, ShapeError, WrongTypeError
from glassnet.graph import constants, variables
from glassnet.graph.operations import OPERATIONS


def textbook():
    a, b, c = variables(a=5, b=3, c=2)
    J = 3 * (a + b * c)
    J.backward()
    return a, b, c, J


def test_the_textbooks_example():
    a, b, c, J = textbook()
    assert (J.value, a.derivative, b.derivative, c.derivative, J.derivative) == (33, 3, 6, 9, 1)
    assert [node.value for node in J.nodes() if node.operation] == [6, 11, 33]


def test_backward_again_gives_the_same():
    *_, b, _, J = textbook()
    J.backward()
    assert b.derivative == 6


# ---------------------------------------------------------------- every operation against differences
ARGUMENTS = {"power": (1.7, 2.3), "cross_entropy": (0.3, 0.8), "log": (0.7,), "divide": (0.4, -1.3)}


def made(operation, values):
    """Return the nodes of the values, and a number that depends on the operation applied to them."""
    nodes = variables(**{f"x{i}": value for i, value in enumerate(values)})
    result = graph.nodes._made(operation, *nodes)
    weights = np.cos(np.arange(np.size(result.value))).reshape(result.shape) if result.shape else 1.7
    return nodes, graph.sum(result * weights)


def differ(operation, values):
    """Return the largest relative difference between derivatives and difference quotients."""
    nodes, J = made(operation, values)
    J.backward()
    worst, h = 0.0, 1e-6
    for i, node in enumerate(nodes):
        for place in np.ndindex(*node.shape):

            def moved(step, i=i, place=place):
                M = [np.array(value, float) for value in values]
                M[i][place] += step
                return made(operation, M)[1].value

            numeric = (moved(h) - moved(-h)) / (2 * h)
            worst = max(worst, abs(numeric - np.asarray(node.derivative)[place]) / max(1, abs(numeric)))
    return worst


def numbers(operation, shapes):
    rng = np.random.default_rng(1)
    centre = ARGUMENTS.get(operation, (0.6, -0.4))
    return [c + 0.1 * rng.uniform(-1, 1, shape) for c, shape in zip(centre, shapes, strict=False)]


ONE = [name for name, row in OPERATIONS.items() if len(row.back) == 1]
TWO = [name for name, row in OPERATIONS.items() if len(row.back) == 2 and name != "matmul"]


@pytest.mark.parametrize("shape", [(), (2, 3)])
@pytest.mark.parametrize("operation", ONE)
def test_functions_of_one(operation, shape):
    if operation != "transpose" or shape:
        assert differ(operation, numbers(operation, [shape])) < 1e-8


@pytest.mark.parametrize(
    "shapes", [((), ()), ((2, 3), (2, 3)), ((2, 3), ()), ((), (2, 3)), ((2, 1), (2, 3)), ((2, 1), (1, 3))]
)
@pytest.mark.parametrize("operation", TWO)
def test_functions_of_two_broadcast(operation, shapes):
    assert differ(operation, numbers(operation, shapes)) < 1e-8


def test_matrix_product():
    assert differ("matmul", numbers("matmul", [(2, 3), (3, 4)])) < 1e-8


@pytest.mark.parametrize("operation", [*ONE, *TWO, "matmul"])
def test_a_slope_wrong_by_a_thousandth_is_seen(monkeypatch, operation):
    row = OPERATIONS[operation]
    for place in range(len(row.back)):
        right = row.back[place]
        back = [*row.back]
        back[place] = lambda *args, right=right: 1.001 * right(*args)
        monkeypatch.setitem(OPERATIONS, operation, row._replace(back=tuple(back)))
        shapes = [(2, 3), (3, 4)] if operation == "matmul" else [(2, 3)] * len(row.back)
        assert differ(operation, numbers(operation, shapes)) > 1e-5


def test_relu_is_flat_at_zero():
    (x,) = variables(x=0)
    J = graph.relu(x)
    J.backward()
    assert x.derivative == 0


def test_two_layers_agree_with_the_network():
    from glassnet import Network

    net = Network([3, 4, 1], "tanh", seed=0, dtype="float64")
    rng = np.random.default_rng(0)
    X, Y = rng.normal(size=(3, 5)), np.array([[1, 0, 1, 1, 0]])
    W1, b1, W2, b2 = variables(W1=net.W[1], b1=net.b[1], W2=net.W[2], b2=net.b[2])
    A1 = graph.tanh(W1 @ X + b1)
    J = graph.sum(graph.cross_entropy(graph.sigmoid(W2 @ A1 + b2), Y)) / 5
    J.backward()
    slopes = net.gradients(X, Y)
    assert J.value == pytest.approx(slopes.cost, rel=1e-12)
    for node, wanted in [(W1, slopes.dW[1]), (b1, slopes.db[1]), (W2, slopes.dW[2]), (b2, slopes.db[2])]:
        np.testing.assert_allclose(node.derivative, wanted, rtol=1e-10, atol=1e-14)


def test_arrays_may_stand_on_the_left():
    (x,) = variables(x=[[1.0], [2.0]])
    J = graph.sum(np.array([[3.0, 4.0]]) @ x)
    J.backward()
    np.testing.assert_array_equal(x.derivative, [[3], [4]])


def test_a_long_chain_is_no_deep_recursion():
    (x,) = variables(x=1.0)
    J = x
    for _ in range(5000):
        J = J + 0.001
    J.backward()
    assert x.derivative == 1


# ---------------------------------------------------------------- logistic regression
def test_logistic_regression_of_one_sample_is_the_lectures():
    L = graph.logistic_regression_of_one(x=[1, 2], y=1, w=[0.5, -0.5], b=0.2)
    nodes = {node.name: node for node in L.nodes()}
    a = 1 / (1 + np.exp(0.3))
    assert nodes["a"].value == pytest.approx(a)
    assert nodes["z"].derivative == pytest.approx(a - 1)  # dz = a - y
    assert nodes["w2"].derivative == pytest.approx(2 * (a - 1))
    assert nodes["b"].derivative == pytest.approx(a - 1)
    assert nodes["x1"].derivative is None


def test_logistic_regression_of_m_samples_agrees_with_the_network():
    from glassnet import Network

    rng = np.random.default_rng(0)
    X, Y = rng.normal(size=(3, 8)), rng.integers(0, 2, (1, 8))
    net = Network([3, 1], seed=0, dtype="float64")
    J = graph.logistic_regression(X, Y, net.W[1], net.b[1])
    nodes, slopes = {node.name: node for node in J.nodes()}, net.gradients(X, Y)
    assert J.value == pytest.approx(slopes.cost)
    np.testing.assert_allclose(nodes["W"].derivative, slopes.dW[1], rtol=1e-10)
    np.testing.assert_allclose(nodes["b"].derivative, slopes.db[1], rtol=1e-10)


# ---------------------------------------------------------------- in words
def test_the_chain_rule_of_one_path():
    _, b, _, J = textbook()
    assert J.chain_rule(b) == "dJ/db = dJ/dv2 * dv2/dv1 * dv1/db = 3 * 1 * 2 = 6"
    assert J.chain_rule(J) == "dJ/dJ = 1"


def test_paths_add_up():
    (x,) = variables(x=0.5)
    J = graph.exp(x) * x + x**2
    J.backward()
    text = J.chain_rule(x)
    assert text.count("path ") == 3
    assert text.endswith(f"= {x.derivative:.4g}")


def test_the_chain_rule_of_matrices_has_shapes():
    J = graph.logistic_regression([[1, 2, 3], [4, 5, 6]], [[1, 0, 1]], [[0.1, -0.1]], 0)
    W = next(node for node in J.nodes() if node.name == "W")
    text = J.chain_rule(W)
    assert "dJ/dZ = dJ/dA * A * (1 - A)  (1, 3)" in text
    assert "dJ/dW = dJ/dv1 @ Xᵀ  (1, 2)" in text


def test_names_that_are_given_are_not_taken_again():
    v1, b = variables(v1=2, b=3)
    J = (v1 * b + b) * b
    assert list(J.names().values()).count("v1") == 1
    assert str(J).splitlines()[-1].startswith("J = v3 * b")


def test_a_node_can_have_a_name():
    (x,) = variables(x=2)
    u = (x * x).named("u")
    assert "u = x * x" in str(u + 1)


def test_the_picture_is_xml_that_names_every_node():
    from xml.etree import ElementTree as ET

    for J in (textbook()[-1], graph.logistic_regression_of_one([1, 2], 1, [0.5, -0.5])):
        svg = ET.fromstring(J._repr_svg_())
        told = " ".join("".join(element.itertext()) for element in svg.iter("{http://www.w3.org/2000/svg}text"))
        assert all(name in told for node, name in J.names().items())
        boxes = svg.findall("{http://www.w3.org/2000/svg}rect")[1:]
        assert len(boxes) == len(J.shown())
        corners = [tuple(float(box.get(side)) for side in ("x", "y", "width", "height")) for box in boxes]
        for i, (x, y, width, height) in enumerate(corners):
            for x_2, y_2, width_2, height_2 in corners[:i]:
                assert x + width <= x_2 or x_2 + width_2 <= x or y + height <= y_2 or y_2 + height_2 <= y


def test_a_line_that_passes_a_column_has_a_place_there():
    (x,) = variables(x=0.5)
    J = graph.exp(graph.exp(graph.exp(x))) * x
    assert J.to_svg().count(" C") == 4 + 4  # the long line bends at each of three columns that it passes


# ---------------------------------------------------------------- what is refused
@pytest.mark.parametrize(
    ("act", "error", "words"),
    [
        (lambda: variables(x="a"), WrongTypeError, ["x", "'a'"]),
        (lambda: variables(x=[1, 2]), ShapeError, ["x", "rank-1", "(2,)"]),
        (lambda: variables(x=float("nan")), DataError, ["x", "finite"]),
        (lambda: variables(W=np.ones((2, 3)))[0] @ np.ones((2, 3)), ShapeError, ["W @", "(2, 3) and (2, 3)"]),
        (lambda: variables(W=np.ones((2, 3)))[0] + np.ones((3, 2)), ShapeError, ["W +", "(3, 2)"]),
        (lambda: variables(x=2)[0] @ 3, ShapeError, ["x @", "matrices"]),
        (lambda: graph.log(variables(x=-1)[0]), DataError, ["log(x)", "-1"]),
        (lambda: variables(x=1)[0] / 0, DataError, ["x /", "0"]),
        (lambda: variables(x=-2)[0] ** 0.5, DataError, ["x**"]),
        (variables(W=np.ones((2, 2)))[0].backward, ShapeError, ["W", "(2, 2)", "sum or mean"]),
        (lambda: textbook()[-1].chain_rule(*variables(q=1)), SettingError, ["q", "no part"]),
        (lambda: (constants(k=2)[0] * variables(x=1)[0]).chain_rule(constants(k=2)[0]), SettingError, ["constant"]),
        (lambda: graph.logistic_regression_of_one([1, 2], 1, [1]), ShapeError, ["2 features", "got 1"]),
        (lambda: graph.logistic_regression([[1, 2]], [[1]], [[1]]), ShapeError, ["Y", "(1, 2)"]),
    ],
)
def test_what_cannot_be_is_refused_in_words(act, error, words):
    with pytest.raises(error) as caught:
        act()
    assert all(word in str(caught.value) for word in words), caught.value


def test_too_many_paths_are_counted_not_walked():
    (x,) = variables(x=1.0)
    J = x
    for _ in range(40):
        J = J * 0.5 + J * 0.5
    with pytest.raises(SettingError, match="1,099,511,627,776 paths"):
        J.chain_rule(x)
