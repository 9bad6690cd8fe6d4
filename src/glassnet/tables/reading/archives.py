"""Packed files: one file packed alone, or an archive that holds several."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import IO, Any

from glassnet.errors import FileError
from glassnet.tables.arrow import pa
from glassnet.tables.reading.broken import broken_is_file_error
from glassnet.tables.reading.source import Source

MAX_LAYERS = 4  # of packing, one within another
LOCKED = 1  # bit of a zip entry that a password protects


def _zstandard(stream: IO[bytes]) -> Any:
    return pa.CompressedInputStream(pa.PythonFile(stream, "r"), "zstd")


# Suffix -> the stream of a file that is packed alone.
PACKED: dict[str, Callable[[IO[bytes]], Any]] = {
    ".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open, ".lzma": lzma.open, ".zst": _zstandard,
}  # fmt: skip
SHORT = {".tgz": (".gz", ".tar"), ".tbz2": (".bz2", ".tar"), ".txz": (".xz", ".tar")}
ARCHIVES = (".zip", ".tar")


def unpacked(source: Source, suffix: str) -> Source:
    """Return what a file holds that is packed alone, to be unpacked while it is read."""
    opened = PACKED[suffix]
    called = source.called
    for short, (_, inner) in SHORT.items():
        if called.lower().endswith(short):
            called = called[: -len(short)] + inner + suffix
    if called.lower().endswith(suffix):
        called = called[: -len(suffix)]
    return replace(
        source, called=called, path=None, stream=partial(_opened, source, opened), whole=f"a whole {suffix} file"
    )


@contextmanager
def _opened(source: Source, opened: Callable[[IO[bytes]], Any]) -> Iterator[Any]:
    with source.open() as outer, opened(outer) as inner:
        yield inner


def members(source: Source, suffix: str) -> list[Source]:
    """Return the files in an archive, each read only when it is asked for; links and folders are none."""
    with broken_is_file_error(f"{source.name} is not a whole {suffix[1:]} file"):
        if suffix == ".tar":
            return _tar_members(source)
        archive = zipfile.ZipFile(source.path or source.file())
        infos = [info for info in archive.infolist() if not info.is_dir()]
    return [
        _member(source, info.filename, partial(_of_zip, archive, info, source.name))
        for info in infos
    ]  # fmt: skip


def _of_zip(archive: zipfile.ZipFile, info: zipfile.ZipInfo, where: str) -> IO[bytes]:
    if info.flag_bits & LOCKED:
        raise FileError(f"{where}: a password protects {info.filename!r:.80}; unpack it first")
    return archive.open(info)


def _tar_members(source: Source) -> list[Source]:
    """Return the files in a tar archive, which stays in memory where it is packed itself."""
    if source.path is not None:
        archive = tarfile.open(source.path)  # noqa: SIM115  open until its files were read
    else:
        archive = tarfile.open(fileobj=io.BytesIO(source.content()))  # noqa: SIM115
    infos = [info for info in archive.getmembers() if info.isreg()]
    return [_member(source, info.name, partial(_of_tar, archive, info)) for info in infos]


def _of_tar(archive: tarfile.TarFile, info: tarfile.TarInfo) -> IO[bytes]:
    stream = archive.extractfile(info)
    assert stream is not None  # a regular file
    return stream


def _member(source: Source, name: str, opened: Callable[[], IO[bytes]]) -> Source:
    name = "/".join(part for part in name.replace("\\", "/").split("/") if part not in ("", ".", ".."))
    return Source(f"{source.name}:{name}", called=name, stream=opened, whole="as whole as its archive says")


def without_packing(name: str) -> str:
    """Return a file's name without the suffixes of packing."""
    while (suffix := Path(name).suffix.lower()) in (*PACKED, *ARCHIVES, *SHORT) and name.lower() != suffix:
        name = name[: -len(suffix)]
    return name
