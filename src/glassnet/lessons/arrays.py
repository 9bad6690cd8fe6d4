"""The experiment about loops: the same slopes of logistic regression by loops and by products, side by side."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence

import numpy as np

from glassnet.lessons.experiment import Evidence, Experiment, Finding, Picture, Table, middle, numbers
from glassnet.lessons.progress import tracked
from glassnet.network import Network
from glassnet.typing import Array


# ---------------------------------------------------------------- vectorization
def by_two_loops(w: Array, b: float, X: Array, y: Array) -> tuple[float, Array, float]:
    """Return J, dw (n_x,) and db of logistic regression: a loop over samples, and one over features inside."""
    n_x, m = X.shape
    J, dw, db = 0.0, np.zeros(n_x), 0.0
    for i in range(m):
        z = b
        for j in range(n_x):
            z += w[j] * X[j, i]
        a = 1 / (1 + math.exp(-z))
        J += -(y[i] * math.log(a) + (1 - y[i]) * math.log(1 - a))
        dz = a - y[i]
        for j in range(n_x):
            dw[j] += X[j, i] * dz
        db += dz
    return J / m, dw / m, db / m


def by_one_loop(w: Array, b: float, X: Array, y: Array) -> tuple[float, Array, float]:
    """Return the same by one loop over samples, each a vector."""
    n_x, m = X.shape
    J, dw, db = 0.0, np.zeros(n_x), 0.0
    for i in range(m):
        a = 1 / (1 + math.exp(-(w @ X[:, i] + b)))
        J += -(y[i] * math.log(a) + (1 - y[i]) * math.log(1 - a))
        dw += X[:, i] * (a - y[i])
        db += a - y[i]
    return J / m, dw / m, db / m


def by_vectors(w: Array, b: float, X: Array, y: Array) -> tuple[float, Array, float]:
    """Return the same by NumPy alone, as one writes it down."""
    m = X.shape[1]
    a = 1 / (1 + np.exp(-(w @ X + b)))
    J = -(y * np.log(a) + (1 - y) * np.log(1 - a)).sum()
    dz = a - y
    dw = X @ dz
    db = dz.sum()
    return J / m, dw / m, db / m


def by_products(w: Array, b: float, X: Array, y: Array) -> tuple[float, Array, float]:
    """Return the same by the equations: all samples are one matrix."""
    net = Network([len(w), 1], dtype="float64")
    net.W[1], net.b[1] = w[None, :], np.array([[b]])
    slopes = net.gradients(X, y[None, :])
    return slopes.cost, slopes.dW[1][0], float(slopes.db[1][0, 0])


def vectorization(
    seeds: Sequence[int],
    sizes: Sequence[tuple[int, int]] = ((2, 10), (10, 100), (100, 100), (100, 1000), (1000, 1000), (12288, 209)),
    vectorized: Callable[..., tuple[float, Array, float]] = by_products,
) -> Evidence:
    """Compare the slopes of logistic regression by two loops, by one, and by products, for growing n_x and m.

    Parameters
    ----------
    seeds : sequence of int
        One run for each.
    sizes : sequence of (n_x, m)
        Features and samples of each comparison.
    vectorized : callable
        ``vectorized(w, b, X, y)`` returns J, dw (n_x,) and db.

    Returns
    -------
    Evidence
        Findings, tables and pictures.
    """
    ways = {"two loops": by_two_loops, "one loop": by_one_loop, "vectorised": vectorized}
    seconds = np.empty((len(sizes), len(ways), len(seeds)))
    differences = np.empty((len(sizes), len(seeds)))
    for s, (n_x, m) in tracked(enumerate(sizes)):
        for k, seed in enumerate(seeds):
            rng = np.random.default_rng(seed)
            X, y = rng.standard_normal((n_x, m)), (rng.random(m) < 0.5).astype(float)
            w, b = rng.standard_normal(n_x) / np.sqrt(n_x), 0.1
            found = []
            for way, (compute, repeats) in enumerate(zip(ways.values(), (1, 2, 12), strict=True)):
                times = []
                for _ in range(repeats):
                    start = time.perf_counter()
                    result = compute(w, b, X, y)
                    times.append(time.perf_counter() - start)
                seconds[s, way, k] = min(times)
                found.append(np.concatenate([np.atleast_1d(part) for part in result]))
            differences[s, k] = max(np.abs(found[0] - other).max() for other in found[1:])
    faster = seconds[:, 0] / seconds[:, 2]  # (sizes, seeds)
    of_one = seconds[:, 1] / seconds[:, 2]
    rows = [
        (n_x, m, *(1e3 * seconds[s].mean(axis=1)), faster[s].mean(), of_one[s].mean(), differences[s].max())
        for s, (n_x, m) in enumerate(sizes)
    ]
    head = ("n_x", "m", *(f"{way}, ms" for way in ways), "times faster", "than one loop", "largest difference")
    n_x, m = sizes[-1]
    spent = dict(zip(ways, seconds[-1].mean(axis=1), strict=True))
    numbers_in = [n_x * m for n_x, m in sizes]
    by_size = np.argsort(numbers_in)
    return Evidence(
        [
            Finding("largest difference between the three ways", numbers(differences.max(axis=0)), at_most=1e-12),
            Finding("times faster than two loops, most numbers", numbers(faster[by_size[-1]]), at_least=10),
            Finding("that, over the same with fewest", numbers(faster[by_size[-1]] / faster[by_size[0]]), at_least=1),
        ],
        [Table("J, dw and db of logistic regression", head, rows)],
        [
            Picture("lines", "Vectorised: times faster", {
                "series": {
                    name: (np.sort(numbers_in), *middle(ratio[by_size]))
                    for name, ratio in (("than two loops", faster), ("than one loop", of_one))
                },
                "x": "numbers in X: n_x m", "y": "times", "log_x": True, "log_y": True, "points": True,
            }),
            Picture("listings", f"{m} samples of {n_x} features", {"listings": {
                f"{way}: {_duration(spent[way])}": _code(function) for way, function in
                (("two loops", by_two_loops), ("vectorised", by_vectors))
            }}),
        ],
        ["What is timed as vectorised is what trains: the equations, with their checks. The code beside the loops says "
         "the same in NumPy."],
        f"With {n_x} features and {m} samples the vectorised slopes take {_duration(spent['vectorised'])}, two loops "
        f"{_duration(spent['two loops'])}: {faster[-1].mean():.0f} times as long.",
    )  # fmt: skip


def _code(function: Callable[..., object]) -> str:
    """Return the lines of a function below its docstring."""
    import inspect
    import textwrap

    body = inspect.getsource(function).split('"""')[2]
    return textwrap.dedent(body).strip()


def _duration(seconds: float) -> str:
    return f"{seconds:.2g} s" if seconds >= 1 else f"{1e3 * seconds:.2g} ms"


EXPERIMENTS = {
    "vectorization": Experiment(
        "Loops and products",
        "The slopes of logistic regression are the same by loops and by matrix products, and products are many times "
        "faster.",
        vectorization, (3, 2), {"sizes": ((2, 10), (10, 100), (100, 400))}),
}  # fmt: skip
