"""Handwritten digits: time to the same accuracy beside scikit-learn, and the setting that reads them best.

    python bench/mnist.py mnist.npz [--repeats 3] [--part time|best] [--quick] [--json FILE]

`mnist.npz` holds X_train (60000, 28, 28), y_train, X_test (10000, 28, 28) and y_test, pixels from 0 to 255. No picture
is moved, turned or bent. The time holds the training and, for both alike, the accuracy on the test pictures after each
epoch.
"""

from __future__ import annotations

import argparse
import time
import warnings
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from sklearn import neural_network as peers

from _common import machine
from _script import Verdict, line_of, verdict, write_json
from glassnet import MLPClassifier

GOAL, SHARE_OF_TIME = 0.972, 0.5  # accuracy on the test pictures that both must reach; our share of scikit-learn's time
BEST_GOAL, BEST_SECONDS = 0.986, 360
PLAIN: dict[str, Any] = {"hidden_layer_sizes": (100,), "n_iter_no_change": np.inf, "max_iter": 60}
BEST: dict[str, Any] = {
    "hidden_layer_sizes": (800, 800),
    "solver": "adamw",
    "weight_decay": 0.1,
    "alpha": 0.0,
    "dropout": 0.5,
    "label_smoothing": 0.1,
    "schedule": "warmup_cosine(0.2)",
    "learning_rate_init": 0.002,
    "batch_size": 256,
    "max_iter": 30,
    "n_iter_no_change": np.inf,
    "n_networks": 4,
}
Data = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def read(path: Path, quick: bool) -> Data:
    """Return pictures as rows of float32 between 0 and 1, and labels: training, then test."""
    with np.load(path) as file:
        X, y, X_test, y_test = (file[name] for name in ("X_train", "y_train", "X_test", "y_test"))
    X, X_test = (M.reshape(len(M), -1).astype(np.float32) / 255 for M in (X, X_test))
    return (X[:2000], y[:2000], X_test[:500], y_test[:500]) if quick else (X, y, X_test, y_test)


class Reached:
    """A callback of scikit-learn's protocol that ends the training at a validation score."""

    def __init__(self, goal: float) -> None:
        self.goal = goal

    def setup(self, estimator: Any, context: Any) -> None:
        """Nothing to prepare."""

    teardown = on_fit_task_begin = setup

    def on_fit_task_end(self, estimator: Any, context: Any) -> bool:
        """Tell whether the goal is reached."""
        return bool(estimator.validation_scores_[-1] >= self.goal)


def seconds_of_ours(data: Data, goal: float, seed: int) -> tuple[float, int, float]:
    """Return seconds, epochs and accuracy of glassnet's way to the goal."""
    X, y, X_test, y_test = data
    ours = MLPClassifier(**PLAIN, random_state=seed).set_callbacks(Reached(goal))
    began = time.perf_counter()
    ours.fit(X, y, X_val=X_test, y_val=y_test)
    return time.perf_counter() - began, ours.n_iter_, ours.score(X_test, y_test)


def seconds_of_theirs(data: Data, goal: float, seed: int) -> tuple[float, int, float]:
    """Return seconds, epochs and accuracy of scikit-learn's way to the goal."""
    X, y, X_test, y_test = data
    theirs, seconds, accuracy, epochs = peers.MLPClassifier(**PLAIN, random_state=seed), 0.0, 0.0, 0
    while accuracy < goal and epochs < PLAIN["max_iter"]:
        began = time.perf_counter()
        theirs.partial_fit(X, y, classes=range(10))
        epochs, accuracy = epochs + 1, theirs.score(X_test, y_test)
        seconds += time.perf_counter() - began
    return seconds, epochs, accuracy


def time_to_goal(data: Data, repeats: int, goal: float) -> dict[str, Any]:
    """Measure both from equal seeds, in turn."""
    rows: dict[str, list[tuple[float, int, float]]] = {"glassnet": [], "scikit-learn": []}
    for seed in range(repeats):
        for name, way in (("glassnet", seconds_of_ours), ("scikit-learn", seconds_of_theirs)):
            seconds, epochs, accuracy = way(data, goal, seed)
            print(f"{name:<14}seed {seed}  {seconds:>7.1f} s  {epochs:>3} epochs  accuracy {accuracy:.4f}", flush=True)
            rows[name].append((seconds, epochs, accuracy))
    return {"rows": rows, "median": {name: median(row[0] for row in each) for name, each in rows.items()}}


def best(data: Data, repeats: int, quick: bool) -> list[dict[str, float]]:
    """Train the best setting; return seconds and accuracy of each run."""
    X, y, X_test, y_test = data
    runs = []
    for seed in range(repeats):
        began = time.perf_counter()
        model = MLPClassifier(**{**BEST, **({"max_iter": 2} if quick else {})}, random_state=seed).fit(X, y)
        runs.append({"seconds": time.perf_counter() - began, "accuracy": model.score(X_test, y_test)})
        print(
            f"best setting  seed {seed}  {runs[-1]['seconds']:>7.1f} s  accuracy {runs[-1]['accuracy']:.4f}", flush=True
        )
    return runs


def verdicts(result: dict[str, Any]) -> list[Verdict]:
    """Hold what was measured against what is asked."""
    found = []
    if "time" in result:
        middle = result["time"]["median"]
        share = middle["glassnet"] / middle["scikit-learn"]
        reached = all(row[2] >= GOAL for row in result["time"]["rows"]["glassnet"])
        found.append(
            verdict(f"{GOAL} in at most half of scikit-learn's time", share, reached and share < SHARE_OF_TIME)
        )
    if "best" in result:
        accuracy = median(run["accuracy"] for run in result["best"])
        longest = max(run["seconds"] for run in result["best"])
        found.append(verdict("best setting, accuracy", accuracy, accuracy >= BEST_GOAL, ""))
        found.append(verdict("best setting, seconds", longest, longest < BEST_SECONDS, " s"))
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Handwritten digits.")
    parser.add_argument("data", type=Path, help="mnist.npz")
    parser.add_argument("--repeats", type=int, default=3, help="seeds, of which the median counts")
    parser.add_argument("--part", choices=("time", "best"), help="one of the two; both by default")
    parser.add_argument("--quick", action="store_true", help="few pictures: shows that it runs, measures nothing")
    parser.add_argument("--json", type=Path, help="a file for everything that was measured")
    asked = parser.parse_args()
    warnings.simplefilter("ignore")  # the end of max_iter is what is wanted
    data, repeats = read(asked.data, asked.quick), 1 if asked.quick else asked.repeats
    result: dict[str, Any] = {"machine": machine()}
    if asked.part != "best":
        result["time"] = time_to_goal(data, repeats, 0.5 if asked.quick else GOAL)
    if asked.part != "time":
        result["best"] = best(data, repeats, asked.quick)
    if not asked.quick:
        print(*map(line_of, verdicts(result)), sep="\n")
    if asked.json is not None:
        write_json(asked.json, result)


if __name__ == "__main__":
    main()
