"""One preparation and one pass over rows: the network's answers, and their cost where targets are known.

Rows are taken some at a time, so that memory does not grow with them.

Numbers are float64, so that a row's answer does not depend on the rows beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from glassnet.arrays.coded_columns import CodedColumns
from glassnet.errors import DataError
from glassnet.estimators.tabular.conformal import regions_of
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
    novelty : array (m,) or None
        Where it was asked: how unlike the rows of the training each row is, 1 being as unlike as 1 in 100 of them.
    """

    outputs: Array
    cost: float
    novelty: Array | None = None


class Answers(NamedTuple):
    """What one pass over rows found.

    Attributes
    ----------
    outputs : array of float64, (m, n_outputs)
        The network's answers, the mean over the networks side by side.
    regions : array or None
        Where a coverage was asked: intervals (m, 2) or (m, n_outputs, 2), or sets of classes (m, n_classes).
    novelty : array (m,) or None
        Where it was asked: how unlike the rows of the training each row is, 1 being as unlike as 1 in 100 of them.
    """

    outputs: Array
    regions: AnyArray | None
    novelty: Array | None


def joined(parts: Sequence[Answers]) -> Answers:
    """Return the answers to some rows after those to others."""
    columns: list[list[Any]] = [[each[i] for each in parts] for i in range(3)]
    outputs, regions, novelty = (None if not each or each[0] is None else np.concatenate(each) for each in columns)
    if outputs is None:
        raise DataError("expected at least one row, got none")
    return Answers(outputs, regions, novelty)


def answered(model: TableModel, rows: Any, coverage: float | None = None, *, novelty: bool = False) -> Answers:
    """Return the answers to rows, the intervals or sets that hold the truth in this share of them, and novelty."""
    network = model.network_.astype("float64")
    outputs, regions, distances = [], [], []
    for _, X in _blocks(model, rows):
        A = network.forward(X)
        stack = A.reshape(-1, *A.shape[-2:])
        outputs.append(stack.mean(axis=0).T)
        if coverage is not None:
            assert model.conformity_ is not None
            each = np.moveaxis(stack, 1, 2)
            regions.append(regions_of(model.conformity_, model.target_, each, coverage, network.architecture.output))
        if novelty:
            assert model.novelty_ is not None
            distances.append(model.novelty_.of(X))
    found, far = (np.concatenate(each) if each else None for each in (regions, distances))
    return Answers(np.concatenate(outputs), found, far)


def evaluated(
    model: TableModel, rows: Any, targets: AnyArray, S: AnyArray | None, *, novelty: bool = False
) -> Evaluation:
    """Return answers, cost and novelty for targets (m, n_outputs) and weights (m,) or None."""
    network = model.network_.astype("float64")
    parts, distances, total, weight = [], [], 0.0, 0.0
    for some, X in _blocks(model, rows):
        weights = None if S is None else S[np.newaxis, some]
        of_these = float(len(some) if weights is None else weights.sum())
        if of_these:
            J, A = network.cost_and_answers(X, targets[some].T, sample_weight=weights)
            total, weight = total + of_these * float(np.mean(J)), weight + of_these
        else:
            A = network.forward(X)
        parts.append((A if A.ndim == 2 else A.mean(axis=0)).T)
        if novelty:
            assert model.novelty_ is not None
            distances.append(model.novelty_.of(X))
    far = np.concatenate(distances) if distances else None
    return Evaluation(np.concatenate(parts), total / weight if weight else 0.0, far)


def _blocks(model: TableModel, rows: Any) -> Iterator[tuple[AnyArray, Any]]:
    """Yield the indices of some rows at a time, and these as the network's input (n[0], m)."""
    for start in range(0, len(rows), ROWS_AT_A_TIME):
        some = np.arange(start, min(start + ROWS_AT_A_TIME, len(rows)))
        X: Any = model.preparation_.encode(rows_at(rows, some), np.float64)
        yield some, X.toarray() if isinstance(X, CodedColumns) and not X.is_sparse else X
