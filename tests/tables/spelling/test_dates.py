"""Dates in text: every spelling, what decides day and month, what is no date, later cells by the kept format."""

import datetime as dt
import itertools

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet.errors import SettingError
from glassnet.tables.spelling.date_cells import read_date_cells
from glassnet.tables.spelling.date_names import MONTHS, folded, month_numbers
from glassnet.tables.spelling.dates import read_dates


def text(*cells):
    return pa.chunked_array([pa.array(cells, pa.string())])


def moment(*parts):
    return dt.datetime(*parts)


FEBRUARY_27, AFTERNOON = moment(2017, 2, 27), moment(2017, 2, 27, 13, 8)
SECONDS = moment(2017, 2, 27, 13, 8, 55)

# A spelling of one moment, the pattern that is found, and the moment.
SPELLINGS = [
    ("02/27/2017", "%m/%d/%Y", FEBRUARY_27),
    ("2/27/2017", "%m/%d/%Y", FEBRUARY_27),
    ("27/02/2017", "%d/%m/%Y", FEBRUARY_27),
    ("27.02.2017", "%d.%m.%Y", FEBRUARY_27),
    ("27. 2. 2017", "%d. %m. %Y", FEBRUARY_27),
    ("27-02-2017", "%d-%m-%Y", FEBRUARY_27),
    ("2017/2/27", "%Y/%m/%d", FEBRUARY_27),
    ("2017-2-27", "%Y-%m-%d", FEBRUARY_27),
    ("2017.02.27", "%Y.%m.%d", FEBRUARY_27),
    ("20170227", "%Y%m%d", FEBRUARY_27),
    ("27022017", "%d%m%Y", FEBRUARY_27),
    ("27/02/17", "%d/%m/%y", FEBRUARY_27),
    ("02/27/17", "%m/%d/%y", FEBRUARY_27),
    ("27.02.17", "%d.%m.%y", FEBRUARY_27),
    ("Feb 27, 2017", "%b %d, %Y", FEBRUARY_27),
    ("February 27 2017", "%b %d %Y", FEBRUARY_27),
    ("27 February 2017", "%d %b %Y", FEBRUARY_27),
    ("27-Feb-17", "%d-%b-%y", FEBRUARY_27),
    ("27-FEB-2017", "%d-%b-%Y", FEBRUARY_27),
    ("27FEB2017", "%d%b%Y", FEBRUARY_27),
    ("27th February 2017", "%o %b %Y", FEBRUARY_27),
    ("February 27th, 2017", "%b %o, %Y", FEBRUARY_27),
    ("Mon, 27 Feb 2017", "%a, %d %b %Y", FEBRUARY_27),
    ("Monday, February 27, 2017", "%a, %b %d, %Y", FEBRUARY_27),
    ("2017/02/27(月)", "%Y/%m/%d(%a)", FEBRUARY_27),
    ("27.02.2017 (Mo) 13:08", "%d.%m.%Y (%a) %H:%M", AFTERNOON),
    ("27-FEB-17 01.08.55.000000 PM", "%d-%b-%y %I.%M.%S %p", SECONDS),
    ("Mon Feb 27 13:08:55 CET 2017", "%a %b %d %H:%M:%S %z %Y", SECONDS),
    ("27 février 2017", "%d %b %Y", FEBRUARY_27),
    ("27. Februar 2017", "%d. %b %Y", FEBRUARY_27),
    ("27 de febrero de 2017", "%d de %b de %Y", FEBRUARY_27),
    ("27 febbraio 2017", "%d %b %Y", FEBRUARY_27),
    ("27 de fevereiro de 2017", "%d de %b de %Y", FEBRUARY_27),
    ("27 februari 2017", "%d %b %Y", FEBRUARY_27),
    ("27 февраля 2017", "%d %b %Y", FEBRUARY_27),
    ("27 lutego 2017", "%d %b %Y", FEBRUARY_27),
    ("2017年2月27日", "%Y年%m月%d日", FEBRUARY_27),
    ("2017年02月27日", "%Y年%m月%d日", FEBRUARY_27),
    ("２０１７年２月２７日", "%Y年%m月%d日", FEBRUARY_27),
    ("2017년 2월 27일", "%Y년 %m월 %d일", FEBRUARY_27),
    ("2017-02-27 13:08", None, AFTERNOON),
    ("2017-02-27T13:08:55", None, SECONDS),
    ("27/02/2017 13:08", "%d/%m/%Y %H:%M", AFTERNOON),
    ("27/02/2017, 13:08", "%d/%m/%Y, %H:%M", AFTERNOON),
    ("27.02.2017 13.08", "%d.%m.%Y %H.%M", AFTERNOON),
    ("02/27/2017 1:08 PM", "%m/%d/%Y %I:%M %p", AFTERNOON),
    ("02/27/2017 01:08:55 p.m.", "%m/%d/%Y %I:%M:%S %p", SECONDS),
    ("2/27/17 1:08PM", "%m/%d/%y %I:%M%p", AFTERNOON),
    ("2017/2/27 下午 1:08:55", "%Y/%m/%d %p %I:%M:%S", SECONDS),
    ("2017年2月27日 下午1:08", "%Y年%m月%d日%p%I:%M", AFTERNOON),
    ("2017年2月27日 13时08分", "%Y年%m月%d日%H时%M分", AFTERNOON),
    ("2017年2月27日 13時8分", "%Y年%m月%d日%H時%M分", AFTERNOON),
    ("2017년 2월 27일 오후 1:08", "%Y년 %m월 %d일%p %I:%M", AFTERNOON),
    ("20170227T130855", "%Y%m%dT%H%M%S", SECONDS),
    ("20170227130855", "%Y%m%d%H%M%S", SECONDS),
    ("2017-02-27_13-08-55", "%Y-%m-%d_%H-%M-%S", SECONDS),
    ("Mon Feb 27 13:08:55 +0000 2017", "%a %b %d %H:%M:%S %z %Y", SECONDS),
    ("Mon Feb 27 13:08:55 2017", "%a %b %d %H:%M:%S %Y", SECONDS),
    ("Mon, 27 Feb 2017 13:08:55 +0100", "%a, %d %b %Y %H:%M:%S %z", SECONDS),
    ("Mon, 27 Feb 2017 13:08:55 GMT", "%a, %d %b %Y %H:%M:%S %z", SECONDS),
    ("Mon Feb 27 2017 13:08:55 GMT+0100 (CET)", "%a %b %d %Y %H:%M:%S %z", SECONDS),
    ("27/Feb/2017:13:08:55 +0000", "%d/%b/%Y:%H:%M:%S %z", SECONDS),
    ("2017-02-27T13:08:55Z", "%Y-%m-%dT%H:%M:%S%z", SECONDS),
    ("2017-02-27 13:08:55+02:00", "%Y-%m-%d %H:%M:%S%z", SECONDS),
    ("2017-02-27 13:08:55 America/New_York", "%Y-%m-%d %H:%M:%S %z", SECONDS),
    ("2017-02-27 13:08:55 EST", "%Y-%m-%d %H:%M:%S %z", SECONDS),
    ("13:08 27/02/2017", "%H:%M %d/%m/%Y", AFTERNOON),
    ("27.02.2017 13:08:55,5", "%d.%m.%Y %H:%M:%S", moment(2017, 2, 27, 13, 8, 55, 500000)),
    ("2017-02-27T13:08:55.123Z", "%Y-%m-%dT%H:%M:%S%z", moment(2017, 2, 27, 13, 8, 55, 123000)),
    ("27.02.2017 24:00", "%d.%m.%Y %H:%M", moment(2017, 2, 28)),
    ("Feb 2017", "%b %Y", moment(2017, 2, 1)),
    ("Feb-17", "%b-%y", moment(2017, 2, 1)),
    ("2017-02", "%Y-%m", moment(2017, 2, 1)),
    ("02/2017", "%m/%Y", moment(2017, 2, 1)),
    ("02.2017", "%m.%Y", moment(2017, 2, 1)),
    ("2017M02", "%YM%m", moment(2017, 2, 1)),
    ("2017年2月", "%Y年%m月", moment(2017, 2, 1)),
    ("2017 Feb", "%Y %b", moment(2017, 2, 1)),
    ("2017Q2", "%YQ%q", moment(2017, 4, 1)),
    ("Q2 2017", "Q%q %Y", moment(2017, 4, 1)),
    ("2017-Q2", "%Y-Q%q", moment(2017, 4, 1)),
    ("2017-W09-1", "%G-W%V-%u", FEBRUARY_27),
    ("1066-10-14", None, moment(1066, 10, 14)),
    ("14.10.1066", "%d.%m.%Y", moment(1066, 10, 14)),
    ("13.10.2501", "%d.%m.%Y", moment(2501, 10, 13)),
]


