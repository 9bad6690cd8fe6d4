"""Model files for tables and pictures, and data read the way that a model's own were."""

from __future__ import annotations

import codecs
import inspect
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from glassnet import estimators
from glassnet.errors import DataError, GlassnetError, UnknownNameError
from glassnet.estimators.saving import kind_of, load_as
from glassnet.estimators.tabular.model import TableClassifier, TableRegressor
from glassnet.network import Network
from glassnet.scoring import Model
from glassnet.tables import Dataset, read
from glassnet.tables.arrow import pa
from glassnet.tables.reading.formats import ARRAYS
from glassnet.tables.target import labels_as_trained
from glassnet.typing import AnyArray

SAMPLE = 1 << 20  # bytes that tell whether a file is in UTF-8


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


def read_for(model: Model, data: str | Path, reading: Mapping[str, Any] | None, *, require_target: bool) -> Dataset:
    """Read `data` the way the model's own were, every cell as it stands there; what is given is not taken from them.

    Where a target is not required, that of a table stays among its columns, with cells that may be missing.
    """
    given = dict(reading or {})
    pictures = model.preparation_.pictures
    if pictures is not None:
        given = {"size": (pictures.height, pictures.width), "order": pictures.order, **given}
    kept = {} if model.source_ is None else _kept(model.source_.reading, data)
    names = [] if pictures else [*model.preparation_.source, *filter(None, [model.target_name_])]
    found, failure = None, None
    for known in ({**kept, **given}, given):
        try:
            found = _read_known(model, data, known, names, require_target=require_target)
        except GlassnetError as error:
            failure = failure or error
            continue
        if not kept.keys() - given.keys() or not isinstance(found.X, pa.Table) or _has_columns(model, found.X):
            break  # else it is written in another way than the file of the training
    if found is None:
        assert failure is not None
        raise failure
    return found


def _kept(reading: Mapping[str, Any], data: str | Path) -> dict[str, Any]:
    """Return how the training's file was read, but what shows in this one: its header, and whether it is in UTF-8."""
    known = {name: value for name, value in reading.items() if name in inspect.signature(read).parameters}
    if known.get("header"):  # the names of the columns tell where they stand
        del known["header"]
    if known.get("encoding") and Path(data).is_file():
        with Path(data).open("rb") as file:
            sample = file.read(SAMPLE)
        try:
            shows = not codecs.getincrementaldecoder("utf-8")().decode(sample).isascii()
        except UnicodeDecodeError:
            shows = False
        if shows:
            del known["encoding"]
    return known


def _has_columns(model: Model, table: pa.Table) -> bool:
    """Return whether a table has the columns that a model needs, by name or by their number."""
    names = set(table.column_names)
    source = model.preparation_.source
    lacks = any(column.name not in names for column in model.preparation_.columns)
    return not lacks or len(source) in (len(names), len(names) - 1)


def _read_known(
    model: Model, data: str | Path, known: Mapping[str, Any], names: Sequence[str], *, require_target: bool
) -> Dataset:
    try:
        return read(data, model.target_name_, require_target=require_target, known=names, typed=False, **known)
    except UnknownNameError:
        if Path(data).suffix.lower() not in ARRAYS:
            raise
        # train_set_y in one file is test_set_y in another
        return read(data, require_target=require_target, typed=False, **known)


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
    return estimator, with_targets_of(estimator, data, reading)


def with_targets_of(estimator: Model, data: str | Path, reading: dict[str, Any] | None) -> Dataset:
    """Return data whose targets are known, read the way a model's own were; DataError if they hold no target."""
    dataset = read_for(estimator, data, reading, require_target=True)
    if dataset.y is None:
        raise DataError(f"{data}: holds no target to compare with")
    if isinstance(estimator, TableClassifier):
        y = dataset.y
        if dataset.class_names and estimator.classes_.dtype.kind in "iu":  # a model of before names were labels
            y = np.array([dataset.class_names.index(name) for name in y.tolist()])
        y, notes = labels_as_trained(y, estimator.classes_)
        dataset = replace(dataset, y=y, notes=(*dataset.notes, *notes))
    return dataset


def labels_of(model: Model, y: AnyArray) -> AnyArray:
    """Return targets with the labels of a model's training, where these are written in another way."""
    return labels_as_trained(y, model.classes_)[0] if isinstance(model, TableClassifier) else y


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
