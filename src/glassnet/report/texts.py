"""The report's texts: one table, key -> the text in every language."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from functools import cache
from importlib.resources import files

from glassnet.errors import UnknownNameError
from glassnet.report.blocks import Cell, Formula, Phrase
from glassnet.report.phrases import translated

LANGUAGES = ("en", "zh")
_VALUE = re.compile(r"<(\w+)>")


@cache
def texts() -> dict[str, dict[str, str]]:
    """Return the table key -> {language: text}."""
    return tomllib.loads(files("glassnet.report").joinpath("texts.toml").read_text(encoding="utf-8"))


def told(
    cell: Cell,
    lang: str,
    plain: Callable[[str], str] = lambda text: text,
    formula: Callable[[str], str] = lambda tex: tex,
) -> str:
    """Write a text in a language.

    Parameters
    ----------
    cell : str, Message, Formula or Phrase
        What is to be written; a str is the same in every language.
    lang : {"en", "zh"}
        The language.
    plain, formula : callable
        What becomes of running text, and of the formulas between dollar signs, once their values stand in them.

    Raises
    ------
    UnknownNameError
        If the language or the text's key is unknown.
    """
    if lang not in LANGUAGES:
        raise UnknownNameError.among("language", lang, LANGUAGES)
    if isinstance(cell, str):
        return plain(cell)
    if isinstance(cell, Formula):
        return formula(cell.tex)
    if isinstance(cell, Phrase):
        return plain(translated(cell.text, lang))
    if cell.key not in texts():
        raise UnknownNameError.among("text", cell.key, texts())
    parts = texts()[cell.key][lang].split("$")
    values = {name: told(value, lang) for name, value in cell.values.items()}
    written = [_VALUE.sub(lambda match: values[match[1]], part) for part in parts]
    return "".join(formula(part) if place % 2 else plain(part) for place, part in enumerate(written))
