"""Rows of Python values as a table: what JSON and databases hold."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from glassnet.tables.arrow import pa
from glassnet.tables.frames import check_distinct
from glassnet.tables.object_cells import are_of_several_kinds, array_of_cells

MAX_DEPTH = 20  # of records inside records


def table_of_columns(columns: Mapping[str, Sequence[Any]], where: str) -> pa.Table:
    """Return columns of Python values as a table; cells of several kinds become text.

    Parameters
    ----------
    columns : mapping of str to sequence
        The cells of each column; None is missing.
    where : str
        The file, for messages.

    Returns
    -------
    pyarrow.Table
        With those columns.
    """
    check_distinct(list(columns), where)
    return pa.table({name: array_of_cells(name, plain(cells)) for name, cells in columns.items()})


def plain(cells: Sequence[Any]) -> list[Any]:
    """Return cells that one Arrow type holds: lists as text, whole floats as whole numbers, several kinds as text."""
    found = [_flat(cell) for cell in cells]
    if all(cell is None or (type(cell) is float and cell.is_integer() and abs(cell) < 2**53) for cell in found):
        return [None if cell is None else int(cell) for cell in found]
    if not are_of_several_kinds(found):
        return found
    return [cell if cell is None or isinstance(cell, str) else _spelled(cell) for cell in found]


def table_of_records(records: Iterable[Mapping[str, Any]], where: str) -> pa.Table:
    """Return records as a table: a column for each name, in the order of appearance; records inside get dots.

    Parameters
    ----------
    records : iterable of mapping
        One for each row; a name that one lacks is a missing cell.
    where : str
        The file, for messages.

    Returns
    -------
    pyarrow.Table
        One row a record.
    """
    rows = [_without_inner(record) for record in records]
    names = {name: None for row in rows for name in row}
    return table_of_columns({name: [row.get(name) for row in rows] for name in names}, where)


def _without_inner(record: Mapping[str, Any], before: str = "", depth: int = 0) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in record.items():
        if isinstance(value, Mapping) and depth < MAX_DEPTH:
            flat |= _without_inner(value, f"{before}{name}.", depth + 1)
        else:
            flat[f"{before}{name}"] = value
    return flat


def _flat(cell: Any) -> Any:
    """Return a list of plain values as text with commas between, other lists and records as JSON."""
    if not isinstance(cell, list | dict):
        return cell
    if isinstance(cell, list) and not any(isinstance(each, list | dict) for each in cell):
        return ", ".join(_spelled(each) for each in cell if each is not None) or None
    return json.dumps(cell, ensure_ascii=False)


def _spelled(cell: Any) -> str:
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, dt.datetime):
        return cell.isoformat(" ")
    return str(cell).removesuffix(".0") if isinstance(cell, float) else str(cell)
