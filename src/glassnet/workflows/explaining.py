"""A model file is asked why it answers what it answers, on data of a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from glassnet.errors import DataError
from glassnet.estimators.input_names import select_training_columns
from glassnet.explain import (
    Contributions,
    Dependence,
    Importance,
    Interactions,
    contributions,
    dependence,
    importance,
    interactions,
)
from glassnet.scoring import Model
from glassnet.tables import rows_at
from glassnet.tables.choices import listed_columns
from glassnet.workflows.evaluation import as_in_training, unseen
from glassnet.workflows.models import load_tabular, read_for, with_targets

MOST_IMPORTANT, SHOWN = 5, 3  # columns whose interactions are looked at, and whose effects a report shows


@dataclass(frozen=True)
class Explanation:
    """Why a model answers what it answers; what was not asked for is None or empty.

    Parameters
    ----------
    importance : Importance or None
        How much each column matters.
    interactions : Interactions or None
        Which of the most important columns act together.
    dependences : list of Dependence
        How the answer changes with columns.
    contributions : Contributions or None
        What each column contributes to the answer for `row`.
    row : int or None
        Number of a row, counted from 1.
    learned : bool
        Whether the importance is that on rows that the model learned from.
    notes : list of str
        Which rows these are, where that needs saying.
    """

    importance: Importance | None = None
    interactions: Interactions | None = None
    dependences: list[Dependence] = field(default_factory=list)
    contributions: Contributions | None = None
    row: int | None = None
    learned: bool = False
    notes: list[str] = field(default_factory=list)

    def to_document(self) -> dict[str, Any]:
        """Return what was asked for as plain data, the curves of single rows left out."""
        found = {name: value for name, value in asdict(self).items() if value not in (None, [])}
        for each in found.get("dependences", ()):
            each |= {"rows": len(each.pop("curves")), "mean": each["mean"].tolist()}
        return found


def explain_file(
    model: str | Path, data: str | Path, *, row: int | None = None, columns: Sequence[str] = (),
    together: Sequence[str] = (), output: str | None = None, metric: str | None = None,
    everything: bool = False, reading: dict[str, Any] | None = None,
) -> Explanation:  # fmt: skip
    """Explain the answers of a model file on a table.

    Parameters
    ----------
    model : path
        Model file.
    data : path
        A table, as `glassnet.read` takes it.
    row : int, optional
        Row to explain, counted from 1. Without row and columns, importance and interactions are looked at.
    columns : sequence of str
        Columns to show the effect of: one, or two for the effect of both; with commas between them, or one by one.
    together : sequence of str
        Groups of columns that are shuffled together, each with commas between its names.
    output : str, optional
        The class whose probability is explained, or the number of one of several targets.
    metric : str, optional
        What the importance of columns is measured by.
    everything : bool
        Whether to look at everything, for a report: without a row at the first, without columns at the most important.
    reading : dict, optional
        Further arguments of `glassnet.read`; what is not given is as the training's file was read.

    Returns
    -------
    Explanation
        Plain results.

    Raises
    ------
    GlassnetError
        If a file cannot be read, there is no such row, column or output, or the data do not match the model.
    """
    estimator, found = load_tabular(model), Explanation()
    if estimator.preparation_.pictures:
        raise DataError(f"{model}: was trained on pictures; what is explained are columns of a table")
    known = [column.name for column in estimator.preparation_.columns]
    asked = [name for text in columns for name in listed_columns(text, known)]
    values: dict[str, Any] = {}
    if everything or (row is None and not asked):
        values = _of_columns(model, data, [listed_columns(group, known) for group in together], metric, reading)
        found = Explanation(**values)
    if row is None and not asked and not everything:
        return found
    X = _all_rows(estimator, data, row, reading)
    if everything and row is None and len(X) > 1:
        row = 1
    if row is not None:
        one = rows_at(X, np.array([row - 1]))
        values |= {"row": row, "contributions": contributions(estimator, one, X, output=output)[0]}
    effects: list[Any] = [asked] if asked else []
    if everything and not asked and found.importance is not None:
        effects = [each.columns[0] for each in found.importance.columns[:SHOWN]]
    values["dependences"] = [dependence(estimator, X, each, output=output) for each in effects]
    return Explanation(**values)


def _of_columns(
    model: str | Path, data: str | Path, together: list[list[str]], metric: str | None, reading: dict[str, Any] | None
) -> dict[str, Any]:
    """Return importance and interactions, on rows that the model did not learn from where there are some."""
    estimator, dataset = with_targets(model, data, reading)
    part, notes = unseen(estimator, dataset, data)
    X = select_training_columns(estimator, part.X)
    asked: dict[str, Any] = {"together": together, "metric": metric}
    if notes and part is dataset:  # the model learned from all of them
        whole = as_in_training(estimator, dataset)
        asked |= {"sample_weight": whole.weights, "groups": whole.groups}
        matter = importance(estimator, whole.X, whole.y, **asked)
    else:
        matter = importance(estimator, X, part.y, **asked)
    if matter.left_out:
        notes = [f"{data}: the model was trained on these rows: each is answered by networks that left it out"]
    learned = bool(notes) and part is dataset and not matter.left_out
    values: dict[str, Any] = {"importance": matter, "learned": learned, "notes": notes}
    names = [name for each in matter.columns for name in each.columns][:MOST_IMPORTANT]
    if len(names) > 1:
        values["interactions"] = interactions(estimator, X, names)
    return values


def _all_rows(model: Model, data: str | Path, row: int | None, reading: dict[str, Any] | None) -> Any:
    """Return the rows of data, with or without a target, once it is clear that there is such a row."""
    dataset = read_for(model, data, reading, require_target=False)
    if row is not None and not 1 <= row <= len(dataset):
        raise DataError(f"{data}: expected a row from 1 to {len(dataset)}; got {row}")
    if row is not None and len(dataset) == 1:
        raise DataError(f"{data}: holds one row; it is compared with others, so add rows like those of the training")
    return select_training_columns(model, dataset.X)
