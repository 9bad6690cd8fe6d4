"""Arrow's own files, Feather among them, and ORC."""

from __future__ import annotations

from glassnet.memory import check_room
from glassnet.tables.arrow import pa
from glassnet.tables.reading.broken import broken_is_file_error
from glassnet.tables.reading.raw import RawTable
from glassnet.tables.reading.source import Source

COPIES = 4  # of a file's bytes that its table takes: it may be compressed


def read_arrow(source: Source) -> RawTable:
    """Return the table of a Feather file, an Arrow file or an Arrow stream, with its types.

    Parameters
    ----------
    source : Source
        The file.

    Returns
    -------
    RawTable
        All of it.

    Raises
    ------
    FileError
        If it is damaged.
    DataError
        If it would take too much memory.
    """
    data = source.content()
    check_room(COPIES * len(data), source.name)
    with broken_is_file_error(f"{source.name} is not a whole Arrow file"):
        from pyarrow import feather, ipc

        if data[:6] == b"ARROW1":
            table = ipc.open_file(pa.BufferReader(data)).read_all()
        elif data[:4] == b"FEA1":
            table = feather.read_table(pa.BufferReader(data))
        else:
            table = ipc.open_stream(pa.BufferReader(data)).read_all()
        table.validate(full=True)
    check_room(COPIES * table.nbytes, source.name)
    return RawTable(table)


def read_orc(source: Source) -> RawTable:
    """Return the table of an ORC file, with its types; errors as in `read_arrow`."""
    check_room(COPIES * len(source.content()), source.name)
    with broken_is_file_error(f"{source.name} is not a whole ORC file"):
        from pyarrow import orc

        table = orc.ORCFile(pa.BufferReader(source.content())).read()
        table.validate(full=True)
    return RawTable(table)
