"""English sentences in Chinese, by tables beside the code that says them: every `*.zh.toml` file of the package.

A row is `"English" = "Chinese"`. In the English, `#` stands for a number, `{name}` for words that stay as they are
(a column, a file, a function), and `{name:words}` for words that the tables know in turn, or a list of such words with
commas between. In the Chinese, `#` is the next number, `<2>` the second one, and `{name}` the words, the next of them
where the English has that name more than once.
"""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache, cached_property, lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from glassnet.texts.choice import language

_DIGITS = r"\.?\d+(?:[.,]\d+)*(?:e[-+]?\d+)?"
_NUMBER = re.compile(rf"(?<![\w.]){_DIGITS}|(?<=log)\d|(?<=float)\d+")
_SIGNED = re.compile(rf"(?:(?<![\w.)\]])-)?(?<![\w.])(?:{_DIGITS}|nan\b|inf\b)|(?<=log)\d|(?<=float)\d+")
_NAMED = re.compile(r"\{(\w+)(:words)?\}")
_PARTS = re.compile(r"(#|\{\w+(?::words)?\})")
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


def told(sentence: str) -> str:
    """Return an English sentence in the language that is spoken.

    Parameters
    ----------
    sentence : str
        As `translated` takes it.

    Returns
    -------
    str
        The sentence in that language.
    """
    return translated(sentence, language())


def is_known(sentence: str) -> bool:
    """Return whether the tables have a sentence."""
    return _found(sentence) is not None


@lru_cache(maxsize=4096)
def _in_chinese(sentence: str) -> str:
    found = _found(sentence)
    return sentence if found is None else found


def _found(sentence: str) -> str | None:
    """Return the Chinese of a sentence, or None where no row fits."""
    if found := _by_row(sentence):
        return found
    for row in _rows_with_names():
        if found := row.translated(sentence):
            return found
    return _list(sentence)


def _by_row(sentence: str) -> str | None:
    """Return the Chinese of the row that has a sentence without names."""
    for number in (_NUMBER, _SIGNED):
        if (chinese := phrases().get(number.sub("#", sentence))) is not None:
            return _filled(chinese, number.findall(sentence), {})
    return None


def _words(text: str) -> str:
    """Return words in Chinese: all at once or item by item; an item that no row has stays as it is."""
    found = _by_row(text) or _list(text) or _found(text)
    if found is None and len(items := _items(text)) > 1:
        found = "、".join(map(_words, items))
    return text if found is None else found


def _list(text: str) -> str | None:
    """Return a list in Chinese, or None where it is none, or an item is in no row."""
    items = _items(text)
    found = [_found(item) for item in items] if len(items) > 1 else [None]
    return None if None in found else "、".join(map(str, found))


def _items(text: str) -> list[str]:
    return re.split(r", (?![^()]*\))", text)


def _filled(chinese: str, numbers: list[str], names: Mapping[str, list[str]]) -> str:
    """Fill numbers and names into a row's Chinese; one that stands there again is the next of that name."""
    rest = {"#": iter(numbers), **{name: iter(values) for name, values in names.items()}}

    def value(place: re.Match[str]) -> str:
        if place[1]:
            return numbers[int(place[1]) - 1]
        name = place[2] or "#"
        return next(rest[name], names[name][-1] if name in names else "#")

    return _PLACE.sub(value, chinese)


class _Row:
    """A row with names in its English, as a regular expression that is made when it is first needed."""

    def __init__(self, english: str, chinese: str) -> None:
        self.english, self.chinese = english, chinese
        self.pieces = [piece for piece in _PARTS.split(english)[::2] if piece]

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        return re.compile("".join(map(_expression, _PARTS.split(self.english))), re.DOTALL)

    def translated(self, sentence: str) -> str | None:
        """Return the Chinese of a sentence, or None where it is another one."""
        if not all(piece in sentence for piece in self.pieces) or not (match := self.pattern.fullmatch(sentence)):
            return None
        numbers, names = [], defaultdict(list)
        for place, value in zip(_PARTS.findall(self.english), match.groups(), strict=True):
            if named := _NAMED.fullmatch(place):
                names[named[1]].append(_words(value) if named[2] else value)
            else:
                numbers.append(value)
        return _filled(self.chinese, numbers, names)


def _expression(part: str) -> str:
    if part == "#":
        return f"({_SIGNED.pattern})"
    return "(.+?)" if _NAMED.fullmatch(part) else re.escape(part)


@cache
def _rows_with_names() -> list[_Row]:
    """Return these rows, those first that say most themselves."""
    rows = [_Row(english, chinese) for english, chinese in phrases().items() if _NAMED.search(english)]
    return sorted(rows, key=lambda row: -sum(map(len, row.pieces)))
