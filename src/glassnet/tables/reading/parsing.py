"""The records of a text file as columns of text, by Arrow's parser; records of other widths are mended or left out."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from glassnet.tables.arrow import pa
from glassnet.tables.cells import rows_at, text_array
from glassnet.tables.reading.dialect import Dialect, reader
from glassnet.typing import AnyArray

BLOCKS = (1 << 22, 1 << 28)  # bytes that are parsed at once: no record may be longer than the second
MAX_ODD = 200_000  # records of other widths, above which no table is read
MAX_PARTS = 1000  # tables that are put together as they are; more are copied


@dataclass
class OddRecords:
    """Records that have more or fewer cells than the table has columns.

    Parameters
    ----------
    dialect : Dialect
        How cells are cut.
    indices : list of int
        Their positions among all records.
    cells : list of list of str
        Their cells.
    """

    dialect: Dialect
    indices: list[int] = field(default_factory=list)
    cells: list[list[str]] = field(default_factory=list)

    def take(self, row: Any) -> str:
        """Note a record and leave it out, as Arrow's parser asks."""
        if len(self.indices) >= MAX_ODD:
            return "error"
        self.indices.append((row.number or 0) - 1)
        self.cells.append(next(reader(io.StringIO(row.text, newline=""), self.dialect), []))
        return "skip"


def parse(data: pa.Buffer, dialect: Dialect, width: int, *, quoted: bool) -> tuple[pa.Table, OddRecords]:
    """Return the records of some width as columns of text that are named 0, 1, 2, ..., and all others.

    Parameters
    ----------
    data : pyarrow.Buffer
        UTF-8 text.
    dialect : Dialect
        How it is cut into cells.
    width : int
        Cells in a record.
    quoted : bool
        Whether there are quotes in the text.

    Returns
    -------
    table : pyarrow.Table
        Text, "" where a cell is empty.
    odd : OddRecords
        The records that are not in the table.

    Raises
    ------
    pyarrow.ArrowInvalid
        A record is longer than a block, or too many are of other widths.
    """
    threads = True  # several threads do not know the positions of odd records
    for size in BLOCKS:
        try:
            table, odd = _parsed(data, dialect, width, size, quoted=quoted, threads=threads)
            if odd.indices and threads:
                threads = False
                table, odd = _parsed(data, dialect, width, size, quoted=quoted, threads=False)
            return table, odd
        except pa.ArrowInvalid as error:
            if "straddling" not in str(error) or size == BLOCKS[-1]:
                raise
    raise AssertionError


def _parsed(
    data: pa.Buffer, dialect: Dialect, width: int, size: int, *, quoted: bool, threads: bool
) -> tuple[pa.Table, OddRecords]:
    from pyarrow import csv as arrow_csv

    odd = OddRecords(dialect)
    names = [str(j) for j in range(width)]
    table = arrow_csv.read_csv(
        pa.BufferReader(data),
        read_options=arrow_csv.ReadOptions(column_names=names, block_size=size, use_threads=threads),
        parse_options=arrow_csv.ParseOptions(
            delimiter=dialect.separator, quote_char=dialect.quote or False, newlines_in_values=quoted,
            escape_char="\\" if dialect.escape else False,
            invalid_row_handler=odd.take,
        ),
        convert_options=arrow_csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string())),
    )  # fmt: skip
    return table, odd


def merged(table: pa.Table, rows: AnyArray, more: list[list[str]], indices: list[int]) -> pa.Table:
    """Return a table with further rows among its own.

    Parameters
    ----------
    table : pyarrow.Table
        Of text.
    rows : array of int
        The positions of its rows among all records.
    more : list of list of str
        Cells of further rows.
    indices : list of int
        Their positions among all records, rising.
    """
    if not more:
        return table
    columns = [text_array(cells, pa.string()) for cells in zip(*more, strict=True)]
    further = pa.table(columns, names=table.column_names)
    if len(more) > MAX_PARTS:
        order = np.argsort(np.concatenate([rows, indices]), kind="stable")
        return rows_at(pa.concat_tables([table, further]), order)
    parts, start = [], 0
    for j, stop in enumerate(np.searchsorted(rows, indices)):
        parts += [table.slice(start, stop - start), further.slice(j, 1)]
        start = stop
    return pa.concat_tables([*parts, table.slice(start)])
