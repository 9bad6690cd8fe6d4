"""Functions: their prime and layer, their arguments with or without brackets, axis and keepdims; NumPy's and g."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from glassnet.lessons.formulas.letters import Letters
from glassnet.lessons.formulas.signs import ACTIVATIONS, FUNCTIONS
from glassnet.lessons.formulas.tree import (
    Call,
    Cases,
    Index,
    Minus,
    Node,
    Number,
    Operation,
    Symbol,
    Transposed,
    symbols,
)
from glassnet.lessons.formulas.words import UnreadableFormulaError, phrase

TWO = {"dot": "@", "multiply": "*", "divide": "/", "add": "+", "subtract": "-", "power": "**"}
NEEDS: dict[str, tuple[int, ...]] = {  # numbers of arguments, where it is not one; () is any
    **dict.fromkeys((*TWO, "maximum", "minimum"), (2,)), "where": (3,), "draw": (),
    **dict.fromkeys(("relu_backward", "sigmoid_backward"), (1, 2)),
}  # fmt: skip


@dataclass
class Marks:
    """What was found behind a function's name."""

    braced: bool  # the name stands in braces, which are still open
    slope: bool = False
    layer: Index | None = None
    power: Node | None = None


class Functions(Letters):
    """Reads functions."""

    def function(self, braced: bool = False) -> Node:
        """Read a function, its prime and layer, and its argument, with or without brackets."""
        start, name = self.next.start, self.next.text
        self.at += 1
        if name == "sum" and self.next.text in ("_", "^"):
            return self.summed(start)
        marks = Marks(braced)
        while self._mark(name, marks):
            pass
        if self.next.text == "(":
            arguments, axis, keepdims = self.arguments()
        else:
            arguments, axis, keepdims = (self.power(),), None, False
        node = self.called(name, arguments, axis, keepdims, start)
        if isinstance(node, Call):
            node = replace(node, layer=marks.layer, slope=marks.slope)
        return Operation("**", node, marks.power, span=self.since(start)) if marks.power else node

    def _mark(self, name: str, marks: Marks) -> bool:
        """Read one thing that stands behind a function's name; return whether there was one."""
        if self.take("'"):
            marks.slope = True
        elif marks.braced and self.take("}"):
            marks.braced = False
        elif name in ACTIVATIONS and self.next.text == "[":
            marks.layer = self.index()
        elif self.next.kind == "suffix" or (name == "g" and self.next.text.isdigit()):
            marks.layer = self.figures()
        elif self.take("_"):
            marks.layer = self.lowered()
        elif self.take("^"):
            self._raised_mark(marks)
        else:
            return False
        return True

    def _raised_mark(self, marks: Marks) -> None:
        braces, found = self.take("{"), False
        while self.next.text in ("'", "["):
            found = True
            if self.take("'"):
                marks.slope = True
            else:
                marks.layer = self.index()
        if not found:
            marks.power = self.factor()
        if braces:
            self.expect("}")

    def arguments(self) -> tuple[tuple[Node, ...], int | None, bool]:
        """Read ``(a, b, axis=1, keepdims=True)``."""
        found: list[Node] = []
        axis, keepdims = None, False
        self.expect("(")
        while not self.take(")"):
            if self.take("axis", "="):
                minus = self.take("-")
                if self.next.text not in ("0", "1", "2"):
                    self.fail("0, 1")
                axis = int(self.next.text) * (-1 if minus else 1)
                self.at += 1
            elif self.take("keepdims", "="):
                keepdims = self.next.text in ("True", "1")
                self.at += 1
            else:
                found.append(self.expression())
            if not self.ahead(")"):
                self.expect(",")
        return tuple(found), axis, keepdims

    def called(self, name: str, arguments: tuple[Node, ...], axis: int | None, keepdims: bool, start: int) -> Node:
        """Return what a function's name and arguments mean."""
        function, span = FUNCTIONS.get(name, name), self.since(start)
        if function in ("sum", "mean") and len(arguments) == 2 and isinstance(arguments[1], Number):
            axis = int(min(9, arguments[1].value))
            arguments = (arguments[0],)
        needs = NEEDS.get(function, (1,))
        if needs and len(arguments) not in needs:
            text = "{name} takes {needs} arguments, got {count}"
            raise UnreadableFormulaError(phrase(text, name=name, needs=max(needs), count=len(arguments)), start)
        if function in TWO:
            left, right = arguments
            return Operation(TWO[function], left, right, span=span)
        if function in WRITTEN_OTHERWISE:
            return replace(WRITTEN_OTHERWISE[function](*arguments), span=span)
        if function == "sum" and axis is None and any(each.sample for each in symbols(arguments[0])):
            return self.sum_of(arguments[0], start)
        return Call(function, arguments, axis=axis, keepdims=keepdims, span=span)


def _backward(activation: str, dA: Node, Z: Node | None = None) -> Node:
    return Operation("*", dA, Call(activation, (Z or Symbol("Z", Index("l", 0)),), slope=True))


WRITTEN_OTHERWISE: dict[str, Callable[..., Node]] = {
    "square": lambda of: Operation("**", of, Number(2.0)),
    "transpose": Transposed,
    "negative": Minus,
    "same": lambda of: of,
    "where": Cases,
    "relu_backward": partial(_backward, "relu"),
    "sigmoid_backward": partial(_backward, "sigmoid"),
}
