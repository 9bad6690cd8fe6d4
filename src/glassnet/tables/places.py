"""Where rows stand in a file, in words: "line 17"."""

from __future__ import annotations

from collections.abc import Sequence

from glassnet.typing import AnyArray

MAX_PLACES = 5  # that a message names


def place(row: int, lines: AnyArray | None = None) -> str:
    """Return where a row is: the line of its file, or its number where rows have no lines.

    Parameters
    ----------
    row : int
        Counted from 0.
    lines : array of int (m,), optional
        The line of the file on which each row begins.

    Returns
    -------
    str
        Such as "line 17" or, without lines, "row 16".
    """
    return f"row {row + 1}" if lines is None else f"line {lines[row]}"


def places(rows: Sequence[int] | AnyArray, lines: AnyArray | None = None) -> str:
    """Return where the first of some rows are.

    Parameters
    ----------
    rows : array of int
        At least one, counted from 0.
    lines : array of int (m,), optional
        The line of the file on which each row begins.

    Returns
    -------
    str
        Such as "lines 17, 90, 120" or "row 3".
    """
    numbers = [int(row) + 1 if lines is None else int(lines[row]) for row in rows[:MAX_PLACES]]
    what = ("row" if lines is None else "line") + "s" * (len(rows) > 1)
    return f"{what} {', '.join(map(str, numbers))}{', ...' * (len(rows) > MAX_PLACES)}"
