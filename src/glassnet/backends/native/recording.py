"""Symbols in place of arrays: a function is run once with them, and its operations are recorded as a program.

A symbol has dimensions by name, such as ("n1", "m"), and the operation that computes it. Running a function with
symbols records every operation in order; `lowering.py` turns the record into words that the library runs. So each
formula is written in only one place, the function.
"""

from __future__ import annotations

from collections.abc import Callable
from numbers import Real
from typing import Any, NoReturn

Dims = tuple[str, ...]

ONE = "1"  # the dimension of size 1

UNARY = ("copy", "neg", "abs", "exp", "expm1", "log", "log1p", "tanh", "erf", "sqrt", "sign", "step")
BINARY = ("add", "sub", "mul", "truediv", "pow", "gt", "lt", "maximum", "minimum")
TERNARY = ("where",)
REDUCTIONS = ("row_sums", "column_sums", "column_max", "total", "sum_last")


class Program:
    """The record: symbols in the order in which they were made."""

    def __init__(self, dtype: Any) -> None:
        self.dtype = dtype
        self.symbols: list[Symbol] = []
        self.stores: list[tuple[str, Symbol]] = []  # name of an input array, and a value that is written to it
        self.counts: dict[str, str] = {}  # dimension -> the number of its size, where that is not the size of the loops
        self.sizes: set[str] = set()  # names of numbers that are sizes of layers
        self.known: dict[tuple[str, Symbol], Symbol] = {}  # reduction and its argument -> a number that is given
        self.ungrouped = ""  # the dimension of the rows of groups and others together: n[0]
        self.barriers: list[int] = []  # positions after which inputs are read again, because stores have changed them

    def input(self, name: str, dims: Dims) -> Symbol:
        """Return the symbol of an array or number that is an argument."""
        return Symbol(self, "input", (), dims, name)

    def barrier(self) -> None:
        """Make all symbols that follow see the stores so far."""
        self.barriers.append(len(self.symbols))


class Symbol:
    """A value that is computed later: an input, or an operation on other symbols and plain numbers."""

    __array_ufunc__ = None  # NumPy's scalars must use the operators below

    def __init__(self, program: Program, op: str, args: tuple[Any, ...], dims: Dims, name: str = "") -> None:
        self.program: Program = program
        self.op: str = op
        self.args: tuple[Any, ...] = args
        self.dims: Dims = dims
        self.name: str = name
        self.number: int = len(program.symbols)
        program.symbols.append(self)

    @property
    def shape(self) -> tuple[Any, ...]:
        """The dimensions: 1, or a symbol."""
        counts = self.program.counts
        self.program.sizes.update(dim for dim in self.dims if dim not in counts)
        return tuple(1 if dim == ONE else self.program.input(counts.get(dim, dim), ()) for dim in self.dims)

    @property
    def dtype(self) -> Any:
        """Type of the entries."""
        return self.program.dtype

    @property
    def mT(self) -> Symbol:
        """The transposed matrix."""
        return Symbol(self.program, "transpose", (self,), (*self.dims[:-2], self.dims[-1], self.dims[-2]))

    def __matmul__(self, other: Symbol) -> Symbol:
        return Symbol(self.program, "dot", (self, other), (*self.dims[:-1], other.dims[-1]))

    def __bool__(self) -> bool:
        raise NotImplementedError("symbols have no truth value: what a step computes decides nothing")

    def __eq__(self, other: object) -> bool:
        """Tell whether two symbols are the same; of the size of a layer, whether it is 1, which it never is here."""
        if not isinstance(other, Real):
            return self is other
        if self.name in self.program.sizes and other == 1:
            return False
        raise NotImplementedError(f"symbols are not compared with {other}: what a step computes decides nothing")

    __hash__ = object.__hash__

    def _not_recorded(self, other: Any) -> NoReturn:
        raise NotImplementedError("symbols know no >= and <=, which not every backend spells alike; take > and <")

    __ge__ = __le__ = _not_recorded

    def __getitem__(self, index: Any) -> Symbol:
        if index is Ellipsis or index == (Ellipsis, None):  # (..., None) broadcasts a number over a flat array
            return self
        if index == (Ellipsis, 0) and self.dims == ():  # the number in a 1 x 1 matrix
            return self
        raise NotImplementedError(f"symbols know no index {index!r}")

    def __setitem__(self, index: Any, value: Symbol) -> None:
        if index is not Ellipsis:
            raise NotImplementedError(f"symbols know no index {index!r}")
        self._stored(value)

    def _stored(self, value: Symbol) -> Symbol:
        if not isinstance(value, Symbol) or value.dims != self.dims:
            raise NotImplementedError(f"a store takes a value of the dimensions of its array, {self.name} {self.dims}")
        value.name = self.name
        self.program.stores.append((self.name, value))
        return value


