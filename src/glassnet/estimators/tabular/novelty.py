"""How unlike the rows of the training a row is: its leverage among them, in 64 random directions of the features.

Leverage is Mahalanobis' distance but for its scale: how far a row is from the mean, in units of how far the rows are
spread in that direction. So numbers far outside are unlike, and so are usual numbers that never came together. Random
directions keep distances nearly as they are (Johnson and Lindenstrauss 1984) and few numbers tell all, however many
features there are. A row of the training is compared with the others: its own leverage h becomes h / (1 - h).

Shapes: d directions, n features, m rows. Source: D. A. Belsley, E. Kuh and R. E. Welsch, Regression Diagnostics, 1980,
chapter 2.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from glassnet.documents import checked, listed, number
from glassnet.errors import ModelFileError
from glassnet.typing import AnyArray

DIRECTIONS = 64  # a bit of a random number for each: measured, as good as all features
MOST_ROWS = 20_000  # that spread and percentile are found from
LEAST_SPREAD = 1e-3  # of a direction, as a share of the mean variance: few rows do not spread in all of them
USUAL = 0.99  # of the rows of the training are no further than 1
DIGITS = 6  # that are kept of each number

ENTRIES = {"mean": listed(number(), least=1, most=DIRECTIONS), "factor": listed(number(), least=1)}


class Novelty(NamedTuple):
    """What it takes to say how unlike the rows of the training a row is.

    Attributes
    ----------
    mean : array (d,)
        Of the rows of the training, in these directions.
    factor : array (d, d)
        A lower triangle that makes every direction's spread the same, and the 99th percentile 1.
    """

    mean: AnyArray
    factor: AnyArray

    def of(self, X: Any) -> AnyArray:
        """Return how far rows are from those of the training, 1 being as far as the 99th of 100.

        Parameters
        ----------
        X : array, CodedColumns or SparseColumns (n, m)
            Prepared rows.

        Returns
        -------
        array (m,)
            0 at the mean.
        """
        with np.errstate(over="ignore", invalid="ignore"):  # of numbers beyond all others
            centred = _directions(X.shape[0], X.dtype) @ X - self.mean[:, np.newaxis]
            return np.nan_to_num(np.sqrt(((self.factor @ centred) ** 2).sum(axis=0)), nan=np.inf, posinf=np.inf)

    def to_document(self) -> dict[str, Any]:
        """Return plain data."""
        return {"mean": self.mean.tolist(), "factor": self.factor[np.tril_indices(len(self.mean))].tolist()}

    @classmethod
    def from_document(cls, document: Mapping[str, Any], n: int) -> Novelty:
        """Return what `to_document` wrote for n features; ModelFileError if it is none."""
        checked(document, ENTRIES, "novelty")
        d = len(document["mean"])
        if d != min(n, DIRECTIONS) or len(document["factor"]) != d * (d + 1) // 2:
            raise ModelFileError(f"novelty: {d} directions do not fit {n} features")
        factor = np.zeros((d, d))
        factor[np.tril_indices(d)] = document["factor"]
        return cls(np.asarray(document["mean"], np.float64), factor)


def novelty_of(X: Any) -> Novelty:
    """Return what tells how unlike these rows another is.

    Parameters
    ----------
    X : array, CodedColumns or SparseColumns (n, m)
        Prepared rows of the training.

    Returns
    -------
    Novelty
        Of at most 20,000 of them, evenly among all.
    """
    m, directions = X.shape[1], _directions(X.shape[0], X.dtype)
    some = X if m <= MOST_ROWS else X[..., np.linspace(0, m - 1, MOST_ROWS).astype(np.intp)]
    projected = np.asarray(directions @ some, np.float64)
    mean = projected.mean(axis=1)
    centred = projected - mean[:, np.newaxis]
    scatter = centred @ centred.T
    scatter[np.diag_indices_from(scatter)] += LEAST_SPREAD * np.trace(scatter) / len(scatter) + np.finfo(float).tiny
    factor = np.linalg.inv(np.linalg.cholesky(scatter))
    leverage = np.minimum(((factor @ centred) ** 2).sum(axis=0), 1 - 1e-6)
    usual = np.quantile(leverage / (1 - leverage), USUAL)
    return Novelty(_rounded(mean), _rounded(factor / np.sqrt(usual) if usual > 0 else factor))


def _directions(n: int, dtype: Any) -> AnyArray:
    """Return the directions (d, n): signs, from the bits of one random number for each feature; all features if few."""
    if n <= DIRECTIONS:
        return np.eye(n, dtype=dtype)
    bits = np.random.PCG64(0).random_raw(n).astype("<u8").view(np.uint8).reshape(n, 8)
    return np.unpackbits(bits, axis=1).T.astype(dtype) * 2 - 1


def _rounded(M: AnyArray) -> AnyArray:
    return np.array([float(f"{value:.{DIGITS}g}") for value in M.ravel()]).reshape(M.shape)
