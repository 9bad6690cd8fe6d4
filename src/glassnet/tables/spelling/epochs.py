"""Numbers that stand for moments: seconds since 1970, a spreadsheet's days."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from glassnet.tables.arrow import pa, pc
from glassnet.tables.cells import cell_values, is_text, missing_cell
from glassnet.tables.spelling.date_patterns import DAY, SECOND, Moments
from glassnet.tables.spelling.spelled import NOWHERE, Spelled, cast_or_none
from glassnet.tables.spelling.texts import ticks_array


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
LARGEST = 2**62  # microseconds
PLAUSIBLE = 300e6 * SECOND, 2600e6 * SECOND  # 1979 to 2052: seconds in other ranges are any numbers
MOMENT_NAME = re.compile(
    r"(?i)(.*[^a-z])?(unix|time|timestamp|date|datetime|created|updated|modified|ts|epoch|moment|when|at|utc|seconds|时间|时间戳)"
    r"([^a-z].*)?|.*(time_?stamp|datetime|epoch).*|.*[a-z](Time|Date|At|UTC|Ts)"
)


def likely_epoch(text: pa.ChunkedArray, name: str) -> str | None:
    """Return how the cells of a column count moments, by its name and their range; None for other columns."""
    if not MOMENT_NAME.fullmatch(name):
        return None
    numbers = text if not is_text(text.type) else None if _first_is_short(text) else cast_or_none(text, pa.float64())
    if numbers is None or numbers.null_count == len(numbers):
        return None
    counted = cell_values(numbers.cast(pa.float64(), safe=False))
    counted = counted[np.isfinite(counted) & (counted != 0)]
    least, most = (counted.min(), counted.max()) if counted.size else (0, 0)
    if least == most:
        return None
    for word, epoch in EPOCHS.items():
        if word != "excel" and PLAUSIBLE[0] <= least * epoch.tick and most * epoch.tick <= PLAUSIBLE[1]:
            return word
    return None


def _first_is_short(text: pa.ChunkedArray) -> bool:
    """Return whether the first cell has too few digits for seconds since 1970, which spares most columns a cast."""
    first = next((cell.as_py() for cell in text.slice(0, 20) if cell.is_valid), "0" * 9)
    return len(first) < 9 or not first[0].isdigit()


def moments_since(numbers: pa.ChunkedArray, epoch: Epoch) -> Moments:
    """Return the moments that numbers count; 0 is none, since an empty field is often written so."""
    if pa.types.is_integer(numbers.type) and not numbers.null_count and epoch.tick >= 1:
        counted = cell_values(numbers).astype(np.int64)
        found = (counted != 0) & (np.abs(counted) < LARGEST // int(epoch.tick))
        return Moments(np.where(found, counted, 0) * int(epoch.tick) + epoch.start, found)
    counted = cell_values(numbers.cast(pa.float64(), safe=False))
    found = np.isfinite(counted) & (counted != 0) & (np.abs(counted * epoch.tick) < LARGEST)
    whole = np.floor(np.where(found, counted, 0))  # apart, since a product of large numbers is rounded
    part = np.where(found, counted, 0) - whole
    ticks = np.round(whole * epoch.tick).astype(np.int64) + np.round(part * epoch.tick).astype(np.int64)
    return Moments(ticks + epoch.start, found)


def epoch_remark(epoch: str, name: str) -> str:
    """Return what a user should know about a column that counts moments."""
    return f"was read as moments, counted from 1970 ({epoch}): --number {shlex.quote(name)} uses the numbers"


def read_epoch(numbers: pa.ChunkedArray, form: Mapping[str, Any], remark: str = "") -> Spelled:
    """Return numbers, typed or as text, as the moments that they count."""
    cells, lost = numbers, NOWHERE
    if is_text(numbers.type):
        read = cast_or_none(numbers, pa.int64()) or cast_or_none(numbers, pa.float64())
        if read is None:
            is_number = pc.match_substring_regex(numbers, r"^[+-]?[0-9]+\.?[0-9]*$")
            lost = np.flatnonzero(cell_values(is_number.cast(pa.int8())) == 0)
            read = pc.if_else(is_number, numbers, missing_cell(numbers.type)).cast(pa.float64())
        cells = read
    read_as = moments_since(cells, EPOCHS[form["pattern"]])
    return Spelled(ticks_array(*read_as, pa.timestamp("us")), form, (remark,) if remark else (), lost)
