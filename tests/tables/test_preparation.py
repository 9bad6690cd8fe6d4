"""Columns become numbers as the training rows decide: worked by hand, then as properties of any table."""

import contextlib
import datetime as dt
import json
import math
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from glassnet.errors import DataError, DataWarning, SettingError, ShapeError, UnknownNameError, WrongTypeError
from glassnet.tables import Pictures, Preparation, as_table, fit_preparation
from glassnet.tables.columns.column import FitOptions, UninformativeColumn
from glassnet.tables.columns.number import NumberColumn


def fitted(**columns):
    return fit_preparation(as_table(columns))


def scaled(z):
    return z / math.sqrt(1 + (z / 3) ** 2)


def test_numbers_by_hand():
    # Median of 1, 3, 5 is 3, the quartiles are 2 and 4: z = -1, 0, 0, 1.
    preparation = fitted(a=[1, None, 3, 5])
    assert preparation.feature_names == ["a", "a=(missing)"]
    expected = [[scaled(-1), 0], [0, 1], [0, 0], [scaled(1), 0]]
    result = preparation.transform({"a": [1, None, 3, 5]}, dtype=np.float64)
    np.testing.assert_allclose(result, expected, rtol=1e-15)
    np.testing.assert_array_equal(preparation.transform({"a": [7.0, np.nan]})[:, 1], [0, 1])


def test_result_is_float32_rows():
    result = fitted(a=[1, 2], b=["u", "v"]).transform({"b": ["u"], "a": [2]})
    assert (result.dtype, result.shape, result.flags.c_contiguous) == (np.float32, (1, 3), True)
    np.testing.assert_allclose(result, [[scaled(1), 1, 0]], rtol=1e-6)  # quartiles of 1, 2: 1.25, 1.75


def test_missing_only_later_is_the_median():
    preparation = fitted(a=[1, 2, 9])
    assert preparation.feature_names == ["a"]
    np.testing.assert_array_equal(preparation.transform({"a": [None]}), preparation.transform({"a": [2]}))


def test_one_value_or_missing():
    preparation = fitted(a=[5, None, 5])
    assert preparation.feature_names == ["a=(missing)"]
    np.testing.assert_array_equal(preparation.transform({"a": [None, 8]}), [[1], [0]])


def test_categories_by_hand():
    preparation = fitted(c=["red", "blue", None, "red"])
    assert preparation.feature_names == ["c=blue", "c=red", "c=(missing)"]
    result = preparation.transform({"c": ["red", " blue ", None, "?", "green"]})
    np.testing.assert_array_equal(result, [[0, 1, 0], [1, 0, 0], [0, 0, 1], [0, 0, 1], [0, 0, 0]])


def test_missing_only_later_is_no_category():
    np.testing.assert_array_equal(fitted(c=["a", "b"]).transform({"c": [None]}), [[0, 0]])


def test_rare_categories_share_a_feature():
    cells = ["a"] * 4 + ["b"] * 3 + ["c"] * 2 + ["d"]
    preparation = fit_preparation({"c": cells}, max_categories=2)
    assert preparation.feature_names == ["c=a", "c=b", "c=(other)"]
    assert "many values: the 2 most frequent have a feature each" in preparation.notes[0]
    np.testing.assert_array_equal(preparation.transform({"c": ["a", "d", "new"]}), [[1, 0, 0], [0, 0, 1], [0, 0, 1]])
    with pytest.raises(SettingError, match="max_categories"):
        fit_preparation({"c": cells}, max_categories=0)


@pytest.mark.parametrize("cells", [[3], [3.0], ["3"], [Decimal(3)], pa.array([3]).dictionary_encode()])
def test_numbers_where_training_saw_text(cells):
    np.testing.assert_array_equal(fitted(c=["3", "x", "y"]).transform(pa.table({"c": cells})), [[1, 0, 0]])


def test_dates_and_truth_values_where_training_saw_text():
    preparation = fitted(c=["2020-01-05", "TRUE", "x"])
    np.testing.assert_array_equal(preparation.transform({"c": [dt.date(2020, 1, 5)]}), [[1, 0, 0]])
    np.testing.assert_array_equal(preparation.transform({"c": [True]}), [[0, 1, 0]])


