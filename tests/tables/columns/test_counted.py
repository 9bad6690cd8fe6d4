"""What columns are fitted to comes out the same from a table's parts, in any order; quantiles are NumPy's."""

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from glassnet.tables.columns.amounts import FEW, Amounts, median, quantiles
from glassnet.tables.columns.column import Part
from glassnet.tables.columns.values import Values

NUMBERS = st.floats(allow_nan=False, allow_infinity=False, width=32) | st.integers(-3, 3).map(float)


@given(st.lists(NUMBERS, min_size=1, max_size=60), st.lists(st.floats(0, 1), min_size=1, max_size=5))
def test_quantiles_are_those_of_numpy(numbers, levels):
    values, counts = np.unique(np.array(numbers) + 0.0, return_counts=True)
    np.testing.assert_array_equal(quantiles(values, counts, levels), np.quantile(numbers, levels))
    assert median(values, counts) == np.median(numbers)


def parts_of(rng, m):
    """Return the rows of some random parts, in random order."""
    cuts = np.sort(rng.integers(0, m + 1, rng.integers(0, 6)))
    parts = np.split(np.arange(m), cuts)
    return [parts[k] for k in rng.permutation(len(parts))]


def merged(parts):
    first, *others = parts
    for each in others:
        first = first.merged(each)
    return first


@given(st.integers(0, 2**32 - 1))
def test_few_numbers_are_counted_exactly(seed):
    rng = np.random.default_rng(seed)
    numbers = np.where(rng.random(80) < 0.2, np.nan, rng.integers(0, 9, 80))
    priorities = rng.permutation(80).astype(np.uint64)
    found = merged(Amounts.of(numbers[some], Part(priorities[some], 10)) for some in parts_of(rng, 80))
    whole = Amounts.of(numbers)
    assert (found.rows, found.lost, found.least, found.most) == (whole.rows, whole.lost, whole.least, whole.most)
    for one, other in zip(found.distinct(), whole.distinct(), strict=True):
        np.testing.assert_array_equal(one, other)
    there = np.flatnonzero(~np.isnan(numbers))
    lowest = there[np.argsort(priorities[there])][:10]
    np.testing.assert_array_equal(found.sampled(), numbers[lowest])  # whatever the order of the parts


def test_quantiles_of_many_numbers_are_within_their_bound():
    rng = np.random.default_rng(0)
    m, size, sure = 2 * FEW, 20_000, 1e-9
    numbers = rng.standard_normal(m) ** 3
    priorities = rng.integers(2**64, size=m, dtype=np.uint64)
    found = merged(Amounts.of(numbers[some], Part(priorities[some], size)) for some in parts_of(rng, m))
    assert not found.is_exact
    levels = np.linspace(0, 1, 101)
    near = quantiles(*found.distinct(), levels)
    assert (near[0], near[-1]) == (numbers.min(), numbers.max())
    bound = np.sqrt(np.log(2 / sure) / (2 * size))  # which one sample in 10**9 exceeds
    ranks = np.searchsorted(np.sort(numbers), near) / m
    assert np.abs(ranks - levels).max() < bound + 1 / size


@given(st.integers(0, 2**32 - 1))
def test_values_are_counted_exactly(seed):
    rng = np.random.default_rng(seed)
    cells = pa.chunked_array([[None if k == 0 else f"v{k}" for k in rng.integers(0, 9, 60)]])
    found = merged(Values.of(cells.take(some), Part(some, 100)) for some in parts_of(rng, 60))
    whole = Values.of(cells)
    assert found.values.to_pylist() == whole.values.to_pylist()
    assert (found.counts.tolist(), found.lost, found.short) == (whole.counts.tolist(), whole.lost, 0)


@given(st.integers(0, 2**32 - 1))
def test_counts_of_too_many_values_are_within_their_bound(seed):
    rng = np.random.default_rng(seed)
    cells = rng.zipf(1.5, 400).clip(max=200).astype(str)
    found = merged(Values.of(pa.chunked_array([cells[some]]), Part(some, 20)) for some in parts_of(rng, 400))
    assert len(found.values) <= 20
    assert found.short <= 400 / 20
    true = dict(zip(*np.unique(cells, return_counts=True), strict=True))
    counted = dict(zip(found.values.to_pylist(), found.counts.tolist(), strict=True))
    for value, n in true.items():
        assert n - found.short <= counted.get(value, 0) <= n
