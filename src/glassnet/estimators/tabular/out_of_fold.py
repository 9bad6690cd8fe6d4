"""Out-of-fold predictions of a stack: by them recipes are judged and the last layer is calibrated.

Every two networks leave out the same part of the rows, so that what each of them answers alone, and what both answer
together, tell how good the average of all will be.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from glassnet import equations
from glassnet.network import Network
from glassnet.typing import AnyArray

TEMPERATURES = 2 ** np.linspace(-1, 2, 25)  # 1 leaves the network as it is, 0.5 doubles its logits
PARTS = 8  # of the rows, of which every two networks leave out one


class Part(NamedTuple):
    """Rows that the same networks left out, and what these answer.

    Attributes
    ----------
    networks : sequence of int
        Their numbers in the stack.
    rows : array (r,)
        The indices of the rows.
    A : array (c, n[l], r)
        Of each of these c networks.
    """

    networks: Sequence[int]
    rows: AnyArray
    A: AnyArray

    @property
    def mean(self) -> AnyArray:
        """What the networks answer together, (n[l], r)."""
        return self.A.mean(axis=0, dtype=np.float64)


def pair_weights(
    labels: AnyArray | None, m: int, k: int, rng: np.random.Generator, groups: AnyArray | None = None
) -> AnyArray:
    """Return which network of a stack is trained on which sample: every two of them leave out the same part.

    It is an eighth, and less with more than 16 networks; with fewer than 16, some rows are left out by none. An odd one
    leaves out what the two before it do.
    """
    of_parts = fold_weights(labels, m, max(PARTS, k // 2), rng, groups)
    return of_parts[np.minimum(np.arange(k) // 2, max(k // 2 - 1, 0))]


def fold_weights(
    labels: AnyArray | None, m: int, k: int, rng: np.random.Generator, groups: AnyArray | None = None
) -> AnyArray:
    """Return which of k networks is trained on which sample, each leaving out a fold; no group is in two folds."""
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


def same_networks(mask: AnyArray) -> Iterator[tuple[list[int], AnyArray]]:
    """Yield networks that leave out the same rows, and these rows.

    Parameters
    ----------
    mask : array (k, 1, m)
        0 where a network leaves a row out.
    """
    found: dict[bytes, list[int]] = {}
    for network, weights in enumerate(mask[:, 0]):
        found.setdefault(weights.tobytes(), []).append(network)
    for networks in found.values():
        rows = np.flatnonzero(mask[networks[0], 0] == 0)
        if len(rows):
            yield networks, rows


def left_out(network: Network, X: Any, mask: AnyArray | None, *, layer: int | None = None) -> list[Part]:
    """Return what the networks answer to rows that they did not learn from.

    Parameters
    ----------
    network : Network
        One, or a stack of k.
    X : array (n[0], m)
        Features of all rows.
    mask : array (k, 1, m) or None
        0 where a network left a row out; None where no network saw any of them.
    layer : int, optional
        Whose A is asked for; None is the last.

    Returns
    -------
    list of Part
        One for the rows of each set of networks; without mask all rows and all networks.
    """
    if mask is None:
        every = list(range(network.n_networks or 1))
        A = np.concatenate([block for _, block in network.forward_in_blocks(X, layer=layer)], axis=-1)
        return [Part(every, np.arange(A.shape[-1]), A.reshape(-1, *A.shape[-2:]))]
    parts = []
    for networks, rows in same_networks(mask):
        blocks = network.some(networks).forward_in_blocks(X, layer=layer, samples=rows)
        parts.append(Part(networks, rows, np.concatenate([block for _, block in blocks], axis=-1)))
    return parts


def cost(parts: Sequence[Part], Y: AnyArray, loss: str, k: int, S: AnyArray | None = None) -> float:
    """Return what the mean of all k networks is going to cost on new rows.

    Of c networks that left the same rows out, each alone costs E_1 on them, and their mean E_c. The cost of the mean of
    j networks is a + v/j, where v is what differs from network to network; hence

        v = (E_1 - E_c) c / (c - 1)        E_k = E_1 - v + v / k

    exactly so for squared errors of networks that differ only by chance. For cross-entropy the cost is the squared
    error of the probabilities, summed over the classes (Brier 1950): cross-entropy mostly measures overconfidence, and
    an overconfident network can still be right more often. For any other loss it is the networks' own.

    Parameters
    ----------
    parts : sequence of Part
        Answers to rows left out.
    Y : array (n[L], m)
        Targets of all rows.
    loss : str
        Of the network.
    k : int
        Networks whose answers are going to be averaged.
    S : array (1, m), optional
        Weights of the rows.

    Returns
    -------
    float
        The mean over the rows left out.
    """
    costs, weights = [], []
    for part in parts:
        T, s = np.asarray(Y, np.float64)[:, part.rows], None if S is None else S[:, part.rows]
        c = len(part.A)
        alone = float(np.mean([_cost(A, T, loss, s) for A in part.A]))
        varying = 0.0 if c == 1 else min((alone - _cost(part.mean, T, loss, s)) * c / (c - 1), alone)
        costs.append(alone - varying + varying / k)
        weights.append(float(len(part.rows) if s is None else s.sum()))
    return float(np.average(costs, weights=weights)) if any(weights) else 0.0


def _cost(A: AnyArray, Y: AnyArray, loss: str, S: AnyArray | None) -> float:
    """Return the mean over the rows of the cost by which candidates are compared."""
    own = "squared_error" if loss == "cross_entropy" else loss
    return (2 if own != loss else 1) * float(equations.cost(np.asarray(A, np.float64), Y, own, sample_weight=S))


def combined(mask: AnyArray | None, S: AnyArray | None) -> AnyArray | None:
    """Return the product of fold weights and weights of rows."""
    return mask if S is None else S if mask is None else mask * S


def calibrate_temperature(
    network: Network, X: Any, Y: AnyArray, mask: AnyArray | None, S: AnyArray | None = None
) -> float:
    """Divide W[L] and b[L] by the temperature of least out-of-fold cross-entropy, and return that temperature.

    A network that learned smoothed labels is underconfident, one that was trained long is overconfident, and the mean
    of several is less confident than each. So the temperature is chosen for the mean of the networks that left a row
    out. The most probable class of a network stays the same. Source: Guo et al. 2017, arXiv 1706.04599.

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
        The temperature, in [.5, 4].
    """
    L, output, k = network.L, network.architecture.activations[-1], network.n_networks or 1
    W, b = (M.reshape(k, *M.shape[-2:]) for M in (network.W[L], network.b[L]))
    parts = left_out(network, X, mask, layer=L - 1)
    Z = [(W[part.networks] @ part.A + b[part.networks]).astype(np.float64) for part in parts]
    rows = np.concatenate([part.rows for part in parts])
    Y, S = np.asarray(Y, np.float64)[:, rows], None if S is None else S[:, rows]

    def cross_entropy(temperature: float) -> float:
        A = np.concatenate([equations.activation_forward(z / temperature, output).mean(axis=0) for z in Z], axis=-1)
        return float(equations.cost(A, Y, f"{output}_cross_entropy", sample_weight=S))

    best = float(min(TEMPERATURES[::-1], key=cross_entropy))
    before = network.vector.copy()
    network.W[L][...] /= best
    network.b[L][...] /= best
    if network.position is not None:
        network.position.follow(before, network.vector)  # resumed from the parameters before the division
    return best
