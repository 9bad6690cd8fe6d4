"""Text that stands for a missing cell."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import lru_cache

from glassnet.tables.arrow import pa, pc
from glassnet.tables.cells import missing_cell, text_array, truths


def _cases(*marks: str) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(spelled for mark in marks for spelled in (mark, mark.lower(), mark.title(), mark.upper()))
    )


# A cell that holds one of these, blanks around it aside, is missing in every column: no word is written so.
ALWAYS = (
    "", "?", "??", "nan", "NaN", "NAN", "<NA>", "<na>", "NaT", "NULL", "null", "\\N", "#N/A", "#N/A N/A", "#NA",
    "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#NULL!", "1.#IND", "1.#QNAN", "-1.#IND", "-NaN", "-nan",
    *_cases("(blank)", "(null)", "<null>", "(none)", "[null]", "<missing>", "(missing)"),
)  # fmt: skip
# Missing in a column of words unless half as many cells hold it as a usual word: garages of type NA, the continent NA.
RARELY_WORDS = (
    "NA", "na", "N/A", "n/a", "N.A.", "n.a.", "N.A", "n.a", "NA.", "#", "--", "---", "----", "-", ".", "..", "...",
)  # fmt: skip
# Words, unless the file has them among its numbers too.
WORDS = (
    "\u2013", "\u2014", "n/d", "N/D", "s/d", "S/D", "k.A.", "k. A.", "n.d.", "N.D.", "n.v.t.", "*",
    *_cases("none", "null", "nil", "unknown", "missing", "not available", "not applicable", "no data", "nodata"),
    *_cases("undefined", "unspecified", "not reported", "not recorded", "not known", "no answer", "no response", "tbd"),
    *_cases("tba", "unk"),
    "无", "缺失", "暂无", "空", "未知", "无数据", "不详", "不明", "なし",
)  # fmt: skip
AMBIGUOUS = tuple(dict.fromkeys(mark for mark in (*RARELY_WORDS, *WORDS) if mark not in ALWAYS))
MISSING = (*ALWAYS, *AMBIGUOUS)  # among numbers and dates
FEW_WORDS = 50  # in a column in which a mark may be a word


def clean(column: pa.ChunkedArray, marks: Sequence[str] = ()) -> pa.ChunkedArray:
    """Return text as it stands among numbers or dates: blanks trimmed, missing cells null; `marks` are missing too."""
    return _without(pc.utf8_trim_whitespace(column), _marks((), tuple(marks), column.type))


def clean_words(
    column: pa.ChunkedArray, marks: Sequence[str] = (), words: Collection[str] = ()
) -> pa.ChunkedArray:  # fmt: skip
    """Return text as it stands in a column of words, in which marks such as NA may be `words` like others."""
    return _without(pc.utf8_trim_whitespace(column), _marks(tuple(words), tuple(marks), column.type))


def has_marks(values: pa.Array) -> bool:
    """Return whether some texts may stand for a missing cell, or have blanks around them."""
    trimmed = pc.utf8_trim_whitespace(values)
    marks = pc.is_in(trimmed, value_set=_marks((), (), trimmed.type))
    return bool(truths(marks).any() or truths(pc.not_equal(trimmed, values)).any())


def words_among_marks(
    column: pa.ChunkedArray, seen: Callable[[], Collection[str]] = tuple, marks: Sequence[str] = ()
) -> dict[str, int]:  # fmt: skip
    """Return the marks of missing cells that are words in a column of words, and how many cells hold each.

    Parameters
    ----------
    column : pyarrow.ChunkedArray of text
        All of its cells.
    seen : callable
        Returns the marks that stand among the numbers of the same file.
    marks : sequence of str
        What the user says is missing.

    Returns
    -------
    mapping of str to int
        Those that occur and are words, in alphabetical order.
    """
    column = pc.utf8_trim_whitespace(column)
    ambiguous = _marks(ALWAYS, (), column.type)
    if not truths(pc.is_in(column, value_set=ambiguous)).any():
        return {}
    counted = pc.value_counts(clean_words(column, marks, AMBIGUOUS).drop_null())
    counts = dict(zip(counted.field(0).to_pylist(), counted.field(1).to_pylist(), strict=True))
    others = {word: n for word, n in counts.items() if word not in AMBIGUOUS}
    usual = sum(others.values()) / max(len(others), 1)
    few = 0 < len(others) <= FEW_WORDS
    codes = len(others) > 4 and sum(len(word) == 2 and word.isupper() for word in others) > 0.9 * len(others)

    def is_word(mark: str, n: int) -> bool:
        if mark == "NA" and codes:  # Namibia among the codes of countries
            return True
        if mark in seen():
            return False
        return mark in WORDS or (few and n >= usual / 2)

    known = sorted(mark for mark in AMBIGUOUS if mark in counts and mark not in marks)
    return {mark: counts[mark] for mark in known if is_word(mark, counts[mark])}


@lru_cache(maxsize=64)
def _marks(words: tuple[str, ...], more: tuple[str, ...], arrow_type: pa.DataType) -> pa.Array:
    """Return all marks but those that are words, and more of them, as texts of a type."""
    return text_array([*(mark for mark in MISSING if mark not in words), *more], arrow_type)


def _without(column: pa.ChunkedArray, marks: pa.Array) -> pa.ChunkedArray:
    missing = pc.is_in(column, value_set=marks)
    if not pc.any(missing).as_py():
        return column
    return pc.if_else(missing, missing_cell(column.type), column)
