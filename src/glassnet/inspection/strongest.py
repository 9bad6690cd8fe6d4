"""The terms of Z[l] that weigh most: of thousands of products W[l][u, j] A[l-1][j, i], the few largest."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from glassnet.inspection.arrays import PassArrays
from glassnet.typing import Array


class Term(NamedTuple):
    """One product of a sum: W[l][unit, input] * A[l-1][input, sample].

    Parameters
    ----------
    unit, input : int
        Row and column of W[l], counted from 0.
    weight, activation, product : float
        The factors, and what they make.
    """

    unit: int
    input: int
    weight: float
    activation: float
    product: float


def strongest_terms(one: PassArrays, l: int, sample: int, most: int) -> list[Term]:
    """Return the largest products of layer l of one network, by their size, the largest first."""
    W, a = one.W[l], one.A[l - 1][:, sample]
    products = W * a
    return [Term(u, j, float(W[u, j]), float(a[j]), float(products[u, j])) for u, j in largest_entries(products, most)]


def largest_entries(M: Array, most: int) -> list[tuple[int, int]]:
    """Return rows and columns of the entries of a matrix that are farthest from 0, the largest first."""
    size = np.nan_to_num(np.abs(M.astype(float)).ravel(), nan=np.inf)
    few = np.argpartition(-size, min(most, size.size) - 1)[:most]
    few = few[np.lexsort((few, -size[few]))]
    return [(int(i), int(j)) for i, j in zip(*np.unravel_index(few, M.shape), strict=True)]
