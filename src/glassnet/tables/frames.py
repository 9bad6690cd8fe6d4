"""Data frames, dicts of columns, lists of rows and two-dimensional arrays as one Arrow table."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from glassnet.errors import DataError, GlassnetError, ShapeError, WrongTypeError
from glassnet.plain_text import listed
from glassnet.tables.arrow import pa
from glassnet.tables.cell_types import of_known_types
from glassnet.tables.cells import USABLE_CELLS
from glassnet.tables.object_cells import are_of_several_kinds, array_of_cells


def as_table(X: Any, names: Sequence[str] | None = None) -> pa.Table:
    """Return `X` as an Arrow table with one row per sample.

    Parameters
    ----------
    X : data frame, dict of columns, list of dicts, or array of shape (m, n)
        A frame is anything with the Arrow PyCapsule interface (pandas, polars, pyarrow, ...). The index of a pandas
        frame is not a column. An array's columns are named x0, x1, ...; masked cells are missing.
    names : sequence of str, optional
        Names for the columns instead of those of `X`.

    Returns
    -------
    pyarrow.Table
        Periods (pandas) are dates, the start of each; intervals are text such as "(0, 1]"; whole numbers beyond 64 bits
        are floats; cells that mix text and numbers are text.

    Raises
    ------
    WrongTypeError
        `X` is nothing of the above.
    ShapeError
        An array is not two-dimensional, or the number of names is not the number of columns.
    DataError
        Two columns have one name, columns differ in length, or one mixes kinds of cells other than numbers and text.
    """
    if _is_series(X):
        raise ShapeError(
            f"expected a data frame, got a {type(X).__name__}, one column; X.to_frame() makes it a frame{_as_row(X)}"
        )
    if isinstance(X, pa.Table):
        table = X
    elif not isinstance(X, type) and (hasattr(X, "__arrow_c_stream__") or hasattr(X, "__arrow_c_array__")):
        _refuse_objects_of_polars(X)
        try:
            table = pa.table(X) if not _mixes_kinds(X) else _column_by_column(X)
        except (pa.ArrowException, TypeError, ValueError, OverflowError) as error:
            if isinstance(error, GlassnetError):
                raise
            table = _column_by_column(X, error)
    elif isinstance(X, Mapping):
        table = _from_columns({str(name): values for name, values in X.items()})
    elif is_records(X):
        table = _from_records(X)
    elif isinstance(X, (np.ndarray, list, tuple)):
        return _from_array(X, names)
    else:
        raise WrongTypeError(
            "expected a data frame, a dict of columns or a two-dimensional array, "
            f"got {type(X).__module__}.{type(X).__qualname__}{way_into_memory(X)}"
        )
    table = _without_index(table)
    if names is not None:
        _check_width(table.num_columns, names)
        table = table.rename_columns(list(names))
    check_distinct(table.column_names)
    return of_known_types(table)


def is_records(X: Any) -> bool:
    """Return whether X is a list of dicts, one for each row."""
    return isinstance(X, (list, tuple)) and len(X) > 0 and all(isinstance(row, Mapping) for row in X)


# Methods that load lazy or remote frames into memory, in the order of preference.
INTO_MEMORY = ("toPandas", "to_pandas", "to_pandas_df", "to_pyarrow", "to_arrow", "collect", "compute", "to_dataframe")


def is_table(X: Any) -> bool:
    """Return whether X has columns."""
    if isinstance(X, (np.ndarray, type)):
        return bool(getattr(getattr(X, "dtype", None), "names", None))
    arrow = hasattr(X, "__arrow_c_stream__") or hasattr(X, "__arrow_c_array__")
    return arrow or _is_series(X) or (isinstance(X, Mapping) and not hasattr(X, "tocsr")) or is_records(X)


def is_elsewhere(X: Any) -> bool:
    """Return whether X is a frame that is not in memory, or not computed yet, and has a method that loads it."""
    arrayish = hasattr(X, "__array__") and not hasattr(X, "columns")
    return not (arrayish or is_table(X) or hasattr(X, "tocsr")) and bool(way_into_memory(X))


def way_into_memory(X: Any, name: str = "X") -> str:
    """Return how something that is no table itself becomes one."""
    if isinstance(X, type) or type(X).__module__.startswith("pandas"):
        return ""
    way = next((method for method in INTO_MEMORY if callable(getattr(X, method, None))), None)
    return f"; {name}.{way}() brings it into memory" if way else ""


def check_cells(table: pa.Table) -> None:
    """Raise if cells are lists or structures."""
    for field in table.schema:
        if pa.types.is_nested(field.type):
            raise DataError(f"column {field.name!r} holds {field.type}; {USABLE_CELLS}")


def check_distinct(names: Sequence[str], where: str = "the table") -> None:
    """Raise if two columns have one name."""
    twice = [repr(name) for name, count in Counter(names).items() if count > 1]
    if twice:
        raise DataError(f"{where} has several columns named {listed(twice)}; every column needs a name of its own")


def _without_index(table: pa.Table) -> pa.Table:
    """Return the table without the columns in which pandas keeps a frame's index."""
    index = [name for name in table.column_names if re.fullmatch(r"__index_level_\d+__", name)]
    named = _index_columns((table.schema.metadata or {}).get(b"pandas", b"{}"))
    index += [name for name in named if isinstance(name, str) and name in table.column_names]
    return table.drop_columns(list(dict.fromkeys(index))) if index else table


