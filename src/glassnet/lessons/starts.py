"""Experiments about the first weights: equal units stay equal, and the scale decides."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np

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
from glassnet.training.several_fits import uninterrupted
from glassnet.typing import AnyArray


# ---------------------------------------------------------------- symmetry
def symmetry(
    seeds: Sequence[int],
    alike: Sequence[str] = ("zeros", "constant(0.5)"),
    different: str = "normal(0.01)",
    steps: int = 2000,
    units: int = 4,
    learning_rate: float = 1.2,
) -> Evidence:
    """Train the flower with hidden units that start alike, and with units that start at small random numbers.

    Parameters
    ----------
    seeds : sequence of int
        One run for each.
    alike : sequence of str
        Initialisers that give every hidden unit the same weights.
    different : str
        An initialiser with random weights.
    steps, units : int
        Steps of gradient descent, hidden units.
    learning_rate : float
        Of gradient descent.

    Returns
    -------
    Evidence
        Findings, tables and pictures.
    """
    apart, right = {}, {}  # by initialiser: (steps + 1, seeds) and (seeds,)
    X, Y = stacked(flower(seed) for seed in seeds)
    for name in tracked((*alike, different)):
        net = stack([2, units, 1], ["tanh", "sigmoid"], seeds, initializer=name)
        distances = [_apart(net)]
        uninterrupted(net.fit(X, Y, iterations=steps, learning_rate=learning_rate, engine="numpy",
                              callbacks=[partial(_note, net, distances)]))  # fmt: skip
        apart[name], right[name] = np.array(distances), accuracy(net.forward(X), Y)
    rows = [(name, apart[name].max(), apart[name][-1].min(), *mean_and_range(right[name])) for name in apart]
    head = ("start", "largest distance, any step", "smallest at the end", "accuracy", "lowest", "highest")
    worst = np.max([apart[name].max(axis=0) for name in alike], axis=0)
    gain = right[different] - np.max([right[name] for name in alike], axis=0)
    return Evidence(
        [
            Finding("largest distance between units that start alike, over all steps", numbers(worst), at_most=1e-9),
            Finding("distance between units that start at random, at the end", numbers(apart[different][-1]),
                    at_least=0.1),
            Finding("accuracy that random starts add", numbers(gain), at_least=0.1),
        ],
        [Table(f"2-{units}-1, tanh, {steps} steps of gradient descent on the flower", head, rows)],
        [
            curves("How far apart the hidden units are", apart, first=0, y="largest difference between units"),
            bars("Accuracy after training", right, "accuracy, mean of the seeds"),
        ],
        [],
        f"After {steps} steps {right[different].mean():.1%} of the flower is right from random starts, "
        f"{max(right[name].mean() for name in alike):.1%} from units that start alike, which never differ by more "
        f"than {worst.max():.2g}.",
    )  # fmt: skip


def _note(net: Network, distances: list[AnyArray], _: Any) -> None:
    distances.append(_apart(net))


def _apart(net: Network) -> AnyArray:
    """Return for each network how far the weights and biases of two hidden units are apart at most."""
    units = np.concatenate([net.W[1], net.b[1], net.W[2].mT], axis=-1)  # (k, n[1], n[0] + 2)
    return np.ptp(units, axis=-2).max(axis=-1)


# ---------------------------------------------------------------- initial scale
def initial_scale(
    seeds: Sequence[int],
    hidden: Sequence[int] = (1, 5),
    starts: Sequence[str] = ("normal(0.01)", "normal(1)", "he"),
    activations: Sequence[str] = ("sigmoid", "tanh", "relu"),
    units: int = 50,
    samples: int = 200,
    steps: int = 500,
    learning_rate: float = 0.1,
) -> Evidence:
    """First weights of three scales, in a shallow and in a deep network, for three activations.

    Parameters
    ----------
    seeds : sequence of int
        One run for each.
    hidden : (int, int)
        Hidden layers of the shallow and of the deep network.
    starts : (str, str, str)
        Initialisers: small, large, and in proportion to the layer.
    activations : sequence of str
        Of the hidden layers.
    units, samples, steps : int
        Units of a hidden layer, samples, steps of gradient descent.
    learning_rate : float
        Of gradient descent.

    Returns
    -------
    Evidence
        Findings, tables and pictures.
    """
    shallow, deep = hidden
    X, Y = stacked(classes(seed, 20, samples) for seed in seeds)
    kept, saturated, vanished, cost, J = {}, {}, {}, {}, {}  # each by (layers, g, start): (seeds,), J (steps, seeds)
    for key in tracked((layers, g, start) for layers in hidden for g in activations for start in starts):
        layers, g, start = key
        net = stack([20, *[units] * layers, 1], [*[g] * layers, "sigmoid"], seeds, initializer=start)
        pass_ = net.trace(X, Y)
        dW: Any = pass_.dW
        deviation = [pass_.A[l].std(axis=-1).mean(axis=-1) for l in range(1, layers + 1)]
        kept[key] = deviation[-1] / deviation[0]
        saturated[key] = _saturated(g, pass_.A[layers])
        vanished[key] = np.sqrt((dW[1] ** 2).mean(axis=(-2, -1)) / (dW[layers + 1] ** 2).mean(axis=(-2, -1)))
        J[key] = cost_curves(net, X, Y, steps, learning_rate=learning_rate)
        cost[key] = J[key][-1]
    rows = [
        ("deep" if layers == deep else "shallow", g, start, kept[key].mean(), saturated[key].mean(),
         vanished[key].mean(), *mean_and_range(cost[key]))
        for key in cost for layers, g, start in [key]
    ]  # fmt: skip
    head = ("network", "g", "start", "A[last]/A[1]", "saturated", "dW[1]/dW[L]", "J", "lowest", "highest")
    small, large, he = starts
    gain = np.minimum(cost[deep, "relu", small], cost[deep, "relu", large]) - cost[deep, "relu", he]
    return Evidence(
        [
            Finding(f"deep relu, {small}: deviation left in the last layer", numbers(kept[deep, "relu", small]),
                    at_most=0.01),
            Finding(f"deep relu, {large}: deviation grown to", numbers(kept[deep, "relu", large]), at_least=100),
            Finding(f"deep relu, {he}: deviation kept", numbers(kept[deep, "relu", he]), 0.2, 5),
            Finding(f"deep tanh, {large}: units saturated", numbers(saturated[deep, "tanh", large]), at_least=0.5),
            Finding(f"deep sigmoid, {small}: dW[1] over dW[L]", numbers(vanished[deep, "sigmoid", small]),
                    at_most=1e-4),
            Finding(f"shallow tanh, {small}: J", numbers(cost[shallow, "tanh", small]), at_most=0.45),
            Finding(f"deep tanh, {small}: J, still near ln 2 = 0.693", numbers(cost[deep, "tanh", small]),
                    at_least=0.6),
            Finding(f"deep tanh: J of {large} over J of {he}",
                    numbers(cost[deep, "tanh", large] / cost[deep, "tanh", he]), at_least=1),
            Finding(f"deep relu: J that {he} is below the better of the others", numbers(gain), at_least=0.02),
        ],
        [Table(f"20-{units}-1 and 20-{'-'.join([str(units)] * deep)}-1, {steps} steps", head, rows)],
        [
            _descents(f"Deep, {g}", {start: J[deep, g, start] for start in starts}) for g in activations
        ],
        ["A[last]/A[1]: the deviation of the last layer's units over that of the first. J inf: the training diverged. "
         "Large weights are not always worst: deep sigmoid layers, whose slopes are at most 1/4, need them to pass "
         "anything on."],
        f"Through {deep} layers of relu {small} leaves {kept[deep, 'relu', small].mean():.2g} of the deviation, "
        f"{large} makes it {kept[deep, 'relu', large].mean():.2g} times as large, {he} keeps "
        f"{kept[deep, 'relu', he].mean():.2g} of it and reaches J = {cost[deep, 'relu', he].mean():.3g}.",
    )  # fmt: skip


def _descents(title: str, J: dict[str, AnyArray]) -> Picture:
    """Draw J of each start up to 10; a name says where its line leaves the picture for good."""
    named = {}
    for start, curve in J.items():
        lost = np.flatnonzero(~np.isfinite(curve).all(axis=1))
        named[f"{start}, diverges at step {lost[0] + 1}" if len(lost) else start] = curve
    upto = 10.0 if any(map(_leaves, J.values())) else None
    return curves(title, named, y="J", log_y=True, upto=upto)


def _leaves(curve: AnyArray) -> bool:
    return not (np.isfinite(curve) & (curve < 100)).all()


def _saturated(g: str, A: AnyArray) -> AnyArray:
    """Return the share of units whose slope is below a tenth of its largest; for relu of those that give 0."""
    slope = {"sigmoid": 4 * A * (1 - A), "tanh": 1 - A * A, "relu": A > 0}[g]
    return (slope < 0.1).mean(axis=(-2, -1))


EXPERIMENTS = {
    "symmetry": Experiment(
        "Breaking the symmetry",
        "Hidden units that start alike stay alike at every step, so that many do what one does; small random weights "
        "part them.",
        symmetry, small={"steps": 1000}),
    "initial-scale": Experiment(
        "How large the first weights are",
        "0.01 is right in a shallow network; in a deep one it lets the signal die, 1 lets it saturate or explode, "
        "and He's scale keeps it alive for relu.",
        initial_scale, (5, 2), {"samples": 150, "steps": 300}),
}  # fmt: skip
