"""Batches of columns: the whole of X and Y, or shuffled mini-batches gathered without a second copy of the data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

Array = Any


class Batches:
    """The order in which samples are shown.

    Mini-batches are gathered as rows of the transposed view, because a sample's numbers lie side by side there when
    the data came as a table; the gathered rows, seen from the side, are the batch's columns.

    Parameters
    ----------
    X, Y : array (n[0], m), (n[L], m)
        One column per sample.
    S : array (1, m), optional
        Sample weights.
    size : int, optional
        Samples per batch; None is all of them.
    shuffle : bool
        Whether each epoch draws a new order from `rng`.
    rng : numpy generator
        The source of the order.
    """

    def __init__(self, X: Array, Y: Array, S: Array | None, size: int | None, shuffle: bool, rng: Any) -> None:
        self.m = X.shape[-1]
        self.size = min(size or self.m, self.m)
        self.sizes = [min(self.size, self.m - start) for start in range(0, self.m, self.size)]
        self.rng = rng if shuffle else None
        self.whole = (X, Y, S)
        if self.size < self.m:
            self.rows: list[Array] = [None if M is None else np.ascontiguousarray(M.T) for M in self.whole]
            self.buffers: list[Array] = [None if M is None else np.empty_like(M[: self.size]) for M in self.rows]

    def epoch(self) -> Iterator[tuple[Array, Array, Array | None]]:
        """Yield (X, Y, S) of each batch; the arrays are reused by the next one."""
        if self.size == self.m:
            yield self.whole
            return
        order = self.rng.permutation(self.m) if self.rng is not None else np.arange(self.m)
        for start in range(0, self.m, self.size):
            chosen = order[start : start + self.size]
            X, Y, S = (
                None if M is None else np.take(M, chosen, axis=0, out=buffer[: len(chosen)], mode="clip").T
                for M, buffer in zip(self.rows, self.buffers, strict=True)
            )
            yield X, Y, S
