"""The rows of a table in a text file: records that are too short or too long are mended, footers are left out."""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np

from glassnet.errors import DataError
from glassnet.tables.arrow import pa, pc
from glassnet.tables.cells import cell_values, rows_at, text_array, truths
from glassnet.tables.places import places
from glassnet.tables.reading.dialect import SEPARATORS, Dialect
from glassnet.tables.reading.parsing import OddRecords, merged
from glassnet.tables.spelling.missing import MISSING
from glassnet.typing import AnyArray

TOLERATED, TOLERATED_LONG = 0.5, 0.1  # shares of odd records, and of too long ones, from which a file is no table
MAX_FOOTER = 200  # records
LONG_NOTE = 20  # characters
SUMMARY = re.compile(
    r"(grand |sub ?|all )?totals?|sum|average|mean|count|sources?|notes?|remarks?|rows|"
    r"(gesamt|total)(summe|betrag|ergebnis)?|summe|insgesamt|durchschnitt|quellen?|anmerkung(en)?|hinweise?|"
    r"total (général|general)|totaal|totale|totalt|moyenne|somme|fonte|fuente|nota|media|suma|razem|średnia|celkem|"
    r"spolu|összesen|итого|всего|среднее|источник|合计|总计|小计|平均|合計|總計|小計|平均值|注|出典|来源|합계|총계|평균|계",
    re.IGNORECASE,
)  # fmt: skip
WORD = re.compile(r"\w")  # which a line of dashes lacks
WORDED = re.compile(r"[^\W\d]|[*©(†‡]")  # how a note begins


class Rows(NamedTuple):
    """The rows of a table, the line on which each begins, and what a user should know."""

    table: pa.Table
    lines: AnyArray
    notes: list[str]


def mended(table: pa.Table, odd: OddRecords, lines: AnyArray, comment: str, *, dialect: Dialect, where: str) -> Rows:
    """Return the rows of a table.

    Parameters
    ----------
    table : pyarrow.Table
        The records of the table's width.
    odd : OddRecords
        All others: those with too few cells get empty ones, those with too many are left out.
    lines : array of int
        The line on which each record begins, odd ones too.
    comment : str
        How comments begin; "" where there are none.
    dialect : Dialect
        For messages.
    where : str
        The file's name.

    Returns
    -------
    Rows
        Without comments, and without what stands below the table.

    Raises
    ------
    DataError
        Half of the records are odd, or many have too many cells; the message names the first line.
    """
    n, width, notes = len(lines), table.num_columns, []
    whole = np.delete(np.arange(n), odd.indices) if odd.indices else np.arange(n)
    cells_of = dict(zip(odd.indices, odd.cells, strict=True))
    tail = _start_of_footer(table, cells_of, lines)
    if tail < n:
        notes.append(f"{where}: {places(np.arange(tail, n), lines)}: below the table, left out")
    short, long = {}, {}
    for index, cells in cells_of.items():
        if index >= tail or not _filled(cells) or (comment and cells[0].startswith(comment)):
            continue
        if _filled(cells[width:]):
            long[index] = len(cells)
        else:
            short[index] = [*cells[:width], *[""] * (width - len(cells))]
    table, whole = table.slice(0, int(np.searchsorted(whole, tail))), whole[whole < tail]
    total = len(whole) + len(short) + len(long)
    if len(short) + len(long) >= max(TOLERATED * total, 1) or len(long) > max(TOLERATED_LONG * total, 1):
        index = min([*short, *long])
        raise DataError(
            f"{where}, line {lines[index]}: expected {width} cells as in most lines, got {len(cells_of[index])} "
            f"(separator {SEPARATORS.get(dialect.separator, repr(dialect.separator))}); "
            f"{len(short) + len(long):,} of {total:,} lines have too few or too many"
        )
    if padded := [index for index in short if len(cells_of[index]) < width]:
        notes.append(f"{where}: {places(padded, lines)}: too few cells, the rest is missing")
    if long:
        notes.append(f"{where}: {places([*long], lines)}: too many cells, left out")
    indices = np.sort(np.concatenate([whole, np.array([*short], whole.dtype)])) if short else whole
    return _without_comments(Rows(merged(table, whole, [*short.values()], [*short]), lines[indices], notes), comment)


def _filled(cells: list[str]) -> list[str]:
    return [cell for cell in map(str.strip, cells) if cell]


def _without_comments(rows: Rows, comment: str) -> Rows:
    if not comment or not len(rows.table):
        return rows
    first = rows.table.column(0)
    marks = text_array([mark for mark in MISSING if mark.startswith("#")], first.type)  # #N/A is a cell
    kept = ~cell_values(pc.starts_with(first, comment)) | truths(pc.is_in(first, value_set=marks))
    if kept.all():
        return rows
    indices = np.flatnonzero(kept)
    return Rows(rows_at(rows.table, indices), rows.lines[indices], rows.notes)


def _start_of_footer(table: pa.Table, odd: dict[int, list[str]], lines: AnyArray) -> int:
    """Return the index of the first record below the table: notes, totals, empty rows; their number if none is."""
    n, width = len(lines), table.num_columns
    last = len(table) - 1  # the table's row that has not been looked at
    end = n
    gaps = np.diff(lines[max(n - MAX_FOOTER, 0) :])
    usual = int(np.median(gaps)) if len(gaps) else 1
    for index in range(n - 1, max(n - MAX_FOOTER, 0), -1):
        cells = odd.get(index)
        if cells is None:
            filled = _filled([table.column(j)[last].as_py() for j in range(width)])
            if filled and not _is_summary(filled, table, last, after_gap=lines[index] - lines[index - 1] > usual):
                break
            last -= 1
        else:
            filled = _filled(cells)
            if filled and not _is_note(filled, width) and not _is_apart(index, odd, lines, usual):
                break
        end = index
    return end


def _is_apart(index: int, odd: dict[int, list[str]], lines: AnyArray, usual: int) -> bool:
    """Return whether an empty line stands above this record, with none but odd records between."""
    while index in odd and index > 0:
        if lines[index] - lines[index - 1] > usual:
            return bool(WORDED.match(_filled(odd[index])[0])) if _filled(odd[index]) else True
        index -= 1
    return False


def _is_note(filled: list[str], width: int) -> bool:
    """Return whether the cells of a record of another width are a note or a total below a table."""
    first = filled[0]
    if SUMMARY.fullmatch(first.strip(" :*.")) or first.startswith(("(", "*", "©")):
        return True
    if len(filled) == 1 and width > 2 and (len(first) > LONG_NOTE or not WORD.search(first)):
        return True
    return bool(WORDED.match(first)) and (":" in first or len(first) > LONG_NOTE or (len(filled) == 1 and width > 2))


def _is_summary(filled: list[str], table: pa.Table, row: int, *, after_gap: bool) -> bool:
    """Return whether a record of the table's width is a total, or a note with empty cells after it."""
    first, width = filled[0], table.num_columns
    if len(filled) == 1 and width > 2 and (after_gap or len(first) > LONG_NOTE) and WORDED.match(first):
        return True
    if width < 2 or not SUMMARY.fullmatch(first.strip(" :*.")):
        return False
    column = next(j for j in range(width) if table.column(j)[row].as_py().strip())
    before = table.column(column).slice(0, row)
    return len(before) > 0 and not pc.any(pc.equal(pc.utf8_trim_whitespace(before), first)).as_py()
