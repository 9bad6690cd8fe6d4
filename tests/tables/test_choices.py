"""What the user says of columns: how it is read, what contradicts, and that it decides kinds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet import read
from glassnet.errors import SettingError, UnknownNameError
from glassnet.tables.choices import ColumnChoices, listed_columns
from glassnet.tables.recognition import decision_of, recognised

NAMES = ["id", "zip", "a,b", "a", "c=d", "day", "日期", " x "]
LISTED = [
    ("zip", ["zip"]),
    ("id,zip", ["id", "zip"]),
    ("id, zip", ["id", "zip"]),
    ("a,b", ["a,b"]),  # a column of this very name comes first
    ("zip,a,b", ["zip", "a,b"]),
    ("a,zip", ["a", "zip"]),
    ("日期,day,", ["日期", "day"]),
    (" x ", [" x "]),
    (" x ,id", [" x ", "id"]),
]


@pytest.mark.parametrize(("text", "columns"), LISTED)
def test_a_text_names_one_column_or_some(text, columns):
    assert listed_columns(text, NAMES) == columns


@given(st.lists(st.text(min_size=1, max_size=6), min_size=1, max_size=6, unique=True), st.data())
def test_every_column_can_be_named_and_lists_are_its_parts(names, data):
    for name in names:
        assert listed_columns(name, names) == [name]
    plain = [name for name in names if "," not in name and name == name.strip() and not any("," in n for n in names)]
    if plain:
        some = data.draw(st.lists(st.sampled_from(plain), min_size=1))
        assert listed_columns(",".join(some), names) == some


@given(st.text(max_size=12), st.lists(st.text(max_size=6), max_size=5, unique=True))
def test_any_text_names_columns_or_is_refused_with_the_nearest(text, names):
    try:
        found = listed_columns(text, names)
    except UnknownNameError:
        return
    assert set(found) <= set(names)


PAIRS = [
    ("day", {"day": ""}),
    ("day=%d/%m/%Y", {"day": "%d/%m/%Y"}),
    ("day,日期=%b %d, %Y", {"day": "%b %d, %Y", "日期": "%b %d, %Y"}),
    ("c=d", {"c=d": ""}),
    ("c=d=%Y", {"c=d": "%Y"}),
    (["day=%Y", "zip"], {"day": "%Y", "zip": ""}),
    ({"day": "%Y", "zip": None}, {"day": "%Y", "zip": ""}),
]


@pytest.mark.parametrize(("said", "formats"), PAIRS)
def test_dates_say_how_they_are_written(said, formats):
    choices = ColumnChoices(date=said).resolved(NAMES)
    assert choices.date == formats
    assert choices.kind(next(iter(formats))) == "date"


WRONG = [
    ({"drop": "zpi"}, UnknownNameError, "did you mean 'zip'"),
    ({"date": "dya=%Y"}, UnknownNameError, "did you mean 'day'"),
    ({"drop": "zip", "keep": "zip"}, SettingError, "left out"),
    ({"drop": "zip", "number": "zip"}, SettingError, "left out"),
    ({"categorical": "zip", "number": ["a", "zip"]}, SettingError, "categorical and number|number and categorical"),
    ({"kinds": "zip=number", "categorical": "zip"}, SettingError, "say one of them"),
    ({"kinds": "zip"}, SettingError, "COLUMN=KIND"),
    ({"weight": "zip,a"}, SettingError, "expected one column"),
    ({"group": "zip", "time": "day"}, SettingError, "give one"),
]


@pytest.mark.parametrize(("said", "error", "message"), WRONG)
def test_a_wrong_choice_is_one_sentence(said, error, message):
    with pytest.raises(error, match=message):
        ColumnChoices(**said).resolved(NAMES)


def test_a_choice_decides_the_kind_and_stays_decided():
    table = recognised(_table(), ColumnChoices(categorical="zip"))
    decision = decision_of(table.schema.field("zip"))
    assert decision.kind == "category"
    assert decision.said == {"kind": "category"}
    again = recognised(table)  # as for an estimator that was told nothing
    assert decision_of(again.schema.field("zip")) == decision
    other = recognised(table, ColumnChoices(number="zip"))
    assert decision_of(other.schema.field("zip")).kind == "number"


def test_an_unknown_kind_is_refused_with_those_there_are():
    with pytest.raises(UnknownNameError, match=r"unknown kind of column 'numbr' \(did you mean 'number'"):
        recognised(_table(), ColumnChoices(kinds="zip=numbr"))


def test_columns_that_are_no_features_stand_aside(tmp_path):
    (tmp_path / "t.csv").write_text("id,w,g,x,y\n1,2,a,5,u\n2,1,b,6,v\n3,1,b,7,v\n")
    dataset = read(tmp_path / "t.csv", "y", columns=ColumnChoices(id="id", weight="w", group="g", drop="w"))
    assert dataset.X.column_names == ["x"]
    assert dataset.aside.column_names == ["id", "w", "g"]
    with pytest.raises(SettingError, match="is the target"):
        read(tmp_path / "t.csv", "y", columns=ColumnChoices(number="y"))


def test_marks_of_missing_cells_are_missing(tmp_path):
    (tmp_path / "t.csv").write_text("x,y\n1,u\nk.A.,v\n3,v\n4,u\n")
    dataset = read(tmp_path / "t.csv", "y", columns=ColumnChoices(missing=["k.A."]))
    assert dataset.X["x"].to_pylist() == [1, None, 3, 4]


def _table():
    from glassnet.tables import as_table

    return as_table({"zip": ["10115", "20095"] * 3, "n": ["1", "x"] * 3})
