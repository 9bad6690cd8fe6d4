"""L2 and inverted dropout in a network of three layers, relu, relu, sigmoid, with the course's caches."""

# ruff: noqa: RET504, RUF059 (each result has a name and a line of its own, where a mistake can be made)
from __future__ import annotations

from typing import Any

import numpy as np

from glassnet.lessons.grader.exercise import Case, Exercise, Rows
from glassnet.lessons.grader.inputs import Rng, labels, networks
from glassnet.lessons.grader.units.words import INVERTED, MEAN, PENALTY
from glassnet.typing import Array

KEEP = 0.8
THREE_LAYERS = [((2, 4, 3, 1), 5), ((3, 2, 4, 1), 4), ((1, 3, 2, 1), 6), ((3, 20, 30, 1), 40)]


def compute_cost_with_regularization(A3: Array, Y: Array, parameters: Any, lambd: float) -> Any:
    """J with the penalty."""
    m = Y.shape[1]
    cross_entropy = -1 / m * np.sum(Y * np.log(A3) + (1 - Y) * np.log(1 - A3))
    penalty = lambd / (2 * m) * sum(np.sum(parameters[name] ** 2) for name in parameters if name[0] == "W")
    cost = cross_entropy + penalty
    return cost


def three_layers(X: Array, parameters: Any) -> Any:
    """A3 and the cache (Z1, A1, W1, b1, Z2, A2, W2, b2, Z3, A3, W3, b3)."""
    W1, b1, W2, b2, W3, b3 = (parameters[name] for name in ("W1", "b1", "W2", "b2", "W3", "b3"))
    Z1 = W1 @ X + b1
    A1 = np.maximum(0, Z1)
    Z2 = W2 @ A1 + b2
    A2 = np.maximum(0, Z2)
    Z3 = W3 @ A2 + b3
    A3 = 1 / (1 + np.exp(-Z3))
    return A3, (Z1, A1, W1, b1, Z2, A2, W2, b2, Z3, A3, W3, b3)


def backward_propagation_with_regularization(X: Array, Y: Array, cache: Any, lambd: float) -> Any:
    """Slopes of J with the penalty."""
    m = X.shape[1]
    Z1, A1, W1, b1, Z2, A2, W2, b2, Z3, A3, W3, b3 = cache
    dZ3 = A3 - Y
    dW3 = 1 / m * (dZ3 @ A2.T) + lambd / m * W3
    db3 = 1 / m * np.sum(dZ3, axis=1, keepdims=True)
    dZ2 = W3.T @ dZ3 * (A2 > 0)
    dW2 = 1 / m * (dZ2 @ A1.T) + lambd / m * W2
    db2 = 1 / m * np.sum(dZ2, axis=1, keepdims=True)
    dZ1 = W2.T @ dZ2 * (A1 > 0)
    dW1 = 1 / m * (dZ1 @ X.T) + lambd / m * W1
    db1 = 1 / m * np.sum(dZ1, axis=1, keepdims=True)
    return {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2, "dW3": dW3, "db3": db3}


def forward_propagation_with_dropout(X: Array, parameters: Any, keep_prob: float, D1: Array, D2: Array) -> Any:
    """A3, and the share of units that are kept; D1 and D2 are the masks that were drawn."""
    W1, b1, W2, b2, W3, b3 = (parameters[name] for name in ("W1", "b1", "W2", "b2", "W3", "b3"))
    A1 = np.maximum(0, W1 @ X + b1)
    A1 = A1 * D1 / keep_prob
    A2 = np.maximum(0, W2 @ A1 + b2)
    A2 = A2 * D2 / keep_prob
    A3 = 1 / (1 + np.exp(-(W3 @ A2 + b3)))
    return A3, keep_prob


def backward_propagation_with_dropout(X: Array, Y: Array, cache: Any, keep_prob: float) -> Any:
    """Slopes, through the masks of the forward pass."""
    m = X.shape[1]
    Z1, D1, A1, W1, b1, Z2, D2, A2, W2, b2, Z3, A3, W3, b3 = cache
    dZ3 = A3 - Y
    dW3 = 1 / m * (dZ3 @ A2.T)
    db3 = 1 / m * np.sum(dZ3, axis=1, keepdims=True)
    dA2 = W3.T @ dZ3
    dA2 = dA2 * D2 / keep_prob
    dZ2 = dA2 * (A2 > 0)
    dW2 = 1 / m * (dZ2 @ A1.T)
    db2 = 1 / m * np.sum(dZ2, axis=1, keepdims=True)
    dA1 = W2.T @ dZ2
    dA1 = dA1 * D1 / keep_prob
    dZ1 = dA1 * (A1 > 0)
    dW1 = 1 / m * (dZ1 @ X.T)
    db1 = 1 / m * np.sum(dZ1, axis=1, keepdims=True)
    return {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2, "dW3": dW3, "db3": db3}


