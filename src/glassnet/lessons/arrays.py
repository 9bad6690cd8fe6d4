"""Experiments about arrays: loops against products, and the array of rank 1 that broadcasting turns into a matrix."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from glassnet import equations
from glassnet.errors import ShapeError
from glassnet.lessons.experiment import Evidence, Experiment, Finding, Picture, Table, middle, numbers
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
    for s, (n_x, m) in enumerate(sizes):
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
        ],
    )  # fmt: skip


# ---------------------------------------------------------------- broadcasting
def broadcasting(seeds: Sequence[int], m: int = 6, n: int = 4, checked: bool = True) -> Evidence:
    """Show what NumPy computes with an array of shape (m,) instead of a matrix, and how the equations refuse it.

    Parameters
    ----------
    seeds : sequence of int
        One run for each.
    m, n : int
        Samples, and units of a layer.
    checked : bool
        Whether the equations check shapes; without that nothing refuses the arrays.

    Returns
    -------
    Evidence
        Findings, tables and pictures.
    """
    # What is written | what NumPy computes | what was meant | what the equations are given.
    traps: dict[str, Callable[[dict[str, Array]], tuple[Array, Array, Callable[[], Any]]]] = {
        "A - y, y of shape (m,)": lambda d: (
            d["A"].T - d["Y"][0], d["A"] - d["Y"], lambda: equations.cost_backward(d["A"], d["Y"][0])),
        "mean of (A - y)²": lambda d: (
            np.array(((d["A"].T - d["Y"][0]) ** 2).mean()), np.array(((d["A"] - d["Y"]) ** 2).mean()),
            lambda: equations.cost(d["A"], d["Y"][0], "squared_error")),
        "W X + b, b of shape (n,)": lambda d: (
            d["W"] @ d["X"] + d["b"][:, 0], d["W"] @ d["X"] + d["b"],
            lambda: equations.linear_forward(d["X"], d["W"], d["b"][:, 0])),
        "db = sum(dZ, axis=1), no keepdims": lambda d: (
            d["b"] - 0.1 * d["dZ"].sum(axis=1), d["b"] - 0.1 * d["dZ"].sum(axis=1, keepdims=True),
            lambda: equations.gradient_descent(
                [None, d["W"]], [None, d["b"]], [None, d["W"]], [None, d["dZ"].sum(axis=1)], 0.1)),
        "a aᵀ, a of shape (m,)": lambda d: (
            np.array(d["Y"][0] @ d["Y"][0].T), d["Y"].T @ d["Y"],
            lambda: equations.linear_backward(d["Y"][0], d["X"], d["W"])),
    }  # fmt: skip
    rows, wrong, caught = [], np.zeros((len(traps), len(seeds))), np.zeros((len(traps), len(seeds)))
    message = ""
    for k, seed in enumerate(seeds):
        rng = np.random.default_rng(seed)
        given = {
            "A": rng.uniform(0.1, 0.9, (1, m)), "Y": (rng.permutation(m) < m / 2).astype(float)[None, :],
            "X": rng.standard_normal((3, n)), "W": rng.standard_normal((n, 3)), "b": rng.standard_normal((n, 1)),
            "dZ": rng.standard_normal((n, m)),
        }  # fmt: skip
        for t, (written, trap) in enumerate(traps.items()):
            computed, meant, ask = trap(given)
            wrong[t, k] = computed.shape != meant.shape or np.abs(computed - meant).max() > 1e-6
            message = _refusal(ask) if checked else ""
            caught[t, k] = bool(message)
            if k == 0:
                rows.append((written, str(computed.shape), str(meant.shape), message or "nothing"))
    table = Table("The trap, and what the equations say to it", ("written", "NumPy gives", "meant", "glassnet"), rows)
    return Evidence(
        [
            Finding("traps that NumPy falls into without a word", numbers(wrong.sum(axis=0)), at_least=len(traps)),
            Finding("traps that the equations refuse", numbers(caught.sum(axis=0)), at_least=len(traps)),
        ],
        [table],
        [_wrong_broadcast(m, seeds[0])],
        ["The cure: write shapes with two numbers, (m, 1) or (1, m); sum with keepdims=True; check what comes in."],
    )


def _refusal(ask: Callable[[], Any]) -> str:
    try:
        ask()
    except ShapeError as error:
        return str(error)
    return ""


def _wrong_broadcast(m: int, seed: int) -> Picture:
    """Draw the row of differences that was meant, and the matrix that NumPy returns."""
    rng = np.random.default_rng(seed)
    A, y = rng.uniform(0.1, 0.9, (1, m)), (rng.permutation(m) < m / 2).astype(float)
    meant = np.full((m, m), 0.0)
    meant[m // 2] = A[0] - y
    titles = [f"meant: A - Y, (1, {m})", f"came: A.T - y, ({m}, {m})"]
    pictures = np.stack([meant, A.T - y])
    return Picture(
        "images",
        "Differences of m predictions and labels",
        {"pictures": pictures, "titles": titles, "signed": True, "columns": 2},
    )


EXPERIMENTS = {
    "vectorization": Experiment(
        "Loops and products",
        "The slopes of logistic regression are the same by loops and by matrix products, and products are many times "
        "faster.",
        vectorization, (3, 2), {"sizes": ((2, 10), (10, 100), (100, 400))}),
    "broadcasting": Experiment(
        "The array of rank 1",
        "NumPy turns an array of shape (m,) into a matrix, or a number, without a word; the equations refuse it.",
        broadcasting),
}  # fmt: skip
