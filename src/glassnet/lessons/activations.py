"""Experiments about g: what is lost without it, and what each activation does to Z, slopes and descent."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

import numpy as np

from glassnet import equations
from glassnet.lessons.data import accuracy, classes, flower, stacked
from glassnet.lessons.experiment import (
    Evidence,
    Experiment,
    Finding,
    Picture,
    Table,
    bars,
    curves,
    mean_and_range,
    numbers,
)
from glassnet.lessons.progress import tracked
from glassnet.lessons.runs import cost_curves, stack
from glassnet.network import Network
from glassnet.typing import AnyArray


# ---------------------------------------------------------------- linear collapse
def linear_collapse(
    seeds: Sequence[int],
    g: str = "identity",
    depths: Sequence[int] = (1, 2, 3, 5, 8),
    units: int = 10,
    steps: int = 2000,
) -> Evidence:
    """Compare deep networks of identity layers with the one layer W' = W[L] ... W[1], b', and logistic regression.

    Parameters
    ----------
    seeds : sequence of int
        One run for each.
    g : str
        Activation of the hidden layers.
    depths : sequence of int
        Hidden layers.
    units, steps : int
        Units of a hidden layer, steps of gradient descent.

    Returns
    -------
    Evidence
        Findings, tables and pictures.
    """
    X, Y = stacked(flower(seed) for seed in seeds)
    differences, right = [], {}
    for depth in tracked(depths):
        net = stack([2, *[units] * depth, 1], [*[g] * depth, "sigmoid"], seeds, initializer="glorot")
        cost_curves(net, X, Y, steps, learning_rate=0.1)
        W, b = collapsed(net.W.views, net.b.views)
        differences.append(np.abs(equations.activation_forward(W @ X + b, "sigmoid") - net.forward(X)).max(axis=(1, 2)))
        right[f"{depth} layers of {g}" if depth > 1 else f"1 layer of {g}"] = accuracy(net.forward(X), Y)
        line, bent = net, _bend(net)
    logistic = stack([2, 1], ["sigmoid"], seeds)
    tanh = stack([2, units, 1], ["tanh", "sigmoid"], seeds)
    for net, alpha in ((logistic, 0.1), (tanh, 1.2)):
        cost_curves(net, X, Y, steps, learning_rate=alpha)
    right = {"logistic regression": accuracy(logistic.forward(X), Y), **right}
    most = np.max([value for name, value in right.items() if name.endswith(g)], axis=0)
    right["one layer of tanh"] = accuracy(tanh.forward(X), Y)
    of_depth = ["", *(value.max() for value in differences), ""]
    rows = [(name, "" if of == "" else f"{of:.2g}", *mean_and_range(value))
            for (name, value), of in zip(right.items(), of_depth, strict=True)]  # fmt: skip
    head = ("hidden layers", "largest difference to W'x + b'", "accuracy", "lowest", "highest")
    return Evidence(
        [
            Finding("largest difference between network and W'x + b'", numbers(np.max(differences, axis=0)),
                    at_most=1e-10),
            Finding("bend of Z[L] over the plane, relative to its range: a straight boundary", numbers(bent),
                    at_most=1e-9),
            Finding(f"accuracy that layers of {g} add to logistic regression",
                    numbers(most - right["logistic regression"]), at_most=0.06),
            Finding("accuracy that one layer of tanh adds", numbers(right["one layer of tanh"] - most), at_least=0.1),
        ],
        [Table(f"The flower, hidden layers of {units} units, {steps} steps", head, rows)],
        [_regions(line, X[0], Y[0], f"{depths[-1]} layers of {g}: one line"),
         _regions(tanh, X[0], Y[0], "one layer of tanh: bent"),
         bars("Accuracy on the flower", right, "accuracy, mean of the seeds")],
        ["Where A = 1/2 the colours change: that is W'x + b' = 0, a straight line, as long as all of g is linear; the "
         "sigmoid of the output moves no boundary."],
        f"{depths[-1]} layers of {g} have {most.mean():.1%} of the flower right, logistic regression "
        f"{right['logistic regression'].mean():.1%}, one layer of tanh {right['one layer of tanh'].mean():.1%}.",
    )  # fmt: skip


def _plane(net: Network, n: int) -> tuple[AnyArray, AnyArray]:
    """Return the places along each axis of the flower's plane, and A[L] there (k, n, n)."""
    along = np.linspace(-4.5, 4.5, n)
    places = np.stack(np.meshgrid(along, along)).reshape(2, -1)
    return along, net.forward(places)[:, 0].reshape(-1, n, n)


