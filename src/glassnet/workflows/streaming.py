"""Rows that do not fit into memory: when they are streamed, and a sample of them to score on."""

from __future__ import annotations

import platform
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from glassnet.errors import DataError, FileError
from glassnet.memory import LEAST, budget, limit
from glassnet.tables.arrow import pa
from glassnet.tables.cells import rows_at, stacked
from glassnet.tables.streaming import StreamedDataset, dataset, is_streamable
from glassnet.training.reduction import Reduce, of_each
from glassnet.typing import AnyArray

TAKEN = 4  # times what a table is thought to take, that a training on it does: measured, numbers and text


def stream_of(
    path: str | Path, target: str | None = None, *, memory: int | str | None = None, strict: bool = False,
    cache: str | Path | None = None, known: tuple[int, int] | None = None,
) -> StreamedDataset | None:  # fmt: skip
    """Return the rows of a file or folder as a stream, if they do not fit into memory, or their blocks are to be kept.

    Parameters
    ----------
    path : path
        What is read.
    target : str, optional
        The column to predict.
    memory : int or str, optional
        What may be used, in bytes or such as "1GB"; when not given, what a file may take (`memory.limit`) for rows in
        memory, and a third of what is free for streamed ones.
    strict : bool
        Whether a part that cannot be read is refused, instead of being left out.
    cache : path, optional
        Folder of prepared rows, which stay there; then rows are streamed in any case.
    known : (int, int), optional
        Fingerprint of rows that were streamed before, and so are again.

    Returns
    -------
    StreamedDataset or None
        None where all rows fit, or are of a format that is not streamed.

    Raises
    ------
    SettingError
        If `memory` is no size, or too little.
    """
    budget(memory)  # which may be no size
    if not is_streamable(path):
        return None
    try:
        data = dataset(path, target, memory=memory, strict=strict, cache=cache)
        is_large = TAKEN * data.bytes_in_memory > (limit() if memory is None else data.memory)
    except (FileError, DataError):
        if cache is not None:
            raise
        return None  # the reader of whole tables says what is wrong
    return data if cache is not None or is_large or data.fingerprint == known else None


def memory_of_each(given: int | str | None, reduce: Reduce | None) -> int | str | None:
    """Return what each of several processes may use of the memory: the same in all, the least of what they have.

    What is given is for each of them; else those of one machine share a third of what is free there.
    """
    if reduce is None:
        return given
    bytes_here = budget(given)
    machines = of_each(reduce, zlib.crc32(platform.node().encode()))
    if given is None:
        bytes_here = max(LEAST, bytes_here // machines.count(machines[reduce.rank]))
    return min(of_each(reduce, bytes_here))


class Sample(NamedTuple):
    """Rows drawn evenly from more of them.

    Parameters
    ----------
    X : pyarrow.Table
        The rows.
    y : array
        Their targets.
    of : int
        How many there were.
    """

    X: pa.Table
    y: AnyArray
    of: int

    def notes(self, what: str) -> list[str]:
        """Return a sentence where they are not all rows."""
        if len(self.y) == self.of:
            return []
        return [f"{what}: scored on {len(self.y):,} rows drawn evenly from {self.of:,}"]


class Sampling:
    """Draws rows evenly from a stream; how many there will be is not known before its end.

    Each row gets a random number, and stays if that is below a bound, which is halved whenever too many stay.

    Parameters
    ----------
    most : int
        Rows that may stay.
    """

    def __init__(self, most: int) -> None:
        self.most, self.bound, self.rows, self.kept = most, 1.0, 0, 0
        self.rng = np.random.default_rng(0)
        self.parts: list[tuple[pa.Table, AnyArray, AnyArray]] = []

    def add(self, X: pa.Table, y: AnyArray) -> None:
        """Take some of these rows."""
        drawn = self.rng.random(len(y))
        self.rows += len(y)
        self._take(X, y, drawn)
        while self.kept > self.most:
            self.bound /= 2
            parts, self.parts, self.kept = self.parts, [], 0
            for part in parts:
                self._take(*part)

    def _take(self, X: pa.Table, y: AnyArray, drawn: AnyArray) -> None:
        some = np.flatnonzero(drawn < self.bound)
        if len(some):
            self.parts.append((X, y, drawn) if len(some) == len(y) else (rows_at(X, some), y[some], drawn[some]))
            self.kept += len(some)

    def sample(self) -> Sample | None:
        """Return the rows that stayed; None where there were none."""
        if not self.parts:
            return None
        tables, targets, _ = zip(*self.parts, strict=True)
        return Sample(stacked(tables), np.concatenate(targets), self.rows)


def sampled(rows: Iterable[tuple[Any, AnyArray]], most: int) -> Sample | None:
    """Return at most so many rows, drawn evenly, of those that come with their targets; None of none."""
    sampling = Sampling(most)
    for X, y in rows:
        sampling.add(X, y)
    return sampling.sample()
