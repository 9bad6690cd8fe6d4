"""Rows of a file are predicted, and written as CSV."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from glassnet.errors import DataError, SettingError
from glassnet.estimators.input_names import select_training_columns
from glassnet.estimators.tabular.evaluation import Answers
from glassnet.estimators.tabular.model import TableClassifier
from glassnet.files import check_writable, write_beside, written_beside
from glassnet.plain_text import visible
from glassnet.scoring import Model
from glassnet.tables import Dataset, Pictures
from glassnet.tables.arrow import pa
from glassnet.tables.choices import listed_columns
from glassnet.tables.reading.pictures import LEFT_OUT
from glassnet.tables.spelling.numbers import NUMBER
from glassnet.tables.streaming import StreamedDataset
from glassnet.workflows.models import load_tabular, read_for
from glassnet.workflows.novelties import NewInColumn, new_in, together, unlike
from glassnet.workflows.streaming import stream_of

FORMULA_START = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\n]")  # noqa: RUF001  of a cell that a spreadsheet computes
NUMBER_CELL = re.compile(NUMBER, re.ASCII)


@dataclass(frozen=True)
class Predictions:
    """What `predict_file` found.

    Parameters
    ----------
    columns : dict of str to list
        Columns of equal length by name: file names of pictures, identifiers, predictions, probabilities; "low" and
        "high" of an interval; "set", a tuple of classes in each row, which CSV has with bars between.
    notes : list of str
        What is new in the rows, one sentence each.
    new : list of NewInColumn
        The same as plain data: column, share of rows, examples.
    unlike : int
        Rows that are unlike those of the training.
    streamed : int
        Predictions that were written as they came, and are not among the columns.
    """

    columns: dict[str, list[Any]]
    notes: list[str] = field(default_factory=list)
    new: list[NewInColumn] = field(default_factory=list)
    unlike: int = 0
    streamed: int = 0

    @property
    def rows(self) -> int:
        """Number of predictions."""
        return self.streamed or len(next(iter(self.columns.values())))

    def to_csv(self, *, header: bool = True) -> str:
        r"""Return the columns as CSV text, safe in spreadsheets and on terminals.

        Text that begins with ``= + - @``, a tab or a line end, and is no number, gets an apostrophe before it, which
        spreadsheets read as "this is text". Control characters other than tabs and line ends are spelled out
        (``\x1b``).

        Parameters
        ----------
        header : bool
            Whether the names come first.

        Returns
        -------
        str
            A line of names, then a line for each row.
        """
        import csv
        import io

        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        if header:
            writer.writerow(map(_cell, self.columns))
        writer.writerows(zip(*(map(_cell, column) for column in self.columns.values()), strict=True))
        return text.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, tuple):
        return _cell("|".join(map(str, value)))
    if not isinstance(value, str):
        return value
    text = visible(value, keep="\t\n")
    return f"'{text}" if FORMULA_START.match(text) and not NUMBER_CELL.fullmatch(text) else text


def predict_file(
    model: str | Path, data: str | Path, *,
    probabilities: bool = False, interval: float | None = None,
    ids: str | Sequence[str] = (), with_input: bool = False, allow_missing: bool = False,
    out: str | Path | None = None, reading: dict[str, Any] | None = None, memory: str | None = None,
    write: Callable[[str], Any] | None = None,
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
    interval : float, optional
        Share of rows whose truth an interval, or a set of classes, is to hold: lower and upper end or the set are
        returned too.
    ids : str or sequence of str
        Columns of the data that stand beside the predictions; those of the training where none are given.
    with_input : bool
        Whether all columns of the data stand beside the predictions, as they are written there.
    allow_missing : bool
        Whether columns that the model needs may be missing: then they are empty in every row.
    out : path, optional
        CSV file to write.
    reading : dict, optional
        Further arguments of `glassnet.read`; what is not given is as the training's file was read.
    memory : str, optional
        What may be used of it, such as "1GB"; a third of what is free when not given. Rows of a larger file or folder
        are streamed: their predictions are written as they come.
    write : callable, optional
        Gets the CSV text of streamed predictions, some rows at a time, where there is no `out`.

    Returns
    -------
    Predictions
        One row for each row or picture, in their order, and what is new in them; streamed ones were written already.

    Raises
    ------
    GlassnetError
        If a file cannot be read or written, the data do not match the model, `probabilities` of numbers are asked, or
        the training left too few rows out for `interval`.
    """
    if out is not None:
        check_writable(out, model, data)
    estimator = load_tabular(model)
    if probabilities and not isinstance(estimator, TableClassifier):
        raise SettingError(f"{model}: estimates numbers; probabilities are for classes only")
    asked = _Asked(probabilities, interval, ids, with_input, allow_missing)
    strict = bool((reading or {}).get("strict"))
    known = None if estimator.source_ is None else estimator.source_.file
    if (rows := stream_of(data, memory=memory, strict=strict, known=known)) is not None:
        if out is None and write is None:
            raise SettingError(f"{data}: rows are streamed, and so are predictions: name a file by out (--out)")
        return _written(estimator, rows, asked, out, write)
    predictions = _predicted(estimator, read_for(estimator, data, reading, require_target=False), asked)
    if out is not None:
        write_beside(out, predictions.to_csv().encode())
    return predictions


