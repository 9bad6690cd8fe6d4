"""X kept compactly: what a table's columns hold as codes, expanded to numbers some samples at a time.

A prepared table is mostly zeros, ones and full bins, whose places follow from one small code for each cell. The codes
are kept; forward and backward propagation see the numbers of the expanded matrix, to the bit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import groupby, pairwise
from typing import Any, ClassVar

import numpy as np

from glassnet.arrays.sparse_columns import SparseColumns

Array = Any

EXPANDED_BYTES = 2**22  # of the samples that are expanded together: they stay in a cache
LEAST_ROWS = 256
TABLE_BYTES = 2**18  # of distinct samples that are kept expanded


class Block:
    """Features of m samples side by side, in a compact form.

    Attributes
    ----------
    width : int
        Number of features.
    is_sparse : bool
        Whether products should skip the zeros, and `sparse` is defined.
    """

    width: int
    is_sparse: ClassVar[bool] = False

    def __len__(self) -> int:
        return len(self.arrays[0])

    @property
    def arrays(self) -> tuple[Array, ...]:
        """The arrays that are kept, for a fingerprint."""
        raise NotImplementedError

    def expand(self, samples: Any, out: Array) -> None:
        """Write the features of some samples.

        Parameters
        ----------
        samples : slice or array of int (k,)
            Which.
        out : array (k, width)
            Zeros, which are overwritten where a feature is not 0.
        """
        raise NotImplementedError

    def sparse(self, samples: Any, dtype: Any) -> SparseColumns:
        """Return some samples of sparse features as they are multiplied."""
        raise NotImplementedError


class Numbers(Block):
    """Features as they are: values (m, width)."""

    def __init__(self, values: Array) -> None:
        self.values, self.width = values, values.shape[1]

    @property
    def arrays(self) -> tuple[Array, ...]:
        """The arrays that are kept."""
        return (self.values,)

    def expand(self, samples: Any, out: Array) -> None:
        """Write the features of some samples."""
        out[...] = self.values[samples]


class OneHot(Block):
    """Features of which one is 1: codes (m,) say which, -1 that none is."""

    def __init__(self, codes: Array, width: int) -> None:
        self.codes, self.width = codes.astype(np.min_scalar_type(-width), copy=False), width

    @property
    def arrays(self) -> tuple[Array, ...]:
        """The arrays that are kept."""
        return (self.codes,)

    def expand(self, samples: Any, out: Array) -> None:
        """Write the features of some samples."""
        codes = self.codes[samples]
        rows = np.flatnonzero(codes >= 0)
        out[rows, codes[rows]] = 1


class Lookup(Block):
    """Features that follow from a code: rows of a table.

    Parameters
    ----------
    codes : array of int (m,)
        Which row each sample has; -1 for zeros.
    table : array (number of codes, width)
        The features of each code.
    """

    def __init__(self, codes: Array, table: Array) -> None:
        smallest = next(kind for kind in (np.int8, np.int16, np.int32, np.int64) if len(table) <= np.iinfo(kind).max)
        self.codes, self.width = codes.astype(smallest, copy=False), table.shape[1]
        self.table = np.concatenate([table, np.zeros_like(table[:1])])

    @property
    def arrays(self) -> tuple[Array, ...]:
        """The arrays that are kept."""
        return self.codes, self.table

    def expand(self, samples: Any, out: Array) -> None:
        """Write the features of some samples."""
        out[...] = self.table[self.codes[samples]]


class Steps(Block):
    """Features that rise one after the other: all before the step (m,) are full, it is a part full, the others 0.

    Parameters
    ----------
    step : array of int (m,)
        Index of the feature that is a part full.
    part : array (m,)
        Its value, from 0 to `full`.
    width : int
        Number of features.
    full : float
        Value of the features before it.
    """

    def __init__(self, step: Array, part: Array, width: int, full: float) -> None:
        self.step = step.astype(np.min_scalar_type(width), copy=False)
        self.part, self.width, self.full = part, width, full

    @property
    def arrays(self) -> tuple[Array, ...]:
        """The arrays that are kept."""
        return self.step, self.part

    @cached_property
    def table(self) -> Array:
        """Row j: what a sample at step j has before it."""
        return np.tri(self.width, k=-1, dtype=self.part.dtype) * self.part.dtype.type(self.full)

    def expand(self, samples: Any, out: Array) -> None:
        """Write the features of some samples."""
        step = self.step[samples]
        out[...] = self.table[step]
        out[np.arange(len(step)), step] = self.part[samples]


class Repeated(Block):
    """Features of a few distinct samples: index (m,) says which of them each sample is.

    Parameters
    ----------
    blocks : sequence of Block
        The features of the distinct samples.
    index : array of int (m,)
        Which of them.
    """

    def __init__(self, blocks: Sequence[Block], index: Array) -> None:
        self.blocks, self.index = tuple(blocks), index.astype(np.min_scalar_type(len(blocks[0])), copy=False)
        self.width = sum(block.width for block in blocks)
        self.tables: dict[Any, Array] = {}

    @property
    def arrays(self) -> tuple[Array, ...]:
        """The arrays that are kept."""
        return self.index, *(part for block in self.blocks for part in block.arrays)

    def expand(self, samples: Any, out: Array) -> None:
        """Write the features of some samples."""
        index, distinct = self.index[samples], len(self.blocks[0])
        if distinct * self.width * out.itemsize > TABLE_BYTES:
            _expand(self.blocks, index, out, zero=False)
            return
        if out.dtype not in self.tables:
            table = np.zeros((distinct, self.width), out.dtype)
            self.tables[out.dtype] = _expand(self.blocks, slice(None), table, zero=False)
        out[...] = self.tables[out.dtype][index]


class SparseRows(Block):
    """Features that are mostly 0: a scipy CSR matrix (m, width)."""

    is_sparse = True

    def __init__(self, rows: Any) -> None:
        self.rows, self.width = rows, rows.shape[1]

    def __len__(self) -> int:
        return int(self.rows.shape[0])

    @property
    def arrays(self) -> tuple[Array, ...]:
        """The arrays that are kept."""
        return self.rows.data, self.rows.indices, self.rows.indptr

    def expand(self, samples: Any, out: Array) -> None:
        """Write the features of some samples."""
        out[...] = self.rows[samples].toarray()

    def sparse(self, samples: Any, dtype: Any) -> SparseColumns:
        """Return some samples as they are multiplied."""
        return SparseColumns(self.rows[samples].astype(dtype, copy=False))


class Rearranged(Block):
    """Features in another order, with zeros between them.

    Parameters
    ----------
    blocks : sequence of Block
        Of n features, none sparse.
    places : array of int (n,)
        Where each goes.
    width : int
        Number of features with the zeros.
    """

    def __init__(self, blocks: Sequence[Block], places: Array, width: int) -> None:
        self.blocks, self.places, self.width = tuple(blocks), np.asarray(places), width

    @property
    def arrays(self) -> tuple[Array, ...]:
        """The arrays that are kept."""
        return self.places, *(part for block in self.blocks for part in block.arrays)

    def __len__(self) -> int:
        return len(self.blocks[0])

    def expand(self, samples: Any, out: Array) -> None:
        """Write the features of some samples."""
        given = np.zeros((len(out), len(self.places)), out.dtype)
        out[:, self.places] = _expand(self.blocks, samples, given, zero=False)


class CodedColumns:
    """A matrix (n, m) of m samples, as blocks of features that are expanded where they are needed.

    Parameters
    ----------
    blocks : sequence of Block
        Of m samples each, in the order of the features.
    dtype : float32 or float64
        Of expanded numbers.
    """

    __array_ufunc__ = None  # so that NumPy calls `__rmatmul__` for `W @ X`
    ndim = 2

    def __init__(self, blocks: Sequence[Block], dtype: Any) -> None:
        self.blocks, self.dtype = tuple(blocks), np.dtype(dtype)
        self.itemsize: int = self.dtype.itemsize
        self.shape: tuple[int, int] = sum(block.width for block in self.blocks), len(self.blocks[0])

    @classmethod
    def of(cls, X: CodedColumns, dtype: Any) -> CodedColumns:
        """Return X with expanded numbers of another type."""
        return X if X.dtype == dtype else cls(X.blocks, dtype)

    @property
    def nbytes(self) -> int:
        """Bytes that are kept."""
        return sum(int(part.nbytes) for part in self.arrays)

    @property
    def bytes_of_a_sample(self) -> int:
        """Bytes of an expanded sample."""
        return self.shape[0] * self.itemsize

    @property
    def expanded_nbytes(self) -> int:
        """Bytes of the expanded matrix."""
        return self.bytes_of_a_sample * self.shape[1]

    @cached_property
    def is_sparse(self) -> bool:
        """Whether products should skip the zeros of some features."""
        return any(block.is_sparse for block in self.blocks)

    @property
    def arrays(self) -> tuple[Array, ...]:
        """All arrays that are kept, for a fingerprint."""
        return tuple(part for block in self.blocks for part in block.arrays)

    @property
    def numbers(self) -> tuple[Array, ...]:
        """The arrays of them that hold fractions."""
        return tuple(part for part in self.arrays if part.dtype.kind == "f")

    def expand(self, samples: Any, out: Array) -> Array:
        """Write some samples as rows into out (k, n), and return it."""
        _expand(self.blocks, samples, out)
        return out

    def toarray(self) -> Array:
        """Return the expanded matrix (n, m), each sample contiguous."""
        out = np.zeros(self.shape[::-1], self.dtype)
        for start in range(0, len(out), self._rows_at_a_time):
            some = slice(start, start + self._rows_at_a_time)
            _expand(self.blocks, some, out[some], zero=False)
        return out.T

    @property
    def _rows_at_a_time(self) -> int:
        return max(LEAST_ROWS, EXPANDED_BYTES // max(self.bytes_of_a_sample, 1))

    def __getitem__(self, which: Any) -> Any:
        """Return some samples, ``X[..., samples]`` with a slice or indices: expanded, but for sparse features."""
        samples = which[-1]
        k = len(range(*samples.indices(self.shape[1]))) if isinstance(samples, slice) else len(samples)
        if not self.is_sparse:
            return _expand(self.blocks, samples, np.zeros((k, self.shape[0]), self.dtype), zero=False).T
        parts: list[Any] = []
        for is_sparse, group in groupby(self.blocks, key=lambda block: block.is_sparse):
            blocks = list(group)
            if is_sparse:
                parts += [block.sparse(samples, self.dtype) for block in blocks]
            else:
                width = sum(block.width for block in blocks)
                parts.append(_expand(blocks, samples, np.zeros((k, width), self.dtype), zero=False).T)
        return Stacked(parts)

    def parts(self) -> Iterable[tuple[Any, slice]]:
        """Yield all samples, some at a time, and which they are."""
        for start in range(0, self.shape[1], self._rows_at_a_time):
            some = slice(start, start + self._rows_at_a_time)
            yield self[..., some], some

    def __rmatmul__(self, W: Array) -> Array:
        """Return W @ X: (n', n) -> (n', m), or (k, n', n) -> (k, n', m)."""
        out = np.empty((*W.shape[:-1], self.shape[1]), np.result_type(W, self.dtype))
        for X, some in self.parts():
            out[..., some] = W @ X
        return out

    @property
    def mT(self) -> TransposedCoded:
        """The transposed matrix, for a product from the left."""
        return TransposedCoded(self)


class TransposedCoded:
    """X transposed, (m, n): the right factor of dW = dZ Xᵀ."""

    __array_ufunc__ = None

    def __init__(self, X: CodedColumns) -> None:
        self.X = X

    def __rmatmul__(self, dZ: Array) -> Array:
        """Return dZ @ Xᵀ: (n', m) -> (n', n), or (k, n', m) -> (k, n', n)."""
        out = np.zeros((*dZ.shape[:-1], self.X.shape[0]), np.result_type(dZ, self.X.dtype))
        for X, some in self.X.parts():
            out += dZ[..., some] @ X.mT
        return out


class Stacked:
    """Samples whose features are several matrices one above the other, dense or sparse.

    Parameters
    ----------
    parts : list of array or SparseColumns, (n[i], m) each
        The matrices.
    """

    __array_ufunc__ = None
    ndim = 2

    def __init__(self, parts: list[Any]) -> None:
        self.parts = parts
        ends = np.cumsum([0, *(part.shape[0] for part in parts)]).tolist()
        self.features = [slice(start, end) for start, end in pairwise(ends)]
        self.shape, self.dtype = (ends[-1], parts[0].shape[1]), parts[0].dtype

    def __getitem__(self, which: Any) -> Stacked:
        """Return some samples: ``X[..., samples]`` with a slice or an array of indices."""
        return Stacked([part[..., which[-1]] for part in self.parts])

    @property
    def mT(self) -> TransposedStacked:
        """The transposed matrix, for a product from the left."""
        return TransposedStacked(self)

    def __rmatmul__(self, W: Array) -> Array:
        """Return W @ X."""
        out = W[..., self.features[0]] @ self.parts[0]
        for which, part in zip(self.features[1:], self.parts[1:], strict=True):
            out += W[..., which] @ part
        return out

    def toarray(self) -> Array:
        """Return the matrix, (n, m)."""
        return np.concatenate([part.toarray() if isinstance(part, SparseColumns) else part for part in self.parts])


class TransposedStacked:
    """Stacked samples transposed: the right factor of dW = dZ Xᵀ."""

    __array_ufunc__ = None

    def __init__(self, X: Stacked) -> None:
        self.X = X

    def __rmatmul__(self, dZ: Array) -> Array:
        """Return dZ @ Xᵀ."""
        return np.concatenate([dZ @ part.mT for part in self.X.parts], axis=-1)


def _expand(blocks: Iterable[Block], samples: Any, out: Array, *, zero: bool = True) -> Array:
    """Write the features of some samples into out (k, n)."""
    if zero:
        out[...] = 0
    j = 0
    for block in blocks:
        block.expand(samples, out[:, j : j + block.width])
        j += block.width
    return out


def repeated(blocks: Sequence[Block], index: Array) -> list[Block]:
    """Return the blocks of m samples, of which each is one of those that the blocks hold."""
    if not any(isinstance(block, SparseRows) for block in blocks):
        return [Repeated(blocks, index)]
    return [
        SparseRows(block.rows[index]) if isinstance(block, SparseRows) else Repeated([block], index) for block in blocks
    ]


def expanded(blocks: Sequence[Block], out: Array) -> None:
    """Write the features of all samples into out (m, n)."""
    _expand(blocks, slice(None), out)
