"""Identifiers and counters are recognised by name, type and spread; measurements are kept, in any order."""

import uuid

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glassnet.tables import fit_preparation
from glassnet.tables.cells import rows_at
from glassnet.tables.choices import ColumnChoices
from glassnet.tables.recognition import decision_of, recognised

M = 60
RNG = np.random.default_rng(0)
LONG = [str(10**19 + int(k)) for k in RNG.permutation(10**6)[:M]]


def some(make):
    return [make(int(k)) for k in RNG.permutation(10 * M)[:M]]


IDENTIFIERS = {
    "id": list(range(M)),
    "customerID": some(lambda k: f"{k:04d}-XK"),
    "user_id": some(lambda k: k * 7919),
    "id_client": some(lambda k: 5000 + k),
    "IDs": some(float),
    "客户ID": some(lambda k: k),
    "订单号": some(lambda k: 202400000 + k),
    "Account No.": some(lambda k: 88000000 + k),
    "Kundennummer": some(lambda k: 7000 + k),
    "phone": some(lambda k: 33612345000 + k),
    "ISBN": some(lambda k: 9780000000000 + 17 * k),
    "with gaps id": [None if k % 9 == 0 else float(k) for k in range(M)],
    "twice_id": [0, *range(M - 1)],
    "tweet": LONG,
    "parcel": [int(each) % 10**18 + 5 * 10**17 for each in LONG],
    "hash": [uuid.UUID(int=k * 10**30).hex for k in range(1, M + 1)],
    "mail": some(lambda k: f"user{k}@example.org"),
    "page": some(lambda k: f"https://example.org/p/{k}?q=1"),
    "file": some(lambda k: f"scan_{k}.png"),
    "code": some(lambda k: f"C-{k:05d}"),
    "code with gaps": [None if k % 7 == 0 else f"C-{k:05d}" for k in range(M)],
    "code but for one": ["C-00001", *(f"C-{k:05d}" for k in range(1, M))],
    "Unnamed: 0": list(range(M)),
    "": list(range(1, M + 1)),
    "c1": [float(k) for k in range(M)],
    "X": list(range(1, M + 1)),
    "row_names": list(range(1, M + 1)),
    "S. No.": list(range(1, M + 1)),
    "序号": list(range(1, M + 1)),
    "Obs.": list(range(1, M + 1)),
}
MEASUREMENTS = {
    "year": list(range(1950, 1950 + M)),
    "price": some(lambda k: 100 + 3 * k),
    "weight": some(lambda k: k + 0.5),
    "population": some(lambda k: 10**6 + 997 * k),
    "rank": list(range(1, M + 1)),
    "x": list(range(M)),
    "paid": some(lambda k: k),
    "humid": some(lambda k: k),
    "index": some(lambda k: 1000 + 11 * k),
    "number": some(lambda k: 1000 + 11 * k),
    "id": [k + 0.25 for k in range(M)],
    "": list(range(1950, 1950 + M)),
    "luminosity": [3.8e26 + k * 1e24 for k in range(M)],
    "nanoseconds": [1_700_000_000_000_000_000 + 10**12 * k for k in range(M)],
    "town": [f"town {k % 20}" for k in range(M)],
    "truth": [k % 2 == 0 for k in range(M)],
}


def reason(name, cells, order=None, **choices):
    """Return why a column is not used, "" where it is."""
    table = pa.table({name: cells, "use": np.arange(len(cells)) % 3})
    table = table if order is None else rows_at(table, order)
    return decision_of(recognised(table, ColumnChoices(**choices)).schema.field(name)).reason


@pytest.mark.parametrize("name", IDENTIFIERS)
def test_identifiers_in_any_order_and_half(name):
    cells = IDENTIFIERS[name]
    order = np.random.default_rng(1).permutation(M)
    for rows in (np.arange(M), order, order[: M // 2], np.sort(order[: M // 2])):
        assert reason(name, cells, rows) in (
            "has another value in every row, like an identifier", "counts the rows"
        ), name  # fmt: skip
    assert reason(name, cells, keep=[name]) == ""


@pytest.mark.parametrize("name", MEASUREMENTS)
def test_measurements_in_any_order_and_half(name):
    order = np.random.default_rng(1).permutation(M)
    for rows in (np.arange(M), order, order[: M // 2]):
        assert reason(name, MEASUREMENTS[name], rows) == "", name


@settings(max_examples=60)
@given(st.data())
def test_a_unique_measurement_is_never_an_identifier(data):
    name = data.draw(st.sampled_from(["price", "area", "year", "income", "t", "value", "Umsatz", "面积"]))
    cells = data.draw(st.lists(st.integers(-(10**9), 10**9), min_size=10, max_size=80, unique=True))
    assert reason(name, cells) == reason(name, sorted(cells)) == ""


@settings(max_examples=60)
@given(st.data())
def test_the_decision_does_not_depend_on_the_order(data):
    name = data.draw(st.sampled_from(["id", "key", "a", "Unnamed: 0", "number", "user_id"]))
    cells = data.draw(
        st.lists(st.one_of(st.none(), st.integers(0, 40)), min_size=12, max_size=60)
        | st.lists(st.sampled_from([f"k{k}" for k in range(60)]), min_size=12, max_size=60)
    )
    order = data.draw(st.permutations(range(len(cells))))
    assert reason(name, cells) == reason(name, cells, np.array(order))


def test_few_rows_differ_by_chance():
    assert reason("code", ["a", "b", "c", "d"]) == ""
    assert reason("number", [1, 2, 3, 4]) == ""
    assert reason("id", [3, 1, 2]) != ""


def test_a_counter_is_used_where_there_is_nothing_else():
    table = recognised(pa.table({"X": range(1, 31)}))
    assert decision_of(table.schema.field("X")).reason == ""


def test_numbers_of_shops_are_categories():
    cells = [k % 7 + 100 for k in range(M)]
    notes = fit_preparation({"shop_id": cells, "use": list(range(M))}).notes
    assert notes == [
        "column 'shop_id' holds numbers that are names: used as categories (--number shop_id uses them as amounts)"
    ]
    table = recognised(pa.table({"shop_id": cells}), ColumnChoices(number=["shop_id"]))
    assert decision_of(table.schema.field("shop_id")).kind == "number"
    preparation = fit_preparation({"shop_id": cells})
    given = preparation.transform({"shop_id": [101.0, 999.0]})
    spelled = preparation.transform({"shop_id": ["101", "x"]})
    assert given.tolist() == spelled.tolist()
    assert given.sum(axis=1).tolist() == [1, 0]


def test_notes_say_how_to_keep():
    notes = fit_preparation({"Order Id": list(range(M)), "use": [k % 3 for k in range(M)]}).notes
    assert notes == [
        "column 'Order Id' has another value in every row, like an identifier: dropped (--keep 'Order Id' uses it)."
    ]
