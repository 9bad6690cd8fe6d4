"""Every kind of cell that a frame may bring becomes numbers, text, truth values or dates, or is refused by name."""

import datetime as dt
import itertools
import uuid
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from glassnet import MLPClassifier, TabularClassifier
from glassnet.errors import DataError, GlassnetError, WrongTypeError
from glassnet.tables import as_table, fit_preparation

M = 24
I = np.arange(M)
HALF = np.linspace(-1, 1, M)
MONTHS = pd.period_range("2020-01", periods=12, freq="M")[I % 12]
WORDS = [f"v{k % 3}" for k in I]
DAYS = [dt.date(2020, 1, 1 + int(k)) for k in I]


def two(a, b):
    return [a, b] * (M // 2)


def objects(cells):
    return pd.Series(list(cells), dtype=object)


def arrow(kind, cells):
    cells = [None if k % 7 == 3 else cell for k, cell in enumerate(cells)]
    return pa.array(cells, kind)


def dictionary(values, kind=None):
    return pa.DictionaryArray.from_arrays(pa.array(I % 2), pa.array(values, kind))


def extension(name, storage, *described):
    """Return an array of one of Arrow's own extension types; None where the release has no such type."""
    make = getattr(pa, name, None)
    return None if make is None else pa.ExtensionArray.from_storage(make(*described), storage)


class Unknown(pa.ExtensionType):
    def __init__(self):
        super().__init__(pa.int64(), "somebody.s")

    def __arrow_ext_serialize__(self):
        return b""

    @classmethod
    def __arrow_ext_deserialize__(cls, storage_type, serialized):
        return cls()


NUMBERS = {
    "int8": pd.array(I, dtype=pd.ArrowDtype(pa.int8())),
    "uint64": np.iinfo(np.uint64).max - I.astype(np.uint64) * 1000000,
    "beyond 64 bits": objects(2**70 * int(k) for k in I),
    "beyond 64 bits beside floats": objects([2**70, 1.5, -3] * 8),
    "Int128": pl.Series([2**100 * int(k) for k in I], dtype=pl.Int128),
    "Int64": pd.array([None, *I[1:]], dtype="Int64"),
    "Float64": pd.array([None, *HALF[1:]], dtype="Float64"),
    "boolean": pd.array([None, *(I[1:] % 2 == 0)], dtype="boolean"),
    "bool8": extension("bool8", pa.array(I % 2, pa.int8())),
    "float16": I.astype(np.float16),
    "longdouble": I.astype(np.longdouble) / 3,
    "big-endian": HALF.astype(">f8"),
    "masked": np.ma.array(HALF, mask=I == 3),
    "sparse": pd.arrays.SparseArray(HALF * (I % 2)),
    "sparse truth": pd.arrays.SparseArray(I % 2 == 0, fill_value=False),
    "Decimal": objects(Decimal(int(k)) / 4 for k in I),
    "Decimal, int, float": objects([Decimal(1), 2, 2.5] * 8),
    "decimal256": arrow(pa.decimal256(60, 3), [Decimal(int(k)) for k in I]),
    "duration": pd.to_timedelta(I, unit="h"),
    "timedelta": objects(dt.timedelta(hours=int(k)) for k in I),
    "time": objects(dt.time(int(k) % 24) for k in I),
    "numbers of NumPy": objects([np.float32(1), np.int8(2), np.float64(3)] * 8),
    "runs of numbers": pa.RunEndEncodedArray.from_arrays([10, M], [1, 2]),
}
TEXT = {
    "cut": pd.cut(HALF, 4),
    "intervals": pd.arrays.IntervalArray.from_tuples([(k % 3, k % 3 + 1) for k in I]),
    "intervals as objects": objects(two(pd.Interval(0, 1), pd.Interval(1, 2))),
    "categories of periods": pd.Categorical(MONTHS),
    "categories of tuples": pd.Categorical(objects(two(("a", 1), ("b", 2)))),
    "categories of text and numbers": pd.Categorical(objects(["a", 1, 2.5] * 8)),
    "categories of dates": pd.Categorical(pd.date_range("2020", periods=3)[I % 3]),
    "categories of durations": pd.Categorical(pd.to_timedelta(I % 3, unit="D")),
    "categories of numbers": pd.Categorical(I % 4),
    "categories of bytes": pd.Categorical(two(b"a", b"b")),
    "categories of complex": pd.Categorical((I % 3) * 1j),
    "categories, some unused": pd.Categorical(two("a", "b"), categories=list("abcd")),
    "string": pd.array([None, *WORDS[1:]], dtype="string"),
    "StringDType": np.array(WORDS, dtype=np.dtypes.StringDType()),
    "text and beyond 64 bits": objects(two(2**70, "a")),
    "truth and numbers": objects(two(True, 2)),
    "bytes": objects(two(b"a", b"b")),
    "bytes and text": objects(two(b"a", "b")),
    "binary_view": arrow(pa.binary_view(), [word.encode() for word in WORDS]),
    "binary(2)": arrow(pa.binary(2), [word.encode() for word in WORDS]),
    "string_view": arrow(pa.string_view(), WORDS),
    "runs of text": pa.RunEndEncodedArray.from_arrays([10, M], ["a", "b"]),
    "uuid": objects(uuid.UUID(int=int(k) % 4) for k in I),
    "json": extension("json_", pa.array(two('{"a": 1}', "2"))),
    "dictionary of views": dictionary(["a", "b"], pa.string_view()),
    "dictionary of bytes": dictionary([b"a", b"b"], pa.binary_view()),
    "dictionary of dictionaries": pa.DictionaryArray.from_arrays(pa.array(I % 2), dictionary(["a", "b"])[:2]),
    "Enum": pl.Series(WORDS, dtype=pl.Enum(["v0", "v1", "v2"])),
    "polars Binary": pl.Series(two(b"a", b"b")),
}  # fmt: skip
DATES = {
    "periods": MONTHS,
    "quarters": pd.period_range("2020", periods=M, freq="Q-JAN"),
    "weeks": pd.period_range("2020", periods=M, freq="W"),
    "periods, one missing": pd.PeriodIndex([pd.NaT, *MONTHS[1:]]),
    "periods as objects": objects([None, *MONTHS[1:]]),
    "dates": objects(DAYS),
    "dates and times": objects([DAYS[0], dt.datetime(2020, 1, 1, 3), None, DAYS[2]] * 6),
    "times and dates": objects([dt.datetime(2020, 1, 1, 3), DAYS[0], None, DAYS[2]] * 6),
    "time zones": pd.date_range("2020", periods=M, tz="Europe/Berlin"),
    "several time zones": objects(two(pd.Timestamp("2020", tz="UTC"), pd.Timestamp("2021", tz="Asia/Tokyo"))),
    "date64": arrow(pa.date64(), DAYS),
}
NOTHING = {
    "empty categories": pd.Categorical([None] * M),
    "NaT": pd.Series([pd.NaT] * M),
    "null": pa.nulls(M),
    "polars Null": pl.Series([None] * M),
}
REFUSED = {
    "complex": HALF * 1j,
    "complex as objects": objects(two(1j, 2j)),
    "beyond a float": objects(two(10**400, 1)),
    "more digits than Python writes": objects(two(10**5000, "a")),
    "infinite": objects([Decimal("Infinity"), *map(Decimal, range(1, M))]),
    "tuples": objects(two((1, 2), (3, 4))),
    "lists": objects(two([1], [2, 3])),
    "lists of several kinds": objects([[1, "a"]] * M),
    "sets": objects([{1}] * M),
    "dicts": objects([{"a": 1}] * M),
    "arrays": objects([np.zeros(2)] * M),
    "frames": objects([pd.DataFrame()] * M),
    "objects": objects([object()] * M),
    "types": objects(two(int, float)),
    "ranges": objects([range(2)] * M),
    "offsets": objects(two(pd.offsets.Day(1), pd.offsets.Day(2))),
    "dates and text": objects(two(DAYS[0], "x")),
    "bytes that are no text": objects(two(b"\xff", b"b")),
    "half a character": objects(two("\ud800", "b")),
    "list": arrow(pa.list_(pa.int8()), [[1]] * M),
    "list of two": arrow(pa.list_(pa.int8(), 2), [[1, 2]] * M),
    "list_view": arrow(pa.list_view(pa.int8()), [[1]] * M),
    "struct": arrow(pa.struct([("a", pa.list_(pa.int8()))]), [{"a": [1]}] * M),
    "map": arrow(pa.map_(pa.string(), pa.int8()), [[("a", 1)]] * M),
    "month_day_nano_interval": arrow(pa.month_day_nano_interval(), [(1, 2, 3)] * M),
    "union": pa.UnionArray.from_sparse(pa.array(I % 2, pa.int8()), [pa.array(I), pa.array(WORDS)]),
    "dictionary of lists": dictionary([[1], [2]]),
    "dictionary of structs": dictionary([{"a": 1}, {"a": 2}]),
    "dictionary of intervals": dictionary([(1, 2, 3), (1, 2, 4)], pa.month_day_nano_interval()),
    "dictionary of bytes that are no text": dictionary([b"\xff", b"b"]),
    "tensor": extension("fixed_shape_tensor", pa.array([[1, 2]] * M, pa.list_(pa.int8(), 2)), pa.int8(), [2]),
    "opaque": extension("opaque", pa.array(I), pa.int64(), "a", "b"),
    "unknown extension": pa.ExtensionArray.from_storage(Unknown(), pa.array(I)),
    "polars Object": pl.Series([object()] * M, dtype=pl.Object),
    "polars Array": pl.Series([[1, 2]] * M, dtype=pl.Array(pl.Int8, 2)),
    "polars Struct": pl.Series([{"a": 1}] * M),
}
NUMBERS, TEXT, DATES, REFUSED = (
    {name: cells for name, cells in each.items() if cells is not None} for each in (NUMBERS, TEXT, DATES, REFUSED)
)
USED = {**NUMBERS, **TEXT, **DATES}


def frame(cells):
    """Return a column in the frame that brings such columns, beside one of plain numbers."""
    if isinstance(cells, pl.Series):
        return pl.DataFrame({"z": HALF, "v": cells})
    if isinstance(cells, pa.Array):
        return pa.table({"z": HALF, "v": cells})
    return {"z": HALF, "v": cells} if isinstance(cells, np.ndarray) else pd.DataFrame({"z": HALF}).assign(v=cells)


@pytest.mark.parametrize(
    ("kind", "cells"),
    [("TimeColumn" if name == "time" else "NumberColumn", cells) for name, cells in NUMBERS.items()]
    + [("CategoryColumn", cells) for cells in TEXT.values()]
    + [("DateColumn", cells) for cells in DATES.values()],
    ids=list(USED),
)
def test_what_can_be_used(kind, cells):
    X = frame(cells)
    preparation = fit_preparation(X, keep=["v"])
    assert {type(column).__name__ for column in preparation.columns if column.name == "v"} == {kind}
    assert np.isfinite(preparation.transform(X)).all()
    assert not any("spells numbers" in note for note in preparation.notes)


@pytest.mark.parametrize("cells", NOTHING.values(), ids=NOTHING)
def test_what_holds_nothing(cells):
    assert fit_preparation(frame(cells)).notes == ["column 'v' holds no value: dropped."]


@pytest.mark.parametrize("cells", REFUSED.values(), ids=REFUSED)
def test_what_is_refused_by_name(cells):
    for call in (fit_preparation, lambda X: TabularClassifier(hidden=2, epochs=1).fit(X, I % 2)):
        with pytest.raises(DataError, match="column 'v'") as caught:
            call(frame(cells))
        told = str(caught.value)
        assert len(told) <= 500
        assert "\n" not in told


@pytest.mark.filterwarnings("ignore::glassnet.errors.DataWarning")
def test_any_kind_where_training_saw_any_other():
    """Rows to predict may bring cells of another kind than the training's: an answer, or one sentence."""
    others = {name: frame(cells) for name, cells in {**USED, **NOTHING, **REFUSED}.items()}
    others = {name: X for name, X in others.items() if isinstance(X, pa.Table) or _is_readable(X)}
    fitted = {name: fit_preparation(frame(USED[name]), keep=["v"]) for name in list(USED)[::8]}
    assert len(others) > 80
    for (trained, preparation), (given, X) in itertools.product(fitted.items(), others.items()):
        try:
            answer = str(preparation.transform(X).shape)
        except GlassnetError as error:
            answer = str(error)
        assert answer == str((M, preparation.n_features)) or "'v'" in answer, (trained, given)


def _is_readable(X):
    try:
        as_table(X)
    except GlassnetError:
        return False
    return True


@pytest.mark.parametrize("name", ["beyond a float", "union", "list", "complex", "dates and text", "cut", "objects"])
def test_an_mlp_says_so_too(name):
    with pytest.raises(GlassnetError):
        MLPClassifier((2,), max_iter=1).fit(frame({**USED, **REFUSED}[name]), I % 2)


def test_values_of_converted_cells():
    table = as_table(
        pd.DataFrame(
            {
                "cut": pd.cut([0.5, 1.5, np.nan], [0, 1, 2]),
                "left": pd.arrays.IntervalArray.from_tuples([(0, 1), (1, 2), None], closed="left"),
                "month": pd.PeriodIndex(["2020-01", "NaT", "2021-03"], freq="M"),
                "big": objects([2**64, None, -(2**70)]),
                "zone": objects([dt.datetime(2020, 1, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=1))), None, DAYS[0]]),
            }
        )
    )
    assert table["cut"].combine_chunks().dictionary_decode().to_pylist() == ["(0, 1]", "(1, 2]", None]
    assert table["left"].to_pylist() == ["[0.0, 1.0)", "[1.0, 2.0)", None]
    assert [cell and cell.date() for cell in table["month"].to_pylist()] == [
        dt.date(2020, 1, 1),
        None,
        dt.date(2021, 3, 1),
    ]
    assert table["big"].to_pylist() == [2.0**64, None, -(2.0**70)]
    assert table["zone"].to_pylist() == [dt.datetime(2020, 1, 1), None, dt.datetime(2020, 1, 1)]


