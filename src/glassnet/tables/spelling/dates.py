"""Dates, times of day and durations in text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from glassnet.documents import Kind
from glassnet.tables.arrow import pa
from glassnet.tables.spelling.spelled import Spelled, cast_or_none

FORMATS: Mapping[str, Kind] = {}  # what `format` may hold


def read_dates(text: pa.ChunkedArray, known: Mapping[str, Any] | None = None, *, asked: bool = False) -> Spelled | None:
    """Return cleaned text as moments.

    Parameters
    ----------
    text : pyarrow.ChunkedArray of text
        Missing cells are null, blanks around cells are gone.
    known : mapping, optional
        How the cells are to be read, as an earlier call returned it, or {"pattern": ...} as the user says.
    asked : bool
        Whether the column is known to hold dates: then every other cell is unreadable.

    Returns
    -------
    Spelled or None
        None where the column holds something else.
    """
    for arrow_type in (pa.timestamp("us"), pa.timestamp("us", "UTC")):
        read = cast_or_none(text, arrow_type)
        if read is not None:
            return Spelled(read)
    return None
