"""The encoding of a text file, and its text in UTF-8.

A byte order mark decides, then UTF-8. Where neither is there, a file is decoded by each usual encoding, and the one
that makes likely words wins: their letters are those of one language, and stand as letters do.
"""

from __future__ import annotations

import codecs
import math
import re
import unicodedata
from collections.abc import Iterator
from functools import cache

from glassnet.errors import DataError, SettingError
from glassnet.plain_text import listed
from glassnet.tables.reading.languages import APOSTROPHE, LANGUAGES, SIGNS, WEST, Language

MARKS = [
    (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
]  # fmt: skip
WITHOUT_MARK = {  # bytes of a character -> where ASCII has its zeros, and which encoding that is
    4: (((1, 2, 3), "utf-32-le"), ((0, 1, 2), "utf-32-be")), 2: (((1,), "utf-16-le"), ((0,), "utf-16-be")),
}  # fmt: skip
PROBED = 1 << 20  # bytes
BLOCK = 1 << 22  # bytes that are decoded at once
PROBED_BYTES = 3000  # of lines that are not ASCII, at each of two places
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")
ODD_WORD = re.compile(r"[^\W_]*[^\W\x00-\x7f_][^\W_]*")
ODD_LINE = re.compile(rb"[^\n\r]*[\x80-\xff][^\n\r]*")
# Logarithms of how likely a character is that is not among those of its language.
LETTER, WESTERN, HAN, SIGN, OTHER, UNUSED = -7.0, -5.5, -9.5, -5.0, -9.0, -14.0
ASCII = -3.0
INSIDE, CASE, SCRIPT, PAIR = -4.0, -3.0, -4.0, -0.7  # a sign in a word; an odd capital; two alphabets; two such letters
RARE = {  # less usual than their like
    "cp1250": 1.5, "cp1257": 2.0, "cp1254": 1.5, "cp1258": 2.0, "mac_roman": 5.0, "cp850": 2.5, "cp852": 3.0,
    "iso8859_2": 2.0, "iso8859_16": 3.0, "iso8859_13": 3.0, "cp857": 3.0, "koi8_u": 1.5, "cp866": 2.0, "iso8859_5": 2.5,
    "mac_cyrillic": 2.5, "iso8859_7": 1.0, "iso8859_6": 2.0, "euc_jp": 1.0,
}  # fmt: skip


def to_utf8(data: bytes, encoding: str | None, where: str) -> tuple[bytes, str, list[str]]:
    """Return a file's text in UTF-8, and how it was encoded.

    Parameters
    ----------
    data : bytes
        The file.
    encoding : str, optional
        What the user says.
    where : str
        The file's name.

    Returns
    -------
    text : bytes
        UTF-8 without a byte order mark; `data` itself where it is that.
    encoding : str
        Python's name.
    notes : list of str
        What a user should check.

    Raises
    ------
    SettingError
        No encoding has that name.
    DataError
        The file is no text, or not in the encoding that the user says.
    """
    if encoding is not None:
        return _decoded(data, encoding, where), encoding, []
    for mark, name in MARKS:
        if data.startswith(mark):
            return (data[len(mark) :] if name == "utf-8-sig" else _decoded(data, name, where)), name, []
    if b"\0" in data[:PROBED]:
        return _with_zeros(data, where)
    if _is_utf8(data):
        return data, "utf-8", []
    lines = _odd_lines(data)
    text = lines.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    if sum(char > "\x7f" for char in text) >= 3 * broken:
        mended = b"".join(_blocks(data, "utf-8", "replace"))
        row = next(j for j, line in enumerate(mended.split(b"\n"), 1) if b"\xef\xbf\xbd" in line)
        note = f"{where}: UTF-8 with broken characters, the first in line {row}: each is read as \ufffd"
        return mended, "utf-8", [note]
    name = likely_encoding(lines)
    decoded = b"".join(_blocks(data, name, "replace"))
    words = dict.fromkeys(ODD_WORD.findall(decoded[:PROBED].decode("utf-8", "ignore")))
    words = words or dict.fromkeys(ODD_WORD.findall(lines.decode(name, "ignore")))
    shown = f" ({listed([*words][:6], 100)})" if words else ""
    return decoded, name, [f"{where}: not UTF-8, read as {name}{shown}; --encoding sets another if letters look wrong"]


def _decoded(data: bytes, encoding: str, where: str) -> bytes:
    try:
        return b"".join(_blocks(data, encoding, "strict")).removeprefix(codecs.BOM_UTF8)
    except LookupError:
        raise SettingError(f"unknown encoding {encoding!r}; known are utf-8, utf-16, latin-1, cp1252, ...") from None
    except UnicodeError:
        pass
    try:
        data.decode(encoding)
        position = ""
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        position = f": line {line}, byte {error.start} is 0x{data[error.start]:02x}"
    except UnicodeError:
        position = ""
    raise DataError(f"{where} is not {encoding} text{position}; leave the encoding out to have it found")


def _blocks(data: bytes, encoding: str, errors: str) -> Iterator[bytes]:
    """Yield text in UTF-8, block by block, so that no more than one is there in a third form."""
    decoder = codecs.getincrementaldecoder(encoding)(errors)
    for start in range(0, len(data), BLOCK):
        yield decoder.decode(data[start : start + BLOCK], start + BLOCK >= len(data)).encode("utf-8", "replace")


def _is_utf8(data: bytes) -> bool:
    if data.isascii():
        return True
    decoder = codecs.getincrementaldecoder("utf-8")()
    view = memoryview(data)
    try:
        for start in range(0, len(data), BLOCK):
            decoder.decode(view[start : start + BLOCK], start + BLOCK >= len(data))
    except UnicodeDecodeError:
        return False
    return True


def _with_zeros(data: bytes, where: str) -> tuple[bytes, str, list[str]]:
    """Return text of two or four bytes a character without a mark, or text in which a logger left zeros."""
    probed = data[: PROBED - PROBED % 4]
    for width, forms in WITHOUT_MARK.items():
        parts = [probed[j::width] for j in range(width)]
        zeros = [part.count(b"\0") / max(len(part), 1) for part in parts]
        for places, name in forms:
            others = [zeros[j] for j in range(width) if j not in places]
            least = min(zeros[j] for j in places)
            if least > 0.1 and 3 * max(others) < least and not len(data) % width:
                text = probed.decode(name, "replace")
                if not CONTROL.search(text) and text.count("\ufffd") <= len(text) // 1000:
                    note = f"{where}: read as {name}; --encoding sets another if letters look wrong"
                    return b"".join(_blocks(data, name, "replace")), name, [note]
    plain = probed.replace(b"\0", b"")
    if len(plain) > len(probed) // 2 and not CONTROL.search(plain.decode("latin-1")):
        found, name, notes = to_utf8(data.replace(b"\0", b""), None, where)
        return found, name, [f"{where}: {data.count(0):,} zero bytes left out", *notes]
    raise DataError(f"{where} holds zero bytes: it is not text (or give its encoding, such as utf-16-le)")


def _odd_lines(data: bytes) -> bytes:
    """Return some lines that are not ASCII, from the beginning and the middle."""
    found: list[bytes] = []
    for start in (0, len(data) // 2):
        size = 0
        for match in ODD_LINE.finditer(data, data.rfind(b"\n", 0, start) + 1):
            found.append(match[0][:PROBED_BYTES])
            size += len(match[0])
            if size > PROBED_BYTES:
                break
    return b"\n".join(dict.fromkeys(found))


def likely_encoding(lines: bytes) -> str:
    """Return the encoding in which bytes make the most likely words.

    Parameters
    ----------
    lines : bytes
        Whole lines of a file, none of them ASCII alone.

    Returns
    -------
    str
        Python's name; "cp1252" where nothing speaks for another.
    """
    best, most = "cp1252", -math.inf
    texts: dict[str, str | None] = {}
    for language in LANGUAGES:
        for encoding in language.encodings:
            if encoding not in texts:
                texts[encoding] = _text(lines, encoding)
            text = texts[encoding]
            if text is None:
                continue
            score = _likelihood(text, language) - RARE.get(encoding, 0.0) - language.rare
            if score > most:
                best, most = encoding, score
    return best


def _text(lines: bytes, encoding: str) -> str | None:
    """Return what bytes say in an encoding; None where too much of it says nothing."""
    text = lines.decode(encoding, "replace")
    odd = sum(char > "\x7f" for char in text)
    return None if text.count("\ufffd") > odd // 100 + 1 else text


def _likelihood(text: str, language: Language) -> float:
    """Return the logarithm of how likely the characters of a text that are not ASCII are in a language."""
    total = 0.0
    known, west = _logarithms(language), language.encodings == WEST
    own_alphabet = language.letters[0] in OWN_ALPHABET
    before = "\n"
    for char, after in zip(text, f"{text[1:]}\n", strict=True):
        if char < "\x80":
            total += ASCII
        else:
            lower = char if char in known else char.lower()
            total += known[lower] if lower in known else WESTERN if west and lower in LATIN_1 else _unknown(char)
            if char.isalpha():
                if before.isalpha():
                    total += (SCRIPT if before < "\x80" else 0) if own_alphabet else (PAIR if before > "\x7f" else 0)
                    total += CASE * (char.isupper() and before.islower())
                total += CASE * (after.isupper() and char.islower())
                total += CASE * (char.isupper() and not (before.isalpha() or after.isalpha()))  # rather a sign: 5 €
            elif before.isalpha() and after.isalpha() and char != APOSTROPHE and not unicodedata.combining(char):
                total += INSIDE
        before = char
    return total


LATIN_1 = "".join(map(chr, range(0xDF, 0x100))).replace("÷", "")
OWN_ALPHABET = {language.letters[0] for language in LANGUAGES if language.letters[0] > "\u0370"} - {APOSTROPHE}


@cache
def _logarithms(language: Language) -> dict[str, float]:
    weights = [1 / (rank + 2) for rank in range(len(language.letters))]
    whole = math.log(sum(weights))
    return {letter: math.log(weight) - whole for letter, weight in zip(language.letters, weights, strict=True)}


@cache
def _unknown(char: str) -> float:
    """Return how likely a character is in a language that seldom uses it."""
    kind = unicodedata.category(char)
    if char in SIGNS:
        return SIGN
    if kind in ("Cc", "Cn", "Co", "Cs"):
        return UNUSED
    if kind == "Lo":
        return HAN
    return LETTER if kind[0] == "L" else OTHER
