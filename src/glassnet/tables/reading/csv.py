"""CSV of any dialect as one Arrow table; notes and errors name lines."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection
from typing import NamedTuple

import numpy as np

from glassnet.errors import DataError
from glassnet.memory import COLUMN, check_room
from glassnet.tables.arrow import pa, pc
from glassnet.tables.cells import cell_values, rows_at, text_array
from glassnet.tables.places import places
from glassnet.tables.reading.dialect import (
    GAPS,
    NO_SEPARATOR,
    SEP_LINE,
    SEPARATORS,
    Dialect,
    check_separator,
    find_dialect,
    is_escaped,
    reader,
    sample,
    sample_records,
    without_gaps,
)
from glassnet.tables.reading.encoding import to_utf8
from glassnet.tables.reading.header import Layout, find_layout
from glassnet.tables.reading.lines import record_lines
from glassnet.tables.reading.names import distinct, made_up, tidy
from glassnet.tables.reading.parsing import parse
from glassnet.tables.reading.raw import RawTable
from glassnet.tables.reading.rows import Rows, mended
from glassnet.tables.reading.source import Source

MANY_COLUMNS = 100_000  # more are counted before they are cut


def read_csv(
    source: Source, separator: str | None = None, header: bool | None = None, encoding: str | None = None,
    known: Collection[str] = (), target: str | None = None,
) -> RawTable:  # fmt: skip
    """Return the table of a CSV file, every cell as text.

    Parameters
    ----------
    source : Source
        The file, or what was unpacked from one.
    separator, header, encoding : optional
        What is known about the file; what is None is found from it.
    known : collection of str
        Columns that the table is known to have: a line that holds one of them names the columns.
    target : str, optional
        The one of them that may be missing.

    Returns
    -------
    RawTable
        With notes on how it was understood.
    """
    where = source.name
    data, used_encoding, notes = to_utf8(source.content(), encoding, where)
    if not (data[:4096].strip() or data.strip()):
        raise DataError(f"{where} is empty")
    form, rows, of_names = first_rows(data, separator, header, known, target, where)
    notes = [*layout_notes(form.found, form.layout, form.names, where), *notes, *of_names, *rows.notes]
    return RawTable(
        rows.table, tuple(notes), rows.lines,
        {"separator": form.found.separator, "header": bool(form.layout.names), "encoding": used_encoding},
    )  # fmt: skip


class Form(NamedTuple):
    """How a text holds its table, as its beginning says.

    Parameters
    ----------
    newline : bytes
        What ends a line.
    found, dialect : Dialect
        How cells are separated: in the text, and where one character stands for separators of several.
    layout : Layout
        Where the rows begin.
    columns : slice
        Which cells of a row are columns.
    names : list of str
        Theirs.
    """

    newline: bytes
    found: Dialect
    dialect: Dialect
    layout: Layout
    columns: slice
    names: list[str]


def first_rows(
    data: bytes, separator: str | None, header: bool | None, known: Collection[str], target: str | None, where: str
) -> tuple[Form, Rows, list[str]]:
    """Return how a text holds its table, its rows, and notes on the names of the columns."""
    _check_width(data, where)
    data, newline, found, dialect = _cut(data, separator)
    head, rest = sample_records(sample(data, newline), dialect)
    if head and SEP_LINE.match(",".join(head[0].cells)) and len(head) > 1 and head[0].line == 1:
        head = head[1:]
    if not head:
        raise DataError(f"{where}, line 1: a quote is opened and never closed")
    layout = find_layout(head, rest, header, known)
    check_room(COLUMN * layout.width, f"{where}, as {layout.width} columns,")
    rows = _rows(data, newline, dialect, layout, where)
    names = [tidy(name) for name in layout.names]
    names += [""] * (layout.width - len(names))
    columns = _without_blank_ends(rows.table, names)
    table, names = rows.table.select(list(range(columns.start, columns.stop))), names[columns]
    if not len(table):
        raise DataError(
            f"{where} holds a header ({', '.join(map(repr, names[:5])):.200}{', ...' * (len(names) > 5)}) but no rows; "
            "if that line is data, say that there is no header"
        )
    if layout.names:
        names, of_names = distinct(names, where)
    else:
        names, of_names = made_up(len(names), known, target), []
    form = Form(newline, found, dialect, layout, columns, names)
    return form, Rows(table.rename_columns(names), rows.lines, rows.notes), of_names


def later_rows(data: bytes, form: Form, where: str) -> Rows:
    """Return the rows of a text that goes on where another one ended, at the end of a record."""
    if form.dialect.escape:
        data = data.replace(rb"\N", rb"\\N")
    if form.found.separator in GAPS:
        data, _ = without_gaps(data, form.found)
    rows = _rows(data, form.newline, form.dialect, form.layout._replace(first=1, above=()), where)
    table = rows.table.select(list(range(form.columns.start, form.columns.stop)))
    return Rows(table.rename_columns(form.names), rows.lines, rows.notes)


def _cut(data: bytes, separator: str | None) -> tuple[bytes, bytes, Dialect, Dialect]:
    """Return text whose separators are one character, what ends its lines, its dialect before that, and after."""
    separator = None if separator is None else check_separator(separator)
    newline = b"\n" if b"\n" in data else b"\r"  # the line end of old Macintosh files
    escape = is_escaped(data)
    if escape:
        data = data.replace(rb"\N", rb"\\N")  # how MySQL writes a missing cell: it stays as it is
    found = find_dialect(sample(data, newline), separator, escape=escape)
    data, dialect = without_gaps(data, found) if found.separator in GAPS else (data, found)
    return data, newline, found, dialect


def _check_width(data: bytes, where: str) -> None:
    """Refuse a table that is too wide before its first lines are cut, which takes memory for each cell."""
    first = data[: data.find(b"\n") + 1 or len(data)]
    width = max(first.count(separator.encode()) for separator in SEPARATORS if separator.strip())
    if width > MANY_COLUMNS:
        check_room(COLUMN * width, f"{where}, as {width} columns,")


def layout_notes(dialect: Dialect, layout: Layout, names: list[str], where: str) -> list[str]:
    """Return what to tell about a file that is not of the most usual form."""
    notes = []
    if dialect.separator not in (",", NO_SEPARATOR) or not layout.names:
        last = "" if len(names) == 1 else f" ... {names[-1]}"
        header = "first line names the columns" if layout.names else f"no header: columns are named {names[0]}{last}"
        notes.append(f"{where}: separator {SEPARATORS.get(dialect.separator, repr(dialect.separator))}, {header}")
    if dialect.quote != '"':
        notes.append(f"{where}: cells are quoted with {dialect.quote}")
    above = [line for line in layout.above if line < layout.first]
    if above:
        notes.append(f"{where}: {places(np.array(above) - 1, np.arange(1, max(above) + 1))}: above the table, left out")
    if layout.units:
        notes.append(f"{where}: line {layout.units}: units or descriptions below the names, left out")
    return notes


def _without_blank_ends(table: pa.Table, names: list[str]) -> slice:
    """Return which columns stay: none of nothing at the end, where lines end with separators, or at both ends."""
    start, stop = 0, len(names)
    while stop > 1 and not names[stop - 1] and _is_blank(table.column(stop - 1)):
        stop -= 1
    if stop < len(names) and any(names) and not names[0] and _is_blank(table.column(0)):  # "| a | b |"
        start = 1
    return slice(start, stop)


def _is_blank(column: pa.ChunkedArray) -> bool:
    return not pc.any(pc.not_equal(pc.utf8_trim_whitespace(column), "")).as_py()


def _rows(data: bytes, newline: bytes, dialect: Dialect, layout: Layout, where: str) -> Rows:
    """Return the rows below the header: none of comments, footers and records that cannot be mended."""
    quote = dialect.quote.encode()
    quoted = bool(quote) and quote in data
    if quoted and b" " + quote in data:  # Arrow takes no blanks before a quote
        data = _without_blanks(data, dialect)
    start = 0
    for _ in range(layout.first - 1):
        start = data.find(newline, start) + 1 or len(data)
    if quoted and (data.count(quote, start) - dialect.escape * data.count(b"\\" + quote, start)) % 2:
        try:
            _check_quotes(data, start, layout.first, dialect, where)
        except DataError:
            if dialect.separator != "\t":  # where quotes are seldom more than characters
                raise
            dialect, quoted = dialect._replace(quote=""), False
    if start >= len(data):
        empty = pa.table([pa.nulls(0, pa.string())] * layout.width, names=[str(j) for j in range(layout.width)])
        return Rows(empty, np.zeros(0, np.int32), [])
    try:
        table, odd = parse(pa.py_buffer(data).slice(start), dialect, layout.width, quoted=quoted)
    except pa.ArrowInvalid as error:
        raise DataError(f"{where} cannot be read as a table: {error}") from error
    n = len(table) + len(odd.indices)
    lines = record_lines(data, start, newline, dialect, n) + np.int32(layout.first)
    rows = mended(table, odd, lines, layout.comment, dialect=dialect, where=where)
    return _without_repeated_names(rows, layout.names, where)


def _without_repeated_names(rows: Rows, names: tuple[str, ...], where: str) -> Rows:
    """Return rows without those that hold the names again, as files do that were put together."""
    if len(names) < 2 or not len(rows.table):
        return rows
    # Scalars of Arrow's own: it loads pandas to make them of Python's.
    cell = [text_array([name], column.type)[0] for name, column in zip(names, rows.table.columns, strict=False)]
    again = cell_values(pc.equal(rows.table.column(0), cell[0]))
    for j in range(1, len(cell)):
        if not again.any():
            return rows
        again &= cell_values(pc.equal(rows.table.column(j), cell[j]))
    if not again.any():
        return rows
    indices = np.flatnonzero(~again)
    note = f"{where}: {places(np.flatnonzero(again), rows.lines)}: the names again, left out"
    return Rows(rows_at(rows.table, indices), rows.lines[indices], [*rows.notes, note])


def _without_blanks(data: bytes, dialect: Dialect) -> bytes:
    """Return text without the blanks between separators and the quotes that open a cell."""
    separator, quote = re.escape(dialect.separator), dialect.quote
    inside = rf"{quote}[^{separator}\r\n]"  # two quotes within quotes
    opened = re.compile(rf"(^|{separator}) +{quote}(?!{inside})".encode(), re.MULTILINE)
    return opened.sub(rb"\1" + quote.encode(), data)


def _check_quotes(data: bytes, start: int, first: int, dialect: Dialect, where: str) -> None:
    """Raise if a quote that opens a cell is never closed: all lines after it would vanish into that cell."""
    lines = reader(io.StringIO(data[start:].decode(), newline=""), dialect, strict=True)
    begin = 0
    try:
        for _ in lines:
            begin = lines.line_num
    except csv.Error as error:
        if "unexpected end" in str(error) or "field larger" in str(error):
            raise DataError(f"{where}, line {first + begin}: a quote is opened and never closed") from None
