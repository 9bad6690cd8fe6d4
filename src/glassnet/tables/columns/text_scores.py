"""Text for networks with hidden layers: what a linear model of the words says of each target, instead of the words.

A hidden layer above thousands of words has millions of weights, and learns little from them that a linear model does
not. The scores are few and dense. A training row gets those of a model that was fitted to the other folds, as with
`TargetMeans`; rows to predict get those of the model of all training rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np

from glassnet import interrupts
from glassnet.arrays.coded_columns import Block, Numbers
from glassnet.documents import TABLE
from glassnet.errors import ModelFileError
from glassnet.tables.arrow import pa
from glassnet.tables.columns.column import RawColumn
from glassnet.tables.columns.target_means import MAX_TARGETS, centred, cross_fitted
from glassnet.tables.columns.text import LENGTH, TextColumn
from glassnet.tables.spelling.spelled import Spelled
from glassnet.typing import AnyArray

PENALTY = LENGTH**2  # on squared weights, as of ridge regression with 1 and rows of length 1
STEPS = 30  # of the solver: with that penalty it has converged


@dataclass(frozen=True)
class TextScores(TextColumn):
    """What training rows said about a column of text, and about its relation to the targets.

    Parameters
    ----------
    name, rows, terms, frequencies, missing
        As of the `TextColumn`.
    weights : tuple of tuple of float
        For each term, and for each target its weight.
    """

    kind, is_derived = "text scores", True
    entries: ClassVar = {**TextColumn.entries, "weights": TABLE}

    weights: tuple[tuple[float, ...], ...]

    @classmethod
    def read(cls, raw: RawColumn) -> Spelled | None:
        return TextColumn.read(raw) if raw.asked else None  # it takes the place of a column of text

    @classmethod
    def of(cls, column: TextColumn, cells: pa.ChunkedArray, targets: np.ndarray) -> Self | None:
        """Return what to keep of training rows."""
        if targets.shape[1] > MAX_TARGETS or not column.terms:
            return None
        weights = term_weights(column.matrix(cells), centred(targets, np.full(len(targets), True)))
        return cls.weighing(column, weights)

    @classmethod
    def weighing(cls, column: TextColumn, weights: AnyArray) -> Self:
        """Return a column of text whose terms have weights, (number of terms, number of targets)."""
        return cls(**vars(column), weights=tuple(map(tuple, weights.tolist())))

    @property
    def features(self) -> list[str]:
        """Names of the features that the column becomes."""
        n = len(self.weights[0])
        scores = [f"{self.name}: score of target {t}" for t in range(1, n + 1)] if n > 1 else [f"{self.name}: score"]
        return scores + [f"{self.name}=(missing)"] * self.missing

    @property
    def width(self) -> int:
        return len(self.weights[0]) + self.missing

    def encode(self, cells: pa.ChunkedArray, dtype: Any, targets: np.ndarray | None = None) -> list[Block]:
        X = self.matrix(cells)
        scores = X @ np.array(self.weights)
        if targets is not None:
            scores = cross_fitted(targets, lambda fold, others, of_others: X[fold] @ term_weights(X[others], of_others))
        return [Numbers(scores.astype(dtype)), *self._marks(cells)]

    @classmethod
    def from_document(cls, document: Any, where: str) -> Self:
        terms, weights = (document.get(name) for name in ("terms", "weights"))
        if isinstance(terms, list) and isinstance(weights, list) and not 0 < len(weights) == len(terms):
            raise ModelFileError(f"{where}: {len(terms)} terms need as many weights, got {len(weights)}")
        return super().from_document(document, where)


def term_weights(X: Any, targets: AnyArray) -> AnyArray:
    """Return the weights of least squared error and penalty.

    Parameters
    ----------
    X : scipy.sparse matrix (m, n)
        What the rows hold of each term.
    targets : array (m, number of targets)
        Centred.

    Returns
    -------
    array (n, number of targets)
    """
    with interrupts.held():
        from scipy.sparse.linalg import lsmr

    damp = PENALTY**0.5
    return np.stack([lsmr(X, target, damp=damp, maxiter=STEPS)[0] for target in targets.T], axis=1)
