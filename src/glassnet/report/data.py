"""The data: what the samples are, how they are prepared, and on which the model was tried."""

from __future__ import annotations

from typing import Any

import numpy as np

from glassnet.report.blocks import Block, Cell, Message, Paragraph, Section, Table, heads, message, paragraph
from glassnet.report.subject import Subject, Trial, short_name

MOST_COLUMNS, MOST_VALUES, MOST_CLASSES = 60, 8, 20


def data(subject: Subject) -> Section:
    """Return what the samples are, how they are prepared, and what the trial's are."""
    blocks: list[Block] = []
    if samples := subject.record.get("samples"):
        blocks.append(paragraph("data.trained_on", samples=samples))
    preparation = getattr(subject.model, "preparation_", None)
    if preparation is None and not subject.classes:
        blocks.append(paragraph("data.bare", n_x=subject.network.architecture.n_x))
    else:
        blocks += [Paragraph(_target(subject)), *_decisions(subject)]
    if preparation is not None:
        blocks += _pictures(preparation.pictures) if preparation.pictures else _columns(preparation)
    for trial in subject.trials:
        blocks += _trial(subject, trial)
    if not subject.trial:
        blocks.append(paragraph("data.not_given"))
    return Section(message("data.title"), blocks)


def _target(subject: Subject) -> Any:
    name = getattr(subject.model, "target_name_", None)
    target = message("data.target_named", name=name) if name else message("data.target_unnamed")
    if not subject.classes:
        return message("data.target_number", target=target)
    classes = ", ".join(subject.classes[:MOST_CLASSES])
    return message("data.target_classes", target=target, count=len(subject.classes), classes=classes)


def _decisions(subject: Subject) -> list[Block]:
    """Say how answers become numbers or decisions, where that is not as usual."""
    target: Any = getattr(subject.model, "target_", None)
    if getattr(target, "log", False):
        return [paragraph("data.target_log", factor=f"{target.factor:.4g}")]
    if getattr(target, "costs", None) is not None:
        return [paragraph("data.target_costs")]
    if getattr(target, "threshold", 0.5) != 0.5:
        second, threshold = subject.classes[-1], f"{target.threshold:.3g}"
        return [paragraph("data.target_threshold", second=second, threshold=threshold)]
    return []


def _pictures(shape: Any) -> list[Block]:
    return [paragraph("data.pictures", height=shape.height, width=shape.width, channels=shape.channels, n_x=shape.n_x)]


def _columns(preparation: Any) -> list[Block]:
    head = heads("head", "column", "kind", "preparation", "features")
    rows: list[list[Cell]] = []
    for column in preparation.columns[:MOST_COLUMNS]:
        kind, prepared = _prepared(column)
        rows.append([short_name(column.name), message(f"data.{kind}"), prepared, str(len(column.features))])
    if (more_columns := len(preparation.columns) - MOST_COLUMNS) > 0:
        rows.append([message("table.more", count=more_columns), "", "", ""])
    used = {column.name for column in preparation.columns}
    unused = [name for name in preparation.source if name not in used]
    blocks: list[Block] = [Table(message("data.columns"), head, rows)]
    if unused:
        blocks.append(paragraph("data.unused", columns=", ".join(map(short_name, unused))))
    return blocks


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


def _trial(subject: Subject, trial: Trial) -> list[Block]:
    which = "data.training" if trial is subject.training else "data.given"
    digest = message("data.digest", digest=trial.digest) if trial.digest else ""
    blocks: list[Block] = [paragraph(which, name=trial.name, rows=len(trial.y), digest=digest)]
    if trial is subject.trial and (trial.learned or len(trial.y) < trial.given):
        blocks.append(paragraph("data.learned" if trial.learned else "data.test_rows", given=trial.given))
    if subject.classes and trial.y.ndim == 1:
        labels, counts = np.unique(trial.y, return_counts=True)
        head = heads("head", "class", "count", "share")
        rows = [
            [short_name(label), str(count), f"{count / len(trial.y):.1%}"]
            for label, count in zip(labels, counts, strict=True)
        ]
        blocks.append(Table(message("data.classes_counted", name=trial.name), head, rows[:MOST_CLASSES]))
    elif trial.y.dtype.kind in "fiu":
        smallest, largest, mean = (f"{value:.6g}" for value in (trial.y.min(), trial.y.max(), trial.y.mean()))
        blocks.append(paragraph("data.target_range", smallest=smallest, largest=largest, mean=mean))
    return blocks
