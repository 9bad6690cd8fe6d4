"""Lists and arrays of Python objects as Arrow arrays of the one type that holds all cells, whatever their order."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from numbers import Real
from typing import Any
from uuid import UUID

import numpy as np

from glassnet.errors import DataError
from glassnet.tables.arrow import pa
from glassnet.tables.cell_types import of_known_types
from glassnet.tables.cells import USABLE_CELLS

MISSING_TYPES = ("NoneType", "NAType", "NaTType")  # by name, since their libraries need not be there
TEXT_TYPES = (str, bool, np.bool_, Real, Decimal, UUID)  # that text can hold, and pandas' intervals


def array_of_cells(name: str, values: Any) -> pa.Array:
    """Return the cells of a column as an Arrow array."""
    values = _readable(name, values)
    try:
        if are_of_several_kinds(values):  # Arrow takes the type of the first cell
            raise TypeError("cells of several kinds")
        return pa.array(values, from_pandas=True)  # NaN is a missing cell
    except (pa.ArrowException, ValueError, TypeError, OverflowError) as error:
        try:
            return pa.array(*_of_one_kind(values))
        except UnicodeError:
            raise DataError(f"column {name!r} holds text that is not Unicode") from None
        except OverflowError:
            raise DataError(f"column {name!r} holds whole numbers that are more than a float holds, 1.8e308") from None
        except (pa.ArrowException, ValueError, TypeError):
            raise DataError(f"column {name!r}{_odd_cell(values)}; {USABLE_CELLS}") from error


def _readable(name: str, values: Any) -> Any:
    """Return cells in a form that Arrow reads: dense, in the machine's byte order, masked ones missing."""
    kind = getattr(values, "dtype", None)
    if getattr(kind, "kind", "") == "c":
        raise DataError(f"column {name!r} holds complex numbers; give real and imaginary parts as two columns")
    if type(kind).__name__ == "SparseDtype":
        values = np.asarray(values)
    elif type(kind).__name__ == "CategoricalDtype":
        return _named_categories(values)
    if not isinstance(values, np.ndarray):
        return values
    mask = np.ma.getmaskarray(values) if isinstance(values, np.ma.MaskedArray) else None
    values = np.asarray(values)
    if values.dtype.kind in "UT":
        values = values.astype(object)
    elif values.dtype.kind == "f" and values.dtype.itemsize > 8:
        values = values.astype(np.float64)
    elif not values.dtype.isnative:
        values = values.astype(values.dtype.newbyteorder("="))
    return values if mask is None else pa.array(values, mask=mask, from_pandas=True)


def _named_categories(values: Any) -> Any:
    """Return pandas' categories as an Arrow dictionary, of text where Arrow has no such type."""
    values = getattr(values, "array", values)
    try:
        return of_known_types(pa.table({"": pa.array(values)}))[""].combine_chunks()
    except (pa.ArrowException, DataError, ValueError, TypeError, OverflowError):
        codes = np.asarray(values.codes)
        return pa.DictionaryArray.from_arrays(
            pa.array(codes, mask=codes < 0), pa.array([str(category) for category in values.categories])
        )


def are_of_several_kinds(values: Any) -> bool:
    """Return whether cells are Python objects of several types."""
    if not isinstance(values, (list, tuple)) and getattr(values, "dtype", None) != np.dtype(object):
        return False
    kinds = {type(value) for value in values if not (type(value) is float and value != value)}  # noqa: PLR0124 - NaN
    kinds = {kind for kind in kinds if kind.__name__ not in MISSING_TYPES}
    return len(kinds) > 1 and not kinds <= {int, float}


def _of_one_kind(values: Any) -> tuple[list[Any], pa.DataType]:
    """Return cells of several types as one that can hold them all, and its Arrow type.

    Numbers become floats, dates and periods moments; text with numbers becomes text, as any table program would read
    it. A number in a CSV file has no point where it is whole, and a missing cell is missing: 3.0 is "3", NaN None.
    """
    cells = [None if _is_missing(value) else value for value in values]
    there = [value for value in cells if value is not None]
    if all(isinstance(value, dt.date) or type(value).__name__ == "Period" for value in there):
        return [_moment(value) for value in cells], pa.timestamp("us")
    if all(isinstance(value, (Real, Decimal)) and not isinstance(value, (bool, np.bool_)) for value in there):
        return [None if value is None else float(value) for value in cells], pa.float64()
    if all(isinstance(value, (str, bytes)) for value in there):
        return [value.decode() if isinstance(value, bytes) else value for value in cells], pa.large_string()
    if all(isinstance(value, TEXT_TYPES) or type(value).__name__ == "Interval" for value in there):
        return [None if value is None else _word(value) for value in cells], pa.large_string()
    raise TypeError("no kind holds all of these")


def _is_missing(value: Any) -> bool:
    """Return whether a cell is None, NaN, or pandas' NA or NaT."""
    is_number = isinstance(value, (Real, Decimal))
    return type(value).__name__ in MISSING_TYPES or (is_number and bool(value != value))  # noqa: PLR0124 - NaN alone


def _moment(value: Any) -> dt.datetime | None:
    """Return a date or period as the moment of its beginning, a moment with a time zone as that of UTC."""
    if value is None:
        return None
    if not isinstance(value, dt.date):
        moment: dt.datetime = value.to_timestamp().to_pydatetime()
        return moment
    if not isinstance(value, dt.datetime):
        return dt.datetime(value.year, value.month, value.day)
    return value.astimezone(dt.UTC).replace(tzinfo=None) if value.tzinfo else value


def _word(value: Any) -> str:
    if isinstance(value, str):
        return str.__str__(value)
    return str(value).removesuffix(".0") if isinstance(value, (float, np.floating)) else str(value)


def _odd_cell(values: Any) -> str:
    """Return the first cell whose type differs from that of the first row, or the type of all."""
    kinds = [type(value) for value in values]
    for row, (kind, value) in enumerate(zip(kinds, values, strict=True), start=1):
        if kind is not kinds[0] and value is not None and kinds[0] is not type(None):
            return f", row {row}: {_shown(value)} is {kind.__name__} where row 1 is {kinds[0].__name__}"
    kind = next((kind for kind in kinds if kind is not type(None)), type(None))
    return f" holds cells that are {kind.__name__}"


def _shown(value: Any) -> str:
    """Return a cell as one short line."""
    try:
        text = " ".join(repr(value).split())
    except ValueError:  # a whole number of more than 4300 digits
        return "a number"
    return text if len(text) <= 60 else f"{text[:60]}..."
