"""Out-of-fold predictions of a stack: their cost decides which recipe is kept; the last layer is calibrated on them.

Each of k networks leaves out another k-th of the rows, so that each row is predicted by the network that was not
trained on it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from glassnet import equations
from glassnet.network import Network
from glassnet.typing import AnyArray

TEMPERATURES = np.linspace(0.5, 1, 11)  # 1 leaves the network as it is, 0.5 doubles its logits


def fold_weights(
    labels: AnyArray | None, m: int, k: int, rng: np.random.Generator, groups: AnyArray | None = None
) -> AnyArray:
    """Return which network of a stack is trained on which sample; one network leaves out all samples of a group."""
    if groups is not None:
        return _by_group(labels, groups, k, rng)
    order = rng.permutation(m)
    if labels is not None:
        order = order[np.argsort(labels[order], kind="stable")]
    mask = np.ones((k, 1, m), np.float32)
    mask[np.arange(m) % k, 0, order] = 0
    return mask


def _by_group(labels: AnyArray | None, groups: AnyArray, k: int, rng: np.random.Generator) -> AnyArray:
    """Deal groups to folds in turn, in the order of one of their labels each, and then of their size."""
    _, first, groups, sizes = np.unique(groups, return_index=True, return_inverse=True, return_counts=True)
    order = rng.permutation(len(sizes))
    order = order[np.argsort(-sizes[order], kind="stable")]
    if labels is not None:
        order = order[np.argsort(labels[first[order]], kind="stable")]
    fold = np.empty(len(sizes), np.intp)
    fold[order] = np.arange(len(sizes)) % k
    mask = np.ones((k, 1, len(groups)), np.float32)
    mask[fold[groups], 0, np.arange(len(groups))] = 0
    return mask


def cost(network: Network, X: AnyArray, Y: AnyArray, mask: AnyArray | None, S: AnyArray | None = None) -> float:
    """Return the cost of the predictions for rows left out.

    For cross-entropy it is the squared error of the probabilities, summed over the classes (Brier 1950): cross-entropy
    mostly measures overconfidence, and an overconfident network can still be right more often. For any other loss it is
    the network's own.

    Parameters
    ----------
    network : Network
        One, or a stack of k.
    X, Y : array (n[0], m), (n[L], m)
        Features and targets.
    mask : array (k, 1, m) or None
        0 where a network left a row out; None where no network was trained on any of them.
    S : array (1, m), optional
        Weights of the rows.

    Returns
    -------
    float
        The mean over the rows.
    """
    if network.architecture.loss == "cross_entropy":
        A, Y, S = _out_of_fold(network.forward_in_blocks(X), Y, mask, S)
        return 2 * float(equations.cost(A, Y, "squared_error", sample_weight=S))
    held_out = None if mask is None else 1 - mask
    return float(np.mean(network.cost(X, Y, sample_weight=combined(held_out, S))))


def combined(mask: AnyArray | None, S: AnyArray | None) -> AnyArray | None:
    """Return the product of fold weights and weights of rows."""
    return mask if S is None else S if mask is None else mask * S


def calibrate_temperature(
    network: Network, X: AnyArray, Y: AnyArray, mask: AnyArray | None, S: AnyArray | None = None
) -> float:
    """Divide W[L] and b[L] by the temperature of least out-of-fold cross-entropy, and return that temperature.

    A network that learned smoothed labels is underconfident. The division raises the probability of the most probable
    class, which stays the same. Source: Guo et al. 2017, arXiv 1706.04599.

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

    Returns
    -------
    float
        The temperature, in [.5, 1].
    """
    L, output = network.L, network.architecture.activations[-1]
    last = network.forward_in_blocks(X, layer=L - 1)
    Z, Y, S = _out_of_fold(((block, network.W[L] @ A + network.b[L]) for block, A in last), Y, mask, S)
    Z = Z.astype(np.float64)

    def cross_entropy(temperature: float) -> float:
        A = equations.activation_forward(Z / temperature, output)
        return float(equations.cost(A, Y, f"{output}_cross_entropy", sample_weight=S))

    best = float(min(TEMPERATURES[::-1], key=cross_entropy))
    before = network.vector.copy()
    network.W[L][...] /= best
    network.b[L][...] /= best
    if network.position is not None:
        network.position.follow(before, network.vector)  # resumed from the parameters before the division
    return best


def _out_of_fold(
    parts: Iterable[tuple[Any, AnyArray]], Y: AnyArray, mask: AnyArray | None, S: AnyArray | None
) -> tuple[AnyArray, AnyArray, AnyArray | None]:
    """Return outputs (n, rows), labels and weights, of each row from the network that left it out; without mask all."""
    Y = np.asarray(Y, np.float64)
    if mask is None:
        A = np.concatenate([part for _, part in parts], axis=-1)
        stack = A.reshape(-1, *A.shape[-2:])
        return np.concatenate(stack, axis=-1), np.tile(Y, len(stack)), None if S is None else np.tile(S, len(stack))
    rows = []
    for block, part in parts:
        network = np.argmin(mask[:, 0][block], axis=0)  # that left each row out
        rows.append(part[network, :, np.arange(part.shape[-1])])
    return np.concatenate(rows).T, Y, S
