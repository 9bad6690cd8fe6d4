"""The library's operations on entries: their values, and the errors of exp, tanh, log in units of the last place."""

import ctypes
import math
import re
from functools import cache

import numpy as np
import pytest
from scipy.special import erf as scipy_erf

from glassnet.backends.native.fusion import ENTRIES, FUSED, NUMBERS
from glassnet.backends.native.library import library
from glassnet.backends.native.lowering import EXPANDING, OPERATIONS, REDUCING
from glassnet.backends.native.recording import BINARY, TERNARY, UNARY
from needs import need

TYPES = [np.float32, np.float64]
pytestmark = pytest.mark.usefixtures("level")


def evaluate(name, F, *args, numbers=(), out=None):
    """Return an operation of the entries of arrays, or of numbers."""
    given = [np.asarray(arg, F) for arg in args]
    n = max(M.size for M in given)
    arrays = sum(1 << i for i, M in enumerate(given) if M.ndim)
    given = [np.ascontiguousarray(M) for M in given] + [np.zeros(1, F)] * (3 - len(given))
    out = np.empty(n, F) if out is None else out
    at = [ctypes.c_void_p(M.ctypes.data) for M in (out, *given)]
    words = [ctypes.c_int64(value) for value in (out.itemsize, OPERATIONS[name], arrays)]
    rest = [ctypes.c_double(value) for value in (*numbers, *[0.0] * (3 - len(numbers)))]
    library().function("glassnet_entries")(*words, *at, *rest, ctypes.c_int64(n))
    return out


# ---------------------------------------------------------------- the table
REFERENCES = {
    "copy": lambda a: a, "neg": lambda a: -a, "abs": np.abs, "exp": np.exp, "expm1": np.expm1, "log": np.log,
    "log1p": np.log1p, "tanh": np.tanh, "erf": scipy_erf, "sqrt": np.sqrt, "sign": np.sign, "step": lambda a: a > 0,
    "add": np.add, "sub": np.subtract, "mul": np.multiply, "truediv": np.divide, "pow": np.power, "gt": np.greater,
    "lt": np.less, "maximum": np.maximum, "minimum": np.minimum, "where": np.where,
}  # fmt: skip
LETTERS = {name: "abc"[:n] for n, names in enumerate((UNARY, BINARY, TERNARY), 1) for name in names}
LETTERS |= {name: "".join(sorted(set(re.findall(r"'([a-f])'", repr(pattern))))) for name, pattern in FUSED.items()}
ARITY = {name: sum(letter in ENTRIES for letter in letters) for name, letters in LETTERS.items()}


def fused(pattern, given):
    """Return what a pattern of `FUSED` says, by the operations that it takes the place of."""
    if isinstance(pattern, tuple):
        return REFERENCES[pattern[0]](*(fused(part, given) for part in pattern[1:]))
    return given[pattern] if isinstance(pattern, str) else pattern


def expected(name, *args):
    if name in REFERENCES:
        return REFERENCES[name](*args)
    return fused(FUSED[name], dict(zip(LETTERS[name], args, strict=True)))


def test_every_operation_on_entries_is_compared():
    assert [*REFERENCES, *FUSED, *REDUCING, *EXPANDING] == list(OPERATIONS)
    assert set("".join(LETTERS.values())) == set(ENTRIES + NUMBERS)


