"""What the user says of columns, instead of leaving it to their cells."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

from glassnet.errors import SettingError, UnknownNameError

KINDS = {"categorical": "category", "number": "number", "text": "text", "date": "date"}  # choice -> kind of column
PAIRS = ("date", "kinds")  # choices that say something more of each column, after "="
ASIDE = ("id", "weight", "group")  # choices of columns that are no features
NAMES = ("drop", "keep", *KINDS, "kinds", *ASIDE, "time")  # choices that name columns


@dataclass(frozen=True)
class ColumnChoices:
    """What the user says of columns.

    Every choice of columns may be one name or several. A text that is no column may list some, with commas between;
    a column of that very name comes first.

    Parameters
    ----------
    drop : collection of str
        Columns to leave out.
    keep : collection of str
        Columns to use although they look like identifiers.
    categorical, number, text : collection of str
        Columns of that kind, whatever their cells look like: a postal code is no number.
    date : mapping of str to str, or collection of str
        Columns of dates, and how they are written (``%d/%m/%Y``); "" where that is to be found. Each text of a
        collection is ``column`` or ``column=format``.
    kinds : mapping of str to str, or collection of str
        Columns of any kind, and that kind. Each text of a collection is ``column=kind``.
    missing : collection of str
        Text that stands for a missing cell, beside the usual marks.
    date_format : str
        How dates are written, in columns for which `date` does not say it.
    decimal : {"", ".", ","}
        The decimal sign of numbers that can be read in two ways, such as 1,234; "" where it is to be found.
    id : collection of str
        Columns that say which row it is: they are no features, and stand beside predictions.
    weight, group : str, optional
        The column of row weights, or of groups whose rows stay together: no features.
    time : str, optional
        The column by which rows follow one another; it stays a feature.
    """

    drop: Collection[str] = ()
    keep: Collection[str] = ()
    categorical: Collection[str] = ()
    number: Collection[str] = ()
    text: Collection[str] = ()
    date: Mapping[str, str] | Collection[str] = field(default_factory=dict)
    kinds: Mapping[str, str] | Collection[str] = field(default_factory=dict)
    missing: Collection[str] = ()
    date_format: str = ""
    decimal: str = ""
    id: Collection[str] = ()
    weight: str | None = None
    group: str | None = None
    time: str | None = None

    def __post_init__(self) -> None:
        if self.decimal not in ("", ".", ","):
            raise SettingError(f"decimal must be '.' or ',', got {self.decimal!r:.40}")

    def marks(self) -> tuple[str, ...]:
        """Return the texts that stand for a missing cell."""
        return tuple(_texts(self.missing))

    @classmethod
    def of(cls, choices: Mapping[str, Any]) -> ColumnChoices:
        """Return choices given by name, where None is none."""
        return cls(**{name: value for name, value in choices.items() if value is not None})

    def resolved(self, names: Collection[str]) -> ColumnChoices:
        """Return the choices with each column by its own name, for a table of these columns.

        Parameters
        ----------
        names : collection of str
            All columns of the table.

        Returns
        -------
        ColumnChoices
            Tuples of names, and mappings.

        Raises
        ------
        UnknownNameError
            A choice names no column; the nearest is offered.
        SettingError
            Two choices contradict each other.
        """
        names = dict.fromkeys(names)  # in their order, and quickly found
        found: dict[str, Any] = {}
        for choice in NAMES:
            said = getattr(self, choice)
            if choice in PAIRS:
                found[choice] = _pairs(said, names, choice)
                continue
            columns = tuple(dict.fromkeys(name for text in _texts(said) for name in listed_columns(text, names)))
            found[choice] = columns
            if choice in ("weight", "group", "time"):
                if len(columns) > 1:
                    raise SettingError(f"{choice}: expected one column, got {', '.join(columns)}")
                found[choice] = columns[0] if columns else None
        resolved = replace(self, missing=self.marks(), **found)
        resolved._refuse_contradictions()
        return resolved

    def _refuse_contradictions(self) -> None:
        """Raise SettingError where two choices cannot both hold; those that set a column aside go before the others."""
        own = {kind: choice for choice, kind in KINDS.items()}
        kinds = [(name, choice) for choice in KINDS for name in getattr(self, choice)]
        kinds += [(name, own.get(kind, kind)) for name, kind in _mapping(self.kinds).items()]
        for name, choice in kinds:
            others = {other for each, other in kinds if each == name} - {choice}
            if others:
                raise SettingError(f"column {name!r} is said to be {choice} and {others.pop()}; say one of them")
        for name in self.drop:
            if name in self.keep or any(name == each for each, _ in kinds):
                raise SettingError(f"column {name!r} is to be left out, and to be used; say one of them")
        if self.group is not None and self.time is not None:
            raise SettingError("group and time both say which rows are kept for the test; give one of them")

    def kind(self, name: str) -> str | None:
        """Return the kind that a column is said to be of."""
        if self.kinds and (kind := _mapping(self.kinds).get(name)):
            return kind
        for choice, kind in KINDS.items():
            if (said := getattr(self, choice)) and name in said:
                return kind
        return None

    def format(self, name: str) -> Mapping[str, Any] | None:
        """Return how a column's text is said to be written, where it is said to be dates."""
        pattern = _mapping(self.date).get(name) or (self.date_format if self.kind(name) == "date" else "")
        return {"pattern": pattern} if pattern else None

    def of_column(self, name: str) -> dict[str, Any]:
        """Return all that is said of a column, as plain data: {} where nothing is."""
        said: dict[str, Any] = {choice: True for choice in ("drop", "keep") if name in getattr(self, choice)}
        if (kind := self.kind(name)) is not None:
            said["kind"] = kind
        if (form := self.format(name)) is not None:
            said["format"] = dict(form)
        if name not in self.drop:
            whole = {"missing": list(self.missing), "date_format": self.date_format, "decimal": self.decimal}
            said |= {choice: value for choice, value in whole.items() if value}
        return said

    def aside(self) -> tuple[str, ...]:
        """Return the columns that are no features: identifiers, weights, groups."""
        return tuple(dict.fromkeys(name for choice in ASIDE for name in _texts(getattr(self, choice))))

    def of_features(self) -> ColumnChoices:
        """Return what is said of features: not of the columns that are none."""
        aside = set(self.aside())
        rest: dict[str, Any] = {}
        for choice in ("drop", "keep", *KINDS, "kinds"):
            said = getattr(self, choice)
            kept = [name for name in said if name not in aside]
            rest[choice] = {name: said[name] for name in kept} if isinstance(said, Mapping) else tuple(kept)
        return replace(self, id=(), weight=None, group=None, **rest)

    def __bool__(self) -> bool:
        return any(getattr(self, each.name) for each in fields(self))


