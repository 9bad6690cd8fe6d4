"""The explanation: which columns matter, how the answer changes with them, which act together, and why one row."""

from __future__ import annotations

from typing import Any

import numpy as np

from glassnet.explain import Contributions, Dependence, Importance, Interactions
from glassnet.explain.answers import Answer
from glassnet.plain_text import shortened
from glassnet.report.blocks import Block, Cell, Drawing, Heading, Section, Table, heads, message, paragraph
from glassnet.report.results import SCORES
from glassnet.report.subject import short_name
from glassnet.text_table import number_text
from glassnet.workflows import Explanation

NAMES = {**SCORES, "Brier score": "explain.brier"}  # of metrics, inside a sentence
MOST_BARS, MOST_ALIKE = 15, 5
BESIDE_BAR = 36  # characters of a name
MIDDLE = (0.1, 0.9)  # quantiles between which the band lies


def explanation(found: Explanation) -> Section:
    """Return what was found out about why a model answers what it answers."""
    blocks: list[Block] = []
    if found.importance is not None:
        blocks += _importance(found.importance, learned=found.learned)
    if found.dependences:
        rows = len(found.dependences[0].curves)
        blocks += [Heading(message("explain.dependence")), paragraph("explain.dependence_text", rows=rows)]
        for each in found.dependences:
            blocks += _dependence(each)
    if found.interactions is not None:
        blocks += _interactions(found.interactions)
    if found.contributions is not None:
        blocks += _contributions(found.contributions, found.row)
    return Section(message("explain.title"), blocks)


def _importance(result: Importance, *, learned: bool) -> list[Block]:
    first, metric = (result.certain or result.columns)[0], message(NAMES[result.metric])
    shown = {_beside_bar(", ".join(each.columns)): each for each in result.columns[:MOST_BARS]}
    values, spread = ({name: getattr(each, of) for name, each in shown.items()} for of in ("mean", "deviation"))
    of_rows = {"rows": result.rows, "repeats": result.repeats}
    named = {"columns": short_name(", ".join(first.columns)), "without": number_text(first.without)}
    text = paragraph("explain.importance_text", metric=metric, value=number_text(result.value), **of_rows)
    certain = paragraph("explain.certain", **named, count=len(result.certain), all=len(result.columns))
    if not result.certain:
        certain = paragraph("explain.uncertain", **named, **of_rows)
    caption = message("explain.importance_caption", metric=metric)
    drawing = Drawing("bars", {"values": values, "spread": spread}, caption, of_user_data=True)
    alike: list[Block] = [
        paragraph("explain.alike", columns=", ".join(map(short_name, names)), correlation=f"{least:.2f}")
        for names, least in result.like_each_other()[:MOST_ALIKE]
    ]
    note: list[Block] = [paragraph("explain.learned")] if learned else []
    if result.left_out:
        note = [paragraph("explain.left_out")]
    return [Heading(message("explain.importance")), text, certain, *note, drawing, *alike]


def _dependence(result: Dependence) -> list[Block]:
    names = ", ".join(short_name(axis.column) for axis in result.axes)
    caption = message("explain.dependence_caption", answer=_answer(result.answer), columns=names)
    if len(result.axes) == 2:
        first, second = result.axes
        rows = [
            [text, *(number_text(value) for value in line)] for text, line in zip(first.texts, result.mean, strict=True)
        ]
        return [Table(caption, ["", *map(short_name, second.texts)], rows)]
    (axis,) = result.axes
    if axis.numbers is None:
        values = dict(zip(map(_beside_bar, axis.texts), result.mean, strict=True))
        return [Drawing("bars", {"values": values}, caption, of_user_data=True)]
    numbers = np.array(axis.numbers, float)
    there = ~np.isnan(numbers)
    low, high = np.quantile(result.curves, MIDDLE, axis=0)
    line = numbers[there], result.mean[there], (low[there], high[there])
    missing = number_text(result.mean[~there][0]) if not there.all() else ""
    note: list[Block] = [paragraph("explain.missing", column=names, value=missing)] if missing else []
    return [Drawing("lines", {"series": {"_mean": line}, "points": True}, caption), *note]


def _interactions(result: Interactions) -> list[Block]:
    rows = [[*map(short_name, each.columns), f"{each.H:.2f}", number_text(each.strength, 3)] for each in result.pairs]
    return [
        Heading(message("explain.interactions")),
        Table(
            message("explain.interactions_text", rows=result.rows),
            heads("head", "column", "column", "h", "strength"),
            rows,
        ),
    ]


def _contributions(result: Contributions, row: int | None) -> list[Block]:
    values = {_beside_bar(f"{each.column} = {each.cell}"): each.value for each in result.columns[:MOST_BARS]}
    answer = _answer(result.answer)
    numbers: dict[str, Any] = {name: number_text(getattr(result, name)) for name in ("value", "base")}
    text = paragraph("explain.contributions_text", answer=answer, compared=result.compared, row=row, **numbers)
    caption = message("explain.contributions_caption", answer=answer, error=f"{result.error:.1e}")
    drawing = Drawing("bars", {"values": values}, caption, of_user_data=True)
    return [Heading(message("explain.contributions", row=row)), text, drawing]


def _answer(answer: Answer) -> Cell:
    name = short_name(answer.name)
    return message("explain.probability", name=name) if answer.is_probability else name


def _beside_bar(name: str) -> str:
    return shortened(name, BESIDE_BAR)
