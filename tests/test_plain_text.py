"""Foreign text shown: no control character, one line, not too long; and every error's message so."""

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet import errors
from glassnet.errors import DivergedError, GlassnetError, UnknownNameError
from glassnet.plain_text import LONGEST, in_html, listed, one_line, shortened, visible

ANY = st.text(
    st.characters() | st.characters(categories=["Cc", "Cs"]) | st.sampled_from("\u202e\u2066\u200f\ufeff\x9b")
)
ERRORS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, GlassnetError)]


@given(ANY)
def test_nothing_unseen_is_left(text):
    shown = visible(text)
    shown.encode()  # no half characters
    assert not any(ord(c) < 32 or 0x7F <= ord(c) < 0xA0 or c in "\u2028\u2029\u202a\u202e\u2066\u200e" for c in shown)
    assert visible(shown) == shown
    assert text != shown or in_html(text).count("&") >= sum(map(text.count, "&<>"))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred", r"\x1b[31mred"),
        ("a\nb\tc\rd", r"a\nb\tc\rd"),
        ("\x9b31m\x00\x7f", r"\x9b31m\x00\x7f"),
        ("gpj\u202eexe", r"gpj\u202eexe"),
        ("\udcc3\udca9\ud800", r"\xc3\xa9\ud800"),
        ("café 猫 🐈 ½ \u0646\u200c\u06cc", "café 猫 🐈 ½ \u0646\u200c\u06cc"),
    ],
)
def test_what_is_spelled_out(text, shown):
    assert visible(text) == shown


def test_line_ends_stay_where_they_are_wanted():
    assert visible("a\n\x1b", keep="\n") == "a\n\\x1b"
    assert in_html("<b>\n\x07") == "&lt;b&gt;\n\\x07"


@given(ANY, st.integers(6, 600))
def test_what_is_too_long_loses_its_middle(text, most):
    short = shortened(text, most)
    assert len(short) <= most
    if len(text) > most:
        assert " ... " in short


@given(st.lists(ANY, min_size=1))
def test_a_list_says_how_many_more_there_are(names):
    told = listed(names, 30)
    assert len(told) < 130
    if "more" in told and len(names) == 1:
        assert "more" in names[0]


def test_a_list_of_columns():
    assert listed(["a", "b"]) == "a, b"
    assert listed([f"column {j}" for j in range(10_000)], 25) == "column 0, column 1 and 9,998 more"


@pytest.mark.parametrize("kind", ERRORS)
def test_a_message_is_one_short_line(kind):
    foreign = "first\nsecond\x1b[31m\u202e" + "x" * 10_000
    more = {"layer": 1, "step": 2, "learning_rate": 0.1} if issubclass(kind, DivergedError) else {}
    error = kind(foreign, **more)
    for text in (str(error), error.args[0]):
        assert len(text) <= LONGEST
        assert text.replace(kind.line_end, "").isprintable()
        assert text.replace("\n", r"\n").startswith(r"first\nsecond\x1b[31m\u202exxx")
    if not more:
        assert str(pickle.loads(pickle.dumps(error))) == str(error)


def test_an_unknown_name_among_ten_thousand():
    message = str(UnknownNameError.among("column", "sise", ["size", *(f"column {j}" for j in range(9_999))]))
    assert len(message) < 500
    assert "did you mean 'size'" in message
    assert "more" in message
    assert len(str(UnknownNameError.among("column", "x" * 10_000, ["y" * 10_000] * 100))) < 500


def test_one_line():
    assert one_line(ValueError("a\nb")) == r"a\nb"
