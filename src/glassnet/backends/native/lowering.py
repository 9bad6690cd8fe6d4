"""A recorded program becomes words that the library runs: operations share a loop where they can, in their order.

    map      one entry after the other; maps over the same dimensions share a loop, and a value is stored only if a
             product, a result or a later loop needs it
    reduce   a sum or maximum, in the loop of its argument
    dot      one call of the matrix product, into the array that keeps it; a bias that is added starts its sums. With
             groups it is one call for each, of which one factor is rows of an input; then `ungrouped` copies the
             input's other rows below the groups' results
    numbers  one by one, before the loops that need them

`kernels.cpp` says what the words of an instruction are. Arrays, numbers and dimensions are counted; the stepper says
where they lie and how large they are, so one program serves all networks of its kind.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from glassnet.backends.native.fusion import ENTRIES, FUSED, NUMBERS, matches
from glassnet.backends.native.grouping import (
    VIEWS,
    Kernel,
    base_of,
    is_transposed,
    kept_maps,
    kernels_of,
    needed_for,
    simplify,
    sources_of,
)
from glassnet.backends.native.recording import BINARY, ONE, TERNARY, UNARY, Dims, Program, Symbol

# As `Instruction`, `OPERATIONS`, `Operand` and `Number` of the library's source have them, in their order.
END, NUMBER, PRODUCT, LOOP, JOIN, GROUPED, REST = range(7)
REDUCING, EXPANDING = ("row_sums", "column_sums", "column_max", "total"), ("expand_column", "expand_row")
OPERATIONS = {name: i for i, name in enumerate((*UNARY, *BINARY, *TERNARY, *FUSED, *REDUCING, *EXPANDING))}
REGISTER, ARRAY, A_NUMBER = 1, 2, 3
GIVEN = ("samples", "weight_sum", "t", "learning_rate", "J")

REGISTERS = 24  # of a loop, at most; a loop that needs more is not covered
LENGTH = 8  # words of an operation


@dataclass
class Words:
    """What the library runs, and what its words count.

    Attributes
    ----------
    words : list of int
        The instructions.
    numbers : dict
        Index of each number: by name where it is given, by symbol where it is computed, by value if it is a constant.
    arrays : dict of str to int
        Index of each array.
    work : dict of str to Dims
        The arrays among them that only the program knows, with their dimensions.
    dimensions : dict of str to int
        Index of each dimension.
    sums : int
        Sums over slices of an array, which threads share.
    """

    numbers: dict[Any, int]
    dimensions: dict[str, int]
    words: list[int] = field(default_factory=list)
    arrays: dict[str, int] = field(default_factory=dict)
    work: dict[str, Dims] = field(default_factory=dict)
    sums: int = 0

    def number(self, key: Any) -> int:
        """Return the index of a number."""
        return self.numbers.setdefault(key, len(self.numbers))

    def dimension(self, name: str) -> int:
        """Return the index of a dimension."""
        return self.dimensions.setdefault(name, len(self.dimensions))

    def array(self, name: str) -> int:
        """Return the index of an array."""
        return self.arrays.setdefault(name, len(self.arrays))


def lower(
    program: Program,
    words: Words,
    results: dict[str, Symbol] | None = None,
    *,
    transposed: frozenset[str] = frozenset(),
    in_slices: bool = False,
) -> Words:
    """Write the words of a program.

    Parameters
    ----------
    program : Program
        The recorded program; its stores are results too.
    words : Words
        Where they go; numbers and dimensions may be shared with another program.
    results : dict of str to Symbol
        Numbers that are results, by their given name.
    transposed : frozenset of str
        Names of the input arrays that lie in memory with their columns contiguous.
    in_slices : bool
        Whether each thread runs the program on a slice of its arrays: sums are then those of all threads' slices.

    Raises
    ------
    NotImplementedError
        If the library cannot run the program.
    """
    results = results or {}
    simplify(program)
    homes = {value: name for name, value in program.stores}
    if len(homes) < len(program.stores) or any(value.op in {"input", *VIEWS} for value in homes):
        raise NotImplementedError("a store takes the value of an operation, one array each")
    wanted = needed_for([*homes, *results.values()])
    kernels, place = kernels_of(program, wanted)
    kept = kept_maps(program, wanted, place, homes, results)
    writer = _Writer(words, homes, kept, place, wanted, transposed, in_slices)
    for kernel in kernels:
        writer.write(kernel)
    for name, symbol in results.items():
        writer.words.words += [NUMBER, OPERATIONS["copy"], words.number(name), *[writer.number(symbol)] * 3]
    words.words.append(END)
    return words


class _Writer:
    """Writes kernels one after the other."""

    def __init__(self, words: Words, homes: dict[Symbol, str], kept: set[Symbol], place: dict[Symbol, int],
                 wanted: set[Symbol], transposed: frozenset[str], in_slices: bool) -> None:  # fmt: skip
        self.words, self.homes, self.kept, self.place = words, homes, kept, place
        self.transposed, self.in_slices = transposed, in_slices
        self.readers = Counter(source for symbol in wanted for source in sources_of(symbol))
        self.within = {symbol.args[0]: symbol for symbol in wanted if symbol.op == "ungrouped"}  # written where it lies

    # ------------------------------------------------------------ what words count
    def array(self, symbol: Symbol) -> int:
        """Return the index of the array that holds a symbol."""
        if symbol.op == "input":
            return self.words.array(symbol.name)
        symbol = self.within.get(symbol, symbol)
        if symbol in self.homes:
            return self.words.array(self.homes[symbol])
        name = f"work {symbol.number}"
        self.words.work[name] = symbol.dims
        return self.words.array(name)

    def number(self, value: Any) -> int:
        """Return the index of a number."""
        if not isinstance(value, Symbol):
            return self.words.number(float(value))
        return self.words.number(value.name if value.op == "input" else value)

    # ------------------------------------------------------------ instructions
    def write(self, kernel: Kernel) -> None:
        """Write a kernel, and after its sums over slices what joins them."""
        if not kernel.symbols:
            return
        if kernel.is_alone:
            symbol = kernel.symbols[0]
            write = self._write_rest if symbol.op == "ungrouped" else self._write_dot
            (self._write_grouped if len(symbol.dims) == 3 else write)(symbol)
        elif kernel.dims == ():
            for symbol in kernel.symbols:
                name, *args = symbol.args
                operands = [self.number(arg) for arg in args]
                words = [NUMBER, OPERATIONS[name], self.number(symbol), *operands]
                self.words.words += words + operands[-1:] * (3 - len(operands))
        else:
            self._write_loop(kernel)

    def _write_dot(self, symbol: Symbol) -> None:
        left, right, *bias = symbol.args
        operands: list[int] = []
        for side in (left, right):
            base = base_of(side)
            turned = is_transposed(side) != (base.op == "input" and base.name in self.transposed)
            operands += [self.array(base), int(turned)]
        base = base_of(left)  # which may have more rows, or columns if it is transposed, than the product takes
        line = base.dims[0] if base.op == "input" and base.name in self.transposed else base.dims[1]
        sizes = [self.words.dimension(dim) for dim in (left.dims[0], left.dims[1], right.dims[1], line)]
        start = self.array(bias[0]) if bias else -1
        self.words.words += [PRODUCT, *operands, self.array(symbol), start, *sizes]

    def _write_grouped(self, symbol: Symbol) -> None:
        left, right, *bias = symbol.args
        X, rows = self._rows_of_input(right, "groups"), base_of(right).dims[0]
        if is_transposed(left):
            raise NotImplementedError("the left factor of a product of groups is not transposed")
        operands = [self.array(base_of(left)), X[0], int(is_transposed(right)), X[1], self.array(symbol)]
        start = self.array(bias[0]) if bias else -1
        sizes = [self.words.dimension(dim) for dim in (*left.dims, right.dims[-1], rows)]
        self.words.words += [GROUPED, *operands, start, *sizes]

    def _write_rest(self, symbol: Symbol) -> None:
        groups, rest = symbol.args
        if groups.op != "dot":
            raise NotImplementedError("the groups of a matrix are a product")
        X, (rows, columns) = self._rows_of_input(rest, "rest"), base_of(rest).dims
        sizes = [self.words.dimension(dim) for dim in (rest.dims[0], columns, rows, symbol.dims[0])]
        self.words.words += [REST, *X, self.array(symbol), *sizes]

    def _rows_of_input(self, view: Symbol, kind: str) -> tuple[int, int]:
        """Return the input whose rows these are, and whether it lies with its columns contiguous."""
        base = base_of(view)
        view = view.args[0] if view.op == "transpose" else view
        if view.op != kind or base.op != "input":
            raise NotImplementedError("what is grouped, for a product or a copy, are the rows of an input")
        return self.array(base), int(base.name in self.transposed)

    def _write_loop(self, kernel: Kernel) -> None:
        loop = _Loop(self, kernel)
        self.words.words += loop.head() + loop.words
        for number, slot in loop.sums:
            self.words.words += [JOIN, number, slot]


class _Loop:
    """The operations of a loop, in words; values that are not kept lie in registers as long as they are needed."""

    def __init__(self, writer: _Writer, kernel: Kernel) -> None:
        self.writer, self.kernel = writer, kernel
        self.here = writer.place[kernel.symbols[0]]
        if len(kernel.dims) > 2:
            raise NotImplementedError("a loop has no groups")
        self.dims = kernel.dims if len(kernel.dims) == 2 else (ONE, kernel.dims[0])
        self.operations: list[tuple[str, Any, list[Any]]] = []  # name, what it makes, what it takes
        self.flat = True
        self.sums: list[tuple[int, int]] = []
        skipped = self._fused()
        for symbol in kernel.symbols:
            if symbol not in skipped:
                self._add(symbol)
        self.words = self._in_registers()

    def head(self) -> list[int]:
        rows, columns = (self.writer.words.dimension(dim) for dim in self.dims)
        return [LOOP, rows, columns, int(self.flat), len(self.words) // LENGTH]

    # ------------------------------------------------------------ operations
    def _fused(self) -> set[Symbol]:
        """Put operations into the one that takes them, where there is one of both in `FUSED`; return those."""
        skipped: set[Symbol] = set()
        positions = {symbol: i for i, symbol in enumerate(self.kernel.symbols)}
        stores = [(name, positions[value]) for value, name in self.writer.homes.items() if value in positions]

        def may_move(symbol: Any, to: Symbol) -> bool:
            if symbol not in positions or symbol.op != "map" or symbol in self.writer.kept:
                return False
            inputs = {source.name for source in sources_of(symbol)}
            return self.writer.readers[symbol] == 1 and not any(
                name in inputs and positions[symbol] <= at < positions[to] for name, at in stores
            )

        for symbol in reversed(self.kernel.symbols):
            if symbol.op != "map" or symbol in skipped:
                continue
            for name, pattern in FUSED.items():
                found: dict[str, Any] = {}
                inner: list[Symbol] = []
                if matches(pattern, symbol, found, inner) and all(may_move(each, symbol) for each in inner[1:]):
                    symbol.args = (name, *(found.get(letter, 1.0) for letter in ENTRIES + NUMBERS))
                    skipped.update(inner[1:])
                    break
        return skipped

    def _add(self, symbol: Symbol) -> None:
        if symbol.op == "map":
            name, *args = symbol.args
            self.operations.append((name, symbol, [self._read(arg) for arg in args]))
            return
        kind, arg = symbol.args
        kind = "total" if kind == "sum_last" else kind
        value = self._read(arg)
        if isinstance(value, int) and value & 7 == A_NUMBER:  # a sum needs entries
            self.operations.append(("copy", ("copied", symbol), [value]))
            value = ("copied", symbol)
        self.flat &= kind == "total"
        self.operations.append((kind, symbol, [value]))

    def _read(self, value: Any) -> Any:
        """Return the operand that holds a value: a word, or what makes it in this loop."""
        writer = self.writer
        if not isinstance(value, Symbol) or not value.dims:
            return writer.number(value) << 3 | A_NUMBER
        if value.op == "map" and writer.place.get(value) == self.here:
            return value
        if value.op == "rest":
            raise NotImplementedError("the rows of no group are only copied")
        base = base_of(value)
        word = writer.array(base) << 3 | ARRAY
        if value.dims == self.kernel.dims or len(value.dims) == 1:
            lies_transposed = base.op == "input" and base.name in writer.transposed
            if is_transposed(value) != lies_transposed and ONE not in value.dims:
                raise NotImplementedError("a matrix is transposed only for a product")
            return word
        return self._expanded(word, value.dims)

    def _expanded(self, word: int, dims: Dims) -> Any:
        """Return the register into which a row or a column is copied, as often as the loop has rows or columns."""
        key = (word, dims)
        if all(made != key for _, made, _ in self.operations):
            if dims == (self.dims[0], ONE):
                name = "expand_column"
            elif dims == (ONE, self.dims[1]):
                name = "expand_row"
            else:
                raise NotImplementedError(f"an array of {dims} does not fit a loop over {self.dims}")
            self.flat = False
            self.operations.append((name, key, [word]))
        return key

    # ------------------------------------------------------------ registers
    def _in_registers(self) -> list[int]:
        """Return the words of the operations; a register is free again after the last operation that reads it."""
        last = {taken: i for i, (_, _, takes) in enumerate(self.operations) for taken in takes}
        free, where, words = list(range(REGISTERS))[::-1], dict[Any, int](), list[int]()

        def register() -> int:
            if not free:
                raise NotImplementedError(f"a loop needs more than {REGISTERS} registers")
            return free.pop() << 3 | REGISTER

        for name, made, _ in self.operations:
            if name == "expand_row":  # made in the first block alone, and so in a register that nothing else is given
                where[made], last[made] = register(), len(self.operations)
        for i, (name, made, takes) in enumerate(self.operations):
            operands = [taken if isinstance(taken, int) else where[taken] for taken in takes]
            ending = {where[taken] for taken in takes if not isinstance(taken, int) and last[taken] == i}
            free += [word >> 3 for word in ending if word & 7 == REGISTER]
            if name in REDUCING:
                words += [OPERATIONS[name], *self._target(name, made), operands[0], *[0] * (LENGTH - 4)]
                continue
            if made in self.writer.kept:
                where[made] = self.writer.array(made) << 3 | ARRAY
            elif made not in where:
                where[made] = register()
            operands += [A_NUMBER] * (LENGTH - 2 - len(operands))  # any number
            words += [OPERATIONS[name], where[made], *operands]
        return words

    def _target(self, name: str, symbol: Symbol) -> tuple[int, int]:
        """Return where a reduction goes, and the slot of its sums over slices; -1 where it has none."""
        if name != "total":
            return self.writer.array(symbol) << 3 | ARRAY, -1
        number, slot = self.writer.number(symbol), -1
        if self.writer.in_slices:
            slot, self.writer.words.sums = self.writer.words.sums, self.writer.words.sums + 1
            self.sums.append((number, slot))
        return number << 3 | A_NUMBER, slot
