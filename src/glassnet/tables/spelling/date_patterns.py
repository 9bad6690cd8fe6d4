"""Patterns such as %d/%m/%Y %H:%M: what text they match, and the moments that it means.

The letters are those of C's strftime, %q for a quarter and %o for a day such as 1st. Names of months are read in many
languages, a second may have a fraction, and a time zone is skipped: a moment is what the clock of its place shows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np

from glassnet.errors import SettingError
from glassnet.tables.arrow import pa, pc
from glassnet.tables.cells import cell_values
from glassnet.tables.spelling.date_names import first_hours, folded, month_numbers
from glassnet.typing import AnyArray

SECOND, MINUTE, HOUR, DAY = 10**6, 60 * 10**6, 3600 * 10**6, 86_400 * 10**6  # microseconds
LETTERS = r"\pL"  # RE2's class of letters
WORD = LETTERS + r"+\.?"
ZONE = (
    r"(?:Z|z|(?:(?:UTC|GMT)\s?)?[+\-−][0-9]{1,2}(?::?[0-9]{2})?|[A-Z]{3,5}|[A-Z][A-Za-z_]+/[A-Z][A-Za-z_/]+)"
    r"(?:\s?[(\[][^()\[\]]*[)\]])?"
)
HALF = r"(?i:[ap]\.?\s?m\.?|[ap]|πμ|μμ|[öo][ös]|上午|早上|凌晨|午前|오전|下午|晚上|中午|午後|오후)"
# Letter of a pattern -> what it matches.
FIELDS: Mapping[str, str] = {
    "Y": "[0-9]{4}", "y": "[0-9]{2}", "m": "[0-9]{1,2}", "d": "[0-9]{1,2}", "j": "[0-9]{3}", "q": "[1-4]",
    "G": "[0-9]{4}", "V": "[0-9]{1,2}", "u": "[1-7]", "b": WORD, "a": WORD, "H": "[0-9]{1,2}", "I": "[0-9]{1,2}",
    "M": "[0-9]{2}", "S": r"[0-9]{2}(?:[.,][0-9]+)?", "f": "[0-9]+", "p": HALF, "z": ZONE, "o": "[0-9]{1,2}",
}  # fmt: skip
NUMERIC = tuple("YymdjqGVuHIMSfo")
AFTER = {"o": "(?:st|nd|rd|th|er|º|ª|°)?"}  # a day as an ordinal number
SKIPPED = "az"  # they are not needed for the moment
SAME_AS = {"B": "b", "h": "b", "A": "a", "e": "d", "Z": "z", "l": "I", "k": "H"}
SHORT_FOR = {"%F": "%Y-%m-%d", "%T": "%H:%M:%S", "%R": "%H:%M", "%D": "%m/%d/%y", "%S.%f": "%S", "%S,%f": "%S"}
IDEOGRAPHS = "年月日时時分秒년월일시분초"  # blanks around them mean nothing
# What spreadsheets write for a pattern -> the pattern; longer ones first.
SPREADSHEET = (("YYYY", "%Y"), ("MMMM", "%b"), ("MMM", "%b"), ("DD", "%d"), ("YY", "%y"), ("HH", "%H"), ("SS", "%S"))


class Matcher(NamedTuple):
    """A pattern as a regular expression.

    Parameters
    ----------
    expression : str
        For RE2, with a group for each field that counts.
    fields : str
        Their letters.
    """

    expression: str
    fields: str


class Moments(NamedTuple):
    """What texts mean.

    Parameters
    ----------
    ticks : array of int64 (m,)
        Microseconds since 1970-01-01 00:00 by the clock of the place.
    found : array of bool (m,)
        Where the text means a moment.
    """

    ticks: AnyArray
    found: AnyArray


def usual_form(pattern: str) -> str:
    """Return a pattern in the letters of `FIELDS`; ``DD/MM/YYYY`` becomes ``%d/%m/%Y``."""
    if "%" not in pattern:
        pattern = _of_spreadsheet(pattern)
    for short, long in SHORT_FOR.items():
        pattern = pattern.replace(short, long)
    pattern = re.sub(r"%[-#0]([a-zA-Z])", r"%\1", pattern)
    return re.sub(r"%([a-zA-Z])", lambda found: "%" + SAME_AS.get(found[1], found[1]), pattern)


def _of_spreadsheet(pattern: str) -> str:
    day, *clock = re.split(r"(?=[hH]{1,2}[:.])", pattern, maxsplit=1)
    day = day.upper()
    for text, field in SPREADSHEET:
        day = day.replace(text, field)
    day = re.sub(r"(?<!%)MM?", "%m", day)
    day = re.sub(r"(?<!%)\bD\b", "%d", day)
    return day + "".join(re.sub("[hH]+", "%H", re.sub("[sS]+", "%S", re.sub("[mM]+", "%M", each))) for each in clock)


@cache
def matcher(pattern: str) -> Matcher:
    """Return the regular expression of a pattern.

    Parameters
    ----------
    pattern : str
        ``%d/%m/%Y``.

    Returns
    -------
    Matcher
        Two digits are needed where numbers touch, as in ``%Y%m%d``.

    Raises
    ------
    SettingError
        The pattern has an unknown letter, or tells no moment.
    """
    parts = re.findall(r"%.|\s+|[^%\s]|%$", usual_form(pattern))
    expression, fields = "", ""
    for k, part in enumerate(parts):
        if part.isspace():
            near = "".join(parts[max(k - 1, 0) : k + 2])
            expression += r"\s*" if any(sign in near for sign in IDEOGRAPHS) else r"\s+"
        elif part in IDEOGRAPHS:
            expression += rf"\s*{part}\s*"
        elif not part.startswith("%"):
            expression += re.escape(part)
        elif part[1:] in FIELDS:
            touching = any(parts[j][1:] in NUMERIC for j in (k - 1, k + 1) if 0 <= j < len(parts))
            matched = FIELDS[part[1]]
            if touching:
                matched = matched.replace("{1,2}", "{2}")
            elif "%S" in parts or "".join(parts[k + 1 : k + 2]) in tuple(IDEOGRAPHS):  # 13:8:5, 13时8分; not 13:8
                matched = matched.replace("[0-9]{2}", "[0-9]{1,2}")
            expression += (
                f"(?:{matched})" if part[1] in SKIPPED else f"(?P<_{len(fields)}>{matched}){AFTER.get(part[1], '')}"
            )
            fields += part[1] if part[1] not in SKIPPED else ""
        elif part == "%%":
            expression += "%"
        else:
            known = " ".join(f"%{letter}" for letter in FIELDS)
            raise SettingError(f"the date format {pattern!r} has {part!r}; known: {known}")
    if len(set(fields)) < len(fields):
        raise SettingError(f"the date format {pattern!r} names a part twice; expected such as %d/%m/%Y")
    return Matcher(f"^{expression}$", fields)


def parts_of(texts: pa.Array, expression: str) -> list[pa.Array]:
    """Return what the groups of an expression match in texts: an array for each, null where a text does not match."""
    parts: list[pa.Array] = pc.extract_regex(texts, expression).flatten()
    return parts


def moments(parts: Sequence[pa.Array], fields: str, first_year: int | None = None) -> Moments:
    """Return the moments that the fields of texts mean.

    Parameters
    ----------
    parts : sequence of pyarrow.Array of text
        What `parts_of` returns.
    fields : str
        What each of them is: two patterns may match the same texts.
    first_year : int, optional
        Of the hundred years that years of two digits stand for; needed where there are such.

    Returns
    -------
    Moments
        Without a date, the time of day in 1970-01-01; without a day, the first one.
    """
    texts = dict(zip(fields, parts, strict=True))
    found = ~cell_values(pa.chunked_array([parts[0].is_null()]))
    value = {letter: _value(letter, text, found) for letter, text in texts.items()}
    days = _days(value, found, first_year)
    return Moments(days * DAY + _clock(value, found), found)


def _value(letter: str, text: pa.Array, found: AnyArray) -> AnyArray:
    """Return the numbers of one field; where it makes no sense, `found` becomes false."""
    if letter in "bp":
        coded = text.dictionary_encode()
        known = month_numbers() if letter == "b" else first_hours()
        means = [known.get(folded(name), -1) for name in coded.dictionary.to_pylist()]
        indices = np.nan_to_num(cell_values(pa.chunked_array([coded.indices])), nan=-1).astype(np.intp)
        values = np.array([*means, -1])[indices]
        found &= values >= 0
        return values.astype(np.int64)
    if letter == "f":
        digits = pc.utf8_slice_codeunits(pc.binary_join_element_wise(text, "000000", ""), 0, 6)
        return _value("j", digits, found)
    if letter == "S":
        text = pc.replace_substring(text, ",", ".")
        seconds = cell_values(pa.chunked_array([text.cast(pa.float64())]))
        return np.round(np.nan_to_num(seconds) * SECOND).astype(np.int64)
    return np.nan_to_num(cell_values(pa.chunked_array([text.cast(pa.int32())]))).astype(np.int64)


def _days(value: Mapping[str, AnyArray], found: AnyArray, first_year: int | None) -> AnyArray:
    """Return days since 1970-01-01; `found` becomes false where there is no such day."""
    zero = np.zeros(len(found), np.int64)
    if "G" in value:
        week, fourth = value.get("V", zero + 1), (value["G"] - 1970).astype("datetime64[Y]").astype("datetime64[D]")
        fourth = fourth.astype(np.int64) + 3  # January 4 is in week 1; 1970-01-01 was a Thursday
        found &= (week >= 1) & (week <= 53)
        return fourth - (fourth + 3) % 7 + 7 * (week - 1) + value.get("u", zero + 1) - 1
    if "y" in value:
        first = 1970 if first_year is None else first_year
        year = first + (value["y"] - first) % 100
    elif "Y" in value:
        year = value["Y"]
    else:
        return zero
    month = (
        value["m"] if "m" in value else value["b"] if "b" in value else 3 * value["q"] - 2 if "q" in value else zero + 1
    )
    day = next((value[letter] for letter in "jdo" if letter in value), zero + 1)
    longest = 366 if "j" in value else 31
    found &= (year >= 1) & (month >= 1) & (month <= 12) & (day >= 1) & (day <= longest)
    months = np.where(found, (year - 1970) * 12 + month - 1, 0)
    starts = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    if longest == 31:
        lengths = (months + 1).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) - starts
        found &= day <= lengths
    return starts + day - 1


def _clock(value: Mapping[str, AnyArray], found: AnyArray) -> AnyArray:
    """Return the time of day in microseconds; `found` becomes false where there is no such time."""
    zero = np.zeros(len(found), np.int64)
    hour, minute, second = (value.get(letter, zero) for letter in "HMS")
    hour = value.get("I", hour)
    if "p" in value:
        hour = np.where(hour <= 12, hour % 12 + value["p"], hour)  # 13:08 PM is 13:08
    rest = minute * MINUTE + second + value.get("f", zero)
    found &= (minute < 60) & (second < 61 * SECOND) & ((hour < 24) | ((hour == 24) & (rest == 0)))
    return hour * HOUR + rest