def test_dates_by_hand():
    # Days since the first: 0, 31, 60, whose interquartile range is 30; Wednesday, Saturday, Sunday.
    days = [dt.date(2020, 1, 1), dt.date(2020, 2, 1), dt.date(2020, 3, 1)]
    preparation = fitted(d=days)
    names = preparation.feature_names
    assert names[:3] == ["d", "d season sin", "d season cos"]
    assert names[-7:] == [f"d weekday={day}" for day in ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")]
    result = preparation.transform({"d": days}, dtype=np.float64)
    z = (np.array([0, 31, 60]) - 31) / 30
    np.testing.assert_allclose(result[:, 0], z / np.sqrt(1 + (z / 3) ** 2), rtol=1e-12)
    np.testing.assert_allclose(result[:, 1], np.sin(2 * np.pi * np.array([0, 31, 60]) / 366), atol=1e-15)
    np.testing.assert_array_equal(result[:, -7:], np.eye(7)[[2, 5, 6]])


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_a_date_is_the_same_in_every_unit(unit):
    moments = [dt.datetime(1969, 12, 31, 23), dt.datetime(2024, 2, 29, 12, 30), None]
    preparation = fitted(d=moments)
    np.testing.assert_array_equal(
        preparation.transform(pa.table({"d": pa.array(moments, pa.timestamp(unit))})),
        preparation.transform({"d": ["1969-12-31 23:00", "2024-02-29 12:30", ""]}),
    )
    assert {"d clock sin", "d clock cos 6", "d=(missing)"} < set(preparation.feature_names)


def test_every_kind_of_column():
    n = 12
    table = pa.table(
        {
            "decimal": pa.array([Decimal(i) / 4 for i in range(n)]),
            "category": pa.array(["a", "b"] * 6).dictionary_encode(),
            "view": pa.array(["a", "b"] * 6, pa.string_view()),
            "large": pa.array(["a", "b"] * 6, pa.large_string()),
            "bytes": pa.array([b"a", b"b"] * 6),
            "unsigned": pa.array([2**63 + 2**40 * i for i in range(n)], pa.uint64()),
            "half": pa.array(np.arange(n, dtype=np.float16)),
            "truth": [True, False] * 6,
            "time": pa.array([dt.time(i) for i in range(n)]),
            "seconds": pa.array([dt.time(i) for i in range(n)], pa.time32("s")),
            "duration": pa.array([dt.timedelta(hours=i) for i in range(n)]),
            "date64": pa.array([dt.date(2020, 1, 1 + i) for i in range(n)], pa.date64()),
            "zone": pa.array([dt.datetime(2020, 1, 1 + i) for i in range(n)], pa.timestamp("ms", "Europe/Rome")),
        }
    )
    preparation = fit_preparation(table)
    result = preparation.transform(table, np.float64)
    assert {name.split("=")[0].split(" ")[0] for name in preparation.feature_names} == set(table.column_names)
    amounts = [j for j, name in enumerate(preparation.feature_names) if "=" not in name and " " not in name]
    np.testing.assert_allclose(np.median(result[:, amounts], axis=0), 0, atol=0.5)
    assert (np.ptp(result[:, amounts], axis=0) > 0.5).all()
    assert (abs(result[:, amounts]) < 3).all()
    place = preparation.feature_names.index
    np.testing.assert_array_equal(result[:, place("time")], result[:, place("seconds")])


def test_frames_of_every_library_agree():
    frame = pd.DataFrame(
        {
            "n": [1.0, np.nan, 3],
            "i": pd.array([1, None, 2], dtype="Int64"),
            "c": pd.Categorical(["u", "v", "u"]),
            "s": ["x", None, "y"],
            "t": pd.to_datetime(["2020-01-01", None, "2020-02-01"]),
            "b": [True, False, True],
        },
        index=[5, 6, 9],
    )
    preparation = fit_preparation(frame)
    np.testing.assert_array_equal(preparation.transform(frame), preparation.transform(pl.from_pandas(frame)))
    assert fit_preparation(pl.from_pandas(frame)) == preparation


def test_text_that_spells_numbers():
    preparation = fitted(a=["1.5", " ", "3"], b=[1, 1, 1])
    assert preparation.feature_names == ["a", "a=(missing)"]
    assert preparation.notes[1:] == ["column 'a' is text that spells numbers: used as numbers"]
    np.testing.assert_array_equal(preparation.transform({"a": [3.0]}), preparation.transform({"a": [" 3 "]}))


def test_a_few_words_among_numbers_are_reported():
    preparation = fitted(a=["1", "2", "3", "4", "oops", "1"])
    assert preparation.notes == [
        "column 'a' is used as categories although 83.3% of its cells are numbers; others are 'oops' "
        "(--number makes these missing)"
    ]


def test_dropped_columns_are_reported():
    n = 12
    preparation = fitted(
        use=[1, 2, 3] * 4,
        key=[f"k{i}" for i in range(n)],
        row=list(range(100, 100 + n)),
        user_id=[(7 * i) % 13 for i in range(n)],
        same=[2.5] * n,
        word=["x"] * n,
        nothing=[None] * n,
        day=[dt.date(2020, 1, 1)] * n,
    )
    assert preparation.feature_names == ["use"]
    assert preparation.notes == [
        "column 'key' has another value in every row, like an identifier: dropped (--keep key uses it).",
        "column 'user_id' has another value in every row, like an identifier: dropped (--keep user_id uses it).",
        "column 'row' counts the rows: dropped (--keep row uses it).",
        "column 'same' holds only the value 2.5: dropped.",
        "column 'word' holds only the value 'x': dropped.",
        "column 'nothing' holds no value: dropped.",
        "column 'day' holds only the date 2020-01-01: dropped.",
    ]
    assert preparation.transform({"use": [1]}).shape == (1, 1)


def test_many_dropped_columns_share_a_sentence():
    preparation = fitted(use=[1, 2], **{f"c{i}": [None, None] for i in range(12)})
    assert preparation.notes == [
        "12 columns dropped, each of which holds no value: c0, c1, c2, c3, c4, c5, c6, c7, c8, c9 and 2 more."
    ]


@pytest.mark.parametrize("name", ["id", "ID", "customerID", "user_id", "Order Id", "rowid", "uuid"])
def test_names_of_identifiers(name):
    assert fitted(a=[1, 2, 1], **{name: [5, 3, 9]}).feature_names == ["a"]


@pytest.mark.parametrize("name", ["paid", "humid", "Acid", "idle", "x"])
def test_names_of_amounts(name):
    assert name in fitted(a=[1, 2, 1], **{name: [5, 3, 9]}).feature_names


def test_what_is_unique_but_no_identifier():
    values = np.arange(20)
    preparation = fitted(even=2 * values, float=values + 0.5, few=(values % 19), down=values[::-1].copy())
    assert preparation.feature_names == ["even", "float", "few", "down"]
    assert fitted(c=["a", "b", "c"]).feature_names == ["c=a", "c=b", "c=c"]


def test_the_users_word_counts():
    columns = {"zip": [100, 200, 100], "id": [3, 1, 2], "a": [1, 2, 3]}
    preparation = fit_preparation(columns, categorical=["zip"], keep=["id"], drop=["a"])
    assert preparation.feature_names == ["zip=100", "zip=200", "id"]
    assert preparation.notes == ["column 'a' was to be left out: dropped."]
    np.testing.assert_array_equal(preparation.transform({"zip": ["200"], "id": [2]}), [[0, 1, 0]])
    with pytest.raises(UnknownNameError, match=r"unknown column 'zap' \(did you mean 'zip'\?\)"):
        fit_preparation(columns, categorical=["zap"])


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ({"a": [[1], [2]]}, "column 'a' holds list<item: int64>"),
        ({"a": [{"b": 1}, None]}, "column 'a' holds struct"),
        ({"a": [b"\xff", b"\xfe"]}, "column 'a' holds bytes that are not text"),
        ({"a": [1, np.inf]}, "column 'a', row 2: inf is not a finite number"),
        ({"a": [1, -np.inf]}, "column 'a', row 2: -inf is not a finite number"),
        (
            {"a": [1, 1], "b": [None, None]},
            "no column is left to learn from: column 'a' holds only the value 1: dropped",
        ),
        ({}, "at least one column besides the target"),
        ({"a": []}, "expected at least one training row, got none"),
    ],
)
def test_tables_that_cannot_be_learnt_from(columns, told):
    with pytest.raises(DataError, match=told):
        fit_preparation(columns)


