"""What a file is, what it is packed in, and which table of several: as the same table in CSV, or a plain error."""

import bz2
import datetime as dt
import gzip
import io
import json
import lzma
import random
import sqlite3
import sys
import tarfile
import zipfile
from pathlib import Path

import openpyxl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import feather, orc, parquet

from glassnet.errors import DataError, FileError, MissingLibraryError, UnknownNameError
from glassnet.tables import read
from glassnet.tables.choices import ColumnChoices
from glassnet.tables.reading.formats import stem
from glassnet.tables.recognition import decision_of

M = 40
RANDOM = random.Random(7)
TABLE = {
    "age": [RANDOM.randint(18, 90) for _ in range(M)],
    "height": [None if i == 5 else round(RANDOM.uniform(150, 200), 1) for i in range(M)],
    "city": [RANDOM.choice(["Paris", "Rome", "Oslo, north", "Bern"]) for _ in range(M)],
    "born": [dt.datetime(1990, 1, 1) + dt.timedelta(days=RANDOM.randint(0, 9000)) for _ in range(M)],
    "label": [RANDOM.choice(["yes", "no"]) for _ in range(M)],
}


def plain(cell):
    return None if cell is None else cell.date().isoformat() if isinstance(cell, dt.datetime) else cell


def records(table=TABLE):
    return [dict(zip(table, map(plain, row), strict=True)) for row in zip(*table.values(), strict=True)]


def csv_of(table=TABLE, separator=","):
    def shown(cell):
        text = "" if cell is None else str(cell)
        return f'"{text}"' if separator in text else text

    rows = [list(table), *(record.values() for record in records(table))]
    return "".join(separator.join(map(shown, row)) + "\n" for row in rows).encode()


def in_buffer(write):
    buffer = io.BytesIO()
    write(buffer)
    return buffer.getvalue()


def excel(rows, *others):
    book = openpyxl.Workbook()
    for name, cells in [("Data", rows), *others]:
        sheet = book.create_sheet(name)
        for row in cells:
            sheet.append(row)
    book.remove(book.worksheets[0])
    return in_buffer(book.save)


def rows_of(table=TABLE):
    return [list(table), *(list(row) for row in zip(*table.values(), strict=True))]


def arrow_stream(table):
    def write(buffer):
        with pa.ipc.new_stream(buffer, table.schema) as writer:
            writer.write_table(table)

    return in_buffer(write)


def zipped(**files):
    def write(buffer):
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in files.items():
                archive.writestr(name.replace("__", "."), data)

    return in_buffer(write)


def tarred(**files):
    def write(buffer):
        with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
            for name, data in files.items():
                info = tarfile.TarInfo(name.replace("__", "."))
                info.size = len(data)
                archive.addfile(info, io.BytesIO(data))

    return in_buffer(write)


def zstandard(data):
    buffer = io.BytesIO()
    with pa.CompressedOutputStream(pa.PythonFile(_Open(buffer), "w"), "zstd") as stream:
        stream.write(data)
    return buffer.getvalue()


class _Open:
    """A buffer that stays open."""

    closed = False

    def __init__(self, buffer):
        self.write = buffer.write

    def flush(self):
        pass

    def close(self):
        pass


def arff(table=TABLE):
    cities = ",".join(f"'{city}'" for city in sorted(set(table["city"])))
    declared = (
        "% made by hand\n@RELATION people\n\n@attribute age INTEGER\n@Attribute 'height' numeric\n"
        f"@attribute city {{{cities}}}\n@attribute born date 'yyyy-MM-dd'\n@attribute label {{yes, no}}\n@DATA\n"
    )
    lines = []
    for record in records(table):
        age, height, city, born, label = record.values()
        lines.append(f"{age}, {'?' if height is None else height}, '{city}', \"{born}\", {label}")
    return (declared + "\n% a comment\n".join(lines)).encode()


def html(table=TABLE):
    rows = "".join(
        "<tr>" + "".join(f"<td>{'' if cell is None else plain(cell)}" for cell in row) + "</tr>\n"
        for row in rows_of(table)
    )
    return f"<html><body><table><tr><td>menu</td></tr></table><table>{rows}</table></body></html>".encode()


def sqlite(path, table=TABLE, name="people", **others):
    with sqlite3.connect(path) as connection:
        for each, cells in {name: table, **others}.items():
            columns = ", ".join(f'"{column}"' for column in cells)
            connection.execute(f'create table "{each}" ({columns})')
            marks = ", ".join("?" * len(cells))
            rows = [tuple(record.values()) for record in records(cells)]
            connection.executemany(f'insert into "{each}" values ({marks})', rows)
    connection.close()
    return path


