"""Currencies, units and words for powers of ten beside numbers, and what one is in terms of another."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import NamedTuple

SIGNS = r"\p{Sc}"
CODES = tuple(
    re.findall(
        r"\w+",
        "USD EUR GBP JPY CNY RMB CHF CAD AUD NZD HKD SGD INR KRW BRL MXN RUB TRY ZAR SEK NOK DKK PLN CZK HUF RON BGN "
        "ILS AED SAR THB IDR MYR PHP VND TWD NTD COP CLP ARS PEN EGP NGN KES PKR BDT UAH ISK BTC ETH",
    )
)
NAMES = (
    "Rs", "Rs.", "kr", "kr.", "zł", "Kč", "Ft", "lei", "лв", "руб", "руб.", "р.", "Fr", "Fr.", "SFr", "SFr.", "euro",  # noqa: RUF001
    "euros", "Euro", "Euros", "dollar", "dollars", "yuan", "元", "円", "원", "块", "圆", "人民币",
)  # fmt: skip
BEFORE_A_SIGN = ("US", "R", "A", "C", "AU", "CA", "NZ", "HK", "NT", "S")  # US$, R$: no currency alone
ALONE = (*CODES, *NAMES)
CURRENCY = "|".join(
    [rf"(?:{'|'.join(BEFORE_A_SIGN)})?{SIGNS}", *map(re.escape, sorted(ALONE, key=len, reverse=True))]
)  # as a regular expression of Arrow, before a number
IS_CURRENCY = frozenset(ALONE) | {name.lower() for name in CODES}

# Words and letters for powers of ten. A letter alone may be a unit: it counts where money or other such words do.
POWERS = {
    "k": 3, "K": 3, "tsd": 3, "thousand": 3, "thousands": 3, "mil": 3, "тыс": 3, "千": 3, "万": 4, "萬": 4,
    "lakh": 5, "lakhs": 5, "lac": 5, "lacs": 5, "m": 6, "M": 6, "mn": 6, "Mn": 6, "MM": 6, "mio": 6, "million": 6,
    "millions": 6, "millionen": 6, "millones": 6, "milioni": 6, "млн": 6, "cr": 7, "Cr": 7, "crore": 7, "crores": 7,
    "亿": 8, "億": 8, "b": 9, "B": 9, "bn": 9, "Bn": 9, "BN": 9, "G": 9, "billion": 9, "billions": 9, "mrd": 9,
    "milliard": 9, "milliards": 9, "млрд": 9, "t": 12, "T": 12, "tn": 12, "trillion": 12,
}  # fmt: skip
LETTERS = frozenset({"m", "b", "B", "t", "T", "G", "mil", "cr", "MM", "mn"})  # may be units: metres, bytes, tonnes

# Units of one quantity, each as so many of the first.
QUANTITIES: Mapping[str, Mapping[str, float]] = {
    "length": {
        "m": 1, "metre": 1, "meter": 1, "mm": 1e-3, "cm": 1e-2, "dm": 1e-1, "km": 1e3, "kilometre": 1e3,
        "kilometer": 1e3, "in": 0.0254, "inch": 0.0254, "inches": 0.0254, '"': 0.0254, "ft": 0.3048, "feet": 0.3048,
        "foot": 0.3048, "yd": 0.9144, "yard": 0.9144, "mi": 1609.344, "mile": 1609.344,
    },
    "mass": {
        "kg": 1, "kilogram": 1, "kilo": 1, "g": 1e-3, "gram": 1e-3, "gr": 1e-3, "mg": 1e-6, "µg": 1e-9, "ug": 1e-9,
        "mcg": 1e-9, "t": 1e3, "ton": 1e3, "tonne": 1e3, "lb": 0.45359237, "pound": 0.45359237,
        "oz": 0.028349523125, "ounce": 0.028349523125,
    },
    "time": {
        "s": 1, "sec": 1, "second": 1, "ms": 1e-3, "µs": 1e-6, "us": 1e-6, "ns": 1e-9, "min": 60, "minute": 60,
        "h": 3600, "hr": 3600, "hour": 3600, "d": 86400, "day": 86400, "wk": 604800, "week": 604800,
        "mo": 2629746, "mth": 2629746, "month": 2629746, "y": 31556952, "yr": 31556952, "year": 31556952,
    },
    "bytes": {
        "B": 1, "byte": 1, "kB": 1e3, "KB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12, "PB": 1e15, "KiB": 2.0**10,
        "MiB": 2.0**20, "GiB": 2.0**30, "TiB": 2.0**40,
    },
    "frequency": {"Hz": 1, "kHz": 1e3, "MHz": 1e6, "GHz": 1e9},
    "volume": {"l": 1, "L": 1, "litre": 1, "liter": 1, "ml": 1e-3, "mL": 1e-3, "cl": 1e-2, "dl": 1e-1, "hl": 1e2},
    "power": {"W": 1, "mW": 1e-3, "kW": 1e3, "MW": 1e6, "GW": 1e9},
    "energy": {"Wh": 1, "kWh": 1e3, "MWh": 1e6, "GWh": 1e9},
    "pressure": {"Pa": 1, "hPa": 1e2, "kPa": 1e3, "MPa": 1e6, "mbar": 1e2, "bar": 1e5},
    "voltage": {"V": 1, "mV": 1e-3, "kV": 1e3},
    "current": {"A": 1, "mA": 1e-3, "µA": 1e-6},
    "speed": {"km/h": 1, "kmh": 1, "kph": 1, "mph": 1.609344, "m/s": 3.6},
    "order": {"st": 1, "nd": 1, "rd": 1, "th": 1},
}  # fmt: skip
OF_UNIT = {unit: (quantity, factor) for quantity, units in QUANTITIES.items() for unit, factor in units.items()}
FOLDED = {unit.casefold(): unit for unit in reversed(OF_UNIT)}
NO_UNITS = {"am", "pm", "a.m", "p.m", "bc", "ad"}  # of times and years
MOSTLY = 0.95  # share of the cells with a unit that must have the column's own


class Suffix(NamedTuple):
    """What stands behind a number: the power of ten that it is multiplied by, and the unit ("" for none)."""

    power: int = 0
    unit: str = ""


def unit_key(text: str) -> str:
    """Return a unit in the spelling that all its spellings share; "" for none and for currencies."""
    text = text.strip().rstrip(".")
    if not text or is_currency(text):
        return ""
    for spelled in (text, text.removesuffix("s") if len(text) > 2 else text):
        if spelled in OF_UNIT:
            return spelled
        if spelled.casefold() in FOLDED:
            return FOLDED[spelled.casefold()]
    folded = text.casefold()
    return folded[:-1] if len(folded) > 2 and folded.endswith("s") else folded


def is_currency(text: str) -> bool:
    """Return whether text is the sign, code or name of a currency."""
    is_sign = unicodedata.category(text[-1]) == "Sc" and text[:-1] in ("", *BEFORE_A_SIGN)
    return is_sign or text in IS_CURRENCY or f"{text}." in IS_CURRENCY


def suffix(text: str, scaled: bool) -> Suffix:
    """Return what text behind a number says; words for powers of ten are read as such where the column has them."""
    word = re.match(r"[^\W\d_]+", text) if scaled else None
    if word and (word[0] in POWERS or (len(word[0]) > 2 and word[0].casefold() in POWERS)):
        power = POWERS.get(word[0]) or POWERS[word[0].casefold()]
        return Suffix(power, unit_key(text[word.end() :].removeprefix(".")))
    if word and word[0][0] in "千万萬亿億":  # such as 万元
        return Suffix(POWERS[word[0][0]], unit_key(text[1:]))
    return Suffix(0, unit_key(text))


def ratio(unit: str, other: str) -> float | None:
    """Return one unit as so many of another, or None where they measure different things."""
    if unit == other:
        return 1.0
    (quantity, factor), (others, by) = OF_UNIT.get(unit, ("", 1.0)), OF_UNIT.get(other, ("?", 1.0))
    return factor / by if quantity == others else None


class Units(NamedTuple):
    """What the texts behind a column's numbers are.

    Parameters
    ----------
    unit : str
        The column's unit; "" where it has none.
    scaled : bool
        Whether words for powers of ten stand behind numbers.
    """

    unit: str = ""
    scaled: bool = False


def units_of(weights: Mapping[str, int], total: int, money: bool) -> Units | None:
    """Return what the texts behind numbers are.

    Parameters
    ----------
    weights : mapping of str to int
        Each text, and how many cells have it; "" for none.
    total : int
        Cells of the column that are not missing.
    money : bool
        Whether signs of currencies stand beside the numbers.

    Returns
    -------
    Units or None
        None where they are of several kinds, as in codes such as 12A and 7C.
    """
    money = money or any(text and not unit_key(text) for text in weights)
    scaled = _scaled(weights, money)
    by_unit: dict[str, int] = {}
    for text, weight in weights.items():
        unit = suffix(text, scaled).unit
        by_unit[unit] = by_unit.get(unit, 0) + weight
    by_unit.pop("", None)
    if not by_unit:
        return Units("", scaled)
    best = max(by_unit, key=lambda unit: (by_unit[unit], unit))
    alike = sum(weight for unit, weight in by_unit.items() if ratio(unit, best) is not None)
    all_units = sum(by_unit.values())
    sure = best == "%" or (best in OF_UNIT and best.isascii() and len(best) > 1)
    if not sure and by_unit[best] < total / 2:  # such as 14A among house numbers
        return Units("", scaled) if all_units < (1 - MOSTLY) * total else None
    return Units(best, scaled) if alike >= MOSTLY * all_units and best not in NO_UNITS else None


def _scaled(weights: Mapping[str, int], money: bool) -> bool:
    """Return whether words for powers of ten stand behind numbers."""
    words = [text for text in weights if suffix(text, True).power]
    units = sum(weight for text, weight in weights.items() if text not in words and unit_key(text))
    if units > (1 - MOSTLY) * (units + sum(weights[text] for text in words)):
        return False
    return bool(words) and bool(money or any(re.split(r"[\W\d_]", text)[0] not in LETTERS for text in words))
