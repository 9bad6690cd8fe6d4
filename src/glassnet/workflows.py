"""From files to files: what the shell does, as functions that return plain results and print nothing."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from glassnet import estimators
from glassnet.core.checks import generator, is_count
from glassnet.errors import (
    DataError,
    DivergedError,
    InterruptedWarning,
    SettingError,
    ShapeError,
    UnknownNameError,
    suggestion,
)
from glassnet.estimators.input_names import by_position
from glassnet.estimators.saving import kind_of, load_as
from glassnet.estimators.tabular.model import TableClassifier, TableRegressor
from glassnet.estimators.targets import LabelEncoder
from glassnet.files import check_writable, remove, write_beside
from glassnet.inspection import html
from glassnet.inspection.trace import Trace
from glassnet.network import Network
from glassnet.plain_text import listed, visible
from glassnet.tables import Dataset, Pictures, fit_preparation, read, rows_at, split
from glassnet.tables.reading.formats import HDF5, NUMPY
from glassnet.training.checkpoint import Checkpoint
from glassnet.training.history import Progress

Array = Any
Model = TableClassifier | TableRegressor  # without scikit-learn's face, which takes a second to load

FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\n]")  # noqa: RUF001  how a cell begins that a spreadsheet computes
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
MOST_CLASSES = 20  # distinct whole numbers that are still taken as classes
TASKS = ("classes", "numbers")


@dataclass(frozen=True)
class Scores:
    """How well a model does on some rows.

    Parameters
    ----------
    rows : int
        Number of rows.
    values : dict of str to float
        accuracy, log loss, calibration error and cost for classes; RMSE, R² and cost for numbers. The cost is the mean
        of the networks' own, the others are those of their averaged answer.
    confusion : list of list of int
        Rows of each true class by predicted class; empty for numbers.
    """

    rows: int
    values: dict[str, float]
    confusion: list[list[int]] = field(default_factory=list)


@dataclass(frozen=True)
class Training:
    """What `train_file` did."""

    model: Model
    source: str
    target: str | None
    parts: dict[str, int]
    scores: dict[str, Scores]
    notes: list[str]
    interrupted: bool


def train_file(
    data: str | Path,
    target: str | None = None,
    *,
    task: str | None = None,
    test: float | None = None,
    out: str | Path | None = None,
    start_from: str | Path | None = None,
    reading: dict[str, Any] | None = None,
    callbacks: Iterable[Callable[[Progress], Any]] = (),
    announce: Callable[[Dataset, dict[str, int]], Any] = lambda dataset, parts: None,
    every: float = 60.0,
    **settings: Any,
) -> Training:
    """Read a table or pictures, train on one part, score on another, save.

    Parameters
    ----------
    data : path
        A table, arrays or a folder of pictures, as `glassnet.read` takes them.
    target : str, optional
        Column to predict; pictures and arrays bring their own.
    task : {"classes", "numbers"}, optional
        What the target is; None decides: text, truth values and up to 20 distinct whole numbers are classes.
    test : float, optional
        Share of the rows kept for the final score; None is .2, or the source's own test part where it has one.
    out : path, optional
        Model file to write.
    start_from : path, optional
        Model file to go on from instead of a new network; a checkpoint beside it goes first.
    reading : dict, optional
        Further arguments of `glassnet.read`.
    callbacks : iterable of callable
        Told the progress of the training.
    announce : callable
        Told the data set and the number of rows in each part before the training starts.
    every : float
        Seconds of training that may be lost when the process is killed: so often the file `out`.checkpoint is written,
        and removed at the end. The same call takes up a training whose checkpoint is there.
    **settings
        Arguments of `TabularClassifier` or `TabularRegressor`.

    Returns
    -------
    Training
        The fitted model, the scores and the notes.

    Raises
    ------
    GlassnetError
        Before anything is trained or written, if the data, a setting or the output file cannot be used, or if the
        checkpoint of another training stands beside `out`.
    """
    if out is not None:
        check_writable(out)
    keeper = None
    if out is not None:  # the model itself is written at the end
        keeper = Checkpoint(lambda model: model.save(checkpoint_of(out)), every, ends=False)
    left = _left_by_a_kill(start_from, out)
    earlier = None if start_from is None and left is None else load_tabular(left or start_from or "")
    target = target or (earlier.target_name_ if earlier is not None else None)
    dataset = read(data, target, **(reading or {}))
    if dataset.y is None:
        raise DataError(f"{data}: {_what_target_is_missing(dataset)}")
    notes = list(dataset.notes)
    found = _task(dataset.y, earlier)
    task = task or found
    if task not in TASKS:
        raise UnknownNameError.among("task", task, TASKS)
    if earlier is not None and task != found:
        raise SettingError(f"task: the model to go on from, {left or start_from}, predicts {found}; asked for {task}")
    if settings.get("random_state") is None:
        settings["random_state"] = _seed(earlier)
    X, y, X_test, y_test = _with_test_part(dataset, test, task == "classes", settings["random_state"])
    if earlier is not None:
        model = earlier.set_params(warm_start=True, **settings)
        X = matching(model, X)
        X_test = None if X_test is None else matching(model, X_test)
        notes += _how_it_goes_on(model, left or start_from, X, y, None if start_from else settings)
    else:
        model = (TableClassifier if task == "classes" else TableRegressor)(**settings)
    parts = {"training": len(y), "test": 0 if y_test is None else len(y_test)}
    if X_test is not None:
        fit_preparation(X).transform(X_test)  # what cannot be used is said now, not after the training
        if task == "classes":
            LabelEncoder.of(y).encode(y_test)

    waiting = [(dataset, parts)]

    def at_start(progress: Progress) -> None:
        if progress.moment == "start" and waiting:  # by then everything was found in order
            announce(*waiting.pop())

    model.target_name_ = dataset.target
    with _without_diverged(out), warnings.catch_warnings():
        warnings.simplefilter("ignore", InterruptedWarning)  # the result says it
        model.fit(X, y, callbacks=[at_start, *callbacks], checkpoint=keeper)
    if out is not None:
        model.save(out)
        remove(checkpoint_of(out))
    scores = {"training": score(model, X, y)}
    if X_test is not None:
        scores["test"] = score(model, X_test, y_test)
    return Training(model, str(data), dataset.target, parts, scores, [*notes, *model.notes_], model.was_cut_off)


def checkpoint_of(path: str | Path) -> Path:
    """Return where the checkpoint of a training stands whose model goes to `path`."""
    return Path(f"{path}.checkpoint")


def _left_by_a_kill(start_from: str | Path | None, out: str | Path | None) -> Path | None:
    """Return the checkpoint of the model to go on from, or without one that of the model to be written, if it is there.

    A checkpoint is removed when its training ends: one that is there is newer than its model.

    Raises
    ------
    SettingError
        If `out` has another checkpoint, which this training would write over.
    """
    own = None if out is None else checkpoint_of(out)
    found = own if start_from is None else checkpoint_of(start_from)
    found = found if found is not None and found.is_file() else None
    if own is not None and own.is_file() and start_from is not None:
        used = found or Path(start_from)
        if used.resolve() != own.resolve():
            raise SettingError(_another(own))
    return found


def _another(checkpoint: str | Path | None) -> str:
    return (
        f"{checkpoint}: another training than this one was cut off; go on with it by --continue {checkpoint}, "
        "or remove that file to begin anew"
    )


@contextmanager
def _without_diverged(out: str | Path | None) -> Iterator[None]:
    """Remove the checkpoint of a training that diverges: going on would diverge again."""
    try:
        yield
    except DivergedError:
        if out is not None:
            remove(checkpoint_of(out))
        raise


def _seed(earlier: Model | None) -> int:
    """Return that of the model to go on from, whose test rows must stay unseen, or a new one; the model keeps it."""
    if earlier is not None and is_count(earlier.random_state, least=0):
        return int(earlier.random_state)
    return int(np.random.default_rng().integers(2**31))


def _how_it_goes_on(
    model: Model, path: str | Path | None, X: Any, y: Array, settings: dict[str, Any] | None
) -> list[str]:
    """Say what becomes of a training that was cut off; refuse another one than `settings` ask for, where they do."""
    if not model.was_cut_off:
        return []
    taken_up = model.can_be_taken_up(X, y)
    if settings is not None and not (taken_up and model.asks_alike(type(model)(**settings))):
        raise SettingError(_another(path))
    if not taken_up:
        return [f"{path}: was cut off with other data or settings; a training of its own begins from its best network"]
    epochs = (model.network_under_way.record or {}).get("epochs", 0)
    return [f"{path}: goes on after {epochs} epochs of the networks that were cut off; it gives what the whole would"]


def evaluate_file(model: str | Path, data: str | Path, reading: dict[str, Any] | None = None) -> tuple[Model, Scores]:
    """Score a model file on a table or pictures whose targets are known; a source's own test part goes first."""
    estimator, dataset = with_targets(model, data, reading)
    part = test_part(dataset)
    return estimator, score(estimator, matching(estimator, part.X), part.y)


