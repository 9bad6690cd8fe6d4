"""The experiment about a layer of sigmoid units: it is as many logistic regressions side by side."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from glassnet.lessons.data import accuracy
from glassnet.lessons.experiment import Evidence, Experiment, Finding, Table, curves, numbers
from glassnet.lessons.progress import tracked
from glassnet.lessons.runs import cost_curves
from glassnet.network import Network
from glassnet.typing import Array


def side_by_side(
    seeds: Sequence[int],
    units: int = 3,
    samples: int = 300,
    steps: int = 300,
    learning_rate: float = 0.5,
    output: str = "sigmoid",
) -> Evidence:
    """Train a layer of units at once, and each of its units alone as logistic regression.

    Parameters
    ----------
    seeds : sequence of int
        One run for each.
    units, samples, steps : int
        Classes, each told from the others by one unit; samples; steps of gradient descent.
    learning_rate : float
        Of gradient descent.
    output : {"sigmoid", "softmax"}
        Of the layer: the units of softmax are not alone.

    Returns
    -------
    Evidence
        Findings, tables and pictures.
    """
    gap_A, gap_W, sum_J, rows, drawn = [], [], [], [], {}
    for seed in tracked(seeds):
        X, Y = _groups(seed, units, samples)
        loss = "softmax_cross_entropy" if output == "softmax" else "cross_entropy"
        layer = Network([2, units], [output], loss, dtype="float64", initializer="zeros")
        J = cost_curves(layer, X, Y, steps, learning_rate=learning_rate)
        alone = [Network([2, 1], ["sigmoid"], dtype="float64", initializer="zeros") for _ in range(units)]
        each = [cost_curves(net, X, Y[[i]], steps, learning_rate=learning_rate) for i, net in enumerate(alone)]
        A = np.vstack([net.forward(X) for net in alone])
        W = np.vstack([np.hstack([net.W[1], net.b[1]]) for net in alone])
        gap_A.append(np.abs(layer.forward(X) - A).max())
        gap_W.append(np.abs(np.hstack([layer.W[1], layer.b[1]]) - W).max())
        sum_J.append(np.abs(J - np.sum(each, axis=0)).max())
        if seed == seeds[0]:
            rows = [(f"unit {i}", *map(float, W[i]), *map(float, np.hstack([layer.W[1], layer.b[1]])[i]),
                     float(accuracy(A[[i]], Y[[i]]))) for i in range(units)]  # fmt: skip
            drawn = {"the layer": J[:, None], **{f"unit {i} alone": one[:, None] for i, one in enumerate(each)},
                     "their sum": np.sum(each, axis=0)[:, None]}  # fmt: skip
    head = ("", "w1 alone", "w2", "b", "w1 in the layer", "w2", "b", "accuracy")
    return Evidence(
        [
            Finding("largest difference of the answers", numbers(gap_A), at_most=1e-10),
            Finding("largest difference of W and b", numbers(gap_W), at_most=1e-10),
            Finding("J of the layer against the sum of those alone, over all steps", numbers(sum_J), at_most=1e-10),
        ],
        [Table(f"{units} logistic regressions on 2 features, alone and as rows of W[1]", head, rows)],
        [curves("J of the layer, and of its units alone", drawn, y="J")],
        ["Row i of W[1] is the wᵀ of regression i: W[1] X + b[1] computes them all in one product."],
        f"{units} logistic regressions trained alone and the rows of one layer's W[1] give the same "
        f"answers after {steps} steps, to {max(gap_A):.2g}.",
    )  # fmt: skip


def _groups(seed: int, k: int, m: int) -> tuple[Array, Array]:
    """Return m samples in k clouds around a circle, and a row of labels for each cloud."""
    rng = np.random.default_rng(seed)
    which = np.arange(m) % k
    turn = 2 * np.pi * which / k
    X = 2 * np.stack([np.cos(turn), np.sin(turn)]) + 0.8 * rng.standard_normal((2, m))
    return X, (which == np.arange(k)[:, None]).astype(float)


EXPERIMENTS = {
    "side-by-side": Experiment(
        "Logistic regressions side by side",
        "A layer of sigmoid units is as many logistic regressions side by side: its rows of W train as each would "
        "alone.",
        side_by_side, (3, 2)),
}  # fmt: skip
