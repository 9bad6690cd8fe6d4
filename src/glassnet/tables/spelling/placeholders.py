"""Dates that stand for none: 0000-00-00, and 1900-01-01 or 9999-12-31 where they stand out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from glassnet.tables.arrow import pa, pc
from glassnet.tables.cells import missing_cell, text_array
from glassnet.tables.spelling.date_patterns import DAY, Moments
from glassnet.typing import AnyArray

NO_DATE = r"^0{1,4}([-/.])0{1,2}[-/.]0{1,4}([ T]0{1,2}:00(:00(\.0+)?)?)?$|^0{8}$"  # as text
PLACEHOLDERS = (
    "0001-01-01", "1582-10-15", "1753-01-01", "1799-12-31", "1800-01-01", "1899-12-30", "1899-12-31", "1900-01-01",
    "1901-01-01", "1970-01-01", "1980-01-01", "1999-09-09", "2037-12-31", "2038-01-19", "2049-12-31", "2050-12-31",
    "2079-06-06", "2099-01-01", "2099-12-31", "2100-01-01", "2199-12-31", "2200-12-31", "2262-04-11", "2999-01-01",
    "2999-12-31", "3000-01-01", "3000-12-31", "9998-12-31", "9999-01-01", "9999-09-09", "9999-12-30", "9999-12-31",
)  # fmt: skip
FAR, APART = 5 * 365.25, 365.25  # days to the nearest other date
FEW_OTHERS = 8  # below which a single far date may be right, but for those in the years 1 and 9999
OFTEN = 5  # times the cells of any other day


def placeholders(days: AnyArray) -> list[str]:
    """Return the days that stand for none.

    Parameters
    ----------
    days : array of int
        Whole days since 1970-01-01, of all cells with a date.

    Returns
    -------
    list of str
        Those of `PLACEHOLDERS` that are further from all others than these from one another, or that are far more
        frequent than any other day and a year away.
    """
    known = np.array(PLACEHOLDERS, "datetime64[D]").astype(np.int64)
    is_known = np.isin(days, known)
    others = days[~is_known]
    if not is_known.any() or not others.size:
        return []
    least, most = int(others.min()), int(others.max())
    found = []
    for text, day in zip(PLACEHOLDERS, known.tolist(), strict=True):
        gap, times = max(least - day, day - most), int((days == day).sum()) if not least <= day <= most else 0
        stands_out = gap >= max(FAR, most - least) or (gap >= APART and times >= OFTEN * _most_frequent(others))
        if times and stands_out and (len(others) >= FEW_OTHERS or not "0002" < text < "9998"):
            found.append(text)
    return found


def without(of: Moments, days: Sequence[str]) -> Moments:
    """Return moments, those of some days missing."""
    if not len(days):
        return of
    none = np.isin(of.ticks // DAY, np.array(list(days), "datetime64[D]").astype(np.int64))
    return Moments(of.ticks, of.found & ~none)


def _most_frequent(days: AnyArray) -> int:
    return int(np.unique(days, return_counts=True)[1].max())


def without_days(read: pa.ChunkedArray, days: Sequence[str]) -> pa.ChunkedArray:
    """Return moments, those of some days missing."""
    if not days:
        return read
    starts = pa.chunked_array([text_array(days, pa.string())]).cast(pa.timestamp("us"))
    none = pc.is_in(pc.floor_temporal(read.cast(pa.timestamp("us")), unit="day"), value_set=starts)
    return pc.if_else(none, missing_cell(read.type), read)


def missing_remarks(days: Sequence[str], zeros: int = 0) -> tuple[str, ...]:
    """Return what a user should know about days that stand for none, and about cells such as 0000-00-00."""
    held = [*days, *["0000-00-00"] * (zeros > 0)]
    return (f"holds {' and '.join(held)} where there is no date: missing",) if held else ()
