"""Knobs: the numbers, choices and texts that the page lets one set, and how what comes back is checked."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from glassnet.errors import suggestion
from glassnet.studio.refused import RefusedError


class Knob(NamedTuple):
    """One thing to set.

    Parameters
    ----------
    name, label : str
        Its name in a request, and on the page.
    type : {"number", "whole", "choice", "text", "yes_or_no"}
        What its value is.
    default : object
        Where nothing is set.
    low, high, step : float, optional
        Of a number.
    choices : sequence of str
        Of a choice.
    none : str
        What leaving it open means, where that is allowed.
    """

    name: str
    label: str
    type: str
    default: Any
    low: float | None = None
    high: float | None = None
    step: float | None = None
    choices: Sequence[str] = ()
    none: str = ""

    def checked(self, value: Any, field: str) -> Any:
        """Return a value that came from the page.

        Raises
        ------
        RefusedError
            If it is none that the knob has.
        """
        if value is None and (self.none or self.default is None):
            return None
        if self.type == "choice":
            if not isinstance(value, str) or value not in self.choices:
                near = suggestion(str(value), self.choices) if isinstance(value, str) else ""
                raise RefusedError(
                    f"{self.name}: expected one of {', '.join(self.choices)}; got {value!r:.60}{near}", field
                )
            return value
        if self.type == "text":
            if not isinstance(value, str) or len(value) > 500:
                raise RefusedError(f"{self.name}: expected a text of at most 500 characters; got {value!r:.60}", field)
            return value
        if self.type == "yes_or_no":
            if not isinstance(value, bool):
                raise RefusedError(f"{self.name}: expected true or false; got {value!r:.60}", field)
            return value
        return self._number(value, field)

    def _number(self, value: Any, field: str) -> float | int:
        number = as_number(value)
        is_whole = self.type == "whole"
        low, high = (-math.inf if self.low is None else self.low), (math.inf if self.high is None else self.high)
        if number is None or not low <= number <= high or (is_whole and number % 1):
            kind = "a whole number" if is_whole else "a number"
            raise RefusedError(f"{self.name}: expected {kind} from {low:g} to {high:g}; got {value!r:.60}", field)
        return int(number) if is_whole else number

    def to_document(self) -> dict[str, Any]:
        """Return the knob as the page gets it."""
        return {**self._asdict(), "choices": list(self.choices)}


def as_number(value: Any) -> float | None:
    """Return a finite number of JSON as it is; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return value if math.isfinite(value) else None
    except OverflowError:  # a whole number beyond every float
        return None


def checked(knobs: Sequence[Knob], given: Any, field: str) -> dict[str, Any]:
    """Return a value for every knob, from those that are given.

    Parameters
    ----------
    knobs : sequence of Knob
        What may be set.
    given : mapping
        From the page.
    field : str
        Where it stands in the request.

    Returns
    -------
    dict
        Of every knob.

    Raises
    ------
    RefusedError
        If something else is given, or a value is none that its knob has.
    """
    if not isinstance(given, Mapping):
        raise RefusedError(f"{field}: expected an object of names and values; got {given!r:.60}", field)
    names = [knob.name for knob in knobs]
    for name in given:
        if name not in names:
            raise RefusedError(
                f"{field}: nothing is called {name!r:.60}{suggestion(name, names)}", f"{field}.{name:.60}"
            )
    return {knob.name: knob.checked(given.get(knob.name, knob.default), f"{field}.{knob.name}") for knob in knobs}
