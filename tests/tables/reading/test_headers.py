"""Where a table begins, what its columns are called, which rows are left out: in files as people write them."""

import numpy as np
import pytest

from glassnet.errors import DataError
from glassnet.tables import read
from glassnet.tables.reading.csv import read_csv
from glassnet.tables.reading.source import Source

ROWS = "".join(f"{j},{j / 4},{'xyz'[j % 3]}\n" for j in range(3, 15))
CELLS = [[str(j) for j in range(3, 15)], [str(j / 4) for j in range(3, 15)], ["xyz"[j % 3] for j in range(3, 15)]]
NAMES = ["a", "b", "kind"]


def table(tmp_path, text, **known):
    path = tmp_path / "data.csv"
    path.write_bytes(text.encode())
    return read_csv(Source(path.name, path), **known)


@pytest.mark.parametrize(
    ("text", "names", "first_line", "note"),
    [
        ("a,b,kind\n" + ROWS, NAMES, 2, None),
        # above the names
        ("Sales of 2017\na,b,kind\n" + ROWS, NAMES, 3, "line 1: above the table, left out"),
        ("Sales\n\nmade on Monday\n\na,b,kind\n" + ROWS, NAMES, 6, "lines 1, 3: above the table, left out"),
        ("Sales,,\n,,\na,b,kind\n" + ROWS, NAMES, 4, "lines 1, 2: above the table, left out"),
        ("# made by x\n# a, b\na,b,kind\n" + ROWS, NAMES, 4, "lines 1, 2: above"),
        ("// made by x\na,b,kind\n" + ROWS, NAMES, 3, "line 1: above"),
        ("% made by x\n%\na,b,kind\n" + ROWS, NAMES, 4, "lines 1, 2: above"),
        ("# made by x\n# a,b,kind\n" + ROWS, NAMES, 3, None),
        ("# a,b,kind\n" + ROWS, NAMES, 2, None),
        ("#a,b,kind\n" + ROWS, ["#a", "b", "kind"], 2, None),
        ("sep=,\na,b,kind\n" + ROWS, NAMES, 3, None),
        ("Station: Rome\nHeight: 40 m\nOwner: A, B and C\n\na,b,kind\n" + ROWS, NAMES, 6, "lines 1, 2, 3: above"),
        # several lines of names
        ("a,b,kind\nkm,kg,\n" + ROWS, NAMES, 3, "line 2: units or descriptions below the names"),
        ("a,b,kind\n[km],[kg],[-]\n" + ROWS, NAMES, 3, "line 2: units"),
        ("a,b,kind\nint,float,string\n" + ROWS, NAMES, 3, "line 2: units"),
        ("size,,\na,b,kind\n" + ROWS, NAMES, 3, None),
        ("size,,type\nq1,q2,q1\n" + ROWS, ["size q1", "size q2", "type q1"], 3, None),
        # names that are blank, repeated, numbers, quoted, in several lines
        (",b,kind\n" + ROWS, ["c1", "b", "kind"], 2, "1 column without a name: called c1"),
        ("a,,kind\n" + ROWS, ["a", "c2", "kind"], 2, "1 column without a name: called c2"),
        ("a,a,a\n" + ROWS, ["a", "a.2", "a.3"], 2, "names that occur again are called a.2, a.3"),
        ("a.2,a,a\n" + ROWS, ["a.2", "a", "a.3"], 2, None),
        ("c2,,kind\n" + ROWS, ["c2", "c2.2", "kind"], 2, None),
        ("2015,2016,kind\n" + ROWS, ["2015", "2016", "kind"], 2, None),
        (" a , b,\tkind\n" + ROWS, NAMES, 2, None),
        ('"a\n(km)","b",kind\n' + ROWS, ["a (km)", "b", "kind"], 3, None),
        ("'a','b','kind'\n" + ROWS, NAMES, 2, None),
        # separators at the ends of lines
        ("a,b,kind,\n" + ROWS, NAMES, 2, None),
        ("a,b,kind\n" + ROWS.replace("\n", ",\n"), NAMES, 2, None),
        ("a,b,kind,\n" + ROWS.replace("\n", ",\n"), NAMES, 2, None),
        # below the table
        ("a,b,kind\n" + ROWS + "\n\n", NAMES, 2, None),
        ("a,b,kind\n" + ROWS + ",,\n,,\n", NAMES, 2, "lines 14, 15: below the table, left out"),
        ("a,b,kind\n" + ROWS + "Total,25.5,\n", NAMES, 2, "line 14: below"),
        ("a,b,kind\n" + ROWS + "合计,25.5,\n", NAMES, 2, "line 14: below"),
        ("a,b,kind\n" + ROWS + "\nSource: the ministry, and others\n", NAMES, 2, "line 15: below"),
        ("a,b,kind\n" + ROWS + "\n(12 rows affected)\n", NAMES, 2, "line 15: below"),
        ("a,b,kind\n" + ROWS + "----\nNotes\n1 - in thousands of the currency\n", NAMES, 2, "lines 14, 15, 16: below"),
        # no names
        (ROWS, ["c1", "c2", "c3"], 1, "no header: columns are named c1 ... c3"),
        (ROWS.replace("\n", ",\n"), ["c1", "c2", "c3"], 1, None),
        ("made by x\n\n" + ROWS, ["c1", "c2", "c3"], 3, "line 1: above"),
    ],
)  # fmt: skip
def test_layouts(tmp_path, text, names, first_line, note):
    raw = table(tmp_path, text)
    assert raw.table.column_names == names
    assert [column.to_pylist() for column in raw.table.columns] == CELLS
    assert raw.lines.tolist() == [*range(first_line, first_line + 12)]
    assert note is None or any(note in each for each in raw.notes), raw.notes


