"""The equations in the notation, for use on their own: shapes are checked, then the text that trains is run.

All arrays are NumPy arrays of any float type; samples are columns; a leading axis k holds k networks side by side.
Layers count from 1: entry 0 of W, b, dW and db is None, and A[0] is X, as Z[0] is. Where W[0] and b[0] are given, they
are an embedding (`embedding_forward`), and A[0] is what it makes of X.

>>> import numpy as np
>>> A_prev, W, b = np.array([[1.0, 2.0]]), np.array([[3.0]]), np.array([[0.5]])
>>> linear_forward(A_prev, W, b)
array([[3.5, 6.5]])
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from glassnet.arrays import numpy_namespace as xp
from glassnet.core import checks
from glassnet.core import equations as core
from glassnet.core.activations import ACTIVATIONS, Activation
from glassnet.core.losses import LOSSES, Loss, full_name
from glassnet.core.names import choose
from glassnet.errors import SettingError, ShapeError
from glassnet.typing import Array, ArrayLike, Cost, LayerArrays

__all__ = [
    "activation_backward",
    "activation_forward",
    "backward",
    "cost",
    "cost_backward",
    "embedding_backward",
    "embedding_forward",
    "forward",
    "gradient_descent",
    "linear_backward",
    "linear_forward",
]

_UNUSED: Any = None  # entry 0 of a list of layers


def embedding_forward(X: ArrayLike, W: ArrayLike, b: ArrayLike) -> Array:
    """A = [W_1 X_1 + b_1; ...; W_g X_g + b_g; the other rows of X], X_j being the j-th t rows of X.

    Parameters
    ----------
    X : array (g t + rest, m)
        First the rows of the groups, then those that stay as they are.
    W, b : array (g, d, t), (g, d, 1)
        Weights and biases of each group.

    Returns
    -------
    array (g d + rest, m)
        A.

    Raises
    ------
    ShapeError
        If the shapes do not fit each other.
    """
    W, b, X = _embedding(X, W, b, "")
    A: Array = core.embedding_forward(xp, X, W, b)
    return A


def embedding_backward(dA: ArrayLike, X: ArrayLike, W: ArrayLike) -> tuple[Array, Array]:
    """dW_j = 1/m dA_j X_jᵀ, db_j = 1/m row sums of dA_j, for each group j.

    Parameters
    ----------
    dA : array (g d + rest, m)
        Slope in A, without 1/m.
    X, W : array (g t + rest, m), (g, d, t)
        What the embedding took, and its weights.

    Returns
    -------
    dW, db : array (g, d, t), (g, d, 1)
        Slopes.

    Raises
    ------
    ShapeError
        If the shapes do not fit each other.
    """
    X = checks.matrix("X", X)
    W, g, d, rest = _groups(X, W, "")
    dA = checks.matrix("dA", dA, rows=g * d + rest, columns=X.shape[-1], what="one row per row of A")
    dW, db = core.embedding_backward(xp, _floats(dA), X, W, X.shape[-1])
    return dW, db


def _groups(X: Array, W: Any, layer: str) -> tuple[Array, int, int, int]:
    """Return W checked, the number of groups, the units of each, and the number of X's other rows."""
    W = checks.matrices(f"W{layer}", W, ("g", "d", "t"), "one matrix per group")
    g, d, t = W.shape[-3:]
    if (rest := X.shape[-2] - g * t) < 0:
        raise ShapeError(f"X: expected at least {g * t} rows, {g} groups of {t}, as W{layer} has; got {X.shape}")
    return W, g, d, rest


def _embedding(X: Any, W: Any, b: Any, layer: str) -> tuple[Array, Array, Array]:
    X = checks.matrix("X", X)
    W, g, d, _ = _groups(X, W, layer)
    return W, checks.matrices(f"b{layer}", b, (g, d, 1), f"one row per row of W{layer}"), X


def linear_forward(A_prev: ArrayLike, W: ArrayLike, b: ArrayLike) -> Array:
    """Z = W A_prev + b.

    Parameters
    ----------
    A_prev : array (n_prev, m)
        Activations of the layer before; X for the first layer.
    W, b : array (n, n_prev), (n, 1)
        Weights and biases.

    Returns
    -------
    array (n, m)
        Z.

    Raises
    ------
    ShapeError
        If the shapes do not fit each other.
    """
    return _linear_forward(A_prev, W, b, "")


