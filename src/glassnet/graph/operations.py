"""The table of operations: name -> value, and beside it what each argument gets of the derivative.

A row's `back` holds one function for each argument: dJ/dy (`d`), the result y and the arguments in, the argument's
share of dJ out. `local` says the same in letters, with {0}, {1} for the arguments, {y} for the result and {d} for
dJ/dy. Numbers and matrices share the rows: what was broadcast over a matrix is summed up again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

import numpy as np

Value: TypeAlias = Any  # a float, or an array (rows, columns): the rows of the table take both


class Operation(NamedTuple):
    """One row of the table."""

    formula: str
    value: Callable[..., Value]
    back: tuple[Callable[..., Value], ...]
    local: tuple[str, ...]


def _sigmoid(x: Value) -> Value:
    return np.exp(-np.logaddexp(0, -x))  # 1 / (1 + e^-x), safe for large |x|


# fmt: off
OPERATIONS: dict[str, Operation] = {
    "add":      Operation("{0} + {1}", lambda a, b: a + b, (lambda d, y, a, b: d, lambda d, y, a, b: d),
                          ("{d}", "{d}")),
    "subtract": Operation("{0} - {1}", lambda a, b: a - b, (lambda d, y, a, b: d, lambda d, y, a, b: -d),
                          ("{d}", "-{d}")),
    "multiply": Operation("{0} * {1}", lambda a, b: a * b, (lambda d, y, a, b: d * b, lambda d, y, a, b: d * a),
                          ("{d} * {1}", "{d} * {0}")),
    "divide":   Operation("{0} / {1}", lambda a, b: a / b,
                          (lambda d, y, a, b: d / b, lambda d, y, a, b: -d * a / b**2),
                          ("{d} / {1}", "-{d} * {0} / {1}**2")),
    "power":    Operation("{0}**{1}", lambda a, n: a**n,
                          (lambda d, y, a, n: d * n * a ** (n - 1), lambda d, y, a, n: d * y * np.log(a)),
                          ("{d} * {1} * {0}**({1} - 1)", "{d} * {y} * log({0})")),
    "matmul":   Operation("{0} @ {1}", lambda A, B: A @ B, (lambda d, y, A, B: d @ B.T, lambda d, y, A, B: A.T @ d),
                          ("{d} @ {1}ᵀ", "{0}ᵀ @ {d}")),
    "transpose": Operation("{0}ᵀ", lambda A: A.T, (lambda d, y, A: d.T,), ("{d}ᵀ",)),
    "negative": Operation("-{0}", lambda a: -a, (lambda d, y, a: -d,), ("-{d}",)),
    "exp":      Operation("exp({0})", np.exp, (lambda d, y, a: d * y,), ("{d} * {y}",)),
    "log":      Operation("log({0})", np.log, (lambda d, y, a: d / a,), ("{d} / {0}",)),
    "tanh":     Operation("tanh({0})", np.tanh, (lambda d, y, a: d * (1 - y**2),), ("{d} * (1 - {y}**2)",)),
    "sigmoid":  Operation("sigmoid({0})", _sigmoid, (lambda d, y, a: d * y * (1 - y),), ("{d} * {y} * (1 - {y})",)),
    "relu":     Operation("relu({0})", lambda a: np.maximum(a, 0), (lambda d, y, a: d * (a > 0),),
                          ("{d} * ({0} > 0)",)),
    "sum":      Operation("sum({0})", np.sum, (lambda d, y, a: d * np.ones_like(a),), ("{d} for each entry",)),
    "mean":     Operation("mean({0})", np.mean, (lambda d, y, a: d * np.ones_like(a) / np.size(a),),
                          ("{d} / number of entries",)),
    "cross_entropy": Operation(
        "cross_entropy({0}, {1})", lambda a, y: -(y * np.log(a) + (1 - y) * np.log1p(-a)),
        (lambda d, L, a, y: d * (-y / a + (1 - y) / (1 - a)), lambda d, L, a, y: d * (np.log1p(-a) - np.log(a))),
        ("{d} * (-{1} / {0} + (1 - {1}) / (1 - {0}))", "{d} * log((1 - {0}) / {0})")),
}
# fmt: on