class _Asked(NamedTuple):
    """What predictions are to hold, as `predict_file` takes it."""

    probabilities: bool
    interval: float | None
    ids: str | Sequence[str]
    with_input: bool
    allow_missing: bool


def _predicted(model: Model, dataset: Dataset, asked: _Asked) -> Predictions:
    """Return the predictions of rows in memory."""
    columns, notes = _beside(model, dataset, asked.ids, asked.with_input)
    X = dataset.X
    if asked.allow_missing and isinstance(X, pa.Table):
        X, missing = _filled_up(model, X)
        notes += [f"column {name!r} is missing: empty in every row" for name in missing]
    X = select_training_columns(model, X)
    new: list[NewInColumn] = []
    if isinstance(X, pa.Table) and model.preparation_.columns:
        X, new = new_in(model.preparation_, X, dataset.lines)
    found = model.answers(X, asked.interval, novelty=model.novelty_ is not None)
    columns.update(_answers(model, found, probabilities=asked.probabilities, taken=columns))
    far = 0 if found.novelty is None else int((found.novelty > 1).sum())
    return Predictions(columns, [*notes, *map(str, new), *unlike(far / len(dataset), len(dataset))], new, far)


def _written(
    model: Model, rows: StreamedDataset, asked: _Asked, out: str | Path | None, write: Callable[[str], Any] | None
) -> Predictions:
    """Write predictions as rows come, and return what is new in all rows together."""
    with nullcontext() if out is None else written_beside(out) as file:
        say = write if file is None else lambda text: file.write(text.encode())
        assert say is not None
        notes: dict[str, None] = {}
        new: list[NewInColumn] = []
        n = far = 0
        for table in rows.batches():
            some = _predicted(model, Dataset(table, None, model.target_name_), asked)
            say(some.to_csv(header=not n))
            told = {*map(str, some.new), *unlike(some.unlike / len(table), len(table))}
            notes |= dict.fromkeys(note for note in some.notes if note not in told)
            new, n, far = together(new, n, some.new, len(table)), n + len(table), far + some.unlike
    if not n:
        raise DataError(f"{rows.name}: holds no rows")
    return Predictions({}, [*rows.notes, *notes, *map(str, new), *unlike(far / n, n)], new, far, n)


def _beside(
    model: Model, dataset: Dataset, ids: str | Sequence[str], with_input: bool
) -> tuple[dict[str, list[Any]], list[str]]:
    """Return what stands beside the predictions: files of pictures, identifiers, or all columns; and notes."""
    columns: dict[str, list[Any]] = {"picture": list(dataset.names)} if dataset.names else {}
    notes: list[str] = []
    if isinstance(dataset.X, Pictures):
        if ids:
            raise SettingError("id: pictures have no columns; their files stand beside the predictions")
        return columns, [note for note in dataset.notes if LEFT_OUT in note]
    held = dataset.X.column_names
    names = [name for text in ([ids] if isinstance(ids, str) else ids) for name in listed_columns(text, held)]
    if not names and model.source_ is not None:
        names = [name for name in model.source_.id if name in held]
        notes = [
            f"column {name!r} is not there to stand beside the predictions"
            for name in model.source_.id
            if name not in held
        ]
    for name in dict.fromkeys(held if with_input else names):
        columns[name] = dataset.X[name].to_pylist()
    return columns, notes


def _filled_up(model: Model, table: pa.Table) -> tuple[pa.Table, list[str]]:
    """Return a table with empty columns in place of those that a model needs and the table lacks; and their names."""
    missing = [
        name for name in dict.fromkeys(c.name for c in model.preparation_.columns) if name not in table.column_names
    ]
    if len(missing) == len({column.name for column in model.preparation_.columns}):
        return table, []  # nothing to go by: the error says so
    for name in missing:
        table = table.append_column(name, pa.nulls(len(table)))
    return table, missing


def _answers(model: Model, found: Answers, *, probabilities: bool, taken: Collection[str]) -> dict[str, list[Any]]:
    """Return predictions, probabilities if they are asked for, intervals or sets, under names that are not taken."""
    columns: dict[str, list[Any]] = {}
    answers = model.target_.decode(found.outputs)
    if answers.ndim == 1:
        columns["prediction"] = answers.tolist()
    else:
        columns.update({f"prediction {j + 1}": column.tolist() for j, column in enumerate(answers.T)})
    if isinstance(model, TableClassifier):
        if found.regions is not None:
            columns["set"] = [tuple(model.classes_[each].tolist()) for each in found.regions]
        if probabilities:
            for label, column in zip(model.classes_, model.target_.probabilities(found.outputs).T, strict=True):
                columns[f"probability {label}"] = [float(f"{p:.6g}") for p in column]
    elif found.regions is not None:
        ends = found.regions.reshape(len(answers), -1, 2)
        for j in range(ends.shape[1]):
            number = "" if answers.ndim == 1 else f" {j + 1}"
            columns[f"low{number}"], columns[f"high{number}"] = ends[:, j].T.tolist()
    return {_free(name, taken): values for name, values in columns.items()}


def _free(name: str, taken: Collection[str]) -> str:
    """Return a name that is not taken."""
    return next(each for each in (name, *(f"{name} ({n})" for n in range(2, len(taken) + 3))) if each not in taken)
