"""Checks a formula from any notes, on random small networks, against the code that trains and central differences."""

from __future__ import annotations

import difflib
import itertools
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from glassnet.lessons.formulas.book import rows
from glassnet.lessons.formulas.diagnosis import differs
from glassnet.lessons.formulas.evaluation import Evaluator, NoSuchLayerError
from glassnet.lessons.formulas.network import HIDDEN
from glassnet.lessons.formulas.reader import notation, read
from glassnet.lessons.formulas.readings import Reading, readings
from glassnet.lessons.formulas.repair import hides_a_product
from glassnet.lessons.formulas.shapes import check_shapes
from glassnet.lessons.formulas.targets import canonical, distance, known, prepared, truth
from glassnet.lessons.formulas.tree import Call, Formula, Node, Operation, Symbol, symbols, walk
from glassnet.lessons.formulas.words import UnreadableFormulaError, phrase
from glassnet.texts import told


@dataclass(frozen=True)
class Answer:
    """What was found about a formula; prints as one to four lines.

    Parameters
    ----------
    formula : str
        As it was given.
    right : bool
        Whether it holds.
    how : tuple of str
        Where it is wrong: how it differs.
    textbook : str
        Where it is wrong: the right formula, in the same notation.
    remarks : tuple of str
        Where it is right: under which reading.
    from_code, from_differences : float or None
        Largest relative difference from the code that trains, and from central differences of the cost; None where
        there is none to take: shapes that differ, or a formula that is no slope.
    """

    formula: str
    right: bool
    how: tuple[str, ...] = ()
    textbook: str = ""
    remarks: tuple[str, ...] = ()
    from_code: float | None = None
    from_differences: float | None = None

    @property
    def lines(self) -> list[str]:
        """Return the answer in sentences: the verdict, how it differs, the right formula, the numbers, remarks."""
        if not self.right:
            instead = [phrase("right is: {formula}", formula=self.textbook)] if self.textbook else []
            return [phrase("wrong: {formula}", formula=self.formula), *self.how, *instead]
        return [phrase("right: {formula}", formula=self.formula), *self._numbers(), *self.remarks]

    def _numbers(self) -> list[str]:
        if self.from_code is None:
            return []
        code = f"{self.from_code:.0e}" if self.from_code else "0"
        if self.from_differences is None:
            return [phrase("it differs by {code} from the code that trains", code=code)]
        text = "it differs by {differences} from central differences, by {code} from the code that trains"
        return [phrase(text, differences=f"{self.from_differences:.0e}", code=code)]

    def to_document(self) -> dict[str, Any]:
        """Return everything as plain data.

        Returns
        -------
        dict
            Plain JSON data: the fields.
        """
        return {
            "formula": self.formula, "right": self.right, "how": [*self.how],
            "textbook": self.textbook or None, "remarks": [*self.remarks],
            "from_code": self.from_code, "from_differences": self.from_differences,
        }  # fmt: skip

    def __str__(self) -> str:
        return "\n  ".join(map(told, self.lines))


@cache
def exercises() -> list[dict[str, str]]:
    """Return the misprints that course notes contain.

    Returns
    -------
    list of dict
        Each with its name, formula, what is wrong, and where such misprints stand.
    """
    text = files(__package__).joinpath("misprints.toml").read_text(encoding="utf-8")
    found: list[dict[str, str]] = tomllib.loads(text)["misprint"]
    return found


def check(formula: str) -> Answer:
    """Check a formula of forward or backward propagation.

    Parameters
    ----------
    formula : str
        From any notes: LaTeX, NumPy, or plain text such as ``dZ[l] = W[l+1]^T dZ[l+1] * g'(Z[l])``, or the shape of
        an array, ``W[l]: (n[l], n[l-1])``. It is read by a grammar of its own; nothing of it is executed.

    Returns
    -------
    Answer
        Whether it is right; and if not, how it differs and what is right.

    Raises
    ------
    UnreadableFormulaError
        If it cannot be read; the message says where, and the nearest form that can be.

    Examples
    --------
    >>> check("dZ[l] = W[l+1]^T dZ[l+1] * g[l]'(Z[l])").right
    True
    >>> print(check("dW[l] = dZ[l] A[l-1]^T"))
    wrong: dW[l] = dZ[l] A[l-1]^T
      1/m is missing: J is the mean over the m samples
      right is: dW[l] = 1/m dZ[l] A[l-1]^T
    """
    text = " ".join(formula.split()) if isinstance(formula, str) else ""
    try:
        with np.errstate(all="ignore"):
            return _checked(text, prepared(read(text)))
    except UnreadableFormulaError as error:
        raise _with_example(error, text) from None


