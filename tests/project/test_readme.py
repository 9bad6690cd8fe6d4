"""Every command and every example of the README is run."""

import os
import re
import shlex
import subprocess
import sys

import pytest

from shared import ROOT

TEXT = (ROOT / "README.md").read_text()
SHELL = [line for block in re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL) for line in block.splitlines()]
PYTHON = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
MY_NETWORK = next(block for block in PYTHON if block.startswith("# my_network.py"))


@pytest.mark.long
def test_the_glassnet_commands(tmp_path):
    folder = tmp_path
    for line in (line for line in SHELL if line.startswith(("glassnet ", "cd "))):
        words = shlex.split(line)
        if words[0] == "cd":
            folder = folder / words[1]
            continue
        graded = words[1] == "grade"
        if graded:
            (folder / "my_network.py").write_text(MY_NETWORK)
        command = [sys.executable, "-c", "from glassnet.cli import main; main()", *words[1:]]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == (3 if graded else 0), f"{line}\n{done.stderr}"
        assert done.stdout
    assert (folder / "predictions.csv").exists()


@pytest.mark.long
def test_the_python_examples(tmp_path):
    code = "\n".join(PYTHON)
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "sizes.glassnet").exists()


@pytest.mark.needs("make")
@pytest.mark.parametrize("target", ["demo", "test", "bench"])
def test_the_make_targets(target):
    """Make would do the work: a dry run, because `make test` is what runs this."""
    assert f"make {target}" in TEXT
    done = subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, text=True, check=True)
    work = {"demo": "glassnet demo", "test": "pytest", "bench": "bench/all.py"}[target]
    assert work in done.stdout


@pytest.mark.long
def test_pip_install(tmp_path):
    """The wheel is built and holds the package; without the network, so with the tools and libraries already here."""
    command = [sys.executable, "-m", "pip", *shlex.split("install --no-deps --no-build-isolation --quiet --target")]
    subprocess.run([*command, str(tmp_path), str(ROOT)], check=True, capture_output=True)
    assert (tmp_path / "glassnet" / "core" / "equations.py").exists()
    code = "import glassnet; print(glassnet.__file__)"
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    found = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert found.stdout.startswith(str(tmp_path))


def test_every_shell_line_is_known():
    """A new kind of line in a shell block needs a test of its own."""
    known = ("glassnet ", "cd ", "make demo", "make test", "make bench", "pip install .")
    assert all(line.startswith(known) for line in SHELL)
