"""The gradient checker: slopes by central differences beside slopes by the equations.

The difference quotient has four points, so that its own error is of order h⁴:

    J'(theta) = (8 (J(theta + h) - J(theta - h)) - (J(theta + 2h) - J(theta - 2h))) / 12h
"""

from itertools import count
from typing import Any, NamedTuple

import numpy as np

from glassnet.arrays import numpy_namespace as xp
from glassnet.core.activations import ACTIVATIONS
from glassnet.core.architecture import Architecture
from glassnet.core.names import choose
from glassnet.core.parameters import Parameters
from glassnet.core.propagation import Objective, propagate

THRESHOLD = 1e-7
STEP = 3e-4
FAR = 0.02  # distance that every kink must have from the data, so that no step of the checker crosses one


def difference_quotient(f, h=STEP):
    """Return the slope at 0 of f, a function of one number whose value may be an array."""
    return (8 * (f(h) - f(-h)) - (f(2 * h) - f(-2 * h))) / (12 * h)


def relative_error(numeric, analytic):
    """Return the larger of two errors: |difference| / (|numeric| + |analytic|) in norm, and for the worst entry.

    An entry smaller than a thousandth of the largest is measured against that: below it, rounding decides.
    """
    difference, size = np.abs(numeric - analytic), np.abs(numeric) + np.abs(analytic)
    tiny = np.finfo(float).tiny
    in_norm = np.linalg.norm(difference) / max(np.linalg.norm(size), tiny)
    worst = np.max(difference / np.maximum(size, max(1e-3 * np.max(size), tiny)))
    return max(in_norm, worst)


class Problem(NamedTuple):
    """A network with data whose gradient is to be checked."""

    theta: Parameters
    objective: Objective
    X: Any
    Y: Any
    D: list
    S: Any

    def run(self):
        """Return J, the flat gradient, and the pass's Z and A."""
        gradient = self.theta.like()
        done = propagate(xp, self.theta, gradient, self.X, self.Y, self.objective, self.D, self.S)
        return done.J, gradient.vector, done.Z, done.A


def gradient_error(problem):
    """Return the relative error of the gradient that the equations give."""
    vector = problem.theta.vector
    _, analytic, *_ = problem.run()
    numeric = np.empty_like(vector)
    for i in range(vector.shape[-1]):
        entry = vector[..., i].copy()

        def moved(h, i=i, entry=entry):
            vector[..., i] = entry + h
            return problem.run()[0]

        numeric[..., i] = difference_quotient(moved)
        vector[..., i] = entry
    return relative_error(numeric, analytic)


def problem(hidden, output, loss, *, stack=None, l2=0.0, l1=0.0, dropout=False, weighted=False):
    """Draw the first problem, of 3-4-3-2 units and 5 samples, that lies far from every kink."""
    architecture = Architecture.build([3, 4, 3, 2], [hidden, hidden, output], loss)
    lead = () if stack is None else (stack,)
    for seed in count():
        rng = np.random.default_rng(seed)
        theta = Parameters(architecture.sizes, np.dtype("float64"), stack)
        theta.vector[...] = rng.normal(0, 0.6, theta.vector.shape)
        X, Y = rng.normal(size=(3, 5)), targets(rng, architecture.loss_entry.labels)
        D = [None, *(rng.integers(0, 2, (*lead, n, 5)) / 0.5 if dropout else None for n in (4, 3)), None]
        S = rng.uniform(0.5, 2, (1, 5)) if weighted else None
        made = Problem(theta, Objective.of(architecture, l2=l2, l1=l1), X, Y, D, S)
        if far_from_kinks(made, [hidden, hidden, output]):
            return made
    raise AssertionError


def targets(rng, labels):
    """Draw Y (2, 5) of the kind that a loss takes."""
    if labels == "zero_one":
        return rng.integers(0, 2, (2, 5)).astype(float)
    if labels == "one_hot":
        return np.eye(2)[:, rng.integers(0, 2, 5)]
    if labels == "not_negative":
        return rng.poisson(2, (2, 5)).astype(float)
    return rng.normal(0, 2, (2, 5))


def far_from_kinks(problem, activations):
    """Tell whether no Z lies near 0, where the relu family bends, and no residual where its loss bends."""
    _, _, Z, A = problem.run()
    bends = [Z_l for Z_l, g in zip(Z[1:], activations, strict=True) if bends_at_zero(g)]
    residual = np.abs(A[-1] - problem.Y)
    bends += [residual, residual - problem.objective.loss.options.get("delta", 0)]
    return all(np.abs(M).min() > FAR for M in bends) and np.abs(problem.theta.weights).min() > 2 * STEP


def bends_at_zero(activation):
    """Tell whether the slope of an activation jumps at 0; a jump of its curvature (elu) is smooth enough not to."""
    g = choose(ACTIVATIONS, activation, "activation")[1]
    if g.slope is None:
        return False
    left, right = np.array([[-1e-9]]), np.array([[1e-9]])
    return bool(abs(g.slope(xp, left, g.value(xp, left)) - g.slope(xp, right, g.value(xp, right))) > 1e-6)
