"""Numbers (and truth values, times of day, durations): the missing ones filled with the median, then scaled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from glassnet.errors import DataError
from glassnet.tables.cells import cell_values, first_unlike, is_text, plain, typed

if TYPE_CHECKING:
    import pyarrow as pa

SECONDS = {"s": 1.0, "ms": 1e3, "us": 1e6, "ns": 1e9}  # ticks in a second


@dataclass(frozen=True)
class NumberColumn:
    """What training rows said about a column of numbers.

    Parameters
    ----------
    name : str
        The column.
    median, mean : float
        Median of the cells that were there; mean once the missing ones held the median.
    deviation : float
        Standard deviation around that mean; 0 if all were equal: then only `missing` is a feature.
    missing : bool
        Cells were missing in training: one more feature says where.
    """

    name: str
    median: float
    mean: float
    deviation: float
    missing: bool

    @property
    def features(self) -> list[str]:
        """Names of the features that the column becomes."""
        return [self.name] * (self.deviation > 0) + [f"{self.name}=(missing)"] * self.missing

    def fill(self, column: pa.ChunkedArray, out: np.ndarray) -> None:
        """Write the features of `column` to `out`, shape (m, number of features)."""
        values = numbers(column, self.name)
        lost = np.isnan(values)
        if self.deviation > 0:
            with np.errstate(over="ignore"):
                out[:, 0] = (np.where(lost, self.median, values) - self.mean) / self.deviation
            if not np.isfinite(out[:, 0]).all():
                row = int(np.flatnonzero(~np.isfinite(out[:, 0]))[0])
                raise DataError(
                    f"column {self.name!r}, row {row + 1}: {values[row]:g} is too far from what training saw "
                    f"(mean {self.mean:g}, standard deviation {self.deviation:g})"
                )
        if self.missing:
            out[:, -1] = lost


def fit_numbers(name: str, column: pa.ChunkedArray) -> NumberColumn | str:
    """Return what to keep of the training rows, or why the column says nothing."""
    values = numbers(column, name)
    lost = np.isnan(values)
    there = values[~lost]
    if not there.size:
        return "holds no value"
    median = float(np.median(there))
    constant = there.min() == there.max()
    if constant and not lost.any():
        return f"holds only the value {there[0]:g}"
    filled = np.where(lost, median, values)
    # In units of a power of two near the largest value nothing over- or underflows, and no digit is lost.
    unit = 2.0 ** np.clip(np.frexp(np.abs(filled).max())[1], -1000, 1000)
    mean, deviation = float((filled / unit).mean() * unit), float((filled / unit).std() * unit)
    return NumberColumn(name, median, mean, 0.0 if constant else deviation, bool(lost.any()))


def numbers(column: pa.ChunkedArray, name: str) -> np.ndarray:
    """Return a column as float64, missing cells as NaN; raise DataError where a cell is no finite number."""
    import pyarrow as pa

    column = plain(column)
    if is_text(column.type):
        text = column.cast(pa.large_string())
        column = typed(text)
        if is_text(column.type) or pa.types.is_timestamp(column.type):
            row, cell = first_unlike(text, pa.float64()) or (1, "")
            raise DataError(f"column {name!r}, row {row}: text where training saw numbers: {cell!r}")
    if pa.types.is_temporal(column.type) and not (pa.types.is_time(column.type) or pa.types.is_duration(column.type)):
        raise DataError(f"column {name!r}: dates where training saw numbers")
    values = _floats(column, name)
    if np.isinf(values).any():
        row = int(np.flatnonzero(np.isinf(values))[0])
        raise DataError(f"column {name!r}, row {row + 1}: {values[row]} is not a finite number")
    return values


def _floats(column: pa.ChunkedArray, name: str) -> np.ndarray:
    import pyarrow as pa

    types, kind = pa.types, column.type
    if types.is_null(kind):
        return np.full(len(column), np.nan)
    if types.is_time(kind) or types.is_duration(kind):
        ticks = column.cast(pa.int32() if types.is_time32(kind) else pa.int64())
        return _floats(ticks, name) / SECONDS[kind.unit]
    try:
        if types.is_boolean(kind):
            column = column.cast(pa.int8())
        # An unsafe cast rounds whole numbers above 2**53 instead of refusing them.
        return cell_values(column.cast(pa.float64(), safe=False))
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        raise DataError(f"column {name!r}: {kind} where training saw numbers") from None
