"""Which sign stands before decimals and which between groups of three digits, decided by a whole column."""

from __future__ import annotations

import re
from typing import NamedTuple

from glassnet.tables.arrow import pa, pc
from glassnet.tables.cells import truths
from glassnet.tables.spelling.surroundings import Surroundings
from glassnet.typing import AnyArray

SEPARATORS = (",", ".", " ", "'", "_")
DECIMALS = (".", ",")
# One separator, with three digits after it, which may be either sign: 1,234 and 244.706.
EITHER = r"^(?:\d{1,3}|[1-9]\d{0,2}[.,]\d{3})$"


class Grouping(NamedTuple):
    """How digits are written.

    Parameters
    ----------
    decimal : str
        The sign before decimals.
    thousands : str
        The sign between groups of digits; "" for none.
    unsure : bool
        Whether every cell could be read the other way.
    """

    decimal: str = "."
    thousands: str = ""
    unsure: bool = False

    @property
    def other(self) -> str:
        """The sign that would stand before decimals the other way."""
        return "," if self.decimal == "." else "."


def pattern(decimal: str, thousands: str) -> str:
    """Return the regular expression of digits that are written in a way."""
    point, group = re.escape(decimal), re.escape(thousands)
    whole = r"\d+"
    if thousands:
        whole += rf"|[1-9]\d{{0,2}}(?:{group}\d{{3}})+"
        if thousands == ",":  # in India: 1,23,45,678
            whole += r"|[1-9]\d?(?:,\d{2})+,\d{3}"
    return rf"^(?:(?:{whole})(?:{point}\d*)?|{point}\d+)$"


def grouping_of(digits: pa.Array, counts: AnyArray, around: Surroundings, fraction: bool) -> Grouping:
    """Return how most cells of a column are written.

    Parameters
    ----------
    digits : pyarrow.Array of text
        Distinct digits with separators, without signs and units.
    counts : array of int (m,)
        How many cells hold each.
    around : Surroundings
        What the file's other columns say.
    fraction : bool
        Whether the numbers are of a kind that has decimals rather than thousands, such as shares.

    Returns
    -------
    Grouping
        The likeliest.
    """
    present = [sign for sign in SEPARATORS if truths(pc.match_substring(digits, sign)).any()]
    ways = [(point, group) for point in DECIMALS for group in ("", *present) if group != point]
    cells = [int(counts[truths(pc.match_substring_regex(digits, pattern(*way)))].sum()) for way in ways]
    most = max(cells)
    best = [way for way, n in zip(ways, cells, strict=True) if n == most]
    for sign in (".", ","):
        # Only this sign, always before three digits: between thousands, or before decimals.
        if sign in present and {(sign, ""), ("," if sign == "." else ".", sign)} <= set(best):
            return _either(sign, digits, counts, around, fraction)
    points = {point for point, group in best if {point, group} & {*present} & {*DECIMALS}}
    if len(points) > 1:  # 1,234 beside 1.234
        point = around.decimal() or "."
        return Grouping(*next((way for way in best if way[0] == point and way[1]), best[0]), unsure=True)
    return Grouping(*best[0])


def _either(
    sign: str, digits: pa.Array, counts: AnyArray, around: Surroundings, fraction: bool
) -> Grouping:  # fmt: skip
    other = "," if sign == "." else "."
    as_decimals, as_thousands = Grouping(sign, "", True), Grouping(other, sign, True)
    with_sign = truths(pc.match_substring(digits, sign))
    if fraction or truths(pc.match_substring_regex(digits, r"^\d{4}")).any():  # 1500 beside 1,234
        return as_decimals._replace(unsure=False)
    known = around.decimal()
    if known:
        return (as_decimals if known == sign else as_thousands)._replace(unsure=False)
    # Decimals that are cut where zeros follow would be shorter in places; that 12 stands beside 1.234 says thousands.
    if counts[~with_sign].sum() and counts[with_sign].sum() > 1:
        return as_thousands
    return as_thousands if sign == "," or around.separator == ";" else as_decimals
