"""Numbers in text are read as the whole column writes them, and alike in every part of it."""

import json

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glassnet.tables import Preparation, fit_preparation
from glassnet.tables.columns.category import CategoryColumn
from glassnet.tables.columns.column import RawColumn
from glassnet.tables.recognition import decision_of, recognised
from glassnet.tables.spelling.missing import clean
from glassnet.tables.spelling.numbers import FORMATS, read_numbers
from glassnet.tables.spelling.surroundings import Surroundings

NBSP, THIN, MINUS = "\u00a0", "\u202f", "\u2212"


def cells(*texts):
    return clean(pa.chunked_array([pa.array(texts, pa.string())]))


def read(*texts, **known):
    return read_numbers(cells(*texts), **known)


def wide(text):
    """Return text in full-width characters, as Chinese and Japanese files have it."""
    return "".join(chr(ord(letter) + 0xFEE0) for letter in text)


def around(separator=",", sign="", **columns):
    return Surroundings(pa.table(columns), separator, sign)


@pytest.mark.parametrize(
    ("texts", "numbers"),
    [
        (["$1,200.00", "$5.50"], [1200, 5.5]),
        (["US$ 5", "US$ 1,200.5"], [5, 1200.5]),
        (["€1.234,56", "€12,00"], [1234.56, 12]),
        (["1.234,56 €", "5,00 €"], [1234.56, 5]),
        (["£5", "£1,000"], [5, 1000]),
        (["¥5", "￥7.5"], [5, 7.5]),
        (["₹1,23,456", "₹500", "₹1,23,45,678.50"], [123456, 500, 12345678.5]),
        (["CHF 1'234.50", "CHF 12.00", "CHF 1\u2019000.00"], [1234.5, 12, 1000]),
        (["1'200.\u2013", "300.-"], [1200, 300]),
        (["1.200,-", "5,50"], [1200, 5.5]),
        (["Rs. 500", "Rs 1,500"], [500, 1500]),
        (["12 kr", "1 200 kr"], [12, 1200]),
        (["25 元", "3.5元"], [25, 3.5]),
        (["$-5", "-$7", "$(8)", "($9)"], [-5, -7, -8, -9]),
        (["68,337", "1,234,567", "12"], [68337, 1234567, 12]),
        (["1 200", f"1{NBSP}300", f"2{THIN}400{THIN}500"], [1200, 1300, 2400500]),
        (["1 234,5", "7"], [1234.5, 7]),
        (["12 km", "15km", "7"], [12, 15, 7]),
        (["3.5kg", "4 Kg"], [3.5, 4]),
        (["72°F", "80 °F"], [72, 80]),
        (["6'2\"", "5' 11\"", "5'"], [74, 71, 60]),
        (["5 ft 11 in", "6ft 0in"], [71, 72]),
        (["1.2M", "15k", "300"], [1.2e6, 15e3, 300]),
        (["€110.5M", "€565K"], [110.5e6, 565e3]),
        (["$1.2m", "$3b"], [1.2e6, 3e9]),
        (["3.4 million", "2 billion"], [3.4e6, 2e9]),
        (["1.2万", "3000", "1亿"], [12e3, 3000, 1e8]),
        (["500 MB", "2GB", "4GB"], [0.5, 2, 4]),
        (["180 cm", "1.75 m", "168 cm"], [180, 175, 168]),
        (["2 weeks", "1 day", "7 days", "2 days"], [14, 1, 7, 2]),
        (["1 year", "2 years", "12 months"], [1, 2, 1]),
        (["1st", "2nd", "3rd", "11th"], [1, 2, 3, 11]),
        (["(120)", "130"], [-120, 130]),
        (["120-", "5"], [-120, 5]),
        ([f"{MINUS}5", "\u20136", "7"], [-5, -6, 7]),
        (["+3", "-2"], [3, -2]),
        (["5%", "12.5 %", "100%"], [5, 12.5, 100]),
        (["5%", "0.05", "30%", "0.4"], [5, 5, 30, 40]),
        (["1e3", "2.5", "-1E-2"], [1000, 2.5, -0.01]),
        (["1,5E+03", "2"], [1500, 2]),
        (["1.5D+03", "2.0D-01"], [1500, 0.2]),
        (["1/2", "3/4", "1/2"], [0.5, 0.75, 0.5]),
        (["8/10", "10/10"], [0.8, 1]),
        (["1_000", "12"], [1000, 12]),
        ([wide("123"), wide("4.5")], [123, 4.5]),
        (["\u0661\u0662\u0663", "\u0664\u066b\u0665"], [123, 4.5]),
        (["\u0967\u0968", "\u0969"], [12, 3]),
        (["\u200e12\u200e", "3"], [12, 3]),
        ([".5", "5.", "-.25"], [0.5, 5, -0.25]),
        (["9007199254740993", "1"], [9007199254740993, 1]),
        (["9,007,199,254,740,993", "1"], [9007199254740993, 1]),
        (["10,000+", "5,000+", "1,000,000+"], [10000, 5000, 1000000]),
        (["1", "-2", "007"], [1, -2, 7]),
        (["4.5/5", "3/5"], [0.9, 0.6]),
        (["Rs. 1,23,456/-", "Rs 500/-"], [123456, 500]),
        (["42 Lac", "1.4 Cr", "2 Crore"], [42e5, 1.4e7, 2e7]),
        (["1,5 Mio. €", "300 Tsd. €"], [1.5e6, 3e5]),
        (["1.2 x 10^3", "3\u00d710^-2"], [1200, 0.03]),
        (["▲1.5%", "▼0.5%"], [1.5, -0.5]),
        (["US$1.5bn", "US$300mn"], [1.5e9, 3e8]),
        (["1,234[1]", "56*", "7**", "8 †", "9.5"], [1234, 56, 7, 8, 9.5]),
    ],
)
def test_spellings(texts, numbers):
    found = read(*texts)
    assert found.cells.to_pylist() == pytest.approx(numbers, rel=1e-12)
    assert len(found.unreadable) == 0
    for name, value in found.format.items():
        assert FORMATS[name].holds(value)


