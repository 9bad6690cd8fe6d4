"""A barrier for compiled threads, without the interpreter: each counts in a cache line of its own."""

from __future__ import annotations

from typing import Any

import numba
from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic

LINE = 8  # numbers of 64 bits in a cache line
PATIENCE = 2000  # reads of a counter before the thread yields its core

_yield = types.ExternalFunction("sched_yield", types.int32())


def _publishing(_context: Any, _address: Any, _count: Any) -> Any:
    def write(_context: Any, b: Any, _signature: Any, arguments: Any) -> Any:
        address, count = arguments
        b.store_atomic(count, b.inttoptr(address, ir.IntType(64).as_pointer()), "release", 8)
        return _context.get_dummy_value()

    return types.void(types.intp, types.int64), write


def _seeing(_context: Any, _address: Any) -> Any:
    def read(_context: Any, b: Any, _signature: Any, arguments: Any) -> Any:
        return b.load_atomic(b.inttoptr(arguments[0], ir.IntType(64).as_pointer()), "acquire", 8)

    return types.int64(types.intp), read


_publish: Any = intrinsic(_publishing)
_seen: Any = intrinsic(_seeing)


@numba.njit
def barrier(counters: Any, rank: int, ranks: int, count: int) -> None:
    """Publish that thread `rank` has reached barrier number `count`, and wait until all `ranks` threads have."""
    start = counters.ctypes.data
    _publish(start + rank * LINE * 8, count)
    for other in range(ranks):
        reads = 0
        while _seen(start + other * LINE * 8) < count:
            reads += 1
            if reads > PATIENCE:
                _yield()
