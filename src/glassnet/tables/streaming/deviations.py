"""Mean and variance of numbers that come in parts, merged exactly: Chan, Golub & LeVeque 1983, doi:10.2307/2683386."""

from __future__ import annotations

from typing import NamedTuple, Self

import numpy as np

from glassnet.typing import AnyArray


class Deviations(NamedTuple):
    """What is kept of rows of numbers.

    Parameters
    ----------
    n : int
        Rows.
    mean : array (k,)
        Of each column.
    squares : array (k,)
        Sums of the squared differences from the mean.
    """

    n: int
    mean: AnyArray
    squares: AnyArray

    @classmethod
    def of(cls, table: AnyArray) -> Self:
        """Return what is kept of m rows of k numbers, (m, k)."""
        if not len(table):
            return cls(0, np.zeros(table.shape[1]), np.zeros(table.shape[1]))
        mean = table.mean(axis=0, dtype=np.float64)
        return cls(len(table), mean, ((table - mean) ** 2).sum(axis=0))

    def merged(self, other: Deviations) -> Deviations:
        """Return what is kept of the rows of both."""
        n = self.n + other.n
        if not n:
            return self
        step = other.mean - self.mean
        mean = self.mean + step * (other.n / n)
        return Deviations(n, mean, self.squares + other.squares + step**2 * (self.n * other.n / n))

    @property
    def deviation(self) -> AnyArray:
        """The standard deviation of each column, with n as divisor."""
        return np.sqrt(self.squares / max(self.n, 1))
