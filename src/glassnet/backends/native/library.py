"""The compiled library of kernels: found, checked, loaded, and used at the best level that this processor has.

Damaged machine code ends the process, so a file is loaded only if its checksum is the one that its build has noted.
"""

import ctypes
import functools
import hashlib
import json
import os
import sys
from pathlib import Path
from typing import Any, NamedTuple

from glassnet.errors import MissingLibraryError, SettingError, in_short, suggestion

ABI = 4  # what the functions of kernels.cpp take: both numbers rise together
NAME = {"win32": "kernels.dll", "darwin": "kernels.dylib"}.get(sys.platform, "kernels.so")


class Library(NamedTuple):
    """The loaded library, and the level of the processor that it is used at."""

    handle: ctypes.CDLL
    level: str
    levels: tuple[str, ...]  # all that were built and run here, the lowest first
    path: Path  # its file

    def function(self, name: str) -> Any:
        """Return a function of the library for this level: ``glassnet_run`` is glassnet_run_avx2 there."""
        return getattr(self.handle, f"{name}_{self.level}")


@functools.cache
def library() -> Library:
    """Return the library, loaded.

    Returns
    -------
    Library
        Its level is the best of this processor, or the one that the environment variable GLASSNET_LEVEL names.

    Raises
    ------
    MissingLibraryError
        If there is none that can be used; the message is that of `why_not`.
    SettingError
        If GLASSNET_LEVEL names no level of the library, or one that this processor lacks.
    """
    loaded = _loaded()
    if isinstance(loaded, str):
        raise MissingLibraryError(f"the native library is {loaded}")
    level = os.environ.get("GLASSNET_LEVEL") or loaded.level
    if level not in loaded.levels:
        valid = ", ".join(loaded.levels)
        near = suggestion(level, loaded.levels)
        raise SettingError(f'GLASSNET_LEVEL: expected one of {valid}, which this processor has, got "{level}"{near}')
    return loaded._replace(level=level)


def available() -> bool:
    """Return whether the library can be used here."""
    return not why_not()


def why_not() -> str:
    """Return why the library cannot be used here, to be read after "the native library is"; "" where it can."""
    loaded = _loaded()
    return loaded if isinstance(loaded, str) else ""


@functools.cache
def _loaded() -> Library | str:
    """Return the library at its best level, or why there is none."""
    wish = os.environ.get("GLASSNET_NATIVE")
    if wish == "0":
        return "switched off by GLASSNET_NATIVE=0"
    path = Path(__file__).with_name(NAME.replace(".", "-sanitized.") if wish == "sanitize" else NAME)
    return _doubt(path) or _open(path)


def _doubt(path: Path) -> str:
    """Return why a file is not to be loaded, or nothing: its checksum is right."""
    note = path.with_suffix(".json")
    try:
        about = json.loads(note.read_bytes())
        if "why_not" in about:
            return str(about["why_not"])
        right = hashlib.sha256(path.read_bytes()).hexdigest() == about["sha256"]
        return "" if right else f"damaged: {path} is not the file that was built; install glassnet again"
    except (ValueError, TypeError, KeyError):
        return f"damaged: {note} does not hold a checksum; install glassnet again"
    except OSError as error:
        if not path.parent.is_dir():
            return f"not loaded: {path.parent} lies in an archive, where no library can be loaded from"
        if path.exists() or note.exists():
            return f"not readable: {error.filename} ({error.strerror}); install glassnet again"
        return "not built: glassnet runs from its source, without having been installed"


def _open(path: Path) -> Library | str:
    """Load a library whose file is sound; return why not where it is for another system or of another version."""
    try:
        handle = ctypes.CDLL(str(path))
        handle.glassnet_levels.restype = handle.glassnet_level.restype = ctypes.c_char_p
        built, best = handle.glassnet_levels().decode().split(), handle.glassnet_level().decode()
        levels = tuple(built[: built.index(best) + 1])
        versions = {getattr(handle, f"glassnet_abi_{level}")() for level in levels}
    except (OSError, AttributeError, ValueError) as error:
        return f"not for this system: {path} ({in_short(error)}); install glassnet again"
    if versions != {ABI}:
        found = ", ".join(map(str, sorted(versions)))
        return f"of another version of glassnet: {path} has interface {found}, expected {ABI}; install glassnet again"
    return Library(handle, best, levels, path)
