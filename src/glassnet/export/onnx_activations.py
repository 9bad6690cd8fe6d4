"""Every activation of `core.activations` as operators of ONNX: from Z and the options' values to A.

ONNX's own operator is used where there is one that computes the same. Samples are rows here, so that softmax goes
along the last axis.
"""

from __future__ import annotations

from collections.abc import Callable

from glassnet.core.activations import ACTIVATIONS, SELU_ALPHA, SELU_SCALE, SQRT_HALF
from glassnet.core.names import choose
from glassnet.export.onnx_graph import Tensor


def _gelu(Z: Tensor) -> Tensor:
    return Z * (Z.graph.node("Erf", Z * SQRT_HALF) * 0.5 + 0.5)


def _silu(Z: Tensor) -> Tensor:
    return Z * Z.graph.node("Sigmoid", Z)


OPERATORS: dict[str, Callable[..., Tensor]] = {
    "identity": lambda Z: Z,
    "sigmoid": lambda Z: Z.graph.node("Sigmoid", Z),
    "tanh": lambda Z: Z.graph.node("Tanh", Z),
    "relu": lambda Z: Z.graph.node("Relu", Z),
    "leaky_relu": lambda Z, slope: Z.graph.node("LeakyRelu", Z, alpha=slope),
    "elu": lambda Z, alpha: Z.graph.node("Elu", Z, alpha=alpha),
    "selu": lambda Z: Z.graph.node("Selu", Z, alpha=SELU_ALPHA, gamma=SELU_SCALE),
    "gelu": _gelu,
    "silu": _silu,
    "mish": lambda Z: Z * Z.graph.node("Tanh", Z.graph.node("Softplus", Z)),
    "softplus": lambda Z: Z.graph.node("Softplus", Z),
    "exp": lambda Z: Z.graph.node("Exp", Z),
    "softmax": lambda Z: Z.graph.node("Softmax", Z, axis=-1),
}


def activated(Z: Tensor, activation: str) -> Tensor:
    """Return A = g(Z).

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
    name, row = choose(ACTIVATIONS, activation, "activation")
    return OPERATORS[name](Z, **{option: float(value) for option, value in row.options.items()})
