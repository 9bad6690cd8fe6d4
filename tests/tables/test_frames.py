"""Whatever holds columns becomes one Arrow table; what cannot is refused by name."""

import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from glassnet.errors import DataError, ShapeError, UnknownNameError, WrongTypeError
from glassnet.tables import as_table, target_from_table

COLUMNS = {"a": [1.0, None, 3.0], "b": ["x", "y", None]}


@pytest.mark.parametrize(
    "frame",
    [
        COLUMNS,
        pa.table(COLUMNS),
        pa.table(COLUMNS).to_batches()[0],
        pd.DataFrame({"a": [1, np.nan, 3], "b": ["x", "y", None]}),
        pl.DataFrame(COLUMNS),
        [{"a": 1.0, "b": "x"}, {"b": "y"}, {"a": 3.0}],
        np.array([(1.0, "x"), (np.nan, "y"), (3.0, None)], dtype=[("a", "f8"), ("b", "O")]),
    ],
    ids=["dict", "arrow", "batch", "pandas", "polars", "records", "structured"],
)
def test_every_frame_gives_the_same_table(frame):
    assert as_table(frame).to_pydict() == COLUMNS


@pytest.mark.parametrize("index", [[5, 6], ["p", "q"], pd.Index(["p", "q"], name="key")])
def test_the_index_of_pandas_is_no_column(index):
    assert as_table(pd.DataFrame({"a": [1, 2]}, index=index)).column_names == ["a"]


def test_numbers_as_names():
    assert as_table(pd.DataFrame(np.ones((2, 2)))).column_names == ["0", "1"]


def test_array():
    assert as_table(np.array([[1, 2], [3, 4]])).to_pydict() == {"x0": [1, 3], "x1": [2, 4]}
    assert as_table([[1, "a"], [None, "b"]], ["n", "t"]).to_pydict() == {"n": [1, None], "t": ["a", "b"]}
    assert as_table(np.array([[np.nan], [1]]))["x0"].null_count == 1


@pytest.mark.parametrize(
    ("frame", "error", "told"),
    [
        (5, WrongTypeError, "expected a data frame, a dict of columns or a two-dimensional array, got builtins.int"),
        (np.zeros(3), ShapeError, r"got shape \(3,\); for one feature use X.reshape"),
        (np.zeros((2, 2, 2)), ShapeError, r"got shape \(2, 2, 2\)"),
        (np.zeros((2, 2), complex), WrongTypeError, "complex128"),
        ([[1, 2], [3]], ShapeError, "rows of one width"),
        ({"a": [1], "b": [1, 2]}, DataError, "equally many cells, got 'a' 1, 'b' 2"),
        ({"a": 1}, WrongTypeError, "column 'a': expected a list or array of cells, got int"),
        ({"a": [1, b"x"]}, DataError, "column 'a', row 2: b'x' is bytes where row 1 is int"),
        (pd.DataFrame({"a": [1, {2}]}), DataError, r"column 'a', row 2: \{2\} is set where row 1 is int"),
        (pd.DataFrame(np.ones((1, 2)), columns=["a", "a"]), DataError, "several columns named 'a'"),
        (pa.table([[1], [2]], names=["a", "a"]), DataError, "several columns named 'a'"),
        (pd.Series([1]), ShapeError, "got a Series, one column"),
    ],
)
def test_what_is_no_table(frame, error, told):
    with pytest.raises(error, match=told):
        as_table(frame)


@pytest.mark.parametrize("frame", [dict, pd.DataFrame], ids=["dict", "pandas"])
def test_cells_that_mix_text_and_numbers_are_text(frame):
    """As a CSV file would hold them."""
    cells = [1, "x", 2.0, None, 0.1, True, Decimal("1.50"), float("nan"), np.int64(7), pd.NA]
    assert as_table(frame({"b": range(10), "a": cells}))["a"].to_pylist() == [
        "1", "x", "2", None, "0.1", "True", "1.50", None, "7", None
    ]  # fmt: skip


def test_width_of_names():
    with pytest.raises(ShapeError, match="expected 3 columns, one for each name, got 2"):
        as_table(np.zeros((1, 2)), ["a", "b", "c"])


@pytest.mark.parametrize(
    ("cells", "target"),
    [
        (["u", " v "], np.array(["u", "v"])),
        ([1, 2], np.array([1, 2])),
        ([True, False], np.array([True, False])),
        ([Decimal("1.5"), Decimal(2)], np.array([1.5, 2.0])),
        (pa.array(["u", "v"]).dictionary_encode(), np.array(["u", "v"])),
        (pa.array(np.array([1.5, 2], np.float16)), np.array([1.5, 2.0])),
        (pa.array(["u", "v"], pa.string_view()), np.array(["u", "v"])),
    ],
)
def test_target(cells, target):
    rest, y = target_from_table(pa.table({"a": [1, 2], "y": cells}), "y")
    assert rest.column_names == ["a"]
    assert y.dtype == target.dtype
    np.testing.assert_array_equal(y, target)


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ([None, None, np.nan], r"target column 'y' has no cell of 3 that is known: its cells hold None, nan"),
        (["", "?", "?"], r"no cell of 3 that is known: its cells hold '', '\?'"),
        ([1.0, np.inf, 2.0], "target column 'y', row 2: inf"),
        ([dt.date(2020, 1, 1)] * 3, "'y' holds date32.*: a date is estimated as a number"),
        ([[1]] * 3, "'y' is of type list"),
    ],
)
def test_target_that_cannot_be_used(cells, told):
    with pytest.raises(DataError, match=told):
        target_from_table(pa.table({"y": cells}), "y")


@pytest.mark.parametrize(
    ("cells", "y"),
    [([1.5, None, np.nan], [1.5]), (["a", "?", "b"], ["a", "b"]), (["1", " 2.5 ", "#N/A"], [1, 2.5])],
)
def test_rows_without_a_target_are_left_out(cells, y):
    rest, found = target_from_table(pa.table({"a": [0, 1, 2], "y": cells}), "y")
    assert found.tolist() == y
    assert rest["a"].to_pylist() == ([0] if len(y) == 1 else [0, 2] if y[1] == "b" else [0, 1])


def test_unknown_target():
    with pytest.raises(UnknownNameError, match=r"'survive' \(did you mean 'Survived'\?\); known: Survived, age"):
        target_from_table(pa.table({"Survived": [1], "age": [2]}), "survive")
