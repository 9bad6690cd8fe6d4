"""The command `glassnet look`: what is read and decided of a file, before anything is trained."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

from glassnet.cli.options import CHOICES, READING, READING_PICTURES, AsJson, Data, Given, Lang, collects, data_option
from glassnet.cli.terminal import SPELLED, console, say, say_json
from glassnet.plain_text import one_line, visible
from glassnet.text_table import padded, wrapped
from glassnet.texts import told

if TYPE_CHECKING:
    from glassnet.workflows import Look
    from glassnet.workflows.looking import ColumnLook

MOST_COLUMNS = 200  # that are listed; --json has all
LONGEST_NAME, LONGEST_KIND = 24, 26
CHANGE = (
    "--drop, --keep, --categorical, --number, --text, --date COL=FORMAT, --id, --weight, --group, --time: each takes "
    "names of columns; --missing, --decimal for all columns; train takes the same options"
)
SHORTEST = 12  # of what a column holds


@collects(columns=CHOICES, reading={**READING_PICTURES, **READING})
def look(
    data: Data,
    *,
    target: Annotated[str | None, data_option("Column to predict: it is looked at too.")] = None,
    task: Annotated[str | None, data_option("classes or numbers; decided by the target when not given.")] = None,
    columns: Given,
    reading: Given,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """Show what is read and decided of each column, before any training, and how to change it."""
    from glassnet import workflows

    choices = {"weight": columns.pop("weight", None), "ids": columns.pop("id", ()), **columns}
    found = workflows.look_at_file(data, target, task=task, reading=reading, **choices)
    if as_json:
        say_json(asdict(found))
        return
    _print(found)


def _print(found: Look) -> None:
    """Print facts of the file, a table of its columns, and what to know."""
    width = max(console().width, 40)
    _wrapped("Data", found.pictures or f"{found.rows:,} rows, {_counted(found)}", width)
    if found.reading:
        _wrapped("Read", _reading_in_words(found.reading), width)
    _wrapped("Target", _target_in_words(found), width)
    for note in found.notes:
        _wrapped("Note", one_line(note), width)
    if found.columns:
        say("")
        _table(found.columns[:MOST_COLUMNS], width)
        if (more := len(found.columns) - MOST_COLUMNS) > 0:
            say(told(f"and {more:,} columns more: --json lists all"))
        say("")
        _wrapped("Change", CHANGE, width)


def _counted(found: Look) -> str:
    """Return how many columns there are of each kind, and how many are not used."""
    return f"{len(found.columns)} columns: {counted_kinds([(each.kind, each.reason) for each in found.columns])}"


def counted_kinds(columns: Sequence[tuple[str, str]]) -> str:
    """Return how many columns of each kind are used, and how many are not, from their kinds and reasons."""
    kinds = [kind for kind, reason in columns if not reason]
    parts = [f"{kinds.count(kind)} {kind}" for kind in dict.fromkeys(kinds)]
    unused = len(columns) - len(kinds)
    return ", ".join([*parts, *([f"{unused} not used"] if unused else [])])


def _reading_in_words(reading: Mapping[str, Any]) -> str:
    yes = {True: "yes", False: "no"}
    shown = {
        name: yes[value] if isinstance(value, bool) else repr(value)
        for name, value in reading.items()
        if name != "target_format"
    }
    return ", ".join(told(f"{name} {value}") for name, value in shown.items())


def _target_in_words(found: Look) -> str:
    if found.task is None:
        likely = "" if found.likely_target is None else f" (perhaps --target {found.likely_target})"
        return f"none is named{likely}"
    return f"{'' if found.target is None else f'{found.target}: '}{found.task}; {found.target_holds}"


def _wrapped(head: str, text: str, width: int, indent: int = 10) -> None:
    """Print text that follows a head, in lines of that width."""
    lines = wrapped(_shown(told(text)), max(width - indent, 20)).split("\n")
    say("\n".join(f"{padded(told(head) if not j else '', indent)}{line}" for j, line in enumerate(lines)))


def _table(columns: Sequence[ColumnLook], width: int) -> None:
    """Print a line for each column, and what to know of it below."""
    from rich.cells import cell_len

    rows = [tuple(map(told, ("column", "kind", "missing", "distinct", "holds")))]
    for each in columns:
        kind = told("not used") if each.reason else f"{told(each.kind)} {each.format}".strip()
        rows.append(
            (_shown(each.name), _shown(kind), f"{each.missing:.1%}", f"{each.distinct:,}", _shown(_holds(each)))
        )
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    share = max(width - widths[2] - widths[3] - 8 - SHORTEST, 24)
    widths[0] = min(widths[0], max(LONGEST_NAME, width // 4), share // 2)
    widths[1] = min(widths[1], LONGEST_KIND, share - widths[0])
    widths[4] = max(width - sum(widths[:4]) - 8, SHORTEST)
    for j, row in enumerate(rows):
        cells = [_cut(cell, w) for cell, w in zip(row, widths, strict=True)]
        fields = [padded(cell, w, right=k in (2, 3)) for k, (cell, w) in enumerate(zip(cells, widths, strict=True))]
        say("  ".join(fields).rstrip())
        if not j:
            say("-" * min(width, sum(widths) + 8))
            continue
        _below(columns[j - 1], width)


def _holds(column: ColumnLook) -> str:
    """Return what a column holds; categories are the user's words."""
    return column.holds if column.kind in ("category", "text") else told(column.holds)


def _below(column: ColumnLook, width: int) -> None:
    """Print what to know of a column, and how to change it, below its line."""
    if column.reason:
        way = f" ({column.change})" if column.change else ""
        _wrapped("", f"{told(column.reason)}{way}", width, indent=4)
    for remark in column.remarks:
        _wrapped("", one_line(remark), width, indent=4)


def _shown(text: str) -> str:
    """Return text as standard output can show it."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    return visible(text).encode(encoding, SPELLED).decode(encoding)


def _cut(text: str, width: int) -> str:
    """Return text that takes at most so many cells of a terminal; a Chinese letter takes two."""
    from rich.cells import cell_len, set_cell_size

    return text if cell_len(text) <= width else f"{set_cell_size(text, width - 2).rstrip()}.."
