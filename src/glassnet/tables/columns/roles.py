"""What a column is used as: numbers, categories or dates; or nothing, because it only identifies the rows."""

from __future__ import annotations

import re
from typing import NamedTuple

from glassnet.errors import DataError
from glassnet.tables.arrow import pa, pc
from glassnet.tables.cell_types import bytes_as_text
from glassnet.tables.cells import (
    NUMBER,
    USABLE_CELLS,
    as_numbers,
    cell_values,
    clean,
    decoded,
    first_unparsable,
    is_text,
    typed,
)
from glassnet.tables.columns.column import UninformativeColumn

ID_ROWS = 10  # fewer rows differ by chance
# id, user_id, customerID, sampleId, rowid, uuid; but not paid, humid or acid
ID_NAME = re.compile(
    r"(.*[^a-zA-Z])?([iI][dD])|.*[a-z](ID|Id)|(.*[^a-zA-Z])?"
    r"(user|customer|client|patient|subject|sample|order|item|product|record|row|g?u|uu)id"
)
# Names of row counters: a saved index, with or without a name, or the number of a row or line.
COUNTER_NAME = re.compile(
    r"|c1|index|level_0|unnamed: \d+|#|row|line|record|((row|line|record)[ _.]*)?(number|num|nr|no)\.?", re.IGNORECASE
)


class Role(NamedTuple):
    """What a column is used as.

    Parameters
    ----------
    kind : {"number", "category", "date"}
        Key in `COLUMN_TYPES`.
    cells : pyarrow.ChunkedArray
        Text that spells numbers, truth values or dates is converted.
    remark : str
        What the user should know, or "".
    """

    kind: str
    cells: pa.ChunkedArray
    remark: str


def role(name: str, cells: pa.ChunkedArray, *, categorical: bool, keep: bool) -> Role:
    """Return what a training column is used as.

    Parameters
    ----------
    name : str
        The column's name.
    cells : pyarrow.ChunkedArray
        Its cells.
    categorical, keep : bool
        The user's word that numbers are names, or that the column is no identifier.

    Returns
    -------
    Role
        The kind of column, the cells as such, and a remark.

    Raises
    ------
    DataError
        Cells are lists, structures, bytes or the like.
    UninformativeColumn
        The column holds nothing, or an identifier.
    """
    types, was_text = pa.types, is_text(cells.type)
    if types.is_binary(cells.type) or types.is_large_binary(cells.type):
        cells, was_text = bytes_as_text(name, cells), True
    if types.is_dictionary(cells.type):
        _kind(name, cells.type.value_type)  # raises where values cannot be used
        kind = "category"
    elif categorical:
        kind = "category"
        cells = clean(cells) if was_text else cells
    else:
        cells = typed(cells) if was_text else cells
        kind = _kind(name, cells.type)
    if not (keep or categorical):
        _refuse_identifier(name, cells, kind)
    remark = ""
    if was_text and kind == "number" and not types.is_boolean(cells.type):
        remark = "is text that spells numbers: used as numbers"
    elif is_text(cells.type) and not categorical:
        remark = _nearly_numbers(cells)
    return Role(kind, cells, remark)


def _kind(name: str, kind: pa.DataType) -> str:
    types = pa.types
    if types.is_null(kind):
        raise UninformativeColumn("holds no value")
    numbers = (
        types.is_boolean,
        types.is_integer,
        types.is_floating,
        types.is_decimal,
        types.is_time,
        types.is_duration,
    )
    if any(is_number(kind) for is_number in numbers):
        return "number"
    if types.is_date(kind) or types.is_timestamp(kind):
        return "date"
    if is_text(kind):
        return "category"
    raise DataError(f"column {name!r} holds {kind}; {USABLE_CELLS}")


def _refuse_identifier(name: str, cells: pa.ChunkedArray, kind: str) -> None:
    """Raise UninformativeColumn if the column looks like an identifier."""
    called = bool(ID_NAME.fullmatch(name))
    rows = len(cells)
    whole = pa.types.is_integer(cells.type)
    if rows < (2 if called else ID_ROWS) or cells.null_count or not (whole or kind == "category"):
        return
    if pc.count_distinct(decoded(cells)).as_py() < rows:
        return
    if not whole or called:
        raise UninformativeColumn("has another value in every row, like an identifier")
    values = cell_values(cells)
    dense = int(values.max()) - int(values.min()) < 2 * rows  # a part of a table has gaps in its counter
    if dense and COUNTER_NAME.fullmatch(name):
        raise UninformativeColumn("counts the rows")


def _nearly_numbers(text: pa.ChunkedArray) -> str:
    """Return a warning if most cells of a text column are numbers and a few are not."""
    values = text.drop_null()
    if pa.types.is_dictionary(values.type) or not len(values):
        return ""
    spelled = pc.match_substring_regex(values, f"^{NUMBER}$")
    share = pc.mean(spelled.cast(pa.int8())).as_py()
    if share <= 0.5 or as_numbers(values) is not None:
        return ""
    row, cell = first_unparsable(text, pa.float64()) or (1, "")
    return f"is used as categories although {share:.1%} of its cells are numbers: row {row} holds {cell!r}"


def dropped_in_words(reasons: dict[str, str]) -> list[str]:
    """Return sentences about dropped columns."""
    together: dict[str, list[str]] = {}
    for name, reason in reasons.items():
        together.setdefault(reason, []).append(name)
    notes = []
    for reason, names in together.items():
        if len(names) > 3:
            some = ", ".join(names[:10]) + f" and {len(names) - 10} more" * (len(names) > 10)
            notes.append(f"{len(names)} columns dropped, each of which {reason}: {some}.")
        else:
            notes += [f"column {name!r} {reason}: dropped." for name in names]
    return notes
