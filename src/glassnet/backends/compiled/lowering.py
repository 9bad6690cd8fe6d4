"""A recorded program becomes the source of loops: operations share a loop where they can, the rest keep their order.

    map     one entry after the other; maps over the same dimensions run in one loop, and a value is stored only
            if a product, a result or a later loop needs it
    reduce  a sum or maximum, computed in the loop of its argument
    dot     one call of the matrix product, directly into the array that keeps it

The caller defines the names n0, n1, ..., m and those of the inputs; `Source` lists the arrays that must be allocated.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from glassnet.backends.compiled.tracing import ONE, Dims, Program, Symbol


@dataclass
class Source:
    """Lines of Python for Numba, and the workspace arrays that they need, by name and dimensions."""

    prefix: str = ""
    lines: list[str] = field(default_factory=list)
    work: dict[str, Dims] = field(default_factory=dict)
    constants: dict[float, str] = field(default_factory=dict)

    def constant(self, value: float) -> str:
        """Return the name of a number of the arrays' own type."""
        return self.constants.setdefault(float(value), f"{self.prefix}c{len(self.constants)}")


@dataclass
class Kernel:
    """Operations that run in one loop over `dims`; a dot is alone."""

    dims: Dims
    symbols: list[Symbol] = field(default_factory=list)
    is_dot: bool = False


def lower(program: Program, results: dict[str, Symbol], prefix: str = "") -> Source:
    """Write the loops of a program.

    Parameters
    ----------
    program : Program
        The recorded program; its stores are results too.
    results : dict of str to Symbol
        Numbers that are results, by the name of their variable.
    prefix : str
        Of all names that are made here, so that several programs can share a function.

    Returns
    -------
    Source
        The lines, in order.
    """
    homes = {value: name for name, value in program.stores}
    if len(homes) < len(program.stores) or any(value.op in {"input", "transpose"} for value in homes):
        raise NotImplementedError("a store takes the value of an operation, one array each")
    wanted = _needed([*homes, *results.values()])
    kernels, place = _kernels(program, wanted)
    kept = _kept(program, wanted, place, homes, results)
    writer = _Writer(homes, kept, place, Source(prefix))
    for kernel in kernels:
        writer.write(kernel)
    for name, symbol in results.items():
        writer.source.lines.append(f"{name} = {writer.read(symbol, ())}")
    return writer.source


def _base(symbol: Any) -> Any:
    """Return the symbol behind transpositions."""
    while isinstance(symbol, Symbol) and symbol.op == "transpose":
        symbol = symbol.args[0]
    return symbol


def _sources(symbol: Symbol) -> list[Symbol]:
    return [_base(arg) for arg in symbol.args if isinstance(arg, Symbol)]


def _needed(ends: list[Symbol]) -> set[Symbol]:
    needed: set[Symbol] = set()
    waiting = [_base(end) for end in ends]
    while waiting:
        symbol = waiting.pop()
        if symbol not in needed:
            needed.add(symbol)
            waiting.extend(_sources(symbol))
    return needed


def _space(symbol: Symbol) -> Dims:
    """Return the dimensions of the loop that makes a symbol."""
    return symbol.args[1].dims if symbol.op == "reduce" else symbol.dims


