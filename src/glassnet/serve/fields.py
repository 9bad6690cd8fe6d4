"""What a model's columns may hold in JSON: a row of the table for each kind, and rows checked cell by cell.

A number is a JSON number, a category is text; dates, times, places and free text are text as the training's file has
them. null is a missing cell everywhere. So a cell means one thing, whatever stands in the rows beside it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from glassnet.errors import DataError, suggestion
from glassnet.plain_text import shortened
from glassnet.tables import Preparation
from glassnet.tables.arrow import pa

SHOWN = 60  # letters of a cell, in a reason
MOST_WRONG = 20  # cells that an answer names
LONGEST_TEXT = 100_000  # letters of a cell
LARGEST = 1.7976931348623157e308


class Wrong(NamedTuple):
    """A cell, or a row, that cannot be used: its place counted from 0, its column, and why."""

    row: int
    column: str | None
    reason: str


class WrongRowsError(Exception):
    """Rows that cannot be used."""

    def __init__(self, wrong: Sequence[Wrong]) -> None:
        super().__init__(f"{len(wrong)} wrong")
        self.wrong = wrong


class Refused(Exception):  # noqa: N818  caught in this module alone
    """Why a cell cannot be used."""


# ---------------------------------------------------------------- kinds of cells
def _number(cell: Any) -> float:
    if type(cell) is float:
        return cell
    if type(cell) is int:
        try:
            return float(cell)
        except OverflowError:
            raise Refused("expected a number within ±1.8e308") from None
    if cell is None:
        return math.nan
    if type(cell) is bool:
        return float(cell)
    raise Refused(f"expected a number, or null where it is missing; got {_shown(cell)}")


def _category(cell: Any) -> str | None:
    if cell is None or type(cell) is str:
        return _of_text(cell)
    if type(cell) is int:
        return _of_text(_digits(cell))
    if type(cell) is bool:
        return "true" if cell else "false"
    raise Refused(f"expected text, a whole number, true or false, or null where it is missing; got {_shown(cell)}")


def _text(cell: Any) -> str | None:
    if cell is None or type(cell) is str:
        return _of_text(cell)
    raise Refused(f"expected text, or null where it is missing; got {_shown(cell)}")


def _of_text(cell: str | None) -> str | None:
    """Return text that Arrow can hold: no half of a pair of surrogates, and not endless."""
    if cell is None or cell.isascii():
        if cell is not None and len(cell) > LONGEST_TEXT:
            raise Refused(f"expected at most {LONGEST_TEXT:,} letters; got {len(cell):,}")
        return cell
    try:
        cell.encode()
    except UnicodeEncodeError:
        raise Refused("expected text of Unicode; got a surrogate") from None
    if len(cell) > LONGEST_TEXT:
        raise Refused(f"expected at most {LONGEST_TEXT:,} letters; got {len(cell):,}")
    return cell


def _digits(cell: int) -> str:
    if abs(cell) >= 10**18:
        raise Refused("expected a whole number of at most 18 digits, or text")
    return str(cell)


def _shown(cell: Any) -> str:
    if isinstance(cell, dict | list):
        return "an object" if isinstance(cell, dict) else "a list"
    return {True: "true", False: "false"}[cell] if isinstance(cell, bool) else shortened(repr(cell), SHOWN)


class Kind(NamedTuple):
    """How a kind of column comes in JSON: its cells checked, its types in a schema, its type in Arrow, an example."""

    check: Callable[[Any], Any]
    types: tuple[str, ...]
    arrow: Any
    example: Any


KINDS: dict[str, Kind] = {
    "number": Kind(_number, ("number", "boolean", "null"), pa.float64, 1.5),
    "category": Kind(_category, ("string", "integer", "boolean", "null"), pa.string, "a"),
    "date": Kind(_text, ("string", "null"), pa.string, "2024-12-31"),
    "time": Kind(_text, ("string", "null"), pa.string, "13:08"),
    "place": Kind(_text, ("string", "null"), pa.string, "48.8566, 2.3522"),
    "text": Kind(_text, ("string", "null"), pa.string, "some words"),
}
KINDS["target means"] = KINDS["category"]


# ---------------------------------------------------------------- a model's columns
@dataclass(frozen=True)
class Field:
    """A column that a model takes."""

    name: str
    kind: str
    values: tuple[str, ...] = ()

    @property
    def row(self) -> Kind:
        """The row of its kind."""
        return KINDS[self.kind]

    def schema(self) -> dict[str, Any]:
        """Return it as JSON Schema; of categories those of the training are examples."""
        of_kind: dict[str, Any] = {"type": list(self.row.types), "examples": [*self.values[:5]] or [self.row.example]}
        if self.kind == "number":
            of_kind |= {"minimum": -LARGEST, "maximum": LARGEST}
        else:
            of_kind["maxLength"] = LONGEST_TEXT
        if self.kind in ("category", "target means"):
            of_kind |= {"minimum": -(10**18) + 1, "maximum": 10**18 - 1}
        return of_kind


def fields_of(preparation: Preparation) -> list[Field]:
    """Return the columns that a model takes, those that it left out not among them.

    Raises
    ------
    DataError
        If it takes pictures.
    """
    if preparation.pictures is not None:
        raise DataError("the model takes pictures; served are models that take rows of a table")
    found: dict[str, Field] = {}
    for column in preparation.columns:
        kind = column.kind if column.kind in KINDS else "text"
        found.setdefault(column.name, Field(column.name, kind, tuple(getattr(column, "values", ()))))
    return list(found.values())


class Rows:
    """Checks rows of JSON; what is returned are the cells of each column.

    Parameters
    ----------
    fields : sequence of Field
        The columns.
    source : sequence of str
        The columns of the training; those that it left out are empty in a table.
    """

    def __init__(self, fields: Sequence[Field], source: Sequence[str] = ()) -> None:
        self.fields = list(fields)
        self._checks = [(field.name, field.row.check) for field in fields]
        self._names = {field.name for field in fields}
        self._source = list(source) or [field.name for field in fields]

    def checked(self, rows: Sequence[Any]) -> list[list[Any]]:
        """Return the cells of rows, a list for each row in the order of the columns.

        Raises
        ------
        WrongRowsError
            If one cannot be used; the first ones are named.
        """
        width, checks = len(self._checks), self._checks
        try:
            if all(type(row) is dict and len(row) == width for row in rows):
                return [[check(row[name]) for name, check in checks] for row in rows]
        except (Refused, KeyError):
            pass
        wrong: list[Wrong] = []
        for i, row in enumerate(rows):
            wrong += self._wrong_in(i, row)
            if len(wrong) >= MOST_WRONG:
                break
        raise WrongRowsError(wrong[:MOST_WRONG])

    def _wrong_in(self, i: int, row: Any) -> list[Wrong]:
        if not isinstance(row, Mapping):
            return [Wrong(i, None, f"expected an object with a cell for each column; got {_shown(row)}")]
        wrong = []
        for name, check in self._checks:
            if name not in row:
                wrong.append(Wrong(i, name, "is missing; null says that its cell is"))
                continue
            try:
                check(row[name])
            except Refused as reason:
                wrong.append(Wrong(i, name, str(reason)))
        for name in row:
            if name not in self._names:
                near = suggestion(name, self._names)
                wrong.append(Wrong(i, shortened(name, SHOWN), f"is no column of the model{near}"))
        return wrong

    def table(self, cells: Sequence[Sequence[Any]]) -> Any:
        """Return checked rows as an Arrow table, as `predict` takes it."""
        columns = zip(self.fields, zip(*cells, strict=True), strict=True)
        made = {field.name: _arrow(field, column) for field, column in columns}
        return pa.table({name: made.get(name, pa.nulls(len(cells))) for name in self._source})


def _arrow(field: Field, cells: Sequence[Any]) -> Any:
    if field.kind == "number":
        return pa.array([None if math.isnan(cell) else cell for cell in cells], pa.float64())
    return pa.array(cells, field.row.arrow())
