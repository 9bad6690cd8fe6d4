"""The repository's files, and the public data files that tests use where they are at hand and skip without."""

import os
import re
import tomllib
from pathlib import Path

from needs import lacks

ROOT = Path(__file__).parents[1]
CASES = ROOT / "tests" / "cases"
FOLDER = Path(os.environ.get("GLASSNET_SHARED", ROOT.parent / "shared"))
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PROJECT = PYPROJECT["project"]
TARGETS = re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)


def saved_and_loaded(model, path: Path):
    """Save a network or an estimator, and return what is loaded from that file."""
    import glassnet

    model.save(path)
    return glassnet.load(path)


def shared(name: str) -> Path:
    """Return the path of a data file such as "data/train.h5", or skip the test."""
    path = FOLDER / name
    if not path.exists():
        lacks("data", f"the file {name} in {FOLDER} (set GLASSNET_SHARED to its folder)")
    return path
