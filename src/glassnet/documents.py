"""JSON documents: values as JSON data, and a check of each entry against the kind of value that it must hold.

A document may come from anywhere, so each part of a model file is checked before it is used.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Collection, Iterable, Mapping, Sized
from itertools import pairwise
from numbers import Integral, Real
from typing import Any, NamedTuple

import numpy as np

from glassnet.errors import ModelFileError

MAX_DEPTH = 50  # mappings and lists inside one another
MAX_WHOLE = 2**53  # up to here every whole number is a float
LARGEST = sys.float_info.max


class Kind(NamedTuple):
    """A kind of value.

    Parameters
    ----------
    words : str
        What it is called in messages.
    holds : callable
        Takes a value, and returns whether it is of this kind.
    """

    words: str
    holds: Callable[[Any], bool]


ANYTHING = Kind("anything", lambda value: True)
TEXT = Kind("text", lambda value: isinstance(value, str))
TRUTH = Kind("true or false", lambda value: isinstance(value, bool))
MAPPING = Kind("entries by name", lambda value: isinstance(value, dict))


def whole(least: int = 0, most: int = MAX_WHOLE) -> Kind:
    """Return the kind of whole numbers in a range."""
    upper = f" to {most}" if most < MAX_WHOLE else " on"
    return Kind(f"a whole number from {least}{upper}", lambda value: type(value) is int and least <= value <= most)


def number(least: float = -LARGEST, most: float = LARGEST) -> Kind:
    """Return the kind of finite numbers in a range."""
    bounds = [f"at least {least:g}"] * (least > -LARGEST) + [f"at most {most:g}"] * (most < LARGEST)
    words = "a finite number" + (f" of {' and '.join(bounds)}" if bounds else "")
    return Kind(words, lambda value: type(value) in (int, float) and least <= value <= most)


def one_of(*known: Any) -> Kind:
    """Return the kind of some texts."""
    return Kind(f"one of {', '.join(map(str, known))}", lambda value: isinstance(value, str) and value in known)


def maybe(kind: Kind) -> Kind:
    """Return a kind with null."""
    return Kind(f"{kind.words}, or null", lambda value: value is None or kind.holds(value))


def either(first: Kind, second: Kind) -> Kind:
    """Return the union of two kinds."""
    return Kind(f"{first.words}, or {second.words}", lambda value: first.holds(value) or second.holds(value))


def listed(kind: Kind, *, least: int = 0, most: int = MAX_WHOLE) -> Kind:
    """Return the kind of lists of values of one kind."""
    count = f"{least}" if least == most else "at least one" if least == 1 and most == MAX_WHOLE else ""
    words = f"a list of {count + ', each ' if count else ''}{kind.words}"
    return Kind(
        words,
        lambda value: isinstance(value, list) and least <= len(value) <= most and all(map(kind.holds, value)),
    )


TEXTS = listed(TEXT)._replace(words="a list of texts")
DISTINCT_TEXTS = Kind("a list of distinct texts", lambda value: TEXTS.holds(value) and len(set(value)) == len(value))
RISING = Kind(
    "a list of finite numbers, each greater than the one before",
    lambda value: listed(number()).holds(value) and all(low < high for low, high in pairwise(value)),
)
TABLE = Kind(
    "a list of lists of finite numbers, all of one length",
    lambda value: listed(listed(number(), least=1)).holds(value) and len({len(row) for row in value}) <= 1,
)


def checked(
    document: Any, rows: Mapping[str, Kind], where: str, *, later: Collection[str] = (), others: bool = False
) -> dict[str, Any]:
    """Return a document whose entries are of the kinds that a table gives them.

    Parameters
    ----------
    document : object
        What was read.
    rows : mapping of str to Kind
        The entries that it must have.
    where : str
        What it describes, for the message.
    later : collection of str
        Entries that may be missing, as files of older versions lack them.
    others : bool
        Whether it may have further entries.

    Returns
    -------
    dict
        The document.

    Raises
    ------
    ModelFileError
        If an entry is missing, unknown, or of another kind.
    """
    if not isinstance(document, dict):
        raise ModelFileError(f"{where}: expected entries by name, got {type(document).__name__}")
    for name, kind in rows.items():
        if name not in document:
            if name in later:
                continue
            raise ModelFileError(f"{where}: {name!r} is missing")
        if not kind.holds(document[name]):
            raise ModelFileError(f"{where}: {name} must be {kind.words}, got {document[name]!r:.80}")
    unknown = [] if others else [name for name in document if name not in rows]
    if unknown:
        raise ModelFileError(
            f"{where}: unknown entries {', '.join(unknown):.80}; this version knows {', '.join(sorted(rows)):.200}"
        )
    return document


def to_json(value: Any) -> Any:
    """Return a value as JSON data; `from_json` gives it back."""
    if isinstance(value, bool | np.bool_ | str | None):
        return bool(value) if isinstance(value, np.bool_) else value
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        value = float(value)
        return value if math.isfinite(value) else {"float": repr(value)}
    if isinstance(value, Mapping):
        return {name: to_json(item) for name, item in value.items()}
    if isinstance(value, np.ndarray) and value.ndim == 0:
        return to_json(value[()])
    if isinstance(value, Sized) and isinstance(value, Iterable) and not isinstance(value, bytes):
        return [to_json(item) for item in value]
    raise TypeError(f"{type(value).__name__} is no plain data")


def from_json(value: Any) -> Any:
    """Return what `to_json` wrote, with NaN and infinity as floats."""
    if isinstance(value, dict):
        return float(value["float"]) if value.keys() == {"float"} else {k: from_json(item) for k, item in value.items()}
    return [from_json(item) for item in value] if isinstance(value, list) else value


def is_too_deep(document: Any) -> bool:
    """Return whether more than `MAX_DEPTH` mappings and lists are nested."""
    level = [document]
    for _ in range(MAX_DEPTH):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list | tuple)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
    return any(isinstance(inner, dict | list | tuple) for inner in level)
