"""Whole trainings of the two-layer and of the L-layer network with relu units."""

# ruff: noqa: RET504 (each result has a name and a line of its own, where a mistake can be made)
from __future__ import annotations

from typing import Any

from glassnet.lessons.grader.exercise import Case, Exercise, Rows
from glassnet.lessons.grader.inputs import Rng, labels
from glassnet.lessons.grader.units.deep import L_model_backward, L_model_forward, update_parameters
from glassnet.lessons.grader.units.two_layer import initialize_parameters
from glassnet.typing import Array


def L_layer_model(X: Array, Y: Array, layers_dims: Any, learning_rate: float, num_iterations: int) -> Any:
    """Parameters after num_iterations steps."""
    parameters = initialize_parameters(layers_dims)
    for i in range(num_iterations):
        AL, caches = L_model_forward(X, parameters)
        grads = L_model_backward(AL, Y, caches)
        parameters = update_parameters(parameters, grads, learning_rate)
    return parameters


def two_layer_model(X: Array, Y: Array, layers_dims: Any, learning_rate: float, num_iterations: int) -> Any:
    """Parameters after num_iterations steps."""
    parameters = L_layer_model(X, Y, layers_dims, learning_rate, num_iterations)
    return parameters


def _trainings(rng: Rng, shapes: list[tuple[tuple[int, ...], int]]) -> list[Case]:
    return [
        (rng.normal(size=(sizes[0], m)), labels(rng, m), sizes, 0.3 + 0.1 * i, (1, 2, 5, 3)[i % 4])
        for i, (sizes, m) in enumerate(shapes)
    ]


_ARGUMENTS = ("X", "Y", "layers_dims", "learning_rate", "num_iterations")
_STARTS = (
    "initialize_parameters", "initialize_parameters_deep", "initialize_parameters_he", "initialize_parameters_random",
    "initialize_parameters_xavier",
)  # fmt: skip
EXERCISES = {
    "two_layer_model": Exercise(
        "two_layer_model", _ARGUMENTS, ("parameters",), lambda rng: _trainings(rng, [
            ((3, 4, 1), 5), ((3, 3, 1), 3), ((2, 1, 1), 1), ((1, 3, 1), 7)]), loops=1, start=_STARTS),
    "L_layer_model": Exercise(
        "L_layer_model", _ARGUMENTS, ("parameters",), lambda rng: _trainings(rng, [
            ((3, 4, 1), 5), ((3, 3, 3, 1), 3), ((2, 3, 2, 2, 1), 6), ((2, 1, 1), 1)]), loops=1, start=_STARTS),
}  # fmt: skip

_RANGE = "num_iterations steps: range(num_iterations)"
MISTAKES: Rows = {
    "two_layer_model": [
        ("parameters: one step too many", "learning_rate, num_iterations)\n    return",
         "learning_rate, num_iterations + 1)\n    return", _RANGE, "range"),
        ("parameters: one step too few", "learning_rate, num_iterations)\n    return",
         "learning_rate, num_iterations - 1)\n    return", _RANGE, "range"),
        ("parameters: one step only", "learning_rate, num_iterations)\n    return", "learning_rate, 1)\n    return",
         "num_iterations steps", "return|range"),
        ("parameters: a learning rate of its own", "learning_rate, num_iterations)\n    return",
         "0.0075, num_iterations)\n    return", "learning_rate is passed on", "update"),
        ("parameters: nothing is learned", "learning_rate, num_iterations)\n    return",
         "0.0, num_iterations)\n    return", "the new parameters are taken on in each step", "update"),
    ],
    "L_layer_model": [
        ("parameters: one step too many", "range(num_iterations)", "range(num_iterations + 1)", _RANGE, "range"),
        ("parameters: one step too few", "range(num_iterations)", "range(1, num_iterations)", _RANGE, "range"),
        ("parameters: one step only", "range(num_iterations)", "range(1)", "num_iterations steps", "return|range"),
        ("parameters: a learning rate of its own", "grads, learning_rate)", "grads, 0.0075)",
         "learning_rate is passed on", "update"),
        ("parameters: the step is not kept", "parameters = update_parameters", "update_parameters",
         "parameters = update_parameters(...): the new ones are taken on", "update"),
    ],
}  # fmt: skip
