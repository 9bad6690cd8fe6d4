"""What Arrow's columns are asked everywhere: is it text, its values as an array, some rows, dictionaries decoded.

Some of these functions do what Arrow has a function for that loads pandas, which takes half a second.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from glassnet.tables.arrow import pa, pc

MANY_CELLS, MOST_DISTINCT = 100, 0.25  # cells, and share of them that differ, where distinct ones pay
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


def text_cell(value: str, arrow_type: pa.DataType) -> pa.Scalar:
    """Return one text as a scalar of a text type, as ``pa.scalar(value, arrow_type)`` does."""
    return text_array([value], arrow_type)[0]


def truth_array(values: np.ndarray) -> pa.Array:
    """Return truth values as an Arrow array, as ``pa.array(values)`` does."""
    bits = np.packbits(values.astype(bool), bitorder="little")
    return pa.Array.from_buffers(pa.bool_(), len(values), [None, pa.py_buffer(bits)])


def number_array(values: np.ndarray) -> pa.Array:
    """Return floats or whole numbers as an Arrow array, NaN as missing cells."""
    whole = values.dtype.kind == "i"
    values = np.ascontiguousarray(values, np.int64 if whole else np.float64)
    array = pa.Array.from_buffers(pa.int64() if whole else pa.float64(), len(values), [None, pa.py_buffer(values)])
    return array if whole else pc.if_else(pc.is_nan(array), missing_cell(array.type), array)


def truths(values: pa.Array | pa.ChunkedArray) -> np.ndarray:
    """Return truth values as an array, False where they are missing."""
    found: np.ndarray = cell_values(pc.fill_null(values, truth_array(np.zeros(1))[0]))
    return found


def cell_values(column: pa.ChunkedArray | pa.Array) -> np.ndarray:
    """Return the cells of a column as ``column.to_numpy()`` does: numbers, NaN where missing, or truth values."""
    types = pa.types
    column = column if isinstance(column, pa.ChunkedArray) else pa.chunked_array([column])
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


def stacked(tables: Sequence[pa.Table]) -> pa.Table:
    """Return the rows of tables with the same columns; where these have types that no other holds, as text.

    Raises
    ------
    pyarrow.ArrowException
        A column of other types cannot be text either, such as lists beside numbers.
    """
    tables = [table.replace_schema_metadata() for table in tables]
    try:
        return pa.concat_tables(tables, promote_options="permissive")
    except pa.ArrowException:
        unlike = [name for name in tables[0].column_names if not _alike([table.schema.field(name) for table in tables])]
    return pa.concat_tables([_with_text(table, unlike) for table in tables], promote_options="permissive")


def _alike(fields: list[pa.Field]) -> bool:
    try:
        pa.unify_schemas([pa.schema([field]) for field in fields], promote_options="permissive")
    except pa.ArrowException:
        return False
    return True


def _with_text(table: pa.Table, names: Sequence[str]) -> pa.Table:
    for name in names:
        k = table.column_names.index(name)
        table = table.set_column(k, name, table.column(k).cast(pa.large_string()))
    return table


def rows_at(rows: Any, indices: np.ndarray) -> Any:
    """Return some rows of a table, cells of a column, or pictures.

    Parameters
    ----------
    rows : pyarrow.Table, Array, ChunkedArray or Pictures
        All of them.
    indices : array of int, (k,)
        Which, counted from 0.

    Returns
    -------
    pyarrow.Table, Array, ChunkedArray or Pictures
        Those rows, in that order.
    """
    if not isinstance(rows, (pa.Table, pa.Array, pa.ChunkedArray)):
        return rows.take(indices)
    indices = np.ascontiguousarray(indices, dtype=np.int64)
    return rows.take(pa.Array.from_buffers(pa.int64(), len(indices), [None, pa.py_buffer(indices)]))


class Distinct(NamedTuple):
    """The distinct cells of a column, the missing one among them, and which of them each of the m cells is, (m,)."""

    values: pa.ChunkedArray
    indices: np.ndarray


def distinct_cells(column: pa.ChunkedArray) -> Distinct | None:
    """Return the distinct cells of a column, or None where most of them differ."""
    if pa.types.is_null(column.type) or len(column) < MANY_CELLS:
        return None
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    coded = column.unify_dictionaries().combine_chunks()
    coded = coded if isinstance(coded, pa.Array) else coded.chunk(0)
    if len(coded.dictionary) > MOST_DISTINCT * len(column):
        return None
    index = cell_values(coded.indices)
    if not coded.null_count:
        return Distinct(pa.chunked_array([coded.dictionary]), index)
    values = pa.chunked_array([coded.dictionary, pa.nulls(1, coded.dictionary.type)])
    return Distinct(values, np.nan_to_num(index, nan=len(values) - 1).astype(np.intp))


def as_dictionary(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return a column of text with each distinct text once and an index for each cell; as it is where most differ."""
    distinct = len(column) >= MANY_CELLS and column.dictionary_encode()
    if not distinct or sum(len(chunk.dictionary) for chunk in distinct.chunks[:1]) > MOST_DISTINCT * len(column):
        return column
    return distinct


def decoded(column: pa.ChunkedArray, arrow_type: pa.DataType | None = None) -> pa.ChunkedArray:
    """Return the values of a dictionary column, as a type or as their own, and other columns as they are."""
    if not pa.types.is_dictionary(column.type):
        return column
    values = column.type.value_type
    arrow_type = arrow_type or (pa.large_string() if is_text(values) else values)
    chunks = [chunk.dictionary.cast(arrow_type).take(chunk.indices) for chunk in column.chunks]
    return pa.chunked_array(chunks, arrow_type)
