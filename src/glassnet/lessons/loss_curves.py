"""The experiment about the loss of one sample: two curves, and the way from a probability over its logarithm to J."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from glassnet import equations
from glassnet.lessons.experiment import Evidence, Experiment, Finding, Picture, Table, numbers
from glassnet.typing import Array


def loss_curves(seeds: Sequence[int], loss: str = "cross_entropy", samples: int = 20, sure: float = 0.99) -> Evidence:
    """Follow one probability, ŷ^y (1 - ŷ)^(1 - y), to its logarithm, to the loss, and many of them to J.

    Parameters
    ----------
    seeds : sequence of int
        One run for each.
    loss : str
        The loss that is compared.
    samples : int
        m of the product.
    sure : float
        A probability that is nearly 1.

    Returns
    -------
    Evidence
        Findings, tables and pictures.
    """
    p = np.linspace(0.002, 0.998, 250)
    curve = {y: _losses(p, y, loss) for y in (1, 0)}
    expected = {1: -np.log(p), 0: -np.log(1 - p)}
    apart, of_J = [], []
    for seed in seeds:
        rng = np.random.default_rng(seed)
        A, Y = rng.uniform(0.05, 0.95, (1, samples)), (rng.random((1, samples)) < 0.5).astype(float)
        chance = A**Y * (1 - A) ** (1 - Y)
        of_J.append(abs(-np.log(chance.prod()) / samples - equations.cost(A, Y, loss)))
        apart.append(np.abs(chance - np.where(Y == 1, A, 1 - A)).max())
    right, wrong = (float(_losses(np.array([value]), 1, loss)[0]) for value in (sure, 1 - sure))
    steps = [("the probability of y", "ŷ^y (1 - ŷ)^(1 - y)"), ("its logarithm", "y log ŷ + (1 - y) log(1 - ŷ)"),
             ("the loss: what is to be small", "-(y log ŷ + (1 - y) log(1 - ŷ))"),
             ("J: the mean over the samples", "-1/m log of the product of all probabilities")]  # fmt: skip
    one, y = 0.8, 1
    way = [one**y * (1 - one) ** (1 - y), np.log(one), _losses(np.array([one]), y, loss)[0],
           equations.cost(*_pair(one, y), loss)]  # fmt: skip
    return Evidence(
        [
            Finding("y = 1: largest difference of the loss to -log ŷ", (np.abs(curve[1] - expected[1]).max(),),
                    at_most=1e-12),
            Finding("y = 0: largest difference of the loss to -log(1 - ŷ)", (np.abs(curve[0] - expected[0]).max(),),
                    at_most=1e-12),
            Finding("ŷ^y (1 - ŷ)^(1 - y) against the probability of y, largest difference", numbers(apart),
                    at_most=1e-15),
            Finding("J against -1/m log of the product of all probabilities", numbers(of_J), at_most=1e-12),
            Finding(f"y = 1: loss of ŷ = {1 - sure:.2g} over that of {sure:g}", (wrong / right,), at_least=100),
        ],
        [Table(f"From a probability to the cost, for ŷ = {one:g} and y = {y}", ("step", "formula", "value"),
               [(*step, float(value)) for step, value in zip(steps, way, strict=True)])],
        [
            _over(p, "The probability of y", {1: p, 0: 1 - p}, "ŷ^y (1 - ŷ)^(1 - y)"),
            _over(p, "Its logarithm", {1: np.log(p), 0: np.log(1 - p)}, "log"),
            _over(p, "The loss", curve, "loss"),
        ],
        ["The exponents choose: for y = 1 the second factor is 1, for y = 0 the first. The logarithm makes the product "
         "of all samples a sum, and the minus makes what was to be large small."],
        f"For y = 1 the loss is {right:.2g} at ŷ = {sure:g} and {wrong:.2g} at {1 - sure:.2g}: being sure and wrong "
        f"costs {wrong / right:.0f} times as much.",
    )  # fmt: skip


def _losses(p: Array, y: int, loss: str) -> Array:
    return np.array([equations.cost(*_pair(each, y), loss) for each in p])


def _pair(p: float, y: int) -> tuple[Array, Array]:
    return np.array([[p]]), np.array([[float(y)]])


def _over(p: Array, title: str, values: dict[int, Array], name: str) -> Picture:
    """Draw a curve for each label over ŷ."""
    return Picture("lines", title, {"series": {f"y = {y}": (p, value) for y, value in values.items()},
                                    "x": "ŷ", "y": name})  # fmt: skip


EXPERIMENTS = {
    "loss-curves": Experiment(
        "The loss of one sample",
        "The loss is -log ŷ where y = 1 and -log(1 - ŷ) where y = 0: minus the logarithm of the probability that the "
        "label got, so that being sure and wrong costs most.",
        loss_curves),
}  # fmt: skip
