"""What the data and the loss curve say about a training that went badly, in numbers: scale, learning rate, length."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from glassnet.engines.sparse_columns import is_sparse

Array = Any

LARGE = 30.0  # typical size of an input from which it drowns the others and makes steps unstable
MOST_NAMED = 3
FEWEST_EPOCHS = 5  # that say something about the learning rate
OFTEN = 1 / 3  # of the epochs in which the loss may rise
STILL_FALLING = 1e-3  # share of itself that the loss loses in an epoch


def about_scale(X: Array, names: Sequence[str] | None) -> str:
    """Say which columns are far from mean 0 and spread 1; "" where none is.

    Parameters
    ----------
    X : array or CSR matrix (m, n)
        The training rows.
    names : sequence of str or None
        Names of the columns.
    """
    with np.errstate(over="ignore"):
        if is_sparse(X):
            squares = np.bincount(X.indices, np.square(X.data, dtype=float), X.shape[1]) / X.shape[0]
        else:
            squares = np.einsum("ij,ij->j", X, X) / len(X)
        size = np.sqrt(squares)
    large = np.flatnonzero(size > LARGE)
    if not large.size:
        return ""
    worst = large[np.argsort(-size[large], kind="stable")][:MOST_NAMED]
    shown = ", ".join(f"{f'column {j}' if names is None else repr(str(names[j]))} ({_about(X, j)})" for j in worst)
    more = f" and {len(large) - len(worst)} more" if len(large) > len(worst) else ""
    return (
        f"{len(large)} of {X.shape[1]} inputs are not scaled: {shown}{more}. Networks want mean 0 and spread 1: "
        "make_pipeline(StandardScaler(), ...)"
    )


def _about(X: Array, j: int) -> str:
    column = X[:, [j]].toarray() if is_sparse(X) else X[:, j]
    return f"mean {column.mean(dtype=float):.3g}, spread {column.std(dtype=float):.3g}"


def about_targets(Y: Array) -> str:
    """Say that targets are far from mean 0 and spread 1; "" where they are not."""
    size = np.sqrt(np.mean(np.square(Y, dtype=float)))
    if size <= LARGE:
        return ""
    return (
        f"The targets are not scaled (mean {Y.mean():.3g}, spread {Y.std():.3g}): "
        "TransformedTargetRegressor(..., transformer=StandardScaler())"
    )


def about_rate(curve: Sequence[float], rate: float) -> str:
    """Say what a loss curve tells of the learning rate; "" where it tells nothing.

    Parameters
    ----------
    curve : sequence of float
        Mean cost of each epoch.
    rate : float
        learning_rate_init.
    """
    if len(curve) < FEWEST_EPOCHS:
        return ""
    steps = np.diff(curve)
    rises = int((steps > 0).sum())
    if curve[-1] > curve[0] or rises > OFTEN * len(steps):
        return (
            f"The loss rose in {rises} of {len(steps)} epochs: learning_rate_init={rate:g} is too high, "
            f"try {rate / 5:.2g}"
        )
    last = min(max(len(curve) // 5, 2), len(curve) - 1)
    if curve[-1 - last] <= 0 or curve[-1] <= 0:
        return ""
    fall = 1 - (curve[-1] / curve[-1 - last]) ** (1 / last)
    if fall < STILL_FALLING:
        return ""
    return (
        f"The loss still falls by {fall:.1%} an epoch: the training is too short, or learning_rate_init={rate:g} too "
        f"low (try {rate * 3:.2g})"
    )
