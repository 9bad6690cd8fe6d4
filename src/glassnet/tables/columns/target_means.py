"""Columns of many categories: for each value the mean target of the training rows that held it.

The mean over few rows is uncertain, so it is shrunk towards the mean of all rows as if there were `PRIOR` more of these
(Micci-Barreca 2001, doi:10.1145/507533.507538). A training row's own target must not enter its feature: it gets the
means of the other folds. Rows to predict get the means of all training rows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np

from glassnet.arrays.coded_columns import Block, Numbers
from glassnet.documents import DISTINCT_TEXTS, TABLE
from glassnet.errors import ModelFileError
from glassnet.tables.arrow import pa
from glassnet.tables.columns.category import CategoryColumn, codes
from glassnet.tables.columns.column import Column, RawColumn
from glassnet.tables.columns.values import Values
from glassnet.tables.spelling.spelled import Spelled

PRIOR = 3.0  # rows of the mean of all, beside those of a value
FOLDS = 5
MIN_ROWS = 2  # that hold a value: with one, the other folds have none
MAX_VALUES = 20_000  # the most frequent, so that model files stay small
MAX_TARGETS = 10  # with more the column has no means: too many features


@dataclass(frozen=True)
class TargetMeans(Column):
    """What training rows said about a column of many categories.

    Parameters
    ----------
    name : str
        The column.
    values : tuple of str
        The values that several training rows held, sorted; of very many the most frequent.
    means : tuple of tuple of float
        For each value, and for each target its mean: how far from the mean of all rows, in deviations of the target.
        A value that is not known is 0, in the middle.
    """

    kind, words = "target means", "categories"
    formats: ClassVar = CategoryColumn.formats
    entries: ClassVar = {"values": DISTINCT_TEXTS, "means": TABLE}
    is_companion = is_derived = True

    values: tuple[str, ...]
    means: tuple[tuple[float, ...], ...]

    @classmethod
    def read(cls, raw: RawColumn) -> Spelled | None:
        return CategoryColumn.read(raw) if raw.asked else None  # it comes beside a column of categories

    @classmethod
    def of(cls, name: str, cells: pa.ChunkedArray, targets: np.ndarray) -> Self | None:
        """Return what to keep of training rows."""
        if targets.shape[1] > MAX_TARGETS:
            return None
        values = frequent(Values.of(cells))
        if not values:
            return None
        code, _ = codes(cells, values)
        means = _means(code, centred(targets, np.full(len(code), True)), len(values))
        return cls(name, values, tuple(map(tuple, means.tolist())))

    @property
    def features(self) -> list[str]:
        """Names of the features that the column becomes, one for each target."""
        n = len(self.means[0])
        return [f"{self.name}: mean of target {t}" for t in range(1, n + 1)] if n > 1 else [f"{self.name}: mean target"]

    @property
    def width(self) -> int:
        return len(self.means[0])

    def encode(self, cells: pa.ChunkedArray, dtype: Any, targets: np.ndarray | None = None) -> list[Block]:
        code, _ = codes(cells, self.values)
        unknown = np.zeros(self.width)  # the last row, which code -1 reads
        if targets is None:
            return [Numbers(np.vstack([self.means, unknown]).astype(dtype)[code])]

        def of_fold(fold: np.ndarray, others: np.ndarray, of_others: np.ndarray) -> np.ndarray:
            means = _means(code[others], of_others, len(self.values))
            scores: np.ndarray = np.vstack([means, unknown])[code[fold]]
            return scores

        return [Numbers(cross_fitted(targets, of_fold).astype(dtype))]

    @classmethod
    def from_document(cls, document: Any, where: str) -> Self:
        values, means = (document.get(name) for name in ("values", "means"))
        if isinstance(values, list) and isinstance(means, list) and not 0 < len(means) == len(values):
            raise ModelFileError(f"{where}: {len(values)} values need as many means, got {len(means)}")
        return super().from_document(document, where)


def frequent(counted: Values) -> tuple[str, ...]:
    """Return the values that have a mean, sorted."""
    n = min(int((counted.counts >= MIN_ROWS).sum()), MAX_VALUES)
    return tuple(sorted(counted.values[:n].to_pylist()))


def cross_fitted(
    targets: np.ndarray, of_fold: Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]
) -> np.ndarray:
    """Return features of training rows, each from the targets of other folds than its own.

    Parameters
    ----------
    targets : array (m, number of targets)
        Of all training rows.
    of_fold : callable
        Takes the rows of a fold and those of the others, as truth values (m,), and the targets of the others, centred;
        returns the features of the fold.

    Returns
    -------
    array (m, number of features)
        The same for equal rows in equal order.
    """
    folds = np.random.default_rng(0).permutation(len(targets)) % FOLDS
    parts = [of_fold(folds == k, folds != k, centred(targets, folds != k)) for k in range(FOLDS) if (folds == k).any()]
    out = np.empty((len(targets), parts[0].shape[1]))
    for k, part in enumerate(parts):
        out[folds == k] = part
    return out


def centred(targets: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Return the targets of some rows, less their mean, in deviations of these rows."""
    some = targets[rows].astype(np.float64)
    deviation = some.std(axis=0)
    result: np.ndarray = (some - some.mean(axis=0)) / np.where(deviation > 0, deviation, 1)
    return result


def means_of(sums: np.ndarray, rows: np.ndarray, mean: np.ndarray, deviation: np.ndarray) -> np.ndarray:
    """Return the mean of centred targets for each value, from the sums of its rows' targets.

    Parameters
    ----------
    sums : array (n_values, number of targets)
        Of the targets of the rows that hold each value.
    rows : array (n_values,)
        How many these are.
    mean, deviation : array (number of targets,)
        Of the targets of all rows.

    Returns
    -------
    array (n_values, number of targets)
        Shrunk towards 0, the mean of all rows.
    """
    centred_sums = (sums - rows[:, np.newaxis] * mean) / np.where(deviation > 0, deviation, 1)
    result: np.ndarray = centred_sums / (rows[:, np.newaxis] + PRIOR)
    return result


def _means(code: np.ndarray, targets: np.ndarray, n_values: int) -> np.ndarray:
    """Return the mean of centred targets for each value, shrunk towards 0: (n_values, number of targets)."""
    known = code >= 0
    rows = np.bincount(code[known], minlength=n_values)
    sums = np.stack([np.bincount(code[known], of[known], n_values) for of in targets.T], axis=1)
    return sums / (rows[:, np.newaxis] + PRIOR)
