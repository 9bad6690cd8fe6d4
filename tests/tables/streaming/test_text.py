"""CSV files in blocks are read as they are in one piece, wherever the blocks end."""

import csv
import gzip
import io
from unittest.mock import patch

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import glassnet
from glassnet.errors import DataWarning
from glassnet.tables.reading.csv import read_csv
from glassnet.tables.reading.source import Source
from glassnet.tables.streaming.parts import Mark
from glassnet.tables.streaming.text import TextPart, _Records

CELLS = st.text('ab1 ",\n;é', max_size=6)


def block_of(size):
    return patch("glassnet.tables.streaming.text.BLOCK", size)


def text_of(rows, separator=","):
    file = io.StringIO()
    csv.writer(file, delimiter=separator, lineterminator="\n").writerows(rows)
    return file.getvalue()


def part_of(data, name="a.csv"):
    return TextPart(name, name, Source.of_bytes(data, name), None)


@given(st.lists(st.tuples(CELLS, CELLS), max_size=40), st.integers(1, 200))
@example([('"', '"')] * 5, 1)
@example([("\n" * 5, "")] * 9, 3)
def test_blocks_end_where_records_end(rows, size):
    # The beginning says how the file is written, so it holds some plain rows.
    first = [("number", "word"), *((str(k), f"w{k % 3}") for k in range(60))]
    cells = [(f"x{a}", f"y{b}") for a, b in rows]
    data = text_of([*first, *cells]).encode()
    with patch.object(_Records, "next", _smaller(size)):
        batches = list(part_of(data).batches())
    known = read_csv(Source.of_bytes(data, "a.csv")).table
    found = pa.concat_tables([batch.table for batch in batches])
    assert found.to_pylist() == known.to_pylist()
    assert [batch.after.rows for batch in batches] == np.cumsum([len(batch.table) for batch in batches]).tolist()


def _smaller(size):
    """Return `next` with blocks of another size behind the first, which says how the file is written."""
    plain = _Records.next

    def smaller(self, dialect):
        with block_of(600 if not self.offset else size):
            return plain(self, dialect)

    return smaller


@pytest.mark.parametrize("separator", [";", "\t", "|", " "])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_dialects_and_encodings(tmp_path, separator, encoding):
    rng = np.random.default_rng(0)
    rows = [("größe", "wort"), *((f"{x:.3f}", f"ä{k % 5}") for k, x in enumerate(rng.standard_normal(400)))]
    path = tmp_path / "a.csv"
    path.write_bytes(text_of(rows, separator).encode(encoding))
    with block_of(1500):
        found = pa.concat_tables(glassnet.dataset(path).batches())
    assert found.to_pylist() == read_csv(Source(path.name, path)).table.to_pylist()
    assert found.column_names == ["größe", "wort"]


def test_packed_files_and_files_without_names(tmp_path):
    lines = text_of([("a", "b"), *((k, f"w{k % 7}") for k in range(3000))]).splitlines(keepends=True)
    for k in range(3):  # as `split` cuts a file: the first part has the names
        with gzip.open(tmp_path / f"{k}.csv.gz", "wt") as file:
            file.writelines(lines[k * 1000 : (k + 1) * 1000 + (k == 2)])
    with block_of(2000):
        found = pa.concat_tables(glassnet.dataset(tmp_path).batches())
    assert found["a"].to_pylist() == [str(k) for k in range(3000)]
    assert found.column_names == ["a", "b"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_reading_goes_on_after_any_block(encoding):
    data = ("a,b\n" + "1,x\n" * 900).encode(encoding)
    with block_of(700):
        whole = list(part_of(data).batches())
        assert len(whole) > 3
        for k, batch in enumerate(whole):
            rest = list(part_of(data).batches(batch.after))
            assert [each.after for each in rest] == [each.after for each in whole[k + 1 :]]
            assert [each.table for each in rest] == [each.table for each in whole[k + 1 :]]
    assert whole[-1].after.rows == 900


def test_another_encoding_later(tmp_path):
    plain, odd = (text_of([(k, word.format(k)) for k in range(300)]) for word in ("plain", "é{}"))
    (tmp_path / "a.csv").write_bytes(b"a,b\n" + plain.encode() + odd.encode("cp1252"))
    with block_of(1000):
        found = pa.concat_tables(glassnet.dataset(tmp_path / "a.csv").batches())
    assert found["b"].to_pylist() == ["plain"] * 300 + [f"é{k}" for k in range(300)]


def test_a_file_that_is_cut_off_is_named(tmp_path):
    whole = gzip.compress(b"a,b\n" + b"".join(b"%d,x\n" % k for k in range(9999)))
    (tmp_path / "1.csv.gz").write_bytes(whole)
    (tmp_path / "2.csv.gz").write_bytes(whole[: len(whole) // 2])
    with block_of(5000), pytest.warns(DataWarning, match=r"2\.csv\.gz is left out: .*not a whole \.gz file"):
        found = list(glassnet.dataset(tmp_path).batches())
    assert sum(map(len, found)) >= 9999


def test_a_quote_that_is_never_closed(tmp_path):
    (tmp_path / "a.csv").write_text("a,b\n" + "1,x\n" * 200 + '2,"x\n' + "3,y\n" * 200)
    with (
        block_of(300),
        patch("glassnet.tables.streaming.text.BLOCKS", (1, 1000)),
        pytest.raises(glassnet.errors.DataError, match=r"opened and (not|never) closed"),
    ):
        list(glassnet.dataset(tmp_path / "a.csv").batches())


def test_where_reading_goes_on_is_a_place_in_the_file():
    data = b"a,b\n" + b"1,x\n" * 900
    with block_of(700):
        marks = [batch.after for batch in part_of(data).batches()]
    assert all(isinstance(mark, Mark) and data[mark.offset - 1 : mark.offset] == b"\n" for mark in marks)
