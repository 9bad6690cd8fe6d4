"""y as a user gives it becomes an array of labels or of numbers; what could not be returned as given is refused.

==========================================  =========================  =============================
y holds                                     labels of a classifier     numbers of a regressor
==========================================  =========================  =============================
bool, nullable or object bool               bool                       0 and 1
int, nullable Int64, object int             int                        float
float                                       whole numbers as float     float
str, StringDType, categories of text        str                        refused
categories                                  as their values            as their values
Decimal, whole numbers beyond 64 bits       refused                    float
date, time, duration, Period, Interval      refused                    refused
bytes, tuple, list, set, other objects      refused                    refused
str beside int, bool beside int             refused                    refused; numbers
None, NaN, pd.NA, NaT, masked               refused                    refused
a table of 0 and 1                          several labels a row       several numbers a row
==========================================  =========================  =============================

Series, frames of one column and arrays of pandas, polars and Arrow are read by their cells.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from numbers import Integral, Real
from typing import Any

import numpy as np

from glassnet.arrays.sparse_columns import is_sparse
from glassnet.errors import DataError
from glassnet.estimators.foreign_arrays import in_memory
from glassnet.tables.frames import is_elsewhere
from glassnet.tables.object_cells import MISSING_TYPES
from glassnet.typing import Array

MAX_TARGET = 1e150  # its square is still a float


def given_labels(y: Any, name: str = "y") -> Any:
    """Return y as an array of truth values, whole numbers or text, or as a sparse table.

    Parameters
    ----------
    y : array_like (m,) or (m, n_labels)
        Labels. None is returned as it is.
    name : str
        What it is, for messages.

    Returns
    -------
    array or sparse array
        Of y's shape and type; floating-point numbers stay, though only whole ones are labels.

    Raises
    ------
    DataError
        If labels are missing, or of a kind that is none of these.
    """
    array = _of_kinds(y, name, LABELS, "biufUO")
    return array.astype(str) if isinstance(y, (list, tuple)) and array.dtype == object else array


def given_numbers(y: Any, name: str = "y") -> Any:
    """Return y as an array of numbers.

    Parameters
    ----------
    y : array_like (m,) or (m, n_outputs)
        Numbers. None is returned as it is.
    name : str
        What it is, for messages.

    Returns
    -------
    array
        Of y's shape: truth values, whole or floating-point numbers. Sparse tables are returned as they are.

    Raises
    ------
    DataError
        If cells are missing, no numbers, or beyond 1e150.
    """
    array = _of_kinds(y, name, NUMBERS, "biuf")
    if isinstance(array, np.ndarray) and array.dtype.kind == "f" and array.size:
        with np.errstate(invalid="ignore"):
            most = np.fmax.reduce(np.abs(array), axis=None)
        if MAX_TARGET < most < np.inf:
            raise DataError(
                f"{name} holds numbers up to {most:.3g}; beyond {MAX_TARGET:g} their squares are no floats: divide "
                f"{name} by a constant, and multiply the predictions by it"
            )
    return array


LABELS = "expected text, whole numbers or true and false as labels, such as [str(label) for label in {name}]"
NUMBERS = "expected numbers to estimate{such}"
KINDS = {"M": "dates", "m": "durations", "S": "bytes", "V": "records", "U": "text", "c": "complex numbers"}
CONVERSIONS = {  # to numbers, of an array and of a list
    "dates": (
        "days since the first: ({name} - {name}.min()) / np.timedelta64(1, 'D')",
        "days since the first: [(day - min({name})).days for day in {name}]",
    ),
    "durations": ("seconds: {name} / np.timedelta64(1, 's')", "seconds: [length.total_seconds() for length in {name}]"),
}
SEVERAL = ("tuple", "list", "set", "frozenset", "ndarray", "several columns of text")


def _refusal(name: str, kind: str, expected: str, *, objects: bool = True) -> DataError:
    such = f", such as {CONVERSIONS[kind][objects].format(name=name)}" if kind in CONVERSIONS else ""
    several = "; for several labels a row give the 0/1 table of sklearn.preprocessing.MultiLabelBinarizer"
    more = several * (expected is LABELS and kind in SEVERAL)
    refused = "Complex data not supported: " * kind.startswith("complex")  # scikit-learn's checks look for it
    return DataError(f"{refused}{name} holds {kind}; {expected.format(name=name, such=such)}{more}")


def _of_kinds(y: Any, name: str, expected: str, kinds: str) -> Any:
    """Return y as an array of one of some kinds, by NumPy's letters; None and sparse tables as they are."""
    array = _array(y, name)
    if isinstance(array, np.ndarray):
        if array.dtype == object:
            array = _of_one_kind(array, name, expected)
        if array.dtype.kind not in kinds:
            raise _refusal(name, KINDS.get(array.dtype.kind, str(array.dtype)), expected, objects=False)
    return array


