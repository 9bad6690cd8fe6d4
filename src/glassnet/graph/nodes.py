"""Nodes: an expression remembers what it was made of, so that derivatives can go back the same way."""

from __future__ import annotations

from builtins import sum as sum_of  # `sum` is an operation here
from collections.abc import Callable
from dataclasses import dataclass, field
from inspect import Parameter, Signature
from itertools import count, pairwise
from typing import Any, TypeAlias

import numpy as np

from glassnet.core import checks
from glassnet.errors import DataError, SettingError, ShapeError, WrongTypeError
from glassnet.graph.operations import OPERATIONS, Value
from glassnet.text_table import aligned
from glassnet.typing import ArrayLike

MOST_PATHS = 64  # that the chain rule writes out


Operand: TypeAlias = "Node | ArrayLike"


@dataclass(eq=False, repr=False)
class Node:
    """A number or matrix that was given, or made of other nodes by an operation.

    Parameters
    ----------
    value : float or array (rows, columns)
        What it is, in float64.
    operation : str, optional
        Name in the table of operations; None for what was given.
    arguments : tuple of Node
        What the operation took.
    name : str, optional
        The name it was given; nodes without one are v1, v2, ... in the order of the expression, the last one J.
    is_constant : bool
        Whether nothing is differentiated by it.

    Attributes
    ----------
    derivative : float, array like value, or None
        dJ/dnode after ``J.backward()``; None before, and for constants.
    """

    __array_ufunc__ = None  # an array on the left leaves the operation to the node

    value: Value
    operation: str | None = None
    arguments: tuple[Node, ...] = ()
    name: str | None = None
    is_constant: bool = False
    derivative: Value = field(default=None, init=False)

    @property
    def shape(self) -> tuple[int, ...]:
        """() for a number, (rows, columns) for a matrix."""
        return np.shape(self.value)

    @property
    def T(self) -> Node:
        """The matrix transposed."""
        return _made("transpose", self)

    def named(self, name: str) -> Node:
        """Give the node a name, and return it.

        Parameters
        ----------
        name : str
            The name.

        Returns
        -------
        Node
            The node itself.
        """
        self.name = name
        return self

    def __add__(self, other: Operand) -> Node:
        return _made("add", self, other)

    def __radd__(self, other: Operand) -> Node:
        return _made("add", other, self)

    def __sub__(self, other: Operand) -> Node:
        return _made("subtract", self, other)

    def __rsub__(self, other: Operand) -> Node:
        return _made("subtract", other, self)

    def __mul__(self, other: Operand) -> Node:
        return _made("multiply", self, other)

    def __rmul__(self, other: Operand) -> Node:
        return _made("multiply", other, self)

    def __truediv__(self, other: Operand) -> Node:
        return _made("divide", self, other)

    def __rtruediv__(self, other: Operand) -> Node:
        return _made("divide", other, self)

    def __pow__(self, other: Operand) -> Node:
        return _made("power", self, other)

    def __matmul__(self, other: Operand) -> Node:
        return _made("matmul", self, other)

    def __rmatmul__(self, other: Operand) -> Node:
        return _made("matmul", other, self)

    def __neg__(self) -> Node:
        return _made("negative", self)

    # ------------------------------------------------------------ forward and backward
    def nodes(self) -> list[Node]:
        """Return all nodes below this one in the order of computation, this one last.

        Returns
        -------
        list of Node
            Each once, after its arguments.
        """
        order: dict[int, Node] = {}
        waiting = [(self, False)]  # a stack of its own: long chains would be too deep for recursion
        while waiting:
            node, is_done = waiting.pop()
            if is_done:
                order[id(node)] = node
            elif id(node) not in order:
                waiting.append((node, True))
                waiting += [(argument, False) for argument in reversed(node.arguments) if id(argument) not in order]
        return list(order.values())

    def backward(self) -> None:
        """Compute the derivative of this node, which must be one number, in every node below it.

        Raises
        ------
        ShapeError
            If the node is a matrix.
        """
        if self.shape != ():
            raise ShapeError(
                f"backward starts from one number; {self._own_name} has shape {self.shape}: take its sum or mean"
            )
        order = self.nodes()
        for node in order:
            node.derivative = None if node.is_constant else np.zeros(node.shape)[()]
        self.derivative = 1.0
        for node in reversed(order):
            for i, argument in enumerate(node.arguments):
                if not argument.is_constant:
                    argument.derivative = argument.derivative + node.share(i, node.derivative)
        for node in order:
            if node.derivative is not None and node.shape == ():
                node.derivative = float(node.derivative)

    def share(self, position: int, d: Value) -> Value:
        """Return what one argument gets of d, the derivative in this node.

        Parameters
        ----------
        position : int
            Of the argument, counted from 0.
        d : float, or array (rows, columns)
            Derivative of J in this node, of its shape.

        Returns
        -------
        float, or array (rows, columns)
            This node's part of the derivative of J in the argument, of the argument's shape.
        """
        back = OPERATIONS[str(self.operation)].back[position]
        return _summed_to(self.arguments[position].shape, back(d, self.value, *(each.value for each in self.arguments)))

    def _share_of(self, argument: Node, d: Value) -> Value:
        """Return what an argument gets of d, wherever the operation takes it."""
        return sum_of(self.share(i, d) for i, each in enumerate(self.arguments) if each is argument)

    # ------------------------------------------------------------ in words
    @property
    def _own_name(self) -> str:
        return self.name or "J"

    def names(self) -> dict[int, str]:
        """Return the name of every node below this one; unnamed constants are their numbers.

        Returns
        -------
        dict of int to str
            By the node's ``id``.
        """
        nodes = self.nodes()
        given = {node.name for node in nodes}
        free = (name for i in count(1) if (name := f"v{i}") not in given)
        names = {}
        for node in nodes:
            if node is self:
                names[id(node)] = self._own_name
            elif node.name is not None:
                names[id(node)] = node.name
            else:
                names[id(node)] = next(free) if node.operation else in_words(node.value)
        return names

    def _formula(self, names: dict[int, str]) -> str:
        """Return the formula in the names of the arguments, such as "b * c"; "" for what was given."""
        if self.operation is None:
            return ""
        arguments = [names[id(each)] for each in self.arguments]
        return OPERATIONS[self.operation].formula.format(
            *(f"({each})" if each.startswith("-") else each for each in arguments)
        )

    def _equation(self, names: dict[int, str]) -> str:
        """Return "name = formula", or the name of what was given."""
        name, formula = names[id(self)], self._formula(names)
        return f"{name} = {formula}" if formula else name

    def shown(self) -> list[Node]:
        """Return the nodes that stand for themselves: all but numbers written into a formula.

        Returns
        -------
        list of Node
            In the order of computation.
        """
        return [node for node in self.nodes() if node.operation or node.name]

    def __str__(self) -> str:
        names, top = self.names(), self._own_name
        rows = [("node = formula", "value", f"d{top}/dnode")]
        for node in self.shown():
            derivative = "" if node.derivative is None else in_words(node.derivative)
            rows.append((node._equation(names), in_words(node.value), "constant" if node.is_constant else derivative))
        return aligned(rows, right={"value", rows[0][2]})

    __repr__ = __str__

    def paths(self, node: Node) -> list[list[Node]]:
        """Return every path from this node down to another one.

        Parameters
        ----------
        node : Node
            Where the paths end.

        Returns
        -------
        list of list of Node
            The nodes on each path, this one first.

        Raises
        ------
        SettingError
            If the node is no part of the expression, or there are more paths than anyone would read.
        """
        counts: dict[int, int] = {id(node): 1}
        for each in self.nodes():
            if each is not node:
                counts[id(each)] = sum_of(counts[id(argument)] for argument in each.arguments)
        if (many := counts.get(id(self), 0)) == 0:
            raise SettingError(f"{node.name or 'the node'} is no part of {self._own_name}: no path leads to it")
        if many > MOST_PATHS:
            raise SettingError(f"{many:,} paths lead from {self._own_name} to {node.name or 'the node'}; "
                               f"at most {MOST_PATHS} are written out")  # fmt: skip
        found, growing = [], [[self]]
        while growing:
            path = growing.pop()
            if path[-1] is node:
                found.append(path)
            else:
                growing += [[*path, each] for each in reversed(path[-1].arguments) if counts[id(each)]]
        return found

    def chain_rule(self, node: Node) -> str:
        """Write the chain rule along each path from this node to another one, and their sum.

        Parameters
        ----------
        node : Node
            A variable or any node of the expression.

        Returns
        -------
        str
            Numbers are written as products of the derivatives on the way; matrices step by step, with shapes.

        Raises
        ------
        SettingError
            If the node is a constant or no part of the expression, or there are more paths than anyone would read.
        """
        if node.is_constant:
            raise SettingError(f"{node.name or 'a number'} is a constant: nothing is differentiated by it")
        paths, names = [list(pairwise(path)) for path in self.paths(node)], self.names()
        head = f"d{names[id(self)]}/d{names[id(node)]}"
        if not paths[0]:
            return f"{head} = 1"
        if all(each.shape == () for path in paths for pair in path for each in pair):
            written = [_product_of_numbers(path, names) for path in paths]
        else:
            written = [_steps_of_matrices(path, names, names[id(self)]) for path in paths]
        if len(written) == 1:
            return f"{head} = {written[0][0]}".replace(" = \n", "\n")
        lines = [f"  path {i}: {text}" for i, (text, _) in enumerate(written, start=1)]
        total = sum_of(value for _, value in written)
        return "\n".join([f"{head} is the sum over {len(written)} paths:", *lines, f"{head} = {in_words(total)}"])

    def to_svg(self) -> str:
        """Return the graph as an SVG picture: values forward in blue, derivatives backward in red.

        Returns
        -------
        str
            An ``<svg>`` element.
        """
        from glassnet.graph.drawing import Box, Line, draw

        names, nodes = self.names(), self.shown()
        number = {id(node): i for i, node in enumerate(nodes)}
        boxes = [Box(node._texts(names, self._own_name), node.operation is None, node.is_constant) for node in nodes]
        lines = [
            Line(number[id(argument)], number[id(node)], node._slope(argument))
            for node in nodes
            for argument in dict.fromkeys(node.arguments)
            if id(argument) in number
        ]
        return draw(f"{self._own_name} as a computation graph", boxes, lines)

    _repr_svg_ = to_svg

    def _texts(self, names: dict[int, str], top: str) -> tuple[str, str, str]:
        """Return name and formula, value, and the derivative of `top` in this node."""
        derivative = "" if self.derivative is None else f"d{top}/d{names[id(self)]} = {in_words(self.derivative)}"
        return self._equation(names), in_words(self.value), derivative

    def _slope(self, argument: Node) -> str:
        """Return the derivative of this node in an argument, where both are numbers."""
        if argument.is_constant or not argument.shape == self.shape == ():
            return ""
        return f"{self._share_of(argument, 1.0) + 0.0:.3g}"


