"""What a stack learns from the rows that its networks leave out: which kind to keep, and how sure to be.

Each of k networks leaves another k-th of the rows out, so that every row is judged once, by a network that never saw
it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from glassnet import equations
from glassnet.network import Network

Array = Any

TEMPERATURES = np.linspace(0.5, 1, 11)  # 1: as sure as it is, 0.5: twice as sure


def fold_weights(labels: Array | None, m: int, k: int, rng: np.random.Generator) -> Array:
    """Return (k, 1, m): 0 where a network leaves a sample out, each sample one network, classes dealt out evenly."""
    order = rng.permutation(m)
    if labels is not None:
        order = order[np.argsort(labels[order], kind="stable")]
    mask = np.ones((k, 1, m), np.float32)
    mask[np.arange(m) % k, 0, order] = 0
    return mask


def cost(network: Network, X: Array, Y: Array, mask: Array | None, S: Array | None = None) -> float:
    """Return what the answers for rows left out cost: 0 in `mask` (k, 1, m) says by which network, None: all by all.

    Of probabilities it is the mean squared error (Brier's score): cross-entropy asks above all whether a network is too
    sure, and one that is can still be right more often. Of all else it is the network's own loss. Means are weighted by
    S (1, m), where the rows have weights.
    """
    if network.architecture.loss == "cross_entropy":
        A, Y, S = _judged(network.forward(X), Y, mask, S)
        return 2 * float(equations.cost(A, Y, "squared_error", sample_weight=S))
    judges = None if mask is None else 1 - mask
    return float(np.mean(network.cost(X, Y, sample_weight=combined(judges, S))))


def combined(mask: Array | None, S: Array | None) -> Array | None:
    """Return the weights of the rows times 0 and 1 for each network, where there are such."""
    return mask if S is None else S if mask is None else mask * S


def calibrate_temperature(network: Network, X: Array, Y: Array, mask: Array | None, S: Array | None = None) -> float:
    """Make a network that learned smoothed labels as sure as rows that it left out allow; return the temperature.

    W[L] and b[L] are divided by the temperature for which cross-entropy is least (Guo et al. 2017, arXiv 1706.04599):
    the most probable class stays the same, its probability rises.

    Parameters
    ----------
    network : Network
        Whose last activation is sigmoid or softmax.
    X, Y : array (n[0], m), (n[L], m)
        Features, and labels without smoothing.
    mask : array (k, 1, m) or None
        0 where a network left a row out; None where no network saw any of them.
    S : array (1, m), optional
        Weights of the rows.
    """
    L, output = network.L, network.architecture.activations[-1]
    Z = network.W[L] @ network.forward(X, layer=L - 1) + network.b[L]
    Z, Y, S = _judged(Z.astype(np.float64), Y, mask, S)

    def cross_entropy(temperature: float) -> float:
        A = equations.activation_forward(Z / temperature, output)
        return float(equations.cost(A, Y, f"{output}_cross_entropy", sample_weight=S))

    best = float(min(TEMPERATURES[::-1], key=cross_entropy))
    before = network.vector.copy()
    network.W[L][...] /= best
    network.b[L][...] /= best
    if network.position is not None:
        network.position.follow(before, network.vector)  # training goes on from what it learned
    return best


def _judged(A: Array, Y: Array, mask: Array | None, S: Array | None) -> tuple[Array, Array, Array | None]:
    """Return answers (n, rows), labels and weights: of each sample the network's that left it out; without mask all."""
    Y = np.asarray(Y, np.float64)
    if mask is not None:
        return A[np.argmin(mask[:, 0], axis=0), :, np.arange(A.shape[-1])].T, Y, S
    stack = A.reshape(-1, *A.shape[-2:])
    return np.concatenate(stack, axis=-1), np.tile(Y, len(stack)), None if S is None else np.tile(S, len(stack))
