"""Numbers that stand for missing cells are those that repeat far from all others."""

import numpy as np
import pyarrow as pa
import pytest

from glassnet.tables import fit_preparation
from glassnet.tables.recognition import decision_of, recognised
from glassnet.tables.spelling.sentinels import without_sentinels
from glassnet.tables.spelling.spelled import Spelled

AGES = [18, 25, 31, 47, 52, 60, 71, 90]


def found(cells):
    read = without_sentinels(Spelled(pa.chunked_array([pa.array(cells)])))
    return read.format.get("sentinels", []), read.cells.to_pylist()


@pytest.mark.parametrize("mark", [-999, -9999, 999, 9999, 99999, -99, -999.25, -99.9, 999.9, 1e20])
def test_far_and_repeated(mark):
    cells = [float(age) for age in AGES] + [float(mark)] * 3
    assert found(cells) == ([mark], [*AGES, None, None, None])


@pytest.mark.parametrize(
    "cells",
    [
        [*AGES, -999],
        [*AGES, 99, 99],
        [*AGES, 1000, 1000],
        [*AGES, -5, -5],
        [0, 1, 999, 999],
        [200, 4000, 8000, 9500, 9999, 9999],
        [0, 0, 10000, 20000, 41310, 99999, 99999],
        ["a", "b"],
        [True, False],
        [None, None],
    ],
)
def test_what_stays(cells):
    assert found(cells) == ([], cells)


def test_two_marks_and_missing_cells():
    marks, cells = found([*AGES, -999, -999, None, 9999, 9999])
    assert sorted(marks) == [-999, 9999]
    assert cells == [*AGES] + [None] * 5


def test_later_rows_lack_them_too():
    table = pa.table({"age": [*map(str, AGES), "-999", "-999"], "b": np.arange(10) % 7})
    decision = decision_of(recognised(table).schema.field("age"))
    assert decision.format == {"sentinels": [-999.0]}
    assert decision.remarks[-1:] == ("holds -999 in 2 cells, far from all others: missing there",)
    preparation = fit_preparation(table)
    rows = [preparation.transform({"age": age, "b": [1]}) for age in (["-999"], [-999], [-999.0], [None])]
    for row in rows[1:]:
        np.testing.assert_array_equal(row, rows[0])