@pytest.mark.parametrize(
    "texts",
    [
        ["1", "two"],
        ["0x1F", "2"],
        ["1", "2", "3", "S", "M"],
        ["12A", "7C", "3A", "5B"],
        ["101", "102", "B12", "C7"],
        ["2.1.3", "1.2.4"],
        ["27.02.2017", "28.02.2017"],
        ["2017-02-27", "2017-03-01"],
        ["13:08", "14:00"],
        ["120/80", "110/70"],
        ["3/3", "3/4", "2/4"],
        ["1. north", "2. south", "3. west"],
        ["2. north", "2. north"],
        ["10-20", "20-30"],
        ["<50", ">50"],
        ["1 2 3", "4 5 6"],
        ["+49 171 1234567", "+49 30 12345"],
        ["007", "012"],
        ["0171123", "03012345", "0891"],
        ["$", "€"],
        ["10 AM", "11 AM"],
        ["V57", "250.1", "V58", "401"],
        ["a", "b"],
    ],
)
def test_what_is_no_number(texts):
    assert read(*texts) is None


@pytest.mark.parametrize(
    ("texts", "surroundings", "numbers"),
    [
        (["244.706", "123.456"], around(), [244.706, 123.456]),
        (["244.706", "123.456"], around(other=["1,5", "2,25"]), [244706, 123456]),
        (["244.706", "123.456"], around(";"), [244706, 123456]),
        (["244.706", "123.456"], around(";", other=["67.4"]), [244.706, 123.456]),
        (["244.706", "12", "3.125"], around(), [244706, 12, 3125]),
        (["244.706", "1500"], around(), [244.706, 1500]),
        (["244.706", "0.125"], around(";"), [244.706, 0.125]),
        (["244.706", "7.5"], around(";"), [244.706, 7.5]),
        (["1,234", "68,337"], around(), [1234, 68337]),
        (["1,234", "68,337"], around(";", other=["67.4"]), [1234, 68337]),
        (["1,234", "68,337"], around(";", other=["67,4"]), [1.234, 68.337]),
        (["1,234", "0,5"], around(";"), [1.234, 0.5]),
        (["1,234", "68,337"], around(sign=","), [1.234, 68.337]),
        (["1.234", "1,234"], around(), [1.234, 1234]),
        (["1.234", "1,234"], around(other=["0,5"]), [1234, 1.234]),
        (["1.234%", "2.345%"], around(";"), [1.234, 2.345]),
    ],
)
def test_points_and_commas(texts, surroundings, numbers):
    assert read(*texts, around=surroundings).cells.to_pylist() == numbers


def test_what_can_be_read_in_two_ways_is_told():
    (remark,) = read("244.706", "123.456").remarks
    assert remark == "is written like '244.706': read as 244.706 (if ',' is its decimal sign, say --decimal ',')"
    (remark,) = read("1,234").remarks
    assert remark == "is written like '1,234': read as 1234 (if ',' is its decimal sign, say --decimal ',')"
    assert read("1,234", "7.5").remarks == ("is written like '1,234': read as 1234",)
    assert read("1.5", "2").remarks == ()


