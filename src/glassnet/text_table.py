"""Plain tables for a terminal: rows of cells as text in columns."""

from __future__ import annotations

from collections.abc import Collection, Sequence


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
    widths = [max(map(len, column)) for column in columns]
    justify = [str.rjust if column[0] in right else str.ljust for column in columns]
    lines = [
        "  ".join(align(cell, width) for align, cell, width in zip(justify, row, widths, strict=True)).rstrip()
        for row in rows
    ]
    return "\n".join([lines[0], "-" * max(map(len, lines)), *lines[1:]])
