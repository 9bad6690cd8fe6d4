"""How findings put lists, numbers and counts into words."""

from __future__ import annotations

from collections.abc import Iterable

MOST = 5


def listed(words: Iterable[str], most: int = MOST) -> str:
    """Return "a, b, c" and how many more there are.

    Examples
    --------
    >>> listed("abcdefg", 3)
    'a, b, c and 4 more'
    """
    words = list(words)
    more = f" and {len(words) - most} more" if len(words) > most else ""
    return ", ".join(words[:most]) + more


def plural(n: int, word: str) -> str:
    """Return "1 unit" or "3 units".

    Examples
    --------
    >>> plural(1, "unit"), plural(1200, "unit")
    ('1 unit', '1,200 units')
    """
    return f"{n:,} {word}{'' if n == 1 else 's'}"
