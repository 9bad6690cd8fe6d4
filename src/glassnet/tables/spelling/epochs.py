"""Numbers that stand for moments: seconds since 1970, a spreadsheet's days."""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np

from glassnet.tables.arrow import pa, pc
from glassnet.tables.cells import cell_values
from glassnet.tables.spelling.date_patterns import DAY, SECOND, Moments
from glassnet.tables.spelling.spelled import cast_or_none


class Epoch(NamedTuple):
    """A way to count moments.

    Parameters
    ----------
    tick : float
        One unit, in microseconds.
    start : int
        Microseconds between 1970-01-01 and 0.
    """

    tick: float
    start: int = 0


# What `--date COLUMN=` says -> how moments are counted.
EPOCHS = {
    "unix": Epoch(SECOND), "unix ms": Epoch(SECOND / 1e3), "unix us": Epoch(1.0), "unix ns": Epoch(1e-3),
    "excel": Epoch(DAY, -25_569 * DAY),
}  # fmt: skip
PLAUSIBLE = 300e6 * SECOND, 2600e6 * SECOND  # 1979 to 2052: seconds in other ranges are any numbers
MOMENT_NAME = re.compile(
    r"(?i)(.*[^a-z])?(unix|time|timestamp|date|datetime|created|updated|modified|ts|epoch|moment|when|at|utc|seconds|时间|时间戳)"
    r"([^a-z].*)?|.*(time_?stamp|datetime|epoch).*|.*[a-z](Time|Date|At|UTC|Ts)"
)


def likely_epoch(text: pa.ChunkedArray, name: str) -> str | None:
    """Return how the cells of a column count moments, by its name and their range; None for other columns."""
    if not MOMENT_NAME.fullmatch(name):
        return None
    numbers = text if not _is_text(text) else None if _first_is_short(text) else cast_or_none(text, pa.float64())
    if numbers is None or numbers.null_count == len(numbers):
        return None
    bounds = pc.min_max(numbers.filter(pc.not_equal(numbers, 0)))
    least, most = bounds["min"].as_py(), bounds["max"].as_py()
    if least is None or least == most:
        return None
    for word, epoch in EPOCHS.items():
        if word != "excel" and PLAUSIBLE[0] <= least * epoch.tick and most * epoch.tick <= PLAUSIBLE[1]:
            return word
    return None


def _is_text(column: pa.ChunkedArray) -> bool:
    return bool(pa.types.is_string(column.type) or pa.types.is_large_string(column.type))


def _first_is_short(text: pa.ChunkedArray) -> bool:
    """Return whether the first cell has too few digits for seconds since 1970, which spares most columns a cast."""
    first = next((cell.as_py() for cell in text.slice(0, 20) if cell.is_valid), "0" * 9)
    return len(first) < 9 or not first[0].isdigit()


def moments_since(numbers: pa.ChunkedArray, epoch: Epoch) -> Moments:
    """Return the moments that numbers count; 0 is none, since an empty field is often written so."""
    if pa.types.is_integer(numbers.type) and not numbers.null_count and epoch.tick >= 1:
        counted = cell_values(numbers).astype(np.int64)
        return Moments(counted * np.int64(epoch.tick) + epoch.start, counted != 0)
    counted = cell_values(numbers.cast(pa.float64(), safe=False))
    found = np.isfinite(counted) & (counted != 0) & (np.abs(counted * epoch.tick) < 2.0**62)
    whole = np.floor(np.where(found, counted, 0))  # apart, since a product of large numbers is rounded
    part = np.where(found, counted, 0) - whole
    ticks = np.round(whole * epoch.tick).astype(np.int64) + np.round(part * epoch.tick).astype(np.int64)
    return Moments(ticks + epoch.start, found)
