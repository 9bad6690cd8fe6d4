"""Whatever holds columns (a data frame, a dict, a two-dimensional array) as one Arrow table."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np

from glassnet.errors import DataError, ShapeError, UnknownNameError, WrongTypeError
from glassnet.tables.cells import USABLE_CELLS, cell_values, clean, is_text, plain

if TYPE_CHECKING:
    import pyarrow as pa


def as_table(X: Any, names: Sequence[str] | None = None) -> pa.Table:
    """Return `X` as an Arrow table with one row per sample.

    Parameters
    ----------
    X : data frame, dict of columns, list of dicts, or array of shape (m, n)
        A frame is anything with the Arrow PyCapsule interface (pandas, polars, pyarrow, ...). The index of a pandas
        frame is not a column. An array's columns are named x0, x1, ...
    names : sequence of str, optional
        Names for the columns instead of those of `X`.

    Raises
    ------
    WrongTypeError
        `X` is nothing of the above.
    ShapeError
        An array is not two-dimensional, or the number of names is not the number of columns.
    DataError
        Two columns have one name, columns differ in length, or one mixes kinds of cells other than numbers and text.
    """
    import pyarrow as pa

    if isinstance(X, pa.Table):
        table = X
    elif hasattr(X, "__arrow_c_stream__") or hasattr(X, "__arrow_c_array__"):
        try:
            table = pa.table(X)
        except (pa.ArrowException, ValueError, TypeError) as error:
            table = _column_by_column(X, error)
    elif isinstance(X, Mapping):
        table = _from_columns({str(name): values for name, values in X.items()})
    elif isinstance(X, (list, tuple)) and X and all(isinstance(row, Mapping) for row in X):
        keys = dict.fromkeys(str(key) for row in X for key in row)
        table = _from_columns({key: [row.get(key) for row in X] for key in keys})
    elif isinstance(X, (np.ndarray, list, tuple)):
        return _from_array(X, names)
    else:
        raise WrongTypeError(
            "expected a data frame, a dict of columns or a two-dimensional array, "
            f"got {type(X).__module__}.{type(X).__qualname__}"
        )
    table = _without_views(_without_index(table))
    if names is not None:
        _check_width(table.num_columns, names)
        table = table.rename_columns(list(names))
    check_distinct(table.column_names)
    return table


def check_cells(table: pa.Table) -> None:
    """Raise DataError if a column's cells are lists or structures."""
    from pyarrow import types

    for field in table.schema:
        if types.is_nested(field.type):
            raise DataError(f"column {field.name!r} holds {field.type}; {USABLE_CELLS}")


def check_distinct(names: Sequence[str], where: str = "the table") -> None:
    """Raise DataError if two columns have one name."""
    twice = [repr(name) for name, count in Counter(names).items() if count > 1]
    if twice:
        raise DataError(f"{where} has several columns named {', '.join(twice)}; every column needs a name of its own")


def target_from_table(table: pa.Table, name: str) -> tuple[pa.Table, np.ndarray]:
    """Return the table without column `name`, and that column as a NumPy array.

    Raises
    ------
    UnknownNameError
        No column has that name.
    DataError
        The column has missing or infinite cells, or holds neither text, numbers nor truth values.
    """
    if name not in table.column_names:
        raise UnknownNameError.among("target column", name, table.column_names)
    return table.drop_columns([name]), _target(table[name], name)


def _target(column: pa.ChunkedArray, name: str) -> np.ndarray:
    import pyarrow as pa
    import pyarrow.compute as pc

    types = pa.types
    column = plain(column)
    if is_text(column.type):
        column = clean(column)
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


def _without_index(table: pa.Table) -> pa.Table:
    """Leave out the columns into which pandas puts a frame's index."""
    index = [name for name in table.column_names if re.fullmatch(r"__index_level_\d+__", name)]
    named = _index_columns((table.schema.metadata or {}).get(b"pandas", b"{}"))
    index += [name for name in named if isinstance(name, str) and name in table.column_names]
    return table.drop_columns(list(dict.fromkeys(index))) if index else table


