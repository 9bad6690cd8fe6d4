"""Experiments about what is set by hand: the learning rate, the number of hidden units, and everything at once."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np

from glassnet.lessons.data import accuracy, flower, stacked
from glassnet.lessons.experiment import (
    Evidence,
    Experiment,
    Finding,
    Picture,
    Table,
    curves,
    mean_and_range,
    middle,
    numbers,
)
from glassnet.lessons.progress import tracked
from glassnet.lessons.runs import cost_curves, stack
from glassnet.training.several_fits import uninterrupted
from glassnet.typing import Array


# ---------------------------------------------------------------- learning rate
def learning_rate(
    seeds: Sequence[int],
    rates: Sequence[float] = (0.001, 0.5, 0.98, 1.05),
    on_the_flower: Sequence[float] = (0.001, 1.2, 100.0),
    steps: int = 100,
    samples: int = 200,
    flower_steps: int = 1200,
) -> Evidence:
    """Linear regression, whose J is a bowl, with parts of the rate that theory forbids; then the flower.

    Gradient descent on a bowl converges below alpha = 2 / (largest curvature) and diverges above: `rates` are parts of
    that bound, in the order too small, good, too large, diverging.

    Parameters
    ----------
    seeds : sequence of int
        One run for each.
    rates : (float, float, float, float)
        Parts of the bound: too small, good, too large, diverging.
    on_the_flower : (float, float, float)
        Learning rates: too small, good, too large.
    steps, samples : int
        Steps and samples of the linear regression.
    flower_steps : int
        Steps on the flower.

    Returns
    -------
    Evidence
        Findings, tables and pictures.
    """
    small, good, large, diverging = rates
    excess = np.stack([_excess_on_a_bowl(seed, rates, steps, samples) for seed in seeds], axis=-1)
    left = excess[:, -1] / excess[:, 0]  # (rates, seeds)
    words = ("too small", "good", "too large", "diverging")
    rows = [(words[r], rate, *mean_and_range(left[r])) for r, rate in enumerate(rates)]

    X, Y = stacked(flower(seed) for seed in seeds)
    J = {}
    for alpha in on_the_flower:
        net = stack([2, 4, 1], ["tanh", "sigmoid"], seeds, initializer="normal(0.5)")
        J[alpha] = cost_curves(net, X, Y, flower_steps, learning_rate=alpha)
    at_end = {alpha: curve[-100:].mean(axis=0) for alpha, curve in J.items()}
    slow, well, wild = on_the_flower
    head = ("alpha", "J, mean of the last 100 steps", "lowest", "highest")
    of_flower = [(f"{alpha:g}", *mean_and_range(value)) for alpha, value in at_end.items()]
    above = {f"{rate:g} of the bound": curve.clip(1e-30) for rate, curve in zip(rates, excess, strict=True)}
    on_flower = {f"alpha = {alpha:g}": curve for alpha, curve in J.items()}
    return Evidence(
        [
            Finding(f"too small, {small:g} of the bound: excess of J left", numbers(left[0]), 0.2, 1),
            Finding(f"good, {good:g} of the bound: excess left", numbers(left[1]), at_most=1e-3),
            Finding(f"too large, {large:g} of the bound: excess left over that of the good one",
                    numbers(left[2] / left[1].clip(1e-12)), at_least=1),
            Finding(f"too large, {large:g} of the bound: excess left", numbers(left[2]), at_most=1),
            Finding(f"diverging, {diverging:g} of the bound: growth of the excess", numbers(left[3]), at_least=10),
            Finding(f"flower: J of {slow:g} above J of {well:g}", numbers(at_end[slow] - at_end[well]), at_least=0.1),
            Finding(f"flower: J of {wild:g} above J of {well:g}", numbers(at_end[wild] - at_end[well]), at_least=0.1),
        ],
        [Table(f"Linear regression after {steps} steps: what is left of J's excess over its minimum",
               ("rate", "of the bound", "left", "smallest", "largest"), rows),
         Table(f"The flower, 2-4-1, {flower_steps} steps", head, of_flower)],
        [
            curves("Linear regression: excess of J", above, first=0, y="J above its minimum", log_y=True),
            _walks(seeds[0], rates),
            curves("The flower", on_flower, first=0, most=300, y="J", log_y=True),
        ],
        ["The bound is 2 / (largest eigenvalue of 1/m X Xᵀ), with a row of ones for b: twice the inverse of the bowl's "
         "largest curvature."],
        f"After {steps} steps {left[0].mean():.2g} of J's excess is left with {small:g} of the bound, "
        f"{left[1].mean():.2g} with {good:g}, {left[2].mean():.2g} with {large:g}; with {diverging:g} it has grown "
        f"{left[3].mean():.2g} times.",
    )  # fmt: skip


def _excess_on_a_bowl(seed: int, rates: Sequence[float], steps: int, samples: int) -> Array:
    """Return J above its minimum (rates, steps) in a linear regression, the rates in parts of the largest one."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((3, samples)) * [[0.5], [1.0], [2.0]]
    Y = rng.choice([-1.0, 1.0], (1, 3)) @ X + 1 + 0.3 * rng.standard_normal((1, samples))
    with_one = np.vstack([X, np.ones((1, samples))])  # W and b as one row
    bound = 2 / np.linalg.eigvalsh(with_one @ with_one.T / samples).max()
    theta = np.linalg.solve(with_one @ with_one.T, with_one @ Y.T)
    least = ((theta.T @ with_one - Y) ** 2).mean() / 2
    net = stack([3, 1], ["identity"], [seed] * len(rates), loss="squared_error")
    J: Array = cost_curves(net, X, Y, steps, learning_rate=[rate * bound for rate in rates])
    excess: Array = J.T - least
    return excess


