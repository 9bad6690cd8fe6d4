"""The values of training cells as text, counted part by part: the same in whatever order the parts come.

Of parts only so many values are kept: then the counts of all are lowered by that of the first one too many, and those
that reach 0 are dropped (Misra & Gries 1982, doi:10.1016/0167-6423(82)90012-0; merged as in Agarwal et al. 2012,
doi:10.1145/2213556.2213562). So no count is too high, and of k values that are kept none is too low by more than 1 / k
of all cells.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np

from glassnet.tables.arrow import pa, pc
from glassnet.tables.cells import cell_values, decoded, is_text, missing_cell, rows_at
from glassnet.tables.columns.column import Part
from glassnet.typing import AnyArray


@dataclass(frozen=True, eq=False)
class Values:
    """What is kept of categories.

    Parameters
    ----------
    rows, lost : int
        Cells, and how many of them are missing.
    unordered : pyarrow.Array of text
        The distinct values.
    times : array of int (n,)
        How many cells hold each.
    size : int
        Most values that are kept; 0 for all.
    short : int
        By how much a count may be too low.
    """

    rows: int
    lost: int
    unordered: pa.Array
    times: AnyArray
    size: int = 0
    short: int = 0

    @classmethod
    def of(cls, cells: pa.ChunkedArray, part: Part | None = None) -> Self:
        """Return what is kept of m cells."""
        values, times = _each_once(*_tallied(cells))
        return cls._kept(len(cells), len(cells) - int(times.sum()), values, times, 0 if part is None else part.size, 0)

    @classmethod
    def of_counts(cls, rows: int, lost: int, values: pa.Array, times: AnyArray, part: Part | None = None) -> Self:
        """Return what is kept of texts (n,) of which it is known how many of the cells hold each."""
        return cls._kept(rows, lost, *_each_once(values, times), 0 if part is None else part.size, 0)

    @property
    def is_exact(self) -> bool:
        """Whether every value is known."""
        return not self.short

    @property
    def values(self) -> pa.Array:
        """The distinct values, the most frequent first, those that are equally frequent by themselves."""
        return rows_at(self.unordered, self._order)

    @property
    def counts(self) -> AnyArray:
        """How many cells hold each of them."""
        counts: AnyArray = self.times[self._order]
        return counts

    @cached_property
    def _order(self) -> AnyArray:
        return _order_of(self.unordered, self.times)

    def merged(self, other: Values) -> Values:
        """Return what is kept of the cells of both."""
        values = pa.concat_arrays([each.unordered.cast(pa.large_string()) for each in (self, other)])
        together = _each_once(values, np.concatenate([self.times, other.times]))
        rows, lost = self.rows + other.rows, self.lost + other.lost
        return self._kept(rows, lost, *together, max(self.size, other.size), self.short + other.short)

    @classmethod
    def _kept(cls, rows: int, lost: int, values: pa.Array, times: AnyArray, size: int, short: int) -> Self:
        """Return the most frequent values."""
        if size and len(values) > size:
            less = int(np.partition(times, -size - 1)[-size - 1])
            often = np.flatnonzero(times > less)
            values, times, short = rows_at(values, often), times[often] - less, short + less
        return cls(rows, lost, values, times, size, short)


def value_counts(column: pa.ChunkedArray) -> tuple[pa.Array, AnyArray]:
    """Return the distinct values as text, sorted by how often they occur and by themselves, and how often that is."""
    values, times = _each_once(*_tallied(column))
    order = _order_of(values, times)
    return rows_at(values, order), times[order]


def _tallied(column: pa.ChunkedArray) -> tuple[pa.Array, AnyArray]:
    """Return values as text, of which some may be equal or missing, and how often they occur."""
    counted = pc.value_counts(column)
    return as_text(decoded(pa.chunked_array([counted.field(0)]))).combine_chunks(), cell_values(counted.field(1))


def _each_once(values: pa.Array, n: AnyArray) -> tuple[pa.Array, AnyArray]:
    """Return texts, of which some may be equal or missing, each once, and how often they occur."""
    coded = values.dictionary_encode()  # two spellings may be one value
    indices = with_minus_one(coded.indices)
    there = indices >= 0
    return coded.dictionary, np.bincount(indices[there], n[there], len(coded.dictionary)).astype(np.int64)


def _order_of(values: pa.Array, n: AnyArray) -> AnyArray:
    """Return the indices of texts, the most frequent first, those that are equally frequent by themselves."""
    by_value = cell_values(pc.array_sort_indices(values))
    order: AnyArray = by_value[np.argsort(-n[by_value], kind="stable")]
    return order


def with_minus_one(indices: pa.Array | pa.ChunkedArray) -> AnyArray:
    """Return indices, -1 where they are missing."""
    return np.nan_to_num(cell_values(indices), nan=-1).astype(np.intp)


def as_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return cells as text."""
    kind = column.type
    if is_text(kind):
        return column
    if pa.types.is_floating(kind):
        column = pc.if_else(pc.is_nan(column), missing_cell(kind), column)
        text = pa.array([None if v is None else f"{v:.17g}" for v in column.to_pylist()], pa.string())
        return pa.chunked_array([text])
    return column.cast(pa.string())
