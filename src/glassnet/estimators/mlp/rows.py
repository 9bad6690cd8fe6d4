"""The rows of a fit: samples, their target columns and their weights, to train on or to validate with."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from scipy.sparse import issparse
from sklearn.metrics import check_scoring
from sklearn.model_selection import train_test_split
from sklearn.utils import column_or_1d
from sklearn.utils.validation import validate_data

from glassnet.errors import DataError
from glassnet.estimators.foreign_arrays import in_memory
from glassnet.typing import Array


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
    def columns(self) -> dict[str, Any]:
        """The same as `Network` takes it: one column per sample."""
        weights = {} if self.S is None else {"sample_weight": self.S[None, :]}
        return {"X": self.X.T, "Y": self.Y.T, **weights}

    def weighted(self) -> Rows:
        """Return the rows of weight above 0: a batch of only other ones would have no mean."""
        if self.S is None or (keep := self.S > 0).all():
            return self
        return Rows(self.X[keep], self.Y[keep], self.S[keep])

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


def checked(estimator: Any, X: Any, y: Any, *, reset: bool) -> tuple[Array, Array]:
    """Return rows, which may be sparse, and targets, dense unless they are labels, as scikit-learn checks them."""
    X, y = validate_data(
        estimator, in_memory("X", X), estimator._targets(y), accept_sparse=["csr", "csc"], multi_output=True,
        y_numeric=estimator._numbers_wanted, dtype=(np.float64, np.float32), reset=reset,
    )  # fmt: skip
    if y.ndim == 2 and y.shape[1] == 1:
        y = column_or_1d(y, warn=True)
    return X.tocsr() if issparse(X) else X, y.toarray() if issparse(y) and estimator._numbers_wanted else y


@dataclass(frozen=True, eq=False)
class Validation:
    """Rows held out, or given for the purpose.

    Parameters
    ----------
    rows : Rows
        Their target columns are as they were before any smoothing.
    scorer : callable, "loss" or None
        ``scorer(estimator, X, y)``, greater is better; "loss" is the loss with a minus, None the estimator's own score.
    """

    rows: Rows
    scorer: Callable[..., float] | str | None

    def look(self, estimator: Any) -> tuple[float, float]:
        """Return score and loss of the network as it stands; both are NaN where an output is not finite."""
        X, Y, S = self.rows
        costs, A = estimator.network_.cost_and_answers(**self.rows.columns)
        loss = float(np.mean(costs))
        if not np.isfinite(loss):
            return float("nan"), float("nan")
        if self.scorer == "loss":
            return -loss, loss
        if callable(self.scorer):
            weights = {} if S is None else {"sample_weight": S}
            return float(self.scorer(estimator, X, estimator.target_.decode(Y), **weights)), loss
        answers = (A if A.ndim == 2 else A.mean(axis=0)).T
        return float(estimator._score_rows(answers, Y, S)), loss


def scorer_of(estimator: Any, scoring: Any) -> Any:
    """Return what `Validation` takes for the setting `scoring`.

    Raises
    ------
    ValueError
        If scikit-learn knows no scorer of that name.
    """
    return scoring if scoring in (None, "loss") else check_scoring(estimator, scoring)
