"""Files that are either whole or not there: written beside, then renamed."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from glassnet import interrupts
from glassnet.errors import FileError, suggestion


def existing_file(path: str | os.PathLike[str], what: str) -> Path:
    """Return `path` if it is a file.

    Raises
    ------
    FileError
        If it is missing (the nearest name in its folder is offered) or a folder.
    """
    path = Path(path)
    if path.is_dir():
        raise FileError(f"{path}: expected {what}; this is a folder")
    if not path.exists():
        names = [entry.name for entry in path.parent.iterdir()] if path.parent.is_dir() else []
        raise FileError(f"{path}: no such file{suggestion(path.name, names)}; expected {what}")
    return path


def check_writable(path: str | os.PathLike[str]) -> Path:
    """Return `path` if a file can be written there, before any work is spent on what goes into it.

    Raises
    ------
    FileError
        If its folder is missing or read-only, or if it is a folder itself.
    """
    path = Path(path)
    if not path.parent.is_dir():
        raise FileError(f"{path}: there is no folder {path.parent}; make it first")
    if path.is_dir():
        raise FileError(f"{path}: expected the name of a file to write; this is a folder")
    if not os.access(path.parent, os.W_OK):
        raise FileError(f"{path}: the folder {path.parent} cannot be written to")
    return path


@interrupts.held()  # else a moment remains in which the temporary file is there and not yet known
def write_beside(path: str | os.PathLike[str], content: bytes) -> None:
    """Write `content` to a temporary file in the same folder, then rename it to `path`.

    Temporary files that killed writers of the same `path` left behind are removed first.

    Raises
    ------
    FileError
        If that fails at any point; what stood at `path` before is untouched.
    """
    path = check_writable(path)
    temporary = None
    clear_parts(path)
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
        with suppress(OSError):  # a file system without locks
            _lock(handle)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        _give_usual_permissions(temporary, path)
        Path(temporary).replace(path)
    except OSError as error:
        raise FileError(f"{path}: cannot be written ({error.strerror or error}); nothing was changed") from None
    finally:
        if temporary is not None:
            with suppress(OSError):
                Path(temporary).unlink(missing_ok=True)


def clear_parts(path: Path) -> None:
    """Remove temporary files beside `path` whose writer was killed; those of a living writer are locked, and stay."""
    with suppress(OSError):
        for entry in list(os.scandir(path.parent)):
            drawn = entry.name.removeprefix(f".{path.name}.").removesuffix(".part")
            if entry.name == f".{path.name}.{drawn}.part" and "." not in drawn:
                _remove_unlocked(entry.path)


def remove(path: Path) -> None:
    """Remove a file, if it is there, and what killed writers of it left behind."""
    with suppress(OSError):
        path.unlink(missing_ok=True)
    clear_parts(path)


def _remove_unlocked(path: str) -> None:
    with suppress(OSError):  # locked, gone meanwhile, or not ours; Windows removes no open file
        handle = os.open(path, os.O_RDWR)
        try:
            _lock(handle)
            if os.name == "posix":
                Path(path).unlink()
        finally:
            os.close(handle)
        if os.name != "posix":
            Path(path).unlink()


def _lock(handle: int) -> None:
    """Lock a file until it is closed, or its process is gone; BlockingIOError where another one has."""
    if os.name == "posix":
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _give_usual_permissions(temporary: str, path: Path) -> None:
    if path.exists():
        Path(temporary).chmod(path.stat().st_mode & 0o777)
        return
    umask = os.umask(0)
    os.umask(umask)
    Path(temporary).chmod(0o666 & ~umask)
