"""Each kind of label comes back as it went in, type and value, or is refused by name."""

import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from glassnet import MLPClassifier, MLPRegressor, TabularClassifier, TabularRegressor, load
from glassnet.errors import DataError

M = 24
I = np.arange(M)
X = np.c_[I % 2, (I // 2) % 3, np.linspace(-1, 1, M)].astype(float)
TRUTH = I % 2 == 0
WORDS = np.array(["no", "yes"])[I % 2]
pytestmark = pytest.mark.filterwarnings(
    "ignore::sklearn.exceptions.ConvergenceWarning", "ignore::sklearn.exceptions.DataConversionWarning"
)


def classifiers():
    yield TabularClassifier(hidden=2, epochs=1, random_state=0)
    yield MLPClassifier((2,), max_iter=2, random_state=0)


def regressors():
    yield TabularRegressor(hidden=2, epochs=1, random_state=0)
    yield MLPRegressor(hidden_layer_sizes=(2,), max_iter=2, random_state=0)


def objects(cells):
    return pd.Series(list(cells), dtype=object)


def with_gap(cells, gap=None):
    return [gap, *list(cells)[1:]]


LABELS = {  # what goes in, the classes that come back
    "bool": (TRUTH, [False, True]),
    "list of bool": (TRUTH.tolist(), [False, True]),
    "bool as objects": (TRUTH.astype(object), [False, True]),
    "boolean": (pd.array(TRUTH, dtype="boolean"), [False, True]),
    "boolean of Arrow": (pd.Series(TRUTH, dtype=pd.ArrowDtype(pa.bool_())), [False, True]),
    "bool, Arrow": (pa.array(TRUTH), [False, True]),
    "bool, polars": (pl.Series(TRUTH), [False, True]),
    "categories of bool": (pd.Categorical(TRUTH), [False, True]),
    "frame of boolean": (pd.DataFrame({"y": pd.array(TRUTH, dtype="boolean")}), [False, True]),
    "int8": ((I % 3).astype(np.int8), [0, 1, 2]),
    "big-endian": ((I % 3).astype(">i4"), [0, 1, 2]),
    "int as objects": ((I % 3).astype(object), [0, 1, 2]),
    "Int64": (pd.array(I % 3, dtype="Int64"), [0, 1, 2]),
    "UInt64": (pd.array(np.uint64(2**64 - 1) - (I % 2).astype(np.uint64), dtype="UInt64"), [2**64 - 2, 2**64 - 1]),
    "categories of int": (pd.Series(pd.Categorical(I % 3)), [0, 1, 2]),
    "range": (range(M), list(range(M))),
    "column": ((I % 3)[:, None], [0, 1, 2]),
    "masked, nothing hidden": (np.ma.array(I % 3), [0, 1, 2]),
    "whole floats": ((I % 2) * 1.0, [0.0, 1.0]),
    "Float64": (pd.array((I % 2) * 1.0, dtype="Float64"), [0.0, 1.0]),
    "int and float": ([1, 2.0] * 12, [1.0, 2.0]),
    "str": (WORDS, ["no", "yes"]),
    "list of str": (WORDS.tolist(), ["no", "yes"]),
    "str of NumPy": (list(WORDS), ["no", "yes"]),
    "str as objects": (WORDS.astype(object), ["no", "yes"]),
    "str of pandas": (pd.Series(WORDS), ["no", "yes"]),
    "string": (pd.Series(WORDS, dtype="string"), ["no", "yes"]),
    "StringDType": (WORDS.astype(np.dtypes.StringDType()), ["no", "yes"]),
    "digits": ([str(k % 3) for k in I], ["0", "1", "2"]),
    "words for missing": (np.array(["NA", "nan"])[I % 2], ["NA", "nan"]),
    "categories": (pd.Categorical(WORDS), ["no", "yes"]),
    "unused categories": (pd.Categorical(WORDS, categories=["no", "maybe", "yes"]), ["no", "yes"]),
    "ordered categories": (pd.Categorical(WORDS, categories=["yes", "no"], ordered=True), ["no", "yes"]),
    "str, Arrow": (pa.array(WORDS), ["no", "yes"]),
    "chunks, Arrow": (pa.chunked_array([WORDS[:5], WORDS[5:]]), ["no", "yes"]),
    "dictionary, Arrow": (pa.array(WORDS).dictionary_encode(), ["no", "yes"]),
    "str, polars": (pl.Series(WORDS), ["no", "yes"]),
    "Categorical, polars": (pl.Series(WORDS, dtype=pl.Categorical), ["no", "yes"]),
    "frame": (pd.DataFrame({"y": WORDS}), ["no", "yes"]),
    "frame, polars": (pl.DataFrame({"y": WORDS}), ["no", "yes"]),
    "table, Arrow": (pa.table({"y": WORDS}), ["no", "yes"]),
    "Index": (pd.Index(WORDS), ["no", "yes"]),
}


@pytest.mark.parametrize(("y", "classes"), LABELS.values(), ids=LABELS)
def test_labels_come_back_as_they_went_in(y, classes, tmp_path):
    for model in classifiers():
        model.fit(X, y)
        assert model.classes_.tolist() == classes
        assert {type(label) for label in model.classes_.tolist()} == {type(label) for label in classes}
        predicted = model.predict(X)
        assert set(predicted.tolist()) <= set(classes)
        assert {type(label) for label in predicted.tolist()} <= {type(label) for label in classes}
        model.save(tmp_path / "m.glassnet")
        assert load(tmp_path / "m.glassnet").predict(X).tolist() == predicted.tolist()
        model.fit(X, y, X_val=X, y_val=y)
        assert model.check_gradients(X, y).ok


LABELS_REFUSED = {  # what goes in, what is said
    "fractions": ((I % 2) * 0.5, "Unknown label type: continuous"),
    "None": (with_gap(WORDS), "1 cells are missing, the first in row 1"),
    "NaN in text": (with_gap(WORDS, float("nan")), "1 cells are missing"),
    "NaN last": ([*WORDS[1:], float("nan")], "1 cells are missing, the first in row 24"),
    "NA": (with_gap(WORDS, pd.NA), "1 cells are missing"),
    "None among int": (with_gap(I % 2), "1 cells are missing"),
    "boolean, one missing": (pd.array(with_gap(TRUTH), dtype="boolean"), "1 cells are missing"),
    "Int64, one missing": (pd.array(with_gap(I % 2), dtype="Int64"), "1 cells are missing"),
    "str of pandas, one missing": (pd.Series(with_gap(WORDS)), "1 cells are missing"),
    "categories, one missing": (pd.Categorical(with_gap(WORDS)), "1 cells are missing"),
    "Arrow, one missing": (pa.array(with_gap(WORDS)), "1 cells are missing"),
    "polars, one missing": (pl.Series(with_gap((I % 2).tolist())), "1 cells are missing"),
    "NaN among numbers": (np.r_[np.nan, (I[1:] % 2) * 1.0], "contains NaN"),
    "text and int": ([1, "a"] * 12, "y holds text and whole numbers"),
    "int and text": (["a", 1] * 12, "y holds text and whole numbers"),
    "truth and int": ([True, 2] * 12, "y holds truth values and whole numbers"),
    "truth and text": ([True, "a"] * 12, "y holds text and truth values"),
    "beyond 64 bits": ([2**70 * int(k % 2) for k in I], "y holds whole numbers beyond 64 bits"),
    "bytes": (WORDS.astype("S"), "y holds bytes"),
    "list of bytes": ([b"a", b"b"] * 12, "y holds bytes"),
    "Decimal": ([Decimal(0), Decimal(1)] * 12, "y holds Decimal"),
    "dates": ([dt.date(2020, 1, 1 + int(k % 2)) for k in I], "y holds dates"),
    "datetime64": (np.array(["2020-01-01", "2020-01-02"], "M8[D]")[I % 2], "y holds dates"),
    "time zone": (pd.Series(pd.date_range("2020", periods=M, tz="UTC")), "y holds dates"),
    "durations": (pd.Series(pd.to_timedelta(I, unit="D")), "y holds durations"),
    "times": ([dt.time(int(k % 2)) for k in I], "y holds time"),
    "periods": (pd.period_range("2020", periods=M, freq="M"), "y holds Period"),
    "cut": (pd.cut(X[:, 2], 2), "y holds Interval"),
    "tuples": (objects([("a", 1), ("b", 2)] * 12), "y holds tuple"),
    "list of tuples": ([("a", 1), ("b", 2)] * 12, "MultiLabelBinarizer"),
    "lists of labels": ([["a"], ["a", "b"]] * 12, "MultiLabelBinarizer"),
    "sets of labels": ([{"a"}, {"a", "b"}] * 12, "MultiLabelBinarizer"),
    "complex": (I * 1j, "y holds complex numbers"),
    "objects": ([object()] * M, "y holds object"),
    "records": (np.array([(1,)] * M, dtype=[("a", "i4")]), "y holds records"),
    "lazy": (pl.DataFrame({"y": WORDS}).lazy(), "y.collect() brings it into memory"),
    "columns of classes": (np.c_[I % 3, I % 4], "several columns of classes"),
}


@pytest.mark.parametrize(("y", "told"), LABELS_REFUSED.values(), ids=LABELS_REFUSED)
def test_labels_that_are_refused_by_name(y, told):
    for model in classifiers():
        with pytest.raises((DataError, TypeError)) as caught:
            model.fit(X, y)
        assert told in str(caught.value)
        with pytest.raises((DataError, TypeError)) as caught:
            model.fit(X, I % 2, X_val=X, y_val=y)
        assert told in str(caught.value) or "not among those of training" in str(caught.value)


def test_the_advice_for_labels_works():
    dates = [dt.date(2020, 1, 1 + int(k % 2)) for k in I]
    for y in (dates, [1, "a"] * 12, pd.Series([Decimal(0), Decimal(1)] * 12), pd.cut(X[:, 2], 2)):
        for model in classifiers():
            assert len(model.fit(X, [str(label) for label in y]).classes_) == 2


NUMBERS = {
    "int": I,
    "bool": TRUTH,
    "Int64": pd.array(I, dtype="Int64"),
    "boolean": pd.array(TRUTH, dtype="boolean"),
    "Decimal": [Decimal(int(k)) / 4 for k in I],
    "beyond 64 bits": [2**70 * int(k) for k in I],
    "longdouble": I.astype(np.longdouble) / 3,
    "Arrow": pa.array(I / 2),
    "polars": pl.Series(I / 2),
    "categories": pd.Categorical(I % 5),
    "two columns": pd.DataFrame({"a": pd.array(I, dtype="Int64"), "b": I / 2}),
}


@pytest.mark.parametrize("y", NUMBERS.values(), ids=NUMBERS)
def test_numbers_of_any_make_are_estimated(y):
    for model in regressors():
        predicted = model.fit(X, y, X_val=X, y_val=y).predict(X)
        assert predicted.dtype == np.float64
        assert np.isfinite(predicted).all()


MOMENTS = [dt.datetime(2020, 1, 1 + int(k)) for k in I]
NUMBERS_REFUSED = {
    "text": (WORDS, "expected numbers to estimate"),
    "text as objects": (WORDS.astype(object), "y holds text"),
    "text that spells numbers": ([str(k) for k in I], "y holds text"),
    "None": (with_gap(I), "1 cells are missing, the first in row 1"),
    "NaN": (with_gap(I * 1.0, np.nan), "1 cells are missing"),
    "NaT": (with_gap(MOMENTS, pd.NaT), "1 cells are missing"),
    "dates": ([moment.date() for moment in MOMENTS], "y holds dates"),
    "Timestamps": (pd.Series(MOMENTS), "y holds dates"),
    "time zone": (pd.Series(MOMENTS).dt.tz_localize("UTC"), "y holds dates"),
    "datetime64": (np.array(MOMENTS, "M8[s]"), "y holds dates"),
    "polars Date": (pl.Series([moment.date() for moment in MOMENTS]), "y holds dates"),
    "Timedelta": (pd.Series(pd.to_timedelta(I, unit="h")), "y holds durations"),
    "timedelta": ([dt.timedelta(int(k)) for k in I], "y holds durations"),
    "timedelta64": (I.astype("m8[D]"), "y holds durations"),
    "polars Duration": (pl.Series([dt.timedelta(int(k)) for k in I]), "y holds durations"),
    "periods": (pd.period_range("2020", periods=M, freq="M"), "y holds Period"),
    "two columns, one of dates": (pd.DataFrame({"a": I, "b": MOMENTS}), "y holds dates"),
    "complex": (I * 1j, "omplex"),
    "infinite": (np.r_[np.inf, I[1:]], "contains infinity"),
}


@pytest.mark.parametrize(("y", "told"), NUMBERS_REFUSED.values(), ids=NUMBERS_REFUSED)
def test_what_is_no_number_is_refused_by_name(y, told):
    for model in regressors():
        with pytest.raises(DataError) as caught:
            model.fit(X, y)
        assert told in str(caught.value)


LENGTHS = [moment - MOMENTS[0] for moment in MOMENTS]
ADVISED = MOMENTS, LENGTHS, pd.Series(MOMENTS), pd.Series(LENGTHS), np.array(MOMENTS, "M8[s]"), np.array(LENGTHS, "m8")


@pytest.mark.parametrize("y", ADVISED, ids=lambda y: f"{type(y).__name__} of {type(y[0]).__name__}")
def test_the_advice_for_dates_and_durations_works(y):
    with pytest.raises(DataError) as caught:
        TabularRegressor(hidden=2, epochs=1).fit(X, y)
    advice = str(caught.value).rpartition(": ")[2]
    numbers = eval(advice, {"y": y, "np": np})
    assert np.isfinite(TabularRegressor(hidden=2, epochs=1).fit(X, numbers).predict(X)).all()


def test_targets_beyond_what_can_be_squared_are_refused():
    for y in (I * 1e160, -I * 1e300, [10**200 * int(k) for k in I]):
        for model in regressors():
            with pytest.raises(DataError, match=r"y holds numbers up to .*; beyond 1e\+150 .*: divide y by a constant"):
                model.fit(X, y)


@pytest.mark.parametrize("scale", [1e-300, 1e-170, 1e-40, 1.0, 1e39, 1e140])
def test_targets_of_any_other_size_are_learned_alike(scale):
    y = np.linspace(1, 2, M)
    model = TabularRegressor(hidden=4, epochs=30, random_state=0)
    np.testing.assert_allclose(model.fit(X, y * scale).predict(X) / scale, model.fit(X, y).predict(X), rtol=1e-4)


def test_an_mlp_in_float32_says_what_it_does_not_hold():
    with pytest.raises(DataError, match=r"Y: \d+ numbers are beyond 3.4e\+38, what float32 holds"):
        MLPRegressor(hidden_layer_sizes=(2,)).fit(X.astype(np.float32), I * 1e39)


TABLE = (I[:, None] >> np.arange(2)) & 1
TABLES = {
    "int": TABLE,
    "bool": TABLE > 0,
    "float": TABLE.astype(float),
    "lists": TABLE.tolist(),
    "frame of boolean": pd.DataFrame({name: pd.array(TABLE[:, j] > 0, dtype="boolean") for j, name in enumerate("ab")}),
    "polars": pl.DataFrame(TABLE > 0),
    "Arrow": pa.table({"a": TABLE[:, 0], "b": TABLE[:, 1]}),
}


@pytest.mark.parametrize("y", TABLES.values(), ids=TABLES)
def test_several_labels_a_row_come_back_as_zeros_and_ones(y):
    for model in classifiers():
        predicted = model.fit(X, y, X_val=X, y_val=y).predict(X)
        assert (predicted.shape, predicted.dtype) == ((M, 2), int)
        assert set(predicted.ravel()) <= {0, 1}
