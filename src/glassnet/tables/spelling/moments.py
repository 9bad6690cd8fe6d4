"""Moments and times of columns as numbers."""

from __future__ import annotations

import numpy as np

from glassnet.tables.arrow import pa, pc
from glassnet.tables.cells import cell_values
from glassnet.tables.spelling.date_patterns import DAY
from glassnet.typing import AnyArray

TICKS_IN_A_DAY = {"s": 86_400, "ms": 86_400_000, "us": 86_400_000_000, "ns": 86_400_000_000_000}
LARGEST = 2**62  # microseconds


def dates(column: pa.ChunkedArray) -> AnyArray:
    """Return a column of dates or times as days since 1970-01-01, NaN where missing; those with a time zone in UTC."""
    types, arrow_type = pa.types, column.type
    if types.is_null(arrow_type):
        return np.full(len(column), np.nan)
    if types.is_date32(arrow_type):
        per_day, ticks = 1, column.cast(pa.int32())
    else:
        unit = "ms" if types.is_date64(arrow_type) else arrow_type.unit
        per_day, ticks = TICKS_IN_A_DAY[unit], column.cast(pa.int64())
    days: AnyArray = cell_values(ticks.cast(pa.float64(), safe=False)) / per_day
    return days


def microseconds(column: pa.ChunkedArray) -> tuple[AnyArray, AnyArray]:
    """Return a column of dates, moments or times of day in whole microseconds, and where cells are missing.

    Parameters
    ----------
    column : pyarrow.ChunkedArray
        Moments with a time zone count by the clock of their place, as those in text do.

    Returns
    -------
    ticks : array of int64 (m,)
        Since 1970-01-01 00:00, or since midnight; 0 where missing.
    lost : array of bool (m,)
        Where cells are missing.
    """
    types, arrow_type = pa.types, column.type
    lost = cell_values(column.is_null()).astype(bool)
    if types.is_null(arrow_type):
        return np.zeros(len(column), np.int64), lost
    if types.is_timestamp(arrow_type) and arrow_type.tz is not None:
        column = _local(column)
    is_short = types.is_date32(arrow_type) or types.is_time32(arrow_type)
    unit = "ms" if types.is_date64(arrow_type) else getattr(arrow_type, "unit", "day")
    ticks = np.where(lost, 0, _bits(column.cast(pa.int32() if is_short else pa.int64())))
    per_day = TICKS_IN_A_DAY.get(unit, 1)
    if per_day > DAY:
        return ticks // (per_day // DAY), lost
    each = DAY // per_day
    return ticks.clip(-LARGEST // each, LARGEST // each) * each, lost


def _bits(column: pa.ChunkedArray) -> AnyArray:
    """Return whole numbers, anything where they are missing."""
    dtype = np.dtype(f"i{column.type.bit_width // 8}")
    chunks = [np.frombuffer(c.buffers()[1], dtype)[c.offset : c.offset + len(c)] for c in column.chunks if len(c)]
    return np.concatenate([np.zeros(0, np.int64), *chunks])


def _local(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return moments with a time zone as the clock of their place shows them; in UTC where the place is not known."""
    try:
        return pc.local_timestamp(column)
    except pa.ArrowException:  # no table of time zones on this computer
        return column.cast(pa.timestamp(column.type.unit))
