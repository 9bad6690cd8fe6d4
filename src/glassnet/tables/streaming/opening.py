"""What may be given as a table in parts: a folder, a file, an Arrow data set, batches of rows."""

from __future__ import annotations

import os
import shutil
import tempfile
import weakref
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

from glassnet.errors import DataError, FileError, WrongTypeError
from glassnet.files import kind_of, named, nearest, status
from glassnet.memory import budget
from glassnet.tables.arrow import pa
from glassnet.tables.choices import NO_CHOICES, ColumnChoices
from glassnet.tables.frames import as_table
from glassnet.tables.reading.archives import PACKED, unpacked, without_packing
from glassnet.tables.reading.parts import choose, entries, of_training
from glassnet.tables.reading.signatures import PLAIN
from glassnet.tables.reading.source import Source
from glassnet.tables.streaming.parts import ArrowPart, FilePart, FragmentPart, IterablePart, ParquetPart, Part
from glassnet.tables.streaming.streamed import StreamedDataset
from glassnet.tables.streaming.text import TextPart

BATCHES = "the batches"
PARTS: dict[str, type[FilePart]] = {
    **dict.fromkeys((".parquet", ".pq"), ParquetPart),
    **dict.fromkeys((".feather", ".arrow", ".arrows", ".ipc"), ArrowPart),
    **dict.fromkeys(PLAIN, TextPart),
}  # suffix -> how a file is read in pieces


def dataset(
    source: Any, target: str | None = None, *, columns: ColumnChoices = NO_CHOICES, weight: str | None = None,
    memory: int | str | None = None, cache: str | os.PathLike[str] | None = None, strict: bool = False,
) -> StreamedDataset:  # fmt: skip
    """Return a table that need not fit into memory, for `fit`, `predict` and `evaluate`.

    Parameters
    ----------
    source : str, Path, pyarrow.dataset.Dataset, or iterable of Arrow batches or tables
        A folder of Parquet, Arrow, Feather or CSV files with equal columns, or one such file. Batches may come from a
        function that returns an iterable, or from a list; an iterator, which yields them once, is written to a
        temporary file first.
    target : str, optional
        The column to predict.
    columns : ColumnChoices
        What is known of columns.
    weight : str, optional
        The column of row weights.
    memory : int or str, optional
        Bytes that preparation and training may take, such as "1GB"; a third of what is free if None.
    cache : str or Path, optional
        Folder for prepared rows, which stay there; a temporary one in the user's cache if None.
    strict : bool
        Whether a file that cannot be read is an error, instead of being left out with a warning.

    Returns
    -------
    StreamedDataset
        Nothing but names is read yet.

    Raises
    ------
    FileError
        There is no such file or folder, or no table in it.
    WrongTypeError
        `source` is nothing of the above.
    """
    folder = None if cache is None else os.fspath(cache)
    chosen = columns if weight is None else replace(columns, weight=weight)
    parts, name, notes, keep = _parts(source, target)
    return StreamedDataset(parts, name, target, chosen, budget(memory), folder, strict, notes, keep=keep)


def _parts(source: Any, target: str | None) -> tuple[tuple[Part, ...], str, tuple[str, ...], Any]:
    """Return the parts of a source, what it is called, notes, and what must live as long as they are read."""
    if isinstance(source, (str, os.PathLike)):
        return *_of_path(named(source), target), None
    if hasattr(source, "get_fragments"):
        return _of_fragments(source), "the data set", (), None
    tables = source if callable(source) else (lambda: source) if isinstance(source, (list, tuple)) else None
    if tables is not None:
        return (IterablePart(BATCHES, BATCHES, tables, uuid4().hex),), BATCHES, (), None
    if isinstance(source, Iterable):
        folder = _TemporaryFolder()
        path = folder.path / "batches.arrow"
        _spool(source, path)
        return (ArrowPart(BATCHES, BATCHES, Source(path.name, path), path),), BATCHES, (), folder
    raise WrongTypeError(
        "expected a folder, a file, a pyarrow data set or batches of Arrow rows, "
        f"got {type(source).__module__}.{type(source).__qualname__}"
    )


class _TemporaryFolder:
    """A folder that is removed when nothing refers to this object any more, and when the program ends."""

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix="glassnet-"))
        weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)


def is_streamable(path: str | os.PathLike[str]) -> bool:
    """Return whether a path is a file that is read in pieces, or a folder with such files and no pictures."""
    where = named(path)
    found = status(where)
    if found is None:
        return False
    if kind_of(found) != "a folder":
        return not kind_of(found) and _suffix(Source(where.name, where)) in PARTS
    try:
        return any(_suffix(each) in PARTS for each in choose(entries(where), "", _suffix, where.name).tables)
    except FileError:
        return False


def _of_path(path: Path, target: str | None) -> tuple[tuple[Part, ...], str, tuple[str, ...]]:
    """Return the parts of a folder or file, what it is called, and notes."""
    found = status(path)
    if found is None:
        raise FileError(f"{path} does not exist{nearest(path)}")
    kind = kind_of(found)
    if kind and kind != "a folder":
        raise FileError(f"{path}: expected a file or a folder of them; this is {kind}")
    if not kind:
        return (_of_file(Source(path.name, path), target),), path.name, ()
    where = path.name or str(path)
    choice = of_training(choose(entries(path), "", _suffix, where), where)
    return tuple(_of_file(each, target) for each in choice.tables), where, choice.notes


def _suffix(source: Source) -> str:
    """Return the suffix of a file that is read in pieces, without that of its packing; "" of others."""
    suffix = Path(without_packing(source.called)).suffix.lower() if source.suffix in PACKED else source.suffix
    return suffix if suffix in PARTS and (suffix in PLAIN or suffix == source.suffix) else ""


def _of_file(source: Source, target: str | None) -> Part:
    """Return a file as a part."""
    path, suffix = source.on_disk(), _suffix(source)
    if not suffix:
        raise FileError(
            f"{source.name}: files of kind {source.suffix or '(no suffix)'!r} are not read in pieces; "
            f"those are {' '.join(PARTS)}"
        )
    while source.suffix in PACKED:
        source = unpacked(source, source.suffix)
    part = PARTS[suffix](source.name, source.called, source, path)
    return part if target is None else part.knowing([target])


def _of_fragments(source: Any) -> tuple[Part, ...]:
    """Return the fragments of an Arrow data set as parts."""
    parts: list[Part] = []
    for k, fragment in enumerate(source.get_fragments(), 1):
        name = str(getattr(fragment, "path", "")) or f"fragment {k}"
        parts.append(FragmentPart(name, name, fragment, source.schema))
    if not parts:
        raise DataError("the data set has no fragments")
    return tuple(parts)


def _spool(batches: Iterable[Any], path: Path) -> None:
    """Write batches to a file, which can be read several times."""
    writer: Any = None
    schema: Any = None
    try:
        for each in batches:
            table = as_table(each)
            if writer is None:
                schema = table.schema
                writer = pa.ipc.new_file(str(path), schema)
            writer.write_table(table if table.schema == schema else table.select(schema.names).cast(schema))
    finally:
        if writer is not None:
            writer.close()
    if writer is None:
        raise DataError("the iterator yields no batches")
