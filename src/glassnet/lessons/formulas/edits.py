"""The mistakes that are looked for: each is undone at one place of a formula, to see whether it is right then.

A row of `EDITS` is a name and a function: part of a formula -> the parts that may belong there, and what to say. The
first row that helps names the mistake, so the order is from the likeliest to the last resort.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

from glassnet.lessons.formulas import edits_of_letters as letters
from glassnet.lessons.formulas import edits_of_matrices as matrices
from glassnet.lessons.formulas import edits_of_terms as terms
from glassnet.lessons.formulas.question import Change, Question
from glassnet.lessons.formulas.tree import Node, changed_once


class Edit(NamedTuple):
    """A row: whether two of a kind may be combined, whether only the whole right side is changed, and the function."""

    function: Callable[[Node, Question], Iterator[Change]]
    whole: bool = False
    combined: bool = False


EDITS: dict[str, Edit] = {
    "sign of all": Edit(terms.sign_of_all, whole=True, combined=True),
    "1/m": Edit(terms.mean, whole=True, combined=True),
    "logarithm": Edit(letters.logarithm, whole=True),
    "sign": Edit(terms.sign_of_part, combined=True),
    "axis": Edit(matrices.axis, combined=True),
    "transposition": Edit(matrices.transposition, combined=True),
    "kind of product": Edit(matrices.kind_of_product, combined=True),
    "order": Edit(matrices.order, combined=True),
    "grouping": Edit(matrices.grouping),
    "index": Edit(letters.index, combined=True),
    "brackets": Edit(terms.brackets),
    "letter": Edit(letters.letter),
    "function": Edit(letters.function),
    "power": Edit(terms.power),
    "sum": Edit(matrices.not_summed, combined=True),
    "no sum": Edit(matrices.summed, whole=True, combined=True),
    "too many": Edit(terms.too_many, combined=True),
    "complement": Edit(terms.complement),
    "fraction": Edit(terms.fraction),
    "number": Edit(terms.number),
    "missing": Edit(terms.missing, combined=True),
}


def changes(right: Node, question: Question, combined: bool = False) -> Iterator[Change]:
    """Yield a right side with each edit undone at each place, and the words for it.

    Parameters
    ----------
    right : Node
        The learner's right side.
    question : Question
        What it is for.
    combined : bool
        Only edits that are combined with others.

    Yields
    ------
    tuple
        A right side, and what is said of it.
    """
    for edit in EDITS.values():
        if combined and not edit.combined:
            continue
        if edit.whole:
            yield from edit.function(right, question)
        else:
            yield from changed_once(right, partial(_of_part, edit, question))


def _of_part(edit: Edit, question: Question, node: Node) -> Iterator[Change]:
    """Yield what an edit makes of a part that the learner wrote; what another edit put there is left alone."""
    if node.span != (0, 0):
        yield from edit.function(node, question)
