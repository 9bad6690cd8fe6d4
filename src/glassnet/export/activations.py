"""Every activation of `core.activations` in each format: a row says A = g(Z) as operators of ONNX, in NumPy and in C.

Samples are rows in ONNX, so that softmax goes along the last axis; in NumPy they are columns; in C z is one number.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from glassnet.core.activations import ACTIVATIONS, SELU_ALPHA, SELU_SCALE, SQRT_HALF
from glassnet.core.names import choose
from glassnet.export.onnx_graph import Tensor


class Written(NamedTuple):
    """A row of the table.

    Parameters
    ----------
    onnx : callable
        From Z, and options by name, to A; ONNX's own operator where there is one that computes the same.
    python, c : str
        A of Z; z after z. An option is ``{name}``. C's softmax is a function of all units together.
    """

    onnx: Callable[..., Tensor]
    python: str
    c: str


def _operator(kind: str) -> Callable[..., Tensor]:
    return lambda Z, **options: Z.graph.node(kind, Z, **options)


def _gelu(Z: Tensor) -> Tensor:
    return Z * (Z.graph.node("Erf", Z * SQRT_HALF) * 0.5 + 0.5)


_ELU = "np.where(Z > 0, Z, {alpha} * np.expm1(np.minimum(Z, 0)))"
_SOFTPLUS = "(z > 0 ? z : 0) + log1pf(expf(-fabsf(z)))"

ROWS: dict[str, Written] = {
    "identity": Written(lambda Z: Z, "Z", "z"),
    "sigmoid": Written(_operator("Sigmoid"), "1 / (1 + np.exp(-Z))", "1 / (1 + expf(-z))"),
    "tanh": Written(_operator("Tanh"), "np.tanh(Z)", "tanhf(z)"),
    "relu": Written(_operator("Relu"), "np.maximum(Z, 0)", "z > 0 ? z : 0"),
    "leaky_relu": Written(
        lambda Z, slope: Z.graph.node("LeakyRelu", Z, alpha=slope),
        "np.where(Z > 0, Z, {slope} * Z)", "z > 0 ? z : {slope}f * z"),
    "elu": Written(_operator("Elu"), _ELU, "z > 0 ? z : {alpha}f * expm1f(z)"),
    "selu": Written(
        lambda Z: Z.graph.node("Selu", Z, alpha=SELU_ALPHA, gamma=SELU_SCALE),
        f"{SELU_SCALE} * {_ELU}".format(alpha=SELU_ALPHA),
        f"{SELU_SCALE}f * (z > 0 ? z : {SELU_ALPHA}f * expm1f(z))"),
    "gelu": Written(_gelu, "Z * (1 + erf(Z / np.sqrt(2))) / 2", "z * (0.5f + 0.5f * erff(0.70710678f * z))"),
    "silu": Written(lambda Z: Z * Z.graph.node("Sigmoid", Z), "Z / (1 + np.exp(-Z))", "z / (1 + expf(-z))"),
    "mish": Written(
        lambda Z: Z * Z.graph.node("Tanh", Z.graph.node("Softplus", Z)),
        "Z * np.tanh(np.logaddexp(0, Z))", f"z * tanhf({_SOFTPLUS})"),
    "softplus": Written(_operator("Softplus"), "np.logaddexp(0, Z)", _SOFTPLUS),
    "exp": Written(_operator("Exp"), "np.exp(Z)", "expf(z)"),
    "softmax": Written(lambda Z: Z.graph.node("Softmax", Z, axis=-1), "softmax(Z)", ""),
}  # fmt: skip


def as_tensor(Z: Tensor, activation: str) -> Tensor:
    """Return A = g(Z) for ONNX.

    Parameters
    ----------
    Z : Tensor
        Of any shape, samples before units.
    activation : str
        A name of the table, with its options.

    Returns
    -------
    Tensor
        Of the same shape.
    """
    name, options = _chosen(activation)
    return ROWS[name].onnx(Z, **options)


def formula(activation: str, language: str) -> str:
    """Return A of Z as text.

    Parameters
    ----------
    activation : str
        A name of the table, with its options.
    language : {"python", "c"}
        A field of the rows.

    Returns
    -------
    str
        The formula, its options filled in; "" where all units are needed together.
    """
    name, options = _chosen(activation)
    text: str = getattr(ROWS[name], language)
    return text.format(**{option: repr(value) for option, value in options.items()})


def _chosen(activation: str) -> tuple[str, dict[str, float]]:
    name, row = choose(ACTIVATIONS, activation, "activation")
    return name, {option: float(value) for option, value in row.options.items()}
