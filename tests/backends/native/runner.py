"""A recorded program of a test's own, run by the library: its arrays lie where a step has the masks of dropout."""

import ctypes
from types import SimpleNamespace

import numpy as np

from glassnet.arrays import numpy_namespace
from glassnet.backends.native.lowering import END, GIVEN, REGISTERS, Words, lower
from glassnet.backends.native.recording import ONE, Namespace, Program
from glassnet.backends.native.task import Task, of_library, run_function

FIRST_OF_LIST = 6  # as `Root` of kernels.cpp has it


def run_lowered(function, arrays, sizes, dtype="float64", transposed=()):
    """Record `function(xp, program, **symbols)`, lower it, and let the library run it once.

    Parameters
    ----------
    arrays : dict of str to (dims, array)
        What is handed in; the arrays are changed in place.
    sizes : dict of str to int
        Of every dimension.
    transposed : collection of str
        Names of the arrays that lie with their columns contiguous.

    Returns
    -------
    dict, Words
        The numbers that `function` returned by name, and what was run.
    """
    program = Program(np.dtype(dtype))
    wanted = function(Namespace(), program, **{name: program.input(name, dims) for name, (dims, _) in arrays.items()})
    words = Words({name: i for i, name in enumerate(GIVEN)}, {"m": 0, ONE: 1})
    lower(program, words, wanted or {}, transposed=frozenset(transposed))
    spare = words.dimension("of no array")
    known = {ONE: 1, "of no array": 0, **sizes}
    given = {name: float(M) for name, (dims, M) in arrays.items() if not dims} | known
    numbers = np.array([key if isinstance(key, float) else given.get(key, 0.0) for key in words.numbers], np.float64)
    lengths = {name: int(np.prod([known[dim] for dim in dims])) for name, dims in words.work.items()}
    held = {name: np.full(length + 8, np.nan, dtype) for name, length in lengths.items()}
    for name, (dims, M) in arrays.items():
        if dims:
            held[name] = np.array(M.T if name in transposed else M, dtype, order="C")
    m = sizes["m"]
    kept = {
        "pass_words": np.array(words.words, np.int64),
        "update_words": np.array([END], np.int64),
        "pass_places": np.array([(FIRST_OF_LIST + i, 0) for i in range(len(words.arrays))], np.int64).reshape(-1, 2),
        "dimensions": np.array([known[name] for name in words.dimensions], np.int64),
        "numbers": numbers,
        "rounded": numbers.astype(dtype),
        "registers": np.full(REGISTERS * of_library("block_numbers", dtype), np.nan, dtype),
        "arrays": np.zeros(max(1, len(words.arrays)), np.int64),
        "panels": np.full(of_library("panel_numbers", dtype), np.nan, dtype),
        "masks_work": np.array([held[name].ctypes.data for name in words.arrays] or [0], np.int64),
        **{name: np.zeros(1) for name in ("learning_rates", "costs", "shares", "partials", "theta", "gradients")},
        "counters": np.zeros(8, np.int64),
    }
    task = Task(
        number_bytes=np.dtype(dtype).itemsize, pass_arrays=len(words.arrays), dimension_P=spare, samples=m, batch=m,
        whole=1, steps=1, parts=1, groups=1, ranks=1, processes=1, **{name: M.ctypes.data for name, M in kept.items()},
    )  # fmt: skip
    run_function()(ctypes.byref(task))
    for name, (dims, M) in arrays.items():
        if dims:
            M[...] = held[name].T if name in transposed else held[name]
    for name, length in lengths.items():
        assert np.isnan(held[name][length:]).all(), f"{name}: written past its end"
    return {name: kept["numbers"][words.numbers[name]] for name in wanted or {}}, words


def run_numpy(function, arrays):
    """Run the same function by NumPy, which sees every store at once and needs no barrier."""
    nothing = SimpleNamespace(barrier=lambda: None)
    with np.errstate(all="ignore"):
        return function(numpy_namespace, nothing, **{name: M for name, (_, M) in arrays.items()}) or {}
