"""Random training, validation and test rows, each class in its share."""

from __future__ import annotations

import numpy as np

from glassnet.errors import DataError, SettingError

OUT_OF_BALANCE = 4  # largest class : smallest class


def split(
    y: np.ndarray, *, validation: float = 0.0, test: float = 0.0, rng: np.random.Generator, stratify: bool
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the rows for training, validation and test.

    Parameters
    ----------
    y : ndarray, shape (m,)
        Targets.
    validation, test : float in [0, 1)
        Shares of the rows; together below 1. A share above 0 gets at least one row, of every class if `stratify`.
    rng : numpy.random.Generator
        Decides which rows.
    stratify : bool
        Keep each class's share in every part; for classes, not for numbers to estimate.

    Returns
    -------
    train, validation, test : ndarray of int
        Row indices, counted from 0, in random order; every row is in exactly one.

    Raises
    ------
    SettingError
        A share is outside [0, 1), or both together leave nothing to train on.
    DataError
        There are too few rows, or too few of a class, for one in every part.
    """
    for name, share in (("validation", validation), ("test", test)):
        if not 0 <= share < 1:
            raise SettingError(f"{name} must be a share of the rows from 0 to below 1, got {share}")
    if validation + test >= 1:
        raise SettingError(
            f"validation {validation} and test {test} together must stay below 1, to leave training rows"
        )
    m = len(y)
    parts = 1 + (validation > 0) + (test > 0)
    if m < parts:
        raise DataError(f"{m} row{'s' * (m != 1)} cannot be split into {parts} parts; expected at least {parts}")
    order = rng.permutation(m)
    group = np.zeros(m, dtype=np.intp)
    if stratify:
        classes, group = np.unique(y, return_inverse=True)
        counts = np.bincount(group).tolist()
        if min(counts) < parts:
            few = counts.index(min(counts))
            raise DataError(
                f"class {classes[few].item()!r} has {counts[few]} row{'s' * (counts[few] > 1)} of {m}, too few for one "
                f"in each of {parts} parts; add rows, leave the class out, or split without keeping class shares"
            )
    return _deal(order, group[order], validation, test)


def _deal(
    order: np.ndarray, group: np.ndarray, validation: float, test: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Deal the rows of each group to the parts; running totals are rounded, so that the parts' sizes come out right."""
    part = np.zeros(len(order), dtype=np.intp)
    seen = 0
    for g in range(group.max() + 1):
        indices = np.flatnonzero(group == g)
        n = len(indices)
        n_test, n_validation = (
            max(1, round((seen + n) * share) - round(seen * share)) if share else 0 for share in (test, validation)
        )
        while n_test + n_validation >= n:  # one must be left to train on
            n_test, n_validation = (n_test - 1, n_validation) if n_test >= n_validation else (n_test, n_validation - 1)
        part[indices[:n_test]] = 2
        part[indices[n_test : n_test + n_validation]] = 1
        seen += n
    return order[part == 0], order[part == 1], order[part == 2]


def imbalance(y: np.ndarray) -> str | None:
    """Return a sentence about classes out of balance.

    Parameters
    ----------
    y : ndarray (m,)
        Classes.

    Returns
    -------
    str or None
        With the counts, if the largest class has more than 4 times the rows of the smallest.
    """
    classes, counts = np.unique(y, return_counts=True)
    if len(classes) < 2 or counts.max() <= OUT_OF_BALANCE * counts.min():
        return None
    big, small = counts.argmax(), counts.argmin()
    return (
        f"classes are out of balance: {classes[big]} has {counts[big]} rows, {classes[small]} has {counts[small]} "
        f"({counts[big] / counts[small]:.3g} : 1); always answering {classes[big]} is right in "
        f"{counts[big] / counts.sum():.1%}"
    )
