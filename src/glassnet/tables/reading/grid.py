"""A grid of cells, such as the sheet of a spreadsheet, as a table: its place, its names, its types."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Sequence
from typing import Any

import numpy as np

from glassnet.errors import DataError
from glassnet.memory import COLUMN, check_room
from glassnet.tables.arrow import pa
from glassnet.tables.places import places
from glassnet.tables.reading.dialect import HEAD_ROWS, PIECE_ROWS, Record
from glassnet.tables.reading.header import find_layout
from glassnet.tables.reading.names import distinct, made_up, tidy
from glassnet.tables.reading.raw import RawTable

Row = Sequence[Any]
EXACT = 2**53  # below it floats hold every whole number
MIDNIGHT = dt.time()
REMARK = re.compile(r"\s*(?:total|sum|source|notes?|remarks?|\*|\(|©)", re.IGNORECASE)


def from_rows(
    rows: Sequence[Row], where: str, header: bool | None = None, known: Collection[str] = (), target: str | None = None
) -> RawTable:
    """Return the table that a grid of cells holds.

    Parameters
    ----------
    rows : sequence of sequence
        Cells as Python's objects; None and "" are empty. Empty rows and columns are left out.
    where : str
        For messages.
    header : bool, optional
        Whether the first row names the columns; None finds it.
    known : collection of str
        Columns that the table is known to have.
    target : str, optional
        The one of them that may be missing.

    Returns
    -------
    RawTable
        With types; its lines are the numbers of the rows, counted from 1.

    Raises
    ------
    DataError
        It holds no rows.
    """
    filled = [(number, row) for number, row in enumerate(rows, 1) if any(map(_is_filled, row))]
    wide = max((len(row) for _, row in filled), default=0)
    several = [row for _, row in filled if sum(map(_is_filled, row)) > 1] or [row for _, row in filled]
    check_room(COLUMN * wide, f"{where}, as {wide} columns,")
    used = [j for j in range(wide) if any(j < len(row) and _is_filled(row[j]) for row in several)]
    if not filled:
        raise DataError(f"{where} holds no cells")
    records = [_record(number, row, used) for number, row in (*filled[:HEAD_ROWS], *_elsewhere(filled))]
    layout = find_layout(records[:HEAD_ROWS], [each.cells for each in records[HEAD_ROWS:]], header, known)
    notes = []
    above = [number for number, _ in filled if number < layout.first and number in layout.above]
    if above:
        notes.append(f"{where}: {_rows_in_words(above)}: above the table, left out")
    if layout.units:
        notes.append(f"{where}: row {layout.units}: units or descriptions below the names, left out")
    body = [(number, row) for number, row in filled if number >= layout.first]
    below = _below(body, used)
    if below:
        notes.append(f"{where}: {_rows_in_words(below)}: below the table, left out")
        body = body[: -len(below)]
    names = [tidy(name) for name in layout.names[: len(used)]]
    if not body:
        raise DataError(f"{where} holds names ({', '.join(map(repr, names[:5])):.200}) but no rows below them")
    if names:
        names, of_names = distinct(names + [""] * (len(used) - len(names)), where)
        notes += of_names
    else:
        names = made_up(len(used), known, target)
        notes.append(f"{where}: no header: columns are named {names[0]} ... {names[-1]}")
    columns = [_column([row[j] if j < len(row) else None for _, row in body]) for j in used]
    lines = np.array([number for number, _ in body], np.int32)
    return RawTable(pa.table(columns, names=names), tuple(notes), lines, {"header": bool(layout.names)})


def _below(body: list[tuple[int, Row]], used: list[int]) -> list[int]:
    """Return the numbers of the last rows that are remarks: one cell at the left, below an empty row or as a total."""
    alone = 0
    for _, row in reversed(body[2:]):
        filled = [j for j, cell in enumerate(row) if _is_filled(cell)]
        if len(used) < 3 or len(filled) != 1 or filled[0] > used[0]:
            break
        alone += 1
    for start in range(len(body) - alone, len(body)):
        number, row = body[start]
        cell = next(filter(_is_filled, row))
        if number > body[start - 1][0] + 1 or (isinstance(cell, str) and REMARK.match(cell)):
            return [number for number, _ in body[start:]]
    return []


def _rows_in_words(numbers: list[int]) -> str:
    return places(np.array(numbers) - 1, None)


def _is_filled(cell: Any) -> bool:
    return cell is not None and cell != "" and not (isinstance(cell, str) and not cell.strip())


def _elsewhere(filled: list[tuple[int, Row]]) -> list[tuple[int, Row]]:
    """Return some rows of the middle and of the end."""
    middle = max(len(filled) // 2, HEAD_ROWS)
    end = max(len(filled) - PIECE_ROWS, middle + PIECE_ROWS)
    return [*filled[middle : middle + PIECE_ROWS], *filled[end:]]


def _record(number: int, row: Row, used: list[int]) -> Record:
    """Return a row as text; a row of a single cell as a line without others."""
    filled = [cell for cell in row if _is_filled(cell)]
    if len(filled) == 1 and not _is_filled(row[used[-1]] if used[-1] < len(row) else None):
        return Record(number, [as_text(filled[0])])
    return Record(number, [as_text(row[j]) if j < len(row) else "" for j in used])


def as_text(cell: Any) -> str:
    """Return a cell as a spreadsheet would write it into a text file."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < EXACT:
        return str(int(cell))
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == MIDNIGHT else cell.isoformat(" ")
    if isinstance(cell, dt.timedelta):
        seconds = cell.total_seconds()
        sign, whole = "-" if seconds < 0 else "", int(abs(seconds))
        return f"{sign}{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"
    return str(cell)


def _column(cells: list[Any]) -> pa.Array:
    """Return cells as numbers, truth values or dates where all are; else as text."""
    cells = [cell if _is_filled(cell) else None for cell in cells]
    kinds = {type(cell) for cell in cells} - {type(None)}
    if kinds == {bool}:
        return pa.array(cells, pa.bool_())
    if kinds and kinds <= {int, float}:
        whole = all(cell is None or (float(cell).is_integer() and abs(cell) < EXACT) for cell in cells)
        if whole:
            return pa.array([None if cell is None else int(cell) for cell in cells], pa.int64())
        return pa.array([None if cell is None else float(cell) for cell in cells], pa.float64())
    if kinds and kinds <= {dt.date, dt.datetime}:
        moments = [dt.datetime.combine(cell, MIDNIGHT) if type(cell) is dt.date else cell for cell in cells]
        return pa.array(moments, pa.timestamp("us"))
    return pa.array([None if cell is None else as_text(cell) for cell in cells], pa.string())
