"""Parts of a moment, such as its month or its hour, as points on circles or one of a few."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from glassnet.arrays.coded_columns import Lookup
from glassnet.tables.spelling.date_patterns import DAY, MINUTE
from glassnet.typing import AnyArray

TWO_YEARS = 730 * DAY


class Part(NamedTuple):
    """A part of a moment.

    Parameters
    ----------
    position : callable
        From moments, in microseconds since 1970-01-01, to whole numbers from 0.
    values : array (number of positions, number of features)
        The features of each position: from a table, so that a moment has the same bits in a batch of any size.
    names : tuple of str
        Of the features.
    """

    position: Callable[[AnyArray], AnyArray]
    values: AnyArray
    names: tuple[str, ...]


def _circle(name: str, position: Callable[[AnyArray], AnyArray], n: int, harmonics: int = 1) -> Part:
    """Return a part as sines and cosines of its angle, so that its last value is next to its first."""
    angles = [[2 * math.pi * k * h / n for h in range(1, harmonics + 1)] for k in range(n)]
    values = [[wave(angle) for angle in each for wave in (math.sin, math.cos)] for each in angles]
    ordinals = ["", *(f" {h}" for h in range(2, harmonics + 1))]
    names = tuple(f"{name} {wave}{ordinal}" for ordinal in ordinals for wave in ("sin", "cos"))
    return Part(position, np.array(values), names)


def _one_of(name: str, position: Callable[[AnyArray], AnyArray], values: Sequence[str]) -> Part:
    """Return a part as one feature for each value."""
    return Part(position, np.eye(len(values)), tuple(f"{name}={value}" for value in values))


def _weekday(ticks: AnyArray) -> AnyArray:
    return (ticks // DAY + 3) % 7  # 1970-01-01 was a Thursday; Monday is 0


def _day_of_month(ticks: AnyArray) -> AnyArray:
    return _days_since_start(ticks, "M")


def _day_of_year(ticks: AnyArray) -> AnyArray:
    return _days_since_start(ticks, "Y")


def _days_since_start(ticks: AnyArray, of: str) -> AnyArray:
    """Return the days since the start of each moment's month or year."""
    days = (ticks // DAY).astype("datetime64[D]")
    return (days - days.astype(f"datetime64[{of}]").astype("datetime64[D]")).astype(np.int64)


def _minute_of_day(ticks: AnyArray) -> AnyArray:
    return ticks // MINUTE % 1440


# How finely each part is told was measured on fifteen tables of weather, traffic, sales, births and calls: more sines
# of the day and the year help where rows follow them, and cost nothing elsewhere. Of a year that was hardly seen more
# than once, one sine is enough: more go astray in the days that come after.
PARTS: Mapping[str, Part] = {
    "season": _circle("season", _day_of_year, 366),
    "year day": _circle("year day", _day_of_year, 366, harmonics=3),
    "day": Part(_day_of_month, np.linspace(-1, 1, 31)[:, np.newaxis], ("day",)),
    "weekday": _one_of("weekday", _weekday, ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")),
    "clock": _circle("clock", _minute_of_day, 1440, harmonics=6),
}


def encoded(part: Part, ticks: AnyArray, lost: AnyArray, dtype: Any) -> Lookup:
    """Return a part of moments, in microseconds, as features; zeros where they are missing."""
    return Lookup(np.where(lost, -1, part.position(ticks)), part.values.astype(dtype))


Ranges = Mapping[str, tuple[int, int]]  # the lowest and highest position; of parts any two where positions differ
PROBED = 1000  # moments, of which the parts are looked at first


def ranges_of(ticks: AnyArray) -> Ranges:
    """Return where moments, in microseconds since 1970-01-01, begin and end, and whether each of their parts varies."""
    if not len(ticks):
        return {}
    ranges = {"": (int(ticks.min()), int(ticks.max()))}
    for name, part in PARTS.items():
        where = part.position(ticks[:PROBED])
        if where.min() == where.max():
            where = part.position(ticks)
        ranges[name] = (int(where.min()), int(where.max()))
    return ranges


def merged_ranges(one: Ranges, other: Ranges) -> Ranges:
    """Return the ranges of the moments of both."""
    if not one or not other:
        return one or other
    return {name: (min(low, other[name][0]), max(high, other[name][1])) for name, (low, high) in one.items()}


def varying_parts(ranges: Ranges) -> tuple[str, ...]:
    """Return the parts in which moments differ, keys of `PARTS`.

    Parameters
    ----------
    ranges : mapping
        Of the moments, as `ranges_of` returns them.

    Returns
    -------
    tuple of str
        The season alone, or the day of the year, where the moments span two years.
    """
    widths = {name: high - low for name, (low, high) in ranges.items()}
    unused = "season" if widths[""] >= TWO_YEARS else "year day"
    return tuple(part for part in PARTS if part != unused and widths[part] > 0)