def _product_of_numbers(path: list[tuple[Node, Node]], names: dict[int, str]) -> tuple[str, float]:
    """Return the slopes along a path as letters and numbers, "dJ/dv1 * dv1/db = 3 * 2 = 6", and their product."""
    letters: list[str] = []
    numbers: list[str] = []
    value = 1.0
    for above, below in path:
        slope = above._share_of(below, 1.0)
        letters.append(f"d{names[id(above)]}/d{names[id(below)]}")
        numbers.append(f"({in_words(slope)})" if slope < 0 and numbers else in_words(slope))
        value = value * slope
    parts = [" * ".join(letters), " * ".join(numbers), *([in_words(value)] if len(numbers) > 1 else [])]
    return " = ".join(parts), value


def _steps_of_matrices(path: list[tuple[Node, Node]], names: dict[int, str], top: str) -> tuple[str, Value]:
    """Return a line for each step of a path, with the shape of its result, and the derivative at its end."""
    steps: list[str] = []
    value: Value = 1.0
    for above, below in path:
        value = above._share_of(below, value)
        local, arguments = OPERATIONS[str(above.operation)].local, [names[id(each)] for each in above.arguments]
        d = f"d{top}/d{names[id(above)]}" if steps else "1"
        terms = " + ".join(
            local[i].format(*arguments, y=names[id(above)], d=d)
            for i, argument in enumerate(above.arguments)
            if argument is below
        )
        steps.append(f"d{top}/d{names[id(below)]} = {terms.removeprefix('1 * ')}  {_shape(below.shape)}")
    return "\n    " + "\n    ".join([*steps, f"= {in_words(value)}"]), value


