"""Rows that the training does not see: their score decides when to stop, their loss shows when to worry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

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
        weights = {} if self.S is None else {"sample_weight": self.S[None, :]}
        costs, A = estimator.network_.cost_and_answers(self.X.T, self.Y.T, **weights)
        loss = float(np.mean(costs))
        if not np.isfinite(loss):
            return float("nan"), float("nan")
        if self.scorer == "loss":
            return -loss, loss
        if callable(self.scorer):
            weights = {} if self.S is None else {"sample_weight": self.S}
            return float(self.scorer(estimator, self.X, estimator.target_.decode(self.Y), **weights)), loss
        answers = (A if A.ndim == 2 else A.mean(axis=0)).T
        return float(estimator._score_rows(answers, self.Y, self.S)), loss


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
