"""Reads pages as a browser does: tags, tooltips, words, cards with their place; refuses scripts and files."""

import re
from html.parser import HTMLParser

import numpy as np

EMPTY = {"img", "meta", "br", "hr", "circle", "line", "polyline"}  # the last three where they close themselves
ENTRY = re.compile(r"(X|d?[WbZAD]\[\d+\])\[([\d, ]+)\](?: \((.*)\))? = (\S+)", re.DOTALL)
BLOCK = re.compile(r"(X|d?[WbZAD]\[\d+\])\[([\d:, ]+)\]: mean (\S+), (\S+) to (\S+)")


class Page(HTMLParser):
    """A page, read."""

    def __init__(self, html):
        super().__init__()
        self.open, self.words, self.titles, self.cards, self.images = [], [], [], [], []
        self.feed(html)
        assert not self.open, self.open

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        assert tag not in {"script", "link", "iframe", "object"}
        assert not any(name.startswith("on") for name in values)
        for name in ("src", "href"):
            assert values.get(name, "data:").startswith("data:")
        if "style" in values:
            assert all(each.startswith("data:") for each in re.findall(r"url\(([^)]*)\)", values["style"]))
        if "title" in values:
            self.titles.append(values["title"])
        if tag == "img":
            self.images.append(values["src"])
        if "card" in values.get("class", "").split():
            self.cards.append((values["class"].split()[1], values["style"]))
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in EMPTY:
            self.open.pop()

    def handle_endtag(self, tag):
        if tag not in EMPTY:
            assert self.open.pop() == tag

    def handle_data(self, data):
        if "style" in self.open:
            return
        if "title" in self.open:
            self.titles.append(data)
        self.words.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())

    def entries(self):
        """Yield array, index, meaning and number of each tooltip of one entry."""
        for title in self.titles:
            if match := ENTRY.fullmatch(title):
                yield match[1], tuple(map(int, match[2].split(","))), match[3], match[4]


def see_that_numbers_are_those_of(page, trace):
    """Hold every tooltip against the trace's arrays; return the entries that were seen, by array."""
    seen = {}
    for array, index, _, shown in page.entries():
        assert float(shown) == float(f"{float(trace.array(array)[index]):.4g}"), (array, index)
        seen.setdefault(array, set()).add(index)
    for title in page.titles:
        if match := BLOCK.fullmatch(title):
            place = tuple(
                slice(*map(int, part.split(":"))) if ":" in part else int(part) for part in match[2].split(",")
            )
            own = trace.array(match[1])[place]
            for value, shown in zip((own.mean(), own.min(), own.max()), match.groups()[2:], strict=True):
                np.testing.assert_allclose(float(shown), value, rtol=5.1e-4, atol=1e-7)
            seen.setdefault(match[1], set()).add(match[2])
    return seen
