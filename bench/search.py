"""Five-fold cross-validation of 20 learning rates on digits (float32): SearchCV against scikit-learn's GridSearchCV."""

from __future__ import annotations

import time
import warnings
from statistics import median
from typing import Any

import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import GridSearchCV
from sklearn.neural_network import MLPClassifier

import glassnet
from _script import Verdict, script, verdict

LEAST = 10  # times faster
EPOCHS, FOLDS, RATES = 30, 5, np.logspace(-4, -1, 20)


def searches(epochs: int, rates: list[float]) -> dict[str, Any]:
    """Return both searches over the same network, candidates and folds."""
    grid, asked = {"learning_rate_init": rates}, {"hidden_layer_sizes": (100,), "max_iter": epochs, "random_state": 0}
    both = {"scikit-learn": GridSearchCV(MLPClassifier(**asked), grid, cv=FOLDS, n_jobs=2)}
    if hasattr(glassnet, "SearchCV"):
        both = {"glassnet": glassnet.SearchCV(glassnet.MLPClassifier(**asked), grid, cv=FOLDS), **both}
    return both


def measure(repeats: int, quick: bool = False) -> dict[str, Any]:
    """Return seconds of each repeat, and each search's chosen rate with its own mean score."""
    X, y = load_digits(return_X_y=True)
    X, rates = (X / 16).astype("float32"), [float(rate) for rate in (RATES[::10] if quick else RATES)]
    seconds: dict[str, list[float]] = {}
    chosen: dict[str, dict[str, float]] = {}
    for _ in range(1 if quick else repeats):
        for name, search in searches(2 if quick else EPOCHS, rates).items():
            began = time.perf_counter()
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # the end of max_iter is what is wanted
                search.fit(X, y)
            seconds.setdefault(name, []).append(time.perf_counter() - began)
            chosen[name] = {
                "rate": float(search.best_params_["learning_rate_init"]),
                "score": float(search.best_score_),
            }
    middle = {name: median(values) for name, values in seconds.items()}
    for name, value in middle.items():
        print(f"{name:<14}{value:>7.2f} s   rate {chosen[name]['rate']:.4g}, accuracy {chosen[name]['score']:.4f}")
    return {"seconds": seconds, "median": middle, "chosen": chosen}


def verdicts(result: dict[str, Any]) -> list[Verdict]:
    """Hold the seconds and the choice against scikit-learn's."""
    middle, chosen = result["median"], result["chosen"]
    known = "glassnet" in middle
    ratio = middle["scikit-learn"] / middle["glassnet"] if known else None
    gain = chosen["glassnet"]["score"] - chosen["scikit-learn"]["score"] if known else None
    same = known and chosen["glassnet"]["rate"] == chosen["scikit-learn"]["rate"]
    return [
        verdict(f"4. search of 100 fits at least {LEAST}x GridSearchCV", ratio, known and ratio >= LEAST),
        verdict("4. same candidate chosen, or a better score (difference)", gain, known and (same or gain >= 0), ""),
    ]


def main() -> None:
    """Measure and print."""
    script("Seconds of a search, 100 fits.", measure, verdicts)


if __name__ == "__main__":
    main()
