"""Numbers in text."""

import pyarrow as pa

from glassnet.tables.spelling.numbers import read_numbers


def test_a_cell_that_is_no_number_is_missing_where_the_column_is_known_to_hold_numbers():
    text = pa.chunked_array([["1", "two", "3", None, "four"]])
    assert read_numbers(text) is None
    read = read_numbers(text, asked=True)
    assert read.cells.to_pylist() == [1, None, 3, None, None]
    assert read.unreadable.tolist() == [1, 4]
