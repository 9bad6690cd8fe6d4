"""A choice is written as a name, with options if it has any: "relu", "leaky_relu(0.2)", "adam(beta_1=0.8)"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import Any, TypeVar

from glassnet.errors import SettingError, UnknownNameError, suggestion

Entry = TypeVar("Entry", bound=tuple[Any, ...])


class Option(float):
    """A numeric option of a choice, with the interval of its values.

    Parameters
    ----------
    value : float
        The number; in a table, the default.
    interval : str
        Such as "[0, inf)": a square bracket includes the end, a round one excludes it.
    whole : bool
        Whether it must be a whole number.
    """

    interval: str
    whole: bool

    def __new__(cls, value: float, interval: str = "(-inf, inf)", *, whole: bool = False) -> Option:  # noqa: D102
        option = super().__new__(cls, value)
        option.interval, option.whole = interval, whole
        return option

    def becomes(self, value: float) -> Option:
        """Return the option with another number.

        Raises
        ------
        SettingError
            If the number lies outside the interval.
        """
        if not within(value, self.interval) or (self.whole and value % 1):
            raise SettingError(f"expected a {'whole ' if self.whole else ''}number in {self.interval}")
        return Option(value, self.interval, whole=self.whole)


def within(value: float, interval: str) -> bool:
    """Return whether a number lies in an interval, such as "[0, 1)": 0 included, 1 not."""
    low, high = map(float, interval[1:-1].split(","))
    at_an_end = (value == low and interval[0] == "[") or (value == high and interval[-1] == "]")
    return low < value < high or at_an_end


_PATTERN = re.compile(r"\s*([A-Za-z_][\w-]*)\s*(?:\(([^()]*)\))?\s*\Z")


def choose(table: Mapping[str, Entry], choice: str, kind: str) -> tuple[str, Entry]:
    """Look up `choice` in `table` and bind its options.

    Parameters
    ----------
    table : mapping of str to a named tuple of functions
        Its field ``options`` names the options and their defaults.
    choice : str
        "name", "name(number)" or "name(option=number, ...)".
    kind : str
        What the table contains, for messages: "activation".

    Returns
    -------
    name, entry
        The name without options, and the entry with the options bound to its functions and listed in `options`.

    Raises
    ------
    UnknownNameError
        If the table has no such name; the message suggests the nearest one.
    SettingError
        If an option is unknown, not a number, or outside its interval.
    """
    match = _PATTERN.match(choice) if isinstance(choice, str) else None
    if match is None:
        raise UnknownNameError.among(kind, choice, table)
    name, inside = match.groups()
    if name not in table:
        raise UnknownNameError.among(kind, name, table)
    entry = table[name]
    given = _options(inside or "", entry.options, f"{kind} {name!r}")  # type: ignore[attr-defined]
    if not given:
        return name, entry
    numbers = {key: float(option) for key, option in given.items()}
    bound = {
        field: partial(function, **numbers)
        for field, function in zip(entry._fields, entry, strict=True)  # type: ignore[attr-defined]
        if callable(function)
    }
    return name, entry._replace(options={**entry.options, **given}, **bound)  # type: ignore[attr-defined]


def spelled(table: Mapping[str, Entry], choice: str, kind: str) -> str:
    """Return `choice` in its one spelling: " huber( delta=2 )" is "huber(2)", and "huber(1)", the default, "huber"."""
    name, entry = choose(table, choice, kind)
    options, usual = entry.options, table[name].options  # type: ignore[attr-defined]
    values = list(options.values())
    while values and values[-1] == usual[list(options)[len(values) - 1]]:
        values.pop()
    return f"{name}({', '.join(map(_short, values))})" if values else name


def _short(number: float) -> str:
    return f"{number:g}" if float(f"{number:g}") == number else repr(number)


def _options(text: str, known: Mapping[str, Option], where: str) -> dict[str, Option]:
    given: dict[str, Option] = {}
    for position, part in enumerate(filter(None, (part.strip() for part in text.split(",")))):
        key, equals, number = part.rpartition("=")
        if not equals:
            if position >= len(known):
                raise SettingError(f"{where} takes {len(known)} options ({', '.join(known) or 'none'}); got {text!r}")
            key = list(known)[position]
        key = key.strip()
        if key not in known:
            raise SettingError(
                f"{where} has no option {key!r}{suggestion(key, known)}; known: {', '.join(known) or 'none'}"
            )
        try:
            value = float(number)
        except ValueError:
            raise SettingError(f"{where}, option {key}: expected a number, got {number.strip()!r}") from None
        try:
            given[key] = known[key].becomes(value)
        except SettingError as error:
            raise SettingError(f"{where}, option {key}: {error}; got {number.strip()}") from None
    return given
