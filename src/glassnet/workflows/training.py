"""A file is trained on: what `glassnet train` does."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from glassnet.errors import DataError, InterruptedWarning, SettingError
from glassnet.estimators.input_names import select_training_columns
from glassnet.estimators.tabular.model import TableClassifier, TableRegressor
from glassnet.estimators.tabular.settings import refuse_those_of_classes
from glassnet.estimators.tabular.time_plan import ends_at
from glassnet.estimators.targets import LabelEncoder
from glassnet.plain_text import listed
from glassnet.renamed import with_new_names
from glassnet.scoring import Model, score
from glassnet.tables import Dataset, Pictures, fit_preparation, read, repeated_rows, rows_at
from glassnet.tables.arrow import release_memory
from glassnet.tables.choices import ColumnChoices
from glassnet.tables.recognition import decision_of
from glassnet.training.history import Progress
from glassnet.training.reduction import Reduce
from glassnet.typing import AnyArray
from glassnet.workflows.known import Known
from glassnet.workflows.looking import quoted
from glassnet.workflows.models import load_tabular
from glassnet.workflows.outcome import Training, keeper_of, once, saved
from glassnet.workflows.parts import with_test_file, with_test_part
from glassnet.workflows.resuming import checkpoint_to_resume, notes_of_resuming, seed_of_training, without_diverged
from glassnet.workflows.sources import source_of
from glassnet.workflows.streamed_training import train_streamed
from glassnet.workflows.streaming import memory_of_each, stream_of
from glassnet.workflows.targets import likely_target, task_of

KEPT_BACK = 0.97  # of a time limit: the rest is for writing and for what cannot be planned


def train_file(
    data: str | Path, target: str | None = None, *,
    task: str | None = None, sample_weight: str | None = None, group: str | None = None,
    ids: str | Sequence[str] = (), test: float | None = None, test_file: str | Path | None = None,
    out: str | Path | None = None, resume: str | Path | None = None, reading: dict[str, Any] | None = None,
    memory: str | None = None, cache: str | Path | None = None, waiting: Callable[[str, int], None] | None = None,
    callbacks: Iterable[Callable[[Progress], Any]] = (),
    announce: Callable[[Dataset, dict[str, int]], Any] = lambda dataset, parts: None, every: float = 60.0,
    began: float | None = None, reduce: Reduce | None = None, **settings: Any,
) -> Training:  # fmt: skip
    """Read a table or pictures, train on one part, score on another, save.

    Parameters
    ----------
    data : path
        A table, arrays or a folder of pictures, as `glassnet.read` takes them.
    target : str, optional
        Column to predict; files of pictures and arrays name it themselves.
    task : {"classes", "numbers"}, optional
        What the target is; None decides: text, truth values and up to 20 distinct whole numbers are classes.
    sample_weight : str, optional
        Column with the weight of each row in the cost, which is no feature; scores count every row once.
    group : str, optional
        Column of what each row belongs to, which is no feature: rows of one group are in one part.
    ids : str or sequence of str
        Columns that say which row it is: no features; `predict_file` writes them beside predictions.
    test : float, optional
        Share of the rows kept for the final score; None is .2, or the source's own test part where it has one. With the
        setting `time` they are the latest.
    test_file : path, optional
        File of the rows of the final score, instead.
    out : path, optional
        Model file to write.
    resume : path, optional
        Model file whose training is resumed; if a checkpoint of it exists, that of the checkpoint.
    reading : dict, optional
        Further arguments of `glassnet.read`.
    memory : str, optional
        What may be used of it, such as "1GB"; a third of what is free when not given. A table of parts, or a file, that
        is larger is streamed. Each of several processes may use as much; a third is divided among those of a machine.
    cache : path, optional
        Folder for the prepared rows of a stream, which stay there.
    waiting : callable, optional
        Gets what is done with streamed rows before the training, and with how many of them.
    callbacks : iterable of callable
        Each gets the `Progress` of the training.
    announce : callable
        Gets the data set and the number of rows in each part, before the first step.
    every : float
        Seconds of training that may be lost when the process is killed: so often the file `out`.checkpoint is written,
        and removed at the end. The same call resumes a training whose checkpoint exists.
    began : float, optional
        When the time of `time_limit` begins, by `time.perf_counter`; now if it is not given.
    reduce : callable, optional
        Where several processes call this together: what adds up an array over all of them, as `Network.fit` takes it.
        The first one alone writes files.
    **settings
        Arguments of `TabularClassifier` or `TabularRegressor`.

    Returns
    -------
    Training
        The fitted model, the scores and the notes.

    Raises
    ------
    GlassnetError
        Before anything is trained or written, if the data, a setting or the output file cannot be used, or if `out` has
        the checkpoint of another training.
    """
    began = time.perf_counter() if began is None else began
    own_out = out if reduce is None or reduce.rank == 0 else None  # what this process writes
    keeper = keeper_of(own_out, data, every)
    settings = with_new_names(settings, "start_from")
    resume = settings.pop("resume", resume)
    start = checkpoint_to_resume(resume, out) or resume
    earlier = None if start is None else load_tabular(start)
    known = Known(target, sample_weight, group, ids, reading or {}).with_those_of(earlier)
    choices = known.choices(settings, earlier)
    rows = stream_of(
        data, known.target, memory=memory_of_each(memory, reduce), cache=cache, strict=bool(known.reading.get("strict"))
    )
    if rows is not None:
        _refuse_where_streamed(test_file, known)
        return train_streamed(
            rows, known, choices, data, task=task, test=test, out=own_out, earlier=earlier, start=start, resume=resume,
            keeper=keeper, callbacks=callbacks, announce=announce, settings=settings, waiting=waiting, reduce=reduce,
            end=None if (limit := settings.get("time_limit")) is None else began + limit * KEPT_BACK,
        )  # fmt: skip
    dataset = _read(data, known, choices)
    task = _task(task, dataset.y, earlier, start)
    if task == "numbers":
        refuse_those_of_classes(settings)
    settings["random_state"] = seed_of_training(earlier, settings, reduce)
    if test_file is not None:
        dataset = with_test_file(dataset, test, test_file, known.reading)
    resolved = choices.resolved(_columns(dataset)) if choices else choices
    train, kept, notes = with_test_part(dataset, test, task == "classes", settings["random_state"], resolved)
    notes = [*dataset.notes, *notes]
    if earlier is None:
        model = (TableClassifier if task == "classes" else TableRegressor)(**settings)
    else:
        model = earlier.set_params(warm_start=True, **settings)
        train = replace(train, X=select_training_columns(model, train.X))
        kept = kept and replace(kept, X=select_training_columns(model, kept.X))
        notes += notes_of_resuming(model, start, train, None if resume else settings)
    if kept is not None:
        notes += _notes_of_test_part(train.X, train.y, kept.X, kept.y, task)
    parts = {"training": len(train), "test": 0 if kept is None else len(kept)}
    announced = once(announce, dataset, parts)
    model.target_name_, model.sample_weight_name_ = dataset.target, resolved.weight
    if isinstance(model, TableClassifier):
        model.class_order_ = dataset.class_names
    model.source_ = source_of(dataset, data, resolved, test, settings["random_state"])
    target, validation = dataset.target, _validation(dataset, model, warm=earlier is not None)
    del dataset  # which takes as much memory as its parts together
    release_memory()
    end = None if model.time_limit is None else began + model.time_limit * KEPT_BACK
    with without_diverged(own_out), ends_at(end, sum(parts.values())), warnings.catch_warnings():
        warnings.simplefilter("ignore", InterruptedWarning)  # `Training.interrupted` says it
        model.fit(
            train.X, train.y, train.weights, groups=train.groups, callbacks=[announced, *callbacks],
            checkpoint=keeper, reduce=reduce, **validation,
        )  # fmt: skip
    if own_out is not None:
        saved(model, own_out)
    scores = {"training": score(model, train.X, train.y)}
    if kept is not None:
        scores["test"] = score(model, kept.X, kept.y)
    return Training(model, str(data), target, parts, scores, [*notes, *model.notes_], model.was_interrupted)


def _refuse_where_streamed(test_file: str | Path | None, known: Known) -> None:
    """Raise SettingError where something is asked for that rows cannot have which are streamed."""
    if known.target is None:
        raise SettingError("rows that do not fit into memory are streamed: name the column to predict with --target")
    if test_file is not None:
        raise SettingError("--test-file is for rows in memory; streamed ones are kept for the test by --test, a share")
    asked = [name for name in ("separator", "header", "encoding") if known.reading.get(name) is not None]
    if asked:
        raise SettingError(f"--{asked[0]} is for rows in memory; of streamed ones it is found from the first")


def _read(data: str | Path, known: Known, choices: ColumnChoices) -> Dataset:
    """Return what a file holds, with a target."""
    dataset = read(data, known.target, columns=choices, **known.reading)
    release_memory()
    if dataset.y is None:
        raise DataError(f"{data}: {_how_to_name_target(dataset)}")
    return dataset


def _columns(dataset: Dataset) -> list[str]:
    """Return the names of all columns but the target."""
    aside = [] if dataset.aside is None else dataset.aside.column_names
    return [*(getattr(dataset.X, "column_names", ())), *aside]


def _task(task: str | None, y: AnyArray, earlier: Model | None, start: str | Path | None) -> str:
    """Return "classes" or "numbers": as given, if that is possible, as the earlier model predicts, or as y looks."""
    if earlier is None:
        return task_of(task, y)
    found = "classes" if isinstance(earlier, TableClassifier) else "numbers"
    task = task_of(task or found, y)
    if task != found:
        raise SettingError(f"task: the model to resume, {start}, predicts {found}; asked for {task}")
    return task


def _validation(dataset: Dataset, model: Model, *, warm: bool) -> dict[str, Any]:
    """Return the source's own validation part as `fit` takes it."""
    part = dataset.validation
    if part is None or part.y is None:
        return {}
    return {"X_val": select_training_columns(model, part.X) if warm else part.X, "y_val": part.y}


def _notes_of_test_part(X: Any, y: AnyArray, X_test: Any, y_test: AnyArray, task: str) -> list[str]:
    """Return what is noticed in a test part; raise if it lacks a column or the shape of training, or has a new class.

    That is before the training, not after it.
    """
    if isinstance(X, Pictures) or isinstance(X_test, Pictures):
        fit_preparation(X).transform(rows_at(X_test, np.arange(1)))
    else:
        there = set(X_test.column_names)
        for each in X.schema:
            decision = decision_of(each)
            if each.name not in there and not (decision and decision.reason):
                raise DataError(f"column {each.name!r} of the training rows is missing from the test part")
    if task == "classes":
        LabelEncoder.of(y).encode(y_test)
    return repeated_rows(X, y, X_test, y_test)


def _how_to_name_target(dataset: Dataset) -> str:
    if isinstance(dataset.X, Pictures):
        return "the pictures are in no folders that name their classes (photos/cat/1.jpg, photos/other/2.jpg)"
    names = dataset.X.column_names
    likely = likely_target(names)
    proposal = "" if likely is None else f" (perhaps --target {quoted(likely)})"
    return f"name the column to predict with --target{proposal}; columns: {listed(names)}"
