"""Rows that the training does not see: their score decides when to stop, their loss shows when to worry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from glassnet import equations
from glassnet.network import Network

Array = Any
Score = Callable[..., float]


@dataclass(frozen=True, eq=False)
class Validation:
    """Rows held out, or given for the purpose.

    Parameters
    ----------
    X, Y : array (m, n_features), (m, n_outputs)
        Rows, and target columns as they were before any smoothing.
    S : array (m,) or None
        Weights of the rows.
    scorer : callable, "loss" or None
        ``scorer(estimator, X, y)``, greater is better; "loss" is the loss with a minus, None the estimator's own score.
    """

    X: Array
    Y: Array
    S: Array | None
    scorer: Score | str | None

    def look(self, estimator: Any) -> tuple[float, float]:
        """Return score and loss of the network as it stands; both are NaN where an output is not finite."""
        A = estimator._average(self.X) if self.scorer is None else None
        loss = self._loss(estimator.network_, A)
        if not np.isfinite(loss):
            return float("nan"), float("nan")
        if self.scorer == "loss":
            return -loss, loss
        if callable(self.scorer):
            weights = {} if self.S is None else {"sample_weight": self.S}
            return float(self.scorer(estimator, self.X, estimator.target_.decode(self.Y), **weights)), loss
        return float(estimator._score_rows(A, self.Y, self.S)), loss

    def _loss(self, network: Network, A: Array | None) -> float:
        """Return the mean loss of the networks; from the answers of one, where they are known and not rounded to 0."""
        if A is not None and self.S is None and network.n_networks is None:
            loss = network.architecture.loss
            if loss == "cross_entropy" and network.architecture.activations[-1] == "sigmoid":
                loss = "sigmoid_cross_entropy"  # several labels, which do not exclude each other
            J = equations.cost(A.T, self.Y.T.astype(A.dtype), loss)
            if np.isfinite(J):
                return float(J)
        weights = {} if self.S is None else {"sample_weight": self.S[None, :]}
        return float(np.mean(network.cost(self.X.T, self.Y.T, **weights)))


def scorer_of(estimator: Any, scoring: Any) -> Any:
    """Return what `Validation` takes for the setting `scoring`.

    Raises
    ------
    ValueError
        If scikit-learn knows no scorer of that name.
    """
    if scoring is None or scoring == "loss":
        return scoring
    from sklearn.metrics import check_scoring

    return check_scoring(estimator, scoring)