def with_targets(model: str | Path, data: str | Path, reading: dict[str, Any] | None = None) -> tuple[Model, Dataset]:
    """Return the model of a file, and data whose targets are known, read the way the model's own were."""
    estimator = load_tabular(model)
    dataset = _read_for(estimator, data, reading, require_target=True)
    if dataset.y is None:
        raise DataError(f"{data}: holds no target to compare with")
    return estimator, dataset


def test_part(dataset: Dataset) -> Dataset:
    """Return the test part that a source brings along, or all of it where there is none."""
    return dataset.test if dataset.test is not None and dataset.test.y is not None else dataset


@dataclass(frozen=True)
class Predictions:
    """What `predict_file` found: named columns of equal length."""

    columns: dict[str, list[Any]]

    @property
    def rows(self) -> int:
        """Number of predictions."""
        return len(next(iter(self.columns.values())))

    def to_csv(self) -> str:
        r"""Return the columns as CSV text that neither a spreadsheet nor a terminal takes for an instruction.

        Text that begins with ``= + - @``, a tab or a line end, and is no number, gets an apostrophe before it, which
        spreadsheets read as "this is text". Control characters are spelled out (``\x1b``), but for tabs and line ends.
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
    return f"'{text}" if FORMULA.match(text) and not NUMBER.fullmatch(text) else text


def predict_file(
    model: str | Path,
    data: str | Path,
    *,
    probabilities: bool = False,
    out: str | Path | None = None,
    reading: dict[str, Any] | None = None,
) -> Predictions:
    """Predict every row of a table, or every picture, and write the answers as CSV where `out` names a file."""
    if out is not None:
        check_writable(out)
    estimator = load_tabular(model)
    dataset = _read_for(estimator, data, reading, require_target=False)
    X = matching(estimator, dataset.X)
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
    """One sample on its way through the network."""

    row: int
    trace: Trace
    prediction: Any
    truth: Any


def trace_row(path: str | Path, data: str | Path, row: int, reading: dict[str, Any] | None = None) -> SampleTrace:
    """Trace one row (counted from 1) of a table, or one picture, through a model; backward if its target is known."""
    model = load_tabular(path)
    dataset = _read_for(model, data, reading, require_target=False)
    if not 1 <= row <= len(dataset):
        raise DataError(f"{data}: expected a row from 1 to {len(dataset)}; got {row}")
    one = np.array([row - 1])
    X = matching(model, rows_at(dataset.X, one))
    y = None if dataset.y is None else dataset.y[one]
    Y = None if y is None else model.target_.encode(y).T
    trace = model.network_.trace(model.prepared(X), Y)
    return SampleTrace(row, trace, model.predict(X)[0].tolist(), None if y is None else y[0].tolist())


def write_page(path: str | Path, model: Model | Network, sample: SampleTrace | None) -> None:
    """Write the trace of a sample, or without one the dimension table, as a page that a browser reads offline."""
    network = model if isinstance(model, Network) else model.network_
    table = network.dimensions()
    shown = [] if sample is None else [f"row {sample.row}, predicted {sample.prediction}", sample.trace]
    write_beside(path, html.document(repr(network).strip("<>"), *shown, table).encode())


def score(model: Model, X: Any, y: Array) -> Scores:
    """Return how well a model does on rows whose targets are known."""
    network = model.network_
    columns = model.prepared(X)
    Y = model.target_.encode(y).T
    cost = float(np.mean(network.cost(columns, Y)))
    if isinstance(model, TableClassifier):
        code, n = model.target_, len(model.classes_)
        probabilities, places = model.predict_proba(X), code.places(y)
        found = probabilities.argmax(axis=1)
        of_truth = np.maximum(probabilities[np.arange(len(y)), places], np.finfo(float).tiny)
        values = {
            "accuracy": float(np.mean(found == places)),
            "log loss": float(-np.log(of_truth).mean()),
            "calibration error": calibration_error(probabilities, places),
            "cost": cost,
        }
        confusion = np.bincount(n * places + found, minlength=n * n).reshape(n, n).tolist()
        return Scores(len(y), values, confusion)
    found, y = model.predict(X), np.asarray(y, np.float64)
    squares = float(np.mean((found - y) ** 2))
    spread = float(np.var(y))
    values = {"RMSE": squares**0.5, "R²": 1 - squares / spread if spread > 0 else float("nan"), "cost": cost}
    return Scores(len(y), {name: value for name, value in values.items() if np.isfinite(value)})


def calibration_error(probabilities: Array, places: Array, bins: int = 15) -> float:
    """Return the expected calibration error: how far, on the mean, the surest class is from being right as often.

    Parameters
    ----------
    probabilities : array (m, n_classes)
        Of each class.
    places : array (m,)
        The true class of each row, as its column.
    bins : int
        Of equal width, in which rows of like probability are counted together (Guo et al. 2017, arXiv 1706.04599).

    Returns
    -------
    float
        0 where a class that is given .8 is right in 8 of 10 rows, and so on; at most 1.
    """
    surest, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == places
    bin_ = np.minimum((surest * bins).astype(np.intp), bins - 1)
    gaps = np.bincount(bin_, weights=right - surest, minlength=bins)
    return float(np.abs(gaps).sum() / len(places))


def matching(model: Model, X: Any) -> Any:
    """Return X with the columns of the model's training, found by name, in their order.

    Where one side has no names but those that programs write (x0, x1 of an array, c1, c2 of a file without a header),
    columns are found by position.

    Raises
    ------
    DataError
        If a column that the model needs is not there; the nearest name is offered.
    ShapeError
        If pictures or arrays are of another width.
    """
    if isinstance(X, Pictures):
        if X.n_x != model.n_features_in_:
            raise ShapeError(f"the model takes pictures of n_x = {model.n_features_in_}; these have {X.describe()}")
        return X
    if model.preparation_.pictures:  # the model says what it takes
        return X
    names, named = list(model.preparation_.source), hasattr(model, "feature_names_in_")
    alike = X.num_columns == len(names)
    if alike and by_position(X.column_names, names, given_named=True, known_named=named):
        return X.rename_columns(names)
    needed = {column.name for column in model.preparation_.columns}
    for name in names:
        if name not in X.column_names and name in needed:
            raise DataError(
                f"column {name!r} is missing{suggestion(name, X.column_names)}; the model was trained on "
                f"{len(names)} columns, the data has {X.num_columns}"
            )
    return with_columns(X, names)


def with_columns(X: Any, names: Sequence[str]) -> Any:
    """Return a table of just these columns; those that are not there (and that no one needs) are empty."""
    import pyarrow as pa

    return pa.table({name: X[name] if name in X.column_names else pa.nulls(X.num_rows) for name in names})


def open_model(path: str | Path) -> Any:
    """Read a model file as `glassnet.load` does, but models for tables without scikit-learn's face."""
    tables = {model.kind: model for model in (TableClassifier, TableRegressor)}
    return load_as(path, lambda kind: tables.get(kind) or getattr(estimators, kind))


