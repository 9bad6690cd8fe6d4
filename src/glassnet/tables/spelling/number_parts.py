"""Texts as numbers, once it is known how a column writes them: sign, currency, digits, exponent, unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from glassnet.tables.arrow import pa, pc
from glassnet.tables.cells import cell_values, missing_cell, number_array, text_array, text_cell, truth_array, truths
from glassnet.tables.spelling.grouping import pattern
from glassnet.tables.spelling.spelled import cast_or_none
from glassnet.tables.spelling.units import CURRENCY, MOSTLY, ratio, suffix
from glassnet.typing import AnyArray

# A number with all that may stand around it. Digits begin and end as such; whether their separators fit is seen later.
PARTS = (
    rf"^(?P<bound>(?:[<>~]=?|≤|≥|≈|ca\.|circa|approx\.?|about)?)\s*(?P<open>\(?)\s*(?P<sign>[-+]?)\s*"
    rf"(?P<before>(?:{CURRENCY})?)\s*(?P<open2>\(?)\s*(?P<sign2>[-+]?)\s*(?P<digits>[.,]?\d(?:[\d.,' _]*\d)?[.,]?)"
    r"(?P<exponent>(?:[eE][-+]?\d+|[dD][-+]\d+| ?[x\x{d7}*] ?10\^?[-+]?\d+)?)(?P<more>\+?)(?P<close>\)?)\s*"
    r"(?P<after>(?:[^\d\s.,'()<>=;:/+*†‡§\[-][^\d()<>=;:*†‡§\[]*?)?)(?P<minus>-{0,2})(?:/[-=])?(?P<close2>\)?)"
    r"(?P<note>\s*(?:\*{1,3}|[†‡§]|\[[^\]]{1,8}\])?)$"
)
# Numbers of two parts.
SHAPES = {
    "fraction": r"^(?P<a>\d+(?:\.\d+)?)\s*/\s*(?P<b>\d+)$",
    "feet": (
        r"^(?P<a>\d+)\s*(?:'|ft\.?|foot|feet)\s*(?P<b>(?:(?:\d|1[01])(?:\.\d+)?)?)\s*"
        r"""(?:"|''|in\.?|inch(?:es)?)?$"""
    ),
}
DENOMINATORS = frozenset({2, 3, 4, 5, 6, 8, 10, 16, 32, 64, 100})  # of fractions that are no dates or ratios
INCHES = 12
MOST = 0.7  # share of the cells that are fractions


class Parsed(NamedTuple):
    """Distinct texts as numbers.

    Parameters
    ----------
    numbers : pyarrow.Array
        Whole numbers or floats, missing where they cannot be read.
    bad : array of bool (m,)
        Which cannot.
    """

    numbers: pa.Array
    bad: AnyArray

    @property
    def values(self) -> AnyArray:
        """The numbers as floats, NaN where they cannot be read."""
        return cell_values(self.numbers.cast(pa.float64(), safe=False))


@dataclass(frozen=True)
class Parts:
    """The parts of texts that may be numbers.

    Parameters
    ----------
    fields : mapping of str to pyarrow.Array
        Each part of each text; missing where a text has no such parts.
    matched : array of bool (m,)
        Which texts have them.
    """

    fields: Mapping[str, pa.Array]
    matched: AnyArray

    @classmethod
    def of(cls, values: pa.Array) -> Parts:
        """Return the parts of texts."""
        parts, matched = _extracted(values, PARTS)
        listed = truths(pc.match_substring_regex(values, r"\d[.,] *[^\W\d_]"))  # such as 2. Middle Atlantic
        return cls(parts, matched & ~listed)

    def has(self, *names: str) -> AnyArray:
        """Return which texts have one of some parts."""
        found: AnyArray = np.any([cell_values(self._lengths(name)) > 0 for name in names], axis=0)
        return found

    def _lengths(self, name: str) -> pa.Array:
        return pc.fill_null(pc.binary_length(self.fields[name]).cast(pa.int64()), number_array(np.zeros(1, int))[0])

    @cached_property
    def negative(self) -> AnyArray:
        """Which numbers are negative: -5, 5-, (5); but the dash of 5.- stands for decimals."""
        digits = self.fields["digits"]
        dash = self.has("minus") & ~truths(pc.match_substring_regex(digits, "[.,]$"))
        minus = text_cell("-", digits.type)
        signs = [truths(pc.equal(self.fields[name], minus)) for name in ("sign", "sign2")]
        return signs[0] | signs[1] | dash | (self.has("open", "open2") & self.has("close", "close2"))

    @property
    def balanced(self) -> AnyArray:
        """Which texts close the bracket that they open."""
        balanced: AnyArray = self.has("open", "open2") == self.has("close", "close2")
        return balanced


