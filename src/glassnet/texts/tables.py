"""English sentences in Chinese, by tables beside the code that says them: every `*.zh.toml` file of the package.

A row is `"English" = "Chinese"`. In the English, `#` stands for a number, `{name}` for words that stay as they are
(a column, a file, a function), and `{name:words}` for words that the tables know in turn, or a list of such words with
commas between. In the Chinese, `#` is the next number, `<2>` the second one, and `{name}` the words.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache, lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable

_DIGITS = r"\.?\d+(?:[.,]\d+)*(?:e[-+]?\d+)?"
_NUMBER = re.compile(rf"(?<![\w.]){_DIGITS}|(?<=log)\d|(?<=float)\d+")
_SIGNED = re.compile(rf"(?:(?<![\w.)\]])-)?(?<![\w.])(?:{_DIGITS}|nan\b|inf\b)|(?<=log)\d|(?<=float)\d+")
_NAMED = re.compile(r"\{(\w+)(:words)?\}")
_PLACE = re.compile(r"#|<(\d)>|\{(\w+)\}")


@cache
def phrases() -> dict[str, str]:
    """Return the table English -> Chinese of all files.

    Returns
    -------
    dict
        Of str to str, in the form that the head of this file describes.
    """
    table: dict[str, str] = {}
    for file in phrase_files(files("glassnet")):
        table.update(tomllib.loads(file.read_text(encoding="utf-8")))
    return table


def phrase_files(folder: Traversable) -> Iterator[Traversable]:
    """Yield the files of the table, from a folder of the package and those in it."""
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.name.endswith(".zh.toml"):
            yield entry
        elif "." not in entry.name and entry.name != "__pycache__" and entry.is_dir():
            yield from phrase_files(entry)


def masked(sentence: str) -> str:
    """Return a sentence with # in place of its numbers.

    Parameters
    ----------
    sentence : str
        In English.

    Returns
    -------
    str
        As a row of the table without names has it.

    Examples
    --------
    >>> masked("dW[1] of 20-30-1 at 0.5, in float64")
    'dW[#] of #-#-# at #, in float#'
    """
    return _NUMBER.sub("#", sentence)


def translated(sentence: str, lang: str) -> str:
    """Return an English sentence in a language; one that no table knows stays as it is.

    Parameters
    ----------
    sentence : str
        In English, its numbers and names filled in.
    lang : {"en", "zh"}
        The language.

    Returns
    -------
    str
        The sentence, with the same numbers and names.

    Examples
    --------
    >>> translated("3 layers of identity", "zh")
    '3 层恒等函数'
    """
    return sentence if lang == "en" else _in_chinese(sentence)


def is_known(sentence: str) -> bool:
    """Return whether the tables have a sentence."""
    return _found(sentence) is not None


@lru_cache(maxsize=4096)
def _in_chinese(sentence: str) -> str:
    found = _found(sentence)
    return sentence if found is None else found


def _found(sentence: str) -> str | None:
    """Return the Chinese of a sentence, or None where no row fits."""
    for number in (_NUMBER, _SIGNED):
        if (chinese := phrases().get(number.sub("#", sentence))) is not None:
            return _filled(chinese, number.findall(sentence), {})
    for row in _rows_with_names():
        if all(piece in sentence for piece in row.pieces) and (match := row.pattern.fullmatch(sentence)):
            groups = match.groupdict()
            numbers = [value for name, value in groups.items() if name.startswith("_")]
            names = {name: _words(value) if name in row.words else value for name, value in groups.items()}
            return _filled(row.chinese, numbers, names)
    return None


def _words(text: str) -> str:
    """Return words in Chinese: all at once, else item by item where they are a list."""
    found = _found(text)
    if found is None and ", " in text:
        found = "、".join(map(_words, text.split(", ")))
    return text if found is None else found


def _filled(chinese: str, numbers: list[str], names: dict[str, str]) -> str:
    rest = iter(numbers)

    def value(place: re.Match[str]) -> str:
        if place[2]:
            return names[place[2]]
        return numbers[int(place[1]) - 1] if place[1] else next(rest)

    return _PLACE.sub(value, chinese)


class _Row:
    """A row with names in its English, as a regular expression."""

    def __init__(self, english: str, chinese: str) -> None:
        self.chinese = chinese
        self.pieces = [piece for piece in re.split(r"#|\{\w+(?::words)?\}", english) if piece]
        self.words = {name for name, words in _NAMED.findall(english) if words}
        self.pattern = re.compile("".join(_parts(english)), re.DOTALL)


def _parts(english: str) -> Iterator[str]:
    count = 0
    for part in re.split(r"(#|\{\w+(?::words)?\})", english):
        if part == "#":
            yield f"(?P<_{count}>{_SIGNED.pattern})"
            count += 1
        elif named := _NAMED.fullmatch(part):
            yield f"(?P<{named[1]}>.+?)"
        else:
            yield re.escape(part)


@cache
def _rows_with_names() -> list[_Row]:
    """Return these rows, those first that say most themselves."""
    rows = [_Row(english, chinese) for english, chinese in phrases().items() if _NAMED.search(english)]
    return sorted(rows, key=lambda row: -sum(map(len, row.pieces)))
