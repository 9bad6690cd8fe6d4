"""The compiled engine: source written by `backends/compiled/lowering.py` is compiled by Numba once, and kept on disk.

Loading damaged machine code ends the process. So Numba's cache files are loaded only if their checksums are those that
were noted when they were written; otherwise the code is compiled again. A folder that cannot be used is replaced by a
temporary one; where that cannot be used either, nothing is kept.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import lru_cache, partial
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

from glassnet.files import cache_folder

HEAD = '''"""Written by glassnet's compiled engine from the text of its equations; safe to delete."""

import numpy as np
from glassnet.backends.compiled.compiled_math import functions
from glassnet.backends.compiled.compiled_engine import kernel_of
from glassnet.backends.compiled.compiled_product import PANELS, product_of
from glassnet.backends.compiled.barrier import barrier
from glassnet.backends.compiled.matrix_view import matrix_view
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

from glassnet.backends.compiled.compiled_product import loops_of
from numba import cfunc, types

loops = loops_of("{dtype}")


@cfunc(types.void(*[types.intp] * 12), cache=True, error_model="numpy")
def kernel(a, step_ai, step_ap, b, step_bp, step_bj, c, step_c, n, k, m, panels):
    loops(a, step_ai, step_ap, b, step_bp, step_bj, c, step_c, n, k, m, panels)
'''

Result = TypeVar("Result")

_PARTS = (
    "compiled_engine.py",
    "compiled_math.py",
    "compiled_product.py",
    "barrier.py",
    "matrix_view.py",
)  # of all code


def has_product() -> bool:
    """Return whether compiled code computes its matrix products itself on this processor; otherwise BLAS does."""
    try:
        from glassnet.backends.compiled.compiled_product import registers
    except Exception:  # an error in Numba is reported where code is compiled
        return False
    return registers() is not None


# ---------------------------------------------------------------- the cache on disk
def folders() -> Iterator[Path | None]:
    """Yield the usable folders for compiled code: `cache_folder`, a temporary one; then None, for none."""
    for folder in (cache_folder, _temporary):
        with suppress(OSError):
            base = folder()
            (base / "__pycache__").mkdir(parents=True, exist_ok=True)
            for each in (base, base / "__pycache__"):  # Numba keeps its files in the inner one
                tempfile.TemporaryFile(dir=each).close()
            yield base
    yield None


@lru_cache(maxsize=1)
def _temporary() -> Path:
    return Path(tempfile.mkdtemp(prefix="glassnet-"))


@lru_cache(maxsize=1)
def _version() -> str:
    """Return a text that changes whenever compiled code must be compiled again, its own source aside."""
    import numba

    texts = [Path(__file__).with_name(name).read_bytes() for name in _PARTS]
    return f"{numba.__version__} {sys.version} {hashlib.sha256(b''.join(texts)).hexdigest()}"


def name_of(text: str) -> str:
    """Return the name of the module whose source is `text`."""
    return f"steps_{hashlib.sha256(f'{_version()}{text}'.encode()).hexdigest()[:16]}"


def _checksums(folder: Path, name: str) -> dict[str, str]:
    """Return the checksum of each file that Numba keeps for a module."""
    files = (folder / "__pycache__").glob(f"{name}.*")
    return {path.name: hashlib.sha256(_content(path)).hexdigest() for path in files}


def _content(path: Path) -> bytes:
    """Return the content of a regular file; reading a pipe might never end."""
    if not path.is_file():
        raise FileNotFoundError(path)
    return path.read_bytes()


def _remove_damaged(folder: Path, name: str) -> None:
    """Remove Numba's files of a module, unless their checksums are those that were noted."""
    noted, found = None, _checksums(folder, name)
    with suppress(OSError, ValueError, RecursionError):
        noted = json.loads(_content(folder / f"{name}.json"))
    if found != noted:
        for file in found:
            (folder / "__pycache__" / file).unlink(missing_ok=True)


def _write(path: Path, content: bytes) -> None:
    """Write a file, unless it has this content already."""
    with suppress(OSError):
        if _content(path) == content:
            return
    beside = path.with_suffix(f".{os.getpid()}.part")
    try:
        beside.write_bytes(content)
        beside.replace(path)
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)


# ---------------------------------------------------------------- compiling and loading
class Steps:
    """The function `steps` of a module's source, compiled or loaded from disk when it is first called.

    Parameters
    ----------
    text : str
        Source of one module: HEAD and a function `steps`, whose first argument is the address of the matrix product.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.function: Callable[..., Any] | None = None

    def build(self, first_call: Callable[[], Any]) -> None:
        """Compile the function by `first_call`, which must have no other effect; do nothing if it is compiled."""
        import scipy.linalg.cython_blas  # noqa: F401  before the products, so that its threads are known

        def use(module: Any) -> None:
            self.function = partial(module.steps, module.kernel_at)
            first_call()

        if self.function is None:
            try:
                _made(self.text, use)
            except BaseException:
                self.function = None
                raise

    def __call__(self, *given: Any) -> Any:
        """Run the steps."""
        if self.function is None:
            results: list[Any] = []
            self.build(lambda: results.append(self(*given)))
            return results[0]
        return self.function(*given)


_loaded: dict[str, Steps] = {}


def load(text: str) -> Steps:
    """Return the function `steps` of a module's source; the same object for the same source."""
    return _loaded.setdefault(text, Steps(text))


@lru_cache(maxsize=2)
def kernel_of(dtype: str) -> int:
    """Return the address of the compiled matrix product of a type; 0 where BLAS computes it."""
    from glassnet.backends.compiled.compiled_product import registers

    return 0 if registers() is None else _made(KERNEL.format(dtype=dtype), lambda module: int(module.kernel.address))


def _made(text: str, use: Callable[[Any], Result]) -> Result:
    """Return `use(module)`, which compiles the module's code, from the first folder where that works.

    Raises
    ------
    Exception
        What the compiler raises where nothing is kept.
    """
    name = name_of(text)
    for folder in folders():
        try:
            result = use(_module(text, name, folder))
        except MemoryError:
            raise
        except Exception:  # a full disk, or an error of a library over files in the folder
            if folder is None:
                raise
            continue
        if folder is not None:
            with suppress(OSError):
                _write(folder / f"{name}.json", json.dumps(_checksums(folder, name)).encode())
        return result
    raise AssertionError  # the last folder is None


def _module(text: str, name: str, folder: Path | None) -> Any:
    """Run a module's source; Numba keeps its compiled code in `folder`, if there is one."""
    from numba import config as typed_config

    config: Any = typed_config

    path = f"<{name}>"
    if folder is None:
        text = text.replace("cache=True", "cache=False")
    else:
        path = str(folder / f"{name}.py")
        _write(Path(path), text.encode())
        _remove_damaged(folder, name)
    module: Any = ModuleType(f"glassnet_compiled_{name}")
    sys.modules[module.__name__] = module  # numba looks it up there
    elsewhere, config.CACHE_DIR = config.CACHE_DIR, ""  # the cache lies beside the source, whatever the user has set
    try:
        exec(compile(text, path, "exec"), module.__dict__)  # an import would load an unchecked .pyc
    finally:
        config.CACHE_DIR = elsewhere
    return module
