"""Batches of columns: all of X and Y, or shuffled mini-batches, gathered without a second copy of the data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from glassnet.arrays.coded_columns import CodedColumns
from glassnet.arrays.sparse_columns import SparseColumns
from glassnet.arrays.streamed_columns import Epoch, StreamedColumns
from glassnet.training.reduction import ALONE, Reduce, most_samples, part_of

Array = Any
WHOLE = (slice(None),)


class Batches:
    """The order in which samples are shown.

    Mini-batches are gathered as rows of the transposed X, where a sample's numbers are contiguous if the data came as a
    table; the transposed rows are the columns of the batch.

    Parameters
    ----------
    X, Y : array (n[0], m), (n[L], m)
        One column per sample; X may be `SparseColumns`, whose batches are sparse too, or `CodedColumns`, whose batches
        are expanded.
    S : array (1, m), optional
        Sample weights.
    size : int, optional
        Samples per batch; None is all of them.
    shuffle : bool
        Whether each epoch draws a new order from `rng`.
    rng : numpy generator
        The source of the order.
    reduce : Reduce
        Which part of each batch is of this process; all of it where it is alone.

    Attributes
    ----------
    drawn : array (m,), or None
        The order of the current epoch.
    begun : array (m,), or None
        The order of an epoch that was cut off, for the next epoch to use in place of a new one.
    """

    def __init__(
        self, X: Array, Y: Array, S: Array | None, size: int | None, shuffle: bool, rng: Any, reduce: Reduce = ALONE
    ) -> None:
        self.m: int = X.shape[-1]
        self.size: int = min(size or self.m, self.m)
        self.sizes: list[int] = [min(self.size, self.m - start) for start in range(0, self.m, self.size)]
        self.rng: Any = rng if shuffle else None
        self.reduce: Reduce = reduce
        self.whole: tuple[Array, Array, Array | None] = (X, Y, S)
        self.weighted: bool = S is not None
        self.drawn: Array | None = None
        self.begun: Array | None = None

    @cached_property
    def rows(self) -> list[Array]:
        """X, Y and S as rows, one for each sample: sparse, coded or None as they are."""
        as_they_are = (type(None), SparseColumns, CodedColumns)
        return [M if isinstance(M, as_they_are) else np.ascontiguousarray(M.T) for M in self.whole]

    @cached_property
    def own(self) -> tuple[Array, Array, Array | None]:
        """X, Y and S of the samples that are this process's where all are in each step."""
        part = part_of(self.reduce, self.m)
        if part == slice(0, self.m):
            return self.whole
        X, Y, S = (None if M is None else M[..., part] for M in self.whole)
        return X, Y, S

    @cached_property
    def buffers(self) -> list[Array]:
        """Where a batch of each is gathered or expanded; None where nothing is."""
        return [self._buffer(rows) for rows in self.rows]

    def _buffer(self, rows: Array) -> Array:
        """Return an array for a batch of these rows; None where they stay as they are."""
        if rows is None or isinstance(rows, SparseColumns):
            return None
        size = most_samples(self.reduce, self.size)
        if isinstance(rows, CodedColumns):
            return None if rows.is_sparse else np.empty((size, rows.shape[0]), rows.dtype)
        return np.empty_like(rows[:size])

    def order(self) -> Array:
        """Return the order of the samples for an epoch: `begun`, or a new one."""
        if self.rng is None:
            return np.arange(self.m)
        self.drawn, self.begun = self.rng.permutation(self.m) if self.begun is None else self.begun, None
        return self.drawn

    def columns(self, chosen: Any) -> Array:
        """Return X (n[0], k) of k samples of an order; None are all."""
        X = self.whole[0]
        return X if chosen is None else X[..., chosen]

    def weights(self, chosen: Any) -> Array | None:
        """Return S (1, k) of k samples of an order, None without weights; None are all samples."""
        S = self.whole[2]
        return S if chosen is None or S is None else S[..., chosen]

    def expand(self, chosen: Any, out: Array, parts: Sequence[slice] = WHOLE) -> tuple[Array, Array | None]:
        """Write parts of k coded samples of an order as rows into out (k, n[0]); return all Y (n[L], k), S or None."""
        X, Y, S = self.whole
        for part in parts:
            X.expand(chosen[part], out[part])
        return Y[..., chosen], None if S is None else S[..., chosen]

    def close(self) -> None:
        """End what was begun for an epoch."""

    def steps(self, first: int = 0) -> Iterator[Array | None]:
        """Yield which samples are in each batch of an epoch from number `first` on; None where all are."""
        if self.size == self.m:
            yield None
            return
        order = self.order()
        for start in range(first * self.size, self.m, self.size):
            yield order[start : start + self.size]

    def samples(self, chosen: Array | None) -> tuple[Array, Array, Array | None]:
        """Return (X, Y, S) of this process's part of a batch; the arrays are reused by the next one."""
        if chosen is None:
            return self.own
        own = chosen[part_of(self.reduce, len(chosen))]
        X, Y, S = (_gathered(M, own, buffer) for M, buffer in zip(self.rows, self.buffers, strict=True))
        return X, Y, S

    def epoch(self, first: int = 0) -> Iterator[tuple[Array, Array, Array | None]]:
        """Yield (X, Y, S) of each batch from number `first` on; the arrays are reused by the next one."""
        for chosen in self.steps(first):
            yield self.samples(chosen)


