"""Public data files that the tests use where they are at hand, and skip without."""

import os
from pathlib import Path

from needs import lacks

CASES = Path(__file__).parent / "cases"
FOLDER = Path(os.environ.get("GLASSNET_SHARED", Path(__file__).parents[2] / "shared"))


def shared(name: str) -> Path:
    """Return the path of a data file such as "data/train.h5", or skip the test."""
    path = FOLDER / name
    if not path.exists():
        lacks("data", f"the file {name} in {FOLDER} (set GLASSNET_SHARED to its folder)")
    return path
