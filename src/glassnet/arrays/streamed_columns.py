"""Samples that do not fit into memory: blocks on disk, some of which are in memory at a time.

An epoch goes through all blocks in a new order. Some blocks together are a window, whose samples are shuffled; the
next window is read by a thread while the samples of one are used. So a sample can be beside any other one, and memory
does not grow with their number.

Shapes: n features, n_y targets, m samples; each sample is a column.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, NamedTuple, Protocol

import numpy as np

from glassnet.arrays.coded_columns import CodedColumns
from glassnet.arrays.joined_columns import chosen, joined
from glassnet.errors import ShapeError

Array = Any

BECOMES = ("of_features", "of_targets", "of_weights")
WINDOW = 2**19  # samples that are shuffled together, at least, where memory is not short


class StoredBlock(Protocol):
    """Some samples on disk."""

    @property
    def n_rows(self) -> int:
        """Number of samples."""

    def X(self) -> CodedColumns:
        """Return their features, (n, n_rows)."""

    def Y(self) -> Array:
        """Return their targets, (n_y, n_rows)."""

    def weights(self) -> Array | None:
        """Return their weights, (1, n_rows), or None."""


def _as_it_is(M: Any) -> Any:
    return M


def _as_they_are(Y: Array, S: Array | None) -> Array | None:
    return S


class StreamedColumns:
    """X (n, m) of samples in blocks on disk, which bring their targets Y and weights S along.

    Parameters
    ----------
    blocks : sequence of StoredBlock
        Where the samples are.
    shape : (int, int)
        n and m.
    dtype : float32 or float64
        Of expanded numbers.
    weighted : bool
        Whether the samples have weights.
    fingerprint : int
        Which equal samples share.
    window : int
        Samples that are in memory together, at least; twice as many may be.
    is_sparse : bool
        Whether some features are sparse: then samples are not expanded.
    of_features, of_targets : callable
        What becomes of each X, a `CodedColumns`, and of each Y, (n_y, some), once they are read.
    of_weights : callable
        What becomes of each S, (1, some) or None; it takes Y, as it is on disk, and S.
    """

    ndim = 2

    def __init__(
        self, blocks: Sequence[StoredBlock], shape: tuple[int, int], dtype: Any = np.float32, *, weighted: bool = False,
        fingerprint: int = 0, window: int = WINDOW, is_sparse: bool = False,
        of_features: Callable[[CodedColumns], CodedColumns] = _as_it_is,
        of_targets: Callable[[Array], Array] = _as_it_is,
        of_weights: Callable[[Array, Array | None], Array | None] = _as_they_are,
    ) -> None:  # fmt: skip
        self.blocks, self.shape, self.dtype = list(blocks), shape, np.dtype(dtype)
        self.itemsize: int = self.dtype.itemsize
        self.weighted, self.fingerprint, self.window, self.is_sparse = weighted, fingerprint, window, is_sparse
        self.of_features, self.of_targets, self.of_weights = of_features, of_targets, of_weights

    def changed(self, **changes: Any) -> StreamedColumns:
        """Return the same samples with other arguments: their number of features, type, or what becomes of them."""
        kept = ("shape", "dtype", "weighted", "fingerprint", "window", "is_sparse", *BECOMES)
        return StreamedColumns(self.blocks, **{**{name: getattr(self, name) for name in kept}, **changes})

    @property
    def bytes_of_a_sample(self) -> int:
        """Bytes of an expanded sample."""
        return self.shape[0] * self.itemsize

    def read(self, which: Sequence[int], own: Array | None = None) -> tuple[CodedColumns, Array, Array | None]:
        """Return X, Y and S of the samples of some blocks, one after the other, in memory.

        `own` are the samples among them, in rising order, whose features are read; None are all.
        """
        blocks = [self.blocks[i] for i in which]
        some = (block.X() for block in blocks) if own is None else _features_of(blocks, own)
        X = self.of_features(joined(list(some)))
        if X.shape[0] != self.shape[0]:
            raise ShapeError(f"X: expected {self.shape[0]} features in each block, got {X.shape[0]}")
        Y = np.concatenate([block.Y() for block in blocks], axis=1)
        weights = [M for M in (block.weights() for block in blocks) if M is not None]
        S = self.of_weights(Y, np.concatenate(weights, axis=1) if weights else None)
        Y = self.of_targets(Y).astype(self.dtype, copy=False)
        return CodedColumns.of(X, self.dtype), Y, None if S is None else S.astype(self.dtype, copy=False)

    def windows(self, seed: int | None) -> Iterator[list[int]]:
        """Yield the numbers of the blocks of each window, in the order of an epoch; without a seed one by one."""
        order = np.arange(len(self.blocks)) if seed is None else _generator(seed, 0).permutation(len(self.blocks))
        some: list[int] = []
        rows = 0
        for i in order.tolist():
            some.append(i)
            rows += self.blocks[i].n_rows
            if rows >= self.window:
                yield some
                some, rows = [], 0
        if some:
            yield some


def _features_of(blocks: Sequence[StoredBlock], own: Array) -> Iterator[CodedColumns]:
    """Yield the features of each block's samples that are among `own` of all."""
    start = 0
    for block in blocks:
        first, last = np.searchsorted(own, (start, start + block.n_rows))
        yield chosen(block.X(), own[first:last] - start)
        start += block.n_rows


