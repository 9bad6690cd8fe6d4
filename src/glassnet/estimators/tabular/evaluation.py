"""One preparation and one pass over rows: the network's answers, and their cost where targets are known.

Rows are taken some at a time, so that memory does not grow with them.

Numbers are float64, so that a row's answer does not depend on the rows beside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from glassnet.arrays.coded_columns import CodedColumns
from glassnet.tables import rows_at
from glassnet.typing import AnyArray, Array

if TYPE_CHECKING:
    from glassnet.estimators.tabular.model import TableModel

ROWS_AT_A_TIME = 8192  # that are prepared and passed through the network together


class Evaluation(NamedTuple):
    """What one pass over rows with known targets found.

    Parameters
    ----------
    outputs : array of float64, (m, n_outputs)
        The network's answers, the mean over the networks side by side: ``model.target_.decode(outputs)`` are
        predictions, ``model.target_.probabilities(outputs)`` the probabilities of classes.
    cost : float
        J without penalties, the mean over the rows (as their weights say) and over the networks.
    """

    outputs: Array
    cost: float


def outputs(model: TableModel, rows: Any) -> Array:
    """Return the network's answers (m, n_outputs), the mean over the networks side by side."""
    return _pass(model, rows, None, None)[0]


def evaluated(model: TableModel, rows: Any, targets: AnyArray, S: AnyArray | None) -> Evaluation:
    """Return answers and cost for targets (m, n_outputs) and weights (m,) or None."""
    answers, cost = _pass(model, rows, targets, S)
    return Evaluation(answers, cost)


def _pass(model: TableModel, rows: Any, targets: AnyArray | None, S: AnyArray | None) -> tuple[Array, float]:
    network = model.network_.astype("float64")
    parts, total, weight = [], 0.0, 0.0
    for start in range(0, len(rows), ROWS_AT_A_TIME):
        some = np.arange(start, min(start + ROWS_AT_A_TIME, len(rows)))
        X: Any = model.preparation_.encode(rows_at(rows, some), np.float64)
        X = X.toarray() if isinstance(X, CodedColumns) and not X.is_sparse else X
        weights = None if S is None else S[np.newaxis, some]
        of_these = float(len(some) if weights is None else weights.sum())
        if targets is None or not of_these:
            A = network.forward(X)
        else:
            J, A = network.cost_and_answers(X, targets[some].T, sample_weight=weights)
            total, weight = total + of_these * float(np.mean(J)), weight + of_these
        parts.append((A if A.ndim == 2 else A.mean(axis=0)).T)
    return np.concatenate(parts), total / weight if weight else 0.0
