"""Where a training begins: first weights and the order of the rows, drawn as scikit-learn draws them."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from glassnet.network import Network
from glassnet.typing import AnyArray


class RandomOrder:
    """Draws each epoch's order from the one before it, as scikit-learn does: equal seeds, equal batches.

    Of a training that is resumed, so many `draws` for m samples came before.
    """

    def __init__(self, random_state: np.random.RandomState, masks: Any, m: int, draws: int) -> None:
        self.random_state: np.random.RandomState = random_state
        self.masks: Any = masks
        self.integers: Any = masks.integers  # dropout masks come from the network's own generator
        self.order: AnyArray = None
        self.draws: int = 0
        for _ in range(draws):
            self.permutation(m)

    def permutation(self, m: int) -> AnyArray:
        """Return the order of the m samples for the next epoch."""
        drawn = self.random_state.permutation(m)
        self.order = drawn if self.order is None else self.order[drawn]
        self.draws += 1
        return self.order


def draw_as_scikit_learn(net: Network, random_state: np.random.RandomState, activation: Any) -> None:
    """Draw weights, then biases, layer by layer from U(-limit, limit), limit² = 6 / (n + n_prev), or 2 for logistic.

    Glorot and Bengio 2010. The order is scikit-learn's, so equal seeds give equal networks; those of a stack are drawn
    one after the other.
    """
    hidden = net.architecture.activations[:-1]
    names = [*hidden, hidden[-1] if hidden else activation]  # the output layer follows the hidden one before it
    for network in range(net.n_networks or 1):
        for l, (name, (n_prev, n)) in enumerate(zip(names, pairwise(net.architecture.sizes), strict=True), start=1):
            limit = np.sqrt((2 if name in ("logistic", "sigmoid") else 6) / (n + n_prev))
            W, b = (M if net.n_networks is None else M[network] for M in (net.W[l], net.b[l]))
            W[...] = random_state.uniform(-limit, limit, (n_prev, n)).T
            b[...] = random_state.uniform(-limit, limit, n)[:, None]