def test_a_later_cell_is_read_as_the_column_was():
    german, plain, euros = read("1.234,5", "7"), read("1.5", "2"), read("€1.500.000", "€2.000")
    assert read("1.234", known=german.format, asked=True).cells.to_pylist() == [1234]
    assert read("1.234", known=plain.format, asked=True).cells.to_pylist() == [1.234]
    assert read("$1,234.50", "€1.234", known=euros.format, asked=True).cells.to_pylist() == [None, 1234]
    assert read("1,234", known=plain.format, asked=True).unreadable.tolist() == [0]
    assert read("2 m", "5", known=read("180 cm", "170 cm").format, asked=True).cells.to_pylist() == [200, 5]
    assert read("2 kg", known=read("180 cm", "170 cm").format, asked=True).unreadable.tolist() == [0]


def test_a_cell_that_is_no_number_is_missing_where_the_column_is_known_to_hold_numbers():
    assert read("1", "two", "3", None, "four") is None
    found = read("1", "two", "3", None, "four", asked=True)
    assert found.cells.to_pylist() == [1, None, 3, None, None]
    assert found.unreadable.tolist() == [1, 4]
    assert read("007", "012", asked=True).cells.to_pylist() == [7, 12]
    assert read(None, None, asked=True).cells.null_count == 2


@pytest.mark.parametrize("dirt", [["12O"], ["see note"], ["l5", "n. b.", "3..5"]])
def test_a_few_dirty_cells_leave_numbers(dirt):
    texts = [str(k) for k in range(60)]
    texts[30:30] = dirt
    found = read(*texts)
    assert found.unreadable.tolist() == list(range(30, 30 + len(dirt)))
    assert found.cells.null_count == len(dirt)


@pytest.mark.parametrize("position", [0, 400, 999])
def test_the_position_of_a_dirty_cell_decides_nothing(position):
    texts = [f"{k}.5" for k in range(1000)]
    texts[position] = "oops"
    found = read(*texts)
    assert found.unreadable.tolist() == [position]
    assert found.cells.type == pa.float64()


def test_a_word_that_recurs_among_numbers_is_missing_and_told():
    found = read(*["refused"] * 8, *(str(k) for k in range(92)))
    assert found.cells.to_pylist()[:9] == [None] * 8 + [0]
    assert found.format == {"missing": ["refused"]}
    assert len(found.unreadable) == 0
    assert found.remarks == ("says 'refused' in 8 cells (8.0%): missing there, which is marked",)


@pytest.mark.parametrize(
    "texts",
    [
        ["1", "2", "3", "S", "M"] * 20,
        ["0", "1"] * 40 + ["maybe"] * 4,
        [str(k) for k in range(90)] + ["V57"] * 3,
        [str(k) for k in range(50)] + [f"word {k}" for k in range(10)],
    ],
)
def test_words_that_are_no_dirt(texts):
    assert read(*texts) is None


def test_several_currencies_are_told():
    assert read("$5", "€7", "€9").remarks[-1] == "is in several currencies ($, €): the amounts are read as they stand"
    assert len(read("$5", "$7").remarks) == 1


def test_codes_of_one_shape_are_no_dirt():
    texts = [str(k) for k in range(100, 240)]
    assert read(*texts, "c168", "c118", "c204") is None
    assert read(*texts, "c168", "11O", "1 2 3").unreadable.tolist() == [140, 141, 142]


def test_few_columns_say_that_they_can_be_read_in_two_ways():
    columns = {f"a{k}": [f"{n}.{100 + n}" for n in range(1, 5)] for k in range(6)}
    columns["b"] = [f"{n},{100 + n}" for n in range(1, 5)]
    table = recognised(pa.table(columns))
    told = [decision_of(field).remarks for field in table.schema]
    assert [len(remarks) for remarks in told] == [1, 1, 2, 0, 0, 0, 1]
    assert told[2][1] == "is one of 7 columns that can be read in two ways"
    assert told[6] == ("is written like '1,101': read as 1101",)


def test_few_bounds_are_read_as_their_number():
    found = read("<5", "90+", *(str(k) for k in range(40)))
    assert found.cells.to_pylist()[:2] == [5, 90]
    assert "has 2 cells such as '<5' or '5+', read as the number without the sign" in found.remarks


def test_infinity_is_missing():
    found = read("1.5", "inf", "-Infinity", "1e999")
    assert found.cells.to_pylist() == [1.5, None, None, None]
    assert found.remarks == ("is infinite in 3 cells: missing there",)


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        (["00501", "90210"], "is written with leading zeros, as codes are: used as categories"),
        (["1", "2", "x", "1"], "is used as categories although 75.0% of its cells are numbers; others are 'x'"),
    ],
)
def test_what_nearly_is_a_number_is_told_among_categories(texts, told):
    (remark,) = CategoryColumn.read(RawColumn("a", pa.chunked_array([texts]))).remarks
    assert told in remark
    assert "--number" in remark


