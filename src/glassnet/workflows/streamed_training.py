"""Rows that do not fit into memory are trained on: what `glassnet train` does with them."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from glassnet.errors import DataError, DataWarning, FileError, InterruptedWarning, SettingError, UnknownNameError
from glassnet.estimators.input_names import select_training_columns
from glassnet.estimators.tabular.model import TableClassifier, TableRegressor
from glassnet.estimators.tabular.settings import refuse_those_of_classes
from glassnet.estimators.tabular.source import Source
from glassnet.estimators.tabular.streamed import SEED, scan_of
from glassnet.estimators.tabular.time_plan import ends_at
from glassnet.scoring import Model, Scores, score
from glassnet.tables import Dataset
from glassnet.tables.choices import ColumnChoices
from glassnet.tables.recognition import with_decisions
from glassnet.tables.streaming import Scan, StreamedDataset
from glassnet.tables.target import read_target
from glassnet.training.checkpoint import Checkpoint
from glassnet.training.history import Progress
from glassnet.training.reduction import Reduce
from glassnet.typing import AnyArray
from glassnet.workflows.known import Known
from glassnet.workflows.outcome import Training, once, saved
from glassnet.workflows.parts import TEST_SHARE
from glassnet.workflows.resuming import refuse_another_checkpoint, seed_of_training, without_diverged
from glassnet.workflows.streaming import Sample, Sampling
from glassnet.workflows.targets import task_of

MOST_SCORED = {"training": 200_000, "test": 500_000}  # rows; the standard error of a share is then below .0012


@dataclass(frozen=True, eq=False)
class SampledDataset(Dataset):
    """Some of many rows, for what is said of them.

    Parameters
    ----------
    rows : int
        How many there are.
    counts : mapping or None
        How many of them each class has.
    """

    rows: int = 0
    counts: dict[Any, int] | None = None


def train_streamed(
    data: StreamedDataset, known: Known, choices: ColumnChoices, path: str | Path, *,
    task: str | None, test: float | None, out: str | Path | None, earlier: Model | None, start: str | Path | None,
    resume: str | Path | None, keeper: Checkpoint | None, callbacks: Iterable[Callable[[Progress], Any]],
    announce: Callable[[Dataset, dict[str, int]], Any], end: float | None, settings: dict[str, Any],
    waiting: Callable[[str, int], None] | None = None, reduce: Reduce | None = None,
) -> Training:  # fmt: skip
    """Train on streamed rows, score on those of the test and some of the training, save.

    Parameters
    ----------
    data : StreamedDataset
        All rows, with a target.
    known : Known
        Weights, groups and identifiers.
    choices : ColumnChoices
        What is said of columns.
    path : path
        Where the rows are, for messages.
    task, test, out, resume, callbacks, announce
        As `train_file` takes them.
    earlier, start : model and path, optional
        The model to resume, and its file.
    keeper : Checkpoint, optional
        That of the model to be written.
    end : float, optional
        The moment by which all must be done, by `time.perf_counter`.
    settings : dict
        Of the model.
    waiting : callable, optional
        Gets what is done with rows before the training, and with how many of them.
    reduce : callable, optional
        Where several processes call this together; `out` and `keeper` are for the first one alone.

    Returns
    -------
    Training
        As `train_file` returns it.
    """
    data = data.chosen(choices)
    task = task_of(task or _task_of(earlier), _first_targets(data))
    if earlier is not None and task != _task_of(earlier):
        raise SettingError(f"task: the model to resume, {start}, predicts {_task_of(earlier)}; asked for {task}")
    if task == "numbers":
        refuse_those_of_classes(settings)
    settings["random_state"] = seed_of_training(earlier, settings, reduce)
    kind = TableClassifier if task == "classes" else TableRegressor
    model: Model = kind(**settings)
    if earlier is not None:
        if resume is None and earlier.was_interrupted:
            refuse_another_checkpoint(earlier, model, start)
        model = earlier.set_params(warm_start=True, **settings)
    share = TEST_SHARE if test is None else test
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataWarning)  # what could not be read is among the notes
        scan = scan_of(model, data, share, waiting)
        rows = dict(scan.rows)
        parts = {"training": rows["training"] + rows.get("validation", 0), "test": rows.get("test", 0)}
        model.target_name_, model.sample_weight_name_ = data.target, scan.layout.weight
        aside = scan.data.columns.resolved(scan.sample.column_names)
        model.source_ = Source({}, tuple(aside.id), aside.group, share, SEED, data.fingerprint, sum(rows.values()))
        announced = once(announce, _described(scan, sum(parts.values())), parts)
        with without_diverged(out), ends_at(end, 0):
            warnings.simplefilter("ignore", InterruptedWarning)  # `Training.interrupted` says it
            model.fit(scan, callbacks=[announced, *callbacks], checkpoint=keeper, reduce=reduce)
        if out is not None:
            saved(model, out)
        labels = model.classes_ if isinstance(model, TableClassifier) else None
        samples, unknown = ({}, 0) if model.was_interrupted else _samples(scan, labels)
        scores: dict[str, Scores] = {part: _score(model, each) for part, each in samples.items()}
    notes = [note for part, each in samples.items() for note in each.notes(f"{part} rows")]
    if unknown:
        notes.append(f"{unknown:,} of the rows held out are left out: no training row has their class")
    notes = [f"trained in parts, within {data.memory / 1e9:.3g} GB of memory", *model.notes_, *notes]
    return Training(model, str(path), data.target, parts, scores, notes, model.was_interrupted)


def _task_of(model: Model | None) -> str | None:
    return None if model is None else "classes" if isinstance(model, TableClassifier) else "numbers"


def _first_targets(data: StreamedDataset) -> Any:
    """Return the targets of the first rows, which say whether they are classes or numbers."""
    rows = data.first_rows
    if data.target is None or data.target not in rows.column_names:
        raise UnknownNameError.among("column", data.target, rows.column_names)
    return read_target(rows, data.target, missing=data.columns.marks()).y


def _described(scan: Scan, rows: int) -> SampledDataset:
    """Return what is said of the rows before the training."""
    reader, found, known = scan.layout.target, scan.target, scan.data.columns.resolved(scan.sample.column_names)
    read = reader.read(scan.sample)
    aside = [name for name in known.aside() if name in read.table.column_names]
    counts = None
    if found.classes is not None:
        counts = dict(zip(found.classes.tolist(), np.asarray(found.counts).tolist(), strict=True))
    X = with_decisions(read.table.drop_columns(aside), scan.layout.decisions)
    return SampledDataset(
        X, reader.typed(read.y), scan.data.target, notes=scan.notes, rows=rows,
        counts=counts,
    )  # fmt: skip


def _score(model: Model, sample: Sample) -> Scores:
    return score(model, select_training_columns(model, sample.X), sample.y)


def _samples(scan: Scan, labels: AnyArray | None) -> tuple[dict[str, Sample], int]:
    """Return rows to score on, drawn evenly: of the training, and of the test where rows were kept for it.

    And how many rows held out have none of the training's labels, and are in no sample.
    """
    unknown = 0
    names = ["training", *scan.layout.shares]
    drawn = {name: Sampling(most) for name, most in MOST_SCORED.items() if name in names}
    for part in scan.parts:
        try:
            for all_rows in scan.layout.rows(part):
                rows = all_rows.held_out_of(labels)
                unknown += len(all_rows.y) - len(rows.y)
                y = scan.layout.target.typed(rows.y)
                for name, sampling in drawn.items():
                    some = np.flatnonzero(rows.of == names.index(name))
                    if len(some):
                        sampling.add(rows.X.take(some), y[some])
        except (FileError, DataError):
            if scan.data.strict:
                raise
    found = {name: sampling.sample() for name, sampling in drawn.items()}
    return {name: each for name, each in found.items() if each is not None}, unknown
