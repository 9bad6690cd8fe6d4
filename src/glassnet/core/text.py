"""Plain tables for a terminal: rows of cells as text in columns."""

from __future__ import annotations

from collections.abc import Collection, Sequence


def aligned(rows: Sequence[Sequence[str]], right: Collection[str] = ()) -> str:
    """Lay out rows of cells in columns, a rule under the first row, which is the head.

    Columns whose head is in `right` stand to the right, as numbers do.
    """
    columns = list(zip(*rows, strict=True))
    widths = [max(map(len, column)) for column in columns]
    places = [str.rjust if column[0] in right else str.ljust for column in columns]
    lines = [
        "  ".join(place(cell, width) for place, cell, width in zip(places, row, widths, strict=True)).rstrip()
        for row in rows
    ]
    return "\n".join([lines[0], "-" * max(map(len, lines)), *lines[1:]])