def marked(described):
    """Return a table as Arrow reads it where nobody registered pandas' periods: the type stands in the metadata."""
    metadata = {"ARROW:extension:name": "pandas.period", "ARROW:extension:metadata": described}
    return pa.table([[600, None, 602]], schema=pa.schema([pa.field("v", pa.int64(), metadata=metadata)]))


def test_periods_of_a_file_are_the_same_whether_or_not_pandas_registered_them():
    periods = pd.DataFrame({"v": pd.PeriodIndex(["2020-01", "NaT", "2020-03"], freq="M")})
    assert as_table(marked('{"freq": "M"}'))["v"].to_pylist() == as_table(periods)["v"].to_pylist()
    for damaged in ("{", "{}", '{"freq": "nonsense"}', ""):
        with pytest.raises(DataError, match=r"column 'v' holds pandas\.period that cannot be read"):
            as_table(marked(damaged))


class Elsewhere:
    """A frame that another machine holds."""

    columns = ("a",)

    def toPandas(self):
        return pd.DataFrame({"a": I})

    def collect(self):
        return [(1,)]


class Later:
    """A frame that is computed when it is asked for."""

    columns = ("a",)

    def compute(self):
        return pd.DataFrame({"a": I})

    def __array__(self, dtype=None, copy=None):
        raise AssertionError("nobody asked for it")


