"""What makes scores look too good: columns that repeat the target, and test rows that are training rows too."""

from __future__ import annotations

import shlex
from typing import Any

import numpy as np

from glassnet.tables.arrow import pa
from glassnet.tables.cells import cell_values, decoded, is_text
from glassnet.tables.columns.number import numbers
from glassnet.tables.dataset import Pictures
from glassnet.tables.frames import as_table
from glassnet.tables.recognition import decision_of, recognised

EXACTLY = "repeats the target"
MAX_CLASSES = 50  # more distinct numbers are not classes
MANY_ROWS = 5  # that hold a value, before it is said to go with one class
EVIDENCE = 10  # rows that guessing the most frequent class gets wrong, or different targets: fewer agree by chance
TOLERATED = 0.01  # of them that a column may still get wrong
UNEXPLAINED = 1e-4  # share of the target's variance
LOST = 0.1  # share of the cells that may be missing where thresholds part the classes
SOME_ROWS = 50_000  # of a large table: a column that does not repeat the target there is not looked at further
SOME_TOLERATED = 5  # times as much is tolerated there


def leaks(X: Any, y: np.ndarray) -> list[str]:
    """Return one sentence for each column from which the target of every row, or nearly every row, can be read.

    Parameters
    ----------
    X : pyarrow.Table, Pictures, or whatever `as_table` takes
        Features; pictures have no such columns. Columns that are not used say nothing.
    y : ndarray, shape (m,)
        Up to 50 classes, each in more than one row on average, or numbers to estimate.

    Returns
    -------
    list of str
        Such as "column 'alive' repeats the target: leave it out unless it is known before the answer is (--drop alive)"
    """
    if isinstance(X, Pictures) or len(y) < 2:
        return []
    X = as_table(X)
    X = recognised(X.select([field.name for field in X.schema if not pa.types.is_nested(field.type)]))
    decisions = {field.name: decision_of(field) for field in X.schema}
    used = {name: each.kind for name, each in decisions.items() if each is not None and not each.reason}
    classes, target = np.unique(y, return_inverse=True)
    are_classes = 2 <= len(classes) <= min(MAX_CLASSES, len(y) // 2)
    if not are_classes and (y.dtype.kind not in "iuf" or len(classes) < EVIDENCE):
        return []
    y = target if are_classes else y.astype(np.float64)
    some = np.linspace(0, len(y) - 1, SOME_ROWS).astype(np.intp) if len(y) > 2 * SOME_ROWS else None
    some_y = y if some is None else np.unique(y[some], return_inverse=True)[1] if are_classes else y[some]
    told = []
    for name, kind in used.items():
        if kind not in ("number", "category"):
            continue
        values = _values(X[name], name, kind)
        find = _repeats_classes if are_classes else _repeats_numbers
        only = len(used) == 1  # whatever it says of the target is what is to be learned
        if some is not None and find(values[some], some_y, kind, SOME_TOLERATED, only) is None:
            continue
        found = find(values, y, kind, 1, only)
        if found:
            left_out = f"leave it out unless it is known before the answer is (--drop {shlex.quote(name)})"
            told.append(f"column {name!r} {found}: {left_out}")
    return told


def _values(cells: pa.ChunkedArray, name: str, kind: str) -> np.ndarray:
    """Return a column as numbers: its own, NaN where missing, or the codes of its categories, missing being one."""
    cells = decoded(cells)
    if kind == "number":
        return numbers(cells, name)
    return _codes(cells).astype(np.float64)


def _codes(cells: pa.ChunkedArray) -> np.ndarray:
    """Return equal numbers for equal cells."""
    encoded = cells.combine_chunks().dictionary_encode(null_encoding="encode")
    return cell_values(pa.chunked_array([encoded.indices]))


def _repeats_classes(values: np.ndarray, target: np.ndarray, kind: str, tolerance: float, only: bool) -> str | None:
    """Return in which way the values of a column give the class of every row, or None."""
    lost = np.isnan(values)
    found = _gives_classes(values, target, tolerance)
    if found or only:
        return found if found == EXACTLY or not only else None
    if kind == "category":
        return None
    marks = _gives_classes(lost.astype(np.float64), target, tolerance) if lost.any() else None
    if marks:
        return f"is missing {'only' if marks == EXACTLY else 'almost only'} in rows of one class"
    return _splits(values[~lost], target[~lost], tolerance) if lost.mean() <= LOST else None


def _gives_classes(values: np.ndarray, target: np.ndarray, tolerance: float) -> str | None:
    """Return that each value goes with one class, if so it is for those in many rows, and these are nearly all."""
    distinct, codes = np.unique(values, return_inverse=True, equal_nan=True)
    n_classes = int(target.max()) + 1
    if len(distinct) == n_classes and len(np.unique(codes * n_classes + target)) == n_classes:
        return EXACTLY
    rows = np.bincount(codes, minlength=len(distinct))
    often, n_often = rows[codes] >= MANY_ROWS, int((rows >= MANY_ROWS).sum())
    if n_often < 2 or often.mean() < 1 - TOLERATED * tolerance:
        return None
    new = np.cumsum(rows >= MANY_ROWS) - 1
    counts = np.bincount(new[codes[often]] * n_classes + target[often], minlength=n_often * n_classes)
    counts = counts.reshape(n_often, n_classes)
    wrong = int(counts.sum() - counts.max(axis=1).sum())
    by_guessing = int(counts.sum() - counts.sum(axis=0).max())
    if by_guessing < EVIDENCE or wrong > TOLERATED * tolerance * by_guessing:
        return None
    return f"gives the class of {'nearly ' * bool(wrong)}every row"


def _splits(values: np.ndarray, target: np.ndarray, tolerance: float) -> str | None:
    """Return that thresholds of a number part the classes, if they do."""
    n_classes = int(target.max()) + 1
    rows = np.bincount(target, minlength=n_classes)
    if rows.min() < MANY_ROWS or len(target) - rows.max() < EVIDENCE:
        return None
    order = np.argsort(values, kind="stable")
    values, target = values[order], target[order]
    places = np.bincount(target, np.arange(len(target)), n_classes) / rows
    rank = np.argsort(np.argsort(places, kind="stable"))[target]  # classes by the mean place of their rows
    ends = np.flatnonzero(np.append(values[1:] > values[:-1], False))  # rows after which a threshold can be
    wrong, thresholds = 0, []
    for k in range(n_classes - 1):
        above = rank > k
        errors = np.cumsum(above)[ends] + (~above).sum() - np.cumsum(~above)[ends]
        if not len(errors):
            return None
        best = int(errors.argmin())
        wrong += int(errors[best])
        if wrong > TOLERATED * tolerance * (len(target) - rows.max()):
            return None
        thresholds.append(f"{(values[ends[best]] + values[ends[best] + 1]) / 2:.4g}")
    return f"parts the classes at {', '.join(thresholds[:3])}{', ...' * (len(thresholds) > 3)}"


def _repeats_numbers(values: np.ndarray, y: np.ndarray, kind: str, tolerance: float, only: bool) -> str | None:
    """Return in which way the values of a column give the numbers to estimate, or None."""
    there = ~np.isnan(values)
    values, y = values[there], y[there]
    if only or len(y) < max(EVIDENCE, len(there) / 2) or len(np.unique(y)) < EVIDENCE:
        return None
    if kind == "category":
        return _determines(values, y, tolerance)
    order = np.lexsort((y, values))
    x, y = values[order], y[order]
    starts = np.flatnonzero(np.append(True, x[1:] > x[:-1]))
    if len(starts) < EVIDENCE:
        return None
    for sign in (1, -1):
        least, most = np.minimum.reduceat(sign * y, starts), np.maximum.reduceat(sign * y, starts)
        if np.mean(most[:-1] > least[1:]) <= (tolerance > 1) * TOLERATED:
            return f"{'rises' if sign > 0 else 'falls'} exactly as the target {'does' if sign > 0 else 'rises'}"
    with np.errstate(over="ignore", invalid="ignore"):
        centred, target = x - x.mean(), y - y.mean()
        slope = (centred @ target) / (centred @ centred)
        left = target - slope * centred
        unexplained = (left @ left) / (target @ target)
    # Outliers alone may agree: the others must, too.
    if unexplained < UNEXPLAINED * tolerance and _usual(left) < 0.05 * _usual(y):
        return "is nearly the target in other units"
    return None


def _usual(numbers: np.ndarray) -> float:
    """Return how far numbers usually are from their median."""
    return float(np.median(np.abs(numbers - np.median(numbers))))


def _determines(codes: np.ndarray, y: np.ndarray, tolerance: float) -> str | None:
    """Return that each category goes with one number, if it does."""
    codes = codes.astype(np.intp)
    rows = np.bincount(codes)
    often = rows[codes] >= MANY_ROWS
    if often.mean() < 1 - TOLERATED * tolerance:
        return None
    codes, y = codes[often], y[often]
    rows = np.maximum(np.bincount(codes), 1)
    means = np.bincount(codes, y) / rows
    left, all_of_it = y - means[codes], y - y.mean()
    if left @ left > UNEXPLAINED * tolerance * (all_of_it @ all_of_it):
        return None
    return "gives the target of every row"


def count_repeated_rows(training: Any, y: np.ndarray, test: Any, y_test: np.ndarray) -> int | None:
    """Return how many test rows are training rows too; None where they cannot be compared.

    Parameters
    ----------
    training, y, test, y_test
        As `repeated_rows` takes them.

    Returns
    -------
    int or None
        Their number.
    """
    if isinstance(training, Pictures) or isinstance(test, Pictures):
        return None
    m = len(y)
    if y.ndim > 1 or y.dtype.kind != y_test.dtype.kind:
        return None
    keys = _mixed(np.unique(np.concatenate([y, y_test]), return_inverse=True)[1].astype(np.uint64) + np.uint64(1))
    pairs, there = [], set(test.column_names)
    for field in training.schema:
        decision = decision_of(field)
        if decision is not None and decision.reason:
            continue
        if field.name not in there:
            return None
        pairs.append([training[field.name], test[field.name]])
    for one, other in pairs:
        one, other = decoded(one), decoded(other)  # noqa: PLW2901
        if one.type != other.type:
            other = other.cast(one.type, safe=False) if not is_text(other.type) else other  # noqa: PLW2901
        if one.type != other.type:
            return None
        codes = _codes(pa.chunked_array([*one.chunks, *other.chunks], one.type)).astype(np.uint64)
        keys = _mixed(keys * np.uint64(0x9E3779B97F4A7C15) + codes + np.uint64(1))
    return int(np.isin(keys[m:], keys[:m]).sum())


def repeated_rows(training: Any, y: np.ndarray, test: Any, y_test: np.ndarray) -> list[str]:
    """Return a sentence about test rows that are training rows too, if there are any.

    Parameters
    ----------
    training : pyarrow.Table or Pictures
        The rows to learn from. Columns that are not used are not compared.
    y : ndarray (m,)
        Their targets.
    test : pyarrow.Table or Pictures
        The rows to score on.
    y_test : ndarray (m,)
        Their targets, which must be equal too.

    Returns
    -------
    list of str
        At most one, with the number of these rows.
    """
    n = count_repeated_rows(training, y, test, y_test)
    if not n:
        return []
    return [
        f"{n:,} of {len(y_test):,} test rows {'are' if n > 1 else 'is'} equal to a training row in every column and "
        "the target: the test score is too good if new rows are not; leave out repeated rows, or keep groups together"
    ]


def _mixed(keys: np.ndarray) -> np.ndarray:
    """Return 64-bit numbers whose bits all depend on all bits (splitmix64, Steele et al. 2014)."""
    keys = (keys ^ (keys >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    keys = (keys ^ (keys >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    keys ^= keys >> np.uint64(31)
    return keys
