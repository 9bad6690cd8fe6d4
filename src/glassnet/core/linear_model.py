"""Linear models solved, not trained: least squares exactly, other losses by L-BFGS, all folds of a stack at once.

    theta = argmin 1/m Σ s loss(g(W x + b), y) + λ/(2m) Σ (σ W)²        σ: standard deviation of each feature

so that the penalty does not depend on units; b has none. Numbers reach it unclipped, hence what is linear is found as
it is, and extended beyond the rows of training. Each fold of a stack has a solution of its own.

Sources: ridge regression Hoerl and Kennard 1970; L-BFGS Nocedal 1980; the curvature that it starts from, a bound of
that of the loss, Böhning and Lindsay 1988.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from glassnet.arrays import numpy_namespace as xp
from glassnet.core.activations import ACTIVATIONS
from glassnet.core.losses import LOSSES, losses_and_dZ
from glassnet.typing import AnyArray

PENALTIES = (1e-6, 0.1, 1.0, 10.0, 100.0, 1000.0)  # λ of least squares, of which rows left out choose one
FEW_PENALTIES = (0.01, 1.0)  # λ of other losses
MAX_FEATURES, MAX_WORK = 1000, 3e10  # with more it costs more than the networks; work in multiplications
LOSS_WORK = 100  # of the loss of one output of one row: an exponential, a logarithm, sums
ROWS_AT_A_TIME = 8192
STEPS, MEMORY, HALVINGS, TOLERANCE = 60, 10, 30, 1e-7


class Solution(NamedTuple):
    """Weights (k, n[1], n[0]) and biases (k, n[1], 1) of one layer, for each of k folds."""

    W: AnyArray
    b: AnyArray


class Rows(NamedTuple):
    """What is solved for: X (n[0], m), Y (n[L], m), S (1, m) or None; the fold that leaves each row out, or None; k.

    The fold of a row that none leaves out is -1.
    """

    X: Any
    Y: AnyArray
    S: AnyArray | None
    fold: AnyArray | None
    k: int

    def blocks(self) -> Iterator[tuple[AnyArray, AnyArray, AnyArray, AnyArray | None]]:
        """Return X (n, m'), Y, weights (m',) and folds of some rows after the other, in float64."""
        m = self.X.shape[1]
        for start in range(0, m, ROWS_AT_A_TIME):
            some = slice(start, start + ROWS_AT_A_TIME)
            X, Y = np.asarray(self.X[:, some], np.float64), np.asarray(self.Y[:, some], np.float64)
            S = np.ones(X.shape[1]) if self.S is None else np.asarray(self.S[0, some], np.float64)
            yield X, Y, S, None if self.fold is None else self.fold[some]


def is_feasible(n: int, m: int, k: int, n_outputs: int) -> bool:
    """Return whether a linear model of n features, m rows, k folds takes less time than networks do."""
    work = m * n * (n + 4 * STEPS * min(k * n_outputs, n))
    of_losses = m * k * n_outputs * LOSS_WORK * STEPS * len(FEW_PENALTIES) if n_outputs > 1 else 0
    return n <= MAX_FEATURES and work + of_losses <= 4 * MAX_WORK


def solve(rows: Rows, loss: str) -> Solution:
    """Return the linear model of least cost for the rows that each fold learns from.

    Parameters
    ----------
    rows : Rows
        All rows.
    loss : str
        "sigmoid", "softmax" or "exp" for the pair of that output, else least squares.

    Returns
    -------
    Solution
        One for each fold.
    """
    moments = _Moments.of(rows)
    if loss in PAIRS:
        pair = PAIRS[loss]
        found = [_descend(rows, moments, pair, penalty) for penalty in FEW_PENALTIES]
        t = found[-1] if rows.fold is None else min(found, key=lambda t: _left_out(rows, moments, pair, t))
    else:
        t = min((moments.least_squares(penalty) for penalty in PENALTIES), key=lambda t: _error(rows, moments, t))
    W = t[:, :, 1:] / moments.deviation
    b = t[:, :, :1] - W @ moments.mean[:, np.newaxis]
    return Solution(W, b)


class _Moments(NamedTuple):
    """Sums over the rows of each fold, of standardised features with a 1 before them.

    Attributes
    ----------
    mean, deviation : array (n,)
        Of the features.
    G, C : array (k, 1 + n, 1 + n), (k, n[L], 1 + n)
        Of the weighted products of features with one another, and with the targets, over the rows that a fold learns.
    """

    mean: AnyArray
    deviation: AnyArray
    G: AnyArray
    C: AnyArray

    @classmethod
    def of(cls, rows: Rows) -> _Moments:
        n, n_y = rows.X.shape[0], rows.Y.shape[0]
        total, first = 0.0, np.zeros(n)
        for X, _, S, _ in rows.blocks():
            total, first = total + S.sum(), first + X @ S
        mean, second = first / total, np.zeros(n)
        for X, _, S, _ in rows.blocks():
            second += ((X - mean[:, np.newaxis]) ** 2) @ S
        deviation = np.sqrt(second / total)
        deviation = np.where(deviation > 0, deviation, 1.0)
        folds = [-1] if rows.fold is None else [*range(rows.k), -1]  # the last: rows that none leaves out
        G, C = np.zeros((len(folds), n + 1, n + 1)), np.zeros((len(folds), n_y, n + 1))
        for X, Y, S, fold in rows.blocks():
            D = _design(X, mean, deviation)
            for j, number in enumerate(folds):
                part = slice(None) if fold is None else fold == number
                weighted = D[:, part] * S[part]
                G[j] += weighted @ D[:, part].T
                C[j] += Y[:, part] @ weighted.T
        if rows.fold is not None:  # until here of the rows that a fold leaves out
            G, C = G.sum(axis=0) - G[:-1], C.sum(axis=0) - C[:-1]
        return cls(mean, deviation, G, C)

    def curvature(self, penalty: float, bound: float = 1.0) -> AnyArray:
        """Return bound G + λ, (k, 1 + n, 1 + n)."""
        H = bound * self.G
        diagonal = np.arange(1, H.shape[-1])
        H[:, diagonal, diagonal] += penalty
        H[:, 0, 0] += 1e-12 * (1 + H[:, 0, 0])
        return H

    def least_squares(self, penalty: float) -> AnyArray:
        """Return theta (k, n[L], 1 + n) of the least sum of squares and penalty."""
        return np.linalg.solve(self.curvature(penalty), self.C.mT).mT


def _design(X: AnyArray, mean: AnyArray, deviation: AnyArray) -> AnyArray:
    """Return standardised features with a row of ones before them, (1 + n, m)."""
    D = np.ones((len(X) + 1, X.shape[1]))
    D[1:] = (X - mean[:, np.newaxis]) / deviation[:, np.newaxis]
    return D


def _error(rows: Rows, moments: _Moments, t: AnyArray) -> float:
    """Return the squared error on rows left out; without folds that on all rows."""
    error = 0.0
    for X, Y, S, fold in rows.blocks():
        D = _design(X, moments.mean, moments.deviation)
        for j in range(len(t)):
            part = slice(None) if fold is None else fold == j
            error += float(S[part] @ ((Y[:, part] - t[j] @ D[:, part]) ** 2).sum(axis=0))
    return error


# ------------------------------------------------------------ other losses: by their pair, whose dZ is A - Y
class _Pair(NamedTuple):
    """A loss with its output; a bound of its second derivative by Z; the first bias of a mean target."""

    loss: str
    output: str
    bound: float
    start: Callable[[AnyArray], AnyArray]

    def losses_and_dZ(self, Z: AnyArray, Y: AnyArray) -> tuple[AnyArray, AnyArray]:
        """Return the loss of every entry, and dZ."""
        loss, g = LOSSES[self.loss], ACTIVATIONS[self.output]
        with xp.quiet():
            return losses_and_dZ(xp, Z, g.value(xp, Z), Y, loss, self.output, g)


def _logit(p: AnyArray) -> AnyArray:
    p = p.clip(1e-6, 1 - 1e-6)
    return np.log(p / (1 - p))


PAIRS = {
    each.output: each
    for each in (
        _Pair("sigmoid_cross_entropy", "sigmoid", 0.25, _logit),
        _Pair("softmax_cross_entropy", "softmax", 0.5, lambda p: np.log(p.clip(1e-6))),
        _Pair("poisson", "exp", 1.0, lambda p: np.log(p.clip(1e-6))),
    )
}


def _left_out(rows: Rows, moments: _Moments, pair: _Pair, t: AnyArray) -> float:
    """Return the sum of losses on rows left out."""
    total = 0.0
    for X, Y, S, fold in rows.blocks():
        D = _design(X, moments.mean, moments.deviation)
        for j in range(len(t)):
            part = fold == j
            total += float(pair.losses_and_dZ(t[j] @ D[:, part], Y[:, part])[0].sum(axis=0) @ S[part])
    return total


def _descend(rows: Rows, moments: _Moments, pair: _Pair, penalty: float) -> AnyArray:
    """Return theta (k, n[L], 1 + n) by L-BFGS, each fold with steps of its own."""
    mass = moments.G[:, :1, :1]
    t = np.zeros(moments.C.shape)
    t[:, :, :1] = pair.start(moments.C[:, :, :1] / mass)
    inverse = np.linalg.inv(moments.curvature(penalty, pair.bound))
    J, slope = _cost(rows, moments, pair, t, penalty)
    known: list[tuple[AnyArray, AnyArray, AnyArray]] = []  # changes of theta and of the slope, and 1 / their product
    for _ in range(STEPS):
        step = -_times_inverse_curvature(slope, known, inverse)
        falls = _dot(slope, step)
        length = np.ones(len(t))
        for _ in range(HALVINGS):
            J_new, slope_new = _cost(rows, moments, pair, t + length[:, None, None] * step, penalty)
            too_long = ~(J_new <= J + 1e-4 * length * falls)
            if not too_long.any():
                break
            length[too_long] /= 2
        length[too_long] = 0
        change = length[:, None, None] * step
        bend = np.where(too_long[:, None, None], 0, slope_new - slope)
        product = _dot(change, bend)
        known.append((change, bend, np.where(product > 0, 1 / np.where(product > 0, product, 1), 0)))
        known = known[-MEMORY:]
        done = J - J_new <= TOLERANCE * np.abs(J)
        t, slope = t + change, np.where(too_long[:, None, None], slope, slope_new)
        J = np.where(too_long, J, J_new)
        if (done | too_long).all():
            break
    return t


def _cost(rows: Rows, moments: _Moments, pair: _Pair, t: AnyArray, penalty: float) -> tuple[AnyArray, AnyArray]:
    """Return the penalised sum of losses of each fold (k,), and its slope, of theta's shape."""
    J, slope = penalty / 2 * (t[:, :, 1:] ** 2).sum(axis=(1, 2)), np.zeros(t.shape)
    slope[:, :, 1:] = penalty * t[:, :, 1:]
    k, n_y, n = t.shape
    for X, Y, S, fold in rows.blocks():
        D = _design(X, moments.mean, moments.deviation)
        weights = np.broadcast_to(S, (k, len(S)))
        if fold is not None:
            weights = weights * (fold != np.arange(k)[:, np.newaxis])
        Z = (t.reshape(-1, n) @ D).reshape(k, n_y, -1)
        loss, dZ = pair.losses_and_dZ(Z, Y)
        with xp.quiet():  # an overflow is no number, and the step that made it too long
            J = J + (loss.sum(axis=1) * weights).sum(axis=1)
            slope += ((dZ * weights[:, np.newaxis]).reshape(k * n_y, -1) @ D.T).reshape(t.shape)
    return J, slope


def _times_inverse_curvature(slope: AnyArray, known: list[tuple[AnyArray, ...]], inverse: AnyArray) -> AnyArray:
    """Return the slope times L-BFGS's inverse of the curvature (the two loops of Nocedal 1980)."""
    shares = []
    for change, bend, rho in reversed(known):
        share = rho * _dot(change, slope)
        slope = slope - share[:, None, None] * bend
        shares.append(share)
    slope = slope @ inverse
    for (change, bend, rho), share in zip(known, reversed(shares), strict=True):
        slope = slope + (share - rho * _dot(bend, slope))[:, None, None] * change
    return slope


def _dot(a: AnyArray, b: AnyArray) -> AnyArray:
    return (a * b).sum(axis=(1, 2))
