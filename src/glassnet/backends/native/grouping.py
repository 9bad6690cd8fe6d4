"""Which operations of a recorded program share a loop, and which values must be stored."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from glassnet.backends.native.recording import ONE, Dims, Program, Symbol

ALONE = ("dot", "ungrouped")  # operations that share no loop
VIEWS = ("transpose", "head", "groups", "rest")  # the same entries, or some of them, where they lie


@dataclass
class Kernel:
    """Operations that run in one loop over `dims`; those of `ALONE` are alone."""

    dims: Dims
    symbols: list[Symbol] = field(default_factory=list)
    is_alone: bool = False


def base_of(symbol: Any) -> Any:
    """Return the symbol behind transpositions and other views."""
    while isinstance(symbol, Symbol) and symbol.op in VIEWS:
        symbol = symbol.args[0]
    return symbol


def is_transposed(symbol: Symbol) -> bool:
    """Return whether a symbol is another one, or its first rows, transposed an odd number of times."""
    if symbol.op == "head":
        return is_transposed(symbol.args[0])
    return symbol.op == "transpose" and not is_transposed(symbol.args[0])


def sources_of(symbol: Symbol) -> list[Symbol]:
    """Return the symbols that an operation takes, those behind views."""
    return [base_of(arg) for arg in symbol.args if isinstance(arg, Symbol)]


def simplify(program: Program) -> None:
    """Add a bias in the product it follows, and multiply by the reciprocal of a number in place of dividing by it."""
    readers = Counter(source for symbol in program.symbols for source in sources_of(symbol))
    stored = {value for _, value in program.stores}
    for symbol in list(program.symbols):
        if symbol.op != "map" or not symbol.dims:
            continue
        name, *args = symbol.args
        if name == "truediv" and not getattr(args[1], "dims", ()):
            symbol.args = ("mul", args[0], _reciprocal(program, args[1]))
        elif name == "add" and isinstance(args[0], Symbol) and isinstance(args[1], Symbol):
            dot, bias = args
            alone = dot.op == "dot" and readers[dot] == 1 and dot not in stored
            if alone and bias.op == "input" and bias.dims == (*dot.dims[:-1], ONE):
                symbol.op, symbol.args = "dot", (*dot.args, bias)


def _reciprocal(program: Program, number: Any) -> Any:
    if not isinstance(number, Symbol):
        return 1 / number if number else math.copysign(math.inf, number)
    return Symbol(program, "map", ("truediv", 1.0, number), ())


def needed_for(ends: list[Symbol]) -> set[Symbol]:
    """Return all symbols without which these cannot be computed."""
    needed: set[Symbol] = set()
    waiting = [base_of(end) for end in ends]
    while waiting:
        symbol = waiting.pop()
        if symbol not in needed:
            needed.add(symbol)
            waiting.extend(sources_of(symbol))
    return needed


def _space(symbol: Symbol) -> Dims:
    """Return the dimensions of the loop that makes a symbol."""
    return symbol.args[1].dims if symbol.op == "reduce" else symbol.dims


def kernels_of(program: Program, wanted: set[Symbol]) -> tuple[list[Kernel], dict[Symbol, int]]:
    """Assign every symbol to a loop over its dimensions: products and reductions in their order, maps on demand.

    A map is assigned when it is first needed, to the loop of what takes it where the dimensions are the same, else to
    the latest that fits: cheap values are computed where they are used and are not stored in between. Numbers are
    computed before the loops.
    """
    kernels: list[Kernel] = [Kernel(())]
    place: dict[Symbol, int] = {}
    names = {value: name for name, value in program.stores}
    barriers, earliest = list(program.barriers), 0

    def joins(source: Symbol, symbol: Symbol) -> bool:
        # whether a map that is in no loop yet can be computed in the loop of what takes it
        return source.op == "map" and source not in place and symbol.op not in ALONE and source.dims == _space(symbol)

    def first_after(symbol: Symbol) -> int:
        first = earliest
        for source in sources_of(symbol):
            if joins(source, symbol):
                first = max(first, first_after(source))
                continue
            if source.op == "map" and source not in place:
                put(source)
            if source in place:
                here = place[source]
                together = symbol.op not in ALONE and source.op == "map" and kernels[here].dims == _space(symbol)
                first = max(first, here if together else here + 1)
        return first

    def put(symbol: Symbol, first: int = 0) -> None:
        space, first = _space(symbol), max(first, first_after(symbol))
        fits = [k for k in range(first, len(kernels)) if kernels[k].dims == space and not kernels[k].is_alone]
        if symbol.op in ALONE or not fits:
            kernels.append(Kernel(space, is_alone=symbol.op in ALONE))
            fits = [len(kernels) - 1]
        settle(symbol, fits[0] if space == () else fits[-1])

    def settle(symbol: Symbol, chosen: int) -> None:
        for source in sources_of(symbol):
            if joins(source, symbol):
                settle(source, chosen)
        kernels[chosen].symbols.append(symbol)
        place[symbol] = chosen

    def first_after_readers(store: Symbol) -> int:
        # what was recorded earlier and reads the array needs its old entries
        first = earliest
        for reader in program.symbols[: store.number]:
            if reader in wanted and names[store] in [source.name for source in sources_of(reader)]:
                if reader not in place:
                    put(reader)
                together = reader.op not in ALONE and kernels[place[reader]].dims == store.dims
                first = max(first, place[reader] if together else place[reader] + 1)
        return first

    for symbol in program.symbols:
        if barriers and symbol.number >= barriers[0]:
            barriers.pop(0)
            kernels.append(Kernel(()))
            earliest = len(kernels) - 1
        anchored = symbol.op in {*ALONE, "reduce"} or symbol in names
        if symbol in wanted and anchored and symbol.op not in {"input", *VIEWS} and symbol not in place:
            put(symbol, first_after_readers(symbol) if symbol in names else 0)
    for symbol in program.symbols:  # numbers that are only results
        if symbol in wanted and symbol.op == "map" and symbol not in place:
            put(symbol)
    return kernels, place


def kept_maps(
    program: Program,
    wanted: set[Symbol],
    place: dict[Symbol, int],
    homes: dict[Symbol, str],
    results: dict[str, Symbol],
) -> set[Symbol]:
    """Return the maps whose values are needed after their loop."""
    kept = {symbol for symbol in homes if symbol.op == "map"} | {base_of(symbol) for symbol in results.values()}
    for symbol in program.symbols:
        if symbol in wanted and symbol in place:
            kept.update(
                source
                for source in sources_of(symbol)
                if source.op == "map" and (symbol.op in ALONE or place[source] != place[symbol])
            )
    return kept
