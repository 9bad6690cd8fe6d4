"""Rows for an exported model: those of a table in the form of its inputs, and made ones to compare answers on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from glassnet.estimators.tabular.rows import checked_rows
from glassnet.export.description import Bins, Description, Input, Means, OneOf, Scaled, Terms
from glassnet.export.of_columns import row_of
from glassnet.tables import Pictures
from glassnet.tables.arrow import pa
from glassnet.typing import AnyArray

MADE = 512  # rows
MISSING = 0.1  # share of cells
OUTSIDE = 2.0  # ranges of the training that made numbers reach beyond it
STRANGE = ("unheardof", "Unheard-of,", "1234567", "https://example.org/a?b", "!", "…", "新")
MOST_WORDS = 30


def inputs_of(model: Any, X: Any) -> dict[str, AnyArray]:
    """Return rows as an exported model takes them.

    Parameters
    ----------
    model : TabularClassifier, TabularRegressor, MLPClassifier, MLPRegressor or Network
        That was exported.
    X : rows
        As `predict` takes them; columns (n[0], m), as `forward` takes them, for a network.

    Returns
    -------
    dict of str to array
        For each input a column (m, 1) of float64 numbers or of text; or "X", rows (m, n_x) of float32 or pictures
        (m, height, width, channels) of uint8. ``onnxruntime.InferenceSession.run(None, inputs)`` takes it.

    Raises
    ------
    DataError
        If X does not match the model.
    """
    preparation = getattr(model, "preparation_", None)
    if preparation is None:
        rows = np.asarray(X).T if not hasattr(model, "network_") else model._inputs(X).T
        rows = rows.toarray() if hasattr(rows, "toarray") else rows
        return {"X": np.ascontiguousarray(rows, np.float32)}
    rows = checked_rows(model, X, reset=False)
    if isinstance(rows, Pictures):
        return {"X": rows.images}
    read = preparation.parsed(rows)[1]
    found: dict[str, AnyArray] = {}
    for column in preparation.columns:
        row = row_of(column)
        values = row.values(column, read[column.name].cells)
        for one, cells in zip(row.inputs(column, ()), values, strict=True):
            found.setdefault(one.name, cells[:, np.newaxis])
    return found


def made_rows(model: Any, description: Description, m: int = MADE, seed: int = 0) -> Any:
    """Return random rows as a model takes them: numbers within and beyond those of the training, new and missing cells.

    Parameters
    ----------
    model : estimator or Network
        Fitted.
    description : Description
        Of it.
    m : int
        Rows.
    seed : int
        Of the draw.

    Returns
    -------
    pyarrow.Table, Pictures or array
        Columns (n[0], m) for a network.
    """
    rng = np.random.default_rng(seed)
    first = description.inputs[0]
    if first.kind == "pictures":
        return Pictures(rng.integers(0, 256, (m, *first.shape), np.uint8), model.preparation_.pictures.order)
    if first.kind == "rows":
        rows = rng.normal(size=(m, first.shape[0])).astype(np.float32)
        return rows if hasattr(model, "network_") else rows.T
    made = {one.name: MAKERS[one.kind](one, description, rng, m) for one in description.inputs}
    cells: dict[str, Any] = dict.fromkeys(model.preparation_.source, pa.nulls(m))
    for column in model.preparation_.columns:
        row = row_of(column)
        cells[column.name] = row.cells(*(made[one.name] for one in row.inputs(column, ())))
    return pa.table(cells)


def _numbers(one: Input, description: Description, rng: Any, m: int) -> AnyArray:
    """Return numbers around what their features say of them."""
    middle, reach, likely = 0.0, 1.0, []
    for feature in description.features:
        if feature.input == one and isinstance(feature, Scaled):
            middle, reach = feature.median, OUTSIDE * feature.spread
        if feature.input == one and isinstance(feature, Bins):
            likely = list(feature.edges)
    values = rng.normal(middle, reach, m)
    if likely:
        values = np.where(rng.random(m) < 0.5, values, rng.choice(likely, m))
    if one.kind == "time":
        values = values % 86400
    if one.kind != "number":  # seconds, as clocks show them
        values = np.floor(values * one.per_unit)
    return np.where(rng.random(m) < MISSING, np.nan, values)


def _texts(one: Input, description: Description, rng: Any, m: int) -> AnyArray:
    """Return known texts, and some that are not."""
    known = [
        value
        for feature in description.features
        if feature.input == one and isinstance(feature, OneOf | Means)
        for value in feature.values
    ]
    values = np.array([*known, "(never seen)"], object)
    return np.where(rng.random(m) < MISSING, "", values[rng.integers(0, len(values), m)])


def _words(one: Input, description: Description, rng: Any, m: int) -> AnyArray:
    """Return texts of known words, and of some that are not."""
    terms = [feature.terms for feature in description.features if feature.input == one and isinstance(feature, Terms)]
    known = np.array([*(term for each in terms for term in each), *STRANGE], object)
    made = [" ".join(rng.choice(known, rng.integers(0, MOST_WORDS))) for _ in range(m)]
    return np.where(rng.random(m) < MISSING, "", np.array([*made, ""], object)[:-1])


MAKERS: dict[str, Callable[[Input, Description, Any, int], AnyArray]] = {
    "number": _numbers, "moment": _numbers, "time": _numbers, "text": _texts, "words": _words,
}  # fmt: skip
