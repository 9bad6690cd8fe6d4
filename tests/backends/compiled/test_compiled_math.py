"""The compiled engine's own exp, tanh, log: their errors in units of the last place, and their special values."""

import math
from functools import lru_cache

import numpy as np
import pytest
from scipy.special import erf as scipy_erf

from needs import need

pytestmark = pytest.mark.needs("numba")
ONE_ARGUMENT = ("exp", "expm1", "log", "log1p", "tanh", "erf", "sqrt", "sign", "step")
TYPES = [np.float32, np.float64]


@lru_cache(maxsize=2)
def loops(F):
    """Return what evaluates every function on an array, in one compilation as the engine's loops are, and them."""
    import numba

    from glassnet.backends.compiled.compiled_math import functions

    math_of = functions(F)
    exp, expm1, log, log1p, tanh, erf, sqrt, sign, step = (getattr(math_of, name) for name in ONE_ARGUMENT)
    larger, smaller = math_of.larger, math_of.smaller

    @numba.njit(error_model="numpy", fastmath={"contract", "nsz", "reassoc"})
    def every(x, y, out):
        for i in range(x.size):
            out[0, i], out[1, i], out[2, i], out[3, i] = exp(x[i]), expm1(x[i]), log(x[i]), log1p(x[i])
            out[4, i], out[5, i], out[6, i], out[7, i] = tanh(x[i]), erf(x[i]), sqrt(x[i]), sign(x[i])
            out[8, i], out[9, i], out[10, i] = step(x[i]), larger(x[i], y[i]), smaller(x[i], y[i])

    return every, math_of


def evaluate(F, x, y=0):
    """Return the value of every function by name, at the entries of x."""
    x = np.atleast_1d(np.asarray(x, F))
    out = np.empty((11, x.size), F)
    with np.errstate(all="ignore"):
        loops(F)[0](x, np.broadcast_to(np.asarray(y, F), x.shape).copy(), out)
    return dict(zip((*ONE_ARGUMENT, "larger", "smaller"), out, strict=True))


def exact_erf(x):
    """Return erf in long doubles: 2 / sqrt(pi) e^-x² Σ 2^n x^(2n + 1) / (1 3 ... (2n + 1)), every term positive."""
    term = total = x
    for n in range(1, 400):
        term = term * 2 * x * x / (2 * n + 1)
        total = total + term
    return 2 / np.sqrt(np.longdouble(math.pi)) * np.exp(-x * x) * total


def reference(name, F, x):
    """Return the exact value, in a wider type."""
    if F is np.float32:
        return scipy_erf(x.astype(float)) if name == "erf" else getattr(np, name)(x.astype(float))
    wide = np.longdouble
    need("long doubles")
    return exact_erf(x.astype(wide)) if name == "erf" else getattr(np, name)(x.astype(wide))


def grid(name, F):
    """Return dense points where the value is an ordinary number, both near 0 and far from it."""
    n, largest, tiny = 40_000, float(np.finfo(F).max), float(np.finfo(F).smallest_normal)
    small = np.geomspace(tiny * 4, 1, n)
    ends = {"exp": math.log(largest) - 0.01, "expm1": math.log(largest) - 0.01, "tanh": 25.0, "erf": 6.0}
    if name in ends:
        return np.concatenate([np.linspace(-ends[name], ends[name], n), small, -small]).astype(F)
    large, around_one = np.geomspace(1, largest / 4, n), np.linspace(0.5, 2, n)
    if name == "log1p":
        return np.concatenate([small, large, np.linspace(-0.999, 1, n), -small[small < 0.5]]).astype(F)
    return np.concatenate([small, large, around_one]).astype(F)


# Measured: 1.03, 1.6, 2.7, 3.0, 1.2, 1.2, 0.5. The bounds leave room for machines that round products and sums apart.
BOUNDS = {"exp": 1.5, "expm1": 2.0, "log": 3.0, "log1p": 3.5, "tanh": 2.0, "erf": 2.0, "sqrt": 0.51}


@pytest.mark.parametrize("F", TYPES)
@pytest.mark.parametrize("name", BOUNDS)
def test_error_in_units_of_the_last_place(name, F):
    x = grid(name, F)
    exact = reference(name, F, x)
    normal = np.abs(exact) >= np.finfo(F).smallest_normal
    error = np.abs(evaluate(F, x)[name].astype(exact.dtype) - exact) / np.spacing(np.abs(exact.astype(F)))
    assert error[normal].max() < BOUNDS[name]
    assert normal.mean() > 0.9


