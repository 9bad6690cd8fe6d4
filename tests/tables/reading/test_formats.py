"""One small table in every format that is read: the same columns, kinds and cells, whatever holds them."""

import bz2
import datetime as dt
import gzip
import io
import json
import lzma
import sqlite3
import zipfile

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import feather, ipc, orc, parquet

from glassnet.errors import DataError, FileError, TooLargeError, UnknownNameError
from glassnet.tables import read
from glassnet.tables.reading.formats import stem
from glassnet.tables.recognition import decision_of

M = 30
CLEAN = {
    "age": [20 + i * 7 % 50 for i in range(M)],
    "price": [round(1.25 + i * 31 % 97, 2) if i % 9 else None for i in range(M)],
    "city": ["Rome", "Oslo, N", 'the "Hague"'] * 10,
    "day": [dt.datetime(2020, 1, 1) + dt.timedelta(days=3 * i) for i in range(M)],
    "label": ["yes", "no", "no"] * 10,
}
KINDS = {"age": "number", "price": "number", "city": "category", "day": "date"}
TEXT = {name: [str(cell.date()) if name == "day" else cell for cell in cells] for name, cells in CLEAN.items()}
RECORDS = [dict(zip(TEXT, row, strict=True)) for row in zip(*TEXT.values(), strict=True)]
FRAME = pd.DataFrame(CLEAN)
CSV = pd.DataFrame(TEXT).to_csv(index=False)


def in_memory(write):
    file = io.BytesIO()
    write(file)
    return file.getvalue()


def zipped(**files):
    with zipfile.ZipFile(file := io.BytesIO(), "w") as archive:
        for name, text in files.items():
            archive.writestr(name.replace("__", "."), text)
    return file.getvalue()


def stream(file):
    table = pa.table(CLEAN)
    with ipc.new_stream(file, table.schema) as writer:
        writer.write_table(table)


def arff(rows):
    head = "% made by hand\n@RELATION r\n@attribute age numeric\n@attribute 'price' REAL\n"
    cities = "{Rome, 'Oslo, N', 'the \"Hague\"'}"
    return f"{head}@attribute city {cities}\n@attribute day date\n@attribute label {{yes,no}}\n\n@DATA\n{rows}"


ARFF_ROWS = "\n".join(
    f"{row['age']},{'?' if row['price'] is None else row['price']},{row['city']!r},{row['day']},{row['label']}"
    for row in RECORDS
)
HTML_ROWS = "".join("<tr>" + "".join(f"<td>{'' if cell is None else cell}" for cell in row.values()) for row in RECORDS)
HTML = f"<html><body><table><tr>{''.join(f'<th>{name}</th>' for name in TEXT)}</tr>{HTML_ROWS}</table></body></html>"
SPLIT = {"columns": list(TEXT), "index": list(range(M)), "data": [list(row.values()) for row in RECORDS]}

