"""Whole-process seconds from a small CSV file to a saved model: the shell against scripts of its neighbours."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from _script import Verdict, script, verdict

LIMIT = 0.6  # of the time of scikit-learn's script
SKLEARN = """
import pickle, pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
table = pd.read_csv("small.csv")
parts = train_test_split(table.drop(columns="y"), table["y"], random_state=0)
model = make_pipeline(StandardScaler(), MLPClassifier(early_stopping=True, random_state=0)).fit(parts[0], parts[2])
print(model.score(parts[1], parts[3]))
pickle.dump(model, open("model.pickle", "wb"))
"""
TORCH = """
import numpy as np, torch
table = np.genfromtxt("small.csv", delimiter=",", skip_header=1, dtype=np.float32)
X, y = torch.from_numpy(table[:, :-1]), torch.from_numpy(table[:, -1]).long()
X = (X - X.mean(0)) / X.std(0)
model = torch.nn.Sequential(torch.nn.Linear(X.shape[1], 100), torch.nn.ReLU(), torch.nn.Linear(100, 2))
optimizer, cost = torch.optim.Adam(model.parameters()), torch.nn.CrossEntropyLoss()
for _ in range(100):
    for chosen in torch.randperm(len(X)).split(200):
        optimizer.zero_grad()
        cost(model(X[chosen]), y[chosen]).backward()
        optimizer.step()
torch.save(model.state_dict(), "model.pt")
"""


def write_table(path: Path, m: int = 400, n_x: int = 8) -> None:
    """Write m rows of n_x numbers and a class y that they decide, with noise."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((m, n_x))
    y = X @ rng.standard_normal(n_x) + 0.3 * rng.standard_normal(m) > 0
    names = ",".join(f"x{i}" for i in range(n_x)) + ",y"
    np.savetxt(path, np.column_stack([X, y]), delimiter=",", header=names, comments="", fmt=["%.6f"] * n_x + ["%d"])


def measure(repeats: int, quick: bool = False) -> dict[str, Any]:
    """Return each peer's seconds, one number a repeat; the peers take turns, after a first uncounted run."""
    commands = {
        "glassnet": [str(Path(sys.executable).with_name("glassnet")), "train", "small.csv", "--target", "y"],
        "scikit-learn": [sys.executable, "-c", SKLEARN],
        "PyTorch": [sys.executable, "-c", TORCH],
    }
    libraries = {"scikit-learn": ("sklearn", "pandas"), "PyTorch": ("torch",)}
    there = [name for name in commands if all(map(find_spec, libraries.get(name, ())))]
    seconds: dict[str, list[float]] = {name: [] for name in there}
    with tempfile.TemporaryDirectory() as folder:
        write_table(Path(folder, "small.csv"))
        for turn in range(1 + (1 if quick else repeats)):
            for name in there:
                began = time.perf_counter()
                subprocess.run(commands[name], cwd=folder, check=True, capture_output=True)
                if turn:  # the first turn fills the file cache
                    seconds[name].append(time.perf_counter() - began)
    return {"seconds": seconds, "median": {name: median(values) for name, values in seconds.items()}}


def verdicts(result: dict[str, Any]) -> list[Verdict]:
    """Hold the whole process against scikit-learn's script."""
    middle = result["median"]
    ratio = middle["glassnet"] / middle["scikit-learn"] if "scikit-learn" in middle else None
    target = f"5. whole process under {LIMIT} of scikit-learn's script"
    return [verdict(target, ratio, ratio is not None and ratio < LIMIT)]


def main() -> None:
    """Measure and print."""
    script("Seconds from the shell command to the saved model.", measure, verdicts)


if __name__ == "__main__":
    main()
