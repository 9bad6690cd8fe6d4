"""JSON: a record a line, a list of records, or columns, in the forms that pandas and web services write."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from glassnet.errors import DataError
from glassnet.memory import check_room
from glassnet.tables.arrow import pa
from glassnet.tables.reading.encoding import to_utf8
from glassnet.tables.reading.raw import RawTable
from glassnet.tables.reading.records import table_of_columns, table_of_records
from glassnet.tables.reading.source import Source

COPIES = 12  # of a file's bytes that its values take in Python, at most
WRAPPERS = ("data", "records", "rows", "results", "items", "features", "value")  # names of the one list inside


def read_json(source: Source, encoding: str | None = None) -> RawTable:
    """Return the table of a JSON file.

    Parameters
    ----------
    source : Source
        One record a line (JSON lines); a list of records, or of lists whose first has the names; columns as lists or as
        mappings of an index; pandas' ``split`` and ``table``; or any of these under a name such as "data".
    encoding : str, optional
        None finds it.

    Returns
    -------
    RawTable
        With a column for each name; names of records inside records are joined by dots.

    Raises
    ------
    DataError
        If it is no JSON, or holds no table.
    """
    data = source.content()
    check_room(COPIES * len(data), source.name)
    text = to_utf8(data, encoding, source.name)[0].decode("utf-8")
    try:
        document = _document(text, source.name)
    except RecursionError:
        raise DataError(f"{source.name} is nested too deeply to hold a table") from None
    return RawTable(_table(document, source.name))


def _document(text: str, where: str) -> Any:
    """Return the one document of a text, or the list of those of its lines."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        if error.msg != "Extra data":
            lines = text.split("\n", 1)
            if len(lines) < 2 or not _is_document(lines[0]):
                raise DataError(f"{where}, line {error.lineno}: no JSON ({error.msg})") from None
    found = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            found.append(json.loads(line))
        except json.JSONDecodeError as error:
            raise DataError(f"{where}, line {number}: no JSON ({error.msg})") from None
    return found


def _is_document(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict | list)
    except json.JSONDecodeError:
        return False


def _table(document: Any, where: str) -> pa.Table:
    if isinstance(document, Mapping):
        if isinstance(document.get("columns"), list) and isinstance(document.get("data"), list):  # pandas' "split"
            names = [
                each["name"] if isinstance(each, Mapping) and "name" in each else each for each in document["columns"]
            ]
            return _of_lists(names, document["data"], where)
        for name in (*WRAPPERS, *document):
            if isinstance(document.get(name), list) and _is_list_of_rows(document[name]):
                return _table(document[name], where)
        if document and all(isinstance(column, list) for column in document.values()):
            return _of_columns({str(name): column for name, column in document.items()}, where)
        if document and all(isinstance(column, Mapping) for column in document.values()):
            return _of_mappings(document, where)
    if isinstance(document, list) and document:
        if all(isinstance(row, Mapping) for row in document):
            return table_of_records(document, where)
        if all(isinstance(row, list) for row in document) and all(isinstance(name, str) for name in document[0]):
            return _of_lists(document[0], document[1:], where)
    raise DataError(f"{where}: expected a list of records, a record on each line, or columns; found no table")


def _is_list_of_rows(found: list[Any]) -> bool:
    return bool(found) and all(isinstance(row, Mapping) for row in found)


def _of_lists(names: list[Any], rows: list[Any], where: str) -> pa.Table:
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, list) or len(row) != len(names):
            raise DataError(f"{where}, row {number}: expected {len(names)} cells in a list")
    return table_of_columns({str(name): [row[j] for row in rows] for j, name in enumerate(names)}, where)


def _of_columns(columns: dict[str, list[Any]], where: str) -> pa.Table:
    lengths = {len(column) for column in columns.values()}
    if len(lengths) > 1:
        raise DataError(f"{where}: columns have {min(lengths)} to {max(lengths)} cells; all need equally many")
    return table_of_columns(columns, where)


def _of_mappings(document: Mapping[str, Mapping[str, Any]], where: str) -> pa.Table:
    """Return columns whose cells are named by an index, or rows that are named by one."""
    first = next(iter(document.values()))
    by_column = all(column.keys() == first.keys() for column in document.values()) and len(first) > len(document)
    if by_column:
        return table_of_columns({str(name): list(column.values()) for name, column in document.items()}, where)
    return table_of_records(document.values(), where)
