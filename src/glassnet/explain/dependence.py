"""How the answer changes with a column, or with two: partial dependence, and a curve for each row.

A curve (individual conditional expectation, Goldstein et al. 2015, arXiv 1309.6392) is the answer to one row when its
cell is replaced by one value after the other; partial dependence (Friedman 2001, section 8.2) is the mean of the
curves. The values are cells that occur: numbers at quantiles, others by frequency, missing cells as one value.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from glassnet.arrays.threads import blas_threads
from glassnet.errors import SettingError
from glassnet.estimators.tabular.model import TableModel
from glassnet.explain.answers import Answer, Answers
from glassnet.explain.rows import LONGEST_CELL, MISSING, PreparedRows, in_code, prepared
from glassnet.plain_text import shortened
from glassnet.tables.cells import decoded
from glassnet.text_table import aligned, number_text, wrapped
from glassnet.texts import told
from glassnet.typing import Array

VALUES, VALUES_OF_PAIR = 20, 8  # of a column, at most
IN_TABLE = 6  # of a pair: values of the second column, from the first to the last


@dataclass(frozen=True)
class Axis:
    """The values of a column at which the answers are computed.

    Parameters
    ----------
    column : str
        Its name.
    texts : tuple of str
        Each value as text; the last may be "(missing)".
    numbers : tuple of float or None
        Each as a number, NaN where it is missing; None of a column that holds none.
    """

    column: str
    texts: tuple[str, ...]
    numbers: tuple[float, ...] | None


@dataclass(frozen=True, eq=False)
class Dependence:
    """How the answer changes with a column, or with two.

    Parameters
    ----------
    answer : Answer
        What is answered: the probability of a class, or the target.
    axes : tuple of one or two Axis
        The values.
    mean : array (values,) or (values of the first, values of the second)
        The mean answer over the rows.
    curves : array (rows, values), or (rows, values, values)
        The answer for each row.
    """

    answer: Answer
    axes: tuple[Axis, ...]
    mean: Array
    curves: Array

    @property
    def sentence(self) -> str:
        """The result in words."""
        low, high = (np.unravel_index(place, self.mean.shape) for place in (self.mean.argmin(), self.mean.argmax()))
        names = in_code(tuple(axis.column for axis in self.axes))
        if self.mean[low] == self.mean[high]:
            return f"{names}: no effect, {self.answer} is {number_text(self.mean[low])} throughout"
        return (
            f"{names}: {self.answer} is {number_text(self.mean[low])} at {self._at(low)}, "
            f"and {number_text(self.mean[high])} at {self._at(high)}"
        )

    def _at(self, place: Any) -> str:
        return ", ".join(shortened(axis.texts[i], LONGEST_CELL) for axis, i in zip(self.axes, place, strict=True))

    def __str__(self) -> str:
        return f"{wrapped(told(self.sentence))}\n\n{self.table}"

    @property
    def table(self) -> str:
        """The numbers."""
        first = self.axes[0]
        if len(self.axes) == 1:
            low, high = np.quantile(self.curves, [0.1, 0.9], axis=0)
            told_heads = map(told, ("mean", "10 % of rows below", "10 % above"))
            head = (shortened(first.column, LONGEST_CELL), *told_heads)
            rows: list[tuple[str, ...]] = [head]
            rows += [
                (shortened(text, LONGEST_CELL), *(number_text(value) for value in values))
                for text, *values in zip(first.texts, self.mean, low, high, strict=True)
            ]
            return aligned(rows, right=head[1:])
        second = self.axes[1]
        some = np.unique(np.linspace(0, len(second.texts) - 1, IN_TABLE).astype(int))
        heads = [shortened(second.texts[j], 9) for j in some]
        corner = shortened(f"{first.column} \\ {second.column}", 16)
        lines = [
            [shortened(text, 16), *(number_text(value, 3) for value in line[some])]
            for text, line in zip(first.texts, self.mean, strict=True)
        ]
        return aligned([[corner, *heads], *lines], right=heads)


def dependence(
    model: TableModel, X: Any, columns: str | Sequence[str], *, output: Any = None, rows: int = 500, seed: int = 0
) -> Dependence:
    """Return how the answer changes with a column, or with two.

    Parameters
    ----------
    model : TabularClassifier or TabularRegressor
        Fitted on a table.
    X : data frame or array (m, n_x)
        Rows like those of the training.
    columns : str, or sequence of one or two str
        The column, or both.
    output : label or int, optional
        The class whose probability is meant; the second of two, or the one that is predicted most, by default. Of
        several labels a row, or several targets, its number, counted from 0; the first by default.
    rows : int
        Rows that are used at most.
    seed : int
        By which they are drawn.

    Returns
    -------
    Dependence
        Values, mean and curves.

    Raises
    ------
    SettingError
        If no columns are named, one twice, or more than two.
    DataError, WrongTypeError, UnknownNameError
        If model, rows, column or output cannot be used.
    """
    asked = [columns] if isinstance(columns, str) else list(columns)
    if len(asked) not in (1, 2) or len(set(asked)) < len(asked):
        raise SettingError(f"columns: expected one column, or two different ones; got {', '.join(asked) or 'none'}")
    some, answers = prepared(model, X, rows, seed), Answers(model)
    most = VALUES if len(asked) == 1 else VALUES_OF_PAIR
    index = answers.most_asked(some.X) if output is None else answers.index_of(output)
    axes, places = zip(*(_axis(some, some.checked(name), most) for name in asked), strict=True)
    X_new = some.X.copy()
    shape = tuple(map(len, places))
    curves = np.empty((X_new.shape[1], *shape))
    with blas_threads(0, one=True):  # products of few rows
        for place in np.ndindex(*shape):
            for name, rows_of, i in zip(asked, places, place, strict=True):
                features = some.features[name]
                X_new[features] = some.X[features][:, rows_of[i], np.newaxis]
            curves[:, *place] = answers.values(X_new)[:, index]
    return Dependence(answers.asked[index], axes, curves.mean(axis=0), curves)


def _axis(rows: PreparedRows, name: str, most: int) -> tuple[Axis, list[int]]:
    """Return the values of a column, and for each a row that has it."""
    amounts = rows.amounts(name)
    if amounts is None:
        cells = [MISSING if cell is None else str(cell) for cell in decoded(rows.table[name]).to_pylist()]
        texts = [text for text, _ in Counter(cells).most_common(most)]
        texts.sort(key=MISSING.__eq__)  # stable: missing cells come last
        return Axis(name, tuple(texts), None), [cells.index(text) for text in texts]
    lost = np.isnan(amounts)
    values = np.unique(amounts[~lost])
    if len(values) > most:
        values = np.unique(np.quantile(amounts[~lost], np.linspace(0, 1, most), method="inverted_cdf"))
    places = [int(np.flatnonzero(amounts == value)[0]) for value in values]
    if lost.any():
        places.append(int(np.flatnonzero(lost)[0]))
    texts = [rows.cell_text(name, place) for place in places]
    return Axis(name, tuple(texts), tuple(amounts[places].tolist())), places