class Window(NamedTuple):
    """The samples from `start` to `stop` in an epoch, which are samples `order` of Y and S, and `rows` of X.

    Where X has not all of them, `rows` of the others are -1.
    """

    start: int
    stop: int
    order: Array
    rows: Array
    X: CodedColumns
    Y: Array
    S: Array | None


class Epoch:
    """The samples in the order of one epoch, to be taken from the first to the last.

    Parameters
    ----------
    X : StreamedColumns
        What is read.
    seed : int or None
        Of the order; None is that of the blocks.
    own : callable, optional
        Takes two positions, and returns those from the first to before the second, in rising order, whose features will
        be taken: no others are read. All are when not given.
    """

    def __init__(self, X: StreamedColumns, seed: int | None, own: Callable[[int, int], Array] | None = None) -> None:
        self.columns, self.seed, self.own = X, seed, own
        ends = np.cumsum([sum(X.blocks[i].n_rows for i in some) for some in X.windows(seed)]).tolist()
        self.ahead = list(zip(range(len(ends)), X.windows(seed), [0, *ends[:-1]], ends, strict=True))
        self.open: list[Window] = []
        self.reader = ThreadPoolExecutor(1, "glassnet-reader")
        self.next: Future[Window] | None = None

    def take(
        self, positions: range, out: Array | None = None, parts: Sequence[slice] = (slice(None),)
    ) -> tuple[Array, Array | None]:
        """Write the features of samples of the epoch as rows into out (k, n); return Y (n_y, k), and S (1, k) or None.

        Of the features only those of some parts of the k samples are written. Samples before the first are given up.
        """
        first, last = positions.start, positions.stop
        self.open = [window for window in self.open if window.stop > first]
        self.ahead = [each for each in self.ahead if each[-1] > first] if self.next is None else self.ahead
        while not self.open or self.open[-1].stop < last:
            self._open_next()
        Y: list[Array] = []
        S: list[Array] = []
        for window in self.open:
            these = window.order[max(first - window.start, 0) : last - window.start]
            Y.append(window.Y[:, these])
            if window.S is not None:
                S.append(window.S[:, these])
            for begin, end, _ in (part.indices(last - first) for part in parts):
                start, stop = max(first + begin, window.start), min(first + end, window.stop)
                if out is not None and start < stop:
                    rows = window.rows[start - window.start : stop - window.start]
                    window.X.expand(rows, out[start - first : stop - first])
        return np.concatenate(Y, axis=1), np.concatenate(S, axis=1) if S else None

    def features(self, positions: range) -> Any:
        """Return X (n, k) of samples that were taken last, sparse where it is."""
        some = []
        for window in self.open:
            rows = window.rows[max(positions.start - window.start, 0) : max(positions.stop - window.start, 0)]
            some.append((window.X, rows))
        if len(some) == 1:
            X, rows = some[0]
            return X[..., rows]
        return joined([chosen(X, rows) for X, rows in some])[..., :]

    def close(self) -> None:
        """Give up what is read ahead."""
        self.reader.shutdown(wait=False, cancel_futures=True)
        self.open, self.ahead, self.next = [], [], None

    def _open_next(self) -> None:
        if self.next is None:
            self.next = self.reader.submit(self._read, *self.ahead.pop(0))
        self.open.append(self.next.result())
        self.next = self.reader.submit(self._read, *self.ahead.pop(0)) if self.ahead else None

    def _read(self, number: int, which: list[int], start: int, stop: int) -> Window:
        m = stop - start
        order = np.arange(m) if self.seed is None else _generator(self.seed, 1 + number).permutation(m)
        order = order.astype(np.int32)
        if self.own is None:
            return Window(start, stop, order, order, *self.columns.read(which))
        own = np.sort(order[self.own(start, stop) - start])
        among_own = np.full(m, -1, np.int32)
        among_own[own] = np.arange(len(own))
        return Window(start, stop, order, among_own[order], *self.columns.read(which, own))


def _generator(seed: int, part: int) -> np.random.Generator:
    return np.random.default_rng([seed, part])
