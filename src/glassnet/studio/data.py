"""What a network is trained on, and which samples train and which test."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from glassnet.typing import Array, Indices

FEW_VALUES = 10  # of a feature that is shown along an axis, at least one more
MOST_SEEN = 500  # samples and features that are looked at for that
MOST_PIXELS = 128  # along a side of a picture that is drawn

MOST_BY_ROWS = 5_000_000  # numbers of X; more lie sample by sample, as `fit` takes them, which copies them otherwise


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
    n_test : int, optional
        So many samples at the end are a test part that came with the data.
    shades : (black, white)
        Of a picture: the numbers that are drawn so.
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
    n_test: int | None = None
    shades: tuple[float, float] = (0.0, 1.0)

    @property
    def m(self) -> int:
        """Number of samples."""
        return int(self.X.shape[1])

    @cached_property
    def axes(self) -> tuple[int, int]:
        """The features along which answers are shown first: two of many values that are not parts of one column."""
        some = self.X[:, :: max(1, self.m // MOST_SEEN)]
        many = [k for k, row in enumerate(some[:MOST_SEEN]) if len(np.unique(row)) > FEW_VALUES][:MOST_SEEN]
        first = many[0] if many else 0
        apart = [k for k in many[1:] if not str(self.features[k]).startswith(f"{self.features[first]} ")]
        other = apart[0] if apart else 1 if first == 0 else 0
        return (first, min(other, len(self.X) - 1))

    @property
    def loss(self) -> str:
        """The loss where none is named."""
        return "squared_error" if self.classes is None else "cross_entropy"

    def split(self, seed: int, share: float) -> tuple[Indices, Indices]:
        """Return the numbers of the samples to train on and to test on: as they came, else by a seed and a share."""
        if self.n_test is None:
            return train_and_test(self.m, seed, share)
        return np.arange(self.m - self.n_test), np.arange(self.m - self.n_test, self.m)

    def samples(self, chosen: Indices) -> tuple[Array, Array]:
        """Return X and Y of some samples, laid out in memory as they are trained on: equal layouts round alike."""
        X, Y = (np.ascontiguousarray(M[:, chosen], np.float64) for M in (self.X, self.Y))
        return (np.asfortranarray(X) if X.size > MOST_BY_ROWS else X), Y

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

    def scaled(self, train: Indices) -> Data:
        """Return the data with features, and targets that are numbers, of mean 0 and deviation 1.

        Parameters
        ----------
        train : array (m_train,)
            The samples that mean and deviation are of. A picture's numbers share one of each.

        Returns
        -------
        Data
            Its `scale` leads back to the target's own unit.
        """
        over = None if self.picture else 1
        X, shift, unit = _standardised(self.X, train, over)
        shades = self.shades
        if self.picture:
            shades = (-float(shift.item()) / float(unit.item()), float((1 - shift.item()) / unit.item()))
        if self.classes is not None:
            return replace(self, X=X, shades=shades)
        Y, mean, deviation = _standardised(self.Y, train, None)
        own_mean, factor = self.scale
        own = (own_mean + factor * float(mean.item()), factor * float(deviation.item()))
        return replace(self, X=X, Y=Y, scale=own, shades=shades)

    def balanced(self, train: Indices) -> Array | None:
        """Return weights (1, m_train) of the training samples, of the same sum in each class; None without classes."""
        if self.classes is None:
            return None
        truth = self.indices(self.Y[:, train])
        counts = np.bincount(truth)
        return (len(truth) / (np.count_nonzero(counts) * counts[truth]))[None]

    def pixels(self, values: Array, side: int = MOST_PIXELS) -> dict[str, Any] | None:
        """Return one sample (n[0],) as the page draws it; None where it is no picture.

        Of pictures with more rows or columns than `side` every second, third … pixel is taken. The numbers are bytes,
        row by row, in base64.
        """
        if self.picture is None:
            return None
        height, width, channels = (*self.picture, 1)[:3]
        every = -(-max(height, width) // side)
        seen = values.reshape(height, width, channels)[::every, ::every]
        black, white = self.shades
        shades = np.nan_to_num((seen - black) * (255 / (white - black))).clip(0, 255).round().astype(np.uint8)
        return {
            "height": shades.shape[0], "width": shades.shape[1], "channels": channels,
            "pixels": base64.b64encode(shades.tobytes()).decode(),
        }  # fmt: skip


def _standardised(M: Array, train: Indices, axis: int | None) -> tuple[Array, Array, Array]:
    """Return rows of mean 0 and deviation 1 over the training samples, and both; what never varies is only centred."""
    mean, deviation = (of(M[:, train], axis=axis, keepdims=True) for of in (np.mean, np.std))
    deviation = np.where(deviation > 0, deviation, 1.0)
    return (M - mean) / deviation, mean, deviation


def train_and_test(m: int, seed: int, share: float) -> tuple[Indices, Indices]:
    """Return the numbers of the samples to train on and of those to test on, each in their order."""
    order = np.random.default_rng(seed).permutation(m)
    n_test = min(round(share * m), m - 1)
    return np.sort(order[n_test:]), np.sort(order[:n_test])
