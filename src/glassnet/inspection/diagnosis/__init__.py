"""Diagnosis: what is wrong with a trained network, in order of weight, each with its evidence and what to change."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from glassnet.core.architecture import Architecture
from glassnet.core.parameters import Parameters
from glassnet.inspection.diagnosis import of_data, of_layers, of_training
from glassnet.inspection.diagnosis.case import Case
from glassnet.inspection.diagnosis.findings import Diagnosis, Finding
from glassnet.inspection.diagnosis.words import plural

Array = Any

MOST_SAMPLES = 5000  # that are passed through the network


class Detector(NamedTuple):
    """One entry of the table: `find` reads a case, where it has all that is in `needs`.

    It stays silent where one of `unless` was found, because what it sees then follows from that.
    """

    find: Callable[[Case], Finding | None]
    weight: int
    needs: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()


GIVEN = (  # what was there before the training began
    "symmetric_units", "no_nonlinearity", "output_range", "inputs_unscaled", "targets_unscaled", "unshuffled",
    "labels_swapped", "penalty_strong", "exploding",
)  # fmt: skip
STUCK = (*GIVEN, "learning_rate_high", "dead_units", "saturated", "vanishing")
SLOW = (*STUCK, "learning_rate_low", "too_few_steps")

# From causes to what follows from them: the order is the weight.
DETECTORS: dict[str, Detector] = {
    "not_finite": Detector(of_layers.not_finite, 100),
    "output_range": Detector(of_data.output_range, 97, ("Y",)),
    "no_nonlinearity": Detector(of_layers.no_nonlinearity, 94),
    "symmetric_units": Detector(of_layers.symmetric_units, 91),
    "inputs_unscaled": Detector(of_data.inputs_unscaled, 88, ("X",)),
    "targets_unscaled": Detector(of_data.targets_unscaled, 85, ("Y",)),
    "unshuffled": Detector(of_data.unshuffled, 82, ("labels", "curve")),
    "labels_swapped": Detector(of_data.labels_swapped, 79, ("labels", "answers")),
    "penalty_strong": Detector(of_training.penalty_strong, 76, ("J", "curve"), GIVEN),
    "exploding": Detector(of_layers.exploding, 73, ("whole_pass", "open_share"), GIVEN),
    "learning_rate_high": Detector(of_training.learning_rate_high, 70, ("alpha",), GIVEN),
    "dead_units": Detector(of_layers.dead_units, 67, ("whole_pass",), STUCK),
    "saturated": Detector(of_layers.saturated, 64, ("slopes", "open_share"), STUCK),
    "vanishing": Detector(of_layers.vanishing, 61, ("whole_pass", "open_share"), STUCK),
    "learning_rate_low": Detector(of_training.learning_rate_low, 58, ("alpha", "J"), STUCK),
    "labels_wrong": Detector(of_data.labels_wrong, 55, ("labels", "nearest")),
    "classes_unbalanced": Detector(of_data.classes_unbalanced, 52, ("labels", "answers"), SLOW[:-1]),
    "overfitting": Detector(of_training.overfitting, 49, ("J_0",)),
    "too_few_steps": Detector(of_training.too_few_steps, 46, ("curve", "J"), SLOW),
    "underfitting": Detector(of_training.underfitting, 43, ("whole_pass", "nearest"), SLOW),
    "nothing_learned": Detector(of_training.nothing_learned, 40, ("J",), (*SLOW, "underfitting", "classes_unbalanced")),
    "duplicate_columns": Detector(of_data.duplicate_columns, 37, ("X",)),
}


def diagnose(
    architecture: Architecture,
    theta: Parameters,
    X: Array | None = None,
    Y: Array | None = None,
    *,
    record: dict[str, Any] | None = None,
    validation: tuple[Array, Array] | None = None,
    names: Sequence[str] | None = None,
    seed: int = 0,
) -> Diagnosis:
    """Say in order of weight what is wrong with a network and its training.

    Parameters
    ----------
    architecture, theta
        The network; of a stack, parameters and record are looked at network by network, and the one with the
        weightiest finding speaks.
    X, Y : array (n[0], m), (n[L], m), optional
        The training data; without them only parameters and record are looked at.
    record : dict, optional
        What the training left: `Network.record`.
    validation : (X, Y), optional
        Data that were not trained on.
    names : sequence of str, optional
        Of the input columns.
    seed : int
        Of the range test and of the choice among many samples.

    Returns
    -------
    Diagnosis
        Findings, the weightiest first; none where nothing is wrong.
    """
    vectors = np.atleast_2d(theta.vector)
    stacked, known = theta.vector.ndim > 1, None if names is None else list(names)
    data = [None if M is None else _some(M, seed) for M in (X, Y, *(validation or (None, None)))]
    diagnoses = []
    for network, vector in enumerate(vectors):
        alone = Parameters(architecture.sizes, np.float64)
        alone.vector[...] = vector
        X, Y, X_v, Y_v = (M[network] if M is not None and M.ndim == 3 else M for M in data)
        others = None if X_v is None or Y_v is None else (X_v, Y_v)
        own = _of_network(record, network) if stacked and record else record or {}
        diagnoses.append(examine(Case(architecture, alone, own, X, Y, others, known, seed)))
    return max(diagnoses, key=lambda diagnosis: diagnosis[0].weight if len(diagnosis) else 0)


def examine(case: Case) -> Diagnosis:
    """Run every detector of the table that has what it needs."""
    findings: dict[str, Finding] = {}
    looked_at, not_looked_at = [], []
    for name, detector in sorted(DETECTORS.items(), key=lambda item: -item[1].weight):
        if any(getattr(case, need) is None for need in detector.needs):
            not_looked_at.append(name)
            continue
        looked_at.append(name)
        if not findings.keys() & set(detector.unless) and (found := detector.find(case)) is not None:
            findings[name] = found._replace(name=name, weight=detector.weight)
    m, epochs = 0 if case.X is None else case.X.shape[1], case.record.get("epochs", 0)
    basis = " and ".join(
        filter(None, [plural(m, "sample") if m else "", f"a record of {plural(epochs, 'epoch')}" if epochs else ""])
    )
    return Diagnosis(list(findings.values()), looked_at, not_looked_at, basis or "the parameters alone")


def _some(M: Array, seed: int) -> Array:
    """Return at most MOST_SAMPLES columns, in their order, as float64; the same ones of X and Y."""
    m = M.shape[-1]
    if m <= MOST_SAMPLES:
        return np.asarray(M, np.float64)
    chosen = np.sort(np.random.default_rng(seed).choice(m, MOST_SAMPLES, replace=False))
    return np.asarray(M[..., chosen], np.float64)


def _of_network(record: dict[str, Any], network: int) -> dict[str, Any]:
    """Return one network's part of a stack's record."""

    def own(value: Any) -> Any:
        return value[network] if isinstance(value, list) else value

    curves = {name: [own(J) for J in record.get(name) or []] for name in ("epoch_cost", "validation_cost")}
    settings = {name: own(value) for name, value in (record.get("settings") or {}).items()}
    return {**record, **curves, "settings": settings}
