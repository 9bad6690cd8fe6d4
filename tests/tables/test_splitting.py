"""Rows go to training, validation and test once each, and classes keep their shares."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glassnet.errors import DataError, SettingError
from glassnet.tables import Pictures, imbalance, leaks, rare_classes, split


def rng(seed=0):
    return np.random.default_rng(seed)


shares = st.sampled_from([0.0, 0.1, 0.2, 0.25, 1 / 3, 0.45])


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(3, 40), min_size=1, max_size=5), shares, shares, st.booleans(), st.integers(0, 9))
def test_every_row_is_in_exactly_one_part(counts, validation, test, stratify, seed):
    y = rng(seed).permutation(np.repeat(np.arange(len(counts)), counts))
    parts = split(y, validation=validation, test=test, rng=rng(seed), stratify=stratify)
    np.testing.assert_array_equal(np.sort(np.concatenate(parts)), np.arange(len(y)))
    for part, share in zip(parts[1:], (validation, test), strict=True):
        assert (len(part) > 0) == (share > 0)
        assert abs(len(part) - share * len(y)) <= (len(counts) if stratify else 1)
    if stratify:
        for part, share in zip(parts[1:], (validation, test), strict=True):
            dealt = np.bincount(y[part], minlength=len(counts))
            assert (np.abs(dealt - share * np.array(counts)) <= 1 + 1e-9).all()
            assert (dealt > 0).all() or share == 0
        assert set(y[parts[0]]) == set(range(len(counts)))


def test_shares_come_out_exactly_and_the_seed_decides():
    y = np.array(["a"] * 80 + ["b"] * 20)
    train, validation, test = split(y, validation=0.1, test=0.2, rng=rng(), stratify=True)
    assert (len(train), len(validation), len(test)) == (70, 10, 20)
    assert (y[test] == "b").sum() == 4
    again = split(y, validation=0.1, test=0.2, rng=rng(), stratify=True)
    other = split(y, validation=0.1, test=0.2, rng=rng(1), stratify=True)
    np.testing.assert_array_equal(test, again[2])
    assert not np.array_equal(test, other[2])


def test_numbers_are_simply_shuffled():
    train, validation, test = split(rng().normal(size=1000), validation=0.25, rng=rng(), stratify=False)
    assert (len(train), len(validation), len(test)) == (750, 250, 0)
    assert not np.array_equal(train, np.sort(train))


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"validation": 1.0}, "validation must be a share of the rows from 0 to below 1, got 1.0"),
        ({"test": -0.1}, "test must be a share of the rows from 0 to below 1, got -0.1"),
        ({"test": float("nan")}, "test must be a share"),
        ({"validation": 0.5, "test": 0.5}, "validation 0.5 and test 0.5 together must stay below 1"),
    ],
)
def test_shares_that_cannot_be(settings, told):
    with pytest.raises(SettingError, match=told):
        split(np.zeros(10), rng=rng(), stratify=False, **settings)


def test_too_few_rows():
    with pytest.raises(DataError, match="1 row cannot be split into 2 parts; expected at least 2"):
        split(np.zeros(1), validation=0.2, rng=rng(), stratify=False)
    with pytest.raises(DataError, match="2 rows cannot be split into 3 parts"):
        split(np.zeros(2), validation=0.2, test=0.2, rng=rng(), stratify=False)
    with pytest.raises(DataError, match="0 rows cannot be split into 1 part"):
        split(np.zeros(0), rng=rng(), stratify=False)


def test_the_rows_of_a_rare_class_go_to_training_first():
    y = np.array(["cat"] * 20 + ["emu"] * 2 + ["gnu"])
    train, validation, test = split(y, validation=0.1, test=0.1, rng=rng(), stratify=True)
    assert "emu" in y[train]
    assert "gnu" in y[train]
    assert len(train) + len(validation) + len(test) == 23
    _, validation, _ = split(y, validation=0.1, rng=rng(), stratify=True)
    assert "emu" in y[validation]
    assert "gnu" not in y[validation]


def test_a_target_that_names_rows_is_refused():
    names = np.array([f"n{k}" for k in range(20)] + ["n0"] * 5)
    with pytest.raises(
        DataError, match="19 of 20 classes have a single row of 25, such as 'n0': the target names rows"
    ):
        split(names, test=0.2, rng=rng(), stratify=True)


def test_rare_classes():
    assert rare_classes(np.array(["a", "a", "b", "b"])) is None
    assert rare_classes(np.array(["a", "a", "b"])).startswith("class 'b' has a single row to train on: it is learned")
    assert rare_classes(np.array(["a", "c", "b", "b"])).startswith("classes 'a', 'c' have a single row to train on")


def test_imbalance():
    assert imbalance(np.array([0] * 40 + [1] * 10)) is None
    told = imbalance(np.array(["no"] * 90 + ["maybe"] * 30 + ["yes"] * 10))
    assert told == (
        "classes are out of balance: no has 90 rows, yes has 10 (9 : 1); always answering no is right in 69.2%; "
        "for the rare class: --metric f1, --balance (metric='f1', class_weight='balanced')"
    )
    assert imbalance(np.array([1, 1, 1])) is None


def test_leaks():
    y = np.array([0, 1, 1, 0, 0, 1])
    words = pa.array(["no", "yes", "yes", "no", "no", "yes"])
    table = pa.table(
        {
            "word": words,
            "category": words.dictionary_encode(),
            "view": words.cast(pa.string_view()),
            "flag": [False, True, True, False, False, True],
            "missing": [None, "x", "x", None, None, "x"],
            "almost": ["no", "yes", "yes", "no", "no", "no"],
            "finer": ["no", "yes", "ja", "no", "no", "yes"],
            "lists": [[1]] * 6,
            "nothing": pa.nulls(6),
        }
    )
    assert [note.split("'")[1] for note in leaks(table, y)] == ["word", "category", "view", "flag", "missing"]
    assert leaks(table, np.arange(6.0)) == []
    assert leaks(Pictures(np.zeros((6, 2, 2, 1), np.uint8)), y) == []


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 8), min_size=12, max_size=80), shares, shares, st.booleans(), st.integers(0, 9))
def test_a_group_is_in_one_part(groups, validation, test, stratify, seed):
    groups = np.array([*groups, 9, 10, 11])
    y = np.arange(len(groups)) % 2
    parts = split(y, validation=validation, test=test, rng=rng(seed), stratify=stratify, groups=groups)
    np.testing.assert_array_equal(np.sort(np.concatenate(parts)), np.arange(len(y)))
    of_each = [set(groups[part]) for part in parts]
    assert sum(map(len, of_each)) == len(set(groups))
    for part, share in zip(parts[1:], (validation, test), strict=True):
        assert (len(part) > 0) == (share > 0)


def test_groups_of_few_rows_give_nearly_the_share_and_the_classes():
    groups = np.repeat(np.arange(300), 3)
    y = np.where(np.arange(900) % 30 < 3, "rare", "often")
    train, _, test = split(y, test=0.2, rng=rng(), stratify=True, groups=groups)
    assert abs(len(test) - 180) < 10
    assert abs((y[test] == "rare").mean() - 0.1) < 0.05
    assert set(y[train]) == {"rare", "often"}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(st.integers(0, 30), st.none()), min_size=6, max_size=60), shares, shares)
def test_later_rows_judge(times, validation, test):
    times = np.array([*[np.nan if t is None else t for t in times], 31.0, 32.0, 33.0])
    train, held, kept = split(
        np.zeros(len(times)), validation=validation, test=test, rng=rng(), stratify=False, times=times
    )
    np.testing.assert_array_equal(np.sort(np.concatenate([train, held, kept])), np.arange(len(times)))
    latest = [np.nanmax(np.append(times[part], -1)) for part in (train, held) if len(part)]
    earliest = [times[part].min() for part in (held, kept) if len(part)]
    for before, after in zip(latest, earliest, strict=False):
        assert before < after


@pytest.mark.parametrize("rest", [{"groups": np.zeros(9)}, {"times": np.zeros(9)}])
def test_one_group_or_time_cannot_be_split(rest):
    with pytest.raises(DataError, match="cannot be split"):
        split(np.zeros(9), test=0.2, rng=rng(), stratify=False, **rest)
