"""The shell starts at once: training, scoring, predicting and inspecting a table load none of the heavy libraries."""

import subprocess
import sys

import numpy as np
import pytest

HEAVY = ("sklearn", "scipy.stats", "scipy.linalg", "pandas", "torch", "matplotlib", "PIL", "h5py")

SCRIPT = """
import sys
from glassnet.cli.commands import app
app(sys.argv[1:], standalone_mode=False)
print("LOADED", *(name for name in {heavy!r} if name in sys.modules), file=sys.stderr)
"""


def loaded_by(folder, *words):
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(heavy=HEAVY), *words],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stderr.splitlines()[-1].split()[1:]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder, rng = tmp_path_factory.mktemp("start"), np.random.default_rng(0)
    lines = ["size,price,colour,bought,label"]
    for size in rng.normal(size=60):
        colour, price = rng.choice(["red", "blue", ""]), "" if size > 1 else f"{size * 2:.3f}"
        label = "high" if size > 0 else "low"
        lines.append(f"{size:.3f},{price},{colour},{'true' if size > 0.5 else 'false'},{label}")
    (folder / "small.csv").write_text("\n".join(lines) + "\n")
    return folder


@pytest.mark.long
@pytest.mark.parametrize("target", ["label", "size"])
def test_the_shell_loads_nothing_heavy(folder, target):
    model = f"{target}.glassnet"
    assert loaded_by(folder, "train", "small.csv", "--target", target, "--epochs", "2", "--out", model) == []
    assert loaded_by(folder, "evaluate", model, "small.csv") == []
    assert loaded_by(folder, "predict", model, "small.csv") == []
    assert loaded_by(folder, "inspect", model, "small.csv", "--row", "2") == []
