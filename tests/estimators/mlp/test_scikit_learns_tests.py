"""scikit-learn's published tests of its own two classes, run against ours."""

import os
import subprocess
import sys
from importlib.resources import files

import pytest

THEIRS = "from sklearn.neural_network import MLPClassifier, MLPRegressor"
OURS = "from glassnet import MLPClassifier, MLPRegressor"
PRIVATE = (  # they look into private attributes: _optimizer, _unpack, _random_state, _label_binarizer
    "test_fit",
    "test_gradient",
    "test_learning_rate_warmstart",
    "test_adaptive_learning_rate",
)


def run(folder, *options):
    """Run pytest in a folder with scikit-learn's fixtures and nothing else: no conftest.py above, no settings."""
    alone = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "SKLEARN_"))}
    command = [sys.executable, "-m", "pytest", "-q", "-c/dev/null", f"--rootdir={folder}", f"--confcutdir={folder}"]
    command += ["-psklearn.conftest", "-pno:cacheprovider", *options]
    environment = {**alone, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.long
@pytest.mark.needs("scikit-learn's tests")
def test_scikit_learns_own_tests_pass(tmp_path):
    text = (files("sklearn.neural_network") / "tests" / "test_mlp.py").read_text("utf-8")
    assert THEIRS in text
    (tmp_path / "test_theirs.py").write_text(text.replace(THEIRS, OURS), "utf-8")
    done = run(tmp_path, *(f"--deselect=test_theirs.py::{name}" for name in PRIVATE), "test_theirs.py")
    assert done.returncode == 0, done.stdout[-4000:]
    assert int(done.stdout.split(" passed")[0].split()[-1]) >= 50
    assert "skipped" not in done.stdout


@pytest.mark.long
def test_what_lies_around_does_not_decide(tmp_path, monkeypatch):
    """A conftest.py above the folder, or settings of pytest's, could make a test green that fails elsewhere."""
    (tmp_path / "conftest.py").write_text("import pytest\n@pytest.fixture\ndef stray(): pass\n")
    monkeypatch.setenv("PYTEST_ADDOPTS", "--deselect=test_some.py::test_stray")
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "test_some.py").write_text("def test_stray(stray): pass\ndef test_seed(global_random_seed): pass\n")
    done = run(folder)
    assert "fixture 'stray' not found" in done.stdout
    assert "1 passed, 1 error" in done.stdout