def apply(name: str, *args: Any) -> Symbol:
    """Record an elementwise operation by its name."""
    symbols = [arg for arg in args if isinstance(arg, Symbol)]
    return Symbol(symbols[0].program, "map", (name, *args), broadcast([symbol.dims for symbol in symbols]))


def reduce(kind: str, argument: Symbol) -> Symbol:
    """Record a sum or maximum along rows, columns, or all."""
    if (kind, argument) in argument.program.known:
        return argument.program.known[kind, argument]
    if argument.op == "groups":
        if kind != "row_sums":
            raise NotImplementedError(f"of groups only the sums of rows are recorded, not {kind}")
        return Symbol(argument.program, "reduce", (kind, argument.args[0]), (*argument.dims[:-1], ONE))
    r, c = argument.dims if len(argument.dims) == 2 else (ONE, ONE)
    dims = {"row_sums": (r, ONE), "column_sums": (ONE, c), "column_max": (ONE, c), "total": (), "sum_last": ()}[kind]
    return Symbol(argument.program, "reduce", (kind, argument), dims)


def first_rows(M: Symbol, rows: str) -> Symbol:
    """Return the first rows of a matrix; of a product or an operation entry by entry, that of the first rows."""
    dims = (rows, M.dims[1])
    if M.op == "dot":
        return Symbol(M.program, "dot", (first_rows(M.args[0], rows), M.args[1]), dims)
    if M.op != "map":
        return Symbol(M.program, "head", (M,), dims)

    def of(arg: Symbol) -> Symbol:
        return first_rows(arg, rows) if arg.op == "dot" else Symbol(M.program, "head", (arg,), dims)

    args = [of(arg) if isinstance(arg, Symbol) and arg.dims == M.dims else arg for arg in M.args]
    if any(isinstance(arg, Symbol) and arg.dims not in ((), dims) for arg in args):
        raise NotImplementedError("the first rows of an operation are made of matrices of its shape, or of numbers")
    return Symbol(M.program, "map", tuple(args), dims)


def broadcast(shapes: list[Dims]) -> Dims:
    """Return the common dimensions after broadcasting."""
    shapes = [dims for dims in shapes if dims]
    if not shapes:
        return ()
    if len({len(dims) for dims in shapes}) > 1:
        raise NotImplementedError(f"symbols of dimensions {shapes} do not go together")
    return tuple(next((dim for dim in axis if dim != ONE), ONE) for axis in zip(*shapes, strict=True))


def _add_operators() -> None:
    def forward(name: str) -> Callable[[Symbol, Any], Symbol]:
        return lambda self, other: apply(name, self, other)

    def backward(name: str) -> Callable[[Symbol, Any], Symbol]:
        return lambda self, other: apply(name, other, self)

    def in_place(name: str) -> Callable[[Symbol, Any], Symbol]:
        return lambda self, other: self._stored(apply(name, self, other))

    for name in ("add", "sub", "mul", "truediv", "pow"):
        setattr(Symbol, f"__{name}__", forward(name))
        setattr(Symbol, f"__r{name}__", backward(name))
        setattr(Symbol, f"__i{name}__", in_place(name))
    for name in ("gt", "lt"):
        setattr(Symbol, f"__{name}__", forward(name))
    for name in ("neg", "abs"):
        setattr(Symbol, f"__{name}__", lambda self, name=name: apply(name, self))


_add_operators()


class Namespace:
    """The array namespace `xp` for symbols."""

    @staticmethod
    def finfo(dtype: Any) -> Any:
        """Return the limits of a type: plain numbers."""
        import numpy as np

        return np.finfo(dtype)

    @staticmethod
    def ones_like(M: Any) -> Symbol:
        """Return ones in the shape of M."""
        return Symbol(M.program, "map", ("copy", 1.0), M.dims)  # not 1 + 0 * M, which is NaN where M is infinite

    @staticmethod
    def grouped(M: Symbol, g: Symbol, n: Symbol) -> tuple[Symbol, Symbol]:
        """Return the groups of the first rows of M, and its other rows; both stay where M lies."""
        head = first_rows(M, f"{g.name} {n.name}")
        columns = M.dims[1]
        return (
            Symbol(M.program, "groups", (head,), (g.name, n.name, columns)),
            Symbol(M.program, "rest", (M,), ("rest", columns)),
        )

    @staticmethod
    def ungrouped(groups: Symbol, rest: Symbol) -> Symbol:
        """Return the rows of all groups, and below them the others."""
        program, columns = groups.program, groups.dims[-1]
        return Symbol(program, "ungrouped", (groups, rest), (program.ungrouped, columns))

    def __getattr__(self, name: str) -> Callable[..., Symbol]:
        """Return the symbolic form of a function of the namespace."""
        if name in (*UNARY, *BINARY, *TERNARY):
            return lambda *args: apply(name, *args)
        if name in REDUCTIONS:
            return lambda M: reduce(name, M)
        raise NotImplementedError(f"the native backend has no {name}")
