"""The experiment about g': the slopes of sigmoid and tanh derived line by line, each line with its numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from glassnet import equations
from glassnet.lessons.experiment import Evidence, Experiment, Finding, Picture, Table
from glassnet.typing import Array

Line = tuple[str, str, Callable[[Array], Array]]  # why, the formula, its value at z

DERIVATIONS: dict[str, list[Line]] = {
    "sigmoid": [
        ("a = 1 / (1 + e^-z); chain rule", "-(1 + e^-z)^-2 (-e^-z)", lambda z: -((1 + np.exp(-z)) ** -2) * -np.exp(-z)),
        ("two minus signs", "e^-z / (1 + e^-z)^2", lambda z: np.exp(-z) / (1 + np.exp(-z)) ** 2),
        ("as two factors", "1/(1 + e^-z) e^-z/(1 + e^-z)",
         lambda z: 1 / (1 + np.exp(-z)) * np.exp(-z) / (1 + np.exp(-z))),
        ("e^-z = (1 + e^-z) - 1", "1/(1 + e^-z) (1 - 1/(1 + e^-z))",
         lambda z: 1 / (1 + np.exp(-z)) * (1 - 1 / (1 + np.exp(-z)))),
        ("each is a or 1 - a", "a (1 - a)", lambda z: _g(z, "sigmoid") * (1 - _g(z, "sigmoid"))),
    ],
    "tanh": [
        ("a = (e^z - e^-z) / (e^z + e^-z); quotient rule", "((e^z + e^-z)^2 - (e^z - e^-z)^2) / (e^z + e^-z)^2",
         lambda z: (_plus(z) ** 2 - _minus(z) ** 2) / _plus(z) ** 2),
        ("divide", "1 - ((e^z - e^-z) / (e^z + e^-z))^2", lambda z: 1 - (_minus(z) / _plus(z)) ** 2),
        ("the quotient is a", "1 - a^2", lambda z: 1 - _g(z, "tanh") ** 2),
    ],
}  # fmt: skip


def _g(z: Array, name: str) -> Array:
    a: Array = equations.activation_forward(z[None, :], name)[0]
    return a


def _plus(z: Array) -> Array:
    return np.exp(z) + np.exp(-z)


def _minus(z: Array) -> Array:
    return np.exp(z) - np.exp(-z)


def derivatives(
    seeds: Sequence[int], trained: Sequence[str] = ("sigmoid", "tanh"), at: Sequence[float] = (-2.0, 0.0, 1.0, 3.0)
) -> Evidence:
    """Put numbers into every line of the two derivations, beside differences and the slope that trains.

    Parameters
    ----------
    seeds : sequence of int
        Nothing is drawn; one run for each all the same.
    trained : (str, str)
        The activations whose slopes are compared with the derivations of sigmoid and tanh.
    at : sequence of float
        Where the table has numbers.

    Returns
    -------
    Evidence
        Findings, tables and pictures.
    """
    z, h = np.linspace(-6, 6, 241), 1e-5
    tables, findings, pictures, largest = [], [], [], {}
    for (name, lines), used in zip(DERIVATIONS.items(), trained, strict=True):
        slope = equations.activation_backward(np.ones((1, len(z))), z[None, :], used)[0]
        quotient = (_g(z + h, name) - _g(z - h, name)) / (2 * h)
        apart = max(np.abs(line(z) - slope).max() for _, _, line in lines)
        largest[name] = slope.max()
        findings += [
            Finding(f"{name}: every line against the slope that trains, largest difference",
                    tuple(apart for _ in seeds), at_most=1e-12),
            Finding(f"{name}: differences of g against the slope that trains", (np.abs(quotient - slope).max(),),
                    at_most=1e-8),
        ]  # fmt: skip
        places = np.array(at, float)
        trains = equations.activation_backward(np.ones((1, len(at))), places[None, :], used)[0]
        shown = [(why, formula, *(f"{value:.5f}" for value in line(places))) for why, formula, line in lines]
        tables.append(Table(f"g' of {name}", ("why", "g'(z)", *(f"z = {place:g}" for place in at)),
                            [*shown, ("what trains", "", *(f"{value:.5f}" for value in trains))]))  # fmt: skip
        pictures.append(Picture("lines", f"{name} and its slope", {
            "series": {"g": (z, _g(z, name)), "g', derived": (z, lines[-1][2](z)), "g', that trains": (z, slope)},
            "x": "z",
        }))  # fmt: skip
    return Evidence(
        findings, tables, pictures,
        ["The last lines need a alone, which forward propagation has already computed."],
        f"All lines of both derivations have the numbers of the slopes that train; the largest slope of sigmoid is "
        f"{largest['sigmoid']:.3g}, of tanh {largest['tanh']:.3g}.",
    )  # fmt: skip


EXPERIMENTS = {
    "derivatives": Experiment(
        "The slopes of sigmoid and tanh, derived",
        "The slope of sigmoid is a (1 - a), that of tanh 1 - a^2: each line of the derivation has the same numbers.",
        derivatives, (1, 2)),
}  # fmt: skip
