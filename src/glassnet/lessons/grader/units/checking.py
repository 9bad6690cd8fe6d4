"""Gradient checking: of one number, and of a network of three layers."""

# ruff: noqa: RET504 (each result has a name and a line of its own, where a mistake can be made)
from __future__ import annotations

from typing import Any

import numpy as np

from glassnet.lessons.grader.exercise import Case, Exercise, Rows
from glassnet.lessons.grader.inputs import Rng, networks
from glassnet.lessons.grader.units.regularization import (
    backward_propagation_with_regularization,
    compute_cost_with_regularization,
    three_layers,
)
from glassnet.typing import Array

CHECKED = [((4, 5, 3, 1), 3), ((4, 5, 3, 1), 6)]  # the sizes that the course's vector_to_dictionary knows


def forward_scalar(x: float, theta: float) -> Any:
    """J = theta x."""
    J = theta * x
    return J


def backward_scalar(x: float, theta: float) -> Any:
    """dJ/dtheta."""
    dtheta = x
    return dtheta


def gradient_check(x: float, theta: float, epsilon: float) -> Any:
    """Relative difference of slope and central difference."""
    gradapprox = (forward_scalar(x, theta + epsilon) - forward_scalar(x, theta - epsilon)) / (2 * epsilon)
    grad = backward_scalar(x, theta)
    numerator = np.linalg.norm(grad - gradapprox)
    denominator = np.linalg.norm(grad) + np.linalg.norm(gradapprox)
    difference = numerator / denominator
    return difference


def forward_propagation_n(X: Array, Y: Array, parameters: Any) -> Any:
    """J and the cache."""
    A3, cache = three_layers(X, parameters)
    cost = compute_cost_with_regularization(A3, Y, parameters, 0)
    return cost, cache


def backward_propagation_n(X: Array, Y: Array, cache: Any) -> Any:
    """Slopes of the three layers."""
    return backward_propagation_with_regularization(X, Y, cache, 0)


def gradient_check_n(parameters: Any, gradients: Any, X: Array, Y: Array, epsilon: float) -> Any:
    """Relative difference of all slopes and central differences."""
    approx: Any = []
    grad: Any = []
    for name in parameters:
        for i in range(parameters[name].size):
            costs = []
            for step in (epsilon, -epsilon):
                moved = {key: value.copy() for key, value in parameters.items()}
                moved[name].flat[i] += step
                costs.append(forward_propagation_n(X, Y, moved)[0])
            approx.append((costs[0] - costs[1]) / (2 * epsilon))
            grad.append(gradients["d" + name].flat[i])
    approx, grad = np.array(approx), np.array(grad)
    difference = np.linalg.norm(grad - approx) / (np.linalg.norm(grad) + np.linalg.norm(approx))
    return difference


def _networks(rng: Rng) -> list[Case]:
    return [
        (X, 1.0 * (rng.uniform(size=(1, X.shape[1])) > 0.5), parameters) for X, parameters in networks(rng, CHECKED)
    ]


def _backward(rng: Rng) -> list[Case]:
    return [(X, Y, three_layers(X, parameters)[1]) for X, Y, parameters in _networks(rng)]


def _checks(rng: Rng) -> list[Case]:
    """Networks with right slopes, and with slopes of which some are wrong."""
    cases = []
    for i, (X, Y, parameters) in enumerate(_networks(rng)):
        grads = backward_propagation_n(X, Y, three_layers(X, parameters)[1])
        cases.append((parameters, {**grads, "dW2": grads["dW2"] * (1.1 + i), "db1": grads["db1"] * 2}, X, Y, 1e-6))
    return cases


_SCALARS = [(2.0, 4.0), (3.0, -1.0), (-1.5, 0.5)]
EXERCISES = {
    "forward_scalar": Exercise("forward_propagation", ("x", "theta"), ("J",), lambda _: list(_SCALARS),
                               when=lambda source: source.arguments("forward_propagation") == ["x", "theta"]),
    "backward_scalar": Exercise("backward_propagation", ("x", "theta"), ("dtheta",), lambda _: list(_SCALARS),
                                when=lambda source: source.arguments("backward_propagation") == ["x", "theta"]),
    "gradient_check": Exercise("gradient_check", ("x", "theta", "epsilon"), ("difference",), lambda _: [
        (x, theta, 1e-2) for x, theta in _SCALARS]),
    "forward_propagation_n": Exercise("forward_propagation_n", ("X", "Y", "parameters"), ("cost", "cache"), _networks),
    "backward_propagation_n": Exercise("backward_propagation_n", ("X", "Y", "cache"), ("grads",), _backward),
    "gradient_check_n": Exercise(
        "gradient_check_n", ("parameters", "gradients", "X", "Y", "epsilon"), ("difference",), _checks, loops=1,
        optional=("epsilon",)),
}  # fmt: skip

_DIFFERENCE = "difference = |grad - gradapprox| / (|grad| + |gradapprox|), with lengths of vectors"
MISTAKES: Rows = {
    "forward_scalar": [("J: a sum instead of a product", "theta * x", "theta + x", "J = theta x")],
    "backward_scalar": [("dtheta: theta instead of x", "dtheta = x", "dtheta = theta", "J = theta x, so dJ/dtheta = x")],
    "gradient_check": [
        ("difference: theta is not moved", "theta + epsilon) - forward_scalar(x, theta - epsilon)",
         "theta) - forward_scalar(x, theta)", "J(theta + epsilon) - J(theta - epsilon)"),
    ],
    "forward_propagation_n": [],
    "backward_propagation_n": [],
    "gradient_check_n": [
        ("gradapprox: divided by epsilon instead of 2 epsilon", "(2 * epsilon)", "epsilon",
         "the two points are 2 epsilon apart", "epsilon"),
        ("gradapprox: multiplied by 2 epsilon, or brackets are missing", "/ (2 * epsilon)", "/ 2 * epsilon",
         "a / 2 * e is (a / 2) e: the brackets belong around 2 * epsilon", "epsilon"),
        ("difference: the denominator is missing", " / (np.linalg.norm(grad) + np.linalg.norm(approx))", "", _DIFFERENCE,
         "difference|denominator"),
        ("difference: the length of the sum in the denominator", "np.linalg.norm(grad) + np.linalg.norm(approx)",
         "np.linalg.norm(grad + approx)", _DIFFERENCE, "denominator"),
        ("difference: a sum in the numerator", "norm(grad - approx)", "norm(grad + approx)", _DIFFERENCE, "numerator"),
        ("difference: squares of the lengths", "np.linalg.norm(grad - approx) / (np.linalg.norm(grad) + np.linalg.norm(approx))",
         "np.sum((grad - approx) ** 2) / (np.sum(grad**2) + np.sum(approx**2))", _DIFFERENCE, "sum|numerator"),
    ],
}  # fmt: skip
