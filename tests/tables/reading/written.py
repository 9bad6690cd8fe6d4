"""Tables written in any dialect of text: a generator for tests that read them back.

`tables` draws a clean table, `dialects` a way to write one, `write` gives the bytes. More spellings of cells are more
rows of `SPELLINGS`.
"""

import csv
import datetime
import io
from dataclasses import dataclass, field

from hypothesis import strategies as st

# kind -> values of a column; a value is written by `str`, and comes back as it is.
WORDS = {
    "ascii": ("north", "south, east", 'say "no"', "a; b", "x|y", "two words", "it's"),
    "western": ("Köln", "São Paulo", "Málaga", "Besançon", "Tromsø"),
    "chinese": ("北京", "上海", "广州", "深圳"),
    "russian": ("Москва", "Казань", "Тверь"),
}
NAMES = {
    "ascii": ("height", "Weight (kg)", "net income", "zone"),
    "western": ("größe", "città", "année", "zone"),
    "chinese": ("年龄", "城市", "价格", "zone"),
    "russian": ("возраст", "город", "цена", "zone"),
}
ENCODINGS = {
    "ascii": ("utf-8", "utf-8-sig", "utf-16", "utf-32", "latin-1"),
    "western": ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"),
    "chinese": ("utf-8", "utf-8-sig", "utf-16", "gb18030"),
    "russian": ("utf-8", "utf-8-sig", "utf-16", "cp1251", "koi8-r"),
}
SPELLINGS = {
    "whole": st.integers(-(10**9), 10**9),
    "real": st.floats(-1e9, 1e9).map(lambda number: round(number, 3)),
    "date": st.dates(datetime.date(1950, 1, 1), datetime.date(2049, 12, 31)),
}


@dataclass(frozen=True)
class Written:
    """A clean table: columns of equal length by name, and the language of its words."""

    language: str
    columns: dict[str, list[object]]

    @property
    def rows(self):
        """Its rows."""
        return [*zip(*self.columns.values(), strict=True)]


@dataclass(frozen=True)
class Dialect:
    """How a table is written."""

    separator: str = ","
    quoting: int = csv.QUOTE_MINIMAL
    backslash: bool = False  # before quotes within quotes, instead of doubling them
    end: str = "\n"
    encoding: str = "utf-8"
    header: bool = True
    title: tuple[str, ...] = ()
    names_end: bool = False  # a separator ends the line of names
    rows_end: bool = False  # ... and every row
    blank_lines: tuple[int, ...] = field(default=())  # rows before which a line is empty
    last_end: bool = True
    sep_line: bool = False


@st.composite
def tables(draw, least=4, most=30):
    """Draw a clean table: a column of words, and one of each of some kinds."""
    language = draw(st.sampled_from(sorted(WORDS)))
    m = draw(st.integers(least, most))
    kinds = ["words", *draw(st.lists(st.sampled_from(sorted(SPELLINGS)), min_size=1, max_size=3))]
    names = draw(st.permutations(NAMES[language]))[: len(kinds)]
    columns = {}
    for name, kind in zip(names, draw(st.permutations(kinds)), strict=True):
        cell = st.sampled_from(WORDS[language]) if kind == "words" else SPELLINGS[kind]
        columns[name] = draw(st.lists(cell, min_size=m, max_size=m))
    return Written(language, columns)


@st.composite
def dialects(draw, table):
    """Draw a way to write a table that leaves its cells as they are."""
    rows_end = draw(st.booleans())
    backslash = draw(st.booleans())
    return Dialect(
        separator=draw(st.sampled_from(",;\t|")),
        quoting=draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC])),
        backslash=backslash,
        end=draw(st.sampled_from(["\n", "\r\n", "\r"])),
        encoding=draw(st.sampled_from(ENCODINGS[table.language])),
        header=draw(st.sampled_from([True, True, True, False])),
        title=draw(
            st.sampled_from([(), (), ("Report of the year",), ("# made by a program", "# twice"), ("Report", "")])
        ),
        names_end=rows_end or draw(st.booleans()),
        rows_end=rows_end,
        blank_lines=tuple(draw(st.sets(st.integers(0, len(table.rows) - 1), max_size=2))),
        last_end=draw(st.booleans()),
        sep_line=draw(st.booleans()),
    )


def write(table, dialect):
    """Return the bytes of a table, and the line on which each of its rows begins."""
    text, line, lines = io.StringIO(newline=""), 1, []

    def put(cells, *, ends_with_separator):
        one = io.StringIO(newline="")
        options = {"doublequote": not dialect.backslash, "escapechar": "\\" if dialect.backslash else None}
        csv.writer(one, delimiter=dialect.separator, quoting=dialect.quoting, lineterminator="", **options).writerow(
            cells
        )
        text.write(one.getvalue() + dialect.separator * ends_with_separator + dialect.end)

    if dialect.sep_line:
        text.write(f"sep={dialect.separator}{dialect.end}")
        line += 1
    for title in () if dialect.sep_line else dialect.title:
        text.write(title + dialect.end)
        line += 1
    if dialect.header:
        put(table.columns, ends_with_separator=dialect.names_end)
        line += 1
    for j, row in enumerate(table.rows):
        if j in dialect.blank_lines:
            text.write(dialect.end)
            line += 1
        lines.append(line)
        put(row, ends_with_separator=dialect.rows_end)
        line += 1
    written = text.getvalue() if dialect.last_end else text.getvalue().removesuffix(dialect.end)
    return written.encode(dialect.encoding), lines
