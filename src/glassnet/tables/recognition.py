"""What each column of a whole table is: its kind, how its text is read, and whether it is used.

This is decided once, from every row, before any row is set aside for validation or test. The decisions travel with the
table, as metadata of its Arrow fields, so that parts of it need no second look.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from glassnet.errors import DataError, UnknownNameError
from glassnet.tables.arrow import pa, pc
from glassnet.tables.cell_types import bytes_as_text
from glassnet.tables.cells import USABLE_CELLS, as_dictionary, is_text, truths
from glassnet.tables.choices import KINDS, NO_CHOICES, ColumnChoices
from glassnet.tables.columns import COLUMN_TYPES
from glassnet.tables.columns.column import RawColumn
from glassnet.tables.columns.identifier import COUNTS, REASONS, are_names, why_identifier
from glassnet.tables.places import places
from glassnet.tables.spelling.numbers import UNSURE
from glassnet.tables.spelling.spelled import Spelled, cast_or_none
from glassnet.tables.spelling.surroundings import Surroundings
from glassnet.typing import AnyArray

PROBED, MAX_WORDS = 1000, 49  # cells, and different ones; of so few none is free text
SPELLED = "is text that spells numbers: used as numbers"
NAMES = "holds numbers that are names: used as categories (--number {} uses them as amounts)"
WORDS = "category"  # what a few words without digits are
KEY = b"glassnet"  # of the decision in a field's metadata
MAX_UNSURE = 3  # columns that say that they can be read in two ways
MAX_CELLS = 5  # that a remark shows


class Decision(NamedTuple):
    """What a column of a whole table is used as.

    Parameters
    ----------
    kind : str
        Key in `COLUMN_TYPES`.
    format : mapping of str to plain data
        How its text is read.
    remarks : tuple of str
        What the user should know: ends of sentences that begin with the column.
    reason : str
        Why it is not used; "" where it is.
    said : mapping of str to plain data
        What the user said of the column: the decision stands as long as nothing else is said.
    """

    kind: str
    format: Mapping[str, Any] = {}
    remarks: tuple[str, ...] = ()
    reason: str = ""
    said: Mapping[str, Any] = {}


def decision_of(field: pa.Field) -> Decision | None:
    """Return what was decided about a column, or None where nothing was."""
    kept = (field.metadata or {}).get(KEY)
    if kept is None:
        return None
    decision = Decision(**json.loads(kept))
    return decision._replace(remarks=tuple(decision.remarks))


def with_decisions(table: pa.Table, decisions: Mapping[str, Decision]) -> pa.Table:
    """Return the same cells, each field with the decision about its column."""
    columns = zip(table.schema, table.columns, strict=True)
    fields = [_field(field, cells, decisions[field.name]) for field, cells in columns]
    return pa.table(table.columns, schema=pa.schema(fields, table.schema.metadata))


def recognised(
    table: pa.Table,
    choices: ColumnChoices = NO_CHOICES,
    lines: AnyArray | None = None,
    around: Surroundings | None = None,
) -> pa.Table:
    """Return a table whose cells are typed, each field with the decision about its column.

    Parameters
    ----------
    table : pyarrow.Table
        All rows; columns with a decision stay as they are, unless `choices` say something else of them.
    choices : ColumnChoices
        What the user says.
    lines : array of int (m,), optional
        The line of the file on which each row begins; remarks name it.
    around : Surroundings, optional
        What the columns of the file say of one another; from those of the table if None.

    Returns
    -------
    pyarrow.Table
        The same columns; those that are not used too.

    Raises
    ------
    DataError
        A column that is not to be dropped holds lists, structures, bytes or the like.
    UnknownNameError
        `choices` name no column, or no kind of column.
    SettingError
        `choices` contradict each other.
    """
    choices = choices.resolved(table.column_names)
    around = around or Surroundings(table, sign=choices.decimal)
    has_types = not all(is_text(kind) for kind in table.schema.types)  # else it is a file of text, or all of it is
    decisions, columns = [], []
    for field, cells in zip(table.schema, table.columns, strict=True):
        decision, name = decision_of(field), field.name
        said = choices.of_column(name)
        if decision is None or any(decision.said.get(choice) != value for choice, value in said.items()):
            decision, cells = _decided(name, cells, choices, lines, around)  # noqa: PLW2901
            if has_types and is_text(field.type) and not is_text(cells.type) and decision.kind == "number":
                decision = decision._replace(remarks=(SPELLED, *decision.remarks))
            decision = decision._replace(said=said)
        decisions.append(decision)
        columns.append(cells)
    if all(decision.reason for decision in decisions):  # what seems to count the rows is all there is
        decisions = [each._replace(reason="") if each.reason == COUNTS else each for each in decisions]
    decisions = _said_of_few(decisions)
    fields = [_field(*each) for each in zip(table.schema, columns, decisions, strict=True)]
    return pa.table(columns, schema=pa.schema(fields, table.schema.metadata))


def _said_of_few(decisions: list[Decision]) -> list[Decision]:
    """Return decisions of which few say that numbers can be read in two ways; the last of them says how many more."""
    unsure = [j for j, each in enumerate(decisions) if any(UNSURE in remark for remark in each.remarks)]
    found = list(decisions)
    for j in unsure[MAX_UNSURE:]:
        kept = (remark.split(" (if ")[0] for remark in found[j].remarks if found[j].format or UNSURE not in remark)
        found[j] = found[j]._replace(remarks=tuple(kept))
    more = len(unsure) - MAX_UNSURE
    if more > 0:
        last = found[unsure[MAX_UNSURE - 1]]
        remarks = (*last.remarks, f"is one of {len(unsure):,} columns that can be read in two ways")
        found[unsure[MAX_UNSURE - 1]] = last._replace(remarks=remarks)
    return found


def _field(field: pa.Field, cells: pa.ChunkedArray, decision: Decision) -> pa.Field:
    """Return the field of typed cells that says what was decided."""
    metadata = {**(field.metadata or {}), KEY: json.dumps(decision._asdict()).encode()}
    return pa.field(field.name, cells.type, metadata=metadata)


def _decided(
    name: str, cells: pa.ChunkedArray, choices: ColumnChoices, lines: AnyArray | None, around: Surroundings
) -> tuple[Decision, pa.ChunkedArray]:
    """Return the decision about a column, and its cells typed."""
    types = pa.types
    if name in choices.drop:
        return Decision("category", reason="was to be left out"), cells
    if types.is_binary(cells.type) or types.is_large_binary(cells.type):
        cells = bytes_as_text(name, cells)
    kind, read = _read(name, cells, choices, around)
    if read.cells.null_count == len(read.cells):
        return Decision(kind, reason="holds no value"), pa.chunked_array([pa.nulls(len(cells))])
    remarks = read.remarks
    if len(read.unreadable):
        remarks = (*remarks, _unreadable(COLUMN_TYPES[kind].words, cells, read, lines))
    if choices.kind(name):
        return Decision(kind, read.format, remarks), read.cells
    reason = "" if name in choices.keep else why_identifier(name, read.cells, kind, cells)
    if are_names(name, read.cells, kind):
        kind, remarks = "category", (*remarks, NAMES.format(shlex.quote(name)))
        read = replace(read, format={})
    cells = as_dictionary(read.cells) if kind == "category" and is_text(read.cells.type) else read.cells
    return Decision(kind, read.format, remarks, reason), cells


def _unreadable(words: str, cells: pa.ChunkedArray, read: Spelled, lines: AnyArray | None) -> str:
    """Return how many cells cannot be read, where they are, and what some of them hold."""
    rows, n = read.unreadable, len(read.unreadable)
    held = dict.fromkeys(f"{cells[int(row)].as_py()!r:.40}" for row in rows[:MAX_CELLS])
    return (
        f"has {n:,} cell{'s' * (n > 1)} of {len(cells):,} that cannot be read as {words} and "
        f"{'are' if n > 1 else 'is'} missing ({places(rows, lines)}: {', '.join(held)}{', ...' * (n > MAX_CELLS)})"
    )


def _read(name: str, cells: pa.ChunkedArray, choices: ColumnChoices, around: Surroundings) -> tuple[str, Spelled]:
    """Return the kind that the user names, or else the first that can read the cells, and what it reads."""
    said, as_date = choices.kind(name), KINDS["date"]
    if said is not None and (said not in COLUMN_TYPES or COLUMN_TYPES[said].is_derived):
        known = [kind for kind, each in COLUMN_TYPES.items() if not each.is_derived]
        raise UnknownNameError.among("kind of column", said, known)
    kinds = COLUMN_TYPES if said is None else [said]
    if said is None and not choices.missing and is_text(cells.type) and (words := few_words(cells)) is not None:
        kinds, cells = [WORDS], words
    for kind in kinds:
        raw = RawColumn(name, cells, tuple(choices.missing), choices.format(name), said is not None, around)
        read = COLUMN_TYPES[kind].read(raw)
        if read is not None and kind == as_date and said is None and choices.date_format:
            read = COLUMN_TYPES[kind].read(raw._replace(format={"pattern": choices.date_format}, asked=True))
        if read is not None:
            return kind, read
    if said is None:
        raise DataError(f"column {name!r} holds {cells.type}; {USABLE_CELLS}")
    held = ", ".join(f"{cell!r:.40}" for cell in cells[:3].to_pylist())
    raise DataError(f"column {name!r} cannot be read as {COLUMN_TYPES[said].words}: its cells hold {held}")


def few_words(text: pa.ChunkedArray) -> pa.ChunkedArray | None:
    """Return text as a dictionary if it holds few different words, none of which can be a number, a date or a truth."""
    probe = text.slice(0, PROBED)
    if pc.count_distinct(probe).as_py() > MAX_WORDS:
        return None
    words = as_dictionary(text)
    if not pa.types.is_dictionary(words.type):
        return None
    distinct = pc.unique(pa.chunked_array([chunk.dictionary for chunk in words.chunks]))
    if len(distinct) > MAX_WORDS or truths(pc.match_substring_regex(distinct, r"\p{N}")).any():
        return None
    return None if cast_or_none(distinct.drop_null(), pa.bool_()) is not None else words


def dropped_in_words(reasons: Mapping[str, str]) -> list[str]:
    """Return sentences about dropped columns."""
    together: dict[str, list[str]] = {}
    for name, reason in reasons.items():
        together.setdefault(reason, []).append(name)
    notes = []
    for reason, names in together.items():
        if len(names) > 3:
            some = ", ".join(names[:10]) + f" and {len(names) - 10} more" * (len(names) > 10)
            notes.append(f"{len(names)} columns dropped, each of which {reason}: {some}.")
            notes[-1] += f" To use one: --keep {shlex.quote(names[0])}." * (reason in REASONS)
        else:
            notes += [f"column {name!r} {reason}: dropped{_how_to_keep(name, reason)}." for name in names]
    return notes


def _how_to_keep(name: str, reason: str) -> str:
    return f" (--keep {shlex.quote(name)} uses it)" if reason in REASONS else ""
