"""The equations: forward and backward propagation, written once for every engine.

Samples are columns. A network has layers l = 1 ... L with n[l] units, n[0] features and m samples:

    X = A[0]        (n[0], m)       one column per sample
    W[l], b[l]      (n[l], n[l-1])  weights, and biases of shape (n[l], 1)
    Z[l], A[l]      (n[l], m)       before and after the activation g[l]; A[L] is the prediction
    D[l]            (n[l], m)       dropout mask, 0 or 1/keep; None where nothing is dropped
    dW, db, dZ, dA                  slopes, shaped like W, b, Z, A (dW, db of the cost J; dZ, dA of the m losses' sum)

A network may have a layer 0, an embedding: the first g t rows of X are g groups of t rows, and each group passes
through a linear map of its own into d units. Its rows of A[0] are these units and then the other rows of X:

    W[0], b[0]      (g, d, t)       one matrix a group, and biases of shape (g, d, 1); None without an embedding
    Z[0] = X        (g t + rest, m) what layer 0 takes; n[0] = g d + rest

Every array may carry one leading axis k, for k networks side by side: the text stays the same.
`xp` is the engine's array namespace, `g` holds entries of the table of activations; dZ[L] comes from core/losses.py.
"""

from __future__ import annotations

from typing import Any

Array = Any  # an array of whichever engine runs the text
Layers = list[Any]  # one array per layer, counted from 1; entry 0 is that of the input, or None


# ---------------------------------------------------------------- forward: from X to A[L], then the cost
def linear_forward(A_prev: Array, W: Array, b: Array) -> Array:
    return W @ A_prev + b                                       # Z (n, m)


def activation_forward(xp: Any, Z: Array, g: Any) -> Array:
    return g.value(xp, Z)                                       # A (n, m)


def embedding_forward(xp: Any, X: Array, W: Array, b: Array) -> Array:
    groups, rest = xp.grouped(X, W.shape[-3], W.shape[-1])      # (g, t, m), and the rows of no group
    return xp.ungrouped(W @ groups + b, rest)                   # A (g d + rest, m)


def forward(xp: Any, X: Array, W: Layers, b: Layers, g: Layers, D: Layers) -> tuple[Layers, Layers]:
    A, Z = [X if W[0] is None else embedding_forward(xp, X, W[0], b[0])], [X]
    for l in range(1, len(W)):
        Z.append(linear_forward(A[l - 1], W[l], b[l]))
        A.append(activation_forward(xp, Z[l], g[l]))
        if D[l] is not None:
            A[l] = A[l] * D[l]
    return A, Z


def cost(xp: Any, losses: Array, m: Any) -> Any:
    return xp.total(losses) / m                                 # J, one number a network


# ---------------------------------------------------------------- backward: from dZ[L] to every dW and db
def activation_backward(xp: Any, dA: Array, Z: Array, A: Array, g: Any) -> Array:
    if g.backward is not None:                                  # softmax: a unit depends on its whole column
        return g.backward(xp, dA, A)
    return dA * g.slope(xp, Z, A)                               # dZ (n, m)


def linear_backward(xp: Any, dZ: Array, A_prev: Array, m: Any) -> tuple[Array, Array]:
    dZ = dZ / m                                                 # the 1/m of the cost, once for both
    return dZ @ A_prev.mT, xp.row_sums(dZ)                      # dW (n, n_prev), db (n, 1)


def linear_backward_input(dZ: Array, W: Array) -> Array:
    if W.shape[-2] == 1:
        return W.mT * dZ                                        # one unit: a column times a row, entry by entry
    return W.mT @ dZ                                            # dA_prev (n_prev, m)


def embedding_backward(xp: Any, dA: Array, X: Array, W: Array, m: Any) -> tuple[Array, Array]:
    g, d, t = W.shape[-3:]
    dA, X = xp.grouped(dA / m, g, d)[0], xp.grouped(X, g, t)[0]  # (g, d, m), (g, t, m)
    return dA @ X.mT, xp.row_sums(dA)                           # dW (g, d, t), db (g, d, 1)


def backward(xp: Any, dZ_last: Array, A: Layers, Z: Layers, W: Layers, g: Layers, D: Layers, m: Any,
             dW: Layers, db: Layers) -> tuple[Layers, Layers]:
    L = len(W) - 1
    dA, dZ = [None] * (L + 1), [None] * (L + 1)
    dZ[L] = dZ_last
    for l in range(L, 0, -1):
        if l < L:
            dA[l], A_l = linear_backward_input(dZ[l + 1], W[l + 1]), A[l]
            if D[l] is not None:                                # the slope needs g(Z) before dropping
                dA[l], A_l = dA[l] * D[l], activation_forward(xp, Z[l], g[l])
            dZ[l] = activation_backward(xp, dA[l], Z[l], A_l, g[l])
        dW[l][...], db[l][...] = linear_backward(xp, dZ[l], A[l - 1], m)
    if W[0] is not None:                                        # nothing goes back further, into X
        dA[0] = linear_backward_input(dZ[1], W[1])
        dW[0][...], db[0][...] = embedding_backward(xp, dA[0], Z[0], W[0], m)
    return dA, dZ


# ---------------------------------------------------------------- the step
def gradient_descent(W: Array, b: Array, dW: Array, db: Array, learning_rate: float) -> tuple[Array, Array]:
    return W - learning_rate * dW, b - learning_rate * db       # W := W - alpha dW, b := b - alpha db
