"""How much each column matters: what the metric loses when its cells are shuffled among the rows.

Permutation importance (Breiman 2001, Random Forests, section 10; Fisher, Rudin and Dominici 2019, arXiv 1801.01489):

    importance of a column = cost(y, f(X with the column shuffled)) - cost(y, f(X)), the mean over some shuffles

Of rows that a model learned from, what it memorised would count as important: a column of noise too. So rows of its
training are answered by the networks that left them out. All features that a column became are shuffled at once. Where
two columns say the same, neither is missed alone: columns that belong together can be shuffled together, and a note
names pairs of which one tells the other.

A column is certain to matter where chance would not do the same. If it said nothing, the rows as they are would be one
more shuffle (the null hypothesis of a permutation test), so that of R shuffles with standard deviation s

    mean / (s sqrt(1 + 1/R))   is a t with R - 1 degrees of freedom,

the error of a prediction, not that of a mean, which is sqrt(R + 1) times smaller. Of k columns each may be wrong in
.05 / k of the cases (Bonferroni): then in 19 of 20 tables no column that says nothing is said to matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import numpy as np

from glassnet.arrays.threads import thread_map
from glassnet.core.checks import is_count
from glassnet.errors import SettingError
from glassnet.estimators.sklearn_errors import as_glassnet_errors
from glassnet.estimators.tabular.judging import class_answers, metrics_of_loss, number_answers
from glassnet.estimators.tabular.model import TableClassifier, TableModel
from glassnet.estimators.tabular.rows import check_lengths, checked_targets
from glassnet.estimators.targets import LabelEncoder
from glassnet.explain.answers import Answers
from glassnet.explain.left_out import left_out_rows
from glassnet.explain.rows import LONGEST_NAME, PreparedRows, in_code, most_rows, prepared
from glassnet.metrics import metric_named
from glassnet.plain_text import shortened
from glassnet.text_table import aligned, number_text, wrapped
from glassnet.texts import told
from glassnet.typing import AnyArray, Array

ALIKE = 0.9  # correlation from which two columns are told
WIDEST = 64  # features of a column that is compared with others
ERROR = 0.05  # how often, of many tables, one has a column that says nothing and is said to matter
LEAST_REPEATS = 5  # of fewer shuffles the deviation may be 0 by chance
REPEATS, REPEATS_OF_FEW, FEW = 5, 20, 500  # shuffles: usually, and of so few rows, where more of them cost no more
TINY = 1e-12  # what is smaller is rounding
IN_TABLE, MOST_NOTES = 20, 5  # columns, and groups of them that tell the same


@dataclass(frozen=True)
class ColumnImportance:
    """How much a column matters, or several that were shuffled together.

    Parameters
    ----------
    columns : tuple of str
        Their names.
    mean, deviation : float
        By how much the metric gets worse, over the shuffles; below 0 where it gets better.
    without : float
        The metric with these columns shuffled, the mean over the shuffles.
    """

    columns: tuple[str, ...]
    mean: float
    deviation: float
    without: float


@dataclass(frozen=True)
class Alike:
    """Two columns of which one tells the other.

    Parameters
    ----------
    columns : tuple of 2 str
        Their names.
    correlation : float
        How well, from 0 to 1.
    """

    columns: tuple[str, str]
    correlation: float


@dataclass(frozen=True)
class Importance:
    """How much each column matters.

    Parameters
    ----------
    metric : str
        What was measured.
    value : float
        The metric of the rows as they are.
    greater_is_better : bool
        Whether the best model has the greatest value.
    rows, repeats : int
        Rows that were looked at, and how many times each column was shuffled.
    columns : list of ColumnImportance
        The most important first.
    alike : list of Alike
        Pairs of columns of which one tells the other, the most alike first.
    left_out : bool
        Whether these are rows of the training, each answered by the networks that left it out.
    """

    metric: str
    value: float
    greater_is_better: bool
    rows: int
    repeats: int
    columns: list[ColumnImportance]
    alike: list[Alike] = field(default_factory=list)
    left_out: bool = False

    @property
    def notes(self) -> list[str]:
        """What to know before columns are compared."""
        return [
            f"{in_code(names)} tell the same (correlation {least:.2f}), so none is missed alone: shuffle them together"
            for names, least in self.like_each_other()[:MOST_NOTES]
        ]

    def like_each_other(self) -> list[tuple[tuple[str, ...], float]]:
        """Return columns in groups, each of which is like another of its group, with the least such correlation.

        Returns
        -------
        list of (tuple of str, float)
            The group of the two that are most alike first.
        """
        groups: list[tuple[tuple[str, ...], float]] = []
        for each in self.alike:
            met = [group for group in groups if set(group[0]) & set(each.columns)]
            names = dict.fromkeys(name for group, _ in met for name in group) | dict.fromkeys(each.columns)
            rest = [group for group in groups if group not in met]
            place = groups.index(met[0]) if met else len(groups)
            groups = [*rest[:place], (tuple(names), each.correlation), *rest[place:]]
        return groups

    @property
    def certain(self) -> list[ColumnImportance]:
        """The columns that matter for certain, the most important first."""
        from scipy.special import stdtrit  # a quantile of the t distribution

        if self.repeats < LEAST_REPEATS:
            return []
        t = stdtrit(self.repeats - 1, 1 - ERROR / len(self.columns))
        chance = float(t * np.sqrt(1 + 1 / self.repeats))
        return [each for each in self.columns if each.mean > max(TINY, chance * each.deviation)]

    @property
    def sentence(self) -> str:
        """The result in words."""
        certain, value = self.certain, number_text(self.value)
        first = (certain or self.columns)[0]
        if first.mean <= TINY:
            return f"no column matters by itself: without any of them the {self.metric} stays near {value}"
        moves = "falls" if first.without < self.value else "rises"
        move = f"the {self.metric} {moves} from {value} to {number_text(first.without)}"
        names, is_one = in_code(first.columns), len(first.columns) == 1
        if not certain:
            return f"no column is certain to matter on {self.rows} rows: without {names} {move}, which chance may do"
        matter = "matters" if is_one else "matter"
        most = " most" if first is self.columns[0] else " for certain"
        return f"{names} {matter}{most}: without {'it' if is_one else 'them'} {move}"

    def __str__(self) -> str:
        return f"{wrapped(told(self.sentence))}\n\n{self.table}"

    @property
    def table(self) -> str:
        """The numbers."""
        rows: list[tuple[str, ...]] = [(*map(told, ("shuffled", self.metric, "worse by")), "+-")]
        rows += [
            (shortened(", ".join(each.columns), LONGEST_NAME), *map(_number, (each.without, each.mean, each.deviation)))
            for each in self.columns[:IN_TABLE]
        ]
        more = len(self.columns) - IN_TABLE
        below = "\n" + told(f"and {more} columns that matter less") if more > 0 else ""
        noted = "".join(f"\n{wrapped(told(note))}" for note in self.notes)
        return f"{aligned(rows, right=rows[0][1:])}{below}{noted}"


def importance(
    model: TableModel, X: Any, y: Any, *, together: Sequence[Sequence[str]] = (), metric: str | None = None,
    repeats: int | None = None, rows: int = 2000, seed: int = 0, sample_weight: Any = None, groups: Any = None,
) -> Importance:  # fmt: skip
    """Return how much each column matters for a model's metric.

    Parameters
    ----------
    model : TabularClassifier or TabularRegressor
        Fitted on a table.
    X : data frame or array (m, n_x)
        Rows that the model did not learn from; or all rows of its last training, as `fit` took them, which are
        recognised: each is answered by the networks that left it out, or only the validation rows are taken. Where
        there are none, or only some of the rows are given, what the model memorised counts as important.
    y : array_like (m,) or (m, n_outputs)
        True targets.
    together : sequence of sequence of str
        Groups of columns that are shuffled together.
    metric : str, optional
        Name in `glassnet.metrics.METRICS`; that of the model by default, else Brier score (the squared error of the
        probabilities, which sees more than right and wrong), RMSE, or what belongs to the model's loss.
    repeats : int, optional
        How many times each column is shuffled; 5 by default, 20 of fewer than 500 rows.
    rows : int
        Rows that are used at most.
    seed : int
        By which rows and shuffles are drawn.
    sample_weight, groups : array_like (m,), optional
        As `fit` took them, where these are its rows.

    Returns
    -------
    Importance
        The most important columns first.

    Raises
    ------
    SettingError
        If a column is in two groups, or `repeats` is no whole number of at least 2.
    DataError, WrongTypeError, UnknownNameError
        If model, rows, targets or names cannot be used.
    """
    if repeats is not None and not is_count(repeats, 2):
        raise SettingError(f"repeats: expected a whole number of at least 2; got {repeats!r}")
    some = prepared(model, X, rows, seed)
    with as_glassnet_errors():
        targets = checked_targets(model, y)
        check_lengths(range(some.given), targets)
    left_out = model.rows_left_out(X, y, sample_weight, groups)
    y, outputs_of = targets[some.indices], Answers(model).outputs
    if left_out is not None:
        own = left_out_rows(model.network_, left_out, min(rows, most_rows(model)), seed)
        some, y, outputs_of = some._replace(indices=own.indices, X=own.X), own.y, own.outputs
    if repeats is None:
        repeats = REPEATS_OF_FEW if len(some.indices) < FEW else REPEATS
    judge, rng = _Judge(model, y, metric), np.random.default_rng(seed)
    row, value = judge.metric, judge.value(outputs_of(some.X))
    sign = -1 if row.greater_is_better else 1
    orders = [rng.permutation(some.X.shape[1]) for _ in range(repeats)]

    def shuffled(group: tuple[str, ...]) -> ColumnImportance:
        X_new, values = some.X.copy(), []
        features = np.concatenate([some.features[name] for name in group])
        for order in orders:
            X_new[features] = some.X[features][:, order]
            values.append(judge.value(outputs_of(X_new)))
        without = float(np.mean(values))
        return ColumnImportance(group, sign * (without - value), float(np.std(values, ddof=1)), without)

    found = sorted(thread_map(shuffled, _groups(some, together)), key=lambda each: -each.mean)
    apart = [each for each in alike(some) if not any(set(each.columns) <= set(group) for group in together)]
    return Importance(
        row.label, value, row.greater_is_better, len(some.indices), repeats, found, apart, left_out is not None
    )


class _Judge:
    """The metric of a model on rows whose targets are known."""

    def __init__(self, model: TableModel, y: AnyArray, metric: str | None) -> None:
        self.model, self.y = model, y
        self.loss = model.network_.architecture.loss
        task, usual = "numbers", (*metrics_of_loss(self.loss), "rmse")[0]
        if isinstance(model, TableClassifier):
            task, usual = "classes", "brier"
        self.metric = metric_named(metric or model.metric or usual, task)[1]

    def value(self, outputs: Array) -> float:
        """Return the metric of the network's outputs (m, n_outputs)."""
        target: Any = self.model.target_
        answers: Any
        if isinstance(target, LabelEncoder):
            positive = self.model.baseline_.rarer_class
            answers = class_answers(target, outputs, target.encode(self.y), positive=positive)
        else:
            answers = number_answers(self.loss, target.decode(outputs), np.asarray(self.y, np.float64))
        return self.metric.formula(answers)