@pytest.mark.parametrize(("spelling", "pattern", "expected"), SPELLINGS, ids=[row[0] for row in SPELLINGS])
def test_a_column_of_one_spelling(spelling, pattern, expected):
    read = read_dates(text(spelling, None, spelling))
    assert read.cells.to_pylist() == [expected, None, expected]
    assert read.cells.type == pa.timestamp("us")
    assert read.format.get("pattern") == pattern
    assert not len(read.unreadable)
    later = read_dates(text(spelling), read.format, asked=True)
    assert later.cells.to_pylist() == [expected]
    assert later.format == read.format


NO_DATES = [
    ["2017", "2018", "1999"],
    ["1/2", "3/4"],
    ["10-20", "20-30"],
    ["1.2.3", "2.10.11", "3.11.4"],
    ["192.168.1.1", "10.0.0.1"],
    ["555-123-4567", "555-987-6543"],
    ["+1 555 123 4567", "06 12 34 56 78"],
    ["12345678", "98765432", "20171399"],
    ["201701", "201702"],
    ["1492245831", "1487463827"],
    ["2010-11", "2011-12", "2012-13"],
    ["2010-11", "2011-12"],
    ["3.14", "2.72"],
    ["1,200", "1,300"],
    ["hello", "world 12"],
    ["may be", "march on"],
    ["A2017-02-27", "B2017-02-27"],
    ["16:9", "4:3"],
    ["Rev 12, 2017", "Foo 13, 2017"],
    ["red", "blue", "27/02/2017", "green", "white"],
    [None, None],
]


