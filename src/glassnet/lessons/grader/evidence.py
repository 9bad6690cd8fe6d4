"""Shows a difference in numbers: the input, what was expected, what came."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from glassnet.lessons.grader.child import UnsupportedValue
from glassnet.lessons.grader.exercise import Case
from glassnet.lessons.grader.units import EXERCISES
from glassnet.lessons.grader.values import Flat, flatten


class Wrong(NamedTuple):
    """A case whose result is not right: what was given, what is right, and the entries that differ."""

    case: Case
    given: Flat
    right: Flat
    names: list[str]


def described(key: str, case: Case) -> str:
    """Name an input by its shapes and numbers."""
    parts = []
    for argument, value in zip(EXERCISES[key].arguments, case, strict=False):
        for name, entry in flatten(value, argument):
            parts.append(f"{name} {np.shape(entry)}" if isinstance(entry, np.ndarray) else f"{name}={entry!r:.8}")
    return ", ".join(parts[:4]) + (", ..." if len(parts) > 4 else "")


def evidence(key: str, wrong: list[Wrong], result: str) -> str:
    """Show the largest input on which a result is wrong, or any result where this one has no entry of its own."""
    own = [item for item in wrong if any(result in name for name in item.names)]
    if not wrong:
        return ""
    item = max(own or wrong, key=lambda item: sum(np.size(value) for value in item.right.values()))
    name = next((name for name in item.names if result in name), item.names[0])
    return f"with {described(key, item.case)}: {compared(name, item.given.get(name), item.right.get(name))}"


def compared(name: str, given: Any, expected: Any) -> str:
    """Say in what two entries of a result differ."""
    if given is None:
        return f"{name}: not returned"
    if expected is None:
        return f"{name} was not asked for"
    if isinstance(given, UnsupportedValue) or not isinstance(given, np.ndarray):
        kind = f"a {given.kind}" if isinstance(given, UnsupportedValue) else repr(given)
        return f"{name}: expected an array of shape {np.shape(expected)}; got {kind}"
    if np.shape(given) != np.shape(expected):
        return f"{name}: expected shape {np.shape(expected)}; got {np.shape(given)}"
    at = np.unravel_index(np.argmax(np.nan_to_num(np.abs(given - expected), nan=np.inf)), np.shape(given))
    place = f"{name}{[int(i) for i in at]}" if at else name
    return f"{place} expected {float(np.asarray(expected)[at]):.6g}; got {float(given[at]):.6g}"


def hint(name: str, wrong: list[Wrong]) -> str:
    """Find what an unknown mistake has to do with the right numbers: nothing returned, or a constant factor."""
    given = [item.given.get(name) for item in wrong if name in item.names]
    right = [item.right.get(name) for item in wrong if name in item.names]
    if any(value is None for value in given):
        return f"{name} is missing among the results"
    if any(value is None for value in right):
        return f"{name} was not asked for; the results are {', '.join(wrong[0].right)}"
    factors = []
    ours: Any
    for ours, theirs in zip(right, given, strict=True):
        if not isinstance(theirs, np.ndarray) or np.shape(ours) != np.shape(theirs):
            return compared(name, theirs, ours)
        factors.append(theirs / np.where(np.asarray(ours) == 0, np.nan, ours))
    if all(np.allclose(factor, np.mean(factor), 1e-6) for factor in factors) and np.size(factors[0]) > 1:
        numbers = sorted({f"{float(np.mean(factor)):.4g}" for factor in factors})
        return f"every number is the right one times {' or '.join(numbers[:4])}"
    return ""
