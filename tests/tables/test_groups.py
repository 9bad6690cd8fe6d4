"""Numbers and their bins in groups, as networks that embed them take them: the same numbers in another order."""

import json

import numpy as np
import pandas as pd
import pytest

from glassnet import errors
from glassnet.tables import Preparation, fit_preparation

rng = np.random.default_rng(0)
TABLE = pd.DataFrame({
    "word": rng.choice(["a", "b", "c"], 2000),
    "level": rng.normal(size=2000),
    "of few": rng.integers(4, size=2000),  # as many bins as values
    "gaps": np.where(rng.random(2000) < 0.2, np.nan, rng.exponential(size=2000)),
    "when": pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 900, 2000), "D"),
})  # fmt: skip


@pytest.fixture(scope="module")
def plain():
    return fit_preparation(TABLE)


@pytest.fixture(scope="module")
def grouped(plain):
    return plain.grouped(TABLE)


def test_groups_hold_the_same_numbers_in_another_order(plain, grouped):
    flat, arranged = plain.transform(TABLE), grouped.transform(TABLE)
    assert len(grouped.groups) == 3  # not that of few values
    assert arranged.shape == (2000, grouped.n_features)
    np.testing.assert_array_equal(arranged[:, grouped.places], flat)
    padding = np.setdiff1d(np.arange(grouped.n_features), grouped.places)
    assert not arranged[:, padding].any()
    assert len(grouped.feature_names) == grouped.n_features
    assert [grouped.feature_names[place] for place in grouped.places] == plain.feature_names
    np.testing.assert_array_equal(grouped.encode(TABLE).toarray().T, arranged)
    some = np.array([5, 3, 1999])
    np.testing.assert_array_equal(grouped.encode(TABLE)[..., some].T, arranged[some])


def test_a_group_is_bins_and_then_the_number(plain, grouped):
    t = grouped.rows_of_group
    for group, (start, width) in enumerate(grouped.groups):
        names = grouped.feature_names[group * t : (group + 1) * t]
        assert names[-1] == plain.feature_names[start]
        assert names[-width:-1] == plain.feature_names[start + 1 : start + width]
        assert names[:-width] == [f"{names[-1]} (no bin)"] * (t - width)
    assert [grouped.feature_names[group * t - 1] for group in (1, 2, 3)] == ["level", "gaps", "when"]


def test_groups_are_kept_in_a_document(grouped):
    document = json.loads(json.dumps(grouped.to_document()))
    again = Preparation.from_document(document)
    assert again == grouped
    np.testing.assert_array_equal(again.transform(TABLE), grouped.transform(TABLE))
    for bad in ([], [[0, 1]], [[-1, 4]], [[5, 4], [2, 3]], [[0, 10**6]], [[0, 2, 3]], "groups"):
        with pytest.raises(errors.ModelFileError):
            Preparation.from_document({**document, "groups": bad})


def test_no_groups_where_bins_are_few(plain):
    assert plain.grouped(TABLE, least=100) is None
    assert fit_preparation(TABLE, bins=False).grouped(TABLE) is None
    assert fit_preparation(TABLE[["word"]]).grouped(TABLE) is None
    assert plain.grouped(TABLE).unclipped().groups == ()
