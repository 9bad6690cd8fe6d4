"""What the code can say, read from its source: every text in it, with what may be filled in."""

import ast
import itertools
import re
from functools import cache

from glassnet.texts import masked
from shared import ROOT

SOURCE = ROOT / "src" / "glassnet"
GAP = "\0"  # where a value is filled in
MOST = 6  # parts of a text that are there or not, as "s" of a plural; of more only the first way counts
ENOUGH = 12  # letters that a text has of its own, below which it fits too much to be found by


def is_said(english):
    """Return whether the source has every clause of a row of the tables, or a text that fits the whole row."""
    row = re.sub(r"#|\{\w*(?::words)?\}", "0", _plain(english))
    clauses = re.split(r"0|[^\w\s'/-]|\n|\band\b", row)
    words = [clause.strip(" '/-") for clause in clauses if re.search("[a-z]{2}", clause)]
    return all(each in _corpus() for each in words) or any(pattern.fullmatch(row) for pattern in _patterns())


def _plain(text):
    return masked(" ".join(text.replace("_", " ").lower().split())).replace("#", "0")


@cache
def _said():
    texts = set()
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant | ast.JoinedStr):
                texts.update(map(_plain, _texts(node)))
    for path in sorted((SOURCE / "studio" / "page").glob("*.*")):  # the studio's page says what its scripts hold
        texts.update(map(_plain, path.read_text("utf-8").splitlines()))
    tables = [path for path in SOURCE.rglob("*.toml") if not path.name.endswith((".zh.toml", "report.toml"))]
    return texts | {_plain(line) for path in tables for line in path.read_text("utf-8").splitlines()}


@cache
def _corpus():
    return "\n".join(sorted(_said()))


@cache
def _patterns():
    with_gaps = [text for text in _said() if GAP in text and len(text.replace(GAP, "")) >= ENOUGH]
    return [re.compile(".*?".join(map(re.escape, text.split(GAP)))) for text in with_gaps]


def _texts(node):
    """Return the texts that an expression may be; none where it is no text."""
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) else []
    if not isinstance(node, ast.JoinedStr):
        return []
    parts = [_values(part) for part in node.values]
    if sum(len(part) > 1 for part in parts) > MOST:
        parts = [part[:1] for part in parts]
    return ["".join(choice) for choice in itertools.product(*parts)]


def _values(part):
    """Return what a part of an f-string may be: its text, or a value, which may have texts of its own."""
    if isinstance(part, ast.Constant):
        return [part.value]
    inner = [text for node in ast.walk(part.value) for text in _texts(node) if re.search("[a-z]", text)]
    return list(dict.fromkeys([GAP, *inner, *([""] if inner else [])]))
