"""The seeded inputs that exercises share: layers and networks of several shapes, one unit and one sample among them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from glassnet.lessons.grader.exercise import Case
from glassnet.typing import AnyArray

LAYERS = [(3, 2, 4), (3, 3, 3), (2, 4, 2), (4, 1, 1), (1, 1, 1), (1, 3, 5), (2, 2, 6)]  # n_prev, n, m
NETWORKS = [((3, 4, 1), 5), ((3, 3, 3, 1), 3), ((2, 2, 2, 2, 1), 4), ((2, 1, 1), 1), ((1, 1, 1, 1), 2), ((4, 1), 6)]
TWO_LAYERS = [((2, 4, 1), 5), ((3, 3, 1), 3), ((5, 2, 1), 4), ((2, 1, 1), 1), ((1, 3, 1), 7)]
FEATURES = [(2, 3), (3, 3), (4, 1), (1, 1), (1, 5), (5, 8)]  # n_x, m
Rng = np.random.Generator


def layer(rng: Rng, n_prev: int, n: int, m: int) -> tuple[AnyArray, AnyArray, AnyArray]:
    """Return A_prev (n_prev, m), W (n, n_prev), b (n, 1)."""
    return rng.normal(size=(n_prev, m)), rng.normal(size=(n, n_prev)), rng.normal(size=(n, 1))


def parameters_of(rng: Rng, sizes: tuple[int, ...]) -> dict[str, AnyArray]:
    """Return W1, b1, ... of a network with units that are not all dead."""
    parameters = {}
    for l in range(1, len(sizes)):
        parameters[f"W{l}"] = rng.normal(size=(sizes[l], sizes[l - 1]))
        parameters[f"b{l}"] = np.abs(rng.normal(size=(sizes[l], 1)))
    return parameters


def slopes_of(parameters: dict[str, AnyArray], rng: Rng) -> dict[str, AnyArray]:
    """Return dW1, db1, ... of these shapes."""
    return {f"d{name}": rng.normal(size=array.shape) for name, array in parameters.items()}


def networks(rng: Rng, shapes: Sequence[tuple[tuple[int, ...], int]] = NETWORKS) -> list[Case]:
    """Return (X, parameters) of each network."""
    return [(rng.normal(size=(sizes[0], m)), parameters_of(rng, sizes)) for sizes, m in shapes]


def labels(rng: Rng, m: int) -> AnyArray:
    """Return Y, (1, m), of zeros and ones in equal numbers."""
    return rng.permutation(np.arange(m) % 2)[None, :].astype(float)
