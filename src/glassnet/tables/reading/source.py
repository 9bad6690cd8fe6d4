"""A file as readers get it: its bytes, unpacked if it is packed, and the part of it that is asked for.

What a file is, is decided by its first bytes where these say so, and by its suffix where they do not.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from glassnet.errors import DataError, FileError, GlassnetError, UnknownNameError
from glassnet.memory import check_room, limit
from glassnet.plain_text import listed
from glassnet.tables.arrow import pa

COPIES = 2  # of a file's bytes that are held at once: as they are, and as cells
PIECE = 1 << 20  # bytes that are unpacked at a time
BROKEN = (OSError, EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, RuntimeError, NotImplementedError)
UNPACKERS: dict[str, Callable[[BinaryIO], Any]] = {
    ".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open, ".lzma": lzma.open,
    ".zst": lambda file: pa.CompressedInputStream(pa.PythonFile(file), "zstd"),
}  # fmt: skip
ZIP = ".zip"
BEGINNINGS = {  # first bytes -> suffix of what they are
    b"\x1f\x8b": ".gz", b"BZh": ".bz2", b"\xfd7zXZ\0": ".xz", b"\x28\xb5\x2f\xfd": ".zst", b"PK\x03\x04": ZIP,
    b"PAR1": ".parquet", b"ARROW1\0\0": ".arrow", b"FEA1": ".feather", b"ORC": ".orc", b"SQLite format 3\0": ".sqlite",
    b"\x89HDF\r\n\x1a\n": ".h5", b"\x93NUMPY": ".npy", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": ".xls",
}  # fmt: skip
TEXT_BEGINNINGS = {  # of text in lower case, where neither name nor bytes say more
    **dict.fromkeys((b"{", b"[{", b"[\n", b"[\r", b"[[", b"[ {"), ".json"), b"@relation": ".arff",
    **dict.fromkeys((b"<html", b"<!doctype html", b"<table", b"<meta"), ".html"),
}  # fmt: skip
INSIDE_ZIP = {"xl/": ".xlsx", "content.xml": ".ods"}  # the beginning of a name in a zip that is a spreadsheet


@dataclass(frozen=True)
class Source:
    """A file, or what was unpacked from one.

    Parameters
    ----------
    name : str
        What messages call it.
    path : Path
        The file on disk.
    part : str
        The sheet or table that is asked for; "" where none is.
    data : bytes, optional
        What was unpacked, or read from standard input; None for the file itself.
    """

    name: str
    path: Path
    part: str = ""
    data: bytes | None = None

    def content(self) -> bytes:
        """Return all bytes; DataError if they would take too much memory."""
        if self.data is not None:
            return self.data
        check_room(COPIES * self.path.stat().st_size, self.name)
        return self.path.read_bytes()

    def beginning(self, n: int) -> bytes:
        """Return the first n bytes."""
        if self.data is not None:
            return self.data[:n]
        with self.path.open("rb") as file:
            return file.read(n)

    def file(self) -> Any:
        """Return what libraries of Arrow read: the path, or a file in memory."""
        return self.path if self.data is None else pa.BufferReader(self.data)

    def on_disk(self) -> Path:
        """Return the path, for formats that are only read from disk."""
        if self.data is not None:
            raise FileError(f"{self.name}: this format is not read from inside {self.path.name}; unpack it first")
        return self.path


def format_of(source: Source, known: Callable[[str], str]) -> tuple[Source, str]:
    """Return what a file holds, unpacked, and the suffix of its format.

    Parameters
    ----------
    source : Source
        The file.
    known : callable
        Returns the suffix that a name ends with among those that can be read, or "".

    Returns
    -------
    source : Source
        Without packing.
    suffix : str
        "" where neither the bytes nor the name say what it is.

    Raises
    ------
    FileError
        If it is damaged.
    DataError
        If what is packed would take too much memory, or is nothing that can be read.
    """
    while True:
        suffix = next((each for begin, each in BEGINNINGS.items() if source.beginning(16).startswith(begin)), "")
        name = known(source.name)
        if suffix == ZIP:
            if name == ".npz":
                return source, name
            inside, suffix = _unzipped(source, known)
            if suffix:
                return inside, suffix
            source = inside
        elif suffix in UNPACKERS:
            source = _unpacked(source, suffix)
        elif suffix and not _is_of(name, suffix):
            return source, suffix
        else:
            return source, name


def _is_of(name: str, suffix: str) -> bool:
    """Return whether a name's suffix says what the first bytes say, perhaps in another word."""
    same = (
        {".arrow", ".feather"},
        {".sqlite", ".db", ".sqlite3", ".db3"},
        {".h5", ".hdf5", ".he5"},
        {".parquet", ".pq"},
    )
    return name == suffix or any({name, suffix} <= words for words in same)