def _bend(net: Network) -> AnyArray:
    """Return how far logit A[L] is from linear over the plane (k,): its second differences, relative to its range."""
    _, A = _plane(net, 21)
    Z = np.log(A / (1 - A))
    bent = np.max([np.abs(np.diff(Z, 2, axis=axis)).max(axis=(1, 2)) for axis in (1, 2)], axis=0)
    share: AnyArray = bent / np.ptp(Z, axis=(1, 2))
    return share


def _regions(net: Network, X: AnyArray, Y: AnyArray, title: str) -> Picture:
    """Draw what the first network of a stack answers over the plane, and the samples it was trained on."""
    along, A = _plane(net, 121)
    dots = {f"y = {label}": tuple(X[:, Y[0] == label]) for label in (0, 1)}
    return Picture("surface", title, {
        "along": along, "up": along, "heights": A[0], "levels": [0, 0.25, 0.5, 0.75, 1], "dots": dots,
        "x": "x1", "y": "x2", "z": "A",
    })  # fmt: skip


def collapsed(W: Sequence[AnyArray], b: Sequence[AnyArray]) -> tuple[AnyArray, AnyArray]:
    """Return W' and b' with W'x + b' = W[L](... (W[1]x + b[1]) ...) + b[L]."""
    layers = list(zip(W[1:], b[1:], strict=True))
    return reduce(lambda below, layer: (layer[0] @ below[0], layer[0] @ below[1] + layer[1]), layers)


