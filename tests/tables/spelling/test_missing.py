"""Marks of missing cells: missing among numbers, words where a column or its file says so."""

import pyarrow as pa
import pytest

from glassnet.tables import read
from glassnet.tables.columns.category import CategoryColumn
from glassnet.tables.columns.column import RawColumn
from glassnet.tables.recognition import decision_of, recognised
from glassnet.tables.spelling.missing import AMBIGUOUS, MISSING, clean

AMONG_NUMBERS = [
    "", " ", "NA", "N/A", "n.a.", "null", "NULL", "None", "none", "nil", "-", "?", "unknown", "Unknown", ".", "..",
    "--", "---", "#N/A", "#DIV/0!", "#VALUE!", "#REF!", "(blank)", "missing", "Missing", "not available",
    "Not Available",
    "无", "缺失", "n/d", "s/d", "k.A.", "NaN", "nan", "<NA>", "NaT", "\\N", "\u2014", "MISSING", "no data",
]  # fmt: skip
WORDS = ["Brick", "Stone", "Wood"]


def column(texts, **known):
    """Return what a column of words is read as."""
    return CategoryColumn.read(RawColumn("a", pa.chunked_array([pa.array(texts, pa.string())]), **known))


@pytest.mark.parametrize("mark", AMONG_NUMBERS)
@pytest.mark.parametrize("numbers", [["1.5", "2", "3"], ["$1,200", "$5", "$7"]], ids=["plain", "money"])
def test_among_numbers(mark, numbers):
    table = recognised(pa.table({"a": [*numbers, mark], "b": ["x", "y", "x", "y"]}))
    assert pa.types.is_floating(table["a"].type) or pa.types.is_integer(table["a"].type)
    assert table["a"].to_pylist()[3] is None
    assert table["a"].null_count == 1


@pytest.mark.parametrize("mark", ["None", "none", "NA", "unknown", "-", "N/A"])
def test_a_frequent_mark_among_words_is_a_word(mark):
    read_as = column([mark, *WORDS] * 10)
    assert read_as.cells.to_pylist()[:4] == [mark, *WORDS]
    assert read_as.format == {"words": [mark]}
    assert f"has {mark!r} among its words" in read_as.remarks[0]


@pytest.mark.parametrize(
    ("mark", "is_word"), [("NA", False), ("N/A", False), ("None", True), ("unknown", True), ("?", False)]
)
def test_a_rare_mark_among_words(mark, is_word):
    read_as = column([mark, *WORDS * 20])
    assert (read_as.cells.to_pylist()[0] == mark) == is_word


@pytest.mark.parametrize("mark", ["", "nan", "NaN", "NULL", "?", "#N/A", "(blank)", "<NA>"])
def test_a_mark_that_no_word_is_written_as(mark):
    assert column([mark, *WORDS] * 10).cells.to_pylist()[0] is None


def test_namibia_and_mister_null():
    codes = ["DE", "FR", "IT", "ES", "PL", "NA"] * 5
    assert column(codes).cells.to_pylist() == codes
    names = ["Smith", "Null", "Jones", "Nil"] * 3
    assert column(names).cells.to_pylist() == names


def test_a_mark_among_the_numbers_of_a_file_is_missing_among_its_words():
    words = ["NA", "Brick", "None", "Stone"] * 5
    table = recognised(pa.table({"a": ["1", "NA", "2", "3"] * 5, "b": words}))
    assert table["b"].to_pylist()[:4] == [None, "Brick", "None", "Stone"]
    countries = ["NA", "DE", "FR", "IT", "ES", "PL"] * 4
    table = recognised(pa.table({"a": ["1", "NA", "2", "3"] * 6, "b": countries}))
    assert table["b"].to_pylist() == countries


def test_what_the_user_says_is_missing_everywhere(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("a,b,y\n" + "1,None,u\nx,Brick,v\n3,Stone,x\n4,None,u\n5,Brick,v\n" * 4)
    from glassnet.tables.choices import ColumnChoices

    data = read(path, "y", columns=ColumnChoices(missing=["None", "x"]))
    assert data.X["a"].to_pylist() == [1, None, 4, 5] * 4
    assert data.X["b"].to_pylist() == [None, "Brick", None, "Brick"] * 4
    assert data.y.tolist() == list("uvuv") * 4


def test_later_cells_are_taken_as_those_of_training():
    table = recognised(pa.table({"a": ["None", "Brick", "Stone", None] * 5}))
    assert decision_of(table.schema.field("a")).format == {"words": ["None"]}
    later = column(["None", "NA", "Brick", ""], format={"words": ["None"]}, asked=True)
    assert later.cells.to_pylist() == ["None", None, "Brick", None]
    assert column(["None", "unknown"], format={}, asked=True).cells.null_count == 2


def test_categories_of_a_frame_are_cleaned_and_stay_categories():
    texts = pa.array(["a", "b", " a", "?"]).dictionary_encode()
    read_as = CategoryColumn.read(RawColumn("a", pa.chunked_array([texts])))
    assert read_as.cells.to_pylist() == ["a", "b", "a", None]
    plain = pa.chunked_array([pa.array(["a", "b"]).dictionary_encode()])
    assert CategoryColumn.read(RawColumn("a", plain)).cells.type == plain.type


def test_every_mark_is_missing_among_numbers():
    cells = pa.chunked_array([pa.array([f" {mark} " for mark in MISSING])])
    assert clean(cells).null_count == len(MISSING)
    assert clean(pa.chunked_array([["x", "1"]]), ["x"]).to_pylist() == [None, "1"]
    assert set(AMBIGUOUS) < set(MISSING)