ARROW = pa.table(TABLE)
LINES = "\n".join(map(json.dumps, records())).encode()
COLUMNS = {name: {str(i): plain(cell) for i, cell in enumerate(cells)} for name, cells in TABLE.items()}
FORMATS = {
    "t.tsv": csv_of(separator="\t"),
    "t.psv": csv_of(separator="|"),
    "t.dat": csv_of(separator=";"),
    "t.csv.gz": gzip.compress(csv_of()),
    "t.csv.bz2": bz2.compress(csv_of()),
    "t.csv.xz": lzma.compress(csv_of()),
    "t.csv.zst": zstandard(csv_of()),
    "t.jsonl.gz": gzip.compress(LINES),
    "t.xlsx.gz": gzip.compress(excel(rows_of())),
    "t.parquet.gz": gzip.compress(in_buffer(lambda buffer: parquet.write_table(ARROW, buffer))),
    "t.zip": zipped(t__csv=csv_of(), __MACOSX="", README__txt="about"),
    "t.csv.zip": zipped(inner__tsv=csv_of(separator="\t")),
    "t.tar.gz": tarred(t__csv=csv_of()),
    "t.tgz": tarred(t__csv=csv_of()),
    "t.xlsx": excel(rows_of()),
    "t.parquet": in_buffer(lambda buffer: parquet.write_table(ARROW, buffer)),
    "t.feather": in_buffer(lambda buffer: feather.write_feather(ARROW, buffer)),
    "t.arrow": arrow_stream(ARROW),
    "t.orc": in_buffer(lambda buffer: orc.write_table(ARROW, buffer)),
    "t.jsonl": LINES,
    "t.ndjson": b"\n\n".join(LINES.splitlines()),
    "t.json": json.dumps(records()).encode(),
    "columns.json": json.dumps(COLUMNS).encode(),
    "index.json": json.dumps({f"row {i}": record for i, record in enumerate(records())}).encode(),
    "split.json": json.dumps(
        {"columns": list(TABLE), "index": list(range(M)), "data": [list(row.values()) for row in records()]}
    ).encode(),
    "table.json": json.dumps(
        {
            "schema": {"fields": [], "primaryKey": ["index"]},
            "data": [{"index": i, **record} for i, record in enumerate(records())],
        }
    ).encode(),
    "lists.json": json.dumps({name: list(map(plain, cells)) for name, cells in TABLE.items()}).encode(),
    "data.json": json.dumps({"count": M, "next": None, "data": records()}).encode(),
    "rows.json": json.dumps([list(TABLE), *([*record.values()] for record in records())]).encode(),
    "t.arff": arff(),
    "t.html": html(),
    # Names that lie, and none.
    "parquet.csv": in_buffer(lambda buffer: parquet.write_table(ARROW, buffer)),
    "xlsx.xls": excel(rows_of()),
    "xlsx.csv": excel(rows_of()),
    "tabs.xls": csv_of(separator="\t"),
    "utf-16.xls": csv_of(separator="\t").decode().encode("utf-16"),
    "html.xls": html(),
    "gzipped.csv": gzip.compress(csv_of()),
    "jsonl.txt": LINES,
    "arff.txt": arff(),
    "csv.json": csv_of(),
    "table.log": csv_of(),
    "table": csv_of(),
    "packed": gzip.compress(csv_of(separator=";")),
    "arrow": arrow_stream(ARROW),
}


def summary(dataset):
    """Return kinds and cells of all columns, and the target."""
    kinds = {field.name: decision_of(field).kind for field in dataset.X.schema}
    cells = {}
    for name, column in zip(dataset.X.column_names, dataset.X.columns, strict=True):
        cells[name] = [str(plain(cell)) if isinstance(cell, dt.date) else cell for cell in column.to_pylist()]
    return kinds, cells, dataset.y.tolist()


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    path = tmp_path_factory.mktemp("csv") / "t.csv"
    path.write_bytes(csv_of())
    found = summary(read(path, "label"))
    assert found[0] == {"age": "number", "height": "number", "city": "category", "born": "date"}
    return found


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_gives_what_csv_gives(name, tmp_path, expected):
    path = tmp_path / name
    path.write_bytes(FORMATS[name])
    assert summary(read(path, "label")) == expected


