"""A model file is scored on data whose targets are known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from glassnet.errors import DataError
from glassnet.estimators.input_names import select_training_columns
from glassnet.estimators.tabular.model import TableClassifier
from glassnet.scoring import Coverage, CrossValidation, Model, Scores, coverage, cross_validated, score
from glassnet.tables import Dataset, rows_at
from glassnet.tables.arrow import pa
from glassnet.tables.streaming import StreamedDataset
from glassnet.tables.target import read_target
from glassnet.tables.times import times_of
from glassnet.typing import AnyArray
from glassnet.workflows.models import labels_of, load_tabular, test_part, with_targets, with_targets_of
from glassnet.workflows.novelties import new_in, unlike
from glassnet.workflows.parts import Part, part_of, rows_of_parts
from glassnet.workflows.sources import checksum
from glassnet.workflows.streaming import sampled, stream_of

MOST_SCORED = 1_000_000  # rows of a stream


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
    coverage : Coverage or None
        Of intervals or sets of classes, where they were asked for.
    """

    model: Model
    scores: Scores
    notes: list[str]
    coverage: Coverage | None = None


def evaluate_file(
    model: str | Path, data: str | Path, reading: dict[str, Any] | None = None, *, interval: float | None = None,
    memory: str | None = None,
) -> Evaluation:  # fmt: skip
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
    interval : float, optional
        Share of rows that intervals, or sets of classes, are to hold: in how many of these rows they do is measured.
    memory : str, optional
        What may be used of it, such as "1GB"; a third of what is free when not given. Rows of a larger file or folder
        are streamed, and scored on as many as give every score to three digits, drawn evenly from all.

    Returns
    -------
    Evaluation
        Model, scores and notes.

    Raises
    ------
    GlassnetError
        If a file cannot be read, the data hold no target or do not match the model, or its training left too few rows
        out for `interval`.
    """
    estimator = load_tabular(model)
    known = None if estimator.source_ is None else estimator.source_.file
    strict = bool((reading or {}).get("strict"))
    if (rows := stream_of(data, estimator.target_name_, memory=memory, strict=strict, known=known)) is not None:
        part, notes = _drawn(estimator, rows, data)
    else:
        dataset = with_targets_of(estimator, data, reading)
        part, notes = unseen(estimator, dataset, data)
    notes += [note for note in part.notes if note.startswith(("labels such as", "target "))]
    X = select_training_columns(estimator, part.X)
    if isinstance(X, pa.Table) and estimator.preparation_.columns:
        lines = None if part.lines is None else part.lines
        X, new = new_in(estimator.preparation_, X, lines)
        notes += map(str, new)
    measured = None if interval is None else coverage(estimator, X, part.y, interval)
    scores = score(estimator, X, part.y, novelty=True)
    return Evaluation(estimator, scores, [*notes, *unlike(scores.unlike, scores.rows)], measured)


def _drawn(model: Model, rows: StreamedDataset, path: str | Path) -> tuple[Dataset, list[str]]:
    """Return streamed rows to score on; of those that the model was trained on, some of what was kept for the test."""
    source, notes, name = model.source_, [], model.target_name_
    which: dict[str, Any] = {}
    if source is not None and source.file == rows.fingerprint:
        if source.test:
            rows = rows.chosen(replace(rows.columns, group=source.group))  # by which they were kept
            which = {"part": "test", "shares": {"test": source.test}, "seed": source.seed or 0}
            notes = [f"{path}: the model was trained on this data; scored on rows that were kept for the test"]
        else:
            notes = [f"{path}: the model was trained on these rows: scores of new ones may be lower"]

    def labelled() -> Iterator[tuple[pa.Table, AnyArray]]:
        for table in rows.batches(**which):
            if name is None or name not in table.column_names:
                raise DataError(f"{path}: holds no target to compare with")
            found = read_target(table, name)
            y = labels_of(model, found.y)
            if which and isinstance(model, TableClassifier):  # as after the training
                some = np.flatnonzero(np.isin(y, model.classes_))
                yield found.table.take(some), y[some]
            else:
                yield found.table, y

    sample = sampled(labelled(), MOST_SCORED)
    if sample is None:
        raise DataError(f"{path}: holds no rows to score on")
    return Dataset(sample.X, sample.y, name), [*rows.notes, *notes, *sample.notes(str(path))]


def cross_validate_file(
    model: str | Path, data: str | Path, folds: int = 5, reading: dict[str, Any] | None = None
) -> CrossValidation:
    """Cross-validate the settings of a model file on a table or pictures whose targets are known.

    Weights, groups and times are taken from the columns that the model was trained with.

    Parameters
    ----------
    model : path
        Model file, of which only the settings count.
    data : path
        A table, arrays or a folder of pictures, as `glassnet.read` takes them.
    folds : int
        How many times the settings are trained: each on all folds but one.
    reading : dict, optional
        Further arguments of `glassnet.read`; what is not given is as the training's file was read.

    Returns
    -------
    CrossValidation
        Scores on the rows that each fold left out, their mean and deviation.

    Raises
    ------
    GlassnetError
        If a file cannot be read, the data hold no target, or rows are too few.
    """
    estimator, dataset = with_targets(model, data, reading)
    whole = as_in_training(estimator, dataset)
    times = _times(estimator, dataset)
    of_rows = {"sample_weight": whole.weights, "groups": whole.groups, "times": times}
    return cross_validated(estimator, whole.X, whole.y, folds, **of_rows)


def as_in_training(model: Model, dataset: Dataset) -> Part:
    """Return all rows of a file as a training takes them: with the columns, weights and groups of the model's own."""
    assert dataset.y is not None
    weight = model.sample_weight_name_
    group = None if model.source_ is None else model.source_.group
    if isinstance(dataset.X, pa.Table):
        asked = [name for name in (weight, group) if name in dataset.X.column_names]
        dataset = replace(dataset, aside=dataset.X.select(asked))
        weight, group = (name if name in asked else None for name in (weight, group))
    part = part_of(dataset, weight, group)
    X = part.X
    if isinstance(X, pa.Table) and model.preparation_.source:
        return replace(part, X=X.select([name for name in model.preparation_.source if name in X.column_names]))
    return part


def _times(model: Model, dataset: Dataset) -> AnyArray | None:
    """Return when each row was; None where the model knows no column of times."""
    if model.time is None:
        return None
    assert isinstance(dataset.X, pa.Table)
    column = next((each for each in model.preparation_.columns if each.name == model.time), None)
    cells = dataset.X[model.time] if column is None else column.parsed(dataset.X[model.time]).cells
    return times_of(pa.table({model.time: cells}), model.time)


def unseen(model: Model, dataset: Dataset, path: str | Path) -> tuple[Dataset, list[str]]:
    """Return the rows to score on, and which they are where the model was trained on this very file."""
    source = model.source_
    if source is None or source.file is None or checksum(path) != source.file or source.rows != len(dataset):
        return test_part(dataset), []
    if source.test is None and (part := test_part(dataset)) is not dataset:
        return part, []
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
    source, times = model.source_, _times(model, dataset)
    assert source is not None
    assert source.test is not None
    if source.group is not None:
        assert isinstance(dataset.X, pa.Table)
        dataset = replace(dataset, aside=dataset.X.select([source.group]))
    whole = part_of(dataset, None, source.group)
    is_classifier = isinstance(model, TableClassifier)
    return rows_of_parts(whole, times, source.test, stratify=is_classifier, seed=source.seed)[1]
