"""Dates and times: days since the training rows' first, and month, weekday and hour as points on a circle."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from glassnet.documents import DISTINCT_TEXTS, TRUTH, Kind, number
from glassnet.tables.arrow import pa
from glassnet.tables.cells import cell_values, decoded, is_text
from glassnet.tables.columns.column import Column, FitOptions, RawColumn, UninformativeColumn
from glassnet.tables.spelling.dates import FORMATS, read_dates
from glassnet.tables.spelling.missing import clean
from glassnet.tables.spelling.spelled import Spelled

TICKS_IN_A_DAY = {"s": 86_400, "ms": 86_400_000, "us": 86_400_000_000, "ns": 86_400_000_000_000}
CYCLES = {"month": 12, "weekday": 7, "hour": 24}
SOME_CYCLES = Kind(
    f"a list of distinct texts among {', '.join(CYCLES)}",
    lambda cycles: DISTINCT_TEXTS.holds(cycles) and set(cycles) <= set(CYCLES),
)


@dataclass(frozen=True)
class DateColumn(Column):
    """What training rows said about a column of dates.

    Parameters
    ----------
    name : str
        The column.
    first : float
        Earliest date in training, in days since 1970-01-01.
    median, mean, deviation : float
        Of the days since `first`, as for a column of numbers.
    cycles : tuple of {"month", "weekday", "hour"}
        Those that varied in training. Each is two features, sine and cosine, so that December is next to January.
    missing : bool
        Cells were missing in training: one more feature says where.
    """

    kind, words = "date", "dates such as 2024-12-31"
    formats: ClassVar = FORMATS
    entries: ClassVar = {
        "first": number(), "median": number(), "mean": number(), "deviation": number(0), "cycles": SOME_CYCLES,
        "missing": TRUTH,
    }  # fmt: skip

    first: float
    median: float
    mean: float
    deviation: float
    cycles: tuple[str, ...]
    missing: bool

    @classmethod
    def read(cls, raw: RawColumn) -> Spelled | None:
        if pa.types.is_dictionary(raw.cells.type) and not raw.asked:
            return None
        cells, types = decoded(raw.cells), pa.types
        if is_text(cells.type):
            return read_dates(clean(cells, raw.missing), raw.format, asked=raw.asked)
        usable = types.is_null, types.is_date, types.is_timestamp
        return Spelled(cells) if any(is_usable(cells.type) for is_usable in usable) else None

    @classmethod
    def fit(cls, name: str, cells: pa.ChunkedArray, options: FitOptions) -> Self:
        days = dates(cells)
        lost = np.isnan(days)
        there = days[~lost]
        if not there.size:
            raise UninformativeColumn("holds no value")
        first, last = float(there.min()), float(there.max())
        if first == last and not lost.any():
            raise UninformativeColumn(f"holds only the date {np.datetime64(math.floor(first), 'D')}")
        median = float(np.median(there - first))
        filled = np.where(lost, median, days - first)
        cycles = tuple(cycle for cycle in CYCLES if np.ptp(_index_in_cycle(there, cycle)) > 0)
        deviation = float(filled.std()) if first < last else 0.0
        return cls(name, first, median, float(filled.mean()), deviation, cycles, bool(lost.any()))

    @property
    def features(self) -> list[str]:
        """Names of the features that the column becomes."""
        circle = [f"{self.name} {cycle} {axis}" for cycle in self.cycles for axis in ("sin", "cos")]
        days = [f"{self.name} days"] * (self.deviation > 0)
        return [*days, *circle, *[f"{self.name}=(missing)"] * self.missing]

    def fill(self, cells: pa.ChunkedArray, out: np.ndarray, targets: np.ndarray | None = None) -> None:
        days = dates(cells)
        lost = np.isnan(days)
        since = np.where(lost, self.median, days - self.first)
        j = 0
        if self.deviation > 0:
            out[:, 0] = (since - self.mean) / self.deviation
            j = 1
        for cycle in self.cycles:
            # Sines come from a table, so that a date has the same bits in a batch of any size.
            angles = [2 * math.pi * k / CYCLES[cycle] for k in range(CYCLES[cycle])]
            circle = np.array([(math.sin(a), math.cos(a)) for a in angles])
            out[:, j : j + 2] = np.where(lost[:, np.newaxis], 0, circle[_index_in_cycle(days, cycle)])
            j += 2
        if self.missing:
            out[:, -1] = lost


def dates(column: pa.ChunkedArray) -> np.ndarray:
    """Return a column of dates or times as numbers."""
    types, arrow_type = pa.types, column.type
    if types.is_null(arrow_type):
        return np.full(len(column), np.nan)
    if types.is_date32(arrow_type):
        per_day, ticks = 1, column.cast(pa.int32())
    else:
        unit = "ms" if types.is_date64(arrow_type) else arrow_type.unit
        per_day, ticks = TICKS_IN_A_DAY[unit], column.cast(pa.int64())
    days: np.ndarray = cell_values(ticks.cast(pa.float64(), safe=False)) / per_day
    return days


def _index_in_cycle(days: np.ndarray, cycle: str) -> np.ndarray:
    """Return month, weekday (Monday is 0) or hour of each day, counted from 0; 0 where the day is missing."""
    days = np.nan_to_num(days)
    if cycle == "hour":
        # 1e-9 days is a tenth of a millisecond: more than rounding loses, less than a clock shows.
        return np.floor((days % 1) * 24 + 1e-9).astype(np.intp) % 24
    whole = np.floor(days + 1e-9).astype(np.int64)
    if cycle == "weekday":
        return (whole + 3) % 7  # 1970-01-01 was a Thursday
    return whole.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12
