"""Symbols in place of arrays: a function is run once with them, and its operations are recorded as a program.

A symbol has dimensions by name, such as ("n1", "m"), and the operation that computes it. Running a function with
symbols records every operation in order; `backends/compiled/lowering.py` turns the record into loops. So each formula
is written in only one place, the function.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Dims = tuple[str, ...]

ONE = "1"


class Program:
    """The record: symbols in the order in which they were made."""

    def __init__(self, dtype: Any) -> None:
        self.dtype = dtype
        self.symbols: list[Symbol] = []
        self.stores: list[tuple[str, Symbol]] = []  # name of an input array, and a value that is written to it
        self.counts: dict[str, str] = {}  # dimension -> the name of its size, where that is not the size of the loops
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
        """The dimensions, as symbols."""
        return tuple(self.program.input(self.program.counts.get(dim, dim), ()) for dim in self.dims)

    @property
    def dtype(self) -> Any:
        """Type of the entries."""
        return self.program.dtype

    @property
    def mT(self) -> Symbol:
        """The transposed matrix."""
        return Symbol(self.program, "transpose", (self,), self.dims[::-1])

    def __matmul__(self, other: Symbol) -> Symbol:
        return Symbol(self.program, "dot", (self, other), (self.dims[0], other.dims[1]))

    def __getitem__(self, index: Any) -> Symbol:
        if index is Ellipsis or index == (Ellipsis, None):  # (..., None) broadcasts a number over a flat array
            return self
        if index == (Ellipsis, 0) and self.dims == (ONE, ONE):  # the number in a 1 x 1 matrix
            return Symbol(self.program, "map", ("{}", self), ())
        raise NotImplementedError(f"symbols know no index {index!r}")

    def __setitem__(self, index: Any, value: Symbol) -> None:
        if index is not Ellipsis:
            raise NotImplementedError(f"symbols know no index {index!r}")
        self.program.stores.append((self.name, value))

    def _stored(self, value: Symbol) -> Symbol:
        value.name = self.name
        self.program.stores.append((self.name, value))
        return value


def apply(template: str, *args: Any) -> Symbol:
    """Record an elementwise operation; `template` is its source for one entry."""
    symbols = [arg for arg in args if isinstance(arg, Symbol)]
    return Symbol(symbols[0].program, "map", (template, *args), broadcast([symbol.dims for symbol in symbols]))


def reduce(kind: str, argument: Symbol) -> Symbol:
    """Record a sum or maximum along rows, columns, or all."""
    r, c = argument.dims if len(argument.dims) == 2 else (ONE, ONE)
    dims = {"row_sums": (r, ONE), "column_sums": (ONE, c), "column_max": (ONE, c), "total": (), "sum_last": ()}[kind]
    return Symbol(argument.program, "reduce", (kind, argument), dims)


def broadcast(shapes: list[Dims]) -> Dims:
    """Return the common dimensions after broadcasting."""
    shapes = [dims for dims in shapes if dims]
    if not shapes:
        return ()
    if len({len(dims) for dims in shapes}) > 1:
        raise NotImplementedError(f"symbols of dimensions {shapes} do not go together")
    return tuple(next((dim for dim in axis if dim != ONE), ONE) for axis in zip(*shapes, strict=True))


_BINARY = {"add": "{} + {}", "sub": "{} - {}", "mul": "{} * {}", "truediv": "{} / {}", "pow": "{} ** {}"}
_UNARY = {"neg": "-{}", "abs": "abs({})"}
_COMPARE = {"gt": "{} > {}", "lt": "{} < {}"}


def _add_operators() -> None:
    def forward(template: str) -> Callable[[Symbol, Any], Symbol]:
        return lambda self, other: apply(template, self, other)

    def backward(template: str) -> Callable[[Symbol, Any], Symbol]:
        return lambda self, other: apply(template, other, self)

    def in_place(template: str) -> Callable[[Symbol, Any], Symbol]:
        return lambda self, other: self._stored(apply(template, self, other))

    for name, template in _BINARY.items():
        setattr(Symbol, f"__{name}__", forward(template))
        setattr(Symbol, f"__r{name}__", backward(template))
        setattr(Symbol, f"__i{name}__", in_place(template))
    for name, template in _COMPARE.items():
        setattr(Symbol, f"__{name}__", forward(template))
    for name, template in _UNARY.items():
        setattr(Symbol, f"__{name}__", lambda self, template=template: apply(template, self))


_add_operators()


class Namespace:
    """The array namespace `xp` for symbols; the templates name functions of `backends/compiled/compiled_math.py`."""

    @staticmethod
    def finfo(dtype: Any) -> Any:
        """Return the limits of a type: plain numbers."""
        import numpy as np

        return np.finfo(dtype)

    @staticmethod
    def ones_like(M: Any) -> Symbol:
        """Return ones in the shape of M."""
        return apply("F(1)", M)  # not 1 + 0 * M, which is NaN where M is infinite

    def __getattr__(self, name: str) -> Callable[..., Symbol]:
        """Return the symbolic form of a function of the namespace."""
        if name in _MAPS:
            return lambda *args: apply(_MAPS[name], *args)
        if name in _REDUCTIONS:
            return lambda M: reduce(name, M)
        raise NotImplementedError(f"the compiled engine has no {name}")


_MAPS = {
    "exp": "exp({})",
    "expm1": "expm1({})",
    "log": "log({})",
    "log1p": "log1p({})",
    "tanh": "tanh({})",
    "erf": "erf({})",
    "sqrt": "sqrt({})",
    "sign": "sign({})",
    "step": "step({})",
    "maximum": "larger({}, {})",
    "minimum": "smaller({}, {})",
    "where": "({1} if {0} else {2})",
}
_REDUCTIONS = ("row_sums", "column_sums", "column_max", "total", "sum_last")
