"""From files to files: what the shell does, as functions that return plain results and print nothing."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from glassnet import estimators
from glassnet.core.checks import generator, is_count
from glassnet.errors import DataError, DivergedError, InterruptedWarning, SettingError, UnknownNameError
from glassnet.estimators.input_names import select_training_columns
from glassnet.estimators.saving import kind_of, load_as
from glassnet.estimators.tabular.model import TableClassifier, TableRegressor
from glassnet.estimators.targets import LabelEncoder
from glassnet.files import check_writable, remove, write_beside
from glassnet.inspection import html
from glassnet.inspection.trace import Trace
from glassnet.network import Network
from glassnet.plain_text import listed, visible
from glassnet.renamed import with_new_names
from glassnet.scoring import Model, Scores, score
from glassnet.tables import Dataset, Pictures, fit_preparation, read, rows_at, split
from glassnet.tables.columns.column import RawColumn
from glassnet.tables.columns.number import NumberColumn, numbers
from glassnet.tables.reading.formats import ARRAYS
from glassnet.tables.spelling.numbers import NUMBER
from glassnet.training.checkpoint import Checkpoint
from glassnet.training.history import Progress
from glassnet.typing import AnyArray

FORMULA_START = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\n]")  # noqa: RUF001  of a cell that a spreadsheet computes
NUMBER_CELL = re.compile(NUMBER, re.ASCII)
MAX_INTEGER_CLASSES = 20  # distinct whole numbers that are still taken as classes
TASKS = ("classes", "numbers")


@dataclass(frozen=True)
class Training:
    """What `train_file` did.

    Parameters
    ----------
    model : TableClassifier or TableRegressor
        The fitted model.
    source : str
        The file or folder of the data.
    target : str or None
        The column that is predicted; None for pictures in folders.
    parts : dict of str to int
        Rows for "training" and "test".
    scores : dict of str to Scores
        For "training", and for "test" where there is such a part.
    notes : list of str
        What was noticed, one sentence each.
    interrupted : bool
        Whether Ctrl-C ended the training.
    """

    model: Model
    source: str
    target: str | None
    parts: dict[str, int]
    scores: dict[str, Scores]
    notes: list[str]
    interrupted: bool


def train_file(
    data: str | Path, target: str | None = None, *,
    task: str | None = None, sample_weight: str | None = None, test: float | None = None,
    out: str | Path | None = None, resume: str | Path | None = None, reading: dict[str, Any] | None = None,
    callbacks: Iterable[Callable[[Progress], Any]] = (),
    announce: Callable[[Dataset, dict[str, int]], Any] = lambda dataset, parts: None, every: float = 60.0,
    **settings: Any,
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
    test : float, optional
        Share of the rows kept for the final score; None is .2, or the source's own test part where it has one.
    out : path, optional
        Model file to write.
    resume : path, optional
        Model file whose training is resumed; if a checkpoint of it exists, that of the checkpoint.
    reading : dict, optional
        Further arguments of `glassnet.read`.
    callbacks : iterable of callable
        Each gets the `Progress` of the training.
    announce : callable
        Gets the data set and the number of rows in each part, before the first step.
    every : float
        Seconds of training that may be lost when the process is killed: so often the file `out`.checkpoint is written,
        and removed at the end. The same call resumes a training whose checkpoint exists.
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
    keeper = None
    if out is not None:  # the model itself is written at the end
        check_writable(out, data)
        keeper = Checkpoint(lambda model: model.save(_checkpoint_of(out)), every, ends=False)
    settings = with_new_names(settings, "start_from")
    resume = settings.pop("resume", resume)
    start = _checkpoint_to_resume(resume, out) or resume
    earlier = None if start is None else _load_tabular(start)
    if earlier is not None:
        target, sample_weight = target or earlier.target_name_, sample_weight or earlier.sample_weight_name_
    dataset = read(data, target, **(reading or {}))
    if dataset.y is None:
        raise DataError(f"{data}: {_how_to_name_target(dataset)}")
    task = _task(task, dataset.y, earlier, start)
    if settings.get("random_state") is None:
        settings["random_state"] = _seed(earlier)
    X, y, X_test, y_test = _with_test_part(dataset, test, task == "classes", settings["random_state"])
    X, weights = _without_weights(X, sample_weight)
    X_test, _ = _without_weights(X_test, sample_weight)
    notes = list(dataset.notes)
    if earlier is None:
        model = (TableClassifier if task == "classes" else TableRegressor)(**settings)
    else:
        model = earlier.set_params(warm_start=True, **settings)
        X = select_training_columns(model, X)
        X_test = None if X_test is None else select_training_columns(model, X_test)
        notes += _notes_of_resuming(model, start, (X, y, weights), None if resume else settings)
    if X_test is not None:
        _check_test_part(X, y, X_test, y_test, task)
    parts = {"training": len(y), "test": 0 if y_test is None else len(y_test)}
    not_announced = [(dataset, parts)]

    def announce_once(progress: Progress) -> None:
        if progress.moment == "start" and not_announced:  # by then everything was checked
            announce(*not_announced.pop())

    model.target_name_, model.sample_weight_name_ = dataset.target, sample_weight
    with _without_diverged(out), warnings.catch_warnings():
        warnings.simplefilter("ignore", InterruptedWarning)  # `Training.interrupted` says it
        model.fit(X, y, weights, callbacks=[announce_once, *callbacks], checkpoint=keeper)
    if out is not None:
        model.save(out)
        remove(_checkpoint_of(out))
    scores = {"training": score(model, X, y)}
    if X_test is not None:
        scores["test"] = score(model, X_test, y_test)
    return Training(model, str(data), dataset.target, parts, scores, [*notes, *model.notes_], model.was_interrupted)


def _checkpoint_of(path: str | Path) -> Path:
    """Return the path of the checkpoint of a training whose model goes to `path`."""
    return Path(f"{path}.checkpoint")


def _checkpoint_to_resume(resume: str | Path | None, out: str | Path | None) -> Path | None:
    """Return the checkpoint of the model to resume, or else of the model to be written, if there is one.

    A checkpoint is removed when its training ends: one that exists is newer than its model. SettingError is raised if
    `out` has another checkpoint, which this training would overwrite.
    """
    own = None if out is None else _checkpoint_of(out)
    found = own if resume is None else _checkpoint_of(resume)
    found = found if found is not None and found.is_file() else None
    if own is not None and own.is_file() and resume is not None:
        used = found or Path(resume)
        if used.resolve() != own.resolve():
            raise SettingError(_another_checkpoint(own))
    return found


def _another_checkpoint(path: str | Path | None) -> str:
    return (
        f"{path}: checkpoint of another interrupted training; resume it by --resume {path}, "
        "or remove that file to start anew"
    )


@contextmanager
def _without_diverged(out: str | Path | None) -> Iterator[None]:
    """Remove the checkpoint of a training that diverges: resumed, it would diverge again."""
    try:
        yield
    except DivergedError:
        if out is not None:
            remove(_checkpoint_of(out))
        raise


def _task(task: str | None, y: AnyArray, earlier: Model | None, start: str | Path | None) -> str:
    """Return "classes" or "numbers": as given, if that is possible, as the earlier model predicts, or as y looks."""
    if earlier is not None:
        found = "classes" if isinstance(earlier, TableClassifier) else "numbers"
    else:
        few = y.dtype.kind in "iu" and len(np.unique(y)) <= MAX_INTEGER_CLASSES
        found = "classes" if few or y.dtype.kind in "Ub" else "numbers"
    task = task or found
    if task not in TASKS:
        raise UnknownNameError.among("task", task, TASKS)
    if earlier is not None and task != found:
        raise SettingError(f"task: the model to resume, {start}, predicts {found}; asked for {task}")
    return task


def _seed(earlier: Model | None) -> int:
    """Return the seed of the model to resume, whose test rows must stay unseen, or a new one."""
    if earlier is not None and is_count(earlier.random_state, least=0):
        return int(earlier.random_state)
    return int(np.random.default_rng().integers(2**31))


def _check_test_part(X: Any, y: AnyArray, X_test: Any, y_test: AnyArray, task: str) -> None:
    """Raise before the training, not after it, if the test part could not be predicted or scored."""
    fit_preparation(X).transform(X_test)
    if task == "classes":
        LabelEncoder.of(y).encode(y_test)


def _notes_of_resuming(
    model: Model, path: str | Path | None, given: tuple[Any, AnyArray, AnyArray | None], settings: dict[str, Any] | None
) -> list[str]:
    """Say what becomes of an interrupted training; raise SettingError if `settings` are given and ask for another."""
    if not model.was_interrupted:
        return []
    resumes = model.can_resume(*given)
    if settings is not None and not (resumes and model.has_settings_of(type(model)(**settings))):
        raise SettingError(_another_checkpoint(path))
    if not resumes:
        return [f"{path}: was interrupted with other data or settings; a new training starts from its best network"]
    epochs = (model.network_in_training.record or {}).get("epochs", 0)
    return [f"{path}: resumed after {epochs} epochs of the network in training; the result is that of the whole"]


def evaluate_file(model: str | Path, data: str | Path, reading: dict[str, Any] | None = None) -> tuple[Model, Scores]:
    """Score a model file on a table or pictures whose targets are known: on the source's own test part, if it has one.

    Parameters
    ----------
    model : path
        Model file.
    data : path
        A table, arrays or a folder of pictures, as `glassnet.read` takes them.
    reading : dict, optional
        Further arguments of `glassnet.read`.

    Returns
    -------
    model : TableClassifier or TableRegressor
        What the file holds.
    scores : Scores
        Of these rows.

    Raises
    ------
    GlassnetError
        If a file cannot be read, or the data hold no target or do not match the model.
    """
    estimator, dataset = with_targets(model, data, reading)
    part = test_part(dataset)
    return estimator, score(estimator, select_training_columns(estimator, part.X), part.y)


def with_targets(model: str | Path, data: str | Path, reading: dict[str, Any] | None = None) -> tuple[Model, Dataset]:
    """Return the model of a file, and data whose targets are known, read the way the model's own were.

    Parameters
    ----------
    model : path
        Model file.
    data : path
        A table, arrays or a folder of pictures.
    reading : dict, optional
        Further arguments of `glassnet.read`.

    Returns
    -------
    model : TableClassifier or TableRegressor
        What the file holds.
    dataset : Dataset
        The data, with targets.

    Raises
    ------
    DataError
        If the data hold no target, or the file holds no model for tables.
    """
    estimator = _load_tabular(model)
    dataset = _read_for(estimator, data, reading, require_target=True)
    if dataset.y is None:
        raise DataError(f"{data}: holds no target to compare with")
    return estimator, dataset


def test_part(dataset: Dataset) -> Dataset:
    """Return the test part that a source brings along, or all of it where there is none.

    Parameters
    ----------
    dataset : Dataset
        What was read.

    Returns
    -------
    Dataset
        The part with known targets to score on.
    """
    return dataset.test if dataset.test is not None and dataset.test.y is not None else dataset


@dataclass(frozen=True)
class Predictions:
    """What `predict_file` found.

    Parameters
    ----------
    columns : dict of str to list
        Columns of equal length by name: file names of pictures, predictions, probabilities.
    """

    columns: dict[str, list[Any]]

    @property
    def rows(self) -> int:
        """Number of predictions."""
        return len(next(iter(self.columns.values())))

    def to_csv(self) -> str:
        r"""Return the columns as CSV text, safe in spreadsheets and on terminals.

        Text that begins with ``= + - @``, a tab or a line end, and is no number, gets an apostrophe before it, which
        spreadsheets read as "this is text". Control characters other than tabs and line ends are spelled out
        (``\x1b``).

        Returns
        -------
        str
            A line of names, then a line for each row.
        """
        import csv
        import io

        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(map(_cell, self.columns))
        writer.writerows(zip(*(map(_cell, column) for column in self.columns.values()), strict=True))
        return text.getvalue()


def _cell(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    text = visible(value, keep="\t\n")
    return f"'{text}" if FORMULA_START.match(text) and not NUMBER_CELL.fullmatch(text) else text


def predict_file(
    model: str | Path, data: str | Path, *,
    probabilities: bool = False, out: str | Path | None = None, reading: dict[str, Any] | None = None,
) -> Predictions:  # fmt: skip
    """Predict every row of a table, or every picture, and write the predictions as CSV if `out` names a file.

    Parameters
    ----------
    model : path
        Model file.
    data : path
        A table, arrays or a folder of pictures, as `glassnet.read` takes them; targets are not needed.
    probabilities : bool
        Whether the probability of each class is returned too.
    out : path, optional
        CSV file to write.
    reading : dict, optional
        Further arguments of `glassnet.read`.

    Returns
    -------
    Predictions
        One row for each row or picture.

    Raises
    ------
    GlassnetError
        If a file cannot be read or written, the data do not match the model, or `probabilities` of numbers are asked.
    """
    if out is not None:
        check_writable(out, model, data)
    estimator = _load_tabular(model)
    dataset = _read_for(estimator, data, reading, require_target=False)
    X = select_training_columns(estimator, dataset.X)
    columns: dict[str, list[Any]] = {"picture": list(dataset.names)} if dataset.names else {}
    answers = np.asarray(estimator.predict(X))
    if answers.ndim == 1:
        columns["prediction"] = answers.tolist()
    else:
        columns.update({f"prediction {j + 1}": column.tolist() for j, column in enumerate(answers.T)})
    if probabilities:
        if not isinstance(estimator, TableClassifier):
            raise SettingError(f"{model}: estimates numbers; probabilities are for classes only")
        for label, column in zip(estimator.classes_, estimator.predict_proba(X).T, strict=True):
            columns[f"probability {label}"] = [float(f"{p:.6g}") for p in column]
    predictions = Predictions(columns)
    if out is not None:
        write_beside(out, predictions.to_csv().encode())
    return predictions


@dataclass(frozen=True)
class SampleTrace:
    """One sample on its way through the network.

    Parameters
    ----------
    row : int
        Its number, counted from 1.
    trace : Trace
        Every array of the pass.
    prediction, truth : object
        The label or number that is predicted, and the true one; None where that is unknown.
    """

    row: int
    trace: Trace
    prediction: Any
    truth: Any


def trace_row(path: str | Path, data: str | Path, row: int, reading: dict[str, Any] | None = None) -> SampleTrace:
    """Trace one row of a table, or one picture, through a model: forward, and backward if its target is known.

    Parameters
    ----------
    path : path
        Model file.
    data : path
        A table, arrays or a folder of pictures, as `glassnet.read` takes them.
    row : int
        Number of the row, counted from 1.
    reading : dict, optional
        Further arguments of `glassnet.read`.

    Returns
    -------
    SampleTrace
        Every array of the pass, the prediction, and the true target if known.

    Raises
    ------
    GlassnetError
        If a file cannot be read, there is no such row, or the data do not match the model.
    """
    model = _load_tabular(path)
    dataset = _read_for(model, data, reading, require_target=False)
    if not 1 <= row <= len(dataset):
        raise DataError(f"{data}: expected a row from 1 to {len(dataset)}; got {row}")
    one = np.array([row - 1])
    X = select_training_columns(model, rows_at(dataset.X, one))
    y = None if dataset.y is None else dataset.y[one]
    Y = None if y is None else model.target_.encode(y).T
    trace = model.network_.trace(model.prepared(X), Y)
    return SampleTrace(row, trace, model.predict(X)[0].tolist(), None if y is None else y[0].tolist())


def write_page(path: str | Path, model: Model | Network, sample: SampleTrace | None) -> None:
    """Write the trace of a sample, or without one the dimension table, as an HTML page that needs no network access.

    Parameters
    ----------
    path : path
        File to write.
    model : TableClassifier, TableRegressor or Network
        Whose dimensions are shown.
    sample : SampleTrace or None
        What `trace_row` returned.

    Raises
    ------
    FileError
        If the file cannot be written.
    """
    network = model if isinstance(model, Network) else model.network_
    table = network.dimensions()
    shown = [] if sample is None else [f"row {sample.row}, predicted {sample.prediction}", sample.trace]
    write_beside(path, html.document(repr(network).strip("<>"), *shown, table).encode())


def open_model(path: str | Path) -> Any:
    """Read a model file as `glassnet.load` does, but models for tables without loading scikit-learn.

    Parameters
    ----------
    path : path
        Model file.

    Returns
    -------
    TableClassifier, TableRegressor, MLPClassifier, MLPRegressor or Network
        What the file holds.

    Raises
    ------
    FileError, ModelFileError
        If the file is missing, of another kind, damaged, or of a newer format.
    """
    tables = {model.kind: model for model in (TableClassifier, TableRegressor)}
    return load_as(path, lambda kind: tables.get(kind) or getattr(estimators, kind))


def _load_tabular(path: str | Path) -> Model:
    """Read a model file that takes tables or pictures; raise DataError if it holds a model without columns."""
    model = open_model(path)
    if isinstance(model, Network) or not hasattr(model, "preparation_"):
        raise DataError(
            f"{path}: holds a {kind_of(model)}, which has no columns; use it from Python with glassnet.load"
        )
    tabular: Model = model
    return tabular


def _read_for(model: Model, data: str | Path, reading: dict[str, Any] | None, *, require_target: bool) -> Dataset:
    """Read `data` the way the model's own data were: same target, same size and order of pictures."""
    pictures = model.preparation_.pictures
    reading = dict(reading or {})
    if pictures is not None:
        reading.setdefault("size", (pictures.height, pictures.width))
        reading.setdefault("order", pictures.order)
    try:
        return read(data, model.target_name_, require_target=require_target, **reading)
    except UnknownNameError:
        if Path(data).suffix.lower() not in ARRAYS:
            raise
        return read(data, require_target=require_target, **reading)  # train_set_y in one file is test_set_y in another


