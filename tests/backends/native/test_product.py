"""The library's matrix product against NumPy's, of every shape, order in memory and level."""

import ctypes

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glassnet.backends.native.library import library
from glassnet.backends.native.task import of_library, product

TYPES = ["float32", "float64"]
ORDERS = ["CC", "CF", "FC", "FF"]
SHAPES = [
    (1, 1, 1), (1, 7, 40), (3, 5, 1), (7, 13, 5), (4, 2, 400), (4, 400, 2), (12, 16, 32), (13, 17, 33), (20, 515, 209),
    (200, 256, 257), (385, 300, 31), (21, 530, 70), (70, 513, 9), (1, 300, 20), (20, 300, 1), (95, 511, 127),
    (96, 512, 128), (97, 513, 129), (6, 192, 256), (12, 191, 257), (24, 192, 24), (25, 193, 25), (5, 1024, 513),
    (1, 1025, 1), (1, 3000, 2), (3, 2049, 5), (2, 4096, 3), (1, 1, 300), (300, 1, 1),
]  # fmt: skip
AROUND = [*range(1, 14), 15, 16, 17, 23, 24, 25, 31, 32, 33, 63, 64, 65, 70]
pytestmark = pytest.mark.usefixtures("level")


def drawn(shape, dtype, order, gap=0, seed=0):
    """Draw a matrix whose rows ("C") or columns ("F") are contiguous, with a gap after each."""
    rng, (rows, columns) = np.random.default_rng([seed, *shape]), shape
    if order == "F":
        return drawn((columns, rows), dtype, "C", gap, seed).T
    around = np.full((rows, columns + gap), np.nan, dtype)  # what lies in the gaps counts for nothing
    around[:, :columns] = rng.standard_normal(shape)
    return around[:, :columns]


def room(n, m, dtype, gap=0):
    return np.full((n, m + gap), np.nan, dtype)[:, :m]


def check(A, B, out):
    (n, k), m = A.shape, B.shape[1]
    product(A, B, out)
    wide = A.astype(float), B.astype(float)
    bound = (np.abs(wide[0]) @ np.abs(wide[1])) * np.finfo(out.dtype).eps * 2 * max(k, 1)
    assert out.shape == (n, m)
    assert (np.abs(out - wide[0] @ wide[1]) <= bound).all(), (n, k, m)


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("orders", ORDERS)
def test_product_is_the_product(orders, dtype):
    for n, k, m in SHAPES:
        for gap in (0, 3):
            A, B = drawn((n, k), dtype, orders[0], gap), drawn((k, m), dtype, orders[1], gap, 1)
            check(A, B, room(n, m, dtype, gap))


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("orders", ORDERS)
def test_small_products_of_every_size(orders, dtype):
    """Sizes around the tiles and vectors, and sums of few."""
    for k in (1, 2, 17):
        for n in AROUND:
            for m in AROUND[n % 5 :: 5]:
                A, B = drawn((n, k), dtype, orders[0]), drawn((k, m), dtype, orders[1], 0, 1)
                out = np.full((n, m), np.nan, dtype)
                expected = A.astype(float) @ B.astype(float)
                rtol = 4 * k * np.finfo(dtype).eps
                assert np.allclose(product(A, B, out), expected, rtol=0, atol=rtol * np.abs(expected).max()), (n, k, m)


SIZES = st.integers(1, 70) | st.sampled_from([95, 96, 97, 127, 128, 129, 191, 192, 193, 255, 256, 257, 511, 512, 513])


