"""From the text of a column's cells to what they mean: missing, numbers, truth values, dates, or plain text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa

# A cell that holds one of these, blanks around it aside, is missing.
MISSING = ("", "?", "NA", "N/A", "n/a", "na", "<NA>", "#N/A", "NaN", "nan", "NULL", "null", "None", "NaT")
NUMBER = r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?"  # as text spells it
PROBED_CELLS = 32
USABLE_CELLS = "expected numbers, text, true and false, or dates in every cell"


def is_text(kind: pa.DataType) -> bool:
    """Return whether `kind` is one of Arrow's text types."""
    from pyarrow import types

    return bool(types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind))


def no_value(kind: pa.DataType) -> pa.Scalar:
    """Return the missing cell of a type; unlike ``pa.scalar(None, kind)`` without loading pandas."""
    import pyarrow as pa

    return pa.nulls(1, kind)[0]


def text_array(values: Sequence[str], kind: pa.DataType) -> pa.Array:
    """Return a few texts as an Arrow array; unlike ``pa.array(values, kind)`` without loading pandas."""
    import pyarrow as pa

    coded = [value.encode() for value in values]
    ends = np.cumsum([0, *map(len, coded)], dtype=np.int64 if pa.types.is_large_string(kind) else np.int32)
    return pa.Array.from_buffers(kind, len(coded), [None, pa.py_buffer(ends), pa.py_buffer(b"".join(coded))])


def cell_values(column: pa.ChunkedArray) -> np.ndarray:
    """Return numbers, NaN where they are missing, or truth values; unlike ``to_numpy`` without loading pandas."""
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = column.type
    if pa.types.is_boolean(kind) and not column.null_count:
        return cell_values(column.cast(pa.uint8())).view(bool)
    if not (pa.types.is_integer(kind) or pa.types.is_floating(kind)) or not len(column):
        return column.to_numpy()
    if column.null_count:
        lost, column = cell_values(pc.is_null(column)), column.cast(pa.float64(), safe=False)
    letter = "f" if pa.types.is_floating(column.type) else "u" if pa.types.is_unsigned_integer(column.type) else "i"
    dtype = np.dtype(f"{letter}{column.type.bit_width // 8}")  # older releases ask pandas for it
    parts = []
    for chunk in column.chunks:
        buffer = np.frombuffer(chunk.buffers()[1], dtype)
        parts.append(buffer[chunk.offset : chunk.offset + len(chunk)])
    found = parts[0] if len(parts) == 1 else np.concatenate(parts)
    return np.where(lost, np.nan, found) if column.null_count else found


def rows_at(rows: Any, places: np.ndarray) -> Any:
    """Return the rows of a table, or the pictures, at these places; for tables without loading pandas."""
    import pyarrow as pa

    if not isinstance(rows, pa.Table):
        return rows.take(places)
    places = np.ascontiguousarray(places, dtype=np.int64)
    return rows.take(pa.Array.from_buffers(pa.int64(), len(places), [None, pa.py_buffer(places)]))


def clean(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return a text column with blanks around cells trimmed and missing cells null."""
    import pyarrow.compute as pc

    column = pc.utf8_trim_whitespace(flat(column))
    missing = pc.is_in(column, value_set=text_array(MISSING, column.type))
    return pc.if_else(missing, no_value(column.type), column)


def as_kind(column: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray | None:
    """Return text as `kind`, or None when a cell cannot be read as such.

    Arrow spends a long time on cells that cannot: a column is given up when its first cells cannot.
    """
    import pyarrow as pa

    try:
        column.slice(0, PROBED_CELLS).cast(kind)
        return column.cast(kind)
    except pa.ArrowInvalid:
        return None


def as_numbers(column: pa.ChunkedArray) -> pa.ChunkedArray | None:
    """Return text as whole numbers or floats (NaN is null), or None when a cell is neither a number nor null."""
    import pyarrow as pa
    import pyarrow.compute as pc

    floats = as_kind(column, pa.float64())  # first: it refuses hexadecimal, which whole numbers may be
    if floats is None:
        return None
    whole = as_kind(column, pa.int64())
    if whole is not None:
        return whole
    return pc.if_else(pc.is_nan(floats), no_value(floats.type), floats)


def typed(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return a text column as numbers, truth values or dates if every cell that is not missing is one.

    Parameters
    ----------
    column : pyarrow.ChunkedArray of text
        Cells as they stand in the file.

    Returns
    -------
    pyarrow.ChunkedArray
        int64, float64, bool, timestamp or null (no value at all); otherwise the text, cleaned.
    """
    import pyarrow as pa

    column = flat(column)
    numbers = as_numbers(column)
    if numbers is not None and not numbers.null_count:
        return numbers
    column = clean(column)
    if column.null_count == len(column):
        return pa.chunked_array([pa.nulls(len(column))])
    numbers = as_numbers(column)
    if numbers is not None:
        return numbers
    for kind in (pa.bool_(), pa.timestamp("us"), pa.timestamp("us", "UTC")):
        read = as_kind(column, kind)
        if read is not None:
            return read
    return column


def plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return the values that a dictionary column stands for; other columns as they are."""
    import pyarrow as pa

    if not pa.types.is_dictionary(column.type):
        return column
    values = column.type.value_type
    kind = pa.large_string() if is_text(values) else values
    # Not by a cast of the column: Arrow cannot take from the text type that polars uses.
    return pa.chunked_array([chunk.dictionary.cast(kind).take(chunk.indices) for chunk in column.chunks], kind)


def flat(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return the column in a text type that every compute function knows."""
    import pyarrow as pa

    return without_view(column, pa.large_string()) if pa.types.is_string_view(column.type) else column


def without_view(column: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    """Return a column of views as `kind`, text or bytes, which every function takes."""
    import pyarrow as pa

    try:
        return column.cast(kind)
    except pa.ArrowNotImplementedError:  # before Arrow 18
        return pa.chunked_array([pa.array(column.to_pylist(), kind)])


def first_unparsable(column: pa.ChunkedArray, kind: pa.DataType) -> tuple[int, str] | None:
    """Return row (counted from 1) and text of the first cell that cannot be read as `kind`; None if all can.

    It halves the column until one row is left, because Arrow says that a cell is wrong, not which.
    """
    import pyarrow as pa

    column = clean(flat(column))

    def readable(start: int, stop: int) -> bool:
        try:
            column.slice(start, stop - start).cast(kind)
        except pa.ArrowInvalid:
            return False
        return True

    start, stop = 0, len(column)
    if readable(start, stop):
        return None
    while stop - start > 1:
        middle = (start + stop) // 2
        start, stop = (middle, stop) if readable(start, middle) else (start, middle)
    return start + 1, column[start].as_py()
