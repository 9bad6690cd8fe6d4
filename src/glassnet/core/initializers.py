"""The table of initialisers: name -> the first W[l] (n, n_prev), drawn from a given generator.

Biases start at zero. The scale of a layer's weights decides whether the standard deviation of Z stays the same from
layer to layer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from glassnet.core import checks
from glassnet.core.activations import ACTIVATIONS
from glassnet.core.names import Option, choose
from glassnet.core.parameters import Parameters
from glassnet.errors import SettingError

Array = Any


class Initializer(NamedTuple):
    """One entry of the table: `draw(rng, n, n_prev)` and its distribution."""

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


def embedding_weights(rng: Any, shape: tuple[int, int, int]) -> Array:
    """Draw W[0] (g, d, t): N(0, 1) for the last row of each group, a number, U(±.3 / sqrt(t - 1)) for its bins."""
    W = rng.uniform(-0.3, 0.3, shape) / np.sqrt(max(1, shape[-1] - 1))
    W[..., -1] = rng.standard_normal(shape[:-1])
    return W


def names_of_layers(initializer: str | Sequence[str] | None, activations: Sequence[str]) -> list[str]:
    """Return the name for each layer: the one for all, one for each, or that of each layer's activation."""
    if initializer is None:
        names = [choose(ACTIVATIONS, g, "activation")[1].initializer for g in activations]
    else:
        if not isinstance(initializer, Iterable):
            raise SettingError(f"initializer: expected one name, or one for each layer; got {initializer!r}")
        names = [initializer] * len(activations) if isinstance(initializer, str) else list(initializer)
    if len(names) != len(activations):
        raise SettingError(
            f"initializer: expected one name, or one for each of {len(activations)} layers; got {len(names)}"
        )
    for name in names:
        choose(INITIALIZERS, name, "initializer")
    return names


def draw_weights(theta: Parameters, names: Sequence[str], seed: Any) -> np.random.Generator:
    """Draw W[1] ... W[L] of every network by the initialisers of the layers, and return the first network's generator.

    W[0] of an embedding is drawn first, by `embedding_weights`.

    A sequence of seeds starts each network of a stack as it would start alone.
    """
    stack = None if theta.vector.ndim == 1 else len(theta.vector)
    seeds = _seeds(seed, stack)
    generators = [checks.generator(each) for each in seeds]
    sources = [
        each if isinstance(each, np.random.RandomState) else rng for each, rng in zip(seeds, generators, strict=True)
    ]
    for network, rng in enumerate(sources if len(sources) > 1 else sources * (stack or 1)):
        for l in theta.W.numbers:
            W = theta.W.views[l] if stack is None else theta.W.views[l][network]
            draw = choose(INITIALIZERS, names[l - 1], "initializer")[1].draw
            W[...] = embedding_weights(rng, W.shape) if l == 0 else draw(rng, *W.shape)
    return generators[0]


def _seeds(seed: Any, stack: int | None) -> list[Any]:
    """Return the seeds as a list: one for all networks, or one for each."""
    if isinstance(seed, str) or not isinstance(seed, Sequence | np.ndarray):
        return [seed]
    if stack is None or len(seed) != stack:
        wanted = "one" if stack is None else f"one, or one for each of {stack} networks"
        raise SettingError(f"seed: expected {wanted}; got {len(seed)}")
    return list(seed)
