"""Words of free text in ONNX, as `tables.spelling.words` finds them: in raw text, in any language.

ONNX has no operator that replaces characters, and its StringNormalizer writes in lower case only ASCII letters unless
the machine has a locale for others. What cuts text by regular expressions is the Tokenizer of onnxruntime, in its own
domain: the leftmost and longest piece first. So text is cut, some pieces are replaced, and all are joined again.

The shapes: N rows, P pieces of a text, L words of a text, Q pieces of each of these.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

import numpy as np

from glassnet.export.onnx_graph import Tensor
from glassnet.tables.arrow import pa, pc
from glassnet.tables.spelling.words import ALONE, ANY_NUMBER, HOST, LONG_NUMBER, LONGEST, MARKS, SCHEME

OPSET, MICROSOFT = 20, "com.microsoft"  # of StringConcat, StringSplit and RegexFullMatch; of Tokenizer
CHARACTER, WITH_MARK = r"(?s:.)", r"(?s:.)\p{M}?"
ADDRESS, WWW = rf"{SCHEME}{HOST}\S*", r"www\.(?s:.*)"
KINDS, SCRIPTS = ("L", "M", "N"), re.findall(r"\\p(\{\w+\})", ALONE)
OF_WORD = "|".join(rf"[^\P{{{kind}}}{ALONE}]" for kind in KINDS)  # of the kind, and of none of the scripts
ALONE_WORD = "|".join(rf"[^\P{{{kind}}}\P{script}]" for kind in KINDS for script in SCRIPTS)
WORD = rf"[{MARKS}]|{ALONE_WORD}|(?:{OF_WORD})+"
SURROGATES = range(0xD800, 0xE000)
AS_IT_IS = "\ue000"  # of private use: nothing becomes it


@cache
def lower_case() -> dict[str, str]:
    """Return what becomes of each character that changes in compatible form and lower case."""
    characters = [chr(k) for k in range(0x110000) if k not in SURROGATES]
    changed = pc.utf8_lower(pc.utf8_normalize(pa.array(characters), form="NFKC")).to_pylist()
    return {before: after for before, after in zip(characters, changed, strict=True) if before != after}


@cache
def composed() -> dict[str, str]:
    """Return which letter is composed of a letter in lower case and a mark behind it."""
    lower, table = lower_case(), {}
    for character in map(chr, range(0x110000)):
        parts = unicodedata.decomposition(character).split()
        if len(parts) == 2 and "<" not in parts[0] and unicodedata.normalize("NFC", character) == character:
            letter, mark = (chr(int(part, 16)) for part in parts)
            table[lower.get(letter, letter) + mark] = lower.get(character, character)
    return table


def trimmed(text: Tensor) -> Tensor:
    """Return texts (N, 1) without the blanks around them."""
    return joined(cut(text, r"[^\s\p{Z}](?s:.*[^\s\p{Z}])?"))


def words(text: Tensor) -> Tensor:
    """Return the words of texts (N, 1): (N, L + 1), "" after the last."""
    graph = text.graph
    graph.opsets[""] = OPSET
    text = joined(replaced(cut(text, CHARACTER), lower_case()))
    for _ in range(2):  # a letter may have a mark above and one below
        text = joined(replaced(cut(text, WITH_MARK), composed()))
    pieces = _of_one(cut(text, rf"{ADDRESS}|(?s:[^hw]+|.)"))
    behind = graph.where(matches(pieces, WWW), _behind(pieces, "www."), _behind(pieces, "://"), "str")
    host = _nth(cut(behind, HOST), 0)
    named = concatenated(concatenated(graph.tensor(" url ", "str"), host), graph.tensor(" ", "str"))
    text = joined(graph.where(matches(pieces, ADDRESS), named, pieces, "str"), rank=2)
    found = _of_one(cut(text.reshape(-1, 1), WORD))
    parts = cut(found, rf"{LONG_NUMBER}|\d{{1,2}}|\D+")
    found = joined(graph.where(matches(parts, LONG_NUMBER), ANY_NUMBER, parts, "str"))
    return _nth(cut(found, rf"(?s).{{1,{LONGEST}}}"), 0)


def cut(text: Tensor, pattern: str) -> Tensor:
    """Return what a regular expression of RE2 finds in texts (N, P), one after the other: (N, P, Q), "" after these."""
    graph = text.graph
    graph.opsets[MICROSOFT] = 1
    pieces = graph.node(
        "Tokenizer", text, domain=MICROSOFT, mark=0, mincharnum=1, pad_value="", tokenexp=pattern
    )  # fmt: skip
    return graph.told(pieces, rank=3)


def matches(text: Tensor, pattern: str) -> Tensor:
    """Return where a whole text is as a regular expression says."""
    return text.graph.node("RegexFullMatch", text, pattern=pattern, dtype="bool")


def replaced(text: Tensor, table: dict[str, str]) -> Tensor:
    """Return texts, each as a table says, those that it lacks as they are."""
    graph = text.graph
    found = graph.spelled(text, list(table), list(table.values()), AS_IT_IS)
    return graph.where(found.equals(AS_IT_IS), text, found, "str")


def concatenated(first: Tensor, second: Tensor) -> Tensor:
    """Return texts one behind the other, entry by entry."""
    return first.graph.node("StringConcat", first, second)


def blanks(text: Tensor, n: int) -> Tensor:
    """Return n empty texts along the last axis, the other axes being those of a tensor."""
    graph = text.graph
    lead = graph.node("Shape", text, dtype="int64", end=-1)
    shape = graph.joined([lead, graph.constant(np.array([n]))], axis=0)
    return graph.node("Expand", graph.tensor("", "str"), shape)


def _behind(text: Tensor, what: str) -> Tensor:
    """Return what stands behind something in texts (N, P): (N, P)."""
    graph = text.graph
    numbers = graph.name("pieces")
    return _nth(graph.node("StringSplit", text, delimiter=what, maxsplit=1, more=[numbers]), 1)


def _nth(pieces: Tensor, n: int) -> Tensor:
    """Return the n-th of pieces (N, P, Q): (N, P), "" where there are fewer."""
    return pieces.graph.joined([pieces, blanks(pieces, n + 1)], axis=-1).take(np.array(n), axis=-1)


def _of_one(pieces: Tensor) -> Tensor:
    """Return the pieces of texts (N, 1, P) and an empty one: (N, P + 1)."""
    graph = pieces.graph
    return graph.node("Squeeze", graph.joined([pieces, blanks(pieces, 1)], axis=-1), graph.constant(np.array([1])))


def joined(pieces: Tensor, rank: int = 3) -> Tensor:
    """Return pieces (..., P) one behind the other: (...,). Neighbours are joined until one is left."""
    graph = pieces.graph
    graph.opsets[""] = OPSET
    pieces = graph.joined([pieces, blanks(pieces, 1)], axis=-1)
    body = graph.body()
    body.input(body.name("round"), "int64", [], "")
    body.input(body.name("go_on"), "bool", [], "")
    given = body.input(body.name("pieces"), "str", [None] * rank, "")
    padded = body.joined([given, blanks(given, 1)], axis=-1)
    pairs = concatenated(_every_second(given, 0), _every_second(padded, 1))
    body.output(_several(pairs), body.name("goes_on"), [])
    body.output(pairs, body.name("joined"), [None] * rank)
    whole = graph.node("Loop", None, _several(pieces), pieces, body=body.graph("join"), dtype="str")
    return graph.node("Squeeze", whole, graph.constant(np.array([-1])))


def _several(pieces: Tensor) -> Tensor:
    """Return whether there is more than one piece."""
    return (pieces.graph.node("Shape", pieces, dtype="int64", start=-1) > 1).reshape()


def _every_second(pieces: Tensor, start: int) -> Tensor:
    ends = (start, np.iinfo(np.int64).max, -1, 2)
    return pieces.graph.node("Slice", pieces, *(pieces.graph.constant(np.array([each])) for each in ends))
