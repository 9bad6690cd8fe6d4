"""Rows are named by the line of their file, in messages about cells that cannot be read too."""

import numpy as np
import pyarrow as pa
import pytest

from glassnet.tables.choices import ColumnChoices
from glassnet.tables.places import place, places
from glassnet.tables.recognition import decision_of, recognised

LINES = np.array([2, 3, 5, 17, 18, 30, 31])


@pytest.mark.parametrize(
    ("rows", "lines", "words"),
    [
        ([3], LINES, "line 17"),
        ([3], None, "row 4"),
        ([0, 2], LINES, "lines 2, 5"),
        (np.arange(7), LINES, "lines 2, 3, 5, 17, 18, ..."),
        (np.arange(7), None, "rows 1, 2, 3, 4, 5, ..."),
    ],
)
def test_places(rows, lines, words):
    assert places(rows, lines) == words


def test_place():
    assert (place(3, LINES), place(3)) == ("line 17", "row 4")


@pytest.mark.parametrize(("lines", "where"), [(LINES, "lines 3, 17"), (None, "rows 2, 4")])
def test_unreadable_cells_are_named_by_line(lines, where):
    table = pa.table({"a": ["1", "n.v.", "3", "n.v.", "5", "6", "7"]})
    field = recognised(table, ColumnChoices(number=["a"]), lines).schema.field("a")
    expected = f"has 2 cells of 7 that cannot be read as numbers and are missing ({where}: 'n.v.')"
    assert expected in decision_of(field).remarks