def _walks(seed: int, rates: Sequence[float], steps: int = 8) -> Picture:
    """Draw J over one weight, and how it moves with each rate: creeping, straight down, from side to side, out."""
    rng = np.random.default_rng(seed)
    X, noise = rng.standard_normal((2, 1, 40))
    X -= X.mean()  # then b stays at 0
    Y = 1.5 * X + 0.3 * (noise - noise.mean())
    net = stack([1, 1], ["identity"], [seed] * len(rates), loss="squared_error")
    net.vector[...] = [-1.0, 0.0]
    walks = [net.W[1][:, 0, 0].copy()]
    curvature = (X**2).mean()
    uninterrupted(net.fit(X, Y, iterations=steps, learning_rate=[2 * rate / curvature for rate in rates],
                          engine="numpy", callbacks=[lambda _: walks.append(net.W[1][:, 0, 0].copy())]))  # fmt: skip
    w = np.stack(walks, axis=1)  # (rates, steps)
    grid = np.linspace(-2.5, 5.5, 161)
    places = stack([1, 1], ["identity"], [0] * (len(grid) + w.size), loss="squared_error")
    places.vector[...] = np.stack([np.r_[grid, w.ravel()], np.zeros(len(grid) + w.size)], axis=1)
    J = places.cost(X, Y)
    on_way = J[len(grid) :].reshape(w.shape)
    walked = {f"{rate:g}": (w[r], on_way[r]) for r, rate in enumerate(rates)}
    series = {"J": (grid, J[: len(grid)]), **walked}
    look = {"points": tuple(range(1, len(series))), "upto": float(2.2 * on_way[0, 0]), "x": "w", "y": "J"}
    return Picture("lines", "One weight, by parts of the bound", {"series": series, **look})


# ---------------------------------------------------------------- hidden units
PUBLISHED = {1: 0.675, 2: 0.6725, 3: 0.9075, 4: 0.905, 5: 0.9125}  # accuracies on the flower, by hidden units


