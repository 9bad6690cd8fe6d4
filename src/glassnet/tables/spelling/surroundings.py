"""What the other columns of a file say about one: its decimal sign, and its marks for missing cells."""

from __future__ import annotations

from functools import cached_property

from glassnet.tables.arrow import pa, pc
from glassnet.tables.cells import is_text, text_array, truths
from glassnet.tables.spelling.missing import AMBIGUOUS, clean
from glassnet.tables.spelling.spelled import cast_or_none

# Text around a number whose one point (or comma) stands before decimals for certain: 67.4, 0.125, 1234.567, 1,234.56.
CERTAIN = (
    r"^[^\d.,]*(?:\d*{point}(?:\d{1,2}|\d{4,})|0?{point}\d+|\d{4,}{point}\d+|\d{1,3}(?:{group}\d{3})+{point}\d*)"
    r"[^\d.,]*$"
)
CLEARLY = 10  # times as many cells must have the one sign as the other


class Surroundings:
    """What the other columns of a file say about one.

    Parameters
    ----------
    table : pyarrow.Table, optional
        All columns, as they were read.
    separator : str
        What stands between the cells of the file; "" where nothing does.
    sign : str
        The decimal sign, where it is known.
    """

    def __init__(self, table: pa.Table | None = None, separator: str = "", sign: str = "") -> None:
        self._columns = [] if table is None else [column for column in table.columns if is_text(column.type)]
        self.separator = separator
        self._sign = sign

    def decimal(self) -> str:
        """Return the decimal sign of the file's numbers, "" where they do not say."""
        return self._sign or self._found

    @cached_property
    def _found(self) -> str:
        n = {".": 0, ",": 0}
        for point, group in ((r".", ","), (",", ".")):
            regex = CERTAIN.replace("{point}", rf"\{point}").replace("{group}", f"[{group}' ]")
            for column in self._columns:
                n[point] += int(truths(pc.match_substring_regex(column, regex)).sum())
        more = max(n, key=lambda point: n[point])
        return more if n[more] > CLEARLY * min(n.values()) else ""

    def marks(self) -> frozenset[str]:
        """Return the marks of missing cells among the file's numbers, though they may be words elsewhere."""
        return self._marks

    @cached_property
    def _marks(self) -> frozenset[str]:
        found: set[str] = set()
        known = list(AMBIGUOUS)
        for column in self._columns:
            marks = text_array(known, column.type)
            if truths(pc.is_in(column, value_set=marks)).any():
                numbers = clean(column)
                if numbers.null_count < len(numbers) and cast_or_none(numbers, pa.float64()) is not None:
                    indices = pc.unique(pc.index_in(column, value_set=marks))
                    found |= {known[index] for index in indices.drop_null().to_pylist()}
        return frozenset(found)


NO_SURROUNDINGS = Surroundings()