class StreamedBatches(Batches):
    """The order in which streamed samples are shown: as they are read, window by window.

    Parameters
    ----------
    X : StreamedColumns
        m samples, more than there are in a batch.
    size, shuffle, rng, reduce
        As for `Batches`. A process reads the features of its own samples only, and Y and S of all.

    Attributes
    ----------
    drawn, begun : array (1,), or None
        The seed of the order of an epoch.
    """

    def __init__(self, X: StreamedColumns, size: int | None, shuffle: bool, rng: Any, reduce: Reduce = ALONE) -> None:
        super().__init__(X, None, None, size, shuffle, rng, reduce)
        self.weighted = X.weighted
        self.stream = X
        self.reading: Epoch | None = None
        self.shown: Array = np.empty((X.shape[0], 0), X.dtype)
        self.shown_weights: Array | None = None

    def order(self) -> range:
        """Begin an epoch, and return the positions of its samples in it."""
        if self.rng is not None:
            seed = np.array([int(self.rng.random() * 2**53)]) if self.begun is None else self.begun
            self.drawn, self.begun = seed, None
        self.close()
        own = None if self.reduce.ranks == 1 else self._own
        self.reading = Epoch(self.stream, None if self.drawn is None else int(self.drawn[0]), own)
        return range(self.m)

    def _own(self, first: int, last: int) -> Array:
        """Return the positions of this process's samples among those of an epoch from `first` to before `last`."""
        found = []
        for start in range(first - first % self.size, last, self.size):
            part = part_of(self.reduce, min(self.size, self.m - start))
            found.append(np.arange(max(start + part.start, first), min(start + part.stop, last)))
        return np.concatenate(found)

    def close(self) -> None:
        """End the reading."""
        if self.reading is not None:
            self.reading.close()
        self.reading = None

    def expand(self, chosen: range, out: Array, parts: Sequence[slice] = WHOLE) -> tuple[Array, Array | None]:
        """Write parts of k samples at positions of the epoch as rows into out (k, n[0]); return all Y and S or None."""
        assert self.reading is not None
        self.shown = out[parts[-1]][-self.size :].T
        return self.reading.take(chosen, out, parts)

    def columns(self, chosen: range | None) -> Array:
        """Return the samples shown last, those of this process."""
        return self.shown

    def weights(self, chosen: range | None) -> Array | None:
        """Return the weights of the samples shown last."""
        return self.shown_weights

    @cached_property
    def held(self) -> Array:
        """Where a batch is expanded."""
        return np.empty((self.size, self.stream.shape[0]), self.stream.dtype)

    def samples(self, chosen: range | None) -> tuple[Array, Array, Array | None]:
        """Return (X, Y, S) of this process's part of a batch; the arrays are reused by the next one."""
        assert chosen is not None
        part = part_of(self.reduce, len(chosen))
        if self.stream.is_sparse:
            assert self.reading is not None
            Y, S = self.reading.take(chosen)
            self.shown = self.reading.features(chosen[part])
        else:
            Y, S = self.expand(chosen, self.held[: len(chosen)], [part])
        self.shown_weights = S
        return self.shown, Y[..., part], None if S is None else S[..., part]


def batches_of(
    X: Array, Y: Array, S: Array | None, size: int | None, shuffle: bool, rng: Any, reduce: Reduce = ALONE
) -> Batches:
    """Return the batches of samples: those of arrays in memory, or of a stream, which brings Y and S along."""
    if isinstance(X, StreamedColumns):
        return StreamedBatches(X, size, shuffle, rng, reduce)
    return Batches(X, Y, S, size, shuffle, rng, reduce)


def _gathered(rows: Array, chosen: Array, buffer: Array) -> Array:
    """Return the chosen samples as columns; those of dense rows and codes are written into the buffer."""
    if buffer is None:
        return rows if rows is None else rows[..., chosen]
    if isinstance(rows, CodedColumns):
        return rows.expand(chosen, buffer[: len(chosen)]).T
    return rows.take(chosen, 0, buffer[: len(chosen)], "clip").T
