"""Small synthetic data, samples as columns: X (n_x, m) and Y (n_y, m)."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product

import numpy as np

from glassnet.planes import flower
from glassnet.typing import Array

__all__ = ["accuracy", "bits", "classes", "flower", "stacked"]


def classes(seed: int, n_x: int, m: int) -> tuple[Array, Array]:
    """Return m samples of n_x standard normal features, labelled by a smooth function of them."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n_x, m))
    inner = np.tanh(rng.standard_normal((6, n_x)) @ X / np.sqrt(n_x) * 2)
    return X, (rng.standard_normal((1, 6)) @ inner > 0).astype(float)


def bits(n: int) -> tuple[Array, Array]:
    """Return all 2^n columns of n bits, and their parity: 1 where the number of ones is odd."""
    X = np.array(list(product((0.0, 1.0), repeat=n))).T
    return X, X.sum(axis=0, keepdims=True) % 2


def stacked(samples: Iterable[tuple[Array, Array]]) -> tuple[Array, Array]:
    """Return the X and Y of several data sets of one size as stacks (k, n, m)."""
    X, Y = (np.stack(arrays) for arrays in zip(*samples, strict=True))
    return X, Y


def accuracy(A: Array, Y: Array) -> Array:
    """Return the share of columns on the right side of 0.5: a number, or (k,) for a stack."""
    share: Array = ((A > 0.5) == (Y > 0.5)).mean(axis=(-2, -1))
    return share
