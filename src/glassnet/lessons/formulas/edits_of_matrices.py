"""Mistakes in transposes, products, orders and sums over samples, each as a change that undoes it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from glassnet.lessons.formulas.question import PRODUCTS, Change, Question
from glassnet.lessons.formulas.tree import Call, Node, Number, Operation, Sum, Symbol, Transposed
from glassnet.lessons.formulas.words import phrase

M = Symbol("m")


def transposition(node: Node, question: Question) -> Iterator[Change]:
    """Transpose a part, or undo it."""
    part = question.formula.quote(node)
    if isinstance(node, Transposed):
        yield node.of, phrase("{part} must not be transposed", part=question.formula.quote(node.of))
    elif not isinstance(node, Number) and not (isinstance(node, Symbol) and node.name in ("m", "alpha", "n", "J")):
        yield Transposed(node), phrase("{part} must be transposed", part=part)


def kind_of_product(node: Node, question: Question) -> Iterator[Change]:
    """Take a matrix product for a product entry by entry, and the reverse."""
    if not isinstance(node, Operation) or node.sign not in PRODUCTS:
        return
    part = question.formula.quote(node)
    if node.sign == "*":
        yield replace(node, sign="@"), phrase("{part} multiplies entry by entry: a matrix product is meant", part=part)
        if isinstance(node.left, Operation) and node.left.sign in (*PRODUCTS, "/"):  # a * b @ c: * binds b and c
            inner = replace(node.left, right=Operation("@", node.left.right, node.right))
            yield inner, phrase("{part} multiplies entry by entry: a matrix product is meant", part=part)
    else:
        text = "{part} is a matrix product: the product entry by entry (* or ⊙) is meant"
        yield replace(node, sign="*"), phrase(text, part=part)


def order(node: Node, question: Question) -> Iterator[Change]:
    """Exchange two factors, or the one that is transposed."""
    if isinstance(node, Operation) and node.sign in PRODUCTS:
        quote = question.formula.quote
        text = "the factors {left} and {right} stand in the wrong order"
        inner = node.left
        last = inner.right if isinstance(inner, Operation) and inner.sign in (*PRODUCTS, "/") else inner
        values = {"left": quote(last), "right": quote(node.right)}
        yield replace(node, left=node.right, right=inner), phrase(text, **values)
        if last is not inner and isinstance(inner, Operation) and inner.sign in PRODUCTS:
            swapped = Operation(inner.sign, inner.left, Operation(node.sign, node.right, last))
            yield swapped, phrase(text, **values)
        text = "the transpose belongs on {right}, not on {left}"

        def with_last(new: Node) -> Node:
            return replace(inner, right=new) if isinstance(inner, Operation) and last is not inner else new

        if isinstance(node.right, Transposed):
            turned = replace(node, left=with_last(Transposed(last)), right=node.right.of)
            yield turned, phrase(text, right=quote(last), left=quote(node.right.of))
        if isinstance(last, Transposed):
            turned = replace(node, left=with_last(last.of), right=Transposed(node.right))
            yield turned, phrase(text, right=quote(node.right), left=quote(last.of))


def grouping(node: Node, question: Question) -> Iterator[Change]:
    """Take the product entry by entry last: A (B * C) -> (A B) * C."""
    if isinstance(node, Operation) and node.sign in PRODUCTS:
        right = node.right
        if isinstance(right, Operation) and right.sign in PRODUCTS:
            quote = question.formula.quote
            text = "{part} is multiplied entry by entry (*) at last, after the matrix product of {left} and {right}"
            values = {"part": quote(right.right), "left": quote(node.left), "right": quote(right.left)}
            yield Operation("*", Operation("@", node.left, right.left), right.right), phrase(text, **values)


def axis(node: Node, question: Question) -> Iterator[Change]:
    """Sum along another axis, or keep both dimensions."""
    if isinstance(node, Call) and node.function == "shape" and node.axis == 0:
        yield replace(node, axis=1), phrase("shape[0] counts the rows: the samples are the columns, shape[1]")
    if isinstance(node, Call) and node.function in ("sum", "mean"):
        right = replace(node, axis=1, keepdims=True)
        if node.axis == 1 and not node.keepdims:
            yield right, phrase("keepdims=True is missing: the sum over axis=1 has shape (n,), not (n, 1)")
        if node.axis == 0:
            text = "axis=0 sums over the units: the samples are the columns, axis=1"
            yield right, phrase(text)
            yield replace(node, axis=1), phrase(text)
        if node.axis is None:
            text = "{part} sums every entry: each unit has its own sum, axis=1 and keepdims=True"
            yield right, phrase(text, part=question.formula.quote(node))
        if node.axis is not None:
            text = "{part} sums along one axis: one number for all entries is meant"
            yield replace(node, axis=None), phrase(text, part=question.formula.quote(node))
    if isinstance(node, Call) and node.function == "mean":
        text = "{part} is a mean: it divides once more; a sum is meant"
        yield replace(node, function="sum"), phrase(text, part=question.formula.quote(node))


def summed(node: Node, question: Question) -> Iterator[Change]:
    """Sum the whole over the samples, or take the mean."""
    if question.many:
        one = Call("sum", (node,), axis=1, keepdims=True)
        text = "the sum over the samples is missing"
        yield one, phrase(text)
        yield Call("sum", (node,)), phrase(text)
        yield Operation("/", one, M), phrase("the mean over the samples is missing: 1/m and the sum")
        yield Operation("/", Call("sum", (node,)), M), phrase("the mean over the samples is missing: 1/m and the sum")


def not_summed(node: Node, question: Question) -> Iterator[Change]:
    """Leave out a sum."""
    inner = node.of if isinstance(node, Sum) else node.arguments[0] if isinstance(node, Call) else None
    if inner is not None and (isinstance(node, Sum) or getattr(node, "function", "") in ("sum", "mean")):
        yield inner, phrase("{part}: nothing is to be summed here", part=question.formula.quote(node))
