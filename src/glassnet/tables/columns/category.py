"""Categories: one feature for each frequent value, one for all others, one for missing cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np

from glassnet.arrays.coded_columns import Block, OneHot
from glassnet.documents import DISTINCT_TEXTS, TEXTS, TRUTH, number
from glassnet.tables.arrow import pa, pc
from glassnet.tables.cells import cell_values, decoded, is_text, rows_at, text_array
from glassnet.tables.columns.column import (
    EMPTY,
    MAX_EXAMPLES,
    Column,
    FitOptions,
    Novelty,
    Part,
    RawColumn,
    UninformativeColumn,
)
from glassnet.tables.columns.values import Values, as_text, value_counts, with_minus_one
from glassnet.tables.spelling.missing import clean_words, has_marks, words_among_marks
from glassnet.tables.spelling.moments import dates
from glassnet.tables.spelling.numbers import not_numbers
from glassnet.tables.spelling.spelled import Spelled, cast_or_none

FEW_VALUES = 50  # up to here all values of a column get a feature
OFTEN = 0.01  # share of cells with a mark of missing cells that is a word here, from which a remark says so
MIN_ROWS = 3  # that must hold a value, where values are more, for a feature of its own


@dataclass(frozen=True)
class CategoryColumn(Column):
    """What training rows said about a column of categories.

    Parameters
    ----------
    name : str
        The column.
    values : tuple of str
        The values that have a feature of their own, sorted.
    other : bool
        Training had more values than were kept: one more feature says "any other value". Otherwise a value that
        training never saw is 0 in every feature.
    missing : bool
        Cells were missing in training: one more feature says where.
    """

    kind, words = "category", "categories"
    formats: ClassVar = {"words": TEXTS}  # marks of missing cells that are words in this column
    known_facts: ClassVar = {"other": number(0, 1)}  # share of cells of values without a feature
    instead: ClassVar = "--number {}"
    entries: ClassVar = {"values": DISTINCT_TEXTS, "other": TRUTH, "missing": TRUTH}

    values: tuple[str, ...]
    other: bool
    missing: bool

    @classmethod
    def read(cls, raw: RawColumn) -> Spelled | None:
        types, arrow_type = pa.types, raw.cells.type
        if is_text(arrow_type):
            return _words(raw)
        if types.is_dictionary(arrow_type):
            if is_text(arrow_type.value_type) and any(has_marks(chunk.dictionary) for chunk in raw.cells.chunks):
                return _words(raw._replace(cells=decoded(raw.cells), asked=True))
            return Spelled(raw.cells) if _becomes_text(arrow_type.value_type) else None
        return Spelled(raw.cells) if raw.asked and _becomes_text(arrow_type) else None

    @classmethod
    def counted(cls, name: str, cells: pa.ChunkedArray, part: Part | None = None) -> Any:
        return Values.of(cells, part)

    @classmethod
    def fit_counted(cls, name: str, counted: Any, options: FitOptions) -> Self:
        values, counts, missing = counted.values, counted.counts, counted.lost > 0
        if counted.rows == counted.lost:
            raise UninformativeColumn("holds no value")
        if len(values) == 1 and not (missing or counted.short):
            raise UninformativeColumn(f"holds only the value {values[0].as_py()!r}")
        often = int((counts >= MIN_ROWS).sum()) if len(values) > FEW_VALUES else len(values)
        if not often and not missing:
            raise UninformativeColumn(f"holds no value more than {MIN_ROWS - 1} times")
        often = min(often, options.max_categories)
        other = len(values) > often or counted.short > 0
        return cls(name, tuple(sorted(values[:often].to_pylist())), other, missing)

    @property
    def features(self) -> list[str]:
        """Names of the features that the column becomes."""
        extra = ["(other)"] * self.other + ["(missing)"] * self.missing
        return [f"{self.name}={value}" for value in (*self.values, *extra)]

    @property
    def width(self) -> int:
        return len(self.values) + self.other + self.missing

    @classmethod
    def describe(cls, cells: pa.ChunkedArray) -> str:
        values, counts = value_counts(cells)
        shown = [f"{value} {n}" for value, n in zip(values[:MAX_EXAMPLES].to_pylist(), counts.tolist(), strict=False)]
        return ", ".join(shown) + ", ..." * (len(values) > MAX_EXAMPLES)

    def facts_of(self, counted: Any) -> dict[str, Any]:
        others = counted.rows - counted.lost - int(counted.counts[: len(self.values)].sum())
        return super().facts_of(counted) | {"other": others / counted.rows}

    def novelties(self, cells: pa.ChunkedArray, unreadable: int = 0) -> list[Novelty]:
        found = super().novelties(cells, unreadable)
        code, lost = codes(cells, self.values)
        rows = np.flatnonzero((code < 0) & ~lost)
        before = self.facts.get("other", 1.0 if self.other else 0.0)
        if not len(rows) or len(rows) <= len(cells) * (2 * before + EMPTY * self.other):
            return found
        values = rows_at(pa.table({"": decoded(cells)}), rows[:1000]).column(0).unique()
        some = tuple(map(str, values[:MAX_EXAMPLES].to_pylist()))
        words = f"has rare or new values (training: {before:.1%})" if self.other else "has values that training lacks"
        return [*found, Novelty(words, len(rows), some)]

    def encode(self, cells: pa.ChunkedArray, dtype: Any, targets: np.ndarray | None = None) -> list[Block]:
        code, lost = codes(cells, self.values)
        if self.other:
            code[(code < 0) & ~lost] = len(self.values)
        if self.missing:
            code[lost] = self.width - 1
        return [OneHot(code, self.width)]


def _words(raw: RawColumn) -> Spelled:
    """Return text as categories; marks of missing cells that are words in this column stay words."""
    counts = {} if raw.format is not None else words_among_marks(raw.cells, raw.around.marks, raw.missing)
    words = list(counts or (raw.format or {}).get("words", ()))
    text = clean_words(raw.cells, raw.missing, words)
    remarks = [] if raw.asked else [not_numbers(text)]
    often = ", ".join(repr(word) for word, n in counts.items() if n >= OFTEN * len(text))
    if often:
        remarks.append(f"has {often} among its words: a value like others (--missing makes it a missing cell)")
    return Spelled(text, {"words": words} if words else {}, tuple(filter(None, remarks)))


def _becomes_text(arrow_type: pa.DataType) -> bool:
    types = pa.types
    simple = types.is_null(arrow_type) or types.is_primitive(arrow_type) or types.is_decimal(arrow_type)
    return is_text(arrow_type) or (simple and not types.is_interval(arrow_type))


def codes(column: pa.ChunkedArray, values: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Return which of some values each cell holds, -1 for none of them, and whether it is missing."""
    if pa.types.is_dictionary(column.type) and all(len(chunk.dictionary) <= len(chunk) for chunk in column.chunks):
        parts = [_codes_of_dictionary(chunk, values) for chunk in column.chunks]
        code, lost = (np.concatenate(each) for each in zip(*parts, strict=True))
        return code, lost
    column = decoded(column)
    if pa.types.is_integer(column.type) or pa.types.is_floating(column.type) or pa.types.is_decimal(column.type):
        return _codes_as(pa.float64(), cell_values(column.cast(pa.float64(), safe=False)), values)
    if pa.types.is_date(column.type) or pa.types.is_timestamp(column.type):
        return _codes_as(pa.timestamp("us"), dates(column), values)
    text = as_text(column)
    spelled = [value.lower() for value in values] if pa.types.is_boolean(column.type) else list(values)
    indices = pc.index_in(text, value_set=text_array(spelled, text.type))
    lost = cell_values(pc.is_null(text))
    return np.where(lost, -1, with_minus_one(indices)), lost


def _codes_of_dictionary(chunk: pa.DictionaryArray, values: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Look up each distinct value once; a missing cell reads the entry that is added at the end."""
    known, lost = codes(pa.chunked_array([chunk.dictionary]), values)
    indices = with_minus_one(chunk.indices)
    return np.append(known, -1)[indices], np.append(lost, True)[indices]


def _codes_as(kind: pa.DataType, cells: np.ndarray, values: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Numbers or dates where training saw text: 3, 3.0 and "3" are one value, however the others are spelled."""
    indices, known = [], []
    for j, value in enumerate(values):
        read = cast_or_none(pa.chunked_array([[value]]), kind)
        if read is not None:
            indices.append(j)
            known.append(dates(read)[0] if pa.types.is_timestamp(kind) else read[0].as_py())
    lost = np.isnan(cells)
    if not indices:
        return np.full(len(cells), -1), lost
    sorting = np.argsort(known, kind="stable")
    ordered = np.array(known)[sorting]
    near = np.searchsorted(ordered, np.where(lost, 0, cells)).clip(max=len(known) - 1)
    code = np.array(indices)[sorting[near]]
    return np.where(~lost & (ordered[near] == cells), code, -1), lost
