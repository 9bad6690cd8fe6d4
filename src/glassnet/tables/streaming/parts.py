"""The parts of a table that is larger than memory: each yields its rows in tables of bounded size.

A part is a file, a fragment of an Arrow data set, or an iterable of batches. Rows come in one order, in the same tables
whenever it is read, so that reading can go on after any of them.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from glassnet.errors import FileError
from glassnet.files import status
from glassnet.tables.arrow import pa
from glassnet.tables.frames import as_table
from glassnet.tables.nested import notes_on_nested, without_nested
from glassnet.tables.reading.broken import broken_is_file_error
from glassnet.tables.reading.feather import FIRST_FEATHER, STREAM
from glassnet.tables.reading.parts import with_partitions
from glassnet.tables.reading.source import Source

BATCH_BYTES, MOST_ROWS, LEAST_ROWS = 2**24, 2**15, 256  # of a table that a part yields
TEXT_CELL, CELL = 32, 8  # bytes, about
UNPACKED = 3.0
SAMPLED_GROUPS = 16


class Mark(NamedTuple):
    """How far a part was read: its rows so far, and what else its format needs to go on there."""

    rows: int = 0
    offset: int = 0


class Batch(NamedTuple):
    """Some rows of a part, and how far it is read with them."""

    table: pa.Table
    after: Mark


START = Mark()


@dataclass(frozen=True)
class Part:
    """A part of a table.

    Parameters
    ----------
    name : str
        For messages.
    key : str
        By which the random numbers of its rows are drawn: it stays the same when the folder is moved.
    """

    name: str
    key: str

    @property
    def growth(self) -> float:
        """How many times its bytes its rows take as a table, about."""
        return UNPACKED

    def knowing(self, names: Collection[str]) -> Part:
        """Return the same part, of which the columns are known."""
        return self

    def batches(self, after: Mark = START) -> Iterator[Batch]:
        """Yield its rows, from a mark on.

        Raises
        ------
        FileError
            If it cannot be read.
        """
        raise NotImplementedError

    def some(self, n: int) -> Iterator[pa.Table]:
        """Yield about n rows from everywhere in it where that is cheap, else the first n; all if there are fewer."""
        for batch in self.batches():
            yield batch.table.slice(0, n)
            n -= len(batch.table)
            if n <= 0:
                return

    def stamp(self) -> list[Any]:
        """Return plain data that change when its content does."""
        raise NotImplementedError

    @property
    def n_bytes(self) -> int:
        """Bytes of its file."""
        return 0

    def rows_about(self) -> int | None:
        """Return how many rows it has, where that can be known without reading it."""
        return None

    @property
    def separator(self) -> str:
        """What stands between its cells; "" where nothing does."""
        return ""

    def notes(self) -> tuple[str, ...]:
        """Return how it was understood, where that is worth a word: which columns are left out."""
        schema = self._schema()
        return () if schema is None else notes_on_nested(schema)

    def _schema(self) -> pa.Schema | None:
        """Return the types of its columns, where they are typed and it has rows."""
        return None


@dataclass(frozen=True)
class FilePart(Part):
    """A file.

    Parameters
    ----------
    source : Source
        Its bytes, unpacked.
    path : Path
        Where it lies.
    """

    source: Source
    path: Path

    def stamp(self) -> list[Any]:
        """Return its name, size, and when it was last written."""
        found = self._status()
        return [self.key, found.st_size, found.st_mtime_ns]

    @property
    def n_bytes(self) -> int:
        """Bytes of its file."""
        return self._status().st_size

    def _status(self) -> os.stat_result:
        found = status(self.path)
        if found is None:
            raise FileError(f"{self.path} is not there any more")
        return found


class ParquetPart(FilePart):
    """A Parquet file: row group by row group."""

    def batches(self, after: Mark = START) -> Iterator[Batch]:
        """Yield its rows, from a mark on; row groups before it are not read."""
        with broken_is_file_error(f"{self.name} is not a whole Parquet file"), self._open() as file:
            begin = 0
            for group in range(file.num_row_groups):
                n = file.metadata.row_group(group).num_rows
                if begin + n > after.rows:
                    yield from self._of_group(file, group, begin, after.rows)
                begin += n

    def _of_group(self, file: Any, group: int, begin: int, done: int) -> Iterator[Batch]:
        of_group = file.metadata.row_group(group)
        rows = rows_of_batch(of_group.total_byte_size / max(of_group.num_rows, 1), file.schema_arrow)
        for batch in file.iter_batches(batch_size=rows, row_groups=[group]):
            begin += len(batch)
            if begin > done:
                yield self._batch(batch.slice(max(len(batch) - (begin - done), 0)), begin)

    def _batch(self, batch: Any, end: int) -> Batch:
        batch.validate()
        table = as_table(without_nested(pa.Table.from_batches([batch])))
        return Batch(with_partitions(table, self.source.called), Mark(end))

    def some(self, n: int) -> Iterator[pa.Table]:
        """Yield rows of row groups that are spread over the file."""
        with broken_is_file_error(f"{self.name} is not a whole Parquet file"), self._open() as file:
            groups = file.num_row_groups
            if file.metadata.num_rows <= n or groups < 2:
                yield from super().some(n)
                return
            chosen = sorted({groups * k // min(groups, SAMPLED_GROUPS) for k in range(min(groups, SAMPLED_GROUPS))})
            for left, group in zip(range(len(chosen), 0, -1), chosen, strict=True):
                quota = -(-n // left)
                for batch in file.iter_batches(batch_size=min(quota, MOST_ROWS), row_groups=[group]):
                    some = batch.slice(0, quota)
                    yield self._batch(some, 0).table
                    quota, n = quota - len(some), n - len(some)
                    if quota <= 0:
                        break

    def _schema(self) -> pa.Schema:
        with broken_is_file_error(f"{self.name} is not a whole Parquet file"), self._open() as file:
            return file.schema_arrow

    def rows_about(self) -> int | None:
        """Return how many rows its footer counts."""
        with broken_is_file_error(f"{self.name} is not a whole Parquet file"), self._open() as file:
            return int(file.metadata.num_rows)

    def _open(self) -> Any:
        from pyarrow import parquet

        return parquet.ParquetFile(self.path, pre_buffer=False, buffer_size=1 << 20)


class ArrowPart(FilePart):
    """An Arrow or Feather file: batch by batch."""

    def batches(self, after: Mark = START) -> Iterator[Batch]:
        """Yield its rows, from a mark on."""
        head = self.source.head(8)
        with broken_is_file_error(f"{self.name} is not a whole Arrow file"), pa.OSFile(str(self.path)) as stream:
            yield from cut((with_partitions(each, self.source.called) for each in self._tables(stream, head)), after)

    def _schema(self) -> pa.Schema | None:
        with broken_is_file_error(f"{self.name} is not a whole Arrow file"), pa.OSFile(str(self.path)) as stream:
            first = next(self._tables(stream, self.source.head(8)), None)
            return None if first is None else first.schema

    @staticmethod
    def _tables(stream: Any, head: bytes) -> Iterator[pa.Table]:
        if head.startswith(FIRST_FEATHER):
            from pyarrow import feather

            yield feather.read_table(stream)
        elif head.startswith(STREAM):
            yield from (pa.Table.from_batches([batch]) for batch in pa.ipc.open_stream(stream))
        else:
            file = pa.ipc.open_file(stream)
            for k in range(file.num_record_batches):
                yield pa.Table.from_batches([file.get_batch(k)])


@dataclass(frozen=True)
class FragmentPart(Part):
    """A fragment of an Arrow data set."""

    fragment: Any
    schema: Any

    def batches(self, after: Mark = START) -> Iterator[Batch]:
        """Yield its rows, from a mark on."""
        with broken_is_file_error(f"{self.name} cannot be read"):
            rows = rows_of_batch(None, self.schema)
            batches = self.fragment.to_batches(schema=self.schema, batch_size=rows, batch_readahead=1)
            yield from cut((pa.Table.from_batches([batch]) for batch in batches), after)

    def _schema(self) -> pa.Schema:
        return self.schema

    def stamp(self) -> list[Any]:
        """Return its name, and the size and time of its file where it is one here."""
        found = Path(self.name)
        if not found.is_file():
            return [self.key, self.rows_about() or 0]
        return [self.key, found.stat().st_size, found.stat().st_mtime_ns]

    @property
    def n_bytes(self) -> int:
        """Bytes of its file."""
        return Path(self.name).stat().st_size if Path(self.name).is_file() else 0

    def rows_about(self) -> int | None:
        """Return how many rows it has."""
        return int(self.fragment.count_rows())


@dataclass(frozen=True)
class IterablePart(Part):
    """Whatever yields tables or batches, anew whenever it is asked.

    Parameters
    ----------
    tables : callable
        Returns an iterable of batches or tables.
    drawn : str
        Differs from those of other runs, since nobody knows whether the content does.
    """

    tables: Callable[[], Iterable[Any]]
    drawn: str

    def batches(self, after: Mark = START) -> Iterator[Batch]:
        """Yield its rows, from a mark on."""
        yield from cut((as_table(each) for each in self.tables()), after)

    def _schema(self) -> pa.Schema | None:
        first = next(iter(self.tables()), None)
        return None if first is None else as_table(first).schema

    def stamp(self) -> list[Any]:
        """Return what no other run has."""
        return [self.key, self.drawn]


def cut(tables: Iterator[pa.Table], after: Mark) -> Iterator[Batch]:
    """Yield tables in pieces of bounded size, from a mark on."""
    end = 0
    for table in tables:
        known = as_table(without_nested(table))
        rows = rows_of_batch(known.nbytes / len(known) if len(known) else None, known.schema)
        for start in range(0, len(known), rows):
            piece = known.slice(start, rows)
            end += len(piece)
            if end > after.rows:
                yield Batch(piece.slice(max(len(piece) - (end - after.rows), 0)), Mark(end))


def rows_of_batch(bytes_of_row: float | None, schema: Any) -> int:
    """Return how many rows a piece has."""
    about = sum(CELL if pa.types.is_primitive(kind) else TEXT_CELL for kind in schema.types)
    return int(min(max(BATCH_BYTES // max(bytes_of_row or 0, about, 1), LEAST_ROWS), MOST_ROWS))