def variables(**values: ArrayLike) -> tuple[Node, ...]:
    """Return one node for each name.

    Parameters
    ----------
    **values : float, or array (rows, columns)
        By name; a matrix may be nested lists.

    Returns
    -------
    tuple of Node
        In the order given.

    Raises
    ------
    WrongTypeError, ShapeError, DataError
        If a value holds no real numbers, is of rank 1, or not finite.

    Examples
    --------
    >>> x, y = variables(x=2, y=3)
    >>> J = x * x * y
    >>> J.backward()
    >>> x.derivative, y.derivative
    (12.0, 4.0)
    """
    return tuple(Node(_checked(name, value), name=name) for name, value in values.items())


def constants(**values: ArrayLike) -> tuple[Node, ...]:
    """Return one node for each name, like `variables`, but nothing is differentiated by them: data, say.

    Parameters
    ----------
    **values : float, or array (rows, columns)
        By name; a matrix may be nested lists.

    Returns
    -------
    tuple of Node
        In the order given.
    """
    return tuple(Node(_checked(name, value), name=name, is_constant=True) for name, value in values.items())


def _checked(name: str, value: Any) -> Value:
    M = np.asarray(value)
    if M.ndim == 0:
        if M.dtype.kind not in "fiub":
            raise WrongTypeError(f"{name}: expected a real number or a matrix; got {value!r}")
        if not np.isfinite(M):
            raise DataError(f"{name}: expected a finite number; got {value!r}")
        return float(M)
    M = checks.matrix(name, value)
    if M.ndim == 3:
        raise ShapeError(f"{name}: expected a number or a matrix of two dimensions; got shape {M.shape}")
    return checks.finite(name, M, np.float64, copy=True)


