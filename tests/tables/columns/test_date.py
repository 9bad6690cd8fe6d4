"""Columns of dates and times of day: their features, later cells, dates of earlier model files."""

import datetime as dt
import json

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet import read
from glassnet.errors import DataError, DataWarning
from glassnet.tables import Preparation, fit_preparation
from glassnet.tables.recognition import decision_of, recognised

CLOCKS = [dt.datetime(2015, 1, 1) + dt.timedelta(hours=37 * i) for i in range(2000)]


def fitted(**columns):
    return fit_preparation(pa.table(columns))


def feature(preparation, table, name):
    return preparation.transform(pa.table(table), np.float64)[:, preparation.feature_names.index(name)]


def names_of(preparation):
    return {name.split(" ", 1)[1].rsplit(" ", 1)[0].split("=")[0] for name in preparation.feature_names if " " in name}


def test_only_what_varies_becomes_a_feature():
    years = fitted(d=[f"{year}-01-01" for year in range(2000, 2030)])
    assert years.feature_names[0] == "d"
    assert not any(part in name for name in years.feature_names for part in ("year day", "clock", "d day"))
    noon = fitted(d=[dt.datetime(2020, 1, day, 12) for day in range(1, 20)])
    assert not any("clock" in name for name in noon.feature_names)
    assert "d day" in noon.feature_names
    assert "d season sin" in noon.feature_names
    moments = fitted(d=CLOCKS)
    assert {"d clock cos 6", "d year day sin 3", "d weekday=Sat", "d day"} < set(moments.feature_names)
    assert len([name for name in moments.feature_names if " to " not in name]) == 1 + 6 + 1 + 7 + 12


def test_bins_are_named_by_dates():
    bins = [name for name in fitted(d=CLOCKS).feature_names if " to " in name]
    assert len(bins) > 10
    assert bins[0].startswith("d 2015-01-01 to 2015-")


def test_parts_by_hand():
    preparation = fitted(d=CLOCKS)
    later = {"d": [dt.datetime(2031, 2, 3, 18, 0)]}  # a Monday
    assert feature(preparation, later, "d weekday=Mon") == 1
    assert feature(preparation, later, "d weekday=Tue") == 0
    np.testing.assert_allclose(feature(preparation, later, "d clock sin"), -1)
    np.testing.assert_allclose(feature(preparation, later, "d clock cos 2"), -1)
    np.testing.assert_allclose(feature(preparation, later, "d year day sin"), np.sin(2 * np.pi * 33 / 366))
    np.testing.assert_allclose(feature(preparation, later, "d day"), -1 + 2 * 2 / 30)


def test_dates_after_training_rise_further_but_stay_in_range():
    preparation = fitted(d=CLOCKS)
    days = [dt.datetime(2020, 1, 1), dt.datetime(2025, 1, 1), dt.datetime(2030, 1, 1), dt.datetime(9999, 12, 31)]
    moment = feature(preparation, {"d": days}, "d")
    assert (np.diff(moment) > 0).all()
    assert moment[-1] < 3.01


def test_a_missing_date_is_the_median_and_marked():
    preparation = fitted(d=[*CLOCKS, None])
    result = preparation.transform(pa.table({"d": pa.array([None], pa.timestamp("us"))}), np.float64)[0]
    names = preparation.feature_names
    assert result[0] == 0
    assert result[names.index("d=(missing)")] == 1
    assert not result[[k for k, name in enumerate(names) if "weekday" in name or "clock" in name]].any()


@pytest.mark.parametrize(
    "write", ["%Y-%m-%d %H:%M:%S", "%d/%m/%Y %H:%M:%S", "%b %d, %Y %I:%M:%S %p", "%Y%m%dT%H%M%S", "%d.%m.%y %H:%M:%S"]
)
def test_later_cells_are_read_as_training_was_or_come_typed(write):
    preparation = fitted(d=[cell.strftime(write) for cell in CLOCKS])
    some = [CLOCKS[0], CLOCKS[77], None]
    as_text = preparation.transform(pa.table({"d": [cell and cell.strftime(write) for cell in some]}))
    np.testing.assert_array_equal(as_text, preparation.transform(pa.table({"d": pa.array(some, pa.timestamp("s"))})))
    one = preparation.transform(pa.table({"d": [CLOCKS[77].strftime(write)]}))
    np.testing.assert_array_equal(one, as_text[1:2])
    again = Preparation.from_document(json.loads(json.dumps(preparation.to_document())))
    assert again == preparation


def test_a_later_cell_that_is_no_date_is_missing_and_told():
    preparation = fitted(d=["27/02/2017", "28/02/2017", "13/03/2017"])
    with pytest.warns(DataWarning, match="1 cell of 3 cannot be read as dates"):
        preparation.transform(pa.table({"d": ["27/02/2017", "soon", "02/03/2017"]}))
    with pytest.raises(DataError, match="row 1: text where training saw dates"):
        preparation.transform(pa.table({"d": ["soon", "later"]}))