def _kernels(program: Program, wanted: set[Symbol]) -> tuple[list[Kernel], dict[Symbol, int]]:
    """Assign every symbol to a loop over its dimensions: products and reductions in their order, maps on demand.

    A map is assigned when it is first needed, to the latest loop that fits, so that cheap values are computed where
    they are used and are not stored in between. Numbers are computed before the loops.
    """
    kernels: list[Kernel] = [Kernel(())]
    place: dict[Symbol, int] = {}
    names = {value: name for name, value in program.stores}
    barriers, earliest = list(program.barriers), 0

    def first_after(symbol: Symbol) -> int:
        first = earliest
        for source in _sources(symbol):
            if source.op == "map" and source not in place:
                put(source)
            if source in place:
                here = place[source]
                together = symbol.op != "dot" and source.op == "map" and kernels[here].dims == _space(symbol)
                first = max(first, here if together else here + 1)
        return first

    def put(symbol: Symbol, first: int = 0) -> None:
        space, first = _space(symbol), max(first, first_after(symbol))
        fits = [k for k in range(first, len(kernels)) if kernels[k].dims == space and not kernels[k].is_dot]
        if symbol.op == "dot" or not fits:
            kernels.append(Kernel(space, is_dot=symbol.op == "dot"))
            fits = [len(kernels) - 1]
        chosen = fits[0] if space == () else fits[-1]
        kernels[chosen].symbols.append(symbol)
        place[symbol] = chosen

    def first_after_readers(store: Symbol) -> int:
        # what was recorded earlier and reads the array needs its old entries
        first = earliest
        for reader in program.symbols[: store.number]:
            if reader in wanted and names[store] in [source.name for source in _sources(reader)]:
                if reader not in place:
                    put(reader)
                together = reader.op != "dot" and kernels[place[reader]].dims == store.dims
                first = max(first, place[reader] if together else place[reader] + 1)
        return first

    for symbol in program.symbols:
        if barriers and symbol.number >= barriers[0]:
            barriers.pop(0)
            kernels.append(Kernel(()))
            earliest = len(kernels) - 1
        anchored = symbol.op in {"dot", "reduce"} or symbol in names
        if symbol in wanted and anchored and symbol.op not in {"input", "transpose"} and symbol not in place:
            put(symbol, first_after_readers(symbol) if symbol in names else 0)
    for symbol in program.symbols:  # numbers that are only results
        if symbol in wanted and symbol.op == "map" and symbol not in place:
            put(symbol)
    return kernels, place


def _kept(
    program: Program,
    wanted: set[Symbol],
    place: dict[Symbol, int],
    homes: dict[Symbol, str],
    results: dict[str, Symbol],
) -> set[Symbol]:
    """Return the maps whose values are needed after their loop."""
    kept = {symbol for symbol in homes if symbol.op == "map"} | {_base(symbol) for symbol in results.values()}
    for symbol in program.symbols:
        if symbol in wanted and symbol in place:
            kept.update(
                source
                for source in _sources(symbol)
                if source.op == "map" and (symbol.op == "dot" or place[source] != place[symbol])
            )
    return kept


