"""Matrices in a vector, for compiled code: one instruction in place of the many of slicing and reshaping."""

from __future__ import annotations

from typing import Any

from numba.core import cgutils as typed_cgutils
from numba.core import types
from numba.extending import intrinsic

cgutils: Any = typed_cgutils


@intrinsic
def matrix_view(_context: Any, vector: Any, _start: Any, _rows: Any, _columns: Any) -> Any:
    """Return the entries from `start` on as a matrix (rows, columns); the contiguous vector must outlive it."""
    kind = types.Array(vector.dtype, 2, "C", readonly=not vector.mutable)

    def generate(context: Any, b: Any, _signature: Any, given: Any) -> Any:
        entries, start, rows, columns = given
        source = context.make_array(vector)(context, b, entries)
        size = context.get_constant(types.intp, context.get_abi_sizeof(context.get_data_type(vector.dtype)))
        matrix = context.make_array(kind)(context, b)
        context.populate_array(
            matrix,
            data=b.gep(source.data, [start]),
            shape=cgutils.pack_array(b, [rows, columns]),
            strides=cgutils.pack_array(b, [b.mul(columns, size), size]),
            itemsize=size,
            meminfo=None,
        )
        return matrix._getvalue()

    return kind(vector, types.intp, types.intp, types.intp), generate
