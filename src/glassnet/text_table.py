"""Plain tables for a terminal: rows of cells as text in columns, and sentences above them."""

from __future__ import annotations

import textwrap
from collections.abc import Collection, Sequence
from unicodedata import east_asian_width


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
        blanks = [" " * (width - width_of(cell)) for cell, width in zip(row, widths, strict=True)]
        padded = [
            blank + cell if head in right else cell + blank
            for head, cell, blank in zip(rows[0], row, blanks, strict=True)
        ]
        lines.append("  ".join(padded).rstrip())
    return "\n".join([lines[0], "-" * max(map(width_of, lines)), *lines[1:]])


def wrapped(text: str, width: int = 80) -> str:
    """Return a sentence in lines that a terminal holds; words stay whole."""
    return "\n".join(textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False))


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
