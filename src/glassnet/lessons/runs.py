"""How an experiment trains one network from several seeds: side by side, even where some diverge."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import numpy as np

from glassnet.errors import DivergedError
from glassnet.network import Network
from glassnet.training.several_fits import uninterrupted
from glassnet.typing import Array


def stack(sizes: Sequence[int], activations: Any, seeds: Sequence[Any], **settings: Any) -> Network:
    """Return networks of float64 side by side, one for each seed, each as it would start alone."""
    return Network(sizes, activations, seed=list(seeds), n_networks=len(seeds), **{"dtype": "float64", **settings})


def cost_curves(net: Network, X: Array, Y: Array, steps: int, **settings: Any) -> Array:
    """Train a stack, and return J before each step (steps, k); from where a network diverged on it is infinite.

    A diverged network ends the training of its whole stack, so each is then trained alone, from the same start. The
    stack's parameters are in that case those of its start.
    """
    k, start = net.n_networks or 1, net.vector.copy()
    try:
        return uninterrupted(net.fit(X, Y, iterations=steps, **settings)).cost
    except DivergedError:
        net.vector[...] = start
    curves = np.full((steps, k), np.inf)
    made_of = (net.architecture.sizes, net.architecture.activations, net.architecture.loss)
    for i in range(k):
        alone = Network(*made_of, dtype=net.dtype.name)
        alone.vector[...] = start[i]
        x, y = (M[i] if M.ndim == 3 else M for M in (X, Y))
        own = {name: value[i] if isinstance(value, list) else value for name, value in settings.items()}
        seen: list[float] = []
        with suppress(DivergedError):
            uninterrupted(alone.fit(x, y, iterations=steps, callbacks=[_noting(seen)], **own))
        curves[: len(seen), i] = seen
    return curves


def _noting(seen: list[float]) -> Any:
    return lambda progress: seen.append(progress.cost) if progress.moment == "epoch" else None
