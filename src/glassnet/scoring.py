"""How well a model does on rows whose targets are known, beside what needs no network."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from glassnet.core.checks import generator, is_count
from glassnet.errors import DataError, SettingError
from glassnet.estimators.tabular import out_of_fold
from glassnet.estimators.tabular.baseline import LINEAR, Baseline, answers_of, finite
from glassnet.estimators.tabular.judging import class_answers, number_answers, shown_scores
from glassnet.estimators.tabular.model import TableClassifier, TableRegressor
from glassnet.estimators.tabular.training import metric_of
from glassnet.inspection.intervals import wilson
from glassnet.tables import rows_at
from glassnet.typing import AnyArray

Model = TableClassifier | TableRegressor  # without scikit-learn, which takes a second to load


@dataclass(frozen=True)
class Scores:
    """How well a model does on some rows.

    Parameters
    ----------
    rows : int
        Number of rows.
    values : dict of str to float
        By label, as `glassnet.metrics` says: that of the model's metric first, then for classes "accuracy", "log loss"
        and "calibration error", and where classes are out of balance "balanced accuracy", "F1", "ROC AUC" and "average
        precision"; for numbers "RMSE", "R²", "MAE" and "median absolute error", and "MAPE" where no target is near 0.
        The last, "cost", is the mean over the networks; the others are computed from the averaged predictions.
    confusion : list of list of int
        Rows of each true class by predicted class; empty for numbers and for several labels a row.
    baseline : dict of str to dict of str to float
        The same scores of what needs no network: "always 'no'", or "the mean" and "the median", on the same rows; and
        of "linear", that recipe on the training rows that it was not trained on.
    unlike : float or None
        Share of the rows that are further from those of the training than 99 in 100 of these; None where it was not
        looked for.
    """

    rows: int
    values: dict[str, float]
    confusion: list[list[int]] = field(default_factory=list)
    baseline: dict[str, dict[str, float]] = field(default_factory=dict)
    unlike: float | None = None


def score(model: Model, X: Any, y: AnyArray, *, novelty: bool = False) -> Scores:
    """Return how well a model does on rows whose targets are known.

    Parameters
    ----------
    model : TableClassifier or TableRegressor
        Fitted.
    X : table or Pictures, m rows
        With the columns of the training.
    y : array (m,) or (m, n_outputs)
        True targets.
    novelty : bool
        Whether to look for rows that are unlike those of the training; older model files do not say what these were.

    Returns
    -------
    Scores
        See there.

    Raises
    ------
    DataError
        If `y` holds a class that was not among those of training.
    """
    found = model.evaluate(X, y, novelty=novelty and model.novelty_ is not None)
    metric, loss = metric_of(model), model.network_.architecture.loss
    baseline: Baseline = model.baseline_
    confusion: list[list[int]] = []
    answers: Any
    if isinstance(model, TableClassifier):
        truth = model.target_.encode(y)
        answers = class_answers(model.target_, found.outputs, truth, positive=baseline.rarer_class)
        if not answers.several:
            confusion = answers.confusion.tolist()
    else:
        answers = number_answers(loss, model.target_.decode(found.outputs), np.asarray(y, np.float64))
    values = finite({**shown_scores(answers, loss, metric), "cost": found.cost})
    beside = {
        name: _same(values, finite(shown_scores(each, loss, metric)))
        for name, each in answers_of(baseline.constants, answers)
    }
    if baseline.linear:
        beside[LINEAR] = _same(values, baseline.linear)
    unlike = None if found.novelty is None else float(np.mean(found.novelty > 1))
    return Scores(len(y), values, confusion, beside, unlike)


class Coverage(NamedTuple):
    """In how many rows intervals or sets of classes hold the truth.

    Parameters
    ----------
    asked : float
        The share that was asked for.
    rows : int
        Number of rows.
    measured : float
        The share of these rows whose truth is held; of several targets, of all their numbers.
    between : tuple of two floats
        The interval that holds the true share in 95 of 100 cases, so many rows being measured: Wilson 1927.
    size : float
        Mean width of the intervals, or mean number of classes in a set.
    """

    asked: float
    rows: int
    measured: float
    between: tuple[float, float]
    size: float


def coverage(model: Model, X: Any, y: AnyArray, asked: float = 0.9) -> Coverage:
    """Return in how many rows whose targets are known a model's intervals or sets of classes hold them.

    Parameters
    ----------
    model : TableClassifier or TableRegressor
        Fitted.
    X : table or Pictures, m rows
        With the columns of the training.
    y : array (m,) or (m, n_outputs)
        True targets.
    asked : float
        The share of rows in which they are to do so.

    Returns
    -------
    Coverage
        See there.

    Raises
    ------
    DataError
        If `y` holds a class that was not among those of training.
    SettingError
        As `predict_interval` and `predict_set` do.
    """
    if isinstance(model, TableClassifier):
        sets = model.predict_set(X, asked)
        held = sets[np.arange(len(y)), model.target_.class_indices(np.asarray(y))]
        size = float(sets.sum(axis=1).mean())
    else:
        low, high = np.moveaxis(model.predict_interval(X, asked), -1, 0)
        held, size = (low <= y) & (y <= high), float(np.mean(high - low))
    measured = float(held.mean())
    return Coverage(asked, len(y), measured, wilson(measured, len(y)), size)


def _same(values: dict[str, float], others: dict[str, float]) -> dict[str, float]:
    """Return the scores of others that the values have too, in their order."""
    return {label: others[label] for label in values if label in others}


class CrossValidation(NamedTuple):
    """How well the settings of a model do on rows that each fold left out.

    Parameters
    ----------
    folds : list of Scores
        Of each fold's test rows.
    mean, deviation : dict of str to float
        Of the folds' scores, by label; the deviation is that of a sample, between the folds.
    baseline : dict of str to dict of str to float
        The mean scores of what needs no network.
    """

    folds: list[Scores]
    mean: dict[str, float]
    deviation: dict[str, float]
    baseline: dict[str, dict[str, float]]


def cross_validated(
    model: Model, X: Any, y: AnyArray, folds: int = 5, *,
    sample_weight: AnyArray | None = None, groups: AnyArray | None = None, times: AnyArray | None = None,
) -> CrossValidation:  # fmt: skip
    """Train the settings of a model on all folds but one, score it on that one, and do so for each.

    Parameters
    ----------
    model : TableClassifier or TableRegressor
        Fitted or not: only its settings count.
    X : table or Pictures, m rows
        With all columns of the training.
    y : array (m,) or (m, n_outputs)
        True targets.
    folds : int
        How many, at least 2.
    sample_weight : array (m,), optional
        Weight of each row in the training.
    groups : array (m,), optional
        What each row belongs to: a group is in one fold.
    times : array (m,), optional
        When each row was: the rows are cut into one part more than there are folds, each is scored by what came before.

    Returns
    -------
    CrossValidation
        Scores of each fold, their mean and deviation.

    Raises
    ------
    SettingError
        If `folds` is no whole number of at least 2.
    DataError
        If rows, or groups, are fewer than folds, or a fold holds a class that the others lack.
    """
    if not is_count(folds, 2):
        raise SettingError(f"cv: expected a whole number of folds, at least 2; got {folds!r}")
    scores = []
    for train, test in _folds(model, y, folds, groups, times):
        if isinstance(model, TableClassifier) and y.ndim == 1 and (unseen := np.setdiff1d(y[test], y[train])).size:
            raise DataError(f"cv: class {unseen[0].item()!r} is in one of {folds} folds only; take fewer folds")
        one = type(model)(**{**model.get_params(), "warm_start": False})
        if isinstance(one, TableClassifier):
            one.class_order_ = model.class_order_
        weights, belongs = (None if each is None else np.asarray(each)[train] for each in (sample_weight, groups))
        one.fit(rows_at(X, train), y[train], weights, groups=belongs)
        scores.append(score(one, rows_at(X, test), y[test]))
    mean, deviation = _summary([each.values for each in scores])
    names = [name for each in scores for name in each.baseline]
    baseline = {
        name: _summary([each.baseline[name] for each in scores if name in each.baseline])[0]
        for name in dict.fromkeys(names)
    }
    return CrossValidation(scores, mean, deviation, baseline)


def _folds(
    model: Model, y: AnyArray, folds: int, groups: AnyArray | None, times: AnyArray | None
) -> list[tuple[AnyArray, AnyArray]]:
    """Return the rows to train on and those to score on, for each fold."""
    m = len(y)
    if times is not None:
        order = np.argsort(times, kind="stable")
        ends = [m * part // (folds + 1) for part in range(1, folds + 2)]
        parts = [(order[:start], order[start:end]) for start, end in pairwise(ends)]
    else:
        codes = None if groups is None else np.unique(groups, return_inverse=True)[1]
        labels = y if isinstance(model, TableClassifier) and y.ndim == 1 else None
        seed = model.random_state if is_count(model.random_state, 0) else 0
        mask = out_of_fold.fold_weights(labels, m, folds, generator(seed), codes)
        parts = [(np.flatnonzero(each[0]), np.flatnonzero(each[0] == 0)) for each in mask]
    if any(len(train) < 2 or not len(test) for train, test in parts):
        raise DataError(f"cv: {m} rows{'' if groups is None else ' and their groups'} are too few for {folds} folds")
    return parts


def _summary(scores: list[dict[str, float]]) -> tuple[dict[str, float], dict[str, float]]:
    """Return mean and deviation of the scores that all have."""
    labels = [label for label in scores[0] if all(label in each for each in scores)]
    values = {label: np.array([each[label] for each in scores]) for label in labels}
    mean = {label: float(each.mean()) for label, each in values.items()}
    return mean, {label: float(each.std(ddof=1)) if len(each) > 1 else 0.0 for label, each in values.items()}
