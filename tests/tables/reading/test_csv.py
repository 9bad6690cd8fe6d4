"""CSV in all its spellings is read as one table; a broken file is refused with the line that breaks it."""

import contextlib
import csv
import gzip
import io
import math

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from glassnet.errors import DataError, FileError, SettingError, UnknownNameError
from glassnet.tables import read
from glassnet.tables.recognition import decision_of

LETTERS = 'name,size,kind\nann,1.5,a\nbob,2,b\n"c, d",,a\n'


def write(tmp_path, content, name="data.csv"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def columns(path, **known):
    return read(path, **known).X.to_pydict()


def test_header_quotes_and_missing_cells(tmp_path):
    assert columns(write(tmp_path, LETTERS)) == {
        "name": ["ann", "bob", "c, d"],
        "size": [1.5, 2.0, None],
        "kind": ["a", "b", "a"],
    }


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_separator_is_found(tmp_path, separator):
    text = "a,b,c\n1,x y,2\n3,z; w,4\n".replace("; ", "-").replace(",", separator)
    assert columns(write(tmp_path, text)) == {"a": [1, 3], "b": ["x y", "z-w"], "c": [2, 4]}


def test_a_separator_other_than_comma_is_reported(tmp_path):
    assert "separator ';'" in read(write(tmp_path, "a;b\n1;2\n")).notes[0]


def test_comma_in_text_does_not_beat_the_separator(tmp_path):
    text = 'a;b\n"x, y";1\nu, v;2\nw, z;3\n'
    assert columns(write(tmp_path, text)) == {"a": ["x, y", "u, v", "w, z"], "b": [1, 2, 3]}


def test_decimal_commas(tmp_path):
    data = read(write(tmp_path, "a;b\n1,5;x\n-2,25;y\n3;z\n"))
    assert data.X["a"].to_pylist() == [1.5, -2.25, 3.0]
    assert any("decimal" in remark for remark in decision_of(data.X.schema.field("a")).remarks)


def test_one_column(tmp_path):
    assert columns(write(tmp_path, "a\n1\n2\n")) == {"a": [1, 2]}


def test_given_separator_wins(tmp_path):
    assert columns(write(tmp_path, "a,b;c\n1,2;3\n"), separator=";") == {"a,b": [1.2], "c": [3]}
    with pytest.raises(SettingError, match="one character"):
        read(write(tmp_path, LETTERS), separator=", ")


def test_without_header_columns_are_numbered(tmp_path):
    data = read(write(tmp_path, "39, State-gov, 77516, <=50K\n50, Private, 83311, >50K\n"), "c4")
    assert data.X.column_names == ["c1", "c2", "c3"]
    assert data.X["c2"].to_pylist() == ["State-gov", "Private"]
    assert data.y.tolist() == ["<=50K", ">50K"]
    assert data.notes == ("data.csv: separator ',', no header: columns are named c1 ... c4",)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("a,b\n1,2\n", True),
        ("a,b\nx,y\nx,z\n", True),
        ("x,y\nx,z\nw,y\n", False),
        (",a\n0,x\n1,y\n", True),
        ("1,2\n3,4\n", False),
        ("x,1\ny,2\n", False),
        ("a,a\n1,2\n", True),
        ("a,b\n,\n1,x\n", True),
        ("?,b\nx,y\n", False),
    ],
)
def test_header_is_found(tmp_path, text, named):
    table = read(write(tmp_path, text)).X
    assert len(table) == text.count("\n") - named


def test_header_given(tmp_path):
    path = write(tmp_path, "x,y\nx,z\n")
    assert columns(path, header=True) == {"x": ["x"], "y": ["z"]}
    assert columns(write(tmp_path, "a,b\n1,2\n"), header=False) == {"c1": ["a", "1"], "c2": ["b", "2"]}


@pytest.mark.parametrize("token", ["", " ", "?", " ? ", "NA", "N/A", "NaN", "nan", "null", "NULL", "None", '""'])
def test_missing_cells(tmp_path, token):
    table = read(write(tmp_path, f"a,b,c\n1,x,2\n{token},{token},3\n")).X
    assert table["a"].to_pylist() == [1, None]
    assert table["b"].to_pylist() == ["x", None]


