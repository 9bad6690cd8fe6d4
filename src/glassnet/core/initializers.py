"""The table of initialisers: name -> the first W[l] (n, n_prev), drawn from a generator that is handed in.

Biases start at zero. The scale of a layer's weights decides whether Z keeps its spread from layer to layer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from glassnet.core.names import Option

Array = Any


class Initializer(NamedTuple):
    """One entry of the table: `draw(rng, n, n_prev)` and the formula of its spread."""

    draw: Callable[..., Array]
    formula: str
    options: Mapping[str, Option] = {}


def zeros(rng: Any, n: int, n_prev: int) -> Array:
    """Start at zero: every unit of a layer stays like every other (the symmetry problem)."""
    return np.zeros((n, n_prev))


def constant(rng: Any, n: int, n_prev: int, value: float = 0.5) -> Array:
    """Start at one value everywhere: the symmetry problem, visibly."""
    return np.full((n, n_prev), value)


def normal(rng: Any, n: int, n_prev: int, scale: float = 0.01) -> Array:
    """Draw from a normal distribution, `scale` times N(0, 1)."""
    return scale * rng.standard_normal((n, n_prev))


def _scaled_normal(variance: Callable[[int, int], float]) -> Callable[..., Array]:
    return lambda rng, n, n_prev: rng.standard_normal((n, n_prev)) * np.sqrt(variance(n, n_prev))


def _scaled_uniform(variance: Callable[[int, int], float]) -> Callable[..., Array]:
    def draw(rng: Any, n: int, n_prev: int) -> Array:
        limit = np.sqrt(3 * variance(n, n_prev))  # the variance of U(-limit, limit) is limit²/3
        return rng.uniform(-limit, limit, (n, n_prev))

    return draw


def he(n: int, n_prev: int) -> float:
    """Variance of He et al. 2015, for the relu family, which halves the variance."""
    return 2 / n_prev


def glorot(n: int, n_prev: int) -> float:
    """Variance of Glorot and Bengio 2010: a compromise between the forward and the backward pass."""
    return 2 / (n + n_prev)


def lecun(n: int, n_prev: int) -> float:
    """Variance of LeCun et al. 1998: keeps the variance of Z at that of A_prev."""
    return 1 / n_prev


INITIALIZERS: dict[str, Initializer] = {
    "zeros": Initializer(zeros, "0"),
    "constant": Initializer(constant, "value", {"value": Option(0.5, "(-inf, inf)")}),
    "normal": Initializer(normal, "scale * N(0, 1)", {"scale": Option(0.01, "[0, inf)")}),
    "he": Initializer(_scaled_normal(he), "N(0, 2 / n_prev)"),
    "he_uniform": Initializer(_scaled_uniform(he), "U(±sqrt(6 / n_prev))"),
    "glorot": Initializer(_scaled_normal(glorot), "N(0, 2 / (n + n_prev))"),
    "glorot_uniform": Initializer(_scaled_uniform(glorot), "U(±sqrt(6 / (n + n_prev)))"),
    "lecun": Initializer(_scaled_normal(lecun), "N(0, 1 / n_prev)"),
    "lecun_uniform": Initializer(_scaled_uniform(lecun), "U(±sqrt(3 / n_prev))"),
}
