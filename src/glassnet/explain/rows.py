"""Rows of a table, read and prepared once: whatever is asked of columns is then asked of their features."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from glassnet.errors import DataError, UnknownNameError, WrongTypeError
from glassnet.estimators.sklearn_errors import as_glassnet_errors
from glassnet.estimators.tabular.model import TableModel
from glassnet.estimators.tabular.rows import checked_rows
from glassnet.plain_text import shortened
from glassnet.tables import rows_at
from glassnet.tables.arrow import pa
from glassnet.tables.columns.column import Column
from glassnet.tables.columns.number import NumberColumn
from glassnet.typing import AnyArray, Array

MOST_NUMBERS = 2**24  # of X: of wide tables fewer rows are taken
LONGEST_NAME, LONGEST_CELL = 28, 24  # characters of a column's name and of a cell in a line of 80
MISSING = "(missing)"


class PreparedRows(NamedTuple):
    """Some rows of a table.

    Attributes
    ----------
    given : int
        Rows that were given.
    indices : array (m,)
        Which of them these are.
    table : pyarrow.Table, m rows
        Each cell as its column reads it.
    X : array (n[0], m)
        Their features.
    columns : dict of str to Column
        Those that the model uses, by name.
    features : dict of str to array of int
        Which rows of X a column became.
    """

    given: int
    indices: AnyArray
    table: Any
    X: Array
    columns: dict[str, Column]
    features: dict[str, AnyArray]

    def checked(self, name: str) -> str:
        """Return the name of a column; raise UnknownNameError if the model uses no such column."""
        if name not in self.columns:
            raise UnknownNameError.among("column", name, self.columns)
        return name

    def amounts(self, name: str) -> AnyArray | None:
        """Return the cells of a column as numbers (m,), NaN where they are missing; None where they are none."""
        column = self.columns[name]
        return column.amounts(self.table[name]) if isinstance(column, NumberColumn) else None

    def cell_text(self, name: str, row: int) -> str:
        """Return a cell as it is shown."""
        column, cell = self.columns[name], self.table[name].slice(row, 1)
        if cell.null_count:
            return MISSING
        if isinstance(column, NumberColumn) and not pa.types.is_boolean(cell.type):
            return column.amount_text(float(column.amounts(cell)[0]))
        return str(cell[0].as_py())


def prepared(model: TableModel, X: Any, most: int | None = None, seed: int = 0) -> PreparedRows:
    """Return at most so many of the rows, drawn by the seed, as a model's network takes them.

    Raises
    ------
    WrongTypeError, DataError
        If the model has no columns, or X does not match its training.
    """
    if not isinstance(model, TableModel):
        raise WrongTypeError(
            f"model: expected a TabularClassifier or TabularRegressor, which knows columns; got {type(model).__name__}"
        )
    model._see_that_fitted()
    if model.preparation_.pictures:
        raise DataError("model: it was trained on pictures; what is explained here are columns of a table")
    with as_glassnet_errors():
        rows = checked_rows(model, X, reset=False)
    preparation, m = model.preparation_, len(rows)
    most = min(m if most is None else most, most_rows(model))
    indices = np.arange(m) if most >= m else np.sort(np.random.default_rng(seed).choice(m, most, replace=False))
    table, _ = preparation.parsed(rows if most >= m else rows_at(rows, indices))
    features: dict[str, AnyArray] = {}
    places, start = np.array(preparation.places), 0  # numbers that are embedded lie in groups
    for column in preparation.columns:  # one of many categories is there twice
        of_this = places[start : start + column.width]
        features[column.name] = np.concatenate([features.get(column.name, of_this[:0]), of_this])
        start += column.width
    first = {column.name: column for column in reversed(preparation.columns)}
    columns = {name: first[name] for name in features}
    return PreparedRows(m, indices, table, preparation.transform(table, np.float64).T, columns, features)


def most_rows(model: TableModel) -> int:
    """Return how many rows of a model's features are held at most."""
    return max(MOST_NUMBERS // model.preparation_.n_features, 1)


def in_code(names: tuple[str, ...]) -> str:
    """Return names of columns as sentences show them.

    Examples
    --------
    >>> in_code(("age", "sex"))
    '`age`, `sex`'
    """
    return ", ".join(f"`{shortened(name, LONGEST_NAME)}`" for name in names)
