"""JSON as a table: a record a line, a list of records, or one of the forms that pandas writes."""

from __future__ import annotations

import io
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

import numpy as np

from glassnet.errors import DataError, FileError, UnknownNameError
from glassnet.memory import COLUMN, check_room
from glassnet.plain_text import listed
from glassnet.tables.arrow import pa
from glassnet.tables.frames import as_table
from glassnet.tables.reading.encoding import to_utf8
from glassnet.tables.reading.grid import from_rows
from glassnet.tables.reading.raw import RawTable
from glassnet.tables.reading.source import Source

COPIES = 12  # of a file's bytes, as Python's objects
BLOCK_BYTES = 1 << 24  # no record may be longer for Arrow
DEPTH = 4  # of lists of records in a document
USUAL = {
    "data",
    "records",
    "rows",
    "items",
    "results",
    "features",
    "observations",
    "entries",
}  # names of a list of rows
Path = tuple[str, ...]


def read_json(source: Source, encoding: str | None = None, known: Collection[str] = ()) -> RawTable:
    """Return the table of a JSON file.

    Parameters
    ----------
    source : Source
        Its part is the name of the list of records, where there are several.
    encoding : str, optional
        Found where None.
    known : collection of str
        Columns that the table is known to have.

    Returns
    -------
    RawTable
        With types; nested records are columns such as "address.city".

    Raises
    ------
    FileError
        It is no JSON.
    DataError
        It holds no table.
    """
    where = source.name
    data, _, notes = to_utf8(source.content(COPIES), encoding, where)
    if not data.strip():
        raise DataError(f"{where} is empty")
    if _has_records_in_lines(data):
        raw = _of_lines(data, where)
    else:
        document = _loaded(data, where)
        raw = _of_document(document, where, source.part, known)
    return RawTable(raw.table, (*notes, *raw.notes), raw.lines)


def _loaded(data: bytes, where: str) -> Any:
    """Return what a JSON document holds."""
    try:
        return json.loads(data)
    except json.JSONDecodeError as error:
        raise FileError(f"{where}, line {error.lineno}: no JSON ({error.msg})") from None
    except RecursionError:
        raise FileError(f"{where} is nested too deeply") from None
    except ValueError as error:  # a number of thousands of digits
        raise FileError(f"{where} is no JSON that can be read ({error})") from None


def _has_records_in_lines(data: bytes) -> bool:
    """Return whether the first line is a record of its own, and others follow, or it is the only one."""
    line, _, rest = data.lstrip().partition(b"\n")
    with suppress(ValueError, RecursionError):
        first = json.loads(line)
        return isinstance(first, (dict, list)) and bool(rest.strip())
    return False


def _of_lines(data: bytes, where: str) -> RawTable:
    """Return the table of records, one in each line."""
    if data.lstrip()[:1] == b"{" and b"\\u0000" not in data:
        with suppress(pa.ArrowException):  # cells of several kinds, for one
            from pyarrow import json as arrow_json

            table = arrow_json.read_json(io.BytesIO(data), arrow_json.ReadOptions(block_size=BLOCK_BYTES))
            if not any(pa.types.is_nested(kind) for kind in table.schema.types):
                whole = len(table) == data.count(b"\n") + (not data.endswith(b"\n"))
                return RawTable(as_table(table), (), np.arange(1, len(table) + 1, dtype=np.int32) if whole else None)
    records, lines = [], []
    for number, line in enumerate(data.splitlines(), 1):
        if line.strip():
            try:
                records.append(json.loads(line))
            except (ValueError, RecursionError) as error:
                raise FileError(f"{where}, line {number}: no JSON ({error})") from None
            lines.append(number)
    if all(isinstance(record, list) for record in records):
        return from_rows(records, where)
    return _of_records(records, where, np.array(lines, np.int32))


def _of_document(document: Any, where: str, part: str, known: Collection[str]) -> RawTable:
    """Return the table of a document, in whichever form it is written."""
    if part:
        lists = {path[-1]: rows for path, rows in _lists(document)}
        if part not in lists:
            raise UnknownNameError.among(f"list of records in {where}", part, lists)
        return _of_records(lists[part], where)
    if isinstance(document, Mapping):
        return _of_mapping(document, where, known)
    if isinstance(document, list) and document:
        if all(isinstance(row, list) for row in document):
            return from_rows(document, where)
        return _of_records(document, where)
    raise DataError(f"{where}: expected a list of records, got {_kind(document)}")