def test_blank_cells_among_numbers(tmp_path):
    table = read(write(tmp_path, "a,b\n29.85,1\n ,2\n 1889.5 ,3\n")).X
    assert table["a"].to_pylist() == [29.85, None, 1889.5]


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["1", "-2", "007"], pa.int64()),
        (["1", "2.5", "+3e2"], pa.float64()),
        (["99999999999999999999", "1"], pa.float64()),
        (["True", "false"], pa.bool_()),
        (["2024-02-29", "2020-01-01 10:30"], pa.timestamp("us")),
        (["0x1F", "2"], pa.string()),
        (["1", "two"], pa.string()),
        (["", "?"], pa.null()),
    ],
)
def test_kinds_of_columns(tmp_path, cells, kind):
    table = read(write(tmp_path, "a,b\n" + "".join(f"{cell},{i}\n" for i, cell in enumerate(cells)))).X
    assert table["a"].type == kind


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"])
def test_encoding_is_found(tmp_path, encoding):
    data = read(write(tmp_path, "città,n\nFürth,1\nGdańsk,2\n".replace("ń", "n").encode(encoding)))
    assert data.X.to_pydict() == {"città": ["Fürth", "Gdansk"], "n": [1, 2]}
    assert any("cp1252" in note for note in data.notes) == (encoding == "cp1252")


def test_encoding_given(tmp_path):
    path = write(tmp_path, "a,b\nж,1\n".encode("koi8-r"))
    assert columns(path, encoding="koi8-r") == {"a": ["ж"], "b": [1]}
    with pytest.raises(DataError, match=r"data.csv is not utf-8 text: line 2, byte 4 is 0xd6"):
        read(path, encoding="utf-8")
    with pytest.raises(SettingError, match="unknown encoding 'utf-9'"):
        read(path, encoding="utf-9")


@pytest.mark.parametrize("ending", ["\r\n", "\r", "\n\n"])
def test_line_ends(tmp_path, ending):
    assert columns(write(tmp_path, ending.join(["a,b", "1,x", "2,y", ""]))) == {"a": [1, 2], "b": ["x", "y"]}


def test_gzip(tmp_path):
    assert columns(write(tmp_path, gzip.compress(LETTERS.encode()), "data.csv.gz"))["name"][0] == "ann"
    with pytest.raises(FileError, match=r"data.csv.gz is not a whole .gz file"):
        read(write(tmp_path, gzip.compress(LETTERS.encode())[:-9], "data.csv.gz"))


def test_quotes_after_blanks_and_lines_within_cells(tmp_path):
    text = '"a", "b", "c"\n1, "x, y", "he said ""no, ""twice"\n2, "two\nlines", z\n'
    assert columns(write(tmp_path, text)) == {
        "a": [1, 2],
        "b": ["x, y", "two\nlines"],
        "c": ['he said "no, "twice', "z"],
    }


def test_wide_rows_beyond_the_sample(tmp_path):
    width = 10_000
    text = ",".join(f"p{i}" for i in range(width)) + "\n" + (",".join(["0.125"] * width) + "\n") * 3
    assert read(write(tmp_path, text)).X.shape == (3, width)


# Errors: what, where, and the nearest valid choice.


def test_missing_file_offers_the_nearest(tmp_path):
    write(tmp_path, LETTERS, "customers.csv")
    with pytest.raises(FileError, match=r"costumers.csv does not exist \(did you mean 'customers.csv'\?\)"):
        read(tmp_path / "costumers.csv")
    with pytest.raises(FileError, match="there is no folder"):
        read(tmp_path / "nowhere" / "a.csv")


def test_file_that_may_not_be_read(tmp_path, monkeypatch):
    def refuse(path, mode):
        raise PermissionError(13, "Permission denied")

    path = write(tmp_path, LETTERS)
    monkeypatch.setattr(type(path), "open", refuse)
    with pytest.raises(FileError, match=r"data.csv cannot be read: Permission denied"):
        read(path)


def test_unsupported_suffix(tmp_path):
    with pytest.raises(FileError, match=r"book.svg: cannot read files of kind '.svg'.*known: .csv"):
        read(write(tmp_path, b"PK", "book.svg"))


@pytest.mark.parametrize("content", ["", "  \n\n ", "\ufeff"])
def test_empty_file(tmp_path, content):
    with pytest.raises(DataError, match=r"data.csv is empty"):
        read(write(tmp_path, content))


def test_header_only(tmp_path):
    with pytest.raises(DataError, match=r"data.csv holds a header \('a', 'b'\) but no rows"):
        read(write(tmp_path, "a,b\n"))


def test_binary_file(tmp_path):
    with pytest.raises(DataError, match=r"data.csv holds zero bytes: it is not text"):
        read(write(tmp_path, b"\x7fELF\0\0\1"))