def _linear_forward(A_prev: Any, W: Any, b: Any, layer: str) -> Array:
    W = checks.matrix(f"W{layer}", W)
    b = checks.matrix(f"b{layer}", b, rows=W.shape[-2], columns=1, what=f"one row per row of W{layer}")
    A_prev = checks.matrix(
        "A_prev" if not layer else f"A[{int(layer[1:-1]) - 1}]",
        A_prev,
        rows=W.shape[-1],
        what=f"one row per column of W{layer}, whose shape is {W.shape}",
    )
    Z: Array = core.linear_forward(A_prev, W, b)
    return Z


def activation_forward(Z: ArrayLike, activation: str) -> Array:
    """A = g(Z).

    Parameters
    ----------
    Z : array (n, m)
        Any real numbers.
    activation : str
        Name in the table of activations, options in brackets: "leaky_relu(0.2)".

    Returns
    -------
    array (n, m)
        A.

    Raises
    ------
    UnknownNameError
        If there is no such activation.
    """
    with xp.quiet():
        A: Array = core.activation_forward(xp, _floats(checks.matrix("Z", Z)), _activation(activation))
    return A


def activation_backward(dA: ArrayLike, Z: ArrayLike, activation: str) -> Array:
    """dZ = dA * g'(Z), element by element; for softmax the product of dA with each column's Jacobian.

    Parameters
    ----------
    dA, Z : array (n, m)
        Slope in A, and the Z that A came from.
    activation : str
        Name in the table of activations.

    Returns
    -------
    array (n, m)
        dZ.
    """
    Z = _floats(checks.matrix("Z", Z))
    dA = checks.matrix("dA", dA, rows=Z.shape[-2], columns=Z.shape[-1], what="the shape of Z")
    g = _activation(activation)
    with xp.quiet():
        dZ: Array = core.activation_backward(xp, dA, Z, core.activation_forward(xp, Z, g), g)
    return dZ


def linear_backward(dZ: ArrayLike, A_prev: ArrayLike, W: ArrayLike) -> tuple[Array, Array, Array]:
    """dA_prev = Wᵀ dZ, dW = 1/m dZ A_prevᵀ, db = 1/m row sums of dZ.

    Parameters
    ----------
    dZ : array (n, m)
        Slope in Z, without 1/m.
    A_prev, W : array (n_prev, m), (n, n_prev)
        What the layer took, and its weights.

    Returns
    -------
    dA_prev, dW, db : array (n_prev, m), (n, n_prev), (n, 1)
        Slopes.
    """
    dZ = checks.matrix("dZ", dZ)
    W = checks.matrix("W", W, rows=dZ.shape[-2], what="one row per row of dZ")
    A_prev = checks.matrix("A_prev", A_prev, rows=W.shape[-1], columns=dZ.shape[-1], what="columns of W, columns of dZ")
    dW, db = core.linear_backward(xp, dZ, A_prev, dZ.shape[-1])
    return core.linear_backward_input(dZ, W), dW, db


def forward(
    X: ArrayLike, W: LayerArrays, b: LayerArrays, activations: Sequence[str]
) -> tuple[list[Array], list[Array]]:
    """Forward propagation through all layers.

    Parameters
    ----------
    X : array (n[0], m)
        One column per sample.
    W, b : sequence of array (n[l], n[l-1]), (n[l], 1)
        Counted from 1; entry 0 is None, or an embedding's.
    activations : sequence of str
        g[1] ... g[L], without an entry 0.

    Returns
    -------
    A, Z : list of array (n[l], m)
        Z[0] is X, A[0] too or what the embedding makes of it; A[L] is the prediction.

    Raises
    ------
    ShapeError
        If an array does not fit; the message names layer, array, expected and given shape.
    """
    g = _layers(W, activations)
    if len(b) != len(W):
        raise ShapeError(f"b: expected {len(W)} entries, as W has, entry 0 unused; got {len(b)}")
    X = checks.matrix("X", X)
    A, Z = [X if W[0] is None else core.embedding_forward(xp, X, *_embedding(X, W[0], b[0], "[0]")[:2])], [X]
    with xp.quiet():
        for l in range(1, len(W)):
            Z.append(_linear_forward(A[l - 1], W[l], b[l], f"[{l}]"))
            A.append(core.activation_forward(xp, _floats(Z[l]), g[l]))
    return A, Z


