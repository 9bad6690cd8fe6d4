"""What the data and the loss curve say about a training that went badly, in numbers: scale, learning rate, length."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from glassnet.arrays.sparse_columns import is_sparse
from glassnet.plain_text import LONGEST_NAME, shortened
from glassnet.typing import AnyArray

LARGE = 30.0  # typical size of an input from which it drowns the others and makes steps unstable
MOST_NAMED = 3
FEWEST_EPOCHS = 5  # that say something about the learning rate
OFTEN = 1 / 3  # of the epochs in which the loss may rise
STILL_FALLING = 1e-3  # share of itself that the loss loses in an epoch


def about_scale(X: AnyArray, names: Sequence[str] | None) -> str:
    """Say which columns are far from mean 0 and standard deviation 1; "" where none is.

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
    named = [f"column {j}" if names is None else shortened(repr(str(names[j])), LONGEST_NAME) for j in worst]
    columns = (X[:, [j]].toarray() if is_sparse(X) else X[:, j] for j in worst)
    shown = ", ".join(f"{name} ({_mean_and_std(column)})" for name, column in zip(named, columns, strict=True))
    more = f" and {len(large) - len(worst)} more" if len(large) > len(worst) else ""
    wanted, scaler = (
        ("standard deviation 1", "with_mean=False") if is_sparse(X) else ("mean 0 and standard deviation 1", "")
    )
    return (
        f"{len(large)} of {X.shape[1]} inputs are not scaled: {shown}{more}. Networks want {wanted}: "
        f"make_pipeline(StandardScaler({scaler}), ...)"
    )


def _mean_and_std(numbers: AnyArray) -> str:
    with np.errstate(over="ignore", invalid="ignore"):
        return f"mean {_short(numbers.mean(dtype=float))}, std {_short(numbers.std(dtype=float))}"


def about_targets(Y: AnyArray) -> str:
    """Say that targets are far from mean 0 and standard deviation 1; "" where they are not."""
    size = np.sqrt(np.mean(np.square(Y, dtype=float)))
    if size <= LARGE:
        return ""
    advice = "TransformedTargetRegressor(..., transformer=StandardScaler())"
    return f"The targets are not scaled ({_mean_and_std(Y)}): {advice}"


def about_rate(curve: Sequence[float], rate: float) -> str:
    """Say what the loss curve of a training that did not settle tells of the learning rate; "" where it tells nothing.

    Parameters
    ----------
    curve : sequence of float
        Mean cost of each epoch.
    rate : float
        learning_rate_init.
    """
    if len(curve) < FEWEST_EPOCHS:
        return ""
    rises = int((np.diff(curve) > 0).sum())
    if rises > OFTEN * (len(curve) - 1):
        return f"The loss rose in {rises} of {len(curve)} epochs: {_too_high(rate)}"
    last = max(len(curve) // 5, 2)
    before, now = curve[-1 - last], curve[-1]
    fall = 1 - (now / before) ** (1 / last) if now > 0 and before > 0 else 0.0
    if fall < STILL_FALLING:
        return ""
    return (
        f"The loss still falls by {fall:.1%} an epoch: raise max_iter (now {len(curve)}), or learning_rate_init (now "
        f"{rate:g}; try {3 * rate:.2g})"
    )


def about_ending(curve: Sequence[float], rate: float) -> str:
    """Say that a training ended no better than it began; "" where it did better."""
    if len(curve) < FEWEST_EPOCHS or curve[-1] < curve[0]:
        return ""
    return f"The loss began at {curve[0]:.3g} and ended at {curve[-1]:.3g}: {_too_high(rate)}"


def at_most_epochs(estimator: Any) -> str:
    """Say that max_iter came before the training converged, and what to change, which is also noted."""
    advice = about_rate(estimator.loss_curve_[-estimator.n_iter_ :], float(estimator.learning_rate_init))
    if advice:
        estimator.notes_.append(advice)
    scale = "" if estimator.notes_ else ", or scale the inputs to mean 0 and standard deviation 1 (StandardScaler)"
    return (
        f"Stochastic Optimizer: Maximum iterations ({estimator.max_iter}) reached and the optimization hasn't "
        f"converged yet.{'' if advice else f' Raise max_iter or learning_rate_init{scale}.'}"
    )


def not_found(estimator: Any, message: str) -> str:
    """Say that lbfgs, which ended with a `message`, found no minimum, and what to change."""
    more = "" if estimator.n_iter_ < estimator.max_iter else f"Raise max_iter (now {estimator.max_iter}). "
    advice = (
        ""
        if estimator.notes_
        else "Inputs scaled to mean 0 and standard deviation 1 (StandardScaler) converge faster; "
    )
    return (
        f"lbfgs failed to converge after {estimator.n_iter_} iteration(s):\n{message}\n{more}{advice}"
        f"tol={estimator.tol:g} is the slope at which it stops; a larger one stops earlier."
    )


def _too_high(rate: float) -> str:
    return f"learning_rate_init={rate:g} is too high, try {rate / 10:.2g}"


def _short(number: float) -> str:
    """Write a number with about three digits, large ones without an exponent."""
    return f"{number:,.0f}" if 100 <= abs(number) < 1e9 else f"{number:.3g}"