@pytest.mark.parametrize("name", list(FORMATS)[list(FORMATS).index("parquet.csv") :])
def test_a_name_that_lies_is_noted(name, tmp_path):
    path = tmp_path / name
    path.write_bytes(FORMATS[name])
    notes = " ".join(read(path, "label").notes)
    assert ("." not in name or name == "gzipped.csv") or f"{name}: holds " in notes


@pytest.mark.parametrize("part", ["", ":people"])
def test_sqlite(part, tmp_path, expected):
    path = sqlite(tmp_path / "t.db")
    assert summary(read(f"{path}{part}", "label")) == expected
    (tmp_path / "packed.gz").write_bytes(gzip.compress(path.read_bytes()))
    assert summary(read(tmp_path / "packed.gz", "label")) == expected


def test_sqlite_with_several_tables(tmp_path):
    path = sqlite(tmp_path / "t.db", orders={"id": [1, 2], "amount": [3.5, None]}, android_metadata={"x": [1]})
    with pytest.raises(DataError, match=r"t.db holds 2 tables: people, orders; name one, as t.db:people"):
        read(path)
    with pytest.raises(UnknownNameError, match=r"table of t.db.*'order' \(did you mean 'orders'\?\)"):
        read(f"{path}:order")
    assert read(f"{path}:orders").X.column_names == ["id", "amount"]
    data = read(path, "label")  # one table alone has that column
    assert len(data) == M
    assert "table 'people' of people, orders" in data.notes[0]


def test_sqlite_runs_nothing_of_the_file(tmp_path):
    path = sqlite(tmp_path / "t.db")
    before = path.read_bytes()
    with sqlite3.connect(path) as connection:
        connection.execute(
            "create view endless as with recursive n(i) as (select 1 union all select i from n) select * from n"
        )
    connection.close()
    with pytest.raises(UnknownNameError, match="views are not read"):
        read(f"{path}:endless")
    changed = path.read_bytes()
    assert changed != before
    read(path, "label")
    assert path.read_bytes() == changed
    assert [each.name for each in tmp_path.iterdir()] == ["t.db"]


def test_sqlite_types_are_those_of_the_cells(tmp_path):
    path = tmp_path / "t.db"
    with sqlite3.connect(path) as connection:
        connection.execute("create table t (a int, b, c text, d blob)")
        rows = [(1, 2, "x", b"bytes"), (2.5, "many", None, b"of"), (None, 7, "3", b"text")]
        connection.executemany("insert into t values (?, ?, ?, ?)", rows)
    connection.close()
    data = read(path)
    assert data.X["a"].to_pylist() == [1, 2.5, None]
    assert data.X["b"].to_pylist() == ["2", "many", "7"]
    assert data.X["d"].to_pylist() == ["bytes", "of", "text"]


def test_excel_is_found_on_its_sheet(tmp_path):
    rows = [["Report of 2020"], [], [None, "age", "rate", "day", "label"]]
    rows += [[None, i, i / 80, dt.date(2020, 1, 1) + dt.timedelta(i), "ab"[i % 2]] for i in range(20)]
    rows += [[], [None, "made in 2020"]]
    path = tmp_path / "t.xlsx"
    path.write_bytes(excel([], ("Sheet2", rows), ("Other", [["x", "y"], [1, 2], [3, 4]])))
    data = read(path, "label")
    assert summary(data)[0] == {"age": "number", "rate": "number", "day": "date"}
    assert data.X["age"].to_pylist() == list(range(20))
    assert data.lines.tolist() == list(range(4, 24))
    notes = " ".join(data.notes)
    assert "sheet 'Sheet2' is read; t.xlsx:NAME takes another: Data, Other" in notes
    assert "row 1: above the table" in notes
    assert "row 25: below the table" in notes
    assert read(f"{path}:Other").X["y"].to_pylist() == [2, 4]
    assert "sheet 'Other'" in " ".join(read(path, "y").notes)  # that alone has such a column
    with pytest.raises(UnknownNameError, match=r"sheet of t.xlsx 'Othr' \(did you mean 'Other'\?\)"):
        read(f"{path}:Othr")


def test_a_sheet_of_remarks_is_passed_over(tmp_path):
    remarks = [["Made in 2020."], ["See the sheet of data."], ["Numbers are in euros."]]
    (tmp_path / "t.xlsx").write_bytes(excel(remarks, ("data", [["x", "y"], [1, 2], [3, 4]])))
    assert read(tmp_path / "t.xlsx").X.column_names == ["x", "y"]


