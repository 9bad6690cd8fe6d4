"""The line of a text file on which each of its records begins."""

from __future__ import annotations

import io
from itertools import islice

import numpy as np

from glassnet.tables.reading.dialect import Dialect, reader
from glassnet.typing import AnyArray

BLOCK = 1 << 24  # bytes that are looked through at once
RETURN = ord("\r")


def record_lines(data: bytes, start: int, newline: bytes, dialect: Dialect, n_records: int) -> AnyArray:
    """Return the line on which each record begins, counted from 0; empty lines are no records.

    Parameters
    ----------
    data : bytes
        UTF-8 text.
    start : int
        Where its first record begins: line 0.
    newline : bytes
        What ends a line.
    dialect : Dialect
        How cells are quoted.
    n_records : int
        How many there are.

    Returns
    -------
    array of int (n_records,)
        Rising.
    """
    if data.count(newline, start) + (not data.endswith(newline)) == n_records:  # as usual: every line is a record
        return np.arange(n_records, dtype=np.int32)
    text = np.frombuffer(data, np.uint8, offset=start)
    starts, inside, quotes = [np.zeros(1, np.intp)], [np.zeros(1, bool)], 0
    for begin in range(0, len(text), BLOCK):
        block = text[begin : begin + BLOCK]
        ends = np.flatnonzero(block == newline[0])
        starts.append(begin + ends + 1)
        at = np.flatnonzero(block == ord(dialect.quote)) if dialect.quote else ends[:0]
        if dialect.escape:
            at = at[block[at - 1] != ord("\\")]
        inside.append((quotes + np.searchsorted(at, ends)) % 2 == 1)  # an odd number of quotes stands before it
        quotes += len(at)
    offsets = np.concatenate(starts)
    kept = (offsets < len(text)) & ~np.concatenate(inside)
    at = np.minimum(offsets, len(text) - 1)
    following = text[np.minimum(at + 1, len(text) - 1)]
    empty = (text[at] == newline[0]) | ((text[at] == RETURN) & ((following == newline[0]) | (following == RETURN)))
    lines = np.flatnonzero(kept & ~empty).astype(np.int32)
    return lines if len(lines) == n_records else _counted(data[start:], dialect, n_records)


def _counted(data: bytes, dialect: Dialect, n_records: int) -> AnyArray:
    """Return the same, record by record: for text with quotes that quote nothing."""
    reads = reader(io.TextIOWrapper(io.BytesIO(data), "utf-8", newline=""), dialect)
    lines, start = [], 0
    for cells in islice(reads, n_records * 2):
        if cells:
            lines.append(start)
        start = reads.line_num
    last = lines[-1] if lines else 0
    lines += range(last + 1, last + 1 + n_records - len(lines))  # Arrow's parser and Python's differ: about there
    return np.array(lines[:n_records], np.int32)
