"""A model file is scored on data whose targets are known."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from glassnet.estimators.input_names import select_training_columns
from glassnet.estimators.tabular.model import TableClassifier
from glassnet.scoring import Model, Scores, score
from glassnet.tables import Dataset, rows_at
from glassnet.tables.arrow import pa
from glassnet.tables.times import times_of
from glassnet.typing import AnyArray
from glassnet.workflows.models import test_part, with_targets
from glassnet.workflows.novelties import new_in
from glassnet.workflows.parts import part_of, rows_of_parts
from glassnet.workflows.sources import checksum


class Evaluation(NamedTuple):
    """How a model file does on data.

    Parameters
    ----------
    model : TableClassifier or TableRegressor
        What the file holds.
    scores : Scores
        Of these rows.
    notes : list of str
        Which rows they are, where that needs saying, and what is new in them.
    """

    model: Model
    scores: Scores
    notes: list[str]


def evaluate_file(model: str | Path, data: str | Path, reading: dict[str, Any] | None = None) -> Evaluation:
    """Score a model file on a table or pictures whose targets are known.

    Of a source with a test part, that is scored; of the very file that the model was trained on, the rows that were
    kept for the test.

    Parameters
    ----------
    model : path
        Model file.
    data : path
        A table, arrays or a folder of pictures, as `glassnet.read` takes them.
    reading : dict, optional
        Further arguments of `glassnet.read`; what is not given is as the training's file was read.

    Returns
    -------
    Evaluation
        Model, scores and notes.

    Raises
    ------
    GlassnetError
        If a file cannot be read, or the data hold no target or do not match the model.
    """
    estimator, dataset = with_targets(model, data, reading)
    part, notes = _unseen(estimator, dataset, data)
    X = select_training_columns(estimator, part.X)
    if isinstance(X, pa.Table) and estimator.preparation_.columns:
        lines = None if part.lines is None else part.lines
        X, new = new_in(estimator.preparation_, X, lines)
        notes += map(str, new)
    return Evaluation(estimator, score(estimator, X, part.y), notes)


def _unseen(model: Model, dataset: Dataset, path: str | Path) -> tuple[Dataset, list[str]]:
    """Return the rows to score on, and which they are where the model was trained on this very file."""
    source = model.source_
    if source is None or source.file is None or checksum(path) != source.file or source.rows != len(dataset):
        return test_part(dataset), []
    if source.test is None:
        return test_part(dataset), []
    if not source.test:
        return dataset, [f"{path}: the model was trained on these rows: scores of new ones may be lower"]
    indices = test_rows(model, dataset)
    share = f"the {len(indices)} of {len(dataset)} rows that were kept for the test"
    lines = None if dataset.lines is None else dataset.lines[indices]
    assert dataset.y is not None
    part = replace(dataset, X=rows_at(dataset.X, indices), y=dataset.y[indices], lines=lines)
    return part, [f"{path}: the model was trained on this file; scored on {share}"]


def test_rows(model: Model, dataset: Dataset) -> AnyArray:
    """Return which rows of the file that a model was trained on were kept for its test."""
    source, times = model.source_, None
    assert source is not None
    assert source.test is not None
    if source.group is not None:
        assert isinstance(dataset.X, pa.Table)
        dataset = replace(dataset, aside=dataset.X.select([source.group]))
    whole = part_of(dataset, None, source.group)
    if model.time is not None:
        assert isinstance(dataset.X, pa.Table)
        column = next((each for each in model.preparation_.columns if each.name == model.time), None)
        cells = dataset.X[model.time] if column is None else column.parsed(dataset.X[model.time]).cells
        times = times_of(pa.table({model.time: cells}), model.time)
    is_classifier = isinstance(model, TableClassifier)
    return rows_of_parts(whole, times, source.test, stratify=is_classifier, seed=source.seed)[1]
