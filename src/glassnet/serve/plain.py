"""The features of a few rows, computed from a model's plain description: each array operation is one for all columns.

The preparation of a table takes whole columns of any spelling; a request has a row or two, whose cells are checked.
Both compute the same, which is tested.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from glassnet.errors import SettingError
from glassnet.estimators.tabular.model import TableModel
from glassnet.export import Description, describe
from glassnet.export.description import Bins, IsMissing, Means, OneOf, Scaled
from glassnet.serve.fields import Field
from glassnet.tables.columns.number import CLIP, FARTHEST, FULL, TINY
from glassnet.typing import AnyArray, Array

KNOWN = (Scaled, Bins, IsMissing, OneOf, Means)
OTHER, MISSING = object(), object()  # of a text that is not among the values, and of a missing one


class PlainRows:
    """Computes the network's input from checked rows whose columns are numbers and categories.

    Parameters
    ----------
    description : Description
        Of the model.
    fields : sequence of Field
        Its columns, in the order of the cells.
    """

    def __init__(self, description: Description, fields: Sequence[Field]) -> None:
        position = {field.name: i for i, field in enumerate(fields)}
        numbers = [one for one in description.inputs if one.kind == "number"]
        self.numbers = [position[one.name] for one in numbers]
        self.gaps = [(i, np.array(one.gaps)) for i, one in enumerate(numbers) if one.gaps]
        self.n_x = description.n_x
        at, start = {one: i for i, one in enumerate(numbers)}, 0
        places = np.array(description.places or np.arange(sum(each.width for each in description.features)), int)
        scaled: dict[bool, list[tuple[Any, ...]]] = {True: [], False: []}
        bins: list[tuple[Any, ...]] = []
        lost: list[tuple[int, int]] = []
        self.texts: list[tuple[int, dict[Any, tuple[AnyArray, AnyArray]], tuple[str, ...]]] = []
        for feature in description.features:
            rows = places[start : start + feature.width]
            start += feature.width
            if isinstance(feature, Scaled):
                scaled[feature.clipped].append((at[feature.input], feature.median, feature.spread, rows[0]))
            elif isinstance(feature, Bins):
                edges = zip(feature.edges[:-1], feature.edges[1:], rows, strict=True)
                bins += [(at[feature.input], feature.median, low, high, row) for low, high, row in edges]
            elif isinstance(feature, IsMissing):
                lost.append((at[feature.input], rows[0]))
            elif isinstance(feature, OneOf | Means):
                table = _one_of(feature, rows) if isinstance(feature, OneOf) else _means(feature, rows)
                self.texts.append((position[feature.input.name], table, feature.input.marks))
        self.clipped, self.linear = (_columns(scaled[kind], 4) for kind in (True, False))
        self.bins, self.lost = _columns(bins, 5), _columns(lost, 2)

    def features(self, cells: Sequence[Sequence[Any]]) -> Array:
        """Return X (n[0], m) of m rows."""
        X = np.zeros((self.n_x, len(cells)))
        if self.numbers:
            V = np.array([[row[i] for row in cells] for i in self.numbers])
            for i, gaps in self.gaps:
                V[i, np.isin(V[i], gaps)] = np.nan
            lost = np.isnan(V)
            if len(self.lost[0]):
                of, rows = self.lost
                X[rows] = lost[of]
            with np.errstate(over="ignore"):  # an overflow ends at the limit of scale or bin
                self._fill(X, V, lost if lost.any() else None)
        for i, table, marks in self.texts:
            for j, row in enumerate(cells):
                cell = row[i]
                text = MISSING if cell is None else cell.strip()
                found = table.get(MISSING if text in marks else text) or table.get(OTHER)
                if found is not None:
                    X[found[0], j] = found[1]
        return X

    def _fill(self, X: Array, V: Array, lost: Any) -> None:
        """Write what becomes of numbers; a missing one is the median."""

        def present(of: AnyArray, median: AnyArray) -> AnyArray:
            return V[of] if lost is None else np.where(lost[of], median, V[of])

        of, median, spread, rows = self.clipped
        if len(of):
            Z = (present(of, median) - median) / spread
            X[rows] = np.sign(Z) / np.sqrt(1 / np.maximum(Z * Z, TINY) + 1 / CLIP**2)  # a large Z * Z may be infinite
        of, median, spread, rows = self.linear
        if len(of):
            X[rows] = np.clip((present(of, median) - median) / spread, -FARTHEST, FARTHEST)
        of, median, low, high, rows = self.bins
        if len(of):
            X[rows] = FULL * np.clip((present(of, median) - low) / (high - low), 0, 1)


def _columns(rows: list[tuple[Any, ...]], width: int) -> list[AnyArray]:
    """Return the columns of a table: the first and the last (m,) of positions, the others (m, 1) of numbers."""
    columns = [np.array(column) for column in zip(*rows, strict=True)] if rows else [np.zeros(0)] * width
    first, *middle, last = columns
    return [first.astype(int), *(each[:, np.newaxis] for each in middle), last.astype(int)]


def _one_of(feature: OneOf, rows: AnyArray) -> dict[Any, tuple[AnyArray, AnyArray]]:
    """Return the rows of X that a text sets, and to what."""
    one, keys = np.ones(1), [*feature.values, *[OTHER] * feature.other, *[MISSING] * feature.missing]
    table = {key: (rows[i : i + 1], one) for i, key in enumerate(keys)}
    return {MISSING: (rows[:0], one[:0]), **table}


def _means(feature: Means, rows: AnyArray) -> dict[Any, tuple[AnyArray, AnyArray]]:
    nothing = (rows[:0], np.zeros(0))
    known = zip(feature.values, feature.means, strict=True)
    return {MISSING: nothing, **{value: (rows, np.array(means)) for value, means in known}}


def plain_rows(model: TableModel, fields: Sequence[Field]) -> PlainRows | None:
    """Return what computes the features of a few rows; None where a column needs the preparation of a table."""
    try:
        description = describe(model)
    except SettingError:  # a column as an older release wrote it
        return None
    plain = all(isinstance(each, KNOWN) for each in description.features)
    if not plain or any(one.kind not in ("number", "text") or one.per_unit != 1 for one in description.inputs):
        return None
    if not {one.name for one in description.inputs} <= {field.name for field in fields}:  # the axes of a place
        return None
    return PlainRows(description, fields)
