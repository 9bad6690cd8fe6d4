"""Lines of a terminal: words stay whole as with textwrap, Chinese breaks between its letters, and nothing is lost."""

import textwrap

from hypothesis import given
from hypothesis import strategies as st

from glassnet.text_table import aligned, breaks, fitted, folded, padded, width_of, wrapped

WORDS = st.lists(st.text("abc-/.(=", min_size=1, max_size=12), min_size=1, max_size=30).map(" ".join)
CELLS = st.text(alphabet="ab cde,层网 。x", max_size=60)
CHINESE = st.text("代价函数的梯度为零，。（）relu 3", min_size=1, max_size=80)


@given(WORDS, st.integers(12, 40))
def test_words_are_wrapped_as_textwrap_does(text, width):
    expected = textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)
    assert wrapped(text, width).split("\n") == expected


@given(CHINESE, st.integers(16, 40))
def test_chinese_keeps_to_the_width_and_no_line_begins_with_a_closing_mark(text, width):
    text = " ".join(text.split())
    lines = wrapped(text, width).split("\n")
    assert "".join("".join(lines).split()) == "".join(text.split())
    runs = [run for run in text.replace(" ", "").split("的") if run]
    if all(width_of(run) <= width for run in runs):  # else a run of marks may be longer than a line
        assert max(map(width_of, lines)) <= width
    ends = breaks(text, width)
    assert not any(text[end] in "，。）" and text[end - 1] not in " " for end in ends)


def test_a_table_with_chinese_is_aligned():
    rows = aligned([("数组", "维度"), ("W", "(3, 2)")], right={"维度"}).split("\n")
    assert {width_of(row) for row in rows} == {12}
    assert padded("代价", 6) == "代价  "
    assert padded("代价", 6, right=True) == "  代价"


@given(CELLS, st.integers(4, 40))
def test_folded_lines_fit_and_keep_every_letter(text, width):
    lines = folded(text, width)
    assert all(width_of(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_words_stay_whole_where_they_can():
    assert folded("a long head", 6) == ["a long", "head"]
    assert folded("abcdefgh", 3) == ["abc", "def", "gh"]
    assert folded("", 5) == [""]
    with_comma = "\u4e2d\u6587\uff0c\u4e2d\u6587"
    assert folded(with_comma, 4) == ["\u4e2d", "\u6587\uff0c", "\u4e2d\u6587"]  # no line begins with a comma


@given(st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=5))
def test_a_table_fits_and_keeps_every_letter(rows):
    table = fitted([("one", "two", "three"), *rows], {"two"}, 40)
    assert all(width_of(line) <= 40 for line in table.split("\n"))
    letters = sorted("".join("".join(cell.split()) for row in [("one", "two", "three"), *rows] for cell in row))
    assert sorted("".join(table.replace("-", "").split())) == letters


def test_a_table_that_fits_is_laid_out_as_ever():
    rows = [["name", "mean"], ["a", "1"], ["b", "20"]]
    assert fitted(rows, {"mean"}) == aligned(rows, {"mean"})