def test_without_the_library_of_spreadsheets(tmp_path, monkeypatch):
    (tmp_path / "t.xlsx").write_bytes(FORMATS["t.xlsx"])
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    with pytest.raises(
        MissingLibraryError, match=r'reading t.xlsx needs python-calamine: pip install "python-calamine'
    ):
        read(tmp_path / "t.xlsx")


def test_excel_cells_of_several_kinds(tmp_path):
    rows = [["when", "clock", "long", "flag", "mixed", "error"]]
    for i in range(12):
        when = dt.datetime(2020, 1, 1, i) if i != 3 else "unknown"
        mixed = i if i % 2 else f"no. {i}"
        rows.append([when, dt.time(i, 30), dt.timedelta(hours=20 + i), i % 3 == 0, mixed, "#N/A" if i == 2 else i / 7])
    path = tmp_path / "t.xlsx"
    path.write_bytes(excel(rows))
    data = read(path, columns=ColumnChoices(keep=["when", "clock", "long", "flag", "mixed", "error"]))
    assert decision_of(data.X.schema.field("when")).kind == "date"
    assert data.X["when"].null_count == 1
    assert data.X["flag"].to_pylist()[:4] == [True, False, False, True]
    assert data.X["mixed"].to_pylist()[:3] == ["no. 0", "1", "no. 2"]
    assert data.X["error"].to_pylist()[2] is None
    assert decision_of(data.X.schema.field("error")).kind == "number"


def test_excel_with_far_corners_is_refused(tmp_path, monkeypatch):
    book = openpyxl.Workbook()
    book.active["A1"], book.active["XFD1048576"] = "x", 1
    book.save(tmp_path / "t.xlsx")
    with pytest.raises(DataError, match=r"a sheet of 1048576 rows and 16384 columns, would take"):
        read(tmp_path / "t.xlsx")
    monkeypatch.setenv("GLASSNET_MEMORY", "100kB")
    (tmp_path / "u.xlsx").write_bytes(excel([["a" * 30_000]] * 2 + [["b"]] * 500))
    with pytest.raises(DataError, match="would take"):
        read(tmp_path / "u.xlsx")


