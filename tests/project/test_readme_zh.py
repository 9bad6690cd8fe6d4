"""Each Chinese guide equals its English one: the same commands and examples, the same numbers, the same outline."""

import re

import pytest

from shared import ROOT

GUIDES = {"README.md": "README.zh-CN.md"} | {
    f"docs/{name}.md": f"docs/{name}.zh.md" for name in ("shell", "reading-a-table", "estimators", "notation", "learn")
}

PICTURES = {"docs/pictures/studio.png": "docs/pictures/studio.zh.png"}


@pytest.fixture(params=GUIDES, ids=str)
def texts(request):
    """Return the English and the Chinese text of a guide."""
    return [(ROOT / name).read_text(encoding="utf-8") for name in (request.param, GUIDES[request.param])]


def blocks(text):
    return re.findall(r"```(\w+)\n(.*?)```", text, re.DOTALL)


def prose(text):
    return re.sub(r"```.*?```", "", text, flags=re.DOTALL)


def test_the_same_commands_and_examples(texts):
    english, chinese = map(blocks, texts)
    assert chinese == english


def test_the_same_names_in_the_running_text(texts):
    """What stands between back quotes is code, and code is not translated."""
    english, chinese = (set(re.findall(r"`([^`\n]+)`", prose(text))) for text in texts)
    assert chinese == english


def test_the_same_outline_and_links(texts):
    english, chinese = (re.findall(r"^#+", prose(text), re.MULTILINE) for text in texts)
    assert chinese == english
    links = [re.findall(r"\]\(([^)#]+)\)", prose(text)) for text in texts]
    english, chinese = (
        {(GUIDES | PICTURES).get(link, link) for link in links[0]} - {"README.zh-CN.md"},
        set(links[1]) - {"README.md"},
    )
    assert chinese == english


def test_the_same_numbers_in_the_tables(texts):
    rows = [re.findall(r"^\|.*\|$", prose(text), re.MULTILINE) for text in texts]
    assert [re.findall(r"\d[\d.]*", row) for row in rows[0]] == [re.findall(r"\d[\d.]*", row) for row in rows[1]]


def test_the_prose_is_chinese(texts):
    paragraphs = [part for part in prose(texts[1]).split("\n\n") if len(part) > 40 and not part.startswith(("|", "!"))]
    assert len(paragraphs) > 1
    for part in paragraphs:
        text = re.sub(r"`[^`]*`|\]\([^)]*\)", "", part)
        words = len(re.findall(r"[A-Za-z]{2,}", text))  # names of libraries and terms
        assert len(re.findall(r"[\u4e00-\u9fff]", text)) > 2 * words, part


def test_links_lead_somewhere():
    for guide in (*GUIDES, *GUIDES.values()):
        folder = (ROOT / guide).parent
        links = re.findall(r"\]\(([^)#]+)\)", prose((ROOT / guide).read_text("utf-8")))
        assert not [link for link in links if "://" not in link and not (folder / link).exists()]
