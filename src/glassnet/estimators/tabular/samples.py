"""Rows with their targets and weights: a row of weight 3 counts as three rows, one of weight 0 is dropped.

Statistics of the preparation, and mean and standard deviation of numbers to estimate, count a row as often as its
weight says where all weights are whole numbers. Other weights, such as AdaBoost's, say how much an error costs: then
each row counts once.
"""

from __future__ import annotations

from typing import Any, NamedTuple, Self

import numpy as np

from glassnet.errors import DataError
from glassnet.tables import rows_at
from glassnet.typing import AnyArray

MAX_MEAN_COUNT = 10  # of a row: with larger weights each row counts once, to save memory


class Samples(NamedTuple):
    """Rows of a table or pictures (m of them), their targets (m,) or (m, n_outputs), their weights (m,) or None.

    `groups` (m,) says which rows belong together, by whole numbers; None where each stands alone.
    """

    rows: Any
    y: AnyArray
    S: AnyArray | None = None
    groups: AnyArray | None = None

    @classmethod
    def of(cls, rows: Any, y: AnyArray, sample_weight: Any, groups: Any = None) -> Self:
        """Return samples with checked weights and groups, without the rows of weight 0."""
        codes = None if groups is None else _group_codes(groups, len(y))
        if sample_weight is None:
            return cls(rows, y, None, codes)
        from glassnet.estimators.weights import checked_weights

        return cls(rows, y, checked_weights(y, sample_weight), codes).with_weight()

    def at(self, indices: AnyArray) -> Self:
        """Return the samples at these indices: an array of whole numbers, or a slice of all."""
        if isinstance(indices, slice):
            return self
        S = None if self.S is None else self.S[indices]
        groups = None if self.groups is None else self.groups[indices]
        return type(self)(rows_at(self.rows, indices), self.y[indices], S, groups)

    def with_weight(self) -> Self:
        """Return the samples of weight above 0: a batch of only other ones would have no mean."""
        return self if self.S is None or (self.S > 0).all() else self.at(np.flatnonzero(self.S))

    def times(self, weights: AnyArray) -> Self:
        """Return the samples, their weights multiplied by these (m,)."""
        return self._replace(S=weights if self.S is None else weights * self.S).with_weight()

    @property
    def indices(self) -> AnyArray:
        """The index of each sample, repeated by its weight if all weights are whole numbers; else a slice of all."""
        S = self.S
        if S is None or (S % 1).any() or S.sum() > MAX_MEAN_COUNT * len(S):
            return np.s_[:]
        return np.repeat(np.arange(len(S)), S.astype(np.intp))

    @property
    def row(self) -> AnyArray | None:
        """The weights as the row (1, m) that a network takes."""
        return None if self.S is None else self.S[np.newaxis]


def _group_codes(groups: Any, m: int) -> AnyArray:
    """Return a whole number for each row's group, the same for the same; a missing one is a group too."""
    values = np.asarray(groups)
    if values.shape != (m,):
        raise DataError(f"groups: expected one for each of {m} rows, got shape {values.shape}")
    values = values.astype(np.str_) if values.dtype == object else values
    return np.unique(values, return_inverse=True)[1]
