"""Arrays in a file that is written whole or not at all, and mapped into memory when it is read."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from glassnet.errors import FileError
from glassnet.files import write_beside
from glassnet.typing import AnyArray

ALIGNED = 64  # bytes
LENGTH = 8  # bytes of the number that says how long the header is


def write_arrays(path: Path, arrays: Sequence[AnyArray], about: Mapping[str, Any]) -> None:
    """Write arrays to a file.

    Parameters
    ----------
    path : Path
        The file; it is there with all of its content, or not changed.
    arrays : sequence of array
        Of numbers.
    about : mapping
        Plain data that go with them.

    Raises
    ------
    FileError
        If it cannot be written.
    """
    arrays = [np.ascontiguousarray(array) for array in arrays]
    offsets, end = [], 0
    for array in arrays:
        offsets.append(end)
        end += -(-array.nbytes // ALIGNED) * ALIGNED
    listed = [[array.dtype.str, list(array.shape), at] for array, at in zip(arrays, offsets, strict=True)]
    header = json.dumps({"about": about, "arrays": listed, "bytes": end}).encode()
    start = -(-(LENGTH + len(header)) // ALIGNED) * ALIGNED
    content = bytearray(start + end)
    content[:LENGTH] = len(header).to_bytes(LENGTH, "little")
    content[LENGTH : LENGTH + len(header)] = header
    for array, at in zip(arrays, offsets, strict=True):
        content[start + at : start + at + array.nbytes] = array.reshape(-1).view(np.uint8).data
    write_beside(path, bytes(content))


def read_arrays(path: Path) -> tuple[list[AnyArray], dict[str, Any]]:
    """Return the arrays of a file, mapped into memory, and what goes with them.

    Raises
    ------
    FileError
        If the file is missing or not whole.
    """
    try:
        about, listed, start, n_bytes = _header(path)
        if path.stat().st_size != start + n_bytes:
            raise FileError(f"{path}: expected {start + n_bytes:,} bytes, found {path.stat().st_size:,}")
        content = np.memmap(path, np.uint8, "r") if n_bytes else np.zeros(start, np.uint8)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise FileError(f"{path}: not a whole file of prepared rows ({error})") from None
    arrays = []
    for dtype, shape, at in listed:
        size = int(np.prod(shape)) * np.dtype(dtype).itemsize
        arrays.append(content[start + at : start + at + size].view(dtype).reshape(shape))
    return arrays, about


def read_about(path: Path) -> dict[str, Any]:
    """Return what goes with the arrays of a file; FileError if it is missing or not whole."""
    return read_arrays(path)[1]


def _header(path: Path) -> tuple[dict[str, Any], list[Any], int, int]:
    with path.open("rb") as file:
        length = int.from_bytes(file.read(LENGTH), "little")
        header = json.loads(file.read(min(length, path.stat().st_size)))
    start = -(-(LENGTH + length) // ALIGNED) * ALIGNED
    return header["about"], header["arrays"], start, header["bytes"]
