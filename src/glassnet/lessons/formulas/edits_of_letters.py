"""Mistakes in layers, letters and functions, each as a change that undoes it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from glassnet.lessons.formulas.question import Change, Question
from glassnet.lessons.formulas.signs import MATRICES
from glassnet.lessons.formulas.tree import Call, Index, Node, Symbol, children, walk, with_children
from glassnet.lessons.formulas.words import phrase

CONFUSED = {  # letter -> the letters that may have been meant
    "Z": "A dZ X", "A": "Z dA X Y alpha", "dZ": "dA Z dW db", "dA": "dZ A", "W": "dW Z A b",
    "dW": "W db", "b": "db W", "db": "b dW", "Y": "A X",
    "X": "A Y", "w": "dw", "dw": "w", "Yhat": "Y",
}  # fmt: skip
SMALL = {large: small for small, large in MATRICES.items()}
LAYERED = ("Z", "A", "W", "b", "dZ", "dA", "dW", "db", "z", "a", "dz", "da")
FUNCTIONS = {"exp": ["log"], "log": ["exp"], "maximum": ["minimum"], "minimum":
             ["maximum"], "sigmoid": ["tanh", "relu"], "tanh": ["sigmoid", "relu"], "relu": ["sigmoid", "tanh"],
             "abs": ["squeeze"]}  # fmt: skip


def near(question: Question) -> tuple[Index, ...]:
    """Return the layer of the left side, those beside it, and the last one."""
    own: Index = getattr(question.formula.left, "layer", None) or Index("l", 0)
    return (own, own._replace(offset=own.offset - 1), own._replace(offset=own.offset + 1), Index("L", 0))


def index(node: Node, question: Question) -> Iterator[Change]:
    """Take a neighbouring layer."""
    if isinstance(node, Call) and node.layer and isinstance(node.arguments[0], Symbol):
        for step in (-1, 1):
            layer = node.layer._replace(offset=node.layer.offset + step)
            moved = replace(node, layer=layer, arguments=(replace(node.arguments[0], layer=layer),))
            text = "{part} has the wrong index: [{layer}] belongs there"
            yield moved, phrase(text, part=question.formula.quote(node), layer=layer)
    if not isinstance(node, Symbol) or node.name not in LAYERED:
        return
    layer = node.layer or Index("l", 0)
    others = [layer._replace(offset=layer.offset + step) for step in (-1, 1, -2, 2)]
    if layer.letter == "l":
        others.append(Index("L", 0))
    if layer.letter == "L":
        others.append(Index("l", 0))
    for other in others:
        right = replace(node, layer=other)
        text = "{part} has the wrong index: {right} belongs here"
        yield right, phrase(text, part=question.formula.quote(node), right=shown(right))


def letter(node: Node, question: Question) -> Iterator[Change]:
    """Take another letter of the same kind."""
    if not isinstance(node, Symbol):
        return
    large = MATRICES.get(node.name, node.name)
    for other in CONFUSED.get(large, "").split():
        for layer in dict.fromkeys((node.layer, *near(question))) if other in LAYERED else (None,):
            name = SMALL.get(other, other) if node.name in MATRICES else other
            right = replace(node, name=name, layer=layer)
            text = "{part} stands where {right} belongs"
            yield right, phrase(text, part=question.formula.quote(node), right=shown(right))


def function(node: Node, question: Question) -> Iterator[Change]:
    """Take the derivative for the function or for its argument, or another function."""
    if isinstance(node, Symbol) and node.name in ("Z", "A", "z", "a"):
        slope = Call("g", (replace(node, name={"A": "Z", "a": "z"}.get(node.name, node.name)),), slope=True)
        right = f"g'({shown(slope.arguments[0])})"  # type: ignore[arg-type]
        yield slope, phrase("{part} stands where {right} belongs", part=question.formula.quote(node), right=right)
    if not isinstance(node, Call):
        return
    part, text = question.formula.quote(node), "{part} stands where {right} belongs"
    if node.function in ("g", "sigmoid", "tanh", "relu", "leaky_relu"):
        other = replace(node, slope=not node.slope)
        if node.slope:
            yield other, phrase("{part} is the derivative: the function itself belongs here", part=part)
        else:
            yield other, phrase("{part} is the function: its derivative belongs here", part=part)
        if isinstance(node.arguments[0], Symbol):
            yield node.arguments[0], phrase(text, part=part, right=question.formula.quote(node.arguments[0]))
    for name in FUNCTIONS.get(node.function, ()):
        yield replace(node, function=name), phrase(text, part=part, right=f"{name.removesuffix('imum')}(...)")


def logarithm(node: Node, question: Question) -> Iterator[Change]:
    """Take the natural logarithm everywhere."""
    used = {each.function for each in walk(node) if isinstance(each, Call)} & {"log10", "log2"}

    def natural(part: Node) -> Node:
        part = with_children(part, [natural(child) for child in children(part)])
        return replace(part, function="log") if isinstance(part, Call) and part.function in used else part

    for name in used:
        yield natural(node), phrase("{part} stands where {right} belongs", part=name, right="log")


def lefts(question: Question) -> Iterator[tuple[Symbol, str]]:
    """Yield what else the right side may be: the same array of another layer, another array, or the loss."""
    left = question.formula.left
    if not isinstance(left, Symbol):
        return
    text = "the right side is {right}, not {left}"
    names = [name for name in ("dZ", "dA", "dW", "db", "Z", "A", "L") if name != MATRICES.get(left.name, left.name)]
    others = [replace(left, name=name, layer=None if name == "L" else left.layer, unit=0) for name in names]
    for other in (*(part for part, _ in index(left, question)), *others):
        assert isinstance(other, Symbol)
        yield other, phrase(text, right=shown(other), left=question.formula.quote(left))


def shown(symbol: Symbol) -> str:
    """Return a symbol in plain text: A[l-1], ŷ(i)."""
    name = {"Yhat": "Ŷ", "yhat": "ŷ", "alpha": "α"}.get(symbol.name, symbol.name)
    if (symbol.name, symbol.layer) == ("A", Index("", 0)):
        return "X"
    layer = f"[{symbol.layer}]" if symbol.layer else "[l]" if symbol.name in LAYERED else ""
    return f"{name}{layer}{'(i)' if symbol.sample else ''}"
