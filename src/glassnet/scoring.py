"""How well a model does on rows whose targets are known, beside what needs no network."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from glassnet.estimators.tabular.baseline import LINEAR, Baseline, answers_of, finite
from glassnet.estimators.tabular.judging import class_answers, number_answers, shown_scores
from glassnet.estimators.tabular.model import TableClassifier, TableRegressor
from glassnet.estimators.tabular.training import metric_of
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
    """

    rows: int
    values: dict[str, float]
    confusion: list[list[int]] = field(default_factory=list)
    baseline: dict[str, dict[str, float]] = field(default_factory=dict)


def score(model: Model, X: Any, y: AnyArray) -> Scores:
    """Return how well a model does on rows whose targets are known.

    Parameters
    ----------
    model : TableClassifier or TableRegressor
        Fitted.
    X : table or Pictures, m rows
        With the columns of the training.
    y : array (m,) or (m, n_outputs)
        True targets.

    Returns
    -------
    Scores
        See there.

    Raises
    ------
    DataError
        If `y` holds a class that was not among those of training.
    """
    found = model.evaluate(X, y)
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
    return Scores(len(y), values, confusion, beside)


def _same(values: dict[str, float], others: dict[str, float]) -> dict[str, float]:
    """Return the scores of others that the values have too, in their order."""
    return {label: others[label] for label in values if label in others}
