"""The course, unit by unit: what is asked, the textbook's functions, and the mistakes that are known.

A unit is a module with the textbook's functions as plain text, the rows of `EXERCISES`, and the rows of `MISTAKES`:
edits of that text which compute what the mistake computes. A new exercise is a function, a row, and its mistakes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from glassnet.lessons.grader.exercise import Case, Exercise, Mistake
from glassnet.lessons.grader.units import (
    activations,
    basics,
    checking,
    deep,
    layers,
    logistic,
    optimizers,
    regularization,
    starts,
    training,
    two_layer,
)

UNITS = (basics, logistic, two_layer, activations, starts, layers, deep, training, regularization, checking, optimizers)
_FIRST = ("sigmoid", "relu")  # what the functions after them rest on
_ALL: dict[str, Exercise] = {key: exercise for unit in UNITS for key, exercise in unit.EXERCISES.items()}
EXERCISES = {key: _ALL[key] for key in (*_FIRST, *(key for key in _ALL if key not in _FIRST))}
NAMES = tuple(dict.fromkeys(exercise.name for exercise in EXERCISES.values()))
MISTAKES: dict[str, list[Mistake]] = {
    key: [Mistake(key, *row) for row in rows] for unit in UNITS for key, rows in getattr(unit, "MISTAKES", {}).items()
}
HELPERS = {
    "initialize_parameters": two_layer,
    "three_layers": regularization,
}  # functions that no row of MISTAKES names
TEXTBOOK: dict[str, Callable[..., Any]] = {
    key: getattr(unit, key)
    for key, unit in [*((key, unit) for unit in UNITS for key in getattr(unit, "MISTAKES", {})), *HELPERS.items()]
}
SEED = 20


def cases(key: str) -> list[Case]:
    """Return the inputs of an exercise: the same ones at every call, fresh arrays each time."""
    return EXERCISES[key].cases(np.random.default_rng(SEED))
