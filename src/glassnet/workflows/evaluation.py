"""A model file is scored on data whose targets are known."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from glassnet.estimators.input_names import select_training_columns
from glassnet.scoring import Model, Scores, score
from glassnet.workflows.models import test_part, with_targets


def evaluate_file(model: str | Path, data: str | Path, reading: dict[str, Any] | None = None) -> tuple[Model, Scores]:
    """Score a model file on a table or pictures whose targets are known: on the source's own test part, if it has one.

    Parameters
    ----------
    model : path
        Model file.
    data : path
        A table, arrays or a folder of pictures, as `glassnet.read` takes them.
    reading : dict, optional
        Further arguments of `glassnet.read`.

    Returns
    -------
    model : TableClassifier or TableRegressor
        What the file holds.
    scores : Scores
        Of these rows.

    Raises
    ------
    GlassnetError
        If a file cannot be read, or the data hold no target or do not match the model.
    """
    estimator, dataset = with_targets(model, data, reading)
    part = test_part(dataset)
    return estimator, score(estimator, select_training_columns(estimator, part.X), part.y)
