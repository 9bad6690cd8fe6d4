"""Rows of the training, each answered by the networks that left it out: what was memorised does not count."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from glassnet.estimators.tabular.judging import JudgedRows
from glassnet.estimators.tabular.out_of_fold import same_networks
from glassnet.network import Network
from glassnet.typing import AnyArray, Array


class LeftOutRows(NamedTuple):
    """Some rows that networks left out.

    Attributes
    ----------
    indices : array (m,)
        Which of the rows that could be drawn.
    X : array of float64 (n[0], m)
        Their features, as the networks learned them.
    y : array (m,) or (m, n_outputs)
        Their targets.
    parts : list of (Network, array of int)
        Networks that left out the same rows, and these.
    """

    indices: AnyArray
    X: Array
    y: AnyArray
    parts: list[tuple[Network, AnyArray]]

    def outputs(self, X: Array) -> Array:
        """Return A[L] of features in place of those of the rows, (m, n_outputs): the mean of a row's networks."""
        found = np.empty((X.shape[1], self.parts[0][0].architecture.sizes[-1]))
        for network, rows in self.parts:
            A = network.forward(X[:, rows])
            found[rows] = (A if A.ndim == 2 else A.mean(axis=0)).T
        return found


def left_out_rows(network: Network, rows: JudgedRows, most: int, seed: int) -> LeftOutRows:
    """Return at most so many of the rows that were left out, drawn by the seed.

    Parameters
    ----------
    network : Network
        One, or a stack of k.
    rows : JudgedRows
        Of the training, and which network left which of them out; or of validation, which none learned from.
    most : int
        How many.
    seed : int
        By which they are drawn.

    Returns
    -------
    LeftOutRows
        In their order.
    """
    X: Any = rows.X
    mask = rows.mask
    known = np.arange(X.shape[1]) if mask is None else np.flatnonzero((mask == 0).any(axis=(0, 1)))
    if len(known) > most:
        known = np.sort(np.random.default_rng(seed).choice(known, most, replace=False))
    X, y, network = X[..., known], rows.y[known], network.astype("float64")
    X = np.asarray(X.toarray() if hasattr(X, "toarray") else X, np.float64)
    if mask is None:
        return LeftOutRows(known, X, y, [(network, np.arange(len(known)))])
    parts = [(network.some(networks), those) for networks, those in same_networks(mask[..., known])]
    return LeftOutRows(known, X, y, parts)
