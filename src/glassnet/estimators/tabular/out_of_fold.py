"""Out-of-fold predictions of a stack: by them recipes are judged and the last layer is calibrated.

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


def cost(A: AnyArray, Y: AnyArray, loss: str, mask: AnyArray | None, S: AnyArray | None = None) -> float:
    """Return the cost of the answers for rows left out.

    For cross-entropy it is the squared error of the probabilities, summed over the classes (Brier 1950): cross-entropy
    mostly measures overconfidence, and an overconfident network can still be right more often. For any other loss it is
    the network's own.

    Parameters
    ----------
    A : array (n[L], m) or (k, n[L], m)
        Of a network, or of each network of a stack.
    Y : array (n[L], m)
        Targets.
    loss : str
        Of the network.
    mask : array (k, 1, m) or None
        0 where a network left a row out; None where no network was trained on any of them.
    S : array (1, m), optional
        Weights of the rows.

    Returns
    -------
    float
        The mean over the rows.
    """
    outputs, rows = of_rows(np.asarray(A, np.float64), mask)
    Y, S = np.asarray(Y, np.float64)[:, rows], None if S is None else S[:, rows]
    if loss == "cross_entropy":
        return 2 * float(equations.cost(outputs, Y, "squared_error", sample_weight=S))
    return float(equations.cost(outputs, Y, loss, sample_weight=S))


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
    Z = selected(((block, network.W[L] @ A + network.b[L]) for block, A in last), mask)
    Z, rows = of_rows(Z.astype(np.float64), None)
    Y, S = np.asarray(Y, np.float64)[:, rows], None if S is None else S[:, rows]

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


def selected(parts: Iterable[tuple[Any, AnyArray]], mask: AnyArray | None) -> AnyArray:
    """Return outputs that come some samples at a time, of each row from the network that left it out.

    Parameters
    ----------
    parts : iterable of (index, array)
        As `Network.forward_in_blocks` yields them.
    mask : array (k, 1, m) or None
        0 where a network left a row out; None where no network saw any of them.

    Returns
    -------
    array (n, m), or without mask (k, n, m)
        Without mask those of every network.
    """
    if mask is None:
        return np.concatenate([part for _, part in parts], axis=-1)
    left_out = ((np.argmin(mask[:, 0][block], axis=0), part) for block, part in parts)
    return np.concatenate([part[network, :, np.arange(part.shape[-1])] for network, part in left_out]).T


def of_rows(A: AnyArray, mask: AnyArray | None) -> tuple[AnyArray, AnyArray]:
    """Return outputs for rows that the network did not learn from.

    Parameters
    ----------
    A : array (n, m) or (k, n, m)
        Of a network, or of each network of a stack.
    mask : array (k, 1, m) or None
        0 where a network left a row out; None where no network saw any of them.

    Returns
    -------
    outputs : array (n, rows)
        Of each row from the network that left it out; without mask those of every network.
    rows : array (rows,)
        The index of each.
    """
    m = A.shape[-1]
    if mask is not None:
        return A[np.argmin(mask[:, 0], axis=0), :, np.arange(m)].T, np.arange(m)
    stack = A.reshape(-1, *A.shape[-2:])
    return np.concatenate(stack, axis=-1), np.tile(np.arange(m), len(stack))
