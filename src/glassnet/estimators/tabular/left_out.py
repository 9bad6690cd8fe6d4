"""How far the answers to rows left out were from the truth, in few enough numbers to keep them in a model file."""

from __future__ import annotations

import numpy as np

from glassnet.estimators.tabular.conformal import SLACK, Conformity, LeftOut, Spread, more_probable
from glassnet.estimators.tabular.judging import JudgedRows
from glassnet.estimators.targets import LabelEncoder, Target
from glassnet.network import Network
from glassnet.typing import AnyArray

MOST_SCORES = 500  # kept of one set of networks: more become so many quantiles
ROUNDING = 2e-6  # more than answers in float32, to rows of the training, differ from those of a prediction in float64
DIGITS = 5  # that are kept of a score, rounded up
MOST_LEVELS, ROWS_AT_A_LEVEL = 5, 40  # at which errors are averaged: measured, intervals become 1 to 27 % narrower
LEAST_SPREAD = 0.1  # of the mean error, which is added to that of each level


def conformity_of(network: Network, target: Target, rows: JudgedRows) -> Conformity | None:
    """Return how far the answers of a network to rows left out were from the truth.

    Parameters
    ----------
    network : Network
        One, or a stack of k.
    target : LabelEncoder or TargetScaler
        What it learned.
    rows : JudgedRows
        Of which at least some were left out; their weights say how many rows each stands for.

    Returns
    -------
    Conformity or None
        None for several labels a row, or where each row was learned by all networks.
    """
    if isinstance(target, LabelEncoder) and target.multilabel:
        return None
    k = network.n_networks or 1
    left = np.ones((k, len(rows.y)), bool) if rows.mask is None else rows.mask[:, 0] == 0
    is_left = left.any(axis=0)
    if not is_left.any():
        return None
    answers = np.concatenate([_means(A, left[block]) for block, A in network.forward_in_blocks(rows.X)], axis=-1).T
    left, answers = left[:, is_left], answers[is_left]
    weights = None if rows.weights is None else np.asarray(rows.weights, np.float64)[is_left]
    scores, spreads = _scores(target, answers, rows, is_left, weights)
    patterns = np.packbits(left, axis=0).T  # bits, as they are sorted sooner
    _, first, which = np.unique(patterns, axis=0, return_index=True, return_inverse=True)
    parts = []
    for pattern, row in enumerate(first):
        networks, of = np.flatnonzero(left[:, row]), np.flatnonzero(which.ravel() == pattern)
        own = None if weights is None else weights[of]
        count = len(of) if weights is None or own is None else own.sum() / weights.mean()
        kept = np.stack([_rounded_up(_quantiles_of(column, own)) for column in scores[of].T])
        parts.append(LeftOut(tuple(networks.tolist()), float(count), kept))
    return Conformity(tuple(parts), spreads)


def _scores(
    target: Target, answers: AnyArray, rows: JudgedRows, which: AnyArray, weights: AnyArray | None
) -> tuple[AnyArray, tuple[Spread, ...]]:
    """Return scores (m, n) of the answers (m, n[L]) to some rows, and the spreads that they are multiples of."""
    if isinstance(target, LabelEncoder):
        index = target.most_probable(rows.Y.T[which])[:, np.newaxis]
        return np.take_along_axis(more_probable(target.probabilities(answers)), index, axis=1), ()
    errors = np.abs(target.encode(rows.y[which]) - answers)
    spreads = tuple(_spread_of(*each, weights) for each in zip(answers.T, errors.T, strict=True))
    units = np.stack([spread.of(column) for spread, column in zip(spreads, answers.T, strict=True)], axis=1)
    return errors / units, spreads


def _spread_of(answers: AnyArray, errors: AnyArray, weights: AnyArray | None) -> Spread:
    """Return the mean error of groups of rows with answers of nearly the same level."""
    groups, mean = min(MOST_LEVELS, len(errors) // ROWS_AT_A_LEVEL), float(np.average(errors, weights=weights))
    if groups < 2 or mean == 0:
        return Spread(np.zeros(1), np.ones(1))
    edges = np.quantile(answers, np.arange(1, groups) / groups)
    group = np.searchsorted(edges, answers, side="right")
    weights = np.ones(len(errors)) if weights is None else weights
    total = np.bincount(group, weights)
    some = total > 0  # equal answers are in one group
    levels, sizes = (np.bincount(group, weights * each)[some] / total[some] for each in (answers, errors))
    return Spread(_short(levels), _short(sizes + LEAST_SPREAD * mean))


def _short(numbers: AnyArray) -> AnyArray:
    return np.array([float(f"{value:.{DIGITS + 1}g}") for value in numbers])


def _means(A: AnyArray, left: AnyArray) -> AnyArray:
    """Return the mean answers (n, m) of the networks that left each row out, of (n, m) or (k, n, m) and (k, m)."""
    stack, weights = np.asarray(A, np.float64).reshape(len(left), -1, left.shape[1]), left[:, np.newaxis]
    mean: AnyArray = (stack * weights).sum(axis=0) / np.maximum(weights.sum(axis=0), 1)
    return mean


def _quantiles_of(scores: AnyArray, weights: AnyArray | None) -> AnyArray:
    """Return scores in rising order, or where they are many or have weights the quantiles that stand for them."""
    order = np.argsort(scores, kind="stable")
    m = len(scores)
    if weights is None and m <= MOST_SCORES:
        return scores[order]
    cumulative = np.arange(1, m + 1) if weights is None else np.cumsum(weights[order])
    needed = np.arange(1, MOST_SCORES + 1) / MOST_SCORES * cumulative[-1] * (1 - SLACK)
    return scores[order[np.searchsorted(cumulative, needed)]]


def _rounded_up(scores: AnyArray) -> AnyArray:
    """Return scores of a few digits, each at least as large as that of the same row by a prediction."""
    more = scores + ROUNDING
    unit = 10.0 ** (np.floor(np.log10(more)) - DIGITS + 1)
    return np.array([float(f"{score:.{DIGITS}g}") for score in np.ceil(more / unit) * unit])
