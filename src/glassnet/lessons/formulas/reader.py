"""A text into a formula: what it is for, and what it is set equal to; LaTeX, NumPy or plain text."""

from __future__ import annotations

import re

from glassnet.lessons.formulas.expressions import Expressions
from glassnet.lessons.formulas.tree import Call, Formula, Node, Number, Operation, Symbol, children, walk
from glassnet.lessons.formulas.words import UnreadableFormulaError, phrase

MOST_PARTS = 120
EQUAL = ("=", ":=", "≔", "==")
NUMPY = re.compile(r"np\.|@|\.T\b|\.dot\(|\*\*|\.shape|_prev|\.sum\(|\[f?[\"']")
LATEX = re.compile(r"\\[A-Za-z]|[\^_]\{")


def read(text: str) -> Formula:
    """Read a formula.

    Parameters
    ----------
    text : str
        Such as ``dZ[l] = W[l+1]^T dZ[l+1] * g'(Z[l])``.

    Returns
    -------
    Formula
        Its left side, and one right side or several.

    Raises
    ------
    UnreadableFormulaError
        If it cannot be read; the message says where.
    """
    reader = _Reader(text)
    if not any(token.text == "begin cases" for token in reader.tokens):
        reader.tokens = [token for token in reader.tokens if token.text not in ("&", ";")]
    return reader.formula()


def notation(text: str) -> str:
    """Return "latex", "numpy" or "plain": what a text is most like."""
    return "latex" if LATEX.search(text) else "numpy" if NUMPY.search(text) else "plain"


class _Reader(Expressions):
    """Reads the whole statement."""

    of_J: bool | None = None

    def formula(self) -> Formula:
        left = self._left()
        total = self.of_J is True
        start = self.next.start
        if self.ahead(":", "="):  # as some notes space it
            self.at += 1
        if self.take(":") or self.take(".shape") or self.take("∈"):
            return self._shape(left)
        if self.next.kind == "method" and self.next.text == "shape":
            self.at += 1
            if not any(self.take(sign) for sign in EQUAL):
                self.fail("'='")
            return self._shape(left)
        sign = self.next.text
        if sign not in (*EQUAL, "+=", "-="):
            if self.next.kind == "end":
                raise UnreadableFormulaError(phrase("expected '=' and what {left} is", left=self._text(left)), start)
            self.fail("'='")
        self.at += 1
        if isinstance(left, Call) and left.function == "shape":
            return self._shape(left.arguments[0])
        rights = [self.expression()]
        while any(self.take(each) for each in EQUAL):
            rights.append(self.expression())
        self.take(",")
        if self.next.kind != "end":
            self.fail(phrase("the end, or a sign between two factors"))
        drawn = [each for right in rights for each in walk(right) if isinstance(each, Call) and each.function == "draw"]
        if drawn:
            return self._drawn(left, drawn[0])
        return self._checked(Formula(self.text, notation(self.text), left, tuple(rights), _sign(sign), total))

    def _left(self) -> Node:
        start, left = self.next.start, None
        if self.next.kind == "end":
            raise UnreadableFormulaError(phrase("expected a formula; the text is empty"), 0)
        items = []
        while True:
            left = self.subject()
            items.append(left)
            if not self.take(","):
                break
        return items[0] if len(items) == 1 else Call("tuple", tuple(items), span=self.since(start))

    def subject(self) -> Node:
        """Read a part of the left side; its ``.shape`` belongs to the statement."""
        if self.next.kind in ("number", "sign") and self.next.text not in ("frac", "(", "{", "∂", "d/dz"):
            self.fail(phrase("a letter or a function on the left"))
        return self.primed(self.primary())

    def _text(self, node: Node) -> str:
        return self.text[slice(*node.span)]

    def _shape(self, left: Node) -> Formula:
        self.times_separates = True
        start = self.next.start
        if self.take("R"):
            self.expect("^")
        opened = next((close for sign, close in ("()", "{}", "[]") if self.take(sign)), "")
        sizes = [self.sum()]
        while self.take("×") or self.take(",") or self.take("x"):
            if self.next.text != opened or not opened:
                sizes.append(self.sum())
        if opened:
            self.expect(opened)
        if self.next.kind != "end":
            self.fail(phrase("the end, or a sign between two factors"))
        return self._checked(Formula(
            self.text, notation(self.text), left, (Call("tuple", tuple(sizes), span=self.since(start)),), "shape"
        ))  # fmt: skip

    def _drawn(self, left: Node, drawn: Call) -> Formula:
        """Return what ``W = np.random.randn(n1, n0) * 0.01`` says of W's shape."""
        sizes = drawn.arguments
        if len(sizes) == 1 and isinstance(sizes[0], Call) and sizes[0].function == "tuple":
            sizes = sizes[0].arguments
        right = Call("tuple", sizes, span=drawn.span)
        return self._checked(Formula(self.text, notation(self.text), left, (right,), "shape"))

    def _checked(self, formula: Formula) -> Formula:
        parts = sum(1 for right in formula.rights for _ in walk(right))
        if parts > MOST_PARTS:
            raise UnreadableFormulaError(
                phrase(
                    "expected a formula of at most {most} letters and signs; got {count}", most=MOST_PARTS, count=parts
                )
            )
        lefts = (
            formula.left.arguments if isinstance(formula.left, Call) and formula.sign == "shape" else (formula.left,)
        )
        for each in lefts:
            if not isinstance(each, Symbol | Call):
                raise UnreadableFormulaError(phrase("expected an array or a function on the left"), each.span[0])
        if formula.sign == "shape":
            for size in children(formula.rights[0]):
                _check_size(size)
        else:
            for right in formula.rights:
                for part in walk(right):
                    if isinstance(part, Call) and part.function == "tuple":
                        raise UnreadableFormulaError(phrase("a comma in brackets is read in shapes only"), part.span[0])
                    if isinstance(part, Symbol) and part.name in ("dJ", "dL"):
                        raise UnreadableFormulaError(
                            phrase("derivatives are read of J or L by any array, and of A by Z: {example}",
                                   example="∂J/∂W[l]"), part.span[0])  # fmt: skip
        return formula


def _check_size(size: Node) -> None:
    """Check that a part of a shape is made of numbers and sizes, n[l], m, X.shape[0]."""
    if isinstance(size, Call) and size.function == "shape":
        return
    if not isinstance(size, Number | Operation) and not (isinstance(size, Symbol) and size.name in ("n", "m")):
        raise UnreadableFormulaError(phrase("expected sizes such as (n[l], m)"), size.span[0])
    for part in children(size):
        _check_size(part)


def _sign(sign: str) -> str:
    return sign if sign in ("+=", "-=") else "="