@pytest.mark.parametrize(
    ("X", "advice"),
    [
        (pl.DataFrame({"a": I}).lazy(), "LazyFrame; X.collect() brings it into memory"),
        (Elsewhere(), "Elsewhere; X.toPandas() brings it into memory"),
        (Later(), "Later; X.compute() brings it into memory"),
        ("table.csv", "got builtins.str"),
        (None, "got builtins.NoneType"),
        (3, "got builtins.int"),
        ((k for k in I), "got builtins.generator"),
        (pl.DataFrame, "got builtins.type"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_table_in_memory(X, advice):
    for call in (as_table, lambda X: TabularClassifier(hidden=2, epochs=1).fit(X, I % 2)):
        with pytest.raises(WrongTypeError) as caught:
            call(X)
        assert advice in str(caught.value)


def test_an_index_that_pandas_put_into_arrow_is_no_column():
    X = pa.Table.from_pandas(pd.DataFrame({"a": HALF, "b": I % 3}, index=[f"r{k}" for k in I]))
    model = TabularClassifier(hidden=2, epochs=1, random_state=0).fit(X, I % 2)
    assert (model.n_features_in_, list(model.feature_names_in_)) == (2, ["a", "b"])
    assert model.predict(X).shape == (M,)


def test_batches_that_come_once_are_read_once():
    table = pa.table({"a": HALF, "b": I % 3})
    model = TabularClassifier(hidden=2, epochs=1, random_state=0).fit(table.to_reader(), I % 2)
    np.testing.assert_array_equal(model.predict(table.to_reader()), model.predict(table))
