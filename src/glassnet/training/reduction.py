"""What a step needs of the processes that train the same network: which of its samples are this one's, and sums.

Every process has the same data, settings and seed, and so draws the same order of samples and the same dropout masks.
Of each step it computes a part; J and the gradient are sums over all parts, so every process takes the same step.
"""

from __future__ import annotations

import zlib
from typing import Any, Protocol

import numpy as np

from glassnet.errors import SettingError


class Reduce(Protocol):
    """A function that adds up an array over all processes, in place, in each of them.

    Attributes
    ----------
    rank, ranks : int
        Number of this process, counted from 0, and how many there are.
    """

    @property
    def rank(self) -> int:
        """Number of this process, counted from 0."""

    @property
    def ranks(self) -> int:
        """How many processes there are."""

    def __call__(self, numbers: Any) -> Any:
        """Put the sum over all processes into `numbers`, an array of NumPy, or of torch where torch computes."""


class _Alone:
    """The reduction of a single process: every sample is its own, and every sum is complete."""

    rank, ranks = 0, 1

    def __call__(self, numbers: Any) -> None:
        """Leave the numbers as they are."""


ALONE: Reduce = _Alone()


def part_of(reduce: Reduce, m: int) -> slice:
    """Return which of m samples, one after the other, are those of this process."""
    return slice(m * reduce.rank // reduce.ranks, m * (reduce.rank + 1) // reduce.ranks)


def most_samples(reduce: Reduce, m: int) -> int:
    """Return how many of m samples a process has at most."""
    return -(-m // reduce.ranks)


def any_of(reduce: Reduce, answer: bool) -> bool:
    """Return whether the answer is true in any process."""
    count = np.array([answer], np.float64)
    reduce(count)
    return bool(count[0] > 0)


def of_each(reduce: Reduce, number: int) -> list[int]:
    """Return a whole number below 2^53 of every process, in their order."""
    numbers = np.zeros(reduce.ranks)
    numbers[reduce.rank] = number
    reduce(numbers)
    return [int(each) for each in numbers]


def of_first(reduce: Reduce, number: int) -> int:
    """Return a whole number below 2^53 that the first process has."""
    value = np.array([number if reduce.rank == 0 else 0], np.float64)
    reduce(value)
    return int(value[0])


def check_alike(reduce: Reduce, *of_this_process: Any) -> None:
    """Check that all processes begin with the same, each thing by a checksum of its bytes or its text.

    Raises
    ------
    SettingError
        In every process that differs from the mean of all.
    """
    own = [float(zlib.crc32(M if isinstance(M, bytes) else repr(M).encode())) for M in of_this_process]
    sums = np.array(own)
    reduce(sums)
    if not np.array_equal(sums, reduce.ranks * np.array(own)):
        raise SettingError(
            f"reduce: process {reduce.rank} of {reduce.ranks} begins with other parameters, settings, sizes of data or "
            "another generator than the others; give all of them the same data, settings and seed"
        )