TRAINING = {"age": [1, 2, 3.5], "word": ["x", "y", "x"], "day": ["2020-01-01", "2021-05-02", "2020-03-03"]}


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"age": ["b", "abc", "3"]}, "column 'age', row 1: text where training saw numbers: 'b'"),
        ({"age": ["", "2020-01-01", ""]}, "column 'age', row 2: text where training saw numbers: '2020-01-01'"),
        ({"age": [dt.date(2020, 1, 1)] * 3}, r"column 'age': date32\[day\] where training saw numbers"),
        ({"age": [[1], [2], [3]]}, "column 'age': list<item: int64> where training saw numbers"),
        ({"age": [1, -np.inf, 2]}, "column 'age', row 2: -inf is not a finite number"),
        (
            {"day": ["later", "soon", "2020-01-01"]},
            "column 'day', row 1: text where training saw dates such as .*: 'later'",
        ),
        ({"day": [1, 2, 3]}, "column 'day': int64 where training saw dates"),
    ],
)
def test_cells_that_cannot_be_used(changed, told):
    with pytest.raises(DataError, match=told):
        fit_preparation(TRAINING).transform({**TRAINING, **changed})


def test_a_few_cells_that_cannot_be_read_are_missing():
    table = pd.DataFrame({"age": ["1", "2", "3", "4"]})
    preparation = fit_preparation(table)
    with pytest.warns(DataWarning, match="'age': 1 cell of 4 cannot be read as numbers, the first in row 2: 'abc'"):
        rows = preparation.transform(pd.DataFrame({"age": ["1", "abc", "3", "4"]}))
    assert (rows == preparation.transform(pd.DataFrame({"age": ["1", None, "3", "4"]}))).all()