def _checked(text: str, formula: Formula) -> Answer:
    if formula.sign == "shape":
        found = check_shapes(formula)
        return Answer(text, True) if found is None else Answer(text, False, found[1].how, found[1].textbook)
    known(formula.left)
    answer = None
    others = [right for right in formula.rights if not _same(formula.left, right)]
    if not others:
        raise UnreadableFormulaError(phrase("both sides are the same"), formula.rights[0].span[0])
    for right in others:
        answer = _of_side(text, formula, right)
        if not answer.right:
            return answer
    assert answer is not None
    return answer


def _same(left: Node, right: Node) -> bool:
    both = isinstance(left, Symbol) and isinstance(right, Symbol)
    return both and canonical(left) == canonical(right)  # type: ignore[arg-type]


def _of_side(text: str, formula: Formula, right: Node) -> Answer:
    ways = readings(formula)
    of_any = any(isinstance(part, Call) and part.function == "g" for part in walk(right))
    for lenient, way in sorted(itertools.product((False, True), ways), key=lambda one: one[1].one_unit):
        held = [hidden for hidden in HIDDEN if way.holds(formula.left, right, hidden, lenient)]
        if not held or (of_any and len(held) < len(HIDDEN)):  # g is any activation
            continue
        if way.one_unit and not ways[0].one_unit and hides_a_product(formula, right, ways[0]):
            break  # a product entry by entry that is right in a network of one output unit only
        return _right(text, formula, right, way, held, lenient)
    if remark := _other_convention(formula, right, ways):
        return Answer(text, True, remarks=(remark,))
    found = differs(formula, right, ways)
    return Answer(text, False, found.how, found.textbook)


def _right(text: str, formula: Formula, right: Node, way: Reading, held: list[str], lenient: bool) -> Answer:
    named = {part.function for part in walk(right) if isinstance(part, Call)} & set(HIDDEN)
    of_function = isinstance(formula.left, Call)
    remarks = [way.remark] if way.remark and not of_function else []
    if len(held) < len(HIDDEN) and way.L > 1 and not named and not (of_function and formula.left.function != "g"):  # type: ignore[attr-defined]
        remarks.append(phrase("it holds where g is {names}", names=", ".join(held)))
    if lenient:
        remarks.append(phrase("factors side by side are multiplied entry by entry here: * or ⊙ says so"))
    code, differences = 0.0, None
    for seed, at in way.places():
        network = way.network(seed, held[0])
        try:
            expected = truth(formula.left, network, at)
            value = Evaluator(network, at, lenient)(right)
        except NoSuchLayerError:
            continue
        code = max(code, distance(value, expected.code))
        if expected.differences is not None:
            differences = max(differences or 0.0, distance(value, expected.differences))
    return Answer(text, True, remarks=tuple(remarks), from_code=code, from_differences=differences)


def _other_convention(formula: Formula, right: Node, ways: list[Reading]) -> str | None:
    """Return a remark where dZ[L] or dA[L] carries the 1/m that the course gives to dW and db."""
    left = formula.left
    if not isinstance(left, Symbol) or canonical(left).name not in ("dZ", "dA") or ways[0].one_sample:
        return None
    if not any(each.name in ("Y", "y") for each in symbols(right)):
        return None
    times_m = Operation("*", right, Symbol("m"))
    if any(way.holds(left, times_m, hidden, True) for way in ways for hidden in HIDDEN[:2]):
        return phrase("it carries the 1/m of J itself: then dW and db must not carry it again")
    return None


def _with_example(error: UnreadableFormulaError, text: str) -> UnreadableFormulaError:
    """Return the error with the place in the text, and the nearest formula that can be read."""
    form = notation(text)
    forms = [row[form] for row in rows()]
    near = difflib.get_close_matches(text[:200], forms, n=1, cutoff=0.0)
    said = phrase(
        "column {column}: {what}; a form that is read: {near}",
        column=error.position + 1, what=error, near=near[0] if near else forms[0],
    )  # fmt: skip
    return UnreadableFormulaError(said, error.position)