def _index_columns(metadata: bytes) -> list[Any]:
    """Return pandas' metadata on a frame's index; nothing where it is damaged, since the columns are still whole."""
    try:
        named = json.loads(metadata)["index_columns"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return []
    return named if isinstance(named, list) else []


def _from_columns(columns: dict[str, Any]) -> pa.Table:
    arrays = {}
    for name, values in columns.items():
        if isinstance(values, (str, bytes)) or not hasattr(values, "__len__"):
            raise WrongTypeError(
                f"column {name!r}: expected a list or array of cells, got {type(values).__name__}; "
                "[X] is a table of one row, where X holds one cell for each column"
            )
        arrays[name] = array_of_cells(name, values)
    lengths = {name: len(array) for name, array in arrays.items()}
    if len(set(lengths.values())) > 1:
        counts = listed(f"{name!r} {length}" for name, length in lengths.items())
        raise DataError(f"columns must have equally many cells, got {counts}")
    return pa.table(arrays)


def _from_records(rows: Sequence[Mapping[Any, Any]]) -> pa.Table:
    """Return rows that are dicts as a table; where they name different columns, in the order of the alphabet."""
    orders = {tuple(map(str, row)) for row in rows}
    keys = orders.pop() if len(orders) == 1 else sorted({key for order in orders for key in order})
    by_text = [{str(key): cell for key, cell in row.items()} for row in rows]
    return _from_columns({key: [row.get(key) for row in by_text] for key in keys})


def _from_array(X: Any, names: Sequence[str] | None) -> pa.Table:
    array = X if isinstance(X, np.ndarray) else _rows_to_array(X)
    if array.dtype.names:
        return as_table({name: array[name] for name in array.dtype.names}, names)
    if isinstance(array, np.matrix):
        array = np.asarray(array)
    if array.ndim != 2:
        hint = "; for one feature use X.reshape(-1, 1), for one sample X.reshape(1, -1)" if array.ndim == 1 else ""
        raise ShapeError(f"expected a two-dimensional array (samples, features), got shape {array.shape}{hint}")
    if array.dtype.kind not in "biufOSUMmT":
        raise WrongTypeError(f"expected an array of numbers, text or dates, got {array.dtype}")
    if names is None:
        names = [f"x{j}" for j in range(array.shape[1])]
    _check_width(array.shape[1], names)
    check_distinct(names)
    return of_known_types(pa.table({name: array_of_cells(name, array[:, j]) for j, name in enumerate(names)}))


def _rows_to_array(rows: Sequence[Any]) -> np.ndarray:
    widths = {len(row) if isinstance(row, (list, tuple, np.ndarray)) else None for row in rows}
    if len(widths) > 1 or None in widths or not rows:
        one = "; [X] is a table of one row" if rows and widths == {None} else ""
        raise ShapeError(f"expected rows of one width, each a list of cells, got rows that are not{one}")
    array = np.empty((len(rows), widths.pop() or 0), dtype=object)
    for i, row in enumerate(rows):
        array[i] = list(row)
    return array


def _refuse_objects_of_polars(X: Any) -> None:
    """Raise DataError if a polars frame holds Python objects, of which it exports only the addresses."""
    if type(X).__module__.startswith("polars"):
        for name, kind in getattr(X, "schema", {}).items():
            if str(kind) == "Object":
                raise DataError(f"column {name!r} holds Python objects; {USABLE_CELLS}")


def _mixes_kinds(X: Any) -> bool:
    """Return whether a column of a pandas frame holds objects of several types."""
    if not hasattr(X, "iloc") or not hasattr(X, "dtypes"):
        return False
    return any(are_of_several_kinds(X.iloc[:, j]) for j, kind in enumerate(X.dtypes) if kind == np.dtype(object))


def _column_by_column(X: Any, error: Exception | None = None) -> pa.Table:
    """Read a frame that Arrow cannot read as a whole; raise DataError or ShapeError where columns cannot be read."""
    if isinstance(X, (pa.Array, pa.ChunkedArray)):
        raise ShapeError(
            f"expected a data frame, got a {type(X).__name__}, one column; pa.table({{'name': X}}) makes it a table"
        ) from error
    names = list(getattr(X, "columns", ()))
    check_distinct([str(name) for name in names], "the data frame")
    if not names:
        raise DataError(f"the data frame cannot be read as columns of one kind each: {error}") from error
    return _from_columns({str(name): X[name] for name in names})


def _is_series(X: Any) -> bool:
    """Return whether X is one column of a frame."""
    return not isinstance(X, type) and hasattr(X, "to_frame") and len(getattr(X, "shape", ())) == 1


def _as_row(X: Any) -> str:
    return ", X.to_frame().T one of a single row" if hasattr(X, "iloc") else ""


def _check_width(width: int, names: Sequence[str]) -> None:
    if width != len(names):
        raise ShapeError(f"expected {len(names)} columns, one for each name, got {width}")