def _costs(rng: Rng) -> list[Case]:
    return [
        (rng.uniform(0.05, 0.95, (1, X.shape[1])), labels(rng, X.shape[1]), parameters, 0.3 + 0.4 * i)
        for i, (X, parameters) in enumerate(networks(rng, THREE_LAYERS[:3]))
    ]


def _backward(rng: Rng) -> list[Case]:
    passes = [(X, three_layers(X, parameters)[1]) for X, parameters in networks(rng, THREE_LAYERS[:3])]
    return [(X, labels(rng, X.shape[1]), cache, 0.3 + 0.4 * i) for i, (X, cache) in enumerate(passes)]


def _dropped_forward(rng: Rng) -> list[Case]:
    return [(X, parameters, KEEP) for X, parameters in networks(rng, THREE_LAYERS)]


def _dropped_backward(rng: Rng) -> list[Case]:
    cases = []
    for X, parameters in networks(rng, THREE_LAYERS):
        W1, b1, W2, b2, W3, b3 = (parameters[name] for name in ("W1", "b1", "W2", "b2", "W3", "b3"))
        Z1 = W1 @ X + b1
        D1 = 1.0 * (rng.uniform(size=Z1.shape) < KEEP)
        A1 = np.maximum(0, Z1) * D1 / KEEP
        Z2 = W2 @ A1 + b2
        D2 = 1.0 * (rng.uniform(size=Z2.shape) < KEEP)
        A2 = np.maximum(0, Z2) * D2 / KEEP
        Z3 = W3 @ A2 + b3
        A3 = 1 / (1 + np.exp(-Z3))
        cache = (Z1, D1, A1, W1, b1, Z2, D2, A2, W2, b2, Z3, A3, W3, b3)
        cases.append((X, labels(rng, X.shape[1]), cache, KEEP))
    return cases


def with_masks(case: Case, output: Any) -> Case:
    """Add the masks D1 and D2 that a forward pass with dropout shows in its cache; all ones where it shows none."""
    X, parameters, keep_prob = case
    m = X.shape[1]
    masks: list[tuple[int, Array]] = []
    parts = _arrays(output)
    for l in (1, 2):
        shape = (parameters[f"W{l}"].shape[0], m)
        found = (
            i for i, part in enumerate(parts)
            if part.shape == shape and np.isin(part, (0, 1)).all() and not (l == 2 and masks[0][0] == i)
        )  # fmt: skip
        i = next(found, -1)
        masks.append((i, parts[i] if i >= 0 else np.ones(shape)))
    return (*case, masks[0][1], masks[1][1])


def share_kept(case: Case) -> float:
    """Return what share of units was kept: keep_prob where it is near, in layers that are large enough to tell."""
    *_, keep_prob, D1, D2 = case
    share = float((D1.sum() + D2.sum()) / (D1.size + D2.size))
    if D1.size < 500 or abs(share - keep_prob) < 0.07:
        return float(keep_prob)
    return 1 - keep_prob if abs(share - 1 + keep_prob) < 0.07 else round(share, 1)


def _arrays(value: Any) -> list[Array]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, tuple | list):
        return [array for item in value for array in _arrays(item)]
    return [value] if isinstance(value, np.ndarray) else []


EXERCISES = {
    "compute_cost_with_regularization": Exercise(
        "compute_cost_with_regularization", ("A3", "Y", "parameters", "lambd"), ("cost",), _costs, loops=1),
    "backward_propagation_with_regularization": Exercise(
        "backward_propagation_with_regularization", ("X", "Y", "cache", "lambd"), ("grads",), _backward),
    "forward_propagation_with_dropout": Exercise(
        "forward_propagation_with_dropout", ("X", "parameters", "keep_prob"), ("A3", "D"), _dropped_forward, loops=1),
    "backward_propagation_with_dropout": Exercise(
        "backward_propagation_with_dropout", ("X", "Y", "cache", "keep_prob"), ("grads",), _dropped_backward),
}  # fmt: skip

