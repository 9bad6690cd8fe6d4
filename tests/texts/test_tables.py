"""Sentences are translated by tables: numbers and names stay, lists are translated item by item."""

import re
import tomllib
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet.texts import tables as module
from glassnet.texts import translated
from glassnet.texts.tables import phrase_files, phrases

NAMED = re.compile(r"\{(\w+)(?::words)?\}")
ROWS = {
    "{count} rows of {file}": "{file} 的 {count} 行",
    "mean # and spread #": "标准差 <2>，均值 <1>",
    "seen: {where:words}.": "见于：{where}。",
    "# of # in layer #": "第 <3> 层 <2> 个中的 <1> 个",
    "{first:words} and # more": "{first}等，另有 # 个",
    "J is #": "J 为 #",
    "{name}: slope of {name} instead of Z": "{name}：用了 {name} 的导数",
    "{name} again": "{name}，还是 {name}",
}


@pytest.fixture
def rows(monkeypatch):
    """Let the tables hold these rows."""
    for cached in (module._in_chinese, module._rows_with_names):
        cached.cache_clear()
    monkeypatch.setattr(module, "phrases", lambda: ROWS)
    yield
    for cached in (module._in_chinese, module._rows_with_names):
        cached.cache_clear()


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("569 rows of a, b.csv", "a, b.csv 的 569 行"),
        ("mean 0.5 and spread 1e-7", "标准差 1e-7，均值 0.5"),
        ("mean -0.5 and spread nan", "标准差 nan，均值 -0.5"),
        ("J is inf", "J 为 inf"),
        ("seen: 3 of 4 in layer 1, 2 of 5 in layer 2.", "见于：第 1 层 4 个中的 3 个、第 2 层 5 个中的 2 个。"),
        ("seen: 3 of 4 in layer 1 and 7 more.", "见于：第 1 层 4 个中的 3 个等，另有 7 个。"),
        ("dA: slope of A instead of Z", "dA：用了 A 的导数"),
        ("x again", "x，还是 x"),
        ("seen: nowhere.", "见于：nowhere。"),
        ("a sentence that no row has, 3 times", "a sentence that no row has, 3 times"),
    ],
)
def test_numbers_and_names_stay_and_words_are_translated(rows, english, chinese):
    assert translated(english, "zh") == chinese
    assert translated(english, "en") == english


@given(st.floats(allow_nan=False), st.floats(allow_nan=False))
def test_any_two_numbers_change_places(first, second):
    before = module.phrases
    module.phrases = lambda: ROWS
    try:
        assert module._found(f"mean {first!r} and spread {second!r}") == f"标准差 {second!r}，均值 {first!r}"
    finally:
        module.phrases = before


@pytest.mark.parametrize("english", phrases())
def test_no_number_and_no_name_is_lost_in_translation(english):
    chinese = phrases()[english]
    places = re.findall(r"#|<\d>", chinese)
    assert set(NAMED.findall(english)) == set(NAMED.findall(chinese))
    assert len(NAMED.findall(chinese)) >= len(NAMED.findall(english))
    assert ":words" not in chinese
    if "log#" in english:  # written as log₂ in Chinese
        return
    assert len(places) == english.count("#")
    assert "#" in places or sorted(places) == [f"<{k}>" for k in range(1, len(places) + 1)]


def test_no_sentence_has_two_translations():
    seen = {}
    for path in phrase_files(files("glassnet")):
        for english, chinese in tomllib.loads(path.read_text("utf-8")).items():
            assert seen.setdefault(english, chinese) == chinese, f"{path.name}: {english!r}"
