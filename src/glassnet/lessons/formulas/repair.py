"""The smallest change that makes a wrong formula right: it says what is wrong with it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

from glassnet.lessons.formulas.edits import changes
from glassnet.lessons.formulas.edits_of_letters import lefts
from glassnet.lessons.formulas.edits_of_matrices import kind_of_product
from glassnet.lessons.formulas.network import HIDDEN
from glassnet.lessons.formulas.question import Change, Question
from glassnet.lessons.formulas.readings import Reading
from glassnet.lessons.formulas.tree import (
    Call,
    Formula,
    Index,
    Node,
    Operation,
    Sum,
    Symbol,
    changed_once,
    children,
    symbols,
    walk,
    with_children,
)
from glassnet.lessons.formulas.words import phrase

MOST = 50_000  # parts of formulas that are evaluated where one change is tried
MOST_OF_TWO = 60_000  # and where two are
NAMED = {"tanh", "sigmoid", "relu", "leaky_relu", "maximum", "exp", "g"}  # functions that tell of an activation


class Repair(NamedTuple):
    """What is said of a change that makes a formula right, and the reading and activation for which it does."""

    how: tuple[str, ...]
    way: Reading
    hidden: str = HIDDEN[0]


@dataclass(frozen=True)
class Search:
    """A wrong right side, and where it is tried with changes.

    Parameters
    ----------
    formula : Formula
        With its left side.
    right : Node
        The right side that is wrong.
    ways : list of Reading
        How it may be meant, the likeliest first.
    hidden : tuple of str
        Activations of the hidden layers that it may be meant for.
    question : Question
        What the right formula is made of.
    """

    formula: Formula
    right: Node
    ways: list[Reading]
    hidden: tuple[str, ...]
    question: Question

    def holds(self, way: Reading, left: Node, right: Node, hidden: str) -> bool:
        """Return whether a right side is right, without repeating the left side; with g in it, for every activation."""
        if not way.holds(left, right, hidden, lenient=True):
            return False
        if isinstance(left, Symbol) and left.name not in ("W", "b", "w"):
            letters = [replace(each, layer=each.layer or Index("l", 0)) for each in symbols(right)]
            if replace(left, layer=left.layer or Index("l", 0)) in letters:
                return False
        of_any = any(isinstance(part, Call) and part.function == "g" for part in walk(right))
        return not of_any or all(way.holds(left, right, each, lenient=True) for each in HIDDEN)

    def budget(self, most: int) -> Iterator[int]:
        """Count how many right sides may be tried, the fewer the longer they are: every answer comes at once."""
        return iter(range(most // _cost(self.right)))


def repaired(formula: Formula, right: Node, ways: list[Reading], question: Question) -> Repair:
    """Return the first change that makes a right side right, or the first two.

    Parameters
    ----------
    formula, right, ways, question
        As in `Search`.

    Returns
    -------
    Repair
        Without a sentence where no change helps.
    """
    asked = [way for way in ways if not way.one_unit] or ways
    if isinstance(formula.left, Call) or getattr(formula.left, "name", "") in ("J", "L"):
        asked = sorted(ways, key=lambda way: not way.one_unit)
    hidden = HIDDEN if _may_name_an_activation(formula, right) else HIDDEN[:1]
    search = Search(formula, right, asked, hidden, question)
    stages = (_of_output_layer, _one_change, _other_layer, _other_layer_and_change, _two_changes)
    return next((found for stage in stages if (found := stage(search))), Repair((), asked[0]))


def _of_output_layer(search: Search) -> Repair | None:
    """Find that a formula for layer l, or for a numbered hidden layer, is that of the output layer."""
    left, way = search.formula.left, search.ways[0]
    layer = getattr(left, "layer", None)
    if not isinstance(left, Symbol) or layer is None or layer.letter == "L":
        return None

    def of_last(node: Node) -> Node:
        node = with_children(node, [of_last(child) for child in children(node)])
        return replace(node, layer=Index("L", 0)) if isinstance(node, Symbol) and node.layer == layer else node

    if way.holds(of_last(left), of_last(search.right), HIDDEN[0]):
        return Repair((phrase("it holds for the output layer only, l = L"),), way)
    return None


def _one_change(search: Search) -> Repair | None:
    budget = search.budget(MOST)
    for way, hidden in itertools.product(search.ways[:3], search.hidden):
        for _, (tree, what) in zip(budget, changes(search.right, search.question), strict=False):
            if search.holds(way, search.formula.left, tree, hidden):
                return Repair((what,), way, hidden)
    return None


def _other_layer(search: Search) -> Repair | None:
    """Find that the right side is right, but of another layer or another array."""
    for way, (left, what) in itertools.product(search.ways[:2], lefts(search.question)):
        if search.holds(way, left, search.right, search.hidden[0]):
            return Repair((what,), way)
    return None


def _other_layer_and_change(search: Search) -> Repair | None:
    budget = search.budget(MOST // 4)
    for way, (left, what) in itertools.product(search.ways[:2], lefts(search.question)):
        for _, (tree, first) in zip(budget, changes(search.right, search.question, combined=True), strict=False):
            if search.holds(way, left, tree, search.hidden[0]):
                return Repair((first, what), way)
    return None


def _two_changes(search: Search) -> Repair | None:
    budget = search.budget(MOST_OF_TWO)
    for way in search.ways[:2]:
        for tree, first in changes(search.right, search.question, combined=True):
            for _, (both, second) in zip(budget, changes(tree, search.question, combined=True), strict=False):
                if search.holds(way, search.formula.left, both, search.hidden[0]):
                    return Repair((first, second), way)
    return None


def hides_a_product(formula: Formula, right: Node, way: Reading) -> bool:
    """Return whether a right side that fails in a reading is right there with a matrix product for one by entries."""
    question = Question(formula, formula, True)

    def as_matrices(node: Node) -> Iterator[Change]:
        if isinstance(node, Operation) and node.sign == "*":
            yield from kind_of_product(node, question)

    return any(
        way.holds(formula.left, tree, hidden) for tree, _ in changed_once(right, as_matrices) for hidden in HIDDEN
    )


def _cost(right: Node) -> int:
    """Return how many parts are evaluated, those of a sum for every sample."""
    inner = sum(1 for each in walk(right) if isinstance(each, Sum) for _ in walk(each))
    return sum(1 for _ in walk(right)) + 4 * inner


def _may_name_an_activation(formula: Formula, right: Node) -> bool:
    """Return whether a formula is about one activation rather than any g."""
    nodes = [*walk(right), formula.left]
    calls = {each.function for each in nodes if isinstance(each, Call)}
    compared = any(isinstance(each, Operation) and each.sign in ("<", ">", "<=", ">=", "**") for each in nodes)
    letters = [each.name.lower() for each in nodes if isinstance(each, Symbol)]
    several = letters.count("a") + letters.count("z") > 1 and "j" not in letters
    return bool(calls & NAMED) or compared or several