@pytest.mark.parametrize("cells", NO_DATES, ids=str)
def test_what_is_no_date(cells):
    assert read_dates(text(*cells), name="x") is None


def days(*cells, **options):
    return [
        None if cell is None else cell.date().isoformat()
        for cell in read_dates(text(*cells), **options).cells.to_pylist()
    ]


def test_one_day_above_12_decides_a_whole_column():
    cells = [f"{day:02}/{month:02}/2017" for day in range(1, 13) for month in range(1, 13)] * 20
    assert read_dates(text(*cells, "13/01/2017")).format == {"pattern": "%d/%m/%Y"}
    assert read_dates(text(*cells, "01/13/2017")).format == {"pattern": "%m/%d/%Y"}
    assert days("13/01/2017", "02/03/2017") == ["2017-01-13", "2017-03-02"]


@pytest.mark.parametrize(
    ("cells", "pattern", "other"),
    [
        (["04/03/2017", "01/02/2017", "05/06/2017"], "%m/%d/%Y", "%d/%m/%Y"),
        (["04-03-2017", "01-02-2017", "05-06-2017"], "%d-%m-%Y", "%m-%d-%Y"),
        (["04.03.2017", "01.02.2017", "05.06.2017"], "%d.%m.%Y", "%m.%d.%Y"),
    ],
)
def test_where_nothing_tells_day_from_month_the_usual_order_is_taken_and_said(cells, pattern, other):
    read = read_dates(text(*cells), name="day sold")
    assert read.format == {"pattern": pattern}
    assert read.remarks == (
        f"was read as dates written {pattern}, though no cell tells day from month: --date 'day sold={other}' reads "
        "them the other way",
    )


def test_the_first_of_each_month_tells_day_from_month():
    assert days("01/03/2017", "01/01/2017", "01/02/2017") == ["2017-03-01", "2017-01-01", "2017-02-01"]


def test_the_order_of_rows_says_nothing():
    """Folds and shuffled files read a column alike, also where it rises by one reading alone."""
    cells = ["11/01/2017", "12/01/2017", "01/02/2017", "02/02/2017"]
    formats = {read_dates(text(*order)).format["pattern"] for order in itertools.permutations(cells)}
    assert formats == {"%m/%d/%Y"}