@pytest.mark.parametrize("name", ["t.xlsx", "t.ods", "t.orc", "t.arrow", "t.db", "t.zip", "t.csv.gz", "t.csv.xz"])
def test_what_is_damaged_is_one_error(name, tmp_path):
    whole = FORMATS.get(name)
    if whole is None:
        whole = {"t.ods": FORMATS["t.xlsx"], "t.db": sqlite(tmp_path / "s.db").read_bytes()}[name]
    path = tmp_path / name
    for size in (len(whole) // 2, len(whole) - 20, 40):
        path.write_bytes(whole[:size])
        with pytest.raises((FileError, DataError), match=name.replace(".", r"\.")):
            read(path, "label")


@pytest.mark.parametrize("name", ["t.csv.gz", "t.csv.bz2", "t.csv.xz", "t.csv.zst", "t.zip", "t.tgz"])
def test_what_unpacks_to_too_much_is_refused(name, tmp_path, monkeypatch):
    data = b"a,b\n" + b"1,2\n" * 500_000
    packed = {
        "gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress, "zst": zstandard,
        "zip": lambda data: zipped(t__csv=data), "tgz": lambda data: tarred(t__csv=data),
    }[name.split(".")[-1]](data)  # fmt: skip
    (tmp_path / name).write_bytes(packed)
    monkeypatch.setenv("GLASSNET_MEMORY", "1MB")
    with pytest.raises(DataError, match=r"would take .* of memory; the limit is 1.0 MB"):
        read(tmp_path / name)


def test_zip_with_several_tables(tmp_path):
    path = tmp_path / "t.zip"
    small = b"x,y\n1,2\n3,4\n"
    path.write_bytes(zipped(people__csv=csv_of(), small__csv=small, notes__md=b"# about"))
    data = read(f"{path}:small.csv")
    assert data.X.column_names == ["x", "y"]
    with pytest.raises(UnknownNameError, match=r"file in t.zip 'smal.csv' \(did you mean 'small.csv'\?\)"):
        read(f"{path}:smal.csv")
    path.write_bytes(zipped(people__csv=csv_of(), Metadata_people__csv=small))
    assert len(read(path, "label")) == M
    path.write_bytes(zipped(a__csv=small, b__csv=b"z,w\n1,2\n3,4\n"))
    with pytest.raises(DataError, match=r"t.zip holds 2 files: a.csv, b.csv; name one, as t.zip:a.csv"):
        read(path)
    path.write_bytes(zipped(notes__pdf=b"%PDF"))
    with pytest.raises(FileError, match=r"t.zip holds no table: notes.pdf"):
        read(path)


def test_zip_names_lead_nowhere(tmp_path):
    (tmp_path / "t.zip").write_bytes(zipped(**{"../../t__csv": csv_of(), "/etc/u": b""}))
    assert len(read(tmp_path / "t.zip", "label")) == M
    assert [each.name for each in tmp_path.iterdir()] == ["t.zip"]


def test_json_with_records_in_records(tmp_path):
    rows = [
        {"id": {"$oid": f"a{i}"}, "at": {"city": "ab"[i % 2], "x": {"y": i}}, "tags": [1, None, "a"], "n": i}
        for i in range(9)
    ]
    path = tmp_path / "t.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)))
    data = read(path)
    assert data.X["tags"].to_pylist() == ["1, a"] * 9
    assert data.X.column_names == ["id.$oid", "at.city", "at.x.y", "tags", "n"]
    assert any("records within records are columns such as 'id.$oid'" in note for note in data.notes)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[1, 2, 3]", "record 1: expected a record"),
        ('{"a": 1}', "expected a list of records, got one record"),
        ('{"a": [1, 2], "b": [1]}', "lists of one length"),
        ("[]", "expected a list of records"),
        ('[{"a": 1}', "line 1: no JSON"),
        ('{"a": 1}\n{"a": }', "line 2: no JSON"),
        ("[" * 100_000, "nested too deeply"),
        ('{"a": [{"x": 1}], "b": [{"y": 1}]}', r"several lists of records: a, b; name one, as t.json:a"),
        ('{"columns": ["a", "b"], "data": [[1]]}', "expected 2 cells in each row"),
    ],
)
def test_json_that_is_no_table(text, message, tmp_path):
    (tmp_path / "t.json").write_text(text)
    with pytest.raises((DataError, FileError), match=message):
        read(tmp_path / "t.json")


def test_json_with_a_list_of_rows_among_others(tmp_path):
    document = {"fields": [{"name": "a"}, {"name": "b"}], "features": [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]}
    (tmp_path / "t.json").write_text(json.dumps(document))
    assert read(tmp_path / "t.json").X.to_pydict() == {"a": [1, 2], "b": ["x", "y"]}


def test_json_part_and_odd_records(tmp_path):
    path = tmp_path / "t.json"
    path.write_text(json.dumps({"a": {"rows": [{"x": 1}, {"x": 2, "z": "q"}]}, "b": [{"y": 1}]}))
    data = read(f"{path}:rows")
    assert data.X.to_pydict() == {"x": [1, 2], "z": [None, "q"]}
    path.write_text('{"x": 1, "y": "a"}\n{"x": "many", "y": 2}\n{"y": null, "w": true}\n')
    assert read(path).X["x"].to_pylist() == ["1", "many", None]


def test_arff_sparse_weights_and_quotes(tmp_path):
    text = (
        "@relation 'a b'\n@attribute 'it\\'s a name' {x,'y z'}\n@attribute b real\n@attribute c string\n@data\n"
        "{1 2.5, 2 'say \\'hi\\', you'}\n{0 'y z', 1 ?}\n'y z', 3, \"d\", {2.5}\n"
    )
    (tmp_path / "t.arff").write_text(text)
    data = read(tmp_path / "t.arff")
    assert data.X.to_pydict() == {
        "it's a name": ["x", "y z", "y z"], "b": [2.5, None, 3.0], "c": ["say 'hi', you", None, "d"],
    }  # fmt: skip
    assert decision_of(data.X.schema.field(0)).kind == "category"
    assert data.lines.tolist() == [6, 7, 8]
    (tmp_path / "t.arff").write_text(text + "1,2\n")
    with pytest.raises(DataError, match="line 9: expected 3 cells as declared, got 2"):
        read(tmp_path / "t.arff")


