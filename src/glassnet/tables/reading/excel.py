"""A sheet of a spreadsheet: Excel's .xlsx, .xlsb and .xls, and OpenDocument's .ods."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Collection
from typing import Any

import numpy as np

from glassnet import interrupts
from glassnet.errors import DataError, FileError, MissingLibraryError, UnknownNameError
from glassnet.memory import check_room, limit
from glassnet.plain_text import listed
from glassnet.tables.cells import is_text
from glassnet.tables.reading.broken import broken_is_file_error
from glassnet.tables.reading.grid import from_rows
from glassnet.tables.reading.raw import RawTable
from glassnet.tables.reading.source import Source

CELL = 64  # bytes of one: in Rust, and in Python
MAX_INFLATION = 1032  # of deflated bytes
SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
COLUMNS, ROWS = re.compile(rb'<(?:\w+:)?c [^>]*?r="([A-Z]{1,3})'), re.compile(rb'<(?:\w+:)?row [^>]*?r="(\d{1,7})"')
SHARED = re.compile(rb'<(?:\w+:)?c [^>]*?t="s"[^>]*><(?:\w+:)?v>(\d{1,9})<')
REPEATED = re.compile(rb'number-(?:columns|rows)-repeated="(\d{1,9})"')


def read_excel(
    source: Source, header: bool | None = None, known: Collection[str] = (), target: str | None = None
) -> RawTable:
    """Return a sheet of a spreadsheet; its first that holds a table, or the one that has columns that are known.

    Parameters
    ----------
    source : Source
        Its part is the sheet's name.
    header, known, target
        As `from_rows` takes them.

    Returns
    -------
    RawTable
        With types: dates are dates.

    Raises
    ------
    MissingLibraryError
        Without python-calamine.
    FileError
        It is damaged, or a password protects it.
    UnknownNameError
        It has no such sheet.
    DataError
        No sheet holds a table.
    """
    try:
        with interrupts.held():
            import python_calamine as calamine
    except ImportError as error:
        raise MissingLibraryError.of(f"reading {source.name}", "python-calamine") from error
    where = source.name
    data = source.content()
    with broken_is_file_error(f"{where} is not a whole spreadsheet"):
        if data.startswith(b"PK"):
            _check_cells(data, where)
        try:
            book = calamine.CalamineWorkbook.from_object(io.BytesIO(data))
        except calamine.PasswordError:
            raise FileError(f"{where}: a password protects it; save it without one") from None
        return _sheet(book, source, header, known, target)


def _sheet(book: Any, source: Source, header: bool | None, known: Collection[str], target: str | None) -> RawTable:
    where, names = source.name, list(book.sheet_names)
    if source.part:
        if source.part not in names:
            raise UnknownNameError.among(f"sheet of {where}", source.part, names)
        return from_rows(_rows(book, source.part), f"{where}:{source.part}", header, known, target)
    shown = [each.name for each in book.sheets_metadata if str(each.visible).endswith(".Visible")] or names
    found: dict[str, RawTable] = {}
    problem: DataError | None = None
    for name in shown:
        try:
            found[name] = from_rows(_rows(book, name), where, header, known, target)
        except DataError as error:
            problem = problem or error
            continue
        if set(known) & set(found[name].table.column_names) if known else not _are_remarks(found[name]):
            break
    else:
        if not found:
            raise DataError(f"{where} holds no table in {listed(shown, 150)}: {problem}")
        name = next((name for name, raw in found.items() if not _are_remarks(raw)), next(iter(found)))
    others = listed([each for each in names if each != name], 150)
    note = f"{where}: sheet {name!r} is read; {where}:NAME takes another: {others}"
    raw = found[name]
    return RawTable(raw.table, (*[note] * (len(names) > 1), *raw.notes), raw.lines, raw.reading)


def _are_remarks(raw: RawTable) -> bool:
    """Return whether a sheet holds nothing but one column of text."""
    return raw.table.num_columns == 1 and is_text(raw.table.schema.types[0])


def _rows(book: Any, name: str) -> list[list[Any]]:
    try:
        rows: list[list[Any]] = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except Exception as error:  # a sheet of a chart, for one
        raise DataError(f"sheet {name!r} holds no cells ({error!s:.80})") from error
    return rows


def _check_cells(data: bytes, where: str) -> None:
    """Raise if a workbook would unpack to too much: its text, or a grid whose far corners are filled."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if MAX_INFLATION * len(data) > limit():
            check_room(sum(_unpacked(archive, info, where) for info in archive.infolist()), f"{where}, unpacked,")
        names = archive.namelist()
        for name in filter(SHEET.fullmatch, names):
            xml = archive.read(name)
            columns = max(map(_number, set(COLUMNS.findall(xml))), default=0)
            rows = max(map(int, ROWS.findall(xml)), default=0)
            check_room(CELL * rows * columns, f"{where}, a sheet of {rows} rows and {columns} columns,")
            if "xl/sharedStrings.xml" in names:
                _check_shared(xml, archive.read("xl/sharedStrings.xml"), where)
        if "content.xml" in names:
            _check_repeated(archive.read("content.xml"), where)


def _unpacked(archive: zipfile.ZipFile, info: zipfile.ZipInfo, where: str) -> int:
    """Return how many bytes a file of the archive unpacks to, whatever the archive says."""
    size = 0
    with archive.open(info) as stream:
        while part := stream.read(1 << 20):
            size += len(part)
            if size > limit():
                check_room(size, f"{where}, of which {size / 1e6:.0f} MB are unpacked,")
    return size


def _number(letters: bytes) -> int:
    """Return the number of a column such as AB."""
    number = 0
    for letter in letters:
        number = 26 * number + letter - 64
    return number


def _check_shared(xml: bytes, shared: bytes, where: str) -> None:
    """Raise if cells point to so much text: each gets a copy."""
    texts = shared.split(b"<si")[1:]
    cells = xml.count(b't="s"')
    if cells * max(map(len, texts), default=0) > limit():
        lengths = np.array([*map(len, texts), 0])
        indices = np.array([int(index) for index in SHARED.findall(xml)], np.int64)
        check_room(int(lengths[np.minimum(indices, len(texts))].sum()), f"{where}, with its text in every cell,")


def _check_repeated(xml: bytes, where: str) -> None:
    """Raise if repeated rows of repeated cells with values are too many."""
    filled = re.findall(rb"<table:table-cell [^>]*office:value[^>]*>", xml)
    columns = max((int(n) for cell in filled for n in REPEATED.findall(cell)), default=1)
    rows = max((int(n) for n in re.findall(rb'number-rows-repeated="(\d{1,9})"', xml)), default=1)
    if columns > 1 and rows > 1:
        check_room(CELL * rows * columns, f"{where}, a sheet of up to {rows} rows and {columns} columns,")
