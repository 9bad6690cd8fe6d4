"""Experiments about the cost: cross-entropy against squared error, its likelihood, and outputs for positive targets."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np

from glassnet import equations
from glassnet.lessons.data import stacked
from glassnet.lessons.experiment import (
    Evidence,
    Experiment,
    Finding,
    Picture,
    Table,
    bars,
    mean_and_range,
    middle,
    numbers,
)
from glassnet.lessons.progress import tracked
from glassnet.lessons.runs import cost_curves, stack
from glassnet.network import Network
from glassnet.training.history import Progress
from glassnet.training.several_fits import uninterrupted
from glassnet.typing import Array


# ---------------------------------------------------------------- cost surface
def cost_surface(
    seeds: Sequence[int],
    losses: Sequence[str] = ("squared_error", "cross_entropy"),
    starts: int = 40,
    steps: int = 3000,
    grid: int = 81,
) -> Evidence:
    """Measure J over (w, b) of logistic regression for two losses: its height above chords, and where descents end.

    Parameters
    ----------
    seeds : sequence of int
        One run for each.
    losses : (str, str)
        Squared error and cross-entropy.
    starts, steps : int
        Descents from random places, steps of each.
    grid : int
        Places of w and of b at which the surface is drawn.

    Returns
    -------
    Evidence
        Findings, tables and pictures.
    """
    w, b = np.linspace(-8, 8, grid), np.linspace(-8, 8, grid)
    below, gap, ends, pictures = {}, {}, {}, []
    for loss in tracked(losses):
        chords, gaps, ended = [], [], []
        for seed in seeds:
            X, Y = _two_opinions(seed)
            rng = np.random.default_rng(seed)
            J = surface(X, Y, np.stack(np.meshgrid(w, b)), loss)
            P, Q = rng.uniform(-8, 8, (2, 2, 4000))  # two ends of a chord: (w, b) each
            middle_J = surface(X, Y, (P + Q) / 2, loss)
            chords.append((middle_J - (surface(X, Y, P, loss) + surface(X, Y, Q, loss)) / 2).max())
            net = stack([1, 1], ["sigmoid"], range(starts), loss=loss)
            net.vector[...] = rng.uniform(-5, 5, net.vector.shape)  # (starts, 2): w and b
            walks = [net.vector.copy()]
            uninterrupted(net.fit(X, Y, iterations=steps, optimizer="adam", learning_rate=0.05, engine="numpy",
                                  callbacks=[partial(_walk, net, walks)]))  # fmt: skip
            final = net.cost(X, Y)
            gaps.append(np.ptp(final))
            ended.append(_places(final))
            if seed == seeds[0]:
                way = np.stack(walks)  # (points, starts, 2)
                ends_at = {"the lowest end": final.argmin(), "the highest end": final.argmax()}
                paths = {f"{which}, J = {final[i]:.3g}": (way[:, i, 0], way[:, i, 1]) for which, i in ends_at.items()}
                pictures.append(Picture("surface", loss.replace("_", " "), {
                    "along": w, "up": b, "heights": J, "x": "w", "y": "b", "z": "J", "paths": paths,
                }))  # fmt: skip
        below[loss], gap[loss], ends[loss] = (np.array(values) for values in (chords, gaps, ended))
    squared, entropy = losses
    head = ("loss", "J above its chord by", "places where descents end", "lowest to highest J there")
    rows = [(loss, below[loss].max(), f"{ends[loss].min()} to {ends[loss].max()}", gap[loss].mean()) for loss in losses]
    return Evidence(
        [
            Finding("squared error: height of the surface above a chord", numbers(below[squared]), at_least=0.01),
            Finding("cross-entropy: the same", numbers(below[entropy]), at_most=1e-9),
            Finding("squared error: J of the worst end of a descent above the best", numbers(gap[squared]),
                    at_least=0.01),
            Finding("cross-entropy: the same", numbers(gap[entropy]), at_most=1e-3),
        ],
        [Table(f"J over (w, b), {starts} descents of {steps} steps each", head, rows)],
        pictures,
        ["A convex surface never rises above a chord between two of its points."],
        f"With squared error {starts} descents end in {ends[squared].min()} to {ends[squared].max()} places, whose J "
        f"lies up to {gap[squared].mean():.3g} apart; with cross-entropy in {ends[entropy].max()}, at most "
        f"{gap[entropy].max():.2g} apart.",
    )  # fmt: skip


def _walk(net: Network, walks: list[Array], progress: Progress) -> None:
    if progress.epoch % 5 == 0:
        walks.append(net.vector.copy())


def surface(X: Array, Y: Array, places: Array, loss: str) -> Array:
    """Return J at each of the places (2, ...), w and b: one network of a stack for each."""
    net = stack([1, 1], ["sigmoid"], [0] * places[0].size, loss=loss)
    net.vector[...] = places.reshape(2, -1).T
    J: Array = net.cost(X, Y)
    return J.reshape(places[0].shape)


def _two_opinions(seed: int) -> tuple[Array, Array]:
    """Return one feature: with its many small values the labels rise, with its few large ones they fall."""
    rng = np.random.default_rng(seed)
    near, far = rng.normal(0, 1, 60), rng.choice([-1, 1], 30) * rng.uniform(6, 10, 30)
    x = np.concatenate([near, far])
    return x[None, :], np.concatenate([near > 0, far < 0]).astype(float)[None, :]


def _places(final: Array) -> int:
    """Return how many different ends there are, those within 1e-3 of each other counted as one."""
    return int(1 + (np.diff(np.sort(final)) > 1e-3).sum())


# ---------------------------------------------------------------- likelihood
def likelihood(
    seeds: Sequence[int],
    loss: str = "cross_entropy",
    samples: Sequence[int] = (30, 100, 300, 1000, 3000, 10000),
    steps: int = 2000,
) -> Evidence:
    """Compare cross-entropy with the product of the labels' probabilities; see what its minimum estimates.

    Parameters
    ----------
    seeds : sequence of int
        One run for each.
    loss : str
        The cost that is compared with the likelihood.
    samples : sequence of int
        m of each estimate of (w, b).
    steps : int
        Steps of gradient descent.

    Returns
    -------
    Evidence
        Findings, tables and pictures.
    """
    w, b = 1.5, -0.5
    different, places, product, errors = [], [], [], np.empty((len(samples), len(seeds)))
    for k, seed in enumerate(seeds):
        rng = np.random.default_rng(seed)
        X, Y = _bernoulli(rng, w, b, 30)
        slopes = np.linspace(-4, 4, 161)
        P = [equations.activation_forward(slope * X + b, "sigmoid") for slope in slopes]
        J = np.array([equations.cost(A, Y, loss) for A in P])
        probability = np.array([np.where(Y == 1, A, 1 - A).prod() for A in P])  # of these labels, given w
        different.append(np.abs(J + np.log(probability) / 30).max())
        places.append(abs(int(J.argmin()) - int(probability.argmax())))
        for s, m in enumerate(samples):
            X, Y = _bernoulli(rng, w, b, m)
            net = stack([1, 1], ["sigmoid"], [seed])
            cost_curves(net, X, Y, steps, learning_rate=1.0)
            errors[s, k] = np.hypot(net.W[1][0, 0, 0] - w, net.b[1][0, 0, 0] - b)
        X, Y = _bernoulli(rng, w, b, 5000)
        A = equations.activation_forward(w * X + b, "sigmoid")
        product.append(np.where(Y == 1, A, 1 - A).prod())
    rows = [(m, *mean_and_range(errors[s]), errors[s].mean() * np.sqrt(m)) for s, m in enumerate(samples)]
    head = ("m", "distance to the true (w, b)", "smallest", "largest", "times sqrt(m)")
    return Evidence(
        [
            Finding("largest difference of J and -1/m log of the probability", numbers(different), at_most=1e-12),
            Finding("grid steps between the lowest J and the highest probability", numbers(places), at_most=0),
            Finding("the probability of 5000 labels, as float64 has it", numbers(product), at_most=0),
            Finding("distance to the true (w, b): most samples over fewest", (errors[-1].mean() / errors[0].mean(),),
                    at_most=2 * np.sqrt(samples[0] / samples[-1])),
        ],
        [Table("The minimum of J estimates the (w, b) that drew the labels", head, rows)],
        [
            Picture("lines", "30 labels: J and -1/m log likelihood", {
                "series": {"J": (slopes, J), "-1/m log of the product": (slopes, -np.log(probability) / 30)},
                "x": "w", "y": "J",
            }),
            Picture("lines", "Distance to the true (w, b)", {
                "series": {"trained": (samples, *middle(errors)),
                           "1/sqrt(m)": (samples, errors[0].mean() * np.sqrt(samples[0] / np.array(samples)))},
                "x": "m", "y": "distance", "log_x": True, "log_y": True, "points": True,
            }),
        ],
        ["The product of thousands of probabilities is too small for any float; its logarithm, a sum, is not."],
        f"J and -1/m log of the labels' probability differ by at most {max(different):.2g}; its minimum is "
        f"{errors[0].mean():.2g} from the true (w, b) with {samples[0]} samples, {errors[-1].mean():.2g} with "
        f"{samples[-1]}.",
    )  # fmt: skip


def _bernoulli(rng: Any, w: float, b: float, m: int) -> tuple[Array, Array]:
    X = rng.standard_normal((1, m))
    return X, (rng.random((1, m)) < equations.activation_forward(w * X + b, "sigmoid")).astype(float)


# ---------------------------------------------------------------- regression output
def regression_output(
    seeds: Sequence[int],
    outputs: Sequence[str] = ("identity", "relu", "softplus"),
    samples: int = 200,
    units: int = 16,
    steps: int = 2000,
) -> Evidence:
    """Fit a positive target, much of it near zero, with three outputs, and see what they predict for new samples.

    Parameters
    ----------
    seeds : sequence of int
        One run for each.
    outputs : (str, str, str)
        Output activations: identity, relu, softplus.
    samples, units, steps : int
        Samples, hidden units, steps of Adam.

    Returns
    -------
    Evidence
        Findings, tables and pictures.
    """
    rngs = [np.random.default_rng(seed) for seed in seeds]
    X, Y = stacked(_positive(rng, samples) for rng in rngs)
    X_test, Y_test = stacked(_positive(rng, 2000) for rng in rngs)
    negative, error, constant, lowest = {}, {}, {}, {}
    for g in outputs:
        net = stack([3, units, 1], ["tanh", g], seeds, loss="squared_error")
        cost_curves(net, X, Y, steps, optimizer="adam", learning_rate=0.01)
        A = net.forward(X_test)
        negative[g], lowest[g] = (A < 0).mean(axis=(1, 2)), A.min(axis=(1, 2))
        error[g] = np.sqrt(((A - Y_test) ** 2).mean(axis=(1, 2)))
        constant[g] = (A == 0).mean(axis=(1, 2))
    identity, relu, softplus = outputs
    head = ("output", "predictions below 0", "lowest", "exactly 0", "RMSE", "smallest", "largest")
    rows = [(g, negative[g].mean(), lowest[g].min(), constant[g].mean(), *mean_and_range(error[g])) for g in outputs]
    return Evidence(
        [
            Finding("identity: share of predictions below 0", numbers(negative[identity]), at_least=0.01),
            Finding("relu: lowest prediction", numbers(lowest[relu]), at_least=0),
            Finding("softplus: lowest prediction", numbers(lowest[softplus]), at_least=0),
            Finding("the price: RMSE of softplus over that of identity", numbers(error[softplus] / error[identity]),
                    at_most=1.5),
        ],
        [Table(f"3-{units}-1 on {samples} samples, scored on 2000 others", head, rows)],
        [
            bars("Predictions below 0", negative, "share"),
            bars("RMSE on new samples", error, "RMSE"),
        ],
        ["A relu output stops learning where its Z is negative for every sample: its slope is 0 there. Softplus "
         "never does."],
        f"Of the predictions {negative[identity].mean():.1%} are below 0 with {identity}, {negative[relu].mean():.1%} "
        f"with {relu}, {negative[softplus].mean():.1%} with {softplus}; the RMSE of {softplus} is "
        f"{(error[softplus] / error[identity]).mean():.2f} times that of {identity}.",
    )  # fmt: skip


def _positive(rng: Any, m: int) -> tuple[Array, Array]:
    X = rng.uniform(-1.7, 1.7, (3, m))
    Y = np.exp(1.2 * X[:1] - 0.8 * X[1:2] ** 2) * rng.uniform(0.8, 1.25, (1, m))
    return X, Y


EXPERIMENTS = {
    "cost-surface": Experiment(
        "Squared error and cross-entropy for logistic regression",
        "With squared error J is not convex in (w, b), and descents end in different places; with cross-entropy it is, "
        "and all end in one.",
        cost_surface, (5, 2), {"starts": 12, "steps": 2000, "grid": 21}),
    "likelihood": Experiment(
        "Where cross-entropy comes from",
        "Cross-entropy is the negative logarithm of the labels' probability, per sample; its minimum finds the "
        "parameters that drew them.",
        likelihood, small={"samples": (30, 300, 3000), "steps": 1000}),
    "regression-output": Experiment(
        "The output for a number that is never negative",
        "A network with identity for its output predicts negative numbers for a positive target; with relu or softplus "
        "it cannot.",
        regression_output, small={"steps": 1000}),
}  # fmt: skip