def test_repeated_names_are_made_distinct(tmp_path):
    data = read(write(tmp_path, "a,b,a,a.2\n1,2,3,4\n"))
    assert data.X.column_names == ["a", "b", "a.3", "a.2"]
    assert data.notes == ("data.csv: names that occur again are called a.3",)


@pytest.mark.parametrize(
    ("text", "line", "got"),
    [
        ("a,b\n1,2\n1,2,3\n", 3, 3),
        ("a,b\n1,2\n\n\n1\n", 5, 1),
        ("1,2\n3\n", 2, 1),
        ('a,b\n"x\ny\nz",2\n1,2,3\n', 5, 3),
        ('a, "b"\n1, 2\n1, 2, 3\n', 3, 3),
        ("a,b\r\n1,2\r\n3\r\n", 3, 1),
    ],
)
def test_a_ragged_row_is_reported_with_its_line(tmp_path, text, line, got):
    with pytest.raises(DataError, match=rf"data.csv, line {line}: expected 2 cells as in most lines, got {got}"):
        read(write(tmp_path, text))


def test_a_long_row_far_down_is_left_out(tmp_path):
    data = read(write(tmp_path, "a,b\n" + "1,2\n" * 50_000 + "1,2,3\n" + "1,2\n" * 5))
    assert len(data) == 50_005
    assert data.notes == ("data.csv: line 50002: too many cells, left out",)
    np.testing.assert_array_equal(data.lines[[0, 49_999, 50_000, -1]], [2, 50_001, 50_003, 50_007])


def test_open_quote(tmp_path):
    with pytest.raises(DataError, match=r"data.csv, line 3: a quote is opened and never closed"):
        read(write(tmp_path, 'a,b\n1,x\n2,"y\n3,z\n'))


def test_inches_are_no_open_quote(tmp_path):
    assert columns(write(tmp_path, 'a,b\n1,5" pipe\n2,x\n'))["b"] == ['5" pipe', "x"]


def test_unknown_target(tmp_path):
    path = write(tmp_path, LETTERS)
    with pytest.raises(UnknownNameError, match=r"'kin' \(did you mean 'kind'\?\); known: name, size, kind"):
        read(path, "kin")
    data = read(path, "label", require_target=False)
    assert data.y is None
    assert data.target is None


def test_rows_without_a_target_are_left_out(tmp_path):
    data = read(write(tmp_path, "a,b\n1,x\n2,\n3,y\n4,?\n"), "b")
    assert data.y.tolist() == ["x", "y"]
    assert data.X["a"].to_pylist() == [1, 3]
    assert data.lines.tolist() == [2, 4]
    assert "target 'b': 2 rows of 4 without a target left out (lines 3, 5: empty, '?')." in data.notes
    everything = read(write(tmp_path, "a,b\n1,x\n2,\n"), "b", require_target=False)  # rows to predict
    assert (len(everything), everything.y) == (2, None)


@pytest.mark.parametrize(("cells", "kind"), [("x,y", "U"), ("1,2", "i"), ("1.5,2", "f"), ("True,False", "b")])
def test_kinds_of_targets(tmp_path, cells, kind):
    first, second = cells.split(",")
    data = read(write(tmp_path, f"a,b\n1,{first}\n2,{second}\n"), "b")
    assert data.y.dtype.kind == kind
    assert data.target == "b"
    assert data.X.column_names == ["a"]


words = st.text(st.characters(codec="utf-8", exclude_characters="\0\r", exclude_categories=["Cs"]), max_size=12)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.tuples(words, st.integers(-(2**62), 2**62), st.floats(allow_nan=False)), min_size=1, max_size=8),
    separator=st.sampled_from(",;\t|"),
)
def test_what_is_written_is_read(tmp_path, rows, separator):
    text = io.StringIO(newline="")
    # A word after "w" is never missing, a number or a date.
    csv.writer(text, delimiter=separator).writerows([("w", "i", "f"), *((f"w{w}", i, f) for w, i, f in rows)])
    path = write(tmp_path, text.getvalue())
    table = read(path, separator=separator, header=True).X
    assert table["w"].to_pylist() == [f"w{word}".strip() for word, _, _ in rows]
    assert table["i"].to_pylist() == [i for _, i, _ in rows]
    # What no float holds is missing.
    floats = [None if math.isinf(f) else f for _, _, f in rows]
    assert table["f"].to_pylist() == floats


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=60) | st.text('ab1",;\t\n\r |?.\ufeff', max_size=60).map(str.encode))
def test_any_bytes_give_a_table_or_an_error_of_ours(tmp_path, content):
    with contextlib.suppress(DataError, FileError):
        assert len(read(write(tmp_path, content)).X)
