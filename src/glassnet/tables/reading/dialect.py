"""The dialect of a text file: its encoding, its separator, and whether its first line names the columns."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice

from glassnet.errors import DataError, SettingError

# In the order of preference when two split the lines equally well: ',' comes last, since numbers may contain it.
SEPARATORS = {"\t": "tab", ";": "';'", "|": "'|'", ",": "','"}
SAMPLE_CHARACTERS = 1 << 20
SAMPLE_ROWS = 100
NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+|\d+,\d+)([eE][+-]?\d+)?\s*")  # with a comma for the point, too
MARKS = [
    (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
]  # fmt: skip


def decode(data: bytes, encoding: str | None, where: str) -> tuple[str, str]:
    """Return the text of a file.

    Without `encoding`: a byte order mark decides, then UTF-8, then Windows' Western code page, in which nearly every
    byte is a character.
    """
    if encoding is not None:
        try:
            return data.decode(encoding).removeprefix("\ufeff"), encoding
        except LookupError:
            raise SettingError(
                f"unknown encoding {encoding!r}; known are utf-8, utf-16, latin-1, cp1252, ..."
            ) from None
        except UnicodeError as error:
            position = ""
            if isinstance(error, UnicodeDecodeError):
                line = data.count(b"\n", 0, error.start) + 1
                position = f": line {line}, byte {error.start} is 0x{data[error.start]:02x}"
            raise DataError(
                f"{where} is not {encoding} text{position}; leave the encoding out to have it found"
            ) from None
    for mark, name in MARKS:
        if data.startswith(mark):
            return decode(data, name, where)
    if b"\0" in data[:SAMPLE_CHARACTERS]:
        raise DataError(f"{where} holds zero bytes: it is not text (or give its encoding, such as utf-16-le)")
    for name in ("utf-8", "cp1252"):
        with suppress(UnicodeDecodeError):
            return data.decode(name), name
    return data.decode("latin-1"), "latin-1"


def records(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the records of a text; empty lines are skipped."""
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True)
    start = 1
    try:
        for cells in lines:
            if cells:
                yield start, cells
            start = lines.line_num + 1
    except csv.Error as error:
        raise DataError(f"line {start} cannot be cut into cells: {error}") from error


def sample(text: str, separator: str) -> list[list[str]]:
    """Return the cells of the first records."""
    end = lines = 0
    while end < len(text) and lines <= SAMPLE_ROWS and (end < SAMPLE_CHARACTERS or lines < 2):
        end = text.find("\n", end) + 1 or len(text)
        lines += 1
    try:
        rows = [cells for _, cells in islice(records(text[:end], separator), SAMPLE_ROWS)]
    except DataError:
        return []
    # A quoted cell may have been cut where the sample ends.
    return rows[:-1] if end < len(text) and 1 < len(rows) < SAMPLE_ROWS else rows


def find_separator(text: str) -> str:
    """Return the separator that splits most lines, including the first, into equally many cells."""
    best, best_share = ",", 0.0
    for separator in SEPARATORS:
        rows = sample(text, separator)
        if not rows:
            continue
        width, count = Counter(map(len, rows)).most_common(1)[0]
        share = count / len(rows) - (0.5 if len(rows[0]) != width else 0)
        if width > 1 and share > best_share:
            best, best_share = separator, share
    return best


def check_separator(separator: str) -> str:
    """Return a separator as one character."""
    named = {"\\t": "\t", "tab": "\t", "comma": ",", "semicolon": ";"}.get(separator, separator)
    if len(named) != 1 or not named.isascii() or named in '"\r\n':
        raise SettingError(f"separator must be one character such as ',' ';' '|' or 'tab', got {separator!r}")
    return named


def has_header(rows: list[list[str]]) -> bool:
    """Return whether the first row names the columns.

    Names are distinct and no numbers. A column of numbers below its name then decides for a header; so does a table of
    text in which no name occurs again in its column.
    """
    first, rest = [cell.strip() for cell in rows[0]], rows[1:]
    # A saved data frame leaves the name of its index empty: the first cell may be.
    if any(cell == "?" or NUMBER.fullmatch(cell) for cell in first) or "" in first[1:-1]:
        return False
    if len(set(first)) < len(first) or not any(first):
        return False
    columns = [[row[j].strip() for row in rest if j < len(row)] for j in range(len(first))]
    values = [[cell for cell in column if cell not in ("", "?", "NA")] for column in columns]
    if any(column and all(NUMBER.fullmatch(cell) for cell in column) for column in values):
        return True
    return not any(name and name in column for name, column in zip(first, columns, strict=True))
