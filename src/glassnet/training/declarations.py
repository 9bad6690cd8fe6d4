"""A setting is declared once; signatures, docstrings, checks and options are made from its declaration.

A group of settings is a TypedDict with entries ``name: Annotated[type, Setting(default, help, ...)]``. A function takes
the group as ``**settings: Unpack[Group]``, which type checkers and editors read; `takes` gives it the signature and the
docstring that `help` and scikit-learn read, and `completed` fills in the defaults.
"""

from __future__ import annotations

import inspect
import math
import types
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from numbers import Integral, Real
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import numpy as np

from glassnet.core.names import choose, within
from glassnet.errors import SettingError, UnknownNameError, suggestion
from glassnet.renamed import in_new_words, warn_of

Function = TypeVar("Function", bound=Callable[..., Any])

LARGEST = float(np.finfo(float).max)
DOCSTRING_WIDTH = 120
MARK = "<settings>"  # the line of a docstring in whose place `describe` writes them
ATTRIBUTES_MARK = "<attributes>"


@dataclass(frozen=True)
class Setting:
    """What is known of a setting.

    Parameters
    ----------
    default : object
        Its value where none is given.
    help : str
        One line on what it is.
    more : str
        What the documentation adds.
    none : str
        What None means, where it is allowed.
    interval : str
        Of a number: "[0, 1)" includes 0 and excludes 1.
    table : mapping, optional
        Of a choice: its names are the keys.
    choices : collection of str, optional
        Of a choice without options: names beside those of its type, looked up anew each time.
    old_names : collection of str
        Of a choice: rows of `renamed.RENAMED` that it takes as well; `renewed` gives the new name.
    check_with : callable, optional
        A check of its own: takes a value and raises ValueError.
    fit_name : str
        Its name in `Network.fit`, where it has another one there.
    option : str, optional
        Its name in the shell, where it has another one there; None where the shell does without it.
    flag : tuple of object and str, optional
        Where its option in the shell takes no value: the value that it gives, and one line on what it does.
    constraints : tuple
        What scikit-learn checks it by, where that does not follow from type and interval.
    later : bool
        Whether records of older versions lack it; a record that lacks another one is refused.
    name, type
        Filled in by `declared`.
    """

    default: Any
    help: str
    more: str = ""
    none: str = ""
    interval: str = ""
    table: Mapping[str, Any] | None = None
    choices: Collection[str] = ()
    old_names: Collection[str] = ()
    check_with: Callable[[Any], Any] | None = None
    fit_name: str = ""
    option: str | None = ""
    flag: tuple[Any, str] | None = None
    constraints: tuple[Any, ...] = ()
    later: bool = False
    name: str = ""
    type: Any = None

    @cached_property
    def alternatives(self) -> tuple[Any, ...]:
        """The types that a value may have."""
        return get_args(self.type) if get_origin(self.type) in (Union, types.UnionType) else (self.type,)

    @property
    def takes_none(self) -> bool:
        """Whether None leaves it open."""
        return type(None) in self.alternatives

    @property
    def takes_several(self) -> bool:
        """Whether it may be a sequence, such as one number for each network."""
        return self._takes(Sequence)

    @property
    def names(self) -> tuple[str, ...]:
        """The names that it may be; none where it is no choice."""
        if self.table is not None:
            return tuple(self.table)
        own = (name for each in self.alternatives if get_origin(each) is Literal for name in get_args(each))
        return (*own, *self.choices)

    @property
    def is_whole(self) -> bool:
        """Whether its numbers are whole."""
        return float not in self.alternatives

    @property
    def option_name(self) -> str:
        """Its name in the shell: "learning-rate", "seed" for random_state."""
        return self.option or self.name.replace("_", "-")

    @property
    def values(self) -> str:
        """What it may be, in words."""
        numbers = [_number_in_words(self.interval, self.is_whole)] if self.interval else []
        return ", ".join([*self.names, *numbers]) or _type_in_words(self.alternatives)

    def check(self, value: Any) -> None:
        """Raise SettingError unless `value` is one that the setting may have."""
        if (value is None and self.takes_none) or (callable(value) and self._takes(Callable)):
            return
        if self.check_with is not None:
            self.check_with(value)
        elif self.takes_several and isinstance(value, Sequence) and not isinstance(value, str):
            for entry in value:
                self.check(entry)
        elif self.table is not None:
            choose(self.table, value, self.name)
        elif self.interval:
            if value in self.names or (isinstance(value, bool | np.bool_) and bool in self.alternatives):
                return
            if not _is_number(value, self.is_whole) or not within(value, self.interval):
                raise SettingError(f"{self.name}: expected {self.values}; got {value!r}")
        elif self.names:
            if value not in (*self.names, *self.old_names):
                raise UnknownNameError.among(self.name, value, self.names)
        elif self.type is bool and not isinstance(value, bool | np.bool_) and value not in (0, 1):
            raise SettingError(f"{self.name}: expected True or False; got {value!r}")

    def renewed(self, value: Any, *, of_file: bool = False) -> Any:
        """Return the new name where `value` is an old one, with a warning unless a file says it; else `value`."""
        if not isinstance(value, str) or value not in self.old_names:
            return value
        return in_new_words(value) if of_file else warn_of(value, stacklevel=2)

    def _takes(self, kind: Any) -> bool:
        return any(get_origin(each) is kind for each in self.alternatives)

    @property
    def meaning(self) -> str:
        """What it is, in full."""
        return " ".join(filter(None, (self.help, self.more, self.none)))

    @property
    def documented(self) -> str:
        """The setting as the entry of a docstring, without indentation."""
        tail = "optional" if self.default is None else f"default={_quoted(self.default)}"
        lines = [""]
        for word in self.meaning.split():
            if len(lines[-1]) + len(word) >= DOCSTRING_WIDTH - 12:
                lines.append("")
            lines[-1] = f"{lines[-1]} {word}".lstrip()
        alternatives = (Literal[self.names],) if self.choices else self.alternatives
        kind = _type_in_words(alternatives) + (f" in {self.interval}" if self.interval else "")
        return "\n    ".join([f"{self.name} : {kind}, {tail}", *lines])


