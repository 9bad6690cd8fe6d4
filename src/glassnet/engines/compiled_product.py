"""The matrix product of the compiled engine: one tile of C in registers, written in the compiler's own vectors.

    C (n, m) = A (n, k) B (k, m)

B is copied, `DEPTH` rows and `WIDTH` columns at a time, into panels two vectors wide, turned where its columns lie in
one piece. A tile of up to `rows` x 2 vectors of C then stays in registers while the loop runs down the panel: each step
loads two vectors of B and spreads one number of A after the other. At the sizes of mini-batches this takes half the
time of a general BLAS or less, because nothing is checked, dispatched or packed twice (bench/step.py shows it).

The method is the one of K. Goto and R. van de Geijn, "Anatomy of high-performance matrix multiplication", ACM
Transactions on Mathematical Software 34(3), 2008.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from itertools import chain
from typing import Any, NamedTuple

import numba
import numpy as np
from llvmlite import binding, ir
from numba.core import cgutils as typed_cgutils
from numba.core import types
from numba.extending import intrinsic

cgutils: Any = typed_cgutils
DEPTH, WIDTH = 256, 256  # of the block of B in panels,
HEIGHT = 192  # and of the block of A that passes over it: both stay in the second cache


class Registers(NamedTuple):
    """What a machine offers: bytes in a vector, and the heights of tiles that its registers hold."""

    width: int
    heights: tuple[int, ...]


@lru_cache(maxsize=1)
def registers() -> Registers | None:
    """Return the registers of this machine, or None where its BLAS is the better choice."""
    features = binding.get_host_cpu_features()
    if features.get("avx512f"):
        return Registers(64, (12, 8, 4, 2, 1))
    if features.get("avx2") and features.get("fma"):
        return Registers(32, (6, 4, 2, 1))
    return None


def product_of(dtype: Any) -> tuple[Callable[..., None], int]:
    """Return `product(A, B, out, panels)` for compiled code, and the number of entries that `panels` must have.

    Parameters
    ----------
    dtype : numpy dtype
        float32 or float64.

    Returns
    -------
    callable
        Writes A @ B into `out`, whose rows lie in one piece. A and B may be views, transposed too, of which one
        dimension lies in one piece.
    int
        Room for the panels.
    """
    F = np.dtype(dtype).type
    machine = registers()
    if machine is None:

        @numba.njit(error_model="numpy")
        def by_blas(A: Any, B: Any, out: Any, panels: Any) -> None:
            if A.shape[1] == 0:
                out[:] = F(0)
            else:
                np.dot(A, B, out)

        return by_blas, 1
    size = np.dtype(dtype).itemsize
    blocks = _blocks(_Vectors(machine.width // size, size), machine.heights)

    @numba.njit(error_model="numpy", fastmath={"contract", "reassoc", "nsz"})
    def one_row(a: Any, B: Any, out: Any) -> None:
        k, m = B.shape
        if B.strides[1] == size:
            out[:] = F(0)
            for p in range(k):
                for j in range(m):
                    out[j] += a[p] * B[p, j]
        else:
            for j in range(m):
                total = F(0)
                for p in range(k):
                    total += a[p] * B[p, j]
                out[j] = total

    @numba.njit(error_model="numpy", inline="always")
    def product(A: Any, B: Any, out: Any, panels: Any) -> None:
        n, k, m = A.shape[0], A.shape[1], B.shape[1]
        if n == 1:
            one_row(A[0], B, out[0])
        elif m == 1:
            one_row(B[:, 0], A.T, out[:, 0])
        elif k == 0:
            out[:] = F(0)
        else:
            blocks(
                A.ctypes.data, A.strides[0], A.strides[1], B.ctypes.data, B.strides[0], B.strides[1],
                out.ctypes.data, out.strides[0], n, k, m, panels.ctypes.data,
            )  # fmt: skip

    return product, DEPTH * WIDTH


def _blocks(vectors: _Vectors, heights: tuple[int, ...]) -> Callable[..., None]:
    """Return the loops over blocks, panels and tiles; all arguments are addresses, strides in bytes, and counts."""
    lanes, size = vectors.lanes, vectors.size
    panel = 2 * lanes
    fetch, turn = vectors.fetch(), vectors.turn()
    lines = ["def tiles(a, step_i, step_p, panel, c, step_c, depth, n, columns, add):", "    i = 0"]
    pieces = {}
    for count, condition in ((2, "columns > lanes"), (1, "columns <= lanes")):
        lines.append(f"    if {condition}:")
        for height in heights:
            pieces[f"tile_{height}_{count}"] = vectors.tile(height, count)
            lines += [
                f"        {'while' if height == heights[0] else 'if'} n - i >= {height}:",
                f"            tile_{height}_{count}(a + i * step_i, step_i, step_p, panel, c + i * step_c, step_c,"
                " depth, columns, add)",
                f"            i += {height}",
            ]
    written: dict[str, Any] = {**pieces, "lanes": lanes}
    exec("\n".join(lines), written)  # one call for each height, which the compiler must know
    tiles = numba.njit(written["tiles"], error_model="numpy")

    @numba.njit(error_model="numpy")
    def blocks(
        a: int, step_ai: int, step_ap: int, b: int, step_bp: int, step_bj: int, c: int, step_c: int,
        n: int, k: int, m: int, panels: int,
    ) -> None:  # fmt: skip
        for p in range(0, k, DEPTH):
            depth = min(DEPTH, k - p)
            for first in range(0, m, WIDTH):
                width = min(WIDTH, m - first)
                source = b + p * step_bp + first * step_bj
                for j in range(0, width, lanes):
                    columns = min(lanes, width - j)
                    target = panels + (j // panel * panel * DEPTH + j % panel) * size
                    if step_bj != size:
                        for q in range(0, depth, lanes):
                            turn(source + j * step_bj + q * step_bp, step_bj, columns, min(lanes, depth - q),
                                 target + q * panel * size)  # fmt: skip
                if step_bj == size:
                    for q in range(depth):
                        for j in range(0, width, lanes):
                            target = panels + (j // panel * panel * DEPTH + j % panel + q * panel) * size
                            fetch(source + q * step_bp + j * size, target, min(lanes, width - j))
                for i in range(0, n, HEIGHT):
                    for j in range(0, width, panel):
                        tiles(
                            a + i * step_ai + p * step_ap, step_ai, step_ap, panels + j * DEPTH * size,
                            c + i * step_c + (first + j) * size, step_c,
                            depth, min(HEIGHT, n - i), min(panel, width - j), p,
                        )  # fmt: skip

    return blocks


class _Vectors:
    """Writes pieces of code in the compiler's own language, with vectors of `lanes` numbers of `size` bytes."""

    def __init__(self, lanes: int, size: int) -> None:
        self.lanes, self.size = lanes, size
        self.number: Any = ir.FloatType() if size == 4 else ir.DoubleType()
        self.vector = ir.VectorType(self.number, lanes)
        self.mask = ir.VectorType(ir.IntType(1), lanes)
        self.zeros = ir.Constant(self.vector, [0.0] * lanes)
        self.nowhere = ir.Constant(self.mask, [0] * lanes)

    # ------------------------------------------------------------ the pieces
    def tile(self, height: int, count: int) -> Any:
        """Return the code of a tile: `height` rows of C, `count` vectors wide, the sum over a panel's depth."""

        def write(b: Any, a: Any, step_i: Any, step_p: Any, panel: Any, c: Any, step_c: Any, depth: Any,
                  columns: Any, add: Any) -> None:  # fmt: skip
            sums = [[cgutils.alloca_once_value(b, self.zeros) for _ in range(count)] for _ in range(height)]
            for total in chain.from_iterable(sums):
                b.store(self.zeros, total)
            with cgutils.for_range(b, depth) as loop:
                row = b.add(panel, b.mul(loop.index, _whole(2 * self.lanes * self.size)))
                B = [self.load(b, b.add(row, _whole(v * self.lanes * self.size))) for v in range(count)]
                column = b.add(a, b.mul(loop.index, step_p))
                for i in range(height):
                    address = b.add(column, b.mul(step_i, _whole(i)))
                    entry = self.spread(b, b.load(self.pointer(b, address, self.number), align=self.size))
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

        return _code(write, 9)

    def fetch(self) -> Any:
        """Return the code that copies up to one vector, and fills it up with zeros."""

        def write(b: Any, source: Any, target: Any, count: Any) -> None:
            self.store(b, self.masked_load(b, source, self.first(b, count)), target)

        return _code(write, 3)

    def turn(self) -> Any:
        """Return the code that turns a square: up to `lanes` columns of B, each in one piece, into rows of a panel."""
        lanes, half = self.lanes, self.lanes // 2
        mixed = [
            ir.Constant(ir.VectorType(ir.IntType(32), lanes), [start + i // 2 + i % 2 * lanes for i in range(lanes)])
            for start in (0, half)
        ]

        def write(b: Any, source: Any, step: Any, columns: Any, rows: Any, target: Any) -> None:
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
                    self.store(b, square[p], b.add(target, _whole(p * 2 * lanes * self.size)))

        return _code(write, 5)

    # ------------------------------------------------------------ what they are made of
    def pointer(self, b: Any, address: Any, kind: Any) -> Any:
        return b.inttoptr(address, kind.as_pointer())

    def load(self, b: Any, address: Any) -> Any:
        return b.load(self.pointer(b, address, self.vector), align=self.size)

    def store(self, b: Any, vector: Any, address: Any) -> None:
        b.store(vector, self.pointer(b, address, self.vector), align=self.size)

    def spread(self, b: Any, number: Any, kind: Any = None) -> Any:
        """Return a vector of equal numbers."""
        nothing = ir.Constant(kind or self.vector, ir.Undefined)
        same = ir.Constant(ir.VectorType(ir.IntType(32), self.lanes), [0] * self.lanes)
        return b.shuffle_vector(b.insert_element(nothing, number, ir.Constant(ir.IntType(32), 0)), nothing, same)

    def first(self, b: Any, count: Any) -> Any:
        """Return the mask of the first `count` lanes."""
        kind = ir.VectorType(_ADDRESS, self.lanes)
        return b.icmp_signed("<", ir.Constant(kind, list(range(self.lanes))), self.spread(b, count, kind))

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
