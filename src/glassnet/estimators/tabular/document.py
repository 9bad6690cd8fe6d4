"""What a file keeps of a model for tables beside its network: preparation, notes, settings, and what resuming takes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import numpy as np

from glassnet.core.activations import ACTIVATIONS
from glassnet.core.architecture import choose_loss
from glassnet.core.losses import full_name
from glassnet.core.names import choose
from glassnet.documents import MAPPING, TEXT, TEXTS, TRUTH, checked, either, listed, maybe, number, one_of, whole
from glassnet.errors import ModelFileError
from glassnet.estimators.tabular.networks import made_with
from glassnet.estimators.tabular.recipes import preset_named
from glassnet.estimators.tabular.unfinished import LastFit, Unfinished
from glassnet.estimators.targets import LabelEncoder, Target
from glassnet.network import Network
from glassnet.tables import Preparation
from glassnet.training.settings import Settings

if TYPE_CHECKING:
    from glassnet.estimators.tabular.model import TableModel

ENTRIES = {
    "preparation": MAPPING, "feature_names": TEXTS, "notes": TEXTS, "target_name": maybe(TEXT), "fit": MAPPING,
}  # fmt: skip
NAMES = maybe(either(TEXT, listed(TEXT)))
SWITCH = either(TRUTH, whole())
SETTINGS = {  # besides those that `training.settings.Settings` checks
    "hidden": maybe(either(whole(1), listed(whole(1)))), "activation": NAMES, "preset": TEXT, "loss": maybe(TEXT),
    "validation": maybe(number(0, 1)), "patience": maybe(number(0, math.inf)), "n_networks": maybe(whole(1)),
    "class_weight": maybe(one_of("balanced")),
    "random_state": maybe(whole()), "warm_start": SWITCH, "verbose": SWITCH,
}  # fmt: skip


def to_document(model: TableModel, *, training_state: bool) -> tuple[dict[str, Any], dict[str, Network]]:
    """Return what a file keeps beside network, target and settings: plain data, and further networks by name."""
    document: dict[str, Any] = {
        "preparation": model.preparation_.to_document(),
        "feature_names": list(getattr(model, "feature_names_in_", [])),
        "notes": model.notes_,
        "target_name": model.target_name_,
    }
    networks: dict[str, Network] = {}
    if training_state and model._last_fit is not None:
        document["fit"] = {**model._last_fit.to_document(), "unfinished": None}
        if model._unfinished is not None:
            document["fit"]["unfinished"], networks = model._unfinished.to_parts(model.network_)
    return document, networks


def restore(model: TableModel, network: Network, target: Target, document: Mapping[str, Any]) -> None:
    """Give a model what `to_document` wrote of another; raise ModelFileError, KeyError, ... where it is damaged."""
    if isinstance(target, LabelEncoder) and len(target.classes) < 2:
        raise ModelFileError(f"target: a classifier has at least 2 classes, got {len(target.classes)}")
    preparation = Preparation.from_document(document["preparation"])
    if preparation.n_features != network.architecture.sizes[0]:
        raise ModelFileError(
            f"preparation: gives {preparation.n_features} features; the network takes {network.architecture.sizes[0]}"
        )
    if document["feature_names"] not in ([], list(preparation.source)):
        raise ModelFileError("feature_names: not those of the preparation's columns")
    model.network_, model.target_, model.preparation_ = network, target, preparation
    model.notes_, model.target_name_ = list(document["notes"]), document["target_name"]
    model.n_features_in_ = preparation.pictures.n_x if preparation.pictures else len(preparation.source)
    model._made_with = made_with(model)
    if document["feature_names"]:
        model.feature_names_in_ = np.asarray(document["feature_names"], dtype=object)
    if "fit" in document:
        model._last_fit = LastFit.from_document(document["fit"])
        if (parts := document["fit"]["unfinished"]) is not None:
            model._unfinished = Unfinished.from_parts(parts, model._last_fit, network, document["networks"])


def check_settings(settings: Mapping[str, Any]) -> None:
    """Raise unless `fit` would take each of the settings.

    Parameters
    ----------
    settings : mapping of str to JSON data
        Some or all of the settings.

    Raises
    ------
    ModelFileError, SettingError
        If one is of another type, outside its range, or an unknown name.
    """
    checked(settings, SETTINGS, "settings", later=SETTINGS, others=True)
    if "preset" in settings:
        preset_named(settings["preset"])
    activation = settings.get("activation") or []
    for name in [activation] if isinstance(activation, str) else activation:
        choose(ACTIVATIONS, name, "activation")
    if settings.get("loss") is not None:
        choose_loss(full_name(settings["loss"], 1))
    for field in fields(Settings):
        if settings.get(field.name) is not None:
            Settings(**{field.name: settings[field.name]})
