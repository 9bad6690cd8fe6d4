"""Trainings where home, temporary folder, disk, libraries or variables are not what one is used to."""

import json
import os
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from needs import need

NOBODY = 54321  # a user's number that has no name

TRAINING = """
import json, sys
from dataclasses import replace
import numpy as np
from glassnet import Network
from glassnet.backends import choice
from glassnet.backends.registry import BACKENDS

choice.predicted_seconds = lambda run, engine: 9.0 if engine == "numpy" else 1.0  # long enough for "auto"
BACKENDS["torch"] = replace(BACKENDS["torch"], is_present=lambda: False)
X = np.random.default_rng(0).normal(size=(3, 40))
ends = []
for engine in sys.argv[1:]:
    net = Network([3, 4, 1], seed=1)
    before = net.vector.copy()
    try:
        history = net.fit(X, (X[:1] > 0) * 1.0, iterations=5, engine=engine)
        ends.append([history.engine, history.choice])
    except Exception as error:
        assert np.array_equal(net.vector, before)
        ends.append([type(error).__name__, str(error)])
print(json.dumps(ends))
"""


def train(*engines, prepared=None, cwd=None, without=(), **environment):
    """Train in a process of its own; return for each engine how that ended: the engine and why, or the error."""
    env = {name: value for name, value in os.environ.items() if name not in without}
    done = subprocess.run(
        [sys.executable, "-c", TRAINING, *engines],
        env={**env, **environment},
        cwd=cwd,
        preexec_fn=prepared,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stderr == ""
    return json.loads(done.stdout)


# ---------------------------------------------------------------- homes, folders, disks
def read_only(folder):
    folder.chmod(0o555)
    return str(folder)


def as_nobody():
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)


def files_of_at_most(size):
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def small_disk(folder):
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder], capture_output=True, check=False)
    if done.returncode:
        need("small disks")


def vanished(folder):
    """Change to a folder that is then removed."""
    folder.mkdir()
    os.chdir(folder)
    folder.rmdir()


ENVIRONMENTS = {  # name -> what is changed, given a folder of the case's own
    "a user without a name or a home": lambda at: {"prepared": as_nobody, "without": ["HOME"]},
    "home is read-only": lambda at: {"prepared": as_nobody, "HOME": read_only(at)},
    "no file is longer than 20 kB": lambda at: {"prepared": partial(files_of_at_most, 20_000), "HOME": str(at)},
    "no home": lambda at: {"without": ["HOME"], "XDG_CACHE_HOME": str(at)},
    "home is missing": lambda at: {"HOME": str(at / "none" / "home")},
    "home is a file": lambda at: {"HOME": __file__},
    "no temporary folder": lambda at: {"HOME": str(at), "TMPDIR": str(at / "none")},
    "the disk is full": lambda at: {"GLASSNET_CACHE": str(at), "small_disk": True},
    "no path": lambda at: {"HOME": str(at), "PATH": ""},
    "no language": lambda at: {"HOME": str(at), "without": ["LANG", "LC_ALL", "LANGUAGE"]},
    "plain ASCII": lambda at: {"HOME": str(at), "LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "letters of the world": lambda at: {"GLASSNET_CACHE": str(at / "gläs {0} 网络 %s")},
    "python writes no bytecode": lambda at: {"HOME": str(at), "PYTHONDONTWRITEBYTECODE": "1"},
}


@pytest.fixture
def at(tmp_path):
    """Return a folder that everybody can get to and write into."""
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == os.getuid() and folder != Path(folder.anchor):
            folder.chmod(folder.stat().st_mode | 0o711)
    (tmp_path / "own").mkdir()
    (tmp_path / "own").chmod(0o777)
    return tmp_path / "own"


@pytest.mark.needs("the native library")
@pytest.mark.needs("posix")
@pytest.mark.parametrize("name", list(ENVIRONMENTS))
def test_a_training_where(name, at, tally):
    """The native library runs it: nothing has to be kept anywhere."""
    changed = {"without": [], **ENVIRONMENTS[name](at)}
    changed["without"] = [*changed["without"], *({"GLASSNET_CACHE", "XDG_CACHE_HOME"} - set(changed))]
    if changed.get("prepared") is as_nobody:
        need("another user")
    if changed.pop("small_disk", False):
        small_disk(at)
    try:
        assert train("native", **changed) == [["native", "native"]]
    finally:
        if os.path.ismount(at):
            subprocess.run(["umount", at], check=True)
    tally(f"trainings where {name}", tried=1, ended_otherwise=0)


@pytest.mark.needs("the native library")
@pytest.mark.needs("posix")
def test_a_training_where_the_current_folder_is_gone(at, tally):
    auto, named = train("auto", "native", prepared=partial(vanished, at / "here"))
    assert (auto[0], named[0]) == ("native", "native")
    tally("trainings where the current folder is gone", tried=2, ended_otherwise=0)


# ---------------------------------------------------------------- libraries that are missing, or broken
BROKEN = {
    "not installed": None,
    "an import error": "raise ImportError('Torch needs NumPy 2.3 or less.\\nGot NumPy 9.9.')",
    "a missing library": "raise OSError('libtorch.so.2: cannot open shared object file: No such file')",
    "something else": "VALUE = 1",
    "an endless story": "raise RuntimeError('abc ' * 5000)",
}


@pytest.mark.parametrize("how", BROKEN)
def test_a_library_that_cannot_be_loaded(how, tmp_path):
    """One sentence and an unchanged network."""
    (tmp_path / "torch").mkdir()
    text = BROKEN[how] or "raise ModuleNotFoundError(\"No module named 'torch'\")"
    (tmp_path / "torch" / "__init__.py").write_text(text)
    if how == "not installed":  # as far as anyone can see who only looks for it
        shutil.rmtree(tmp_path / "torch")
        (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['torch'] = None\n")
    path = os.pathsep.join([str(tmp_path), *os.environ.get("PYTHONPATH", "").split(os.pathsep)])
    ((kind, message),) = train("torch", PYTHONPATH=path)
    assert kind == "MissingLibraryError"
    assert message.startswith("engine='torch' needs torch")
    assert "pip install" in message
    assert len(message) <= 500
    assert "\n" not in message


def test_without_the_native_library():
    """By name one sentence and an unchanged network; for "auto" NumPy."""
    (kind, message), (used, _) = train("native", "auto", GLASSNET_NATIVE="0")
    assert kind == "MissingLibraryError"
    assert "the native library is switched off by GLASSNET_NATIVE=0" in message
    assert used == "numpy"
