"""Estimators in the one file format: the network with settings, target and preparation."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from glassnet.documents import MAPPING, TEXT, Kind, checked, from_json, number, to_json
from glassnet.errors import ModelFileError
from glassnet.estimators.targets import LabelEncoder, Target, target_from_document
from glassnet.model_file import OWN_KEYS
from glassnet.network import Network
from glassnet.network_file import BESIDE, DOCUMENT
from glassnet.training import generators

KINDS = ("MLPClassifier", "MLPRegressor", "TabularClassifier", "TabularRegressor")
# Entries of every estimator's document; those that some lack.
ENTRIES = {"kind": TEXT, "settings": MAPPING, "target": MAPPING, "random_state": MAPPING}
OPTIONAL = (
    "sample_weight_name", "random_state", "class_weight", "fit", "rest", "source", "baseline", "left_out",
    "novelty",
)  # fmt: skip
CLASS_WEIGHTS = Kind(
    "a list of pairs of a class and its weight, at least 0",
    lambda pairs: (
        isinstance(pairs, list)
        and all(isinstance(pair, list) and len(pair) == 2 for pair in pairs)
        and all(isinstance(label, str | int | float) and number(0).holds(weight) for label, weight in pairs)
    ),
)


def save(
    estimator: Any, path: str | Path, target: Target, document: Mapping[str, Any], *,
    training_state: bool = True, networks: Mapping[str, Network] | None = None,
) -> None:  # fmt: skip
    """Write a fitted estimator to a file.

    Parameters
    ----------
    estimator : estimator
        Has `network_` and settings.
    path : str or Path
        The file.
    target : LabelEncoder or TargetScaler
        Of the training.
    document : mapping
        Further entries, of which `to_json` can make JSON data.
    training_state : bool
        Whether the file also holds what resuming takes.
    networks : mapping of str to Network, optional
        Further networks by name.

    Raises
    ------
    SettingError
        If a setting was changed to one that `fit` would refuse.
    FileError
        If the file cannot be written.
    """
    owner = next(each for each in type(estimator).__mro__ if "kind" in vars(each))  # of a user's subclass too
    settings = {name: getattr(estimator, name) for name in inspect.signature(owner).parameters}
    random_state = generators.to_document(estimator.random_state) if training_state else None
    if random_state is not None:  # it is an object; a number is kept with the settings
        document = {**document, "random_state": random_state}
    if isinstance(settings.get("class_weight"), Mapping):  # JSON's keys are texts only
        document = {**document, "class_weight": list(settings.pop("class_weight").items())}
    kept = {**settings_to_json(settings), **getattr(estimator, "_made_with", {})}
    estimator._check_kept(from_json(kept))
    complete = {"kind": kind_of(estimator), "settings": kept, "target": target.to_document(), **document}
    estimator.network_.save(path, training_state=training_state, networks=networks, **to_json(complete))


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
    """Read a model file as `load` does."""
    network, document = Network.load_with_document(path)
    kind = document.get("kind")
    if kind is None:
        return network
    if kind not in KINDS:
        raise ModelFileError(f"{path}: holds a {kind!r:.80}, which this version of glassnet does not know")
    try:
        own = {name: part for name, part in document.items() if name not in (*DOCUMENT, *BESIDE, *OWN_KEYS)}
        settings = from_json(checked(own, ENTRIES, kind, later=OPTIONAL, others=True)["settings"])
        cls = class_of(kind)
        estimator = cls(**getattr(cls, "_of_older", dict)(settings))
        if "random_state" in own:
            estimator.random_state = generators.from_document(own["random_state"])
        checked(own, {**ENTRIES, **estimator._rows_of_file}, kind, later=OPTIONAL)
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
    """Raise ModelFileError if the network does not have the outputs of the target."""
    architecture = network.architecture
    if isinstance(target, LabelEncoder) != kind.endswith("Classifier"):
        raise ModelFileError(f"its target is not that of a {kind}")
    if target.n_outputs != architecture.sizes[-1]:
        raise ModelFileError(f"its target needs {target.n_outputs} outputs; the network has {architecture.sizes[-1]}")
    if target.output not in (None, architecture.output):
        raise ModelFileError(f"its target needs the output {target.output}; the network has {architecture.output}")


def kind_of(model: Any) -> str:
    """Return the name of a model's class, as model files have it."""
    return str(getattr(model, "kind", type(model).__name__))


def settings_but(model: Any, names: Iterable[str]) -> dict[str, Any]:
    """Return the settings of a model except some, as JSON data that can be compared and kept."""
    settings = {name: value for name, value in model.get_params().items() if name not in names}
    if isinstance(weights := settings.get("class_weight"), Mapping):  # JSON's keys are texts only
        settings["class_weight"] = list(weights.items())
    return settings_to_json(settings)


def settings_to_json(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings that JSON can hold."""
    kept = {}
    for name, value in settings.items():
        if name == "cost_matrix" and isinstance(value, Mapping):  # JSON's keys are texts only
            kept[name] = ",".join(f"{true}:{predicted}={float(cost)!r}" for (true, predicted), cost in value.items())
            continue
        with suppress(TypeError):
            kept[name] = to_json(value)
    return kept