@pytest.mark.parametrize("F", TYPES)
@pytest.mark.parametrize("name", LETTERS)
def test_an_operation_has_the_number_that_the_library_gives_it(name, F):
    """Of arrays and numbers in every combination, and of lengths on both sides of any vector's."""
    rng, letters, arity = np.random.default_rng(0), LETTERS[name], ARITY[name]
    for n in (1, 2, 3, 7, 8, 15, 16, 17, 31, 33, 64, 100, 1025):
        for arrays in range(1, 1 << arity):
            given = [rng.normal(size=n) if arrays >> i & 1 else rng.normal() for i in range(arity)]
            given[0] = np.abs(given[0]) if name in {"log", "log1p", "sqrt", "pow"} else given[0]
            given[0] = given[0] > 0 if name == "where" else given[0]
            given[-1] = np.abs(given[-1]) if name == "adam_step" else given[-1]
            given = [np.asarray(M, F) for M in given]
            numbers = rng.uniform(0.5, 1, len(letters) - arity).astype(F)
            right = expected(name, *(M.astype(float) for M in given), *numbers.astype(float))
            tolerance = 20 * np.finfo(F).eps
            actual = evaluate(name, F, *given, numbers=numbers)
            np.testing.assert_allclose(actual, np.broadcast_to(right, n), rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("F", TYPES)
def test_numbers_alone_give_a_number(F):
    for name, arity in ARITY.items():
        args = (1.0, 2.0, 4.0, 0.5, 0.25, 3.0)
        args = (*args[:arity], *args[3 : 3 + len(LETTERS[name]) - arity])
        value = evaluate(name, F, *args[:arity], numbers=args[arity:])
        assert value == pytest.approx(float(expected(name, *args)), rel=1e-6), name


@pytest.mark.parametrize("F", TYPES)
@pytest.mark.parametrize("n", [1, 13, 64, 100])
def test_no_entry_is_written_but_those_asked_for(F, n):
    for name, arity in ARITY.items():
        whole = np.full(n + 64, 7, F)
        evaluate(name, F, *[np.ones(n, F)] * arity, out=whole[32 : 32 + n])
        np.testing.assert_array_equal(whole[:32], 7, err_msg=name)
        np.testing.assert_array_equal(whole[32 + n :], 7, err_msg=name)


@pytest.mark.parametrize("F", TYPES)
def test_a_result_may_lie_where_an_operand_lay(F):
    rng = np.random.default_rng(0)
    for name, arity in ARITY.items():
        for place in range(arity):
            args, numbers = [rng.uniform(0.1, 1, 77).astype(F) for _ in range(arity)], (0.5, 2.0, 3.0)
            apart = evaluate(name, F, *args, numbers=numbers)
            in_place = evaluate(name, F, *args, numbers=numbers, out=args[place])
            np.testing.assert_array_equal(in_place, apart, err_msg=name)


# ---------------------------------------------------------------- errors
def exact_erf(x):
    """Return erf in long doubles: 2 / sqrt(pi) e^-x² Σ 2^n x^(2n + 1) / (1 3 ... (2n + 1)), every term positive."""
    term = total = x
    for n in range(1, 400):
        term = term * 2 * x * x / (2 * n + 1)
        total = total + term
    return 2 / np.sqrt(np.longdouble("3.14159265358979323846264338")) * np.exp(-x * x) * total


@cache
def points(name, F):
    """Return the grid, and the exact values there."""
    x = grid(name, F)
    return x, reference(name, F, x)


def reference(name, F, x):
    """Return the exact value, in a wider type."""
    if F is np.float32:
        return REFERENCES[name](x.astype(float))
    need("long doubles")
    wide = x.astype(np.longdouble)
    return exact_erf(wide) if name == "erf" else REFERENCES[name](wide)


def grid(name, F):
    """Return dense points where the value is an ordinary number, both near 0 and far from it."""
    n, largest, tiny = 20_000, float(np.finfo(F).max), float(np.finfo(F).smallest_normal)
    small = np.geomspace(tiny * 4, 1, n)
    ends = {"exp": math.log(largest) - 0.01, "expm1": math.log(largest) - 0.01, "tanh": 25.0, "erf": 6.0}
    if name in ends:
        return np.concatenate([np.linspace(-ends[name], ends[name], 2 * n), small, -small]).astype(F)
    large, around_one = np.geomspace(1, largest / 4, n), np.linspace(0.5, 2, n)
    if name == "log1p":
        return np.concatenate([small, large, np.linspace(-0.999, 1, n), -small[small < 0.5]]).astype(F)
    return np.concatenate([small, large, around_one]).astype(F)


BOUNDS = {"exp": 1.6, "expm1": 2.5, "log": 3.0, "log1p": 3.5, "tanh": 2.5, "erf": 2.5, "sqrt": 0.51}


@pytest.mark.parametrize("F", TYPES)
@pytest.mark.parametrize("name", BOUNDS)
def test_error_in_units_of_the_last_place(name, F):
    x, exact = points(name, F)
    normal = np.abs(exact) >= np.finfo(F).smallest_normal
    error = np.abs(evaluate(name, F, x).astype(exact.dtype) - exact) / np.spacing(np.abs(exact.astype(F)))
    assert error[normal].max() < BOUNDS[name]
    assert normal.mean() > 0.9


@pytest.mark.parametrize("F", TYPES)
def test_the_error_of_a_power_grows_with_its_logarithm(F):
    need("long doubles")
    rng = np.random.default_rng(0)
    x, y = np.exp(rng.normal(0, 3, 20_000)).astype(F), rng.normal(0, 8, 20_000).astype(F)
    y[::2] = np.round(y[::2])
    x[::4] *= -1
    wide = x.astype(np.longdouble), y.astype(np.longdouble)
    exact = np.power(*wide)
    limits = np.finfo(F)
    ordinary = (np.abs(exact) > limits.smallest_normal) & (np.abs(exact) < limits.max)
    error = np.abs(evaluate("pow", F, x, y) / exact - 1)[ordinary]
    assert (error < (4 + 4 * np.abs(wide[1] * np.log(np.abs(wide[0]))))[ordinary] * limits.eps).all()
    assert ordinary.mean() > 0.8


@pytest.mark.parametrize("F", TYPES)
def test_the_powers_that_optimisers_take(F):
    """Bias corrections are 1 - beta^t: the step number may be large."""
    t = np.unique(np.geomspace(1, 1e6, 500).round()).astype(F)
    for beta in (0.0, 0.5, 0.9, 0.99, 0.999, 1.0):
        exact = F(beta).astype(np.longdouble) ** t.astype(np.longdouble)
        error = np.abs(evaluate("pow", F, beta, t) - exact)
        assert error.max() < 4 * np.finfo(F).eps, beta


# ---------------------------------------------------------------- special values
INF, NAN = np.inf, np.nan
SPECIAL = [0, -0.0, 1, INF, -INF, NAN]


@pytest.mark.parametrize("F", TYPES)
def test_special_values(F):
    right_values = {
        "exp": [1, 1, math.e, INF, 0, NAN],
        "expm1": [0, 0, math.e - 1, INF, -1, NAN],
        "log": [-INF, -INF, 0, INF, NAN, NAN],
        "log1p": [0, 0, math.log(2), INF, NAN, NAN],
        "tanh": [0, 0, math.tanh(1), 1, -1, NAN],
        "erf": [0, 0, math.erf(1), 1, -1, NAN],
        "sqrt": [0, 0, 1, INF, NAN, NAN],
        "sign": [0, 0, 1, 1, -1, NAN],
        "step": [0, 0, 1, 1, 0, 0],
        "abs": [0, 0, 1, INF, INF, NAN],
        "neg": [0, 0, -1, -INF, INF, NAN],
        "copy": SPECIAL,
    }
    for name in UNARY:
        for n in (1, 5):  # the ends of a loop, and its vectors
            values = evaluate(name, F, np.repeat(SPECIAL, n))
            right = np.repeat(np.array(right_values[name], F), n)
            np.testing.assert_allclose(values, right, rtol=4 * np.finfo(F).eps, err_msg=name)


@pytest.mark.parametrize("F", TYPES)
def test_signs_of_zero(F):
    for name in ("copy", "sign", "erf", "sqrt"):  # the others may give +0
        assert np.signbit(evaluate(name, F, [-0.0, 0.0])).tolist() == [True, False], name
    assert np.signbit(evaluate("neg", F, [-0.0, 0.0])).tolist() == [False, True]
    assert np.signbit(evaluate("abs", F, [-0.0, 0.0])).tolist() == [False, False]


@pytest.mark.parametrize("F", TYPES)
def test_where_a_logarithm_ends(F):
    np.testing.assert_array_equal(evaluate("log", F, [-1.0, -1e-30]), [NAN, NAN])
    np.testing.assert_array_equal(evaluate("log1p", F, [-1.0, -1.5, -INF]), [-INF, NAN, NAN])


@pytest.mark.parametrize("F", TYPES)
def test_subnormal_numbers(F):
    """The logarithm takes them for 0; the losses give it none, as the smallest normal number is their bound."""
    smallest, tiny = np.finfo(F).smallest_subnormal, np.finfo(F).smallest_normal
    x = np.array([smallest, tiny / 2, -smallest, -tiny / 2], F)
    for name in ("copy", "expm1", "log1p", "tanh", "abs", "neg"):
        right = {"abs": np.abs, "neg": np.negative}.get(name, np.array)(x)
        np.testing.assert_array_equal(evaluate(name, F, x), right, err_msg=name)
    np.testing.assert_array_equal(evaluate("exp", F, x), np.ones(4))
    np.testing.assert_array_equal(evaluate("log", F, x), [-INF, -INF, NAN, NAN])
    np.testing.assert_array_equal(evaluate("sign", F, x), [1, 1, -1, -1])
    np.testing.assert_array_equal(evaluate("step", F, x), [1, 1, 0, 0])
    np.testing.assert_allclose(evaluate("erf", F, x), x * 2 / math.sqrt(math.pi), rtol=1e-6, atol=1.1 * smallest)
    assert evaluate("log", F, tiny)[0] == np.log(tiny)


@pytest.mark.parametrize("F", TYPES)
def test_overflow_and_underflow(F):
    highest, lowest = np.log(np.finfo(F).max), np.log(np.finfo(F).smallest_subnormal)
    x = np.array([highest + 0.01, 1e30, -1e30, lowest - 1.5], F)
    np.testing.assert_array_equal(evaluate("exp", F, x), [INF, INF, 0, 0])
    np.testing.assert_array_equal(evaluate("expm1", F, x), [INF, INF, -1, -1])
    np.testing.assert_array_equal(evaluate("tanh", F, x), [1, 1, -1, -1])
    assert np.isfinite(evaluate("exp", F, highest - 0.01)).all()
    near_zero = np.linspace(np.log(np.finfo(F).smallest_normal), lowest + 1, 1000).astype(F)
    relative, smallest = (4e-7 if F is np.float32 else 1e-15), np.finfo(F).smallest_subnormal
    exact = np.exp(near_zero.astype(np.longdouble)).astype(F)  # below the normal numbers: to the last bit or the next
    np.testing.assert_allclose(evaluate("exp", F, near_zero), exact, rtol=relative, atol=1.1 * smallest)


@pytest.mark.parametrize("F", TYPES)
def test_where_the_pieces_meet_nothing_jumps(F):
    """Each function changes its formula, or its power of 2, somewhere: neighbours there stay in order."""
    meetings = [
        ("tanh", math.log(2) / 4), ("tanh", -math.log(2) / 4), ("tanh", 20), ("erf", 1), ("erf", -1),
        ("exp", math.log(2) / 2), ("log", math.sqrt(2)), ("log", 1.0), ("expm1", 50),
    ]  # fmt: skip
    for name, at in meetings:
        x = F(at) + np.arange(-200, 201).astype(F) * np.spacing(abs(F(at)))
        values = evaluate(name, F, x).astype(float)
        assert np.diff(values).min() > -4 * np.spacing(np.abs(values).max().astype(F)), name


@pytest.mark.parametrize("F", TYPES)
def test_the_larger_and_the_smaller_of_two(F):
    """NaN in the first stays, as where an activation is compared with 0."""
    x, y = np.array([1, -2, 0, INF, -INF, NAN], F), np.array([2, -3, 0, 1, 1, 1], F)
    np.testing.assert_array_equal(evaluate("maximum", F, x, y), np.maximum(x, y))
    np.testing.assert_array_equal(evaluate("minimum", F, x, y), np.minimum(x, y))


@pytest.mark.parametrize("F", TYPES)
def test_choices_take_one_operand_alone(F):
    """What is not chosen may be infinite."""
    mask, b, c = np.array([1, 0, 1, 0], F), np.array([2, NAN, -INF, INF], F), np.array([NAN, 3, INF, -4], F)
    np.testing.assert_array_equal(evaluate("where", F, mask, b, c), [2, 3, -INF, -4])


@pytest.mark.parametrize("F", TYPES)
def test_comparisons_with_nan_are_false(F):
    x, y = np.array([NAN, 1, NAN, 1, 2, 1], F), np.array([1, NAN, NAN, 2, 1, 1], F)
    np.testing.assert_array_equal(evaluate("gt", F, x, y), [0, 0, 0, 0, 1, 0])
    np.testing.assert_array_equal(evaluate("lt", F, x, y), [0, 0, 0, 1, 0, 0])


@pytest.mark.parametrize("F", TYPES)
def test_powers_of_0_of_negative_numbers_and_of_infinite_ones(F):
    x = np.array([0, 0, 0, 5, NAN, -2, -2, -2, -2, INF, INF, 2, 2, 0.5, 0.5, NAN, 2], F)
    y = np.array([2, -1, 0, 0, 0, 3, 2, -1, 0.5, 2, -2, INF, -INF, INF, -INF, 1, NAN], F)
    with np.errstate(all="ignore"):
        np.testing.assert_allclose(evaluate("pow", F, x, y), np.power(x, y), rtol=4 * np.finfo(F).eps)
