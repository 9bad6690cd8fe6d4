"""Kinds of values and tables of entries: what they take, and what they say of the rest."""

import pytest

from glassnet.documents import (
    DISTINCT_TEXTS,
    RISING,
    TABLE,
    TEXT,
    TEXTS,
    TRUTH,
    checked,
    either,
    is_too_deep,
    listed,
    maybe,
    number,
    one_of,
    whole,
)
from glassnet.errors import ModelFileError


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (TEXT, ["", "a"], [None, 1, [], {}, True]),
        (TRUTH, [True, False], [0, 1, None, "true"]),
        (whole(), [0, 1, 2**53], [-1, True, 0.0, 0.5, 2**53 + 1, "1", None]),
        (whole(1, 3), [1, 3], [0, 4]),
        (number(), [0, -1, 0.5, 1e308], [True, float("nan"), float("inf"), 10**400, "1", None]),
        (number(0, 1), [0, 1, 0.5], [-1e-9, 1.1]),
        (one_of("a", "b"), ["a", "b"], ["c", "", ["a"], None, {}]),
        (maybe(TEXT), [None, "a"], [1, []]),
        (either(TEXT, whole()), ["a", 1], [None, -1, 0.5]),
        (listed(whole(), least=1), [[0], [1, 2]], [[], [True], (1,), 1, "12", {"a": 1}]),
        (TEXTS, [[], ["a", "a"]], [["a", 1], "ab", None]),
        (DISTINCT_TEXTS, [[], ["a", "b"]], [["a", "a"], [["a"]], "ab"]),
        (RISING, [[], [1], [-1.5, 2]], [[2, 1], [1, 1], [float("nan")], ["a"], None]),
        (TABLE, [[], [[1]], [[1, 2], [3, 4]]], [[[]], [[1], [1, 2]], [1], [["a"]], None]),
    ],
)
def test_kinds(kind, good, bad):
    assert all(map(kind.holds, good))
    assert not any(map(kind.holds, bad))
    for value in bad:
        with pytest.raises(ModelFileError, match=r"thing: a must be ") as caught:
            checked({"a": value}, {"a": kind}, "thing")
        assert kind.words in str(caught.value)


def test_entries():
    rows = {"a": whole(), "b": TEXT}
    assert checked({"a": 1, "b": ""}, rows, "thing") == {"a": 1, "b": ""}
    assert checked({"a": 1}, rows, "thing", later=["b"]) == {"a": 1}
    assert checked({"a": 1, "b": "", "c": None}, rows, "thing", others=True)["a"] == 1
    for document, told in [
        (None, "thing: expected entries by name, got NoneType"),
        ([1], "thing: expected entries by name, got list"),
        ({"b": ""}, "thing: 'a' is missing"),
        ({"a": 1, "b": "", "c": 1}, "thing: unknown entries c; this version knows a, b"),
        ({"a": "x" * 1000, "b": ""}, "thing: a must be a whole number from 0 on, got 'xxx"),
    ]:
        with pytest.raises(ModelFileError, match=told) as caught:
            checked(document, rows, "thing")
        assert len(str(caught.value)) < 400


def test_depth():
    deep = {"a": 1}
    for _ in range(49):
        deep = [deep]
    assert not is_too_deep(deep)
    assert is_too_deep([deep])
    for _ in range(10_000):
        deep = {"a": deep}
    assert is_too_deep(deep)
