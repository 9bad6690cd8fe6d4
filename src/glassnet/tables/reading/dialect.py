"""How a text file separates and quotes its cells, found from a sample of the whole file."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, NamedTuple

from glassnet.errors import DataError, SettingError
from glassnet.tables.spelling.missing import MISSING

# In the order of preference where two split the lines equally well; ',' stands late, since numbers may contain it.
SEPARATORS = {
    "\t": "tab", ";": "';'", "|": "'|'", "^": "'^'", ",": "','", ":": "':'", "::": "'::'", "  ": "two blanks",
    " ": "blanks",
}  # fmt: skip
NO_SEPARATOR = "\x1f"  # of a table of one column whose cells hold commas
STRONG = "\t;|^"  # a cell that holds one of these may have been cut by the wrong separator
COMMENTS = ("#", "//", "%")
HEAD_BYTES, PIECE_BYTES = 1 << 18, 1 << 14  # of the sample: the beginning; the middle and the end
HEAD_ROWS, PIECE_ROWS = 100, 30
NUMBER = re.compile(r"\s*[+-]?(\d+(?:\.\d*|,\d+)?|\.\d+)([eE][+-]?\d+)?\s*")  # with a comma for the point, too
WEAK = (":", "::", "  ", " ")  # which text and times are full of
GAPS = {" ": b" ", "  ": b"\t", "::": b"\x1f"}  # separators of several characters, and the one that stands for them
BLANK = (" ", "  ")
DIGIT = re.compile(r"\d")
SEP_LINE = re.compile(r'"?sep=(.)"?[ \t]*\r*\n?$', re.IGNORECASE)  # how Excel is told the separator
ESCAPED = re.compile(rb'\\"(?![ \t]*[,;|\t\r\n"]|$)')  # no path that ends with a backslash before the last quote
NAMES_OF_SEPARATORS = {
    "\\t": "\t", "tab": "\t", "comma": ",", "semicolon": ";", "pipe": "|", "space": " ", "blank": " ", "blanks": " ",
}  # fmt: skip


class Dialect(NamedTuple):
    """How cells are separated and quoted.

    Parameters
    ----------
    separator : str
        One character; a blank stands for any number of blanks and tabs, two for at least two of them.
    quote : str
        ``"``, ``'``, or "" where quotes are ordinary characters.
    escape : bool
        Whether a backslash stands before quotes within cells.
    """

    separator: str
    quote: str = '"'
    escape: bool = False


class Record(NamedTuple):
    """One record of a text: the line on which it begins, counted from 1, and its cells."""

    line: int
    cells: list[str]


class Sample(NamedTuple):
    """Pieces of a text: its beginning, whole lines of its middle and of its end.

    Parameters
    ----------
    head : str
        The first lines.
    rest : tuple of str
        Lines from elsewhere.
    """

    head: str
    rest: tuple[str, ...]


def sample(data: bytes, newline: bytes) -> Sample:
    """Return pieces of UTF-8 text, each of whole lines."""
    end = lines = 0
    while end < len(data) and (lines < 4 or end < HEAD_BYTES) and lines <= HEAD_ROWS:
        end = data.find(newline, end) + 1 or len(data)
        lines += 1
    head, rest = _text(data[:end], newline), []
    for around in (len(data) // 2, len(data) - PIECE_BYTES):
        start = data.find(newline, max(around, end - 1)) + 1
        stop = data.rfind(newline, start, start + PIECE_BYTES) + 1 or len(data)
        if 0 < start < stop <= start + 2 * PIECE_BYTES:
            rest.append(_text(data[start:stop], newline))
            end = stop
    return Sample(head, tuple(rest))


def _text(piece: bytes, newline: bytes) -> str:
    return piece.decode("utf-8", "replace").replace(newline.decode(), "\n")


def without_gaps(data: bytes, dialect: Dialect) -> tuple[bytes, Dialect]:
    """Return text in which one character stands for each separator of several, and its dialect."""
    single = GAPS[dialect.separator]
    if dialect.separator == "::":
        data = data.replace(b"::", single)
    elif dialect.separator == "  ":
        data = _replaced(data, (b"  ", single), (single + b" ", single), (b" " + single, single), (single * 2, single))
    else:
        data = _replaced(data, (b"\t", single), (single * 2, single))
    if dialect.separator in BLANK:
        ends = [(gap + end, end) for gap in (b" ", single) for end in (b"\r", b"\n")]
        starts = [(end[::-1], new) for end, new in ends]
        data = _replaced(data, *ends, *starts).strip(b" \t")
    return data, dialect._replace(separator=single.decode())


def _replaced(data: bytes, *pairs: tuple[bytes, bytes]) -> bytes:
    """Return data without the first of each pair; each is replaced until none is left."""
    for old, new in pairs:
        while old in data:
            data = data.replace(old, new)
    return data


def reader(lines: Iterable[str], dialect: Dialect, *, strict: bool = False) -> Any:
    """Return Python's reader of records."""
    return csv.reader(
        lines, delimiter=dialect.separator, quotechar=dialect.quote or None, skipinitialspace=True, strict=strict,
        escapechar="\\" if dialect.escape else None, quoting=csv.QUOTE_MINIMAL if dialect.quote else csv.QUOTE_NONE,
    )  # fmt: skip


