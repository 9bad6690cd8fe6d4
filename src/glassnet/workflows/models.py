"""Model files for tables and pictures, and data read the way that a model's own were."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from glassnet import estimators
from glassnet.errors import DataError, UnknownNameError
from glassnet.estimators.saving import kind_of, load_as
from glassnet.estimators.tabular.model import TableClassifier, TableRegressor
from glassnet.network import Network
from glassnet.scoring import Model
from glassnet.tables import Dataset, read
from glassnet.tables.reading.formats import ARRAYS
from glassnet.tables.target import labels_as_trained


def open_model(path: str | Path) -> Any:
    """Read a model file as `glassnet.load` does, but models for tables without loading scikit-learn.

    Parameters
    ----------
    path : path
        Model file.

    Returns
    -------
    TableClassifier, TableRegressor, MLPClassifier, MLPRegressor or Network
        What the file holds.

    Raises
    ------
    FileError, ModelFileError
        If the file is missing, of another kind, damaged, or of a newer format.
    """
    tables = {model.kind: model for model in (TableClassifier, TableRegressor)}
    return load_as(path, lambda kind: tables.get(kind) or getattr(estimators, kind))


def load_tabular(path: str | Path) -> Model:
    """Read a model file that takes tables or pictures; raise DataError if it holds a model without columns."""
    model = open_model(path)
    if isinstance(model, Network) or not hasattr(model, "preparation_"):
        raise DataError(
            f"{path}: holds a {kind_of(model)}, which has no columns; use it from Python with glassnet.load"
        )
    tabular: Model = model
    return tabular


def read_for(model: Model, data: str | Path, reading: dict[str, Any] | None, *, require_target: bool) -> Dataset:
    """Read `data` the way the model's own data were: same target, same size and order of pictures."""
    pictures = model.preparation_.pictures
    reading = dict(reading or {})
    if pictures is not None:
        reading.setdefault("size", (pictures.height, pictures.width))
        reading.setdefault("order", pictures.order)
    elif model.target_name_ is not None:
        reading.setdefault("known", (*model.preparation_.source, model.target_name_))
    try:
        return read(data, model.target_name_, require_target=require_target, **reading)
    except UnknownNameError:
        if Path(data).suffix.lower() not in ARRAYS:
            raise
        return read(data, require_target=require_target, **reading)  # train_set_y in one file is test_set_y in another


def with_targets(model: str | Path, data: str | Path, reading: dict[str, Any] | None = None) -> tuple[Model, Dataset]:
    """Return the model of a file, and data whose targets are known, read the way the model's own were.

    Parameters
    ----------
    model : path
        Model file.
    data : path
        A table, arrays or a folder of pictures.
    reading : dict, optional
        Further arguments of `glassnet.read`.

    Returns
    -------
    model : TableClassifier or TableRegressor
        What the file holds.
    dataset : Dataset
        The data, with targets.

    Raises
    ------
    DataError
        If the data hold no target, or the file holds no model for tables.
    """
    estimator = load_tabular(model)
    dataset = read_for(estimator, data, reading, require_target=True)
    if dataset.y is None:
        raise DataError(f"{data}: holds no target to compare with")
    if isinstance(estimator, TableClassifier):
        y, notes = labels_as_trained(dataset.y, estimator.classes_)
        dataset = replace(dataset, y=y, notes=(*dataset.notes, *notes))
    return estimator, dataset


def test_part(dataset: Dataset) -> Dataset:
    """Return the test part that a source brings along, or all of it where there is none.

    Parameters
    ----------
    dataset : Dataset
        What was read.

    Returns
    -------
    Dataset
        The part with known targets to score on.
    """
    return dataset.test if dataset.test is not None and dataset.test.y is not None else dataset
