"""The range test: a few steps from a fresh start at many learning rates show which of them learn."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from glassnet.arrays import numpy_namespace as xp
from glassnet.backends.numpy import make_stepper
from glassnet.core.architecture import Architecture
from glassnet.core.initializers import draw_weights, names_of_layers
from glassnet.core.parameters import Parameters
from glassnet.core.propagation import Objective, cost_only
from glassnet.errors import DivergedError
from glassnet.training.loop import train
from glassnet.training.run import Run
from glassnet.training.settings import Settings
from glassnet.training.several_fits import uninterrupted
from glassnet.typing import Array

HALF_DECADES = 10  # tried at most above and below the learning rate that was used, each a factor of sqrt(10)
STEPS, LEAST_STEPS = 100, 20
HELD_OUT = 4  # every fourth sample is not trained on
WORK = 1e9  # multiplications for one rate: a fraction of a second
CLOSE = 0.05  # costs that differ by less than this share of the baseline's are taken as equal
NO_CHANGE = 0.01  # share of the first cost


class RangeTest(NamedTuple):
    """Costs after `steps` steps from one fresh start, by learning rate; inf where the training diverged."""

    rates: list[float]
    costs: list[float]
    steps: int

    def best(self, J_0: float) -> tuple[float, float]:
        """Return the smallest rate whose cost is close to the lowest, for a baseline cost J_0, and that cost."""
        lowest = min(self.costs)
        return next((r, c) for r, c in zip(self.rates, self.costs, strict=True) if c <= lowest + CLOSE * J_0)

    def cost_at(self, alpha: float) -> float:
        """Return the cost at the tried rate nearest to `alpha`."""
        return self.costs[int(np.argmin([abs(math.log(rate / alpha)) for rate in self.rates]))]


def range_test(
    architecture: Architecture, X: Array, Y: Array, *, optimizer: str, alpha: float, batch_size: int | None, seed: int
) -> RangeTest:
    """Train fresh copies for a few steps at learning rates around `alpha`, and return what each came to.

    Parameters
    ----------
    architecture : Architecture
        Of the copies; their weights are drawn by the initialisers that fit its activations.
    X, Y : array (n[0], m), (n[L], m)
        One column per sample, of the type that shall be computed with; every fourth one is held out.
    optimizer : str
        Name in the table of optimisers, one that takes a learning rate.
    alpha : float
        The learning rate in the middle of those tried.
    batch_size : int or None
        Samples per step; None is all of them.
    seed : int
        Of the start and the order of samples, the same at every rate.

    Returns
    -------
    RangeTest
        Learning rates, rising, and the cost after the steps of the samples that were held out: a rate that only
        memorises the others is no better for it.
    """
    held = np.arange(X.shape[-1]) % HELD_OUT == HELD_OUT - 1
    X, Y, X_held, Y_held = X[:, ~held], Y[:, ~held], X[:, held], Y[:, held]
    start, objective = fresh_start(architecture, X.dtype, seed), Objective.of(architecture)
    per_step = 3 * start.vector.size * min(batch_size or X.shape[-1], X.shape[-1])
    steps = int(np.clip(WORK / per_step, LEAST_STEPS, STEPS))
    J_start = float(cost_only(xp, start, (X_held, Y_held), objective))

    def cost_after(rate: float) -> float:
        theta = start.over(start.vector.copy())
        settings = Settings(optimizer=optimizer, learning_rate=rate, iterations=steps, batch_size=batch_size)
        try:
            with xp.quiet():
                run = Run(xp, theta, objective, settings, np.random.default_rng(seed), X, Y)
                uninterrupted(train(run, make_stepper))
                J = float(cost_only(xp, theta, (X_held, Y_held), objective))
        except DivergedError:
            return math.inf
        return J if math.isfinite(J) else math.inf

    costs: dict[float, float] = {}
    for exponent in range(HALF_DECADES + 1):  # up, until two rates in a row end above the start
        rate = float(f"{alpha * 10 ** (exponent / 2):.2g}")
        costs[rate] = cost_after(rate)
        if min(list(costs.values())[-2:]) >= J_start and len(costs) > 1:
            break
    for exponent in range(1, HALF_DECADES + 1):  # down, until a rate is too small to learn at all
        rate = float(f"{alpha / 10 ** (exponent / 2):.2g}")
        costs[rate] = cost_after(rate)
        if (1 - NO_CHANGE) * J_start < costs[rate] < J_start:
            break
    return RangeTest(sorted(costs), [costs[rate] for rate in sorted(costs)], steps)


def fresh_start(architecture: Architecture, dtype: Any, seed: int) -> Parameters:
    """Draw parameters by the initialisers that fit the activations; biases are 0."""
    theta = Parameters(architecture.sizes, dtype, embedding=architecture.embedding)
    draw_weights(theta, names_of_layers(None, architecture.activations), seed)
    return theta
