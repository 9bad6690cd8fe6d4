"""Which columns act together: Friedman's H (Friedman and Popescu 2008, arXiv 0811.1679, section 8.1).

With F_j the partial dependence on column j and F_jk that on both, each taken at the rows i and with mean 0:

    H_jk² = sum_i (F_jk(x_ij, x_ik) - F_j(x_ij) - F_k(x_ik))² / sum_i F_jk(x_ij, x_ik)²

0 where the effects of two columns add up, 1 where neither has an effect of its own. The root of the mean of the
numerator is how strongly they act together, in the units of the answer; of classes both sums go over all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from typing import Any

import numpy as np

from glassnet.arrays.threads import thread_map
from glassnet.errors import SettingError
from glassnet.estimators.tabular.model import TableModel
from glassnet.explain.answers import Answers
from glassnet.explain.rows import LONGEST_NAME, PreparedRows, in_code, prepared
from glassnet.plain_text import shortened
from glassnet.text_table import aligned, wrapped
from glassnet.texts import told
from glassnet.typing import Array

NEAR_ZERO = 1e-9  # of the answers: what is smaller is rounding
WEAK = 0.1  # H below which two columns are not said to act together


@dataclass(frozen=True)
class Interaction:
    """How far two columns act together.

    Parameters
    ----------
    columns : tuple of 2 str
        Their names.
    H : float
        Friedman's H, 0 where their effects add up.
    strength : float
        What is left of their joint effect when both effects are taken off, as a deviation in the units of the answer.
    """

    columns: tuple[str, str]
    H: float
    strength: float


@dataclass(frozen=True)
class Interactions:
    """Which columns act together.

    Parameters
    ----------
    pairs : list of Interaction
        The strongest first.
    rows : int
        That were looked at.
    """

    pairs: list[Interaction]
    rows: int

    @property
    def sentence(self) -> str:
        """The result in words."""
        strong = [each for each in self.pairs if each.H >= WEAK]
        if not strong:
            return "no two of these columns act together: their effects add up"
        first = strong[0]
        return f"{' and '.join(in_code((name,)) for name in first.columns)} act together most (H {first.H:.2f})"

    def __str__(self) -> str:
        return f"{wrapped(told(self.sentence))}\n\n{self.table}"

    @property
    def table(self) -> str:
        """The numbers."""
        strength = told("strength")
        rows: list[tuple[str, ...]] = [(told("column"), told("column"), "H", strength)]
        rows += [
            (*(shortened(name, LONGEST_NAME) for name in each.columns), f"{each.H:.2f}", f"{each.strength:.3g}")
            for each in self.pairs
        ]
        return aligned(rows, right=("H", strength))


def interactions(model: TableModel, X: Any, columns: Sequence[str], *, rows: int = 100, seed: int = 0) -> Interactions:
    """Return how far each two of some columns act together.

    Parameters
    ----------
    model : TabularClassifier or TabularRegressor
        Fitted on a table.
    X : data frame or array (m, n_x)
        Rows like those of the training.
    columns : sequence of str
        At least 2, such as the most important ones: of n columns there are n (n - 1) / 2 pairs.
    rows : int
        Rows that are looked at, at most; the time grows with their square.
    seed : int
        By which they are drawn.

    Returns
    -------
    Interactions
        The strongest first.

    Raises
    ------
    SettingError
        If there are fewer than 2 columns.
    DataError, WrongTypeError, UnknownNameError
        If model, rows or columns cannot be used.
    """
    some = prepared(model, X, rows, seed)
    names = list(dict.fromkeys(some.checked(name) for name in columns))
    if len(names) < 2:
        raise SettingError(f"columns: expected at least 2; got {', '.join(names) or 'none'}")
    answers = Answers(model)
    sets = [*((name,) for name in names), *combinations(names, 2)]
    F = dict(zip(sets, thread_map(partial(_at_the_rows, answers, some), sets), strict=True))
    rounding = NEAR_ZERO * float(np.abs(answers.values(some.X)).max())
    pairs = []
    for a, b in combinations(names, 2):
        both = F[a, b]
        rest, whole = (float(np.sqrt(np.mean(each**2))) for each in (both - F[a,] - F[b,], both))
        is_there = rest > rounding
        pairs.append(Interaction((a, b), rest / max(whole, rounding) if is_there else 0.0, rest if is_there else 0.0))
    return Interactions(sorted(pairs, key=lambda each: -each.strength), len(some.indices))


def _at_the_rows(answers: Answers, rows: PreparedRows, columns: tuple[str, ...]) -> Array:
    """Return the partial dependence on columns at the cells of each row, with mean 0, (m, n_answers)."""
    features = np.concatenate([rows.features[name] for name in columns])
    distinct, which = np.unique(rows.X[features], axis=1, return_inverse=True)
    X, means = rows.X.copy(), []
    for cells in distinct.T:
        X[features] = cells[:, np.newaxis]
        means.append(answers.values(X).mean(axis=0))
    F = np.array(means)[which.ravel()]
    return np.asarray(F - F.mean(axis=0))
