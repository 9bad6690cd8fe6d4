"""A network with an embedding, looked into: every array in plain loops, its line, its shape, its numbers."""

import numpy as np
import pytest

from glassnet import Network, plots, report
from glassnet.cli.show import _architecture, _numbers
from glassnet.errors import ShapeError, UnknownNameError
from glassnet.report.principle import principle

g, t, d, rest, m = 2, 4, 3, 1, 6
TERMS = [{}, {"l2": 0.7, "l1": 0.2}, {"dropout": 0.5, "seed": 4}, {"sample_weight": np.array([[0.5, 2, 0, 1, 1, 3]])}]


def network(stack=None):
    net = Network(
        [g * d + rest, 4, 1], ["tanh", "sigmoid"], embedding=(g, t, d), seed=1, dtype="float64", n_networks=stack
    )
    net.b[0] = np.random.default_rng(1).normal(size=net.b[0].shape)
    return net


def samples():
    rng = np.random.default_rng(0)
    return rng.normal(size=(g * t + rest, m)), rng.integers(0, 2, (1, m)).astype(float)


def of_one(M, stack, axes=2):
    """Return the arrays of the last network, of so many axes."""
    return M if stack is None or M.ndim == axes else M[-1]


@pytest.mark.parametrize("stack", [None, 2])
@pytest.mark.parametrize("terms", TERMS, ids=str)
def test_a_trace_is_recombined_in_loops(terms, stack):
    trace = network(stack).trace(*samples(), **terms)
    X, A, dA = trace.X, of_one(trace.A[0], stack), of_one(trace.dA[0], stack)
    W, b, dW, db = (of_one(layers[0], stack, 3) for layers in (trace.W, trace.b, trace.dW, trace.db))
    W_1, dZ_1 = of_one(trace.W[1], stack), of_one(trace.dZ[1], stack)
    S = [1.0] * m if trace.S is None else trace.S[0].tolist()
    l2, l1 = terms.get("l2", 0), terms.get("l1", 0)
    for s in range(m):
        for r in range(g * d + rest):
            assert np.isclose(dA[r, s], sum(W_1[u, r] * dZ_1[u, s] for u in range(4)), atol=1e-14)
        for r in range(rest):
            assert A[g * d + r, s] == X[g * t + r, s]
    for j in range(g):
        for u in range(d):
            row = j * d + u
            for s in range(m):
                found = b[j, u, 0] + sum(W[j, u, i] * X[j * t + i, s] for i in range(t))
                assert np.isclose(A[row, s], found, rtol=1e-12)
            assert np.isclose(db[j, u, 0], sum(dA[row]) / sum(S), rtol=1e-10, atol=1e-14)
            for i in range(t):
                slope = sum(dA[row, s] * X[j * t + i, s] for s in range(m)) + l2 * W[j, u, i] + l1 * np.sign(W[j, u, i])
                assert np.isclose(dW[j, u, i], slope / sum(S), rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize("stack", [None, 2])
def test_every_array_has_its_rule_and_fits_it(stack):
    k = "" if stack is None else "k, "
    for table in (network(stack).dimensions(m), network(stack).trace(*samples()).dimensions()):
        assert {line.check for line in table} == {"ok"}
        assert table.n_parameters == network().vector.size
        assert {line.array: line.rule for line in table if line.layer == 0} == {
            "X": "(g t + rest, m)", "W[0]": f"({k}g, d, t)", "b[0]": f"({k}g, d, 1)", "A[0]": f"({k}n[0], m)",
            "dA[0]": f"({k}n[0], m)", "dW[0]": f"({k}g, d, t)", "db[0]": f"({k}g, d, 1)",
        }  # fmt: skip
        products = [g * d * t, 4 * (g * d + rest), 4]
        assert table.operations == {"forward": 2 * sum(products), "backward": 2 * (sum(products) + sum(products[1:]))}
        assert table.bytes["parameters"] == table.bytes["slopes"] == 8 * network().vector.size * (stack or 1)
        assert "Σ n[l] n[l-1] + n[l] + g d t + g d" in str(table)


def test_the_lines_and_formulas_of_layer_0():
    trace = network().trace(*samples(), l2=0.3)
    formulas = {line.array: line.formula for line in trace.lines() if line.layer == 0}
    assert list(formulas) == ["X", "W[0]", "b[0]", "A[0]", "dA[0]", "dW[0]", "db[0]"]
    assert formulas["dW[0]"] == "1/m dA[0] Xᵀ by groups + l2/m W[0]"
    above, below = trace.formula("dW[0]").split("\n")
    assert below[above.index("Xᵀ") :].startswith("(6, 9)")
    np.testing.assert_array_equal(trace.array("X"), samples()[0])
    with pytest.raises(UnknownNameError):
        trace.array("Xᵀ")
    assert "3 units each" in trace._repr_html_()


def test_without_an_embedding_x_is_a_0():
    trace = Network([2, 1], seed=0).trace(np.ones((2, 3)))
    assert trace.array("X") is trace.array("X = A[0]") is trace.A[0] is trace.X
    assert [line.array for line in trace.lines()] == ["X = A[0]", "W[1]", "b[1]", "Z[1]", "A[1]"]


@pytest.mark.parametrize("stack", [None, 2])
@pytest.mark.parametrize("terms", TERMS, ids=str)
def test_what_is_written_out_is_the_number(terms, stack):
    trace = network(stack).trace(*samples(), **terms)
    places = {"A": "4, 2", "dA": "4, 2", "dW": "1, 1, 1", "db": "1, 1, 0"}
    for letter, place in places.items():
        text = trace.unit(letter, 0, 4, 2, input=1, network=(stack or 1) - 1, terms=99, digits=17)
        name, sum_of_it, value = text.split(" = ")
        assert name == f"{letter}[0][{place}]"
        assert eval(sum_of_it) == pytest.approx(float(value), rel=1e-9, abs=1e-13)
        M = of_one(trace.array(f"{letter}[0]"), stack, 2 if "A" in letter else 3)
        assert float(value) == M[tuple(map(int, place.split(", ")))]
    assert trace.unit("A", 0, g * d, 2).startswith("A[0][6, 2] = X[8, 2] = ")
    for letter, first in (("Z", 1), ("dZ", 1), ("A", 0)):
        with pytest.raises(ShapeError, match=f"{letter} has the layers {first} to 2; got -1"):
            trace.unit(letter, -1)
    with pytest.raises(ShapeError, match=r"unit: dW\[0\] has 6, counted from 0; got 6"):
        trace.unit("dW", 0, 6)


def test_the_shell_writes_the_first_unit_of_layer_0_out():
    lines = _numbers(network().trace(*samples()), 0).splitlines()
    assert lines[1].startswith("  A[0][0, 0] = ")
    arrays = [line.split(" = ")[0].strip() for line in lines if line.startswith("  ") and line[2] != " "]
    assert arrays[-3:] == ["dA[0][0, 0]", "dW[0][0, 0, 0]", "db[0][0, 0, 0]"]
    assert max(map(len, lines)) <= 80
    assert "embedding of 2 groups of 4 rows into 3 units each" in _architecture(network())


def test_a_diagram_shows_what_x_and_a_0_are():
    shown = {text.get_text() for text in plots.diagram(network()).texts}
    assert "A[0]: 7 rows\n9 features, embedded" in shown
    assert "W[0] (2, 3, 4)\nb[0] (2, 3, 1)\nX (9, m)" in shown


def test_a_report_derives_it(tmp_path):
    formulas = " ".join(block.tex for block in principle(network()).blocks if block.kind == "formula")
    for shape in (r"\under{W_{j}^{[0]}}{(3, 4)}", r"\under{X_{j}}{(4, m)}", r"\under{X_{j}^{\T}}{(m, 4)}"):
        assert shape in formulas
    net = network()
    X, Y = samples()
    net.fit(X, Y, iterations=2)
    net.save(tmp_path / "net.glassnet")
    made = report.of_model(tmp_path / "net.glassnet")
    for lang, words in (("en", "Numbers are embedded"), ("zh", "数值特征先做嵌入")):
        assert words in report.to_html(made, lang)
    code = next(block for block in made.sections[-1].blocks if block.kind == "code").lines
    names = {"X": X, "Y": Y}
    exec("\n".join(map(str, code)), names)
    assert names["net"].architecture == net.architecture
