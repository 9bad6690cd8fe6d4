"""The value of an expression on a small network: a walk over the tree, with NumPy's shapes; no text is executed."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from glassnet.arrays import numpy_namespace as xp
from glassnet.core.activations import ACTIVATIONS
from glassnet.lessons.formulas.network import ALPHA, LOSS, SmallNetwork
from glassnet.lessons.formulas.signs import MATRICES
from glassnet.lessons.formulas.tree import (
    Call,
    Cases,
    Index,
    Minus,
    Node,
    Number,
    Operation,
    Sum,
    Symbol,
    Transposed,
    symbols,
)
from glassnet.typing import AnyArray as Array


class Place(NamedTuple):
    """Where a formula is looked at: layer l, sample i, unit j, each a number from its own range."""

    l: int
    i: int = 0
    j: int = 0


class NoSuchLayerError(Exception):
    """The network has no such layer or array here: W[0], A[L+1]."""


class MisfitError(Exception):
    """Two shapes do not fit.

    Parameters
    ----------
    node : Node
        The operation, or the function, that cannot be computed.
    shapes : tuple of shapes
        Of its parts.
    """

    def __init__(self, node: Node, *shapes: tuple[int, ...]) -> None:
        super().__init__()
        self.node, self.shapes = node, shapes


class Evaluator:
    """Evaluates parts of a formula at a place of a network.

    Parameters
    ----------
    network : SmallNetwork
        Its arrays.
    at : Place
        Layer, sample and unit.
    lenient : bool
        Whether factors side by side may also mean the product entry by entry, where the matrix product does not fit.
    """

    def __init__(self, network: SmallNetwork, at: Place, lenient: bool = False) -> None:
        self.network, self.at, self.lenient = network, at, lenient

    def layer(self, index: Index | None) -> int:
        """Return the number of a layer."""
        if index is None:
            return self.at.l
        return index.offset + {"l": self.at.l, "L": self.network.L, "": 0}[index.letter]

    def __call__(self, node: Node) -> Array:
        """Return the value of a part.

        Parameters
        ----------
        node : Node
            Part of a formula.

        Returns
        -------
        array
            Of any shape; a number has the shape ().

        Raises
        ------
        MisfitError
            If shapes do not fit.
        NoSuchLayerError
            If a layer does not exist here.
        """
        return _EVALUATED[type(node)](self, node)

    def cases(self, node: Cases) -> Array:
        """Return one part where the condition holds, the other elsewhere."""
        parts = [self(part) for part in (node.condition, node.then, node.otherwise)]
        try:
            return np.where(*parts)
        except ValueError:
            raise MisfitError(node, *map(np.shape, parts)) from None

    # ---------------------------------------------------------------- letters
    def symbol(self, symbol: Symbol) -> Array:
        """Return the array, the row or the column that a symbol names."""
        net, name = self.network, symbol.name
        single = {"m": net.m, "alpha": ALPHA, "J": net.J}
        if name in single:
            return np.float64(single[name])
        if name == "n":
            l = self.layer(symbol.layer)
            if not 0 <= l <= net.L:
                raise NoSuchLayerError
            return np.float64(net.n[l])
        if name in ("w", "dw"):
            M = self._array(name[:-1] + "W", symbol.layer, symbol.sample)
            if symbol.unit and symbol.layer is not None:  # the weights of one unit, as a column
                return self._row(M, symbol.unit).T
            M = M.T if symbol.layer is None else M
            return self._row(M, symbol.unit) if symbol.unit else M
        M = self._array(MATRICES.get(name, name), symbol.layer, symbol.sample)
        return self._row(M, symbol.unit) if symbol.unit else M

    def _row(self, M: Array, unit: int) -> Array:
        row = self.at.j if unit < 0 else unit - 1
        if not 0 <= row < len(M):
            raise NoSuchLayerError
        return M[row : row + 1]

    def _array(self, name: str, index: Index | None, sample: bool) -> Array:
        net = self.network
        fixed = {"X": net.X, "Y": net.Y, "Yhat": net.A[net.L], "L": net.losses, "dYhat": net.dA[net.L], "dX": net.dA[0]}
        if name in fixed:
            M = fixed[name]
        else:
            l = self.layer(index)
            first = 0 if name in ("A", "dA") else 1
            if not first <= l <= net.L:
                raise NoSuchLayerError
            if sample and name in ("dW", "db"):
                dz = net.dZ[l][:, [self.at.i]]
                return dz @ net.A[l - 1][:, [self.at.i]].T if name == "dW" else dz
            M = getattr(net, name)[l]
            if name in ("W", "b", "dW", "db"):
                return M
        return M[:, [self.at.i]] if sample else M

    # ---------------------------------------------------------------- operations
    def operation(self, node: Operation) -> Array:
        """Return the value of two parts and the sign between them."""
        left, right = self(node.left), self(node.right)
        if node.sign in ("@", "."):
            return self._product(node, left, right)
        try:
            return 1.0 * _ENTRY_BY_ENTRY[node.sign](left, right)  # a comparison gives 1 and 0
        except ValueError:
            raise MisfitError(node, left.shape, right.shape) from None

    def _product(self, node: Operation, left: Array, right: Array) -> Array:
        if left.ndim == 0 or right.ndim == 0 or (node.sign == "." and 1 in (left.size, right.size)):
            return left * right
        if left.shape[-1] == right.shape[0]:
            return np.dot(left, right)
        if node.sign == "." and self.lenient and left.shape == right.shape:
            return left * right
        raise MisfitError(node, left.shape, right.shape)

    def summed(self, node: Sum) -> Array:
        """Return a sum over the samples: of what is written for sample i, or of the columns."""
        of = node.of
        if any(symbol.sample for symbol in symbols(of)):
            total: Array = np.float64(0)
            for i in range(self.network.m):
                total = total + Evaluator(self.network, self.at._replace(i=i), self.lenient)(of)
            return total
        M = self(of)
        return M.sum(axis=-1, keepdims=True) if M.ndim == 2 else M.sum()

    # ---------------------------------------------------------------- functions
    def call(self, node: Call) -> Array:
        """Return the value of a function."""
        values = [self(each) for each in node.arguments]
        name = node.function
        if name == "g" or name in ACTIVATIONS:
            return self._activation(node, values[0])
        if name in ("sum", "mean"):
            function = np.sum if name == "sum" else np.mean
            try:
                return np.asarray(function(values[0], axis=node.axis, keepdims=node.keepdims))
            except ValueError:
                raise MisfitError(node, np.shape(values[0])) from None
        if name == "shape":
            axis = node.axis or 0
            if axis >= np.ndim(values[0]):
                raise MisfitError(node, np.shape(values[0]))
            return np.float64(np.shape(values[0])[axis])
        try:
            if name == "loss":
                return LOSS.value(xp, *values) if values else self.network.losses
            return np.asarray(getattr(np, name)(*values))
        except ValueError:
            raise MisfitError(node, *map(np.shape, values)) from None

    def of_value(self, node: Call, value: Array) -> Array:
        """Return an activation of numbers that stand for its argument."""
        return self._activation(node, value)

    def _activation(self, node: Call, value: Array) -> Array:
        if node.function == "g":
            inner = node.arguments[0]
            index = node.layer or (inner.layer if isinstance(inner, Symbol) else None)
            l = self.layer(index)
            if not 1 <= l <= self.network.L:
                raise NoSuchLayerError
            entry = self.network.g[l]
        else:
            entry = ACTIVATIONS[node.function]
        assert entry
        result = entry.value(xp, value)
        return entry.slope(xp, value, result) if node.slope and entry.slope else result


_ENTRY_BY_ENTRY = {
    "+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide, "**": np.power,
    ">": np.greater, "<": np.less, ">=": np.greater_equal, "<=": np.less_equal,
}  # fmt: skip
_EVALUATED: dict[type[Node], Callable[..., Array]] = {
    Number: lambda _, node: np.float64(node.value),
    Symbol: Evaluator.symbol,
    Minus: lambda evaluate, node: -evaluate(node.of),
    Transposed: lambda evaluate, node: np.transpose(evaluate(node.of)),
    Operation: Evaluator.operation,
    Sum: Evaluator.summed,
    Cases: Evaluator.cases,
    Call: Evaluator.call,
}
