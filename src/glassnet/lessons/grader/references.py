"""What each function of the course has to return, by glassnet's own equations, in the course's conventions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from glassnet import equations
from glassnet.lessons.grader.units import TEXTBOOK
from glassnet.typing import AnyArray


def _slope(dA: AnyArray, Z: AnyArray, activation: str, linear_cache: Any) -> Any:
    dZ = equations.activation_backward(dA, Z, activation)
    return equations.linear_backward(dZ, *linear_cache[:2])


def _activation(A_prev: AnyArray, W: AnyArray, b: AnyArray, activation: str) -> Any:
    Z = equations.linear_forward(A_prev, W, b)
    return equations.activation_forward(Z, activation), ((A_prev, W, b), Z)


def _layers(parameters: dict[str, AnyArray], letter: str) -> list[AnyArray]:
    return [None, *(parameters[f"{letter}{l}"] for l in range(1, len(parameters) // 2 + 1))]


def _forward(X: AnyArray, parameters: dict[str, AnyArray]) -> Any:
    W, b = _layers(parameters, "W"), _layers(parameters, "b")
    L = len(W) - 1
    A, Z = equations.forward(X, W, b, ["relu"] * (L - 1) + ["sigmoid"])
    return A[L], [((A[l - 1], W[l], b[l]), Z[l]) for l in range(1, L + 1)]


def _backward(AL: AnyArray, Y: AnyArray, caches: Any) -> dict[str, AnyArray]:
    grads: dict[str, AnyArray] = {}
    dA = equations.cost_backward(AL, Y)
    for l in range(len(caches), 0, -1):
        linear_cache, Z = caches[l - 1]
        activation = "sigmoid" if l == len(caches) else "relu"
        dA, grads[f"dW{l}"], grads[f"db{l}"] = _slope(dA, Z, activation, linear_cache)
        grads[f"dA{l - 1}"] = dA
    return grads


def _two_layers(X: AnyArray, parameters: dict[str, AnyArray]) -> Any:
    W, b = _layers(parameters, "W"), _layers(parameters, "b")
    A, Z = equations.forward(X, W, b, ["tanh", "sigmoid"])
    return A[2], {"Z1": Z[1], "A1": A[1], "Z2": Z[2], "A2": A[2]}


def _two_layers_backward(parameters: dict[str, AnyArray], cache: Any, X: AnyArray, Y: AnyArray) -> dict[str, AnyArray]:
    W = _layers(parameters, "W")
    A, Z = [X, cache["A1"], cache["A2"]], [None, cache["Z1"], cache["Z2"]]
    dW, db = equations.backward(equations.cost_backward(A[2], Y), A, Z, W, ["tanh", "sigmoid"])
    return {f"{name}{l}": slopes[l] for l in (1, 2) for name, slopes in (("dW", dW), ("db", db))}


def _update(parameters: dict[str, AnyArray], grads: dict[str, AnyArray], learning_rate: float) -> dict[str, AnyArray]:
    W, b = _layers(parameters, "W"), _layers(parameters, "b")
    dW, db = ([None, *(grads[f"{name}{l}"] for l in range(1, len(W)))] for name in ("dW", "db"))
    W, b = equations.gradient_descent(W, b, dW, db, learning_rate)
    return {f"{name}{l}": array[l] for name, array in (("W", W), ("b", b)) for l in range(1, len(W))}


def _propagate(w: AnyArray, b: float, X: AnyArray, Y: AnyArray) -> Any:
    W = [None, w.T]
    A, Z = equations.forward(X, W, [None, np.array([[b]])], ["sigmoid"])
    dW, db = equations.backward(equations.cost_backward(A[1], Y), A, Z, W, ["sigmoid"])
    return {"dw": dW[1].T, "db": db[1].item()}, equations.cost(A[1], Y)


def _optimize(
    w: AnyArray, b: float, X: AnyArray, Y: AnyArray, num_iterations: int, learning_rate: float, *_: Any
) -> Any:
    grads, costs = {}, []
    for _i in range(num_iterations):
        grads, cost = _propagate(w, b, X, Y)
        w, b = w - learning_rate * grads["dw"], b - learning_rate * grads["db"]
        costs.append(cost)
    return {"w": w, "b": b}, grads, costs[::100]


_EQUATIONS: dict[str, Callable[..., Any]] = {
    "sigmoid": lambda Z: (equations.activation_forward(Z, "sigmoid"), Z),
    "relu": lambda Z: (equations.activation_forward(Z, "relu"), Z),
    "linear_forward": lambda A, W, b: (equations.linear_forward(A, W, b), (A, W, b)),
    "linear_activation_forward": _activation,
    "L_model_forward": _forward,
    "compute_cost": lambda AL, Y, *_: equations.cost(AL, Y),
    "relu_backward": lambda dA, Z: equations.activation_backward(dA, Z, "relu"),
    "sigmoid_backward": lambda dA, Z: equations.activation_backward(dA, Z, "sigmoid"),
    "linear_backward": lambda dZ, cache: equations.linear_backward(dZ, *cache[:2]),
    "linear_activation_backward": lambda dA, cache, activation: _slope(dA, cache[1], activation, cache[0]),
    "L_model_backward": _backward,
    "forward_propagation": _two_layers,
    "backward_propagation": _two_layers_backward,
    "update_parameters": _update,
    "update_two": _update,
    "predict": lambda X, y, parameters: 1.0 * (_forward(X, parameters)[0] > 0.5),
    "predict_two": lambda parameters, X, *_: 1.0 * (_two_layers(X, parameters)[0] > 0.5),
    "propagate": _propagate,
    "optimize": _optimize,
    "predict_logistic": lambda w, b, X: (
        1.0 * (equations.forward(X, [None, w.T], [None, np.array([[b]])], ["sigmoid"])[0][1] > 0.5)
    ),
}
REFERENCES: dict[str, Callable[..., Any]] = {**TEXTBOOK, **_EQUATIONS}
