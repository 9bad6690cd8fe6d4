"""What is predicted: labels or numbers become Y (n[L], m), and the network's A[L] becomes labels or numbers again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from glassnet.errors import DataError

Array = Any


@dataclass(frozen=True, eq=False)
class Classes:
    """Labels, two or more, each sample has one: sigmoid for two, one softmax row for each otherwise.

    Parameters
    ----------
    values : array (n_classes,)
        The labels, sorted.
    """

    values: Array

    @classmethod
    def of(cls, y: Array) -> Classes:
        """Find the labels that occur in y."""
        values = np.unique(y)
        if len(values) < 2:
            raise DataError(
                f"y holds 1 class, {values[0].item()!r}, in all {len(y)} rows; a classifier needs at least 2"
            )
        return cls(values)

    @property
    def n_outputs(self) -> int:
        """n[L]."""
        return 1 if len(self.values) == 2 else len(self.values)

    def encode(self, y: Array, dtype: Any) -> Array:
        """Return Y (n[L], m): 1 in the row of a sample's class, or in the only row for the second of two classes.

        Raises
        ------
        DataError
            If y holds a label that is not among the classes.
        """
        y = np.asarray(y)
        place = np.searchsorted(self.values, y).clip(0, len(self.values) - 1) if _comparable(self.values, y) else None
        if place is None or (self.values[place] != y).any():
            unknown = [label for label in np.unique(y).tolist() if label not in self.values.tolist()]
            raise DataError(
                f"class {unknown[0]!r} was not among those of training: {', '.join(map(repr, self.values.tolist()))}"
            )
        if self.n_outputs == 1:
            return place[np.newaxis].astype(dtype)
        Y = np.zeros((len(y), len(self.values)), dtype)
        Y[np.arange(len(y)), place] = 1
        return Y.T

    def probabilities(self, A: Array) -> Array:
        """Return (m, n_classes) from A[L]."""
        return np.stack([1 - A[0], A[0]], axis=1) if self.n_outputs == 1 else A.T

    def decode(self, A: Array) -> Array:
        """Return the most probable label of each sample."""
        if self.n_outputs == 1:
            return self.values[(A[0] > 0.5).astype(np.intp)]
        return self.values[A.argmax(axis=0)]

    def to_document(self) -> dict[str, Any]:
        """Return the labels as plain data."""
        return {"classes": self.values.tolist(), "dtype": self.values.dtype.str}


@dataclass(frozen=True, eq=False)
class Labels:
    """Labels that do not exclude each other: one sigmoid row for each, Y as it came, 0 and 1.

    Parameters
    ----------
    n_outputs : int
        Number of labels.
    """

    n_outputs: int

    @property
    def values(self) -> list[Array]:
        """The two values of each label."""
        return [np.array([0, 1])] * self.n_outputs

    def encode(self, y: Array, dtype: Any) -> Array:
        """Return Y (n[L], m)."""
        Y = np.asarray(y).astype(dtype).T
        if len(Y) != self.n_outputs:
            raise DataError(f"y: expected {self.n_outputs} labels for each sample as in training; got {len(Y)}")
        return Y

    def probabilities(self, A: Array) -> Array:
        """Return (m, n_labels): how likely each label is."""
        return A.T

    def decode(self, A: Array) -> Array:
        """Return (m, n_labels): 1 where a label is more likely than not."""
        return (A.T > 0.5).astype(np.intp)

    def to_document(self) -> dict[str, Any]:
        """Return the number of labels as plain data."""
        return {"labels": self.n_outputs}


@dataclass(frozen=True, eq=False)
class Numbers:
    """Numbers to estimate, one or more for each sample; the network sees them with mean 0 and spread 1.

    Parameters
    ----------
    mean, scale : array (n_outputs, 1)
        Of the training targets; mean 0 and scale 1 leave them as they are.
    single : bool
        Whether y was a vector, and predictions are vectors too.
    """

    mean: Array
    scale: Array
    single: bool

    @classmethod
    def of(cls, y: Array, *, standardize: bool = True) -> Numbers:
        """Find mean and spread of the training targets."""
        Y = y.reshape(len(y), -1).T.astype(np.float64)
        if not standardize:
            return cls(np.zeros((len(Y), 1)), np.ones((len(Y), 1)), y.ndim == 1)
        spread = Y.std(axis=1, keepdims=True)
        return cls(Y.mean(axis=1, keepdims=True), np.where(spread > 0, spread, 1.0), y.ndim == 1)

    @property
    def n_outputs(self) -> int:
        """n[L]."""
        return len(self.mean)

    def encode(self, y: Array, dtype: Any) -> Array:
        """Return Y (n[L], m)."""
        Y = np.asarray(y, np.float64).reshape(len(y), -1).T
        if len(Y) != self.n_outputs:
            raise DataError(f"y: expected {self.n_outputs} numbers for each sample as in training; got {len(Y)}")
        return ((Y - self.mean) / self.scale).astype(dtype)

    def decode(self, A: Array) -> Array:
        """Return the estimates: (m,), or (m, n_outputs) where there are several."""
        y = (A * self.scale + self.mean).T
        return y[:, 0] if self.single else y

    def to_document(self) -> dict[str, Any]:
        """Return mean and scale as plain data."""
        return {"mean": self.mean[:, 0].tolist(), "scale": self.scale[:, 0].tolist(), "single": self.single}


Target = Classes | Labels | Numbers


def target_from_document(document: dict[str, Any]) -> Target:
    """Rebuild what `to_document` returned."""
    if "labels" in document:
        return Labels(int(document["labels"]))
    if "classes" in document:
        return Classes(np.asarray(document["classes"], dtype=np.dtype(document["dtype"])))
    mean, scale = (np.asarray(document[name], dtype=np.float64)[:, np.newaxis] for name in ("mean", "scale"))
    return Numbers(mean, scale, bool(document["single"]))


def _comparable(values: Array, y: Array) -> bool:
    return (values.dtype.kind in "UO") == (y.dtype.kind in "UO")
