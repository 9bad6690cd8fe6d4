"""The data: what the samples are, how they are prepared, and on which the model was tried."""

from __future__ import annotations

from typing import Any

import numpy as np

from glassnet.report.absent import absent
from glassnet.report.blocks import Block, Cell, Paragraph, Section, Table, heads, message, paragraph
from glassnet.report.columns import columns
from glassnet.report.subject import Subject, Trial, short_name

MOST_CLASSES = 20


def data(subject: Subject) -> Section:
    """Return what the samples are, how they are prepared, and what the trial's are."""
    blocks: list[Block] = []
    if samples := subject.record.get("samples"):
        blocks.append(paragraph("data.trained_on", samples=samples))
    preparation = getattr(subject.model, "preparation_", None)
    if preparation is None and not subject.classes and not subject.features:
        blocks.append(paragraph("data.bare", n_x=subject.network.architecture.n_x))
    else:
        blocks += [Paragraph(_target(subject)), *_decisions(subject)]
    if preparation is not None:
        counted = subject.training or subject.trial
        blocks += _pictures(preparation.pictures) if preparation.pictures else columns(preparation, counted)
    for trial in subject.trials:
        blocks += _trial(subject, trial)
    return Section(message("data.title"), [*blocks, *absent(subject)])


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


def _trial(subject: Subject, trial: Trial) -> list[Block]:
    blocks: list[Block] = [*_role(subject, trial)]
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


def _role(subject: Subject, trial: Trial) -> list[Block]:
    """Say which samples these are, and whether the network learned from them."""
    digest = message("data.digest", digest=trial.digest) if trial.digest else ""
    of_trial = {"name": trial.name, "rows": len(trial.y), "given": trial.given, "digest": digest}
    if trial is subject.training:
        return [paragraph("data.training", **of_trial)]
    blocks: list[Block] = [paragraph(f"data.{trial.role}", **of_trial, how=_how(subject))]
    if trial.role == "another":
        if subject.training is None:
            blocks.append(paragraph("data.not_compared"))
        elif subject.repeated is not None:
            key = "data.repeated" if subject.repeated else "data.none_repeated"
            blocks.append(paragraph(key, count=subject.repeated, training=subject.training.name))
    return blocks


def _how(subject: Subject) -> Cell:
    """Return how the samples for the test were chosen."""
    source = subject.model.source_
    if source is None or source.test is None:
        return message("data.own_test_part")
    share = f"{source.test:.3g}"
    if subject.model.time is not None:
        return message("data.latest", share=share)
    key = "data.drawn" if source.group is None else "data.drawn_groups"
    return message(key, share=share, seed=source.seed)
