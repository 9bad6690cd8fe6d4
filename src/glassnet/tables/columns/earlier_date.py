"""Dates as model files of format 1 had them at first: in days since the first, scaled by mean and deviation."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from glassnet.documents import DISTINCT_TEXTS, TRUTH, Kind, number
from glassnet.tables.arrow import pa
from glassnet.tables.columns.column import Column, RawColumn
from glassnet.tables.spelling.date_cells import read_date_cells
from glassnet.tables.spelling.dates import FORMATS
from glassnet.tables.spelling.moments import dates
from glassnet.tables.spelling.spelled import Spelled

CYCLES = {"month": 12, "weekday": 7, "hour": 24}
SOME_CYCLES = Kind(
    f"a list of distinct texts among {', '.join(CYCLES)}",
    lambda cycles: DISTINCT_TEXTS.holds(cycles) and set(cycles) <= set(CYCLES),
)


@dataclass(frozen=True)
class EarlierDateColumn(Column):
    """What training rows said about a column of dates: read from files, never fitted.

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

    @property
    def parts(self) -> tuple[str, ...]:
        """What is a point on a circle, as later columns of dates call it."""
        return self.cycles

    @classmethod
    def read(cls, raw: RawColumn) -> Spelled | None:
        return read_date_cells(raw.cells, raw.format, asked=raw.asked, name=raw.name, marks=raw.missing)

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
