"""The rows of a fit: samples, their target columns and their weights, which stay together."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from sklearn.model_selection import train_test_split

from glassnet.errors import DataError
from glassnet.estimators.weights import drop_zero_weight_rows

Array = Any


class Rows(NamedTuple):
    """X (m, n_features), which may be sparse, Y (m, n_outputs), and weights S (m,) or None."""

    X: Array
    Y: Array
    S: Array | None

    @property
    def m(self) -> int:
        """Number of samples."""
        return int(self.X.shape[0])

    @property
    def columns(self) -> dict[str, Array]:
        """The same as `Network` takes it: one column per sample."""
        weights = {} if self.S is None else {"sample_weight": self.S[None, :]}
        return {"X": self.X.T, "Y": self.Y.T, **weights}

    def weighted(self) -> Rows:
        """Return the rows that weigh something."""
        return Rows(*drop_zero_weight_rows(*self))

    def parted(self, share: float, strata: Array | None, random_state: np.random.RandomState) -> tuple[Rows, Rows]:
        """Return the rows to train on, and a share of them to hold out, which keeps the shares of the strata."""
        if (held := math.ceil(share * self.m)) < 2:
            raise DataError(
                "The validation set is too small. Increase 'validation_fraction' or the size of your dataset. "
                f"(It is {share:g} now, which holds {held} of {self.m} rows out; 2 are needed, or X_val and y_val)"
            )
        if held >= self.m:
            raise DataError(
                f"validation_fraction={share:g} holds all of {self.m} rows out; decrease it, so that rows are left to "
                "train"
            )
        arrays = [each for each in self if each is not None]
        parts = train_test_split(*arrays, random_state=random_state, test_size=share, stratify=strata)
        (X, X_out, Y, Y_out), (S, S_out) = parts[:4], parts[4:] or (None, None)
        return Rows(X, Y, S), Rows(X_out, Y_out, S_out)
