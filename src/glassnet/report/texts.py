"""A cell of a report in a language: the text of its key, its formula, or an experiment's own sentence."""

from __future__ import annotations

import re
from collections.abc import Callable

from glassnet.errors import UnknownNameError
from glassnet.report.blocks import Cell, Formula, Phrase
from glassnet.texts import LANGUAGES, keyed, translated

_VALUE = re.compile(r"<(\w+)>")


def translate(
    cell: Cell,
    lang: str,
    plain: Callable[[str], str] = lambda text: text,
    formula: Callable[[str], str] = lambda tex: tex,
) -> str:
    """Return a text in a language.

    Parameters
    ----------
    cell : str, Message, Formula or Phrase
        What is to be translated; a str is the same in every language.
    lang : {"en", "zh"}
        The language.
    plain, formula : callable
        Applied to running text, and to the formulas between dollar signs, once their values are filled in.

    Returns
    -------
    str
        The text, each <name> replaced by its value.

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
    if cell.key not in keyed():
        if cell.fallback:
            return plain(cell.fallback)
        raise UnknownNameError.among("text", cell.key, keyed())
    parts = keyed()[cell.key][lang].split("$")
    values = {name: translate(value, lang) for name, value in cell.values.items()}
    written = [_VALUE.sub(lambda match: values[match[1]], part) for part in parts]
    return "".join(formula(part) if place % 2 else plain(part) for place, part in enumerate(written))
