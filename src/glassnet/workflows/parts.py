"""Rows to train on, and rows to score on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from glassnet.core.checks import generator
from glassnet.errors import DataError, SettingError, suggestion
from glassnet.tables import Dataset, Pictures, read, rows_at, split
from glassnet.tables.arrow import pa
from glassnet.tables.cells import cell_values, decoded
from glassnet.tables.choices import NO_CHOICES, ColumnChoices
from glassnet.tables.columns.column import RawColumn
from glassnet.tables.columns.number import NumberColumn, numbers
from glassnet.tables.reading.formats import ARRAYS
from glassnet.tables.recognition import decision_of
from glassnet.tables.times import times_of
from glassnet.typing import AnyArray

TEST_SHARE = 0.2


@dataclass(frozen=True)
class Part:
    """Some rows with what is known of them.

    Parameters
    ----------
    X : pyarrow.Table or Pictures
        m rows.
    y : array (m,)
        Their targets.
    weights : array of float (m,) or None
        Of each row in the cost.
    groups : array of int (m,) or None
        What each row belongs to.
    """

    X: Any
    y: AnyArray
    weights: AnyArray | None = None
    groups: AnyArray | None = None

    def __len__(self) -> int:
        return len(self.y)

    def at(self, indices: AnyArray) -> Part:
        """Return some of the rows."""
        weights, groups = (None if each is None else each[indices] for each in (self.weights, self.groups))
        return Part(rows_at(self.X, indices), self.y[indices], weights, groups)


def part_of(dataset: Dataset, weight: str | None, group: str | None) -> Part:
    """Return all rows of a data set, with their weights and groups if columns say them."""
    y: AnyArray = dataset.y
    if isinstance(dataset.X, Pictures) and (weight or group):
        raise DataError(f"weights and groups are columns of a table; pictures have no column {weight or group!r}")
    return Part(dataset.X, y, _weights(dataset, weight), _groups(dataset, group))


def with_test_part(
    dataset: Dataset, test: float | None, stratify: bool, seed: Any, choices: ColumnChoices = NO_CHOICES
) -> tuple[Part, Part | None, list[str]]:  # fmt: skip
    """Return the rows to train on, those to score on if there are any, and what the user should know.

    Parameters
    ----------
    dataset : Dataset
        With targets.
    test : float or None
        Share of the rows to score on; None is .2, or the source's own test part.
    stratify : bool
        Whether targets are classes, whose shares are kept.
    seed : int
        That chooses the rows.
    choices : ColumnChoices
        Resolved: the columns of weights, of groups that stay together, and of times: then the latest rows are the test.

    Returns
    -------
    training, test : Part, Part or None
        Every row in one of them.
    notes : list of str
        Sentences.
    """
    whole = part_of(dataset, choices.weight, choices.group)
    if test is None and dataset.test is not None:
        return whole, Part(dataset.test.X, dataset.test.y), []
    y = whole.y
    if stratify and len(np.unique(y)) < 2:  # refused here, where the target's name is known
        raise DataError(
            f"target {dataset.target or 'class'!r} holds a single class, {y[0].item()!r}, in all "
            f"{len(dataset)} rows; a classifier needs at least 2"
        )
    share = TEST_SHARE if test is None else test
    times = None if choices.time is None or not share else times_of(dataset.X, choices.time)
    train, kept, lost = rows_of_parts(whole, times, share, stratify=stratify, seed=seed)
    if not len(kept):
        return whole, None, []
    unseen = ", ".join(map(str, np.unique(y[lost])[:5]))
    notes = [f"{len(lost)} test rows are of classes that training lacks ({unseen}): they are not scored"]
    return whole.at(train), whole.at(kept), notes if len(lost) else []


def rows_of_parts(
    whole: Part, times: AnyArray | None, share: float, *, stratify: bool, seed: Any
) -> tuple[AnyArray, AnyArray, AnyArray]:
    """Return the rows to train on, those to score on, and those to score on whose class training lacks.

    Parameters
    ----------
    whole : Part
        All m rows.
    times : array of float (m,) or None
        When each was.
    share : float
        Of the rows to score on.
    stratify : bool
        Whether targets are classes.
    seed : int
        That chooses the rows.

    Returns
    -------
    train, test, unknown : arrays of int
        Counted from 0.

    Raises
    ------
    DataError
        All rows to score on are of classes that training lacks.
    """
    y, by_chance = whole.y, whole.groups is None and times is None
    train, _, kept = split(y, test=share, rng=generator(seed), stratify=stratify, groups=whole.groups, times=times)
    if by_chance or not stratify or not len(kept):
        return train, kept, kept[:0]
    known = np.isin(y[kept], y[train])
    if not known.any():
        raise DataError(f"all {len(kept)} test rows are of classes that the {len(train)} training rows lack")
    return train, kept[known], kept[~known]


def with_test_file(dataset: Dataset, test: float | None, path: str | Path, reading: Mapping[str, Any]) -> Dataset:
    """Return a data set whose test part is another file, read in the same way, with the same columns.

    Raises
    ------
    SettingError
        If a share of rows is asked for too.
    DataError
        If the file lacks a column or the target.
    """
    if test is not None:
        raise SettingError("test, a share of the rows, and test_file both say which rows are scored; give one of them")
    is_arrays = Path(path).suffix.lower() in ARRAYS  # train_set_y in one file is test_set_y in another
    other = read(path, None if is_arrays else dataset.target, typed=False, **reading)
    X = other.X
    if not isinstance(X, Pictures) and not isinstance(dataset.X, Pictures):
        for each in dataset.X.schema:
            decision = decision_of(each)
            if each.name not in X.column_names and not (decision and decision.reason):
                raise DataError(f"{path}: lacks the column {each.name!r}{suggestion(each.name, X.column_names)}")
        names = dataset.X.column_names
        X = pa.table({name: X[name] if name in X.column_names else pa.nulls(len(X)) for name in names})
    notes = tuple(f"{path}: {note}" for note in other.notes)
    return replace(dataset, test=replace(other, X=X), notes=(*dataset.notes, *notes))


def _weights(dataset: Dataset, column: str | None) -> AnyArray | None:
    """Return the weight of each row; None where no column says it."""
    if column is None or dataset.aside is None:
        return None
    cells = dataset.aside[column]
    read = NumberColumn.read(RawColumn(column, cells, asked=True))
    if read is None:
        raise DataError(f"column {column!r}: expected weights, numbers of at least 0; got {cells.type}")
    weights = numbers(read.cells, column)
    wrong = np.flatnonzero(~(weights >= 0))
    if len(wrong):
        row = int(wrong[0])
        where = f"row {row + 1}" if dataset.lines is None else f"line {dataset.lines[row]}"
        cell = f"{cells[row].as_py()!r:.80}"
        raise DataError(f"column {column!r}, {where}: expected a weight, a number of at least 0; got {cell}")
    return weights


def _groups(dataset: Dataset, column: str | None) -> AnyArray | None:
    """Return a number for what each row belongs to; rows that do not say it are together."""
    if column is None or dataset.aside is None:
        return None
    cells = decoded(dataset.aside[column]).combine_chunks()
    chunk = cells.dictionary_encode() if not isinstance(cells, pa.ChunkedArray) else cells.dictionary_encode().chunk(0)
    codes = cell_values(pa.chunked_array([chunk.indices]))
    return np.nan_to_num(codes, nan=-1).astype(np.intp)
