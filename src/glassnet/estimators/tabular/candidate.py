"""The networks of one recipe, with how they were trained and how good they are."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from glassnet.documents import number
from glassnet.network import Network
from glassnet.training.history import History


@dataclass
class Candidate:
    """The networks of one recipe.

    Attributes
    ----------
    recipe : str
        Its name.
    network : Network
        These networks, side by side.
    cost : float
        Out of fold, or on validation data: what candidates are compared by.
    label_smoothing : float
        Share of each label's certainty that all classes got in training.
    temperature : float
        By which the last layer's W and b were divided after training.
    history : History or None
        Of the training; None while it runs.
    """

    recipe: str
    network: Network
    cost: float = math.inf
    label_smoothing: float = 0.0
    temperature: float = 1.0
    history: History | None = None

    @property
    def hidden(self) -> list[int]:
        """Units of each hidden layer."""
        return list(self.network.architecture.sizes[1:-1])

    @property
    def interrupted(self) -> bool:
        """Whether the training was interrupted, or still runs."""
        return self.history is None or self.history.interrupted

    def summary(self) -> dict[str, Any]:
        """Return what users see in `candidates_`."""
        return {
            "kind": self.recipe, "hidden": self.hidden, "cost": self.cost,
            "seconds": 0.0 if self.history is None else self.history.seconds, "label_smoothing": self.label_smoothing,
            "temperature": self.temperature, "interrupted": self.interrupted,
        }  # fmt: skip

    def to_document(self) -> dict[str, Any]:
        """Return a candidate whose training has ended as plain data; the network has its own place in a file."""
        document = {**self.summary(), "cost": self.cost if math.isfinite(self.cost) else None}
        del document["interrupted"]
        return document

    @classmethod
    def from_document(cls, document: Mapping[str, Any], network: Network) -> Candidate:
        """Return the candidate that `to_document` described; KeyError, TypeError or ValueError if it is none."""
        for name in ("cost", "seconds", "label_smoothing", "temperature"):
            if not (number().holds(document[name]) or (name == "cost" and document[name] is None)):
                raise ValueError(f"candidate: {name} {document[name]!r}")
        candidate = cls(
            document["kind"], network, math.inf if document["cost"] is None else document["cost"],
            document["label_smoothing"], document["temperature"], History.from_document(network.record or {}),
        )  # fmt: skip
        if document["hidden"] != candidate.hidden:
            raise ValueError(f"candidate: hidden {document['hidden']}")
        return candidate


def notes_of_choice(candidates: list[Candidate], chosen: Candidate) -> list[str]:
    """Return the sentences that say which recipe was chosen, why, and what was done to its labels and last layer."""
    notes = []
    if len(candidates) > 1:
        costs = ", ".join(f"{each.recipe} {each.hidden} {each.cost:.4g}" for each in candidates)
        notes.append(f"chosen by the cost on held-out rows: {chosen.recipe} (of {costs})")
    if chosen.label_smoothing:
        notes.append(
            f"labels were smoothed by {chosen.label_smoothing:g}, and the last layer's W and b then divided by "
            f"{chosen.temperature:.3g}: calibrated on held-out rows"
        )
    return notes