def _mapping(said: Mapping[str, str] | Collection[str]) -> Mapping[str, str]:
    """Return what is said of each column, in resolved choices."""
    return said if isinstance(said, Mapping) else {}


def _texts(said: Any) -> Sequence[str]:
    """Return one text, several or none as a sequence."""
    return () if said is None else (said,) if isinstance(said, str) else tuple(said)


def listed_columns(text: str, names: Collection[str]) -> list[str]:
    """Return the columns that a text names: the one of this very name, or those between its commas.

    Raises
    ------
    UnknownNameError
        A part is no column; the nearest is offered.
    """
    if text in names:
        return [text]
    parts, found, start = text.split(","), [], 0
    most = 1 + max((name.count(",") for name in names), default=0)  # commas may belong to names
    while start < len(parts):
        for end in range(min(len(parts), start + most), start, -1):
            part = ",".join(parts[start:end])
            name = part if part in names else part.strip()
            if name in names or (not name and len(parts) > 1):
                found += [name] if name in names else []
                start = end
                break
        else:
            raise UnknownNameError.among("column", parts[start].strip(), names)
    return found


def _pairs(said: Any, names: Collection[str], choice: str) -> dict[str, str]:
    """Return what is said of each column: of "a=x", or "a,b=x" for both, or "a" alone."""
    if isinstance(said, Mapping):
        for name in said:
            if name not in names:
                raise UnknownNameError.among("column", name, names)
        return {name: value or "" for name, value in said.items()}
    found: dict[str, str] = {}
    for text in _texts(said):
        columns, value = _pair(text, names)
        if choice == "kinds" and not value:
            raise SettingError(f"kinds: expected COLUMN=KIND, got {text!r}")
        found |= dict.fromkeys(columns, value)
    return found


def _pair(text: str, names: Collection[str]) -> tuple[list[str], str]:
    """Return the columns before the "=" of a text, and what stands after it; a column's name may hold one too."""
    cuts = [j for j, letter in enumerate(text) if letter == "="]
    for cut in (len(text), *reversed(cuts)):
        try:
            return listed_columns(text[:cut], names), text[cut + 1 :].strip()
        except UnknownNameError:
            if cut == (cuts or [len(text)])[0]:
                raise
    raise AssertionError("the last cut returns or raises")


NO_CHOICES = ColumnChoices()
