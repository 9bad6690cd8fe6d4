"""A choice is written as a name, with options if it has any: "relu", "leaky_relu(0.2)", "adam(beta_1=0.8)"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import Any, TypeVar

from glassnet.errors import SettingError, UnknownNameError, suggestion

Entry = TypeVar("Entry", bound=tuple[Any, ...])

# Where an option's number may lie: a square bracket includes its end, a round one does not.
RANGES = {
    "slope": "[0, inf)", "alpha": "[0, inf)",                                             # activations
    "delta": "(0, inf)", "q": "(0, 1)",                                                   # losses
    "value": "(-inf, inf)", "scale": "[0, inf)",                                          # initialisers
    "mu": "[0, 1]", "rho": "[0, 1)", "beta_1": "[0, 1)", "beta_2": "[0, 1)",              # optimisers
    "epsilon": "[0, inf)", "weight_decay": "[0, inf)",
    "tolerance": "[0, inf]", "max_evaluations": "[1, inf)", "memory": "[1, inf)",
    "drop": "(0, 1]", "every": "(0, inf)", "decay": "(0, 1]", "power": "[0, inf)",        # schedules
    "warmup": "[0, 1]", "patience": "[1, inf)",
}  # fmt: skip
WHOLE = ("max_evaluations", "memory")

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
        What the table holds, for messages: "activation".

    Returns
    -------
    name, entry
        The bare name, and the entry with the options bound to its functions and listed in its `options`.

    Raises
    ------
    UnknownNameError
        If the table has no such name; the nearest one is offered.
    SettingError
        If an option is unknown, no number, or outside its range.
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
    bound = {
        field: partial(function, **given)
        for field, function in zip(entry._fields, entry, strict=True)  # type: ignore[attr-defined]
        if callable(function)
    }
    return name, entry._replace(options={**entry.options, **given}, **bound)  # type: ignore[attr-defined]


def _options(text: str, known: Mapping[str, float], where: str) -> dict[str, float]:
    given: dict[str, float] = {}
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
            given[key] = float(number)
        except ValueError:
            raise SettingError(f"{where}, option {key}: expected a number, got {number.strip()!r}") from None
        if not _is_within(given[key], RANGES[key]) or (key in WHOLE and given[key] % 1):
            what = "a whole number" if key in WHOLE else "a number"
            raise SettingError(f"{where}, option {key}: expected {what} in {RANGES[key]}; got {number.strip()}")
    return given


def _is_within(number: float, interval: str) -> bool:
    low, high = map(float, interval[1:-1].split(","))
    return low < number < high or (number == low and interval[0] == "[") or (number == high and interval[-1] == "]")
