"""The experiment about a line for labels: linear regression follows far samples, logistic regression does not."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from glassnet.lessons.data import accuracy, stacked
from glassnet.lessons.experiment import Evidence, Experiment, Finding, Picture, Table, mean_and_range, numbers
from glassnet.lessons.runs import cost_curves, stack
from glassnet.network import Network
from glassnet.typing import Array

SCALE = 10.0  # the feature is divided by it


def labels_by_a_line(
    seeds: Sequence[int], samples: int = 40, far: int = 12, outputs: Sequence[str] = ("identity", "sigmoid")
) -> Evidence:
    """Fit labels 0 and 1 with a straight line and with logistic regression, before and after far samples are added.

    Parameters
    ----------
    seeds : sequence of int
        One run for each.
    samples, far : int
        Samples around the boundary; samples of label 1 that lie far beyond it.
    outputs : (str, str)
        Activation of the line, and of logistic regression.

    Returns
    -------
    Evidence
        Findings, tables and pictures.
    """
    near = [_sizes(seed, samples, 0) for seed in seeds]
    more = [_sizes(seed, samples, far) for seed in seeds]
    X, Y = stacked(near)
    line, logistic = outputs
    nets = {(g, which): _fitted(g, data, seeds) for g in outputs for which, data in (("near", near), ("all", more))}
    right = {key: accuracy(net.forward(X), Y) for key, net in nets.items()}
    place = {key: SCALE * _crossing(net, key[0]) for key, net in nets.items()}
    A = nets[line, "all"].forward(stacked(more)[0])
    outside = ((A < 0) | (A > 1)).mean(axis=(1, 2))
    moved = {g: place[g, "all"] - place[g, "near"] for g in outputs}
    words = {"near": "without the far samples", "all": "with them"}
    rows = [(g, words[which], place[g, which].mean(), *mean_and_range(right[g, which])) for g, which in nets]
    x = np.linspace(0, 32, 161)
    curves = {f"{g}, {words[which]}": (x, net.forward(x[None, :] / SCALE)[0, 0]) for (g, which), net in nets.items()
              if (g, which) != (logistic, "near")}  # fmt: skip
    X_1, Y_1 = more[0]
    return Evidence(
        [
            Finding("line: accuracy that far samples of the right label cost", numbers(right[line, "near"] -
                    right[line, "all"]), at_least=0.05),
            Finding("logistic regression: the same", numbers(right[logistic, "near"] - right[logistic, "all"]),
                    at_most=0.03),
            Finding("line: its boundary moves by", numbers(moved[line]), at_least=1),
            Finding("line: share of answers that are no probabilities", numbers(outside), at_least=0.05),
        ],
        [Table(f"{samples} samples, and {far} far ones of label 1",
               ("output", "fitted", "boundary at", "accuracy near", "lowest", "highest"), rows)],
        [Picture("lines", "Label by size", {
            "series": curves, "dots": {"label 0": _of(X_1, Y_1, 0), "label 1": _of(X_1, Y_1, 1)},
            "x": "size", "y": "answer", "upto": 1.8,
        })],
        ["Squared error punishes answers beyond 1 as it does wrong ones, so far samples that are right pull the line."],
        f"{far} far samples of label 1 move the line's boundary from {place[line, 'near'].mean():.3g} to "
        f"{place[line, 'all'].mean():.3g} and cost it {(right[line, 'near'] - right[line, 'all']).mean():.1%} of the "
        f"near samples; logistic regression loses {(right[logistic, 'near'] - right[logistic, 'all']).mean():.1%}.",
    )  # fmt: skip


def _sizes(seed: int, m: int, far: int) -> tuple[Array, Array]:
    """Return sizes (1, m + far) around 6, labelled 1 above it with little noise, and far ones about 28."""
    rng = np.random.default_rng(seed)
    size = np.concatenate([rng.uniform(2, 5.7, m // 2), rng.uniform(6.3, 10, m - m // 2)])
    label = np.repeat([0.0, 1.0], [m // 2, m - m // 2])
    beyond = rng.uniform(26, 30, far)
    return np.r_[size, beyond][None, :] / SCALE, np.r_[label, np.ones(far)][None, :]


def _fitted(g: str, data: Sequence[tuple[Array, Array]], seeds: Sequence[int]) -> Network:
    loss = "squared_error" if g == "identity" else "cross_entropy"
    net = stack([1, 1], [g], seeds, loss=loss)
    cost_curves(net, *stacked(data), 3000, optimizer="adam", learning_rate=0.03)
    return net


def _crossing(net: Network, g: str) -> Array:
    """Return where the answer is 1/2."""
    half = 0.5 if g == "identity" else 0.0
    place: Array = ((half - net.b[1]) / net.W[1])[:, 0, 0]
    return place


def _of(X: Array, Y: Array, label: int) -> tuple[Array, Array]:
    return SCALE * X[0, Y[0] == label], Y[0, Y[0] == label]


EXPERIMENTS = {
    "labels-by-a-line": Experiment(
        "Why not linear regression for labels",
        "A straight line through labels 0 and 1 follows samples that are far and right, so that its boundary moves and "
        "near ones become wrong; logistic regression stays.",
        labels_by_a_line),
}  # fmt: skip
