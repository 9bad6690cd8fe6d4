"""A function typed in, such as sin(3 x1) * x2, as data: read into a tree, of which only arithmetic is evaluated."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from typing import Any

import numpy as np

from glassnet.studio.data import Data
from glassnet.studio.refused import RefusedError
from glassnet.typing import Array

FUNCTIONS: dict[str, Callable[..., Any]] = {
    "sin": np.sin, "cos": np.cos, "tan": np.tan, "tanh": np.tanh, "exp": np.exp, "log": np.log, "sqrt": np.sqrt,
    "abs": np.abs, "sign": np.sign, "min": np.minimum, "max": np.maximum,
}  # fmt: skip
ARITY = {"min": 2, "max": 2}
NUMBERS = {"pi": np.pi, "e": np.e}
OPERATORS: dict[type, Callable[..., Any]] = {
    ast.Add: np.add, ast.Sub: np.subtract, ast.Mult: np.multiply, ast.Div: np.divide, ast.Pow: np.power,
    ast.USub: np.negative, ast.UAdd: np.positive,
    ast.Gt: np.greater, ast.Lt: np.less, ast.GtE: np.greater_equal, ast.LtE: np.less_equal,
}  # fmt: skip
FIELD = "source.formula"


def typed(data_seed: int, *, m: int, formula: str, noise: float, width: float) -> Data:
    """Return samples of a function over x, or x1 and x2, each from -width to width.

    A comparison at its top, such as x1 > x2, makes two classes; else a number is predicted.

    Parameters
    ----------
    data_seed : int
        Of the places and the noise.
    m : int
        Samples.
    formula : str
        The function.
    noise : float
        Standard deviation of what is added: to numbers, or to the places of what was labelled.
    width : float
        Half of the range.

    Returns
    -------
    Data
        X (1 or 2, m) and Y (1, m).

    Raises
    ------
    RefusedError
        If the formula cannot be read, or is not finite everywhere.
    """
    tree = read(formula)
    names = sorted({node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} - {*FUNCTIONS, *NUMBERS})
    if not names or names not in (["x"], ["x1"], ["x2"], ["x1", "x2"]):
        raise RefusedError(f"formula: expected a function of x, or of x1 and x2; got {formula!r:.60}", FIELD)
    names = names if names == ["x"] else ["x1", "x2"]
    rng = np.random.default_rng(data_seed)
    X = rng.uniform(-width, width, (len(names), m))
    with np.errstate(all="ignore"):
        y = np.broadcast_to(_value(tree, dict(zip(names, X, strict=True))), m)
    if not np.isfinite(y).all():
        at = ", ".join(f"{name} = {x:.3g}" for name, x in zip(names, X[:, ~np.isfinite(y)][:, 0], strict=True))
        raise RefusedError(f"formula: it is not finite at {at}", FIELD)
    if y.dtype == bool:
        if y.all() or not y.any():
            raise RefusedError("formula: it holds everywhere or nowhere, so there is one class only", FIELD)
        moved = X + noise * rng.standard_normal(X.shape)
        return Data(moved, y[None].astype(float), names, ["no", "yes"], target=formula)
    return Data(X, y[None] + noise * rng.standard_normal((1, m)), names, None, target=formula)


def read(formula: str) -> ast.expr:
    """Return the tree of a formula; ^ is a power, and a number before a letter multiplies.

    Raises
    ------
    RefusedError
        If it is no formula, or holds anything but arithmetic.
    """
    text = re.sub(r"(?<![A-Za-z_])(\d+(?:\.\d+)?)\s*(?=(?:x|pi|sin|cos|tan|exp|log|sqrt|abs|\())", r"\1*", formula)
    text = text.replace("^", "**").strip()
    try:
        tree = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise RefusedError(f"formula: expected something like sin(3 * x1) * x2; got {formula!r:.60}", FIELD) from None
    for node in ast.walk(tree):
        if not isinstance(node, ALLOWED) or (isinstance(node, ast.Constant) and type(node.value) not in (int, float)):
            raise RefusedError(f"formula: {type(node).__name__} is no arithmetic; got {formula!r:.60}", FIELD)
        if isinstance(node, ast.Call) and not _is_known(node):
            known = ", ".join(FUNCTIONS)
            raise RefusedError(f"formula: expected functions such as {known}; got {ast.unparse(node):.60}", FIELD)
        if isinstance(node, ast.Compare) and (node is not tree or len(node.ops) > 1):
            raise RefusedError("formula: one comparison may stand outside, such as x1^2 + x2^2 < 1", FIELD)
    return tree


ALLOWED = (
    ast.BinOp, ast.UnaryOp, ast.Compare, ast.Call, ast.Name, ast.Constant, ast.Load, *OPERATORS,
)  # fmt: skip


def _is_known(call: ast.Call) -> bool:
    name = call.func.id if isinstance(call.func, ast.Name) else ""
    plain = not call.keywords and not any(isinstance(argument, ast.Starred) for argument in call.args)
    return name in FUNCTIONS and plain and len(call.args) == ARITY.get(name, 1)


def _value(node: ast.expr, of: dict[str, Array]) -> Any:
    """Return the value of a part; numbers are floats, so that no power takes forever."""
    if isinstance(node, ast.Constant):
        assert isinstance(node.value, int | float)
        return np.float64(min(node.value, 10**300))
    if isinstance(node, ast.Name):
        if node.id in FUNCTIONS:
            raise RefusedError(f"formula: {node.id} wants brackets, such as {node.id}(x1)", FIELD)
        return of[node.id] if node.id in of else np.float64(NUMBERS[node.id])
    if isinstance(node, ast.Call):
        assert isinstance(node.func, ast.Name)
        return FUNCTIONS[node.func.id](*(_value(argument, of) for argument in node.args))
    if isinstance(node, ast.UnaryOp):
        return OPERATORS[type(node.op)](_value(node.operand, of))
    if isinstance(node, ast.Compare):
        return OPERATORS[type(node.ops[0])](_value(node.left, of), _value(node.comparators[0], of))
    assert isinstance(node, ast.BinOp)
    return OPERATORS[type(node.op)](_value(node.left, of), _value(node.right, of))
