"""A model of any kind, described for export."""

from __future__ import annotations

from typing import Any

import numpy as np

from glassnet.errors import SettingError, WrongTypeError
from glassnet.estimators.saving import kind_of
from glassnet.estimators.targets import LabelEncoder, Target
from glassnet.export.description import (
    ClassAnswers,
    Description,
    Feature,
    Given,
    Input,
    Layer,
    NumberAnswers,
    Pixels,
)
from glassnet.export.of_columns import row_of
from glassnet.network import Network
from glassnet.tables import Preparation
from glassnet.tables.columns.picture import PictureShape


def describe(model: Any) -> Description:
    """Return a fitted model as plain data.

    Parameters
    ----------
    model : TabularClassifier, TabularRegressor, MLPClassifier, MLPRegressor or Network
        Fitted.

    Returns
    -------
    Description
        Of it.

    Raises
    ------
    NotFittedError
        If nothing was fitted.
    SettingError
        If a column cannot be exported.
    WrongTypeError
        If it is no such model.
    """
    if isinstance(model, Network):
        return _described("Network", model, *_rows(model), None)
    if not hasattr(model, "_see_that_fitted"):
        raise WrongTypeError(f"expected a model of glassnet to export; got {type(model).__name__}")
    model._see_that_fitted()
    preparation = getattr(model, "preparation_", None)
    network, answers = model.network_, _answers(model.target_)
    if preparation is None:
        return _described(kind_of(model), network, *_rows(network), answers)
    if preparation.pictures is not None:
        return _described(kind_of(model), network, *_pictures(preparation.pictures), answers)
    inputs, features = _columns(preparation)
    places = preparation.places if preparation.groups else []
    return _described(kind_of(model), network, inputs, features, answers, places)


def _described(
    kind: str, network: Network, inputs: list[Input], features: list[Feature],
    answers: ClassAnswers | NumberAnswers | None, places: list[int] | None = None,
) -> Description:  # fmt: skip
    W, b, names = network.W.views, network.b.views, network.architecture.activations
    layers = [Layer(_single(W[l]), _single(b[l]), name) for l, name in enumerate(names, start=1)]
    embedding = network.architecture.embedding
    return Description(
        kind, tuple(inputs), tuple(features), tuple(layers), network.architecture.n_x, answers, embedding,
        None if embedding is None else Layer(_single(W[0]), _single(b[0]), "identity"), places or [],
    )  # fmt: skip


def _single(array: Any) -> Any:
    return np.ascontiguousarray(array, np.float32)


def _rows(network: Network) -> tuple[list[Input], list[Feature]]:
    n_x = network.architecture.n_x
    rows = Input("X", "rows", f"rows of {n_x} numbers", (n_x,))
    return [rows], [Given(rows)]


def _pictures(shape: PictureShape) -> tuple[list[Input], list[Feature]]:
    size = shape.height, shape.width, shape.channels
    colours = "red, green, blue" if shape.channels == 3 else "grey"
    pictures = Input("X", "pictures", f"pictures, numbers 0 to 255 ({colours})", size)
    return [pictures], [Pixels(pictures, shape.order == "planes")]


def _columns(preparation: Preparation) -> tuple[list[Input], list[Feature]]:
    """Return what the columns of a table take and make; two columns of one name take one input."""
    inputs: dict[str, list[Input]] = {}
    features: list[Feature] = []
    for column in preparation.columns:
        row = row_of(column)
        taken = inputs.setdefault(column.name, row.inputs(column, preparation.missing))
        features += row.features(column, taken)
    return [one for taken in inputs.values() for one in taken], features


def _answers(target: Target) -> ClassAnswers | NumberAnswers:
    if not isinstance(target, LabelEncoder):
        return NumberAnswers(target.mean, target.scale, target.log, target.factor)
    if len(target.classes) < 2:
        raise SettingError(f"the model was trained with one class, {target.classes[0].item()!r}: nothing to export")
    costs = target.costs
    if costs is not None and target.class_weights is not None:
        weights = np.where(target.class_weights > 0, target.class_weights, 1.0)
        costs = costs / weights[:, np.newaxis]  # P / weights @ costs
    return ClassAnswers(target.classes, target.multilabel, target.threshold, costs)
