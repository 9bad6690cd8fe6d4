"""The columns of a table: what becomes of each, many of a kind in one line, and what is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from glassnet.report.blocks import Block, Cell, Heading, Message, Paragraph, Phrase, Table, heads, message, paragraph
from glassnet.report.subject import Trial, short_name

ALIKE = 8  # columns of one kind that are one line
MOST_LINES, MOST_VALUES, MOST_LOST = 60, 8, 8
JOINED = ("number", "category")  # kinds of which many are one line


def columns(preparation: Any, trial: Trial | None) -> list[Block]:
    """Return the table of columns, folded where it is long, and what is missing: cells, and columns that were left out.

    Parameters
    ----------
    preparation : Preparation
        Of a table.
    trial : Trial or None
        The samples whose missing cells are counted.
    """
    lost = None if trial is None else trial.lost
    kept, groups = list(preparation.columns), dict[str, list[Any]]()
    for column in kept:
        groups.setdefault(column.kind, []).append(column)
    joined = {kind: group for kind, group in groups.items() if kind in JOINED and len(group) >= ALIKE}
    lines = [
        _of_many(joined[column.kind], lost) if column.kind in joined else _of_one(column, lost)
        for column in kept
        if column.kind not in joined or column is joined[column.kind][0]
    ]
    caption = (
        message("data.columns")
        if trial is None
        else message("data.columns_counted", name=trial.name, rows=len(trial.y))
    )
    blocks: list[Block] = [Table(caption, _head(), _cut(lines))]
    if joined:
        single = [_of_one(column, lost) for column in kept]
        blocks.append(Table(message("data.each_column", count=len(kept)), _head(), single, folded=True))
    return [*blocks, *_missing(preparation, trial)]


def _head() -> list[Cell]:
    return heads("head", "column", "kind", "preparation", "missing", "features")


def _cut(lines: list[list[Cell]]) -> list[list[Cell]]:
    more = len(lines) - MOST_LINES
    return [*lines[:MOST_LINES], [message("table.more", count=more), "", "", "", ""]] if more > 0 else lines


def _of_one(column: Any, lost: Mapping[str, float] | None) -> list[Cell]:
    kind, prepared = _prepared(column)
    name, width = short_name(column.name), str(len(column.features))
    return [name, message(f"data.{kind}"), prepared, _shares([column], lost), width]


def _of_many(group: Sequence[Any], lost: Mapping[str, float] | None) -> list[Cell]:
    """Return one line for columns of a kind."""
    kind, first, last = group[0].kind, short_name(group[0].name), short_name(group[-1].name)
    if kind == "number":
        binned = [len(column.edges) - 1 for column in group if column.edges]
        key = "data.numbers_binned" if binned else "data.numbers_prepared"
        values = {"binned": len(binned), "bins": max(binned, default=0)} if binned else {}
    else:
        counts = [len(column.values) for column in group]
        key, values = "data.categories_prepared", {"least": min(counts), "most": max(counts)}
    names = message("data.names", first=first, last=last, count=len(group))
    width = str(sum(len(column.features) for column in group))
    return [names, message(f"data.{kind}"), message(key, **values), _shares(group, lost), width]


def _shares(group: Sequence[Any], lost: Mapping[str, float] | None) -> Cell:
    """Return the share of missing cells, or without data whether some were missing in training."""
    if lost is None:
        return message("yes" if any(getattr(column, "missing", False) for column in group) else "no")
    shares = sorted(lost[column.name] for column in group)
    low, high = (f"{share:.1%}" for share in (shares[0], shares[-1]))
    return low if low == high else f"{low} ... {high}"


def _prepared(column: Any) -> tuple[str, Message]:
    """Return a column's kind, and what becomes of its cells."""
    if column.kind == "category":
        more = ", …" if len(column.values) > MOST_VALUES else ""
        return "category", message(
            "data.category_prepared", values=", ".join(map(short_name, column.values[:MOST_VALUES])) + more
        )
    if column.kind == "date":
        return "date", message("data.date_prepared", parts=", ".join(column.parts))
    if column.kind == "target means":
        return "category", message("data.means_prepared", values=len(column.values))
    if column.kind in ("text", "text scores"):
        return "text", _words(column)
    median, bins = f"{column.median:.4g}", len(column.edges[1:])
    if bins:
        return "number", message("data.binned_prepared", median=median, bins=bins)
    return "number", message("data.number_prepared", median=median)


def _words(column: Any) -> Message:
    """Return what becomes of text."""
    if column.kind == "text scores":
        return message("data.scores_prepared", count=len(column.terms))
    more = ", …" if len(column.terms) > MOST_VALUES else ""
    words = ", ".join(map(short_name, column.terms[:MOST_VALUES])) + more
    return message("data.text_prepared", count=len(column.terms), words=words)


def _missing(preparation: Any, trial: Trial | None) -> list[Block]:
    """Say which cells are missing, what stands for them, and which columns were left out, and why."""
    blocks: list[Block] = [Heading(message("data.missing"))]
    if trial is not None:
        some = sorted(((share, name) for name, share in trial.lost.items() if share), key=lambda each: -each[0])
        named = ", ".join(f"{short_name(name)} {share:.1%}" for share, name in some[:MOST_LOST])
        named += ", …" if len(some) > MOST_LOST else ""
        lost = paragraph("data.lost", columns=named, count=len(some), all=len(trial.lost))
        blocks.append(lost if some else paragraph("data.none_lost", all=len(trial.lost)))
    marked = [column.name for column in preparation.columns if getattr(column, "missing", False)]
    blocks.append(paragraph("data.filled" if marked else "data.filled_unmarked"))
    used = {column.name for column in preparation.columns}
    unused = [name for name in preparation.source if name not in used]
    if not unused:
        return [*blocks, paragraph("data.all_used")]
    said = [Paragraph(Phrase(note)) for note in preparation.notes]
    silent = [name for name in unused if not any(f"'{name}'" in note for note in preparation.notes)]
    left = [paragraph("data.unused", columns=", ".join(map(short_name, silent)))] if silent else []
    return [*blocks, paragraph("data.left_out", count=len(unused), all=len(preparation.source)), *said, *left]