def declared(*groups: type) -> dict[str, Setting]:
    """Return the settings of some groups by name, in the order in which they are declared."""
    found: dict[str, Setting] = {}
    for group in groups:
        for name, hint in get_type_hints(group, include_extras=True).items():
            if get_origin(hint) is Annotated:
                kind, setting = get_args(hint)
                found[name] = replace(setting, name=name, type=kind)
    return found


def takes(settings: Mapping[str, Setting]) -> Callable[[Function], Function]:
    """Give a function with ``**settings`` a signature that names each, and describe them in its docstring."""

    def mark(function: Function) -> Function:
        signature = inspect.signature(function)
        own = [each for each in signature.parameters.values() if each.kind is not each.VAR_KEYWORD]
        names = [each.name for each in own]
        made = [
            inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=setting.default, annotation=setting.type)
            for name, setting in settings.items()
            if name not in names
        ]
        first = [each for each in own if each.kind is not each.KEYWORD_ONLY]
        parameters = [*first, *made, *own[len(first) :]]
        function.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
        describe(function, settings)
        return function

    return mark


def describe(thing: Any, settings: Mapping[str, Setting], base: type | None = None) -> None:
    """Write the settings into a docstring, in place of the line `MARK`; and the attributes that a base class lists."""
    if thing.__doc__ and MARK in thing.__doc__:  # there is none under python -OO
        before, after = thing.__doc__.split(MARK)
        indent = before.rpartition("\n")[2]
        entries = "\n".join(setting.documented for setting in settings.values()).replace("\n", f"\n{indent}")
        attributes = (inspect.getdoc(base) or "").partition("Attributes\n----------\n")[2]
        after = after.replace(ATTRIBUTES_MARK, attributes.replace("\n", f"\n{indent}"))
        thing.__doc__ = f"{before}{entries}{after}"


def defaults(settings: Mapping[str, Setting]) -> dict[str, Any]:
    """Return the default of each setting by its name."""
    return {name: setting.default for name, setting in settings.items()}


def completed(settings: Mapping[str, Setting], given: Mapping[str, Any], caller: str) -> dict[str, Any]:
    """Return what was given, and the default of every other setting.

    Raises
    ------
    TypeError
        If a name is no setting's; the nearest one is offered.
    """
    for name in given:
        if name not in settings:
            raise TypeError(f"{caller}() got an unexpected keyword argument {name!r}{suggestion(name, settings)}")
    return {**defaults(settings), **given}


def is_same(before: Mapping[str, Any], now: Mapping[str, Any], defaults: Mapping[str, Any]) -> bool:
    """Tell whether settings are those of before, where a setting that is newer than those has its default."""
    return before.keys() <= now.keys() and all(
        before.get(name, defaults.get(name)) == value for name, value in now.items()
    )


def frozen(value: Any) -> Any:
    """Return a sequence or an array as nested tuples, which nobody can change, and a number as Python's own."""
    if (isinstance(value, np.ndarray) and value.ndim > 0) or (
        isinstance(value, Sequence) and not isinstance(value, str)
    ):
        return tuple(frozen(entry) for entry in value)
    if not isinstance(value, Real) or isinstance(value, bool):
        return value
    try:
        return int(value) if isinstance(value, Integral) else float(value)
    except OverflowError:
        return math.inf


def _is_number(value: Any, whole: bool) -> bool:
    kinds = int if whole else int | float
    return isinstance(value, kinds) and not isinstance(value, bool) and not LARGEST < abs(value) < math.inf


def _number_in_words(interval: str, whole: bool) -> str:
    low, high = interval[1:-1].split(", ")
    number = "a whole number" if whole else "a number"
    if high != "inf":
        return f"{number} in {interval}"
    return f"{number} {'of at least' if interval[0] == '[' else 'greater than'} {low}"


def _type_in_words(alternatives: Sequence[Any]) -> str:
    return " or ".join(_name_of_type(each) for each in alternatives if each is not type(None))


def _name_of_type(kind: Any) -> str:
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Literal:
        return f"{{{', '.join(map(_quoted, inner))}}}" if len(inner) > 1 else _quoted(inner[0])
    if origin is Sequence:
        return f"sequence of {_name_of_type(inner[0])}"
    if origin in (Mapping, dict):
        return "dict"
    return "callable" if origin is Callable else "object" if kind is Any else str(kind.__name__)


def _quoted(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) else repr(value)
