"""Whole-process seconds from a small CSV file to a saved model: the shell against scripts with other libraries.

A fifth of the rows is kept for the score, features are scaled, the model is saved. The scripts and "glassnet" train
one network of 128 relu units, with the same batches and epochs and no early end. "no settings" is what `glassnet train`
does when nothing is said: the choice between linear and deep networks, eight of each.

    python bench/start.py [--repeats 5] [--quick] [--json FILE]
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from _script import Options, script
from glassnet.estimators.tabular.recipes import CLASSES
from targets import Figures

ROWS = 400
SKLEARN = """
import pickle, pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
table = pd.read_csv("small.csv")
X, y = table.drop(columns="y"), table["y"]
X, X_test, y, y_test = train_test_split(X, y, test_size=0.2, stratify=y, random_state=0)
network = MLPClassifier({hidden}, batch_size={batch}, alpha=0.1, max_iter={epochs}, n_iter_no_change={epochs},
                        random_state=0)
model = make_pipeline(StandardScaler(), network).fit(X, y)
pickle.dump(model, open("model.pickle", "wb"))
print(network.n_iter_, model.score(X_test, y_test))
"""
TORCH = """
import numpy as np, torch
table = np.loadtxt("small.csv", delimiter=",", skiprows=1, dtype=np.float32)
table = torch.from_numpy(table[np.random.default_rng(0).permutation(len(table))])
X, y, kept = table[:, :-1], table[:, -1:], len(table) // 5
X = (X - X[kept:].mean(0)) / X[kept:].std(0)
X, X_test, y, y_test = X[kept:], X[:kept], y[kept:], y[:kept]
widths, layers = (X.shape[1], *{hidden}), []
for n_prev, n in zip(widths, widths[1:]):
    layers += [torch.nn.Linear(n_prev, n), torch.nn.ReLU()]
model = torch.nn.Sequential(*layers, torch.nn.Linear(widths[-1], 1))
optimizer = torch.optim.Adam(model.parameters(), weight_decay=0.1 / len(X))
loss, epochs = torch.nn.BCEWithLogitsLoss(), 0
for epochs in range(1, {epochs} + 1):
    for chosen in torch.randperm(len(X)).split({batch}):
        optimizer.zero_grad()
        loss(model(X[chosen]), y[chosen]).backward()
        optimizer.step()
torch.save(model.state_dict(), "model.pt")
with torch.no_grad():
    print(epochs, ((model(X_test) > 0) == (y_test > 0)).float().mean().item())
"""


def write_table(path: Path, m: int = ROWS, n_x: int = 8) -> None:
    """Write m rows of n_x numbers and a class y that they decide, with noise."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((m, n_x))
    y = X @ rng.standard_normal(n_x) + 0.3 * rng.standard_normal(m) > 0
    names = ",".join(f"x{i}" for i in range(n_x)) + ",y"
    np.savetxt(path, np.column_stack([X, y]), delimiter=",", header=names, comments="", fmt=["%.6f"] * n_x + ["%d"])


def measure(options: Options) -> dict[str, Any]:
    """Return each process's seconds (one for each repeat), epochs and accuracy; a first round fills the file cache.

    A quick run trains for two epochs and times that first round.
    """
    quick = options.quick
    shell = [str(Path(sys.executable).with_name("glassnet")), "train", "small.csv", "--target", "y"]
    with tempfile.TemporaryDirectory() as folder:
        write_table(Path(folder, "small.csv"))

        def timed(name: str, command: list[str]) -> str:
            began = time.perf_counter()
            done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
            seconds.setdefault(name, []).append(time.perf_counter() - began)
            return done.stdout

        simple = CLASSES["simple"]
        epochs_of_simple = 2 if quick else simple.epochs_for(ROWS * 4 // 5, simple.batch_size)
        same = {"hidden": simple.hidden, "batch": simple.batch_size, "epochs": epochs_of_simple}
        one = ["--hidden", ",".join(map(str, simple.hidden)), "--activation", "relu", "--dropout", "0"]
        one += ["--batch-size", str(simple.batch_size), "--epochs", str(epochs_of_simple)]
        commands = {"glassnet": [*shell, *one], "no settings": [*shell, *(["--epochs", "2"] if quick else [])]}
        seconds: dict[str, list[float]] = {}
        documents = {name: json.loads(timed(name, [*command, "--json"])) for name, command in commands.items()}
        libraries = {"scikit-learn": (SKLEARN, ("sklearn", "pandas")), "PyTorch": (TORCH, ("torch",))}
        for name, (text, needed) in libraries.items():
            if all(map(find_spec, needed)):
                commands[name] = [sys.executable, "-W", "ignore", "-c", text.format(**same)]
        results = {name: timed(name, command).split() for name, command in commands.items() if name not in documents}
        if not quick:
            seconds.clear()
            for _ in range(options.repeats):
                for name, command in commands.items():
                    timed(name, command)
    middle = {name: median(values) for name, values in seconds.items()}
    epochs = {name: len(of["record"]["epoch_cost"]) for name, of in documents.items()}
    scores = {name: of["scores"]["test"]["accuracy"] for name, of in documents.items()}
    epochs |= {name: int(found[0]) for name, found in results.items()}
    scores |= {name: float(found[1]) for name, found in results.items()}
    for name, value in middle.items():
        print(f"{name:<14}{value:>7.2f} s {value / middle['glassnet']:>6.2f}x {epochs[name]:>5} epochs"
              f"   test accuracy {scores[name]:.3f}")  # fmt: skip
    return {"seconds": seconds, "median": middle, "epochs": epochs, "accuracy": scores, "network": same}


def figures(result: dict[str, Any]) -> Figures:
    """Return the shares of scikit-learn's whole process."""
    middle = dict(result["median"])
    theirs = middle.pop("scikit-learn", None)
    return {} if theirs is None else {name: seconds / theirs for name, seconds in middle.items()}


def main() -> None:
    """Measure and print."""
    script("start", "Seconds from the shell command to the saved model.", measure, figures)


if __name__ == "__main__":
    main()
