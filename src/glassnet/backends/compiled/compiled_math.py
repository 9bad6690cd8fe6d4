"""exp, tanh, log and others for one number, in a form that a compiler turns into vector instructions.

They are polynomials and bit operations without branches, so that the loops around them are vectorised, which calls of
the C library prevent. tests/backends/compiled/test_compiled_math.py measures their errors in units of the last place.
The method and the coefficients of tanh are those of Cephes (S. L. Moshier, 1989).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numba
import numpy as np


def compiled(function: Callable[..., Any]) -> Any:
    """Compile a function of single numbers, to be inlined into loops; the order of its sums is kept."""
    return numba.njit(function, error_model="numpy", fastmath={"contract"})


class _Format:
    """The constants of float32 or float64, all of that type, so that nothing is widened."""

    def __init__(self, dtype: Any) -> None:
        self.F: Any = np.dtype(dtype).type
        self.single = self.F is np.float32
        self.whole: Any = np.int32 if self.single else np.int64
        self.mantissa, self.bias = self.whole(23 if self.single else 52), self.whole(127 if self.single else 1023)
        self.ln2_high = self.F(0.693359375 if self.single else 0.693145751953125)
        self.ln2_low = self.F(-2.12194440e-4 if self.single else 1.42860682030941723e-6)


def functions(dtype: Any) -> SimpleNamespace:
    """Return the compiled functions of single numbers.

    Parameters
    ----------
    dtype : numpy dtype
        float32 or float64.

    Returns
    -------
    SimpleNamespace
        F, the type, and exp, expm1, tanh, log, log1p, erf, sqrt, sign, step, larger and smaller.
    """
    kind = _Format(dtype)
    found = [*_exponentials(kind), *_logarithms(kind), *_others(kind.F)]
    return SimpleNamespace(F=kind.F, **{function.__name__: function for function in found})


def _exponentials(kind: _Format) -> list[Any]:
    """Return exp, expm1 and tanh."""
    F, single, whole, mantissa, bias = kind.F, kind.single, kind.whole, kind.mantissa, kind.bias
    ln2_high, ln2_low = kind.ln2_high, kind.ln2_low
    low, high = F(-103.9 if single else -745.2), F(88.72 if single else 709.78)  # beyond them e^x is 0, or infinite
    least, most = F(-150 if single else -1075), F(128 if single else 1024)
    one_bit, half, one, two, zero, infinity = whole(1), F(0.5), F(1), F(2), F(0), F(np.inf)
    log2_e = F(1.4426950408889634)
    c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13 = (F(1 / math.factorial(k)) for k in range(2, 14))
    p0, p1, p2 = F(-9.64399179425052238628e-1), F(-9.92877231001918586564e1), F(-1.61468768441708447952e3)
    q0, q1, q2 = F(1.12811678491632931402e2), F(2.23548839060100448583e3), F(4.84406305325125486048e3)
    small, beyond = F(0.625), F(50)  # up to where tanh has its polynomial; from where on e^x - 1 is e^x

    def parts(x: Any) -> tuple[Any, Any, Any]:
        # e^x = 2^n e^r with |r| <= ln(2)/2; 2^n as a product, because n may lie beyond the largest exponent
        n = np.floor(x * log2_e + half)
        n = most if n > most else (least if n < least else n)
        r = x - n * ln2_high - n * ln2_low
        p = c7 if single else (((((c13 * r + c12) * r + c11) * r + c10) * r + c9) * r + c8) * r + c7
        p = ((((p * r + c6) * r + c5) * r + c4) * r + c3) * r + c2
        first = whole(whole(n) >> one_bit)
        a, b = whole((first + bias) << mantissa).view(F), whole((whole(n) - first + bias) << mantissa).view(F)
        return p * r * r + r, a, b  # e^r - 1, and 2^n = a b

    parts = compiled(parts)

    def exp(x: Any) -> Any:
        rest, a, b = parts(x)
        return infinity if x > high else (zero if x < low else (rest + one) * a * b)

    def expm1(x: Any) -> Any:
        rest, a, b = parts(x)
        large, other = (rest + one) * a * b, rest * (a * b) + (a * b - one)
        return infinity if x > high else (-one if x < low else (large if x > beyond else other))

    exp = compiled(exp)

    def tanh(x: Any) -> Any:
        z = x * x
        near = x + x * z * (((p0 * z + p1) * z + p2) / (((z + q0) * z + q1) * z + q2))
        far = one - two / (exp(two * abs(x)) + one)
        return near if z < small * small else (-far if x < zero else far)

    return [exp, compiled(expm1), compiled(tanh)]


def _logarithms(kind: _Format) -> list[Any]:
    """Return log and log1p."""
    F, single, whole, mantissa, bias = kind.F, kind.single, kind.whole, kind.mantissa, kind.bias
    ln2_high, ln2_low = kind.ln2_high, kind.ln2_low
    half, one, two, zero, infinity = F(0.5), F(1), F(2), F(0), F(np.inf)
    exponents, sqrt_2 = whole(255 if single else 2047), F(1.4142135623730951)
    l3, l5, l7, l9, l11, l13, l15, l17, l19, l21 = (F(2 / k) for k in range(3, 22, 2))

    def log(x: Any) -> Any:
        # x = 2^k f with f near 1, log f = 2 artanh s with s = (f - 1) / (f + 1); smaller numbers than normal are 0 here
        bits = F(x).view(whole)
        k = F((bits >> mantissa) - bias)
        f = whole((bits & whole(~(exponents << mantissa))) | whole(bias << mantissa)).view(F)
        k, f = (k + one, f * half) if f > sqrt_2 else (k, f)
        s = (f - one) / (f + one)
        z = s * s
        p = l9 if single else (((((l21 * z + l19) * z + l17) * z + l15) * z + l13) * z + l11) * z + l9
        p = ((p * z + l7) * z + l5) * z + l3
        y = k * ln2_high + (s * (two + p * z) + k * ln2_low)
        return (
            y
            if (x > zero) and (x < infinity)
            else (infinity if x == infinity else (-infinity if x == zero else (x - x) / zero))
        )

    log = compiled(log)

    def log1p(x: Any) -> Any:
        u = one + x
        return x if u == one else (log(u) if u == infinity else log(u) - ((u - one) - x) / u)  # what u lost of x

    return [log, compiled(log1p)]


def _others(F: Any) -> list[Any]:
    """Return step, sign, larger, smaller, erf and sqrt."""
    one, zero = F(1), F(0)

    def step(x: Any) -> Any:
        return one if x > zero else zero

    def sign(x: Any) -> Any:
        return one if x > zero else (-one if x < zero else x)

    def larger(x: Any, y: Any) -> Any:
        return y if x < y else x  # NaN in x stays

    def smaller(x: Any, y: Any) -> Any:
        return y if x > y else x

    def erf(x: Any) -> Any:
        return F(math.erf(x))

    def sqrt(x: Any) -> Any:
        return F(math.sqrt(x))

    return [compiled(function) for function in (step, sign, larger, smaller, erf, sqrt)]