@pytest.mark.parametrize(
    ("cells", "years"),
    [
        (["27/02/45", "27/02/99", "27/02/05", "27/02/60", "27/02/75"], [1945, 1999, 2005, 1960, 1975]),
        (["27/02/12", "27/02/17"], [2012, 2017]),
        (["27/02/85", "27/02/95"], [1985, 1995]),
        (["27/02/30", "27/02/60", "27/02/99", "27/02/45", "27/02/80"], [1930, 1960, 1999, 1945, 1980]),
    ],
)
def test_years_of_two_digits(cells, years):
    read = read_dates(text(*cells))
    assert [cell.year for cell in read.cells.to_pylist()] == years
    assert [cell.year for cell in read_dates(text(*cells[:1]), read.format, asked=True).cells.to_pylist()] == years[:1]


def test_year_first_of_two_digits_is_found_by_its_few_years():
    assert days("17/02/27", "17/02/28", "17/03/01", "18/04/11")[0] == "2017-02-27"


def test_unreadable_cells_are_missing_and_named():
    read = read_dates(text(*["27/02/2017"] * 9, "soon", None))
    assert read.cells.to_pylist()[9:] == [None, None]
    assert read.unreadable.tolist() == [9]
    assert read_dates(text("27/02/2017", "soon", "later", "29/02/2017"), asked=True).unreadable.tolist() == [1, 2, 3]
    assert read_dates(text("soon", "later"), asked=True) is None


def test_a_column_of_several_patterns():
    cells = ["27/02/2017", "28/02/2017 13:08", "Feb 27, 2017", "2017-02-28", "13/03/2017"]
    read = read_dates(text(*cells))
    assert [cell.day for cell in read.cells.to_pylist()] == [27, 28, 27, 28, 13]
    assert len(read.format["pattern"]) == 4
    for cell, expected in zip(cells, read.cells.to_pylist(), strict=True):
        assert read_dates(text(cell), read.format, asked=True).cells.to_pylist() == [expected]


def test_a_year_alone_is_a_date_among_dates():
    read = read_dates(text("27/02/2017", "2016", "13/03/2017", "14/03/2017"))
    assert read.cells[1].as_py() == moment(2016, 1, 1)


def test_a_few_days_in_the_other_order_are_taken_for_errors():
    cells = [f"{day}/02/2017" for day in range(1, 29)] * 5
    read = read_dates(text(*cells, "02/13/2017"))
    assert read.format == {"pattern": "%d/%m/%Y"}
    assert read.unreadable.tolist() == [len(cells)]


@pytest.mark.parametrize(("zero", "write"), [("0000-00-00", "%Y-%m-%d"), ("00/00/0000", "%d/%m/%Y")])
def test_dates_of_zeros_are_missing(zero, write):
    cells = [moment(2017, 2, day).strftime(write) for day in range(1, 28)]
    read = read_dates(text(*cells, zero))
    assert read.cells.null_count == 1
    assert not len(read.unreadable)
    assert "holds 0000-00-00 where there is no date: missing" in read.remarks
    assert read_dates(text(zero, cells[0]), read.format, asked=True).cells.null_count == 1


@pytest.mark.parametrize("write", ["%Y-%m-%d", "%d.%m.%Y"])
def test_dates_that_stand_for_none(write):
    cells = [moment(2017, 2, day).strftime(write) for day in range(1, 28)]
    far = [moment(1900, 1, 1).strftime(write), moment(9999, 12, 31).strftime(write)]
    read = read_dates(text(*cells, *far))
    assert read.cells.null_count == 2
    assert read.format["missing"] == ["1900-01-01", "9999-12-31"]
    assert "holds 1900-01-01 and 9999-12-31 where there is no date: missing" in read.remarks
    assert read_dates(text(*far), read.format, asked=True).cells.null_count == 2


def test_january_1_1900_is_a_date_among_its_like():
    cells = [f"{year}-01-01" for year in range(1890, 1911)]
    assert read_dates(text(*cells)).cells.null_count == 0


