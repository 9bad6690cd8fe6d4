"""Where a table begins in its file, and what its columns are called.

Above a table may stand a title, comments and a line of groups; below the names a line of units. Whether a line names
the columns is decided by the columns below it: names of numbers are no numbers.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from itertools import pairwise
from typing import NamedTuple

from glassnet.tables.reading.dialect import COMMENTS, DIGIT, NUMBER, Record, modal_width, uncommented
from glassnet.tables.reading.names import MADE_UP, tidy
from glassnet.tables.spelling.missing import MISSING

MAX_ABOVE = 60  # records above a table
MAX_HEADER_LINES = 3
MAX_CELLS = 1000  # below the names that are looked at
YEARS = range(1800, 2201)
WORD = re.compile(r"\w")
WHOLE = re.compile(r"\d{1,4}")
MEASURED = re.compile(r"[^\w]{0,3}\d")  # begins as numbers, money, dates and times do
UNIT = re.compile(r"[\[(<].*[\])>]|.{0,3}|[a-z]+", re.IGNORECASE)  # [km], kg, float
AGAINST = 8  # votes of a name that is written as the cells below it: four plain names outweigh it
TYPICAL = 0.9  # share of a column's cells that hold a digit, from which it holds numbers, dates or the like


class Layout(NamedTuple):
    """Where a table's rows begin, and its names.

    Parameters
    ----------
    first : int
        Line of the first row, counted from 1.
    width : int
        Cells in a row.
    names : tuple of str
        Of the columns as the file has them: they may be blank or repeated; empty where the file has none.
    above : tuple of int
        Lines that are neither names nor rows.
    units : int
        The line with units or the like below the names; 0 where there is none.
    comment : str
        How comments begin in this file; "" where it has none.
    """

    first: int
    width: int
    names: tuple[str, ...]
    above: tuple[int, ...] = ()
    units: int = 0
    comment: str = ""


def find_layout(
    head: list[Record], rest: list[list[str]], header: bool | None, known: Collection[str] = ()
) -> Layout:  # fmt: skip
    """Return where the rows of a table begin, and what its columns are called.

    Parameters
    ----------
    head : list of Record
        The first records.
    rest : list of list of str
        The cells of records elsewhere in the file.
    header : bool, optional
        Whether there are names; None finds it.
    known : collection of str
        Columns that the table is known to have: a line that holds one of them names the columns.
    """
    unnamed = bool(known) and all(map(MADE_UP.fullmatch, known))  # another such file had no names
    known = [] if unnamed else known
    comment = _comment(head)
    above = [
        record for record in head if comment and record.cells[0].startswith(comment) and record.cells[0] not in MISSING
    ]
    head = [record for record in head if record not in above] or head
    rows = [record.cells for record in head]
    width = modal_width(uncommented(rows + rest))
    start = _start(rows, width, known)
    body = [cells for cells in rows[start + 1 :] + rest if len(cells) == width]
    body = body[: MAX_HEADER_LINES + 1] + body[MAX_HEADER_LINES + 1 :: 1 + len(body) * width // MAX_CELLS]
    names, n = _names(rows[start:], body, width, header, known, doubtful=not unnamed)
    if above and not names and header is not False:
        names = _commented_names(above[-1], comment, rows[start], width, known)
    units = 0
    if n > 1 and names == tuple(map(tidy, rows[start])):
        units = head[start + 1].line
    first = head[start + n].line if start + n < len(head) else head[-1].line + 1
    lines = [record.line for record in above if record.line < first] + [record.line for record in head[:start]]
    if names and above and not n:
        lines = [line for line in lines if line != above[-1].line]
    while len(names) > width and not names[-1].strip():
        names = names[:-1]
    # Names without a column make every row too short: an error that names its line.
    return Layout(first, max(width, len(names)), names, tuple(sorted(lines)), units, comment)


def _comment(head: list[Record]) -> str:
    """Return how comments begin: a mark that opens lines which are cut into other numbers of cells than rows."""
    width = modal_width(uncommented([record.cells for record in head]))
    for mark in COMMENTS:
        marked = [record for record in head if record.cells[0].startswith(mark)]
        leading = next((j for j, record in enumerate(head) if not record.cells[0].startswith(mark)), len(head))
        odd = sum(len(record.cells) != width for record in marked)
        # One such line that is cut as all rows are holds names: #id, value
        a_name = len(marked) == leading == 1 and len(head[0].cells) == width and not head[0].cells[0].startswith("# ")
        if marked and len(marked) < len(head) and not a_name and (leading or (odd > len(marked) / 2 and width > 1)):
            return mark
    return ""


def _commented_names(
    record: Record, comment: str, row: list[str], width: int, known: Collection[str]
) -> tuple[str, ...]:
    """Return the names that the last comment above a table holds, if it does."""
    cells = [record.cells[0].removeprefix(comment).lstrip(comment[0]).strip(), *record.cells[1:]]
    if not cells[0] and len(cells) == width + 1:  # "# x y z", cut at blanks
        cells = cells[1:]
    if len(cells) == width > 1 and not any(map(MEASURED.match, cells)):
        return tuple(cells)
    return ()


def _start(rows: list[list[str]], width: int, known: Collection[str]) -> int:
    """Return the index of the first record of a table: of its names, if it has some."""
    if known:
        for j, cells in enumerate(rows[:MAX_ABOVE]):
            if _holds(cells, known) and _fits(cells, width):
                return j
    filled = [sum(map(bool, map(str.strip, cells))) for cells in rows]
    for j, cells in enumerate(rows[:MAX_ABOVE]):
        after = next((k for k in range(j + 1, len(rows)) if filled[k]), j)
        title = width > 2 and filled[j] == 1 < filled[after]
        if len(cells) == width - 1 and after + 1 < len(rows):  # R's row names have no name; rows follow
            title = title or len(rows[after]) != width or (_worded(rows[after]) and not _worded(rows[after + 1]))
        if _fits(cells, width) and filled[j] and not title:
            return j
        if len(cells) > width and filled[j] > width and not (_fits(rows[after], width) and _worded(rows[after])):
            return j  # more names than cells in rows: an error that names this line
    return next((j for j, cells in enumerate(rows) if len(cells) == width), 0)


def _fits(cells: list[str], width: int) -> bool:
    """Return whether a record may be a row or its names: R writes none for row names, others one too many."""
    too_many = len(cells) > width and not any(cell.strip() for cell in cells[width:])
    return len(cells) == width or too_many or (len(cells) == width - 1 >= 2)


def _holds(cells: list[str], known: Collection[str]) -> bool:
    return not {tidy(cell) for cell in cells}.isdisjoint(known)


def _worded(cells: list[str]) -> bool:
    return not any(MEASURED.match(cell.strip()) for cell in cells)


def _names(
    rows: list[list[str]], body: list[list[str]], width: int, header: bool | None, known: Collection[str],
    *, doubtful: bool,
) -> tuple[tuple[str, ...], int]:  # fmt: skip
    """Return the names of the columns, none if there are none, and how many records they and their units take.

    `doubtful` is whether words above words are names.
    """
    first = rows[0]
    if header is False:
        return (), 0
    header = header or _holds(first, known) or None
    columns = _columns(body, width)
    lacking = len(first) < width
    blank_end = bool(body) and not any(row[-1].strip() for row in body)  # rows, not names, end with a separator
    offset = width - len(first) if lacking and not blank_end else 0  # R's row names have no name
    if header is None and not (lacking or _is_header(first[:width], columns, len(body), doubtful=doubtful)):
        return (), 0
    lines = [first]
    for cells in rows[1:MAX_HEADER_LINES] if width > 1 else []:
        if len(cells) != width and not any(map(DIGIT.search, cells)) and 2 * sum(map(_is_measured, columns)) >= width:
            lines.append([])  # a line of dashes, or units that blanks separate
            continue
        if len(cells) != width or not _is_second_header(cells, _columns(body[len(lines) :], width), lines):
            break
        lines.append(cells)
    return tuple([""] * offset + _combined(lines, known)), len(lines)


def _columns(body: list[list[str]], width: int) -> list[list[str]]:
    """Return the cells of each column that are not missing."""
    return [[cell for row in body if (cell := row[j].strip()) not in MISSING] for j in range(width)]


def _is_measured(column: list[str]) -> bool:
    return bool(column) and sum(map(bool, map(DIGIT.search, column))) >= TYPICAL * len(column)


def _is_header(first: list[str], columns: list[list[str]], n_rows: int, *, doubtful: bool) -> bool:
    """Return whether a record names the columns below it."""
    names = [cell.strip() for cell in first]
    if not any(names) or "?" in names:
        return False
    with_row_names = not names[0] and len(columns[0]) == n_rows > 1  # only their own name is blank
    numeric = with_row_names or _numeric_names(names, columns)
    votes = 0
    for name, column in zip(names, columns, strict=False):
        if NUMBER.fullmatch(name) and not numeric:
            return False
        if name in MISSING or not column:
            continue
        if _is_measured(column):
            if _differs(name, column):
                votes += 2
            elif MEASURED.match(name) and not numeric:
                votes -= AGAINST
        elif 2 * len(set(column)) <= len(column):  # values that come again: a name does not
            votes += -1 if name in column else 1
    if votes or numeric:
        return votes > 0 or numeric
    filled = [name for name in names if name]
    again = any(name and name in column for name, column in zip(names, columns, strict=False))
    return doubtful and not again and len(set(filled)) == len(filled)


def _differs(name: str, column: list[str]) -> bool:
    """Return whether a name is no cell of its column of numbers, dates and the like."""
    return not DIGIT.search(name) or (not MEASURED.match(name) and all(map(MEASURED.match, column)))


def _numeric_names(names: list[str], columns: list[list[str]]) -> bool:
    """Return whether the numbers among names are counted, as 2015, 2016, 2017 are, and what is below them is not."""
    pairs = [(int(name), column) for name, column in zip(names, columns, strict=False) if WHOLE.fullmatch(name)]
    numbers = [number for number, _ in pairs]
    if len(numbers) < 2 or sum(bool(NUMBER.fullmatch(name)) for name in names) > len(numbers):
        return False
    steps = [after - before for before, after in pairwise(numbers)]
    usual = max(set(steps), key=steps.count)
    if usual == 0 or steps.count(usual) < TYPICAL * len(steps):
        return False
    below = [cell for _, column in pairs for cell in column]
    if all(number in YEARS for number in numbers):
        like = sum(bool(re.fullmatch(r"\d{4}", cell)) and int(cell) in YEARS for cell in below)
        return usual in (1, -1, 5, 10) and 2 * like < max(len(below), 1)
    return usual == 1 and numbers[0] in (0, 1) and len(numbers) >= 5


def _is_second_header(cells: list[str], columns: list[list[str]], above: list[list[str]]) -> bool:
    """Return whether a record below the names belongs to them: it has words or units where all below has digits."""
    votes, words = 0, 0
    for cell, column in zip((cell.strip() for cell in cells), columns, strict=True):
        if cell in MISSING:
            continue
        if MEASURED.match(cell) or cell in column:
            return False
        if _is_measured(column):
            votes += _differs(cell, column)
        else:
            words += not UNIT.fullmatch(cell)
    names = [name for name in above[0] if name.strip()]
    incomplete = len(set(names)) < len(cells)
    return votes > 0 and (votes > 1 or incomplete or not words)


def _combined(lines: list[list[str]], known: Collection[str]) -> list[str]:
    """Return one name for each column of several lines: of groups and names, of names and units."""
    first = [tidy(cell) for cell in lines[0]]
    lines = [lines[0], *(cells for cells in lines[1:] if any(map(WORD.search, cells)))]
    if len(lines) == 1:
        return first
    second = [tidy(cell) for cell in lines[1]]
    if len(set(filter(None, first))) == len(first) or (known and _holds(first, known)):
        return first  # what follows is units
    if known and _holds(second, known):
        return second
    filled, group = [], ""
    for cell in first:
        group = cell or group
        filled.append(group)
    # A group with one column is that column's name.
    return [
        name if not above or (len(set(second)) == len(second) and name) else f"{above} {name}".strip()
        for above, name in zip(filled, second, strict=False)
    ]
