"""Mistakes in signs, factors, terms, powers, fractions and brackets, each as a change that undoes it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from glassnet.lessons.formulas.question import PRODUCTS, TERMS, Change, Question
from glassnet.lessons.formulas.tree import (
    Call,
    Minus,
    Node,
    Number,
    Operation,
    Sum,
    Symbol,
    Transposed,
    children,
    walk,
    without_spans,
)
from glassnet.lessons.formulas.words import phrase

M, ONE = Symbol("m"), Number(1.0)


def sign_of_all(node: Node, question: Question) -> Iterator[Change]:
    """Turn the sign of the whole."""
    yield Minus(node), phrase("the sign of the whole right side is wrong")


def mean(node: Node, question: Question) -> Iterator[Change]:
    """Multiply or divide the whole by m, or by a small number."""
    if question.many:
        yield Operation("/", node, M), phrase("1/m is missing: J is the mean over the m samples")
        yield Operation("*", node, M), phrase("1/m is one factor too many: J is a mean, so it stands once")
    for times in (2, 3, 4, 10):
        yield Operation("/", node, Number(times)), phrase("the result is {times} times what is right", times=times)
        yield Operation("*", node, Number(times)), phrase("the result is 1/{times} of what is right", times=times)


def sign_of_part(node: Node, question: Question) -> Iterator[Change]:
    """Turn the sign of a term or of an exponent."""
    if isinstance(node, Minus):
        yield node.of, phrase("the sign of {part} is wrong", part=question.formula.quote(node.of))
    elif isinstance(node, Operation) and node.sign in TERMS:
        other = "-" if node.sign == "+" else "+"
        yield replace(node, sign=other), phrase("the sign of {part} is wrong", part=question.formula.quote(node.right))
    if isinstance(node, Operation) and node.sign in TERMS:
        flipped = replace(node, left=Minus(node.left))
        yield flipped, phrase("the sign of {part} is wrong", part=question.formula.quote(node.left))
    if isinstance(node, Operation) and node.sign == "**":
        power = replace(node, right=Minus(node.right))
        yield power, phrase("the sign of the exponent {part} is wrong", part=question.formula.quote(node.right))
    if isinstance(node, Call) and node.function == "exp":
        argument = replace(node, arguments=(Minus(node.arguments[0]),))
        part = question.formula.quote(node.arguments[0])
        yield argument, phrase("the sign of the exponent {part} is wrong", part=part)


def missing(node: Node, question: Question) -> Iterator[Change]:
    """Add a piece of the right formula; the whole, its terms and its brackets take one."""
    quote = question.textbook.quote
    for part in pieces(question.textbook.rights[0]):
        name, piece = quote(part), without_spans(part)
        if not (isinstance(piece, Operation) and piece.sign in TERMS):
            for sign in TERMS:
                yield Operation(sign, node, piece), phrase("the term {term} is missing", term=name)
        for sign in ("*", "@"):
            yield Operation(sign, node, piece), phrase("the factor {factor} is missing", factor=name)
        yield Operation("@", piece, node), phrase("the factor {factor} is missing", factor=name)
        if isinstance(piece, Symbol):
            yield Operation("-", piece, node), phrase("{right} - ... is missing: the step starts there", right=name)


def pieces(node: Node) -> list[Node]:
    """Return the parts of the right formula that may be missing: its terms, factors and functions, not the whole."""
    found: list[Node] = []
    for each in walk(node):
        terms = children(each) if isinstance(each, Operation) and each.sign in TERMS else []
        factors = [each] if isinstance(each, Symbol | Call | Transposed | Operation) else []
        found += [part for part in (*terms, *factors) if part not in found and part != node and _may_be_missing(part)]
    return found[:16]


def _may_be_missing(part: Node) -> bool:
    return not isinstance(part, Number | Minus) and getattr(part, "sign", "/") in ("/", "*", ".", "+", "-")


def too_many(node: Node, question: Question) -> Iterator[Change]:
    """Leave out a factor, a term, or a division."""
    quote = question.formula.quote
    if isinstance(node, Operation) and node.sign in PRODUCTS:
        text = "{part} in {whole} is one factor too many"
        yield node.right, phrase(text, part=quote(node.left), whole=quote(node))
        yield node.left, phrase(text, part=quote(node.right), whole=quote(node))
    elif isinstance(node, Operation) and node.sign in TERMS:
        left, right = node.left, node.right
        if left == ONE and node.sign == "-":
            yield right, phrase("{part} stands where {right} belongs", part=quote(node), right=quote(right))
        yield left, phrase("{part} is one term too many", part=quote(right))
        yield right if node.sign == "+" else Minus(right), phrase("{part} is one term too many", part=quote(left))
    elif isinstance(node, Operation) and node.sign == "/":
        yield node.left, phrase("the division by {part} is one too many", part=quote(node.right))


def complement(node: Node, question: Question) -> Iterator[Change]:
    """Take 1 - a for a, or 1 + a."""
    part = question.formula.quote(node)
    if isinstance(node, Symbol | Call | Operation):
        yield Operation("-", ONE, node), phrase("{part} stands where {right} belongs", part=part, right=f"1 - {part}")
        yield Operation("+", ONE, node), phrase("{part} stands where {right} belongs", part=part, right=f"1 + {part}")


def power(node: Node, question: Question) -> Iterator[Change]:
    """Square a part, or undo a power."""
    part = question.formula.quote(node)
    if isinstance(node, Operation) and node.sign == "**":
        text = "the power in {part} is one too many"
        yield node.left, phrase(text, part=part)
        yield replace(node, right=Number(2.0)), phrase("the exponent in {part} must be 2", part=part)
    if isinstance(node, Symbol | Call):
        yield Operation("**", node, Number(2.0)), phrase("{part} must be squared", part=part)


def number(node: Node, question: Question) -> Iterator[Change]:
    """Take another of the numbers that formulas have."""
    if isinstance(node, Number):
        part = question.formula.quote(node)
        for value in (0.0, 1.0, 2.0, 0.01):
            yield (
                replace(node, value=value),
                phrase("{part} stands where {right} belongs", part=part, right=f"{value:g}"),
            )


def fraction(node: Node, question: Question) -> Iterator[Change]:
    """Exchange numerator and denominator."""
    if isinstance(node, Operation) and node.sign == "/":
        text = "numerator and denominator of {part} are exchanged"
        yield replace(node, left=node.right, right=node.left), phrase(text, part=question.formula.quote(node))


def brackets(node: Node, question: Question) -> Iterator[Change]:
    """Take a term into the factor, fraction or sum that stands before it, or out of it."""
    if not isinstance(node, Operation) or node.sign not in TERMS:
        return
    text = "brackets are missing around {part}"
    first, last = node.left, node.right
    outer: Callable[[Node], Node] = lambda new: new  # noqa: E731
    if isinstance(first, Minus):
        inner = Operation(node.sign, first.of, last, span=(first.of.span[0], last.span[1]))
        yield Minus(inner), phrase(text, part=question.formula.quote(inner))
        first, outer = first.of, Minus
    if isinstance(first, Operation) and first.sign in (*PRODUCTS, "/", "**"):
        inner = Operation(node.sign, first.right, last, span=(first.right.span[0], last.span[1]))
        regrouped: Node = replace(first, right=inner)
        yield outer(regrouped), phrase(text, part=question.formula.quote(inner))
        if isinstance(first.right, Sum | Call):
            held = first.right.of if isinstance(first.right, Sum) else first.right.arguments[0]
            inner = Operation(node.sign, held, last, span=(held.span[0], last.span[1]))
            taken = replace(first.right, **({"of": inner} if isinstance(first.right, Sum) else {"arguments": (inner,)}))
            regrouped = replace(first, right=taken)
            yield outer(regrouped), phrase(text, part=question.formula.quote(inner))
