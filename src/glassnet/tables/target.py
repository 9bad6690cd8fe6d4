"""The target column of a table: labels or numbers, and the rows in which it is known."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from glassnet.documents import TEXTS, checked, one_of
from glassnet.errors import DataError, UnknownNameError
from glassnet.tables.arrow import pa, pc
from glassnet.tables.cell_types import of_known_types
from glassnet.tables.cells import cell_values, decoded, is_text, missing_cell, rows_at, truth_array, truths
from glassnet.tables.places import places
from glassnet.tables.spelling.dates import read_dates
from glassnet.tables.spelling.missing import clean, clean_words, words_among_marks
from glassnet.tables.spelling.numbers import FORMATS, NUMBER, read_numbers
from glassnet.tables.spelling.sentinels import without_sentinels
from glassnet.tables.spelling.spelled import Spelled
from glassnet.tables.spelling.surroundings import NO_SURROUNDINGS, Surroundings
from glassnet.typing import AnyArray

MAX_CLASSES = 20  # distinct whole numbers, or dates, that are classes rather than amounts
ROWS_PER_CLASS = 2  # on average, at least
LATER = ("words", *FORMATS)  # entries that a form may lack
USABLE = "expected text, numbers or true and false"


class TargetColumn(NamedTuple):
    """The target of a table.

    Parameters
    ----------
    table : pyarrow.Table
        The other columns, in the rows whose target is known.
    y : ndarray (m,)
        Text, numbers or truth values of those rows.
    kept : ndarray of int (m,) or None
        Which rows of the whole table they are; None for all.
    notes : tuple of str
        Sentences for the user.
    form : str
        How its text was read, for another file with the same target: JSON; "" for what needs no saying.
    """

    table: pa.Table
    y: AnyArray
    kept: AnyArray | None = None
    notes: tuple[str, ...] = ()
    form: str = ""


def target_from_table(table: pa.Table, name: str) -> tuple[pa.Table, np.ndarray]:
    """Return the target of a table, and the rest of it.

    Parameters
    ----------
    table : pyarrow.Table
        Its rows; those without a target are left out.
    name : str
        Of the target's column.

    Returns
    -------
    table : pyarrow.Table
        Without that column: m rows.
    y : ndarray (m,)
        Text, numbers or truth values.

    Raises
    ------
    UnknownNameError
        No column has that name.
    DataError
        The column has no known or an infinite cell, or holds neither text, numbers nor truth values.
    """
    found = read_target(table, name)
    return found.table, found.y


def read_target(
    table: pa.Table, name: str, *,
    lines: AnyArray | None = None, missing: Sequence[str] = (), around: Surroundings = NO_SURROUNDINGS,
    form: str = "",
) -> TargetColumn:  # fmt: skip
    """Return the target of a table, the rows that have one, and what the user should know.

    Parameters
    ----------
    table : pyarrow.Table
        All of its columns and rows.
    name : str
        Of the target's column.
    lines : array of int, optional
        The line of the file on which each row begins; notes name it.
    missing : sequence of str
        What stands for a missing cell, beside the usual marks.
    around : Surroundings
        What the columns of the file say of one another.
    form : str
        How the text of an earlier file's target was read, as its TargetColumn has it.

    Returns
    -------
    TargetColumn
        Rows without a target, or whose target cannot be read, are left out.

    Raises
    ------
    UnknownNameError
        No column has that name.
    DataError
        The column has no known or an infinite cell, or holds neither text, numbers nor truth values.
    """
    if name not in table.column_names:
        raise UnknownNameError.among("target column", name, table.column_names)
    column = decoded(of_known_types(table.select([name])).column(0))
    known = _checked_form(form)
    alike = known and is_text(column.type)
    read = _read_as(column, known, missing) if alike else _read(column, name, missing, around)
    form = json.dumps(read.format) if read.format.keys() - {"kind"} else ""
    lost = truths(pc.is_null(read.cells, nan_is_null=True))
    rest = table.drop_columns([name])
    notes = [f"target {name!r} {remark}." for remark in read.remarks]
    if not lost.any():
        return TargetColumn(rest, _values(read.cells, name, np.arange(len(lost)), lines), None, tuple(notes), form)
    if lost.all():
        raise DataError(f"target column {name!r} has no cell of {len(lost):,} that is known: {_cells(column)}")
    kept = np.flatnonzero(~lost)
    y = _values(read.cells.filter(truth_array(~lost)), name, kept, lines)
    notes += _left_out(column, name, lost, read.unreadable, lines)
    return TargetColumn(rows_at(rest, kept), y, kept, tuple(notes), form)


def _checked_form(form: str) -> dict[str, Any]:
    """Return how text is read; a ModelFileError for what no target was read as."""
    if not form:
        return {}
    try:
        known = json.loads(form)
    except ValueError:
        known = None
    return checked(known, {"kind": one_of("number", "labels"), "words": TEXTS, **FORMATS}, "target_format", later=LATER)


def _read_as(column: pa.ChunkedArray, known: dict[str, Any], missing: Sequence[str]) -> Spelled:
    """Return the cells of a target as those of an earlier file were read."""
    if known["kind"] == "labels":
        return Spelled(clean_words(column, missing, known.get("words", ())), known)
    form = {name: value for name, value in known.items() if name != "kind"}
    text = clean(column, (*missing, *form.get("missing", ())))
    read = read_numbers(text, form, asked=True)
    assert read is not None
    return replace(_whole(read), format=known)


def labels_as_trained(y: AnyArray, classes: AnyArray) -> tuple[AnyArray, tuple[str, ...]]:
    """Return labels of another file in the spelling of a model's classes, and what to say about it.

    Parameters
    ----------
    y : ndarray (m,)
        Labels as they were read.
    classes : ndarray (n_classes,)
        Those of the training.

    Returns
    -------
    y : ndarray (m,)
        The same, but for labels that end with a full stop, as one of the census files has them, or are numbers here
        and text there.
    notes : tuple of str
        A sentence if there were such labels.
    """
    known, found = set(map(str, classes.tolist())), np.unique(y).tolist()
    if classes.dtype.kind != "U" or {str(label) for label in found} <= known:
        same = y.dtype.kind == classes.dtype.kind or classes.dtype.kind != "U"
        return (y if same else y.astype(np.str_)), ()
    spelled = {str(label): str(label).rstrip(" .") for label in found}
    if y.dtype.kind != "U" or not set(spelled.values()) <= known:
        return y, ()
    odd = next(label for label in spelled if label not in known)
    note = f"labels such as {odd!r:.40} were taken as {spelled[odd]!r:.40}, as the training has them."
    return np.asarray([spelled[label] for label in y.tolist()], np.str_), (note,)


def _read(column: pa.ChunkedArray, name: str, missing: Sequence[str], around: Surroundings) -> Spelled:
    """Return the cells of a target as numbers, truth values or labels."""
    types = pa.types
    if is_text(column.type):
        return _read_text(column, name, missing, around)
    if types.is_decimal(column.type) or types.is_float16(column.type):
        column = column.cast(pa.float64())
    if types.is_date(column.type) or types.is_timestamp(column.type):
        raise _dates(name, f"{column.type}")
    if not any(
        is_usable(column.type) for is_usable in (types.is_boolean, types.is_integer, types.is_floating, types.is_null)
    ):
        raise DataError(f"target column {name!r} is of type {column.type}; {USABLE}")
    return _whole(without_sentinels(Spelled(column)))


def _read_text(column: pa.ChunkedArray, name: str, missing: Sequence[str], around: Surroundings) -> Spelled:
    text = clean(column, missing)
    read = read_numbers(text, around=around)
    if read is not None and "missing" in read.format:
        text = clean(column, (*missing, *read.format["missing"]))
    if read is not None:
        amounts = read.format.keys() - {"sentinels", "missing"} or _is_decorated(text, read)
        read = replace(read, format={"kind": "number", **read.format})
        if amounts and not pa.types.is_boolean(read.cells.type):
            return replace(read, cells=read.cells.cast(pa.float64(), safe=False))
        return _whole(read)
    words = words_among_marks(column, around.marks, missing)
    labels = clean_words(column, missing, words)
    if _may_be_dates(labels) and read_dates(text) is not None:
        raise _dates(name, f"dates such as {text.drop_null()[0].as_py()!r:.40}")
    form = {"kind": "labels", "words": list(words)} if words else {}
    return Spelled(labels, form, tuple(_alike(labels)))


def _is_decorated(text: pa.ChunkedArray, read: Spelled) -> bool:
    """Return whether signs of currencies or the like stand beside numbers: then they are amounts, no classes."""
    values = text.filter(pc.is_valid(read.cells))
    return not truths(pc.match_substring_regex(values, f"^{NUMBER}$")).all()


def _whole(read: Spelled) -> Spelled:
    """Return a few whole numbers that are written as floats, 0.0 and 1.0, as the whole numbers that they are."""
    cells = read.cells
    if not pa.types.is_floating(cells.type) or cells.null_count == len(cells):
        return read
    values = cell_values(cells)
    there = values[np.isfinite(values)]
    few = np.unique(there[: MAX_CLASSES * 50])  # looks no further where these already are many
    if len(few) > MAX_CLASSES or (few % 1).any() or np.isinf(values).any():
        return read
    distinct = np.unique(there)
    if len(distinct) > MAX_CLASSES or (distinct % 1).any() or np.abs(distinct).max(initial=0) > 2**53:
        return read
    known = pc.if_else(pc.is_nan(cells), missing_cell(cells.type), cells)
    return Spelled(known.cast(pa.int64()), read.format, read.remarks, read.unreadable)


def _may_be_dates(labels: pa.ChunkedArray) -> bool:
    distinct = pc.count_distinct(labels).as_py()
    return bool(distinct > MAX_CLASSES or distinct * ROWS_PER_CLASS > len(labels))


def _dates(name: str, held: str) -> DataError:
    return DataError(
        f"target column {name!r} holds {held}; {USABLE}: a date is estimated as a number, "
        "such as the days since another date"
    )


def _alike(labels: pa.ChunkedArray) -> list[str]:
    """Return a remark where labels differ in capital letters alone."""
    distinct = [label for label in pc.unique(labels).to_pylist() if label is not None]
    by_folded: dict[str, list[str]] = {}
    for label in distinct:
        by_folded.setdefault(label.casefold(), []).append(label)
    alike = sorted(sorted(group) for group in by_folded.values() if len(group) > 1)
    if not alike:
        return []
    shown = "; ".join(" and ".join(map(repr, group)) for group in alike[:3])
    return [f"has labels that differ in capital letters alone, each a class of its own: {shown:.200}"]


def _cells(column: pa.ChunkedArray) -> str:
    """Return what some of the cells hold."""
    return f"its cells hold {', '.join(f'{cell!r:.20}' for cell in pc.unique(column)[:5].to_pylist())}"


def _left_out(
    column: pa.ChunkedArray, name: str, lost: AnyArray, unreadable: AnyArray, lines: AnyArray | None
) -> list[str]:
    """Return sentences about the rows that are left out."""
    notes = []
    lost = lost.copy()
    lost[unreadable] = False
    for rows, what in ((np.flatnonzero(lost), "without a target"), (unreadable, "whose target is no number")):
        n = len(rows)
        if n:
            held = dict.fromkeys(_shown(column[int(row)].as_py()) for row in rows[:5])
            shown = f"{places(rows, lines)}: {', '.join(held)}"
            notes.append(f"target {name!r}: {n:,} row{'s' * (n > 1)} of {len(column):,} {what} left out ({shown}).")
    return notes


def _shown(cell: object) -> str:
    return "empty" if cell is None or cell == "" else f"{cell!r:.30}"


def _values(column: pa.ChunkedArray, name: str, rows: AnyArray, lines: AnyArray | None) -> AnyArray:
    """Return known cells as an array."""
    if is_text(column.type):
        return np.asarray(column.to_pylist(), dtype=np.str_)
    y = cell_values(column)
    if y.dtype.kind == "f" and np.isinf(y).any():
        k = np.flatnonzero(np.isinf(y))[0]
        raise DataError(f"target column {name!r}, {places(rows[k : k + 1], lines)}: {y[k]}")
    return y.astype(bool) if y.dtype == object else y
