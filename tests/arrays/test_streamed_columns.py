"""Samples in blocks on disk: each is shown once an epoch, beside others of its window, with its own targets."""

import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from glassnet.arrays.coded_columns import CodedColumns, Lookup, Rearranged
from glassnet.arrays.joined_columns import joined
from glassnet.arrays.sparse_columns import SparseColumns
from glassnet.arrays.streamed_columns import Epoch
from glassnet.errors import ShapeError
from streams import in_memory, made, streamed


def taken(epoch, m, n, by):
    out, Y, S = np.empty((m, n), np.float32), [], []
    for start in range(0, m, by):
        positions = range(start, min(start + by, m))
        some, weights = epoch.take(positions, out[positions.start : positions.stop])
        Y.append(some)
        S.append(weights)
    return out, np.concatenate(Y, axis=1), S


@settings(deadline=None, max_examples=60)
@given(
    sizes=st.lists(st.integers(1, 40), min_size=1, max_size=7),
    window=st.integers(1, 90),
    by=st.integers(1, 60),
    seed=st.one_of(st.none(), st.integers(0, 2**53)),
)
def test_each_sample_is_shown_once_with_its_own_targets(sizes, window, by, seed):
    blocks = made(sizes, weighted=True)
    X = streamed(blocks, window=window)
    n, m = X.shape
    epoch = Epoch(X, seed)
    rows, Y, S = taken(epoch, m, n, by)
    epoch.close()
    numbers = rows[:, 0].astype(int)
    assert sorted(numbers.tolist()) == list(range(m))
    full, targets, weights = in_memory(blocks)
    assert_array_equal(rows, full[:, numbers].T)
    assert_array_equal(Y, targets[:, numbers])
    assert_array_equal(np.concatenate(S, axis=1), weights[:, numbers])
    if seed is None:
        assert_array_equal(numbers, np.arange(m))


@settings(deadline=None, max_examples=30)
@given(
    sizes=st.lists(st.integers(1, 30), min_size=1, max_size=5),
    window=st.integers(1, 60),
    by=st.integers(1, 40),
    seed=st.one_of(st.none(), st.integers(0, 2**53)),
)
def test_sparse_features_are_those_of_the_expanded_ones_and_stay_sparse(sizes, window, by, seed):
    X, dense = (streamed(made(sizes, sparse=sparse), window=window) for sparse in (True, False))
    n, m = X.shape
    expected = taken(Epoch(dense, seed), m, n, by)[0]
    epoch, found = Epoch(X, seed), []
    for start in range(0, m, by):
        positions = range(start, min(start + by, m))
        epoch.take(positions)
        found.append(epoch.features(positions))
        part = positions[len(positions) // 2 :]
        assert_array_equal(epoch.features(part).toarray(), found[-1].toarray()[:, len(positions) // 2 :])
        assert epoch.features(positions[:0]).shape == (n, 0)
    epoch.close()
    assert all(isinstance(columns.parts[-1], SparseColumns) for columns in found)
    assert_array_equal(np.concatenate([columns.toarray() for columns in found], axis=1), expected.T)


def test_a_part_of_an_epoch_is_what_the_whole_has_there_and_reads_no_block_before_it():
    blocks = made([30, 20, 25, 40])
    X = streamed(blocks)
    whole = taken(Epoch(X, 5), 115, X.shape[0], 23)[0]
    first = next(X.windows(5))[0]
    for block in blocks:
        block.n_read = 0
    rest = np.empty((35, X.shape[0]), np.float32)
    epoch = Epoch(X, 5)
    epoch.take(range(80, 115), rest)
    epoch.close()
    assert_array_equal(rest, whole[80:])
    assert blocks[first].n_read == 0


def test_epochs_of_other_seeds_have_other_orders_and_equal_seeds_the_same():
    X = streamed(made([60, 60, 60]), window=120)
    first, again, other = (taken(Epoch(X, seed), 180, X.shape[0], 32)[0][:, 0] for seed in (1, 1, 2))
    assert_array_equal(first, again)
    assert (first != other).any()


def test_within_a_window_samples_of_all_its_blocks_are_mixed():
    X = streamed(made([100, 100, 100, 100]), window=200)
    blocks = taken(Epoch(X, 0), 400, X.shape[0], 50)[0][:100, 0] // 100
    assert set(np.bincount(blocks.astype(int), minlength=4)) > {0}
    assert len(set(blocks.tolist())) == 2


def test_at_most_two_windows_are_in_memory_and_one_is_being_read(monkeypatch):
    blocks = made([50] * 8)
    X = streamed(blocks)
    epoch, out = Epoch(X, 3), np.empty((10, X.shape[0]), np.float32)
    for start in range(0, 400, 10):
        epoch.take(range(start, start + 10), out)
        assert len(epoch.open) <= 2
    epoch.close()
    assert not [each for each in threading.enumerate() if each.name.startswith("glassnet-reader") and each.is_alive()
                and not each.daemon and epoch.reader._shutdown is False]  # fmt: skip


def test_an_error_of_the_reader_is_raised_where_samples_are_taken():
    class Gone:
        n_rows = 10

        def X(self):
            raise FileNotFoundError("block 3 is gone")

    X = streamed(made([10, 10]))
    X.blocks[1] = Gone()
    epoch = Epoch(X, None)
    epoch.take(range(10), np.empty((10, X.shape[0]), np.float32))
    with pytest.raises(FileNotFoundError, match="block 3"):
        epoch.take(range(10, 20), np.empty((10, X.shape[0]), np.float32))
    epoch.close()


def test_blocks_of_another_number_of_features_are_refused():
    X = streamed(made([30, 20]))
    with pytest.raises(ShapeError, match="expected 12 features in each block, got 11"):
        Epoch(X.changed(shape=(12, 50)), None).take(range(10), np.empty((10, 12), np.float32))


@pytest.mark.parametrize("sparse", [False, True])
def test_joined_columns_are_the_concatenated_matrices(sparse):
    parts = [block.columns for block in made([7, 1, 30, 12], sparse=sparse)]
    tables = [np.arange(6.0).reshape(3, 2), np.arange(6.0).reshape(3, 2), np.ones((3, 2)), np.ones((3, 2))]
    codes = np.random.default_rng(1)
    parts = [
        CodedColumns([*part.blocks, Lookup(codes.integers(0, 3, part.shape[1]), table)], "float32")
        for part, table in zip(parts, tables, strict=True)
    ]
    whole = np.concatenate([part.toarray() for part in parts], axis=1)
    assert_array_equal(joined(parts).toarray(), whole)
    assert_array_equal(joined(parts[:2]).toarray(), whole[:, :8])
    if sparse:
        return  # what is rearranged is dense
    places = np.array([5, 0, 1, 12, 2, 3, 4, 6, 7, 8, 9, 10, 11])
    moved = [CodedColumns([Rearranged(part.blocks, places, 15)], "float32") for part in parts]
    assert_array_equal(joined(moved).toarray()[places], whole)
