"""What a report is made of: plain data without a language, so that every language tells the same numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Says:
    """A text of the table `glassnet.report.texts.TEXTS` with its values.

    Parameters
    ----------
    key : str
        The text's key.
    values : mapping
        What stands in the text's braces: numbers and names as they are to be read, or further texts.
    """

    key: str
    values: Mapping[str, Cell] = field(default_factory=dict)


@dataclass(frozen=True)
class Formula:
    """A formula in the part of TeX that `glassnet.report.formulas` knows; as a block it stands on a line of its own."""

    tex: str
    kind: str = "formula"


Cell = str | Says | Formula  # what is the same in every language, a text, or a formula


def says(key: str, **values: object) -> Says:
    """Return a text with its values; a value that is no text is written as it is."""
    return Says(key, {name: value if isinstance(value, Cell) else str(value) for name, value in values.items()})


@dataclass(frozen=True)
class Heading:
    """A heading inside a section."""

    text: Says
    kind: str = "heading"


@dataclass(frozen=True)
class Paragraph:
    """One paragraph of text; formulas stand in it between dollar signs."""

    text: Says
    kind: str = "paragraph"


@dataclass(frozen=True)
class Table:
    """Rows of cells under a head; shades (0 to 1), where given, tint them."""

    caption: Says
    head: Sequence[Cell]
    rows: Sequence[Sequence[Cell]]
    shades: Sequence[Sequence[float]] = ()
    kind: str = "table"


@dataclass(frozen=True)
class Picture:
    """An SVG element with a caption."""

    svg: str
    caption: Says
    kind: str = "picture"


@dataclass(frozen=True)
class Code:
    """Lines for a shell or for Python."""

    lines: Sequence[Cell]
    kind: str = "code"


Block = Heading | Paragraph | Formula | Table | Picture | Code


@dataclass(frozen=True)
class Section:
    """A numbered part of the report."""

    title: Says
    blocks: Sequence[Block]


@dataclass(frozen=True)
class Report:
    """A whole report; `glassnet.report.to_html` writes it in a language."""

    title: Says
    subtitle: Says
    sections: Sequence[Section]
