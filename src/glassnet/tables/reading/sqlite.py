"""A table of an SQLite file."""

from __future__ import annotations

import sqlite3
from typing import Any
from urllib.parse import quote

from glassnet.errors import DataError, UnknownNameError
from glassnet.memory import check_room
from glassnet.plain_text import listed
from glassnet.tables.reading.broken import broken_is_file_error
from glassnet.tables.reading.raw import RawTable
from glassnet.tables.reading.records import table_of_columns
from glassnet.tables.reading.source import Source

COPIES = 10  # of a file's bytes that its values take in Python
SETTINGS = ("trusted_schema = off", "query_only = on", "cell_size_check = on")


def read_sqlite(source: Source) -> RawTable:
    """Return a table of an SQLite file: the one that is named, or the only one.

    Parameters
    ----------
    source : Source
        The file; its part is the name of a table or view.

    Returns
    -------
    RawTable
        Cells as the file has them.

    Raises
    ------
    UnknownNameError
        No table has that name.
    DataError
        It holds no table, or several and none is named.
    FileError
        It is damaged.
    """
    content = source.content() if source.data is not None else None
    check_room(COPIES * (len(content) if content is not None else source.path.stat().st_size), source.name)
    with broken_is_file_error(f"{source.name} is not a whole SQLite file"):
        if content is None:
            address = f"file:{quote(str(source.path.resolve()))}?mode=ro&immutable=1"
            connection = sqlite3.connect(address, uri=True)
        else:
            connection = sqlite3.connect(":memory:")
            connection.deserialize(content)
        try:
            for setting in SETTINGS:
                connection.execute(f"pragma {setting}")
            connection.text_factory = lambda text: text.decode("utf-8", "replace")
            name = _chosen(connection, source)
            rows = connection.execute(f"select * from {_quoted(name)}")
            names = [column[0] for column in rows.description]
            cells: list[tuple[Any, ...]] = rows.fetchall()
        finally:
            connection.close()
    if not cells:
        raise DataError(f"{source.name}, table {name!r} holds no rows")
    columns = dict(zip(names, map(list, zip(*cells, strict=True)), strict=True))
    return RawTable(table_of_columns(columns, f"{source.name}, table {name!r}"))


def _chosen(connection: sqlite3.Connection, source: Source) -> str:
    found = connection.execute("select name, type from sqlite_master where type in ('table', 'view') order by rowid")
    kinds = {name: kind for name, kind in found if not name.startswith("sqlite_")}
    tables = [name for name, kind in kinds.items() if kind == "table"]
    if source.part:
        if source.part not in kinds:
            raise UnknownNameError.among(f"table of {source.name}", source.part, kinds)
        return source.part
    if len(tables) != 1:
        several = f"{len(tables)} tables: {listed(tables)}; name one, as {source.name}:{tables[0]}" if tables else ""
        raise DataError(f"{source.name} holds {several or 'no table'}")
    return str(tables[0])


def _quoted(name: str) -> str:
    escaped = name.replace('"', '""')
    return f'"{escaped}"'