def records(text: str, dialect: Dialect) -> Iterator[Record]:
    """Yield the records of a text, cut into lines by line feeds alone; empty lines are skipped."""
    if dialect.separator in GAPS:
        data, dialect = without_gaps(text.encode(), dialect)
        text = data.decode()
    lines = reader(io.StringIO(text, newline="\n"), dialect)
    start = 1
    try:
        for cells in lines:
            if cells:
                yield Record(start, cells)
            start = lines.line_num + 1
    except csv.Error as error:
        raise DataError(f"line {start} cannot be cut into cells: {error}") from error


def sample_records(pieces: Sample, dialect: Dialect) -> tuple[list[Record], list[list[str]]]:
    """Return the first records, and the cells of records elsewhere."""
    found: list[list[Record]] = []
    for text in (pieces.head, *pieces.rest):
        rows: list[Record] = []
        try:
            rows += islice(records(text, dialect), HEAD_ROWS if text is pieces.head else None)
        except DataError:  # a quote that is opened in the sample and closed after it
            rows = rows[:-1]
        found.append(rows if text is pieces.head else rows[-PIECE_ROWS:])
    head, rest = found[0], [record.cells for piece in found[1:] for record in piece]
    # A quoted cell may have been cut where the sample ends.
    return (head[:-1] if pieces.rest and 1 < len(head) < HEAD_ROWS else head), rest


def uncommented(rows: list[list[str]]) -> list[list[str]]:
    """Return the rows without those that look like comments, unless they are most of them."""
    plain = [cells for cells in rows if not cells[0].startswith(COMMENTS)]
    return plain if 2 * len(plain) >= len(rows) else rows


def find_dialect(pieces: Sample, separator: str | None = None, *, escape: bool = False) -> Dialect:
    """Return how a text is cut into cells best; `escape` is whether a backslash stands before quotes.

    A separator is good if it cuts most lines, the first among them, into equally many cells in which no other separator
    is left.
    """
    found = SEP_LINE.match(pieces.head.split("\n", 1)[0] + "\n")
    if separator is None and found is not None:
        separator = found[1]
    best, best_score = Dialect(separator or ",", escape=escape), 0.0
    for candidate in SEPARATORS if separator is None else [separator]:
        dialect = Dialect(candidate, find_quote(pieces, candidate), escape)
        score = _score(pieces, dialect)
        if score > best_score or separator is not None:
            best, best_score = dialect, score
    if not best_score and separator is None and "," in pieces.head:
        return best._replace(separator=NO_SEPARATOR)
    tabs = best._replace(separator="\t")
    if best.separator in BLANK and separator is None and _width(pieces, best) in _widths(pieces, tabs):
        return tabs
    return best


def _width(pieces: Sample, dialect: Dialect) -> int:
    return _widths(pieces, dialect)[0]


def _widths(pieces: Sample, dialect: Dialect) -> tuple[int, int]:
    """Return into how many cells a dialect cuts, with and without what is empty behind the last separator."""
    head, rest = sample_records(pieces, dialect)
    rows = uncommented([record.cells for record in head] + rest)
    width = modal_width(rows)
    return width, width - all(not cells[-1].strip() for cells in rows if len(cells) == width)