def _of_mapping(document: Mapping[str, Any], where: str, known: Collection[str]) -> RawTable:
    values = list(document.values())
    names, data = document.get("columns"), document.get("data")
    if isinstance(names, list) and isinstance(data, list) and all(isinstance(row, list) for row in data):
        names = [".".join(map(str, name)) if isinstance(name, list) else str(name) for name in names]
        if any(len(row) != len(names) for row in data):
            raise DataError(f"{where}: expected {len(names)} cells in each row of 'data', as in 'columns'")
        return _of_records([dict(zip(names, row, strict=True)) for row in data], where)
    if document.get("type") == "FeatureCollection" and isinstance(document.get("features"), list):
        rows = [{**(each.get("properties") or {})} for each in document["features"] if isinstance(each, dict)]
        return _of_records(rows, where, notes=(f"{where}: GeoJSON; the shapes of its features are not read",))
    if values and all(isinstance(value, list) for value in values) and not any(map(_are_records, values)):
        lengths = set(map(len, values))
        if len(lengths) > 1:
            raise DataError(f"{where}: expected lists of one length as columns, got {listed(sorted(lengths), 80)}")
        return _of_columns({str(name): cells for name, cells in document.items()}, where)
    schema = document.get("schema")
    schema = schema if isinstance(schema, dict) and "fields" in schema and "data" in document else {}  # of pandas
    lists = _lists({"data": document["data"]} if schema else document)
    usual = [each for each in lists if each[0][-1].lower() in USUAL]
    lists = usual if len(usual) == 1 else lists
    if len(lists) == 1:
        path, rows = lists[0]
        if schema.get("primaryKey") == ["index"]:
            rows = [{name: cell for name, cell in row.items() if name != "index"} for row in rows]
        return _of_records(rows, where, notes=(f"{where}: its rows are the list {'.'.join(path)!r}",))
    if lists:
        raise DataError(
            f"{where} holds several lists of records: {listed(['.'.join(path) for path, _ in lists], 150)}; "
            f"name one, as {where}:{lists[0][0][-1]}"
        )
    if values and all(isinstance(value, Mapping) for value in values):
        return _of_nested(document, where, known)
    raise DataError(f"{where}: expected a list of records, got one record")


def _of_nested(document: Mapping[str, Mapping[str, Any]], where: str, known: Collection[str]) -> RawTable:
    """Return the table of {column: {row: cell}} or {row: {column: cell}}, whichever it is."""
    outer, inner = list(document), list(dict.fromkeys(key for value in document.values() for key in value))
    if set(outer) & set(known) or set(inner) & set(known):
        are_columns = bool(set(outer) & set(known))
    elif all(map(str.isdecimal, inner)) != all(map(str.isdecimal, outer)):
        are_columns = all(map(str.isdecimal, inner))
    else:
        are_columns = len(outer) <= len(inner)
    if are_columns:
        return _of_columns({name: [cells.get(row) for row in inner] for name, cells in document.items()}, where)
    return _of_records(list(document.values()), where)


def _are_records(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(row, Mapping) for row in value)


def _lists(document: Any, path: Path = ()) -> list[tuple[Path, list[Any]]]:
    """Return the lists of records in a document, with the names that lead to them."""
    if _are_records(document):
        return [(path or ("",), document)]
    if not isinstance(document, Mapping) or len(path) >= DEPTH:
        return []
    return [each for name, value in document.items() for each in _lists(value, (*path, str(name)))]


def _flat(record: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in record.items():
        if isinstance(value, Mapping) and value:
            yield from _flat(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", None if value == {} else value


def _of_records(
    records: Sequence[Any], where: str, lines: np.ndarray | None = None, notes: tuple[str, ...] = ()
) -> RawTable:
    """Return the table of records, nested or not, of which some may lack some names."""
    odd = next((i for i, record in enumerate(records) if not isinstance(record, Mapping)), None)
    if odd is not None:
        place = f"record {odd + 1}" if lines is None else f"line {lines[odd]}"
        raise DataError(f"{where}, {place}: expected a record such as {{'age': 3}}, got {_kind(records[odd])}")
    nested = any(isinstance(value, Mapping) for record in records for value in record.values())
    columns: dict[str, list[Any]] = {}
    for i, record in enumerate(records):
        for name, value in _flat(record) if nested else record.items():
            if name not in columns:
                check_room(COLUMN * len(columns) + 8 * len(records) * (len(columns) + 1), f"{where}, as columns,")
                columns[name] = [None] * len(records)
            columns[name][i] = value
    if nested:
        note = f"{where}: records within records are columns such as {next(name for name in columns if '.' in name)!r}"
        notes = (*notes, note) if any("." in name for name in columns) else notes
    return RawTable(_of_columns(columns, where).table, notes, lines)


def _of_columns(columns: Mapping[str, list[Any]], where: str) -> RawTable:
    if not columns:
        raise DataError(f"{where} holds no table: its records are empty")
    return RawTable(as_table({name: _without_lists(cells) for name, cells in columns.items()}))


def _without_lists(cells: list[Any]) -> list[Any]:
    """Return cells in which a list is text: its values with commas between, or JSON where they are lists or records."""
    if not any(isinstance(cell, (list, dict)) for cell in cells):
        return cells
    return [_in_words(cell) if isinstance(cell, (list, dict)) else cell for cell in cells]


def _in_words(cell: list[Any] | dict[str, Any]) -> str | None:
    if isinstance(cell, dict) or any(isinstance(each, (list, dict)) for each in cell):
        return json.dumps(cell, ensure_ascii=False)
    return ", ".join(each if isinstance(each, str) else json.dumps(each) for each in cell if each is not None) or None


def _kind(value: Any) -> str:
    kinds = {str: "text", int: "a number", float: "a number", bool: "true or false", list: "a list", dict: "a record"}
    return "nothing" if value is None or value in ([], {}) else kinds.get(type(value), type(value).__name__)