@pytest.mark.parametrize(
    ("pattern", "cell", "expected"),
    [
        ("%d/%m/%Y", "02/03/2017", moment(2017, 3, 2)),
        ("DD/MM/YYYY", "02/03/2017", moment(2017, 3, 2)),
        ("YYYY-MM-DD HH:mm:ss", "2017-03-02 13:08:55", moment(2017, 3, 2, 13, 8, 55)),
        ("%-d/%-m/%Y", "2/3/2017", moment(2017, 3, 2)),
        ("%A %d %B %Y", "jeudi 2 mars 2017", moment(2017, 3, 2)),
        ("%Y-%j", "2017-061", moment(2017, 3, 2)),
        ("%Y-%m-%d %H:%M:%S.%f", "2017-03-02 13:08:55.25", moment(2017, 3, 2, 13, 8, 55, 250000)),
        ("%F %T", "2017-03-02 13:08:55", moment(2017, 3, 2, 13, 8, 55)),
        ("unix", "1488460135", moment(2017, 3, 2, 13, 8, 55)),
        ("unix ms", "1488460135250", moment(2017, 3, 2, 13, 8, 55, 250000)),
        ("excel", "42796", moment(2017, 3, 2)),
        ("excel", "42796.5", moment(2017, 3, 2, 12)),
    ],
)
def test_a_pattern_that_the_user_names(pattern, cell, expected):
    read = read_dates(text(cell, "x"), {"pattern": pattern}, asked=True)
    assert read.cells.to_pylist() == [expected, None]
    assert read.unreadable.tolist() == [1]


@pytest.mark.parametrize(
    ("pattern", "told"),
    [("%d/%m/%K", "has '%K'; known: %Y"), ("%d/%m", "names no year"), ("%d/%d/%Y", "names a part twice")],
)
def test_a_pattern_that_makes_no_sense_is_refused(pattern, told):
    with pytest.raises(SettingError, match=told):
        read_dates(text("1/2/2017"), {"pattern": pattern}, asked=True)


@pytest.mark.parametrize(
    ("cells", "name", "pattern"),
    [
        (["1492245831", "1487463827"], "timestamp", "unix"),
        (["1492245831.5", "1487463827"], "created_at", "unix"),
        (["1492245831000", "1487463827000"], "eventTime", "unix ms"),
        (["1492245831000000", "1487463827000000", "0"], "ts", "unix us"),
        (["1492245831", "12"], "timestamp", None),
        (["14922", "1487"], "time", None),
        (["1492245831", "1487463827"], "amount", None),
    ],
)
@pytest.mark.parametrize("typed", [False, True])
def test_seconds_since_1970_are_told_by_name_and_range(cells, name, pattern, typed):
    column = pa.chunked_array([[float(cell) if "." in "".join(cells) else int(cell) for cell in cells]])
    read = read_date_cells(column if typed else text(*cells), None, asked=False, name=name)
    assert (read and read.format) == (pattern and {"pattern": pattern})
    if read:
        assert {cell.year for cell in read.cells.to_pylist() if cell} == {2017}
        assert f"--number {name} uses the numbers" in read.remarks[0]


def test_whole_numbers_that_spell_dates():
    read = read_date_cells(pa.chunked_array([[20170227, 20161231, None]]), None, asked=False, name="x")
    assert read.cells.to_pylist() == [FEBRUARY_27, moment(2016, 12, 31), None]
    assert read_date_cells(text("20170227"), read.format, asked=True, name="x").cells.to_pylist() == [FEBRUARY_27]
    months = pa.chunked_array([[201702, 201612]])
    assert read_date_cells(months, None, asked=False, name="month").format == {"pattern": "%Y%m"}
    assert read_date_cells(months, None, asked=False, name="code") is None
    assert read_date_cells(pa.chunked_array([[2017, 2016]]), None, asked=False, name="date") is None


def test_typed_moments_that_stand_for_none():
    cells = pa.chunked_array([pa.array([dt.date(2017, 2, day) for day in range(1, 28)] + [dt.date(9999, 12, 31)])])
    read = read_date_cells(cells, None, asked=False, name="x")
    assert read.cells.null_count == 1
    assert read.format == {"missing": ["9999-12-31"]}


