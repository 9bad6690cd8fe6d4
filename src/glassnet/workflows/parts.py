"""Rows to train on, rows to score on, and the columns that are no features."""

from __future__ import annotations

from typing import Any

import numpy as np

from glassnet.core.checks import generator
from glassnet.errors import DataError, UnknownNameError
from glassnet.tables import Dataset, Pictures, rows_at, split
from glassnet.tables.columns.column import RawColumn
from glassnet.tables.columns.number import NumberColumn, numbers
from glassnet.typing import AnyArray


def with_test_part(
    dataset: Dataset, test: float | None, stratify: bool, seed: Any
) -> tuple[Any, AnyArray, Any, AnyArray]:
    """Return rows and targets to train on, and those to score on; None where there is no test part."""
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


def without_weights(X: Any, column: str | None) -> tuple[Any, AnyArray | None]:
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
