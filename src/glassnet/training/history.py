"""The record of a training run, and what callbacks get while it runs: plain numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from glassnet.documents import MAPPING, TEXT, TRUTH, checked, either, listed, maybe, number, whole
from glassnet.renamed import in_new_words
from glassnet.training.settings import check_document
from glassnet.typing import Array

COST = maybe(number())  # null: it was not finite
CURVE = listed(either(COST, listed(COST, least=1)))
CURVES = {"epoch_cost": CURVE, "validation_cost": CURVE}
NUMBERS = {
    "best_epoch": whole(), "epochs": whole(), "steps": whole(), "seconds": number(0), "interrupted": TRUTH,
    "engine": TEXT,
}  # fmt: skip
ROWS = {"settings": MAPPING, "samples": whole(1), **CURVES, **NUMBERS}
DIVERGED = {"step": whole(), "layer": whole(), "learning_rate": either(COST, listed(COST))}


@dataclass(frozen=True)
class Progress:
    """What a callback gets.

    `moment` is "start", "epoch" (at the end of each) or "end"; `engine` is the chosen one, and why. For a stack `cost`
    and `validation_cost` are arrays (k,), and so is `learning_rate` where each network has its own.
    """

    moment: str
    epoch: int
    epochs: int
    step: int
    cost: Any
    validation_cost: Any
    learning_rate: Any
    seconds: float
    samples_per_second: float
    engine: str = ""


@dataclass
class History:
    """The record of a training run.

    Attributes
    ----------
    cost : array (steps,) or (steps, k)
        J of each step's batch, computed in the same pass, before the step was taken.
    epoch_cost : list of float, or of array (k,)
        Mean of `cost` over each finished epoch, each batch counting by its number of samples.
    validation_cost : list of float, or of array (k,)
        J of the validation data after each epoch, without penalties; empty when there was none.
    learning_rate : list of float, or of array (k,)
        Learning rate at the end of each epoch; one for each network where a stack's networks have their own.
    best_epoch : int
        Epoch with the lowest validation cost (training cost when there was no validation data), counted from 1.
    epochs, steps : int
        Number of finished epochs, and of steps taken.
    seconds : float
        Duration of the run.
    engine : str
        The engine that ran the equations: one of the names that the setting `engine` takes.
    choice : str
        The engine that was chosen before the run, and why: "torch (predicted 12 min with numpy, 53 s on cuda)".
    interrupted : bool
        Whether Ctrl-C ended it; the network then holds the best parameters so far.
    continued : int
        Epochs of the earlier fit that was cut off and that this one resumed.
    converged : bool or None
        Whether lbfgs met its tolerance; None where the optimiser has none.
    message : str
        How lbfgs ended, in scipy's words.
    """

    cost: Array = field(default_factory=lambda: np.empty(0))
    epoch_cost: list[Any] = field(default_factory=list)
    validation_cost: list[Any] = field(default_factory=list)
    learning_rate: list[Any] = field(default_factory=list)
    best_epoch: int = 0
    epochs: int = 0
    steps: int = 0
    seconds: float = 0.0
    interrupted: bool = False
    continued: int = 0
    engine: str = ""
    choice: str = ""
    converged: bool | None = None
    message: str = ""

    def __repr__(self) -> str:
        if not self.steps:
            return "<History: no step taken>"
        first, last = np.mean(self.cost[0]), np.mean(self.cost[-1])
        span = ""
        if np.ndim(self.cost) > 1:
            J = self.cost[-1]
            span = f" (mean of {len(J)} networks; {min(J):.6g} in network {J.argmin()} to {max(J):.6g} in {J.argmax()})"
        ending = ", interrupted" if self.interrupted else ""
        return f"<History: {self.steps} steps, cost {first:.6g} -> {last:.6g}{span}, {self.seconds:.2f} s{ending}>"

    def _repr_html_(self) -> str:
        from glassnet.training.history_page import history_html

        return history_html(self)

    def to_document(self, points: int = 1000) -> dict[str, Any]:
        """Return the record as plain data for a model file; long curves keep about `points` numbers."""

        def thin(values: Any) -> list[Any]:
            array = np.asarray(values, dtype=float)
            array = array[:: max(1, -(-len(array) // points))]
            plain = array.astype(object)
            plain[~np.isfinite(array)] = None  # JSON has no infinity
            return list(plain.tolist())

        curves = {name: thin(getattr(self, name)) for name in CURVES}
        return {**curves, **{name: getattr(self, name) for name in NUMBERS}, "seconds": round(self.seconds, 3)}

    @classmethod
    def from_document(cls, record: Mapping[str, Any]) -> History:
        """Return the history of a model file's record: thinned curves, without the costs of single steps."""
        curves: dict[str, Any] = {name: [np.inf if J is None else J for J in record.get(name, [])] for name in CURVES}
        found = cls(**curves, **{name: record[name] for name in NUMBERS if name in record})
        found.engine = in_new_words(found.engine)
        return found


def check_record(document: Any) -> Any:
    """Return the record of a model file, or None where there is none.

    Raises
    ------
    ValueError
        If the document is not such a record.
    """
    if document is None:
        return None
    checked(document, {**ROWS, "diverged": MAPPING}, "record", later=["diverged"])
    if "diverged" in document:
        checked(document["diverged"], DIVERGED, "record, diverged")
    check_document(document["settings"])
    return document
