"""The computation graph of one sample: every number of a small network, or one box for each array of any network."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from glassnet.core.activations import ACTIVATIONS
from glassnet.core.architecture import Architecture
from glassnet.core.losses import LOSSES as ALL_LOSSES
from glassnet.core.losses import full_name
from glassnet.core.names import choose
from glassnet.errors import GlassnetError
from glassnet.graph import Node, constants, cross_entropy, exp, log, relu, sigmoid, tanh, variables
from glassnet.graph.drawing import Box, Line, layout
from glassnet.graph.operations import OPERATIONS
from glassnet.inspection.trace import Trace
from glassnet.studio.plain import number
from glassnet.studio.refused import RefusedError
from glassnet.studio.session import Session
from glassnet.studio.views import features_of
from glassnet.texts import translated

LEVELS = ("numbers", "arrays")
MOST_BOXES = 150  # of a graph of numbers
KNOWN = {"tanh": tanh, "relu": relu, "sigmoid": sigmoid, "identity": lambda z: z}
LOSSES = ("sigmoid_cross_entropy", "softmax_cross_entropy", "squared_error")


class Drawn(NamedTuple):
    """One box: its name and formula, what it is and dL by it, and what lights up with it."""

    name: str
    formula: str
    value: Any
    slope: Any
    light: str
    given: bool = False
    constant: bool = False


class Way(NamedTuple):
    """A line from one box to another, by their numbers: what goes along it forward, and what comes back."""

    below: int
    above: int
    value: Any
    slope: Any
    local: Any = None


def graph(session: Session, i: int, level: str, values: Any = None) -> dict[str, Any]:
    """Return the graph of the loss of one sample, without penalties, and where its boxes stand.

    Parameters
    ----------
    session : Session
        The network.
    i : int
        The sample.
    level : {"numbers", "arrays", ""}
        What a box is; "" for numbers where the network is small enough for them.
    values : mapping, optional
        Other values of some features, by their index.

    Returns
    -------
    dict
        Boxes with column and row, lines with the slots that they pass.

    Raises
    ------
    RefusedError
        If there is no such sample, no such level, or not of this network, or a value is no number.
    """
    trace = session.net.trace(features_of(session, i, values), session.data.Y[:, [i]])
    if level not in ("", *LEVELS):
        raise RefusedError(f"level: expected one of {', '.join(LEVELS)}; got {level!r:.60}", "level")
    why = _why_not(trace)
    boxes: list[Drawn] = []
    ways: list[Way] = []
    if level != "arrays" and not why:
        try:
            boxes, ways = _of_numbers(trace)
        except GlassnetError as error:  # a number that is not finite
            why = str(error)
    if level == "numbers" and why:
        raise RefusedError(f"level: {why}", "level")
    level = "numbers" if boxes else "arrays"
    if not boxes:
        boxes, ways = _of_arrays(trace)
    found = layout(
        [Box(("", "", ""), box.given, box.constant) for box in boxes], [Line(way.below, way.above) for way in ways]
    )
    rows = found.rows
    return {
        "level": level, "levels": ["arrays"] if why else list(LEVELS), "why": why, "why_zh": translated(why, "zh"),
        "index": i, "iteration": session.place.iteration,
        "columns": 1 + max(found.column), "rows": 1 + max(rows.values()),
        "boxes": [
            {**box._asdict(), "column": column, "row": rows[i, column]}
            for i, (box, column) in enumerate(zip(boxes, found.column, strict=True))
        ],
        "lines": [
            {**way._asdict(), "slots": [[column, rows[key, column]] for key, column in chain]}
            for way, chain in zip(ways, found.chains, strict=True)
        ],
    }  # fmt: skip


def _why_not(trace: Trace) -> str:
    """Return why the graph of numbers is not drawn; "" where it is."""
    architecture = trace.architecture
    sizes = architecture.sizes
    boxes = sum(n * (3 * n_prev + 3) for n_prev, n in pairwise(sizes)) + sizes[0]
    if boxes > MOST_BOXES:
        return f"a box for each number would be {boxes:,} boxes; at most {MOST_BOXES} are drawn"
    names = [choose(ACTIVATIONS, g, "activation")[0] for g in architecture.activations]
    other = [name for name in names[:-1] if name not in KNOWN]
    if other:
        return f"the graph of numbers has no operation for {other[0]}"
    loss = _loss_of(architecture)
    return "" if loss in LOSSES else f"the graph of numbers has no operation for {loss}"


def _loss_of(architecture: Architecture) -> str:
    """Return the loss by its full name."""
    return choose(ALL_LOSSES, full_name(architecture.loss, architecture.sizes[-1], architecture.output), "loss")[0]


# ---------------------------------------------------------------- numbers
def _of_numbers(trace: Trace) -> tuple[list[Drawn], list[Way]]:
    loss, lights = loss_of_numbers(trace)
    loss.backward()
    nodes, names = loss.shown(), loss.names()
    place = {id(node): i for i, node in enumerate(nodes)}
    boxes = [
        Drawn(
            names[id(node)], _formula(node, names), number(node.value), number(node.derivative),
            lights.get(id(node), ""), node.operation is None, node.is_constant,
        )
        for node in nodes
    ]  # fmt: skip
    ways = []
    for node in nodes:
        for argument in dict.fromkeys(node.arguments):
            if id(argument) not in place:
                continue
            shares: list[Any] = [None, None]
            if not argument.is_constant:
                positions = [i for i, each in enumerate(node.arguments) if each is argument]
                shares = [sum(float(node.share(i, d)) for i in positions) for d in (node.derivative, 1.0)]
            ways.append(Way(place[id(argument)], place[id(node)], number(argument.value), *map(number, shares)))
    return boxes, ways


def _formula(node: Node, names: dict[int, str]) -> str:
    if node.operation is None:
        return ""
    given = (names[id(each)] for each in node.arguments)
    return OPERATIONS[node.operation].formula.format(*(f"({each})" if each.startswith("-") else each for each in given))


def loss_of_numbers(trace: Trace) -> tuple[Node, dict[int, str]]:
    """Return the loss of one sample, made of single numbers, and what lights up with each of its nodes.

    Parameters
    ----------
    trace : Trace
        The pass of the sample, with its target.

    Returns
    -------
    Node, dict of int to str
        The loss; lights by the node's ``id``.
    """
    lights: dict[int, str] = {}

    def noted(node: Any, light: str) -> Any:
        lights[id(node)] = light
        return node

    assert trace.Y is not None
    A = [noted(node, f"a:0:{i}") for i, node in enumerate(constants(**_named("x", trace.X)))]
    L = trace.architecture.L
    for l in range(1, L + 1):
        Z = []
        for j, row in enumerate(trace.W[l]):
            weights = variables(**{f"W{l}[{j},{i}]": float(w) for i, w in enumerate(row)})
            (bias,) = variables(**{f"b{l}[{j}]": float(trace.b[l][j, 0])})
            noted(bias, f"b:{l}:{j} a:{l}:{j}")
            z: Any = None
            for i, (w, a) in enumerate(zip(weights, A, strict=True)):
                term = noted(noted(w, f"w:{l}:{j}:{i}") * a, f"w:{l}:{j}:{i} a:{l - 1}:{i}")
                z = term if z is None else noted(z + term, f"a:{l}:{j}")
            Z.append(noted((z + bias).named(f"z{l},{j + 1}"), f"a:{l}:{j}"))
        name = choose(ACTIVATIONS, trace.architecture.activations[l - 1], "activation")[0]
        A = _softmax(Z) if name == "softmax" else [KNOWN[name](z) for z in Z]
        for j, (a, z) in enumerate(zip(A, Z, strict=True)):
            noted(a if a is z else a.named(f"a{l},{j + 1}"), f"a:{l}:{j}")
    Y = [noted(node, "m:Y") for node in constants(**_named("y", trace.Y))]
    name = _loss_of(trace.architecture)
    each = [_loss(name, a, y) for a, y in zip(A, Y, strict=True)]
    loss = each[0]
    for other in each[1:]:
        loss = loss + other
    return loss.named("L"), lights


def _named(letter: str, M: Any) -> dict[str, float]:
    return {f"{letter}{i + 1}" if len(M) > 1 else letter: float(x) for i, x in enumerate(M[:, 0])}


def _softmax(Z: list[Any]) -> list[Any]:
    powers = [exp(z) for z in Z]
    total = powers[0]
    for power in powers[1:]:
        total = total + power
    return [power / total for power in powers]


def _loss(name: str, a: Any, y: Any) -> Any:
    if name == "sigmoid_cross_entropy":
        return cross_entropy(a, y)
    return -(y * log(a)) if name == "softmax_cross_entropy" else (a - y) ** 2 * 0.5


# ---------------------------------------------------------------- arrays
def _of_arrays(trace: Trace) -> tuple[list[Drawn], list[Way]]:
    """Return a box for each array of the way forward; beside it what comes back."""
    assert trace.dA is not None
    assert trace.dZ is not None
    assert trace.dW is not None
    assert trace.db is not None
    boxes = [Drawn("X", "", _range(trace.X), None, "m:X m:A0", True, True)]
    ways: list[Way] = []
    before = 0
    for l in range(1, trace.architecture.L + 1):
        below = "X" if l == 1 else f"A{l - 1}"
        at = len(boxes)
        boxes += [
            Drawn(f"W{l}", "", _range(trace.W[l]), _range(trace.dW[l]), f"m:W{l} m:dW{l}", True),
            Drawn(f"b{l}", "", _range(trace.b[l]), _range(trace.db[l]), f"m:b{l} m:db{l}", True),
            Drawn(f"Z{l}", f"W{l} {below} + b{l}", _range(trace.Z[l]), _range(trace.dZ[l]), f"m:Z{l} m:dZ{l}"),
            Drawn(
                f"A{l}", f"{trace.architecture.activations[l - 1]}(Z{l})", _range(trace.A[l]), _range(trace.dA[l]),
                f"m:A{l} m:dA{l}",
            ),
        ]  # fmt: skip
        back = None if l == 1 else _range(trace.dA[l - 1])
        ways += [
            Way(before, at + 2, boxes[before].value, back),
            Way(at, at + 2, boxes[at].value, boxes[at].slope),
            Way(at + 1, at + 2, boxes[at + 1].value, boxes[at + 1].slope),
            Way(at + 2, at + 3, boxes[at + 2].value, boxes[at + 2].slope),
        ]
        before = at + 3
    at = len(boxes)
    boxes += [
        Drawn("Y", "", _range(trace.Y), None, "m:Y", True, True),
        Drawn("L", _loss_of(trace.architecture), number(trace.cost), 1.0, ""),
    ]
    ways += [Way(before, at + 1, boxes[before].value, boxes[before].slope), Way(at, at + 1, boxes[at].value, None)]
    return boxes, ways


def _range(M: Any) -> Any:
    """Return an array's shape and range; a number where it is one."""
    if np.size(M) == 1:
        return number(np.asarray(M).item())
    return {"shape": list(M.shape), "min": number(M.min()), "max": number(M.max())}
