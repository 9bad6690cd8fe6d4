"""What is read and decided of a file before anything is trained: `glassnet look`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from glassnet.errors import DataError
from glassnet.estimators.tabular.settings import COLUMNS
from glassnet.tables import Dataset, Pictures, imbalance, leaks, read, repeated_rows
from glassnet.tables.arrow import pa, pc
from glassnet.tables.cells import decoded
from glassnet.tables.choices import ColumnChoices
from glassnet.tables.columns import COLUMN_TYPES
from glassnet.tables.columns.column import FitOptions, UninformativeColumn
from glassnet.tables.recognition import Decision, decision_of
from glassnet.typing import AnyArray
from glassnet.workflows.parts import with_test_part
from glassnet.workflows.targets import likely_target, task_of

MAX_CLASSES = 12  # whose rows are counted


@dataclass(frozen=True)
class ColumnLook:
    """What was decided about a column.

    Parameters
    ----------
    name : str
        The column.
    kind : str
        What it is used as, such as "number"; "id", "weight" or "group" where it is no feature.
    reason : str
        Why it is not used; "" where it is.
    format : str
        How its text is read, where that needs saying.
    missing : float
        Share of missing cells.
    distinct : int
        Different values among the others.
    holds : str
        Range of its values, or some of them.
    remarks : tuple of str
        What to know: ends of sentences that begin with the column.
    change : str
        The option that uses it otherwise.
    """

    name: str
    kind: str
    reason: str
    format: str
    missing: float
    distinct: int
    holds: str
    remarks: tuple[str, ...]
    change: str


@dataclass(frozen=True)
class Look:
    """What is read and decided of a file.

    Parameters
    ----------
    source : str
        The file or folder.
    rows : int
        With a target, if one is named.
    reading : mapping
        How it is read: separator, header, encoding and the like.
    target : str or None
        The column to predict.
    likely_target : str or None
        The column that would be one, where none is named.
    task : str or None
        "classes" or "numbers".
    target_holds : str
        Its classes with their rows, or its range.
    columns : list of ColumnLook
        In the order of the file; empty for pictures.
    notes : list of str
        What to know of the file, and of columns that give the target away.
    pictures : str
        Their number and shape in words; "" for tables.
    """

    source: str
    rows: int
    reading: Mapping[str, Any]
    target: str | None
    likely_target: str | None
    task: str | None
    target_holds: str
    columns: list[ColumnLook]
    notes: list[str]
    pictures: str = ""


def look_at_file(
    data: str | Path, target: str | None = None, *, task: str | None = None,
    reading: Mapping[str, Any] | None = None, weight: str | None = None, group: str | None = None, ids: Any = (),
    **settings: Any,
) -> Look:  # fmt: skip
    """Read a table or pictures, and say what was decided of each column, without training.

    Parameters
    ----------
    data : path
        A table, arrays or a folder of pictures, as `glassnet.read` takes them.
    target : str, optional
        Column to predict.
    task : {"classes", "numbers"}, optional
        What the target is; None decides.
    reading : mapping, optional
        Further arguments of `glassnet.read`.
    weight, group, ids
        Columns that are no features, as for `train_file`.
    **settings
        What is said of columns: `drop`, `keep`, `date` and the like, as `TabularClassifier` takes them.

    Returns
    -------
    Look
        Plain data.

    Raises
    ------
    GlassnetError
        If the data cannot be read, or a choice names no column.
    """
    said = {name: settings.get(name) for name in COLUMNS}
    choices = ColumnChoices.of({**said, "weight": weight, "group": group, "id": ids})
    dataset = read(data, target, columns=choices, **(reading or {}))
    y, X = dataset.y, dataset.X
    if isinstance(X, Pictures):
        found = None if y is None else task_of(task, y)
        shape = f"{len(X)} pictures of {X.describe()} numbers"
        notes = list(dataset.notes)
        return Look(str(data), len(dataset), {}, dataset.target, None, found, _target_holds(y, found), [], notes, shape)
    roles = {} if dataset.aside is None else _roles(choices.resolved([*X.column_names, *dataset.aside.column_names]))
    aside = [] if dataset.aside is None else [_aside(name, roles[name], dataset) for name in dataset.aside.column_names]
    columns = [*aside, *(_column(field, X[field.name]) for field in X.schema)]
    found = None if y is None else task_of(task, y)
    likely = None if target else likely_target(X.column_names)
    notes = [*dataset.notes, *_notes(dataset, found)]
    return Look(
        str(data), len(dataset), dict(dataset.reading), dataset.target, likely, found, _target_holds(y, found), columns,
        notes,
    )  # fmt: skip


def _roles(choices: ColumnChoices) -> dict[str, str]:
    """Return what each column that is no feature is for."""
    roles = dict.fromkeys(choices.id, "id")
    return {**roles, **{name: role for role in ("weight", "group") if (name := getattr(choices, role)) is not None}}


def _aside(name: str, role: str, dataset: Dataset) -> ColumnLook:
    """Return what is known of a column that is no feature."""
    assert dataset.aside is not None
    cells = dataset.aside[name]
    holds = COLUMN_TYPES["category"].describe(cells) if pa.types.is_string(cells.type) else ""
    lost = cells.null_count / max(len(cells), 1)
    return ColumnLook(name, role, "", "", lost, _distinct(cells), holds, (), f"without --{role}")


def _column(field: pa.Field, cells: pa.ChunkedArray) -> ColumnLook:
    """Return what was decided about a column of features."""
    decision = decision_of(field) or Decision("category")
    kind = COLUMN_TYPES[decision.kind]
    reason, holds, remarks = decision.reason, "", decision.remarks
    if not decision.said.get("drop") and cells.null_count < len(cells):
        holds = kind.describe(cells)
        if not reason:
            try:
                kind.fit(field.name, cells, FitOptions())
            except UninformativeColumn as uninformative:
                reason = str(uninformative)
            except DataError:  # a training refuses it, with its row
                remarks = (*remarks, "holds a number that is not finite, which no training takes")
    change = f"--keep {quoted(field.name)}" if reason else kind.instead.format(quoted(field.name))
    return ColumnLook(
        field.name, decision.kind, reason, format_in_words(decision.format), cells.null_count / max(len(cells), 1),
        _distinct(cells), holds, remarks, "" if decision.said.get("drop") else change,
    )  # fmt: skip


def _distinct(cells: pa.ChunkedArray) -> int:
    if cells.null_count == len(cells):
        return 0
    return int(pc.count_distinct(decoded(cells), mode="only_valid").as_py())


def quoted(name: str) -> str:
    """Return a column's name as a shell takes it."""
    import shlex

    return shlex.quote(name)