def hidden_units(
    seeds: Sequence[int],
    units: Sequence[int] = (1, 2, 3, 4, 5, 20, 50),
    steps: int = 5000,
    g: str = "tanh",
    learning_rate: float = 1.2,
) -> Evidence:
    """Train the published flower with more and more hidden units, from the published start and from others.

    Parameters
    ----------
    seeds : sequence of int
        One run for each.
    units : sequence of int
        Numbers of hidden units.
    steps : int
        Steps of gradient descent.
    g : str
        Activation of the hidden layer.
    learning_rate : float
        Of gradient descent.

    Returns
    -------
    Evidence
        Findings, tables and pictures.
    """
    X, Y = flower()
    X_new, Y_new = flower(seed=1000)
    starts = [np.random.RandomState(2), *seeds]  # the generator that the published runs began with, then others
    right, on_new = {}, {}
    for n in tracked(units):
        net = stack([2, n, 1], [g, "sigmoid"], starts, initializer="normal(0.01)")
        starts[0] = np.random.RandomState(2)
        cost_curves(net, X, Y, steps, learning_rate=learning_rate)
        right[n], on_new[n] = accuracy(net.forward(X), Y), accuracy(net.forward(X_new), Y_new)
    rows = [
        (n, f"{PUBLISHED[n]:.2%}" if n in PUBLISHED else "", f"{right[n][0]:.2%}", f"{right[n][1:].mean():.2%}",
         f"{right[n][1:].min():.2%}", f"{right[n][1:].max():.2%}", f"{on_new[n][1:].mean():.2%}")
        for n in units
    ]  # fmt: skip
    head = ("hidden units", "published", "from that start", "other starts", "lowest", "highest", "on a new flower")
    few, enough = ([n for n in units if (n <= 2) == is_few] for is_few in (True, False))
    misses = [abs(right[n][0] - PUBLISHED[n]) for n in units if n in PUBLISHED]
    best_of_few = np.max([right[n][1:] for n in few], axis=0)
    worst_of_enough = np.min([right[n][1:] for n in enough], axis=0)
    return Evidence(
        [
            Finding("published accuracy missed by, each number of units", numbers(misses), at_most=0.0051),
            Finding("1 and 2 units: best accuracy", numbers(best_of_few), at_most=0.8),
            Finding("3 units and more: worst accuracy", numbers(worst_of_enough), at_least=0.85),
            Finding("accuracy that the third unit adds", numbers(worst_of_enough - best_of_few), at_least=0.1),
        ],
        [Table(f"The flower, 2-n-1, {g}, {steps} steps of {learning_rate:g}", head, rows)],
        [Picture("lines", "Accuracy by hidden units", {
            "series": {
                "training, other starts": (None, *middle([right[n][1:] for n in units])),
                "training, published start": (None, [right[n][0] for n in units]),
                "a new flower": (None, *middle([on_new[n][1:] for n in units])),
            },
            "at": [str(n) for n in units], "x": "hidden units", "y": "accuracy", "points": True,
        })],
        [],
        f"From the published start at most {max(right[n][0] for n in few):.2%} of the flower is right with 1 or 2 "
        f"hidden units, at least {min(right[n][0] for n in enough):.2%} with 3 and more.",
    )  # fmt: skip


