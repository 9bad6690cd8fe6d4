"""Cells of any type as moments: text, Arrow's dates and times, numbers that count or spell them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from glassnet.tables.arrow import pa, pc
from glassnet.tables.cells import decoded, is_text
from glassnet.tables.spelling.date_candidates import NUMERIC_DATE, candidates, may_be
from glassnet.tables.spelling.date_patterns import DAY
from glassnet.tables.spelling.dates import read_dates
from glassnet.tables.spelling.epochs import EPOCHS, MOMENT_NAME, epoch_remark, likely_epoch, read_epoch
from glassnet.tables.spelling.missing import clean
from glassnet.tables.spelling.moments import microseconds
from glassnet.tables.spelling.placeholders import missing_remarks, placeholders, without_days
from glassnet.tables.spelling.spelled import Spelled


def read_date_cells(
    cells: pa.ChunkedArray, known: Mapping[str, Any] | None, *, asked: bool, name: str, marks: Sequence[str] = ()
) -> Spelled | None:
    """Return cells of any type as moments.

    Parameters
    ----------
    cells : pyarrow.ChunkedArray
        Text, dates, moments, or numbers that count or spell them.
    known, asked, name
        As `read_dates` takes them.
    marks : sequence of str
        Text that stands for a missing cell, beside the usual marks.

    Returns
    -------
    Spelled or None
        None where the column holds something else.
    """
    types, arrow_type = pa.types, cells.type
    if types.is_dictionary(arrow_type):
        cells = decoded(cells)
        arrow_type = cells.type
    if is_text(arrow_type):
        if known is None and not (asked or MOMENT_NAME.fullmatch(name) or may_be(cells, candidates)):
            return None
        return read_dates(clean(cells, marks), known, asked=asked, name=name)
    if types.is_null(arrow_type):
        return Spelled(cells, known or {}) if asked else None
    if types.is_date(arrow_type) or types.is_timestamp(arrow_type):
        return _typed(cells, known)
    if types.is_integer(arrow_type) or types.is_floating(arrow_type):
        return _of_numbers(cells, known, asked=asked, name=name)
    return None


def _typed(cells: pa.ChunkedArray, known: Mapping[str, Any] | None) -> Spelled:
    """Return dates and moments, those that stand for none missing."""
    if known is not None:
        return Spelled(without_days(cells, known.get("missing", ())), known)
    days = placeholders(microseconds(cells.drop_null())[0] // DAY)
    return Spelled(without_days(cells, days), {"missing": days} if days else {}, missing_remarks(days))


def _of_numbers(cells: pa.ChunkedArray, known: Mapping[str, Any] | None, *, asked: bool, name: str) -> Spelled | None:
    """Return numbers that count moments, or whose digits spell dates."""
    pattern = (known or {}).get("pattern")
    if known is None:
        pattern = likely_epoch(cells, name)
        if pattern is not None:
            return read_epoch(cells, {"pattern": pattern}, epoch_remark(pattern, name))
    elif isinstance(pattern, str) and pattern in EPOCHS:
        return read_epoch(cells, known)
    if not pa.types.is_integer(cells.type):
        if not asked or pattern is None:
            return None
        cells = cells.cast(pa.int64(), safe=False)
    bounds = pc.min_max(cells)
    least, most = bounds["min"].as_py(), bounds["max"].as_py()
    if pattern is None and not (NUMERIC_DATE.fullmatch(str(least)) and NUMERIC_DATE.fullmatch(str(most))):
        return None
    return read_dates(cells.cast(pa.string()), known, asked=asked, name=name)
