"""Feather, Arrow and ORC files as one Arrow table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from glassnet.memory import check_room
from glassnet.tables.arrow import pa
from glassnet.tables.reading.broken import broken_is_file_error
from glassnet.tables.reading.source import Source

COPIES = 2  # of a column: as it is read, and as what it means
STREAM = b"\xff\xff\xff\xff"
FIRST_FEATHER = b"FEA1"


def read_arrow(source: Source) -> pa.Table:
    """Return the table of a Feather file, an Arrow file or an Arrow stream.

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
        It is damaged, or no such file.
    DataError
        Its table would take more memory than the limit.
    """
    where, head = source.name, source.head(8)
    with broken_is_file_error(f"{where} is not a whole Arrow file"):
        data = pa.BufferReader(source.content(COPIES))
        if head.startswith(FIRST_FEATHER):
            from pyarrow import feather

            return _checked([feather.read_table(data)], where)
        if head.startswith(STREAM):
            stream = pa.ipc.open_stream(data)
            return _checked((pa.Table.from_batches([batch]) for batch in stream), where, stream.schema)
        file = pa.ipc.open_file(data)
        batches = (pa.Table.from_batches([file.get_batch(k)]) for k in range(file.num_record_batches))
        return _checked(batches, where, file.schema)


def read_orc(source: Source) -> pa.Table:
    """Return the table of an ORC file, as `read_arrow` does."""
    where = source.name
    with broken_is_file_error(f"{where} is not a whole ORC file"):
        from pyarrow import orc

        file = orc.ORCFile(source.file())
        check_room(COPIES * file.nrows * len(file.schema), f"{where}, a table of {file.nrows} rows,")
        stripes = (pa.Table.from_batches([file.read_stripe(k)]) for k in range(file.nstripes))
        return _checked(stripes, where, file.schema)


def _checked(parts: Iterable[pa.Table], where: str, schema: Any = None) -> pa.Table:
    """Return parts as one table, whole and not too large."""
    tables, size = [] if schema is None else [schema.empty_table()], 0
    for part in parts:
        part.validate(full=True)
        size += part.nbytes
        check_room(COPIES * size, where)
        tables.append(part)
    return pa.concat_tables(tables)
