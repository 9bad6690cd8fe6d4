"""Text that stands for a missing cell."""

from __future__ import annotations

from collections.abc import Sequence

from glassnet.tables.arrow import pa, pc
from glassnet.tables.cells import missing_cell, text_array

# A cell that holds one of these, blanks around it aside, is missing.
MISSING = ("", "?", "NA", "N/A", "n/a", "na", "<NA>", "#N/A", "NaN", "nan", "NULL", "null", "None", "NaT")


def clean(column: pa.ChunkedArray, marks: Sequence[str] = ()) -> pa.ChunkedArray:
    """Return a text column with blanks around cells trimmed and missing cells null; `marks` are missing too."""
    column = pc.utf8_trim_whitespace(column)
    missing = pc.is_in(column, value_set=text_array((*MISSING, *marks), column.type))
    return pc.if_else(missing, missing_cell(column.type), column)