def cost(
    A_last: ArrayLike, Y: ArrayLike, loss: str = "cross_entropy", *, sample_weight: ArrayLike | None = None
) -> Cost:
    """J = 1/m of the sum of the losses, or their weighted mean.

    Parameters
    ----------
    A_last, Y : array (n[L], m)
        Prediction and target.
    loss : str
        Name in the table of losses. "cross_entropy" is that of sigmoid for one row and that of softmax for more;
        "sigmoid_cross_entropy" over several rows is for labels that do not exclude each other.
    sample_weight : array (1, m), optional
        Weight of each sample in the mean.

    Returns
    -------
    float, or array (k,) for a stack
        J.

    Raises
    ------
    ShapeError, DataError
        If the shapes differ, or Y holds labels that the loss cannot take.
    """
    A, Y, entry = _output(A_last, Y, loss)
    S = None
    if sample_weight is not None:
        S = checks.matrix("sample_weight", sample_weight, rows=1, columns=A.shape[-1], what="one weight per column")
        S = checks.weights(checks.finite("sample_weight", S, A.dtype))
    with xp.quiet():
        losses = entry.value(xp, A, Y)
        J = core.cost(xp, losses, A.shape[-1]) if S is None else core.cost(xp, losses * S, xp.total(S))
    return float(J) if np.ndim(J) == 0 else J


def cost_backward(A_last: ArrayLike, Y: ArrayLike, loss: str = "cross_entropy") -> Array:
    """dA[L], the slope of the summed losses in A[L]: for sigmoid cross-entropy -Y/A + (1-Y)/(1-A).

    Parameters
    ----------
    A_last, Y : array (n[L], m)
        Prediction and target.
    loss : str
        Name in the table of losses, as in `cost`.

    Returns
    -------
    array (n[L], m)
        dA[L], without 1/m.
    """
    A, Y, entry = _output(A_last, Y, loss)
    with xp.quiet():
        dA: Array = entry.slope(xp, A, Y)
    return dA


def backward(
    dA_last: ArrayLike, A: LayerArrays, Z: LayerArrays, W: LayerArrays, activations: Sequence[str]
) -> tuple[list[Array], list[Array]]:
    """Backward propagation through all layers.

    Parameters
    ----------
    dA_last : array (n[L], m)
        Slope of the summed losses in A[L].
    A, Z : sequence of array (n[l], m)
        As `forward` returned them.
    W : sequence of array (n[l], n[l-1])
        Weights; entry 0 is None, or an embedding's.
    activations : sequence of str
        g[1] ... g[L], without an entry 0.

    Returns
    -------
    dW, db : list of array (n[l], n[l-1]), (n[l], 1)
        Slopes of J; entry 0 is None, or an embedding's.

    Raises
    ------
    ShapeError
        If an array does not fit; the message names layer, array, expected and given shape.
    """
    g, L = _layers(W, activations), len(W) - 1
    if len(A) != L + 1 or len(Z) != L + 1:
        raise ShapeError(f"A and Z: expected {L + 1} entries, as W has; got {len(A)} and {len(Z)}")
    m = checks.matrix("A[0]", A[0], rows=checks.matrix("W[1]", W[1]).shape[-1]).shape[-1]
    weights, Zs, As = [_UNUSED], [_UNUSED], [np.asarray(A[0])]
    for l in range(1, L + 1):
        weights.append(checks.matrix(f"W[{l}]", W[l], columns=As[l - 1].shape[-2]))
        Zs.append(_floats(checks.matrix(f"Z[{l}]", Z[l], rows=weights[l].shape[-2], columns=m)))
        As.append(checks.matrix(f"A[{l}]", A[l], rows=weights[l].shape[-2], columns=m))
    dA_last = checks.matrix("dA[L]", dA_last, rows=weights[L].shape[-2], columns=m)
    lead = dA_last.shape[:-2]
    dW = [_UNUSED, *(np.empty((*lead, *W_l.shape[-2:]), np.result_type(W_l, dA_last)) for W_l in weights[1:])]
    db = [_UNUSED, *(np.empty((*lead, W_l.shape[-2], 1), np.result_type(W_l, dA_last)) for W_l in weights[1:])]
    if W[0] is not None:
        Zs[0] = checks.matrix("Z[0]", Z[0], columns=m)
        weights[0], g_0, d, rest = _groups(Zs[0], W[0], "[0]")
        checks.matrix("A[0]", A[0], rows=g_0 * d + rest, what="rows of the embedding of X")
        dW[0], db[0] = (np.empty((*lead, g_0, d, n), dW[1].dtype) for n in (weights[0].shape[-1], 1))
    with xp.quiet():
        dZ_last = core.activation_backward(xp, dA_last, Zs[L], core.activation_forward(xp, Zs[L], g[L]), g[L])
        core.backward(xp, dZ_last, As, Zs, weights, g, [None] * (L + 1), m, dW, db)
    return dW, db