def _with_test_part(
    dataset: Dataset, test: float | None, stratify: bool, seed: Any
) -> tuple[Any, AnyArray, Any, AnyArray]:
    y: AnyArray = dataset.y
    if test is None and dataset.test is not None:
        return dataset.X, y, dataset.test.X, dataset.test.y
    if stratify and len(np.unique(y)) < 2:  # refused here, where the target's name is known
        raise DataError(
            f"target {dataset.target or 'class'!r} holds a single class, {y[0].item()!r}, in all "
            f"{len(dataset)} rows; a classifier needs at least 2"
        )
    share = 0.2 if test is None else test
    train, _, kept = split(y, test=share, rng=generator(seed), stratify=stratify)
    if not len(kept):
        return dataset.X, y, None, None
    return rows_at(dataset.X, train), y[train], rows_at(dataset.X, kept), y[kept]


def _without_weights(X: Any, column: str | None) -> tuple[Any, AnyArray | None]:
    """Return the rows without their column of weights, and the weights; None where there are none."""
    if X is None or column is None:
        return X, None
    if isinstance(X, Pictures):
        raise DataError(f"sample weights are a column of a table; pictures have no column {column!r}")
    if column not in X.column_names:
        raise UnknownNameError.among("column of sample weights", column, X.column_names)
    read = NumberColumn.read(RawColumn(column, X[column]))
    if read is None:
        raise DataError(f"column {column!r}: expected sample weights, numbers of at least 0; got {X[column].type}")
    weights = numbers(read.cells, column)
    return X.drop_columns([column]), weights


def _how_to_name_target(dataset: Dataset) -> str:
    if isinstance(dataset.X, Pictures):
        return "the pictures are in no folders that name their classes (photos/cat/1.jpg, photos/other/2.jpg)"
    return f"name the column to predict with --target; columns: {listed(dataset.X.column_names)}"