def test_row_names_of_r(tmp_path):
    text = '"mpg" "kind"\n' + "".join(f'"Mazda {j}" {j}.5 "{"xy"[j % 2]}"\n' for j in range(9))
    raw = table(tmp_path, text)
    assert raw.table.column_names == ["c1", "mpg", "kind"]
    assert raw.table["c1"].to_pylist() == [f"Mazda {j}" for j in range(9)]


def test_a_matrix_whose_columns_are_numbers(tmp_path):
    raw = table(tmp_path, ",142.2,144.7,147.3\n9.4,0,1,2\n9.5,3,4,5\n9.6,7,8,9\n")
    assert raw.table.column_names == ["c1", "142.2", "144.7", "147.3"]


@pytest.mark.parametrize("gap", [" ", "   ", "\t ", "\t\t"])
@pytest.mark.parametrize("named", [True, False])
def test_blanks_as_separators(tmp_path, gap, named):
    rows = [("age", "size", "n")] * named + [(j, f"{j / 8:.3f}", -j) for j in range(20)]
    text = "".join(f"  {gap.join(map(str, row))} \n" for row in rows)
    raw = table(tmp_path, text)
    assert raw.table.column_names == (["age", "size", "n"] if named else ["c1", "c2", "c3"])
    assert [cell.strip() for cell in raw.table.column(1).to_pylist()] == [f"{j / 8:.3f}" for j in range(20)]


def test_two_blanks_leave_single_ones_in_cells(tmp_path):
    rows = [("place", "size"), *((f"New York {j}", f"{j:6d}") for j in range(20))]
    raw = table(tmp_path, "".join(f"{place:<14} {size}\n" for place, size in rows))
    assert raw.table["place"].to_pylist() == [f"New York {j}" for j in range(20)]


@pytest.mark.parametrize("separator", ["|", "^", ":", ";", "\t"])
def test_other_separators(tmp_path, separator):
    raw = table(tmp_path, ("a,b,kind\n" + ROWS).replace(",", separator))
    assert raw.table.column_names == NAMES
    assert raw.reading["separator"] == separator


