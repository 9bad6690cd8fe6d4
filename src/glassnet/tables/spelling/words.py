"""Words of free text, in any language: lower case, numbers by their length, addresses of pages by their host.

Scripts without blanks between words (Chinese, Japanese, Thai) are cut into characters; pairs of neighbours, which every
text is described by beside its single words, then stand for its words. Everything is done by Arrow for all cells
together.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np

from glassnet.tables.arrow import pa, pc
from glassnet.tables.cells import cell_values, rows_at
from glassnet.typing import AnyArray

ALONE = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"  # characters that are words
MARKS = r"!?$£€¥%\p{So}"  # signs that say something
SCHEME, HOST = r"(?:https?://|www\.)", r"[^\s/?#]+"  # of the address of a page
LONG_NUMBER, ANY_NUMBER = r"\d{3,}", "000"  # a year, a price, a telephone: that there is one, not which
# Replaced one after the other, in lower case.
PATTERNS = (
    (rf"{SCHEME}({HOST})\S*", r" url \1 "),
    (LONG_NUMBER, ANY_NUMBER),
    (rf"([{ALONE}{MARKS}])", r" \1 "),
    (rf"[^\p{{L}}\p{{M}}\p{{N}}{MARKS}]+", " "),
)
AT_A_TIME = 2**16  # cells, of which the words are found together: the texts in between take many times their space
LONGEST = 40  # characters of a word; longer ones are codes, and are cut


class Words(NamedTuple):
    """The words of m cells, one after the other.

    Parameters
    ----------
    distinct : pyarrow.Array of text
        Every word once.
    code : array of int (n,)
        Which of them each word is.
    row : array of int32 (n,)
        Which cell it stands in; rises.
    """

    distinct: pa.Array
    code: AnyArray
    row: AnyArray


def words_of(text: pa.ChunkedArray) -> Words:
    """Return the words of cells; missing cells have none.

    Parameters
    ----------
    text : pyarrow.ChunkedArray of text
        m cells.

    Returns
    -------
    Words
        In their order.
    """
    parts: list[Words] = []
    start = 0
    while start < len(text) or not parts:
        parts.append(_words_of_some(text.slice(start, AT_A_TIME), start))
        start += AT_A_TIME
    if len(parts) == 1:
        return parts[0]
    encoded = pa.concat_arrays([part.distinct for part in parts]).dictionary_encode()
    place, end, codes = cell_values(pa.chunked_array([encoded.indices])), 0, []
    for part in parts:
        codes.append(place[end : end + len(part.distinct)][part.code])
        end += len(part.distinct)
    return Words(encoded.dictionary, np.concatenate(codes), np.concatenate([part.row for part in parts]))


def _words_of_some(text: pa.ChunkedArray, start: int) -> Words:
    """Return the words of the cells from number `start` on."""
    cells = pc.fill_null(text.cast(pa.large_string()), "").combine_chunks()
    cells = pc.utf8_lower(pc.utf8_normalize(cells, form="NFKC"))
    for pattern, by in PATTERNS:
        cells = pc.replace_substring_regex(cells, pattern=pattern, replacement=by)
    lists = pc.utf8_split_whitespace(pc.utf8_trim_whitespace(cells))
    lengths = cell_values(pa.chunked_array([pc.list_value_length(lists)]))
    row = np.repeat(np.arange(start, start + len(lengths), dtype=np.int32), lengths)
    words = pc.utf8_slice_codeunits(lists.flatten(), 0, LONGEST)
    there = cell_values(pa.chunked_array([pc.not_equal(words, "")]))
    encoded = words.dictionary_encode()
    code = cell_values(pa.chunked_array([encoded.indices]))
    return Words(encoded.dictionary, code[there], row[there])


@cache
def characters_alone() -> list[tuple[int, int]]:
    """Return the code points of characters that are words by themselves, as ranges from the first to the last."""
    characters = pa.array([chr(k) for k in range(0x110000) if not 0xD800 <= k < 0xE000])  # without surrogates
    alone = cell_values(pa.chunked_array([pc.match_substring_regex(characters, pattern=f"[{ALONE}]")]))
    points = np.array([ord(characters[k].as_py()) for k in np.flatnonzero(alone).tolist()])
    ends = np.flatnonzero(np.diff(points) > 1)
    firsts, lasts = points[np.append(0, ends + 1)], points[np.append(ends, len(points) - 1)]
    return list(zip(firsts.tolist(), lasts.tolist(), strict=True))


LEAST_TEXTS = 20  # different cells; with fewer they are categories
LETTERS, BETWEEN = r"\p{L}+", r"[\s|;,]+"
MAX_PROBED = 2000  # different cells whose words are compared


class _Rule(NamedTuple):
    """What makes text free: all of a row's limits are reached."""

    words: float  # in a cell, on average
    share: float  # of the cells that are different
    texts: int  # that are different
    shared: float  # share of the words that other cells hold too


RULES = (
    _Rule(3.0, 0.3, LEAST_TEXTS, 0.2),  # comments, titles, addresses
    _Rule(8.0, 0.05, 50, 0.2),  # long ones, many of them repeated
    _Rule(1.5, 0.1, 100, 0.6),  # job titles, lists of tags
)


def is_free_text(text: pa.ChunkedArray) -> bool:
    """Return whether cells are free text: several words, which other cells hold too, while cells seldom repeat.

    Parameters
    ----------
    text : pyarrow.ChunkedArray of text
        All cells of a column, cleaned.

    Returns
    -------
    bool
        Whatever the order of the cells is.
    """
    there = len(text) - text.null_count
    distinct = pc.unique(text).drop_null()
    if len(distinct) < LEAST_TEXTS:
        return False
    runs = pc.count_substring_regex(distinct, pattern=LETTERS)
    apart = cell_values(pc.count_substring_regex(distinct, pattern=BETWEEN)) + 1  # not those of a page or a file
    alone = pc.count_substring_regex(distinct, pattern=f"[{ALONE}]")
    per_cell = max(float(np.minimum(cell_values(runs), apart).mean()), _mean(alone) / 2)
    rules = [rule for rule in RULES if per_cell >= rule.words and len(distinct) >= max(rule.texts, rule.share * there)]
    if not rules:
        return False
    distinct = distinct.take(pc.sort_indices(distinct))
    probed = rows_at(distinct, np.linspace(0, len(distinct) - 1, min(len(distinct), MAX_PROBED)).astype(int))
    words = words_of(pa.chunked_array([probed]))
    n = max(len(words.distinct), 1)
    held = np.unique(words.row.astype(np.int64) * n + words.code) % n
    cells = np.bincount(held, minlength=len(words.distinct))
    lettered = cell_values(pa.chunked_array([pc.match_substring_regex(words.distinct, pattern=LETTERS)]))
    shared = float((cells[words.code] > 1)[lettered[words.code]].mean()) if lettered.any() else 0.0
    return any(shared >= rule.shared for rule in rules)


def _mean(counts: pa.Array) -> float:
    return float(pc.mean(counts).as_py())
