"""Rows, their targets and their weights, which stay together: a row of weight 3 is like three, one of 0 is not there.

What is counted without a batch (the preparation's statistics, the mean and spread of numbers to estimate) takes weights
for counts where they are whole numbers. Others, such as AdaBoost's, say how much a mistake costs: there each row counts
once.
"""

from __future__ import annotations

from typing import Any, NamedTuple, Self

import numpy as np

from glassnet.tables import rows_at

Array = Any

MOST_REPEATS = 10  # of a row, on the mean: larger counts would only copy, and each row counts once


class Samples(NamedTuple):
    """Rows of a table or pictures (m of them), their targets (m,) or (m, n_outputs), their weights (m,) or None."""

    rows: Any
    y: Array
    S: Array | None = None

    @classmethod
    def of(cls, rows: Any, y: Array, sample_weight: Any) -> Self:
        """Check the weights, and leave out the rows that weigh nothing."""
        if sample_weight is None:
            return cls(rows, y)
        from glassnet.estimators.weights import checked_weights

        return cls(rows, y, checked_weights(y, sample_weight)).with_weight()

    def at(self, indices: Array) -> Self:
        """Return the samples at these indices: an array of whole numbers, or a slice of all."""
        if isinstance(indices, slice):
            return self
        S = None if self.S is None else self.S[indices]
        return type(self)(rows_at(self.rows, indices), self.y[indices], S)

    def with_weight(self) -> Self:
        """Leave out the samples that weigh nothing: a batch of them alone would have no mean."""
        return self if self.S is None or (self.S > 0).all() else self.at(np.flatnonzero(self.S))

    def times(self, weights: Array) -> Self:
        """Multiply the weights (m,) of the samples."""
        return self._replace(S=weights if self.S is None else weights * self.S).with_weight()

    @property
    def indices(self) -> Array:
        """The index of each sample, as often as its weight says if all are whole numbers; else once, as a slice."""
        S = self.S
        if S is None or (S % 1).any() or S.sum() > MOST_REPEATS * len(S):
            return np.s_[:]
        return np.repeat(np.arange(len(S)), S.astype(np.intp))

    @property
    def row(self) -> Array | None:
        """The weights as the row (1, m) that a network takes."""
        return None if self.S is None else self.S[np.newaxis]