@pytest.mark.parametrize("F", TYPES)
def test_special_values(F):
    inf, nan = np.inf, np.nan
    values = evaluate(F, [0, -0.0, 1, inf, -inf, nan])
    expected = {
        "exp": [1, 1, F(math.e), inf, 0, nan],
        "expm1": [0, 0, F(math.e - 1), inf, -1, nan],
        "log": [-inf, -inf, 0, inf, nan, nan],
        "log1p": [0, 0, F(math.log(2)), inf, nan, nan],
        "tanh": [0, 0, F(math.tanh(1)), 1, -1, nan],
        "erf": [0, 0, F(math.erf(1)), 1, -1, nan],
        "sqrt": [0, 0, 1, inf, nan, nan],
        "sign": [0, 0, 1, 1, -1, nan],
        "step": [0, 0, 1, 1, 0, 0],
    }
    for name, right in expected.items():
        np.testing.assert_allclose(values[name], np.array(right, F), rtol=4 * np.finfo(F).eps, err_msg=name)


@pytest.mark.parametrize("F", TYPES)
def test_overflow_and_underflow(F):
    highest, lowest = np.log(np.finfo(F).max), np.log(np.finfo(F).smallest_subnormal)
    values = evaluate(F, [highest + 0.01, 1e30, -1e30, lowest - 1.5])
    np.testing.assert_array_equal(values["exp"], np.array([np.inf, np.inf, 0, 0], F))
    np.testing.assert_array_equal(values["expm1"], np.array([np.inf, np.inf, -1, -1], F))
    np.testing.assert_array_equal(values["tanh"], np.array([1, 1, -1, -1], F))
    assert np.isfinite(evaluate(F, highest - 0.01)["exp"]).all()
    near_zero = np.linspace(np.log(np.finfo(F).smallest_normal), lowest + 1, 1000).astype(F)
    relative, smallest = (4e-7 if F is np.float32 else 1e-15), np.finfo(F).smallest_subnormal
    exact = np.exp(near_zero.astype(np.longdouble)).astype(F)  # below the normal numbers: to the last bit or the next
    np.testing.assert_allclose(evaluate(F, near_zero)["exp"], exact, rtol=relative, atol=1.1 * smallest)


@pytest.mark.parametrize("F", TYPES)
def test_the_smallest_argument_that_the_losses_give_to_log(F):
    tiny = np.finfo(F).smallest_normal
    assert evaluate(F, tiny)["log"][0] == np.log(tiny)


@pytest.mark.parametrize("F", TYPES)
def test_where_the_pieces_meet_nothing_jumps(F):
    """tanh changes its formula at 0.625, exp and log their power of 2: neighbours there stay in order."""
    for name, at in (("tanh", 0.625), ("tanh", -0.625), ("exp", math.log(2) / 2), ("log", math.sqrt(2)), ("log", 1.0)):
        x = F(at) + np.arange(-200, 201).astype(F) * np.spacing(F(at))
        values = evaluate(F, x)[name].astype(float)
        assert np.diff(values).min() > -2.5 * np.spacing(np.abs(values).max().astype(F)), name


@pytest.mark.parametrize("F", TYPES)
def test_the_larger_and_the_smaller_of_two(F):
    x, y = np.array([1, -2, 0, np.inf, -np.inf, np.nan], F), np.array([2, -3, 0, 1, 1, 1], F)
    values = evaluate(F, x, y)
    np.testing.assert_array_equal(values["larger"], np.maximum(x, y))
    np.testing.assert_array_equal(values["smaller"], np.minimum(x, y))


def test_nothing_is_widened():
    """A float32 that becomes a float64 on the way halves the width of the loops; numba knows each function's type."""
    import numba

    _, used = loops(np.float32)
    evaluate(np.float32, 0)
    for name in (*ONE_ARGUMENT, "larger", "smaller"):
        (signature,) = getattr(used, name).nopython_signatures
        assert signature.return_type == numba.float32, name
        assert set(signature.args) == {numba.float32}, name
