"""Dates and moments: a scaled and binned number, and the parts of the calendar and the clock that vary."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple, Self

import numpy as np

from glassnet.arrays.coded_columns import Block
from glassnet.documents import DISTINCT_TEXTS, Kind
from glassnet.tables.arrow import pa
from glassnet.tables.cells import decoded
from glassnet.tables.columns.amounts import Amounts
from glassnet.tables.columns.calendar import PARTS, Ranges, encoded, merged_ranges, ranges_of, varying_parts
from glassnet.tables.columns.column import FitOptions, Part, RawColumn, UninformativeColumn
from glassnet.tables.columns.earlier_date import EarlierDateColumn
from glassnet.tables.columns.number import NumberColumn
from glassnet.tables.spelling.date_cells import read_date_cells
from glassnet.tables.spelling.date_patterns import DAY
from glassnet.tables.spelling.dates import FORMATS
from glassnet.tables.spelling.moments import dates, microseconds
from glassnet.tables.spelling.spelled import Spelled
from glassnet.tables.spelling.texts import float_array

MINUTE = DAY // 1440


class Moments(NamedTuple):
    """What is kept of moments: days since 1970-01-01 by the clock, ranges of their parts, and both ends in UTC."""

    days: Amounts
    ranges: Ranges
    least: float
    most: float

    @property
    def rows(self) -> int:
        """Cells."""
        return self.days.rows

    @property
    def lost(self) -> int:
        """Missing ones."""
        return self.days.lost

    @property
    def is_exact(self) -> bool:
        """Whether every distinct number is known."""
        return self.days.is_exact

    def merged(self, other: Moments) -> Moments:
        """Return what is kept of the moments of both."""
        ends = float(np.fmin(self.least, other.least)), float(np.fmax(self.most, other.most))
        return Moments(self.days.merged(other.days), merged_ranges(self.ranges, other.ranges), *ends)


SOME_PARTS = Kind(
    f"a list of distinct texts among {', '.join(PARTS)}",
    lambda parts: DISTINCT_TEXTS.holds(parts) and set(parts) <= set(PARTS),
)


@dataclass(frozen=True)
class DateColumn(NumberColumn):
    """What training rows said about a column of dates.

    Parameters
    ----------
    name : str
        The column.
    median, spread : float
        Of the moments, in days since 1970-01-01, as for a column of numbers.
    edges : tuple of float
        Where bins of moments begin and end.
    missing : bool
        Cells were missing in training: one more feature says where.
    parts : tuple of str
        The parts of the calendar and the clock that varied in training, each a few features: keys of `PARTS`.
    """

    kind, words = "date", "dates such as 2024-12-31"
    formats: ClassVar = FORMATS
    instead: ClassVar = "--date {}=FORMAT"
    entries: ClassVar = {**NumberColumn.entries, "parts": SOME_PARTS}

    parts: tuple[str, ...]

    @classmethod
    def read(cls, raw: RawColumn) -> Spelled | None:
        if pa.types.is_dictionary(raw.cells.type) and not raw.asked:
            return None
        return read_date_cells(decoded(raw.cells), raw.format, asked=raw.asked, name=raw.name, marks=raw.missing)

    @classmethod
    def counted(cls, name: str, cells: pa.ChunkedArray, part: Part | None = None) -> Any:
        ticks, lost = microseconds(cells)
        days = dates(cells)
        ends = (float(np.nanmin(days)), float(np.nanmax(days))) if not lost.all() else (np.nan, np.nan)
        return Moments(Amounts.of(np.where(lost, np.nan, ticks / DAY), part), ranges_of(ticks[~lost]), *ends)

    @classmethod
    def fit_counted(cls, name: str, counted: Any, options: FitOptions) -> Self:
        first, last = counted.ranges.get("", (0, 1))
        if first == last and not counted.lost:
            raise UninformativeColumn(f"holds only the date {_shown(first)}")
        number = NumberColumn.fit_counted(name, counted.days, options)
        return cls(**vars(number), parts=varying_parts(counted.ranges))

    @classmethod
    def from_document(cls, document: Any, where: str) -> Any:
        if isinstance(document, Mapping) and "cycles" in document:
            return EarlierDateColumn.from_document(document, where)
        return super().from_document(document, where)

    @staticmethod
    def amounts(cells: pa.ChunkedArray) -> np.ndarray:
        found: np.ndarray = dates(cells)
        return found

    @classmethod
    def amount_text(cls, amount: float) -> str:
        return _shown(round(amount * 1440) * MINUTE)

    @property
    def features(self) -> list[str]:
        """Names of the features that the column becomes."""
        return [*super().features, *(f"{self.name} {name}" for part in self.parts for name in PARTS[part].names)]

    def edge_text(self, edge: float) -> str:
        """Return an edge of bins as a date."""
        return _shown(round(edge * DAY))

    @property
    def width(self) -> int:
        return super().width + sum(len(PARTS[part].names) for part in self.parts)

    def encode(self, cells: pa.ChunkedArray, dtype: Any, targets: np.ndarray | None = None) -> list[Block]:
        ticks, lost = microseconds(cells)
        blocks = super().encode(float_array(ticks / DAY, ~lost), dtype)
        return blocks + [encoded(PARTS[part], ticks, lost, dtype) for part in self.parts]


def _shown(ticks: int) -> str:
    """Return a moment as text, with its clock where it is not midnight."""
    return str(np.datetime64(int(ticks), "us").astype("datetime64[D]" if ticks % DAY == 0 else "datetime64[s]"))
