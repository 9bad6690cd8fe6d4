"""What each column contributes to the answer for one row: integrated and expected gradients.

Integrated gradients (Sundararajan, Taly and Yan 2017, arXiv 1703.01365) follow the straight line from a baseline x' to
the row x and collect the slopes of the answer f on the way:

    contribution of feature j = (x_j - x'_j) * mean over alpha in (0, 1) of df/dx_j at x' + alpha (x - x')

They sum to f(x) - f(x') (completeness). Expected gradients (Erion et al. 2021, arXiv 1906.10670) are their mean over
many baselines, here rows like those of the training: they sum to f(x) minus the mean answer to these rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from glassnet.arrays.threads import blas_threads
from glassnet.errors import DataError
from glassnet.estimators.tabular.model import TableModel
from glassnet.explain.answers import Answer, Answers
from glassnet.explain.rows import LONGEST_CELL, LONGEST_NAME, PreparedRows, in_code, prepared
from glassnet.plain_text import shortened
from glassnet.text_table import aligned, number_text, wrapped
from glassnet.texts import told
from glassnet.typing import Array

FEWEST_STEPS, MOST_STEPS = 16, 256  # of a path
TOLERANCE = 5e-4  # of completeness, relative to the answer: with a larger error the path gets twice as many steps
IN_SENTENCE, IN_TABLE = 3, 20  # columns
IN_WORDS = 0.01  # of the largest contribution: smaller ones are not in the sentence


@dataclass(frozen=True)
class ColumnContribution:
    """What one column contributes to an answer.

    Parameters
    ----------
    column, cell : str
        Its name, and the row's cell as text.
    value : float
        In the units of the answer.
    """

    column: str
    cell: str
    value: float


@dataclass(frozen=True)
class Contributions:
    """Why a row gets its answer: the mean answer to other rows, plus what each column contributes.

    Parameters
    ----------
    answer : Answer
        What is answered: the probability of a class, or the target.
    value, base : float
        The answer to this row, and the mean answer to the rows that it is compared with.
    columns : list of ColumnContribution
        The largest first.
    error : float
        What is left of value - base - the sum of the contributions, by the finite number of steps.
    compared : int
        Rows that it is compared with; 1 where that is their mean.
    """

    answer: Answer
    value: float
    base: float
    columns: list[ColumnContribution]
    error: float
    compared: int

    @property
    def sentence(self) -> str:
        """The result in words."""
        least = IN_WORDS * max(abs(each.value) for each in self.columns)
        largest = [each for each in self.columns[:IN_SENTENCE] if abs(each.value) > least]
        parts = [
            f"{in_code((each.column,))} = {shortened(each.cell, LONGEST_CELL)} "
            f"{'adds' if each.value > 0 else 'takes'} {number_text(abs(each.value), 3)}"
            for each in largest
        ]
        why = ", ".join(parts) or "no column differs"
        return f"{self.answer} is {number_text(self.value)}, on average {number_text(self.base)}: {why}"

    def __str__(self) -> str:
        return f"{wrapped(told(self.sentence))}\n\n{self.table}"

    @property
    def table(self) -> str:
        """The numbers."""
        rows = [tuple(map(told, ("column", "cell", "contributes")))]
        rows += [
            (shortened(each.column, LONGEST_NAME), shortened(each.cell, LONGEST_CELL), _signed(each.value))
            for each in self.columns[:IN_TABLE]
        ]
        if rest := self.columns[IN_TABLE:]:
            rows.append((told(f"{len(rest)} others"), "", _signed(sum(each.value for each in rest))))
        rows.append((told("not explained"), "", f"{self.error:+.1e}"))
        return aligned(rows, right=rows[0][2:])


def contributions(
    model: TableModel, X: Any, background: Any, *, output: Any = None, from_mean: bool = False, rows: int = 100,
    seed: int = 0,
) -> list[Contributions]:  # fmt: skip
    """Return what each column contributes to the answer for each row.

    Parameters
    ----------
    model : TabularClassifier or TabularRegressor
        Fitted on a table.
    X : data frame or array (m, n_x)
        The rows to explain.
    background : data frame or array (q, n_x)
        Rows to compare them with, like those of the training.
    output : label or int, optional
        The class whose probability is explained; the predicted one by default. Of several labels a row its number, and
        of several targets that of the target, counted from 0; the first by default.
    from_mean : bool
        Whether all paths begin at the mean of the background's features (integrated gradients), instead of one path
        from each of its rows (expected gradients).
    rows : int
        Background rows that are used at most.
    seed : int
        By which they are drawn.

    Returns
    -------
    list of Contributions
        One for each row of X.

    Raises
    ------
    DataError, WrongTypeError, UnknownNameError
        If model, rows or output cannot be used.
    """
    asked, others = prepared(model, X), prepared(model, background, rows, seed)
    answers = Answers(model)
    if len(others.indices) < 2:
        raise DataError("background: expected at least 2 rows to compare with, such as the training's; got 1")
    baselines = others.X.mean(axis=1, keepdims=True) if from_mean else others.X
    base, value = answers.values(baselines), answers.values(asked.X)
    indices = answers.decided(asked.X) if output is None else np.full(len(value), answers.index_of(output))
    with blas_threads(0, one=True):  # products of few rows
        return [
            _of_row(answers, asked, i, baselines, index, float(value[i, index]), float(base[:, index].mean()))
            for i, index in enumerate(indices.tolist())
        ]


def _of_row(
    answers: Answers, rows: PreparedRows, i: int, baselines: Array, index: int, value: float, base: float
) -> Contributions:
    """Return the contributions to one answer for row i, with as many steps as it takes."""
    steps = FEWEST_STEPS
    while True:
        features = integrated_slopes(answers, rows.X[:, i : i + 1], baselines, index, steps)
        error = value - base - float(features.sum())
        if abs(error) <= TOLERANCE * abs(value) or steps >= MOST_STEPS:
            break
        steps *= 2
    parts = [
        ColumnContribution(name, rows.cell_text(name, i), float(features[of_column].sum()))
        for name, of_column in rows.features.items()
    ]
    parts.sort(key=lambda each: -abs(each.value))
    return Contributions(answers.asked[index], value, base, parts, error, baselines.shape[1])


def integrated_slopes(answers: Answers, x: Array, baselines: Array, index: int, steps: int) -> Array:
    """Return the contribution of each feature (n[0],), the mean over the baselines (n[0], q), by the midpoint rule."""
    difference = x - baselines
    slopes = sum(answers.slopes(baselines + (s + 0.5) / steps * difference, index) for s in range(steps)) / steps
    return np.asarray((difference * slopes).mean(axis=1))


def _signed(value: float) -> str:
    return f"{'+' if value >= 0 else ''}{number_text(value)}"
