"""Which patterns the texts of a whole column are written in, found on all of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from glassnet.tables.arrow import pa, pc
from glassnet.tables.cells import cell_values
from glassnet.tables.spelling.date_candidates import DATES, TWO_DIGITS, candidates
from glassnet.tables.spelling.date_patterns import DAY, Moments, matcher, moments, parts_of
from glassnet.tables.spelling.texts import PROBES, spread, taken
from glassnet.typing import AnyArray

MOST_PATTERNS = 4  # that the cells of one column are written in
SAMPLE = 5000  # texts on which guesses are compared
CLOSE = 0.95  # of the best guess's cells in the sample: guesses that are compared on all cells
FEW = 0.1  # share of cells in the sample that the first pattern must read
OTHER_ORDER = 0.05  # share of cells from which on a second order of day and month is believed
FIRST_YEARS = range(1927, 1970)  # the hundred years that two digits stand for begin in one of these
YEAR, MANY_YEARS = int(365.2425 * DAY), 4  # so many different values of two digits may be days
NUMBERS = re.compile(r"(%[YmdHMS])+|%m\.%Y")  # patterns of text that may as well be a number
YEARS = 1800, 2100  # of such a date


class Choice(NamedTuple):
    """The pattern that reads most cells.

    Parameters
    ----------
    pattern : str
        ``%d/%m/%Y``.
    read : Moments
        What it reads.
    other : str
        The pattern with day and month the other way round, where no cell tells which is right; "" otherwise.
    """

    pattern: str
    read: Moments
    other: str = ""


class Evaluation:
    """Patterns tried on texts, each regular expression once.

    Parameters
    ----------
    values : pyarrow.Array of text
        Different texts.
    counts : array of int
        Cells that hold each.
    """

    def __init__(self, values: pa.Array, counts: AnyArray) -> None:
        self.values, self.counts = values, counts
        self._parts: dict[str, list[pa.Array]] = {}

    def read(self, pattern: str) -> Moments:
        """Return what a pattern reads."""
        of = matcher(pattern)
        if of.expression not in self._parts:
            self._parts[of.expression] = parts_of(self.values, of.expression)
        parts = self._parts[of.expression]
        read = moments(parts, of.fields, first_year(parts, of.fields))
        if is_doubtful(pattern):
            year = read.ticks // DAY / 365.2425 + 1970
            read = Moments(read.ticks, read.found & (year >= YEARS[0]) & (year < YEARS[1]))
        return read

    def cells(self, read: Moments) -> int:
        """Return how many cells were read."""
        return int(self.counts[read.found].sum())


def search(
    values: pa.Array,
    counts: AnyArray,
    *,
    months: bool = False,
    asked: bool = False,
) -> tuple[list[Choice], AnyArray]:
    """Return the patterns of a column, the first of which reads most cells.

    Parameters
    ----------
    values : pyarrow.Array of text
        Different texts; null where missing.
    counts : array of int
        Cells that hold each.
    months : bool
        Whether six digits may be a month, as the name of the column says.
    asked : bool
        Whether the column is known to hold dates.

    Returns
    -------
    choices : list of Choice
        Each reads what those before it do not.
    which : array of int
        The pattern that reads each value; -1 where none does.
    """
    which = np.full(len(values), -1)
    left = np.flatnonzero(counts)
    choices: list[Choice] = []
    while len(left) and len(choices) < MOST_PATTERNS:
        part = values if len(left) == len(values) else taken(values, left)
        choice = _best(Evaluation(part, counts[left]), choices, months=months, asked=asked)
        share = 0 if choice is None else counts[left][choice.read.found].sum() / counts.sum()
        if choice is None or (share < OTHER_ORDER and _is_other_order(choice.pattern, choices)):
            break
        which[left[choice.read.found]] = len(choices)
        choices.append(choice)
        left = left[~choice.read.found]
    return choices, which


def is_number(pattern: str) -> bool:
    """Return whether what a pattern reads may as well be a number."""
    return bool(NUMBERS.fullmatch(pattern))


def is_doubtful(pattern: str) -> bool:
    """Return whether a pattern reads much that is no date, unless its years are near."""
    return is_number(pattern) or pattern in TWO_DIGITS


def _is_other_order(pattern: str, before: Sequence[Choice]) -> bool:
    return any(matcher(pattern).expression == matcher(each.pattern).expression for each in before)


def _best(
    on: Evaluation,
    before: Sequence[Choice],
    *,
    months: bool,
    asked: bool,
) -> Choice | None:
    """Return the pattern that reads most cells; among equals the one that the dates speak for."""
    guesses: Counter[str] = Counter()
    for text in taken(on.values, spread(len(on.values), PROBES)).to_pylist():
        guesses.update(candidates(text, years=bool(before)) if text else ())
    if not months:
        guesses.pop("%Y%m", None)
    sample = spread(len(on.values), SAMPLE)
    small = on if len(sample) == len(on.values) else Evaluation(taken(on.values, sample), on.counts[sample])
    scores = {guess: small.cells(small.read(guess)) for guess in guesses if _is_padded(guess, small.values)}
    most = max(scores.values(), default=0)
    if most <= (FEW * small.counts.sum() if not (before or asked) else 0):
        return None
    read = {guess: on.read(guess) for guess in scores if scores[guess] >= CLOSE * most}
    cells = {guess: on.cells(each) for guess, each in read.items()}
    equal = sorted((guess for guess in cells if cells[guess] == max(cells.values())), key=_rank)
    equal = [
        equal[0],
        *(guess for guess in equal[1:] if _is_swapped(guess, equal[0]) and _differ(read[guess], read[equal[0]])),
    ]
    equal = _with_years_in_place(equal, read)
    if len(equal) == 1:
        return Choice(equal[0], read[equal[0]])
    found = _decided(equal, read, before)
    return Choice(equal[0], read[equal[0]], equal[1]) if found is None else Choice(found, read[found])


def _rank(pattern: str) -> int:
    """Return the row of a pattern's date in the table of dates."""
    held = [date for date in DATES if date in pattern]
    return DATES.index(max(held, key=len)) * 100 + len(pattern)