def parsed(values: pa.Array, known: Mapping[str, Any], parts: Parts | None = None) -> Parsed:
    """Return distinct texts as numbers.

    Parameters
    ----------
    values : pyarrow.Array of text
        In ASCII as far as numbers go.
    known : mapping
        How they are written.
    parts : Parts, optional
        Their parts, if they are known.

    Returns
    -------
    Parsed
        The numbers.
    """
    if "shape" in known:
        return shaped(values, known["shape"])
    parts = parts or Parts.of(values)
    digits, exponent = parts.fields["digits"], parts.fields["exponent"]
    decimal, thousands = known.get("decimal", "."), known.get("thousands", "")
    powers, factors, fits = _factors(parts.fields["after"], known)
    good = parts.matched & parts.balanced & fits
    good &= truths(pc.match_substring_regex(digits, pattern(decimal, thousands)))
    good &= ~(parts.has("exponent") & (powers.lengths > 0))  # no number has both
    for sign, by in ((thousands, ""), (decimal, ".")):
        if sign not in ("", "."[: sign == decimal]):
            digits = pc.replace_substring(digits, sign, by)
    exponent = pc.replace_substring_regex(exponent, r"[dD]| ?[x\x{d7}*] ?10\^?", "e")
    exponent = pc.if_else(truth_array(parts.has("exponent")), exponent, powers.texts)
    sign = text_array(["", "-"], digits.type).take(number_array(parts.negative.astype(np.int64)))
    spelled = pc.binary_join_element_wise(sign, digits, exponent, text_cell("", digits.type))
    spelled = pc.if_else(truth_array(good), spelled, missing_cell(digits.type))
    numbers = plain_numbers(pa.chunked_array([spelled]))
    assert numbers is not None
    if "bare" in known:
        factors = np.where(parts.has("after"), factors, known["bare"])
    if (factors[good] != 1).any():
        floats = cell_values(numbers.cast(pa.float64(), safe=False))
        return Parsed(number_array(np.where(good, floats * factors, np.nan)), ~good)
    return Parsed(_one_chunk(numbers), ~good)


def _one_chunk(numbers: pa.ChunkedArray) -> pa.Array:
    whole = numbers.combine_chunks()
    return whole.chunk(0) if isinstance(whole, pa.ChunkedArray) else whole


def plain_numbers(text: pa.ChunkedArray) -> pa.ChunkedArray | None:
    """Return cells that are written as programs write numbers, infinite ones among them; None where some are not."""
    floats = cast_or_none(text, pa.float64())  # first: it refuses hexadecimal, which whole numbers may be
    if floats is None:
        return None
    whole = cast_or_none(text, pa.int64())
    return floats if whole is None else whole


class _Powers(NamedTuple):
    texts: pa.Array  # such as e6
    lengths: AnyArray


def _factors(after: pa.Array, known: Mapping[str, Any]) -> tuple[_Powers, AnyArray, AnyArray]:
    """Return for each text behind a number a power of ten, a factor, and whether it goes with the column's unit."""
    unit, scaled = known.get("unit", ""), known.get("scaled", False)
    encoded = pc.fill_null(after, text_cell("", after.type)).dictionary_encode()
    powers, factors, fits = [], [], []
    for text in encoded.dictionary.to_pylist():
        found = suffix(text.strip(), scaled)
        by = ratio(found.unit, unit) if found.unit else 1.0
        powers.append(f"e{found.power}" if found.power else "")
        factors.append(1.0 if by is None else by)
        fits.append(by is not None)
    codes = cell_values(encoded.indices)
    texts = text_array(powers, after.type).take(encoded.indices)
    return _Powers(texts, np.array([len(p) for p in powers])[codes]), np.array(factors)[codes], np.array(fits)[codes]


def shaped(values: pa.Array, shape: str) -> Parsed:
    """Return fractions, or feet and inches, as numbers."""
    parts, matched = _extracted(values, SHAPES[shape])
    a, b, bad = _floats(parts["a"]), _floats(parts["b"]), ~matched
    if shape == "feet":
        result = a * INCHES + np.nan_to_num(b)
    else:
        bad |= b == 0
        result = a / np.where(bad, 1, b)
    return Parsed(number_array(np.where(bad, np.nan, result)), bad)


def are_fractions(values: pa.Array, counts: AnyArray) -> bool:
    """Return whether most cells are fractions: of one denominator, or below 1 of the usual ones."""
    matched = truths(pc.match_substring_regex(values, SHAPES["fraction"]))
    if counts[matched].sum() < MOST * counts.sum():
        return False
    parts, _ = _extracted(values.filter(truth_array(matched)), SHAPES["fraction"])
    above, below = _floats(parts["a"]), _floats(parts["b"])
    of_one = len(set(below.tolist())) == 1 < len(below)
    return bool((below > 0).all() and (of_one or (set(below.tolist()) <= DENOMINATORS and (above < below).all())))


def are_feet(values: pa.Array, counts: AnyArray) -> bool:
    """Return whether nearly all cells are feet, inches beside some of them."""
    matched = truths(pc.match_substring_regex(values, SHAPES["feet"]))
    if counts[matched].sum() < MOSTLY * counts.sum():
        return False
    return not np.isnan(_floats(_extracted(values, SHAPES["feet"])[0]["b"])).all()


def are_numbers(values: pa.Array) -> AnyArray:
    """Return which texts may be numbers: much sooner than their parts."""
    return truths(pc.match_substring_regex(values, PARTS))


def _extracted(values: pa.Array, regex: str) -> tuple[dict[str, pa.Array], AnyArray]:
    """Return the named parts of texts, and which have them; it takes long for texts that have not, so they are cut."""
    matches = pc.fill_null(pc.match_substring_regex(values, regex), truth_array(np.zeros(1))[0])
    parts = pc.extract_regex(pc.if_else(matches, values, text_cell("", values.type)), regex)
    return dict(zip((field.name for field in parts.type), parts.flatten(), strict=True)), truths(matches)


def _floats(text: pa.Array) -> AnyArray:
    empty = pc.equal(text, text_cell("", text.type))
    return cell_values(pc.if_else(empty, missing_cell(text.type), text).cast(pa.float64()))
