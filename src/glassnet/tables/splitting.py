"""Random training, validation and test rows, each class in its share."""

from __future__ import annotations

import numpy as np

from glassnet.errors import DataError, SettingError

MOST_SINGLE = 0.3  # share of the rows that may be the only one of their class
DEALS = 16  # of groups to parts, of which the best is taken
OUT_OF_BALANCE = 4  # largest class : smallest class


def split(
    y: np.ndarray, *, validation: float = 0.0, test: float = 0.0, rng: np.random.Generator, stratify: bool,
    groups: np.ndarray | None = None, times: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:  # fmt: skip
    """Return the rows for training, validation and test.

    Parameters
    ----------
    y : ndarray, shape (m,)
        Targets.
    validation, test : float in [0, 1)
        Shares of the rows; together below 1. A share above 0 gets at least one row.
    rng : numpy.random.Generator
        Decides which rows.
    stratify : bool
        Keep each class's share in every part; for classes, not for numbers to estimate. The rows of a class that has
        fewer than there are parts go to training first, then to the test.
    groups : ndarray (m,), optional
        What each row belongs to, such as a patient: rows of one group are in one part.
    times : ndarray of float (m,), optional
        When each row was: test rows are the latest, validation rows the latest of the others. Rows of one time are in
        one part, those of unknown time (nan) train.

    Returns
    -------
    train, validation, test : ndarray of int
        Row indices, counted from 0, in random order, or in that of `times`; every row is in exactly one.

    Raises
    ------
    SettingError
        A share is outside [0, 1), or both together leave nothing to train on.
    DataError
        There are too few rows, groups or times for one in every part, or most classes have a single row.
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
    if times is not None:
        return _latest(times, validation, test)
    if groups is not None:
        return _whole_groups(y if stratify else None, groups, validation, test, rng)
    order = rng.permutation(m)
    group = np.zeros(m, dtype=np.intp)
    if stratify:
        classes, group = np.unique(y, return_inverse=True)
        single = int((np.bincount(group) == 1).sum())
        if single > max(MOST_SINGLE * m, 2):
            raise DataError(
                f"{single} of {len(classes)} classes have a single row of {m}, such as {classes[0].item()!r:.40}: "
                "the target names rows rather than classes; choose another column, or estimate numbers"
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


def _latest(times: np.ndarray, validation: float, test: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return rows in the order of time, cut where a new time begins."""
    times = np.where(np.isnan(times), -np.inf, times)
    order = np.argsort(times, kind="stable")
    first_test = _cut(times[order], len(order) * (1 - test), leave=int(validation > 0)) if test else len(order)
    rest = order[:first_test]
    first_validation = _cut(times[rest], len(order) * (1 - test - validation)) if validation else len(rest)
    return rest[:first_validation], rest[first_validation:], order[first_test:]


def _cut(times: np.ndarray, wanted: float, *, leave: int = 0) -> int:
    """Return the index, nearest to the wanted one, at which a new time begins in sorted times; leave some before it."""
    starts = np.flatnonzero(times[1:] > times[:-1])[leave:] + 1
    if not len(starts):
        raise DataError(f"{len(times)} rows of too few times cannot be split by time; expected one for each part")
    return int(starts[np.abs(starts - wanted).argmin()])


def _whole_groups(
    labels: np.ndarray | None, groups: np.ndarray, validation: float, test: float, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return rows in random order, each group in one part: of some deals, the one with the best shares."""
    groups = np.unique(groups, return_inverse=True)[1]
    sizes, m = np.bincount(groups), len(groups)
    shares = [share for share in (test, validation) if share]
    if len(sizes) <= len(shares):
        few = f"{len(sizes)} group{'s' * (len(sizes) > 1)}"
        raise DataError(f"{few} cannot be split into {1 + len(shares)} parts; expected at least one for each")
    classes = np.zeros(m, np.intp) if labels is None else np.unique(labels, return_inverse=True)[1]
    wanted = np.bincount(classes)[:, np.newaxis] * np.array([1 - sum(shares), *shares])  # (classes, parts)
    least, best = np.inf, np.zeros(m, np.intp)
    for _ in range(DEALS):
        part = _dealt(sizes, shares, rng)[groups]
        rows = np.bincount(classes * wanted.shape[1] + part, minlength=wanted.size).reshape(wanted.shape)
        off = np.abs(rows - wanted).sum() + m * (rows[:, 0] == 0).sum()  # classes that training lacks count most
        if off < least:
            least, best = off, part
    numbers = iter((1, 2))
    of_test, of_validation = (next(numbers) if share else -1 for share in (test, validation))
    order = rng.permutation(m)
    part = best[order]
    return order[part == 0], order[part == of_validation], order[part == of_test]


def _dealt(sizes: np.ndarray, shares: list[float], rng: np.random.Generator) -> np.ndarray:
    """Return the part of each group: 1, 2, ... for the shares in turn, 0 for the rest; none is empty."""
    order = rng.permutation(len(sizes))
    part, start = np.zeros(len(sizes), np.intp), 0
    for number, share in enumerate(shares, 1):
        rows = np.cumsum(sizes[order[start : len(order) - (len(shares) + 1 - number)]])
        count = 1 + int(np.abs(rows - share * sizes.sum()).argmin())
        part[order[start : start + count]] = number
        start += count
    return part


def rare_classes(y: np.ndarray, counts: np.ndarray | None = None) -> str | None:
    """Return a sentence about classes of a single row.

    Parameters
    ----------
    y : ndarray (m,)
        Classes of training rows; with `counts` each class once.
    counts : ndarray (m,), optional
        Rows of each.

    Returns
    -------
    str or None
        With their names, if there are any.
    """
    classes, counts = np.unique(y, return_counts=True) if counts is None else (y, counts)
    single = classes[counts == 1].tolist()
    if not single or len(classes) < 2:
        return None
    shown = ", ".join(f"{name!r:.40}" for name in single[:5]) + ", ..." * (len(single) > 5)
    one = len(single) == 1
    return (
        f"class{'es' * (not one)} {shown} {'has' if one else 'have'} a single row to train on: it is learned from, "
        "but no score can tell how well it is found"
    )


def imbalance(y: np.ndarray, counts: np.ndarray | None = None) -> str | None:
    """Return a sentence about classes out of balance.

    Parameters
    ----------
    y : ndarray (m,)
        Classes; with `counts` each class once.
    counts : ndarray (m,), optional
        Rows of each.

    Returns
    -------
    str or None
        With the counts, if the largest class has more than 4 times the rows of the smallest.
    """
    classes, counts = np.unique(y, return_counts=True) if counts is None else (y, counts)
    if len(classes) < 2 or counts.max() <= OUT_OF_BALANCE * counts.min():
        return None
    big, small = counts.argmax(), counts.argmin()
    return (
        f"classes are out of balance: {classes[big]} has {counts[big]} rows, {classes[small]} has {counts[small]} "
        f"({counts[big] / counts[small]:.3g} : 1); always answering {classes[big]} is right in "
        f"{counts[big] / counts.sum():.1%}; for the rare class: --metric f1, --balance "
        "(metric='f1', class_weight='balanced')"
    )
