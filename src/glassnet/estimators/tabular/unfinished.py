"""A Tabular training that was interrupted: what had ended, what was under way, and how a model file keeps both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from glassnet.core.checks import is_count
from glassnet.estimators.saving import settings_but
from glassnet.estimators.tabular.candidate import Candidate
from glassnet.estimators.tabular.recipes import CLASSES, NUMBERS
from glassnet.estimators.tabular.training_data import TrainingData
from glassnet.network import Network

MAY_CHANGE = ("warm_start", "verbose", "engine", "device")  # settings that the numbers do not depend on


class LastFit(NamedTuple):
    """What a warm start needs to know of the last training.

    Attributes
    ----------
    seed : int
        Of everything that was drawn.
    data : int
        Fingerprint of what the networks were trained on, and judged by.
    recipe : str
        Of the chosen network.
    """

    seed: int
    data: int
    recipe: str

    def to_document(self) -> dict[str, Any]:
        """Return plain data, under the names of model files."""
        return {"seed": self.seed, "data": self.data, "kind": self.recipe}

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> LastFit:
        """Return what `to_document` was given; KeyError, TypeError or ValueError if a file holds something else."""
        seed, data, recipe = document["seed"], document["data"], document["kind"]
        if not (is_count(seed, 0) and is_count(data, 0) and recipe in (*CLASSES, *NUMBERS)) or len(document) != 4:
            raise ValueError(f"fit {document}")
        return cls(seed, data, recipe)


@dataclass
class Unfinished:
    """All that it takes to resume a training, but for its rows.

    Attributes
    ----------
    settings : dict
        Of the model, as they were.
    seed : int
        Of everything that was drawn.
    data : int
        Fingerprint of what the networks were trained on, and judged by.
    warm : bool
        Whether it was itself a warm start.
    recipe : str
        Of the networks under way.
    network : Network
        These, with their training state.
    done : list of Candidate
        Those that were trained and judged before.
    """

    settings: dict[str, Any]
    seed: int
    data: int
    warm: bool
    recipe: str
    network: Network
    done: list[Candidate]

    @classmethod
    def of(cls, model: Any, data: TrainingData, candidates: Sequence[Candidate]) -> Unfinished:
        """Return what resuming a training takes; the last of the candidates is the one under way."""
        *done, last = candidates
        return cls(settings_of(model), data.seed, data.fingerprint, data.warm, last.recipe, last.network, done)

    def to_parts(self, main: Network) -> tuple[dict[str, Any], dict[str, Network]]:
        """Return plain data, and by recipe the networks but the `main` one, which has its own place in a file."""
        networks = {**{each.recipe: each.network for each in self.done}, self.recipe: self.network}
        document = {
            "settings": self.settings,
            "goes_on": self.warm,
            "kind": self.recipe,
            "done": [each.to_document() for each in self.done],
            "main": next(recipe for recipe, network in networks.items() if network is main),
        }
        return document, {recipe: network for recipe, network in networks.items() if network is not main}

    @classmethod
    def from_parts(
        cls, document: Mapping[str, Any], last: LastFit, main: Network, networks: Mapping[str, Network]
    ) -> Unfinished:
        """Return what `to_parts` was given; KeyError, TypeError or ValueError if a file holds something else."""
        networks = {**networks, document["main"]: main}
        recipes = [document["kind"], *(each["kind"] for each in document["done"])]
        if sorted(recipes) != sorted(networks) or set(document) != {"settings", "goes_on", "kind", "done", "main"}:
            raise ValueError(f"unfinished training of {recipes}, networks of {sorted(networks)}")
        if not isinstance(document["settings"], dict) or not isinstance(document["goes_on"], bool):
            raise ValueError("unfinished training: settings")
        done = [Candidate.from_document(each, networks[each["kind"]]) for each in document["done"]]
        network = networks[document["kind"]]
        return cls(document["settings"], last.seed, last.data, document["goes_on"], document["kind"], network, done)


def settings_of(model: Any) -> dict[str, Any]:
    """Return the settings that the numbers of a training depend on, as plain data."""
    return settings_but(model, MAY_CHANGE)
