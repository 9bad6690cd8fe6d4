"""README.zh-CN.md is README.md's twin: the same commands and examples, the same numbers, the same outline."""

import re

from shared import ROOT

ENGLISH, CHINESE = ((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.zh-CN.md"))


def blocks(text):
    return re.findall(r"```(\w+)\n(.*?)```", text, re.DOTALL)


def prose(text):
    return re.sub(r"```.*?```", "", text, flags=re.DOTALL)


def test_the_same_commands_and_examples():
    assert blocks(CHINESE) == blocks(ENGLISH)


def test_the_same_names_in_the_running_text():
    """What stands between back quotes is code, and code is not translated."""
    english, chinese = (set(re.findall(r"`([^`\n]+)`", prose(text))) for text in (ENGLISH, CHINESE))
    assert chinese == english


def test_the_same_outline_and_links():
    outlines = [re.findall(r"^#+", prose(text), re.MULTILINE) for text in (ENGLISH, CHINESE)]
    assert outlines[0] == outlines[1]
    links = [set(re.findall(r"\]\(([^)]+)\)", prose(text))) for text in (ENGLISH, CHINESE)]
    assert links[0] - {"README.zh-CN.md"} == links[1] - {"README.md"}
    assert all((ROOT / link).exists() for link in links[1] if "://" not in link)


def test_the_same_numbers_in_the_tables():
    rows = [re.findall(r"^\|.*\|$", prose(text), re.MULTILINE) for text in (ENGLISH, CHINESE)]
    assert [re.findall(r"\d[\d.]*", row) for row in rows[0]] == [re.findall(r"\d[\d.]*", row) for row in rows[1]]


def test_the_prose_is_chinese():
    paragraphs = [part for part in prose(CHINESE).split("\n\n") if len(part) > 80 and not part.startswith("|")]
    assert len(paragraphs) > 8
    for part in paragraphs:
        text = re.sub(r"`[^`]*`|\]\([^)]*\)", "", part)
        words = len(re.findall(r"[A-Za-z]{2,}", text))  # names of libraries and terms
        assert len(re.findall(r"[\u4e00-\u9fff]", text)) > 2 * words, part
