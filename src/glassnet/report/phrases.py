"""What experiments say, in other languages: their own sentences are English, and `phrases.toml` holds the Chinese."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files

_NUMBER = re.compile(r"(?<![\w.])\.?\d+(?:[.,]\d+)*(?:e[-+]?\d+)?|(?<=log)\d|(?<=float)\d+")
_PLACE = re.compile(r"#|<(\d)>")


@cache
def phrases() -> dict[str, str]:
    """Return the table English phrase -> Chinese phrase, with # for every number."""
    return tomllib.loads(files("glassnet.report").joinpath("phrases.toml").read_text(encoding="utf-8"))


def masked(phrase: str) -> str:
    """Return a phrase with # in place of its numbers.

    Examples
    --------
    >>> masked("dW[1] of 20-30-1 at 0.5, in float64")
    'dW[#] of #-#-# at #, in float#'
    """
    return _NUMBER.sub("#", phrase)


def translate_phrase(phrase: str, lang: str) -> str:
    """Return an experiment's phrase in a language; one that is not known stays as it is.

    Examples
    --------
    >>> translate_phrase("3 layers of identity", "zh")
    '3 层恒等函数'
    """
    if lang == "en" or (found := phrases().get(masked(phrase))) is None:
        return phrase
    numbers = _NUMBER.findall(phrase)
    rest = iter(numbers)
    return _PLACE.sub(lambda place: numbers[int(place[1]) - 1] if place[1] else next(rest), found)