class _Writer:
    """Writes kernels one after the other."""

    def __init__(self, homes: dict[Symbol, str], kept: set[Symbol], place: dict[Symbol, int], source: Source) -> None:
        self.homes, self.kept, self.place, self.source = homes, kept, place, source

    def local(self, symbol: Symbol, letter: str = "v") -> str:
        """Return the name of a value inside a loop."""
        return f"{self.source.prefix}{letter}{symbol.number}"

    def array(self, symbol: Symbol) -> str:
        """Return the name of the array (or number) that holds a symbol."""
        if symbol.op == "transpose":
            return f"{self.array(symbol.args[0])}.T"
        if symbol.op == "input":
            return symbol.name
        if symbol in self.homes:
            return self.homes[symbol]
        name = self.local(symbol, "t")
        if symbol.dims:
            self.source.work[name] = symbol.dims
        return name

    def read(self, value: Any, space: Dims, here: int = -1) -> str:
        """Return how a loop over `space`, kernel number `here`, reads a value."""
        if not isinstance(value, Symbol):
            return self.source.constant(value) if space else repr(float(value))
        if value.op == "map" and self.place[value] == here:
            return self.local(value)
        name = self.array(value)
        if not value.dims:
            return f"F({name})" if space else name
        if len(space) == 1:
            return f"{name}[i]"
        rows, columns = ("0" if dim == ONE else index for dim, index in zip(value.dims, "ij", strict=True))
        return f"{name}[{rows}, {columns}]"

    def expression(self, symbol: Symbol, space: Dims, here: int) -> str:
        template, *args = symbol.args
        return str(template.format(*(_bracketed(self.read(arg, space, here)) for arg in args)))

    def write(self, kernel: Kernel) -> None:
        if not kernel.symbols:
            return
        head = kernel.symbols[0]
        if kernel.is_dot:
            left, right = (self.array(arg) for arg in head.args)
            self.source.lines.append(f"product({left}, {right}, {self.array(head)}, kernel, panels)")
        elif kernel.dims == ():
            self._write_numbers(kernel)
        elif len(kernel.dims) == 1:
            self._write_flat(kernel)
        else:
            self._write_matrix(kernel)

    def _write_numbers(self, kernel: Kernel) -> None:
        for symbol in kernel.symbols:
            here = self.place[symbol]
            self.source.lines.append(f"{self.local(symbol)} = {self.expression(symbol, (), here)}")
            if symbol in self.kept:
                self.source.lines.append(f"{self.array(symbol)} = {self.local(symbol)}")

    def _write_flat(self, kernel: Kernel) -> None:
        before, inside = [], []
        for symbol in kernel.symbols:
            here = self.place[symbol]
            if symbol.op == "reduce":
                before.append(f"{self.array(symbol)} = zero")
                inside.append(f"{self.array(symbol)} += {self.read(symbol.args[1], kernel.dims, here)}")
                continue
            inside.append(f"{self.local(symbol)} = {self.expression(symbol, kernel.dims, here)}")
            if symbol in self.kept:
                inside.append(f"{self.array(symbol)}[i] = {self.local(symbol)}")
        self.source.lines += [*before, f"for i in range({kernel.dims[0]}):", *_indented(inside)]

    def _write_matrix(self, kernel: Kernel) -> None:
        rows, columns = kernel.dims
        before: list[str] = []
        row_before: list[str] = []
        inside: list[str] = []
        row_after: list[str] = []
        for symbol in kernel.symbols:
            here = self.place[symbol]
            if symbol.op == "map":
                inside.append(f"{self.local(symbol)} = {self.expression(symbol, kernel.dims, here)}")
                if symbol in self.kept:
                    inside.append(f"{self.read_home(symbol)} = {self.local(symbol)}")
                continue
            kind, name = symbol.args[0], self.array(symbol)
            value = self.read(symbol.args[1], kernel.dims, here)
            sum_name = self.local(symbol, "sum")
            if kind == "row_sums":
                row_before.append(f"{sum_name} = zero")
                inside.append(f"{sum_name} += {value}")
                row_after.append(f"{name}[i, 0] = {sum_name}")
            elif kind == "total":
                before.append(f"{name} = zero")
                row_before.append(f"{sum_name} = zero")
                inside.append(f"{sum_name} += {value}")
                row_after.append(f"{name} += {sum_name}")
            elif kind == "column_sums":
                before.append(f"{name}[:] = zero")
                inside.append(f"{name}[0, j] += {value}")
            else:
                before.append(f"{name}[:] = -infinity")
                inside.append(f"{name}[0, j] = larger({name}[0, j], {value})")
        loop = [f"for j in range({columns if columns != ONE else 1}):", *_indented(inside)]
        body = [*row_before, *loop, *row_after]
        self.source.lines += [*before, f"for i in range({rows if rows != ONE else 1}):", *_indented(body)]

    def read_home(self, symbol: Symbol) -> str:
        """Return the entry in which a map is stored."""
        rows, columns = ("0" if dim == ONE else index for dim, index in zip(symbol.dims, "ij", strict=True))
        return f"{self.array(symbol)}[{rows}, {columns}]"


def _bracketed(text: str) -> str:
    return text if text.replace("_", "").isalnum() or text.endswith("]") else f"({text})"


def _indented(lines: list[str]) -> list[str]:
    return [f"    {line}" for line in lines]
