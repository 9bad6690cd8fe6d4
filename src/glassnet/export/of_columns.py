"""How each kind of column is exported: a row of `KINDS` says what it takes and makes, and how cells go in.

A column takes a number or a text for each row. Numbers come as numbers, not as text such as "1,234 EUR", and dates and
times in seconds, because no format but this library reads all spellings. Free text comes as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from glassnet.errors import SettingError
from glassnet.export.description import (
    Bins,
    CalendarPart,
    Feature,
    Input,
    IsMissing,
    Means,
    OneOf,
    Scaled,
    Terms,
    TermScores,
)
from glassnet.tables.arrow import pa
from glassnet.tables.cells import decoded
from glassnet.tables.columns.calendar import PARTS
from glassnet.tables.columns.category import CategoryColumn, codes
from glassnet.tables.columns.column import Column
from glassnet.tables.columns.date import DateColumn
from glassnet.tables.columns.number import NumberColumn, numbers
from glassnet.tables.columns.place import AXES, PlaceColumn, degrees_of
from glassnet.tables.columns.target_means import TargetMeans
from glassnet.tables.columns.text import LENGTH, TextColumn
from glassnet.tables.columns.text_scores import TextScores
from glassnet.tables.columns.time import TimeColumn
from glassnet.tables.columns.values import as_text
from glassnet.tables.spelling.missing import MISSING
from glassnet.tables.spelling.moments import microseconds
from glassnet.typing import AnyArray

DAY = 86_400.0  # seconds


class ColumnRow(NamedTuple):
    """A row of the table.

    Parameters
    ----------
    inputs : callable
        From a column, and the texts that are missing in all columns, to what is taken of it.
    features : callable
        From a column and these inputs to the features.
    values : callable
        From a column and cells as it has parsed them to an array (m,) for each input.
    cells : callable
        From such arrays to cells that the column can parse.
    """

    inputs: Callable[[Any, tuple[str, ...]], list[Input]]
    features: Callable[[Any, list[Input]], list[Feature]]
    values: Callable[[Any, Any], list[AnyArray]]
    cells: Callable[..., Any]


# ---------------------------------------------------------------- numbers, dates, times
def _number(column: NumberColumn, marks: tuple[str, ...]) -> list[Input]:
    holds = "duration in seconds" if "duration" in column.format else "number"
    return [Input(column.name, "number", holds, gaps=tuple(column.format.get("sentinels", ())))]


def _moment(column: NumberColumn, marks: tuple[str, ...]) -> list[Input]:
    return [Input(column.name, "moment", "seconds since 1970-01-01 00:00 by the clock of the place", per_unit=DAY)]


def _time(column: NumberColumn, marks: tuple[str, ...]) -> list[Input]:
    return [Input(column.name, "time", "seconds since midnight")]


def _of_number(column: NumberColumn, inputs: list[Input]) -> list[Feature]:
    (one,) = inputs
    scaled = [Scaled(one, column.median, column.spread, column.clipped)] if column.spread > 0 else []
    bins = [Bins(one, column.median, column.edges)] if column.edges else []
    return [*scaled, *bins, *([IsMissing(one)] if column.missing else [])]


def _of_moment(column: DateColumn, inputs: list[Input]) -> list[Feature]:
    parts = [CalendarPart(inputs[0], part, PARTS[part].values) for part in column.parts]
    return [*_of_number(column, inputs), *parts]


def _of_time(column: TimeColumn, inputs: list[Input]) -> list[Feature]:
    return [*_of_number(column, inputs), CalendarPart(inputs[0], "clock", PARTS["clock"].values)]


def _seconds(column: Column, cells: Any) -> list[AnyArray]:
    ticks, lost = microseconds(cells)
    return [np.where(lost, np.nan, ticks / 1e6)]


def _arrow(values: AnyArray, kind: Any) -> Any:
    return pa.array(values, kind, mask=np.isnan(values) if values.dtype.kind == "f" else None)


def _ticks(seconds: AnyArray, kind: Any) -> Any:
    lost = np.isnan(seconds)
    return pa.array(np.where(lost, 0, np.round(seconds * 1e6)).astype(np.int64), pa.int64(), mask=lost).cast(kind)


# ---------------------------------------------------------------- categories
def _text(column: CategoryColumn | TargetMeans, marks: tuple[str, ...]) -> list[Input]:
    words = column.format.get("words", ())
    return [Input(column.name, "text", "text", marks=(*(mark for mark in MISSING if mark not in words), *marks))]


def _texts(column: CategoryColumn | TargetMeans, cells: Any) -> list[AnyArray]:
    code, lost = codes(cells, column.values)
    known = np.array([*column.values, ""], object)[code]
    spelled = np.array([text or "" for text in as_text(decoded(cells)).to_pylist()], object)
    return [np.where(lost, "", np.where(code >= 0, known, spelled))]


# ---------------------------------------------------------------- free text
def _words(column: TextColumn, marks: tuple[str, ...]) -> list[Input]:
    return [Input(column.name, "words", "text in any words", marks=(*MISSING, *marks))]


def _of_words(column: TextColumn, inputs: list[Input]) -> list[Feature]:
    (one,) = inputs
    known = one, column.terms, tuple(column.rarity.tolist()), LENGTH
    terms = TermScores(*known, column.weights) if isinstance(column, TextScores) else Terms(*known)
    return [*([terms] if column.terms else []), *([IsMissing(one)] if column.missing else [])]


def _cells_of_words(column: TextColumn, cells: Any) -> list[AnyArray]:
    return [np.array([text or "" for text in cells.to_pylist()], object)]


# ---------------------------------------------------------------- places
def _place(column: PlaceColumn, marks: tuple[str, ...]) -> list[Input]:
    return [Input(f"{column.name} {axis}", "number", "degrees") for axis in AXES]


def _of_place(column: PlaceColumn, inputs: list[Input]) -> list[Feature]:
    axes = zip(column.numbers, inputs, strict=True)
    features = [feature for number, one in axes for feature in _of_number(number, [one])]
    return [*features, *([IsMissing(inputs[0])] if column.missing else [])]


def _points(north: AnyArray, east: AnyArray) -> Any:
    pairs = zip(north.tolist(), east.tolist(), strict=True)
    return pa.array([None if np.isnan(n + e) else f"POINT ({e!r} {n!r})" for n, e in pairs], pa.string())


KINDS: dict[type[Column], ColumnRow] = {
    NumberColumn: ColumnRow(
        _number, _of_number, lambda column, cells: [numbers(cells, column.name)], lambda v: _arrow(v, pa.float64())),
    DateColumn: ColumnRow(_moment, _of_moment, _seconds, lambda v: _ticks(v, pa.timestamp("us"))),
    TimeColumn: ColumnRow(_time, _of_time, _seconds, lambda v: _ticks(v, pa.time64("us"))),
    PlaceColumn: ColumnRow(_place, _of_place, lambda _, cells: list(degrees_of(cells).T), _points),
    CategoryColumn: ColumnRow(
        _text, lambda column, inputs: [OneOf(inputs[0], column.values, column.other, column.missing)], _texts,
        lambda v: pa.array(v, pa.string())),
    TargetMeans: ColumnRow(
        _text, lambda column, inputs: [Means(inputs[0], column.values, column.means)], _texts,
        lambda v: pa.array(v, pa.string())),
    **dict.fromkeys(
        (TextColumn, TextScores), ColumnRow(_words, _of_words, _cells_of_words, lambda v: pa.array(v, pa.string()))),
}  # fmt: skip


def row_of(column: Column) -> ColumnRow:
    """Return how a column is exported.

    Parameters
    ----------
    column : Column
        Of a preparation.

    Returns
    -------
    ColumnRow
        Its row.

    Raises
    ------
    SettingError
        If its kind cannot be exported.
    """
    if type(column) not in KINDS:
        raise SettingError(f"column {column.name!r} is kept in the model's file as an older release did: train anew")
    return KINDS[type(column)]
