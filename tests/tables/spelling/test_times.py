"""Times of day and durations in text."""

import datetime as dt

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet.tables.spelling.times import read_durations, read_times


def text(*cells):
    return pa.chunked_array([pa.array(cells, pa.string())])


@pytest.mark.parametrize(
    ("cells", "pattern", "expected"),
    [
        (["13:08", "9:01"], "%H:%M", [dt.time(13, 8), dt.time(9, 1)]),
        (["13:08:55", "01:02:03"], "%H:%M:%S", [dt.time(13, 8, 55), dt.time(1, 2, 3)]),
        (["13:08:55.25", "01:02:03"], "%H:%M:%S", [dt.time(13, 8, 55, 250000), dt.time(1, 2, 3)]),
        (["1:08 PM", "12:00 AM", "12:30 p.m."], "%I:%M %p", [dt.time(13, 8), dt.time(0), dt.time(12, 30)]),
        (["8:00pm", "7:30am"], "%I:%M%p", [dt.time(20), dt.time(7, 30)]),
        (["10am", "3pm"], "%I%p", [dt.time(10), dt.time(15)]),
        (["下午1:08", "上午9:00"], "%p%I:%M", [dt.time(13, 8), dt.time(9)]),
        (["18.00.00", "19.30.00"], "%H.%M.%S", [dt.time(18), dt.time(19, 30)]),
        (["13:8:5", "9:15:33"], "%H:%M:%S", [dt.time(13, 8, 5), dt.time(9, 15, 33)]),
        (["13时08分", "9时5分"], "%H时%M分", [dt.time(13, 8), dt.time(9, 5)]),
        (["13h08", "9h15"], "%Hh%M", [dt.time(13, 8), dt.time(9, 15)]),
        (["24:00", "12:00"], "%H:%M", [dt.time(0), dt.time(12)]),
        (["13:08+02:00", "09:00Z"], "%H:%M%z", [dt.time(13, 8), dt.time(9)]),
    ],
)
def test_times_of_day(cells, pattern, expected):
    read = read_times(text(*cells, None))
    assert read.cells.to_pylist() == [*expected, None]
    assert read.format == {"pattern": pattern}
    assert read_times(text(cells[1]), read.format, asked=True).cells.to_pylist() == [expected[1]]


def test_an_unreadable_time_is_missing_and_named():
    read = read_times(text(*["13:08"] * 9, "noon"))
    assert read.cells[9].as_py() is None
    assert read.unreadable.tolist() == [9]
    assert read_times(text("13:08", "25:10"), {"pattern": "%H:%M"}, asked=True).unreadable.tolist() == [1]


@pytest.mark.parametrize(
    "cells",
    [["16:9", "4:3"], ["12", "13"], ["red", "blue"], ["2:1", "0:0"], ["10.12.17.1"], ["1.2.3"], ["58:30", "75:10"]],
)
def test_what_is_no_time_of_day(cells):
    assert read_times(text(*cells)) is None


@pytest.mark.parametrize(
    ("cells", "seconds"),
    [
        (["26:03:04", "1:23:45"], [93784, 5025]),
        (["PT1H30M", "P1DT2H", "PT45S", "P1W"], [5400, 93600, 45, 604800]),
        (["2 days 03:04:05", "1 day, 0:00:01", "-1 days +22:30:00"], [183845, 86401, -5400]),
        (["0 days 00:00:01.5", "0 days 00:00:02"], [1.5, 2]),
        (["3 days", "1 day"], [259200, 86400]),
        (["1h 30m", "45m", "2h"], [5400, 2700, 7200]),
        (["1 hour 30 minutes", "2 hours and 5 min."], [5400, 7500]),
        (["90 min", "1.5 h"], [5400, 5400]),
        (["250 ms", "1,5 s"], [0.25, 1.5]),
        (["1 year", "3 weeks", "2 months"], [31557600, 1814400, 5259600]),
        (["58:30", "1:02:15", "49:10"], [3510, 3735, 2950]),
        (["03:04.5", "12:10.25"], [184.5, 730.25]),
        (["1小时30分", "45分钟"], [5400, 2700]),
        (["90 Minuten", "2 Stunden"], [5400, 7200]),
    ],
)
def test_durations_are_seconds(cells, seconds):
    assert read_times(text(*cells)) is None
    read = read_durations(text(*cells, None))
    assert read.cells.to_pylist() == [*seconds, None]
    assert read_durations(text(cells[0]), read.format, asked=True).cells.to_pylist() == seconds[:1]
    assert read.remarks == ("was read as durations: a number of seconds",)


@pytest.mark.parametrize(
    "cells", [["5 m", "6 m"], ["100 w", "5 w"], ["10", "20"], ["90 min", "2 Seasons"], ["red", "2 blue"]]
)
def test_what_is_no_duration(cells):
    assert read_durations(text(*cells)) is None


def test_the_name_tells_a_duration_from_a_time_of_day():
    assert read_times(text("3:45", "4:05"), name="duration") is None
    assert read_durations(text("3:45", "4:05"), name="duration").cells.to_pylist() == [225, 245]
    assert read_times(text("3:45", "4:05"), name="opens").cells.to_pylist() == [dt.time(3, 45), dt.time(4, 5)]


@given(st.lists(st.one_of(st.none(), st.times()), min_size=1), st.sampled_from(["%H:%M:%S", "%H:%M", "%I:%M:%S %p"]))
def test_random_times_are_read_back(cells, pattern):
    cells = [*cells, dt.time(13, 30)]
    read = read_times(text(*(cell and cell.strftime(pattern) for cell in cells)))
    lost = {"microsecond": 0} | ({} if "%S" in pattern else {"second": 0})
    assert read.cells.to_pylist() == [cell and cell.replace(**lost) for cell in cells]
