"""Experiments about relu: the slope at its corner, and units that are dead, with leaky relu as a cure."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from glassnet import equations
from glassnet.lessons.data import accuracy, classes, flower, stacked
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
from glassnet.lessons.runs import stack
from glassnet.network import Network
from glassnet.training.several_fits import uninterrupted
from glassnet.typing import Array


# ---------------------------------------------------------------- relu at zero
def relu_at_zero(
    seeds: Sequence[int],
    slopes: Sequence[float] = (0.0, 1.0),
    units: int = 8,
    steps: int = 500,
    learning_rate: float = 0.2,
    empty: int = 40,
    start: str = "he",
) -> Evidence:
    """Train relu layers with the slope at exactly 0 taken as one number and as another.

    Parameters
    ----------
    seeds : sequence of int
        One run for each.
    slopes : (float, float)
        What the slope at 0 is taken as.
    units, steps : int
        Hidden units, steps of gradient descent.
    learning_rate : float
        Of gradient descent.
    empty : int
        Samples that are all zeros in the second data set, as black pictures are: their Z[1] is exactly b[1] = 0.
    start : str
        Initialiser; with "zeros" every Z[1] is 0.

    Returns
    -------
    Evidence
        Findings, tables and pictures.
    """
    kinds = {"flower": 0, f"flower and {empty} empty samples": empty}
    zeros, gap, right, apart = {}, {}, {}, {}
    for name, count in tracked(kinds.items()):
        X, Y = stacked(_with_empty(*flower(seed), count) for seed in seeds)
        nets = [stack([2, units, 1], ["relu", "sigmoid"], seeds, initializer=start) for _ in slopes]
        runs = [(net, _train(net, X, Y, steps, learning_rate, slope)) for net, slope in zip(nets, slopes, strict=True)]
        zeros[name] = runs[0][1]
        gap[name] = np.abs(runs[0][0].vector - runs[1][0].vector).max(axis=-1)
        right[name] = [accuracy(net.forward(X), Y) for net, _ in runs]
        apart[name] = np.abs(right[name][0] - right[name][1])
    usual, unusual = kinds
    head = ("data", "Z[1] exactly 0", "largest difference of W and b", *(f"accuracy, {s:g}" for s in slopes))
    rows = [(name, int(zeros[name].sum()), gap[name].max(), *(value.mean() for value in right[name])) for name in kinds]
    return Evidence(
        [
            Finding("flower: times that Z[1] is exactly 0, over all steps", numbers(zeros[usual]), at_most=0),
            Finding("flower: largest difference of W and b between the two slopes", numbers(gap[usual]), at_most=0),
            Finding("with empty samples: times that Z[1] is exactly 0", numbers(zeros[unusual]), at_least=1),
            Finding("with empty samples: accuracies differ by", numbers(apart[unusual]), at_most=0.05),
        ],
        [Table(f"2-{units}-1, relu, {steps} steps; the slope at 0 taken as {' and '.join(f'{s:g}' for s in slopes)}",
               head, rows)],
        [Picture("lines", "relu and its slope", {
            "series": {"relu": ([-1, 0, 1], [0, 0, 1]), "slope": ([-1, 0, np.nan, 0, 1], [0, 0, np.nan, 1, 1])},
            "dots": {"at 0: taken as 0": ([0], [0]), "at 0: taken as 1": ([0], [1])},
            "x": "z", "y": "g, g'", "dashes": True,
        })],
        ["A sum of products of random numbers is almost never exactly 0. Where it is, as at the first step on a sample "
         "of zeros, both slopes lead on, since one lies on the left and one on the right of the corner."],
        f"In {steps} steps on the flower Z[1] was exactly 0 in {int(zeros[usual].sum())} places, so both slopes "
        f"give the same network; with {empty} empty samples the accuracies differ by {apart[unusual].mean():.2g}.",
    )  # fmt: skip


def _with_empty(X: Array, Y: Array, count: int) -> tuple[Array, Array]:
    """Return the samples, and so many at the origin, half of each label."""
    labels = np.arange(count) % 2
    return np.hstack([X, np.zeros((len(X), count))]), np.hstack([Y, labels[None, :].astype(float)])


def _train(net: Network, X: Array, Y: Array, steps: int, learning_rate: float, slope: float) -> Array:
    """Train with this slope at 0; return how often Z[1] was exactly 0 in each network."""
    g, zeros = net.architecture.activations, np.zeros(len(net.vector))
    for _ in range(steps):
        Z_1 = equations.linear_forward(X, net.W[1], net.b[1])
        A_1 = equations.activation_forward(Z_1, g[0])
        A_2 = equations.activation_forward(equations.linear_forward(A_1, net.W[2], net.b[2]), g[1])
        dA_1, dW_2, db_2 = equations.linear_backward(A_2 - Y, A_1, net.W[2])
        dZ_1 = equations.activation_backward(dA_1, Z_1, g[0]) + np.where(Z_1 == 0, slope * dA_1, 0)
        _, dW_1, db_1 = equations.linear_backward(dZ_1, X, net.W[1])
        zeros += (Z_1 == 0).sum(axis=(1, 2))
        for l, dW, db in ((1, dW_1, db_1), (2, dW_2, db_2)):
            net.W[l], net.b[l] = net.W[l] - learning_rate * dW, net.b[l] - learning_rate * db
    return zeros


# ---------------------------------------------------------------- dead relu
def dead_relu(
    seeds: Sequence[int],
    compared: Sequence[str] = ("relu", "leaky_relu(0.1)"),
    bias: float = -8.0,
    units: int = 8,
    steps: int = 2000,
    learning_rate: float = 0.5,
) -> Evidence:
    """Start with hidden units whose Z is negative for every sample, and train.

    Parameters
    ----------
    seeds : sequence of int
        One run for each.
    compared : (str, str)
        The activation that dies, and the one that does not.
    bias : float
        b[1] at the start.
    units, steps : int
        Hidden units, steps of gradient descent.
    learning_rate : float
        Of gradient descent.

    Returns
    -------
    Evidence
        Findings, tables and pictures.
    """
    X, Y = stacked(classes(seed, 5, 200) for seed in seeds)
    dead, right, moved = {}, {}, {}
    for g in tracked(compared):
        net = stack([5, units, 1], [g, "sigmoid"], seeds, initializer="normal(0.5)")
        net.b[1] = np.full_like(net.b[1], bias)
        start, shares = net.W[1].copy(), [_dead(net, X)]
        uninterrupted(net.fit(X, Y, iterations=steps, learning_rate=learning_rate, engine="numpy",
                              callbacks=[partial(_note, net, X, shares)]))  # fmt: skip
        dead[g], right[g] = np.array(shares), accuracy(net.forward(X), Y)
        moved[g] = np.abs(net.W[1] - start).max(axis=(1, 2))
    dying, leaking = compared
    rows = [(g, dead[g][0].mean(), dead[g][-1].mean(), moved[g].mean(), *mean_and_range(right[g])) for g in compared]
    head = ("g", "dead at the start", "dead at the end", "W[1] changed by", "accuracy", "lowest", "highest")
    return Evidence(
        [
            Finding(f"{dying}: share of units that are dead at the start", numbers(dead[dying][0]), at_least=1),
            Finding(f"{dying}: largest change of W[1] over all steps", numbers(moved[dying]), at_most=0),
            Finding(f"{leaking}: the same", numbers(moved[leaking]), at_least=0.5),
            Finding(f"{leaking}: units that came back", numbers(dead[leaking][0] - dead[leaking][-1]), at_least=0.1),
            Finding(f"accuracy that {leaking} adds", numbers(right[leaking] - right[dying]), at_least=0.1),
        ],
        [Table(f"5-{units}-1, 200 samples, b[1] = {bias:g} at the start, {steps} steps", head, rows)],
        [curves("Units whose Z is negative for every sample", dead, first=0, y="share of hidden units"),
         bars("Accuracy after training", right, "accuracy, mean of the seeds")],
        ["A unit whose Z is negative for every sample has slope 0 in all of them: its weights do not change any more. "
         "Large steps push units there; a slope that is small but not 0 leads back."],
        f"Of units that start dead {dead[dying][-1].mean():.0%} are dead after {steps} steps with {dying}, "
        f"{dead[leaking][-1].mean():.0%} with {leaking}; accuracy {right[dying].mean():.1%} and "
        f"{right[leaking].mean():.1%}.",
    )  # fmt: skip


def _dead(net: Network, X: Array) -> Array:
    """Return the share (k,) of hidden units whose Z is negative for every sample."""
    share: Array = (equations.linear_forward(X, net.W[1], net.b[1]) < 0).all(axis=-1).mean(axis=-1)
    return share


def _note(net: Network, X: Array, shares: list[Array], _: object) -> None:
    shares.append(_dead(net, X))


EXPERIMENTS = {
    "relu-at-zero": Experiment(
        "relu's slope at 0",
        "Whether relu's slope at exactly 0 is taken as 0 or as 1 makes no difference: Z is hardly ever exactly "
        "0.",
        relu_at_zero, (3, 2), {"steps": 200}),
    "dead-relu": Experiment(
        "Dead units, and leaky relu",
        "A relu unit whose Z is negative for every sample stays so for ever; with leaky relu it comes back and learns.",
        dead_relu, small={"steps": 1000}),
}  # fmt: skip