def test_every_language_has_twelve_months():
    for row in MONTHS.strip().replace("\n  ", " ").splitlines():
        for month, forms in enumerate(row.split(), 1):
            assert {month_numbers()[folded(form)] for form in forms.split("|")} == {month}
        assert month == 12


PATTERNS = [
    "%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d.%m.%Y %H:%M", "%Y/%m/%d %H:%M",
    "%m/%d/%Y %I:%M:%S %p", "%d-%b-%Y", "%b %d, %Y", "%d %B %Y", "%a, %d %b %Y %H:%M:%S +0000", "%Y%m%d", "%d-%b-%y",
    "%Y%m%dT%H%M%S", "%Y年%m月%d日", "%Y年%m月%d日 %H时%M分", "%d/%m/%y %H:%M", "%Y-%m-%dT%H:%M:%S.%f", "%b %Y",
    "%Y-%m", "%Y-%m-%dT%H:%M:%SZ",
]  # fmt: skip
DECIDING = [moment(2013, 5, 31, 13, 45, 10), moment(2016, 2, 29, 23, 0, 1), moment(2011, 12, 17), moment(2003, 11, 25)]


def as_written(cell, pattern):
    """Return what is left of a moment in a pattern."""
    parts = {"day": 1} if "%d" not in pattern else {}
    for field, letters in (("microsecond", "f"), ("second", "S"), ("minute", "M"), ("hour", "HI")):
        if not any(f"%{letter}" in pattern for letter in letters):
            parts[field] = 0
    return cell.replace(**parts)


@given(
    st.sampled_from(PATTERNS),
    st.lists(st.one_of(st.none(), st.just("tbd"), st.datetimes(moment(1975, 1, 1), moment(2030, 1, 1))), max_size=30),
    st.randoms(use_true_random=False),
    st.data(),
)
def test_random_moments_are_read_back_and_any_part_alike(pattern, cells, random, data):
    dirt = [cell for cell in cells if cell == "tbd"]
    cells = [*cells, *DECIDING * (4 + 2 * len(dirt))]
    if pattern == "%Y%m%d":  # such numbers are dates if all are
        cells = [None if cell == "tbd" else cell for cell in cells]
    random.shuffle(cells)
    written = [cell.strftime(pattern) if isinstance(cell, dt.datetime) else cell for cell in cells]
    read = read_dates(text(*written))
    expected = [as_written(cell, pattern) if isinstance(cell, dt.datetime) else None for cell in cells]
    assert read.cells.to_pylist() == expected
    assert read.unreadable.tolist() == [i for i, cell in enumerate(cells) if cell == "tbd"]
    some = data.draw(st.lists(st.integers(0, len(cells) - 1), max_size=5))
    part = read_dates(text(*(written[i] for i in some)), read.format, asked=True)
    assert part.cells.to_pylist() == [expected[i] for i in some]


@given(st.lists(st.sampled_from(["27/02/2017", "28.02.2017", "2017-02-26", "Feb 25, 2017", None, "x"]), min_size=1))
def test_cells_are_read_one_by_one(cells):
    """What stands beside a cell does not matter once the format is known."""
    form = {"pattern": ["%d/%m/%Y", "%d.%m.%Y", "%Y-%m-%d"]}
    together = read_dates(text(*cells), form, asked=True)
    alone = [read_dates(text(cell), form, asked=True) for cell in cells]
    assert together.cells.to_pylist() == [cell for read in alone for cell in read.cells.to_pylist()]
    assert together.unreadable.tolist() == [i for i, read in enumerate(alone) if len(read.unreadable)]


def test_a_column_of_many_chunks_and_large_text():
    cells = pa.chunked_array([pa.array(["27/02/2017"] * 3), pa.array([None, "28/02/2017"])])
    for kind in (pa.string(), pa.large_string()):
        assert [cell and cell.day for cell in read_dates(cells.cast(kind)).cells.to_pylist()] == [27, 27, 27, None, 28]


def test_repeated_texts_are_read_as_different_ones():
    rng = np.random.default_rng(0)
    cells = [f"{day:02}/02/2017" for day in rng.integers(1, 29, 5000)]
    assert [f"{cell:%d/%m/%Y}" for cell in read_dates(text(*cells)).cells.to_pylist()] == cells
