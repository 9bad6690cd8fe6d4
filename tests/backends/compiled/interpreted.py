"""The compiled engine without a compiler: what it writes is plain Python, and runs as such, with NumPy's functions."""

from dataclasses import replace
from functools import lru_cache, wraps
from types import SimpleNamespace

import numpy as np
from scipy.special import erf

from glassnet.arrays import numpy_namespace as xp
from glassnet.backends.compiled import compiled_engine
from glassnet.backends.compiled.lowering import lower
from glassnet.backends.compiled.tracing import Namespace, Program
from glassnet.backends.registry import BACKENDS
from needs import need


def functions(dtype):
    """Return the functions of `backends/compiled/compiled_math.py`, one number at a time, by NumPy."""
    F = np.dtype(dtype).type
    return SimpleNamespace(
        **{name: getattr(np, name) for name in ("exp", "expm1", "log", "log1p", "tanh", "sqrt", "sign")},
        **{"F": F, "erf": erf, "larger": np.maximum, "smaller": np.minimum, "step": lambda x: F(x > 0)},
    )


def product(A, B, out, _kernel, _panels):
    """Write A @ B into `out`, as `backends/compiled/compiled_product.py` does."""
    out[...] = A @ B


def matrix_view(vector, start, rows, columns):
    """Return a piece of a vector as a matrix, as `backends/compiled/matrix_view.py` does."""
    return vector.reshape(-1)[start : start + rows * columns].reshape(rows, columns)


@lru_cache(maxsize=256)
def interpret(text):
    """Return the function `steps` of a module's source, not compiled."""
    lines = [line for line in text.splitlines() if not line.startswith("from ")]
    module = {
        "functions": functions, "product_of": lambda _dtype: product, "PANELS": 0, "barrier": None,
        "matrix_view": matrix_view, "kernel_of": lambda _dtype: 0,
        "njit": lambda **_: lambda function: function,
    }  # fmt: skip
    exec("\n".join(lines), module)

    @wraps(module["steps"])
    def steps(*args):
        with np.errstate(all="ignore"):
            return module["steps"](0, *args)

    return steps


def use(engine, monkeypatch):
    """Let engine="compiled" run what it writes as plain Python ("interpreted"), or compiled."""
    if engine == "interpreted":
        monkeypatch.setattr(compiled_engine, "load", interpret)
        monkeypatch.setitem(BACKENDS, "compiled", replace(BACKENDS["compiled"], libraries=()))
    else:
        need("numba")


def run_lowered(function, arrays, sizes, dtype="float64"):
    """Trace `function(xp, program, **symbols)`, lower it, and run the loops.

    Parameters
    ----------
    arrays : dict of str to (dims, array)
        What is handed in; the arrays are changed in place.
    sizes : dict of str to int
        Of every dimension.

    Returns
    -------
    dict, list of str
        The numbers that `function` returned by name, and the lines that were run.
    """
    program = Program(np.dtype(dtype))
    wanted = function(Namespace(), program, **{name: program.input(name, dims) for name, (dims, _) in arrays.items()})
    source = lower(program, wanted or {}, "p")
    F = np.dtype(dtype).type
    names = {
        "np": np, "product": product, "kernel": 0, "panels": None, "zero": F(0), "infinity": F(np.inf),
        **vars(functions(dtype)), **sizes,
        **{name: F(value) for value, name in source.constants.items()},
        **{name: np.full([sizes.get(dim, 1) for dim in dims], np.nan, F) for name, dims in source.work.items()},
        **{name: array for name, (_, array) in arrays.items()},
    }  # fmt: skip
    with np.errstate(all="ignore"):
        exec("\n".join(source.lines), names)
    return {name: names[name] for name in wanted or {}}, source.lines


def run_numpy(function, arrays):
    """Run the same function with the NumPy engine, which sees every store at once and needs no barrier."""
    with np.errstate(all="ignore"):
        return function(xp, SimpleNamespace(barrier=lambda: None), **{name: M for name, (_, M) in arrays.items()}) or {}
