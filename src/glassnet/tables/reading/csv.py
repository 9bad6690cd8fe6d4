"""CSV of any dialect as one Arrow table; errors name the line."""

from __future__ import annotations

import csv
import gzip
import io
import re
import zlib
from pathlib import Path

from glassnet.errors import DataError, FileError, GlassnetError
from glassnet.memory import COLUMN, check_room, limit
from glassnet.tables.arrow import pa
from glassnet.tables.frames import check_distinct
from glassnet.tables.reading.dialect import (
    SEPARATORS,
    check_separator,
    decode,
    find_separator,
    has_header,
    records,
    sample,
)
from glassnet.tables.reading.raw import RawTable

BLOCK_BYTES = 1 << 24  # no record may be longer
COPIES = 4  # of a file's bytes that are held at once: as they are, decoded, in cells, as numbers


def read_csv(
    path: Path, separator: str | None = None, header: bool | None = None, encoding: str | None = None
) -> RawTable:
    """Return the table of a CSV file, plain or gzipped, every cell as text.

    Parameters
    ----------
    path : Path
        The file.
    separator, header, encoding : optional
        What is known about the file; what is None is found from its first lines.

    Returns
    -------
    RawTable
        With notes on how it was understood.
    """
    where = path.name
    text, used_encoding = decode(_bytes(path), encoding, where)
    if not text.strip():
        raise DataError(f"{where} is empty")
    if "\n" not in text:
        text = text.replace("\r", "\n")  # the line end of old Macintosh files
    separator = find_separator(text) if separator is None else check_separator(separator)
    first_rows = sample(text, separator) or [next(records(text, separator))[1]]
    named = has_header(first_rows) if header is None else header
    width = len(first_rows[0])
    check_room(COLUMN * width, f"{where}, as {width} columns,")
    table = _parse(text, separator, width, where)
    if named:
        names = [name.strip() or f"c{j + 1}" for j, name in enumerate(first_rows[0])]
        table = table.slice(1)
        check_distinct(names, where)
        if not len(table):
            raise DataError(
                f"{where} holds a header ({', '.join(map(repr, names[:5])):.200}{', ...' * (width > 5)}) but no rows; "
                "if that line is data, say that there is no header"
            )
    else:
        names = [f"c{j + 1}" for j in range(width)]
    notes = []
    header_note = "first line names the columns" if named else f"no header: columns are named c1 ... c{width}"
    if separator != "," or not named:
        notes.append(f"{where}: separator {SEPARATORS.get(separator, repr(separator))}, {header_note}")
    if encoding is None and used_encoding in ("cp1252", "latin-1"):
        notes.append(f"{where}: not UTF-8, read as {used_encoding}; give the encoding if letters look wrong")
    return RawTable(
        table.rename_columns(names), tuple(notes), None,
        {"separator": separator, "header": named, "encoding": used_encoding},
    )  # fmt: skip


def _bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        zipped = file.read(2) == b"\x1f\x8b"
        file.seek(0)
        if not zipped:
            check_room(COPIES * path.stat().st_size, path.name)
            return file.read()
        try:
            with gzip.open(file) as unpacked:
                return _unpacked(unpacked, path.name)
        except (OSError, EOFError, zlib.error) as error:
            if isinstance(error, GlassnetError):
                raise
            raise FileError(f"{path.name} is not a whole gzip file: {error}") from error


def _unpacked(file: gzip.GzipFile, where: str) -> bytes:
    """Return the bytes of a gzipped file, counted on the way: its own count of them can be wrong."""
    parts, size, most = [], 0, limit()
    while part := file.read(1 << 20):
        size += len(part)
        if COPIES * size > most:
            check_room(COPIES * size, f"{where}, of which {size / 1e6:.0f} MB are unpacked,")
        parts.append(part)
    return b"".join(parts)


def _parse(text: str, separator: str, width: int, where: str) -> pa.Table:
    """Return every cell as text, the header's line among the rows."""
    from pyarrow import csv as arrow_csv

    if text.count('"') % 2:
        _check_quotes(text, separator, where)
    if '"' in text and re.search(rf'(^|{re.escape(separator)}) +"', text, re.MULTILINE):
        text = _rewritten(text, separator)  # Arrow takes no blanks before a quote
    names = [str(j) for j in range(width)]
    try:
        return arrow_csv.read_csv(
            io.BytesIO(text.encode()),
            read_options=arrow_csv.ReadOptions(column_names=names, block_size=BLOCK_BYTES),
            parse_options=arrow_csv.ParseOptions(delimiter=separator, newlines_in_values='"' in text),
            convert_options=arrow_csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string())),
        )
    except pa.ArrowInvalid as error:
        _check_widths(text, separator, width, where)
        raise DataError(f"{where} cannot be read as a table: {error}") from error


def _check_widths(text: str, separator: str, width: int, where: str) -> None:
    for line, cells in records(text, separator):
        if len(cells) != width:
            raise DataError(
                f"{where}, line {line}: expected {width} cells as in the first line, got {len(cells)} "
                f"(separator {SEPARATORS.get(separator, repr(separator))})"
            )


def _check_quotes(text: str, separator: str, where: str) -> None:
    """Raise if a quote that opens a cell is never closed: all lines after it would vanish into that cell."""
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True, strict=True)
    start = 1
    try:
        for _ in lines:
            start = lines.line_num + 1
    except csv.Error as error:
        if "unexpected end" in str(error) or "field larger" in str(error):
            raise DataError(f"{where}, line {start}: a quote is opened and never closed") from None


def _rewritten(text: str, separator: str) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator="\n").writerows(cells for _, cells in records(text, separator))
    return out.getvalue()
