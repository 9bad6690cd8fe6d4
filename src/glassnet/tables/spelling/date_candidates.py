"""Which patterns a text may be written in: tables of dates and clocks, one row a spelling."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache

from glassnet.tables.arrow import pa
from glassnet.tables.spelling.date_names import folded, is_weekday, month_numbers
from glassnet.tables.spelling.date_patterns import FIELDS, LETTERS, matcher
from glassnet.tables.spelling.missing import MISSING
from glassnet.tables.spelling.texts import probes

# Of two rows that read a column equally well, the first is taken.
DATES = (
    "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y-%d-%m", "%Y/%d/%m", "%Y %m %d", "%Y年%m月%d日", "%Y년 %m월 %d일",
    "%m/%d/%Y", "%d/%m/%Y", "%d.%m.%Y", "%m.%d.%Y", "%d-%m-%Y", "%m-%d-%Y", "%d. %m. %Y", "%Y. %m. %d.", "%Y. %m. %d",
    "%d %m %Y", "%m/%d/%y", "%d/%m/%y", "%y/%m/%d", "%d.%m.%y", "%m.%d.%y", "%d-%m-%y", "%m-%d-%y", "%y-%m-%d",
    "%Y%m%d", "%Y%m%d%H%M", "%Y%m%d%H%M%S", "%d%m%Y", "%m%d%Y", "%y年%m月%d日", "%m月%d日%Y年",
    "%d %b %Y", "%d. %b %Y", "%d-%b-%Y", "%d/%b/%Y", "%d.%b.%Y", "%d%b%Y", "%d %b, %Y", "%d %b %y", "%d-%b-%y",
    "%d/%b/%y", "%d%b%y", "%d %b '%y", "%d de %b de %Y", "%d de %b del %Y", "%d de %b %Y",
    "%b %d, %Y", "%b %d %Y",
    "%b %o, %Y", "%b %o %Y", "%o %b %Y", "%o %b, %Y", "%o of %b %Y", "%o of %b, %Y", "%o de %b de %Y", "%d %b %Y г.",
    "%b-%d-%Y", "%b/%d/%Y", "%b.%d.%Y", "%b %d %y", "%b %d, %y", "%Y-%b-%d", "%Y %b %d", "%Y, %b %d", "%Y%b%d",
    "%b %d %H:%M:%S %z %Y", "%b %d %H:%M:%S %Y",
    "%Y-%m", "%m/%Y", "%m-%Y", "%m.%Y", "%Y/%m", "%YM%m", "%Y M%m", "%Y-M%m", "%Y年%m月", "%Y년 %m월", "%Y%m", "%b %Y",
    "%b, %Y", "%b-%Y", "%b/%Y", "%b %y", "%b-%y", "%b/%y", "%b '%y", "%b de %Y", "%b %Y г.", "%b%Y", "%b %d/%y",
    "%Y %b", "%Y-%b", "%y-%b",
    "%YQ%q", "%Y-Q%q", "%Y Q%q", "%Y/Q%q", "%Y:Q%q", "Q%q %Y", "Q%q-%Y", "Q%q/%Y", "Q%q%Y", "%qQ%Y", "%qQ%y", "%qQ %Y",
    "Q%q %y", "%YT%q", "T%q %Y", "%Y-T%q", "%Y年第%q季度", "%Y年%q季度",
    "%G-W%V-%u", "%GW%V%u", "%G-W%V", "%GW%V", "%Y",
)  # fmt: skip
CLOCKS = (
    "%H:%M", "%H:%M:%S", "%I:%M %p", "%I:%M%p", "%I:%M:%S %p", "%I:%M:%S%p", "%p %I:%M", "%p%I:%M", "%p %I:%M:%S",
    "%p%I:%M:%S", "%I %p", "%I%p", "%Hh%M", "%Hh %M", "%H h %M", "%Hh", "%H:%M h", "%H:%M Uhr", "%H.%M Uhr", "%H.%M",
    "%H.%M.%S", "%I.%M %p", "%I.%M.%S %p", "%H%M", "%H%M%S", "%H:%M hrs", "%H-%M-%S", "%H_%M_%S", "%H:%M:%S:%f",
    "%H时%M分%S秒", "%H时%M分", "%H時%M分%S秒", "%H時%M分", "%p%I时%M分", "%p%I時%M分", "%H시 %M분 %S초", "%H시 %M분",
    "%p %I시 %M분", "%H", "%H时", "%H時",
)  # fmt: skip
JOINTS = (
    " ",
    "T",
    ", ",
    " T",
    ":",
    "_",
    "-",
    " - ",
    " at ",
    ", at ",
    " um ",
    " à ",
    " a las ",
    " às ",
    " alle ",
    " om ",
    "; ",
    "",
)
ZONES = ("%z", " %z")
WEEKDAYS_AFTER = ("(%a)", " (%a)")
ADDRESS = re.compile(r"\d+(\.\d+){3}")
# Clocks that are also something else (13.08, 1308) where no date goes before them.
ALONE = tuple(clock for clock in CLOCKS if ":" in clock or "%p" in clock or any(each in clock for each in "时時시h"))
ALONE = (*(clock for clock in ALONE if clock != "%Hh"), "%H.%M.%S")
# Patterns that also match other things, such as versions and ranges, when their numbers have one digit.
TWO_DIGITS = frozenset(
    {"%d.%m.%y", "%m.%d.%y", "%Y-%m", "%Y/%m", "%m.%Y", "%H.%M", "%H.%M.%S", "%d %m %Y", "%Y %m %d", "%y-%b"}
)
NUMBER = re.compile(r"[-+]?[\d., ]*([eE][-+]?\d+)?")
YEARS, MONTHS, DAYS = "(18|19|20)[0-9]{2}", "(0[1-9]|1[0-2])", "(0[1-9]|[12][0-9]|3[01])"
# Numbers that may be a date: 201702, 20170227, 201702271308, 27022017, 02.2017, 27.02.2017, 27 02 2017.
NUMERIC_DATE = re.compile(
    rf"{YEARS}{MONTHS}({DAYS}([0-2][0-9][0-5][0-9]([0-5][0-9])?)?)?|({DAYS}{MONTHS}|{MONTHS}{DAYS}){YEARS}"
    rf"|{MONTHS}\.{YEARS}|\d+[. ]+\d+[. ]+\d+[.\d ]*"
)
DAY = re.compile("%[djou]")
YEAR = re.compile("(1[4-9]|20)[0-9][0-9]")
FIRST_LOOK = 5  # cells
MISSING_CELLS = frozenset(MISSING)
TWO_TOGETHER = re.compile("[0-9][0-9]")  # as in every year
CLOCK_SIGN = re.compile(r"[0-9]\s*[:.h时時시apAPμπöoÖO]|[午오]")
LONGEST = 80  # characters


@cache
def _begins(pattern: str) -> re.Pattern[str]:
    """Return what matches a pattern at the beginning of a text."""
    expression = (
        matcher(pattern).expression if "%" in pattern else "^" + re.escape(pattern).replace(r"\ ", r"\s+") + "$"
    )
    if pattern in TWO_DIGITS:
        expression = expression.replace("{1,2}", "{2}")
    end = "(?![0-9])" if re.search("%[YymdHMSjVu]$", pattern) else ""
    return re.compile(expression[:-1].replace(LETTERS, r"[^\W\d_]") + end)


def may_be(text: pa.ChunkedArray, guess: Callable[[str], object]) -> bool:
    """Return whether a look at a few cells of text leaves it open that a column holds dates, times or the like.

    Parameters
    ----------
    text : pyarrow.ChunkedArray of text
        Cleaned or as it was read.
    guess : callable
        Returns something true for a text that may be one.

    Returns
    -------
    bool
        False spares the column any other look.
    """
    first = [cell for cell in probes(text, FIRST_LOOK) if cell not in MISSING_CELLS]
    if first and all(NUMBER.fullmatch(cell) and not NUMERIC_DATE.fullmatch(cell) for cell in first):
        return False
    cells = probes(text)
    there = [cell for cell in cells if cell not in MISSING_CELLS]
    return any(map(guess, there)) or (len(there) < len(cells) and len(there) < FIRST_LOOK)


def candidates(text: str, *, years: bool = False) -> list[str]:
    """Return the patterns in which a text may be a date, with or without a clock.

    Parameters
    ----------
    text : str
        Without blanks around it.
    years : bool
        Whether a year alone is a date, as it is among dates.

    Returns
    -------
    list of str
        None for most texts.
    """
    if years and YEAR.fullmatch(text):
        return ["%Y"]
    if len(text) > LONGEST or not TWO_TOGETHER.search(text):
        return []
    if NUMBER.fullmatch(text) and not NUMERIC_DATE.fullmatch(text):
        return []
    found = list(_dates(text, ""))
    weekday = re.match(r"[^\W\d_]+\.?(,\s*|\s+)|[(（]?(?:星期|周|週)?[一二三四五六日天][)）]?\s*", text)
    if weekday and is_weekday(text):
        between = ", " if "," in weekday[0] else " "
        found += _dates(text[weekday.end() :], "%a" + between)
    for clock, rest in _prefixes(text, ALONE):
        for joint, day in _prefixes(rest, (" ", ", ", " - ", " on ")):
            found += [f"{clock}{joint}{date}" for date, after in _prefixes(day, DATES) if not after]
    return found


def clock_candidates(text: str) -> list[str]:
    """Return the patterns in which a text may be a time of day."""
    if not CLOCK_SIGN.search(text) or ADDRESS.fullmatch(text):
        return []
    found = []
    for clock, rest in _prefixes(text, ALONE):
        found += [clock + zone for zone, after in [("", rest), *_prefixes(rest, ZONES)] if not after]
    return found


def _dates(text: str, before: str) -> Iterator[str]:
    for date, rest in _prefixes(text, DATES):
        for weekday, clock in [("", rest), *_prefixes(rest, WEEKDAYS_AFTER)]:
            if not clock:
                yield before + date + weekday
            elif DAY.search(date):
                yield from (before + date + weekday + after for after in _clocks(clock))


def _clocks(text: str) -> Iterator[str]:
    """Yield the patterns in which a text may be a clock after a date, with or without a time zone."""
    for joint, clock_text in _prefixes(text, JOINTS):
        for clock, after in _prefixes(clock_text, CLOCKS):
            for zone, end in [("", after), *_prefixes(after, ZONES)]:
                if not end:
                    yield joint + clock + zone


def _prefixes(text: str, patterns: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Yield the patterns that a text begins with, and the rest of it."""
    for pattern in patterns:
        matched = _begins(pattern).match(text)
        if matched and _named(pattern, matched):
            yield pattern, text[matched.end() :]


def _named(pattern: str, matched: re.Match[str]) -> bool:
    """Return whether what stands for the name of a month is one."""
    if "%b" not in pattern:
        return True
    place = [field for field in re.findall("%(.)", pattern) if field in FIELDS and field not in "az"].index("b")
    return folded(matched[f"_{place}"]) in month_numbers()
