"""Experiments about b: zeros do it no harm, and it is the weight of a feature that is always 1."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from glassnet import equations
from glassnet.lessons.data import accuracy, classes, flower, stacked
from glassnet.lessons.experiment import Evidence, Experiment, Finding, Table, bars, curves, mean_and_range, numbers
from glassnet.lessons.progress import tracked
from glassnet.lessons.runs import cost_curves, stack


# ---------------------------------------------------------------- zero bias
def zero_bias(
    seeds: Sequence[int],
    random: float = 0.5,
    weights: str = "normal(0.01)",
    units: int = 4,
    steps: int = 2000,
    learning_rate: float = 1.2,
) -> Evidence:
    """Train the flower from b = 0 and from random b, each with random W.

    Parameters
    ----------
    seeds : sequence of int
        One run for each.
    random : float
        Deviation of the random b.
    weights : str
        Initialiser of W.
    units, steps : int
        Hidden units, steps of gradient descent.
    learning_rate : float
        Of gradient descent.

    Returns
    -------
    Evidence
        Findings, tables and pictures.
    """
    X, Y = stacked(flower(seed) for seed in seeds)
    J, right, apart = {}, {}, {}
    for name in tracked(("b = 0", "b random")):
        net = stack([2, units, 1], ["tanh", "sigmoid"], seeds, initializer=weights)
        if name == "b random":
            draws = [np.random.default_rng(seed).normal(0, random, (units, 1)) for seed in seeds]
            net.b[1] = np.stack(draws)
        J[name] = cost_curves(net, X, Y, steps, learning_rate=learning_rate)
        right[name] = accuracy(net.forward(X), Y)
        apart[name] = np.ptp(net.W[1], axis=1).max(axis=-1)
    zero, drawn = J
    rows = [(name, apart[name].min(), J[name][-1].mean(), *mean_and_range(right[name])) for name in J]
    return Evidence(
        [
            Finding("b = 0: distance between the units at the end", numbers(apart[zero]), at_least=0.1),
            Finding("b = 0: accuracy", numbers(right[zero]), at_least=0.8),
            Finding("accuracy that random b add, mean of the seeds", ((right[drawn] - right[zero]).mean(),),
                    at_most=0.03),
        ],
        [Table(f"2-{units}-1, tanh, W of {weights}, {steps} steps on the flower",
               ("start", "units apart at the end", "J", "accuracy", "lowest", "highest"), rows)],
        [curves("Descent from both starts", J, y="J"),
         bars("Accuracy after training", right, "accuracy, mean of the seeds")],
        ["Equal b leave units as different as their W are: random W part them from the first step on."],
        f"After {steps} steps {right[zero].mean():.1%} of the flower is right from b = 0, "
        f"{right[drawn].mean():.1%} from random b.",
    )  # fmt: skip


# ---------------------------------------------------------------- merged bias
def merged_bias(
    seeds: Sequence[int], features: int = 5, samples: int = 200, steps: int = 300, learning_rate: float = 0.5,
    always: float = 1.0,
) -> Evidence:  # fmt: skip
    """Train logistic regression with w and b, and with one row (b, w) on samples that begin with a 1.

    Parameters
    ----------
    seeds : sequence of int
        One run for each.
    features, samples, steps : int
        n_x, m, steps of gradient descent.
    learning_rate : float
        Of gradient descent.
    always : float
        The feature that every sample has: 1 makes its weight b.

    Returns
    -------
    Evidence
        Findings, tables and pictures.
    """
    X, Y = stacked(classes(seed, features, samples) for seed in seeds)
    net = stack([features, 1], ["sigmoid"], seeds, initializer="zeros")
    J = cost_curves(net, X, Y, steps, learning_rate=learning_rate)
    row = np.zeros((len(seeds), 1, features + 1))
    with_one = np.concatenate([np.full((len(seeds), 1, samples), always), X], axis=1)
    merged = np.empty_like(J)
    nothing = np.zeros((len(seeds), 1, 1))
    for step in range(steps):
        A = equations.activation_forward(equations.linear_forward(with_one, row, nothing), "sigmoid")
        merged[step] = [equations.cost(a, y) for a, y in zip(A, Y, strict=True)]
        _, slope, _ = equations.linear_backward(A - Y, with_one, row)
        row -= learning_rate * slope
    gap_J, gap_b = np.abs(J - merged).max(axis=0), np.abs(row[:, 0, 0] - net.b[1][:, 0, 0])
    gap_W = np.abs(row[:, :, 1:] - net.W[1]).max(axis=(1, 2))
    head = ("written as", "parameters", "J at the end", "b, or the weight of 1")
    rows = [("W X + b", features + 1, J[-1].mean(), net.b[1][:, 0, 0].mean()),
            ("one row (b, w) times (1, X)", features + 1, merged[-1].mean(), row[:, 0, 0].mean())]  # fmt: skip
    return Evidence(
        [
            Finding("largest difference of J, over all steps", numbers(gap_J), at_most=1e-12),
            Finding("largest difference of w at the end", numbers(gap_W), at_most=1e-10),
            Finding("difference of b and the weight of the feature that is 1", numbers(gap_b), at_most=1e-10),
        ],
        [Table(f"Logistic regression, {features} features, {samples} samples, {steps} steps", head, rows)],
        [curves("J by both ways", {"W X + b": J, "one row (b, w) times (1, X)": merged}, y="J")],
        ["glassnet keeps b apart, as the notes do: a penalty on W then leaves b alone, and the formulas of a layer "
         "show both."],
        f"After {steps} steps w and b of both ways differ by at most {max(gap_W.max(), gap_b.max()):.2g}, and J at no "
        f"step by more than {gap_J.max():.2g}.",
    )  # fmt: skip


EXPERIMENTS = {
    "zero-bias": Experiment(
        "b may start at zero",
        "W must start at random numbers, b need not: from b = 0 the units part all the same, and learn as much.",
        zero_bias, small={"steps": 1000}),
    "merged-bias": Experiment(
        "b as a weight",
        "With a feature that is always 1, b is one more weight: W X + b and one row (b, w) times (1, X) take the same "
        "steps.",
        merged_bias, small={"steps": 100}),
}  # fmt: skip
