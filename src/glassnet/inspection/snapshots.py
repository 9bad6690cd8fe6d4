"""Snapshots: the quantiles of Z, A and dZ of every layer, taken again and again while a network trains."""

from __future__ import annotations

from typing import Any

import numpy as np

from glassnet.training.history import Progress
from glassnet.typing import Array, ArrayLike, Columns

QUANTILES = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)
LETTERS = ("Z", "A", "dZ")


class Snapshots:
    """A callback of a training that keeps the quantiles of each layer's Z, A and dZ.

    Parameters
    ----------
    network : Network
        The one that is trained; not a stack.
    X, Y : array (n[0], m), (n[L], m)
        The samples that are passed through it, one per column; a few hundred are enough.
    times : int
        About how many snapshots a training leaves, the one before its first step included.

    Attributes
    ----------
    epochs : list of int
        When the snapshots were taken; 0 is before the first step.
    quantiles : dict of str to list
        ``quantiles["Z"][l]`` is a list of the seven numbers at `QUANTILES`, one for each snapshot; entry 0 is unused.
    zeros : dict of str to list
        The share of numbers that are exactly 0, in the same order.

    Examples
    --------
    >>> from glassnet import Network
    >>> net, X, Y = Network([2, 3, 1], "tanh", seed=1), np.ones((2, 4)), np.ones((1, 4))
    >>> snapshots = Snapshots(net, X, Y, times=10)
    >>> _ = net.fit(X, Y, epochs=20, callbacks=[snapshots])
    >>> snapshots.epochs
    [0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20]
    """

    def __init__(self, network: Any, X: Columns, Y: ArrayLike, times: int = 50) -> None:
        self.network: Any = network  # inspection is below the network, so it is not named here
        self.X: Columns = X
        self.Y: ArrayLike = Y
        self.times: int = times
        self.epochs: list[int] = []
        layers = range(network.L + 1)
        self.quantiles: dict[str, list[list[Array]]] = {letter: [[] for _ in layers] for letter in LETTERS}
        self.zeros: dict[str, list[list[float]]] = {letter: [[] for _ in layers] for letter in LETTERS}

    def __call__(self, progress: Progress) -> None:
        """Take a snapshot, where it is time for one."""
        every = max(1, progress.epochs // self.times)
        is_due = progress.epoch % every == 0 or progress.moment == "end"
        if not is_due or progress.epoch in self.epochs[-1:]:
            return
        self.epochs.append(progress.epoch)
        trace = self.network.trace(self.X, self.Y)
        for letter in LETTERS:
            for l in range(1, self.network.L + 1):
                M = getattr(trace, letter)[l]
                self.quantiles[letter][l].append(np.quantile(M, QUANTILES))
                self.zeros[letter][l].append(float(np.mean(M == 0)))
