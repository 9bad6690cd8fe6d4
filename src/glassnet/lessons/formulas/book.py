"""The right formulas, from `textbook.toml`: the row nearest to a formula, in its own notation."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Callable
from functools import cache
from importlib.resources import files

from glassnet.lessons.formulas.reader import read
from glassnet.lessons.formulas.targets import canonical, prepared
from glassnet.lessons.formulas.tree import Call, Formula, Node, Symbol, symbols, walk


@cache
def rows() -> list[dict[str, str]]:
    """Return the table: week, plain, numpy, latex."""
    found: list[dict[str, str]] = tomllib.loads(
        files(__package__).joinpath("textbook.toml").read_text(encoding="utf-8")
    )["formula"]
    return found


@cache
def _read(row: int) -> Formula:
    return prepared(read(rows()[row]["plain"]))


def subject(left: Node) -> str:
    """Return what a left side is about: "dW", "Z", "g'", "loss"."""
    if isinstance(left, Symbol):
        return canonical(left).name
    if isinstance(left, Call):
        return "L" if left.function == "loss" else "g'" if left.slope else "g"
    return ""


def nearest(formula: Formula, holds: Callable[[Node], bool]) -> str:
    """Return the right formula for a left side, of all such the one most like the formula, in its notation.

    Parameters
    ----------
    formula : Formula
        As it was read.
    holds : function
        Whether a right side is right for the formula's left side, in the reading that is meant; where none is, every
        row with this left side counts.

    Returns
    -------
    str
        Empty where the textbook has none for this left side.
    """
    about = subject(formula.left)
    choices = [k for k in range(len(rows())) if subject(_read(k).left) == about and _read(k).sign == formula.sign]
    if isinstance(formula.left, Call) and formula.left.function != "g":  # sigmoid has a formula of its own
        choices = [k for k in choices if getattr(_read(k).left, "function", "") == formula.left.function] or choices
    if not choices:
        return ""
    right_sides = {k: prepared(read(_with_layer(rows()[k]["plain"], formula))).rights[0] for k in choices}
    choices = [k for k in choices if holds(right_sides[k])] or choices
    best = max(choices, key=lambda k: _likeness(formula, k))
    return _as_written(_with_layer(rows()[best][formula.notation], formula), formula)


def _as_written(text: str, formula: Formula) -> str:
    """Return a row with W1 for W[1] where the formula has it so."""
    if re.search(r"[A-Za-z]\d", formula.text) and "[" not in formula.text:
        return re.sub(r"(?<=[A-Za-z])\[(\d)\]", r"\1", text)
    return text


def _likeness(formula: Formula, k: int) -> float:
    row = _read(k)
    mine, theirs = ({*_names(one)} for one in (formula, row))
    score = len(mine & theirs) / len(mine | theirs)
    score += 0.4 * (getattr(formula.left, "name", "") == getattr(row.left, "name", ""))
    score += 0.3 * (any(each.sample for each in _all(formula)) == any(each.sample for each in _all(row)))
    score += 0.3 * (any(each.unit for each in _all(formula)) == any(each.unit for each in _all(row)))
    score += 0.5 * difflib.SequenceMatcher(None, formula.text, rows()[k][formula.notation]).ratio()
    mine_l, theirs_l = (_kind(each.left) for each in (formula, row))
    score += 0.4 * (mine_l == theirs_l) - 0.5 * (theirs_l not in ("", "l") and mine_l != theirs_l)
    numbered = mine_l.isdigit() and "[l" in rows()[k][formula.notation]
    return score + 0.2 * numbered


def _names(formula: Formula) -> list[str]:
    nodes = [each for node in (formula.left, *formula.rights) for each in walk(node)]
    return [getattr(each, "name", getattr(each, "function", "")) for each in nodes if isinstance(each, Symbol | Call)]


def _kind(left: Node) -> str:
    layer = getattr(left, "layer", None)
    return "" if layer is None else str(layer)


def _all(formula: Formula) -> list[Symbol]:
    return [each for node in (formula.left, *formula.rights) for each in symbols(node)]


def _with_layer(text: str, formula: Formula) -> str:
    """Return a row with the number of the formula's layer for l, or for L where the row is about the last one."""
    layer = getattr(formula.left, "layer", None)
    if layer is None or layer.letter:
        return text
    letter = "l" if "[l" in text else "L"
    return re.sub(rf"\[{letter}([+-]1)?\]", lambda match: f"[{layer.offset + int(match[1] or 0)}]", text)