def gradient_descent(
    W: LayerArrays, b: LayerArrays, dW: LayerArrays, db: LayerArrays, learning_rate: float
) -> tuple[list[Array], list[Array]]:
    """W[l] := W[l] - alpha dW[l], b[l] := b[l] - alpha db[l], into new arrays.

    Parameters
    ----------
    W, b, dW, db : sequence of array (n[l], n[l-1]), (n[l], 1) and the same again
        Counted from 1; entry 0 is None, or an embedding's.
    learning_rate : float
        alpha.

    Returns
    -------
    W, b : list of array (n[l], n[l-1]), (n[l], 1)
        The next parameters; entry 0 is None, or an embedding's.

    Raises
    ------
    ShapeError
        If a slope has another shape than its parameters, or the lists are of unequal lengths.
    """
    if len({len(W), len(b), len(dW), len(db)}) > 1:
        raise ShapeError(f"W, b, dW, db: expected equally many layers; got {len(W)}, {len(b)}, {len(dW)}, {len(db)}")
    first = 1 if W[0] is None else 0
    new_W, new_b = [_UNUSED] * first, [_UNUSED] * first
    for l in range(first, _depth(W) + 1):
        given = {f"W[{l}]": W[l], f"b[{l}]": b[l], f"dW[{l}]": dW[l], f"db[{l}]": db[l]}
        W_l, b_l, dW_l, db_l = (
            checks.matrix(name, array) if l else checks.matrices(name, array, ("g", "d", "t"), "one matrix per group")
            for name, array in given.items()
        )
        for name, slope, of in ((f"dW[{l}]", dW_l, W_l), (f"db[{l}]", db_l, b_l)):
            if slope.shape != of.shape:
                raise ShapeError(f"{name}: expected the shape of {name[1:]}, {of.shape}; got {slope.shape}")
        W_l, b_l = core.gradient_descent(W_l, b_l, dW_l, db_l, learning_rate)
        new_W.append(W_l)
        new_b.append(b_l)
    return new_W, new_b


def _activation(activation: str) -> Activation:
    return choose(ACTIVATIONS, activation, "activation")[1]


def _layers(W: LayerArrays, activations: Sequence[str]) -> list[Activation | None]:
    L = _depth(W)
    if isinstance(activations, str) or len(activations) != L:
        raise SettingError(f"activations: {L} layers need {L} names, g[1] ... g[{L}]; got {activations!r}")
    return [None, *map(_activation, activations)]


def _depth(W: LayerArrays) -> int:
    if len(W) < 2 or isinstance(W, np.ndarray):
        got = f"one array of shape {W.shape}" if isinstance(W, np.ndarray) else f"{len(W)} entries"
        raise ShapeError(f"W: expected a list with an unused entry 0 and one array per layer; got {got}")
    return len(W) - 1


def _output(A_last: ArrayLike, Y: ArrayLike, loss: str) -> tuple[Array, Array, Loss]:
    A = _floats(checks.matrix("A[L]", A_last))
    Y = checks.matrix("Y", Y, rows=A.shape[-2], columns=A.shape[-1], what="the shape of A[L]")
    entry = choose(LOSSES, full_name(loss, A.shape[-2]), "loss")[1]
    return A, checks.labels(entry.labels, Y, loss), entry


def _floats(M: Array) -> Array:
    return M if M.dtype.kind == "f" else M.astype(np.float64)
