"""The words of a picture in the language that is asked for, and the letters to write them with."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from glassnet import interrupts
from glassnet.texts import translated

SENTENCES = ("title", "x", "y", "z")  # arguments that are words
LISTS = ("titles", "planes", "at")  # that are lists of words
NAMES = ("series", "values", "spread", "paths", "dots", "listings")  # that are mappings whose keys are read
# Fonts with Chinese letters: how systems call them, and how their files begin.
FONTS = (
    "Noto Sans CJK", "Noto Sans SC", "Source Han Sans", "Microsoft YaHei", "PingFang", "Hiragino Sans GB", "SimHei",
    "WenQuanYi", "Droid Sans Fallback", "Arial Unicode", "Noto Serif CJK", "SimSun", "STHeiti", "Songti",
)  # fmt: skip
FILES = ("notosanscjk", "notosanssc", "sourcehansans", "msyh", "pingfang", "hiragino", "simhei", "wqy",
         "droidsansfallback", "arialunicode", "notoserifcjk", "simsun", "stheiti", "songti")  # fmt: skip


def in_language(data: Mapping[str, Any], lang: str, *, names: bool = True) -> dict[str, Any]:
    """Return the arguments of a picture with their words in a language; names that are a user's stay as they are."""
    return {name: _in_language(name, value, lang, names) for name, value in data.items()}


def _in_language(name: str, value: Any, lang: str, names: bool) -> Any:
    if name in SENTENCES and isinstance(value, str):
        return translated(value, lang)
    if not names:
        return value
    if name in LISTS:
        return [translated(each, lang) for each in value]
    if name in NAMES and isinstance(value, Mapping):
        return {translated(key, lang): entry for key, entry in value.items()}
    return value


def translate(figure: Any, lang: str) -> None:
    """Put the texts of a figure into a language: titles, axes, legends; those of ticks are made when it is drawn."""
    from matplotlib.text import Text

    for text in figure.findobj(Text):
        text.set_text(translated(text.get_text(), lang))


@contextmanager
def letters(lang: str) -> Iterator[None]:
    """Draw and write within this: Latin letters as ever, Chinese ones by a font that has them, where there is one."""
    with interrupts.held():
        from matplotlib import rc_context, rcParams

    font = chinese_font() if lang == "zh" else None
    log = logging.getLogger("matplotlib.font_manager")  # it tells of a font that has no bold letters
    before = log.level
    with rc_context({} if font is None else {"font.family": [*rcParams["font.family"], font]}):
        log.setLevel(logging.ERROR)
        try:
            yield
        finally:
            log.setLevel(before)


@cache
def chinese_font() -> str | None:
    """Return the name of a font with Chinese letters; None where the system has none that is known."""
    with interrupts.held():
        from matplotlib.font_manager import findSystemFonts, fontManager

    if (font := _best_known()) is None:  # or one was installed since matplotlib looked
        for path in map(Path, findSystemFonts()):
            if path.stem.lower().startswith(FILES):
                fontManager.addfont(path)
        font = _best_known()
    return font


def _best_known() -> str | None:
    """Return the first font of `FONTS` that matplotlib knows, for simplified Chinese where a file has several."""
    from matplotlib.font_manager import fontManager

    known = sorted({font.name for font in fontManager.ttflist if "Mono" not in font.name})
    for start in FONTS:
        if found := [name for name in known if name.startswith(start)]:
            return next((name for name in found if name.endswith((" SC", " CN"))), found[0])
    return None
