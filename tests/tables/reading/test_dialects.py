"""Whatever the dialect, the same names, cells and lines come out."""

import re

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from glassnet.tables.reading.csv import read_csv
from glassnet.tables.reading.dialect import NUMBER, find_dialect, sample
from glassnet.tables.reading.source import Source
from tables.reading.written import dialects, tables, write


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_dialect_gives_the_same_table(tmp_path, data):
    table = data.draw(tables())
    dialect = data.draw(dialects(table))
    path = tmp_path / "data.csv"
    content, lines = write(table, dialect)
    path.write_bytes(content)
    raw = read_csv(Source(path.name, path))
    names = [*table.columns] if dialect.header else [f"c{j + 1}" for j in range(len(table.columns))]
    assert raw.table.column_names == names
    expected = [[str(cell) for cell in column] for column in table.columns.values()]
    assert [column.to_pylist() for column in raw.table.columns] == expected
    np.testing.assert_array_equal(raw.lines, lines)
    assert raw.reading["header"] == dialect.header
    again = read_csv(Source(path.name, path), raw.reading["separator"], raw.reading["header"], raw.reading["encoding"])
    assert again.table.equals(raw.table)


@given(st.text(alphabet="019.,eE+- x", max_size=9))
def test_a_number_is_written_in_one_of_four_ways(cell):
    ways = (r"\d+", r"\d+\.\d*", r"\.\d+", r"\d+,\d+")
    expected = any(re.fullmatch(rf"\s*[+-]?{way}([eE][+-]?\d+)?\s*", cell) for way in ways)
    assert bool(NUMBER.fullmatch(cell)) == expected


@pytest.mark.parametrize("cell", ["x" * 30_000, "1" * 30_000, "12:30 " * 5_000, "it''s " * 5_000])
def test_long_cells_are_looked_through_once(cell):
    """Each letter again for each letter before it would be 10^9 looks a cell: minutes for this table."""
    rows = "".join(f"{cell},{cell[::-1]},{i}\n" for i in range(6))
    assert find_dialect(sample(f"first,second,n\n{rows}".encode(), b"\n")).separator == ","


@pytest.mark.parametrize("title", ["Report of the year", "Table 1: all shops", ""])
@pytest.mark.parametrize("end", ["", "\t", "\t "])
def test_tabs_separate_below_a_title_of_as_many_words(tmp_path, title, end):
    """Blanks cut the title into four words too, and tabs may stand at the end of each row."""
    path = tmp_path / "data.csv"
    rows = [f"north\t2000-01-{day:02}\t0.5\t{day}{end}\n" for day in range(1, 21)]
    path.write_text(f"{title}\n" * bool(title) + "".join(rows), encoding="utf-8")
    raw = read_csv(Source(path.name, path))
    assert raw.reading["separator"] == "\t"
    assert raw.table.num_rows == 20
    assert raw.table.column(0).to_pylist() == ["north"] * 20
    assert raw.table.num_columns == 4
