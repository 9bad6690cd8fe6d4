"""What is to be read: bytes under a name, whether they lie in a file, are packed in one, or were piped in."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import IO, Any, BinaryIO

from glassnet.errors import FileError
from glassnet.files import status
from glassnet.memory import check_room, limit
from glassnet.tables.arrow import pa
from glassnet.tables.reading.broken import broken_is_file_error

HEAD = 1 << 14  # bytes by which a format is recognised
BLOCK = 1 << 20
PIPE, PIPED = "-", "stdin"  # what stands for what is piped in, and what it is called


@dataclass(frozen=True)
class Source:
    """Bytes under a name.

    Parameters
    ----------
    name : str
        For messages: ``sales.csv.gz``, ``archive.zip:sales.csv``.
    path : Path or None
        The file in which they lie as they are.
    part : str
        The table, sheet or file in it that is asked for; "" where none is.
    called : str
        The name that says its format, ``sales.csv``; `name` where it is "".
    stream : callable or None
        Returns the bytes as a stream, from the beginning; None for those of `path`.
    whole : str
        What the stream must be, for messages of damage: "a whole .gz file".
    """

    name: str
    path: Path | None = None
    part: str = ""
    called: str = ""
    stream: Callable[[], AbstractContextManager[Any]] | None = None
    whole: str = "a whole file"

    def __post_init__(self) -> None:
        if not self.called:
            object.__setattr__(self, "called", self.name)

    @classmethod
    def of_bytes(cls, data: bytes, name: str) -> Source:
        """Return bytes that are in memory."""
        return cls(name, stream=lambda: io.BytesIO(data))

    def open(self) -> AbstractContextManager[Any]:
        """Return the bytes as a stream, from the beginning."""
        if self.stream is not None:
            return self.stream()
        assert self.path is not None
        return self.path.open("rb")

    @property
    def suffix(self) -> str:
        """The end of its name that says the format, in small letters; "" where it has none."""
        return Path(self.called).suffix.lower()

    def head(self, size: int = HEAD) -> bytes:
        """Return the first bytes."""
        with broken_is_file_error(f"{self.name} is not {self.whole}"), self.open() as stream:
            data = b""
            while len(data) < size and (more := stream.read(size - len(data))):
                data += more
            return data

    def content(self, copies: int = 2) -> bytes:
        """Return all bytes, of which so many copies will be held at once; counted on the way where they are packed."""
        if self.path is not None:
            check_room(copies * self.path.stat().st_size, self.name)
        with broken_is_file_error(f"{self.name} is not {self.whole}"), self.open() as stream:
            return stream.read() if self.path is not None else counted(stream, self.name, copies)

    def file(self) -> Any:
        """Return what Arrow and others open to read here and there: the path, or all bytes."""
        return self.path if self.path is not None else pa.BufferReader(self.content())

    def on_disk(self) -> Path:
        """Return the path, of formats that are read from files alone."""
        if self.path is None:
            raise FileError(f"{self.called}: files of this kind are not read from inside {self.name}; unpack it first")
        return self.path

    def without_part(self) -> Source:
        """Return the same; FileError if a part is asked for, which this kind of file does not have."""
        if self.part:
            raise FileError(f"{self.name} holds one table; it has no part {self.part!r:.80}")
        return self


def counted(stream: IO[bytes], where: str, copies: int) -> bytes:
    """Return the bytes of a stream, counted on the way: what a packed file says of its size can be wrong."""
    parts, size, most = [], 0, limit()
    while part := stream.read(BLOCK):
        size += len(part)
        if copies * size > most:
            check_room(copies * size, f"{where}, of which {size / 1e6:.0f} MB are unpacked,")
        parts.append(part)
    return b"".join(parts)


def piped() -> Source:
    """Return all that is piped into the program, each time that it is asked for."""
    return Source.of_bytes(_all_of(sys.stdin.buffer), PIPED)


@lru_cache(maxsize=1)
def _all_of(stream: BinaryIO) -> bytes:
    return counted(stream, PIPED, 2)


def with_part(path: Path) -> tuple[Path, str]:
    """Return a path without the part of the file that it names, as in data.xlsx:Sheet2, and that part."""
    name, colon, part = str(path).rpartition(":")
    if colon and name and part and status(path) is None and status(Path(name)) is not None:
        return Path(name), part
    return path, ""
