"""The map in docs/architecture.md is true: its files exist, the names are in them, and no module is missing."""

import re
from pathlib import Path

import pytest

from shared import ROOT

PACKAGE = ROOT / "src" / "glassnet"
PAGE = (ROOT / "docs" / "architecture.md").read_text("utf-8")
MAP = PAGE.split("\n## The map\n")[1].split("\n## From an option")[0]
ROWS = [line.strip("|").split("|") for line in MAP.splitlines() if line.startswith("|") and "`" in line]


def places(files):
    """Return the paths that a cell names; those of the last section begin in the repository's root."""
    names = re.findall(r"`([\w./-]+\.\w+)`", files)
    return [next((base / name for base in (PACKAGE, ROOT) if (base / name).exists()), Path(name)) for name in names]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0].strip()[:60])
def test_a_row_of_the_map(row):
    _, files, names = row
    found = places(files)
    assert found
    assert not [str(path) for path in found if not path.exists()]
    text = "\n".join(path.read_text("utf-8") for path in found)
    assert not [name for name in re.findall(r"`(\w+)`", names) if not re.search(rf"\b{name}\b", text)]


def test_every_module_is_on_the_map():
    modules = {path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py")}
    assert not {path for path in modules if not path.endswith("__init__.py") and f"`{path}`" not in MAP}


def test_the_path_of_an_option_names_what_is_there():
    steps = re.split(r"\n\d\. ", PAGE.split("\n## From an option")[1].split("\n## Glossary")[0])[1:]
    assert len(steps) > 4
    for step in steps:
        files = re.findall(r"`([\w/]+\.py)`", step)
        text = "\n".join((PACKAGE / name).read_text("utf-8") for name in files)
        assert files
        assert not [name for name in re.findall(r"`(\w+)`", step) if name not in text]
