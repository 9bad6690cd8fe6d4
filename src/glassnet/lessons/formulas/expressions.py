"""The grammar of a right side: sums of terms, products, powers, functions, and what stands behind a letter."""

from __future__ import annotations

from dataclasses import replace

from glassnet.lessons.formulas.cursor import DEEPEST
from glassnet.lessons.formulas.functions import Functions
from glassnet.lessons.formulas.letters import LETTER
from glassnet.lessons.formulas.signs import ACTIVATIONS, NAMES
from glassnet.lessons.formulas.tree import (
    Call,
    Cases,
    Minus,
    Node,
    Number,
    Operation,
    Sum,
    Transposed,
    walk,
)
from glassnet.lessons.formulas.words import UnreadableFormulaError, phrase

PRODUCTS = {"*": "*", "@": "@", "⊙": "*", "·": ".", "×": ".", "/": "/"}
PRIMES = (("'",), ("^", "'"), ("^", "{", "'", "}"))
TRANSPOSED = (("T",), ("ᵀ",), ("{", "T", "}"), ("{", "ᵀ", "}"))
SIDE_BY_SIDE = ("(", "{", "[", "frac", "Σ", "begin cases")  # what may begin a factor without a sign before it


class Expressions(Functions):
    """Reads expressions from the tokens of a text, from left to right."""

    # ---------------------------------------------------------------- sums and products
    def expression(self) -> Node:
        """Read a sum, a comparison of sums, or ``a if condition else b``."""
        self.deeper()
        start, node = self.next.start, self.sum()
        if self.next.text in (">", "<", ">=", "<="):
            sign = self.next.text
            self.at += 1
            node = Operation(sign, node, self.sum(), span=self.since(start))
        if self.take("if"):
            condition = self.expression()
            self.expect("else")
            node = Cases(condition, node, self.expression(), span=self.since(start))
        self.depth -= 1
        return node

    def sum(self) -> Node:
        """Read terms with + and - between them."""
        start, node = self.next.start, self.term()
        while self.next.text in ("+", "-"):
            sign = self.next.text
            self.at += 1
            node = Operation(sign, node, self.term(), span=self.since(start))
        return node

    def term(self) -> Node:
        """Read factors: with a sign of a product or of a division between them, or side by side."""
        start, node = self.next.start, self.factor()
        while True:
            sign = PRODUCTS.get(self.next.text) if self.next.kind == "sign" else None
            if self.times_separates and self.next.text in ("×", "x"):
                return node
            if sign:
                self.at += 1
            elif not self._begins():
                return node
            node = Operation(sign or ".", node, self.factor(), span=self.since(start))

    def _begins(self) -> bool:
        """Return whether the next token begins a factor that stands side by side with the one before."""
        token = self.next
        if token.kind == "name":
            return NAMES[token.text].letter not in ("if", "else", "axis", "keepdims", "prev", "T")
        return token.kind in ("function", "number") or token.text in SIDE_BY_SIDE

    def factor(self) -> Node:
        """Read a factor with its minus sign."""
        start, minus = self.next.start, 0
        while self.next.text in ("-", "+"):
            minus += self.next.text == "-"
            self.at += 1
            if minus > DEEPEST:
                self.fail(phrase("a factor"))
        node = self.power()
        return Minus(node, span=self.since(start)) if minus % 2 else node

    def power(self) -> Node:
        """Read a part and what stands raised behind it: a power, ``T``, a prime."""
        start, node = self.next.start, self.primary()
        while True:
            if self.next.kind == "method":
                node = self._method(node, start)
            elif (slope := self.primed(node)) is not node:
                node = slope
            elif self.take("ᵀ") or self.take("'") or self.take("T"):
                node = Transposed(node, span=self.since(start))
            elif self.next.text in ("^", "**"):
                raised = self.next.text == "^"
                self.at += 1
                if raised and any(self.take(*each) for each in TRANSPOSED):
                    node = Transposed(node, span=self.since(start))
                    continue
                self.deeper()
                node = Operation("**", node, self.factor(), span=self.since(start))
                self.depth -= 1
            else:
                return node

    def primed(self, node: Node) -> Node:
        """Return the derivative where a prime stands behind an activation: g(z)', g(z)^{'}."""
        if (
            isinstance(node, Call)
            and node.function in ACTIVATIONS.values()
            and any(self.take(*each) for each in PRIMES)
        ):
            return replace(node, slope=True, span=self.since(node.span[0]))
        return node

    def _method(self, node: Node, start: int) -> Node:
        name = self.next.text
        self.at += 1
        if name == "T":
            return Transposed(node, span=self.since(start))
        if name == "shape":
            self.expect("[")
            if self.next.text not in ("0", "1"):
                self.fail("0, 1")
            axis = int(self.next.text)
            self.at += 1
            self.expect("]")
            return Call("shape", (node,), axis=axis, span=self.since(start))
        arguments, axis_, keepdims = self.arguments()
        return self.called(name, (node, *arguments), axis_, keepdims, start)

    # ---------------------------------------------------------------- what a factor can be
    def primary(self) -> Node:
        """Read a number, a letter, a function, a fraction, a sum over samples, or brackets."""
        self.deeper()
        node = self._primary()
        self.depth -= 1
        return node

    def _primary(self) -> Node:
        token = self.next
        if self.take("{", "g"):  # {g^{[l]}}'
            self.at -= 1
            return self.function(braced=True)
        if token.kind == "number":
            self.at += 1
            return Number(float(token.text), span=self.since(token.start))
        readers = {"name": self.symbol, "function": self.function, **dict.fromkeys("({[", self.bracket)}
        if reader := readers.get(token.kind) or readers.get(token.text):
            return reader()
        parts = {"frac": self._fraction, "Σ": self.summed, "begin cases": self.cases, "d/dz": self._slope}
        if token.text not in parts:
            self.fail(phrase(LETTER))
        self.at += 1
        return parts[token.text](token.start)

    def _fraction(self, start: int) -> Node:
        top, bottom = self.group(), self.group()
        return self.derivative(top, bottom, start) or Operation("/", top, bottom, span=self.since(start))

    def _slope(self, start: int) -> Node:
        """Read what stands behind d/dz."""
        of = self.power()
        if not isinstance(of, Call) or of.function not in ACTIVATIONS.values():
            self.fail(phrase("an activation behind d/dz"))
        return replace(of, slope=True, span=self.since(start))

    def group(self) -> Node:
        """Read what a command of LaTeX takes: braces, or one token."""
        return self.bracket() if self.next.text == "{" else self.primary()

    def bracket(self) -> Node:
        """Read brackets of any kind; with a comma in them they are a tuple."""
        start, closing = self.next.start, {"(": ")", "{": "}", "[": "]"}[self.next.text]
        self.at += 1
        items = [self.expression()]
        if self.take("over"):
            bottom = self.expression()
            items = [self.derivative(items[0], bottom, start) or Operation("/", items[0], bottom)]
        while self.take(","):
            if self.next.text != closing:
                items.append(self.expression())
        self.expect(closing)
        if len(items) > 1:
            return Call("tuple", tuple(items), span=self.since(start))
        return replace(items[0], span=self.since(min(start, items[0].span[0])))

    def summed(self, start: int) -> Node:
        """Read Σ, its limits, and the rest of the term."""
        while self.next.text in ("_", "^"):  # _{i=1}^{m}, _i: which samples is said by nothing else
            self.skip()
            if self.take("{"):
                while self.next.kind != "end" and not self.take("}"):
                    self.skip()
            else:
                self.skip()
                if self.take("="):
                    self.skip()
        return self.sum_of(self.term(), start)

    def sum_of(self, body: Node, start: int) -> Node:
        """Return a sum over the samples that holds no other sum."""
        if any(isinstance(each, Sum) for each in walk(body)):
            raise UnreadableFormulaError(phrase("a sum within a sum is not read: the samples are summed once"), start)
        return Sum(body, span=self.since(start))

    def cases(self, start: int) -> Node:
        """Read the rows of LaTeX's cases, two of them."""
        values: list[Node] = []
        condition: Node | None = None
        while not self.take("end cases"):
            values.append(self.sum())
            self.take(",")
            self.expect("&")
            self.take(",")
            self.take("if")
            if not self.take("otherwise") and not self.take("else"):
                found = self.expression()
                condition = condition or found
            self.take(";")
        if len(values) != 2 or condition is None:
            raise UnreadableFormulaError(
                phrase("cases are read with two rows, and a condition behind & in the first"), start
            )
        return Cases(condition, values[0], values[1], span=self.since(start))
