"""When rows were, as numbers that can be compared: for splits by time."""

from __future__ import annotations

from typing import Any

from glassnet.errors import DataError, SettingError
from glassnet.tables.columns.column import RawColumn
from glassnet.tables.columns.date import DateColumn
from glassnet.tables.columns.number import NumberColumn, numbers
from glassnet.tables.dataset import Pictures
from glassnet.tables.spelling.moments import dates
from glassnet.typing import AnyArray


def times_of(rows: Any, name: str) -> AnyArray:
    """Return the time of each row.

    Parameters
    ----------
    rows : pyarrow.Table
        m rows.
    name : str
        The column that says when each was: dates, or numbers such as years.

    Returns
    -------
    array of float (m,)
        In days or in the column's own unit; nan where it is missing.

    Raises
    ------
    SettingError
        The rows are pictures.
    DataError
        The column holds neither dates nor numbers.
    """
    if isinstance(rows, Pictures):
        raise SettingError(f"time: pictures have no column {name!r}")
    raw = RawColumn(name, rows[name])
    if (read := DateColumn.read(raw)) is not None:
        return dates(read.cells)
    if (read := NumberColumn.read(raw)) is not None:
        return numbers(read.cells, name)
    raise DataError(f"column {name!r}: expected dates or numbers by which rows follow one another; got text")