def test_arff_names(tmp_path):
    declared = "@attribute education-num numeric\n@attribute fnlwgt: numeric\n@attribute x{a,b}\n@ATTRIBUTE\ty\tREAL\n"
    (tmp_path / "t.arff").write_text(f"@relation r\n{declared}@data\n1,2,a,3.5\n4,5,b,?\n")
    assert read(tmp_path / "t.arff").X.column_names == ["education-num", "fnlwgt:", "x", "y"]


def test_arff_keeps_codes_as_categories(tmp_path):
    rows = "".join(f"{i % 3},{i}\n" for i in range(20))
    (tmp_path / "t.arff").write_text(f"@relation r\n@attribute code {{0,1,2}}\n@attribute b real\n@data\n{rows}")
    data = read(tmp_path / "t.arff")
    assert decision_of(data.X.schema.field("code")).kind == "category"


@pytest.mark.parametrize(
    ("data", "name", "message"),
    [
        (b"$FL2@(#) SPSS DATA FILE", "t.sav", "files of SPSS are not read; with pyreadstat"),
        (b"<stata_dta><header>\0\1\2\3", "data", "files of Stata are not read"),
        (b"\x80\x04K\x01.", "t.pkl", "can run any program"),
        (b"RDX3\nX\n\0\0\0", "t.RData", "in R, write.csv"),
        (gzip.compress(b"RDX3\nX\n\0\0\0"), "t.rda", "in R, write.csv"),
        (b"\0\1\2\3" * 9, "t.foo", r"cannot read files of kind '.foo'.*known: .csv"),
    ],
)
def test_what_is_not_read_says_what_to_do(data, name, message, tmp_path):
    (tmp_path / name).write_bytes(data)
    with pytest.raises(FileError, match=message):
        read(tmp_path / name)


def test_a_name_that_begins_as_a_signature_does(tmp_path):
    (tmp_path / "t.csv").write_text("ORCID,GIF8,label\n" + "".join(f"{i},{i % 7},a\n" for i in range(9)))
    assert read(tmp_path / "t.csv", "label").X.column_names == ["ORCID", "GIF8"]


