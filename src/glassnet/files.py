"""Files that are either whole or not there: written beside, then renamed."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from glassnet import interrupts
from glassnet.errors import FileError, suggestion

KINDS = {
    stat.S_IFDIR: "a folder", stat.S_IFIFO: "a pipe", stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device", stat.S_IFBLK: "a device",
}  # fmt: skip


def cache_folder() -> Path:
    """Return the folder for what can be made again: GLASSNET_CACHE, or in the user's cache; it need not exist."""
    given = os.environ.get("GLASSNET_CACHE")
    if given:
        return Path(given)
    try:
        return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "glassnet"
    except RuntimeError:  # a user without a home
        return Path(os.devnull) / "glassnet"


def named(path: str | os.PathLike[str]) -> Path:
    """Return `path`; an empty name, which would stand for the current folder, is a FileError."""
    if not os.fspath(path):
        raise FileError("expected the name of a file; got an empty one")
    return Path(path)


def status(path: Path) -> os.stat_result | None:
    """Return what the system knows of the file that `path` leads to, or None where there is none.

    Raises
    ------
    FileError
        If the system cannot look: a link to itself, a name that is too long, a folder that may not be entered.
    """
    try:
        return path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise FileError(f"{path}: cannot be opened ({error.strerror or error})") from None
    except ValueError as error:
        raise FileError(f"{path}: is no name of a file ({error})") from None


def kind_of(found: os.stat_result) -> str:
    """Return what stands at a path that is no file: "a folder", "a pipe", "a device"; "" for a file."""
    return "" if stat.S_ISREG(found.st_mode) else KINDS.get(stat.S_IFMT(found.st_mode), "of another kind")


def existing_file(path: str | os.PathLike[str], what: str) -> Path:
    """Return `path` if it is a file.

    Raises
    ------
    FileError
        If it is missing (the nearest name in its folder is offered), or a folder, pipe or device.
    """
    path = named(path)
    found = status(path)
    if found is None:
        raise FileError(f"{path}: no such file{nearest(path)}; expected {what}")
    if kind := kind_of(found):
        raise FileError(f"{path}: expected {what}; this is {kind}")
    return path


def nearest(path: Path) -> str:
    """Return where a link leads in vain, or the suggestion of the nearest name in the folder of a missing file."""
    with suppress(OSError):
        if path.is_symlink():
            return f" (a link to {path.readlink()}, which is not there)"
        return suggestion(path.name, [entry.name for entry in path.parent.iterdir()])
    return ""


def check_writable(path: str | os.PathLike[str], *sources: str | os.PathLike[str]) -> Path:
    """Return `path` if a file can be written there, before any work is spent on what goes into it.

    Raises
    ------
    FileError
        If its folder is missing or read-only, if it is a folder, pipe or device itself, or one of the `sources`, which
        writing would destroy.
    """
    path = named(path)
    if not _is_folder(path.parent):
        raise FileError(f"{path}: there is no folder {path.parent}; make it first")
    found = status(path)
    if found is not None and (kind := kind_of(found)):
        raise FileError(f"{path}: expected the name of a file to write; this is {kind}")
    folder = path.resolve().parent  # of the file itself, where `path` is a link
    if not _is_folder(folder):
        raise FileError(f"{path}: a link into the folder {folder}, which is not there")
    if not os.access(folder, os.W_OK):
        raise FileError(f"{path}: the folder {folder if path.is_symlink() else path.parent} cannot be written to")
    if found is not None and any(path.samefile(source) for source in map(Path, sources) if source.exists()):
        raise FileError(f"{path}: the result would replace the file that is read; name another file to write")
    return path


@interrupts.held()  # else a moment remains in which the temporary file is there and not yet known
def write_beside(path: str | os.PathLike[str], content: bytes) -> None:
    """Write `content` to a temporary file in the same folder, then rename it to `path`; a link stays a link.

    Temporary files that killed writers of the same `path` left behind are removed first.

    Raises
    ------
    FileError
        If that fails at any point; what stood at `path` before is untouched.
    """
    with written_beside(path) as file:
        file.write(content)


@contextmanager
def written_beside(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """Give a file to write, which stands at `path` once the block has ended, as `write_beside` says."""
    path = check_writable(path)
    target = path.resolve()
    temporary = None
    clear_parts(path)
    try:
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=_prefix(target), suffix=".part")
        with suppress(OSError):  # a file system without locks
            _lock(handle)
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        _give_usual_permissions(temporary, target)
        Path(temporary).replace(target)
    except OSError as error:
        raise FileError(f"{path}: cannot be written ({error.strerror or error}); nothing was changed") from None
    finally:
        if temporary is not None:
            with suppress(OSError):
                Path(temporary).unlink(missing_ok=True)
    _sync_folder(target.parent)


def _sync_folder(folder: Path) -> None:
    """Bring a rename to the disk; the file is whole without it, but after a power cut it may be the old one."""
    with suppress(OSError):  # Windows opens no folders, and some file systems sync none
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _is_folder(path: Path) -> bool:
    found = status(path)
    return found is not None and stat.S_ISDIR(found.st_mode)


def clear_parts(path: Path) -> None:
    """Remove temporary files beside `path` whose writer was killed; those of a living writer are locked, and stay."""
    with suppress(OSError):
        target = path.resolve()
        for entry in list(os.scandir(target.parent)):
            drawn = entry.name.removeprefix(_prefix(target)).removesuffix(".part")
            if entry.name == f"{_prefix(target)}{drawn}.part" and "." not in drawn:
                _remove_unlocked(entry.path)


def _prefix(target: Path) -> str:
    """Return how the temporary files for `target` begin: no name may be longer than the file system allows."""
    return f".{target.name[:40]}."


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