@settings(max_examples=80)
@given(
    st.tuples(SIZES, SIZES, SIZES), st.sampled_from(ORDERS), st.sampled_from(TYPES),
    st.tuples(*[st.sampled_from([0, 1, 5, 500])] * 3),
)  # fmt: skip
def test_a_product_drawn_at_random(shape, orders, dtype, gaps):
    n, k, m = shape
    A, B = drawn((n, k), dtype, orders[0], gaps[0]), drawn((k, m), dtype, orders[1], gaps[1], 1)
    check(A, B, room(n, m, dtype, gaps[2]))


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("orders", ORDERS)
def test_whole_numbers_are_exact(orders, dtype):
    rng = np.random.default_rng(0)
    for n, k, m in [(15, 20, 21), (15, 600, 21), (1, 600, 21), (30, 1300, 3)]:
        A, B = (
            np.asarray(rng.integers(-9, 10, size).astype(dtype), order=order)
            for size, order in zip([(n, k), (k, m)], orders, strict=True)
        )
        np.testing.assert_array_equal(product(A, B, np.empty((n, m), dtype)), A @ B)


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("orders", ORDERS)
def test_a_sum_of_nothing_is_0(orders, dtype):
    for n, m in [(1, 1), (64, 10), (1, 10), (10, 1), (5, 33)]:
        A, B = (np.zeros(size, dtype, order=o) for size, o in zip([(n, 0), (0, m)], orders, strict=True))
        np.testing.assert_array_equal(product(A, B, np.full((n, m), 7, dtype)), np.zeros((n, m)))


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("orders", ORDERS)
def test_a_product_without_entries(orders, dtype):
    for n, k, m in [(0, 3, 5), (5, 6, 0), (0, 0, 0), (1, 5, 0), (0, 300, 1)]:
        A, B = (np.ones(size, dtype, order=o) for size, o in zip([(n, k), (k, m)], orders, strict=True))
        assert product(A, B, np.empty((n, m), dtype)).size == 0


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("orders", ORDERS)
def test_only_the_products_own_entries_are_written(orders, dtype):
    for n, k, m in [(30, 20, 37), (1, 20, 37), (37, 20, 1), (13, 300, 3), (97, 513, 129)]:
        A, B = drawn((n, k), dtype, orders[0]), drawn((k, m), dtype, orders[1], 0, 1)
        flat = np.full((n + 2) * (m + 5), 7, dtype)
        out = flat.reshape(n + 2, m + 5)[1:-1, 2 : 2 + m]
        product(A, B, out)
        out[...] = 7
        assert (flat == 7).all()


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("orders", ORDERS)
def test_what_is_not_finite_stays_in_its_row_and_column(orders, dtype):
    for n, k, m in [(14, 20, 40), (1, 20, 41), (41, 20, 1), (14, 300, 3), (100, 530, 131)]:
        A, B = np.ones((n, k), dtype, order=orders[0]), np.ones((k, m), dtype, order=orders[1])
        A[n // 2, 5] = np.nan
        B[2, m // 2] = np.inf
        out = product(A, B, np.empty((n, m), dtype))
        assert np.isnan(out[n // 2]).all()
        rest = np.delete(out, n // 2, 0)
        assert (rest[:, m // 2] == np.inf).all()
        assert (np.delete(rest, m // 2, 1) == k).all()


def with_bias(A, B, bias, out):
    """Write A @ B + bias into `out`, as a step's products are."""
    size = out.itemsize
    panels = np.full(of_library("panel_numbers", out.dtype), np.nan, out.dtype)
    numbers = [ctypes.c_int64(value) for M in (A, B) for value in (M.ctypes.data, *(s // size for s in M.strides))]
    given = [*numbers, ctypes.c_int64(out.ctypes.data), ctypes.c_int64(out.strides[0] // size)]
    sizes = [ctypes.c_int64(value) for value in (*A.shape, B.shape[1])]
    places = [ctypes.c_void_p(M.ctypes.data) for M in (bias, panels)]
    library().function("glassnet_product")(ctypes.c_int64(size), *given, *sizes, *places)
    return out


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("orders", ORDERS)
def test_a_bias_is_added_once_to_every_column(orders, dtype):
    """Also where the sum is made in stretches, and where what the panels held before is no number."""
    for n, k, m in [*SHAPES, (5, 0, 7), (1, 0, 7)]:
        A, B = (np.ones(size, dtype, order=o) for size, o in zip([(n, k), (k, m)], orders, strict=True))
        bias = np.arange(1, n + 1).astype(dtype) * 1000
        expected = np.broadcast_to(bias[:, None] + k, (n, m))
        np.testing.assert_array_equal(with_bias(A, B, bias, room(n, m, dtype)), expected, err_msg=f"{n, k, m}")


@pytest.mark.parametrize("dtype", TYPES)
def test_the_same_product_gives_the_same_bits(dtype):
    """Wherever the arrays lie in memory."""
    for n, k, m in [(13, 70, 33), (1, 70, 33), (3, 400, 3)]:
        A, B = drawn((n, k), dtype, "C"), drawn((k, m), dtype, "F", 0, 1)
        expected = product(A, B, np.empty((n, m), dtype)).tobytes()
        for shift in range(1, 20):
            moved = []
            for M in (A, B.T):
                room = np.empty(M.size + shift, dtype)[shift:].reshape(M.shape)
                room[...] = M
                moved.append(room)
            assert product(moved[0], moved[1].T, np.empty((n, m), dtype)).tobytes() == expected