def _is_swapped(pattern: str, other: str) -> bool:
    """Return whether patterns differ in the order of year, month and day only."""
    return re.sub("%[ymd]", "%", pattern) == re.sub("%[ymd]", "%", other)


def _with_years_in_place(equal: list[str], read: dict[str, Moments]) -> list[str]:
    """Return the patterns whose year is where it most likely is: last, unless what is last has too many values."""
    last = [each for each in equal if not each.startswith("%y")]
    first = [each for each in equal if each.startswith("%y")]
    if not first or not last:
        return equal
    n_first, n_last = (np.unique(read[each].ticks[read[each].found] // YEAR).size for each in (first[0], last[0]))
    are_days = n_last >= max(MANY_YEARS, 2 * n_first) and not any(_only_first_days(read[each]) for each in last)
    return first if are_days else last


def _differ(one: Moments, other: Moments) -> bool:
    return not np.array_equal(one.ticks[one.found], other.ticks[one.found])


def _decided(
    equal: Sequence[str], read: dict[str, Moments], before: Sequence[Choice]
) -> str | None:  # fmt: skip
    """Return the one order of day and month that something speaks for; None where nothing or several things do."""
    orders = [[letter for letter in matcher(each.pattern).fields if letter in "dm"] for each in before]
    alike = [each for each in equal if [letter for letter in matcher(each).fields if letter in "dm"] in orders]
    first_days = [each for each in equal if _only_first_days(read[each])]
    return next((found[0] for found in (alike, first_days) if len(found) == 1), None)


def _only_first_days(of: Moments) -> bool:
    """Return whether all dates are the first day of some month, as in a table of one row a month."""
    months = (of.ticks[of.found] // DAY).astype("datetime64[D]")
    is_first = months == months.astype("datetime64[M]")
    return bool(is_first.all()) and len(np.unique(months)) > 2


def _is_padded(pattern: str, values: pa.Array) -> bool:
    """Return whether nearly all numbers have two digits, where others are more likely versions or ranges."""
    if pattern not in TWO_DIGITS:
        return True
    matches = [
        pc.sum(pc.match_substring_regex(values, expression)).as_py() or 0
        for expression in (matcher(pattern).expression, matcher(pattern).expression.replace("{1,2}", "{2}"))
    ]
    return matches[1] >= 0.9 * matches[0] and not (pattern == "%Y-%m" and _are_seasons(values))


def _are_seasons(values: pa.Array) -> bool:
    """Return whether all texts are like 2010-11: a year and the next."""
    years = [text.split("-") for text in values.drop_null().to_pylist()[:100] if text.count("-") == 1]
    pairs = [(int(first) + 1) % 100 == int(second) for first, second in years if (first + second).isdigit()]
    return len(pairs) > 1 and all(pairs)


def first_year(parts: Sequence[pa.Array], fields: str) -> int | None:
    """Return where the hundred years begin that years of two digits stand for; None where there are none.

    They begin in the middle of the longest time in which no year falls, so that earlier and later dates than these are
    read alike.
    """
    if "y" not in fields:
        return None
    years = parts[fields.index("y")].cast(pa.int32()).drop_null()
    there = np.unique(cell_values(pa.chunked_array([years]))).astype(np.int64)
    if not there.size:
        return None

    def room(first: int) -> tuple[int, int]:
        before, after = int(((first - 1 - there) % 100).min()), int(((there - first) % 100).min())
        return before + after, min(before, after)

    return max(FIRST_YEARS, key=room)
