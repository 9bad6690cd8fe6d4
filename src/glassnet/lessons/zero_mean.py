"""The experiment about zero mean: what tanh and sigmoid hand to the next layer, and what that does to its slopes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from glassnet.lessons.data import classes, stacked
from glassnet.lessons.experiment import (
    Evidence,
    Experiment,
    Finding,
    Picture,
    Table,
    bars,
    curves,
    mean_and_range,
    numbers,
)
from glassnet.lessons.progress import tracked
from glassnet.lessons.runs import cost_curves, stack
from glassnet.typing import Array


def zero_mean(
    seeds: Sequence[int],
    compared: Sequence[str] = ("sigmoid", "tanh"),
    units: int = 20,
    samples: int = 400,
    steps: int = 1000,
    learning_rate: float = 0.5,
) -> Evidence:
    """Compare two activations in one hidden layer: the mean of A[1], the signs in dW[2], the curvature, the descent.

    Parameters
    ----------
    seeds : sequence of int
        One run for each.
    compared : (str, str)
        The activation whose outputs are all positive, and the one whose mean is near zero.
    units, samples, steps : int
        Hidden units, samples, steps of gradient descent.
    learning_rate : float
        Of gradient descent.

    Returns
    -------
    Evidence
        Findings, tables and pictures.
    """
    X, Y = stacked(classes(seed, 20, samples) for seed in seeds)
    start = stack([20, units, 1], None, seeds, initializer="glorot").vector
    mean, same, long, J = {}, {}, {}, {}
    for g in tracked(compared):
        net = stack([20, units, 1], [g, "sigmoid"], seeds)
        net.vector[...] = start
        pass_ = net.trace(X, Y)
        A, dZ = pass_.A[1], pass_.dZ[2]  # type: ignore[index]
        mean[g] = A.mean(axis=(1, 2))
        same[g] = _one_sign(dZ, A)
        long[g] = _elongation(A)
        J[g] = cost_curves(net, X, Y, steps, learning_rate=learning_rate)
    positive, centred = compared
    last = {g: curve[-1] for g, curve in J.items()}
    head = ("g", "mean of A[1]", "dW[2] of one sign", "curvatures", "J", "lowest", "highest")
    rows = [(g, mean[g].mean(), same[g].mean(), long[g].mean(), *mean_and_range(last[g])) for g in compared]
    return Evidence(
        [
            Finding(f"{centred}: mean of A[1], away from 0 by", numbers(np.abs(mean[centred])), at_most=0.1),
            Finding(f"{positive}: mean of A[1]", numbers(mean[positive]), 0.4, 0.6),
            Finding(f"{positive}: samples whose slopes of W[2] all have one sign", numbers(same[positive]), at_least=1),
            Finding(f"{centred}: the same", numbers(same[centred]), at_most=0.05),
            Finding(f"largest over smallest curvature, {positive} over {centred}",
                    numbers(long[positive] / long[centred]), at_least=2),
            Finding(f"J of {positive} above J of {centred}", numbers(last[positive] - last[centred]), at_least=0.02),
        ],
        [Table(f"20-{units}-1, the same start, {steps} steps of {learning_rate:g}", head, rows)],
        [bars("Mean of A[1] at the start", mean, "mean over units and samples"),
         Picture("images", "Slopes of W[2], a row a sample", {
             "pictures": np.stack([_slopes(g, start, X, Y, units) for g in compared]), "titles": list(compared),
             "signed": True, "columns": 1}),
         curves("Descent from the same start", J, y="J")],
        ["A sample's slopes in a row of W[2] are dZ[2] times A[1]. Where A[1] is positive they all have the sign of "
         "dZ[2]: the weights can only rise or fall together. Curvatures: the largest over the smallest of "
         "1/m A[1] A[1]ᵀ; the more they differ, the more slowly gradient descent gets along."],
        f"The next layer gets a mean of {mean[positive].mean():.2g} from {positive}, of {mean[centred].mean():.2g} "
        f"from {centred}; after {steps} steps J is {last[positive].mean():.3g} and {last[centred].mean():.3g}.",
    )  # fmt: skip


def _one_sign(dZ: Array, A: Array) -> Array:
    """Return the share of samples (k,) whose slopes dZ[2] A[1]ᵀ have one sign."""
    slopes = dZ * A  # (k, n[1], m): one output unit
    share: Array = ((slopes > 0).all(axis=1) | (slopes < 0).all(axis=1)).mean(axis=-1)
    return share


def _elongation(A: Array) -> Array:
    """Return the largest over the smallest eigenvalue of 1/m A Aᵀ (k,)."""
    values = np.linalg.eigvalsh(A @ A.mT / A.shape[-1])
    ratio: Array = values[:, -1] / values[:, 0]
    return ratio


def _slopes(g: str, start: Array, X: Array, Y: Array, units: int) -> Array:
    """Return dZ[2] A[1]ᵀ of six samples (6, n[1]) in the first network."""
    net = stack([X.shape[1], units, 1], [g, "sigmoid"], [0] * len(start))
    net.vector[...] = start
    pass_ = net.trace(X, Y)
    slopes: Array = (pass_.dZ[2] * pass_.A[1])[0, :, :6].T  # type: ignore[index]
    return slopes


EXPERIMENTS = {
    "zero-mean": Experiment(
        "Outputs around zero",
        "tanh hands the next layer numbers around 0, sigmoid numbers around 1/2, whose slopes there all have one sign "
        "in each sample; J falls faster with tanh.",
        zero_mean, small={"steps": 400}),
}  # fmt: skip
