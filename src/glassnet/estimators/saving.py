"""Estimators in the one file format: with the network goes what makes columns of rows, and answers of outputs."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterable, Mapping, Sized
from contextlib import suppress
from numbers import Integral, Real
from pathlib import Path
from typing import Any

import numpy as np

from glassnet.documents import MAPPING, TEXT, Kind, checked, number
from glassnet.errors import ModelFileError
from glassnet.estimators.targets import LabelEncoder, Target, target_from_document
from glassnet.model_file import OWN_KEYS
from glassnet.network import BESIDE, DOCUMENT, Network
from glassnet.training import generators

KINDS = ("MLPClassifier", "MLPRegressor", "TabularClassifier", "TabularRegressor")
# Of every estimator's document; what some of them lack.
ROWS = {"kind": TEXT, "settings": MAPPING, "target": MAPPING, "random_state": MAPPING}
LATER = ("random_state", "class_weight", "fit", "rest")
CLASS_WEIGHTS = Kind(
    "a list of pairs of a class and its weight, at least 0",
    lambda pairs: (
        isinstance(pairs, list)
        and all(isinstance(pair, list) and len(pair) == 2 for pair in pairs)
        and all(isinstance(label, str | int | float) and number(0).holds(weight) for label, weight in pairs)
    ),
)


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
    owner = next(each for each in type(estimator).__mro__ if "kind" in vars(each))  # of a user's subclass too
    settings = {name: getattr(estimator, name) for name in inspect.signature(owner).parameters}
    random_state = generators.to_document(estimator.random_state) if training_state else None
    if random_state is not None:  # a number stands among the settings
        document = {**document, "random_state": random_state}
    if isinstance(settings.get("class_weight"), Mapping):  # JSON's keys are words only
        document = {**document, "class_weight": list(settings.pop("class_weight").items())}
    kept = {**plain_settings(settings), **getattr(estimator, "_made_with", {})}
    estimator._check_kept(restored(kept))
    complete = {"kind": kind_of(estimator), "settings": kept, "target": target.to_document(), **document}
    estimator.network_.save(path, training_state=training_state, networks=networks, **plain(complete))


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
        settings = restored(checked(own, ROWS, kind, later=LATER, others=True)["settings"])
        estimator = class_of(kind)(**settings)
        if "random_state" in own:
            estimator.random_state = generators.from_document(own["random_state"])
        checked(own, {**ROWS, **estimator._rows_of_file}, kind, later=LATER)
        if "class_weight" in own:
            estimator.class_weight = dict(own["class_weight"])
        target = target_from_document(own["target"])
        _check_agreement(kind, target, network)
        estimator._restore(network, target, document)
        estimator._check_kept(settings)
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        raise ModelFileError(f"{path}: damaged: its document describes no {kind} ({error!s:.300})") from None
    return estimator


def _check_agreement(kind: str, target: Target, network: Network) -> None:
    """Raise if what is predicted is not what the network has outputs for."""
    architecture = network.architecture
    if isinstance(target, LabelEncoder) != kind.endswith("Classifier"):
        raise ModelFileError(f"its target is not that of a {kind}")
    if target.n_outputs != architecture.sizes[-1]:
        raise ModelFileError(f"its target needs {target.n_outputs} outputs; the network has {architecture.sizes[-1]}")
    if target.output not in (None, architecture.output):
        raise ModelFileError(f"its target needs the output {target.output}; the network has {architecture.output}")


def kind_of(model: Any) -> str:
    """Return the name of a model's kind, as it stands in model files."""
    return str(getattr(model, "kind", type(model).__name__))


def plain(value: Any) -> Any:
    """Return a value as plain data that JSON can hold; `restored` gives it back.

    Numbers of any kind are Python's, whatever has a length is a list, and NaN or infinity is ``{"float": "nan"}``.

    Raises
    ------
    TypeError
        If it is no such thing: a function, a generator of random numbers, an object of another library.
    """
    if value is None or isinstance(value, bool | np.bool_ | str):
        return value if value is None or isinstance(value, str) else bool(value)
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        number = float(value)
        return number if math.isfinite(number) else {"float": repr(number)}
    if isinstance(value, Mapping):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, np.ndarray) and value.ndim == 0:
        return plain(value[()])
    if isinstance(value, Sized) and isinstance(value, Iterable) and not isinstance(value, bytes):
        return [plain(item) for item in value]
    raise TypeError(f"{type(value).__name__} is no plain data")


def restored(value: Any) -> Any:
    """Return what `plain` made of settings as it was, with NaN and infinity."""
    if isinstance(value, dict):
        return float(value["float"]) if value.keys() == {"float"} else {k: restored(item) for k, item in value.items()}
    return [restored(item) for item in value] if isinstance(value, list) else value


def settings_but(model: Any, names: Iterable[str]) -> dict[str, Any]:
    """Return the settings of a model but for some, as plain data that can be compared and kept."""
    settings = {name: value for name, value in model.get_params().items() if name not in names}
    if isinstance(weights := settings.get("class_weight"), Mapping):  # JSON's keys are words only
        settings["class_weight"] = list(weights.items())
    return plain_settings(settings)


def plain_settings(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings that are plain data; a function, or a random state that is an object, is left out."""
    kept = {}
    for name, value in settings.items():
        with suppress(TypeError):
            kept[name] = plain(value)
    return kept