def format_in_words(form: Mapping[str, Any]) -> str:
    """Return how text is read, in a few words: a pattern as it is, other things by their names."""
    if "pattern" in form:
        pattern = form["pattern"]
        return pattern if isinstance(pattern, str) else " or ".join(map(str, pattern))
    shown = {name: value for name, value in form.items() if value not in (None, False, [], ())}
    return ", ".join(name if value is True else f"{name} {value}" for name, value in shown.items())


def _target_holds(y: AnyArray | None, task: str | None) -> str:
    """Return the classes of a target with their rows, or its range."""
    if y is None:
        return ""
    if task == "numbers" and y.dtype.kind in "iufb":
        most = float(np.abs(y.astype(np.float64)).max()) or 1.0  # sums of very large numbers are no floats
        return f"{y.min():.6g} to {y.max():.6g}, mean {(y / most).mean() * most:.6g}"
    values, counts = np.unique(y, return_counts=True)
    order = np.argsort(-counts, kind="stable")[:MAX_CLASSES]
    shown = ", ".join(f"{values[j]} {counts[j]}" for j in order)
    return f"{len(values)} classes: {shown}{', ...' * (len(values) > MAX_CLASSES)}"


def _notes(dataset: Dataset, task: str | None) -> list[str]:
    """Return what is noticed of the target: columns that give it away, classes out of balance, repeated rows."""
    y = dataset.y
    if y is None or y.ndim != 1:
        return []
    notes = [*(filter(None, [imbalance(y)]) if task == "classes" else [])]
    try:
        notes += leaks(dataset.X, y)  # refuses what cannot be prepared
        train, test, _ = with_test_part(dataset, None, task == "classes", 0)
    except DataError as error:
        return [*notes, str(error)]
    return notes if test is None else [*notes, *repeated_rows(train.X, train.y, test.X, test.y)]