def test_the_hour_is_that_of_the_place():
    at_nine = [f"2020-{month:02}-15T09:00:00{'+02:00' if 3 < month < 11 else '+01:00'}" for month in range(1, 13)]
    table = recognised(pa.table({"d": [*at_nine, "2020-01-16T10:00:00-05:00"]}))
    assert [cell.hour for cell in table["d"].to_pylist()] == [9] * 12 + [10]
    rome = pa.array([dt.datetime(2020, 1, 15, 8), dt.datetime(2020, 7, 15, 7)], pa.timestamp("us", "Europe/Rome"))
    preparation = fitted(d=CLOCKS)
    expected = preparation.transform({"d": [dt.datetime(2020, 1, 15, 9), dt.datetime(2020, 7, 15, 9)]})
    np.testing.assert_array_equal(preparation.transform(pa.table({"d": rome})), expected)


def test_whole_numbers_that_spell_dates_where_training_read_text():
    preparation = fitted(d=["20170227", "20170301", "20180313"])
    as_text = preparation.transform(pa.table({"d": ["20170301"]}))
    np.testing.assert_array_equal(preparation.transform(pa.table({"d": [20170301]})), as_text)


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_moments_of_every_unit(unit):
    preparation = fitted(d=CLOCKS)
    cells = [dt.datetime(1969, 12, 31, 23, 59, 59), None, *CLOCKS[:3]]
    result = preparation.transform(pa.table({"d": pa.array(cells, pa.timestamp(unit))}))
    np.testing.assert_array_equal(result, preparation.transform(pa.table({"d": pa.array(cells, pa.timestamp("us"))})))


def test_times_of_day_are_a_number_and_a_circle():
    preparation = fitted(t=["13:08", "09:30", "23:59", "00:00"])
    assert preparation.feature_names[0] == "t"
    assert "t clock cos 6" in preparation.feature_names
    night = preparation.transform({"t": ["23:59", "00:00"]}, np.float64)
    place = preparation.feature_names.index("t clock sin")
    assert abs(np.diff(night[:, place : place + 2], axis=0)).max() < 0.01
    typed = pa.table({"t": pa.array([dt.time(23, 59), dt.time(0)], pa.time32("s"))})
    np.testing.assert_array_equal(preparation.transform(typed), preparation.transform({"t": ["23:59", "00:00"]}))


def test_durations_are_numbers():
    table = recognised(pa.table({"d": ["1:30:00", "26:00:00"], "e": ["PT1H", "PT5M"]}))
    assert table.to_pydict() == {"d": [5400, 93600], "e": [3600, 300]}
    assert decision_of(table.schema.field("d")).kind == "number"
    preparation = fitted(d=["1:30:00", "26:00:00", "12:15:00"])
    np.testing.assert_array_equal(preparation.transform({"d": ["12:15:00"]}), [[0]])


EARLIER = {
    "kind": "table", "source": ["d"], "notes": [],
    "columns": [{
        "kind": "date", "name": "d", "first": 18262.0, "median": 31.0, "mean": 91 / 3, "deviation": 24.0,
        "cycles": ["month", "weekday", "hour"], "missing": True,
    }],
}  # fmt: skip


def test_a_column_of_dates_of_an_earlier_model_file_gives_the_same_numbers():
    preparation = Preparation.from_document(EARLIER)
    assert preparation.to_document() == EARLIER
    assert preparation.feature_names == [
        "d days", "d month sin", "d month cos", "d weekday sin", "d weekday cos", "d hour sin", "d hour cos",
        "d=(missing)",
    ]  # fmt: skip
    result = preparation.transform({"d": ["2020-01-01 06:00", "2020-03-01", ""]}, np.float64)
    np.testing.assert_allclose(result[:, 0], [(0.25 - 91 / 3) / 24, (60 - 91 / 3) / 24, (31 - 91 / 3) / 24])
    np.testing.assert_allclose(result[:, 1], np.sin([0, 2 * np.pi * 2 / 12, 0]), atol=1e-15)
    np.testing.assert_allclose(result[:, 3], np.sin([2 * np.pi * 2 / 7, 2 * np.pi * 6 / 7, 0]), atol=1e-15)
    np.testing.assert_allclose(result[:, 5], [1, 0, 0], atol=1e-15)
    np.testing.assert_array_equal(result[:, 7], [0, 0, 1])
    with_zone = preparation.transform({"d": ["2020-01-01T08:00:00+02:00"]}, np.float64)  # in UTC, as then
    np.testing.assert_array_equal(with_zone[0], result[0])


def test_a_file_says_what_it_read_as_dates(tmp_path):
    path = tmp_path / "sold.csv"
    days = [f"{day}/{month}/2017,{day}\n" for day in range(12, 0, -1) for month in (2, 1, 3)]
    path.write_text("sold,y\n" + "".join(days))
    data = read(path, "y")
    assert pa.types.is_timestamp(data.X["sold"].type)
    remark = decision_of(data.X.schema.field("sold")).remarks[0]
    assert remark.endswith("no cell tells day from month: --date sold=%d/%m/%Y reads them the other way")


@given(st.lists(st.one_of(st.none(), st.datetimes(dt.datetime(1, 1, 2), dt.datetime(9999, 12, 30))), min_size=1))
def test_any_moment_becomes_finite_numbers(cells):
    preparation = fitted(d=pa.array([*CLOCKS[:5], *cells], pa.timestamp("us")))
    result = preparation.transform(pa.table({"d": pa.array(cells, pa.timestamp("us"))}))
    assert np.isfinite(result).all()
    assert (abs(result) <= 3.01).all()
