"""HDF5 files as named arrays, not read yet; links into other files are refused."""

from __future__ import annotations

import math
import mmap
import zlib
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from glassnet import interrupts
from glassnet.errors import DataError, FileError, MissingLibraryError
from glassnet.memory import check_room, limit
from glassnet.tables.dataset import Dataset
from glassnet.tables.reading.arrays import COPIES, Held, from_arrays
from glassnet.tables.reading.broken import broken_is_file_error

TEXT_OVERHEAD = 64  # bytes of a Python str besides its characters
DEFLATE, HARMLESS = 1, (2, 3)  # HDF5's numbers of filters; bytes in another order, and a checksum, change no size
MAX_INFLATION = 1032  # of deflated bytes
HEAP = b"GCOL\1\0\0\0"  # first bytes of one
POINTER = 16  # bytes of a cell that points to text: four for its length, then its position


def read_hdf5(path: Path, target: str | None, order: str, required: bool = True) -> Dataset:
    """Return the data set of an HDF5 file; links into other files are refused."""
    try:
        with interrupts.held():
            import h5py
    except ImportError as error:
        raise MissingLibraryError.of(f"reading {path.name}", "h5py") from error
    arrays: dict[str, Held] = {}

    def leads_out(name: str, link: Any) -> str | None:
        external = isinstance(link, h5py.ExternalLink)
        return f"{name!r:.80} is a link into another file, {link.filename!r:.80}" if external else None

    def collect(name: str, item: Any) -> str | None:
        if not isinstance(item, h5py.Dataset):
            return None
        if item.is_virtual:
            others = sorted({source.file_name for source in item.virtual_sources()})
            return f"{name!r:.80} is virtual, put together from other files, {others!r:.80}"
        if item.external:
            return f"{name!r:.80} has its numbers in another file, {item.external[0][0]!r:.80}"
        if item.ndim:
            where = f"{path.name}, array {name!r:.80}"
            block = math.prod(item.chunks or (0,)) * item.dtype.itemsize
            arrays[name] = Held(where, item.shape, item.dtype, partial(_load_hdf5, item, where), block)
        return None

    with broken_is_file_error(f"{path.name} is not a whole HDF5 file"), h5py.File(path, "r") as file:
        elsewhere = file.visititems_links(leads_out) or file.visititems(collect)
        if elsewhere:
            raise DataError(f"{path.name}: {elsewhere}; other files are never read. Copy the numbers into this one")
        return from_arrays(arrays, path.name, target, order, required)


def _load_hdf5(item: Any, where: str) -> np.ndarray:
    """Return a dataset; text is read a few rows at a time, since many cells may point to one long text."""
    with interrupts.held():
        import h5py

    kind = item.dtype.kind
    if kind not in "biufSO" or (kind == "O" and h5py.check_string_dtype(item.dtype) is None):
        raise DataError(f"{where}: expected numbers or text, got {item.dtype!s:.80}: lists, references or the like")
    _check_blocks(item, where)
    if kind != "O":
        return np.asarray(item[()])
    path = Path(item.file.filename)
    longest = path.stat().st_size
    for stored in _stored(item, path):
        lengths = np.frombuffer(stored[: len(stored) // POINTER * POINTER], np.uint8).reshape(-1, POINTER)[:, :4]
        if len(lengths) and np.ascontiguousarray(lengths).view("<u4").max() > longest:
            raise FileError(f"{where} is not whole: it points to text longer than the file")
    if _has_endless_heap(path):
        raise FileError(f"{where} is not whole: what keeps its text has no end")
    in_a_row = math.prod(item.shape[1:])
    step = max(1, min(4096, limit() // (4 * longest * max(in_a_row, 1))))
    parts, taken = [np.empty((0, *item.shape[1:]), object)], 0
    for start in range(0, item.shape[0], step):
        parts.append(item[start : start + step])
        taken += sum(len(word) + TEXT_OVERHEAD for word in parts[-1].flat)
        check_room(COPIES * taken, where)
    return np.concatenate(parts)


def _has_endless_heap(path: Path) -> bool:
    """Return whether a heap, where HDF5 keeps text, has a gap of size 0: the library would loop for ever."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as whole:
        start, steps = whole.find(HEAP), 0
        while start >= 0:
            size = int.from_bytes(whole[start + 8 : start + 16], "little")
            at, end = start + 16, min(start + size, len(whole))
            while at + 16 <= end:
                n = int.from_bytes(whole[at + 8 : at + 16], "little")
                is_gap = whole[at : at + 2] == b"\0\0"
                steps += 16  # bytes that each entry has at least
                if (is_gap and n < 16) or steps > len(whole):
                    return True
                at += n if is_gap else 16 + -(-n // 8) * 8
            start = whole.find(HEAP, start + 1)
    return False


def _stored(item: Any, path: Path) -> Iterator[bytes]:
    """Yield a dataset's bytes as they are in the file; nothing where they are compressed."""
    start = item.id.get_offset()
    if start is not None:
        with path.open("rb") as file:
            file.seek(start)
            yield file.read(item.size * POINTER)
    elif item.chunks and not _filters(item):
        for block in _blocks(item):
            yield item.id.read_direct_chunk(block.chunk_offset)[1]


def _blocks(item: Any) -> list[Any]:
    """Return position and size in the file of each block of a dataset."""
    found: list[Any] = []
    item.id.chunk_iter(found.append)
    return found


def _filters(item: Any) -> list[int]:
    """Return HDF5's numbers of the filters of a dataset's blocks, in their order."""
    plan = item.id.get_create_plist()
    return [plan.get_filter(k)[0] for k in range(plan.get_nfilters())]


def _check_blocks(item: Any, where: str) -> None:
    """Raise if a deflated block unpacks to more than its numbers: HDF5 would unpack it all before it checks."""
    filters = [number for number in _filters(item) if number not in HARMLESS] if item.chunks else []
    if filters != [DEFLATE]:
        return
    block_bytes, most = math.prod(item.chunks) * item.dtype.itemsize, limit()
    for block in _blocks(item):
        if block.size * MAX_INFLATION > most and not block.filter_mask:
            packed = item.id.read_direct_chunk(block.chunk_offset)[1]
            if len(zlib.decompressobj().decompress(packed, block_bytes + 1)) > block_bytes:
                raise FileError(f"{where} is not whole: a block grows to more than its {block_bytes} bytes")
