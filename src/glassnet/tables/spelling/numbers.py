"""Numbers and truth values in text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from glassnet.documents import Kind, one_of
from glassnet.tables.arrow import pa, pc
from glassnet.tables.cells import missing_cell
from glassnet.tables.spelling.spelled import Spelled, cast_or_none, unparsable

FORMATS: Mapping[str, Kind] = {"decimal": one_of(",")}  # what `format` may hold
NUMBER = r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?"  # as text spells it


def read_numbers(
    text: pa.ChunkedArray, known: Mapping[str, Any] | None = None, *, asked: bool = False
) -> Spelled | None:
    """Return cleaned text as numbers or truth values.

    Parameters
    ----------
    text : pyarrow.ChunkedArray of text
        Missing cells are null, blanks around cells are gone.
    known : mapping, optional
        How the cells are to be read, as an earlier call returned it.
    asked : bool
        Whether the column is known to hold numbers: then every other cell is unreadable. Otherwise cells that are no
        numbers make the column something else.

    Returns
    -------
    Spelled or None
        None where the column holds something else.
    """
    if known is None:
        truth = None if text.null_count == len(text) else _plain(text) or _truth_values(text)
        found = truth or _decimal_commas(text)
        if found is not None or not asked:
            return found
        known = {}
    if known.get("decimal") == ",":
        text = pc.replace_substring(text, ",", ".")
    found = _plain(text) or (None if known else _truth_values(text))
    if found is not None:
        return Spelled(found.cells, known)
    if not asked:
        return None
    lost = unparsable(text, pa.float64())
    mask = pa.array(_at(lost, len(text)))
    read = _plain(pc.if_else(mask, missing_cell(text.type), text))
    assert read is not None
    return Spelled(read.cells, known, unreadable=lost)


def _at(positions: Any, m: int) -> Any:
    mask = np.zeros(m, bool)
    mask[positions] = True
    return mask


def _plain(text: pa.ChunkedArray) -> Spelled | None:
    floats = cast_or_none(text, pa.float64())  # first: it refuses hexadecimal, which whole numbers may be
    if floats is None:
        return None
    whole = cast_or_none(text, pa.int64())
    if whole is not None:
        return Spelled(whole)
    return Spelled(pc.if_else(pc.is_nan(floats), missing_cell(floats.type), floats))


def _truth_values(text: pa.ChunkedArray) -> Spelled | None:
    read = cast_or_none(text, pa.bool_())
    return None if read is None else Spelled(read)


def _decimal_commas(text: pa.ChunkedArray) -> Spelled | None:
    read = _plain(pc.replace_substring(text, ",", ".")) if text.null_count < len(text) else None
    return read and Spelled(read.cells, {"decimal": ","}, ("was read with ',' as the decimal sign",))


def nearly_numbers(text: pa.ChunkedArray) -> str:
    """Return a warning if most cells of a text column are numbers and a few are not."""
    values = text.drop_null()
    if not len(values):
        return ""
    share = pc.mean(pc.match_substring_regex(values, f"^{NUMBER}$").cast(pa.int8())).as_py()
    if share <= 0.5:
        return ""
    row = int(unparsable(text, pa.float64())[0])
    cell = text[row].as_py()
    return f"is used as categories although {share:.1%} of its cells are numbers: row {row + 1} holds {cell!r}"
