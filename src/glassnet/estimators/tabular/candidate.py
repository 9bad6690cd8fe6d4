"""The networks of one recipe, with how they were trained and how good they are."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from glassnet import plain_text
from glassnet.documents import number
from glassnet.estimators.tabular.recipes import SOLVED
from glassnet.estimators.targets import LabelEncoder, Target, TargetScaler
from glassnet.network import Network
from glassnet.training.history import History

HANDICAP = 0.01  # of the cost
LOG = ", log"  # after the name of a recipe whose networks learn logarithms of the target


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
    value : float
        Of the metric on these rows; the cost where no metric was asked for.
    label_smoothing : float
        Share of each label's certainty that all classes got in training.
    temperature : float
        By which the last layer's W and b were divided after training.
    history : History or None
        Of the training; None while it runs.
    target : LabelEncoder, TargetScaler or None
        What the network learned, with the decisions that are best on rows left out; None is the training's own.
    scores : dict of str to float
        On rows left out.
    fingerprint : int or None
        Of what it learned from, where that is not what the others did.
    """

    recipe: str
    network: Network
    cost: float = math.inf
    value: float = math.inf
    label_smoothing: float = 0.0
    temperature: float = 1.0
    history: History | None = None
    target: Target | None = None
    scores: dict[str, float] = field(default_factory=dict)
    fingerprint: int | None = None

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
            label_smoothing=document["label_smoothing"], temperature=document["temperature"],
            history=History.from_document(network.record or {}),
        )  # fmt: skip
        if document["hidden"] != candidate.hidden:
            raise ValueError(f"candidate: hidden {document['hidden']}")
        return candidate


def best_of(candidates: Sequence[Candidate]) -> Candidate:
    """Return the candidate of least cost; one that is solved must be 1 % better: these rows chose its penalty."""

    def cost(each: Candidate) -> float:
        return each.cost + HANDICAP * abs(each.cost) * each.recipe.startswith(SOLVED)

    return min(candidates, key=cost)


def notes_of_choice(candidates: list[Candidate], chosen: Candidate, metric: str | None = None) -> list[str]:
    """Return the sentences that say which recipe was chosen, why, and what was done to its labels and last layer."""
    notes = []
    by = "the cost" if metric is None else metric
    if len(candidates) > 1:
        values = ", ".join(f"{each.recipe} {each.hidden} {each.value:.4g}" for each in candidates)
        notes.append(f"chosen by {by} on held-out rows: {chosen.recipe} (of {values})")
    notes += _decisions_in_words(chosen.target, metric)
    if chosen.label_smoothing:
        notes.append(
            f"labels were smoothed by {chosen.label_smoothing:g}, and the last layer's W and b then divided by "
            f"{chosen.temperature:.3g}: calibrated on held-out rows"
        )
    return notes


def _decisions_in_words(target: Target | None, metric: str | None) -> list[str]:
    """Say how answers become decisions or numbers, where that is not as usual."""
    if isinstance(target, TargetScaler) and target.log:
        return [
            f"learned the logarithm of the target: estimates are {target.factor:.4g} times the power of e, better than "
            "the target itself on held-out rows"
        ]
    if not isinstance(target, LabelEncoder) or (target.threshold == 0.5 and target.costs is None):
        return []
    second = plain_text.shortened(str(target.classes[-1]), 40)
    if target.costs is None:
        return [
            f"decides on {second!r} where its probability is above {target.threshold:.3g}, the threshold of the best "
            f"{metric} on held-out rows"
        ]
    if (target.costs.sum(axis=1) == target.costs.max(axis=1) * (len(target.costs) - 1)).all() and metric is not None:
        return [f"rare classes are decided on earlier, for the best {metric} on held-out rows"]
    return ["decides on the class of least expected cost, by the costs given"]