def _unpacked(source: Source, suffix: str) -> Source:
    """Return what is packed, its bytes counted on the way: its own count of them can be wrong."""
    name = source.name[: -len(suffix)] if source.name.lower().endswith(suffix) else source.name
    with _open(source) as packed:
        try:
            return Source(name, source.path, source.part, counted(UNPACKERS[suffix](packed), source.name))
        except BROKEN as error:
            if isinstance(error, GlassnetError):
                raise
            raise FileError(f"{source.name} is not a whole {suffix} file: {error}") from error


def _unzipped(source: Source, known: Callable[[str], str]) -> tuple[Source, str]:
    """Return the one table in a zip, or the zip itself where it is a spreadsheet, with the suffix of the latter."""
    with _open(source) as packed:
        try:
            with zipfile.ZipFile(packed) as archive:
                names = [info.filename for info in archive.infolist() if not info.is_dir() and not _is_hidden(info)]
                for begin, suffix in INSIDE_ZIP.items():
                    if any(name.startswith(begin) for name in names):
                        return source, suffix
                found = _chosen(source, [name for name in names if known(name) or "." not in name] or names)
                with archive.open(found) as file:
                    data = counted(file, f"{source.name}, {found}")
        except BROKEN as error:
            if isinstance(error, GlassnetError):
                raise
            raise FileError(f"{source.name} is not a whole zip file: {error}") from error
    return Source(PurePosixPath(found).name, source.path, "" if source.part == found else source.part, data), ""


def _chosen(source: Source, names: list[str]) -> str:
    if source.part in names:
        return source.part
    if not names:
        raise DataError(f"{source.name} holds no files")
    if source.part and len(names) > 1:
        raise UnknownNameError.among(f"file in {source.name}", source.part, names)
    if len(names) > 1:
        raise DataError(
            f"{source.name} holds {len(names)} files: {listed(names)}; name one, as {source.name}:{names[0]}"
        )
    return names[0]


def _is_hidden(info: zipfile.ZipInfo) -> bool:
    return any(part.startswith((".", "__MACOSX")) for part in PurePosixPath(info.filename).parts)


def text_format(beginning: bytes) -> str:
    """Return the suffix of the format that text is in, from its beginning: "" where that is no text."""
    if b"\0" in beginning and not beginning.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ""
    text = beginning.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return next((suffix for begin, suffix in TEXT_BEGINNINGS.items() if text.startswith(begin)), ".csv")


def _open(source: Source) -> BinaryIO:
    return source.path.open("rb") if source.data is None else io.BytesIO(source.data)


def counted(file: Any, where: str) -> bytes:
    """Return all bytes of a file that is unpacked; DataError before they take too much memory."""
    parts, size, most = [], 0, limit()
    while part := file.read(PIECE):
        size += len(part)
        if COPIES * size > most:
            check_room(COPIES * size, f"{where}, of which {size / 1e6:.0f} MB are unpacked,")
        parts.append(part)
    return b"".join(parts)
