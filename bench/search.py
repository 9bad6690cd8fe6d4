"""Five-fold cross-validation of 20 learning rates on digits (float32): SearchCV against scikit-learn's GridSearchCV.

Beside them stand the matrix products of the 100 fits alone: those of each step, forwards and backwards, by NumPy's BLAS
with one thread in a process on each core, each with its share of the fits.

    python bench/search.py [--before FOLDER] [--repeats 5] [--quick] [--json FILE]
"""

from __future__ import annotations

import os
import time
import warnings
from contextlib import ExitStack
from statistics import median
from typing import Any

import numpy as np

from _common import cores, cpu_info
from _script import Options, script
from targets import Figures
from workers import Worker

EPOCHS, FOLDS, RATES = 30, 5, np.logspace(-4, -1, 20)
HIDDEN, BATCH = 100, 200
Found = tuple[float, float, float]  # seconds, the chosen rate, its mean score


def search_by(name: str, epochs: int, rates: list[float]) -> Found:
    """Search by "glassnet" or "scikit-learn", over the same network, candidates and folds."""
    from sklearn.datasets import load_digits

    X, y = load_digits(return_X_y=True)
    asked = {"hidden_layer_sizes": (HIDDEN,), "batch_size": BATCH, "max_iter": epochs, "random_state": 0}
    grid = {"learning_rate_init": rates}
    if name == "glassnet":
        from glassnet import MLPClassifier, SearchCV

        search = SearchCV(MLPClassifier(**asked), grid, cv=FOLDS)
    else:
        from sklearn.model_selection import GridSearchCV
        from sklearn.neural_network import MLPClassifier as Theirs

        search = GridSearchCV(Theirs(**asked), grid, cv=FOLDS, n_jobs=2)
    began = time.perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the end of max_iter is what is wanted
        search.fit((X / 16).astype("float32"), y)
    seconds = time.perf_counter() - began
    return seconds, float(search.best_params_["learning_rate_init"]), float(search.best_score_)


def products_alone(fits: int, epochs: int, m: int = 1797 * (FOLDS - 1) // FOLDS, n_x: int = 64, n_y: int = 10) -> float:
    """Return the seconds that the matrix products of so many fits take in this process."""
    rng, n = np.random.default_rng(0), HIDDEN

    def numbers(*shape: int) -> np.ndarray:
        return rng.standard_normal(shape, "float32")

    sizes = [BATCH] * (m // BATCH) + [m % BATCH] * (m % BATCH > 0)
    W1, W2, kept = numbers(n, n_x), numbers(n_y, n), {}
    for size in set(sizes):
        X, A, dZ2, dZ1 = numbers(size, n_x).T, numbers(n, size), numbers(n_y, size), numbers(n, size)
        pairs = ((W1, X), (W2, A), (dZ2, A.T), (W2.T, dZ2), (dZ1, X.T))  # Z[1], Z[2], dW[2], dA[1], dW[1]
        kept[size] = [(left, right, left @ right) for left, right in pairs]
    began = time.perf_counter()
    for _ in range(fits * epochs):
        for size in sizes:
            for left, right, out in kept[size]:
                np.matmul(left, right, out=out)
    return time.perf_counter() - began


def measure(options: Options) -> dict[str, Any]:
    """Return seconds of each repeat, and each search's chosen rate with its own mean score."""
    rates = [float(rate) for rate in (RATES[::10] if options.quick else RATES)]
    epochs, count = 2 if options.quick else EPOCHS, cores()
    seconds: dict[str, list[float]] = {}
    chosen: dict[str, dict[str, float]] = {}
    with ExitStack() as stack:
        pool = [stack.enter_context(Worker(threads=1)) for _ in range(count)]
        before = None if options.before is None else stack.enter_context(Worker(options.before))
        names = ("glassnet", *(("before",) if before else ()), "scikit-learn")
        if before is not None:
            before.ask("search", "search_by", "glassnet", epochs, rates)  # compiles, and is warm
        for _ in range(options.repeats):
            for name in names:
                asked = ("glassnet" if name == "before" else name, epochs, rates)
                found = before.ask("search", "search_by", *asked) if name == "before" and before else search_by(*asked)
                seconds.setdefault(name, []).append(found[0])
                chosen[name] = {"rate": found[1], "score": found[2]}
            share = -(-len(rates) * FOLDS // count)
            for worker in pool:
                worker.send("search", "products_alone", share, epochs)
            seconds.setdefault("products alone", []).append(max(worker.receive() for worker in pool))
    middle = {name: median(values) for name, values in seconds.items()}
    for name, value in middle.items():
        more = f"   rate {chosen[name]['rate']:.4g}, accuracy {chosen[name]['score']:.4f}" if name in chosen else ""
        print(f"{name:<14}{value:>7.2f} s{more}")
    wide = "avx512f" in cpu_info("flags").split() and os.environ.get("GLASSNET_LEVEL", "avx512") == "avx512"
    return {"seconds": seconds, "median": middle, "chosen": chosen, "avx512": wide}


def figures(result: dict[str, Any]) -> Figures:
    """Return how many times faster the search is, how near its products, and what it gains by its choice."""
    middle, ours, theirs = result["median"], *(result["chosen"][name] for name in ("glassnet", "scikit-learn"))
    gain = ours["score"] - theirs["score"]
    return {
        "GridSearchCV": middle["scikit-learn"] / middle["glassnet"],
        "products alone": middle["glassnet"] / middle["products alone"],
        "gain": max(gain, 0.0) if ours["rate"] == theirs["rate"] else gain,
        "AVX-512": float(result["avx512"]),
    }


def main() -> None:
    """Measure and print."""
    script("search", "Seconds of a search, 100 fits.", measure, figures)


if __name__ == "__main__":
    main()
