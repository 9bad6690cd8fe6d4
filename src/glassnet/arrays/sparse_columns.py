"""A sparse X: only the numbers that are not zero are stored, and the equations stay the same.

Besides its shape and its columns, forward and backward propagation use only `W @ X` and `dZ @ X.mT`.
"""

from __future__ import annotations

import math
import sys
from typing import Any

Array = Any


class SparseColumns:
    """A matrix (n, m) of m samples whose entries are mostly zero.

    Parameters
    ----------
    rows : scipy.sparse CSR matrix or array (m, n)
        The samples as rows, whose entries are contiguous.
    """

    __array_ufunc__ = None  # so that NumPy calls `__rmatmul__` for `W @ X`
    ndim = 2

    def __init__(self, rows: Any) -> None:
        self.rows = rows

    @classmethod
    def of(cls, X: Any, dtype: Any) -> SparseColumns:
        """Return X, a sparse matrix of scipy's (n, m) or SparseColumns, with numbers of another type."""
        rows = X.rows if isinstance(X, cls) else X.T.tocsr()
        return cls(rows.astype(dtype, copy=False))

    @property
    def shape(self) -> tuple[int, int]:
        """Features and samples, (n, m)."""
        m, n = self.rows.shape
        return n, m

    @property
    def dtype(self) -> Any:
        """Type of every number."""
        return self.rows.dtype

    @property
    def numbers(self) -> tuple[Array, ...]:
        """The arrays of entries that are kept."""
        return (self.rows.data,)

    @property
    def arrays(self) -> tuple[Array, ...]:
        """All arrays that are kept, for a fingerprint."""
        return self.rows.data, self.rows.indices, self.rows.indptr

    @property
    def mT(self) -> Transposed:
        """The transposed matrix, for a product from the left."""
        return Transposed(self.rows)

    def __getitem__(self, which: Any) -> SparseColumns:
        """Return some samples: ``X[..., samples]`` with a slice or an array of indices."""
        return SparseColumns(self.rows[which[-1]])

    def __rmatmul__(self, W: Array) -> Array:
        """Return W @ X: (n', n) -> (n', m), or (k, n', n) -> (k, n', m)."""
        return (self.rows @ _flat(W).T).T.reshape(*W.shape[:-1], self.rows.shape[0])

    def toarray(self) -> Array:
        """Return the matrix with its zeros, (n, m)."""
        return self.rows.toarray().T


class Transposed:
    """X transposed, (m, n): the right factor of dW = dZ Xᵀ."""

    __array_ufunc__ = None

    def __init__(self, rows: Any) -> None:
        self.rows = rows

    def __rmatmul__(self, dZ: Array) -> Array:
        """Return dZ @ Xᵀ: (n', m) -> (n', n), or (k, n', m) -> (k, n', n)."""
        return (self.rows.T @ _flat(dZ).T).T.reshape(*dZ.shape[:-1], self.rows.shape[1])


def _flat(M: Array) -> Array:
    """Return the matrices of a stack one above the other, also those without columns."""
    return M.reshape(math.prod(M.shape[:-1]), M.shape[-1])


def is_sparse(X: Any) -> bool:
    """Return whether X is a sparse matrix of scipy's or `SparseColumns`, without loading scipy."""
    # while another thread still imports scipy.sparse, the module is there without its functions
    issparse = getattr(sys.modules.get("scipy.sparse"), "issparse", None)
    return isinstance(X, SparseColumns) or (issparse is not None and bool(issparse(X)))
