"""Columns that only say which row it is: customer numbers, a saved index, row counters."""

from __future__ import annotations

import re

from glassnet.tables.arrow import pa, pc
from glassnet.tables.cells import cell_values, decoded

ID_ROWS = 10  # fewer rows differ by chance
# id, user_id, customerID, sampleId, rowid, uuid; but not paid, humid or acid
ID_NAME = re.compile(
    r"(.*[^a-zA-Z])?([iI][dD])|.*[a-z](ID|Id)|(.*[^a-zA-Z])?"
    r"(user|customer|client|patient|subject|sample|order|item|product|record|row|g?u|uu)id"
)
# Names of row counters: a saved index, with or without a name, or the number of a row or line.
COUNTER_NAME = re.compile(
    r"|c1|index|level_0|unnamed: \d+|#|row|line|record|((row|line|record)[ _.]*)?(number|num|nr|no)\.?", re.IGNORECASE
)


def why_identifier(name: str, cells: pa.ChunkedArray, kind: str) -> str:
    """Return why the cells of a whole table say nothing but which row it is, or "" where they may say more.

    Parameters
    ----------
    name : str
        The column.
    cells : pyarrow.ChunkedArray
        Its cells, as its kind reads them.
    kind : str
        Of column.

    Returns
    -------
    str
        The end of a sentence that begins with the column.
    """
    called = bool(ID_NAME.fullmatch(name))
    rows = len(cells)
    whole = pa.types.is_integer(cells.type)
    if rows < (2 if called else ID_ROWS) or cells.null_count or not (whole or kind == "category"):
        return ""
    if pc.count_distinct(decoded(cells)).as_py() < rows:
        return ""
    if not whole or called:
        return "has another value in every row, like an identifier"
    values = cell_values(cells)
    dense = int(values.max()) - int(values.min()) < 2 * rows  # a part of a table has gaps in its counter
    return "counts the rows" if dense and COUNTER_NAME.fullmatch(name) else ""
