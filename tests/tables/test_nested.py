"""Cells of typed files that hold several values are columns, text, or left out with a note, in memory and in parts."""

import numpy as np
import pyarrow as pa
import pyarrow.dataset
import pyarrow.feather
import pyarrow.parquet as pq
import pytest

import glassnet
from glassnet import TabularClassifier
from glassnet.errors import DataError
from glassnet.tables.nested import notes_on_nested, without_nested
from glassnet.tables.streaming import scanned
from glassnet.texts.tables import is_known

M = 90
NOTES = tuple(
    f"column {name!r} holds {kind} and is left out: a cell holds one value"
    for name, kind in (("numbers", "lists"), ("records", "lists"), ("who.parts", "maps"))
)


def table():
    rng = np.random.default_rng(0)
    tags = [None, [], ["x"], ["x", "y"], [None, "z"], [None]]
    record = pa.struct(
        {"age": pa.int64(), "home": pa.struct({"city": pa.string()}), "parts": pa.map_("string", "int8")}
    )
    who = [{"age": k, "home": {"city": "UV"[k % 2]}, "parts": [("a", 1)]} if k % 9 else None for k in range(M)]
    return pa.table({
        "a": rng.normal(size=M),
        "tags": pa.array([tags[k % 6] for k in range(M)], pa.list_(pa.string())),
        "more": pa.array([["u", "v"]] * M, pa.large_list(pa.large_string())),
        "numbers": [[0.5, k] for k in range(M)],
        "records": [[{"x": 1}]] * M,
        "who": pa.array(who, record),
        "y": rng.choice(["yes", "no"], M),
    })  # fmt: skip


WRITE = {
    "t.parquet": pq.write_table, "t.feather": pa.feather.write_feather,
    "t.arrows": lambda table, path: pa.ipc.new_stream(path, table.schema).write_table(table),
}  # fmt: skip


def test_records_are_columns_and_lists_of_text_are_text():
    found = without_nested(table().slice(1, 80))  # of which Arrow keeps what stands before
    assert found.column_names == ["a", "tags", "more", "who.age", "who.home.city", "y"]
    assert found["tags"].to_pylist()[:6] == [None, "x", "x, y", "z", None, None]
    assert set(found["more"].to_pylist()) == {"u, v"}
    assert found["who.home.city"].to_pylist()[:9] == ["V", "U", "V", "U", "V", "U", "V", "U", None]
    assert without_nested(found) is found
    assert notes_on_nested(table().schema) == NOTES
    assert notes_on_nested(found.schema) == ()
    assert all(map(is_known, NOTES))


@pytest.mark.parametrize("name", WRITE)
def test_files_in_memory_and_in_parts(name, tmp_path):
    WRITE[name](table(), str(tmp_path / name))
    data = glassnet.read(tmp_path / name, "y")
    assert data.X.column_names == ["a", "tags", "more", "who.age", "who.home.city"]
    assert [note for note in data.notes if note in NOTES] == list(NOTES)
    scan = scanned(glassnet.dataset(tmp_path / name, "y", cache=tmp_path / "cache"))
    assert list(scan.preparation.source) == data.X.column_names
    assert [note for note in scan.notes if note in NOTES] == list(NOTES)
    model = TabularClassifier(hidden=4, epochs=2, random_state=0).fit(data.X, data.y)
    assert model.predict(glassnet.dataset(tmp_path / name)).tolist() == model.predict(data.X).tolist()


def test_data_sets_of_arrow(tmp_path):
    pq.write_table(table(), tmp_path / "t.parquet")
    scan = scanned(glassnet.dataset(pyarrow.dataset.dataset(tmp_path), "y", cache=tmp_path / "cache"))
    assert [note for note in scan.notes if note in NOTES] == list(NOTES)


def test_batches_that_are_given_say_what_is_left_out():
    scan = scanned(glassnet.dataset(table().to_batches(20), "y"))
    assert [note for note in scan.notes if note in NOTES] == list(NOTES)
    assert "who.age" in scan.preparation.source


def test_cells_of_records_have_the_types_that_columns_have(tmp_path):
    words = pa.array(["a", "b"] * 30).dictionary_encode()
    amounts = pa.array(range(60)).cast(pa.decimal128(22, 2))
    record = pa.StructArray.from_arrays([words, amounts], ["word", "amount"])
    plain = pa.table({"r.word": words, "r.amount": amounts, "y": ["p", "q"] * 30})
    nested = pa.table({"r": record, "y": plain["y"]})
    for name, given in (("plain", plain), ("nested", nested)):
        pa.feather.write_feather(given, str(tmp_path / f"{name}.feather"))
    found = [glassnet.read(tmp_path / f"{name}.feather", "y").X for name in ("plain", "nested")]
    assert found[0].equals(found[1])
    parts = [scanned(glassnet.dataset(tmp_path / f"{name}.feather", "y")).preparation for name in ("plain", "nested")]
    assert parts[0] == parts[1]


def test_a_record_whose_columns_have_names_of_others_is_refused(tmp_path):
    pq.write_table(pa.table({"a.b": [1, 2], "a": [{"b": 3}, {"b": 4}], "y": [0, 1]}), tmp_path / "t.parquet")
    with pytest.raises(DataError, match=r"several columns named 'a\.b'"):
        glassnet.read(tmp_path / "t.parquet", "y")
