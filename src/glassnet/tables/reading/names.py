"""Names of the columns of a text file: in one line, distinct, made up where there are none."""

from __future__ import annotations

import re
from collections.abc import Collection

from glassnet.plain_text import listed

MADE_UP = re.compile(r"c(\d+)")


def tidy(name: str) -> str:
    """Return a name in one line, without blanks and single quotes around it."""
    name = " ".join(name.replace("\ufeff", "").split())
    return name[1:-1].strip() if len(name) > 2 and name[0] == name[-1] == "'" else name


def distinct(names: list[str], where: str) -> tuple[list[str], list[str]]:
    """Return names that are neither blank nor repeated, and notes about those that were changed.

    Parameters
    ----------
    names : list of str
        As a file has them.
    where : str
        The file's name.

    Returns
    -------
    names : list of str
        A blank one becomes c and its position, a repeated one gets a number: price, price.2.
    notes : list of str
        One sentence for each kind of change.
    """
    taken = {name for name in names if name}
    out: list[str] = []
    seen: set[str] = set()
    blank, repeated = [], []
    for j, name in enumerate(names, 1):
        new, k = name or f"c{j}", 1
        while new in seen or (new != name and new in taken):
            k += 1
            new = f"{name or f'c{j}'}.{k}"
        seen.add(new)
        out.append(new)
        if not name:
            blank.append(new)
        elif new != name:
            repeated.append(new)
    notes = []
    if blank:
        notes.append(f"{where}: {len(blank)} column{'s' * (len(blank) > 1)} without a name: called {listed(blank)}")
    if repeated:
        notes.append(f"{where}: names that occur again are called {listed(repeated)}")
    return out, notes


def made_up(width: int, known: Collection[str] = (), target: str | None = None) -> list[str]:
    """Return names for the columns of a file without names: c1, c2, ... by position.

    Parameters
    ----------
    width : int
        Columns in the file.
    known : collection of str
        Columns that an earlier file had, its target among them: where all of their names were made up, and this file
        lacks one column, it is the target that is lacking.
    target : str, optional
        The target's name.

    Returns
    -------
    list of str
        `width` names.
    """
    numbers = [int(match[1]) for name in known if (match := MADE_UP.fullmatch(name))]
    lacking = target in known and len(numbers) == len(known) > 1 and width == max(numbers) - 1
    return [name for name in (f"c{j + 1}" for j in range(width + lacking)) if not (lacking and name == target)]