def test_columns_are_found_by_name():
    preparation = fit_preparation(TRAINING)
    turned = dict(reversed(TRAINING.items()))
    np.testing.assert_array_equal(preparation.transform(TRAINING), preparation.transform({"more": [[1]] * 3, **turned}))
    with pytest.raises(
        DataError, match=r"column 'age' .* is missing \(did you mean 'Age'\?\); columns: Age, word, day"
    ):
        preparation.transform({("Age" if name == "age" else name): cells for name, cells in TRAINING.items()})
    with pytest.raises(DataError, match="expected at least one row, got none"):
        preparation.transform(as_table(TRAINING).slice(0, 0))
    with pytest.raises(SettingError, match="dtype must be float32 or float64, got int64"):
        preparation.transform(TRAINING, np.int64)


def test_arrays():
    X = np.random.default_rng(0).normal(size=(50, 3))
    preparation = fit_preparation(X)
    assert preparation.feature_names == ["x0", "x1", "x2"]
    low, middle, high = np.quantile(X, [0.25, 0.5, 0.75], axis=0)
    Z = (X - middle) / (high - low)
    np.testing.assert_allclose(preparation.transform(X, np.float64), Z / np.sqrt(1 + (Z / 3) ** 2), rtol=1e-12)
    with pytest.raises(ShapeError, match="expected 3 columns as in training, got 4"):
        preparation.transform(np.zeros((1, 4)))


def test_pictures():
    images = np.random.default_rng(0).integers(0, 256, (4, 2, 3, 3), dtype=np.uint8)
    preparation = fit_preparation(Pictures(images, "planes"))
    rows = preparation.transform(Pictures(images), np.float64)  # the order of training counts
    np.testing.assert_array_equal(rows, images.transpose(0, 3, 1, 2).reshape(4, -1) / 255)
    assert preparation.transform(images).dtype == np.float32
    assert preparation.feature_names[:2] == ["y0 x0 red", "y0 x1 red"]
    assert len(preparation.feature_names) == preparation.n_features == 18
    with pytest.raises(ShapeError, match=r"2 x 3 x 3 = 18 .*got 4 x 4 x 3 = 48"):
        preparation.transform(Pictures(np.zeros((1, 4, 4, 3), np.uint8)))
    with pytest.raises(WrongTypeError, match="expected pictures as in training, got a table of 3 columns"):
        preparation.transform(TRAINING)
    with pytest.raises(WrongTypeError, match="expected a table with columns age, word, day, got pictures"):
        fit_preparation(TRAINING).transform(Pictures(images))


@pytest.mark.parametrize("size", [1e-310, 1e-200, 1.0, 1e200, 1e307])
def test_numbers_of_any_size(size):
    values = size * np.array([1.0, 2, 3, 4])
    result = fitted(a=values).transform({"a": values}, np.float64)[:, 0]
    np.testing.assert_allclose(result, [scaled(-1), scaled(-1 / 3), scaled(1 / 3), scaled(1)], rtol=1e-9)
    far = fitted(a=values).transform({"a": [1e308, -1e308]})[:, 0]
    assert (abs(far) <= 3).all()