# ---------------------------------------------------------------- activations
def activations(
    seeds: Sequence[int],
    compared: Sequence[str] = ("sigmoid", "tanh", "relu", "leaky_relu"),
    hidden: Sequence[int] = (30, 30, 30),
    samples: int = 400,
    steps: int = 1000,
    learning_rate: float = 0.1,
) -> Evidence:
    """Compare four activations: values, slopes, saturation, and how fast J falls from the same start.

    Parameters
    ----------
    seeds : sequence of int
        One run for each.
    compared : (str, str, str, str)
        Activations: sigmoid, tanh, relu, leaky relu.
    hidden : sequence of int
        Units of each hidden layer.
    samples, steps : int
        Samples, steps of gradient descent.
    learning_rate : float
        Its learning rate.

    Returns
    -------
    Evidence
        Findings, tables and pictures.
    """
    z = np.linspace(-8, 8, 321)[None, :]
    value = {g: equations.activation_forward(z, g)[0] for g in compared}
    slope = {g: equations.activation_backward(np.ones_like(z), z, g)[0] for g in compared}
    numeric = {g: _difference_quotient(z, g) for g in compared}
    error = max(np.abs(slope[g] - numeric[g])[np.abs(z[0]) > 1e-3].max() for g in compared)  # relu has a corner at 0
    X, Y = stacked(classes(seed, 20, samples) for seed in seeds)
    start, J, reaches = stack([20, *hidden, 1], None, seeds, initializer="glorot").vector, {}, {}
    for g in tracked(compared):
        net = stack([20, *hidden, 1], [*[g] * len(hidden), "sigmoid"], seeds)
        net.vector[...] = start
        slopes = net.gradients(X, Y)
        reaches[g] = _size(slopes.dW[1]) / _size(slopes.dW[len(hidden) + 1])
        J[g] = cost_curves(net, X, Y, steps, learning_rate=learning_rate)
    last = {g: J[g][-1] for g in compared}
    sigmoid, tanh, relu, leaky = compared
    at_6 = [int(np.abs(z[0] - place).argmin()) for place in (-6, 6)]
    near = z[0][np.abs(z[0]) <= 4]
    table_of_slopes = Table("Slopes", ("g", "largest slope", "slope at -6", "slope at 0", "slope at 6"), [
        (g, slope[g].max(), slope[g][at_6[0]], slope[g][160], slope[g][at_6[1]]) for g in compared
    ])  # fmt: skip
    head = ("g", "dW[1]/dW[L] at the start", "J", "lowest", "highest")
    rows = [(g, reaches[g].mean(), *mean_and_range(last[g])) for g in compared]
    return Evidence(
        [
            Finding("slope against its difference quotient, largest error", (error,), at_most=1e-6),
            Finding("largest slope of sigmoid over that of tanh",
                    (slope[sigmoid].max() / slope[tanh].max(),), 0.2499, 0.2501),
            Finding("slope at z = 6 of sigmoid over its largest: saturated",
                    (slope[sigmoid][at_6[1]] / slope[sigmoid].max(),), at_most=0.01),
            Finding("slope of relu and leaky relu at z = 6: not saturated",
                    (slope[relu][at_6[1]], slope[leaky][at_6[1]]), at_least=1),
            Finding("dW[1]/dW[L] of sigmoid over that of tanh", numbers(reaches[sigmoid] / reaches[tanh]), at_most=0.8),
            Finding("J of sigmoid above J of tanh", numbers(last[sigmoid] - last[tanh]), at_least=0.05),
            Finding("J of sigmoid above J of relu", numbers(last[sigmoid] - last[relu]), at_least=0.05),
            Finding("J of sigmoid above J of leaky relu", numbers(last[sigmoid] - last[leaky]), at_least=0.05),
        ],
        [table_of_slopes,
         Table(f"20-{'-'.join(map(str, hidden))}-1, the same start, {steps} steps of {learning_rate:g}", head, rows)],
        [
            Picture("lines", "g(z)", {
                "series": {g: (near, value[g][np.abs(z[0]) <= 4]) for g in compared}, "x": "z", "y": "g",
            }),
            Picture("lines", "Slope g'(z)", {"series": {g: (z[0], slope[g]) for g in compared}, "x": "z", "y": "g'"}),
            curves("Descent from the same start", J, y="J"),
        ],
        [],
        f"From the same start, {steps} steps bring J to {last[sigmoid].mean():.3g} with {sigmoid}, "
        f"{last[tanh].mean():.3g} with {tanh}, {last[relu].mean():.3g} with {relu}, {last[leaky].mean():.3g} with "
        f"{leaky}; the largest slope of {sigmoid} is {slope[sigmoid].max():.3g}.",
    )  # fmt: skip


def _difference_quotient(z: AnyArray, g: str, h: float = 1e-5) -> AnyArray:
    above, below = (equations.activation_forward(z + step, g) for step in (h, -h))
    return (above - below)[0] / (2 * h)


def _size(M: AnyArray) -> AnyArray:
    return np.sqrt((M**2).mean(axis=(-2, -1)))


EXPERIMENTS = {
    "linear-collapse": Experiment(
        "Why g must not be linear",
        "However many layers of identity a network has, it is one linear layer W'x + b', and learns no more than that.",
        linear_collapse, small={"depths": (1, 3), "steps": 1000}),
    "activations": Experiment(
        "Sigmoid, tanh, relu, leaky relu",
        "Sigmoid has the smallest slopes and saturates; from the same start J falls faster with tanh, relu and "
        "leaky relu.",
        activations, small={"hidden": (20, 20, 20), "samples": 100, "steps": 400}),
}  # fmt: skip
