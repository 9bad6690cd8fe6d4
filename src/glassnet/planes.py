"""Points of a plane that a network learns to tell apart: X (2, m) and Y (n_y, m), samples as columns."""

from __future__ import annotations

import numpy as np

from glassnet.typing import Array


def flower(seed: int = 1, m: int = 400) -> tuple[Array, Array]:
    """Return a flower of two colours, which no straight line separates; seed 1 with m = 400 is the published one.

    Returns
    -------
    X, Y : array (2, m), (1, m)
        Places in the plane, and their colour, 0 or 1.
    """
    rng = np.random.RandomState(seed)  # the generator behind np.random.seed
    half = m // 2
    petals = []
    for colour in (0, 1):
        t = np.linspace(3.12 * colour, 3.12 * (colour + 1), half) + 0.2 * rng.randn(half)
        r = 4 * np.sin(4 * t) + 0.2 * rng.randn(half)
        petals.append(np.stack([r * np.sin(t), r * np.cos(t)]))
    return np.concatenate(petals, axis=1), np.repeat([[0.0, 1.0]], half, axis=1)


def moons(seed: int = 1, m: int = 400, noise: float = 0.1) -> tuple[Array, Array]:
    """Return two half circles that reach into each other; `noise` is the standard deviation around them.

    Returns
    -------
    X, Y : array (2, m), (1, m)
        Places in the plane, and which half circle each belongs to, 0 or 1.
    """
    rng = np.random.default_rng(seed)
    Y = np.arange(m) % 2
    t = np.pi * rng.random(m)
    X = np.where(Y, [1 - np.cos(t), 0.5 - np.sin(t)], [np.cos(t), np.sin(t)])
    return X + noise * rng.standard_normal((2, m)), Y[None].astype(float)


def circles(seed: int = 1, m: int = 400, noise: float = 0.1) -> tuple[Array, Array]:
    """Return a ring of radius 2 (0) around a disc of radius 1 (1); `noise` is the standard deviation around them.

    Returns
    -------
    X, Y : array (2, m), (1, m)
        Places in the plane, and which of both each belongs to.
    """
    rng = np.random.default_rng(seed)
    Y = np.arange(m) % 2
    t, u = 2 * np.pi * rng.random(m), rng.random(m)
    r = np.where(Y, np.sqrt(u), 2 + 0.5 * u)
    return r * [np.cos(t), np.sin(t)] + noise * rng.standard_normal((2, m)), Y[None].astype(float)


def xor(seed: int = 1, m: int = 400, noise: float = 0.1) -> tuple[Array, Array]:
    """Return a square whose quarters are 1 where both coordinates have one sign, and 0 where they differ.

    Returns
    -------
    X, Y : array (2, m), (1, m)
        Places in the plane, moved by `noise` times a normal number after they were labelled, and their label.
    """
    rng = np.random.default_rng(seed)
    X = rng.uniform(-1, 1, (2, m))
    return X + noise * rng.standard_normal((2, m)), (X[:1] * X[1:] > 0).astype(float)


def spiral(seed: int = 1, m: int = 400, noise: float = 0.1, turns: float = 1.5) -> tuple[Array, Array]:
    """Return two arms of a spiral that begin in the middle; `noise` is the standard deviation around them.

    Returns
    -------
    X, Y : array (2, m), (1, m)
        Places in the plane, and the arm of each, 0 or 1.
    """
    rng = np.random.default_rng(seed)
    Y = np.arange(m) % 2
    s = np.sqrt(rng.random(m))
    t = 2 * np.pi * turns * s + np.pi * Y
    return 4 * s * [np.cos(t), np.sin(t)] + noise * rng.standard_normal((2, m)), Y[None].astype(float)


def clusters(seed: int = 1, m: int = 400, k: int = 3, noise: float = 0.5) -> tuple[Array, Array]:
    """Return k clouds of points around a circle of radius 2; `noise` is the standard deviation of a cloud.

    Returns
    -------
    X, Y : array (2, m), (k, m)
        Places in the plane, and a 1 in the row of each one's cloud.
    """
    rng = np.random.default_rng(seed)
    of = np.arange(m) % k
    t = 2 * np.pi * of / k
    return 2 * np.array([np.cos(t), np.sin(t)]) + noise * rng.standard_normal((2, m)), np.eye(k)[of].T
