"""The numbers of training cells, counted part by part: the same whatever the parts are and in which order they come.

In memory every distinct number is kept. Of more than fits, distinct numbers are kept while they are few; beside them a
uniform sample: every cell has a random priority that follows from its position, and the cells of the lowest ones are
kept (bottom-k, Cohen & Kaplan 2007, doi:10.1145/1281100.1281133). With k of them a quantile is off by more than a
share e of the rows with a probability of at most 2 exp(-2 k e²) (Massart 1990, doi:10.1214/aop/1176990746).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np

from glassnet.tables.columns.column import Part
from glassnet.typing import AnyArray

FEW = 2**16  # distinct numbers, up to which each is counted where rows come in parts
SPARE = 1.5  # times as many numbers as a sample has in the end, from which on it is cut
LAST = np.uint64(2**64 - 1)


@dataclass(frozen=True, eq=False)
class Amounts:
    """What is kept of numbers.

    Parameters
    ----------
    rows, lost : int
        Cells, and how many of them are missing.
    least, most : float
        NaN where there is no number.
    values : array of float (n,) or None
        The distinct numbers, rising; None where they are too many.
    counts : array of int (n,) or None
        How many cells hold each.
    sample : array of float (k,)
        Numbers of the cells of the lowest priorities, among others; empty in memory.
    priorities : array of uint64 (k,)
        Theirs.
    size : int
        How many numbers are in the sample in the end.
    """

    rows: int
    lost: int
    least: float
    most: float
    values: AnyArray | None
    counts: AnyArray | None
    sample: AnyArray = field(default_factory=lambda: np.zeros(0))
    priorities: AnyArray = field(default_factory=lambda: np.zeros(0, np.uint64))
    size: int = 0

    @classmethod
    def of(cls, cells: AnyArray, part: Part | None = None) -> Self:
        """Return what is kept of numbers.

        Parameters
        ----------
        cells : array of float (m,)
            NaN where a cell is missing.
        part : Part, optional
            Of which rows they are, where there are more.

        Returns
        -------
        Amounts
            Exact where they are all.
        """
        there = ~np.isnan(cells)
        numbers = cells[there] + 0.0  # one zero
        values = counts = None
        if part is None or part.few:
            values, counts = np.unique(numbers, return_counts=True)
        least, most = (float(numbers.min()), float(numbers.max())) if len(numbers) else (math.nan, math.nan)
        known = cls(len(cells), len(cells) - len(numbers), least, most, values, counts)
        if part is None:
            return known
        return replace(known, sample=numbers, priorities=part.priorities[there], size=part.size)._bounded()

    def merged(self, other: Amounts) -> Amounts:
        """Return what is kept of the numbers of both."""
        values = counts = None
        if self.values is not None and other.values is not None:
            values, index = np.unique(np.concatenate([self.values, other.values]), return_inverse=True)
            together = np.concatenate([self.counts, other.counts])
            counts = np.bincount(index, together, len(values)).astype(np.int64)
        limit = min(self._limit, other._limit)
        kept = [each.priorities <= limit for each in (self, other)]
        sample = np.concatenate([self.sample[kept[0]], other.sample[kept[1]]])
        priorities = np.concatenate([self.priorities[kept[0]], other.priorities[kept[1]]])
        least, most = float(np.fmin(self.least, other.least)), float(np.fmax(self.most, other.most))
        rows, lost, size = self.rows + other.rows, self.lost + other.lost, max(self.size, other.size)
        return Amounts(rows, lost, least, most, values, counts, sample, priorities, size)._bounded()

    @property
    def _limit(self) -> np.uint64:
        """The highest priority that may be among the lowest."""
        return self.priorities.max() if len(self.priorities) >= self.size > 0 else LAST

    def _bounded(self) -> Self:
        """Return the same without distinct numbers where they are many, and with a sample that is not too large."""
        known = self
        if known.values is not None and known.size and len(known.values) > FEW:
            known = replace(known, values=None, counts=None)
        if len(known.sample) > SPARE * known.size:
            lowest = np.argpartition(known.priorities, known.size - 1)[: known.size]
            known = replace(known, sample=known.sample[lowest], priorities=known.priorities[lowest])
        return known

    def sampled(self) -> AnyArray:
        """Return the numbers of the cells of the lowest priorities, in their order."""
        return self.sample[np.argsort(self.priorities, kind="stable")[: self.size]]

    @property
    def is_exact(self) -> bool:
        """Whether every distinct number is known."""
        return self.values is not None

    def distinct(self) -> tuple[AnyArray, AnyArray]:
        """Return the distinct numbers, rising, and how many cells hold each: of the sample, where they are too many."""
        if self.values is not None:
            return self.values, self.counts
        return np.unique(np.append(self.sampled(), [self.least, self.most]), return_counts=True)


def quantiles(values: AnyArray, counts: AnyArray, levels: Sequence[float] | AnyArray) -> AnyArray:
    """Return quantiles of numbers that are given by their distinct values, as np.quantile does of the numbers.

    Parameters
    ----------
    values : array of float (n,)
        Rising.
    counts : array of int (n,)
        How often each occurs.
    levels : sequence of float
        From 0 to 1.

    Returns
    -------
    array of float
        One for each level.
    """
    ends = np.cumsum(counts)
    place = np.asarray(levels) * (ends[-1] - 1)
    before = np.floor(place).astype(np.int64)
    low, high = (values[np.searchsorted(ends, k, side="right")] for k in (before, np.minimum(before + 1, ends[-1] - 1)))
    part = place - before
    with np.errstate(over="ignore", invalid="ignore"):
        step = high - low
        between = np.where(part < 0.5, low + step * part, high - step * (1 - part))
    return np.where(low == high, low, between)


def median(values: AnyArray, counts: AnyArray) -> float:
    """Return the median of numbers that are given by their distinct values, as np.median does of the numbers."""
    ends = np.cumsum(counts)
    middle = values[np.searchsorted(ends, [(ends[-1] - 1) // 2, ends[-1] // 2], side="right")]
    return float(np.mean(middle))
