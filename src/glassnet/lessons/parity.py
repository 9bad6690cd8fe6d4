"""The experiment about depth: the parity of n bits by a deep narrow network, and by one hidden layer."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from glassnet.lessons.data import accuracy, bits
from glassnet.lessons.experiment import Evidence, Experiment, Finding, Picture, Table, middle, numbers
from glassnet.lessons.progress import tracked
from glassnet.lessons.runs import cost_curves, stack
from glassnet.network import Network
from glassnet.typing import Array


def deep_narrow(n: int) -> Network:
    """Return a network of two relu units a layer that computes the parity of n bits, n a power of 2.

    The first layer adds up the bits, s/n; each layer bends the line once more, t -> 2t up to 1/2 and 2 - 2t beyond:
    relu(2t) - relu(4t - 2). After log2 n layers the odd s are at 1, the even ones at 0.
    """
    L = int(np.log2(n))
    net = Network([n, *[2] * L, 1], [*["relu"] * L, "identity"], "squared_error", dtype="float64")
    fold = np.array([[1.0, -1.0]])  # t of the layer before, from its two units
    bend, shift = np.array([[2.0], [4.0]]), np.array([[0.0], [-2.0]])
    net.W[1], net.b[1] = bend @ np.full((1, n), 1 / n), shift
    for l in range(2, L + 1):
        net.W[l], net.b[l] = bend @ fold, shift
    net.W[L + 1], net.b[L + 1] = fold, np.zeros((1, 1))
    return net


def shallow(n: int) -> Network:
    """Return one hidden layer of n relu units that computes the parity: a kink for each change of direction."""
    net = Network([n, n, 1], ["relu", "identity"], "squared_error", dtype="float64")
    net.W[1], net.b[1] = np.ones((n, n)), -np.arange(n, dtype=float)[:, None]
    net.W[2], net.b[2] = np.array([[1.0, *(2.0 * (-1) ** i for i in range(1, n))]]), np.zeros((1, 1))
    return net


def one_for_each_pattern(n: int) -> Network:
    """Return one hidden layer whose units each know one of the 2^(n-1) patterns with an odd number of ones."""
    X, Y = bits(n)
    odd = X[:, Y[0] == 1].T
    net = Network([n, len(odd), 1], ["relu", "identity"], "squared_error", dtype="float64")
    net.W[1], net.b[1] = 2 * odd - 1, 1 - odd.sum(axis=1, keepdims=True)  # 1 at its pattern, at most 0 elsewhere
    net.W[2], net.b[2] = np.ones((1, len(odd))), np.zeros((1, 1))
    return net


def _some_bits(n: int, seed: int) -> tuple[Array, Array]:
    """Return columns of n bits with every number of ones, in a drawn order."""
    rng = np.random.default_rng(seed)
    X = rng.permuted((np.arange(n)[:, None] < np.arange(n + 1)).astype(float), axis=0)
    return X, X.sum(axis=0, keepdims=True) % 2


def _built(bits_of_built: Sequence[int], seed: int) -> tuple[dict[str, list[float]], list[float]]:
    """Return the hidden units of each kind of network built by hand, by bits, and the largest error of each network."""
    units: dict[str, list[float]] = {"deep narrow": [], "one hidden layer": [], "a unit for each pattern": []}
    wrong: list[float] = []
    for n in bits_of_built:
        X, Y = bits(n) if n <= 16 else _some_bits(n, seed)
        nets = {"deep narrow": deep_narrow(n), "one hidden layer": shallow(n)}
        if n <= 10:  # larger ones are only counted
            nets["a unit for each pattern"] = one_for_each_pattern(n)
        for way, known in units.items():
            known.append(sum(nets[way].architecture.sizes[1:-1]) if way in nets else 2.0 ** (n - 1))
        wrong += [float(np.abs(net.forward(X) - Y).max()) for net in nets.values()]
    return units, wrong


def _learned(
    seeds: Sequence[int], bits_of_trained: Sequence[int], tries: int, steps: int, g: str
) -> dict[tuple[int, int], Array]:
    """Return, by n and units of one hidden layer, the share of tries (seeds,) that learned every pattern."""
    learned = {}
    for n in tracked(bits_of_trained):
        X, Y = bits(n)
        for units in range(1, n + 3):
            found = []
            for seed in seeds:
                net = stack([n, units, 1], [g, "sigmoid"], np.random.SeedSequence(seed).generate_state(tries).tolist())
                cost_curves(net, X, Y, steps, optimizer="adam", learning_rate=0.05)
                found.append((accuracy(net.forward(X), Y) == 1).mean())
            learned[n, units] = np.array(found)
    return learned


def depth(
    seeds: Sequence[int],
    bits_of_built: Sequence[int] = (2, 4, 8, 16, 64, 256),
    bits_of_trained: Sequence[int] = (2, 3, 4, 5),
    tries: int = 20,
    steps: int = 1000,
    g: str = "relu",
) -> Evidence:
    """Units that parity needs: built by hand, and found by training one hidden layer of more and more units.

    Parameters
    ----------
    seeds : sequence of int
        One run for each.
    bits_of_built, bits_of_trained : sequence of int
        n of the networks built by hand, and of those trained.
    tries, steps : int
        Trainings for each seed, and steps of each.
    g : str
        Activation of the trained hidden layer.

    Returns
    -------
    Evidence
        Findings, tables and pictures.
    """
    built, wrong = _built(bits_of_built, seeds[0])
    learned = _learned(seeds, bits_of_trained, tries, steps, g)
    none = np.zeros(len(seeds))
    too_few = np.max([none, *(share for (n, units), share in learned.items() if units < n - 1)], axis=0)
    enough = np.min([learned[n, n + 2] for n in bits_of_trained[:2]], axis=0)
    ratio = np.array(built["one hidden layer"]) / built["deep narrow"]
    rows = [(n, *(known[i] for known in built.values()), int(np.log2(n))) for i, n in enumerate(bits_of_built)]
    of_trained = [(n, units, "yes" if units < n - 1 else "no", share.mean(), share.max())
                  for (n, units), share in learned.items()]  # fmt: skip
    return Evidence(
        [
            Finding("largest error of the networks built by hand, over the patterns", numbers(wrong), at_most=1e-9),
            Finding("units of one hidden layer over those of the deep network, most bits over fewest",
                    (float(ratio[-1] / ratio[0]),), at_least=2),
            Finding("one hidden layer of fewer than n - 1 units: share of trainings that learn parity",
                    numbers(too_few), at_most=0),
            Finding("one hidden layer of n + 2 units, few bits: the same", numbers(enough), at_least=0.1),
        ],
        [Table("Hidden units that compute the parity of n bits exactly",
               ("bits n", *built, "layers of the deep one"), rows),
         Table(f"One hidden layer, trained: {tries} starts a seed, {steps} steps of Adam",
               ("bits n", "units", "fewer than n - 1", "learned, mean share", "best seed"), of_trained)],
        [
            Picture("lines", "Hidden units for the parity of n bits", {
                "series": {way: (bits_of_built, np.where(np.array(known) < 1e5, known, np.nan))
                           for way, known in built.items()},
                "x": "bits n", "y": "hidden units", "log_x": True, "log_y": True, "points": True,
            }),
            Picture("lines", "One hidden layer, trained", {
                "series": {f"{n} bits": ([u for m, u in learned if m == n],
                                         *middle([learned[n, u] for m, u in learned if m == n]))
                           for n in bits_of_trained},
                "x": "hidden units", "y": "share of trainings that learn it", "points": True,
            }),
        ],
        ["Why n - 1: along the line from no bit to all of them, parity crosses 1/2 n times; one hidden layer of h "
         "relu units is made of at most h + 1 straight pieces there, each of which crosses once at most.",
         "The often quoted 2^(n-1) is for one layer whose units each know one pattern, as gates do; units that add "
         "need about n."],
        f"The parity of {bits_of_built[-1]} bits takes {built['deep narrow'][-1]} units in "
        f"{int(np.log2(bits_of_built[-1]))} layers, {built['one hidden layer'][-1]} in one; trained layers of fewer "
        f"than n - 1 units learned it in {too_few.max():.0%} of the trainings.",
    )  # fmt: skip


EXPERIMENTS = {
    "depth": Experiment(
        "Few units in many layers",
        "The parity of n bits takes 2 log2 n relu units in log2 n layers, but about n of them in one hidden layer.",
        depth, (5, 2), {"bits_of_built": (2, 4, 8, 64), "bits_of_trained": (2, 3, 4), "steps": 500}),
}  # fmt: skip