def _groups(rows: PreparedRows, together: Sequence[Sequence[str]]) -> list[tuple[str, ...]]:
    """Return the groups of columns that are shuffled: those given, and every other column alone."""
    groups = [tuple(dict.fromkeys(rows.checked(name) for name in group)) for group in together if len(group)]
    named = [name for group in groups for name in group]
    if twice := next((name for name in named if named.count(name) > 1), None):
        raise SettingError(f"together: column {twice!r} is in two groups; a column is shuffled with one")
    return [*groups, *((name,) for name in rows.features if name not in named)]


def alike(rows: PreparedRows) -> list[Alike]:
    """Return the pairs of columns of which one tells the other, the greatest correlation first.

    The correlation of a with b is the root of the share of the variance of b's features that linear regression on a's
    explains, corrected for their number (Stewart and Love 1968); of two plain numbers it is that of Pearson.
    """
    m = rows.X.shape[1]
    centred, bases = {}, {}
    for name, features in rows.features.items():
        F = rows.X[features].T
        F = F - F.mean(axis=0)
        if len(features) <= min(WIDEST, m // 4) and F.any():
            U, s, _ = np.linalg.svd(F, full_matrices=False)
            centred[name], bases[name] = F, U[:, s > 1e-9 * s[0]]
    found = []
    for a, b in combinations(bases, 2):
        shares = []
        for U, F in ((bases[a], centred[b]), (bases[b], centred[a])):
            share = ((U.T @ F) ** 2).sum() / (F**2).sum()
            shares.append(1 - (1 - share) * (m - 1) / (m - 1 - U.shape[1]))
        if (r := float(np.sqrt(max(*shares, 0)))) > ALIKE:
            found.append(Alike((a, b), r))
    return sorted(found, key=lambda pair: -pair.correlation)


def _number(value: float) -> str:
    if abs(value) < TINY:
        return "0"
    return number_text(value) if abs(value) >= 1e-4 else f"{value:.1g}"