@pytest.mark.parametrize(
    "text",
    [
        "when\n" + "".join(f"{j} Feb 2017\n" for j in range(1, 20)),
        "time\n" + "".join(f"12:{j}:07\n" for j in range(10, 30)),
        "said\n" + "".join(f"{word} is it\n" for word in ("who", "what", "where") * 4),
        "price\n" + "67.4\n68,337.5\n" * 8 + "70\n" * 9,
    ],
)
def test_one_column_is_not_cut(tmp_path, text):
    assert table(tmp_path, text).table.column_names == [text.split("\n", 1)[0]]


def test_single_quotes(tmp_path):
    raw = table(tmp_path, "a,b\n'x, y',1\n'it''s','2'\n'z',3\n")
    assert raw.table.to_pydict() == {"a": ["x, y", "it's", "z"], "b": ["1", "2", "3"]}
    raw = table(tmp_path, "a,b\nit's,1\n'tis,2\nhis',3\n")
    assert raw.table["a"].to_pylist() == ["it's", "'tis", "his'"]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        (r'"say \"hi\" to"', 'say "hi" to'),
        (r'"say \"hi\", ok"', 'say "hi", ok'),
        (r'"say ""hi"" to"', 'say "hi" to'),
        (r'"{""a"": ""x\""y""}"', r'{"a": "x\"y"}'),
        (r'"C:\tmp\new"', r"C:\tmp\new"),
        ('"one\rtwo"', "one\rtwo"),
        ('"one\r\n\r\ntwo"', "one\r\n\r\ntwo"),
        ('5" pipe', '5" pipe'),
        ('  "x, y"', "x, y"),
        ('""', ""),
    ],
)
def test_quotes(tmp_path, cell, value):
    raw = table(tmp_path, f"a,b\nx,1\n{cell},2\n\n{cell},3\n")
    assert raw.table.to_pydict() == {"a": ["x", value, value], "b": ["1", "2", "3"]}
    more = cell.count("\n")
    assert raw.lines.tolist() == [2, 3, 5 + more]


def test_an_open_quote_between_tabs_is_a_character(tmp_path):
    raw = table(tmp_path, 'a\tb\nx\t1\n"y\t2\nz\t3\n')
    assert raw.table["a"].to_pylist() == ["x", '"y', "z"]
    assert raw.lines.tolist() == [2, 3, 4]


def test_comments_among_rows(tmp_path):
    raw = table(tmp_path, "# log\na,b\n1,2\n# restarted\n3,4\n#5,6\n7,8\n")
    assert raw.table.to_pydict() == {"a": ["1", "3", "7"], "b": ["2", "4", "8"]}
    assert raw.lines.tolist() == [3, 5, 7]


def test_marks_that_are_cells(tmp_path):
    raw = table(tmp_path, "colour,n\n#ff0000,1\n#00ff00,2\n#0000ff,3\n")
    assert raw.table["colour"].to_pylist() == ["#ff0000", "#00ff00", "#0000ff"]


def test_a_few_uneven_rows(tmp_path):
    rows = [f"{j},{j + 1},x" for j in range(3000)]
    rows[7], rows[100], rows[2000] = "7,8", "1,2,3,4", "2000,2001,x,,"
    raw = table(tmp_path, "a,b,c\n" + "\n".join(rows) + "\n")
    assert len(raw.table) == 2999
    assert raw.table.slice(7, 1).to_pylist() == [{"a": "7", "b": "8", "c": ""}]
    assert raw.table["a"].to_pylist()[1999:2001] == ["2000", "2001"]
    np.testing.assert_array_equal(raw.lines[[7, 99, 100, -1]], [9, 101, 103, 3001])
    assert raw.notes == (
        "data.csv: line 9: too few cells, the rest is missing",
        "data.csv: line 102: too many cells, left out",
    )


def test_many_uneven_rows(tmp_path):
    rows = [f"{j},x" if j % 3 else f"{j}" for j in range(9000)]
    raw = table(tmp_path, "a,b\n" + "\n".join(rows) + "\n9000,x\n")
    assert raw.table["a"].to_pylist() == [str(j) for j in range(9001)]
    assert raw.table["b"].to_pylist() == ["x" if j % 3 else "" for j in range(9000)] + ["x"]


