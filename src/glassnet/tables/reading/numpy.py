"""NumPy's files as named arrays, not read yet; Python objects are refused, since loading them can run any program."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from glassnet.errors import DataError, FileError
from glassnet.tables.dataset import Dataset
from glassnet.tables.reading.arrays import Held, from_arrays
from glassnet.tables.reading.broken import broken_is_file_error

ZIP_HEADS = (b"PK\x03\x04", b"PK\x05\x06")
PICKLED = (
    "holds pickled Python objects, which are never read: loading them can run any program; "
    "save arrays of numbers or text"
)


def read_numpy(path: Path, target: str | None, order: str, required: bool = True) -> Dataset:
    """Return the data set of a .npz or .npy file; arrays of Python objects are refused."""
    arrays: dict[str, Held] = {}
    with broken_is_file_error(f"{path.name} is not a whole NumPy file"), path.open("rb") as file:
        if file.read(4) not in ZIP_HEADS:
            file.seek(0)
            held = _held(file, path.stat().st_size, path.name, partial(np.load, path, allow_pickle=False))
            return from_arrays({"x": held}, path.name, target, order, required)
        with zipfile.ZipFile(file) as archive:
            for info in archive.infolist():
                name = info.filename.removesuffix(".npy")
                where = f"{path.name}, array {name!r:.80}"
                if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                    raise FileError(f"{where} is not plain or deflated, as NumPy saves arrays")
                if name != info.filename:
                    with archive.open(info) as member:
                        arrays[name] = _held(member, info.file_size, where, partial(_unzipped, archive, info))
            return from_arrays(arrays, path.name, target, order, required)


def _unzipped(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> np.ndarray:
    with archive.open(info) as member:
        return np.lib.format.read_array(member, allow_pickle=False)


def _held(file: Any, size: int, where: str, load: Callable[[], np.ndarray]) -> Held:
    """Read the head of an array, of which `size` bytes are there."""
    start = file.peek(1)[:1] if hasattr(file, "peek") else b""
    if start == b"\x80":
        raise DataError(f"{where} {PICKLED}")
    version = np.lib.format.read_magic(file)
    heads = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
    if version not in heads:
        raise FileError(f"{where}: expected version 1.0 or 2.0 of NumPy's format, got {version}")
    shape, _, dtype = heads[version](file)
    if dtype.hasobject:
        raise DataError(f"{where} {PICKLED}")
    held = Held(where, shape, dtype, load)
    if not all(0 <= n < 2**63 for n in shape) or held.size * dtype.itemsize > size:
        raise FileError(f"{where} is not whole: fewer numbers than its shape {shape!s:.80} says")
    if not dtype.itemsize:
        raise DataError(f"{where}: expected numbers or text, got cells of no width, {dtype}")
    return held
