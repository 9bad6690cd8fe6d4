"""The matrix product of the compiled engine: one tile of C in registers, written in the compiler's own vectors.

    C (n, m) = A (n, k) B (k, m)

B is copied, `DEPTH` rows and `WIDTH` columns at a time, into panels two vectors wide, and transposed where its columns
are contiguous. A tile of up to `rows` x 2 vectors of C then stays in registers while the loop runs down the panel: each
step loads two vectors of B and multiplies them by one number of A after the other. At the sizes of mini-batches this
takes half the time of a general BLAS or less, because nothing is checked, dispatched or packed twice (bench/step.py
shows it).

The method is the one of K. Goto and R. van de Geijn, "Anatomy of high-performance matrix multiplication", ACM
Transactions on Mathematical Software 34(3), 2008.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from itertools import chain, product
from typing import Any, NamedTuple

import numba
import numpy as np
from llvmlite import binding, ir
from numba.core import cgutils as typed_cgutils
from numba.core import types
from numba.extending import intrinsic

cgutils: Any = typed_cgutils
DEPTH = 512  # rows of the block of B in panels,
WIDTH = 1024  # bytes of each,
HEIGHT = 96  # and rows of the block of A that passes over it: both stay in the second cache
PAGE = 4096  # bytes: rows of A that lie in pages of their own are brought together first
PANELS = DEPTH * WIDTH // 4 + HEIGHT * (DEPTH + 16)  # numbers
AHEAD = 8  # rows
PIECE = 4096  # bytes of a sum's stretch
FEW, LONG = 24, 192  # rows or columns so few, and sums so long, that copying B into panels does not pay


class Registers(NamedTuple):
    """What a machine offers: bytes in a vector, rows of the highest tile that its registers hold, a tile of dots."""

    width: int
    tile: int
    dots: tuple[int, int]


@lru_cache(maxsize=1)
def registers() -> Registers | None:
    """Return the registers of this machine, or None where its BLAS is the better choice."""
    features = binding.get_host_cpu_features()
    if features.get("avx512f"):
        return Registers(64, 12, (4, 4))
    if features.get("avx2") and features.get("fma"):
        return Registers(32, 6, (2, 4))
    return None


def product_of(dtype: Any) -> Callable[..., None]:
    """Return `product(A, B, out, kernel, panels)` for compiled code, which writes A @ B into `out`.

    The rows of `out` lie in one piece. A and B may be views, transposed too, of which one dimension lies in one piece.
    `kernel` is the address of what `loops_of` makes, compiled once for all modules; `panels` is `PANELS` numbers.

    Parameters
    ----------
    dtype : numpy dtype
        float32 or float64.

    Returns
    -------
    callable
        For code that Numba compiles.
    """
    return _by_blas(np.dtype(dtype).type) if registers() is None else _by_kernel


def _by_blas(F: Any) -> Callable[..., None]:
    @numba.njit(error_model="numpy")
    def product(A: Any, B: Any, out: Any, kernel: int, panels: Any) -> None:
        if A.shape[1] == 0:
            out[:] = F(0)
        else:
            np.dot(A, B, out)

    return product


@intrinsic
def _by_kernel(_context: Any, A: Any, B: Any, out: Any, kernel: Any, panels: Any) -> Any:
    """Call the code at `kernel` with addresses, strides and counts."""
    arrays = A, B, out, panels

    def generate(context: Any, b: Any, _signature: Any, given: Any) -> Any:
        *matrices, at, panels = given
        parts = [context.make_array(kind)(context, b, M) for kind, M in zip(arrays, [*matrices, panels], strict=True)]
        addresses = [b.ptrtoint(part.data, _ADDRESS) for part in parts]
        (step_ai, step_ap), (step_bp, step_bj), (step_c, _) = (cgutils.unpack_tuple(b, M.strides) for M in parts[:3])
        (n, k), (_, m) = (cgutils.unpack_tuple(b, M.shape) for M in parts[:2])
        kind = ir.FunctionType(ir.VoidType(), [_ADDRESS] * 12)
        a_at, b_at, out_at, panels_at = addresses
        b.call(
            b.inttoptr(at, kind.as_pointer()),
            [a_at, step_ai, step_ap, b_at, step_bp, step_bj, out_at, step_c, n, k, m, panels_at],
        )
        return context.get_dummy_value()

    return types.void(A, B, out, kernel, panels), generate


def loops_of(dtype: Any) -> Any:
    """Return the loops over tiles, for compiled code; all arguments are addresses, strides in bytes, and counts.

    Parameters
    ----------
    dtype : numpy dtype
        float32 or float64.

    Returns
    -------
    callable
        ``loops(a, step_ai, step_ap, b, step_bp, step_bj, c, step_c, n, k, m, panels)``.
    """
    machine, size = registers(), np.dtype(dtype).itemsize
    assert machine is not None
    vectors = _Vectors(machine.width // size, size, machine.tile)
    blocks, dots, row = _blocks(vectors, machine), _dots(vectors, machine), _row(vectors)

    @vectors.compiled("loops")
    def loops(
        a: int, step_ai: int, step_ap: int, b: int, step_bp: int, step_bj: int, c: int, step_c: int,
        n: int, k: int, m: int, panels: int,
    ) -> None:  # fmt: skip
        if step_ap == size and step_bp == size and (min(n, m) == 1 or (min(n, m) <= FEW and k >= LONG)):
            dots(a, step_ai, b, step_bj, c, step_c, n, k, m)
        elif n == 1 and step_bj == size:
            row(a, step_ap, b, step_bp, c, k, m)
        elif m == 1 and step_ai == size and step_c == size:
            row(b, step_bp, a, step_ap, c, k, n)
        else:
            blocks(a, step_ai, step_ap, b, step_bp, step_bj, c, step_c, n, k, m, panels)

    return loops


def _row(vectors: _Vectors) -> Any:
    """Return the loop for a product of one row: sums of the rows of B, each times an entry of the row."""
    lanes, size = vectors.lanes, vectors.size
    piece = vectors.row(4)

    @vectors.compiled("row")
    def row(a: int, step_a: int, b: int, step_b: int, c: int, k: int, m: int) -> None:
        for j in range(0, m, 4 * lanes):
            piece(a, step_a, b + j * size, step_b, c + j * size, k, m - j)

    return row


def _dots(vectors: _Vectors, machine: Registers) -> Any:
    """Return the loops for a product whose sums run along both matrices' pieces: nothing needs to be copied."""
    size, (height, width) = vectors.size, machine.dots
    length = PIECE // size

    def strip_of(count: int) -> Any:
        tile, row = vectors.dots(height, count), vectors.dots(1, count)

        @vectors.compiled(f"strip_{count}")
        def strip(a: int, step_a: int, b: int, step_b: int, c: int, step_c: int, n: int, depth: int, p: int) -> None:
            high = n // height * height
            for i in range(0, high, height):
                tile(a + i * step_a, step_a, b, step_b, c + i * step_c, step_c, depth, p)
            for i in range(high, n):
                row(a + i * step_a, step_a, b, step_b, c + i * step_c, step_c, depth, p)

        return strip

    wide_strip, strip = strip_of(width), strip_of(1)

    @vectors.compiled("dots")
    def dots(a: int, step_a: int, b: int, step_b: int, c: int, step_c: int, n: int, k: int, m: int) -> None:
        wide = m // width * width
        for p in range(0, max(k, 1), length):
            a_p, b_p, depth = a + p * size, b + p * size, min(length, k - p)
            for j in range(0, wide, width):
                wide_strip(a_p, step_a, b_p + j * step_b, step_b, c + j * size, step_c, n, depth, p)
            for j in range(wide, m):
                strip(a_p, step_a, b_p + j * step_b, step_b, c + j * size, step_c, n, depth, p)

    return dots