def _index_columns(metadata: bytes) -> list[Any]:
    """Return what pandas noted of a frame's index; nothing where a file's note is broken: the columns still stand."""
    try:
        named = json.loads(metadata)["index_columns"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return []
    return named if isinstance(named, list) else []


def _without_views(table: pa.Table) -> pa.Table:
    """Turn string views (polars) into plain strings, which every function of Arrow takes."""
    import pyarrow as pa

    plain = [
        field.with_type(pa.large_string()) if pa.types.is_string_view(field.type) else field for field in table.schema
    ]
    return table.cast(pa.schema(plain))


def _from_columns(columns: dict[str, Any]) -> pa.Table:
    import pyarrow as pa

    arrays = {}
    for name, values in columns.items():
        if isinstance(values, (str, bytes)) or not hasattr(values, "__len__"):
            raise WrongTypeError(f"column {name!r}: expected a list or array of cells, got {type(values).__name__}")
        arrays[name] = _cells(name, values)
    lengths = {name: len(array) for name, array in arrays.items()}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{name!r} {length}" for name, length in lengths.items())
        raise DataError(f"columns must have equally many cells, got {told}")
    return pa.table(arrays)


def _from_array(X: Any, names: Sequence[str] | None) -> pa.Table:
    import pyarrow as pa

    array = X if isinstance(X, np.ndarray) else _rows_to_array(X)
    if array.dtype.names:
        return as_table({name: array[name] for name in array.dtype.names}, names)
    if array.ndim != 2:
        hint = "; for one feature use X.reshape(-1, 1), for one sample X.reshape(1, -1)" if array.ndim == 1 else ""
        raise ShapeError(f"expected a two-dimensional array (samples, features), got shape {array.shape}{hint}")
    if array.dtype.kind not in "biufOSUMm":
        raise WrongTypeError(f"expected an array of numbers, text or dates, got {array.dtype}")
    if names is None:
        names = [f"x{j}" for j in range(array.shape[1])]
    _check_width(array.shape[1], names)
    check_distinct(names)
    return pa.table({name: _cells(name, array[:, j]) for j, name in enumerate(names)})


def _rows_to_array(rows: Sequence[Any]) -> np.ndarray:
    widths = {len(row) if isinstance(row, (list, tuple, np.ndarray)) else None for row in rows}
    if len(widths) > 1 or None in widths or not rows:
        raise ShapeError("expected rows of one width, each a list of cells, got rows that are not")
    array = np.empty((len(rows), widths.pop() or 0), dtype=object)
    for i, row in enumerate(rows):
        array[i] = list(row)
    return array


def _cells(name: str, values: Any) -> pa.Array:
    import pyarrow as pa

    if isinstance(values, np.ndarray) and values.dtype.kind == "U":
        values = values.astype(object)
    try:
        return pa.array(values, from_pandas=True)  # NaN is a missing cell
    except (pa.ArrowException, ValueError, TypeError, OverflowError) as error:
        if (words := _as_words(values)) is not None:
            return pa.array(words, pa.large_string())
        raise DataError(f"column {name!r}{_odd_cell(values)}: {error.args[0] if error.args else error}") from error


def _column_by_column(X: Any, error: Exception) -> pa.Table:
    """Read a frame that Arrow cannot read as a whole; raise what is to be said of it where columns cannot be read."""
    if len(getattr(X, "shape", ())) == 1:
        raise ShapeError(
            f"expected a data frame, got a {type(X).__name__}, one column; X.to_frame() makes it a frame"
        ) from error
    names = list(getattr(X, "columns", ()))
    check_distinct([str(name) for name in names], "the data frame")
    if not names:
        raise DataError(f"the data frame cannot be read as columns of one kind each: {error}") from error
    return _from_columns({str(name): X[name] for name in names})


def _as_words(values: Any) -> list[str | None] | None:
    """Return cells that mix text with numbers as text, as any table program would read them; None if others are there.

    A number in a CSV file has no point where it is whole, and a missing cell is missing: 3.0 is "3", NaN None.
    """
    words: list[str | None] = []
    for value in values:
        if isinstance(value, str):
            words.append(value)
        elif value is None or type(value).__name__ in {"NAType", "NaTType"}:
            words.append(None)
        elif isinstance(value, (bool, np.bool_, Real, Decimal)):
            number = str(value).removesuffix(".0") if isinstance(value, (float, np.floating)) else str(value)
            words.append(None if number == "nan" else number)
        else:
            return None
    return words


def _odd_cell(values: Any) -> str:
    """Return where a column's cells stop being of one kind."""
    kinds = [type(value) for value in values]
    for row, (kind, value) in enumerate(zip(kinds, values, strict=True), start=1):
        if kind is not kinds[0] and value is not None and kinds[0] is not type(None):
            return f", row {row}: {value!r} is {kind.__name__} where row 1 is {kinds[0].__name__}"
    return " mixes kinds of cells"


def _check_width(width: int, names: Sequence[str]) -> None:
    if width != len(names):
        raise ShapeError(f"expected {len(names)} columns, one for each name, got {width}")
