"""What is asked: the functions in the order of the course, and the seeded inputs that each one is run on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from glassnet.lessons.grader.references import REFERENCES
from glassnet.typing import AnyArray

LAYERS = [(3, 2, 4), (3, 3, 3), (2, 4, 2), (4, 1, 1), (1, 1, 1), (1, 3, 5), (2, 2, 6)]  # n_prev, n, m
NETWORKS = [((3, 4, 1), 5), ((3, 3, 3, 1), 3), ((2, 2, 2, 2, 1), 4), ((2, 1, 1), 1), ((1, 1, 1, 1), 2), ((4, 1), 6)]
FEATURES = [(2, 3), (3, 3), (4, 1), (1, 1), (1, 5), (5, 8)]  # n_x, m
SEED = 20


class Exercise(NamedTuple):
    """A function of the course: what it takes and returns, its inputs, and how many nested loops it may have."""

    name: str
    arguments: tuple[str, ...]
    returns: tuple[str, ...]
    cases: Callable[[np.random.Generator], list[tuple[Any, ...]]]
    loops: int = 0

    @property
    def signature(self) -> str:
        """The call as the course writes it."""
        return f"{self.name}({', '.join(self.arguments)})"


def _layer(rng: np.random.Generator, n_prev: int, n: int, m: int) -> tuple[AnyArray, AnyArray, AnyArray]:
    return rng.normal(size=(n_prev, m)), rng.normal(size=(n, n_prev)), rng.normal(size=(n, 1))


def _Zs(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    return [(rng.normal(size=(n, m)) * 2,) for _, n, m in LAYERS]


def _linear(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    return [_layer(rng, *sizes) for sizes in LAYERS]


def _activated(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    return [(*_layer(rng, *sizes), activation) for sizes in LAYERS for activation in ("relu", "sigmoid")]


def _slopes(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    return [(rng.normal(size=(n, m)), rng.normal(size=(n, m))) for _, n, m in LAYERS]


def _linear_back(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    return [(rng.normal(size=(sizes[1], sizes[2])), _layer(rng, *sizes)) for sizes in LAYERS]


def _activated_back(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    return [
        (rng.normal(size=sizes[1:]), (_layer(rng, *sizes), rng.normal(size=sizes[1:])), activation)
        for sizes in LAYERS
        for activation in ("relu", "sigmoid")
    ]


def _parameters(rng: np.random.Generator, sizes: tuple[int, ...]) -> dict[str, AnyArray]:
    parameters = {}
    for l in range(1, len(sizes)):
        parameters[f"W{l}"] = rng.normal(size=(sizes[l], sizes[l - 1]))
        parameters[f"b{l}"] = np.abs(rng.normal(size=(sizes[l], 1)))  # units that are not all dead
    return parameters


def _networks(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    return [(rng.normal(size=(sizes[0], m)), _parameters(rng, sizes)) for sizes, m in NETWORKS]


def _labels(rng: np.random.Generator, m: int) -> AnyArray:
    return rng.permutation(np.arange(m) % 2)[None, :].astype(float)


def _costs(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    return [(rng.uniform(0.05, 0.95, (1, m)), _labels(rng, m)) for m in (1, 2, 3, 7, 10)]


def _whole_back(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    passes = ((X.shape[1], REFERENCES["L_model_forward"](X, parameters)) for X, parameters in _networks(rng))
    return [(AL, _labels(rng, m), caches) for m, (AL, caches) in passes]


def _updates(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    drawn = [(_parameters(rng, sizes), _parameters(rng, sizes)) for sizes, _ in NETWORKS]
    return [
        (parameters, {f"d{name}": array for name, array in slopes.items()}, 0.3 + 0.1 * i)
        for i, (parameters, slopes) in enumerate(drawn)
    ]


def _predictions(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    cases = []
    for X, parameters in _networks(rng):
        many = np.hstack([X, rng.normal(size=(X.shape[0], 6))]) if X.shape[1] > 1 else X
        cases.append((many, _labels(rng, many.shape[1]), parameters))
    return cases


def _logistic(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    return [
        (rng.normal(size=(n_x, 1)), float(rng.normal()), rng.normal(size=(n_x, m)), _labels(rng, m))
        for n_x, m in FEATURES
    ]


def _descents(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    steps = (1, 3, 101, 7, 150, 230)
    return [(*case, n, 0.05 + 0.02 * n / 100) for case, n in zip(_logistic(rng), steps, strict=True)]


EXERCISES = {
    "sigmoid": Exercise("sigmoid", ("Z",), ("A", "cache"), _Zs),
    "relu": Exercise("relu", ("Z",), ("A", "cache"), _Zs),
    "initialize_parameters": Exercise("initialize_parameters", ("n_x", "n_h", "n_y"), ("parameters",), lambda _: [
        (3, 2, 1), (1, 1, 1), (2, 3, 3), (60, 50, 40)]),
    "initialize_parameters_deep": Exercise("initialize_parameters_deep", ("layer_dims",), ("parameters",), lambda _: [
        ([3, 2, 1],), ([2, 1],), ([1, 1, 1, 1],), ([4, 3, 3, 2, 1],), ([60, 50, 40],)], loops=1),
    "linear_forward": Exercise("linear_forward", ("A", "W", "b"), ("Z", "cache"), _linear),
    "linear_activation_forward": Exercise(
        "linear_activation_forward", ("A_prev", "W", "b", "activation"), ("A", "cache"), _activated),
    "L_model_forward": Exercise("L_model_forward", ("X", "parameters"), ("AL", "caches"), _networks, loops=1),
    "compute_cost": Exercise("compute_cost", ("AL", "Y"), ("cost",), _costs),
    "relu_backward": Exercise("relu_backward", ("dA", "cache"), ("dZ",), _slopes),
    "sigmoid_backward": Exercise("sigmoid_backward", ("dA", "cache"), ("dZ",), _slopes),
    "linear_backward": Exercise("linear_backward", ("dZ", "cache"), ("dA_prev", "dW", "db"), _linear_back),
    "linear_activation_backward": Exercise(
        "linear_activation_backward", ("dA", "cache", "activation"), ("dA_prev", "dW", "db"), _activated_back),
    "L_model_backward": Exercise("L_model_backward", ("AL", "Y", "caches"), ("grads",), _whole_back, loops=1),
    "update_parameters": Exercise(
        "update_parameters", ("parameters", "grads", "learning_rate"), ("parameters",), _updates, loops=1),
    "predict": Exercise("predict", ("X", "y", "parameters"), ("p",), _predictions),
    "propagate": Exercise("propagate", ("w", "b", "X", "Y"), ("grads", "cost"), _logistic),
    "optimize": Exercise(
        "optimize", ("w", "b", "X", "Y", "num_iterations", "learning_rate"), ("params", "grads", "costs"),
        _descents, loops=1),
    "predict_logistic": Exercise("predict", ("w", "b", "X"), ("p",), lambda rng: [
        case[:3] for case in _logistic(rng)]),
}  # fmt: skip
NAMES = tuple(dict.fromkeys(exercise.name for exercise in EXERCISES.values()))


def cases(key: str) -> list[tuple[Any, ...]]:
    """Return the inputs of an exercise: the same ones at every call, fresh arrays each time."""
    return EXERCISES[key].cases(np.random.default_rng(SEED))