def test_chunks_and_large_text():
    for arrow_type in (pa.string(), pa.large_string()):
        chunks = [pa.array([text, None], arrow_type) for text in ("$1", "$2", "$1")]
        assert read_numbers(pa.chunked_array(chunks)).cells.to_pylist() == [1, None, 2, None, 1, None]


WAYS = st.fixed_dictionaries(
    {
        "decimal": st.sampled_from([".", ","]),
        "thousands": st.sampled_from(["", " ", "'", "_", NBSP, "other"]),
        "before": st.sampled_from(["", "$", "€ ", "US$", "CHF "]),
        "after": st.sampled_from(["", " €", "%", " km", "kg", " USD", " people"]),
        "negative": st.sampled_from(["-", MINUS, "()", "behind"]),
        "places": st.integers(0, 4),
        "full_width": st.booleans(),
    }
)


def spelled(number, way):
    """Return a number as a way of writing has it."""
    text = f"{abs(number):,.{way['places']}f}"
    thousands = {"other": "," if way["decimal"] == "." else "."}.get(way["thousands"], way["thousands"])
    text = text.translate({ord(","): thousands, ord("."): way["decimal"]})
    if way["full_width"]:
        text = text.translate({ord("0") + digit: 0xFF10 + digit for digit in range(10)})
    text = way["before"] + text + way["after"] * (not way["before"])
    if number >= 0:
        return text
    return {"()": f"({text})", "behind": f"{text}-"}.get(way["negative"], way["negative"] + text)


@settings(max_examples=300, deadline=None)
@given(WAYS, st.lists(st.integers(-123_456_789, 12_345_678_901), min_size=2, max_size=30), st.data())
def test_what_is_written_is_read(way, wholes, data):
    numbers = [whole / 10 ** way["places"] for whole in wholes]
    # One number that can be read in a single way, such as a file of any length holds.
    numbers.append(1234567.5 if way["places"] else 1234567.0)
    texts = [spelled(number, way) for number in numbers]
    column = cells(*texts)
    if way["thousands"] == "" and way["decimal"] == "," and way["places"] == 3:
        numbers[-1], texts[-1] = 0.5, spelled(0.5, way)
        column = cells(*texts)
    found = read_numbers(column)
    assert found.cells.to_pylist() == pytest.approx(numbers, rel=1e-12)
    chosen = data.draw(st.lists(st.integers(0, len(texts) - 1), min_size=1, unique=True))
    part = read_numbers(column.take(pa.array(chosen)), found.format, asked=True)
    np.testing.assert_array_equal(part.cells.to_pylist(), [found.cells[row].as_py() for row in chosen])


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.floats(allow_nan=False, allow_infinity=False).map(repr), st.integers().map(str),
            st.text("0123456789.,' -+%$€eEkM()/\"", max_size=9), st.sampled_from(["NA", "oops", "12 km", "5%", "1.2M"]),
        ), min_size=1, max_size=40,
    ), st.data(),
)  # fmt: skip
def test_any_part_of_a_column_is_read_as_the_whole(texts, data):
    column = cells(*texts)
    found = read_numbers(column)
    if found is None:
        return
    column = clean(pa.chunked_array([texts]), found.format.get("missing", ()))
    chosen = data.draw(st.lists(st.integers(0, len(texts) - 1), min_size=1))
    part = read_numbers(column.take(pa.array(chosen)), found.format, asked=True)
    whole = found.cells.to_pylist()
    assert part.cells.to_pylist() == [whole[row] for row in chosen]
    assert set(part.unreadable.tolist()) == {k for k, row in enumerate(chosen) if row in found.unreadable}


@pytest.mark.parametrize(
    "texts",
    [
        ["1.234,5 km", "7,25 km", "2,5 km"],
        ["refused", *(f"${k}k" for k in range(40)), "refused", "refused"],
        ["-999", "-999", *map(str, range(9))],
        ["5%", "0.3", "40%"],
        ["1/2", "3/4", "1/4"],
        ["None", "Brick", "Stone", "Wood"] * 3,
    ],
)
def test_how_a_column_is_written_is_kept_in_the_model_file(texts):
    table = pa.table({"a": texts, "b": np.arange(len(texts)) % 2})
    preparation = fit_preparation(table, keep=["a"])
    again = Preparation.from_document(json.loads(json.dumps(preparation.to_document())))
    assert again == preparation
    assert again.columns[0].format
    np.testing.assert_array_equal(again.transform(table.slice(0, 1)), preparation.transform(table)[:1])
