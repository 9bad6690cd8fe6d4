"""The nearest neighbours of a sample: a second prediction, which needs no training."""

from __future__ import annotations

import numpy as np

from glassnet.typing import Array, Indices

K = 5
MOST_SAMPLES = 1000  # the distances of all pairs are taken


def nearest(X: Array) -> Indices:
    """Return the numbers of each sample's K nearest others, (m, K), for X (n[0], m).

    Each feature is divided by its standard deviation, or by the median one where that is larger: no unit decides alone.
    """
    deviation = X.std(axis=1, keepdims=True)
    varied = deviation[deviation > 0]
    R = ((X - X.mean(axis=1, keepdims=True)) / np.maximum(deviation, np.median(varied) if len(varied) else 1.0)).T
    squares = (R * R).sum(axis=1)
    distances = squares[:, None] + squares - 2 * R @ R.T  # (m, m)
    np.fill_diagonal(distances, np.inf)
    return np.argpartition(distances, K - 1, axis=1)[:, :K]


def majority(labels: Indices, neighbours: Indices) -> tuple[Indices, Indices]:
    """Return the label that most of each sample's neighbours carry, and how many do: (m,), (m,)."""
    votes = (labels[neighbours][:, :, None] == np.arange(labels.max() + 1)).sum(axis=1)  # (m, K classes)
    return votes.argmax(axis=1), votes.max(axis=1)
