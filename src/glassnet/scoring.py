"""How well a model does on rows whose targets are known."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from glassnet import metrics
from glassnet.estimators.tabular.model import TableClassifier, TableRegressor
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
        "accuracy", "log loss", "calibration error" and "cost" for classes; "RMSE", "R²" and "cost" for numbers. The
        cost is the mean over the networks; the others are computed from the averaged predictions.
    confusion : list of list of int
        Rows of each true class by predicted class; empty for numbers.
    """

    rows: int
    values: dict[str, float]
    confusion: list[list[int]] = field(default_factory=list)


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
    cost = float(np.mean(model.network_.cost(model.prepared(X), model.target_.encode(y).T)))
    if isinstance(model, TableClassifier):
        probabilities, class_indices = model.predict_proba(X), model.target_.class_indices(y)
        confusion = metrics.confusion_matrix(probabilities.argmax(axis=1), class_indices, len(model.classes_))
        values = {**metrics.of_classes(probabilities, class_indices), "cost": cost}
        return Scores(len(y), values, confusion.tolist())
    values = {**metrics.of_numbers(model.predict(X), np.asarray(y, np.float64)), "cost": cost}
    return Scores(len(y), {name: value for name, value in values.items() if np.isfinite(value)})
