"""What a network is trained on, and which samples train and which test."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from glassnet.typing import Array, Indices


@dataclass(frozen=True, eq=False)
class Data:
    """What a network is trained on.

    Parameters
    ----------
    X, Y : array (n[0], m), (n[L], m)
        One column per sample.
    features : sequence of str
        Names of the rows of X.
    classes : sequence of str, optional
        Of two classes (Y has one row) or more (one row each); None where a number is predicted.
    picture : (rows, columns) or (rows, columns, 3), optional
        Where the features are the points of a picture.
    scale : (mean, factor)
        Where a number is predicted: the target in its own unit is mean + factor * Y.
    target : str
        What is predicted.
    cells : callable, optional
        The row of a table that a sample is made of, as text.
    notes : tuple of str
        What was noticed when the data were read.
    """

    X: Array
    Y: Array
    features: Sequence[str]
    classes: Sequence[str] | None = None
    picture: tuple[int, ...] | None = None
    scale: tuple[float, float] = (0.0, 1.0)
    target: str = "y"
    cells: Callable[[int], dict[str, str]] | None = None
    notes: tuple[str, ...] = ()

    @property
    def m(self) -> int:
        """Number of samples."""
        return int(self.X.shape[1])

    @property
    def loss(self) -> str:
        """The loss where none is named."""
        return "squared_error" if self.classes is None else "cross_entropy"

    def indices(self, Y: Array) -> Indices:
        """Return the class of each column of Y or of A[L] by its index (m,)."""
        found: Indices = Y.argmax(axis=0) if len(Y) > 1 else (Y[0] > 0.5).astype(int)
        return found

    def labels(self, Y: Array) -> list[Any]:
        """Return what columns of Y or of A[L] mean: names of classes, or numbers in their own unit."""
        if self.classes is None:
            mean, factor = self.scale
            return [float(value) for value in mean + factor * Y[0]]
        return [self.classes[i] for i in self.indices(Y)]


def train_and_test(m: int, seed: int, share: float) -> tuple[Indices, Indices]:
    """Return the numbers of the samples to train on and of those to test on, each in their order."""
    order = np.random.default_rng(seed).permutation(m)
    n_test = min(round(share * m), m - 1)
    return np.sort(order[n_test:]), np.sort(order[:n_test])
