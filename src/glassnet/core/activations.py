"""The table of activations: name -> value g(Z) and slope g'(Z), formula, TeX, options.

`value(xp, Z)` and `slope(xp, Z, A)` work element by element on Z (n, m). The slope gets A = g(Z) too, because many slopes
are cheapest in terms of A. Softmax is not a function of one element: in place of a slope it has `backward(xp, dA, A)`,
which multiplies dA by the Jacobian of each column. The slope of relu at Z = 0 is 0.

Sources: leaky_relu Maas et al. 2013; elu Clevert et al. 2016; selu Klambauer et al. 2017; gelu Hendrycks and Gimpel 2016;
silu Elfwing et al. 2018; mish Misra 2019; softplus Dugas et al. 2001.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import inf
from typing import Any, NamedTuple

from glassnet.core.names import Option

Array = Any


class Activation(NamedTuple):
    """One entry of the table; TeX names an option as <slope>."""

    value: Callable[..., Array]
    slope: Callable[..., Array] | None
    formula: str
    slope_formula: str
    tex: str = ""
    slope_tex: str = ""
    initializer: str = "glorot"                       # of W[l] where none is named
    bounds: tuple[float, float] = (-inf, inf)         # of every A
    backward: Callable[..., Array] | None = None
    options: Mapping[str, Option] = {}
    rule: str = ""                                    # by which the slope is derived: a text "derivation.RULE"
    derivation_tex: tuple[str, ...] = ()              # what stands between g'(Z) and slope_tex, step by step


def identity(xp: Any, Z: Array) -> Array:
    return Z

def identity_slope(xp: Any, Z: Array, A: Array) -> Array:
    return xp.ones_like(Z)


def sigmoid(xp: Any, Z: Array) -> Array:
    return 1 / (1 + xp.exp(-Z))

def sigmoid_slope(xp: Any, Z: Array, A: Array) -> Array:
    return A * (1 - A)


def tanh(xp: Any, Z: Array) -> Array:
    return xp.tanh(Z)

def tanh_slope(xp: Any, Z: Array, A: Array) -> Array:
    return 1 - A * A


# Nair and Hinton 2010
def relu(xp: Any, Z: Array) -> Array:
    return xp.maximum(Z, 0)

def relu_slope(xp: Any, Z: Array, A: Array) -> Array:
    return xp.step(Z)                                           # 1 where Z > 0, else 0


# Maas, Hannun and Ng 2013
def leaky_relu(xp: Any, Z: Array, slope: float = 0.01) -> Array:
    return xp.where(Z > 0, Z, slope * Z)

def leaky_relu_slope(xp: Any, Z: Array, A: Array, slope: float = 0.01) -> Array:
    return slope + (1 - slope) * xp.step(Z)


# Clevert, Unterthiner and Hochreiter 2016
def elu(xp: Any, Z: Array, alpha: float = 1.0) -> Array:
    return xp.where(Z > 0, Z, alpha * xp.expm1(xp.minimum(Z, 0)))

def elu_slope(xp: Any, Z: Array, A: Array, alpha: float = 1.0) -> Array:
    return xp.where(Z > 0, 1, A + alpha)


SELU_SCALE, SELU_ALPHA = 1.0507009873554805, 1.6732632423543772  # mean 0 and variance 1 are kept

# Klambauer et al. 2017
def selu(xp: Any, Z: Array) -> Array:
    return SELU_SCALE * elu(xp, Z, SELU_ALPHA)

def selu_slope(xp: Any, Z: Array, A: Array) -> Array:
    return xp.where(Z > 0, SELU_SCALE, A + SELU_SCALE * SELU_ALPHA)


SQRT_HALF, SQRT_2PI = 0.7071067811865476, 2.5066282746310002

# Hendrycks and Gimpel 2016
def gelu(xp: Any, Z: Array) -> Array:
    return Z * (0.5 + 0.5 * xp.erf(SQRT_HALF * Z))              # Z times the standard normal's distribution

def gelu_slope(xp: Any, Z: Array, A: Array) -> Array:
    return 0.5 + 0.5 * xp.erf(SQRT_HALF * Z) + Z * xp.exp(-0.5 * Z * Z) / SQRT_2PI


# Elfwing, Uchibe and Doya 2018
def silu(xp: Any, Z: Array) -> Array:
    return Z * sigmoid(xp, Z)

def silu_slope(xp: Any, Z: Array, A: Array) -> Array:
    s = sigmoid(xp, Z)
    return s + A * (1 - s)


# Dugas et al. 2001
def softplus(xp: Any, Z: Array) -> Array:
    return xp.maximum(Z, 0) + xp.log1p(xp.exp(-abs(Z)))         # log(1 + e^Z), safe for large |Z|

def softplus_slope(xp: Any, Z: Array, A: Array) -> Array:
    return sigmoid(xp, Z)


# Misra 2020
def mish(xp: Any, Z: Array) -> Array:
    return Z * xp.tanh(softplus(xp, Z))

def mish_slope(xp: Any, Z: Array, A: Array) -> Array:
    t = xp.tanh(softplus(xp, Z))
    return t + Z * (1 - t * t) * sigmoid(xp, Z)


def exp(xp: Any, Z: Array) -> Array:
    return xp.exp(Z)

def exp_slope(xp: Any, Z: Array, A: Array) -> Array:
    return A


def softmax(xp: Any, Z: Array) -> Array:
    E = xp.exp(Z - xp.column_max(Z))                            # the largest is e^0: nothing overflows
    return E / xp.column_sums(E)

def softmax_backward(xp: Any, dA: Array, A: Array) -> Array:
    return A * (dA - xp.column_sums(dA * A))


_SIGMOID = r"\frac{1}{1 + e^{-Z}}"

ACTIVATIONS: dict[str, Activation] = {
    "identity": Activation(
        identity, identity_slope, "Z", "1", "Z", "1"),
    "sigmoid": Activation(
        sigmoid, sigmoid_slope, "1 / (1 + exp(-Z))", "A * (1 - A)", _SIGMOID, "A * (1 - A)", bounds=(0, 1),
        rule="chain", derivation_tex=(
            r"\frac{e^{-Z}}{(1 + e^{-Z})^{2}}", r"\frac{1}{1 + e^{-Z}} * \frac{1 + e^{-Z} - 1}{1 + e^{-Z}}")),
    "tanh": Activation(
        tanh, tanh_slope, "tanh(Z)", "1 - A * A",
        r"\frac{e^{Z} - e^{-Z}}{e^{Z} + e^{-Z}}", "1 - A * A", rule="quotient",
        derivation_tex=(r"\frac{(e^{Z} + e^{-Z})^{2} - (e^{Z} - e^{-Z})^{2}}{(e^{Z} + e^{-Z})^{2}}",), bounds=(-1, 1)),
    "relu": Activation(
        relu, relu_slope, "max(Z, 0)", "1 where Z > 0, else 0",
        r"\max(0, Z)", r"\cases{1 & Z > 0 \\ 0 & Z \le 0}", "he", bounds=(0, inf),
        rule="cases", derivation_tex=(r"\cases{\frac{d}{dZ} Z & Z > 0 \\ \frac{d}{dZ} 0 & Z \le 0}",)),
    "leaky_relu": Activation(
        leaky_relu, leaky_relu_slope, "Z where Z > 0, else slope * Z", "1 where Z > 0, else slope",
        r"\cases{Z & Z > 0 \\ <slope> Z & Z \le 0}", r"\cases{1 & Z > 0 \\ <slope> & Z \le 0}", "he",
        rule="cases", derivation_tex=(r"\cases{\frac{d}{dZ} Z & Z > 0 \\ \frac{d}{dZ} <slope> Z & Z \le 0}",),
        options={"slope": Option(0.01, "[0, inf)")}),
    "elu": Activation(
        elu, elu_slope, "Z where Z > 0, else alpha * (exp(Z) - 1)", "1 where Z > 0, else A + alpha",
        r"\cases{Z & Z > 0 \\ <alpha> (e^{Z} - 1) & Z \le 0}", r"\cases{1 & Z > 0 \\ A + <alpha> & Z \le 0}",
        "he", rule="cases", derivation_tex=(
            r"\cases{1 & Z > 0 \\ <alpha> e^{Z} & Z \le 0}",
            r"\cases{1 & Z > 0 \\ <alpha> (e^{Z} - 1) + <alpha> & Z \le 0}"),
        options={"alpha": Option(1.0, "[0, inf)")}),
    "selu": Activation(
        selu, selu_slope, "1.0507 * elu(Z, 1.6733)", "1.0507 where Z > 0, else A + 1.7581",
        r"1.0507 \cases{Z & Z > 0 \\ 1.6733 (e^{Z} - 1) & Z \le 0}", r"\cases{1.0507 & Z > 0 \\ A + 1.7581 & Z \le 0}",
        "lecun", rule="cases", derivation_tex=(
            r"\cases{1.0507 & Z > 0 \\ 1.7581 e^{Z} & Z \le 0}",
            r"\cases{1.0507 & Z > 0 \\ 1.7581 (e^{Z} - 1) + 1.7581 & Z \le 0}")),
    "gelu": Activation(
        gelu, gelu_slope, "Z * Phi(Z)", "Phi(Z) + Z * phi(Z)",
        r"Z * \Phi(Z)", r"\Phi(Z) + Z * \frac{1}{\sqrt{2 \pi}} e^{-Z * Z / 2}", "he",
        rule="product", derivation_tex=(r"\Phi(Z) + Z * \Phi'(Z)",)),
    "silu": Activation(
        silu, silu_slope, "Z * sigmoid(Z)", "s + A * (1 - s), s = sigmoid(Z)",
        r"\frac{Z}{1 + e^{-Z}}", rf"S + A * (1 - S), \quad S = {_SIGMOID}", "he",
        rule="product", derivation_tex=("S + Z * S * (1 - S)",)),
    "mish": Activation(
        mish, mish_slope, "Z * tanh(softplus(Z))", "t + Z * (1 - t * t) * sigmoid(Z), t = tanh(softplus(Z))",
        r"Z * \tanh(\log(1 + e^{Z}))", rf"T + Z * (1 - T * T) * {_SIGMOID}, \quad T = \tanh(\log(1 + e^{{Z}}))",
        "he", rule="product", derivation_tex=(r"T + Z * (1 - T * T) * \frac{e^{Z}}{1 + e^{Z}}",)),
    "softplus": Activation(
        softplus, softplus_slope, "log(1 + exp(Z))", "sigmoid(Z)", r"\log(1 + e^{Z})", _SIGMOID, rule="chain",
        derivation_tex=(r"\frac{e^{Z}}{1 + e^{Z}}",), bounds=(0, inf)),
    "exp": Activation(
        exp, exp_slope, "exp(Z)", "A", "e^{Z}", "A", bounds=(0, inf)),
    "softmax": Activation(
        softmax, None, "exp(Z) / column sums of exp(Z)", "dZ = A * (dA - column sums of dA * A)",
        r"a_{j} = \frac{e^{z_{j}}}{\sum_{k} e^{z_{k}}}",
        r"\frac{\partial a_{j}}{\partial z_{k}} = \cases{a_{j} (1 - a_{j}) & j = k \\ -a_{j} a_{k} & j \ne k}",
        rule="quotient", derivation_tex=(
            r"\cases{\frac{e^{z_{j}} \sum_{i} e^{z_{i}} - e^{z_{j}} e^{z_{j}}}{(\sum_{i} e^{z_{i}})^{2}} & j = k \\ "
            r"\frac{-e^{z_{j}} e^{z_{k}}}{(\sum_{i} e^{z_{i}})^{2}} & j \ne k}",),
        bounds=(0, 1), backward=softmax_backward),
}
