"""A formula as a tree: what is read, evaluated, and changed at one place to see whether that makes it right."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple


class Index(NamedTuple):
    """A layer: ``Index("l", -1)`` is l-1, ``Index("L", 0)`` the last one, ``Index("", 2)`` the second."""

    letter: str
    offset: int

    def __str__(self) -> str:
        if not self.letter:
            return str(self.offset)
        return self.letter + (f"{self.offset:+d}" if self.offset else "")


@dataclass(frozen=True, kw_only=True)
class Node:
    """A part of a formula, and where it stands in the text: from, to."""

    span: tuple[int, int] = field(default=(0, 0), compare=False)


@dataclass(frozen=True)
class Number(Node):
    """A number."""

    value: float


@dataclass(frozen=True)
class Symbol(Node):
    """An array, a size or a rate by its letter; layer, unit (a row, 0 for any) and sample where they are named."""

    name: str
    layer: Index | None = None
    unit: int | None = None
    sample: bool = False


@dataclass(frozen=True)
class Call(Node):
    """A function of its arguments; ``slope`` where it has a prime."""

    function: str
    arguments: tuple[Node, ...]
    layer: Index | None = None
    slope: bool = False
    axis: int | None = None
    keepdims: bool = False


@dataclass(frozen=True)
class Operation(Node):
    """Two parts and the sign between them: + - / ** > < >= <=, and the products.

    ``*`` is the product entry by entry, ``@`` the matrix product; ``.`` is what notes write side by side or with a
    dot: the matrix product of matrices, the product of numbers.
    """

    sign: str
    left: Node
    right: Node


@dataclass(frozen=True)
class Minus(Node):
    """The negative of a part."""

    of: Node


@dataclass(frozen=True)
class Transposed(Node):
    """The transpose of a part."""

    of: Node


@dataclass(frozen=True)
class Sum(Node):
    """A sum over the samples, Σ."""

    of: Node


@dataclass(frozen=True)
class Cases(Node):
    """One part where a condition holds, another elsewhere."""

    condition: Node
    then: Node
    otherwise: Node


@dataclass(frozen=True)
class Formula:
    """A left side and what it is set equal to, one or more times; ``sign`` is =, +=, -= or shape."""

    text: str
    notation: str
    left: Node
    rights: tuple[Node, ...]
    sign: str = "="
    total: bool = False  # the left side is written as a slope of J, not of the loss of one sample

    def quote(self, node: Node) -> str:
        """Return the text of a part."""
        return self.text[slice(*node.span)].strip()


def children(node: Node) -> list[Node]:
    """Return the parts of a part."""
    match node:
        case Operation():
            return [node.left, node.right]
        case Minus() | Transposed() | Sum():
            return [node.of]
        case Call():
            return [*node.arguments]
        case Cases():
            return [node.condition, node.then, node.otherwise]
    return []


def with_children(node: Node, parts: list[Node]) -> Node:
    """Return the same part with others in it."""
    match node:
        case Operation():
            return Operation(node.sign, *parts, span=node.span)
        case Minus() | Transposed() | Sum():
            return replace(node, of=parts[0])
        case Call():
            return replace(node, arguments=tuple(parts))
        case Cases():
            return Cases(*parts, span=node.span)
    return node


def without_spans(node: Node) -> Node:
    """Return a part that stands nowhere in the text that it is put into."""
    return replace(with_children(node, [without_spans(child) for child in children(node)]), span=(0, 0))


def walk(node: Node) -> Iterator[Node]:
    """Yield a part and all parts in it."""
    yield node
    for child in children(node):
        yield from walk(child)


def symbols(node: Node) -> list[Symbol]:
    """Return the symbols in a part, in their order."""
    return [each for each in walk(node) if isinstance(each, Symbol)]


def changed_once(node: Node, change: Callable[[Node], Iterator[tuple[Node, Any]]]) -> Iterator[tuple[Node, Any]]:
    """Yield every tree in which one part is changed, and what `change` says of it."""
    yield from change(node)
    parts = children(node)
    for k, part in enumerate(parts):
        for new, what in changed_once(part, change):
            yield with_children(node, [*parts[:k], new, *parts[k + 1 :]]), what
