"""The parts that a report does not have, each with the reason."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from glassnet.report.blocks import Block, Message, Table, heads, message
from glassnet.report.results import MOST_CLASSES, curve_of
from glassnet.report.subject import Subject


def absent(subject: Subject) -> list[Block]:
    """Return a table of the parts that could not be made, and why; nothing where all are there."""
    rows = [[message(f"absent.{part}"), why] for part, why in _absent(subject)]
    return [Table(message("absent.caption"), heads("head", "part", "why"), rows)] if rows else []


def _absent(subject: Subject) -> Iterator[tuple[str, Message]]:
    model: Any = subject.model
    preparation, trial = getattr(model, "preparation_", None), subject.trial
    if preparation is None and not subject.features:
        yield "columns", message("absent.bare")
    if not len(curve_of(subject.record, "epoch_cost")):
        yield "training_curve", message("absent.no_record")
    elif not len(curve_of(subject.record, "validation_cost")):
        yield "validation_curve", message("absent.no_validation")
    if trial is None:
        yield "scores", message("absent.no_data")
    if subject.training is None:
        yield "diagnosis", message("absent.no_training")
    if trial is None or preparation is None:
        return
    if preparation.pictures:
        yield "explanation", message("absent.pictures")
    if not subject.classes:
        return
    if model.target_.multilabel:
        yield "confusion", message("absent.several_labels")
        yield "curves", message("absent.several_labels")
        return
    if len(subject.classes) > MOST_CLASSES:
        yield "confusion", message("absent.many_classes", count=len(subject.classes), most=MOST_CLASSES)
    if len(subject.classes) == 2 and len(np.unique(trial.y)) == 1:
        yield "curves", message("absent.one_class", name=trial.name)
