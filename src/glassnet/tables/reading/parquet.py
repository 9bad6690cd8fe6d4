"""Parquet files as one Arrow table; how much memory it takes is known before it is unpacked.

A few bytes can stand for many equal cells. The file's metadata has the number of cells. Text of which the file keeps
each value once is read in that form, and measured before its cells are written out. Text that is stored as the
difference from the cell before is read a few rows at a time.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from glassnet.memory import COLUMN, check_room, limit
from glassnet.tables.arrow import pa, pc
from glassnet.tables.cells import decoded, is_text
from glassnet.tables.reading.broken import broken_is_file_error
from glassnet.tables.reading.source import Source

COPIES = 2  # of a column: as it is read, and as what it means
WIDTHS = {"BOOLEAN": 1, "INT32": 4, "INT64": 8, "INT96": 12, "FLOAT": 4, "DOUBLE": 8}  # bytes of a cell
CODE = 4  # bytes of a cell that is an index into the dictionary
DICTIONARY = {"PLAIN_DICTIONARY", "RLE_DICTIONARY"}
MAX_BATCH_ROWS = 65536
LARGE = 2**31  # bytes of text in one array that need Arrow's large type


class _Outlook(NamedTuple):
    """What a file's metadata say of its text: columns to read as dictionaries, and how many rows to read together."""

    dictionaries: list[str]
    rows: int | None


def read_parquet(source: Source) -> pa.Table:
    """Return the table of a Parquet file.

    Parameters
    ----------
    source : Source
        The file.

    Returns
    -------
    pyarrow.Table
        With the types of the file.

    Raises
    ------
    FileError
        It is damaged, or no Parquet file.
    DataError
        Its table would take more memory than the limit.
    """
    with broken_is_file_error(f"{source.name} is not a whole Parquet file"):
        from pyarrow import parquet

        with parquet.ParquetFile(source.file(), pre_buffer=False) as file:
            schema = file.schema_arrow
            check_room(COLUMN * len(schema), f"{source.name}, as {len(schema)} columns,")
            _try_first_rows(file, source.name)
            outlook = _outlook(file, source.name)
        with parquet.ParquetFile(source.file(), read_dictionary=outlook.dictionaries) as file:
            table = file.read() if outlook.rows is None else _in_batches(file, outlook.rows, source.name)
        table.validate(full=True)
        columns = [
            column if column.type == field.type else _spelled_out(column, field.type, source.name)
            for column, field in zip(table.columns, schema, strict=True)
        ]
        return pa.table(columns, names=table.column_names, metadata=table.schema.metadata)


def _try_first_rows(file: Any, where: str) -> None:
    """Read a row of each group: what pyarrow refuses here, as an error, ends the process where metadata are asked."""
    groups = range(file.metadata.num_row_groups)
    check_room(COPIES * sum(file.metadata.row_group(group).total_byte_size for group in groups), where)
    for group in groups:
        next(file.iter_batches(batch_size=1, row_groups=[group]), None)


def _outlook(file: Any, where: str) -> _Outlook:
    """Count what the columns take; refuse what is too much."""
    metadata, schema = file.metadata, file.schema
    nested = {schema.column(j).path for j in range(len(schema)) if schema.column(j).max_repetition_level}
    of_text = {field.name for field in file.schema_arrow if not pa.types.is_nested(field.type)}
    needed, dictionaries, widest = 0, set(), 0
    for group in range(metadata.num_row_groups):
        of_group = metadata.row_group(group)
        unclear = 0
        for j in range(of_group.num_columns):
            column = of_group.column(j)
            cells, size = column.num_values, column.total_uncompressed_size
            if column.physical_type != "BYTE_ARRAY":
                needed += cells * WIDTHS.get(column.physical_type, schema.column(j).length)
                continue
            needed += size
            if "DELTA_BYTE_ARRAY" in column.encodings or column.path_in_schema in nested:
                unclear += size * max(1, cells // max(1, of_group.num_rows))
            elif DICTIONARY & set(column.encodings) and column.path_in_schema in of_text:
                needed += cells * CODE
                dictionaries.add(column.path_in_schema)
        widest = max(widest, unclear)
    check_room(COPIES * needed, f"{where}, a table of {metadata.num_rows} rows,")
    rows = max(1, min(MAX_BATCH_ROWS, limit() // (4 * widest))) if widest else None
    return _Outlook(sorted(dictionaries), rows)


def _in_batches(file: Any, rows: int, where: str) -> pa.Table:
    batches, size = [], 0
    for batch in file.iter_batches(batch_size=rows):
        size += batch.nbytes
        check_room(COPIES * size, where)
        batches.append(batch)
    return pa.Table.from_batches(batches, batches[0].schema if batches else file.schema_arrow)


def _spelled_out(column: pa.ChunkedArray, arrow_type: pa.DataType, where: str) -> pa.ChunkedArray:
    """Return the cells of a column that was read as a dictionary: of a type, or of its large form for much text."""
    sizes = [pc.sum(pc.binary_length(chunk.dictionary).take(chunk.indices)).as_py() or 0 for chunk in column.chunks]
    check_room(COPIES * sum(sizes), f"{where}, one column of text,")
    if max(sizes, default=0) >= LARGE:
        arrow_type = pa.large_string() if is_text(arrow_type) else pa.large_binary()
    return decoded(column, arrow_type)
