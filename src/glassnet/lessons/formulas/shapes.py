"""Statements of shapes: ``W[l]: (n[l], n[l-1])``, ``b1 = np.zeros((n1, 1))``; compared with the network's arrays."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from glassnet.lessons.formulas.book import nearest
from glassnet.lessons.formulas.diagnosis import Difference, sizes, written
from glassnet.lessons.formulas.evaluation import Evaluator, NoSuchLayerError, Place
from glassnet.lessons.formulas.network import HIDDEN, SmallNetwork, small_network
from glassnet.lessons.formulas.readings import SEEDS
from glassnet.lessons.formulas.tree import Call, Formula, Index, Node, Symbol, symbols
from glassnet.lessons.formulas.words import UnreadableFormulaError, phrase


def check_shapes(formula: Formula) -> tuple[Node, Difference] | None:
    """Return the first array whose shape is said wrongly, and how; None where all are right.

    Raises
    ------
    UnreadableFormulaError
        If the right side is no shape, or the left side no array.
    """
    left = formula.left
    arrays = left.arguments if isinstance(left, Call) and left.function == "tuple" else (left,)
    for each in arrays:
        if not isinstance(each, Symbol) or each.name in ("m", "alpha", "n", "R"):
            raise UnreadableFormulaError(phrase("expected an array on the left of its shape"), each.span[0])
        one = replace(formula, left=each)
        if how := _difference(one):
            return each, Difference((how,), nearest(one, lambda _: False))
    return None


def _difference(formula: Formula) -> str | None:
    array, said = formula.left, formula.rights[0]
    assert isinstance(array, Symbol)
    assert isinstance(said, Call)
    letters = [array, *(each for size in said.arguments for each in symbols(size))]
    numbers = [each.layer.offset for each in letters if each.layer and not each.layer.letter]
    depth = max(numbers) if numbers else 3
    last = any(each.layer and each.layer.letter == "L" and each.name == "n" for each in letters)
    if (
        array.layer is None and numbers and not last and array.name not in ("w", "dw")
    ):  # W: (n[1], n[0]) is about layer 1
        array = replace(array, layer=Index("", max(numbers)))
    L = max(1 if numbers and last else 2, depth)
    one = array.name in ("w", "dw") or (array.name in ("Y", "y", "b", "db") and "1" in formula.quote(said))
    wrong = None
    for one_unit in (False, True) if one else (False,):
        L = 1 if array.name in ("w", "dw") and array.layer is None else L
        wrong = _of_networks(formula, array, said, L, one_unit)
        if wrong is None:
            return None
    return wrong


def _of_networks(formula: Formula, array: Symbol, said: Call, L: int, one_unit: bool) -> str | None:
    asked = None
    single = array.name in ("x", "y", "z", "a", "dz", "da") and not any(
        each.name == "m" for size in said.arguments for each in symbols(size)
    )
    for seed in SEEDS:
        network = small_network(seed, L, HIDDEN[0], one_unit, single)
        for l in range(1, L + 1):
            at = Place(l)
            try:
                shape = np.shape(Evaluator(network, at)(array))
                given = tuple(int(Evaluator(network, at)(size)) for size in said.arguments)
            except NoSuchLayerError:
                continue
            asked = True
            if given != shape:
                return _said(formula, network, at, given, shape)
    if not asked:
        return phrase("there is no layer for which it can be computed")
    return None


def _said(formula: Formula, network: SmallNetwork, at: Place, given: tuple[int, ...], shape: tuple[int, ...]) -> str:
    names = sizes(formula, network, at)
    values: dict[str, object] = {
        "left": formula.quote(formula.left), "right": written(shape, names), "got": written(given, names)
    }  # fmt: skip
    if given == shape[::-1]:
        return phrase("{left} has the shape {right}: rows and columns are exchanged", **values)
    if len(given) != len(shape):
        return phrase("{left} has the shape {right}, with two sizes, not {got}", **values)
    return phrase("{left} has the shape {right}, not {got}", **values)
