"""The largest table of an HTML page; many a file called .xls is one."""

from __future__ import annotations

import re
from collections.abc import Collection
from html.parser import HTMLParser

from glassnet.errors import DataError
from glassnet.tables.reading.encoding import to_utf8
from glassnet.tables.reading.grid import from_rows
from glassnet.tables.reading.raw import RawTable
from glassnet.tables.reading.source import Source

CHARSET = re.compile(rb"charset=[\"']?([\w-]+)", re.IGNORECASE)
COPIES = 8
MARKS = (b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")
MAX_SPAN = 1000  # columns or rows of one cell
SILENT = ("script", "style", "template")


class Tables(HTMLParser):
    """Collects the cells of all tables."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self._open: list[list[list[str]]] = []
        self._cell: list[str] | None = None
        self._columns, self._silent = 1, 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a table, a row or a cell."""
        if tag in SILENT:
            self._silent += 1
        elif tag == "table":
            self._end_cell()
            self._open.append([])
            self.tables.append(self._open[-1])
        elif tag == "tr" and self._open:
            self._end_cell()
            self._open[-1].append([])
        elif tag in ("td", "th") and self._open:
            self._end_cell()
            if not self._open[-1]:
                self._open[-1].append([])
            self._cell = []
            span = dict(attrs).get("colspan") or ""
            self._columns = min(max(int(span), 1), MAX_SPAN) if span.isdecimal() else 1
        elif tag == "br" and self._cell is not None:
            self._cell.append(" ")

    def handle_endtag(self, tag: str) -> None:
        """End a cell or a table."""
        if tag in SILENT:
            self._silent = max(self._silent - 1, 0)
        elif tag in ("td", "th", "tr"):
            self._end_cell()
        elif tag == "table" and self._open:
            self._end_cell()
            self._open.pop()

    def handle_data(self, data: str) -> None:
        """Take the text of a cell."""
        if self._cell is not None and not self._silent:
            self._cell.append(data)

    def _end_cell(self) -> None:
        if self._cell is not None and self._open:
            self._open[-1][-1] += [" ".join("".join(self._cell).split()), *[""] * (self._columns - 1)]
        self._cell = None


def read_html(
    source: Source, header: bool | None = None, encoding: str | None = None, known: Collection[str] = (),
    target: str | None = None,
) -> RawTable:  # fmt: skip
    """Return the largest table of an HTML page, as `from_rows` does."""
    where = source.name
    data = source.content(COPIES)
    declared = CHARSET.search(data[:4096])
    if encoding is None and declared and not data.startswith(MARKS) and declared[1].lower() != b"unicode":
        encoding = declared[1].decode()
    data, _, notes = to_utf8(data, encoding, where)
    parser = Tables()
    parser.feed(data.decode())
    parser.close()
    tables = sorted(parser.tables, key=lambda rows: sum(map(len, rows)))
    if not tables or not any(tables[-1]):
        raise DataError(f"{where}: expected a page with a table")
    raw = from_rows(tables[-1], where, header, known, target)
    several = f"{where}: read the largest of {len(tables)} tables"
    return RawTable(
        raw.table, (*notes, *[several] * (len(tables) > 1), *raw.notes), raw.lines, raw.reading
    )  # fmt: skip
