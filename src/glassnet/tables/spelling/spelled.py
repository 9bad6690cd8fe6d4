"""A column of text, read as one kind of value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from glassnet.tables.arrow import pa
from glassnet.typing import AnyArray

PROBED_CELLS = 32
NOWHERE: AnyArray = np.zeros(0, np.intp)


@dataclass(frozen=True)
class Spelled:
    """Cells of a column, read as one kind of value.

    Parameters
    ----------
    cells : pyarrow.ChunkedArray
        The values, of an Arrow type; those that cannot be read are missing.
    format : mapping of str to plain data
        How the text was read; reading other cells with it gives the same values. Empty for what needs no saying.
    remarks : tuple of str
        What a user should know, each the end of a sentence that begins with the column.
    unreadable : array of int
        Positions of the cells that are no such value.
    """

    cells: pa.ChunkedArray
    format: Mapping[str, Any] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    unreadable: AnyArray = field(default_factory=lambda: NOWHERE)


def cast_or_none(column: pa.ChunkedArray, arrow_type: pa.DataType) -> pa.ChunkedArray | None:
    """Return a text column as another type, if every cell can be read as such."""
    try:
        column.slice(0, PROBED_CELLS).cast(arrow_type)  # first, since a cast that fails late takes long
        return column.cast(arrow_type)
    except pa.ArrowInvalid:
        return None
