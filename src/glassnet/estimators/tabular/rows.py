"""X and y as a user gives them become an Arrow table or pictures, and an array of targets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from glassnet.arrays.sparse_columns import is_sparse
from glassnet.core.checks import refuse_masked
from glassnet.errors import DataError, SettingError
from glassnet.estimators.foreign_arrays import in_memory
from glassnet.estimators.input_names import has_names, in_training_order
from glassnet.estimators.tabular.settings import COLUMNS
from glassnet.tables import Pictures, as_table
from glassnet.tables.choices import ColumnChoices
from glassnet.tables.frames import check_cells, is_records, is_table
from glassnet.tables.recognition import recognised
from glassnet.typing import AnyArray


def choices_of(model: Any) -> ColumnChoices:
    """Return what a model's settings say of columns."""
    said = {name: getattr(model, name) for name in COLUMNS}
    for name, value in said.items():
        COLUMNS[name].check(value)
    return ColumnChoices.of(said)


def checked_rows(model: Any, X: Any, *, reset: bool, source: Sequence[str] | None = None) -> Any:
    """Return X as an Arrow table or Pictures."""
    if isinstance(X, np.ndarray) and X.dtype == np.uint8 and X.ndim in (3, 4):
        X = np.asarray(refuse_masked("X", X))
        X = Pictures(X if X.ndim == 4 else X[..., np.newaxis])
    if isinstance(X, Pictures):
        if choices_of(model):
            raise SettingError("choices of columns are for tables; X holds pictures")
        return X
    if is_table(X) or _loses_in_checks(X):
        return _checked_table(model, X, reset=reset, source=source)
    X = in_memory("X", X)
    if not isinstance(X, (np.ndarray, list, tuple)) and not is_sparse(X) and not hasattr(X, "iloc"):
        return as_table(X)  # its error says what X is instead
    from sklearn.utils.validation import validate_data

    array = validate_data(model, X, dtype=None, ensure_all_finite="allow-nan", reset=reset)
    table = as_table(array, None if reset else source or model.preparation_.source or None)
    return recognised(table, choices_of(model)) if reset else table


def _checked_table(model: Any, X: Any, *, reset: bool, source: Sequence[str] | None) -> Any:
    """Return a frame, dict or list of cells as an Arrow table, with the training's columns unless `reset`."""
    named, table = has_names(X), as_table(X)
    check_cells(table)
    if not table.num_columns or not table.num_rows:
        raise DataError(f"X holds no {'rows' if table.num_columns else 'columns'}")
    if reset:
        if named:
            model.feature_names_in_ = np.asarray(table.column_names, dtype=object)
        elif hasattr(model, "feature_names_in_"):
            del model.feature_names_in_
        return recognised(table, choices_of(model))
    known = source or model.preparation_.source
    if not known:  # trained on pictures: the preparation refuses the table
        return table
    ordered = not (isinstance(X, Mapping) or is_records(X))
    return in_training_order(table, known, model, named=named, ordered=ordered)


def _loses_in_checks(X: Any) -> bool:
    """Return whether scikit-learn's checks would lose what X holds: its mask, its types of cells, its text."""
    if isinstance(X, (list, tuple)):
        return bool(X) and (np.ndim(X[0]) == 0 or not hasattr(X[0], "__array__"))
    return isinstance(X, np.ma.MaskedArray) or (isinstance(X, np.ndarray) and X.dtype.kind == "T")


def checked_targets(model: Any, y: Any) -> AnyArray:
    """Return y as an array without missing cells, a vector unless it really has several columns."""
    y = model._targets(y)
    if isinstance(y, np.ndarray) and y.ndim == 1 and len(y) and (y.dtype.kind in "Ubiu" or _is_finite(y)):
        return y
    if y is None:
        raise ValueError(f"{model.kind} requires y to be passed, but the target y is None")
    from sklearn.utils import check_array, column_or_1d

    array = check_array(y, ensure_2d=False, dtype=None, input_name="y", estimator=model)
    if array.ndim == 1 or array.shape[1] == 1:
        array = column_or_1d(array, warn=True)
    return array.astype(str) if array.dtype == object else array


def _is_finite(y: AnyArray) -> bool:
    return y.dtype.kind == "f" and bool(np.isfinite(y).all())


def check_lengths(rows: Any, y: AnyArray) -> None:
    """Raise ValueError, in scikit-learn's words, unless there is one target per row."""
    if len(rows) != len(y):
        from sklearn.utils import check_consistent_length

        check_consistent_length(rows, y)


def width(rows: Any) -> int:
    """Return the columns of a table, or the numbers in one picture."""
    return rows.n_x if isinstance(rows, Pictures) else rows.num_columns
