"""What a report is made of: plain data without a language, so that every language tells the same numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Message:
    """A text of the table `glassnet.texts.keyed` with its values.

    Parameters
    ----------
    key : str
        The text's key.
    values : mapping
        What replaces <name> in the text: numbers and names as they are to be read, or further texts.
    fallback : str
        What is written where the table has no such text; without it that is an error.
    """

    key: str
    values: Mapping[str, Cell] = field(default_factory=dict)
    fallback: str = ""


@dataclass(frozen=True)
class Formula:
    """A formula in the part of TeX that `glassnet.report.formulas` knows; as a block it stands on a line of its own."""

    tex: str
    kind: str = "formula"


@dataclass(frozen=True)
class Phrase:
    """What an experiment says, in its own English words; `glassnet.texts.tables` knows them in other languages."""

    text: str


Cell = str | Message | Formula | Phrase  # a str is the same in every language


def message(key: str, **values: object) -> Message:
    """Return the text of a key with its values; values other than cells are written by `str`."""
    return Message(key, {name: value if isinstance(value, Cell) else str(value) for name, value in values.items()})


@dataclass(frozen=True)
class Heading:
    """A heading inside a section."""

    text: Message
    kind: str = "heading"


@dataclass(frozen=True)
class Paragraph:
    """One paragraph of text."""

    text: Cell
    kind: str = "paragraph"


def paragraph(key: str, **values: object) -> Paragraph:
    """Return a paragraph of the text of a key."""
    return Paragraph(message(key, **values))


@dataclass(frozen=True)
class Table:
    """Rows of cells under a head; shades (0 to 1), where given, tint them; a folded one opens when it is asked for."""

    caption: Cell
    head: Sequence[Cell]
    rows: Sequence[Sequence[Cell]]
    shades: Sequence[Sequence[float]] = ()
    folded: bool = False
    kind: str = "table"


@dataclass(frozen=True)
class Drawing:
    """A picture: `function` is one of `glassnet.plots` or of its `of_experiments.KINDS`, `data` its arguments.

    Words in `data` are phrases; of a user's data, names of columns, classes and lines stay as they are.
    """

    function: str
    data: Mapping[str, Any]
    caption: Cell
    of_user_data: bool = False
    kind: str = "drawing"


@dataclass(frozen=True)
class Code:
    """Lines for a shell or for Python."""

    lines: Sequence[Cell]
    kind: str = "code"


Block = Heading | Paragraph | Formula | Table | Drawing | Code


@dataclass(frozen=True)
class Section:
    """A numbered part of the report."""

    title: Message
    blocks: Sequence[Block]


@dataclass(frozen=True)
class Report:
    """A whole report; `glassnet.report.to_html` writes it in a language.

    Parameters
    ----------
    title, subtitle : cell
        Its heads.
    sections : sequence of Section
        Its numbered parts.
    """

    title: Message
    subtitle: Cell
    sections: Sequence[Section]


def row_text(group: str, name: str) -> Message:
    """Return the text "GROUP.NAME" of a table's row; a row without a text, as one added at run time, has its name."""
    return Message(f"{group}.{name}", fallback=name)


def heads(group: str, *names: str) -> list[Cell]:
    """Return the heads of a table's columns: the texts "GROUP.NAME"."""
    return [message(f"{group}.{name}") for name in names]


def facts(caption: Cell, values: Mapping[str, Cell]) -> Table:
    """Return a table of two columns: the text "GROUP.NAME", or a name without a dot as it is, and its value."""
    rows = [[row_text(*what.split(".")) if "." in what else what, value] for what, value in values.items()]
    return Table(caption, heads("head", "what", "value"), rows)


def plain(value: Any) -> str:
    """Return a setting as it is read; lists with commas between."""
    if isinstance(value, list | tuple | np.ndarray):
        return ", ".join(map(plain, value))
    if isinstance(value, float | np.floating):
        return f"{value:.6g}"
    return str(value)
