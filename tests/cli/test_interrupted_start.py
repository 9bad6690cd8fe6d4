"""Ctrl-C while the command still imports ends in one sentence, without Python's traceback."""

import os
import subprocess
import sys

import pytest

# A finder of modules that presses Ctrl-C when one is about to be imported, in the place of a site's customisation.
SITE = """
import os, signal, sys
class Presses:
    def find_spec(self, name, path=None, target=None):
        if name == {name!r}:
            sys.meta_path.remove(self)
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Presses())
"""


@pytest.mark.parametrize(
    "name", ["numpy", "numpy.linalg", "glassnet.network", "typer", "rich.console", "glassnet.workflows"]
)
def test_ctrl_c_while_the_command_starts(name, tmp_path):
    (tmp_path / "sitecustomize.py").write_text(SITE.format(name=name))
    (tmp_path / "t.csv").write_text("a,y\n1,u\n2,v\n" * 5)
    paths = [str(tmp_path), *sys.path]
    done = subprocess.run(
        [sys.executable, "-m", "glassnet", "train", "t.csv", "--target", "y"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
    )  # fmt: skip
    assert done.returncode == 130
    assert done.stderr.strip() == "glassnet: interrupted; nothing was changed"
