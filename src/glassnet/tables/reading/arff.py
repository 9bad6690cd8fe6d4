"""ARFF, the format of WEKA: declared columns, then rows, dense or sparse."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from glassnet.errors import DataError
from glassnet.memory import COLUMN, check_room
from glassnet.tables.arrow import pa, pc
from glassnet.tables.frames import check_distinct
from glassnet.tables.reading.encoding import to_utf8
from glassnet.tables.reading.raw import RawTable
from glassnet.tables.reading.source import Source

COPIES = 4
TOKEN = r"""'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*\""""
ATTRIBUTE = re.compile(rf"@attribute\s+({TOKEN}|[^\s{{]++)\s*(.+)", re.IGNORECASE)
CELL = re.compile(rf"[ \t]*({TOKEN}|[^,\t]*?)[ \t]*(,|\t|$)")
VALUE = re.compile(rf"\s*({TOKEN}|[^,}}]*?)\s*(,|\}}|$)")
SPARSE = re.compile(rf"\s*(\d+)\s+({TOKEN}|[^,]*?)\s*(?:,|$)")
WEIGHT = re.compile(r",\s*\{\s*[\d.]+\s*\}\s*$")
ESCAPE = re.compile(r"\\(.)")
ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}
NUMERIC = ("numeric", "real", "integer")
# Letters of Java's dates -> those of C's.
DATE_LETTERS = {"yyyy": "%Y", "yy": "%y", "MMM": "%b", "MM": "%m", "dd": "%d", "HH": "%H", "mm": "%M", "ss": "%S"}
ISO = "yyyy-MM-dd'T'HH:mm:ss"


class Attribute(NamedTuple):
    """A declared column: its kind in small letters, and the values or the format that it names."""

    name: str
    kind: str
    values: tuple[str, ...] = ()


def read_arff(source: Source, encoding: str | None = None) -> RawTable:
    """Return the table of an ARFF file: nominal columns are categories, ``?`` is a missing cell.

    Parameters
    ----------
    source : Source
        The file.
    encoding : str, optional
        Found where None.

    Returns
    -------
    RawTable
        With types.

    Raises
    ------
    DataError
        A line cannot be understood; the message names it.
    """
    where = source.name
    data, _, notes = to_utf8(source.content(COPIES), encoding, where)
    lines = data.decode().replace("\r\n", "\n").replace("\r", "\n").split("\n")
    attributes, start = _header(lines, where)
    check_room(COLUMN * len(attributes), f"{where}, as {len(attributes)} columns,")
    rows, numbers = [], []
    for number in range(start, len(lines)):
        line = lines[number].strip()
        if line and line[0] != "%":
            rows.append(_cells(line, attributes, f"{where}, line {number + 1}"))
            numbers.append(number + 1)
    if not rows:
        raise DataError(f"{where} declares {len(attributes)} columns but holds no rows")
    columns = [
        _column(attribute, cells, where) for attribute, cells in zip(attributes, zip(*rows, strict=True), strict=True)
    ]
    table = pa.table(columns, names=[attribute.name for attribute in attributes])
    return RawTable(table, tuple(notes), np.array(numbers, np.int32))


def _header(lines: list[str], where: str) -> tuple[list[Attribute], int]:
    """Return the declared columns, and the index of the line after @data."""
    attributes: list[Attribute] = []
    for i, line in enumerate(lines):
        line = line.strip()  # noqa: PLW2901
        word = line.split(None, 1)[0].lower() if line else ""
        if word == "@data":
            if not attributes:
                break
            check_distinct([attribute.name for attribute in attributes], where)
            return attributes, i + 1
        if word == "@attribute":
            attributes.append(_attribute(line, f"{where}, line {i + 1}"))
    raise DataError(f"{where}: expected a line @data, and lines @attribute above it")


def _attribute(line: str, where: str) -> Attribute:
    match = ATTRIBUTE.match(line)
    if match is None:
        raise DataError(f"{where}: expected @attribute NAME TYPE, got {line!r:.80}")
    name, kind = _unquoted(match[1]), match[2].strip()
    if kind.startswith("{"):
        values = [_unquoted(each[1]) for each in VALUE.finditer(kind[1:]) if each[1]]
        return Attribute(name, "nominal", tuple(values))
    word, _, rest = kind.partition(" ")
    word = word.lower()
    if word == "date":
        return Attribute(name, "date", (_unquoted(rest.strip()) or ISO,))
    if word not in (*NUMERIC, "string"):
        raise DataError(f"{where}: expected a type such as numeric, string, date or {{a, b}}, got {kind!r:.80}")
    return Attribute(name, "numeric" if word in NUMERIC else "string")


def _unquoted(text: str) -> str:
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        inside = text[1:-1].replace(text[0] * 2, text[0])
        return ESCAPE.sub(lambda found: ESCAPES.get(found[1], found[1]), inside)
    return text


def _cells(line: str, attributes: Sequence[Attribute], where: str) -> list[str | None]:
    """Return the cells of a row; None for a missing one."""
    if line.startswith("{"):
        return _sparse(line, attributes, where)
    if line[-1] == "}":
        line = WEIGHT.sub("", line)
    if "'" not in line and '"' not in line:
        plain = [cell.strip() for cell in line.split("," if "," in line else "\t")]
        cells: list[str | None] = [None if cell == "?" or not cell else cell for cell in plain]
    else:
        cells, at = [], 0
        while (match := CELL.match(line, at)) is not None:
            cells.append(None if match[1] in ("?", "") else _unquoted(match[1]))
            at = match.end()
            if not match[2]:
                break
    if len(cells) == len(attributes) + 1 and cells[-1] is None:
        cells.pop()
    if len(cells) != len(attributes):
        raise DataError(f"{where}: expected {len(attributes)} cells as declared, got {len(cells)}")
    return cells


def _sparse(line: str, attributes: Sequence[Attribute], where: str) -> list[str | None]:
    """Return the cells of a row that names only those other than 0, or other than the first value."""
    cells: list[str | None] = ["0" if each.kind == "numeric" else (each.values or ("",))[0] for each in attributes]
    inside = line[1 : line.rfind("}")]
    for match in SPARSE.finditer(inside):
        j = int(match[1])
        if j >= len(cells):
            raise DataError(f"{where}: expected columns 0 to {len(cells) - 1}, got {j}")
        cells[j] = None if match[2] == "?" else _unquoted(match[2])
    return cells


def _column(attribute: Attribute, cells: Sequence[str | None], where: str) -> pa.Array:
    text = pa.array(cells, pa.string())
    if attribute.kind == "nominal":
        return text.dictionary_encode()
    if attribute.kind == "numeric":
        for kind in (pa.int64(), pa.float64()):
            try:
                return text.cast(kind)
            except pa.ArrowInvalid:
                continue
    if attribute.kind == "date":
        pattern = re.sub("'(.*?)'", r"\1", attribute.values[0])
        pattern = re.sub("|".join(DATE_LETTERS), lambda found: DATE_LETTERS[found[0]], pattern)
        try:
            return pc.strptime(text, format=pattern, unit="us")
        except pa.ArrowInvalid:
            return text
    return text