FILES = {
    "a.csv": CSV.encode(),
    "a.csv.gz": gzip.compress(CSV.encode()),
    "a.gz": gzip.compress(CSV.encode()),
    "a.csv.bz2": bz2.compress(CSV.encode()),
    "a.csv.xz": lzma.compress(CSV.encode()),
    "a.zip": zipped(inner__csv=CSV),
    "b.zip": zipped(inner__json=json.dumps(RECORDS)),
    "c.zip": zipped(**{"__MACOSX/._inner__csv": "x", "inner__csv": CSV}),
    "a": CSV.encode(),
    "a.tsv": CSV.encode(),
    "really_gzip.csv": gzip.compress(CSV.encode()),
    "really_parquet.csv": in_memory(lambda file: parquet.write_table(pa.table(CLEAN), file)),
    "a.jsonl": "\n".join(map(json.dumps, RECORDS)).encode(),
    "a.ndjson.gz": gzip.compress("\n".join(map(json.dumps, RECORDS)).encode()),
    "records.json": json.dumps(RECORDS, indent=1).encode(),
    "columns.json": json.dumps(TEXT).encode(),
    "split.json": json.dumps(SPLIT).encode(),
    "index.json": json.dumps({str(i): row for i, row in enumerate(RECORDS)}).encode(),
    "pandas.json": pd.DataFrame(TEXT).to_json().encode(),
    "table.json": pd.DataFrame(TEXT).to_json(orient="table", index=False).encode(),
    "wrapped.json": json.dumps({"status": "ok", "results": RECORDS}).encode(),
    "rows.json": json.dumps([list(TEXT), *SPLIT["data"]]).encode(),
    "a.arff": arff(ARFF_ROWS).encode(),
    "a.html": HTML.encode(),
    "really_html.xls": HTML.encode(),
    "really_text.xls": CSV.replace(",", "\t").replace("Oslo\t N", "Oslo, N").encode("utf-16"),
    "a.parquet": in_memory(lambda file: parquet.write_table(pa.table(CLEAN), file)),
    "a.feather": in_memory(lambda file: feather.write_feather(pa.table(CLEAN), file)),
    "a.arrow": in_memory(stream),
    "a.xlsx": in_memory(lambda file: FRAME.to_excel(file, index=False)),
    "title.xlsx": in_memory(lambda file: FRAME.to_excel(file, index=False, startrow=3, startcol=2)),
    "a.orc": in_memory(lambda file: orc.write_table(pa.table(CLEAN), file)),
}
FILES["really_xlsx.csv"] = FILES["a.xlsx"]


def database(path, **tables):
    with sqlite3.connect(path) as connection:
        for name, columns in tables.items():
            names = ", ".join(f'"{column}"' for column in columns)
            connection.execute(f'create table "{name}" ({names})')
            marks = ", ".join("?" * len(columns))
            connection.executemany(f'insert into "{name}" values ({marks})', zip(*columns.values(), strict=True))
    connection.close()
    return path


def check(dataset, *, kinds=KINDS):
    assert list(dataset.y) == CLEAN["label"]
    assert dataset.X.column_names == list(kinds)
    for name, kind in kinds.items():
        decision = decision_of(dataset.X.schema.field(name))
        assert (decision.kind, decision.reason) == (kind, "")
        cells = dataset.X[name].to_pylist()
        if kind == "date":
            cells = [dt.datetime(cell.year, cell.month, cell.day) for cell in cells]
        assert cells == CLEAN[name], name


@pytest.mark.parametrize("name", FILES)
def test_each_format_gives_the_same_table(name, tmp_path):
    (tmp_path / name).write_bytes(FILES[name])
    dataset = read(tmp_path / name, "label")
    check(dataset)
    lies = name.startswith("really_") and "gzip" not in name
    assert any("whatever its name says" in note for note in dataset.notes) == lies


def test_tables_of_a_database(tmp_path):
    one = database(tmp_path / "one.db", people=TEXT)
    check(read(one, "label"))
    two = database(tmp_path / "two.sqlite", people=TEXT, other={"x": [1]})
    check(read(f"{two}:people", "label"))
    with pytest.raises(DataError, match=r"two.sqlite holds 2 tables: people, other; name one, as two.sqlite:people"):
        read(two)
    with pytest.raises(UnknownNameError, match=r"did you mean 'people'"):
        read(f"{two}:poeple")
    assert {stem(one), stem(tmp_path / "two.sqlite:people")} == {"one", "two-people"}


def test_sheets(tmp_path):
    with pd.ExcelWriter(tmp_path / "two.xlsx") as book:
        pd.DataFrame({"x": [1.0, 2.0]}).to_excel(book, sheet_name="first", index=False)
        FRAME.to_excel(book, sheet_name="my data", index=False)
    check(read(tmp_path / "two.xlsx:my data", "label"))
    found = read(tmp_path / "two.xlsx")
    assert found.X.column_names == ["x"]
    assert any("sheet 'first' is read" in note for note in found.notes)
    with pytest.raises(UnknownNameError, match=r"sheet of two.xlsx"):
        read(tmp_path / "two.xlsx:mydata")


