"""The experiment about how much data and how large a network: each helps where there is enough of the other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from glassnet.lessons.data import accuracy, stacked
from glassnet.lessons.experiment import Evidence, Experiment, Finding, Picture, Table, middle, numbers
from glassnet.lessons.progress import tracked
from glassnet.lessons.runs import cost_curves, stack
from glassnet.typing import Array


def data_and_size(
    seeds: Sequence[int],
    samples: Sequence[int] = (20, 60, 200, 600, 2000),
    hidden: Sequence[int] = (0, 3, 30),
    petals: int = 3,
    steps: int = 1500,
) -> Evidence:
    """Train networks of several sizes on more and more samples of a flower with many petals; score them on new ones.

    Parameters
    ----------
    seeds : sequence of int
        One run for each.
    samples : sequence of int
        m of each training.
    hidden : sequence of int
        Hidden units of each network; 0 is logistic regression.
    petals : int
        Petals of each of two colours.
    steps : int
        Steps of Adam.

    Returns
    -------
    Evidence
        Findings, tables and pictures.
    """
    X_test, Y_test = stacked(_petals(10_000 + seed, 2000, petals) for seed in seeds)
    error = {}  # by (hidden, m): (seeds,)
    for n, m in tracked((n, m) for n in hidden for m in samples):
        X, Y = stacked(_petals(seed, m, petals) for seed in seeds)
        net = stack([2, *([n] if n else []), 1], [*(["tanh"] if n else []), "sigmoid"], seeds, initializer="glorot")
        cost_curves(net, X, Y, steps, optimizer="adam", learning_rate=0.02)
        error[n, m] = 1 - accuracy(net.forward(X_test), Y_test)
    names = {n: f"{n} hidden units" if n else "logistic regression" for n in hidden}
    few, many, small, large = samples[0], samples[-1], hidden[0], hidden[-1]
    gain = {m: error[small, m] - error[large, m] for m in (few, many)}
    rows = [(m, *(error[n, m].mean() for n in hidden)) for m in samples]
    return Evidence(
        [
            Finding("largest network: error that more data take away", numbers(error[large, few] - error[large, many]),
                    at_least=0.1),
            Finding("smallest network: the same, mean of the seeds",
                    ((error[small, few] - error[small, many]).mean(),), at_most=0.08),
            Finding("most samples: error that size takes away", numbers(gain[many]), at_least=0.15),
            Finding("fewest samples: the same, in parts of that", (gain[few].mean() / gain[many].mean(),), at_most=0.5),
        ],
        [Table(f"Error on 2000 new samples, {steps} steps of Adam, mean of {len(seeds)} seeds",
               ("m", *names.values()), rows)],
        [Picture("lines", "Error on new samples", {
            "series": {names[n]: (samples, *middle([error[n, m] for m in samples])) for n in hidden},
            "x": "training samples m", "y": "error", "log_x": True, "points": True, "from_zero": True, "upto": 0.8,
        })],
        ["More data help a network that is large enough; a larger network helps where the data are enough."],
        f"From {few} to {many} samples the error of {names[large]} falls from {error[large, few].mean():.1%} to "
        f"{error[large, many].mean():.1%}, that of {names[small]} from {error[small, few].mean():.1%} to "
        f"{error[small, many].mean():.1%}.",
    )  # fmt: skip


def _petals(seed: int, m: int, petals: int) -> tuple[Array, Array]:
    """Return m places in a disc, labelled by the petal they lie in, two colours in turn; the petals are bent."""
    rng = np.random.default_rng(seed)
    turn, r = rng.uniform(0, 2 * np.pi, m), np.sqrt(rng.random(m)) * 2
    label = np.sin(petals * turn + 2 * r) > 0
    return np.stack([r * np.cos(turn), r * np.sin(turn)]), label.astype(float)[None, :]


EXPERIMENTS = {
    "data-and-size": Experiment(
        "More data, larger networks",
        "More data help where the network is large enough, and a larger network where the data are many: with few "
        "samples size changes less, and a small network gains little from more data.",
        data_and_size, (5, 3), {"samples": (20, 200, 2000), "steps": 800}),
}  # fmt: skip
