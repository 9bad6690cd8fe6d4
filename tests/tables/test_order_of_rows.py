"""No decision about a table depends on the order of its rows."""

import datetime as dt
import itertools
import re
import shlex
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glassnet import TabularRegressor
from glassnet.errors import DataError, GlassnetError
from glassnet.tables import as_table, fit_preparation, imbalance, leaks
from glassnet.tables.cells import rows_at


def table(rng, m):
    """Return columns of every kind that a decision is made about."""
    many = rng.integers(m // 2, size=m)
    return pa.table(
        {
            "year": np.arange(1950, 1950 + m),
            "Unnamed: 0": np.arange(m),
            "order_id": rng.permutation(m),
            "shuffled": rng.permutation(m),
            "number": rng.normal(size=m),
            "spells": [str(k) for k in rng.integers(9, size=m)],
            "nearly": ["oops", *(str(k) for k in rng.integers(9, size=m - 1))],
            "word": rng.choice(["a", "b", None], m).tolist(),
            "many": [f"v{k}" for k in many],
            "key": [f"k{k}" for k in range(m)],
            "day": [dt.date(2020, 1, 1) + dt.timedelta(int(k)) for k in rng.integers(900, size=m)],
            "truth": rng.random(m) < 0.3,
            "constant": np.full(m, 2.5),
            "gaps": [None if k % 5 else k / 7 for k in range(m)],
        }
    )


def plain(notes):
    """Return notes without the row in which an odd cell was seen."""
    return [re.sub(r"row \d+:", "a row:", note) for note in notes]


@pytest.mark.filterwarnings("ignore:column 'nearly'. 1 cell of")
@settings(max_examples=25)
@given(st.integers(0, 2**32 - 1), st.sampled_from([12, 60, 400]))
def test_the_same_preparation_from_the_same_rows(seed, m):
    rng = np.random.default_rng(seed)
    X, y = table(rng, m), rng.normal(size=(m, 2))
    order = rng.permutation(m)
    first, second = fit_preparation(X, y), fit_preparation(rows_at(X, order), y[order])
    assert plain(first.notes) == plain(second.notes)
    assert first.source == second.source
    assert first.feature_names == second.feature_names
    np.testing.assert_allclose(first.transform(X, np.float64), second.transform(X, np.float64), rtol=1e-9, atol=1e-9)
    labels = rng.integers(3, size=m)
    copy = X.append_column("copy", pa.array([f"class {k}" for k in labels]))
    assert leaks(copy, labels) == leaks(rows_at(copy, order), labels[order]) != []
    assert imbalance(labels) == imbalance(labels[order])


def test_a_year_is_learned_from_in_any_order():
    year = np.arange(1900, 2020)
    y = (year - 1960) / 20
    for order in (np.arange(120), np.random.default_rng(0).permutation(120)):
        model = TabularRegressor(hidden=(), random_state=0).fit(pd.DataFrame({"year": year[order]}), y[order])
        assert model.score(pd.DataFrame({"year": year}), y) > 0.9
        assert not any("dropped" in note for note in model.notes_)


@pytest.mark.parametrize("name", ["", "c1", "Unnamed: 0", "index", "row", "row_number", "Line No.", "#"])
def test_a_counter_of_rows_is_recognised_by_name_and_numbers_in_any_order_and_part(name):
    counted = np.arange(100)
    parts = counted, counted[::-1], np.random.default_rng(0).permutation(100)[:60]
    for part in parts:
        preparation = fit_preparation({name: part, "use": part % 3})
        kept = f"--keep {shlex.quote(name)} uses it"
        assert preparation.notes == [f"column {name!r} counts the rows: dropped ({kept})."]
    assert fit_preparation({name: counted * 3, "use": counted % 3}).notes == []


@pytest.mark.parametrize("name", ["year", "x", "x0", "time", "rank", "age", "2"])
def test_other_columns_may_count(name):
    counted = np.arange(100)
    assert fit_preparation({name: counted, "use": counted % 3}).notes == []


CELLS = [1, 2.5, True, "x", "3", b"b", None, float("nan"), Decimal("1.5"), 2**70, dt.date(2020, 1, 1),
         dt.datetime(2020, 1, 1, 2), dt.timedelta(1), dt.time(3), pd.NaT, pd.NA, pd.Timestamp("2021", tz="UTC"),
         pd.Period("2020-01"), pd.Interval(0, 1), np.float32(0.5), np.int8(3), (1, 2), [1], {"a": 1}, 1j]  # fmt: skip


def read(cells):
    """Return cells as a table holds them, by type and sorted; or that they are refused."""
    try:
        column = as_table({"a": cells})["a"]
    except DataError:
        return "refused"
    return str(column.type), sorted(map(repr, column.to_pylist()))


@pytest.mark.parametrize("width", [2, 3])
def test_cells_of_several_kinds_mean_the_same_in_any_order(width):
    for cells in itertools.combinations(CELLS, width):
        if width == 3 and not any(cell is CELLS[k] for cell in cells for k in (0, 3, 10)):
            continue
        assert len({str(read(list(order))) for order in itertools.permutations(cells)}) == 1, cells


def test_dicts_that_name_different_columns():
    rows = [{"b": 1, "a": 2}, {"a": 3}, {"c": 4, "b": 5}]
    assert {tuple(as_table(list(order)).column_names) for order in itertools.permutations(rows)} == {("a", "b", "c")}
    assert as_table([{"b": 1, "a": 2}] * 2).column_names == ["b", "a"]


def test_labels_of_several_kinds_are_refused_in_any_order():
    from glassnet import TabularClassifier

    for y in (["a", 1] * 10, [1, "a"] * 10, [True, "a"] * 10, ["a", None] * 10, [None, "a"] * 10):
        with pytest.raises(GlassnetError):
            TabularClassifier().fit(np.arange(20)[:, None], y)
