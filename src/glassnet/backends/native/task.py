"""What the library is handed for some steps of one network, and the product on its own."""

from __future__ import annotations

import ctypes
from functools import cache
from typing import Any, ClassVar

import numpy as np

from glassnet.backends.native.library import library

Array = Any

# `Task` of kernels.cpp, in its order: addresses, whole numbers (#) and a fraction (.), each of 8 bytes.
_FIELDS = """
#number_bytes pass_words update_words pass_places update_places #pass_arrays #update_arrays dimensions #dimension_P
numbers rounded arrays registers work panels x_work y_work s_work spare masks_work mask_rows #masks_count state
theta gradients best rows targets weights masks order #order_size learning_rates costs shares partials #blocks counters
#features #outputs #samples #batch #parameters #steps #first_step #whole #by_features #watch #parts #groups #rank #ranks
#mask_numbers #process #processes reduce .best_cost
"""
_KINDS: dict[str, Any] = {"#": ctypes.c_int64, ".": ctypes.c_double}


class Task(ctypes.Structure):
    """Numbers and addresses of some steps; the arrays must outlive the call."""

    _fields_: ClassVar[Any] = [(name.lstrip("#."), _KINDS.get(name[0], ctypes.c_void_p)) for name in _FIELDS.split()]


@cache
def of_library(name: str, dtype: Any = None) -> int:
    """Return a size that the library knows: "panel_numbers", "block_numbers" of a type, or "task_bytes"."""
    function = library().function(f"glassnet_{name}")
    function.restype = ctypes.c_int64
    return int(function(*([] if dtype is None else [ctypes.c_int64(np.dtype(dtype).itemsize)])))


@cache
def run_function() -> Any:
    """Return the function that runs a task."""
    function = library().function("glassnet_run")
    function.argtypes, function.restype = [ctypes.POINTER(Task)], ctypes.c_int64
    return function


def product(A: Array, B: Array, out: Array) -> Array:
    """Write A @ B into `out` (n, m), whose rows are contiguous, and return it.

    Parameters
    ----------
    A, B : array (n, k), (k, m)
        float32 or float64, both the same; of each the rows or the columns are contiguous.
    out : array (n, m)
        Where the product goes.
    """
    size = out.itemsize
    panels = np.empty(of_library("panel_numbers", out.dtype), out.dtype)
    numbers = [ctypes.c_int64(value) for M in (A, B) for value in (M.ctypes.data, *(s // size for s in M.strides))]
    given = [*numbers, ctypes.c_int64(out.ctypes.data), ctypes.c_int64(out.strides[0] // size)]
    sizes = [ctypes.c_int64(value) for value in (*A.shape, B.shape[1])]
    library().function("glassnet_product")(
        ctypes.c_int64(size), *given, *sizes, None, ctypes.c_void_p(panels.ctypes.data)
    )
    return out