def _blocks(vectors: _Vectors, machine: Registers) -> Any:
    """Return the loops over blocks, panels and tiles."""
    lanes, size, highest = vectors.lanes, vectors.size, machine.tile
    panel = 2 * lanes
    fetch, turn = vectors.fetch(), vectors.turn()
    lines = [
        "def tiles(a, step_i, step_p, panel, across, c, step_c, depth, n, columns, add):",
        "    i = 0",
        "    while i < n:",
        f"        height = -(-(n - i) // -(-(n - i) // {highest}))",  # as even as can be
        "        a_i, c_i = a + i * step_i, c + i * step_c",
    ]
    given = "(a_i, step_i, step_p, panel, across, c_i, step_c, depth, columns, add)"
    pieces = {}
    for count, condition in ((2, "columns > lanes"), (1, "columns <= lanes")):
        lines.append(f"        if {condition}:")
        for height in range(highest, 0, -1):
            pieces[f"tile_{height}_{count}"] = vectors.tile(height, count)
            lines += [
                f"            {'if' if height == highest else 'elif'} height == {height}:",
                f"                tile_{height}_{count}{given}",
            ]
    lines.append("        i += height")
    written: dict[str, Any] = {**pieces, "lanes": lanes}
    exec("\n".join(lines), written)  # one call for each height, which the compiler must know
    tiles = vectors.compiled("tiles")(written["tiles"])

    across, wide = 2 * lanes * size, WIDTH // size  # bytes of a panel's row, and columns of a block
    step_row = (DEPTH + 16) * size  # of A's rows, brought together so that no two of a tile share a place in the cache

    @vectors.compiled("rows_together")
    def rows_together(a: int, step_ai: int, step_ap: int, rows: int, n: int, depth: int) -> None:
        if step_ap == size:
            for i in range(n):
                for p in range(0, depth, lanes):
                    at = a + i * step_ai + p * size
                    fetch(at, rows + i * step_row + p * size, min(lanes, depth - p), at + step_ai)
        else:
            for p in range(0, depth, lanes):
                for i in range(0, n, lanes):
                    turn(a + i * step_ai + p * step_ap, step_ap, min(lanes, depth - p), min(lanes, n - i),
                         rows + i * step_row + p * size, step_row)  # fmt: skip

    @vectors.compiled("into_panels")
    def into_panels(b: int, step_bp: int, step_bj: int, panels: int, depth: int, width: int) -> None:
        if step_bj == size:
            for p in range(depth):
                for j in range(0, width, lanes):
                    at = b + p * step_bp + j * size
                    fetch(at, panels + (j // panel * DEPTH + p) * across + j % panel * size, min(lanes, width - j),
                          at + AHEAD * step_bp)  # fmt: skip
        else:
            for j in range(0, width, lanes):
                for p in range(0, depth, lanes):
                    turn(b + p * step_bp + j * step_bj, step_bj, min(lanes, width - j), min(lanes, depth - p),
                         panels + (j // panel * DEPTH + p) * across + j % panel * size, across)  # fmt: skip

    @vectors.compiled("blocks")
    def blocks(
        a: int, step_ai: int, step_ap: int, b: int, step_bp: int, step_bj: int, c: int, step_c: int,
        n: int, k: int, m: int, panels: int,
    ) -> None:  # fmt: skip
        apart, rows = max(step_ai, step_ap) >= PAGE, panels + DEPTH * WIDTH
        once = n <= highest and step_bj == size and step_bp < PAGE  # B is read once only, and may stay where it is
        for p in range(0, max(k, 1), DEPTH):  # no sum is 0, too
            depth = min(DEPTH, k - p)
            for first in range(0, m, wide):
                width = min(wide, m - first)
                source = b + p * step_bp + first * step_bj
                left = width // panel * panel if once else 0
                into_panels(source + left * size, step_bp, step_bj, panels, depth, width - left)
                for i in range(0, n, HEIGHT):
                    height = min(HEIGHT, n - i)
                    block, step_i, step_p = a + i * step_ai + p * step_ap, step_ai, step_ap
                    if apart:
                        rows_together(block, step_ai, step_ap, rows, height, depth)
                        block, step_i, step_p = rows, step_row, size
                    for j in range(0, width, panel):
                        target, columns = c + i * step_c + (first + j) * size, min(panel, width - j)
                        if j < left:
                            at, step = source + j * size, step_bp
                        else:
                            at, step = panels + (j - left) // panel * DEPTH * across, across
                        tiles(block, step_i, step_p, at, step, target, step_c, depth, height, columns, p)

    return blocks


class _Vectors:
    """Writes pieces of code in the compiler's own language, with vectors of `lanes` numbers of `size` bytes."""

    def __init__(self, lanes: int, size: int, highest: int) -> None:
        self.lanes, self.size, self.highest = lanes, size, highest
        self.number: Any = ir.FloatType() if size == 4 else ir.DoubleType()
        self.vector = ir.VectorType(self.number, lanes)
        self.mask = ir.VectorType(ir.IntType(1), lanes)
        self.zeros = ir.Constant(self.vector, [0.0] * lanes)
        self.nowhere = ir.Constant(self.mask, [0] * lanes)

    def compiled(self, name: str, **options: Any) -> Callable[[Any], Any]:
        """Return what compiles a function around the pieces, under a name that no other one has.

        In one process, code from the disk finds code by its name and the types of its arguments; here all of these are
        addresses, whatever the numbers there.
        """

        def decorate(function: Any) -> Any:
            function.__qualname__ = f"{name}_{self.lanes}_{self.size}_{self.highest}"
            return numba.njit(function, error_model="numpy", **options)

        return decorate

    # ------------------------------------------------------------ the pieces
    def tile(self, height: int, count: int) -> Any:
        """Return the code of a tile: `height` rows of C, `count` vectors wide, the sum over a panel's depth."""

        def write(b: Any, a: Any, step_i: Any, step_p: Any, panel: Any, across: Any, c: Any, step_c: Any, depth: Any,
                  columns: Any, add: Any) -> None:  # fmt: skip
            sums = [[cgutils.alloca_once_value(b, self.zeros) for _ in range(count)] for _ in range(height)]
            for total in chain.from_iterable(sums):
                b.store(self.zeros, total)
            with b.if_then(b.icmp_signed(">=", depth, _whole(DEPTH // 2))):  # long enough for C to come meanwhile
                for i, v in product(range(height), range(count)):
                    self.prefetch(b, b.add(b.add(c, b.mul(step_c, _whole(i))), _whole(v * self.lanes * self.size)))
            with cgutils.for_range(b, depth) as loop:
                row = b.add(panel, b.mul(loop.index, across))
                B = [self.load(b, b.add(row, _whole(v * self.lanes * self.size))) for v in range(count)]
                column = b.add(a, b.mul(loop.index, step_p))
                for i in range(height):
                    address = b.add(column, b.mul(step_i, _whole(i)))
                    entry = self.splat(b, b.load(self.pointer(b, address, self.number), align=self.size))
                    for v in range(count):
                        term = b.fmul(entry, B[v], flags=["contract"])
                        b.store(b.fadd(b.load(sums[i][v]), term, flags=["contract"]), sums[i][v])
            for v in range(count):
                inside = self.first(b, b.sub(columns, _whole(v * self.lanes)))
                before = b.select(b.icmp_signed("!=", add, _whole(0)), inside, self.nowhere)
                for i in range(height):
                    address = b.add(b.add(c, b.mul(step_c, _whole(i))), _whole(v * self.lanes * self.size))
                    total = b.fadd(b.load(sums[i][v]), self.masked_load(b, address, before))
                    self.masked_store(b, total, address, inside)

        return _code(write, 10)

    def fetch(self) -> Any:
        """Return the code that copies up to one vector, and fills it up with zeros; `soon` is what follows later."""

        def write(b: Any, source: Any, target: Any, count: Any, soon: Any) -> None:
            self.prefetch(b, soon)
            self.store(b, self.masked_load(b, source, self.first(b, count)), target)

        return _code(write, 4)

    def turn(self) -> Any:
        """Return the code that turns a square: up to `lanes` columns, each in one piece, into rows."""
        lanes, half = self.lanes, self.lanes // 2
        mixed = [
            ir.Constant(ir.VectorType(ir.IntType(32), lanes), [start + i // 2 + i % 2 * lanes for i in range(lanes)])
            for start in (0, half)
        ]

        def write(b: Any, source: Any, step: Any, columns: Any, rows: Any, target: Any,
                  step_t: Any) -> None:  # fmt: skip
            b.function.attributes.add("noinline")  # the loops around this are one function, not one for each product
            inside = self.first(b, rows)
            square = []
            for j in range(lanes):
                known = b.select(b.icmp_signed("<", _whole(j), columns), inside, self.nowhere)
                square.append(self.masked_load(b, b.add(source, b.mul(step, _whole(j))), known))
            for _ in range(lanes.bit_length() - 1):  # shuffling like cards, as often as halves can be halved, turns it
                square = [b.shuffle_vector(square[i // 2], square[i // 2 + half], mixed[i % 2]) for i in range(lanes)]
            for p in range(lanes):
                with b.if_then(b.icmp_signed("<", _whole(p), rows)):
                    self.store(b, square[p], b.add(target, b.mul(step_t, _whole(p))))

        return _code(write, 6)

    def dots(self, height: int, count: int) -> Any:
        """Return the code of a tile of C whose entries are sums along rows of A and columns of B, each in one piece."""

        def write(
            b: Any, a: Any, step_a: Any, first: Any, step_b: Any, c: Any, step_c: Any, depth: Any, more: Any
        ) -> None:
            sums = [[cgutils.alloca_once_value(b, self.zeros) for _ in range(count)] for _ in range(height)]
            for total in chain.from_iterable(sums):
                b.store(self.zeros, total)

            def add(start: Any, fetch: Callable[[Any], Any]) -> None:
                rows = [fetch(b.add(b.add(a, b.mul(step_a, _whole(i))), start)) for i in range(height)]
                columns = [fetch(b.add(b.add(first, b.mul(step_b, _whole(j))), start)) for j in range(count)]
                for i, j in product(range(height), range(count)):
                    term = b.fmul(rows[i], columns[j], flags=["contract"])
                    b.store(b.fadd(b.load(sums[i][j]), term, flags=["contract"]), sums[i][j])

            full = b.sdiv(depth, _whole(self.lanes))
            step = _whole(self.lanes * self.size)
            with cgutils.for_range(b, full) as loop:
                add(b.mul(loop.index, step), lambda address: self.load(b, address))
            rest = self.first(b, b.sub(depth, b.mul(full, _whole(self.lanes))))
            add(b.mul(full, step), lambda address: self.masked_load(b, address, rest))
            kind = ir.FunctionType(self.number, [self.number, self.vector])
            together = cgutils.get_or_insert_function(
                b.module, kind, f"llvm.vector.reduce.fadd.v{self.lanes}f{8 * self.size}"
            )
            for i, j in product(range(height), range(count)):
                entry = self.pointer(b, b.add(b.add(c, b.mul(step_c, _whole(i))), _whole(j * self.size)), self.number)
                before = b.select(b.icmp_signed("!=", more, _whole(0)), b.load(entry), ir.Constant(self.number, 0.0))
                b.store(b.call(together, [before, b.load(sums[i][j])], fastmath=["reassoc", "nsz"]), entry)

        return _code(write, 8)

    def row(self, count: int) -> Any:
        """Return the code of a piece of a row of C, up to `count` vectors wide: a sum of rows of B."""

        def write(b: Any, a: Any, step_a: Any, first: Any, step_b: Any, c: Any, depth: Any, columns: Any) -> None:
            offsets = [_whole(v * self.lanes * self.size) for v in range(count)]
            inside = [self.first(b, b.sub(columns, _whole(v * self.lanes))) for v in range(count)]
            sums = [cgutils.alloca_once_value(b, self.zeros) for _ in range(count)]
            for total in sums:
                b.store(self.zeros, total)
            with cgutils.for_range(b, depth) as loop:
                at = self.pointer(b, b.add(a, b.mul(loop.index, step_a)), self.number)
                entry = self.splat(b, b.load(at, align=self.size))
                row = b.add(first, b.mul(loop.index, step_b))
                for total, mask, offset in zip(sums, inside, offsets, strict=True):
                    term = b.fmul(entry, self.masked_load(b, b.add(row, offset), mask), flags=["contract"])
                    b.store(b.fadd(b.load(total), term, flags=["contract"]), total)
            for total, mask, offset in zip(sums, inside, offsets, strict=True):
                self.masked_store(b, b.load(total), b.add(c, offset), mask)

        return _code(write, 7)

    # ------------------------------------------------------------ what they are made of
    def pointer(self, b: Any, address: Any, kind: Any) -> Any:
        return b.inttoptr(address, kind.as_pointer())

    def load(self, b: Any, address: Any) -> Any:
        return b.load(self.pointer(b, address, self.vector), align=self.size)

    def store(self, b: Any, vector: Any, address: Any) -> None:
        b.store(vector, self.pointer(b, address, self.vector), align=self.size)

    def prefetch(self, b: Any, address: Any) -> None:
        """Let a line of the cache be fetched."""
        byte, number = ir.IntType(8).as_pointer(), ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [byte, number, number, number])
        call = cgutils.get_or_insert_function(b.module, kind, "llvm.prefetch.p0")
        b.call(call, [b.inttoptr(address, byte), *(ir.Constant(number, value) for value in (0, 3, 1))])

    def splat(self, b: Any, number: Any, kind: Any = None) -> Any:
        """Return a vector of equal numbers."""
        nothing = ir.Constant(kind or self.vector, ir.Undefined)
        same = ir.Constant(ir.VectorType(ir.IntType(32), self.lanes), [0] * self.lanes)
        return b.shuffle_vector(b.insert_element(nothing, number, ir.Constant(ir.IntType(32), 0)), nothing, same)

    def first(self, b: Any, count: Any) -> Any:
        """Return the mask of the first `count` lanes."""
        kind = ir.VectorType(_ADDRESS, self.lanes)
        return b.icmp_signed("<", ir.Constant(kind, list(range(self.lanes))), self.splat(b, count, kind))

    def masked_load(self, b: Any, address: Any, mask: Any) -> Any:
        kind = ir.FunctionType(self.vector, [self.vector.as_pointer(), ir.IntType(32), self.mask, self.vector])
        arguments = [self.pointer(b, address, self.vector), ir.Constant(ir.IntType(32), self.size), mask, self.zeros]
        return b.call(self._function(b, kind, "load"), arguments)

    def masked_store(self, b: Any, vector: Any, address: Any, mask: Any) -> None:
        kind = ir.FunctionType(ir.VoidType(), [self.vector, self.vector.as_pointer(), ir.IntType(32), self.mask])
        arguments = [vector, self.pointer(b, address, self.vector), ir.Constant(ir.IntType(32), self.size), mask]
        b.call(self._function(b, kind, "store"), arguments)

    def _function(self, b: Any, kind: Any, verb: str) -> Any:
        name = f"llvm.masked.{verb}.v{self.lanes}f{8 * self.size}.p0"
        return cgutils.get_or_insert_function(b.module, kind, name)


_ADDRESS = ir.IntType(64)


def _whole(value: int) -> Any:
    return ir.Constant(_ADDRESS, value)


def _code(write: Callable[..., None], count: int) -> Any:
    """Make a function for compiled code of what `write(builder, *arguments)` writes; the arguments are integers."""
    names = ", ".join(f"x{i}" for i in range(count))
    signature = types.void(*[types.intp] * count)

    def generate(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        write(builder, *arguments)
        return context.get_dummy_value()

    written: dict[str, Any] = {"signature": signature, "generate": generate}
    exec(f"def typed(context, {names}):\n    return signature, generate", written)  # Numba reads the names
    return intrinsic(written["typed"])
