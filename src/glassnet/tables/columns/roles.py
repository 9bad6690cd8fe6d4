"""What a column is good for: numbers, categories, dates, or nothing, because it only tells the rows apart."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from glassnet.errors import DataError
from glassnet.tables.cell_types import bytes_as_text
from glassnet.tables.cells import (
    USABLE_CELLS,
    as_numbers,
    cell_values,
    clean,
    first_unparsable,
    flat,
    is_text,
    plain,
    typed,
)

if TYPE_CHECKING:
    import pyarrow as pa

ID_ROWS = 10  # fewer rows differ by chance
# id, user_id, customerID, sampleId, rowid, uuid; but not paid, humid or acid
ID_NAME = re.compile(
    r"(.*[^a-zA-Z])?([iI][dD])|.*[a-z](ID|Id)|(.*[^a-zA-Z])?"
    r"(user|customer|client|patient|subject|sample|order|item|product|record|row|g?u|uu)id",
)
# What a counter of rows is called: an index that was saved, with or without a name, the number of a row or line.
COUNTER_NAME = re.compile(
    r"|c1|index|level_0|unnamed: \d+|#|row|line|record|((row|line|record)[ _.]*)?(number|num|nr|no)\.?", re.IGNORECASE
)


def role(name: str, column: pa.ChunkedArray, categorical: bool, keep: bool) -> tuple[str, pa.ChunkedArray, str]:
    """Return what a training column is used as, its cells as such, and a remark.

    Parameters
    ----------
    name : str
        The column's name.
    column : pyarrow.ChunkedArray
        Its cells.
    categorical, keep : bool
        The user's word that numbers are names, or that the column is no identifier.

    Returns
    -------
    kind : {"number", "category", "date", "nothing"}
    column : pyarrow.ChunkedArray
        Text that spells numbers, truth values or dates is returned as what it spells.
    remark : str
        For "nothing" the reason; otherwise what the user should know, or "".

    Raises
    ------
    DataError
        Cells are lists, structures, bytes or the like.
    """
    import pyarrow as pa

    types, was_text = pa.types, is_text(column.type)
    if types.is_binary(column.type) or types.is_large_binary(column.type):
        column, was_text = bytes_as_text(name, column), True
    if types.is_dictionary(column.type):
        kind = _kind(name, column.type.value_type) and "category"
    elif categorical:
        kind = "category"
        column = clean(flat(column)) if was_text else column
    else:
        column = typed(column) if was_text else column
        kind = _kind(name, column.type)
    if kind == "nothing":
        return kind, column, "holds no value"
    reason = "" if keep or categorical else _identifier(name, column, kind)
    if reason:
        return "nothing", column, reason
    remark = ""
    if was_text and kind == "number" and not types.is_boolean(column.type):
        remark = "is text that spells numbers: used as numbers"
    elif is_text(column.type) and not categorical:
        remark = _nearly_numbers(column)
    return kind, column, remark


def _kind(name: str, kind: pa.DataType) -> str:
    from pyarrow import types

    if types.is_null(kind):
        return "nothing"
    if types.is_boolean(kind) or types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind):
        return "number"
    if types.is_time(kind) or types.is_duration(kind):
        return "number"
    if types.is_date(kind) or types.is_timestamp(kind):
        return "date"
    if is_text(kind):
        return "category"
    raise DataError(f"column {name!r} holds {kind}; {USABLE_CELLS}")


def _identifier(name: str, column: pa.ChunkedArray, kind: str) -> str:
    """Return why the column is taken for an identifier, or "" if it is not."""
    import pyarrow as pa
    import pyarrow.compute as pc

    called = bool(ID_NAME.fullmatch(name))
    rows = len(column)
    whole = pa.types.is_integer(column.type)
    if rows < (2 if called else ID_ROWS) or column.null_count or not (whole or kind == "category"):
        return ""
    if pc.count_distinct(plain(column)).as_py() < rows:
        return ""
    if not whole or called:
        return "has another value in every row, like an identifier"
    values = cell_values(column)
    dense = int(values.max()) - int(values.min()) < 2 * rows  # a part of a table holds a part of its counter
    return "counts the rows" if dense and COUNTER_NAME.fullmatch(name) else ""


def _nearly_numbers(text: pa.ChunkedArray) -> str:
    """Return a warning if most cells of a text column are numbers and a few are not."""
    import pyarrow as pa
    import pyarrow.compute as pc

    values = text.drop_null()
    if pa.types.is_dictionary(values.type) or not len(values):
        return ""
    spelled = pc.match_substring_regex(values, r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$")
    share = pc.mean(spelled.cast(pa.int8())).as_py()
    if share <= 0.5 or as_numbers(values) is not None:
        return ""
    row, cell = first_unparsable(text, pa.float64()) or (1, "")
    return f"is used as categories although {share:.1%} of its cells are numbers: row {row} holds {cell!r}"


def dropped_in_words(reasons: dict[str, str]) -> list[str]:
    """Return one sentence for each dropped column; columns dropped for one reason share it when there are many."""
    together: dict[str, list[str]] = {}
    for name, reason in reasons.items():
        together.setdefault(reason, []).append(name)
    notes = []
    for reason, names in together.items():
        if len(names) > 3:
            told = ", ".join(names[:10]) + f" and {len(names) - 10} more" * (len(names) > 10)
            notes.append(f"{len(names)} columns dropped, each of which {reason}: {told}.")
        else:
            notes += [f"column {name!r} {reason}: dropped." for name in names]
    return notes