def test_one_of_several_files_in_a_zip(tmp_path):
    (tmp_path / "a.zip").write_bytes(zipped(one__csv=CSV, two__csv="x\n1\n"))
    check(read(tmp_path / "a.zip:one.csv", "label"))
    with pytest.raises(DataError, match=r"a.zip holds 2 files: one.csv, two.csv; name one, as a.zip:one.csv"):
        read(tmp_path / "a.zip")


def test_parts_of_a_table(tmp_path):
    head, *rows = CSV.splitlines(keepends=True)
    for k in range(3):
        (tmp_path / f"part-{k}.csv").write_text(head + "".join(rows[10 * k : 10 * k + 10]))
    (tmp_path / "_SUCCESS").touch()
    dataset = read(tmp_path, "label")
    check(dataset)
    assert any("3 files are read as parts of one table" in note for note in dataset.notes)
    (tmp_path / "other.csv").write_text("x\n1\n")
    with pytest.raises(DataError, match=r"other columns .* age, city, day"):
        read(tmp_path, "label")


BROKEN = {"part-9.csv": b"", "part-0.parquet": b"PAR1 and no table", "a.csv.gz": gzip.compress(CSV.encode())[:-9]}


@pytest.mark.parametrize("name", BROKEN)
@pytest.mark.parametrize("packed", [False, True])
def test_a_part_that_cannot_be_read_is_named_and_left_out_or_refused(tmp_path, name, packed):
    head, *rows = CSV.splitlines(keepends=True)
    parts = {f"part-{k}.csv": (head + "".join(rows[10 * k : 10 * k + 10])).encode() for k in range(3)} | {
        name: BROKEN[name]
    }
    data = tmp_path / ("data.zip" if packed else "data")
    if packed:
        with zipfile.ZipFile(data, "w") as archive:
            for called, body in sorted(parts.items()):
                archive.writestr(called, body)
    else:
        data.mkdir()
        for called, body in parts.items():
            (data / called).write_bytes(body)
    dataset = read(data, "label")
    check(dataset)
    assert sum(note.startswith(f"{name} is left out: ") for note in dataset.notes) == 1
    assert any("3 files are read as parts of one table, 30 rows" in note for note in dataset.notes)
    with pytest.raises((FileError, DataError), match=rf"{name} is (empty|not a whole)"):
        read(data, "label", strict=True)


def test_a_folder_of_which_no_part_can_be_read_is_refused(tmp_path):
    for k in range(3):
        (tmp_path / f"part-{k}.csv").touch()
    with pytest.raises(DataError, match=r"part-0.csv is empty"):
        read(tmp_path, "label")


def test_a_part_for_which_there_is_no_room_is_never_left_out(tmp_path, monkeypatch):
    (tmp_path / "part-0.csv").write_text(CSV)
    (tmp_path / "part-1.csv").write_text(CSV.splitlines()[0] + "\n" + CSV.partition("\n")[2] * 2000)
    monkeypatch.setenv("GLASSNET_MEMORY", "1MB")
    with pytest.raises(TooLargeError, match=r"would take .* of memory"):
        read(tmp_path, "label")


def test_folders_that_name_a_value(tmp_path):
    for year in (2019, 2020):
        folder = tmp_path / f"year={year}"
        folder.mkdir()
        parquet.write_table(pa.table({"x": [1.5, 2.5], "y": ["a", "b"]}), folder / "0.parquet")
    dataset = read(tmp_path, "y")
    assert dataset.X.to_pydict() == {"x": [1.5, 2.5] * 2, "year": [2019, 2019, 2020, 2020]}


