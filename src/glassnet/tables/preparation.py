"""From a table or pictures to the rows of numbers that a network takes, as training rows alone decide."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from glassnet.errors import DataError, SettingError, ShapeError, UnknownNameError, WrongTypeError, suggestion
from glassnet.tables.columns.category import CategoryColumn, fit_categories
from glassnet.tables.columns.date import DateColumn, fit_dates
from glassnet.tables.columns.number import NumberColumn, fit_numbers
from glassnet.tables.columns.roles import dropped_in_words, role
from glassnet.tables.columns.target_means import TargetMeans, fit_target_means
from glassnet.tables.dataset import Pictures
from glassnet.tables.frames import as_table

if TYPE_CHECKING:
    import pyarrow as pa

Column = NumberColumn | CategoryColumn | DateColumn | TargetMeans

MOST_CATEGORIES = 256
MOST_BINS, MOST_BIN_FEATURES, ROWS_OF_A_BIN = 48, 768, 64  # docs/tables.md: what more and fewer gave


@dataclass(frozen=True)
class PictureShape:
    """The pictures of training: all others must be alike."""

    height: int
    width: int
    channels: int
    order: str

    @property
    def n_x(self) -> int:
        """Numbers in one picture."""
        return self.height * self.width * self.channels

    @property
    def features(self) -> list[str]:
        """A name for every number of a picture, such as "y0 x5 red"."""
        colours = ["red", "green", "blue"] if self.channels == 3 else ["grey"]
        places = [f"y{y} x{x}" for y in range(self.height) for x in range(self.width)]
        if self.order == "planes":
            return [f"{place} {colour}" for colour in colours for place in places]
        return [f"{place} {colour}" for place in places for colour in colours]


@dataclass(frozen=True)
class Preparation:
    """How samples become rows of numbers; plain numbers and names, fitted on training rows only.

    Parameters
    ----------
    columns : tuple of NumberColumn, CategoryColumn, DateColumn, TargetMeans
        The columns in use, in the order of their features; one of many categories is there twice, as a CategoryColumn
        and as TargetMeans.
    source : tuple of str
        All columns that the training table had.
    pictures : PictureShape or None
        The shape of pictures, where samples are pictures; then there are no columns.
    notes : list of str
        What was dropped and why, one sentence each.
    """

    columns: tuple[Column, ...] = ()
    source: tuple[str, ...] = ()
    pictures: PictureShape | None = None
    notes: list[str] = field(default_factory=list)

    @property
    def feature_names(self) -> list[str]:
        """A name for every number of a prepared row."""
        if self.pictures:
            return self.pictures.features
        return [feature for column in self.columns for feature in column.features]

    @property
    def n_features(self) -> int:
        """Numbers in a prepared row."""
        return self.pictures.n_x if self.pictures else sum(len(column.features) for column in self.columns)

    def transform(self, X: Any, dtype: Any = np.float32, *, targets: np.ndarray | None = None) -> np.ndarray:
        """Return samples as rows of numbers.

        Parameters
        ----------
        X : pyarrow.Table, Pictures, or whatever `as_table` takes
            Columns are found by name, others than training's are ignored; those of an array by their order.
        dtype : float32 or float64
            Of the result.
        targets : array (m, number of targets), optional
            For training rows: their targets, so that no row's features hold its own.

        Returns
        -------
        ndarray, shape (m, n_features), C-contiguous
            Without `targets` a row depends on its own sample only, not on the others beside it.

        Raises
        ------
        DataError
            A column is missing, or a cell is text or infinite where training saw numbers; no rows.
        ShapeError
            An array or picture has another width than in training.
        WrongTypeError
            Pictures where training saw a table, or the other way round.
        """
        if np.dtype(dtype).kind != "f":
            raise SettingError(f"dtype must be float32 or float64, got {np.dtype(dtype)}")
        X = features(X, self)
        if not len(X):
            raise DataError("expected at least one row, got none")
        if isinstance(X, Pictures):
            return self._transform_pictures(X, dtype)
        if self.pictures:
            raise WrongTypeError(f"expected pictures as in training, got a table of {X.num_columns} columns")
        out = np.empty((len(X), self.n_features), dtype)
        place = {name: k for k, name in enumerate(X.column_names)}
        j = 0
        for column in self.columns:
            if column.name not in place:
                held = ", ".join(X.column_names[:20]) + ", ..." * (X.num_columns > 20)
                near = suggestion(column.name, X.column_names)
                raise DataError(f"column {column.name!r} of the training rows is missing{near}; columns: {held}")
            width = len(column.features)
            cells, to = X.column(place[column.name]), out[:, j : j + width]
            if isinstance(column, TargetMeans) and targets is not None:
                column.fill_training(cells, targets, to)
            else:
                column.fill(cells, to)
            j += width
        return out

    def _transform_pictures(self, X: Pictures, dtype: Any) -> np.ndarray:
        if not self.pictures:
            raise WrongTypeError(f"expected a table with columns {', '.join(self.source[:20])}, got pictures")
        shape = (self.pictures.height, self.pictures.width, self.pictures.channels)
        if X.images.shape[1:] != shape:
            raise ShapeError(
                f"expected pictures of {' x '.join(map(str, shape))} = {self.pictures.n_x} (height x width x channels) "
                f"as in training, got {X.describe()}"
            )
        rows = Pictures(X.images, self.pictures.order).rows()
        out = rows.astype(dtype, order="C")
        out /= 255
        return out

    def to_document(self) -> dict[str, Any]:
        """Return the preparation as plain numbers, names and lists, ready for JSON."""
        from glassnet.tables.preparation_document import write

        return write(self)


def features(X: Any, preparation: Preparation | None = None) -> pa.Table | Pictures:
    """Return `X` as a table or pictures; an array's columns are those of `preparation` in their order."""
    if isinstance(X, Pictures):
        return X
    if not isinstance(X, np.ndarray) or X.dtype.names:
        return as_table(X)
    if X.ndim in (3, 4) and X.dtype == np.uint8:
        order = preparation.pictures.order if preparation and preparation.pictures else "interleaved"
        return Pictures(X if X.ndim == 4 else X[..., np.newaxis], order)
    if X.ndim == 2 and preparation and preparation.source:
        if X.shape[1] != len(preparation.source):
            raise ShapeError(f"expected {len(preparation.source)} columns as in training, got {X.shape[1]}")
        return as_table(X, preparation.source)
    return as_table(X)