def load_tabular(path: str | Path) -> Model:
    """Read a model file that takes tables or pictures.

    Raises
    ------
    DataError
        If it holds a bare network, which knows no columns.
    """
    model = open_model(path)
    if isinstance(model, Network) or not hasattr(model, "preparation_"):
        raise DataError(
            f"{path}: holds a {kind_of(model)}, which knows no columns; use it from Python with glassnet.load"
        )
    return model


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
        if Path(data).suffix.lower() not in (*HDF5, *NUMPY):
            raise
        return read(data, require_target=require_target, **reading)  # train_set_y there may be test_set_y here


def _task(y: Array, earlier: Model | None) -> str:
    if earlier is not None:
        return "classes" if isinstance(earlier, TableClassifier) else "numbers"
    if y.dtype.kind in "Ub" or (y.dtype.kind in "iu" and len(np.unique(y)) <= MOST_CLASSES):
        return "classes"
    return "numbers"


def _with_test_part(dataset: Dataset, test: float | None, stratify: bool, seed: Any) -> tuple[Any, Array, Any, Array]:
    y: Array = dataset.y
    if test is None and dataset.test is not None:
        return dataset.X, y, dataset.test.X, dataset.test.y
    if stratify and len(np.unique(y)) < 2:  # said here, where the target has a name
        raise DataError(
            f"target {dataset.target or 'class'!r} holds a single class, {y[0].item()!r}, in all "
            f"{len(dataset)} rows; a classifier needs at least 2"
        )
    share = 0.2 if test is None else test
    train, _, kept = split(y, test=share, rng=generator(seed), stratify=stratify)
    if not len(kept):
        return dataset.X, y, None, None
    return rows_at(dataset.X, train), y[train], rows_at(dataset.X, kept), y[kept]


def _what_target_is_missing(dataset: Dataset) -> str:
    if isinstance(dataset.X, Pictures):
        return "the pictures lie in no folders that name their classes (photos/cat/1.jpg, photos/other/2.jpg)"
    return f"name the column to predict with --target; columns: {listed(dataset.X.column_names)}"
