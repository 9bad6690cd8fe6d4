"""How far the answers to rows left out were from the truth, in few enough numbers to keep them in a model file."""

from __future__ import annotations

import numpy as np

from glassnet.estimators.tabular import out_of_fold
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
    parts = out_of_fold.left_out(network, rows.X, rows.mask)
    if not parts:
        return None
    rows = rows.at(np.concatenate([part.rows for part in parts]))
    weights = None if rows.weights is None else np.asarray(rows.weights, np.float64)
    scores, spreads = _scores(target, np.concatenate([part.mean.T for part in parts]), rows, weights)
    kept, start = [], 0
    for part in parts:
        of = slice(start, start := start + len(part.rows))
        own = None if weights is None else weights[of]
        count = len(part.rows) if weights is None or own is None else own.sum() / weights.mean()
        quantiles = np.stack([_rounded_up(_quantiles_of(column, own)) for column in scores[of].T])
        kept.append(LeftOut(tuple(part.networks), float(count), quantiles))
    return Conformity(tuple(kept), spreads)


def _scores(
    target: Target, answers: AnyArray, rows: JudgedRows, weights: AnyArray | None
) -> tuple[AnyArray, tuple[Spread, ...]]:
    """Return scores (m, n) of the answers (m, n[L]) to rows, and the spreads that they are multiples of."""
    if isinstance(target, LabelEncoder):
        index = target.most_probable(rows.Y.T)[:, np.newaxis]
        return np.take_along_axis(more_probable(target.probabilities(answers)), index, axis=1), ()
    errors = np.abs(target.encode(rows.y) - answers)
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
