"""The target column of a table: labels or numbers."""

from __future__ import annotations

import numpy as np

from glassnet.errors import DataError, UnknownNameError
from glassnet.tables.arrow import pa, pc
from glassnet.tables.cell_types import of_known_types
from glassnet.tables.cells import cell_values, decoded, is_text
from glassnet.tables.spelling.dates import read_dates
from glassnet.tables.spelling.missing import clean
from glassnet.tables.spelling.numbers import read_numbers


def target_from_table(table: pa.Table, name: str) -> tuple[pa.Table, np.ndarray]:
    """Return the target of a table, and the rest of it.

    Parameters
    ----------
    table : pyarrow.Table
        m rows.
    name : str
        Of the target's column.

    Returns
    -------
    table : pyarrow.Table
        Without that column.
    y : ndarray (m,)
        Text, numbers or truth values.

    Raises
    ------
    UnknownNameError
        No column has that name.
    DataError
        The column has missing or infinite cells, or holds neither text, numbers nor truth values.
    """
    if name not in table.column_names:
        raise UnknownNameError.among("target column", name, table.column_names)
    return table.drop_columns([name]), _target(of_known_types(table.select([name])).column(0), name)


def _target(column: pa.ChunkedArray, name: str) -> np.ndarray:
    types = pa.types
    column = decoded(column)
    if is_text(column.type):
        column = clean(column)
        found = None if column.null_count else read_numbers(column) or read_dates(column)
        column = column if found is None else found.cells
    elif types.is_decimal(column.type) or types.is_float16(column.type):
        column = column.cast(pa.float64())
    usable = (is_text, types.is_boolean, types.is_integer, types.is_floating, types.is_null)
    if not any(is_usable(column.type) for is_usable in usable):
        raise DataError(f"target column {name!r} is of type {column.type}; expected text, numbers or true and false")
    missing = cell_values(pc.is_null(column, nan_is_null=True))
    if missing.any():
        rows = np.flatnonzero(missing)[:5] + 1
        raise DataError(
            f"target column {name!r} has {missing.sum()} missing cells of {len(missing)} "
            f"(first at row {', '.join(map(str, rows))}); every row needs a known target"
        )
    if is_text(column.type):
        return np.asarray(column.to_pylist(), dtype=np.str_)
    y = cell_values(column)
    if y.dtype.kind == "f" and np.isinf(y).any():
        raise DataError(f"target column {name!r}, row {np.flatnonzero(np.isinf(y))[0] + 1}: {y[np.isinf(y)][0]}")
    return y.astype(bool) if y.dtype == object else y
