"""Letters with their layer, unit and sample, and what is raised behind them: W[l], a^{[l-1](i)T}, x_1, ∂J/∂W."""

from __future__ import annotations

import math
from dataclasses import replace

from glassnet.lessons.formulas.cursor import Cursor
from glassnet.lessons.formulas.signs import LAYERED, NAMES
from glassnet.lessons.formulas.tree import Call, Index, Node, Number, Operation, Symbol, Transposed
from glassnet.lessons.formulas.words import UnreadableFormulaError, phrase

MOST_LAYERS = 9
LAST = Index("L", 0)
WORDS = ("if", "else", "axis", "keepdims", "prev", "T", "R", "l", "i", "j")  # that are no arrays
LETTER = "a letter, a number, a function or a bracket"


class Letters(Cursor):
    """Reads letters."""

    of_J: bool | None = None  # whether a derivative was of J

    def symbol(self) -> Node:
        """Read a letter with its layer, unit and sample, and what is raised behind them."""
        start, name = self.next.start, NAMES[self.next.text]
        self.at += 1
        if name.letter in ("1", "0"):
            return Number(float(name.letter), span=self.since(start))
        if name.letter in WORDS:
            self.at -= 1
            self.fail(phrase(LETTER))
        if name.letter == "e":
            return Number(math.e, span=self.since(start))
        if name.letter in ("J", "dJ", "dL") and self.next.text == "(":  # J(w, b): of what it is a function
            self.bracket()
        if name.letter == "dg":
            return self._differential_of_g(start)
        if name.letter == "L" and self.next.text == "(":
            loss = self.bracket()
            two = isinstance(loss, Call) and loss.function == "tuple" and len(loss.arguments) == 2
            return Call("loss", loss.arguments if two else (), span=self.since(start))  # type: ignore[attr-defined]
        symbol, transposed, squared = self._decorated(name.letter, name.layer, start)
        node: Node = symbol
        top = symbol.name in ("dJ", "dL") or symbol.name in ("dA", "da", "dYhat")
        if top and self.next.text == "/" and self.tokens[self.at + 1].text in NAMES:
            bottom = NAMES[self.tokens[self.at + 1].text].letter
            if bottom[0] == "d" and len(bottom) > 1:
                self.at += 1
                second = self.symbol()
                if derived := self.derivative(symbol, second, start):
                    return derived
        if transposed:
            node = Transposed(node, span=symbol.span)
        return Operation("**", node, Number(2.0), span=symbol.span) if squared else node

    def _differential_of_g(self, start: int) -> Node:
        """Read ``dg(z)/dz`` behind dg; within a fraction of LaTeX what is below the line follows later."""
        of = self.bracket() if self.next.text == "(" else Symbol("z")
        node = Call("g", (of,), span=self.since(start))
        if self.take("/"):
            return self.derivative(node, self.symbol(), start) or node
        return node

    def _decorated(self, letter: str, layer_of_name: str, start: int) -> tuple[Symbol, bool, bool]:
        """Read what belongs to a letter; return it, and whether it is transposed and squared."""
        layer, below, unit, sample = _layer(layer_of_name), None, 0, False
        transposed, squared = 0, False
        while True:
            layered = letter in LAYERED or letter in ("L",)
            if self.next.kind == "suffix":
                below = self.figures()
            elif self.next.text == "[" and layered:
                layer = self.index()
            elif self.take("(", "i", ")"):
                sample = True
            elif self.next.text == "_":
                self.at += 1
                if self.take("j") or self.take("{", "j", "}"):
                    unit = -1
                else:
                    below = self.lowered()
            elif self.next.text == "^" and (found := self.raised(letter)):
                layer, sample = found[0] or layer, sample or found[1]
                transposed += found[2]
                squared = squared or found[3]
            else:
                break
        if below is not None:
            is_unit = not below.letter and (layer is not None or letter in ("x", "w", "dw"))
            unit, layer = (below.offset, layer) if is_unit else (unit, below)
        symbol = Symbol(letter, layer, unit, sample, span=self.since(start))
        return symbol, transposed % 2 == 1, squared

    def index(self) -> Index:
        """Read ``[l-1]``, ``[2]``, ``[L]``."""
        self.expect("[")
        found = self.layer()
        self.expect("]")
        return found

    def layer(self) -> Index:
        """Read l, l-1, L, 2."""
        if self.next.kind == "number" and self.next.text.isdigit() and int(self.next.text) <= MOST_LAYERS:
            self.at += 1
            return Index("", int(self.tokens[self.at - 1].text))
        if self.next.text not in ("l", "L", "i"):
            raise UnreadableFormulaError(
                phrase("expected a layer such as [l], [l-1], [2] or [L], got {got}", got=f"'{self.next.text}'"),
                self.next.start,
            )
        letter = "L" if self.next.text == "L" else "l"
        self.at += 1
        if self.next.text in ("+", "-"):
            sign = -1 if self.next.text == "-" else 1
            self.at += 1
            if self.next.text not in ("1", "2"):
                self.fail("1, 2")
            self.at += 1
            return Index(letter, sign * int(self.tokens[self.at - 1].text))
        return Index(letter, 0)

    def lowered(self) -> Index:
        """Read what stands low behind a letter: prev, a layer, a number."""
        braces = self.take("{")
        if self.take("prev"):
            found = Index("l", -1)
        elif self.next.text == "[":
            found = self.index()
        else:
            found = self.layer()
        if braces:
            self.expect("}")
        return found

    def _is_number(self, ahead: int) -> bool:
        return self.tokens[min(self.at + ahead, len(self.tokens) - 1)].text.isdigit()

    def raised(self, letter: str) -> tuple[Index | None, bool, int, bool] | None:
        """Read what stands high behind a letter: layer, sample, T, a square; None where it is a power."""
        before, layer, sample, transposed, inner, squared = self.at, None, False, 0, 0, False
        self.at += 1
        braces = self.take("{")
        while True:
            if self.next.text == "[":
                layer = self.index()
            elif self.take("(", "i", ")"):
                sample = True
            elif self.take("T") or self.take("ᵀ") or self.take("'") or (braces and self.take("^", "T")):
                transposed += 1
            elif self.next.text == "(" and self._is_number(1) and (layer or letter in ("x", "y", "X")):
                self.at += 2
                self.expect(")")
                sample = True
            elif braces and (layer or sample) and self.next.text == "2" and self.tokens[self.at + 1].text == "}":
                self.at += 1
                squared = True
            elif (
                self.next.text == "("
                and self.tokens[self.at + 1].text in ("l", "L", "1", "2", "3")
                and letter in LAYERED
            ):
                self.at += 1
                layer = self.layer()
                self.expect(")")
            elif braces and self.take("{"):
                inner += 1
            elif inner and self.take("}"):
                inner -= 1
            else:
                break
            if not braces:
                return layer, sample, transposed, squared
        if (layer or sample or transposed) and (not braces or self.take("}")):
            return layer, sample, transposed, squared
        self.at = before
        return None

    def figures(self) -> Index:
        """Read the digits that touch a letter: W1, g2."""
        if int(self.next.text) > MOST_LAYERS:
            text = "layers and units are read up to {most}"
            raise UnreadableFormulaError(phrase(text, most=MOST_LAYERS), self.next.start)
        self.at += 1
        return Index("", int(self.tokens[self.at - 1].text))

    def derivative(self, top: Node, bottom: Node, start: int) -> Node | None:
        """Return what ∂J/∂W is: dW; and ∂A/∂Z: g'(Z). None for a fraction of other things."""
        span = self.since(start)
        if not isinstance(bottom, Symbol) or len(bottom.name) < 2 or bottom.name[0] != "d":
            return None
        if isinstance(top, Call) and top.function == "g" and bottom.name.lower() == "dz":
            return replace(top, slope=True, span=span)
        if not isinstance(top, Symbol):
            return None
        if top.name in ("dJ", "dL"):
            self.of_J = top.name == "dJ"
            return replace(bottom, span=span)
        if top.name.lower() in ("da", "dyhat") and bottom.name.lower() == "dz":
            layer = LAST if top.name == "dYhat" else bottom.layer
            return Call("g", (Symbol(bottom.name[1], layer, bottom.unit, bottom.sample),), layer, slope=True, span=span)
        if top.name[0] == "d" and len(top.name) > 1:
            raise UnreadableFormulaError(
                phrase("derivatives are read of J or L by any array, and of A by Z: {example}", example="∂J/∂W[l]"),
                start,
            )
        return None


def _layer(name: str) -> Index | None:
    if not name:
        return None
    return LAST if name == "L" else Index("l", -1) if name == "-1" else Index("", int(name))
