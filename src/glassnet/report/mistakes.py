"""What the network gets wrong: the rows, with the cells that matter most, or the pictures themselves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from glassnet.plain_text import shortened
from glassnet.report.blocks import Block, Cell, Drawing, Heading, Table, heads, message, paragraph
from glassnet.report.subject import Subject, Trial, short_name
from glassnet.tables import Pictures, rows_at
from glassnet.text_table import number_text
from glassnet.typing import AnyArray

MOST_ROWS, MOST_PICTURES, MOST_COLUMNS, LONGEST_CELL = 8, 20, 5, 28
SURE = 0.9  # probability from which on a wrong decision is called a sure one


def mistakes(subject: Subject, trial: Trial, important: Sequence[str] = ()) -> list[Block]:
    """Return the answers of a trial that are furthest from the truth; nothing where a sample has several labels.

    Parameters
    ----------
    subject : Subject
        What the report is about.
    trial : Trial
        The samples.
    important : sequence of str
        Columns in the order of their importance, of which the first are shown.
    """
    model: Any = subject.model
    if trial.y.ndim > 1 or getattr(model.target_, "multilabel", False):
        return []
    if trial.probabilities is None:
        return _numbers(subject, trial, important)
    return _classes(subject, trial, important)


def _classes(subject: Subject, trial: Trial, important: Sequence[str]) -> list[Block]:
    model: Any = subject.model
    true, found = model.target_.class_indices(trial.y), model.target_.class_indices(trial.answers)
    P = np.asarray(trial.probabilities)
    wrong = np.flatnonzero(true != found)
    heading = Heading(message("mistakes.title"))
    if not len(wrong):
        return [heading, paragraph("mistakes.none", rows=len(true), name=trial.name)]
    surest = wrong[np.argsort(-P[wrong, found[wrong]], kind="stable")]
    sure = int((P[wrong, found[wrong]] > SURE).sum())
    text = paragraph("mistakes.text", wrong=len(wrong), rows=len(true), name=trial.name, sure=sure, limit=SURE)
    if isinstance(trial.rows, Pictures):
        return [heading, text, _pictures(subject, trial, surest[:MOST_PICTURES], len(wrong))]
    shown = surest[:MOST_ROWS]
    answers = [[*_labels(subject, true[i], found[i]), f"{P[i, found[i]]:.3f}"] for i in shown]
    head = heads("head", "line", "true", "predicted", "probability")
    caption = message("mistakes.caption", shown=len(shown), name=trial.name)
    return [heading, text, _table(caption, head, subject, trial, shown, answers, important)]


def _numbers(subject: Subject, trial: Trial, important: Sequence[str]) -> list[Block]:
    y, answers = trial.y.astype(float), np.asarray(trial.answers, float)
    furthest = np.argsort(-np.abs(y - answers), kind="stable")[:MOST_ROWS]
    cells = [[number_text(float(value)) for value in (y[i], answers[i], y[i] - answers[i])] for i in furthest]
    head = heads("head", "line", "true", "predicted", "residual")
    caption = message("mistakes.furthest", shown=len(furthest), name=trial.name)
    return [Heading(message("mistakes.title")), _table(caption, head, subject, trial, furthest, cells, important)]


def _table(
    caption: Cell, head: list[Cell], subject: Subject, trial: Trial, shown: AnyArray, answers: list[list[str]],
    important: Sequence[str],
) -> Table:  # fmt: skip
    """Return the rows with their answers and the cells of a few columns."""
    model: Any = subject.model
    preparation = getattr(model, "preparation_", None)
    known = trial.rows.column_names if preparation is None else [column.name for column in preparation.columns]
    known = list(dict.fromkeys(known))
    names = [name for name in important if name in known] or known
    names = names[:MOST_COLUMNS]
    cells = rows_at(trial.rows.select(names), shown).to_pydict()
    rows: list[list[Cell]] = [
        [str(trial.lines[i]), *answer, *(_cell(cells[name][k]) for name in names)]
        for k, (i, answer) in enumerate(zip(shown, answers, strict=True))
    ]
    return Table(caption, [*head, *map(short_name, names)], rows)


def _cell(value: Any) -> Cell:
    if value in (None, "") or value != value:  # noqa: PLR0124 - NaN
        return message("mistakes.missing")
    return number_text(value) if isinstance(value, float) else shortened(str(value), LONGEST_CELL)


def _labels(subject: Subject, *classes: int) -> list[str]:
    return [subject.classes[k] for k in classes]


def _pictures(subject: Subject, trial: Trial, shown: AnyArray, wrong: int) -> Drawing:
    """Return the pictures, each above its true class, the one it was taken for, and how surely."""
    images = trial.rows.images[shown]
    images = images if images.shape[-1] == 3 else images[..., 0]
    model: Any = subject.model
    true, found = (model.target_.class_indices(each)[shown] for each in (trial.y, trial.answers))
    P = np.asarray(trial.probabilities)[shown, found]
    titles = [
        f"{shortened(subject.classes[a], 12)} → {shortened(subject.classes[b], 12)} {p:.2f}"
        for a, b, p in zip(true, found, P, strict=True)
    ]
    caption = message("mistakes.pictures", shown=len(shown), wrong=wrong, name=trial.name)
    data = {"pictures": images, "titles": titles, "columns": min(5, len(shown))}
    return Drawing("images", data, caption, of_user_data=True)
