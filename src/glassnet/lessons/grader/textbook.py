"""The course's functions as plain text: right as they stand, and the page on which the known mistakes are made.

The grades come from `glassnet.equations`; this text is what `mistakes.py` edits to see what each mistake computes.
"""

# ruff: noqa: D401, RET504, RUF059 (each result has a name and a line of its own, where a mistake can be made)
from __future__ import annotations

from typing import Any

import numpy as np

from glassnet.typing import Array


# ---------------------------------------------------------------- forward
def sigmoid(Z: Array) -> Any:
    """A and the cache Z."""
    A = 1 / (1 + np.exp(-Z))
    return A, Z


def relu(Z: Array) -> Any:
    """A and the cache Z."""
    A = np.maximum(0, Z)
    return A, Z


def linear_forward(A: Array, W: Array, b: Array) -> Any:
    """Z and the cache (A, W, b)."""
    Z = W @ A + b
    return Z, (A, W, b)


def linear_activation_forward(A_prev: Array, W: Array, b: Array, activation: str) -> Any:
    """A and the cache (linear_cache, activation_cache)."""
    Z, linear_cache = linear_forward(A_prev, W, b)
    A, activation_cache = relu(Z) if activation == "relu" else sigmoid(Z)
    return A, (linear_cache, activation_cache)


def L_model_forward(X: Array, parameters: Any) -> Any:
    """AL and the list of the layers' caches."""
    A, caches, L = X, [], len(parameters) // 2
    for l in range(1, L + 1):
        W, b = parameters[f"W{l}"], parameters[f"b{l}"]
        A, cache = linear_activation_forward(A, W, b, "sigmoid" if l == L else "relu")
        caches.append(cache)
    return A, caches


def compute_cost(AL: Array, Y: Array) -> Any:
    """J, a number."""
    m = Y.shape[1]
    cost = -1 / m * np.sum(Y * np.log(AL) + (1 - Y) * np.log(1 - AL))
    return cost


# ---------------------------------------------------------------- backward
def relu_backward(dA: Array, cache: Array) -> Any:
    """dZ, from the cache Z."""
    Z = cache
    dZ = dA * (Z > 0)
    return dZ


def sigmoid_backward(dA: Array, cache: Array) -> Any:
    """dZ, from the cache Z."""
    Z = cache
    s = 1 / (1 + np.exp(-Z))
    dZ = dA * s * (1 - s)
    return dZ


def linear_backward(dZ: Array, cache: Any) -> Any:
    """dA_prev, dW, db, from the cache (A_prev, W, b)."""
    A_prev, W, b = cache
    m = A_prev.shape[1]
    dW = 1 / m * (dZ @ A_prev.T)
    db = 1 / m * np.sum(dZ, axis=1, keepdims=True)
    dA_prev = W.T @ dZ
    return dA_prev, dW, db


def linear_activation_backward(dA: Array, cache: Any, activation: str) -> Any:
    """dA_prev, dW, db, from the cache (linear_cache, activation_cache)."""
    linear_cache, Z = cache
    dZ = relu_backward(dA, Z) if activation == "relu" else sigmoid_backward(dA, Z)
    return linear_backward(dZ, linear_cache)


def L_model_backward(AL: Array, Y: Array, caches: Any) -> Any:
    """Slopes dA0, dW1, db1, dA1, dW2, ... of all layers."""
    grads, L = {}, len(caches)
    dA = -(Y / AL - (1 - Y) / (1 - AL))
    for l in reversed(range(L)):
        dA_prev, dW, db = linear_activation_backward(dA, caches[l], "sigmoid" if l == L - 1 else "relu")
        grads[f"dA{l}"], grads[f"dW{l + 1}"], grads[f"db{l + 1}"] = dA_prev, dW, db
        dA = dA_prev
    return grads


# ---------------------------------------------------------------- the step, and what is predicted
def update_parameters(parameters: Any, grads: Any, learning_rate: float) -> Any:
    """Return the next W1, b1, W2, ... in new arrays."""
    L, updated = len(parameters) // 2, {}
    for l in range(1, L + 1):
        updated[f"W{l}"] = parameters[f"W{l}"] - learning_rate * grads[f"dW{l}"]
        updated[f"b{l}"] = parameters[f"b{l}"] - learning_rate * grads[f"db{l}"]
    return updated


def predict(X: Array, y: Array, parameters: Any) -> Any:
    """0 or 1 for each sample, (1, m)."""
    AL = L_model_forward(X, parameters)[0]
    p = 1.0 * (AL > 0.5)
    return p


# ---------------------------------------------------------------- logistic regression
def propagate(w: Array, b: float, X: Array, Y: Array) -> Any:
    """Slopes {"dw", "db"} and the cost."""
    m = X.shape[1]
    Z = w.T @ X + b
    A = 1 / (1 + np.exp(-Z))
    cost = -1 / m * np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A))
    dw = 1 / m * (X @ (A - Y).T)
    db = 1 / m * np.sum(A - Y)
    return {"dw": dw, "db": db}, cost


def optimize(w: Array, b: float, X: Array, Y: Array, num_iterations: int, learning_rate: float, *_: Any) -> Any:
    """Parameters {"w", "b"}, the last slopes {"dw", "db"}, and the cost of every hundredth step."""
    costs = []
    for i in range(num_iterations):
        grads, cost = propagate(w, b, X, Y)
        w = w - learning_rate * grads["dw"]
        b = b - learning_rate * grads["db"]
        if i % 100 == 0:
            costs.append(cost)
    return {"w": w, "b": b}, grads, costs


def predict_logistic(w: Array, b: float, X: Array) -> Any:
    """0 or 1 for each sample, (1, m)."""
    A = 1 / (1 + np.exp(-(w.T @ X + b)))
    p = 1.0 * (A > 0.5)
    return p
