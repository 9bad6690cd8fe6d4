"""What the user says of columns, instead of leaving it to their cells."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from glassnet.errors import UnknownNameError

KINDS = {"categorical": "category", "number": "number", "text": "text", "date": "date"}  # choice -> kind of column


@dataclass(frozen=True)
class ColumnChoices:
    """What the user says of columns.

    Parameters
    ----------
    drop : collection of str
        Columns to leave out.
    keep : collection of str
        Columns to use although they look like identifiers.
    categorical, number, text : collection of str
        Columns of that kind, whatever their cells look like: a postal code is no number.
    date : mapping of str to str
        Columns of dates, and how they are written (``%d/%m/%Y``); "" where that is to be found.
    missing : collection of str
        Text that stands for a missing cell, beside the usual marks.
    """

    drop: Collection[str] = ()
    keep: Collection[str] = ()
    categorical: Collection[str] = ()
    number: Collection[str] = ()
    text: Collection[str] = ()
    date: Mapping[str, str] = field(default_factory=dict)
    missing: Collection[str] = ()

    def check(self, names: Collection[str]) -> None:
        """Raise UnknownNameError if a choice names no column."""
        for choice in fields(self):
            for name in getattr(self, choice.name) if choice.name != "missing" else ():
                if name not in names:
                    raise UnknownNameError.among("column", name, names)

    def kind(self, name: str) -> str | None:
        """Return the kind that a column is said to be of."""
        return next((kind for choice, kind in KINDS.items() if name in getattr(self, choice)), None)

    def format(self, name: str) -> Mapping[str, Any] | None:
        """Return how a column's text is said to be written."""
        return {"pattern": self.date[name]} if self.date.get(name) else None

    def names(self, name: str) -> bool:
        """Return whether something is said of a column."""
        return self.kind(name) is not None or name in self.drop or name in self.keep


NO_CHOICES = ColumnChoices()
