"""From training rows, or from what was counted of them, to a preparation."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np

from glassnet.errors import DataError, SettingError
from glassnet.tables.arrow import pa
from glassnet.tables.choices import ColumnChoices
from glassnet.tables.columns import COLUMN_TYPES
from glassnet.tables.columns.category import CategoryColumn
from glassnet.tables.columns.column import Column, FitOptions, UninformativeColumn
from glassnet.tables.columns.picture import PictureShape
from glassnet.tables.columns.target_means import TargetMeans
from glassnet.tables.dataset import Pictures
from glassnet.tables.preparation import Preparation, features
from glassnet.tables.recognition import Decision, decision_of, dropped_in_words, recognised

MAX_CATEGORIES = 256
MAX_BINS, MAX_BIN_FEATURES, MIN_ROWS_PER_BIN = 48, 768, 64  # measured in docs/tables.md
WITH_MEANS = "; and the mean target for each value is one more"


def fit_preparation(
    X: Any, targets: np.ndarray | None = None, *,
    max_categories: int = MAX_CATEGORIES, bins: bool = True, drop: Collection[str] = (), keep: Collection[str] = (),
    categorical: Collection[str] = (), missing: Collection[str] = (),
) -> Preparation:  # fmt: skip
    """Fit a preparation to training rows.

    Missing numbers become the median; all are scaled by their quartiles, smoothly clipped, and binned. Text becomes one
    feature for each value. Dates become a number, and parts of the calendar and the clock. Columns with missing cells
    in training get one more feature that marks them. Columns that hold one value, no value, or an identifier are
    dropped.

    Parameters
    ----------
    X : pyarrow.Table, Pictures, or whatever `as_table` takes
        The training rows, and no others.
    targets : array (m, number of targets), optional
        Their targets, for columns of many values, whose rare ones share one feature.
    max_categories : int
        Values of a text column that get a feature of their own; the rarer ones share one. Where columns have more than
        50 values, only those that three rows hold do.
    bins : bool
        Whether numbers are filled into bins beside being scaled; how many depends on the rows and columns.
    drop : collection of str
        Columns to leave out.
    keep : collection of str
        Columns to use although they look like identifiers.
    categorical : collection of str
        Columns whose numbers are names (a postal code), not amounts.
    missing : collection of str
        Text that stands for a missing cell, beside the usual marks; in later rows too.

    Returns
    -------
    Preparation
        With notes on what was dropped and why.

    Raises
    ------
    DataError
        There are no rows, no column is left, or one holds lists, infinite numbers or the like.
    UnknownNameError
        `drop`, `keep` or `categorical` names no column.
    SettingError
        `max_categories` is below 1.
    """
    if max_categories < 1:
        raise SettingError(f"max_categories must be at least 1, got {max_categories}")
    X = features(X)
    _check_not_empty(X)
    if isinstance(X, Pictures):
        return Preparation(pictures=PictureShape.fit(X))
    X = recognised(X, ColumnChoices(drop, keep, categorical, missing=missing))
    decisions = {field.name: decision_of(field) or Decision("category") for field in X.schema}
    counted = {
        name: COLUMN_TYPES[each.kind].counted(name, X[name]) for name, each in decisions.items() if not each.reason
    }
    means = None if targets is None else lambda name: TargetMeans.of(name, X[name], targets)
    options = options_of(decisions, len(X), max_categories) if bins else FitOptions(0, max_categories)
    return preparation_of(decisions, counted, options, means=means, missing=tuple(missing), drop=tuple(drop))


def options_of(decisions: Mapping[str, Decision], m: int, max_categories: int = MAX_CATEGORIES) -> FitOptions:
    """Return how finely the columns of m training rows become features."""
    n_numbers = sum(COLUMN_TYPES[each.kind].n_binned for each in decisions.values() if not each.reason)
    return FitOptions(_bins_per_column(m, n_numbers), max_categories)


def preparation_of(
    decisions: Mapping[str, Decision], counted: Mapping[str, Any], options: FitOptions, *,
    means: Callable[[str], TargetMeans | None] | None = None, missing: tuple[str, ...] = (), drop: Sequence[str] = (),
) -> Preparation:  # fmt: skip
    """Return the preparation of training rows of which all that it needs was counted.

    Parameters
    ----------
    decisions : mapping of str to Decision
        What each column of the table is used as.
    counted : mapping of str to object
        Of each column that is used, what its kind's `counted` returns.
    options : FitOptions
        How finely columns become features.
    means : callable, optional
        Returns the target means of a column of many values; None of it, or without it, there are none.
    missing : tuple of str
        Text that stands for a missing cell, beside the usual marks.
    drop : sequence of str
        Columns that notes name first.

    Returns
    -------
    Preparation
        With notes on what was dropped and why.

    Raises
    ------
    DataError
        No column is left.
    """
    used = {name: decision for name, decision in decisions.items() if not decision.reason}
    columns: list[Column] = []
    reasons = {name: decision.reason for name, decision in decisions.items() if decision.reason}
    remarks = [f"column {name!r} {remark}" for name, decision in used.items() for remark in decision.remarks]
    for name, each in used.items():
        with _dropping(name, reasons):
            column = COLUMN_TYPES[each.kind].fit_counted(name, counted[name], options)
            column = replace(column, format=each.format, facts=column.facts_of(counted[name]))
            columns += [column, *_beside(column, means, remarks)]
    notes = [*dropped_in_words({name: reasons[name] for name in (*drop, *decisions) if name in reasons}), *remarks]
    if not columns:
        raise DataError(f"no column is left to learn from: {' '.join(notes) or 'the table has no columns'}")
    return Preparation(tuple(columns), tuple(decisions), None, notes, missing)


@contextmanager
def _dropping(name: str, reasons: dict[str, str]) -> Iterator[None]:
    """Note the reason where a column turns out to be uninformative."""
    try:
        yield
    except UninformativeColumn as reason:
        reasons[name] = str(reason)


def _beside(column: Column, means: Callable[[str], TargetMeans | None] | None, remarks: list[str]) -> list[Column]:
    """Return the target means of a column of many values, and add what the user should know to the remarks."""
    if not isinstance(column, CategoryColumn) or not column.other:
        return []
    found = None if means is None else means(column.name)
    remarks.append(_many_values(column) + WITH_MEANS * bool(found))
    return [replace(found, format=column.format)] if found else []


def with_target_means(preparation: Preparation, means: Mapping[str, TargetMeans]) -> Preparation:
    """Return the preparation with target means beside the columns of many values that have some.

    Parameters
    ----------
    preparation : Preparation
        Without any.
    means : mapping of str to TargetMeans
        Of some of these columns.

    Returns
    -------
    Preparation
        As `preparation_of` returns it where these means are known at once.
    """
    columns: list[Column] = []
    notes = list(preparation.notes)
    for column in preparation.columns:
        columns.append(column)
        if isinstance(column, CategoryColumn) and column.name in means:
            columns.append(replace(means[column.name], format=column.format))
            notes = [note + WITH_MEANS * (note == _many_values(column)) for note in notes]
    return replace(preparation, columns=tuple(columns), notes=notes)


def _many_values(column: CategoryColumn) -> str:
    """Return what the user should know of a column of many values."""
    n = len(column.values)
    return f"column {column.name!r} has many values: the {n} most frequent have a feature each, the others share one"


def _check_not_empty(X: pa.Table | Pictures) -> None:
    if not isinstance(X, Pictures) and not X.num_columns:
        raise DataError("expected at least one column besides the target, got none")
    if not len(X):
        raise DataError("expected at least one training row, got none")


def _bins_per_column(m: int, n_columns: int) -> int:
    """Return the bins for each column of numbers: few where rows are few or columns many, none below three."""
    bins = min(MAX_BINS, MAX_BIN_FEATURES // max(n_columns, 1), m // MIN_ROWS_PER_BIN)
    return bins if bins > 2 else 0
