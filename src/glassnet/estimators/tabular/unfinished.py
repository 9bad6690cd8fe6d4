"""A Tabular training that was cut off: what it had done, what was under way, and how a model file keeps both."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from glassnet.core.checks import is_count
from glassnet.estimators.saving import settings_but
from glassnet.estimators.tabular.recipes import CLASSES, NUMBERS
from glassnet.network import Network
from glassnet.training.history import History

MAY_CHANGE = ("warm_start", "verbose", "engine", "device")  # settings that the numbers do not depend on
NOT_PLAIN = ("network", "history")  # of a candidate


@dataclass
class Unfinished:
    """The rest of a training takes no more than this, and the same rows.

    Attributes
    ----------
    settings : dict
        Of the model, as they were.
    seed : int
        Of everything that was drawn.
    data : int
        Fingerprint of what the networks were trained on, and judged by.
    goes_on : bool
        Whether it was itself a warm start.
    kind : str
        Of the networks under way.
    network : Network
        These, with all that going on takes.
    done : list of dict
        The candidates that were trained and judged before.
    """

    settings: dict[str, Any]
    seed: int
    data: int
    goes_on: bool
    kind: str
    network: Network
    done: list[dict[str, Any]] = field(default_factory=list)

    def to_parts(self, main: Network) -> tuple[dict[str, Any], dict[str, Network]]:
        """Return plain data, and by their kinds the networks but the `main` one, which has its own place in a file."""
        networks = {**{each["kind"]: each["network"] for each in self.done}, self.kind: self.network}
        document = {
            "settings": self.settings,
            "goes_on": self.goes_on,
            "kind": self.kind,
            "done": [_to_document(each) for each in self.done],
            "main": next(kind for kind, network in networks.items() if network is main),
        }
        return document, {kind: network for kind, network in networks.items() if network is not main}

    @classmethod
    def from_parts(
        cls, document: Mapping[str, Any], seed: int, data: int, main: Network, networks: Mapping[str, Network]
    ) -> Unfinished:
        """Return what `to_parts` was given.

        Raises
        ------
        KeyError, TypeError, ValueError
            If the document describes none, or its networks are not there.
        """
        networks = {**networks, document["main"]: main}
        kinds = [document["kind"], *(each["kind"] for each in document["done"])]
        if sorted(kinds) != sorted(networks) or set(document) != {"settings", "goes_on", "kind", "done", "main"}:
            raise ValueError(f"unfinished training of {kinds}, networks of {sorted(networks)}")
        if not isinstance(document["settings"], dict) or not isinstance(document["goes_on"], bool):
            raise ValueError("unfinished training: settings")
        done = [_from_document(each, networks[each["kind"]]) for each in document["done"]]
        network = networks[document["kind"]]
        return cls(document["settings"], seed, data, document["goes_on"], document["kind"], network, done)


def settings_of(model: Any) -> dict[str, Any]:
    """Return the settings that the numbers of a training depend on, as plain data."""
    return settings_but(model, MAY_CHANGE)


def check_fit(document: Mapping[str, Any]) -> tuple[int, int, str]:
    """Return seed, fingerprint and kind of the last training, as a model file keeps them."""
    seed, data, kind = document["seed"], document["data"], document["kind"]
    if not (is_count(seed, 0) and is_count(data, 0) and kind in (*CLASSES, *NUMBERS)) or len(document) != 4:
        raise ValueError(f"fit {document}")
    return int(seed), int(data), str(kind)


def _to_document(candidate: Mapping[str, Any]) -> dict[str, Any]:
    document = {name: value for name, value in candidate.items() if name not in NOT_PLAIN}
    return {**document, "cost": candidate["cost"] if math.isfinite(candidate["cost"]) else None}


def _from_document(document: Mapping[str, Any], network: Network) -> dict[str, Any]:
    for name in ("cost", "seconds", "label_smoothing", "temperature"):
        if not (_is_number(document[name]) or (name == "cost" and document[name] is None)):
            raise ValueError(f"candidate: {name} {document[name]!r}")
    if document["hidden"] != list(network.architecture.sizes[1:-1]):
        raise ValueError(f"candidate: hidden {document['hidden']}")
    cost = np.inf if document["cost"] is None else document["cost"]
    return {**document, "cost": cost, "network": network, "history": History.from_document(network.record or {})}


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
