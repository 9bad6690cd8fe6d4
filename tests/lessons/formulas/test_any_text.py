"""Any text gets an answer at once: no traceback, and nothing of it is executed."""

import ast
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glassnet.lessons import formulas
from glassnet.lessons.formulas import UnreadableFormulaError, check, exercises
from glassnet.lessons.formulas.book import rows

FORMULAS = [row[notation] for row in rows() for notation in ("plain", "numpy", "latex")]
FORMULAS += [each["formula"] for each in exercises()]
PIECES = [
    *"ZAWbXYzaxyJLmeT()[]{}^_+-*/@=.,:;'|\\&<>⊙·Σ∂σ²ᵀŷ",
    "dZ", "dW[l]", "A[l-1]", "W1", "^T", ".T", "(i)", "g'", "g[l](", "log ", "exp(", "np.dot(", "np.sum(", "axis=1",
    "keepdims=True", r"\frac{", r"\sum_{i=1}^m", "1/m", "if", "else", "**", r"\begin{cases}", r"\end{cases}", ".shape",
    r"\mathbb{R}", "999", "1e309", "-", "parameters[\"W\" + str(l)]",
]  # fmt: skip


def answered(text):
    """Check a text; nothing but an answer or the one error may come."""
    try:
        answer = check(text)
    except UnreadableFormulaError:
        return
    assert answer.right or answer.how
    assert str(answer)


@pytest.mark.long
@given(st.text(max_size=320))
@settings(deadline=None, max_examples=200)
def test_any_text(text):
    answered(text)


@pytest.mark.long
@given(st.lists(st.sampled_from(PIECES), max_size=24), st.sampled_from(["", "dZ = ", "W: ", "J = ", "W[l] = "]))
@settings(deadline=None, max_examples=300)
def test_any_pieces_of_formulas(pieces, left):
    answered(left + "".join(pieces))


@pytest.mark.long
@given(st.sampled_from(FORMULAS), st.data())
@settings(deadline=None, max_examples=150)
def test_any_misprint(formula, data):
    start = data.draw(st.integers(0, len(formula)))
    end = data.draw(st.integers(start, min(len(formula), start + 6)))
    answered(formula[:start] + data.draw(st.sampled_from(["", *PIECES])) + formula[end:])


# ---------------------------------------------------------------- nothing is executed
@pytest.fixture
def trap(tmp_path):
    """Return a path that exists as soon as foreign text is executed."""
    return tmp_path / "trap"


ATTACKS = [
    "__import__('os').system('touch {path}')",
    "dZ = __import__('os').system('touch {path}')",
    "dZ = open('{path}', 'w')",
    "dZ = A.__class__.__mro__[1].__subclasses__()",
    "dZ = np.load('{path}')",
    "dZ = np.save('{path}', A)",
    "dZ = np.fromfile('{path}')",
    "dZ = eval('1')",
    "dZ = exec(\"open('{path}', 'w')\")",
    "dZ = (lambda: open('{path}', 'w'))()",
    "parameters[\"W\" + str(open('{path}', 'w'))] = A",
    "parameters[f\"W{{open('{path}', 'w')}}\"] = A",
    r"dZ = \input{{path}}",
    r"dZ = \write18{{touch path}}",
    "dZ = A; import os",
    "dZ = A\nimport os",
    "dZ = {formula.__class__}",
    "dZ = %s %n",
    "dZ = 9**9**9**9**9**9",
    "dZ = " + "(" * 250,
    "dZ = " + "-" * 250 + "A",
    "dZ = " + "A^" * 100 + "A",
    "dZ = " + "log " * 60 + "A",
    "dZ = " + "W^T" * 60,
    "dZ = " + r"\frac" * 50,
    "dZ = " + "Σ" * 100 + " x(i)",
    "dZ = " + "A'" * 100,
    "dZ = " + "sum(" * 50 + "x(i)" + ")" * 50,
    "W" + "1" * 280 + " = A",
    "dZ = \x00\x1b]0;gone\x07\u202e",
    "dZ = \ud800",
]


@pytest.mark.parametrize("attack", ATTACKS, ids=range(len(ATTACKS)))
def test_an_attack_is_answered_and_not_executed(attack, trap):
    answered(attack.replace("{path}", str(trap)))
    assert not trap.exists()


def test_no_source_of_the_package_executes_text():
    for path in Path(formulas.__file__).parent.glob("*.py"):
        names = {node.id for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Name)}
        assert not names & {"eval", "exec", "compile", "__import__", "open"}, path.name


# ---------------------------------------------------------------- at once
LONG = [
    "J = -1/m Σ_i (y(i) log a[L](i) + J(1 - y(i)) log(1 - a[L](i)))",
    "dZ[l] = " + " + ".join(["W[l+1]^T dZ[l+1] * g[l]'(Z[l])"] * 7),
    "dW[l] = " + "dZ[l] A[l]^T " * 12,
    "dA = " + "/".join("YA" * 20),
    "g'(z) = " + "tanh(z)(1-a)" * 8,
    "dW = 1/m * (dZ * A_prev + dZ * A_prev * W - b)",
]


@pytest.mark.parametrize("formula", LONG)
def test_an_answer_comes_within_a_second(formula):
    check("dZ = A - Y")  # imports and tables
    start = time.process_time()
    answered(formula)
    assert time.process_time() - start < 1
