"""CSV files in blocks of whole records: the first block decides how cells are separated, quoted and encoded.

So a file is understood by its first two megabytes, where one that is read at once is understood by all of it. A text
that turns from ASCII into another encoding later is still read, each block by itself; lines that are cut into another
number of cells than those of the beginning are mended or left out, as in any CSV file.
"""

from __future__ import annotations

import io
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import IO, Any, NamedTuple

from glassnet.errors import DataError
from glassnet.tables.reading.broken import broken_is_file_error
from glassnet.tables.reading.csv import Form, first_rows, later_rows, layout_notes
from glassnet.tables.reading.dialect import Dialect, reader
from glassnet.tables.reading.encoding import MARKS, to_utf8
from glassnet.tables.reading.parsing import BLOCKS
from glassnet.tables.reading.parts import with_partitions
from glassnet.tables.streaming.parts import START, Batch, FilePart, Mark

BLOCK = 2**21  # bytes that are read at once
WIDE = ("utf-16", "utf-32")  # encodings in which the byte of a line end is no line end
ZEROS = 2**16  # bytes in which such an encoding shows
LATIN = "latin-1"  # in which every byte is a letter: enough to find quotes and line ends
PACKED_GROWTH = 12.0


class Beginning(NamedTuple):
    """What the first block of a file says.

    Parameters
    ----------
    form : Form
        How the text holds its table.
    encoding : str or None
        Where it is not UTF-8.
    table : pyarrow.Table or None
        The rows of the block.
    notes : tuple of str
        What a user should check.
    """

    form: Form
    encoding: str | None
    table: Any
    notes: tuple[str, ...]


@dataclass(frozen=True)
class TextPart(FilePart):
    """A file of lines of text.

    Parameters
    ----------
    known : tuple of str
        Columns that it is known to have: a line that holds one of them names the columns.
    """

    known: tuple[str, ...] = ()

    def knowing(self, names: Collection[str]) -> TextPart:
        """Return the same part, of which the columns are known."""
        return replace(self, known=tuple(names))

    @property
    def growth(self) -> float:
        """How many times its bytes its rows take as a table."""
        return super().growth if self.source.path is not None else PACKED_GROWTH

    @cached_property
    def beginning(self) -> Beginning:
        """What the first block says of the file."""
        with broken_is_file_error(f"{self.name} is not {self.source.whole}"), self.source.open() as stream:
            return self._first(_Records(self._unwidened(stream)).next(Dialect(",")))._replace(table=None)

    @property
    def separator(self) -> str:
        """What stands between cells."""
        return self.beginning.form.found.separator

    def notes(self) -> tuple[str, ...]:
        """Return how the file was understood, where that is worth a word."""
        form, notes = self.beginning.form, self.beginning.notes
        return *layout_notes(form.found, form.layout, form.names, self.name), *notes

    def batches(self, after: Mark = START) -> Iterator[Batch]:
        """Yield its rows, from a mark on."""
        with broken_is_file_error(f"{self.name} is not {self.source.whole}"), self.source.open() as stream:
            records = _Records(self._unwidened(stream))
            form, encoding, table, _ = self._first(records.next(Dialect(",")))
            if after.offset:
                records.go_to(after.offset)
            else:
                yield Batch(with_partitions(table, self.source.called), Mark(len(table), records.offset))
            rows = after.rows if after.offset else len(table)
            while block := records.next(form.dialect):
                data = self._decoded(block, encoding)
                if data.strip():
                    table = later_rows(data, form, f"{self.name}, after row {rows:,}").table
                    rows += len(table)
                    yield Batch(with_partitions(table, self.source.called), Mark(rows, records.offset))

    def _first(self, block: bytes) -> Beginning:
        """Return what the first block says, and its rows."""
        data, encoding, notes = to_utf8(block, None, self.name)
        if not data.strip():
            raise DataError(f"{self.name} is empty")
        form, rows, of_names = first_rows(data, None, None, self.known, None, self.name)
        of_text = None if encoding.startswith("utf-8") else encoding
        return Beginning(form, of_text, rows.table, (*notes, *of_names))

    def _decoded(self, block: bytes, encoding: str | None) -> bytes:
        if encoding is not None:
            try:
                return to_utf8(block, encoding, self.name)[0]
            except DataError:  # of another one, from here on
                pass
        return to_utf8(block, None, self.name)[0]

    def _unwidened(self, stream: IO[bytes]) -> Any:
        """Return a stream of text in which lines end with one byte."""
        head = self.source.head(ZEROS)
        marked = next((name for mark, name in MARKS if head.startswith(mark)), "")
        if not marked.startswith(WIDE) and b"\0" not in head:
            return stream
        encoding = marked or to_utf8(head[: len(head) // 4 * 4], None, self.name)[1]
        return _AsUtf8(io.TextIOWrapper(stream, encoding, newline="")) if encoding.startswith(WIDE) else stream


class _AsUtf8:
    """A stream of text as bytes of UTF-8."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text

    def read(self, n: int) -> bytes:
        """Return about n bytes."""
        return self._text.read(n).encode("utf-8", "replace")


class _Records:
    """A stream of text in blocks of whole records.

    Attributes
    ----------
    offset : int
        Where the last block ended.
    """

    def __init__(self, stream: Any) -> None:
        self._stream, self._rest, self.offset = stream, b"", 0

    def next(self, dialect: Dialect) -> bytes:
        """Return the next records; nothing at the end.

        Raises
        ------
        DataError
            If a record has no end.
        """
        data: bytes = self._rest
        size = BLOCK
        while True:
            more = self._stream.read(max(size - len(data), 1))
            data += more
            if more and len(data) < size:  # a stream may give less than it was asked for
                continue
            end = _end_of_records(data, dialect) if more else len(data)
            if end or not data:
                self._rest = data[end:]
                self.offset += end
                return data[:end]
            if size >= BLOCKS[-1]:
                raise DataError(f"a quote is opened and not closed within {size:,} bytes")
            size *= 2

    def go_to(self, offset: int) -> None:
        """Go on where a block ended."""
        left = offset - self.offset - len(self._rest)
        if left < 0:
            self._rest = self._rest[offset - self.offset :]
        elif hasattr(self._stream, "seekable") and self._stream.seekable():
            self._rest = b""
            self._stream.seek(offset)
        else:
            self._rest = b""
            while left > 0:
                left -= len(self._stream.read(min(left, BLOCK)))
        self.offset = offset


def _end_of_records(data: bytes, dialect: Dialect) -> int:
    """Return where the last whole record of a text ends; 0 if none does."""
    newline = b"\n" if b"\n" in data else b"\r"
    end = data.rfind(newline) + 1
    quote = dialect.quote.encode()
    if not end or not quote or data.count(quote, 0, end) % 2 == 0:
        return end
    lines = [line.decode(LATIN) for line in io.BytesIO(data[:end])]
    whole, records = 0, reader(iter(lines), dialect)
    for _ in records:
        whole, last = records.line_num, whole
    return sum(map(len, lines[:last]))  # what follows the last whole record may be a cell that is still open