def fit_preparation(
    X: Any,
    targets: np.ndarray | None = None,
    *,
    max_categories: int = MOST_CATEGORIES,
    bins: bool = True,
    drop: Collection[str] = (),
    keep: Collection[str] = (),
    categorical: Collection[str] = (),
) -> Preparation:
    """Decide from training rows how samples become numbers.

    Missing numbers are filled with the median, all are scaled by their quartiles, smoothly clipped, and filled into
    bins; text becomes one feature for each value; dates become days, and their place in year, week and day. Columns
    where cells are missing in training get one more feature that says where. Columns that hold one value, no value, or
    an identifier are dropped.

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

    Raises
    ------
    DataError
        There are no rows, no column is left, or one holds lists, infinite numbers or the like.
    UnknownNameError
        `drop`, `keep` or `categorical` names no column.
    """
    if max_categories < 1:
        raise SettingError(f"max_categories must be at least 1, got {max_categories}")
    X = features(X)
    _check_not_empty(X)
    if isinstance(X, Pictures):
        height, width, channels = X.images.shape[1:]
        return Preparation(pictures=PictureShape(height, width, channels, X.order))
    for name in (*drop, *keep, *categorical):
        if name not in X.column_names:
            raise UnknownNameError.among("column", name, X.column_names)
    columns: list[Column] = []
    dropped: dict[str, str] = dict.fromkeys(drop, "was to be left out")
    notes: list[str] = []
    roles = {
        name: role(name, cells, name in categorical, name in keep)
        for name, cells in zip(X.column_names, X.columns, strict=True)
        if name not in dropped
    }
    n_bins = _bins(len(X), sum(kind == "number" for kind, _, _ in roles.values())) if bins else 0
    for name, (kind, column, remark) in roles.items():
        if kind == "nothing":
            dropped[name] = remark
            continue
        fitted = _fit(kind, name, column, max_categories, n_bins)
        if isinstance(fitted, str):
            dropped[name] = fitted
            continue
        columns.append(fitted)
        if remark:
            notes.append(f"column {name!r} {remark}")
        if isinstance(fitted, CategoryColumn) and fitted.other:
            means = None if targets is None else fit_target_means(name, column, targets)
            columns += [means] if means else []
            notes.append(
                f"column {name!r} has many values: the {len(fitted.values)} most frequent have a feature each, the "
                f"others share one{'; and the mean target for each value is one more' * bool(means)}"
            )
    notes = [*dropped_in_words(dropped), *notes]
    if not columns:
        raise DataError(f"no column is left to learn from: {' '.join(notes) or 'the table has no columns'}")
    return Preparation(tuple(columns), tuple(X.column_names), None, notes)


def _check_not_empty(X: pa.Table | Pictures) -> None:
    if not isinstance(X, Pictures) and not X.num_columns:
        raise DataError("expected at least one column besides the target, got none")
    if not len(X):
        raise DataError("expected at least one training row, got none")


def _bins(m: int, n_columns: int) -> int:
    """Return the bins for each of the columns of numbers: few where rows are few or columns many, none below three."""
    bins = min(MOST_BINS, MOST_BIN_FEATURES // max(n_columns, 1), m // ROWS_OF_A_BIN)
    return bins if bins > 2 else 0


def _fit(kind: str, name: str, column: pa.ChunkedArray, limit: int, bins: int) -> Column | str:
    if kind == "number":
        return fit_numbers(name, column, bins)
    return fit_dates(name, column) if kind == "date" else fit_categories(name, column, limit)
