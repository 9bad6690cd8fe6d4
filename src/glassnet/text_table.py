"""Plain tables for a terminal: rows of cells as text in columns, and sentences above them."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from itertools import zip_longest
from unicodedata import east_asian_width

_LETTERS = r"\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6"
# What stays in one line: a word, or a wide letter, with the marks that must not begin or end a line, and blanks.
_PIECE = re.compile(rf"[（“《「]*(?:[{_LETTERS}]|[^\s{_LETTERS}]+)[，。；：！？、）”》」]*\s*|\s+")


def aligned(rows: Sequence[Sequence[str]], right: Collection[str] = ()) -> str:
    """Lay out rows of cells in columns, with a rule under the first row, which is the head.

    Parameters
    ----------
    rows : sequence of sequence of str
        The head, then the lines; all of one length.
    right : collection of str
        Heads of the columns that are aligned to the right, as numbers are.

    Returns
    -------
    str
        The lines of the table.
    """
    columns = list(zip(*rows, strict=True))
    widths = [max(map(width_of, column)) for column in columns]
    lines = []
    for row in rows:
        fields = zip(rows[0], row, widths, strict=True)
        cells = [padded(cell, width, right=head in right) for head, cell, width in fields]
        lines.append("  ".join(cells).rstrip())
    return "\n".join([lines[0], "-" * max(map(width_of, lines)), *lines[1:]])


def fitted(rows: Sequence[Sequence[str]], right: Collection[str] = (), width: int = 80) -> str:
    """Lay out rows as `aligned` does, in at most `width` cells of a terminal: cells that are too long take more lines.

    Parameters
    ----------
    rows : sequence of sequence of str
        The head, then the lines; all of one length.
    right : collection of str
        Heads of the columns that are aligned to the right.
    width : int
        Cells of a line.

    Returns
    -------
    str
        The lines of the table.
    """
    columns = list(zip(*rows, strict=True))
    widths = [max(map(width_of, column)) for column in columns]
    words = [max(width_of(word) for cell in column for word in _PIECE.findall(cell) or [""]) for column in columns]
    cells = [max(word, *map(width_of, column[1:])) for word, column in zip(words, columns, strict=True)]
    room = width - 2 * (len(columns) - 1)
    for least in (cells, words, [4] * len(columns)):  # heads take more lines first; words stay whole if possible
        while sum(widths) > room and (wide := [k for k, w in enumerate(widths) if w > least[k]]):
            widths[max(wide, key=widths.__getitem__)] -= 1
    lines: list[Sequence[str]] = []
    for row in rows:
        parts = [folded(cell, most) for cell, most in zip(row, widths, strict=True)]
        lines += zip_longest(*parts, fillvalue="")
        if row is rows[0]:
            heads = len(lines)
    fields = [zip(rows[0], line, widths, strict=True) for line in lines]
    told = ["  ".join(padded(cell, most, right=head in right) for head, cell, most in line).rstrip() for line in fields]
    return "\n".join([*told[:heads], "-" * max(map(width_of, told)), *told[heads:]])


def folded(text: str, width: int) -> list[str]:
    """Return a text in lines of at most `width` cells: at spaces, between Chinese letters, at last within words.

    Examples
    --------
    >>> folded("a long head", 6), folded("隐藏单元", 5)
    (['a long', 'head'], ['隐藏', '单元'])
    """
    lines = [""]
    for piece in _PIECE.findall(text):
        if lines[-1] and width_of((lines[-1] + piece).rstrip()) > width:
            lines[-1] = lines[-1].rstrip()
            lines.append("")
        for letter in piece if width_of(piece.rstrip()) > width else (piece,):
            if lines[-1] and width_of((lines[-1] + letter).rstrip()) > width:
                lines.append("")
            lines[-1] += letter
    return [*lines[:-1], lines[-1].rstrip()]


def wrapped(text: str, width: int = 80) -> str:
    """Return a sentence in lines that a terminal holds; words stay whole, and Chinese breaks between its letters.

    Examples
    --------
    >>> print(wrapped("one two three", 8))
    one two
    three
    >>> print(wrapped("代价函数是凸函数。", 8))
    代价函数
    是凸函
    数。
    """
    text = " ".join(text.split())
    ends = breaks(text, width)
    return "\n".join(text[i:j].strip() for i, j in zip([0, *ends], [*ends, len(text)], strict=True))


def breaks(text: str, width: int, *, blanks: bool = False) -> list[int]:
    """Return where the lines of a text begin after the first one, each at most so many cells wide where that can be.

    Parameters
    ----------
    text : str
        One paragraph.
    width : int
        Cells of a line.
    blanks : bool
        Whether blanks at a line's end take room too, because nobody removes them.

    Returns
    -------
    list of int
        Positions in the text.
    """
    ends, used = [], 0
    for match in _PIECE.finditer(text):
        if used and used + width_of(match[0] if blanks else match[0].rstrip()) > width:
            ends.append(match.start())
            used = 0
        used += width_of(match[0])
    return ends


def padded(text: str, width: int, *, right: bool = False) -> str:
    """Return a text in a field of so many cells, at its left end or at its right one."""
    blanks = " " * (width - width_of(text))
    return blanks + text if right else text + blanks


def number_text(value: float, digits: int = 4) -> str:
    """Return a number with so many digits, and no exponent where it is large.

    Examples
    --------
    >>> number_text(0.123456), number_text(123456.7)
    ('0.1235', '123457')
    """
    return f"{value:.0f}" if 10**digits <= abs(value) < 1e9 else f"{value:.{digits}g}"


def width_of(text: str) -> int:
    """Return how many cells of a terminal a text takes: a Chinese letter takes two.

    Examples
    --------
    >>> width_of("age"), width_of("年龄")
    (3, 4)
    """
    return len(text) + sum(east_asian_width(letter) in "WF" for letter in text)
