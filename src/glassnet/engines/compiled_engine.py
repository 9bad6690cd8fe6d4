"""The compiled engine: source written by `engines/lowering.py` is compiled by Numba, once, and kept on disk.

Numba is an extra: where it is not installed, `available` says so and nothing here is imported further.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import sys
import tempfile
from collections.abc import Callable
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

HEAD = '''"""Written by glassnet's compiled engine from the text of its equations; safe to delete."""

import numpy as np
from glassnet.engines.compiled_math import functions
from glassnet.engines.compiled_engine import kernel_of
from glassnet.engines.compiled_product import ROOM, product_of
from glassnet.engines.meeting import meet
from glassnet.engines.views import view
from numba import njit

math = functions(np.{dtype})
F, exp, expm1, log, log1p, tanh, erf, sqrt, sign, step, larger, smaller = (
    math.F, math.exp, math.expm1, math.log, math.log1p, math.tanh, math.erf, math.sqrt, math.sign, math.step,
    math.larger, math.smaller)
zero, infinity = F(0), F(np.inf)
product, kernel_at = product_of(F), kernel_of("{dtype}")


@njit(cache=True, error_model="numpy", fastmath={{"arcp", "contract", "nsz", "reassoc"}}, nogil=True)
'''

KERNEL = '''"""The matrix product of glassnet's compiled engine; safe to delete."""

from glassnet.engines.compiled_product import loops_of
from numba import cfunc, types

loops = loops_of("{dtype}")


@cfunc(types.void(*[types.intp] * 12), cache=True, error_model="numpy")
def kernel(a, step_ai, step_ap, b, step_bp, step_bj, c, step_c, n, k, m, panels):
    loops(a, step_ai, step_ap, b, step_bp, step_bj, c, step_c, n, k, m, panels)
'''

_PARTS = ("compiled_engine.py", "compiled_math.py", "compiled_product.py", "meeting.py", "views.py")  # of all code


@lru_cache(maxsize=1)
def available() -> bool:
    """Tell whether Numba (and scipy, whose matrix products it calls) is installed, without importing it."""
    return all(importlib.util.find_spec(name) is not None for name in ("numba", "scipy"))


def place() -> Path:
    """Return the folder that is wanted for compiled code: GLASSNET_CACHE, or the user's cache; it need not exist."""
    given = os.environ.get("GLASSNET_CACHE")
    return Path(given) if given else Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "glassnet"


def folder() -> Path:
    """Return the folder that keeps compiled code, made where it was missing: `place`, or a temporary one."""
    base = place()
    try:
        base.mkdir(parents=True, exist_ok=True)
        if os.access(base, os.W_OK):
            return base
    except OSError:
        pass
    return _temporary()


@lru_cache(maxsize=1)
def _temporary() -> Path:
    return Path(tempfile.mkdtemp(prefix="glassnet-"))


@lru_cache(maxsize=1)
def _version() -> str:
    """Return what compiled code depends on besides its own source."""
    import numba

    texts = [Path(__file__).with_name(name).read_bytes() for name in _PARTS]
    return f"{numba.__version__} {sys.version} {hashlib.sha256(b''.join(texts)).hexdigest()}"


def name_of(text: str) -> str:
    """Return the name under which the code for `text` is kept."""
    return f"steps_{hashlib.sha256(f'{_version()}{text}'.encode()).hexdigest()[:16]}"


_loaded: dict[str, Callable[..., Any]] = {}


def load(text: str) -> Callable[..., Any]:
    """Return the function `steps` of a module's source; its first call compiles, or fetches what the disk holds.

    Parameters
    ----------
    text : str
        Source of one module: HEAD and a function `steps`, whose first argument is the address of the matrix product.

    Returns
    -------
    callable
        A Numba dispatcher, which knows that address.
    """
    if text not in _loaded:
        import scipy.linalg.cython_blas  # noqa: F401  BLAS may make the products; loaded first, so that its threads are known

        module = _module(text)
        _loaded[text] = partial(module.steps, module.kernel_at)
    return _loaded[text]


@lru_cache(maxsize=2)
def kernel_of(dtype: str) -> int:
    """Return the address of the compiled matrix product of a type: 0 where BLAS makes it."""
    from glassnet.engines.compiled_product import registers

    return 0 if registers() is None else int(_module(KERNEL.format(dtype=dtype)).kernel.address)


def _module(text: str) -> Any:
    """Import a module from its source, kept on disk together with what Numba compiles of it."""
    name = name_of(text)
    path = folder() / f"{name}.py"
    if not path.exists() or path.read_text() != text:
        beside = path.with_suffix(f".{os.getpid()}.part")
        beside.write_text(text)
        beside.replace(path)
    spec = importlib.util.spec_from_file_location(f"glassnet_compiled_{name}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # numba looks it up there
    spec.loader.exec_module(module)
    return module
