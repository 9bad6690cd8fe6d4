"""What is new in rows to predict: values, ranges and gaps that training did not have."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from glassnet.plain_text import shortened
from glassnet.tables import Preparation
from glassnet.tables.arrow import pa
from glassnet.tables.columns.column import MAX_EXAMPLES
from glassnet.tables.places import places
from glassnet.typing import AnyArray

LONGEST_EXAMPLE = 40
MOST_UNLIKE = 0.05  # share of rows that may be as unlike as 1 % of the training's, before it is told


@dataclass(frozen=True)
class NewInColumn:
    """What is new in one column of rows to predict.

    Parameters
    ----------
    column : str
        Its name.
    what : str
        The end of a sentence that begins with the column.
    rows, of : int
        In how many rows of how many.
    examples : tuple of str
        Some of the cells.
    """

    column: str
    what: str
    rows: int
    of: int
    examples: tuple[str, ...] = ()

    def __str__(self) -> str:
        shown = ", ".join(repr(shortened(each, LONGEST_EXAMPLE)) for each in self.examples)
        share = f"{self.rows:,} of {self.of:,} rows, {self.rows / self.of:.1%}"
        return f"column {self.column!r} {self.what}: {share}{f': {shown}' if shown else ''}"

    def to_document(self) -> dict[str, Any]:
        """Return plain data."""
        return {
            "column": self.column, "what": self.what, "rows": self.rows, "share": self.rows / self.of,
            "examples": list(self.examples),
        }  # fmt: skip


def unlike(share: float | None, of: int) -> list[str]:
    """Return a note where more rows are unlike those of the training than these are among each other.

    Parameters
    ----------
    share : float or None
        Of the rows, that are further from those of the training than 99 in 100 of these.
    of : int
        How many rows there are.

    Returns
    -------
    list of str
        Of one note, or none.
    """
    if share is None or share <= MOST_UNLIKE:
        return []
    return [
        f"{round(share * of):,} of {of:,} rows, {share:.1%}, are unlike those of the training (of which 1% are): "
        "predictions for them may be further off than scores and intervals say"
    ]


def together(some: list[NewInColumn], m: int, others: list[NewInColumn], n: int) -> list[NewInColumn]:
    """Return what is new in m rows and in n others, as what is new in all of them.

    The same is new where a column's sentences begin alike: places and numbers in them are of the first rows.
    """
    found = {(each.column, each.what.partition(" (")[0]): each for each in some}
    for each in others:
        first = found.setdefault((each.column, each.what.partition(" (")[0]), replace(each, rows=0))
        examples = tuple(dict.fromkeys((*first.examples, *each.examples)))[:MAX_EXAMPLES]
        found[each.column, each.what.partition(" (")[0]] = replace(
            first, rows=first.rows + each.rows, examples=examples
        )
    return [replace(each, of=m + n) for each in found.values()]


def new_in(preparation: Preparation, table: pa.Table, lines: AnyArray | None) -> tuple[pa.Table, list[NewInColumn]]:
    """Return later rows with their cells read, and what is new in them.

    Parameters
    ----------
    preparation : Preparation
        Of the training.
    table : pyarrow.Table
        m rows with the columns of the training, cells as the file has them.
    lines : array of int (m,) or None
        The line of the file on which each row begins.

    Returns
    -------
    table : pyarrow.Table
        The same rows; cells that cannot be read are missing.
    new : list of NewInColumn
        In the order of the columns.

    Raises
    ------
    DataError
        More than half of a column's cells are of another kind.
    """
    typed, read = preparation.parsed(table)
    found = []
    for column in preparation.columns:
        if column.is_companion:
            continue
        spelled = read[column.name]
        if len(spelled.unreadable):
            where = places(spelled.unreadable, lines)
            cells = table[column.name]
            some = tuple(str(cells[int(row)].as_py()) for row in spelled.unreadable[:MAX_EXAMPLES])
            what = f"has cells that cannot be read as {column.words}, and count as missing ({where})"
            found.append(NewInColumn(column.name, what, len(spelled.unreadable), len(table), some))
        new = column.novelties(spelled.cells, len(spelled.unreadable))
        found += [NewInColumn(column.name, each.words, each.rows, len(table), each.examples) for each in new]
    return typed, found
