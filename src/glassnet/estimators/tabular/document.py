"""What a file keeps of a model for tables beside its network: preparation, notes, and what resuming takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from glassnet.documents import MAPPING, TEXT, TEXTS, maybe
from glassnet.errors import ModelFileError
from glassnet.estimators.tabular.baseline import Baseline
from glassnet.estimators.tabular.conformal import Conformity
from glassnet.estimators.tabular.networks import made_with
from glassnet.estimators.tabular.novelty import Novelty
from glassnet.estimators.tabular.source import Source
from glassnet.estimators.tabular.unfinished import LastFit, Unfinished
from glassnet.estimators.targets import LabelEncoder, Target
from glassnet.network import Network
from glassnet.tables import Preparation

if TYPE_CHECKING:
    from glassnet.estimators.tabular.model import TableModel

ENTRIES = {
    "preparation": MAPPING, "feature_names": TEXTS, "notes": TEXTS, "target_name": maybe(TEXT),
    "sample_weight_name": maybe(TEXT), "fit": MAPPING, "source": MAPPING, "baseline": MAPPING,
    "left_out": maybe(MAPPING), "novelty": maybe(MAPPING),
}  # fmt: skip


def to_document(model: TableModel, *, training_state: bool) -> tuple[dict[str, Any], dict[str, Network]]:
    """Return what a file keeps beside network, target and settings: plain data, and further networks by name."""
    document: dict[str, Any] = {
        "preparation": model.preparation_.to_document(),
        "feature_names": list(getattr(model, "feature_names_in_", [])),
        "notes": model.notes_,
        "target_name": model.target_name_,
        "baseline": model.baseline_.to_document(),
    }
    if not model._is_older:
        document["left_out"] = None if model.conformity_ is None else model.conformity_.to_document()
        document["novelty"] = None if model.novelty_ is None else model.novelty_.to_document()
    if model.sample_weight_name_ is not None:
        document["sample_weight_name"] = model.sample_weight_name_
    if model.source_ is not None:
        document["source"] = model.source_.to_document()
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
    if preparation.n_features != network.architecture.n_x:
        raise ModelFileError(
            f"preparation: gives {preparation.n_features} features; the network takes {network.architecture.n_x}"
        )
    if document["feature_names"] not in ([], list(preparation.source)):
        raise ModelFileError("feature_names: not those of the preparation's columns")
    model.network_, model.target_, model.preparation_ = network, target, preparation
    model.notes_, model.target_name_ = list(document["notes"]), document["target_name"]
    model.sample_weight_name_ = document.get("sample_weight_name")
    n = len(target.classes) if isinstance(target, LabelEncoder) else target.n_outputs
    model.baseline_ = Baseline.from_document(document["baseline"], n) if "baseline" in document else Baseline()
    model._is_older = "left_out" not in document
    if (left_out := document.get("left_out")) is not None:
        numbers = 0 if isinstance(target, LabelEncoder) else target.n_outputs
        model.conformity_ = Conformity.from_document(left_out, network.n_networks or 1, numbers)
    if (novelty := document.get("novelty")) is not None:
        model.novelty_ = Novelty.from_document(novelty, preparation.n_features)
    model.source_ = Source.from_document(document["source"]) if "source" in document else None
    model.n_features_in_ = preparation.pictures.n_x if preparation.pictures else len(preparation.source)
    model._made_with = made_with(model)
    if document["feature_names"]:
        model.feature_names_in_ = np.asarray(document["feature_names"], dtype=object)
    if "fit" in document:
        model._last_fit = LastFit.from_document(document["fit"])
        if (parts := document["fit"]["unfinished"]) is not None:
            model._unfinished = Unfinished.from_parts(parts, model._last_fit, network, document["networks"])
