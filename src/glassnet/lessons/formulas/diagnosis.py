"""How a wrong formula differs: the change that makes it right, the shapes that do not fit, a factor, or one entry."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from glassnet.lessons.formulas.book import nearest
from glassnet.lessons.formulas.evaluation import Evaluator, MisfitError, NoSuchLayerError, Place
from glassnet.lessons.formulas.network import HIDDEN, SmallNetwork
from glassnet.lessons.formulas.question import Question
from glassnet.lessons.formulas.reader import read
from glassnet.lessons.formulas.readings import Reading, code_of
from glassnet.lessons.formulas.repair import repaired
from glassnet.lessons.formulas.targets import prepared
from glassnet.lessons.formulas.tree import Call, Formula, Node, Operation, Symbol, walk
from glassnet.lessons.formulas.words import phrase


class Difference(NamedTuple):
    """What is said of a wrong formula."""

    how: tuple[str, ...]
    textbook: str


def differs(formula: Formula, right: Node, ways: list[Reading]) -> Difference:
    """Say how a wrong right side differs from the right one.

    Parameters
    ----------
    formula : Formula
        With its left side.
    right : Node
        The right side that is wrong.
    ways : list of Reading
        How it may be meant, the likeliest first.

    Returns
    -------
    Difference
        One or two sentences, and the right formula.
    """

    def right_in(way: Reading, hidden: tuple[str, ...]) -> Callable[[Node], bool]:
        return lambda row: any(way.holds(formula.left, row, each, lenient=True) for each in hidden)

    textbook = nearest(formula, right_in(ways[0], HIDDEN))
    row = prepared(read(textbook)) if textbook else formula
    found = repaired(formula, right, ways, Question(formula, row, not ways[0].one_sample))
    textbook = nearest(formula, right_in(found.way, (found.hidden,)))
    how = list(found.how)
    if len(how) < 2 and (shapes := _shapes(formula, right, found.way)):
        how.append(shapes)
    return Difference(tuple(how or [_by_numbers(formula, right, ways[0])]), textbook)


# ---------------------------------------------------------------- shapes and numbers
def _shapes(formula: Formula, right: Node, way: Reading) -> str | None:
    """Say which shapes do not fit, or that the result has another shape than the left side."""
    for seed, at in way.places():
        network = way.network(seed, HIDDEN[0])
        names = sizes(formula, network, at)
        try:
            expected = np.shape(code_of(formula.left, network, at))
            value = np.shape(Evaluator(network, at, lenient=True)(right))
        except NoSuchLayerError:
            continue
        except MisfitError as misfit:
            return _misfit(formula, misfit, names)
        if value != expected and not (np.prod(value) == 1 and np.prod(expected) == 1):
            left = formula.quote(formula.left)
            if not expected:
                text = "shapes: {left} is a number, the right side is {got}"
                return phrase(text, left=left, got=written(value, names))
            if not value:
                text = "shapes: {left} is {expected}, the right side is a number"
                return phrase(text, left=left, expected=written(expected, names))
            text = "shapes: {left} is {expected}, the right side is {got}"
            return phrase(text, left=left, expected=written(expected, names), got=written(value, names))
        return None
    return phrase("there is no layer for which it can be computed")


def _misfit(formula: Formula, misfit: MisfitError, names: dict[int, str]) -> str:
    node = misfit.node
    shapes = [written(shape, names) for shape in misfit.shapes]
    if isinstance(node, Operation):
        left, right = (formula.quote(part) for part in (node.left, node.right))
        product = node.sign in ("@", ".")
        text = (
            "shapes: {left} {first} times {right} {second}: the inner sizes differ" if product
            else "shapes: {left} {first} and {right} {second} do not go together entry by entry"
        )  # fmt: skip
        return phrase(text, left=left, first=shapes[0], right=right, second=shapes[1])
    text = "shapes: {part} cannot be computed from {shapes}"
    return phrase(text, part=formula.quote(node), shapes=", ".join(shapes))


def sizes(formula: Formula, network: SmallNetwork, at: Place) -> dict[int, str]:
    """Return the name of every size: n[l], n[l-1], m; with numbers where the formula has them."""
    nodes = [each for node in (formula.left, *formula.rights) for each in walk(node)]
    layers = [each.layer for each in nodes if isinstance(each, Symbol | Call)]
    numbered = any(layer is not None and not layer.letter for layer in layers) or network.L == 1
    names = {network.m: "m"}
    for l, n in enumerate(network.n):
        step = l - at.l
        name = f"n[{l}]" if numbered else f"n[l{step:+d}]" if step else "n[l]"
        if not numbered and l == network.L and (abs(step) > 1 or not any(x and x.letter == "l" for x in layers)):
            name = "n[L]"
        names[n] = name
    return {**names, 1: "1"}


def written(shape: tuple[int, ...], names: dict[int, str]) -> str:
    """Return a shape with its sizes by name: (n[l], m)."""
    inside = ", ".join(names.get(size, str(size)) for size in shape)
    return f"({inside},)" if len(shape) == 1 else f"({inside})"


def _by_numbers(formula: Formula, right: Node, way: Reading) -> str:
    """Say by which factor it differs, where it is one, or show one entry."""
    factors = []
    example = None
    for seed, at in way.places():
        network = way.network(seed, HIDDEN[0])
        try:
            expected = np.asarray(code_of(formula.left, network, at), dtype=float)
            value = np.asarray(Evaluator(network, at, lenient=True)(right), dtype=float)
        except (NoSuchLayerError, MisfitError):
            continue
        if value.size != expected.size:
            continue
        value = value.reshape(expected.shape)
        with np.errstate(all="ignore"):
            factors += [*np.ravel(value / expected)]
        entry = int(np.argmax(np.abs(np.ravel(value - expected)))) if np.isfinite(value).all() else 0
        example = example or (float(np.ravel(value)[entry]), float(np.ravel(expected)[entry]))
    if factors and np.isfinite(factors).all() and np.ptp(factors) < 1e-6 * max(1e-9, abs(factors[0])):
        return phrase("the result is {times} times what is right", times=f"{factors[0]:.4g}")
    if example is None:
        return phrase("it is not what the left side is, in any network")
    return phrase("an entry is {got} where {expected} is right", got=f"{example[0]:.4g}", expected=f"{example[1]:.4g}")
