"""Times of day and durations in text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np

from glassnet.documents import TEXT, TEXTS, Kind, either, one_of
from glassnet.tables.arrow import pa, pc
from glassnet.tables.cells import cell_values
from glassnet.tables.spelling.date_candidates import clock_candidates, may_be
from glassnet.tables.spelling.date_patterns import DAY, HOUR, MINUTE, SECOND, Moments, matcher, moments, parts_of
from glassnet.tables.spelling.spelled import Spelled
from glassnet.tables.spelling.texts import PROBES, Texts, float_array, spread, taken, ticks_array
from glassnet.typing import AnyArray

TIME_FORMATS: Mapping[str, Kind] = {"pattern": either(TEXT, TEXTS)}
# What clocks of two parts are, 1:30.
DURATION_FORMATS: Mapping[str, Kind] = {"duration": one_of("hours", "minutes")}
ENOUGH, NEARLY_ALL = 0.8, 0.95  # share of cells that must be times of day; durations
MOST_PATTERNS = 4
# Names of columns whose clocks measure how long something takes, not when it is.
DURATION_NAME = re.compile(
    r"(?i).*(duration|elapsed|length|runtime|run_?time|lap|split|pace|finish|net_?time|chip|gun|dauer|durée|duree|duración"
    r"|duracion|durata|时长|耗时|用时|所要時間|wait|delay|took|taken|longueur|playtime|uptime).*"
)
UNITS = (
    ("years?|yrs?|ans?|años?|jahre?n?|年", 365.25 * DAY),
    ("months?|mons?|mois|meses|mes|monate?n?|个月|ヶ月", 30.4375 * DAY),
    ("weeks?|wks?|w|semaines?|semanas?|wochen?|周|週間", 7 * DAY),
    ("days?|d|jours?|j|d[ií]as?|tage?n?|天|日|일", DAY),
    ("hours?|hrs?|h|heures?|horas?|stunden?|std|小时|小時|時間|시간", HOUR),
    ("minutes?|mins?|m|minutos?|minuten?|分钟|分鐘|分|분", MINUTE),
    ("seconds?|secs?|s|secondes?|segundos?|sekunden?|sek|秒钟|秒|초", SECOND),
    ("milliseconds?|millisecs?|millis|ms|毫秒", SECOND // 1000),
)  # fmt: skip
AMOUNT = r"([0-9]+(?:[.,][0-9]+)?)"
BETWEEN = r"\.?,?(?:\s*(?:and|et|und|y|&)\s+|\s*)"
DAYS = r"(?:([0-9]+)\s*(?:days?|d|jours?|tage?|天),?\s+)?"
# 26:03:04, 2 days 03:04:05, 3:04.5 | 1h 30m, 90 min | PT1H30M; each begins with a sign.
CLOCK = rf"^([+-]?){DAYS}([+]?)([0-9]+):([0-5][0-9])(?::([0-5][0-9](?:[.,][0-9]+)?))?([.,][0-9]+)?$"
WORDS = r"^([+-]?)\s*" + "".join(rf"(?:{AMOUNT}\s*(?i:{words}){BETWEEN})?" for words, _ in UNITS) + "$"
ISO = (
    rf"^([+-]?)P(?:{AMOUNT}Y)?(?:{AMOUNT}M)?(?:{AMOUNT}W)?(?:{AMOUNT}D)?"
    + rf"(?:T(?:{AMOUNT}H)?(?:{AMOUNT}M)?(?:{AMOUNT}S)?)?$"
)
# Such as 5 m and 5 w, which are more likely metres and watts.
ONE_LETTER = r"^[0-9.,]+\s*[a-zA-Z]$"


def read_times(
    text: pa.ChunkedArray, known: Mapping[str, Any] | None = None, *, asked: bool = False, name: str = ""
) -> Spelled | None:
    """Return cleaned text as times of day.

    Parameters
    ----------
    text : pyarrow.ChunkedArray of text
        Missing cells are null, blanks around cells are gone.
    known : mapping, optional
        How the cells are to be read, as an earlier call returned it.
    asked : bool
        Whether the column is known to hold times: then every other cell is unreadable.
    name : str
        Of the column: it tells times from durations.

    Returns
    -------
    Spelled or None
        Microseconds since midnight; None where the column holds something else.
    """
    if (text.null_count == len(text) and not asked) or (known is None and not asked and DURATION_NAME.fullmatch(name)):
        return None
    if known is not None:
        pattern = known.get("pattern", ("%H:%M:%S", "%H:%M"))
        texts = Texts.of(text)
        return _times(texts, _read(texts, [pattern] if isinstance(pattern, str) else pattern), known)
    if not asked and not may_be(text, clock_candidates):
        return None
    texts = Texts.of(text)
    patterns: list[str] = []
    read = _read(texts, ())
    while len(patterns) < MOST_PATTERNS and not (read.found | (texts.counts == 0)).all():
        left = np.flatnonzero(~read.found & (texts.counts > 0))
        some = taken(texts.values, left[spread(len(left), PROBES)]).to_pylist()
        guesses = list(dict.fromkeys(pattern for probe in some for pattern in clock_candidates(probe)))
        if not guesses:
            break
        patterns.append(max(guesses, key=lambda guess: int(texts.counts[_read(texts, [*patterns, guess]).found].sum())))
        read = _read(texts, patterns)
    share = texts.counts[read.found].sum() / max(texts.counts.sum(), 1)
    if not patterns or (not asked and (share < ENOUGH or _more_likely_durations(texts, read, patterns))):
        return None
    form = {"pattern": patterns[0] if len(patterns) == 1 else patterns}
    return _times(texts, read, form, (f"was read as times of day written {' or '.join(patterns)}",))


def _more_likely_durations(texts: Texts, read: Moments, patterns: list[str]) -> bool:
    """Return whether clocks go beyond a day, or are written like results of a race: 58:30, 1:02:15."""
    if texts.counts[_durations(texts.values).found].sum() > texts.counts[read.found].sum():
        return True
    bare = {"%H:%M", "%H:%M:%S"} <= set(patterns)
    return bare and bool(pc.any(pc.match_substring_regex(texts.values, "^[0-9]:")).as_py())


def _read(texts: Texts, patterns: Any) -> Moments:
    ticks, found = np.zeros(len(texts.values), np.int64), np.zeros(len(texts.values), bool)
    for pattern in patterns:
        of = matcher(pattern)
        read = moments(parts_of(texts.values, of.expression), of.fields)
        new = read.found & ~found
        ticks[new], found[new] = read.ticks[new] % DAY, True
    return Moments(ticks, found)


def _times(texts: Texts, read: Moments, form: Mapping[str, Any], remarks: tuple[str, ...] = ()) -> Spelled:
    ticks, found = texts.cells(read.ticks, 0), texts.cells(read.found, False)
    lost = np.flatnonzero(texts.cells((texts.counts > 0) & ~read.found, False))
    return Spelled(ticks_array(ticks, found, pa.time64("us")), form, remarks, lost)


def read_durations(
    text: pa.ChunkedArray, known: Mapping[str, Any] | None = None, *, asked: bool = False, name: str = ""
) -> Spelled | None:
    """Return cleaned text as durations.

    Parameters
    ----------
    text, known, asked, name
        As `read_times` takes them.

    Returns
    -------
    Spelled or None
        Numbers of seconds; a month counts as a twelfth of 365.25 days. None where the column holds something
        else.
    """
    if text.null_count == len(text) and not asked:
        return None
    if known is None and not asked and not may_be(text, looks_like_duration):
        return None
    texts = Texts.of(text)
    minutes = known.get("duration") == "minutes" if known else _clocks_are_minutes(texts, name)
    read = _durations(texts.values, minutes=minutes)
    share = texts.counts[read.found].sum() / max(texts.counts.sum(), 1)
    if known is None and not asked and (share < NEARLY_ALL or _are_units(texts.values)):
        return None
    found = texts.cells(read.found, False)
    lost = np.flatnonzero(texts.cells((texts.counts > 0) & ~read.found, False))
    remarks = ("was read as durations: a number of seconds",) if known is None else ()
    form = {**(known or {}), "duration": "minutes" if minutes else "hours"}
    return Spelled(float_array(texts.cells(read.ticks, 0) / SECOND, found), form, remarks, lost)


def looks_like_duration(text: str) -> bool:
    """Return whether a text may say how long something takes."""
    return any(each.match(text) for each in _compiled())


@cache
def _compiled() -> list[re.Pattern[str]]:
    return [re.compile(expression) for expression in (CLOCK, WORDS, ISO)]


def _clocks_are_minutes(texts: Texts, name: str) -> bool:
    """Return whether 58:30 is minutes and seconds: other cells have three parts, or the name says so."""
    three = pc.any(pc.match_substring_regex(texts.values, "[0-9]:[0-9]+:[0-9]")).as_py()
    two = pc.any(pc.match_substring_regex(texts.values, "^[0-9]+:[0-9]+$")).as_py()
    return bool(three or (two and DURATION_NAME.fullmatch(name)))


def _are_units(values: pa.Array) -> bool:
    """Return whether all texts are an amount and one letter, the same in all."""
    alike = pc.all(pc.match_substring_regex(values, ONE_LETTER)).as_py()
    return bool(alike) and pc.count_distinct(pc.utf8_slice_codeunits(values, -1)).as_py() == 1


def _durations(values: pa.Array, *, minutes: bool = False) -> Moments:
    """Return durations in microseconds; clocks of two parts are hours and minutes, or minutes and seconds."""
    ticks, found = np.zeros(len(values), np.int64), np.zeros(len(values), bool)
    units = {WORDS: [unit for _, unit in UNITS], ISO: [unit for _, unit in UNITS[:-1]], CLOCK: []}
    for expression, ticks_of in units.items():
        parts = parts_of(values, _with_names(expression))
        new = ~cell_values(pa.chunked_array([parts[0].is_null()])) & ~found
        if not new.any():
            continue
        backward = _is(parts[0], "^-$")
        read = _of_clock(parts, backward, minutes) if expression == CLOCK else _total(parts[1:], ticks_of, backward)
        ticks[new], found[new] = read[new], True
    return Moments(ticks, found)


def _with_names(expression: str) -> str:
    """Return an expression whose groups have names, as Arrow needs them."""
    first, *others = re.split(r"\((?!\?)", expression)
    return first + "".join(f"(?P<_{k}>{other}" for k, other in enumerate(others))


def _of_clock(parts: list[pa.Array], backward: AnyArray, minutes: bool) -> AnyArray:
    """Return durations of clocks; -1 days +22:30:00 is an hour and a half before nothing."""
    days, first, second, third, fraction = (_amount(parts[j]) for j in (1, 3, 4, 5, 6))
    plus = _is(parts[2], r"^\+$")
    two_parts = _is(parts[5], "^$")
    short = two_parts & (minutes | (fraction > 0))
    clock = np.where(short, first * MINUTE + second * SECOND, first * HOUR + second * MINUTE + third * SECOND)
    clock = clock + fraction * SECOND
    total = np.where(backward, -1, 1) * days * DAY + np.where(backward & ~plus, -1, 1) * clock
    return np.round(total).astype(np.int64)


def _is(text: pa.Array, expression: str) -> AnyArray:
    """Return where texts match; false where they are missing."""
    matched = pc.match_substring_regex(text, expression)
    return cell_values(pa.chunked_array([matched.cast(pa.int8())])) == 1


def _total(amounts: list[pa.Array], units: list[Any], backward: AnyArray) -> AnyArray:
    total = sum((_amount(amount) * unit for amount, unit in zip(amounts, units, strict=True)), np.zeros(len(backward)))
    return np.round(np.where(backward, -total, total)).astype(np.int64)


def _amount(text: pa.Array) -> AnyArray:
    """Return numbers of text, 0 where there are none."""
    plain = pc.replace_substring_regex(pc.replace_substring(text, ",", "."), "^$", "0")
    return np.nan_to_num(cell_values(pa.chunked_array([plain.cast(pa.float64())])))
