"""Columns of a table are matched with those of the training: by name, or by position where one side has no names."""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any

import numpy as np

from glassnet.errors import ColumnNamesError, DataError, ShapeError, WrongTypeError, suggestion
from glassnet.tables import Pictures
from glassnet.tables.arrow import pa
from glassnet.tables.frames import is_records

# What programs write before a running number where columns have no names: pandas, glassnet for arrays and for files
# without a header, polars, pyarrow, R.
COUNTED = re.compile(r"(?:|x|c|column_|f|V)(\d+)")
MAX_LISTED = 20  # column indices in a message


def has_names(X: Any) -> bool:
    """Return whether X gives its columns names.

    Parameters
    ----------
    X : data frame, dict, list, array
        As a user gave it.

    Returns
    -------
    bool
        False where columns are called by numbers, pairs or not at all.

    Raises
    ------
    WrongTypeError
        If some names of a data frame are text and others are not.
    """
    if isinstance(X, (np.ndarray, list, tuple)) and not is_records(X):
        return bool(getattr(getattr(X, "dtype", None), "names", None))
    if isinstance(X, (Mapping, list, tuple)):
        labels: Any = X if isinstance(X, Mapping) else [key for row in X for key in row]
    else:
        labels = getattr(X, "columns", ()) if hasattr(X, "iloc") else ()  # only pandas' need not be text
    texts = [isinstance(label, str) for label in labels]
    if any(texts) and not all(texts) and hasattr(X, "iloc"):
        raise WrongTypeError(
            "X: some names of columns are text and others are not; X.columns = X.columns.astype(str) makes them text"
        )
    return any(texts) or not texts


def is_generated(names: Sequence[str]) -> bool:
    """Return whether names were written by a program: one prefix with a running number."""
    if not names or not (first := COUNTED.fullmatch(names[0])) or first[1] not in ("0", "1"):
        return False
    word = names[0].removesuffix(first[1])
    return all(name == f"{word}{j}" for name, j in zip(names, count(int(first[1])), strict=False))


def _by_position(given: Sequence[str], known: Sequence[str], *, given_named: bool, known_named: bool) -> bool:
    """Return whether columns are to be matched by position: one list of names is none, or generated."""
    if set(given) == set(known):
        return False
    if not (given_named and known_named):
        return True
    apart = not set(given) & set(known)
    return apart and (is_generated(given) or is_generated(known))


def in_training_order(table: pa.Table, known: Sequence[str], model: Any, *, named: bool, ordered: bool) -> pa.Table:
    """Return a table with the names of the training's columns, in their order.

    Parameters
    ----------
    table : pyarrow.Table
        Rows to predict.
    known : sequence of str
        All columns of the training.
    model : estimator
        Has `feature_names_in_` where the training's columns had names, and `kind`.
    named : bool
        Whether the table has names, as `has_names` returns.
    ordered : bool
        Whether the order of the columns means something; that of a dict does not.

    Returns
    -------
    pyarrow.Table
        The same cells.

    Raises
    ------
    ShapeError
        If columns are matched by position, and there are more or fewer than in training.
    ColumnNamesError
        If names differ from the training's, or are in another order; the message has code that helps.
    """
    given, known_named = table.column_names, hasattr(model, "feature_names_in_")
    if given == list(known):
        return table
    if set(given) == set(known) and not ordered:
        return table.select(list(known))
    if _by_position(given, known, given_named=named, known_named=known_named):
        if len(given) != len(known):
            raise ShapeError(
                f"X has {len(given)} features, but {model.kind} is expecting {len(known)} features as input"
            )
        if named != known_named:  # in scikit-learn's words, which users filter by
            has, was = ("has", "without") if named else ("does not have valid", "with")
            warnings.warn(f"X {has} feature names, but {model.kind} was fitted {was} feature names", stacklevel=7)
        return table.rename_columns(list(known))
    raise ColumnNamesError(_difference(given, list(known), known_named))


def select_training_columns(model: Any, X: Any) -> Any:
    """Return X with the columns of a model's training; further columns are dropped.

    Columns that no feature is made of may be missing. Where one side's names were written by a program (x0, x1 of an
    array, c1, c2 of a file without a header), columns are matched by position.
    """
    if isinstance(X, Pictures):
        if X.n_x != model.n_features_in_:
            raise ShapeError(f"the model takes pictures of n_x = {model.n_features_in_}; these have {X.describe()}")
        return X
    if model.preparation_.pictures:  # the preparation refuses the table
        return X
    given, known, known_named = X.column_names, list(model.preparation_.source), hasattr(model, "feature_names_in_")
    if len(given) == len(known) and _by_position(given, known, given_named=True, known_named=known_named):
        return X.rename_columns(known)
    needed = {column.name for column in model.preparation_.columns}
    for name in known:
        if name not in given and name in needed:
            raise DataError(
                f"column {name!r} is missing{suggestion(name, given)}; the model was trained on "
                f"{len(known)} columns, the data has {len(given)}"
            )
    return pa.table({name: X[name] if name in given else pa.nulls(X.num_rows) for name in known})


def _difference(given: list[str], known: list[str], named: bool) -> str:
    """Return how a table's names differ from the training's, in scikit-learn's words, and code that helps."""
    said = ["The feature names should match those that were passed during fit."]
    unseen, lost = ([name for name in a if name not in set(b)] for a, b in ((given, known), (known, given)))
    for what, names in (("unseen at fit time", unseen), ("seen at fit time, yet now missing", lost)):
        if names:
            said.append(f"Feature names {what}:")
            said += [f"- {name:.60}" for name in sorted(names)[:5]] + ["- ..."] * (len(names) > 5)
    if not unseen and not lost:
        said.append("Feature names must be in the same order as they were in fit.")
    if not lost:
        indices = [given.index(name) for name in known]
        columns = "X[model.feature_names_in_]" if named else f"X.iloc[:, {indices}]"
        if named or len(indices) <= MAX_LISTED:
            said.append(f"{columns} has the columns of the training, in their order.")
    near = [f"{name!r}{hint}" for name in lost if (hint := suggestion(name, unseen))]
    if near:
        said.append(f"Missing: {', '.join(near)}")
    return "\n".join([*said, ""] if not near and lost else said)