# ---------------------------------------------------------------- hyperparameters
def hyperparameters(
    seeds: Sequence[int],
    hidden: Sequence[tuple[int, ...]] = ((1,), (8,), (32,), (8, 8), (8, 8, 8)),
    activations: Sequence[str] = ("sigmoid", "tanh", "relu"),
    rates: Sequence[float] = (0.01, 0.1, 1.0),
    iterations: Sequence[int] = (200, 800, 2000),
    samples: int = 160,
    flipped: float = 0.08,
    by: str = "validation",
) -> Evidence:
    """Every choice of L, n[l], g, alpha and iterations: trained, compared, and one chosen by its validation cost.

    Candidates of one shape, all rates and all seeds, train as one stack; `iterations` are stops on its way.

    Parameters
    ----------
    seeds : sequence of int
        One run for each.
    hidden : sequence of sequence of int
        Hidden layers of the candidates.
    activations : sequence of str
        Their activations.
    rates : sequence of float
        Their learning rates.
    iterations : sequence of int
        Their steps, rising.
    samples : int
        Training samples, and as many for validation.
    flipped : float
        Share of labels that are wrong.
    by : {"validation", "training"}
        The cost that chooses.

    Returns
    -------
    Evidence
        Findings, tables and pictures.
    """
    sets = [[_noisy(1000 * seed + part, m, flipped) for seed in seeds]
            for part, m in enumerate((samples, samples, 2000))]  # fmt: skip
    (X, Y), (X_val, Y_val), (X_test, Y_test) = (stacked(part * len(rates)) for part in sets)  # one for each network
    names: list[tuple[str, str, float, int]] = []
    found: list[Array] = []  # by candidate: training J, validation J, test accuracy, each (seeds,)
    for sizes, g in tracked(product(hidden, activations)):
        net = stack([2, *sizes, 1], [*[g] * len(sizes), "sigmoid"], list(seeds) * len(rates))
        alphas = [rate for rate in rates for _ in seeds]
        done = 0
        for stop in iterations:
            cost_curves(net, X, Y, stop - done, learning_rate=alphas)
            done = stop
            scores = np.stack([net.cost(X, Y), net.cost(X_val, Y_val), accuracy(net.forward(X_test), Y_test)])
            found.extend(scores.reshape(3, len(rates), len(seeds)).swapaxes(0, 1))
            names += [("-".join(map(str, (2, *sizes, 1))), g, rate, stop) for rate in rates]
    J, J_val, right = np.stack(found, axis=1)  # (candidates, seeds)
    costs = {"training": J, "validation": J_val}
    order = np.argsort(costs[by].mean(axis=1))
    each = np.arange(len(seeds))
    chosen, chosen_by_training = (right[costs[which].argmin(axis=0), each] for which in (by, "training"))
    best, median = right.max(axis=0), np.median(right, axis=0)
    head = ("network", "g", "alpha", "iterations", "J", "validation J", "test accuracy")
    rows = [(*names[i], costs["training"][i].mean(), costs["validation"][i].mean(), right[i].mean())
            for i in (*order[:8], *order[-3:])]  # fmt: skip
    summary = [(way, *mean_and_range(value)) for way, value in (
        ("the best there is, by the test itself", best), ("chosen by validation cost", chosen),
        ("chosen by training cost", chosen_by_training), ("the middle one", median),
        ("the worst", right.min(axis=0)))]  # fmt: skip
    return Evidence(
        [
            Finding("validation cost, worst candidate over best", numbers(J_val.max(axis=0) / J_val.min(axis=0)),
                    at_least=1.5),
            Finding("test accuracy of the chosen one above the middle one", numbers(chosen - median), at_least=0.02),
            Finding("test accuracy of the best above the chosen one", numbers(best - chosen), at_most=0.05),
            Finding("test accuracy chosen by validation above by training, mean of the seeds",
                    ((chosen - chosen_by_training).mean(),), at_least=0),
        ],
        [Table(f"{len(names)} candidates, by validation cost: the first 8 and the last 3", head, rows),
         Table("Test accuracy", ("candidate", "mean", "smallest", "largest"), summary)],
        [Picture("lines", "Candidates in the order of their validation cost", {
            "series": {"validation J": (None, J_val.mean(axis=1)[order]),
                       "training J of the same": (None, J.mean(axis=1)[order])},
            "x": "candidate", "y": "J", "log_y": True,
        }),
         Picture("bars", "Test accuracy", {"values": {way: mean for way, mean, _, _ in summary},
                         "spread": {way: (low, high) for way, _, low, high in summary}, "x": "accuracy"})],
        [],
        f"Of {len(names)} candidates the one chosen by {by} cost has {chosen.mean():.1%} of the test right, the best "
        f"there is {best.mean():.1%}, the middle one {median.mean():.1%}, the worst {right.min(axis=0).mean():.1%}.",
    )  # fmt: skip


def _noisy(seed: int, m: int, flipped: float) -> tuple[Array, Array]:
    """Return a flower some of whose labels are wrong."""
    X, Y = flower(seed, m)
    wrong = np.random.default_rng(seed).random(Y.shape) < flipped
    return X, np.where(wrong, 1 - Y, Y)


EXPERIMENTS = {
    "learning-rate": Experiment(
        "Too small, good, too large, diverging",
        "Gradient descent crawls with a small learning rate, swings with a large one, and diverges beyond "
        "2 / (largest curvature of J).",
        learning_rate, small={"flower_steps": 600}),
    "hidden-units": Experiment(
        "How many hidden units",
        "On the flower 1 or 2 hidden units do little better than a line; 3 and more find the petals: 67.5, 67.25, "
        "90.75, 90.5 and 91.25 % with 1 to 5 units.",
        hidden_units, (5, 2), {"units": (1, 2, 3, 4, 5)}),
    "hyperparameters": Experiment(
        "Many choices, one judge",
        "Costs and accuracies differ widely between choices of L, n[l], g, alpha and iterations; the validation cost "
        "finds one close to the best, and a better one than the training cost does.",
        hyperparameters, small={"hidden": ((1,), (8,), (8, 8)), "iterations": (200, 1500)}),
}  # fmt: skip