def _array(y: Any, name: str) -> Any:
    """Return y as an array, of objects where its cells have to be looked at; None and sparse tables as they are."""
    if y is None or is_sparse(y):
        return y
    y = _cells(y) if not is_elsewhere(y) else y
    # Lists as objects: NumPy would turn all labels into text where some are missing.
    array = np.array(y, dtype=object) if isinstance(y, (list, tuple)) else np.asarray(in_memory(name, y))
    if array.dtype.kind == "T":
        return array.astype(object)
    return array.astype(np.float64) if array.dtype.kind == "f" and array.dtype.itemsize > 8 else array


def _cells(y: Any) -> Any:
    """Return the cells of a column or frame of pandas, polars or Arrow as Python's; NumPy's and lists as they are."""
    if isinstance(y, (np.ndarray, list, tuple)) or isinstance(getattr(y, "dtype", None), np.dtype):
        return y
    if hasattr(y, "columns"):
        if hasattr(y, "iloc"):
            all_numpy = all(isinstance(kind, np.dtype) for kind in y.dtypes)
            return y.to_numpy() if all_numpy else y.to_numpy(dtype=object)
        columns = y.get_columns() if hasattr(y, "get_columns") else y.columns
        return list(zip(*map(_cells, columns), strict=True))
    for method in ("to_pylist", "tolist", "to_list"):  # Arrow, pandas, polars
        if hasattr(y, method):
            return getattr(y, method)()
    return y


def _of_one_kind(array: Array, name: str, expected: str) -> Array:
    """Return an array of objects as one of truth values, numbers or text; raise DataError if it is none."""
    cells = array.ravel().tolist()
    kinds = {_kind(cell) for cell in {type(cell): cell for cell in cells}.values()}
    several = array.ndim > 1 and array.shape[1] > 1
    if "missing" in kinds or (kinds & {"numbers", "Decimal"} and (array != array).any()):  # noqa: PLR0124 - NaN alone
        raise _missing(cells, name, array.shape[1] if several else 1)
    if "text" in kinds and several:
        raise _refusal(name, "several columns of text", expected)
    if kinds == {"text"}:
        return array if expected is LABELS else array.astype(str)
    if kinds == {"truth values"}:
        return array.astype(bool)
    numbers = {"whole numbers", "numbers"}
    if expected is NUMBERS:
        numbers |= {"truth values", "Decimal"}
    if not kinds <= numbers:
        raise _refusal(name, " and ".join(sorted(kinds)), expected)
    types = (np.int64, np.uint64) if kinds == {"whole numbers"} else (np.float64,)
    for dtype in types if expected is LABELS else (*types, np.float64):
        try:
            return array.astype(dtype)
        except OverflowError:
            pass
    raise _refusal(name, f"whole numbers beyond {'64 bits' if expected is LABELS else '1.8e308'}", expected)


def _missing(cells: list[Any], name: str, width: int) -> DataError:
    """Return the error for cells, `width` of them in a row, some of which are missing or NaN."""
    missing = [k for k, cell in enumerate(cells) if _kind(cell) == "missing" or bool(cell != cell)]  # noqa: PLR0124
    return DataError(
        f"Input {name} contains NaN: {len(missing)} cells are missing, the first in row {missing[0] // width + 1}; "
        "every row needs a known target"
    )


# What cells are, as messages name it: by type, then by the name of types of libraries that need not be there.
BY_TYPE: tuple[tuple[Any, str], ...] = (
    ((bool, np.bool_), "truth values"),
    (str, "text"),
    ((dt.timedelta, np.timedelta64), "durations"),
    (Integral, "whole numbers"),
    (Decimal, "Decimal"),
    (Real, "numbers"),
)
BY_NAME = {
    **dict.fromkeys(MISSING_TYPES, "missing"),
    **dict.fromkeys(("Timestamp", "datetime", "date", "datetime64"), "dates"),
}


def _kind(cell: Any) -> str:
    called = type(cell).__name__
    return BY_NAME.get(called) or next((name for kinds, name in BY_TYPE if isinstance(cell, kinds)), called)
