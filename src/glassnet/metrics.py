"""How good predictions are: a table of metrics, and the plain functions of arrays behind it.

Each metric takes `ClassAnswers` or `NumberAnswers`: what a model answered for m rows, what is true, and the weights of
the rows. A metric of decisions (accuracy, F1 ...) is a function of the confusion matrix alone, so that `best_threshold`
can compare all thresholds at once.

Sources: ROC AUC Hanley and McNeil 1982; Brier score Brier 1950; pinball loss Koenker and Bassett 1978; calibration
error Guo et al. 2017, arXiv 1706.04599; deviance McCullagh and Nelder 1989.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from glassnet.errors import SettingError, UnknownNameError
from glassnet.typing import AnyArray

OUT_OF_BALANCE = 4  # largest class : smallest class
NEAR_ZERO = 1e-3  # of the median size of the targets: where one is smaller, errors are no percentages


@dataclass(frozen=True)
class ClassAnswers:
    """What a classifier answered, and what is true.

    Parameters
    ----------
    probabilities : array (m, n_classes)
        Of each class; of each label, where a row may have several.
    truth : array (m,), or (m, n_labels)
        The index of each row's class; for several labels a row, truth values.
    decided : array, of truth's shape
        What `predict` says: classes by index, or labels as truth values.
    weights : array (m,), optional
        Of the rows.
    positive : int, optional
        Index of the class that F1, precision, recall and average precision are about; None is their mean over all.
    costs : array (n_classes, n_classes), optional
        What a row of a true class (first axis) costs when it is taken for another.
    """

    probabilities: AnyArray
    truth: AnyArray
    decided: AnyArray
    weights: AnyArray | None = None
    positive: int | None = None
    costs: AnyArray | None = None

    @classmethod
    def of(cls, probabilities: AnyArray, truth: AnyArray, **more: Any) -> ClassAnswers:
        """Return answers where the most probable class is decided on, or labels above one half."""
        decided = probabilities > 0.5 if truth.ndim > 1 else probabilities.argmax(axis=1)
        return cls(probabilities, truth, decided, **more)

    @property
    def several(self) -> bool:
        """Whether a row may have several labels."""
        return bool(self.truth.ndim > 1)

    @cached_property
    def one_hot(self) -> AnyArray:
        """Whether each row is of each class, (m, n_classes)."""
        return self.truth if self.several else self.truth[:, np.newaxis] == np.arange(self.probabilities.shape[1])

    @cached_property
    def confusion(self) -> AnyArray:
        """Weight of the rows by true (first axis) and decided class; for several labels one (2, 2) for each."""
        if self.several:
            pairs = zip(self.truth.T.astype(np.intp), self.decided.T.astype(np.intp), strict=True)
            return np.array([confusion_matrix(decided, truth, 2, self.weights) for truth, decided in pairs])
        return confusion_matrix(self.decided, self.truth, self.probabilities.shape[1], self.weights)

    @property
    def is_out_of_balance(self) -> bool:
        """Whether the largest class has more than 4 times the rows of the smallest."""
        rows = self.one_hot.sum(axis=0)
        rows = np.concatenate([rows, len(self.one_hot) - rows]) if self.several else rows[rows > 0]
        return bool(rows.max() > OUT_OF_BALANCE * rows.min())


@dataclass(frozen=True)
class NumberAnswers:
    """What a regressor answered, and what is true.

    Parameters
    ----------
    predictions, y : array (m,) or (m, n_outputs)
        Estimates and true numbers.
    weights : array (m,), optional
        Of the rows.
    q : float
        The quantile that is estimated, for the quantile loss.
    """

    predictions: AnyArray
    y: AnyArray
    weights: AnyArray | None = None
    q: float = 0.5

    def mean(self, errors: AnyArray) -> AnyArray:
        """Return the weighted mean over the rows, one for each output."""
        return np.average(errors.reshape(len(errors), -1), axis=0, weights=self.weights)


class Metric(NamedTuple):
    """One row of `METRICS`.

    Parameters
    ----------
    label : str
        What scores call it.
    task : {"classes", "numbers"}
        What is predicted.
    greater_is_better : bool
        Whether the best model has the greatest value.
    formula : callable
        Takes the answers and returns a float.
    of_confusion : callable, optional
        Of a metric of decisions: takes confusion matrices (..., n, n) and the positive class, and returns values (...).
    synonyms : tuple of str
        Further names, among them scikit-learn's of its scorers.
    tunes : bool
        Whether the decision threshold is chosen by it.
    """

    label: str
    task: str
    greater_is_better: bool
    formula: Callable[[Any], float]
    of_confusion: Callable[[AnyArray, int | None], AnyArray] | None = None
    synonyms: tuple[str, ...] = ()
    tunes: bool = False

    def cost(self, answers: ClassAnswers | NumberAnswers) -> float:
        """Return the value, its sign such that less is better; infinity where it is not defined."""
        value = self.formula(answers)
        return (-value if self.greater_is_better else value) if np.isfinite(value) else float("inf")


# ------------------------------------------------------------ of decisions: C is (..., n, n), true by decided
def _hits(C: AnyArray) -> tuple[AnyArray, AnyArray, AnyArray]:
    """Return for each class the rows that are right, those decided and those true, each (..., n)."""
    return np.diagonal(C, axis1=-2, axis2=-1), C.sum(axis=-2), C.sum(axis=-1)


def share_of(part: AnyArray, whole: AnyArray) -> AnyArray:
    """Return which share of a whole a part is; 0 where there is no whole.

    Parameters
    ----------
    part, whole : array
        Of shapes that broadcast.

    Returns
    -------
    array
        In their common shape.
    """
    return np.divide(part, whole, out=np.zeros(np.broadcast(part, whole).shape), where=whole > 0)


def _of_class(values: AnyArray, occurs: AnyArray, positive: int | None) -> AnyArray:
    """Return the value of the positive class, or the mean over the classes that occur."""
    if positive is not None:
        return values[..., positive]
    return share_of(np.where(occurs, values, 0).sum(axis=-1), occurs.sum(axis=-1))


def _accuracy(C: AnyArray, positive: int | None = None) -> AnyArray:
    return share_of(_hits(C)[0].sum(axis=-1), C.sum(axis=(-2, -1)))


def _balanced_accuracy(C: AnyArray, positive: int | None = None) -> AnyArray:
    right, _, true = _hits(C)
    return _of_class(share_of(right, true), true > 0, None)


def _f1(C: AnyArray, positive: int | None = None) -> AnyArray:
    right, decided, true = _hits(C)
    return _of_class(share_of(2 * right, decided + true), decided + true > 0, positive)


def _f1_macro(C: AnyArray, positive: int | None = None) -> AnyArray:
    return _f1(C)


def _precision(C: AnyArray, positive: int | None = None) -> AnyArray:
    right, decided, true = _hits(C)
    return _of_class(share_of(right, decided), decided + true > 0, positive)


def _recall(C: AnyArray, positive: int | None = None) -> AnyArray:
    right, decided, true = _hits(C)
    return _of_class(share_of(right, true), decided + true > 0, positive)


def _by_confusion(formula: Callable[[AnyArray, int | None], AnyArray]) -> Callable[[ClassAnswers], float]:
    """Return a metric of answers: of several labels a row, the mean over the labels."""

    def of(answers: ClassAnswers) -> float:
        return float(np.mean(formula(answers.confusion, 1 if answers.several else answers.positive)))

    return of


def _accuracy_of(answers: ClassAnswers) -> float:
    right = answers.truth == answers.decided
    return float(np.average(right.all(axis=1) if answers.several else right, weights=answers.weights))


# ------------------------------------------------------------ of probabilities
def hits_and_alarms(scores: AnyArray, truth: AnyArray, weights: AnyArray | None = None) -> tuple[AnyArray, AnyArray]:
    """Return the true and the false positives from each distinct score up, for the highest score first.

    Parameters
    ----------
    scores : array (m,)
        Of the rows: the higher, the sooner a row is taken to be positive.
    truth : array of bool (m,)
        Whether it is.
    weights : array (m,), optional
        Of the rows.

    Returns
    -------
    hits, alarms : array (n,), array (n,)
        Weight of the rows that are positive, and of those that are not.
    """
    order = np.argsort(-scores, kind="stable")
    scores, truth = scores[order], truth[order]
    mass = np.ones(len(scores)) if weights is None else weights[order]
    ends = np.append(np.flatnonzero(np.diff(scores)), len(scores) - 1)
    return np.cumsum(mass * truth)[ends], np.cumsum(mass * ~truth)[ends]


def _roc_auc(scores: AnyArray, truth: AnyArray, weights: AnyArray | None) -> float:
    hits, alarms = hits_and_alarms(scores, truth, weights)
    if not (hits[-1] and alarms[-1]):
        return float("nan")
    before = np.concatenate([[0.0], hits[:-1]])
    return float(np.sum(np.diff(alarms, prepend=0) * (hits + before)) / (2 * hits[-1] * alarms[-1]))


def _average_precision(scores: AnyArray, truth: AnyArray, weights: AnyArray | None) -> float:
    hits, alarms = hits_and_alarms(scores, truth, weights)
    if not hits[-1]:
        return float("nan")
    return float(np.sum(np.diff(hits, prepend=0) / hits[-1] * share_of(hits, hits + alarms)))


def _by_class(value: Callable[[AnyArray, AnyArray, AnyArray | None], float]) -> Callable[[ClassAnswers], float]:
    """Return a metric of answers: of the positive class, or else the mean of each class against the rest."""

    def of(answers: ClassAnswers) -> float:
        n = answers.probabilities.shape[1]
        several = answers.several or answers.positive is None
        columns: Iterable[int] = range(n) if several else [answers.positive or 0]
        values = [value(answers.probabilities[:, j], answers.one_hot[:, j], answers.weights) for j in columns]
        known = [each for each in values if np.isfinite(each)]
        return float(np.mean(known)) if known else float("nan")

    return of


def _log_loss(answers: ClassAnswers) -> float:
    tiny = np.finfo(float).tiny
    P, Y = answers.probabilities, answers.one_hot
    losses = -np.log(np.maximum(P, tiny)) * Y
    if answers.several:
        losses = (losses - np.log(np.maximum(1 - P, tiny)) * ~Y) / P.shape[1]
    return float(np.average(losses.sum(axis=1), weights=answers.weights))


def _brier(answers: ClassAnswers) -> float:
    errors = (answers.probabilities - answers.one_hot) ** 2
    n = errors.shape[1]
    per_row = errors.sum(axis=1) / (n if answers.several else 2 if n == 2 else 1)
    return float(np.average(per_row, weights=answers.weights))


def _calibration_error_of(answers: ClassAnswers) -> float:
    P = answers.probabilities
    if not answers.several:
        return calibration_error(P, answers.truth, weights=answers.weights)
    pairs = zip(P.T, answers.truth.T.astype(np.intp), strict=True)
    each = [calibration_error(np.stack([1 - p, p], axis=1), y, weights=answers.weights) for p, y in pairs]
    return float(np.mean(each))


def _decision_cost(answers: ClassAnswers) -> float:
    if answers.costs is None or answers.several:
        return float("nan")
    return float(np.average(answers.costs[answers.truth, answers.decided], weights=answers.weights))


# ------------------------------------------------------------ of numbers: each output by itself, then their mean
def _rmse(answers: NumberAnswers) -> float:
    error = answers.predictions - answers.y
    unit = np.abs(error).max(initial=0.0) or 1.0  # so that no square is too large or small for a float
    return float(np.mean(np.sqrt(answers.mean((error / unit) ** 2))) * unit)


def _r2(answers: NumberAnswers) -> float:
    y = answers.y - answers.mean(answers.y).reshape(answers.y.shape[1:])
    unit = np.abs(y).max(initial=0.0) or 1.0
    variance = answers.mean((y / unit) ** 2)
    known = variance > np.finfo(float).eps ** 2
    if not known.any():
        return float("nan")
    return float(np.mean(1 - answers.mean(((answers.predictions - answers.y) / unit) ** 2)[known] / variance[known]))


def _mae(answers: NumberAnswers) -> float:
    return float(np.mean(answers.mean(np.abs(answers.predictions - answers.y))))


def _mape(answers: NumberAnswers) -> float:
    sizes = np.maximum(np.abs(answers.y), np.finfo(float).eps)
    return float(np.mean(answers.mean(np.abs(answers.predictions - answers.y) / sizes)))


def _median_absolute_error(answers: NumberAnswers) -> float:
    errors = np.abs(answers.predictions - answers.y).reshape(len(answers.y), -1)
    return float(np.mean([weighted_quantile(column, 0.5, answers.weights) for column in errors.T]))


def _quantile_loss(answers: NumberAnswers) -> float:
    error = answers.y - answers.predictions
    return float(np.mean(answers.mean(np.maximum(answers.q * error, (answers.q - 1) * error))))


def _poisson_deviance(answers: NumberAnswers) -> float:
    y, mean = answers.y, answers.predictions
    if (y < 0).any() or (mean <= 0).any():
        return float("nan")
    log_ratio = np.log(np.divide(y, mean, out=np.ones(np.broadcast(y, mean).shape), where=y > 0))
    return float(np.mean(answers.mean(2 * (y * log_ratio - y + mean))))


def _row(label: str, of: Callable[[AnyArray, int | None], AnyArray], *synonyms: str, tunes: bool = False) -> Metric:
    """Return a metric of decisions."""
    return Metric(label, "classes", True, _by_confusion(of), of, synonyms, tunes)


# fmt: off
METRICS = {
    "accuracy":          Metric("accuracy", "classes", True, _accuracy_of, _accuracy),
    "balanced_accuracy": _row("balanced accuracy", _balanced_accuracy, tunes=True),
    "f1":                _row("F1", _f1, tunes=True),
    "f1_macro":          _row("mean F1", _f1_macro, tunes=True),
    "precision":         _row("precision", _precision, "precision_macro"),
    "recall":            _row("recall", _recall, "recall_macro"),
    "roc_auc":           Metric("ROC AUC", "classes", True, _by_class(_roc_auc), None, ("roc_auc_ovr", "auc")),
    "average_precision": Metric("average precision", "classes", True, _by_class(_average_precision), None, ("pr_auc",)),
    "log_loss":          Metric("log loss", "classes", False, _log_loss, None, ("neg_log_loss",)),
    "brier":             Metric("Brier score", "classes", False, _brier, None, ("neg_brier_score", "brier_score")),
    "calibration_error": Metric("calibration error", "classes", False, _calibration_error_of),
    "decision_cost":     Metric("decision cost", "classes", False, _decision_cost),
    "rmse":              Metric("RMSE", "numbers", False, _rmse, None, (
        "neg_root_mean_squared_error", "root_mean_squared_error", "neg_mean_squared_error", "mean_squared_error",
        "mse")),
    "r2":                Metric("R²", "numbers", True, _r2, None, ("r²",)),
    "mae":               Metric("MAE", "numbers", False, _mae, None, (
        "neg_mean_absolute_error", "mean_absolute_error")),
    "mape":              Metric("MAPE", "numbers", False, _mape, None, (
        "neg_mean_absolute_percentage_error", "mean_absolute_percentage_error")),
    "median_absolute_error": Metric(
        "median absolute error", "numbers", False, _median_absolute_error, None, ("neg_median_absolute_error",)),
    "quantile_loss":     Metric("quantile loss", "numbers", False, _quantile_loss, None, (
        "pinball_loss", "mean_pinball_loss", "neg_mean_pinball_loss")),
    "poisson_deviance":  Metric("Poisson deviance", "numbers", False, _poisson_deviance, None, (
        "neg_mean_poisson_deviance", "mean_poisson_deviance")),
}
# fmt: on
ALWAYS = {"classes": ("accuracy", "log_loss", "calibration_error"), "numbers": ("rmse", "r2", "mae")}
RARE = ("balanced_accuracy", "f1", "roc_auc", "average_precision")  # shown unasked where classes are out of balance


def metric_named(name: Any, task: str | None = None) -> tuple[str, Metric]:
    """Return a metric's own name, and its row.

    Parameters
    ----------
    name : str
        Its name in `METRICS`, or a synonym such as scikit-learn's "neg_mean_absolute_error".
    task : {"classes", "numbers"}, optional
        What is predicted.

    Returns
    -------
    name, metric : str, Metric
        The row of the table.

    Raises
    ------
    UnknownNameError
        If there is no such metric.
    SettingError
        If it is one of the other task.
    """
    wanted = name.strip().lower().replace(" ", "_").replace("-", "_") if isinstance(name, str) else name
    for own, metric in METRICS.items():
        if wanted in (own, *metric.synonyms):
            if task not in (None, metric.task):
                usable = ", ".join(each for each, row in METRICS.items() if row.task == task)
                raise SettingError(f"metric: {name!r} is for {metric.task}; for {task}: {usable}")
            return own, metric
    raise UnknownNameError.among("metric", name, [each for each, row in METRICS.items() if task in (None, row.task)])


def of_classes(answers: ClassAnswers, more: Sequence[str] = ()) -> dict[str, float]:
    """Return the scores of a classifier that are shown.

    Parameters
    ----------
    answers : ClassAnswers
        Of m rows.
    more : sequence of str
        Metrics to add, by their names in `METRICS`.

    Returns
    -------
    dict of str to float
        By label: "accuracy", "log loss" in nats, "calibration error"; where classes are out of balance "balanced
        accuracy", "F1", "ROC AUC" and "average precision" too; "decision cost" where there are costs.
    """
    rare = RARE if answers.is_out_of_balance else ()
    cost = () if answers.costs is None else ("decision_cost",)
    return _values(answers, [*more, "accuracy", *rare, *ALWAYS["classes"], *cost])


def of_numbers(answers: NumberAnswers, more: Sequence[str] = ()) -> dict[str, float]:
    """Return the scores of a regressor that are shown.

    Parameters
    ----------
    answers : NumberAnswers
        Of m rows.
    more : sequence of str
        Metrics to add, by their names in `METRICS`.

    Returns
    -------
    dict of str to float
        By label: "RMSE" and "MAE" in units of y, "R²" at most 1, "MAPE" where all targets are of one sign and none
        is near 0, "median absolute error". What is not defined, such as R² where all of y is one number, is NaN.
    """
    sizes = np.abs(answers.y)
    one_sign = (answers.y > 0).all() or (answers.y < 0).all()
    percent = ("mape",) if one_sign and sizes.min() > NEAR_ZERO * np.median(sizes) else ()
    return _values(answers, [*more, *ALWAYS["numbers"], *percent, "median_absolute_error"])


def _values(answers: Any, names: Iterable[str]) -> dict[str, float]:
    return {METRICS[name].label: METRICS[name].formula(answers) for name in dict.fromkeys(names)}


def confusion_matrix(
    predicted: AnyArray, class_indices: AnyArray, n_classes: int, weights: AnyArray | None = None
) -> AnyArray:
    """Return how often each class was predicted for each true class.

    Parameters
    ----------
    predicted, class_indices : array (m,)
        Predicted and true class of each row, counted from 0.
    n_classes : int
        How many classes there are.
    weights : array (m,), optional
        Of the rows.

    Returns
    -------
    array, (n_classes, n_classes)
        Rows of the data, or their weight, by true class (first axis) and predicted class.
    """
    counts = np.bincount(n_classes * class_indices + predicted, weights, minlength=n_classes**2)
    return counts.reshape(n_classes, n_classes)


def calibration_error(
    probabilities: AnyArray, class_indices: AnyArray, bins: int = 15, weights: AnyArray | None = None
) -> float:
    """Return the expected calibration error: how far confidence is from accuracy, on average.

    Parameters
    ----------
    probabilities : array (m, n_classes)
        Of each class; the largest of a row is its confidence.
    class_indices : array (m,)
        The column of each row's true class.
    bins : int
        Of equal width: rows whose confidence lies in one bin are averaged together.
    weights : array (m,), optional
        Of the rows.

    Returns
    -------
    float
        In [0, 1]; 0 where rows of confidence .8 are right in 8 of 10 cases, and so on.

    References
    ----------
    C. Guo et al., On Calibration of Modern Neural Networks, 2017, arXiv 1706.04599.
    """
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == class_indices
    bin_of_row = np.minimum((confidence * bins).astype(np.intp), bins - 1)
    mass = np.ones(len(class_indices)) if weights is None else weights
    gaps = np.bincount(bin_of_row, weights=mass * (right - confidence), minlength=bins)
    return float(np.abs(gaps).sum() / mass.sum())


def weighted_quantile(values: AnyArray, q: float = 0.5, weights: AnyArray | None = None) -> float:
    """Return the number that a share q of the weight lies below; the mean of two where they share that place.

    Parameters
    ----------
    values : array (m,)
        Numbers.
    q : float
        In (0, 1); .5 is the median.
    weights : array (m,), optional
        Of the numbers.

    Returns
    -------
    float
        The quantile.
    """
    if weights is None:
        return float(np.quantile(values, q))
    order = np.argsort(values)
    values, below = values[order], np.cumsum(weights[order])
    low, high = (np.searchsorted(below, q * below[-1], side) for side in ("left", "right"))
    return float((values[low] + values[min(high, len(values) - 1)]) / 2)


def best_threshold(
    scores: AnyArray, truth: AnyArray, metric: Metric, positive: int | None = None, weights: AnyArray | None = None
) -> float:
    """Return the threshold of the second class's probability at which a metric of decisions is best.

    Parameters
    ----------
    scores : array (m,)
        Probability of the second of two classes.
    truth : array (m,)
        Index of the true class, 0 or 1.
    metric : Metric
        With `of_confusion`.
    positive : int, optional
        The class that the metric is about.
    weights : array (m,), optional
        Of the rows.

    Returns
    -------
    float
        In [0, 1]: rows with ``scores > threshold`` are of the second class. Of equally good ones the nearest to .5.
    """
    assert metric.of_confusion is not None
    hits, alarms = hits_and_alarms(scores, truth == 1, weights)  # of the rows above each distinct score, and at it
    hits, alarms = np.concatenate([[0.0], hits]), np.concatenate([[0.0], alarms])
    true, false = hits[-1] - hits, alarms[-1] - alarms
    C = np.stack([np.stack([false, alarms], axis=-1), np.stack([true, hits], axis=-1)], axis=-2)  # (n, 2, 2)
    levels = np.unique(scores)[::-1]
    low, high = np.append(levels, 0.0), np.append(np.inf, levels)  # thresholds in [low, high) decide alike
    middle = (low + np.minimum(high, 1)) / 2
    thresholds = np.where((low <= 0.5) & (high > 0.5), 0.5, np.where(middle < high, middle, low))
    reachable = low < high
    values = np.where(reachable, metric.of_confusion(C, positive), -np.inf)
    best = np.flatnonzero(values >= values.max() - 1e-12)
    return float(thresholds[best[np.abs(thresholds[best] - 0.5).argmin()]])


def best_class_weights(
    probabilities: AnyArray, truth: AnyArray, metric: Metric, weights: AnyArray | None = None
) -> AnyArray:
    """Return factors of the classes' probabilities, after which the most probable class makes a metric best.

    Parameters
    ----------
    probabilities : array (m, n_classes)
        Of each class.
    truth : array (m,)
        Index of the true class.
    metric : Metric
        With `of_confusion`.
    weights : array (m,), optional
        Of the rows.

    Returns
    -------
    array (n_classes,)
        The inverse share of each class, to the best of 11 powers from 0 (all factors are 1) to 1.
    """
    assert metric.of_confusion is not None
    n = probabilities.shape[1]
    shares = np.maximum(np.bincount(truth, weights, minlength=n), 1) / len(truth)
    factors = shares ** -np.linspace(0, 1, 11)[:, np.newaxis]
    C = [confusion_matrix((probabilities * each).argmax(axis=1), truth, n, weights) for each in factors]
    return factors[int(np.argmax(metric.of_confusion(np.array(C), None)))]
