"""Whatever the dialect, the same names, cells and lines come out."""

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from glassnet.tables.reading.csv import read_csv
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
