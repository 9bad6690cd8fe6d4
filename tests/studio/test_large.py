"""Large arrays in means of blocks; weights of the first layer as pictures."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet.studio import large, sources
from glassnet.studio.data import Data
from glassnet.studio.refused import RefusedError
from glassnet.studio.session import Session
from glassnet.studio.spec import complete


@given(st.integers(1, 90), st.integers(1, 700), st.integers(1, 64), st.integers(2, 256))
def test_each_cell_is_the_mean_of_its_block_and_there_are_not_too_many(rows, columns, most_rows, most_columns):
    M = np.random.default_rng(rows * columns).normal(size=(rows, columns)) * 10 ** (rows % 5)
    found = large.binned(M, most_rows, most_columns)
    cells, high, wide = np.array(found["values"]), found["rows"], found["columns"]
    assert found["shape"] == [rows, columns]
    assert cells.shape[0] <= (large.COLUMNS if columns == 1 else most_rows)
    assert cells.shape[1] <= most_columns
    for r, c in ((0, 0), (len(cells) - 1, cells.shape[1] - 1)):
        block = M[r * high : (r + 1) * high, c * wide : (c + 1) * wide]
        assert cells[r, c] == pytest.approx(block.mean(), abs=2e-4 * np.abs(cells).max())


def test_what_is_not_finite_is_null():
    M = np.ones((2, 600))
    M[0, 0] = np.nan
    assert large.binned(M)["values"][0][:2] == [None, 1.0]


def coloured(data_seed):
    """Return pictures of 64 x 64 points in three colours."""
    X = np.random.default_rng(data_seed).random((64 * 64 * 3, 12))
    names = [f"{k}" for k in range(len(X))]
    return Data(X, (np.arange(12) % 2)[None].astype(float), names, ["cat", "other"], picture=(64, 64, 3))


@pytest.fixture
def pictures(monkeypatch):
    monkeypatch.setitem(sources.SOURCES, "coloured", sources.Source("Coloured", coloured, []))
    return Session(complete({"source": {"name": "coloured"}, "hidden": [{"units": 3, "activation": "relu"}]}))


@pytest.mark.parametrize(("side", "block"), [(64, 1), (32, 2), (10, 7)])
def test_weights_of_the_first_layer_are_pictures_in_colour(pictures, side, block):
    found = large.pictures(pictures, 1, 9, side)
    W = pictures.net.W[1].reshape(3, 64, 64, 3)
    assert found["block"] == block
    assert found["shape"] == [-(-64 // block), -(-64 // block), 3]
    assert len(found["units"]) == 2  # of three, from the second on
    drawn = np.reshape(found["units"][0], found["shape"])
    assert drawn[0, 0] == pytest.approx(W[1, :block, :block].mean(axis=(0, 1)), abs=1e-4 * np.abs(W).max())


def test_pictures_of_what_is_not_there_are_refused(pictures):
    with pytest.raises(RefusedError, match="units"):
        large.pictures(pictures, 3, 1, 32)
    with pytest.raises(RefusedError, match="no picture"):
        large.pictures(Session(complete({})), 0, 1, 32)
