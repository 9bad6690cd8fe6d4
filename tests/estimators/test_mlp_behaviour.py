"""scikit-learn's published tests of its own two classes, run against ours."""

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


@pytest.mark.long
def test_scikit_learns_own_tests_pass(tmp_path):
    source = files("sklearn.neural_network") / "tests" / "test_mlp.py"
    if not source.is_file():
        pytest.skip("this scikit-learn was installed without its tests")
    text = source.read_text("utf-8")
    assert THEIRS in text
    (tmp_path / "test_theirs.py").write_text(text.replace(THEIRS, OURS), "utf-8")
    without = [f"--deselect=test_theirs.py::{name}" for name in PRIVATE]
    command = [sys.executable, "-m", "pytest", "-q", "-c/dev/null", f"--rootdir={tmp_path}", "-pno:cacheprovider"]
    command += [*without, "test_theirs.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:]
    assert int(done.stdout.split(" passed")[0].split()[-1]) >= 50
