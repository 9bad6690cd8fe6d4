"""Weights of words in blocks of prepared rows, by which networks with hidden layers have scores in place of words.

A training row has the score of a linear model that was fitted to the other folds, as in memory. The models are fitted
to all training rows, or to a sample of them, as many as memory holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from glassnet.tables.columns.target_means import FOLDS, centred
from glassnet.tables.columns.text_scores import term_weights
from glassnet.tables.streaming.blocks import PreparedBlock
from glassnet.tables.streaming.leaves import sparse_rows
from glassnet.typing import AnyArray

MOST_ROWS = 2**20
BYTES_OF_WORD = 2 * 12  # of a word in a row, its weight in float64 and which it is, while blocks are put together
SHARE = 2  # part of the memory that the rows may take: nothing else is in it then


def weights_of_terms(
    blocks: Sequence[PreparedBlock], j: int, memory: int, of_all: AnyArray | None = None
) -> AnyArray:  # fmt: skip
    """Return the weights of terms for the rows of each fold, and last those for rows of none.

    Parameters
    ----------
    blocks : sequence of PreparedBlock
        All training rows.
    j : int
        The leaf of words.
    memory : int
        Bytes that may be used.
    of_all : array (number of terms, number of targets), optional
        The weights for rows of no fold, where they are known.

    Returns
    -------
    array (FOLDS + 1, number of terms, number of targets)
        The same for equal blocks and equal memory.
    """
    from scipy.sparse import vstack

    words = len(blocks[0].leaves()[j].arrays[1]) / blocks[0].n_rows
    room = min(MOST_ROWS, memory / SHARE / (BYTES_OF_WORD * max(words, 1.0)))
    share = room / sum(block.n_rows for block in blocks)
    rows, targets, folds = [], [], []
    for k, block in enumerate(blocks):
        some = np.flatnonzero(np.random.default_rng(k).random(block.n_rows) < share)
        leaf = block.leaves()[j]
        rows.append(sparse_rows(leaf)[some].astype(np.float64))
        targets.append(block.Y().T[some])
        folds.append(leaf.arrays[-1][some])
    X, Y, fold = vstack(rows, format="csr"), np.concatenate(targets), np.concatenate(folds)

    def fitted(which: AnyArray) -> AnyArray:
        targets = np.zeros(Y.shape)
        if not which.any():
            return np.zeros((X.shape[1], Y.shape[1]))
        targets[which] = centred(Y, which)
        return term_weights(_masked(X, which), targets)

    of_folds = [fitted(fold != k) for k in range(FOLDS)]
    return np.stack([*of_folds, fitted(fold >= 0) if of_all is None else of_all])


def _masked(X: Any, which: AnyArray) -> Any:
    """Return X with zeros in place of the rows that are not chosen, without a copy."""
    from scipy.sparse.linalg import LinearOperator

    return LinearOperator(
        X.shape, matvec=lambda v: which * (X @ v), rmatvec=lambda u: X.T @ (which * u), dtype=X.dtype
    )  # fmt: skip