def _score(pieces: Sample, dialect: Dialect) -> float:
    separator = dialect.separator
    if separator not in pieces.head and not (separator in BLANK and "\t" in pieces.head):
        return 0.0
    head, rest = sample_records(pieces, dialect)
    rows = uncommented([record.cells for record in head] + rest)
    if not rows:
        return 0.0
    width = modal_width(rows)
    if width < 2:
        return 0.0
    widths = [*map(len, rows)]
    share = widths.count(width) / (len(rows) - widths.index(width))
    table = [cells for cells in rows if len(cells) == width]
    cells = [cell for row in table[:30] for cell in row[:200]]
    others = re.escape((STRONG + "," * (separator in WEAK)).replace(separator, ""))
    gap = "" if separator in BLANK else "|[^ ]  +[^ ]"
    foreign = re.compile(f"[{others}]{gap}").search  # of each cell: one that has none is passed over once
    suspicious = [cell for cell in cells if foreign(cell)]
    dirty = sum(not NUMBER.fullmatch(cell) for cell in suspicious)
    clean = 1 - dirty / (sum(map(bool, cells)) or 1)
    fit = 1.0 if len(rows[0]) == width else 0.95 if _is_named(table) else 0.9 if _nearly(rows[0], width) else 0.5
    if separator in WEAK:
        marked = separator == "  " or _has_numbers(table) or f"{dialect.quote}{separator}" in pieces.head
        above = fit == 0.5 and any(map(NUMBER.fullmatch, table[0]))  # a line of fewer words, and then rows
        share *= 0.9 * (share >= 0.9 and clean == 1 and width >= 2 + (separator == ":") and marked and not above)
    hollow = any(not any(column) for column in [*zip(*table[:30], strict=True)][:-1])  # "a\t\tb" is two cells
    return share * (0.5 + clean / 2) * fit * (0.8 if hollow else 1)


def _is_named(table: list[list[str]]) -> bool:
    """Return whether the first of some records names a column below: it has no digit, and all others have."""
    columns = [column for column in zip(*table[:20], strict=True) if column[0].strip() and not DIGIT.search(column[0])]
    return len(table) > 1 and any(all(map(DIGIT.search, column[1:])) for column in columns)


def _has_numbers(table: list[list[str]]) -> bool:
    """Return whether a column below the first record holds nothing but numbers."""
    columns = zip(*(table[1:50] or table), strict=True)
    return any(all(cell in MISSING or NUMBER.fullmatch(cell) for cell in column) for column in columns)


def _nearly(row: list[str], width: int) -> bool:
    """Return whether a line of names fits rows of some width: without a name for R's row names, or one too many."""
    return len(row) == width - 1 >= 2 or (len(row) == width + 1 and not row[-1].strip())


def modal_width(rows: list[list[str]]) -> int:
    """Return the most frequent number of cells: of equally frequent ones, that of the first row or the greatest.

    Lines of one cell may outnumber the rows of a small table; rows of a table follow each other.
    """
    widths = [*map(len, rows)] or [1]
    counts = Counter(widths)
    most = max(counts.values())
    candidates = [width for width, count in counts.items() if count == most]
    usual = widths[0] if widths[0] in candidates else max(candidates)
    if usual == 1 and len(counts) > 1:
        del counts[1]
        width, count = max(counts.items(), key=lambda item: item[1])
        if count > 2 and count >= 0.8 * (len(rows) - widths.index(width)):
            return width
    return usual


def find_quote(pieces: Sample, separator: str) -> str:
    """Return the character that quotes cells: ``'`` where many cells stand between two, and none between ``"``."""
    if "'" not in pieces.head:
        return '"'
    edge = rf"(?:^|{re.escape(separator)})[ ]*"
    if re.search(edge + '"', pieces.head, re.MULTILINE):
        return '"'
    end = rf"'[ ]*(?=\r?$|{re.escape(separator)})"
    opened = len(re.findall(edge + "'", pieces.head, re.MULTILINE))
    whole = len(re.findall(rf"{edge}'(?:[^'\n]|'')*{end}", pieces.head, re.MULTILINE))
    lines = pieces.head.count("\n") or 1
    return "'" if whole >= 0.9 * opened and whole >= max(0.2 * lines, 1) else '"'


def check_separator(separator: str) -> str:
    """Return a separator as one character."""
    named = NAMES_OF_SEPARATORS.get(separator, separator)
    if named not in SEPARATORS and (len(named) != 1 or not named.isascii() or named in '"\r\n'):
        raise SettingError(f"separator must be one character such as ',' ';' '|' or 'tab', got {separator!r}")
    return named


def is_escaped(data: bytes) -> bool:
    r"""Return whether text writes quotes within cells as ``\"``."""
    return b'\\"' in data and ESCAPED.search(data) is not None
