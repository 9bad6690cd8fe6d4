"""Experiments about broadcasting: the array of rank 1 that becomes a matrix, and columns that are meant to repeat."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from glassnet import equations
from glassnet.errors import ShapeError
from glassnet.lessons.experiment import Evidence, Experiment, Finding, Picture, Table, numbers
from glassnet.typing import Array


# ---------------------------------------------------------------- the trap
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
        f"NumPy computes {int(wrong[:, 0].sum())} of {len(traps)} wrong formulas without a word; the equations refuse "
        f"{int(caught[:, 0].sum())} of them.",
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
    meant = np.full((m, m), np.nan)  # an empty place
    meant[m // 2] = A[0] - y
    titles = [f"meant: A - Y, (1, {m})", f"came: A.T - y, ({m}, {m})"]
    pictures = np.stack([meant, A.T - y])
    return Picture(
        "images",
        "Differences of m predictions and labels",
        {"pictures": pictures, "titles": titles, "signed": True, "numbers": True, "columns": 2},
    )


# ---------------------------------------------------------------- the help
def helpful_broadcasting(
    seeds: Sequence[int], features: int = 20, samples: int = 2000, keepdims: bool = True
) -> Evidence:
    """Compare what NumPy broadcasts with the loops that it stands for.

    Parameters
    ----------
    seeds : sequence of int
        One run for each.
    features, samples : int
        n_x and m.
    keepdims : bool
        Whether sums keep the shape of a column; without that they fit the wrong axis, or none.

    Returns
    -------
    Evidence
        Findings, tables and pictures.
    """
    # What is written | both operands | broadcast | by loops over i (rows) and j (columns).
    helps: dict[str, tuple[str, Callable[[dict[str, Array]], Array], Callable[[dict[str, Array], int, int], float]]] = {
        "Z = W X + b": ("(n, m) + (n, 1)", lambda d: d["WX"] + d["b"], lambda d, i, j: d["WX"][i, j] + d["b"][i, 0]),
        "X - mean": ("(n, m) - (n, 1)", lambda d: d["X"] - d["mean"], lambda d, i, j: d["X"][i, j] - d["mean"].flat[i]),
        "X / deviation": ("(n, m) / (n, 1)", lambda d: d["X"] / d["deviation"],
                          lambda d, i, j: d["X"][i, j] / d["deviation"].flat[i]),
        "shares of each column": ("(n, m) / (1, m)", lambda d: d["P"] / d["total"],
                                  lambda d, i, j: d["P"][i, j] / d["total"].flat[j]),
        "table of all pairs": ("(n, 1) * (1, m)", lambda d: d["b"] * d["row"],
                               lambda d, i, j: d["b"][i, 0] * d["row"][0, j]),
    }  # fmt: skip
    apart, faster = np.zeros((len(helps), len(seeds))), np.zeros((len(helps), len(seeds)))
    for k, seed in enumerate(seeds):
        rng = np.random.default_rng(seed)
        X = rng.normal(3, 2, (features, samples))
        given = {
            "X": X, "WX": rng.standard_normal((features, features)) @ X, "b": rng.standard_normal((features, 1)),
            "P": np.abs(X), "row": rng.standard_normal((1, samples)), "mean": X.mean(axis=1, keepdims=keepdims),
            "deviation": X.std(axis=1, keepdims=keepdims), "total": np.abs(X).sum(axis=0, keepdims=True),
        }  # fmt: skip
        for h, (_, broadcast, one) in enumerate(helps.values()):
            start = time.perf_counter()
            looped = np.array([[one(given, i, j) for j in range(samples)] for i in range(features)])
            by_loops = time.perf_counter() - start
            try:
                quick, result = _quickest(broadcast, given)
            except ValueError:  # the shapes do not fit
                apart[h, k] = np.inf
                continue
            faster[h, k] = by_loops / quick
            apart[h, k] = np.abs(result - looped).max() if result.shape == looped.shape else np.inf
    rows = [(written, shapes, apart[h].max(), faster[h].mean()) for h, (written, (shapes, _, _)) in
            enumerate(helps.items())]  # fmt: skip
    return Evidence(
        [
            Finding("largest difference to the loops", numbers(apart.max(axis=0)), at_most=1e-12),
            Finding("times faster than the loops, the least of all", numbers(faster.min(axis=0)), at_least=5),
        ],
        [Table(f"n = {features} rows, m = {samples} columns",
               ("written", "shapes", "difference", "times faster"), rows)],
        [Picture("bars", "Times faster than two loops", {
            "values": {written: faster[h].mean() for h, written in enumerate(helps)},
            "spread": {written: (faster[h].min(), faster[h].max()) for h, written in enumerate(helps)}, "x": "times",
        })],
        ["The rule: shapes are compared from the right; sizes are equal, or one of them is 1 and is repeated. A column "
         "(n, 1) is added to every column, a row (1, m) to every row, and nothing is copied."],
        f"{len(helps)} formulas with broadcasting have the numbers of the loops, and are computed "
        f"{faster.min():.0f} to {faster.max():.0f} times as fast.",
    )  # fmt: skip


def _quickest(compute: Callable[[dict[str, Array]], Array], given: dict[str, Array]) -> tuple[float, Array]:
    """Return the least seconds of five, and the result."""
    times = []
    for _ in range(5):
        start = time.perf_counter()
        result = compute(given)
        times.append(time.perf_counter() - start)
    return min(times), result


EXPERIMENTS = {
    "broadcasting": Experiment(
        "The array of rank 1",
        "NumPy turns an array of shape (m,) into a matrix, or a number, without a word; the equations refuse it.",
        broadcasting),
    "helpful-broadcasting": Experiment(
        "A column added to every column",
        "Broadcasting repeats a column (n, 1) or a row (1, m) where a matrix is meant: the same numbers as two loops, "
        "many times faster.",
        helpful_broadcasting, (3, 2), {"samples": 500}),
}  # fmt: skip
