"""Rows that the training does not see: their score decides when to stop, their loss shows when to worry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from glassnet.estimators.mlp.rows import Rows

Score = Callable[..., float]


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
    scorer: Score | str | None

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
    if scoring is None or scoring == "loss":
        return scoring
    from sklearn.metrics import check_scoring

    return check_scoring(estimator, scoring)
