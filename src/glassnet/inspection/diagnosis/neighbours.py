"""What a sample's nearest neighbours say about it: a second opinion that needs no training."""

from __future__ import annotations

from typing import Any

import numpy as np

Array = Any

K = 5
MOST_SAMPLES = 1000  # the distances of all pairs are taken


def nearest(X: Array) -> Array:
    """Return the numbers of each sample's K nearest others, (m, K), for X (n[0], m).

    Columns are compared at their own spread where it is above the middle one: no unit of measurement decides alone.
    """
    spread = X.std(axis=1, keepdims=True)
    varied = spread[spread > 0]
    R = ((X - X.mean(axis=1, keepdims=True)) / np.maximum(spread, np.median(varied) if len(varied) else 1.0)).T
    squares = (R * R).sum(axis=1)
    distances = squares[:, None] + squares - 2 * R @ R.T  # (m, m)
    np.fill_diagonal(distances, np.inf)
    return np.argpartition(distances, K - 1, axis=1)[:, :K]


def majority(labels: Array, neighbours: Array) -> tuple[Array, Array]:
    """Return the label that most of each sample's neighbours carry, and how many do: (m,), (m,)."""
    votes = (labels[neighbours][:, :, None] == np.arange(labels.max() + 1)).sum(axis=1)  # (m, K classes)
    return votes.argmax(axis=1), votes.max(axis=1)
