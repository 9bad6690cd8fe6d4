"""What a left side must be: by the code that trains, and by central differences where it is a slope."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from glassnet.lessons.formulas.evaluation import Evaluator, NoSuchLayerError, Place
from glassnet.lessons.formulas.network import ALPHA, SmallNetwork
from glassnet.lessons.formulas.signs import MATRICES
from glassnet.lessons.formulas.tree import Call, Formula, Index, Node, Operation, Symbol
from glassnet.lessons.formulas.words import UnreadableFormulaError, phrase
from glassnet.typing import AnyArray as Array

STEP = 1e-5
SLOPES = {"dZ": "Z", "dA": "A", "dW": "W", "db": "b", "dw": "W"}


class Truth(NamedTuple):
    """The right value by the code, and by differences; None where there are none to take."""

    code: Array
    differences: Array | None


def canonical(symbol: Symbol) -> Symbol:
    """Return the symbol by the letter of the whole array: ŷ is A[L], z is Z, ∂X is dA[0]."""
    name = MATRICES.get(symbol.name, symbol.name)
    others = {"Yhat": ("A", Index("L", 0)), "dYhat": ("dA", Index("L", 0)), "dX": ("dA", Index("", 0))}
    if name in ("w", "dw") and symbol.layer is not None and not symbol.unit:  # some notes write W[l] small
        name = f"{name[:-1]}W"
    letter, layer = others.get(name, (name, symbol.layer))
    return replace(symbol, name=letter, layer=layer)


def prepared(formula: Formula) -> Formula:
    """Return a formula with = for one with += or -=.

    ``W -= x`` is ``W = W - x``. In a loop over samples ``dw += x`` adds what one sample gives, and ``J += x`` its loss.
    """
    left = formula.left
    if formula.sign not in ("+=", "-=") or not isinstance(left, Symbol):
        return formula
    if left.name in ("W", "b", "w"):
        sign = formula.sign[0]
        rights = tuple(Operation(sign, left, right, span=right.span) for right in formula.rights)
        return replace(formula, rights=rights, sign="=")
    if left.name == "J":
        left = replace(left, name="L", sample=True)
    return replace(formula, left=replace(left, sample=True), sign="=")


def known(left: Node) -> None:
    """Check that there is a right value for a left side.

    Raises
    ------
    UnreadableFormulaError
        If there is none: X, Y and the rate are given, not computed.
    """
    if isinstance(left, Symbol) and canonical(left).name in ("X", "Y", "alpha", "dJ", "dL", "R"):
        raise UnreadableFormulaError(
            phrase("expected one of {known} on the left", known="Z, A, J, L, dZ, dA, dW, db, W, b, g(z), g'(z)"),
            left.span[0],
        )
    if isinstance(left, Call) and left.function not in (
        "g", "sigmoid", "tanh", "relu", "leaky_relu", "loss"
    ):  # fmt: skip
        raise UnreadableFormulaError(
            phrase("expected one of {known} on the left", known="Z, A, J, L, dZ, dA, dW, db, W, b, g(z), g'(z)"),
            left.span[0],
        )


def truth(left: Node, network: SmallNetwork, at: Place) -> Truth:
    """Return what a left side is at a place of a network.

    Parameters
    ----------
    left : Node
        A symbol, or a function of one.
    network : SmallNetwork
        With its arrays.
    at : Place
        Layer, sample and unit.

    Returns
    -------
    Truth
        By the code that trains, and by differences.
    """
    evaluate = Evaluator(network, at)
    if isinstance(left, Call):
        code = evaluate(left)
        if not left.slope:
            return Truth(code, None)
        Z, value = evaluate(left.arguments[0]), replace(left, slope=False)
        up, down = (evaluate.of_value(value, Z + step) for step in (STEP, -STEP))
        return Truth(code, (up - down) / (2 * STEP))
    assert isinstance(left, Symbol)
    if left.name in ("W", "b", "w") and not left.sample:
        return _stepped(left, network, at)
    code = evaluate(left)
    symbol = canonical(left)
    letter = SLOPES.get(symbol.name)
    if letter is None:
        return Truth(code, None)
    l = evaluate.layer(symbol.layer)
    slope = network.differences(letter, l)
    moved = _Replaced(network, at, letter, l, slope)
    return Truth(code, moved(left) if not (left.sample and letter in "Wb") else None)


def _stepped(left: Symbol, network: SmallNetwork, at: Place) -> Truth:
    """Return a parameter after a step of gradient descent."""
    evaluate = Evaluator(network, at)
    l = evaluate.layer(left.layer)
    if not 1 <= l <= network.L:
        raise NoSuchLayerError
    of_b = left.name == "b"
    code = network.stepped[l][of_b]
    M, letter = (network.b[l], "b") if of_b else (network.W[l], "W")
    by_differences = M - ALPHA * network.differences(letter, l)
    parts = [code, by_differences]
    if left.name == "w" and left.layer is None:
        parts = [part.T for part in parts]
    if left.unit:
        parts = [evaluate._row(part, left.unit) for part in parts]
    return Truth(*parts)


class _Replaced(Evaluator):
    """Evaluates a slope's letter, where the slope itself is that by differences."""

    def __init__(self, network: SmallNetwork, at: Place, letter: str, l: int, slope: Array) -> None:
        super().__init__(network, at)
        self.letter, self.l, self.slope = letter, l, slope

    def _array(self, name: str, index: Index | None, sample: bool) -> Array:
        return self.slope[:, [self.at.i]] if sample else self.slope


def same(value: Array, right: Array) -> bool:
    """Return whether a value has the right shape and the right entries; one number has every shape of size 1."""
    value, right = np.asarray(value), np.asarray(right)
    if value.shape != right.shape and (value.size != 1 or right.size != 1 or value.ndim == 1):
        return False
    if value.dtype.kind not in "fiub" or not np.all(np.isfinite(value)):
        return False
    return distance(value, right) < 1e-6


def distance(value: Array, right: Array) -> float:
    """Return the largest difference, relative to the largest entry."""
    value, right = np.ravel(value), np.ravel(right)
    return float(np.max(np.abs(value - right)) / max(1e-12, np.max(np.abs(right))))