# Properties of any table.

numbers = st.one_of(st.none(), st.integers(-(2**53), 2**53), st.floats(-1e30, 1e30).map(lambda x: x or 0.5))
texts = st.one_of(st.none(), st.sampled_from(["a", "b", "3", "3.0", "x y", "?", "true"]), st.text("abc ", max_size=3))
moments = st.one_of(st.none(), st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2100, 1, 1)))


@st.composite
def tables(draw):
    n = draw(st.integers(2, 9))

    def column(cells, kind):
        return pa.array(draw(st.lists(cells, min_size=n, max_size=n)), kind)

    varied = pa.array([i % 2 for i in range(n)])
    return pa.table(
        {
            "varied": varied,
            "number": column(numbers.map(lambda x: None if x is None else float(x)), pa.float64()),
            "truth": column(st.none() | st.booleans(), pa.bool_()),
            "text": column(texts, pa.string()),
            "moment": column(moments, pa.timestamp("us")),
        }
    )


@settings(max_examples=80, deadline=None)
@given(tables())
def test_a_row_does_not_depend_on_the_others(table):
    preparation = fit_preparation(table)
    whole = preparation.transform(table)
    assert np.isfinite(whole).all()
    assert whole.shape == (len(table), preparation.n_features)
    for i in range(len(table)):
        np.testing.assert_array_equal(preparation.transform(table.slice(i, 1))[0], whole[i])


@pytest.mark.filterwarnings("ignore::glassnet.errors.DataWarning")
@settings(max_examples=60, deadline=None)
@given(tables(), tables())
def test_only_training_rows_decide(training, others):
    preparation = fit_preparation(training)
    document = json.dumps(preparation.to_document())
    with contextlib.suppress(DataError):  # text where training's text spelled numbers
        preparation.transform(others)
    assert json.dumps(preparation.to_document()) == document
    again = Preparation.from_document(json.loads(document))
    assert again == preparation
    np.testing.assert_array_equal(again.transform(training, np.float64), preparation.transform(training, np.float64))


def test_bins_fill_up_by_hand():
    values = np.repeat([0.0, 10.0, 20.0, 30.0, 50.0], [400, 1, 1, 1, 1])  # 0 would fill a bin alone
    column = NumberColumn.fit("a", pa.chunked_array([values]), FitOptions(bins=4))
    np.testing.assert_allclose(column.edges, [0, 10, 20, 30, 50])  # 0, and the others' quantiles at thirds
    column = NumberColumn("a", 5.0, 10.0, (0.0, 10.0, 30.0), False)
    out = np.empty((4, 3))
    column.fill(pa.chunked_array([[-7.0, 5.0, 20.0, 99.0]]), out)
    np.testing.assert_allclose(out[:, 1:], [[0, 0], [0.25, 0], [0.5, 0.25], [0.5, 0.5]])


@example([0.0, 5e-324], 3)
@given(st.lists(st.floats(-1e300, 1e300), min_size=2, max_size=60), st.integers(3, 12))
def test_bins_are_monotone_and_bounded(values, bins):
    try:
        column = NumberColumn.fit("a", pa.chunked_array([np.array(values)]), FitOptions(bins))
    except UninformativeColumn:
        assert len(set(values)) == 1
        return
    assert list(column.edges) == sorted(set(column.edges))
    out = np.empty((len(values), len(column.features)))
    column.fill(pa.chunked_array([np.sort(values)]), out)
    assert np.isfinite(out).all()
    assert (np.diff(out, axis=0) >= -1e-12).all()
    assert (abs(out[:, 0]) <= 3).all()
    assert ((out[:, 1:] >= 0) & (out[:, 1:] <= 0.5)).all()


def test_how_many_bins_follow_from_rows_and_columns():
    rng = np.random.default_rng(0)
    n_features = {
        shape: fit_preparation(rng.normal(size=shape)).n_features for shape in [(100, 2), (640, 2), (6400, 400)]
    }
    assert n_features == {(100, 2): 2, (640, 2): 2 + 2 * 10, (6400, 400): 400}
    assert fit_preparation(rng.normal(size=(640, 2)), bins=False).n_features == 2