@pytest.mark.parametrize("names", [("train.csv", "test.csv"), ("adult-train.csv", "adult-test.csv")])
def test_parts_for_training_and_test(names, tmp_path):
    head, *rows = CSV.splitlines(keepends=True)
    for name, some in zip(names, (rows[:20], rows[20:]), strict=True):
        (tmp_path / name).write_text(head + "".join(some))
    dataset = read(tmp_path, "label")
    assert list(dataset.y) == CLEAN["label"][:20]
    assert list(dataset.test.y) == CLEAN["label"][20:]
    assert dataset.X["age"].to_pylist() == CLEAN["age"][:20]
    assert dataset.test.X["age"].to_pylist() == CLEAN["age"][20:]


def test_standard_input(monkeypatch):
    class Stream:
        buffer = io.BytesIO(FILES["a.csv.gz"])

    monkeypatch.setattr("sys.stdin", Stream)
    check(read("-", "label"))
    assert stem("-") == "stdin"


def test_records_inside_records(tmp_path):
    rows = [{"id": {"x": i, "deep": {"y": i / 2}}, "tags": ["a", "b"][: i % 3], "z": i % 2} for i in range(6)]
    (tmp_path / "a.json").write_text(json.dumps(rows))
    X = read(tmp_path / "a.json", "z").X
    assert X.column_names == ["id.x", "id.deep.y", "tags"]
    assert X["tags"].to_pylist() == [None, "a", "a, b"] * 2


def test_nominal_numbers_are_categories(tmp_path):
    (tmp_path / "a.arff").write_text("@relation r\n@attribute x {1,2,3}\n@attribute y real\n@data\n" + "1,5\n3,?\n" * 5)
    X = read(tmp_path / "a.arff").X
    assert [decision_of(field).kind for field in X.schema] == ["category", "number"]
    (tmp_path / "b.arff").write_text(
        "@relation r\n@attribute x {a,b}\n@attribute y real\n@data\n{0 b, 1 2.5}\n{}\n{1 3}\n"
    )
    assert read(tmp_path / "b.arff").X.to_pydict() == {"x": ["b", "a", "a"], "y": [2.5, 0, 3]}


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("a.json", b'{"x": 1}', "a.json: expected a list of records"),
        ("a.json", b'[{"x": 1},', "a.json, line 1: no JSON"),
        ("a.jsonl", b'{"x": 1}\n{"x": }\n', "a.jsonl, line 2: no JSON"),
        ("a.json", b"[" * 100_000, "a.json is nested too deeply"),
        ("a.arff", b"@relation x\n@attribute\n@data\n1\n", "a.arff, line 2: expected @attribute NAME TYPE"),
        ("a.arff", b"1,2\n", "a.arff: expected a line @data"),
        ("a.db", b"SQLite format 3\0" + b"x" * 2000, "a.db is not a whole SQLite file"),
        ("a.feather", b"ARROW1\0\0" + b"x" * 100, "a.feather is not a whole Arrow file"),
        ("a.orc", b"ORC" + b"x" * 100, "a.orc is not a whole ORC file"),
        ("a.csv.bz2", bz2.compress(b"x,y\n" * 100)[:-9], "a.csv.bz2 is not a whole .bz2 file"),
        ("a.zip", zipped(inner__csv=CSV)[:-30], "a.zip is not a whole zip file"),
        ("a.html", b"<html><p>no table</html>", "a.html: expected a page with a table"),
    ],
)
def test_damaged_files(name, data, told, tmp_path):
    (tmp_path / name).write_bytes(data)
    with pytest.raises((DataError, FileError), match=told):
        read(tmp_path / name)


def test_arrays_keep_their_format_inside_no_archive(tmp_path):
    np.save(file := io.BytesIO(), np.ones((3, 2)))
    (tmp_path / "a.npy.gz").write_bytes(gzip.compress(file.getvalue()))
    with pytest.raises(FileError, match=r"not read from inside a.npy.gz; unpack it first"):
        read(tmp_path / "a.npy.gz")
