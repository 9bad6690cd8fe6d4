"""A wrong formula, and what a change of it is: a part in place of another, and what is said of it."""

from __future__ import annotations

from dataclasses import dataclass

from glassnet.lessons.formulas.tree import Formula, Node

Change = tuple[Node, str]
TERMS, PRODUCTS = ("+", "-"), ("*", "@", ".")


@dataclass(frozen=True)
class Question:
    """A wrong formula, and what the right one for its left side is made of.

    Parameters
    ----------
    formula : Formula
        The wrong one.
    textbook : Formula
        The right one.
    many : bool
        Whether it is about m samples, so that 1/m matters.
    """

    formula: Formula
    textbook: Formula
    many: bool
