"""The experiment about the blocks of a network: LINEAR and g of each layer, what they keep, and the way back."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from glassnet import equations
from glassnet.lessons.data import classes
from glassnet.lessons.experiment import Evidence, Experiment, Finding, Picture, Table, numbers
from glassnet.network import Network
from glassnet.typing import Array

Cache = tuple[Array, Array, Array, Array]  # A[l-1], W[l], b[l], Z[l]


def blocks(
    seeds: Sequence[int],
    sizes: Sequence[int] = (5, 4, 3, 1),
    samples: int = 7,
    activation: str = "relu",
    slope_at: str = "Z",
) -> Evidence:
    """Go forward block by block, keep what each block was given, and go back with nothing else.

    Parameters
    ----------
    seeds : sequence of int
        One run for each.
    sizes : sequence of int
        n[0] to n[L].
    samples : int
        m.
    activation : str
        Of the hidden layers.
    slope_at : {"Z", "A"}
        Where the slope of g is taken on the way back; at A is a common mistake.

    Returns
    -------
    Evidence
        Findings, tables and pictures.
    """
    L = len(sizes) - 1
    g = [*[activation] * (L - 1), "sigmoid"]
    differences, numeric, misshapen = [], [], []
    for seed in seeds:
        X, Y = classes(seed, sizes[0], samples)
        net = Network(sizes, g, seed=seed, dtype="float64", initializer="glorot")
        for l in range(1, L + 1):  # away from 0, so that no slope is taken at relu's corner
            net.b[l] = np.random.default_rng(seed).uniform(0.1, 0.5, (sizes[l], 1))
        A, caches = _forward(net, X, g)
        slopes = _backward(A, Y, caches, g, slope_at)
        trained = net.gradients(X, Y)
        differences.append(max(np.abs(dW - trained.dW[l]).max() for l, (dW, _) in slopes.items()))
        misshapen.append(sum(dW.shape != net.W[l].shape or db.shape != net.b[l].shape
                             for l, (dW, db) in slopes.items()))  # fmt: skip
        numeric.append(net.check_gradients(X, Y).worst.difference)
    kept = sum(array.size for cache in caches for array in cache)
    rows = [(l, f"LINEAR, {g[l - 1].upper()}", *(f"{array.shape}" for array in caches[l - 1]), str(slopes[l][0].shape))
            for l in range(1, L + 1)]  # fmt: skip
    again = L * (L + 1) // 2
    return Evidence(
        [
            Finding("dW by blocks and their caches, largest difference to the code that trains", numbers(differences),
                    at_most=1e-12),
            Finding("the code that trains, largest relative difference to differences of J", numbers(numeric),
                    at_most=1e-6),
            Finding("slopes of another shape than their array", numbers(misshapen), at_most=0),
        ],
        [Table("What each block keeps, and what comes back", ("l", "block", "A[l-1]", "W[l]", "b[l]", "Z[l]", "dW[l]"),
               rows)],
        [Picture("blocks", "Forward above, backward below, what is kept between",
                 {"activations": g, "sizes": list(sizes)})],
        [f"Without caches the way back would compute each layer's Z from X once more: {again} blocks forward instead "
         f"of {L}."],
        f"The way back through {L} layers needs the {kept} numbers that the way there kept; its dW differ from those "
        f"of the code that trains by {max(differences):.2g}.",
    )  # fmt: skip


def _forward(net: Network, X: Array, g: Sequence[str]) -> tuple[Array, list[Cache]]:
    """Return A[L] and what each layer was given and made."""
    A, caches = X, []
    for l, name in enumerate(g, start=1):
        Z = equations.linear_forward(A, net.W[l], net.b[l])
        caches.append((A, net.W[l], net.b[l], Z))
        A = equations.activation_forward(Z, name)
    return A, caches


def _backward(
    A: Array, Y: Array, caches: Sequence[Cache], g: Sequence[str], slope_at: str
) -> dict[int, tuple[Array, Array]]:
    """Return dW[l] and db[l] by l, from A[L], Y and the caches alone."""
    dA, found = equations.cost_backward(A, Y), {}
    for l in range(len(g), 0, -1):
        A_prev, W, _, Z = caches[l - 1]
        at = Z if slope_at == "Z" else equations.activation_forward(Z, g[l - 1])
        dZ = equations.activation_backward(dA, at, g[l - 1])
        dA, dW, db = equations.linear_backward(dZ, A_prev, W)
        found[l] = (dW, db)
    return found


EXPERIMENTS = {
    "blocks": Experiment(
        "Forward and backward, block by block",
        "Backward propagation needs of each layer only what forward propagation kept: A[l-1], W[l], b[l] and Z[l].",
        blocks),
}  # fmt: skip
