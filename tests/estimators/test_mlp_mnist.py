"""The benchmark of handwritten digits runs, here on scikit-learn's small ones."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_digits

SCRIPT = Path(__file__).parents[2] / "bench" / "mnist.py"


@pytest.mark.long
def test_it_runs_and_writes_what_it_measured(tmp_path):
    X, y = load_digits(return_X_y=True)
    pictures = np.kron(X.reshape(-1, 8, 8), np.ones((3, 3)))
    pictures = (np.pad(pictures, ((0, 0), (2, 2), (2, 2))) * 15).astype(np.uint8)
    np.savez(
        tmp_path / "digits.npz", X_train=pictures[:1500], y_train=y[:1500], X_test=pictures[1500:], y_test=y[1500:]
    )
    results = tmp_path / "results.json"
    done = subprocess.run(
        [sys.executable, SCRIPT, tmp_path / "digits.npz", "--quick", "--json", results],
        env={**os.environ, "OMP_NUM_THREADS": "1"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    measured = json.loads(results.read_text("utf-8"))
    (ours,), (theirs,) = measured["time"]["rows"]["glassnet"], measured["time"]["rows"]["scikit-learn"]
    assert ours[1:] == pytest.approx(theirs[1:], abs=0.02)  # equal seeds: as many epochs, to the same accuracy
    assert measured["best"][0]["accuracy"] > 0.5
