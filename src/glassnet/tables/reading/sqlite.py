"""A table of an SQLite file. The file is only read, and none of its views, triggers and extensions is run."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from typing import Any
from urllib.parse import quote

from glassnet.errors import DataError, FileError, UnknownNameError
from glassnet.memory import COLUMN, check_room, limit
from glassnet.plain_text import listed
from glassnet.tables.frames import as_table
from glassnet.tables.reading.broken import broken_is_file_error
from glassnet.tables.reading.raw import RawTable
from glassnet.tables.reading.source import Source

BATCH = 10_000  # rows
CELL = 40  # bytes of a Python object besides its characters
LONGEST = 10**9  # bytes of a cell, SQLite's own limit
# Tables that programs keep beside the data.
OF_PROGRAMS = {
    "android_metadata", "alembic_version", "django_migrations", "schema_migrations", "spatial_ref_sys",
    "geometry_columns", "ar_internal_metadata",
}  # fmt: skip


def read_sqlite(source: Source, known: Collection[str] = ()) -> RawTable:
    """Return a table of an SQLite file.

    Parameters
    ----------
    source : Source
        Its part is the table's name, which one table alone does not need.
    known : collection of str
        Columns that the table is known to have: of several tables it is the one that has them.

    Returns
    -------
    RawTable
        Each column with the type of its cells.

    Raises
    ------
    UnknownNameError
        It has no such table.
    DataError
        It has several tables, or none.
    FileError
        It is damaged.
    """
    where = source.name
    head = source.head(100)
    size = max(int.from_bytes(head[16:18], "big"), 512) * int.from_bytes(head[28:32], "big")  # pages
    with broken_is_file_error(f"{where} is not a whole SQLite file"), _opened(source) as connection:
        if source.path is not None and source.path.stat().st_size < size:
            raise FileError(f"{where} is not a whole SQLite file: its end is missing")
        tables = _tables(connection)
        name, notes = _chosen(tables, source.part, known, where)
        if source.path is not None and source.path.with_name(f"{source.path.name}-wal").exists():
            notes.append(f"{where}: changes that wait in {source.path.name}-wal are not read; close the database first")
        return RawTable(as_table(_columns(connection, name, tables[name], f"{where}:{name}")), tuple(notes))


@contextmanager
def _opened(source: Source) -> Iterator[sqlite3.Connection]:
    """Open a file that is never written, or a copy of it in memory."""
    if source.path is not None:
        uri = f"file:{quote(str(source.path.resolve()))}?mode=ro&immutable=1"
        opened = sqlite3.connect(uri, uri=True)
    else:
        opened = sqlite3.connect(":memory:")
    with closing(opened) as connection:
        if source.path is None:
            connection.deserialize(source.content())
        connection.text_factory = lambda text: text.decode("utf-8", "replace")
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, min(LONGEST, max(limit() // 4, 1000)))
        for setting in ("trusted_schema = off", "query_only = on", "cell_size_check = on"):
            connection.execute(f"pragma {setting}")
        yield connection


def _quoted(name: str) -> str:
    doubled = name.replace('"', '""')
    return f'"{doubled}"'


def _tables(connection: sqlite3.Connection) -> dict[str, list[str]]:
    """Return the columns of each table; views and virtual tables, which run what the file says, are none."""
    found = connection.execute(
        "select name from sqlite_master where type = 'table' and name not like 'sqlite_%' "
        "and sql not like 'create virtual%' order by rowid"
    )
    names = [name for (name,) in found.fetchall()]
    return {name: [row[1] for row in connection.execute(f"pragma table_info({_quoted(name)})")] for name in names}


def _chosen(
    tables: dict[str, list[str]], part: str, known: Collection[str], where: str
) -> tuple[str, list[str]]:  # fmt: skip
    """Return the name of the table to read, and a note where there was a choice."""
    if part:
        if part not in tables:
            raise UnknownNameError.among(f"table of {where} (views are not read)", part, tables)
        return part, []
    own = [name for name in tables if name not in OF_PROGRAMS] or list(tables)
    fitting = [name for name in own if set(known) & set(tables[name])]
    if len(own) != 1 and len(fitting) != 1:
        if not own:
            raise DataError(f"{where} holds no table (views are not read)")
        raise DataError(f"{where} holds {len(own)} tables: {listed(own, 200)}; name one, as {where}:{own[0]}")
    name = own[0] if len(own) == 1 else fitting[0]
    return name, [f"{where}: table {name!r} of {listed(own, 100)}; {where}:NAME reads another"] * (len(own) > 1)


def _columns(connection: sqlite3.Connection, name: str, columns: list[str], where: str) -> dict[str, list[Any]]:
    """Return the cells of a table, counted while they are read."""
    check_room(COLUMN * len(columns), f"{where}, as {len(columns)} columns,")
    cells: list[list[Any]] = [[] for _ in columns]
    listing = ", ".join(map(_quoted, columns))
    found, size = connection.execute(f"select {listing} from {_quoted(name)}"), 0
    while rows := found.fetchmany(BATCH):
        for column, more in zip(cells, zip(*rows, strict=True), strict=True):
            column.extend(more)
            size += CELL * len(more) + sum(len(cell) for cell in more if isinstance(cell, (str, bytes)))
        check_room(size, f"{where}, of which {len(cells[0])} rows are read,")
    return dict(zip(columns, cells, strict=True))
