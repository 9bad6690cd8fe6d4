"""Rare Arrow types (views, runs, bytes, extensions) as text, numbers, truth values and dates."""

from __future__ import annotations

import json
from collections.abc import Callable
from uuid import UUID

import numpy as np

from glassnet import interrupts
from glassnet.errors import DataError
from glassnet.tables.arrow import pa, pc
from glassnet.tables.cells import USABLE_CELLS, cell_values


def of_known_types(table: pa.Table) -> pa.Table:
    """Return a table whose rare types are converted to text, numbers, truth values and dates.

    Periods (pandas) become the moment of their start, intervals the text that pandas shows, such as ``(0, 1]``.

    Parameters
    ----------
    table : pyarrow.Table
        Of any types.

    Returns
    -------
    pyarrow.Table
        Lists, structures and the like stay as they are; `role` refuses them where a column is used.

    Raises
    ------
    DataError
        A column holds bytes that are not text, periods that pandas does not know, or an unknown extension type.
    """
    columns = [_known(field.name, table.column(j), field.metadata) for j, field in enumerate(table.schema)]
    fields = [
        field if column.type == field.type else pa.field(field.name, column.type)
        for field, column in zip(table.schema, columns, strict=True)
    ]
    return pa.table(columns, schema=pa.schema(fields))


def _known(name: str, column: pa.ChunkedArray, metadata: dict[bytes, bytes] | None = None) -> pa.ChunkedArray:
    types, kind, metadata = pa.types, column.type, metadata or {}
    if isinstance(kind, pa.BaseExtensionType) or b"ARROW:extension:name" in metadata:
        return _known(name, _without_extension(name, column, metadata))
    if types.is_dictionary(kind):
        return _dictionary(name, column)
    if types.is_run_end_encoded(kind):
        return _known(name, pa.chunked_array([pc.run_end_decode(chunk) for chunk in column.chunks], kind.value_type))
    if types.is_string_view(kind):
        return _without_view(column, pa.large_string())
    rare = types.is_binary_view(kind) or types.is_fixed_size_binary(kind)
    return bytes_as_text(name, column) if rare else column


def _dictionary(name: str, column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return a dictionary column whose values are of a known type."""
    if not column.num_chunks:
        return pa.chunked_array([pa.nulls(0)])
    chunks = []
    for chunk in column.chunks:
        values = _known(name, pa.chunked_array([chunk.dictionary])).combine_chunks()
        if pa.types.is_dictionary(values.type):
            values = values.dictionary_decode()
        if pa.types.is_binary(values.type) or pa.types.is_large_binary(values.type):
            values = bytes_as_text(name, pa.chunked_array([values])).combine_chunks()
        chunks.append(pa.DictionaryArray.from_arrays(chunk.indices, values))
    return pa.chunked_array(chunks)


def _without_view(column: pa.ChunkedArray, arrow_type: pa.DataType) -> pa.ChunkedArray:
    """Return a column of views as large text or bytes, which every compute function takes."""
    try:
        return column.cast(arrow_type)
    except pa.ArrowNotImplementedError:  # before Arrow 18
        return pa.chunked_array([pa.array(column.to_pylist(), arrow_type)])


def bytes_as_text(name: str, column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return bytes as the text that they encode."""
    try:
        return _without_view(column, pa.large_binary()).cast(pa.large_string())
    except pa.ArrowInvalid:
        raise DataError(f"column {name!r} holds bytes that are not text") from None


def _without_extension(name: str, column: pa.ChunkedArray, metadata: dict[bytes, bytes]) -> pa.ChunkedArray:
    """Return what the cells of an extension type mean; `metadata` names types that are not registered."""
    kind = column.type
    if isinstance(kind, pa.BaseExtensionType):
        called = kind.extension_name
        described = getattr(kind, "__arrow_ext_serialize__", bytes)()
        storage = pa.chunked_array([chunk.storage for chunk in column.chunks], kind.storage_type)
    else:
        called = metadata[b"ARROW:extension:name"].decode(errors="replace")
        described = metadata.get(b"ARROW:extension:metadata", b"")
        storage = column
    if called not in EXTENSIONS:
        raise DataError(f"column {name!r} holds the extension type {called}; {USABLE_CELLS}")
    try:
        return EXTENSIONS[called](storage, described)
    except (ImportError, ValueError, KeyError, TypeError, pa.ArrowException) as error:
        raise DataError(f"column {name!r} holds {called} that cannot be read ({error}); {USABLE_CELLS}") from error


def _periods(ordinals: pa.ChunkedArray, described: bytes) -> pa.ChunkedArray:
    with interrupts.held():
        import pandas as pd

    numbers = cell_values(pc.fill_null(ordinals, 0)).astype(np.int64)
    starts = pd.PeriodIndex.from_ordinals(numbers, freq=json.loads(described)["freq"]).to_timestamp()
    lost = cell_values(pc.is_null(ordinals)) | starts.isna()
    return pa.chunked_array([pa.array(starts.to_numpy(), mask=lost)])


def _intervals(bounds: pa.ChunkedArray, described: bytes) -> pa.ChunkedArray:
    closed = json.loads(described)["closed"]
    opening, ending = "(["[closed in ("left", "both")], ")]"[closed in ("right", "both")]
    cells = [
        None if cell is None or cell["left"] is None else f"{opening}{cell['left']}, {cell['right']}{ending}"
        for cell in bounds.to_pylist()
    ]
    return pa.chunked_array([pa.array(cells, pa.large_string())])


def _uuids(storage: pa.ChunkedArray, described: bytes) -> pa.ChunkedArray:
    cells = [None if cell is None else str(UUID(bytes=cell)) for cell in storage.to_pylist()]
    return pa.chunked_array([pa.array(cells, pa.large_string())])


# Name of an extension type -> its cells as a known type, from what is stored and what describes the type.
EXTENSIONS: dict[str, Callable[[pa.ChunkedArray, bytes], pa.ChunkedArray]] = {
    "pandas.period": _periods,
    "pandas.interval": _intervals,
    "arrow.uuid": _uuids,
    "arrow.bool8": lambda storage, _: storage.cast(pa.bool_()),
    "arrow.json": lambda storage, _: storage,
}
