"""From the text of a column's cells to what they mean: missing, numbers, truth values, dates, or plain text.

Some of these functions do what Arrow has a function for that loads pandas, which takes half a second.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from glassnet.errors import DataError
from glassnet.tables.arrow import pa, pc

# A cell that holds one of these, blanks around it aside, is missing.
MISSING = ("", "?", "NA", "N/A", "n/a", "na", "<NA>", "#N/A", "NaN", "nan", "NULL", "null", "None", "NaT")
NUMBER = r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?"  # as text spells it
PROBED_CELLS = 32
USABLE_CELLS = "expected numbers, text, true and false, or dates in every cell"


def is_text(arrow_type: pa.DataType) -> bool:
    """Return whether a type is one of Arrow's text types."""
    types = pa.types
    return bool(types.is_string(arrow_type) or types.is_large_string(arrow_type) or types.is_string_view(arrow_type))


def missing_cell(arrow_type: pa.DataType) -> pa.Scalar:
    """Return the missing cell of a type, as ``pa.scalar(None, arrow_type)`` does."""
    return pa.nulls(1, arrow_type)[0]


def text_array(values: Sequence[str], arrow_type: pa.DataType) -> pa.Array:
    """Return a few texts as an Arrow array, as ``pa.array(values, arrow_type)`` does."""
    coded = [value.encode() for value in values]
    ends = np.cumsum([0, *map(len, coded)], dtype=np.int64 if pa.types.is_large_string(arrow_type) else np.int32)
    return pa.Array.from_buffers(arrow_type, len(coded), [None, pa.py_buffer(ends), pa.py_buffer(b"".join(coded))])


def cell_values(column: pa.ChunkedArray) -> np.ndarray:
    """Return the cells of a column as ``column.to_numpy()`` does: numbers, NaN where missing, or truth values."""
    types = pa.types
    if types.is_boolean(column.type) and not column.null_count:
        return cell_values(column.cast(pa.uint8())).view(bool)
    if not (types.is_integer(column.type) or types.is_floating(column.type)) or not len(column):
        cells: np.ndarray = column.to_numpy()
        return cells
    if column.null_count:
        missing, column = cell_values(pc.is_null(column)), column.cast(pa.float64(), safe=False)
    letter = "f" if types.is_floating(column.type) else "u" if types.is_unsigned_integer(column.type) else "i"
    dtype = np.dtype(f"{letter}{column.type.bit_width // 8}")  # older releases load pandas for `to_pandas_dtype`
    parts = []
    for chunk in column.chunks:
        buffer = np.frombuffer(chunk.buffers()[1], dtype)
        parts.append(buffer[chunk.offset : chunk.offset + len(chunk)])
    values = parts[0] if len(parts) == 1 else np.concatenate(parts)
    return np.where(missing, np.nan, values) if column.null_count else values


def rows_at(rows: Any, indices: np.ndarray) -> Any:
    """Return some rows of a table, or some pictures.

    Parameters
    ----------
    rows : pyarrow.Table or Pictures
        All of them.
    indices : array of int, (k,)
        Which, counted from 0.

    Returns
    -------
    pyarrow.Table or Pictures
        Those rows, in that order.
    """
    if not isinstance(rows, pa.Table):
        return rows.take(indices)
    indices = np.ascontiguousarray(indices, dtype=np.int64)
    return rows.take(pa.Array.from_buffers(pa.int64(), len(indices), [None, pa.py_buffer(indices)]))


def clean(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return a text column with blanks around cells trimmed and missing cells null."""
    column = pc.utf8_trim_whitespace(column)
    missing = pc.is_in(column, value_set=text_array(MISSING, column.type))
    return pc.if_else(missing, missing_cell(column.type), column)


def cast_or_none(column: pa.ChunkedArray, arrow_type: pa.DataType) -> pa.ChunkedArray | None:
    """Return a text column as another type, if every cell can be read as such."""
    try:
        column.slice(0, PROBED_CELLS).cast(arrow_type)  # first, since a cast that fails late takes long
        return column.cast(arrow_type)
    except pa.ArrowInvalid:
        return None


def as_numbers(column: pa.ChunkedArray) -> pa.ChunkedArray | None:
    """Return a text column as numbers, if every cell is a number or null."""
    floats = cast_or_none(column, pa.float64())  # first: it refuses hexadecimal, which whole numbers may be
    if floats is None:
        return None
    whole = cast_or_none(column, pa.int64())
    if whole is not None:
        return whole
    return pc.if_else(pc.is_nan(floats), missing_cell(floats.type), floats)


def typed(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return a text column as numbers, truth values or dates if every cell that is not missing is one.

    Parameters
    ----------
    column : pyarrow.ChunkedArray of text
        Cells as they are in the file.

    Returns
    -------
    pyarrow.ChunkedArray
        int64, float64, bool, timestamp or null (no value at all); otherwise the text, cleaned.
    """
    numbers = as_numbers(column)
    if numbers is not None and not numbers.null_count:
        return numbers
    column = clean(column)
    if column.null_count == len(column):
        return pa.chunked_array([pa.nulls(len(column))])
    numbers = as_numbers(column)
    if numbers is not None:
        return numbers
    for arrow_type in (pa.bool_(), pa.timestamp("us"), pa.timestamp("us", "UTC")):
        read = cast_or_none(column, arrow_type)
        if read is not None:
            return read
    return column


def decoded(column: pa.ChunkedArray, arrow_type: pa.DataType | None = None) -> pa.ChunkedArray:
    """Return the values of a dictionary column, as a type or as their own, and other columns as they are."""
    if not pa.types.is_dictionary(column.type):
        return column
    values = column.type.value_type
    arrow_type = arrow_type or (pa.large_string() if is_text(values) else values)
    chunks = [chunk.dictionary.cast(arrow_type).take(chunk.indices) for chunk in column.chunks]
    return pa.chunked_array(chunks, arrow_type)


def typed_cells(column: pa.ChunkedArray, name: str, arrow_type: pa.DataType, expected: str) -> pa.ChunkedArray:
    """Return the values of a column, text as what it spells."""
    column = decoded(column)
    if not is_text(column.type):
        return column
    text = column.cast(pa.large_string())
    column = typed(text)
    if is_text(column.type) or (pa.types.is_timestamp(column.type) and not pa.types.is_temporal(arrow_type)):
        row, cell = first_unparsable(text, arrow_type) or (1, "")
        raise DataError(f"column {name!r}, row {row}: text where training saw {expected}: {cell!r}")
    return column


def first_unparsable(column: pa.ChunkedArray, arrow_type: pa.DataType) -> tuple[int, str] | None:
    """Return the first cell of a text column that cannot be read as another type.

    It halves the column until one row is left, because Arrow's error does not name the row.
    """
    column = clean(column)

    def readable(start: int, stop: int) -> bool:
        try:
            column.slice(start, stop - start).cast(arrow_type)
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
