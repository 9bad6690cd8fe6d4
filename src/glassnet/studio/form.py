"""The form of a fitted model for tables: a field for each column, a row's cells in it, and the row that is written.

A cell that was not touched stays as its file has it, so the model reads it as it always does. Numbers and dates are
shown as the model has read them; one that is written as Python writes it is taken as that number or moment, and
whatever else is written is read as a cell of the file would be.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from glassnet.errors import DataError
from glassnet.explain.rows import PreparedRows
from glassnet.plain_text import visible
from glassnet.studio.refused import RefusedError
from glassnet.tables import Preparation
from glassnet.tables.arrow import pa
from glassnet.tables.columns.category import CategoryColumn
from glassnet.tables.columns.column import Column
from glassnet.tables.columns.date import DateColumn
from glassnet.tables.columns.earlier_date import EarlierDateColumn
from glassnet.tables.columns.number import NumberColumn
from glassnet.tables.columns.time import TimeColumn

LONGEST = 10_000  # of a cell that is written
MOST_CHOICES = 300
LARGEST_WHOLE = 1e15  # that is shown without an exponent


class Field(NamedTuple):
    """What a column is filled in with.

    Parameters
    ----------
    name : str
        The column.
    kind : {"number", "choice", "date", "time", "text"}
        What its cells are.
    typical : object
        A cell that is usual, as far as the model knows: the median of numbers and dates, one of the categories.
    choices : list of str
        The categories that the model knows.
    low, high : float or None
        The range of the training's numbers.
    """

    name: str
    kind: str
    typical: Any = None
    choices: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None

    def to_document(self) -> dict[str, Any]:
        """Return the field as the page gets it."""
        return {**self._asdict(), "label": visible(self.name), "typical": shown(self.typical), "choices": self.choices}


def _moment(days: float) -> datetime | None:
    try:
        return datetime.fromisoformat(DateColumn.amount_text(days))
    except ValueError:  # before the year 1
        return None


def _number(column: Any) -> Field:
    return Field(column.name, "number", column.median, (), column.facts.get("least"), column.facts.get("most"))


KINDS: dict[type[Column], Callable[[Any], Field]] = {  # the first that a column is
    DateColumn: lambda column: Field(column.name, "date", _moment(column.median)),
    EarlierDateColumn: lambda column: Field(column.name, "date", _moment(column.first + column.median)),
    TimeColumn: lambda column: Field(column.name, "time", TimeColumn.amount_text(column.median)),
    NumberColumn: _number,
    CategoryColumn: lambda column: Field(
        column.name, "choice", column.values[0] if column.values else None, column.values[:MOST_CHOICES]
    ),
    Column: lambda column: Field(column.name, "text"),
}


def fields_of(preparation: Preparation) -> list[Field]:
    """Return a field for each column that a model uses."""
    found: dict[str, Field] = {}
    for column in preparation.columns:
        if column.name not in found:  # one of many categories is there twice
            found[column.name] = next(make for kind, make in KINDS.items() if isinstance(column, kind))(column)
    return list(found.values())


def typical_row(fields: list[Field]) -> pa.Table:
    """Return a row of typical cells."""
    return pa.table({field.name: pa.array([field.typical]) for field in fields})


def cells_of(fields: list[Field], rows: PreparedRows, i: int) -> dict[str, str | None]:
    """Return the cells of a row as the fields show them; None where they are missing."""
    found: dict[str, str | None] = {}
    for field in fields:
        cell = rows.table[field.name].slice(i, 1)
        amounts = rows.amounts(field.name) if field.kind in ("number", "date") and not cell.null_count else None
        if amounts is None:
            found[field.name] = shown(cell[0].as_py())
        elif field.kind == "date":
            found[field.name] = DateColumn.amount_text(float(amounts[i]))
        else:
            found[field.name] = shown(float(amounts[i]))
    return found


def shown(value: Any) -> str | None:
    """Return a cell as a field shows it: numbers to their last digit; None where it is missing."""
    if value is None:
        return None
    if isinstance(value, float):
        return (
            None if math.isnan(value) else str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
        )
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == value.time().min else value.isoformat()
    return visible(str(value))


def with_cells(row: pa.Table, given: Mapping[str, Any], fields: list[Field]) -> pa.Table:
    """Return a row with other cells in some columns.

    Raises
    ------
    RefusedError
        If there is no such column, or something is no cell.
    """
    if not isinstance(given, Mapping):
        raise RefusedError(f"cells: expected cells by column, such as {{'age': '30'}}; got {given!r:.60}", "cells")
    known = {field.name: field for field in fields}
    for name, text in given.items():
        if name not in known:
            raise RefusedError(f"cells: the model has no column {name!r:.60}", "cells")
        if text is not None and (not isinstance(text, str) or len(text) > LONGEST):
            raise RefusedError(f"{name:.60}: expected a text, or null; got {text!r:.60}", f"cells.{name}")
        cell = pa.array([_written(known[name].kind, text)])
        place = row.column_names.index(name)
        row = row.set_column(place, name, cell if text is not None else pa.nulls(1, pa.string()))
    return row


def _written(kind: str, text: str | None) -> Any:
    """Return what was written as a number or moment, where it is one as Python writes it."""
    try:
        if text is not None and kind == "number":
            return float(text)
        if text is not None and kind == "date":
            return datetime.fromisoformat(text)
    except ValueError:
        pass
    return text


def check_read(preparation: Preparation, row: pa.Table, names: Mapping[str, Any]) -> None:
    """Raise RefusedError, with its field, where a cell that was written cannot be read."""
    for column in preparation.columns:
        if column.name not in names or column.is_companion:
            continue
        try:
            column.parsed(row[column.name], preparation.missing)
        except DataError:
            line = f"column {column.name!r:.60}: expected {column.words}; got {names[column.name]!r:.60}"
            raise RefusedError(line, f"cells.{column.name}") from None