def _made(operation: str, *given: Any) -> Node:
    """Apply an operation of the table to nodes and plain numbers or matrices."""
    nodes = tuple(
        each if isinstance(each, Node) else Node(_checked("constant", each), is_constant=True) for each in given
    )
    row = OPERATIONS[operation]
    formula = row.formula.format(*(node.name or "·" for node in nodes))
    shapes = " and ".join(_shape(node.shape) for node in nodes)
    if operation in ("matmul", "transpose") and any(node.shape == () for node in nodes):
        raise ShapeError(f"{formula}: expected matrices; got {shapes}")
    try:
        with np.errstate(all="ignore"):
            value = row.value(*(node.value for node in nodes))
    except (ValueError, ZeroDivisionError) as error:
        if isinstance(error, ZeroDivisionError):
            raise DataError(f"{formula}: a division by 0") from None
        rule = "columns of the first as rows of the second" if operation == "matmul" else "shapes that fit"
        raise ShapeError(f"{formula}: expected {rule}; got {shapes}") from None
    if np.iscomplexobj(value) or not np.isfinite(value).all():
        values = ", ".join(in_words(node.value) for node in nodes)
        raise DataError(f"{formula} of {values} is no finite real number, so there is nothing to differentiate")
    constant = all(node.is_constant for node in nodes)
    return Node(float(value) if np.ndim(value) == 0 else value, operation, nodes, is_constant=constant)


def _summed_to(shape: tuple[int, ...], share: Value) -> Value:
    """Sum over the axes that broadcasting had stretched, so that the share has the argument's shape."""
    if np.shape(share) == shape:
        return share
    if shape == ():
        return np.sum(share)
    stretched = tuple(axis for axis, size in enumerate(shape) if size == 1 and np.shape(share)[axis] != 1)
    return np.broadcast_to(np.sum(share, axis=stretched, keepdims=True), shape)


def in_words(value: Value) -> str:
    """Write a number with four digits, a small matrix as a list of rows, a large one as its shape."""
    if np.ndim(value) == 0:
        return f"{value + 0.0:.4g}"
    if value.size <= 4:
        return "[" + ", ".join("[" + ", ".join(f"{x + 0.0:.3g}" for x in row) + "]" for row in value) + "]"
    return f"{_shape(value.shape)} of {value.min():.3g} to {value.max():.3g}"


def _shape(shape: tuple[int, ...]) -> str:
    return "a number" if shape == () else str(shape)


Function: TypeAlias = Callable[..., Node]


def _function(operation: str, *parameters: str) -> Function:
    """Return an operation as a function of nodes, numbers and matrices."""

    def function(*given: Operand) -> Node:
        return _made(operation, *given)

    entries = "".join(f"{each} : Node, float, or array (rows, columns)\n    An argument.\n" for each in parameters)
    function.__name__ = function.__qualname__ = operation
    vars(function)["__signature__"] = Signature([Parameter(each, Parameter.POSITIONAL_ONLY) for each in parameters])
    function.__doc__ = (
        f"Return {OPERATIONS[operation].formula.format(*parameters)} as a node.\n\n"
        f"Parameters\n----------\n{entries}\n"
        "Returns\n-------\nNode\n    The value; ``backward`` of what is made of it gives derivatives.\n\n"
        "Raises\n------\nShapeError, DataError\n    If the shapes do not fit, or a value is not finite.\n"
    )
    return function


exp: Function = _function("exp", "x")
log: Function = _function("log", "x")
tanh: Function = _function("tanh", "x")
sigmoid: Function = _function("sigmoid", "x")
relu: Function = _function("relu", "x")
mean: Function = _function("mean", "x")
sum: Function = _function("sum", "x")  # noqa: A001  its name in every formula
power: Function = _function("power", "x", "exponent")
matmul: Function = _function("matmul", "A", "B")
cross_entropy: Function = _function("cross_entropy", "a", "y")
