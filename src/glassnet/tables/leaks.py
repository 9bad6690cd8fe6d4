"""Columns that repeat the target: a network would only learn to copy them."""

from __future__ import annotations

import numpy as np

from glassnet.tables.arrow import pa, pc
from glassnet.tables.cells import cell_values, decoded
from glassnet.tables.dataset import Pictures
from glassnet.tables.frames import as_table

MAX_CLASSES = 50  # more distinct numbers are not classes


def leaks(X: pa.Table | Pictures, y: np.ndarray) -> list[str]:
    """Return one sentence for each column from which the class of every row can be read.

    Parameters
    ----------
    X : pyarrow.Table or Pictures
        Features; pictures have no such columns.
    y : ndarray, shape (m,)
        Classes, each in more than one row on average; numbers to estimate give no sentence.

    Returns
    -------
    list of str
        Such as "column 'alive' repeats the target: leave it out unless it is known before the answer is."
    """
    classes, target = np.unique(y, return_inverse=True)
    if isinstance(X, Pictures) or not 2 <= len(classes) <= min(MAX_CLASSES, len(y) // 2):
        return []
    X = as_table(X)
    return [
        f"column {name!r} repeats the target: leave it out unless it is known before the answer is."
        for name in X.column_names
        if _repeats(X[name], target, len(classes))
    ]


def _repeats(column: pa.ChunkedArray, target: np.ndarray, n_classes: int) -> bool:
    """Return whether each value goes with one class and each class with one value."""
    column = decoded(column)
    if pa.types.is_nested(column.type) or pa.types.is_null(column.type):
        return False
    if pc.count_distinct(column, mode="all").as_py() != n_classes:
        return False
    encoded = column.combine_chunks().dictionary_encode(null_encoding="encode")
    value_indices = cell_values(pa.chunked_array([encoded.indices]))
    return len(np.unique(value_indices * n_classes + target)) == n_classes
