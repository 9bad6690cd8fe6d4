"""A text into tokens; LaTeX, NumPy and plain text have the same ones, and each knows where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from glassnet.errors import suggestion
from glassnet.lessons.formulas.signs import CHARACTERS, COMMANDS, FUNCTIONS, GREEK, METHODS, NAMES, RAISED, SMALL
from glassnet.lessons.formulas.words import UnreadableFormulaError, phrase
from glassnet.plain_text import shortened, visible

LONGEST = 300  # characters of a formula
LONGEST_PRODUCT = 6  # letters side by side; a longer word is a name that is not known

_WORDS = {**dict.fromkeys(NAMES, "name"), **dict.fromkeys(FUNCTIONS, "function")}
_NOT_INSIDE = ("l", "i", "j", "n", "R", "e", "if", "int", "max", "min")  # of letters side by side
_BY_LENGTH = sorted(_WORDS, key=len, reverse=True)
_NUMBER = re.compile(r"\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?")
_DIGITS = re.compile(r"\d+")
_WORD = re.compile(r"[A-Za-z]+(?:_[A-Za-z]+)*")
_LIBRARY = re.compile(r"(?:np|numpy)\.(?:random\.)?([a-z_]+\d*)")
_METHOD = re.compile(r"\.({})\b".format("|".join(METHODS)))
_COMMAND = re.compile(r"\\([A-Za-z]+)")
_UPRIGHT_D = re.compile(r"\\(?:mathrm|text|rm|operatorname)\s*\{\s*d\s*\}")
_SLOPE = re.compile(r"\\[dt]?frac\s*\{\s*(?:d|\\partial)\s*\}\s*\{+\s*(?:d|\\partial)\s*z\s*\}+|d/dz\b")
_TAG = re.compile(r"\\(?:tag|label|color)\s*\{[^{}]*\}")
_HAT = re.compile(r"\\(?:wide)?hat(?![A-Za-z])(?:\s*\{?\s*([yY])\s*\}?)?")
_BLOCK = re.compile(r"\\(begin|end)\s*\{([A-Za-z]*\*?)\}")
_WRAPPED = re.compile(
    r"\\(?:math(?:bf|cal|rm|it|bb|scr|sf)|boldsymbol|bm|text(?:bf|it|tt|rm)?|operatorname)\s*"
    r"\{\s*([A-Za-z]+(?:_[A-Za-z]+)*)\s*\}"
)
_ALONE = re.compile(r"d\s*(?=\s[A-Za-z]|\{)")
_ENTRY = re.compile(r"""[A-Za-z_]+\[f?["'](d?[A-Za-z]{1,2})(\d*|\{[^{}"']*\})["'](?:\s*\+\s*str\(([^()]*)\))?\]""")
_SIGNS = (":=", "+=", "-=", "==", ">=", "<=", "**", *"=+-*/@()[]{}^_,:'<>|·×⊙ᵀΣ∂≔∈&;\\")


class Token(NamedTuple):
    """A word or sign of the text; kind is name, function, number, suffix (digits that touch a name), sign or end."""

    kind: str
    text: str
    start: int
    end: int


def tokens(text: str) -> list[Token]:
    """Return the tokens of a text, the last one of the kind "end".

    Parameters
    ----------
    text : str
        A formula in LaTeX, NumPy or plain text.

    Raises
    ------
    UnreadableFormulaError
        If the text is too long, or holds a word or sign that no formula has.
    """
    if len(text) > LONGEST:
        raise UnreadableFormulaError(
            phrase("expected one formula of at most {most} characters; got {count}", most=LONGEST, count=len(text))
        )
    source = "".join(CHARACTERS.get(character, character) for character in text)
    found: list[Token] = []
    at = 0
    while at < len(source):
        if source[at] == " " or source[at] in "$~":
            at += 1
            continue
        more, at = _next(source, at, found)
        found += more
    return _joined([*found, Token("end", "", len(source), len(source))])


Found = tuple[list[Token], int]  # the tokens that begin at a place, and where the next one begins


def _next(source: str, at: int, before: list[Token]) -> Found:
    for reader in (_command, _small_sign, _entry, _number, _word, _sign):
        if found := reader(source, at, before):
            return found
    raise UnreadableFormulaError(phrase("{sign} is no sign of a formula", sign=visible(repr(source[at]))), at)


def _small_sign(source: str, at: int, _before: list[Token]) -> Found | None:
    """Read a Greek letter, a hat, a raised or lowered figure, or a method."""
    character = source[at]
    if character in GREEK:
        kind = "function" if GREEK[character] in FUNCTIONS else "name"
        return [Token(kind, GREEK[character], at, at + 1)], at + 1
    if source.startswith(("y\u0302", "Y\u0302"), at):
        return [Token("name", f"{character}hat", at, at + 2)], at + 2
    if character in SMALL:
        sign = Token("sign", "^" if character in RAISED else "_", at, at)
        return [sign, Token("number", str(SMALL[character]), at, at + 1)], at + 1
    if match := _METHOD.match(source, at):
        return [Token("method", match[1], at, match.end())], match.end()
    return None


def _number(source: str, at: int, before: list[Token]) -> Found | None:
    """Read a number; digits that touch a name are its suffix."""
    touches = bool(before) and before[-1].kind == "name" and before[-1].end == at
    match = (_DIGITS if touches else _NUMBER).match(source, at)
    return match and ([Token("suffix" if touches else "number", match[0], at, match.end())], match.end())


def _sign(source: str, at: int, _before: list[Token]) -> Found | None:
    if source[at] == ".":  # W . X
        return [Token("sign", "·", at, at + 1)], at + 1
    sign = next((sign for sign in _SIGNS if source.startswith(sign, at)), None)
    return sign and ([Token("sign", sign, at, at + len(sign))], at + len(sign))


# ---------------------------------------------------------------- LaTeX
def _command(source: str, at: int, _before: list[Token]) -> Found | None:
    r"""Read a command of LaTeX; ``\,`` and the like say nothing, ``\\`` ends a line."""
    if source[at] != "\\":
        return None
    for reader in (_slope, _upright_d, _wrapped, _spacing, _hat, _block):
        if found := reader(source, at):
            return found
    match = _COMMAND.match(source, at)
    assert match
    name, end = match[1], match.end()
    if name not in COMMANDS:
        word = "\\" + shortened(name, 40)
        raise UnreadableFormulaError(_unknown_word("command", word, name, COMMANDS, "\\"), at)
    meaning = COMMANDS[name]
    if not meaning:
        return [], end
    kind = "function" if meaning in FUNCTIONS else "name" if meaning in NAMES else "sign"
    return [Token(kind, meaning, at, end)], end


def _slope(source: str, at: int) -> Found | None:
    match = _SLOPE.match(source, at)
    return match and ([Token("sign", "d/dz", at, match.end())], match.end())


def _upright_d(source: str, at: int) -> Found | None:
    match = _UPRIGHT_D.match(source, at)
    return match and ([Token("sign", "∂", at, match.end())], match.end())


def _wrapped(source: str, at: int) -> Found | None:
    r"""Read a word in a typeface, ``\text{if}``, ``\mathcal{L}``: the word alone."""
    if not (match := _WRAPPED.match(source, at)):
        return None
    found: list[Token] = []
    stop, end = match.span(1)
    while stop < end:
        more, stop = _next(source[:end], stop, found)
        found += more
    return found, match.end()


def _spacing(source: str, at: int) -> Found | None:
    if match := _TAG.match(source, at):
        return [], match.end()
    character = source[at + 1 : at + 2]
    if character.isascii() and character.isalpha():
        return None
    kept = {"\\": ";", "{": "(", "}": ")"}
    return [Token("sign", kept[character], at, at + 2)] if character in kept else [], at + 2


def _hat(source: str, at: int) -> Found | None:
    if not (hat := _HAT.match(source, at)):
        return None
    if not hat[1]:
        raise UnreadableFormulaError(phrase("a hat is read on y and Y only: {example}", example=r"\hat{y}"), at)
    return [Token("name", f"{hat[1]}hat", at, hat.end())], hat.end()


def _block(source: str, at: int) -> Found | None:
    if not (block := _BLOCK.match(source, at)):
        return None
    cases = [Token("sign", f"{block[1]} cases", at, block.end())]
    return cases if block[2] == "cases" else [], block.end()


# ---------------------------------------------------------------- words
def _word(source: str, at: int, _before: list[Token]) -> Found | None:
    if (library := _LIBRARY.match(source, at)) and library[1] in FUNCTIONS:
        return [Token("function", library[1], at, library.end())], library.end()
    if slope := _slope(source, at):
        return slope
    if library:
        raise _unknown(library[0], library[1], FUNCTIONS, at, "np.")
    if not (match := _WORD.match(source, at)):
        return None
    for known in (match[0], match[0].split("_")[0]):
        if known in _WORDS:
            figures = _DIGITS.match(source, at + len(known)) if _WORDS[known] == "function" else None
            word = known + figures[0] if figures and known + figures[0] in _WORDS else known  # log10
            return [Token(_WORDS[word], word, at, at + len(word))], at + len(word)
    if _ALONE.match(source, at):  # d z, d{{z}^{[l]}}
        return [Token("sign", "∂", at, at + 1)], at + 1
    return _side_by_side(source, at, match[0])


def _side_by_side(source: str, at: int, whole: str) -> Found:
    """Read letters side by side: WX, wTx."""
    end = at + len(whole.split("_", maxsplit=1)[0])
    parts, stop = [], at
    while stop < end:
        part = next((word for word in _BY_LENGTH if source.startswith(word, stop, end)), None)
        if part is None or part in _NOT_INSIDE or len(whole) > LONGEST_PRODUCT:
            raise _unknown(whole, whole, _WORDS, at)
        parts.append(Token(_WORDS[part], part, stop, stop + len(part)))
        stop += len(part)
    return parts, stop


def _entry(source: str, at: int, _before: list[Token]) -> Found | None:
    """Read ``parameters["W" + str(l)]``, ``grads["dW1"]``, ``p[f"W{l}"]`` as W[l], dW[1]."""
    if not (match := _ENTRY.match(source, at)):
        return None
    name, figures, index = match[1], match[2], match[3]
    index = index if index is not None else figures.strip("{}")
    if name not in NAMES:
        raise _unknown(name, name, NAMES, at)
    end = match.end()
    inner = [Token(*each[:2], at, end) for each in tokens(index)[:-1]] if index else []
    brackets = [Token("sign", "[", at, end), *inner, Token("sign", "]", at, end)] if index else []
    return [Token("name", name, at, end), *brackets], end


def _joined(found: list[Token]) -> list[Token]:
    """Join ∂ or a lone d with the name behind it, and take braces off what is one token: ∂{{W}} is dW."""
    joined: list[Token] = []
    differential: Token | None = None
    for token in found:
        if token.text == "∂" and token.kind == "sign":
            differential = token
            continue
        if differential and token.kind == "name":
            name = f"d{token.text}"
            if name not in NAMES:
                raise _unknown(f"∂{token.text}", name, NAMES, differential.start)
            joined.append(Token("name", name, differential.start, token.end))
            differential = None
        elif differential and token.text != "{":
            raise UnreadableFormulaError(phrase("expected an array behind ∂ or d"), differential.start)
        else:
            joined.append(token)
        _without_braces(joined)
    return joined


def _without_braces(joined: list[Token]) -> None:
    """Take the last braces off the list where they hold nothing, or one name."""
    while joined and joined[-1].text == "}":
        if len(joined) > 1 and joined[-2].text == "{":
            del joined[-2:]
        elif len(joined) > 2 and joined[-3].text == "{" and _bare(joined[:-3], joined[-2]):
            joined[-3:] = [joined[-2]._replace(start=joined[-3].start, end=joined[-1].end)]
        else:
            return


def _bare(before: list[Token], inner: Token) -> bool:
    """Return whether braces say nothing: around a name or a prime, but not behind a command that takes two of them."""
    commands = ("frac", "_", "^")
    return (inner.kind == "name" or inner.text in ("'", "g")) and not (before and before[-1].text in commands)


def _unknown(text: str, name: str, known: Iterable[str], at: int, before: str = "") -> UnreadableFormulaError:
    return UnreadableFormulaError(_unknown_word("name", visible(shortened(text, 40)), name, known, before), at)


def _unknown_word(kind: str, word: str, name: str, known: Iterable[str], before: str = "") -> str:
    """Return what is said of a word that no table has, with the nearest one that is known."""
    near = suggestion(name, known)
    nearest = before + near.split("'")[1] if near else ""
    if kind == "name" and near:
        return phrase("unknown name {word} (did you mean {name}?)", word=word, name=nearest)
    if kind == "name":
        return phrase("unknown name {word}", word=word)
    if near:
        return phrase("unknown command {word} (did you mean {name}?)", word=word, name=nearest)
    return phrase("unknown command {word}", word=word)