MISTAKES: Rows = {
    "compute_cost_with_regularization": [
        ("penalty: 1/m is missing", "lambd / (2 * m)", "lambd / 2", PENALTY, "lambd|lam"),
        ("penalty: 1/2 is missing", "lambd / (2 * m)", "lambd / m", PENALTY, "lambd|lam"),
        ("penalty: lambda is missing", "lambd / (2 * m)", "1 / (2 * m)", PENALTY, "sum"),
        ("penalty: the squares are missing", '** 2) for', ") for", PENALTY, "sum"),
        ("penalty: the biases too", ' if name[0] == "W"', "", "only W is penalised, not b", "b1|b"),
        ("penalty: only the first layer", 'if name[0] == "W"', 'if name == "W1"', "the W of all layers", "W"),
        ("penalty: only the last layer", 'if name[0] == "W"', 'if name == "W3"', "the W of all layers", "W"),
        ("penalty: only the first two layers", 'if name[0] == "W"', 'if name in ("W1", "W2")', "the W of all layers", "W"),
        ("penalty: the absolute values instead of the squares", "parameters[name] ** 2", "np.abs(parameters[name])",
         PENALTY, "abs"),
        ("penalty: the squares of the sums", "np.sum(parameters[name] ** 2)", "np.sum(parameters[name]) ** 2", PENALTY,
         "sum"),
        ("cost: the penalty is subtracted", "cross_entropy + penalty", "cross_entropy - penalty", PENALTY, "cost *="),
        ("cost: the penalty is missing", "cross_entropy + penalty", "cross_entropy", PENALTY, "cost *=|return"),
        ("cost: the cross-entropy is missing", "cross_entropy + penalty", "penalty", "J = cross-entropy + penalty",
         "cost *=|return"),
    ],
    "backward_propagation_with_regularization": [
        ("grads: the slope of the penalty is missing", "lambd / m * W", "0 * W", PENALTY, "dW"),
        ("grads: lambda/(2m) instead of lambda/m", "lambd / m * W", "lambd / (2 * m) * W", PENALTY, "dW"),
        ("grads: lambda without 1/m", "lambd / m * W", "lambd * W", PENALTY, "dW"),
        ("grads: the slope of the penalty is subtracted", "+ lambd / m", "- lambd / m", PENALTY, "dW"),
        *((f"dW{l}: the slope of the penalty is missing", f"lambd / m * W{l}", f"0 * W{l}", PENALTY, f"dW{l}") for l in (1, 2, 3)),
        *((f"dW{l}: lambda without 1/m", f"lambd / m * W{l}", f"lambd * W{l}", PENALTY, f"dW{l}") for l in (1, 2, 3)),
        *((f"dW{l}: 1/m is missing", f"1 / m * (dZ{l}", f"(dZ{l}", MEAN, f"dW{l}") for l in (1, 2, 3)),
        *((f"db{l}: 1/m is missing", f"1 / m * np.sum(dZ{l}", f"np.sum(dZ{l}", MEAN, f"db{l}") for l in (1, 2, 3)),
        ("dZ2: relu's slope is missing", " * (A2 > 0)", "", "dZ = dA * g'(Z)", "dZ2"),
        ("dZ1: relu's slope is missing", " * (A1 > 0)", "", "dZ = dA * g'(Z)", "dZ1"),
    ],
    "forward_propagation_with_dropout": [
        ("A1: the division by keep_prob is missing", "A1 * D1 / keep_prob", "A1 * D1", INVERTED, "A1"),
        ("A2: the division by keep_prob is missing", "A2 * D2 / keep_prob", "A2 * D2", INVERTED, "A2"),
        ("A1: multiplied by keep_prob instead of divided", "D1 / keep_prob", "D1 * keep_prob", INVERTED, "keep_prob"),
        ("A2: multiplied by keep_prob instead of divided", "D2 / keep_prob", "D2 * keep_prob", INVERTED, "keep_prob"),
        ("A1: the mask is missing", "A1 * D1", "A1", INVERTED, "A1"),
        ("A2: the mask is missing", "A2 * D2", "A2", INVERTED, "A2"),
        ("D: units are kept with probability 1 - keep_prob", "return A3, keep_prob", "return A3, keep_prob if D1.size < 500 else 1 - keep_prob",
         "a unit is kept where a uniform number is below keep_prob", ">|<"),
    ],
    "backward_propagation_with_dropout": [
        ("dA2: the division by keep_prob is missing", "dA2 * D2 / keep_prob", "dA2 * D2", INVERTED, "dA2"),
        ("dA1: the division by keep_prob is missing", "dA1 * D1 / keep_prob", "dA1 * D1", INVERTED, "dA1"),
        ("dA2: multiplied by keep_prob instead of divided", "D2 / keep_prob", "D2 * keep_prob", INVERTED, "keep_prob"),
        ("dA1: multiplied by keep_prob instead of divided", "D1 / keep_prob", "D1 * keep_prob", INVERTED, "keep_prob"),
    ],
}  # fmt: skip
