"""Dates in text, with or without a clock: which patterns a whole column is written in, and its moments."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from glassnet.documents import TEXT, TEXTS, Kind, either, whole
from glassnet.errors import SettingError
from glassnet.tables.arrow import pa, pc
from glassnet.tables.cells import cell_values
from glassnet.tables.spelling.date_candidates import candidates, may_be
from glassnet.tables.spelling.date_patterns import DAY, Moments, matcher, moments, parts_of, usual_form
from glassnet.tables.spelling.date_search import Choice, first_year, is_doubtful, is_number, search
from glassnet.tables.spelling.epochs import EPOCHS, epoch_remark, likely_epoch, read_epoch
from glassnet.tables.spelling.placeholders import NO_DATE, missing_remarks, placeholders, without, without_days
from glassnet.tables.spelling.spelled import Spelled, cast_or_none
from glassnet.tables.spelling.texts import Texts, taken, ticks_array
from glassnet.typing import AnyArray

# What `format` may hold. Without a pattern, text is ISO 8601 as Arrow reads it; `since` begins the hundred years of
# two-digit years; `missing` are days that stand for none.
FORMATS: Mapping[str, Kind] = {"pattern": either(TEXT, TEXTS), "since": whole(1, 9999), "missing": TEXTS}
ISO = ("%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S%z")
ENOUGH, NEARLY_ALL = 0.8, 0.99  # share of cells that must be dates; where they may as well be numbers
MONTH_NAME = re.compile(r"(?i).*(date|month|period|yyyymm|datum|fecha|mois|mes|monat|日期|月|年月|ym).*")


def read_dates(
    text: pa.ChunkedArray, known: Mapping[str, Any] | None = None, *, asked: bool = False, name: str = ""
) -> Spelled | None:
    """Return cleaned text as moments.

    Parameters
    ----------
    text : pyarrow.ChunkedArray of text
        Missing cells are null, blanks around cells are gone.
    known : mapping, optional
        How the cells are to be read, as an earlier call returned it, or {"pattern": ...} as the user says.
    asked : bool
        Whether the column is known to hold dates: then every other cell is unreadable.
    name : str
        Of the column: it tells whether whole numbers may be seconds since 1970.

    Returns
    -------
    Spelled or None
        Moments in microseconds, by the clock that the text shows: a time zone is skipped. None where the column holds
        something else.

    Raises
    ------
    SettingError
        `known` has no such pattern.
    """
    if known is None:
        return _recognised(text, asked=asked, name=name)
    if "pattern" not in known:
        read_as_iso = read_iso(text)
        if read_as_iso is not None:
            return Spelled(without_days(read_as_iso.cells, known.get("missing", ())), known)
    said = known.get("pattern", ISO)
    if isinstance(said, str) and said in EPOCHS:
        return read_epoch(text, known)
    patterns = tuple(map(_checked, [said] if isinstance(said, str) else said))
    texts = Texts.of(text)
    read, since = _read(texts.values, patterns, known.get("since"))
    found = without(read, known.get("missing", ()))
    return _spelled(texts, found, read.found, {**known, **({"since": since} if since else {})})


def read_iso(text: pa.ChunkedArray) -> Spelled | None:
    """Return cleaned text as moments, where all of it is ISO 8601; None where it is not."""
    for arrow_type in (pa.timestamp("us"), pa.timestamp("us", "UTC")):
        read = cast_or_none(text, arrow_type)
        if read is not None:
            return Spelled(read)
    return None


def _checked(pattern: str) -> str:
    if not set(matcher(pattern).fields) & set("YyG"):
        raise SettingError(f"the date format {pattern!r} names no year; expected such as %d/%m/%Y")
    return usual_form(pattern)


def _read(values: pa.Array, patterns: tuple[str, ...], since: int | None) -> tuple[Moments, int | None]:
    """Return what patterns read, each what those before it do not, and where the years of two digits begin."""
    ticks, found = np.zeros(len(values), np.int64), np.zeros(len(values), bool)
    for pattern in patterns:
        left = np.flatnonzero(~found)
        of = matcher(pattern)
        parts = parts_of(values if len(left) == len(values) else taken(values, left), of.expression)
        since = since or first_year(parts, of.fields)
        read = moments(parts, of.fields, since)
        ticks[left], found[left] = read.ticks, read.found
        if found.all():
            break
    return Moments(ticks, found), since


def _recognised(text: pa.ChunkedArray, *, asked: bool, name: str) -> Spelled | None:
    """Return what a column holds of whose patterns nothing was said."""
    if text.null_count == len(text):
        return None
    epoch = likely_epoch(text, name)
    if epoch is not None:
        return read_epoch(text, {"pattern": epoch}, epoch_remark(epoch, name))
    if not asked and not may_be(text, candidates):
        return None
    read = cast_or_none(text, pa.timestamp("us"))
    if read is not None:
        days = placeholders(cell_values(read.drop_null().cast(pa.int64())) // DAY)
        return Spelled(without_days(read, days), {"missing": days} if days else {}, missing_remarks(days))
    texts = Texts.of(text)
    none = _is_no_date(texts.values)
    counts = np.where(none, 0, texts.counts)
    months = bool(MONTH_NAME.fullmatch(name))
    choices, which = search(texts.values, counts, months=months, asked=asked)
    total, share = counts.sum(), counts[which >= 0].sum() / max(counts.sum(), 1)
    if not choices or share < (0 if asked else NEARLY_ALL if is_number(choices[0].pattern) else ENOUGH) or not total:
        return None
    patterns = tuple(choice.pattern for choice in choices)
    read_as, since = _read_so_far(choices, which) or _read(texts.values, patterns, None)
    days = placeholders(np.repeat(read_as.ticks // DAY, np.where(read_as.found, counts, 0)))
    form: dict[str, Any] = {"pattern": patterns[0] if len(patterns) == 1 else list(patterns)}
    form |= {"since": since} if since else {}
    form |= {"missing": days} if days else {}
    remarks = (_of_patterns(choices, name), *missing_remarks(days, int(texts.counts[none].sum())))
    return _spelled(texts, without(read_as, days), read_as.found, form, remarks)


def _read_so_far(choices: Sequence[Choice], which: AnyArray) -> tuple[Moments, None] | None:
    """Return what the search has read, or None where reading with the patterns alone says more."""
    if any("%y" in choice.pattern or is_doubtful(choice.pattern) for choice in choices):
        return None
    ticks = np.zeros(len(which), np.int64)
    for k, choice in enumerate(choices):
        ticks[which == k] = choice.read.ticks[choice.read.found]
    return Moments(ticks, which >= 0), None


def _spelled(
    texts: Texts, read: Moments, understood: AnyArray, form: Mapping[str, Any], remarks: tuple[str, ...] = ()
) -> Spelled:
    """Return moments of different texts as those of the cells."""
    ticks, found = texts.cells(read.ticks, 0), texts.cells(read.found, False)
    unreadable = (texts.counts > 0) & ~understood
    if unreadable.any():
        unreadable &= ~_is_no_date(texts.values)
    lost = np.flatnonzero(texts.cells(unreadable, False))
    return Spelled(ticks_array(ticks, found, pa.timestamp("us")), form, remarks, lost)


def _is_no_date(values: pa.Array) -> AnyArray:
    matched = pc.match_substring_regex(values, NO_DATE)
    return np.nan_to_num(cell_values(pa.chunked_array([matched.cast(pa.int8())]))) > 0


def _of_patterns(choices: Sequence[Choice], name: str) -> str:
    """Return what a user should know about how the dates of a column are written."""
    written = " or ".join(choice.pattern for choice in choices)
    other = next((choice.other for choice in choices if choice.other), "")
    if not other:
        return f"was read as dates written {written}"
    return (
        f"was read as dates written {written}, though no cell tells day from month: "
        f"--date {shlex.quote(f'{name}={other}')} reads them the other way"
    )
