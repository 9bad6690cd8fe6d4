r"""The tables of activations, losses, optimisers and schedules once more, as formulas to be set.

A and Z stand for the layer's own arrays, a and y for one entry of A[L] and Y, θ for every W[l] and b[l]. Options of a
choice stand between ``<`` and ``>`` and are replaced by their numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Pair(NamedTuple):
    """A function and its slope."""

    value: str
    slope: str


_SIGMOID = r"\frac{1}{1 + e^{-Z}}"

ACTIVATION_TEX = {
    "identity": Pair("Z", "1"),
    "sigmoid": Pair(_SIGMOID, "A * (1 - A)"),
    "tanh": Pair(r"\frac{e^{Z} - e^{-Z}}{e^{Z} + e^{-Z}}", "1 - A * A"),
    "relu": Pair(r"\max(0, Z)", r"\cases{1 & Z > 0 \\ 0 & Z \le 0}"),
    "leaky_relu": Pair(r"\cases{Z & Z > 0 \\ <slope> Z & Z \le 0}", r"\cases{1 & Z > 0 \\ <slope> & Z \le 0}"),
    "elu": Pair(r"\cases{Z & Z > 0 \\ <alpha> (e^{Z} - 1) & Z \le 0}", r"\cases{1 & Z > 0 \\ A + <alpha> & Z \le 0}"),
    "selu": Pair(
        r"1.0507 \cases{Z & Z > 0 \\ 1.6733 (e^{Z} - 1) & Z \le 0}",
        r"\cases{1.0507 & Z > 0 \\ A + 1.7581 & Z \le 0}",
    ),
    "gelu": Pair(r"Z * \Phi(Z)", r"\Phi(Z) + Z * \frac{1}{\sqrt{2 \pi}} e^{-Z * Z / 2}"),
    "silu": Pair(r"\frac{Z}{1 + e^{-Z}}", r"S + A * (1 - S), \quad S = " + _SIGMOID),
    "mish": Pair(
        r"Z * \tanh(\log(1 + e^{Z}))", r"T + Z * (1 - T * T) * " + _SIGMOID + r", \quad T = \tanh(\log(1 + e^{Z}))"
    ),
    "softplus": Pair(r"\log(1 + e^{Z})", _SIGMOID),
    "exp": Pair("e^{Z}", "A"),
    "softmax": Pair(
        r"a_{j} = \frac{e^{z_{j}}}{\sum_{k} e^{z_{k}}}",
        r"\frac{\partial a_{j}}{\partial z_{k}} = \cases{a_{j} (1 - a_{j}) & j = k \\ -a_{j} a_{k} & j \ne k}",
    ),
}

LOSS_TEX = {
    "sigmoid_cross_entropy": Pair(r"-(y \log a + (1 - y) \log(1 - a))", r"-\frac{Y}{A} + \frac{1 - Y}{1 - A}"),
    "softmax_cross_entropy": Pair(r"-y \log a", r"-\frac{Y}{A}"),
    "squared_error": Pair(r"\frac{1}{2} (a - y)^{2}", "A - Y"),
    "absolute_error": Pair("|a - y|", r"\sign(A - Y)"),
    "huber": Pair(
        r"\cases{\frac{1}{2} (a - y)^{2} & |a - y| \le <delta> \\ "
        r"<delta> (|a - y| - \frac{<delta>}{2}) & |a - y| > <delta>}",
        r"\max(-<delta>, \min(A - Y, <delta>))",
    ),
    "quantile": Pair(
        r"\cases{<q> (y - a) & y > a \\ (1 - <q>) (a - y) & y \le a}", r"\cases{-<q> & Y > A \\ 1 - <q> & Y < A}"
    ),
    "poisson": Pair(r"a - y + y \log \frac{y}{a}", r"1 - \frac{Y}{A}"),
}

# Why dZ[L] = A[L] - Y where loss and output are a pair.
PAIR_TEX = {
    "sigmoid_cross_entropy": r"\lines{dZ &= (-\frac{Y}{A} + \frac{1 - Y}{1 - A}) * A * (1 - A) \\ "
    r"&= (1 - Y) * A - Y * (1 - A) \\ &= A - Y}",
    "softmax_cross_entropy": r"\lines{dz_{j} &= \sum_{k} da_{k} \frac{\partial a_{k}}{\partial z_{j}} = "
    r"a_{j} (da_{j} - \sum_{k} da_{k} a_{k}) \\ &= a_{j} (-\frac{y_{j}}{a_{j}} + \sum_{k} y_{k}) \\ "
    r"&= a_{j} - y_{j} \quad (\sum_{k} y_{k} = 1)}",
    "squared_error": r"dZ = (A - Y) * 1 = A - Y",
    "poisson": r"\lines{dZ &= (1 - \frac{Y}{A}) * A \\ &= A - Y}",
}

_V = r"v &:= <beta_1> v + (1 - <beta_1>) d\theta"
_S = r"s &:= <beta_2> s + (1 - <beta_2>) d\theta^{2}"
_ADAM = (
    rf"{_V} \\ {_S} \\ "
    r"\theta &:= \theta - \alpha \frac{v / (1 - <beta_1>^{t})}{\sqrt{s / (1 - <beta_2>^{t})} + <epsilon>}"
)

OPTIMIZER_TEX = {
    "gradient_descent": r"W^{[l]} &:= W^{[l]} - \alpha dW^{[l]} \\ b^{[l]} &:= b^{[l]} - \alpha db^{[l]}",
    "momentum": r"v &:= <mu> v - \alpha d\theta \\ \theta &:= \theta + v",
    "nesterov": r"v &:= <mu> v - \alpha d\theta \\ \theta &:= \theta + <mu> v - \alpha d\theta",
    "rmsprop": r"s &:= <rho> s + (1 - <rho>) d\theta^{2} \\ "
    r"\theta &:= \theta - \frac{\alpha d\theta}{\sqrt{s} + <epsilon>}",
    "adam": _ADAM,
    "adamw": r"\theta &:= (1 - <weight_decay> \alpha) \theta \\ " + _ADAM,
    "lbfgs": r"p &= -H d\theta \\ \theta &:= \theta + \eta p",
}

SCHEDULE_TEX = {
    "constant": r"1",
    "step": r"<drop>^{k}, \quad k \le \frac{t}{<every>} < k + 1",
    "exponential": r"<decay>^{t}",
    "inverse_scaling": r"(1 + t)^{-<power>}",
    "cosine": r"\frac{1}{2} (1 + \cos \frac{\pi t}{T})",
    "warmup_cosine": r"\cases{\frac{t}{<warmup> T} & t < <warmup> T \\ "
    r"\frac{1}{2} (1 + \cos \pi \frac{t - <warmup> T}{T - <warmup> T}) & t \ge <warmup> T}",
    "plateau": r"<drop>^{k}",
}


def filled(tex: str, options: Mapping[str, float]) -> str:
    """Return a formula with the numbers of its options in place of their names."""
    for name, value in options.items():
        tex = tex.replace(f"<{name}>", number(value))
    return tex


def number(value: float) -> str:
    """Return a number as a formula writes it: 0.001, or 10⁻⁸ for the very small."""
    text = f"{value:.6g}"
    mantissa, e, exponent = text.partition("e")
    if not e:
        return text
    power = f"10^{{{int(exponent)}}}"
    return power if mantissa == "1" else rf"{mantissa} \times {power}"
