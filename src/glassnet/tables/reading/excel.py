"""Spreadsheets: Excel's .xlsx, .xlsm, .xlsb and .xls, and OpenDocument's .ods, by python-calamine."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Collection
from typing import Any

import numpy as np

from glassnet.errors import DataError, MissingLibraryError, UnknownNameError
from glassnet.memory import check_room
from glassnet.plain_text import listed
from glassnet.tables.reading.broken import broken_is_file_error
from glassnet.tables.reading.dialect import Record
from glassnet.tables.reading.header import distinct, find_layout, made_up, tidy
from glassnet.tables.reading.raw import RawTable
from glassnet.tables.reading.records import table_of_columns
from glassnet.tables.reading.source import Source

COPIES = 20  # of a file's bytes that its values take in Python: it is packed
SAMPLE_ROWS = 200  # in which the header is sought
BROKEN = ("#N/A", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#NULL!")  # what a formula gives that has no value


def read_excel(
    source: Source, header: bool | None = None, known: Collection[str] = (), target: str | None = None
) -> RawTable:
    """Return the table of a sheet: the one that is named, or the first that holds one.

    Parameters
    ----------
    source : Source
        The file; its part is the name of a sheet.
    header : bool, optional
        Whether the first row names the columns; None finds it.
    known : collection of str
        Columns that the table is known to have.
    target : str, optional
        The one of them that may be missing.

    Returns
    -------
    RawTable
        Dates are dates, formulas their values; rows and columns around the table that are blank are left out.

    Raises
    ------
    MissingLibraryError
        Without python-calamine.
    UnknownNameError
        No sheet has that name.
    DataError
        No sheet holds a table.
    FileError
        It is damaged, or protected by a password.
    """
    try:
        from python_calamine import CalamineWorkbook
    except ImportError:
        raise MissingLibraryError.of("reading spreadsheets", "python-calamine") from None
    data = source.content()
    check_room(COPIES * len(data), source.name)
    with broken_is_file_error(f"{source.name} is not a whole spreadsheet"):
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        names = list(book.sheet_names)
        if source.part and source.part not in names:
            raise UnknownNameError.among(f"sheet of {source.name}", source.part, names)
        for name in [source.part] if source.part else names:
            rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
            if any(_is_filled(cell) for row in rows for cell in row):
                break
        else:
            raise DataError(f"{source.name}: no cell is filled in {listed(names)}")
    notes = []
    if not source.part and len(names) > 1:
        others = listed([each for each in names if each != name])
        notes.append(f"{source.name}: sheet {name!r} is read; {source.name}:NAME takes another: {others}")
    table = table_of_cells(rows, f"{source.name}, sheet {name!r}", header, known, target)
    return RawTable(table.table, (*notes, *table.notes), table.lines, table.reading)


def table_of_cells(
    rows: list[list[Any]], where: str, header: bool | None, known: Collection[str], target: str | None
) -> RawTable:
    """Return the table that stands in the cells of a sheet or page."""
    used = [j for j in range(max(map(len, rows))) if any(j < len(row) and _is_filled(row[j]) for row in rows)]
    filled = {
        number: [row[j] if j < len(row) and _is_filled(row[j]) else None for j in used]
        for number, row in enumerate(rows, start=1)
        if any(map(_is_filled, row))
    }
    width = len(used)
    records = [Record(number, _text(cells)) for number, cells in list(filled.items())[:SAMPLE_ROWS]]
    # A title is one cell of a row as wide as the table; as a line of text it would have no more cells than that.
    records = [
        Record(number, cells if sum(map(bool, cells)) > 1 or width == 1 else cells[:1]) for number, cells in records
    ]
    layout = find_layout(records, [], header, known)
    body = {number: cells for number, cells in filled.items() if number >= layout.first}
    if not body:
        raise DataError(f"{where} holds a header ({listed(layout.names)}) but no rows; header=False takes it as data")
    notes = []
    if above := [number for number in filled if number < layout.first and number in layout.above]:
        notes.append(f"{where}: {len(above)} rows above the table are left out")
    if layout.names:
        names, of_names = distinct([tidy(name) for name in layout.names] + [""] * (width - len(layout.names)), where)
    else:
        names, of_names = made_up(width, known, target), []
    cells = list(body.values())
    columns = {name: [row[j] for row in cells] for j, name in enumerate(names)}
    table = table_of_columns(columns, where)
    reading = {"header": bool(layout.names)}
    return RawTable(table, (*notes, *of_names), np.array(list(body), np.int32), reading)


def _is_filled(cell: Any) -> bool:
    return cell is not None and cell not in ("", *BROKEN) and not (isinstance(cell, str) and cell.isspace())


def _text(cells: list[Any]) -> list[str]:
    texts = []
    for cell in cells:
        if isinstance(cell, float) and cell.is_integer():
            cell = int(cell)  # noqa: PLW2901
        texts.append("" if cell is None else cell.isoformat() if isinstance(cell, dt.date | dt.time) else str(cell))
    return texts
