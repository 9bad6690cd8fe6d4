"""ARFF, the format of WEKA and OpenML: declared columns, then rows with commas between their cells."""

from __future__ import annotations

import csv
import re
from typing import NamedTuple

from glassnet.errors import DataError
from glassnet.tables.arrow import pa, pc
from glassnet.tables.cells import missing_cell
from glassnet.tables.reading.csv import read_csv
from glassnet.tables.reading.encoding import to_utf8
from glassnet.tables.reading.raw import RawTable
from glassnet.tables.reading.source import Source

ATTRIBUTE = re.compile(r"""@attribute\s+(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|(\S+))\s+(.*)""", re.IGNORECASE)
DATA = re.compile(rb"^\s*@data\b.*$", re.IGNORECASE | re.MULTILINE)
ENTRY = re.compile(r"""\s*(\d+)\s+('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[^,}]*)\s*,?""")


class Attribute(NamedTuple):
    """A declared column: its name, and the values of a nominal one, of which a sparse row leaves out the first."""

    name: str
    values: list[str] | None


def read_arff(source: Source, encoding: str | None = None) -> RawTable:
    """Return the table of an ARFF file; nominal columns are categories, whatever their values look like.

    Parameters
    ----------
    source : Source
        The file: dense or sparse rows.
    encoding : str, optional
        None finds it.

    Returns
    -------
    RawTable
        A column for each attribute.

    Raises
    ------
    DataError
        If a declaration or a row cannot be read.
    """
    data = to_utf8(source.content(), encoding, source.name)[0]
    begin = DATA.search(data)
    if begin is None:
        raise DataError(f"{source.name}: expected a line @data before the rows; found none")
    attributes = _attributes(bytes(data[: begin.start()]).decode("utf-8"), source.name)
    rows = bytes(data[begin.end() :])
    before = data.count(b"\n", 0, begin.end())
    lines = [line.strip() for line in rows.decode("utf-8").split("\n")]
    if any(line.startswith("{") for line in lines[:100]):
        table, kept = _sparse(lines, attributes, source.name, before), None
    else:
        body = b"\n".join(b"" if line.lstrip().startswith(b"%") else line for line in rows.split(b"\n"))
        read = read_csv(Source(source.name, source.path, data=body.lstrip(b"\r\n")), ",", header=False)
        if read.table.num_columns != len(attributes):
            raise DataError(
                f"{source.name}: {len(attributes)} attributes are declared; rows have {read.table.num_columns} cells"
            )
        skipped = body[: len(body) - len(body.lstrip(b"\r\n"))].count(b"\n")
        kept = None if read.lines is None else read.lines + before + skipped
        table = read.table.rename_columns([each.name for each in attributes])
    columns = [_column(table.column(j), each) for j, each in enumerate(attributes)]
    return RawTable(pa.table(columns, names=table.column_names), (), kept)


def _attributes(text: str, where: str) -> list[Attribute]:
    found = []
    for number, line in enumerate(text.split("\n"), start=1):
        declared = line.strip()
        if not declared.lower().startswith("@attribute"):
            continue
        match = ATTRIBUTE.match(declared)
        if match is None:
            raise DataError(f"{where}, line {number}: expected @attribute NAME TYPE, got {declared!r:.80}")
        name = next(part for part in match.groups()[:3] if part is not None)
        kind, values = match[4].strip(), None
        if kind.startswith("{"):
            values = _values(kind.strip("{} \t\r"))
        found.append(Attribute(name.replace("\\'", "'").replace('\\"', '"'), values))
    if not found:
        raise DataError(f"{where}: expected lines @attribute before @data; found none")
    return found


def _values(text: str) -> list[str]:
    quote = "'" if "'" in text else '"'
    return [value.strip() for value in next(csv.reader([text], quotechar=quote, skipinitialspace=True), [])]


def _sparse(lines: list[str], attributes: list[Attribute], where: str, before: int) -> pa.Table:
    """Return rows that name only the cells that are not zero, or not the first value."""
    usual = ["0" if each.values is None else each.values[0] if each.values else "" for each in attributes]
    columns: list[list[str]] = [[] for _ in attributes]
    for number, line in enumerate(lines, start=before + 1):
        if not line or line.startswith("%"):
            continue
        row = list(usual)
        for index, cell in ENTRY.findall(line.strip("{}")):
            if int(index) >= len(row):
                raise DataError(f"{where}, line {number}: attribute {index} of {len(row)}, counted from 0")
            row[int(index)] = cell.strip().strip("'\"")
        for column, cell in zip(columns, row, strict=True):
            column.append(cell)
    return pa.table(
        {each.name: pa.array(column, pa.string()) for each, column in zip(attributes, columns, strict=True)}
    )


def _column(cells: pa.ChunkedArray, attribute: Attribute) -> pa.ChunkedArray:
    """Return the cells of a nominal attribute as categories, of which only "?" is missing."""
    if attribute.values is None:
        return cells
    text = pc.utf8_trim_whitespace(cells)
    if "?" not in attribute.values:
        text = pc.if_else(pc.equal(text, "?"), missing_cell(text.type), text)
    return text.dictionary_encode()
