"""Columns that repeat the target, exactly or nearly, and rows that are in both parts are told."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glassnet.tables import Pictures, leaks
from glassnet.tables.cells import rows_at
from glassnet.tables.choices import ColumnChoices
from glassnet.tables.leaks import repeated_rows
from glassnet.tables.recognition import recognised

M = 400
RNG = np.random.default_rng(0)
PRICE = np.exp(RNG.normal(size=M) * 1.2 + 4).round(2)
SOLD = RNG.random(M) < 0.3
SPECIES = RNG.integers(3, size=M)
NOISE = RNG.normal(size=M)


def told(X, y):
    return [note.split("'")[1] for note in leaks({"other": NOISE, **X}, y)]


COPIES_OF_NUMBERS = {
    "affine": 100 * PRICE + 7,
    "negative": -PRICE,
    "rounded": PRICE.round(-1),
    "logarithm": np.log(PRICE),
    "square": PRICE**2,
    "nearly": PRICE * 0.92 + NOISE * 0.1,
    "with gaps": np.where(np.arange(M) % 5, PRICE, np.nan),
    "as text": [f"{price:.2f}" for price in PRICE],
}


@pytest.mark.parametrize("name", COPIES_OF_NUMBERS)
def test_copies_of_numbers(name):
    assert told({name: COPIES_OF_NUMBERS[name]}, PRICE) == [name]


def test_categories_that_give_the_number():
    stars = np.repeat(np.arange(12), 20) * 1.5
    words = [f"{star} stars" for star in stars]
    assert told({"words": words, "other": stars * 0 + np.arange(240) % 2}, stars) == ["words"]


@pytest.mark.parametrize(
    ("name", "cells"),
    {
        "related": PRICE * np.exp(NOISE * 0.1),
        "half": np.where(np.arange(M) % 2, PRICE, NOISE),
        "coarse": (PRICE > 60).astype(int),
        "outlier": np.where(PRICE.max() == PRICE, 1e9, NOISE),
        "other": NOISE,
        "mostly missing": np.where(np.arange(M) % 3, np.nan, PRICE),
    }.items(),
)
def test_what_is_only_related_to_numbers(name, cells):
    assert told({name: cells}, PRICE) == []
    outlier = np.where(PRICE.max() == PRICE, 1e9, PRICE)
    assert told({name: cells}, outlier) == []


COPIES_OF_CLASSES = {
    "renamed": np.where(SOLD, "gone", "here"),
    "flag": SOLD,
    "finer": [f"{'sold' if sold else 'open'} in {k % 4}" for k, sold in enumerate(SOLD)],
    "but for one": np.where(np.arange(M) == 3, "here", np.where(SOLD, "gone", "here")),
    "number": SOLD * 10 + NOISE.clip(-2, 2),
    "falling": -(SOLD * 10 + NOISE.clip(-2, 2)),
    "date of sale": [f"day {k % 9}" if sold else None for k, sold in enumerate(SOLD)],
    "amount paid": np.where(SOLD, PRICE, np.nan),
    "few missing": np.where(np.arange(M) % 50, SOLD * 10 + NOISE.clip(-2, 2), np.nan),
}


@pytest.mark.parametrize("name", COPIES_OF_CLASSES)
def test_copies_of_classes(name):
    assert told({name: COPIES_OF_CLASSES[name]}, np.where(SOLD, "yes", "no")) == [name]


@pytest.mark.parametrize(
    ("name", "cells"),
    {
        "related": SOLD * 2 + NOISE,
        "most": np.where(NOISE > 1.5, "here", np.where(SOLD, "gone", "here")),
        "another": [f"k{k % 40}" for k in range(M)],
        "rare": [f"k{k % 390}" for k in range(M)],
        "missing": np.where(NOISE > 0, NOISE, np.nan),
    }.items(),
)
def test_what_is_only_related_to_classes(name, cells):
    assert told({name: cells}, SOLD) == []


def test_three_classes():
    names = np.array(["setosa", "versicolor", "virginica"])[SPECIES]
    numbers = np.array([5.0, 1.0, 9.0])[SPECIES] + NOISE.clip(-1.5, 1.5)
    assert told({"number": numbers, "code": SPECIES + 7, "two": SPECIES == 1}, names) == ["number", "code"]
    notes = leaks({"number": numbers, "other": NOISE}, names)
    assert notes[0].startswith("column 'number' parts the classes at 3, 7: ")
    assert notes[0].endswith(": leave it out unless it is known before the answer is (--drop number)")


def test_few_rows_prove_nothing():
    assert told({"x": [1, 2, 3, 4], "other": [1, 1, 2, 2]}, np.array([0, 1, 1, 0])) == []
    assert told({"x": [1.0, 2, 3, 4, 5], "other": [1, 2, 1, 2, 1]}, np.array([2.0, 4, 6, 8, 10])) == []


def test_a_single_column_is_what_is_to_be_learned():
    assert leaks({"x": PRICE}, 3 * PRICE) == []


def test_columns_that_are_not_used_say_nothing():
    table = pa.table({"id": np.argsort(np.argsort(PRICE)), "drop": PRICE * 2, "other": NOISE})
    assert leaks(recognised(table, ColumnChoices(drop=["drop"])), PRICE) == []


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1))
def test_the_same_in_any_order_of_rows(seed):
    order = np.random.default_rng(seed).permutation(M)
    table = pa.table({**COPIES_OF_NUMBERS, "flag": SOLD, "other": NOISE})
    for y in (PRICE, SOLD):
        assert leaks(rows_at(table, order), y[order]) == leaks(table, y) != []


def test_a_large_table_is_looked_at_in_part_first():
    m = 120_000
    rng = np.random.default_rng(1)
    y = rng.random(m) < 0.4
    table = {"copy": y + rng.random(m) * 0.9, "other": rng.normal(size=m), "word": rng.choice(["a", "b", "c"], m)}
    assert [note.split("'")[1] for note in leaks(table, y)] == ["copy"]
    assert [note.split("'")[1] for note in leaks(table, table["copy"] * 3)] == ["copy"]


def test_repeated_rows():
    table = recognised(pa.table({
        "id": range(40), "x": [0.5, None, 2, 3] * 10, "word": ["a", None, "c", "d"] * 10, "y": list(range(20)) * 2,
    }))  # fmt: skip
    y = np.arange(40) % 20
    one, two = np.arange(20), np.arange(20, 40)
    first, second = rows_at(table, one), rows_at(table, two)
    assert repeated_rows(first, y[one], second[:7], y[two[:7]]) == [
        "7 of 7 test rows are equal to a training row in every column and the target: the test score is too good if "
        "new rows are not; leave out repeated rows, or keep groups together"
    ]
    assert repeated_rows(first, y[one], first[:1], y[one[:1]])[0].startswith("1 of 1 test rows is equal")
    assert repeated_rows(first, y[one], second, y[two] + 1) == []
    words = np.array(["a", "b"])[y % 2]
    assert repeated_rows(first, words[one], second, words[two])[0].startswith("20 of 20")
    pictures = Pictures(np.zeros((2, 2, 2, 1), np.uint8))
    assert repeated_rows(pictures, y[:2], pictures, y[:2]) == []


@given(st.lists(st.tuples(st.integers(0, 2), st.sampled_from(["", "a", "b", None])), min_size=4, max_size=30))
def test_repeated_rows_are_counted_as_sets_count_them(rows):
    half = len(rows) // 2
    table = pa.table({"k": [k for k, _ in rows], "w": pa.array([w for _, w in rows], pa.string())})
    y = np.zeros(len(rows))
    notes = repeated_rows(table[:half], y[:half], table[half:], y[half:])
    n = sum(row in set(rows[:half]) for row in rows[half:])
    assert notes == [] if n == 0 else notes[0].startswith(f"{n} of ")
