"""The largest table of an HTML page, such as a web service saves under a spreadsheet's name."""

from __future__ import annotations

from collections.abc import Collection
from html.parser import HTMLParser

from glassnet.errors import DataError
from glassnet.tables.reading.encoding import to_utf8
from glassnet.tables.reading.excel import table_of_cells
from glassnet.tables.reading.raw import RawTable
from glassnet.tables.reading.source import Source


class _Tables(HTMLParser):
    """Collects the cells of the rows of each table."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[list[str]]] = []
        self.inside = False  # a cell

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table" or not self.tables:
            self.tables.append([])
        if tag == "tr":
            self.tables[-1].append([])
        self.inside = tag in ("td", "th") or (self.inside and tag not in ("tr", "table"))
        if tag in ("td", "th"):
            if not self.tables[-1]:
                self.tables[-1].append([])
            self.tables[-1][-1].append("")

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag not in ("td", "th", "tr", "table")

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.tables[-1][-1][-1] += data


def read_html(source: Source, header: bool | None = None, known: Collection[str] = ()) -> RawTable:
    """Return the largest table of a page.

    Parameters
    ----------
    source : Source
        The page.
    header : bool, optional
        Whether the first row names the columns; None finds it.
    known : collection of str
        Columns that the table is known to have.

    Returns
    -------
    RawTable
        Every cell as text.

    Raises
    ------
    DataError
        If the page holds no table.
    """
    text = bytes(to_utf8(source.content(), None, source.name)[0]).decode("utf-8")
    page = _Tables()
    page.feed(text)
    tables = [[[" ".join(cell.split()) for cell in row] for row in table if row] for table in page.tables]
    largest = max(tables, key=len, default=[])
    if len(largest) < 2:
        raise DataError(f"{source.name}: expected a page with a table; found none")
    return table_of_cells(largest, source.name, header, known, None)