def test_piped_in(tmp_path, monkeypatch, expected):
    class Pipe:
        buffer = io.BytesIO(gzip.compress(csv_of()))

    monkeypatch.setattr("sys.stdin", Pipe)
    assert summary(read("-", "label")) == expected
    Pipe.buffer = io.BytesIO(b"a,b\n" + b"1,2\n" * 99_999)
    monkeypatch.setenv("GLASSNET_MEMORY", "100kB")
    with pytest.raises(DataError, match=r"stdin, of which .* would take"):
        read("-")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.csv", "a"),
        ("a.csv.gz", "a"),
        ("a.tar.gz", "a"),
        ("b.xlsx:Sheet2", "b-Sheet2"),
        ("-", "stdin"),
        ("a.b", "a.b"),
    ],
)
def test_the_name_of_a_model(name, expected, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert stem(Path(name)) == expected


def parts(folder, files):
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def split_in(n):
    step = M // n
    return [{name: cells[k * step : (k + 1) * step] for name, cells in TABLE.items()} for k in range(n)]


@pytest.mark.parametrize("kind", ["csv", "csv.gz", "parquet", "headless", "zip"])
def test_a_folder_of_parts(kind, tmp_path, expected):
    pieces = [csv_of(piece) for piece in split_in(4)]
    if kind == "csv.gz":
        pieces = list(map(gzip.compress, pieces))
    if kind == "parquet":
        pieces = [in_buffer(lambda b, p=piece: parquet.write_table(pa.table(p), b)) for piece in split_in(4)]
    if kind == "headless":  # as split -l cuts a file
        pieces = [pieces[0], *(piece.split(b"\n", 1)[1] for piece in pieces[1:])]
    suffix = {"headless": "csv", "zip": "csv"}.get(kind, kind)
    files = {f"part-{k + 8}.{suffix}": piece for k, piece in enumerate(pieces)}
    if kind == "zip":
        (tmp_path / "all.zip").write_bytes(zipped(**{name.replace(".", "__"): data for name, data in files.items()}))
        data = read(tmp_path / "all.zip", "label")
    else:
        data = read(parts(tmp_path / "all", {**files, "_SUCCESS": b"", ".part-8.crc": b"x"}), "label")
    assert summary(data) == expected
    assert any("4 files are read as parts of one table, 40 rows together" in note for note in data.notes)


def test_folders_that_spell_columns(tmp_path):
    pieces = [csv_of(piece) for piece in split_in(4)]
    files = {f"year={2019 + k % 2}/town=New%20York/{k}.csv": piece for k, piece in enumerate(pieces)}
    data = read(parts(tmp_path / "all", files), "label")
    assert set(data.X["year"].to_pylist()) == {2019, 2020}
    assert decision_of(data.X.schema.field("year")).kind == "number"
    assert set(data.X["town"].to_pylist()) == {"New York"}


@pytest.mark.parametrize(
    "names", [("train.csv", "test.csv"), ("train/a.csv", "test/b.csv"), ("x_Train.csv", "x-TEST.csv")]
)
def test_training_and_test_files(names, tmp_path, expected):
    first, second = split_in(2)
    folder = parts(
        tmp_path / "all", {names[0]: csv_of(first), names[1]: csv_of(second), "submission.csv": b"a,b\n1,2\n"}
    )
    data = read(folder, "label")
    assert data.y.tolist() == first["label"]
    assert data.test.y.tolist() == second["label"]
    assert data.test.X["age"].to_pylist() == second["age"]
    assert data.test.X.schema.equals(data.X.schema, check_metadata=True)
    notes = " ".join(data.notes)
    assert "training 20, test 20" in notes
    assert "neither training nor test: submission.csv" in notes


def test_validation_file_and_a_test_file_without_targets(tmp_path):
    first, second = split_in(2)
    unlabelled = {name: cells for name, cells in second.items() if name != "label"}
    files = {"train.csv": csv_of(first), "valid.csv": csv_of(second), "test.csv": csv_of(unlabelled)}
    data = read(parts(tmp_path / "all", files), "label")
    assert data.test is None
    assert data.validation.y.tolist() == second["label"]
    assert any("test.csv has no column 'label': not used as the test part" in note for note in data.notes)


def test_a_table_named_after_training_is_no_part_without_another(tmp_path):
    folder = parts(tmp_path / "all", {"Train.csv": csv_of(), "zoo.csv": b"x,z\n1,2\n3,4\n"})
    with pytest.raises(DataError, match=r"all holds 2 files: Train.csv, zoo.csv; name one, as all:Train.csv"):
        read(folder, "label")


def test_a_folder_of_different_tables_is_refused(tmp_path):
    folder = parts(tmp_path / "all", {"a.csv": b"x,y\n1,2\n3,4\n", "b.csv": b"x,z\n1,2\n3,4\n"})
    with pytest.raises(DataError, match=r"name one, as all:a.csv; .* b.csv has other columns than a.csv: y, z"):
        read(folder)
    assert read(f"{folder}:b.csv").X.column_names == ["x", "z"]


WORDS = st.sampled_from(["red", "green", "dark blue", "x,y", "it's", "Ünï", "a\tb"])


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_a_round_trip_in_any_format(tmp_path_factory, data):
    m = data.draw(st.integers(20, 30))
    column = {
        "number": st.lists(
            st.one_of(st.none(), st.floats(-1e6, 1e6).map(lambda x: round(x, 3))), min_size=m, max_size=m
        ),
        "category": st.lists(st.one_of(st.none(), WORDS), min_size=m, max_size=m),
    }
    table = {}
    for j in range(data.draw(st.integers(1, 4))):
        kind = data.draw(st.sampled_from(list(column)))
        table[f"column {j}"] = data.draw(column[kind].filter(lambda cells: any(cell is not None for cell in cells)))
    table["label"] = data.draw(st.lists(st.sampled_from(["yes", "no"]), min_size=m, max_size=m))
    folder = tmp_path_factory.mktemp("any")
    arrow = pa.table(table)
    contents = {
        "t.jsonl": "\n".join(map(json.dumps, records(table))).encode(),
        "t.json": json.dumps(records(table)).encode(),
        "t.parquet": in_buffer(lambda buffer: parquet.write_table(arrow, buffer)),
        "t.feather": in_buffer(lambda buffer: feather.write_feather(arrow, buffer)),
        "t.orc": in_buffer(lambda buffer: orc.write_table(arrow, buffer)),
        "t.xlsx": excel(rows_of(table)),
    }
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    sqlite(folder / "t.db", table)
    choices = ColumnChoices(keep=[name for name in table if name != "label"])
    for name in (*contents, "t.db"):
        found = read(folder / name, "label", columns=choices)
        assert found.y.tolist() == table["label"], name
        for column_name, cells in table.items():
            if column_name != "label":
                assert found.X[column_name].to_pylist() == cells, name
