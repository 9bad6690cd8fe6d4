"""The NumPy engine: the namespace `xp` that the equations run with by default.

Besides NumPy's own functions it has the few primitives that are named differently in each library. They reduce the last
two axes or one of them, so that a leading axis k of stacked networks stays.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy import (
    errstate,
    exp,
    expm1,
    finfo,
    log,
    log1p,
    maximum,
    minimum,
    ones_like,
    sign,
    sqrt,
    tanh,
    where,
    zeros_like,
)

from glassnet import interrupts

__all__ = [
    "column_max", "column_sums", "erf", "exp", "expm1", "finfo", "grouped", "log", "log1p", "maximum", "minimum",
    "ones_like", "quiet", "row_sums", "sign", "sqrt", "step", "sum_last", "tanh", "total", "ungrouped", "where",
    "zeros_like",
]  # fmt: skip

Array = Any

CACHE = 16 << 20  # bytes of Z and A in a block of a forward pass; smaller blocks slow the products down


def row_sums(M: Array) -> Array:
    """Sum each row over its samples: (n, m) -> (n, 1); as a product with ones, which is faster in BLAS."""
    return M @ _ones(M.shape[-1], M.dtype)


def column_sums(M: Array) -> Array:
    """Sum each column over its units: (n, m) -> (1, m)."""
    return np.add.reduce(M, axis=-2, keepdims=True)


def column_max(M: Array) -> Array:
    """Take the largest entry of each column: (n, m) -> (1, m)."""
    return np.maximum.reduce(M, axis=-2, keepdims=True)


@lru_cache(maxsize=64)
def _ones(m: int, dtype: Any) -> Array:
    ones = np.ones((m, 1), dtype)
    ones.flags.writeable = False
    return ones


def total(M: Array) -> Any:
    """Sum every entry of a network's matrix: (n, m) -> a number, (k, n, m) -> (k,)."""
    return np.add.reduce(M, axis=(-2, -1))


def sum_last(v: Array) -> Any:
    """Sum along the last axis: (P,) -> a number, (k, P) -> (k,)."""
    return np.add.reduce(v, axis=-1)


def grouped(M: Array, g: int, n: int) -> tuple[Array, Array]:
    """Return the first g n rows as g groups, and the other rows: (g n + rest, m) -> (g, n, m), (rest, m)."""
    M = M if isinstance(M, np.ndarray) else M.toarray()  # sparse or coded
    return M[..., : g * n, :].reshape(*M.shape[:-2], g, n, M.shape[-1]), M[..., g * n :, :]


def ungrouped(groups: Array, rest: Array) -> Array:
    """Return the rows of all groups, and below them the others: (g, n, m), (rest, m) -> (g n + rest, m)."""
    *lead, g, n, m = groups.shape
    M = np.empty((*lead, g * n + rest.shape[-2], m), groups.dtype)
    M[..., : g * n, :] = groups.reshape(*lead, g * n, m)
    M[..., g * n :, :] = rest
    return M


def step(M: Array) -> Array:
    """Return 1 where an entry is greater than 0 and 0 elsewhere, in the entry's own type."""
    return (M > 0).astype(M.dtype)


def erf(M: Array) -> Array:
    """Return the error function of each entry (scipy's, loaded on first use)."""
    return _scipy_erf()(M)


@lru_cache(maxsize=1)
def _scipy_erf() -> Any:
    with interrupts.held():
        from scipy.special import erf
    return erf


def quiet() -> errstate:
    """Return a context without floating-point warnings: that 1 / (1 + exp(1e4)) is 0 is right.

    Harmful overflows lead to a cost that is not finite, which the training reports.
    """
    return errstate(all="ignore")
