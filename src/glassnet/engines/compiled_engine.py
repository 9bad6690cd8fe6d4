"""The compiled engine: source written by `engines/lowering.py` is compiled by Numba, once, and kept on disk.

Numba is an extra: where it is not installed, `available` says so and nothing here is imported further.

Machine code that was damaged ends the process when it is loaded. So what Numba keeps is loaded only if its checksums
are those that were noted when it was made, and is made again otherwise. Where a folder cannot be used a temporary one
is, and where that cannot either, nothing is kept.
"""

from __future__ import annotations

import hashlib
import importlib.util
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

HEAD = '''"""Written by glassnet's compiled engine from the text of its equations; safe to delete."""

import numpy as np
from glassnet.engines.compiled_math import functions
from glassnet.engines.compiled_engine import kernel_of
from glassnet.engines.compiled_product import PANELS, product_of
from glassnet.engines.barrier import barrier
from glassnet.engines.matrix_view import matrix_view
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

Result = TypeVar("Result")

_PARTS = (
    "compiled_engine.py",
    "compiled_math.py",
    "compiled_product.py",
    "barrier.py",
    "matrix_view.py",
)  # of all code


@lru_cache(maxsize=1)
def available() -> bool:
    """Tell whether Numba (and scipy, whose matrix products it calls) is installed, without importing it."""
    return all(is_installed(name) for name in ("numba", "scipy"))


def is_installed(name: str) -> bool:
    """Tell whether a library is installed, without importing it."""
    try:
        return importlib.util.find_spec(name) is not None
    except ValueError:  # something else goes by its name, or nothing shall
        return False


def has_product() -> bool:
    """Tell whether compiled code makes its own matrix products here; else BLAS does."""
    try:
        from glassnet.engines.compiled_product import registers
    except Exception:  # whatever is wrong with Numba is told where code is compiled
        return False
    return registers() is not None


# ---------------------------------------------------------------- where it is kept
def place() -> Path:
    """Return the folder that is wanted for compiled code: GLASSNET_CACHE, or the user's cache; it need not exist."""
    given = os.environ.get("GLASSNET_CACHE")
    if given:
        return Path(given)
    try:
        return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "glassnet"
    except RuntimeError:  # a user without a name or a home: nothing can be there, and nothing be made
        return Path(os.devnull) / "glassnet"


def folders() -> Iterator[Path | None]:
    """Yield where compiled code may be kept: `place`, a temporary folder, if they can be used; then None, nowhere."""
    for made in (place, _temporary):
        with suppress(OSError):
            base = made()
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
    """Return what compiled code depends on besides its own source."""
    import numba

    texts = [Path(__file__).with_name(name).read_bytes() for name in _PARTS]
    return f"{numba.__version__} {sys.version} {hashlib.sha256(b''.join(texts)).hexdigest()}"


def name_of(text: str) -> str:
    """Return the name under which the code for `text` is kept."""
    return f"steps_{hashlib.sha256(f'{_version()}{text}'.encode()).hexdigest()[:16]}"


def _checksums(folder: Path, name: str) -> dict[str, str]:
    """Return the checksum of each file that Numba keeps for a module."""
    files = (folder / "__pycache__").glob(f"{name}.*")
    return {path.name: hashlib.sha256(_content(path)).hexdigest() for path in files}


def _content(path: Path) -> bytes:
    """Return what a file holds; a folder, or a pipe that would never end, is no file."""
    if not path.is_file():
        raise FileNotFoundError(path)
    return path.read_bytes()


def _remove_damaged(folder: Path, name: str) -> None:
    """Remove what Numba keeps for a module, unless all of it is as it was noted."""
    noted, found = None, _checksums(folder, name)
    with suppress(OSError, ValueError, RecursionError):
        noted = json.loads(_content(folder / f"{name}.json"))
    if found != noted:
        for file in found:
            (folder / "__pycache__" / file).unlink(missing_ok=True)


def _write(path: Path, content: bytes) -> None:
    """Write a file, unless that is what it holds already."""
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


# ---------------------------------------------------------------- how it is made, or fetched
class Steps:
    """The function `steps` of a module's source, compiled, or fetched, when it is first called.

    Parameters
    ----------
    text : str
        Source of one module: HEAD and a function `steps`, whose first argument is the address of the matrix product.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.function: Callable[..., Any] | None = None

    def build(self, first_call: Callable[[], Any]) -> None:
        """Compile it by `first_call`, which has no effect but this; at once if that was done before."""
        import scipy.linalg.cython_blas  # noqa: F401  BLAS may make the products; loaded first, so that its threads are known

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
        """Take the steps."""
        if self.function is None:
            results: list[Any] = []
            self.build(lambda: results.append(self(*given)))
            return results[0]
        return self.function(*given)


_loaded: dict[str, Steps] = {}


def load(text: str) -> Steps:
    """Return the function `steps` of a module's source, the same one for the same source."""
    return _loaded.setdefault(text, Steps(text))


@lru_cache(maxsize=2)
def kernel_of(dtype: str) -> int:
    """Return the address of the compiled matrix product of a type: 0 where BLAS makes it."""
    from glassnet.engines.compiled_product import registers

    return 0 if registers() is None else _made(KERNEL.format(dtype=dtype), lambda module: int(module.kernel.address))


def _made(text: str, use: Callable[[Any], Result]) -> Result:
    """Return what `use` makes of a module, which compiles its code; in the first folder where that works.

    Raises
    ------
    Exception
        Whatever keeps it from working, where nothing is kept.
    """
    name = name_of(text)
    for folder in folders():
        try:
            result = use(_module(text, name, folder))
        except MemoryError:
            raise
        except Exception:  # a full disk, or a library's own error over files that it finds or cannot write
            if folder is None:
                raise
            continue
        if folder is not None:
            with suppress(OSError):
                _write(folder / f"{name}.json", json.dumps(_checksums(folder, name)).encode())
        return result
    raise AssertionError  # the last folder is None


def _module(text: str, name: str, folder: Path | None) -> Any:
    """Run a module's source; where a folder is given, Numba keeps what it compiles of it there."""
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
    elsewhere, config.CACHE_DIR = config.CACHE_DIR, ""  # what is kept lies beside its source, whatever a user wants
    try:
        exec(compile(text, path, "exec"), module.__dict__)  # an import would load a .pyc, unseen
    finally:
        config.CACHE_DIR = elsewhere
    return module
