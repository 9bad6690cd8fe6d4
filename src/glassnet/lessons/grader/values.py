"""Results as flat tables of arrays, {"cache[0]": array}, so that any two can be compared part by part."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

Flat = dict[str, Any]


def flatten(value: Any, name: str) -> Iterator[tuple[str, Any]]:
    """Yield the arrays, numbers and texts inside tuples, lists and dictionaries, each with its place."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from flatten(item, f"{name}[{key!r}]")
    elif isinstance(value, tuple | list):
        for i, item in enumerate(value):
            yield from flatten(item, f"{name}[{i}]")
    else:
        yield name, value


def named(output: Any, names: tuple[str, ...]) -> Flat:
    """Flatten what a function returned, under the names that its exercise gives the results."""
    if len(names) == 1:
        return dict(flatten(output, names[0]))
    if not isinstance(output, tuple | list):
        return dict(flatten(output, "the result"))
    flat: Flat = {}
    for i, item in enumerate(output):
        flat.update(flatten(item, names[i] if i < len(names) else f"result {i + 1}"))
    return flat


def same(given: Any, expected: Any) -> bool:
    """Say whether two entries of a flat table are equal: shape first, then numbers to 1e-6."""
    if isinstance(given, np.ndarray | float | int) and isinstance(expected, np.ndarray | float | int):
        return np.shape(given) == np.shape(expected) and np.allclose(given, expected, 1e-6, 1e-9, equal_nan=True)
    return type(given) is type(expected) and bool(given == expected)


def differences(key: str, given: Flat, expected: Flat) -> list[str]:
    """Name the entries in which a result is not as expected; what a caller can do without is not asked for."""
    free = {name for name in expected if name not in given and _dispensable(key, name)}
    names = [*expected, *(name for name in given if name not in expected)]
    wrong = [
        name for name in names
        if name not in free and not (name in given and name in expected and same(given[name], expected[name]))
    ]  # fmt: skip
    if key == "L_model_backward" and all("'dA" in name for name in wrong):
        return []  # the slopes that train are right; dA is how the learner gets there
    return wrong


def _dispensable(key: str, name: str) -> bool:
    if key == "model_logistic":
        return "'w'" not in name and "'b'" not in name
    return key == "L_model_backward" and "'dA" in name
