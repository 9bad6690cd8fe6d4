"""What a model of two numeric columns answers over their plane, with the samples on it."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np

from glassnet.report.blocks import Block, Drawing, Heading, message
from glassnet.report.subject import Subject, Trial, in_colours, short_name
from glassnet.tables.arrow import pa
from glassnet.tables.columns.number import numbers
from glassnet.typing import AnyArray


def boundary(subject: Subject, trial: Trial) -> list[Block]:
    """Return the picture, or nothing where the features are not two columns of numbers."""
    model: Any = subject.model
    if not hasattr(model, "preparation_"):
        return _of_network(subject, trial)
    columns = model.preparation_.columns
    if [column.kind for column in columns] != ["number", "number"] or trial.y.ndim > 1:
        return []
    if getattr(model.target_, "multilabel", False):
        return []
    names = tuple(short_name(column.name) for column in columns)
    X, y = _points(model, trial)
    if not len(X):
        return []
    key = "boundary.classes" if subject.classes else "boundary.numbers"
    data = {"model": _of_arrays(model), "X": X, "y": y, "names": names, "mistakes": bool(subject.classes)}
    given = {"first": names[0], "second": names[1], "rows": len(X), "name": trial.name}
    caption = message(key, **given)
    if subject.training is not None and subject.classes:
        data["learned"] = _points(model, subject.training)
        caption = message("boundary.both", **given, training=subject.training.name)
    return [Heading(message("boundary.title")), Drawing("decision_boundary", data, caption, of_user_data=True)]


def _of_network(subject: Subject, trial: Trial) -> list[Block]:
    """Return the picture of a network that takes its two features as they are."""
    if len(subject.features) != 2:
        return []
    names = (short_name(subject.features[0]), short_name(subject.features[1]))
    model: Any = subject.model

    order = in_colours(len(subject.classes))

    def probabilities(X: AnyArray) -> AnyArray:
        return np.asarray(model.target_.probabilities(subject.network.forward(np.asarray(X, float).T).T))[:, order]

    def predict(X: AnyArray) -> AnyArray:
        return np.asarray(model.target_.decode(subject.network.forward(np.asarray(X, float).T).T))

    answers: Any = SimpleNamespace(predict=predict)
    if subject.classes:
        answers = SimpleNamespace(predict=predict, predict_proba=probabilities, classes_=model.classes_[order])
    data = {"model": answers, "X": trial.columns.T, "y": trial.y, "names": names, "mistakes": bool(subject.classes)}
    given = {"first": names[0], "second": names[1], "rows": len(trial.y), "name": trial.name}
    caption = message("boundary.classes" if subject.classes else "boundary.numbers", **given)
    if subject.training is not None and subject.classes:
        data["learned"] = (subject.training.columns.T, subject.training.y)
        caption = message("boundary.both", **given, training=subject.training.name)
    return [Heading(message("boundary.title")), Drawing("decision_boundary", data, caption, of_user_data=True)]


def _of_arrays(model: Any) -> SimpleNamespace:
    """Return the model as one that takes arrays of its two columns."""

    def of_columns(answer: Callable[[Any], AnyArray]) -> Callable[[AnyArray], AnyArray]:
        return lambda X: answer(
            pa.table(dict(zip((each.name for each in model.preparation_.columns), X.T, strict=True)))
        )

    if not hasattr(model, "classes_"):
        return SimpleNamespace(predict=of_columns(model.predict))
    answers = {name: of_columns(getattr(model, name)) for name in ("predict", "predict_proba")}
    return SimpleNamespace(classes_=model.classes_, **answers)


def _points(model: Any, trial: Trial) -> tuple[AnyArray, AnyArray]:
    """Return the samples (m, 2) without those of which a cell is missing, and their targets."""
    missing = model.preparation_.missing
    cells = [(each.parsed(trial.rows[each.name], missing).cells, each.name) for each in model.preparation_.columns]
    X = np.stack([numbers(column, name) for column, name in cells], axis=1)
    there = ~np.isnan(X).any(axis=1)
    return X[there], trial.y[there]
