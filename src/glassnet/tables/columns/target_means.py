"""Columns of many categories: what the targets were, on the mean, where training rows held a value.

A mean over few rows says little, so it is drawn towards the mean of all rows as if there were `PRIOR` more of these
(Micci-Barreca 2001, doi:10.1145/507533.507538). A training row must not read its own target: its means are those of
the other folds. Rows to predict get those of all training rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from glassnet.tables.cells import plain
from glassnet.tables.columns.category import as_text, codes, value_counts

if TYPE_CHECKING:
    import pyarrow as pa

PRIOR = 3.0  # rows of the mean of all, beside those of a value
FOLDS = 5
LEAST_ROWS = 2  # that hold a value; with one, the means of the other folds say nothing
MOST_TARGETS = 10  # with more the column has no means: too many features


@dataclass(frozen=True)
class TargetMeans:
    """What training rows said about a column of many categories.

    Parameters
    ----------
    name : str
        The column.
    values : tuple of str
        The values that several training rows held, sorted.
    means : tuple of tuple of float
        For each value, and for each target its mean: how far from the mean of all rows, in deviations of the target.
        A value that is not known is 0, in the middle.
    """

    name: str
    values: tuple[str, ...]
    means: tuple[tuple[float, ...], ...]

    @property
    def features(self) -> list[str]:
        """Names of the features that the column becomes, one for each target."""
        n = len(self.means[0])
        return [f"{self.name}: mean of target {t}" for t in range(1, n + 1)] if n > 1 else [f"{self.name}: mean target"]

    def fill(self, column: pa.ChunkedArray, out: np.ndarray) -> None:
        """Write the features of `column` to `out`, shape (m, number of targets)."""
        code, _ = codes(column, self.name, self.values)
        out[:] = np.vstack([self.means, np.zeros(out.shape[1])])[code]  # -1, no value that is known, is the last row

    def fill_training(self, column: pa.ChunkedArray, targets: np.ndarray, out: np.ndarray) -> None:
        """Write the features of training rows to `out`: the means of each row are those of the rows of other folds.

        Parameters
        ----------
        column : pyarrow.ChunkedArray
            The training cells, (m,).
        targets : array (m, number of targets)
            The training targets.
        out : array (m, number of targets)
            What is written.
        """
        code, _ = codes(column, self.name, self.values)
        fold = np.random.default_rng(0).permutation(len(code)) % FOLDS
        for k in range(FOLDS):
            others = fold != k
            means = _means(code[others], _centred(targets, others), len(self.values))
            out[~others] = np.vstack([means, np.zeros(out.shape[1])])[code[~others]]


def fit_target_means(name: str, column: pa.ChunkedArray, targets: np.ndarray) -> TargetMeans | None:
    """Return what to keep of training rows and their targets (m, number of targets); None if it would say nothing."""
    if targets.shape[1] > MOST_TARGETS:
        return None
    counted = value_counts(as_text(plain(column)))
    values = tuple(sorted(value for value, n in counted if value is not None and n >= LEAST_ROWS))
    if not values:
        return None
    code, _ = codes(column, name, values)
    means = _means(code, _centred(targets, np.full(len(code), True)), len(values))
    return TargetMeans(name, values, tuple(map(tuple, means.tolist())))


def _centred(targets: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Return the targets of some rows, less their mean, in deviations of these rows."""
    some = targets[rows].astype(np.float64)
    deviation = some.std(axis=0)
    return (some - some.mean(axis=0)) / np.where(deviation > 0, deviation, 1)


def _means(code: np.ndarray, centred: np.ndarray, n_values: int) -> np.ndarray:
    """Return the mean of the centred targets for each value, drawn towards 0: (n_values, number of targets)."""
    known = code >= 0
    rows = np.bincount(code[known], minlength=n_values)
    sums = np.stack([np.bincount(code[known], of[known], n_values) for of in centred.T], axis=1)
    return sums / (rows[:, np.newaxis] + PRIOR)
