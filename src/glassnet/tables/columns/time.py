"""Times of day, as a number and as points on the circle of a day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from glassnet.arrays.coded_columns import Block
from glassnet.tables.arrow import pa
from glassnet.tables.cells import decoded, is_text
from glassnet.tables.columns.calendar import PARTS, encoded
from glassnet.tables.columns.column import RawColumn
from glassnet.tables.columns.number import NumberColumn
from glassnet.tables.spelling.date_candidates import clock_candidates, may_be
from glassnet.tables.spelling.missing import clean
from glassnet.tables.spelling.moments import microseconds
from glassnet.tables.spelling.spelled import Spelled
from glassnet.tables.spelling.times import TIME_FORMATS, read_times

CLOCK = PARTS["clock"]


@dataclass(frozen=True)
class TimeColumn(NumberColumn):
    """What training rows said about a column of times of day: the number of seconds since midnight, and a circle."""

    kind, words = "time", "times of day such as 13:08"
    formats: ClassVar = TIME_FORMATS

    @classmethod
    def read(cls, raw: RawColumn) -> Spelled | None:
        if pa.types.is_dictionary(raw.cells.type) and not raw.asked:
            return None
        cells = decoded(raw.cells)
        if is_text(cells.type):
            if raw.format is None and not (raw.asked or may_be(cells, clock_candidates)):
                return None
            return read_times(clean(cells, raw.missing), raw.format, asked=raw.asked, name=raw.name)
        is_time = pa.types.is_time(cells.type) or (raw.asked and pa.types.is_null(cells.type))
        return Spelled(cells, raw.format or {}) if is_time else None

    @classmethod
    def amount_text(cls, amount: float) -> str:
        return f"{int(amount // 3600):02}:{int(amount // 60 % 60):02}:{int(amount % 60):02}".removesuffix(":00")

    @property
    def features(self) -> list[str]:
        """Names of the features that the column becomes."""
        return [*super().features, *(f"{self.name} {name}" for name in CLOCK.names)]

    @property
    def width(self) -> int:
        return super().width + len(CLOCK.names)

    def encode(self, cells: pa.ChunkedArray, dtype: Any, targets: np.ndarray | None = None) -> list[Block]:
        return [*super().encode(cells, dtype), encoded(CLOCK, *microseconds(cells), dtype)]