def test_more_names_than_cells(tmp_path):
    with pytest.raises(DataError, match=r"line 2: expected 4 cells as in most lines, got 2"):
        table(tmp_path, "a,b,c,d\n" + "1,2\n" * 20)


def test_names_that_come_again(tmp_path):
    raw = table(tmp_path, ("a,b,kind\n" + ROWS) * 3)
    assert raw.table["a"].to_pylist() == CELLS[0] * 3
    assert raw.lines[[12, 24]].tolist() == [15, 28]
    assert raw.notes == ("data.csv: lines 14, 27: the names again, left out",)


def test_lines_of_dashes(tmp_path):
    rows = [f" {j:2} | {'xyz'[j % 3]}    | {j / 8:.3f} " for j in range(20)]
    raw = table(tmp_path, "\n".join([" id | kind | size ", "----+------+------", *rows, "(20 rows)", ""]))
    assert raw.table.column_names == ["id", "kind", "size"]
    assert [cell.strip() for cell in raw.table["id"].to_pylist()] == [str(j) for j in range(20)]
    rows = [f"|{row}|" for row in rows]
    raw = table(tmp_path, "\n".join(["| id | kind | size |", "|---:|:----:|------|", *rows]))
    assert raw.table.column_names == ["id", "kind", "size"]


def test_units_below_names_with_blanks_between(tmp_path):
    rows = "".join(f"   {1948 + j // 12}  {j % 12 + 1:2}  {j / 3:5.1f}   {j * 3:4}\n" for j in range(60))
    raw = table(tmp_path, "Heathrow\nat 51.479, -0.449\n   yyyy  mm   tmax   rain\n              degC     mm\n" + rows)
    assert raw.table.column_names == ["yyyy", "mm", "tmax", "rain"]
    assert raw.table["yyyy"].to_pylist() == [str(1948 + j // 12) for j in range(60)]
    assert raw.lines[0] == 5


def test_tabs_beside_blanks(tmp_path):
    rows = "".join(f'{j}.0   {j % 3}   {j / 8:.3f}\t"car number {j}"\n' for j in range(30))
    raw = table(tmp_path, rows)
    assert raw.table.num_columns == 4
    assert raw.table.column(3).to_pylist()[7] == "car number 7"


def test_two_colons(tmp_path):
    raw = table(tmp_path, "".join(f"{j}::{j + 7}::{j % 5}\n" for j in range(30)))
    assert raw.table.to_pydict()["c2"] == [str(j + 7) for j in range(30)]


# What is known of the columns.


def test_the_target_settles_the_header(tmp_path):
    rows = "".join(f"{word},{word}\n" for word in ("kind", "b", "a", "b"))
    assert table(tmp_path, "a,kind\n" + rows).reading["header"] is False
    raw = table(tmp_path, "a,kind\n" + rows, known=["kind"])
    assert raw.table.column_names == ["a", "kind"]
    raw = table(tmp_path, "all,of,it\nx,y,kind\n1,2,3\n4,5,6\n", known=["kind"])
    assert raw.table.column_names == ["x", "y", "kind"]


@pytest.mark.parametrize("place", [1, 2, 3, 4])
def test_made_up_names_go_by_position_around_the_target(tmp_path, place):
    known = [f"c{j}" for j in (1, 2, 3, 4)]
    target, rest = f"c{place}", [f"c{j}" for j in (1, 2, 3, 4) if j != place]
    text = "".join(f"{j}.5,{j},{-j}\n" for j in range(9))
    assert table(tmp_path, text, known=known, target=target).table.column_names == rest
    text = text.replace("\n", ",7\n")
    assert table(tmp_path, text, known=known, target=target).table.column_names == known
    assert table(tmp_path, "x,y,z\n", known=known, target=target).table.column_names == rest


def test_rows_after_the_beginning_decide_too(tmp_path):
    """The first 150 lines could be cut at either; those of the middle and the end only at one."""
    head = "".join(f"{j},5;{j},7\n" for j in range(150))
    rest = "".join(f"{j};{j}\n" for j in range(3000))
    path = tmp_path / "data.csv"
    path.write_text(head + rest)
    assert read(path).reading["separator"] == ";"
