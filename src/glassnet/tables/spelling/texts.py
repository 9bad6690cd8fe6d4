"""Cells of text, each different text once where they repeat; moments as Arrow's timestamps."""

from __future__ import annotations

from typing import NamedTuple, Self
from unicodedata import normalize

import numpy as np

from glassnet.tables.arrow import pa, pc
from glassnet.tables.cells import cell_values
from glassnet.typing import AnyArray

SAMPLE = 1000  # cells that say whether texts repeat
MOSTLY_DISTINCT = 0.7
PROBES = 40


class Texts(NamedTuple):
    """Cells of text.

    Parameters
    ----------
    values : pyarrow.Array of text
        Each different text once, or every cell; full-width digits, narrow blanks and the like in their plain form.
    codes : array of int (m,) or None
        Which of the values each cell holds, -1 where it is missing; None where `values` are the cells.
    counts : array of int
        Cells that hold each value; 0 for a missing one.
    """

    values: pa.Array
    codes: AnyArray | None
    counts: AnyArray

    @classmethod
    def of(cls, text: pa.ChunkedArray) -> Self:
        """Return the texts of a column."""
        cells = text.chunk(0) if text.num_chunks == 1 else pa.concat_arrays([pa.nulls(0, text.type), *text.chunks])
        probe = taken(cells, spread(len(cells), SAMPLE))
        if pc.count_distinct(probe).as_py() > MOSTLY_DISTINCT * len(probe):
            return cls(plain(cells), None, cell_values(pa.chunked_array([cells.is_valid()])).astype(np.int64))
        coded = cells.dictionary_encode()
        codes = np.nan_to_num(cell_values(pa.chunked_array([coded.indices])), nan=-1).astype(np.int64)
        counts = np.bincount(codes + 1, minlength=len(coded.dictionary) + 1)[1:]
        return cls(plain(coded.dictionary), codes, counts)

    def cells(self, of_values: AnyArray, missing: int) -> AnyArray:
        """Return what is known of each value, for each cell."""
        return of_values if self.codes is None else np.append(of_values, np.array(missing, of_values.dtype))[self.codes]


def probes(text: pa.ChunkedArray, most: int = PROBES) -> list[str]:
    """Return a few different texts of a column, from everywhere in it; "" for missing ones among them."""
    found = [text[int(row)].as_py() for row in spread(len(text), most)]
    if text.null_count and None in found:
        there = text.drop_null()
        found += [there[int(row)].as_py() for row in spread(len(there), most)]
    return [cell if cell.isascii() else normalize("NFKC", cell) for cell in {(cell or "").strip(): 0 for cell in found}]


def plain(values: pa.Array) -> pa.Array:
    """Return text in the plain form of its signs."""
    is_ascii = pc.all(pc.string_is_ascii(values)).as_py()
    return values if is_ascii in (True, None) else pc.utf8_trim_whitespace(pc.utf8_normalize(values, "NFKC"))


def spread(m: int, most: int) -> AnyArray:
    """Return at most so many of m positions, evenly spaced."""
    return np.arange(m) if m <= most else np.arange(most) * (m - 1) // (most - 1)


def taken(values: pa.Array, positions: AnyArray) -> pa.Array:
    """Return some values."""
    buffer = pa.py_buffer(np.ascontiguousarray(positions, np.int64))
    return values.take(pa.Array.from_buffers(pa.int64(), len(positions), [None, buffer]))


def ticks_array(ticks: AnyArray, found: AnyArray, arrow_type: pa.DataType) -> pa.ChunkedArray:
    """Return the bits of values as a type of 64 bits, missing where they were not found."""
    valid = None if found.all() else pa.py_buffer(np.packbits(found, bitorder="little"))
    buffer = pa.py_buffer(np.ascontiguousarray(ticks, np.int64))
    return pa.chunked_array([pa.Array.from_buffers(arrow_type, len(ticks), [valid, buffer])])


def float_array(values: AnyArray, found: AnyArray) -> pa.ChunkedArray:
    """Return numbers as a column, missing where they were not found."""
    return ticks_array(values.astype(np.float64).view(np.int64), found, pa.float64())
