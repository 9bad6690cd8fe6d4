"""What varies an experiment: the arguments of its function, read from text such as ``units=1,learning_rate=3``."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from inspect import signature
from typing import Any

from glassnet.errors import SettingError, UnknownNameError

# What the notes call it, and what an experiment may call it: the first of these that it has.
ALSO_CALLED = {
    "alpha": ("learning_rate",), "hidden": ("units",), "iterations": ("steps",), "m": ("samples",),
    "activation": ("g",), "g": ("activation",), "n_h": ("units",),
}  # fmt: skip
_NEXT = re.compile(r",(?=\s*\w+\s*=)")  # a comma before "name=" ends a value; others are part of it


def known_options(function: Callable[..., Any]) -> dict[str, Any]:
    """Return what can be set, and what it is otherwise."""
    return {name: each.default for name, each in signature(function).parameters.items() if name != "seeds"}


def checked(function: Callable[..., Any], options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options by the function's own names; one that it does not have is refused with the nearest."""
    known = known_options(function)
    found = {}
    for name, value in options.items():
        own = name if name in known else next((other for other in ALSO_CALLED.get(name, ()) if other in known), None)
        if own is None:
            raise UnknownNameError.among("option", name, list(known))
        found[own] = value
    return found


def read_options(function: Callable[..., Any], text: str) -> dict[str, Any]:
    """Return the options that a text sets, each of the type of the function's default.

    Parameters
    ----------
    function : callable
        Of an experiment.
    text : str
        ``name=value``, several with commas between; a value of several is listed with commas too.

    Returns
    -------
    dict
        By the function's own names.

    Raises
    ------
    SettingError
        If it is no such text, or a value is of another type.
    UnknownNameError
        If the experiment has no such option.

    Examples
    --------
    >>> def f(seeds, units=(4, 5), learning_rate=0.1): ...
    >>> read_options(f, "units=1,2,3,alpha=2")
    {'units': (1, 2, 3), 'learning_rate': 2.0}
    """
    pairs = {}
    for part in _NEXT.split(text):
        name, equals, value = (word.strip() for word in part.partition("="))
        if not equals or not name or not value:
            raise SettingError(f"--set: expected name=value, as in units=1,learning_rate=3; got {part!r}")
        pairs[name] = value
    named = checked(function, pairs)
    known = known_options(function)
    return {name: _read(name, value, known[name]) for name, value in named.items()}


def _read(name: str, text: str, default: Any) -> Any:
    """Return a value of the type of the default; lists have the type of the default's first entry."""
    if isinstance(default, tuple) and default and isinstance(default[0], int | float | str):
        return tuple(_read(name, each.strip(), default[0]) for each in text.split(","))
    if isinstance(default, bool):
        if text.lower() in ("yes", "true", "no", "false"):
            return text.lower() in ("yes", "true")
        raise SettingError(f"--set {name}: expected yes or no; got {text!r}")
    if isinstance(default, str):
        return text
    if not isinstance(default, int | float):
        raise SettingError(f"--set {name}: this option can be set from Python only, by lessons.run")
    try:
        return type(default)(text)
    except ValueError:
        kind = "a whole number" if isinstance(default, int) else "a number"
        raise SettingError(f"--set {name}: expected {kind}, as {default!r} is; got {text!r}") from None


def written(value: Any) -> str:
    """Return a value as `read_options` reads it."""
    return ",".join(map(written, value)) if isinstance(value, tuple | list) else str(value)
