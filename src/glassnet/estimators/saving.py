"""Estimators in the one file format: with the network goes what makes columns of rows, and answers of outputs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from glassnet.documents import MAPPING, TEXT, checked
from glassnet.errors import ModelFileError
from glassnet.estimators.targets import LabelCode, Target, target_from_document
from glassnet.model_file import OWN_KEYS
from glassnet.network import BESIDE, DOCUMENT, Network
from glassnet.training import generators

KINDS = ("MLPClassifier", "MLPRegressor", "TabularClassifier", "TabularRegressor")
# Of every estimator's document; what some of them lack.
ROWS = {"kind": TEXT, "settings": MAPPING, "target": MAPPING, "random_state": MAPPING}
LATER = ("random_state", "class_weight", "fit", "rest")


def save(
    estimator: Any,
    path: str | Path,
    target: Target,
    document: Mapping[str, Any],
    *,
    training_state: bool = True,
    networks: Mapping[str, Network] | None = None,
) -> None:
    """Write a fitted estimator's network with its kind, settings, target and further plain data.

    Raises
    ------
    SettingError
        If a setting was changed to one that `fit` would refuse, and `load` too.
    """
    settings = {**plain(estimator.get_params()), **getattr(estimator, "_made_with", {})}
    estimator._check_kept(settings)
    random_state = generators.to_document(estimator.random_state) if training_state else None
    if random_state is not None:  # a number stands among the settings
        document = {**document, "random_state": random_state}
    estimator.network_.save(
        path,
        training_state=training_state,
        networks=networks,
        kind=kind_of(estimator),
        settings=settings,
        target=target.to_document(),
        **document,
    )


def load(path: str | Path) -> Any:
    """Read a model file: the estimator that was saved, or the `Network` where there was none.

    Parameters
    ----------
    path : str or Path
        A ``*.glassnet`` file.

    Returns
    -------
    TabularClassifier, TabularRegressor, MLPClassifier, MLPRegressor or Network
        Fitted, as it was saved.

    Raises
    ------
    FileError, ModelFileError
        If the file is missing, of another kind, damaged, or of a newer format.
    """
    from glassnet import estimators

    return load_as(path, lambda kind: getattr(estimators, kind))


def load_as(path: str | Path, class_of: Callable[[str], Any]) -> Any:
    """Read a model file as `load` does, into the class that `class_of` names for the file's kind."""
    network, document = Network.load_with_document(path)
    kind = document.get("kind")
    if kind is None:
        return network
    if kind not in KINDS:
        raise ModelFileError(f"{path}: holds a {kind!r:.80}, which this version of glassnet does not know")
    try:
        own = {name: part for name, part in document.items() if name not in (*DOCUMENT, *BESIDE, *OWN_KEYS)}
        estimator = class_of(kind)(**checked(own, ROWS, kind, later=LATER, others=True)["settings"])
        if "random_state" in own:
            estimator.random_state = generators.from_document(own["random_state"])
        checked(own, {**ROWS, **estimator._rows_of_file}, kind, later=LATER)
        target = target_from_document(own["target"])
        _check_agreement(kind, target, network)
        estimator._restore(network, target, document)
        estimator._check_kept(own["settings"])
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        raise ModelFileError(f"{path}: damaged: its document describes no {kind} ({error!s:.300})") from None
    return estimator


def _check_agreement(kind: str, target: Target, network: Network) -> None:
    """Raise if what is predicted is not what the network has outputs for."""
    architecture = network.architecture
    if isinstance(target, LabelCode) != kind.endswith("Classifier"):
        raise ModelFileError(f"its target is not that of a {kind}")
    if target.n_outputs != architecture.sizes[-1]:
        raise ModelFileError(f"its target needs {target.n_outputs} outputs; the network has {architecture.sizes[-1]}")
    if target.output not in (None, architecture.output):
        raise ModelFileError(f"its target needs the output {target.output}; the network has {architecture.output}")


def kind_of(model: Any) -> str:
    """Return the name of a model's kind, as it stands in model files."""
    return str(getattr(model, "kind", type(model).__name__))


def plain(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings that are plain data; a random state that is an object is left out."""
    plain: dict[str, Any] = {}
    for name, value in settings.items():
        if isinstance(value, np.generic):
            plain[name] = value.item()
        elif isinstance(value, tuple | list | np.ndarray):
            plain[name] = [item.item() if isinstance(item, np.generic) else item for item in value]
        elif value is None or isinstance(value, bool | int | float | str):
            plain[name] = value
    return plain
