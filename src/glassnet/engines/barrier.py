"""Where compiled threads wait for each other, without the interpreter: each counts in its own line of the cache."""

from __future__ import annotations

from typing import Any

import numba
from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic

LINE = 8  # numbers of 64 bits in a line of the cache
PATIENCE = 2000  # looks at a counter before the core is offered to others

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
    """Say that thread `rank` has come to its meeting number `count`, and wait until all `ranks` threads have."""
    start = counters.ctypes.data
    _publish(start + rank * LINE * 8, count)
    for other in range(ranks):
        looks = 0
        while _seen(start + other * LINE * 8) < count:
            looks += 1
            if looks > PATIENCE:
                _yield()
