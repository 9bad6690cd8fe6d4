"""The table of losses: name -> value and slope, the output it pairs with, and dZ[L].

`value(xp, A, Y)` gives the loss of every entry of A[L] (n, m); a sample's loss is its column's sum, the cost J their
mean. `slope(xp, A, Y)` is dA[L]. With its pair (sigmoid or softmax + cross-entropy, identity + squared error,
exp + poisson) a loss has dZ[L] = A[L] - Y, and `paired_value(xp, Z, A, Y)` is exact for any Z, because

    log(1 + e^z) = max(z, 0) - log max(a, 1 - a)   with a = sigmoid(z)
    log Σ e^Z    = max Z - log max A               with A = softmax(Z), by column

Sources: huber Huber 1964; quantile Koenker and Bassett 1978; poisson McCullagh and Nelder 1989.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from glassnet.core.equations import activation_backward
from glassnet.core.names import Option

Array = Any


class Loss(NamedTuple):
    """One entry of the table; TeX writes a and y for one entry of A[L] and Y, and names an option as <delta>."""

    value: Callable[..., Array]
    slope: Callable[..., Array]
    formula: str
    slope_formula: str                                # of numbers A and Y; a comparison counts as 1 or 0
    labels: str                                       # "any", "zero_one", "one_hot" or "not_negative"
    tex: str = ""
    slope_tex: str = ""
    pair: str | None = None                           # the output activation with dZ[L] = A[L] - Y
    pair_tex: str = ""                                # its derivation
    paired_value: Callable[..., Array] | None = None
    outputs: tuple[str, ...] | None = None            # the output activations allowed; None: any
    options: Mapping[str, Option] = {}


def _tiny(xp: Any, A: Array) -> Any:
    return xp.finfo(A.dtype).smallest_normal


def _safe_log(xp: Any, A: Array) -> Array:
    return xp.log(xp.maximum(A, _tiny(xp, A)))


def _safe_divisor(xp: Any, A: Array) -> Array:
    return xp.where(abs(A) < _tiny(xp, A), _tiny(xp, A), A)


def sigmoid_cross_entropy(xp: Any, A: Array, Y: Array) -> Array:
    return -(Y * _safe_log(xp, A) + (1 - Y) * _safe_log(xp, 1 - A))

def sigmoid_cross_entropy_slope(xp: Any, A: Array, Y: Array) -> Array:
    return -Y / _safe_divisor(xp, A) + (1 - Y) / _safe_divisor(xp, 1 - A)

def sigmoid_cross_entropy_of_Z(xp: Any, Z: Array, A: Array, Y: Array) -> Array:
    return xp.maximum(Z, 0) - xp.log(xp.maximum(A, 1 - A)) - Y * Z


def softmax_cross_entropy(xp: Any, A: Array, Y: Array) -> Array:
    return -Y * _safe_log(xp, A)

def softmax_cross_entropy_slope(xp: Any, A: Array, Y: Array) -> Array:
    return -Y / _safe_divisor(xp, A)

def softmax_cross_entropy_of_Z(xp: Any, Z: Array, A: Array, Y: Array) -> Array:
    return Y * (xp.column_max(Z) - xp.log(xp.column_max(A)) - Z)


def squared_error(xp: Any, A: Array, Y: Array) -> Array:
    return 0.5 * (A - Y) * (A - Y)

def squared_error_slope(xp: Any, A: Array, Y: Array) -> Array:
    return A - Y


def absolute_error(xp: Any, A: Array, Y: Array) -> Array:
    return abs(A - Y)

def absolute_error_slope(xp: Any, A: Array, Y: Array) -> Array:
    return xp.sign(A - Y)


# Huber 1964
def huber(xp: Any, A: Array, Y: Array, delta: float = 1.0) -> Array:
    near = xp.minimum(abs(A - Y), delta)                        # quadratic up to delta, then linear
    return near * (abs(A - Y) - 0.5 * near)

def huber_slope(xp: Any, A: Array, Y: Array, delta: float = 1.0) -> Array:
    return xp.minimum(xp.maximum(A - Y, -delta), delta)


# Koenker and Bassett 1978
def quantile(xp: Any, A: Array, Y: Array, q: float = 0.5) -> Array:
    return xp.maximum(q * (Y - A), (q - 1) * (Y - A))

def quantile_slope(xp: Any, A: Array, Y: Array, q: float = 0.5) -> Array:
    return (1 - q) * xp.step(A - Y) - q * xp.step(Y - A)


def poisson(xp: Any, A: Array, Y: Array) -> Array:
    return A - Y + Y * (_safe_log(xp, Y) - _safe_log(xp, A))    # half the deviance: 0 where A = Y

def poisson_slope(xp: Any, A: Array, Y: Array) -> Array:
    return 1 - Y / xp.maximum(A, 2**32 * _tiny(xp, A))          # no target is so large that this overflows

def poisson_of_Z(xp: Any, Z: Array, A: Array, Y: Array) -> Array:
    return A - Y + Y * (_safe_log(xp, Y) - Z)


LOSSES: dict[str, Loss] = {
    "sigmoid_cross_entropy": Loss(
        sigmoid_cross_entropy, sigmoid_cross_entropy_slope, "-(Y log A + (1 - Y) log(1 - A))",
        "-Y / A + (1 - Y) / (1 - A)", "zero_one",
        r"-(y \log a + (1 - y) \log(1 - a))", r"-\frac{Y}{A} + \frac{1 - Y}{1 - A}",
        "sigmoid",
        r"\lines{dZ &= (-\frac{Y}{A} + \frac{1 - Y}{1 - A}) * A * (1 - A) \\ &= (1 - Y) * A - Y * (1 - A) \\ &= A - Y}",
        sigmoid_cross_entropy_of_Z, outputs=("sigmoid",)),
    "softmax_cross_entropy": Loss(
        softmax_cross_entropy, softmax_cross_entropy_slope, "-Y log A", "-Y / A", "one_hot",
        r"-y \log a", r"-\frac{Y}{A}",
        "softmax",
        r"\lines{dz_{j} &= \sum_{k} da_{k} \frac{\partial a_{k}}{\partial z_{j}} = a_{j} (da_{j} - \sum_{k} da_{k} a_{k}) \\ "
        r"&= a_{j} (-\frac{y_{j}}{a_{j}} + \sum_{k} y_{k}) \\ &= a_{j} - y_{j} \quad (\sum_{k} y_{k} = 1)}",
        softmax_cross_entropy_of_Z, outputs=("softmax",)),
    "squared_error": Loss(
        squared_error, squared_error_slope, "(A - Y)² / 2", "A - Y", "any",
        r"\frac{1}{2} (a - y)^{2}", "A - Y", "identity", "dZ = (A - Y) * 1 = A - Y"),
    "absolute_error": Loss(
        absolute_error, absolute_error_slope, "|A - Y|", "sign(A - Y)", "any", "|a - y|", r"\sign(A - Y)"),
    "huber": Loss(
        huber, huber_slope, "(A - Y)² / 2 up to |A - Y| = delta, then delta (|A - Y| - delta / 2)",
        "max(-delta, min(A - Y, delta))", "any",
        r"\cases{\frac{1}{2} (a - y)^{2} & |a - y| \le <delta> \\ "
        r"<delta> (|a - y| - \frac{<delta>}{2}) & |a - y| > <delta>}",
        r"\max(-<delta>, \min(A - Y, <delta>))",
        options={"delta": Option(1.0, "(0, inf)")}),
    "quantile": Loss(
        quantile, quantile_slope, "q (Y - A) where Y > A, else (1 - q) (A - Y)", "(1 - q) * (A > Y) - q * (Y > A)", "any",
        r"\cases{<q> (y - a) & y > a \\ (1 - <q>) (a - y) & y \le a}", r"\cases{-<q> & Y > A \\ 1 - <q> & Y < A}",
        options={"q": Option(0.5, "(0, 1)")}),
    "poisson": Loss(
        poisson, poisson_slope, "A - Y + Y log(Y / A)", "1 - Y / A", "not_negative",
        r"a - y + y \log \frac{y}{a}", r"1 - \frac{Y}{A}",
        "exp", r"\lines{dZ &= (1 - \frac{Y}{A}) * A \\ &= A - Y}",
        poisson_of_Z, outputs=("exp", "softplus", "relu", "sigmoid")),
}


def full_name(loss: str, rows: int, output: str | None = None) -> str:
    """Return the table's name for "cross_entropy", which means the output's own kind.

    With an `output` activation the output decides; without one, the `rows` of A[L]: one row is sigmoid, more are softmax.
    """
    if loss != "cross_entropy":
        return loss
    if output is not None:
        return "softmax_cross_entropy" if output == "softmax" else "sigmoid_cross_entropy"
    return "sigmoid_cross_entropy" if rows == 1 else "softmax_cross_entropy"


def losses_and_dZ(xp: Any, Z: Array, A: Array, Y: Array, loss: Loss, output: str, g: Any) -> tuple[Array, Array]:
    """Return the loss of every entry and dZ[L]: A[L] - Y for the loss's own pair, dA[L] times the slope otherwise."""
    if output == loss.pair:
        value = loss.value(xp, A, Y) if loss.paired_value is None else loss.paired_value(xp, Z, A, Y)
        return value, A - Y
    return loss.value(xp, A, Y), activation_backward(xp, loss.slope(xp, A, Y), Z, A, g)
