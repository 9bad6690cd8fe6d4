"""Handwritten digits: time to the same accuracy beside scikit-learn, and the setting that reads them best.

    python bench/mnist.py mnist.npz [--engine auto] [--before FOLDER] [--repeats 3] [--part time|best] [--quick]
                          [--json FILE]

`mnist.npz` holds X_train (60000, 28, 28), y_train, X_test (10000, 28, 28) and y_test, pixels from 0 to 255. No picture
is moved, turned or bent. The time holds the training and, for both alike, the accuracy on the test pictures after each
epoch. `bench/all.py --mnist mnist.npz` measures the time alone. "before" is version 0.1 in a process of its own.
"""

from __future__ import annotations

import time
import warnings
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from sklearn import neural_network as peers

from _common import machine
from _script import Options, options_of, parser_of, write_json
from glassnet import MLPClassifier
from targets import Figures, line_of, verdicts
from workers import Worker

GOAL, QUICK_GOAL = 0.972, 0.5  # accuracy on the test pictures that both must reach
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


def seconds_of_ours(data: Data, goal: float, seed: int, engine: str = "auto") -> tuple[float, int, float]:
    """Return seconds, epochs and accuracy of glassnet's way to the goal."""
    X, y, X_test, y_test = data
    ours = MLPClassifier(**PLAIN, engine=engine, random_state=seed).set_callbacks(Reached(goal))
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


def seconds_from(path: Path, quick: bool, goal: float, seed: int, engine: str) -> tuple[float, int, float]:
    """Return what `seconds_of_ours` does, of data that are read here: what a worker is asked for."""
    return seconds_of_ours(read(path, quick), goal, seed, engine)


def time_to_goal(path: Path, options: Options, goal: float) -> dict[str, Any]:
    """Measure all from equal seeds, in turn."""
    data, ways = read(path, options.quick), {"glassnet": partial(seconds_of_ours, engine=options.engine)}
    rows: dict[str, list[tuple[float, int, float]]] = {}
    with nullcontext() if options.before is None else Worker(options.before) as before:
        if before is not None:
            asked = (path.resolve(), options.quick, goal)
            ways["before"] = lambda data, goal, seed: before.ask("mnist", "seconds_from", *asked, seed, "auto")
        ways["scikit-learn"] = seconds_of_theirs
        for seed in range(options.repeats):
            for name, way in ways.items():
                seconds, epochs, accuracy = way(data, goal, seed)
                print(
                    f"{name:<14}seed {seed}  {seconds:>7.1f} s  {epochs:>3} epochs  accuracy {accuracy:.4f}", flush=True
                )
                rows.setdefault(name, []).append((seconds, epochs, accuracy))
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


def measure(options: Options, part: str = "time") -> dict[str, Any]:
    """Return what the part that is asked for measures; of both where it is ""."""
    assert options.mnist is not None
    warnings.simplefilter("ignore")  # the end of max_iter is what is wanted
    result: dict[str, Any] = {}
    if part != "best":
        result["time"] = time_to_goal(options.mnist, options, QUICK_GOAL if options.quick else GOAL)
    if part != "time":
        result["best"] = best(read(options.mnist, options.quick), options.repeats, options.quick)
    return result


def figures(result: dict[str, Any]) -> Figures:
    """Return our share of scikit-learn's time, where we reach the goal, and what the best setting reaches."""
    found: dict[str, float | None] = {}
    if "time" in result:
        middle = result["time"]["median"]
        if all(row[2] >= GOAL for row in result["time"]["rows"]["glassnet"]):
            found["share"] = middle["glassnet"] / middle["scikit-learn"]
    if "best" in result:
        found["best: accuracy"] = median(run["accuracy"] for run in result["best"])
        found["best: seconds"] = max(run["seconds"] for run in result["best"])
    return found


def main() -> None:
    """Measure and print."""
    parser = parser_of("Handwritten digits.")
    parser.set_defaults(repeats=3)  # seeds, of which the median counts
    parser.add_argument("mnist", type=Path, help="mnist.npz")
    parser.add_argument("--part", choices=("time", "best"), default="", help="one of the two; both by default")
    asked = parser.parse_args()
    result = {"machine": machine(), **measure(options_of(asked), asked.part)}
    if not asked.quick:
        print(*(line_of(row) for row in verdicts("mnist", figures(result)) if row["measured"]), sep="\n")
    if asked.json is not None:
        write_json(asked.json, result)


if __name__ == "__main__":
    main()
