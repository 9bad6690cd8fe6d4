"""Diagnosis: what is wrong with a trained network, in order of weight, each with its evidence and what to change."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from glassnet.core.architecture import Architecture
from glassnet.core.parameters import Parameters
from glassnet.inspection.diagnosis import of_data, of_layers, of_training
from glassnet.inspection.diagnosis.context import DiagnosisContext
from glassnet.inspection.diagnosis.findings import Diagnosis, Finding
from glassnet.inspection.diagnosis.words import plural
from glassnet.typing import Array, Indices, Tensor

__all__ = ["DETECTORS", "Detector", "Diagnosis", "Finding", "diagnose", "examine"]

MOST_SAMPLES, LEAST_SAMPLES = 5000, 200  # that are passed through the network
MOST_NUMBERS = 20_000_000  # of X, between those bounds


class Detector(NamedTuple):
    """One entry of the table: `find` looks at a context that has all of `needs`.

    A symptom is not reported where something weightier was found, because it follows from that.
    """

    find: Callable[[DiagnosisContext], Finding | None]
    weight: int
    needs: tuple[str, ...] = ()
    is_symptom: bool = False


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
    "penalty_strong": Detector(of_training.penalty_strong, 76, ("J", "curve"), is_symptom=True),
    "exploding": Detector(of_layers.exploding, 73, ("whole_pass", "open_share"), is_symptom=True),
    "learning_rate_high": Detector(of_training.learning_rate_high, 70, ("alpha",), is_symptom=True),
    "dead_units": Detector(of_layers.dead_units, 67, ("whole_pass",), is_symptom=True),
    "saturated": Detector(of_layers.saturated, 64, ("slopes",), is_symptom=True),
    "vanishing": Detector(of_layers.vanishing, 61, ("whole_pass", "open_share"), is_symptom=True),
    "learning_rate_low": Detector(of_training.learning_rate_low, 58, ("alpha", "J"), is_symptom=True),
    "labels_wrong": Detector(of_data.labels_wrong, 55, ("labels", "nearest")),
    "classes_unbalanced": Detector(of_data.classes_unbalanced, 52, ("labels", "answers"), is_symptom=True),
    "overfitting": Detector(of_training.overfitting, 49, ("J_0",)),
    "too_few_steps": Detector(of_training.too_few_steps, 46, ("curve", "J"), is_symptom=True),
    "underfitting": Detector(of_training.underfitting, 43, ("whole_pass", "nearest"), is_symptom=True),
    "nothing_learned": Detector(of_training.nothing_learned, 40, ("J",), is_symptom=True),
    "duplicate_features": Detector(of_data.duplicate_features, 37, ("X",)),
}


def diagnose(
    architecture: Architecture,
    theta: Parameters,
    X: Tensor = None,
    Y: Array | None = None,
    *,
    record: dict[str, Any] | None = None,
    validation: tuple[Tensor, Array] | None = None,
    names: Sequence[str] | None = None,
    classes: Sequence[Any] | None = None,
    seed: int = 0,
    numbers: Indices | None = None,
) -> Diagnosis:
    """Return what is wrong with a network and its training; see `Network.diagnose`.

    The networks of a stack are examined one by one, and the diagnosis with the weightiest finding is returned. Where X
    holds some samples of more, `numbers` (m,) says which: findings name samples by these.
    """
    vectors = np.atleast_2d(theta.vector)
    stacked = theta.vector.ndim > 1
    X_v, Y_v = validation or (None, None)
    chosen, chosen_v = (np.arange(0) if M is None else _choice(M.shape, architecture.n_x, seed) for M in (X, X_v))
    named = chosen if numbers is None else numbers[chosen]
    data = [_dense(X, chosen), _dense(Y, chosen), _dense(X_v, chosen_v), _dense(Y_v, chosen_v)]
    diagnoses = []
    for network, vector in enumerate(vectors):
        alone = Parameters(architecture.sizes, np.float64, embedding=architecture.embedding)
        alone.vector[...] = vector
        X, Y, X_v, Y_v = (M[network] if M is not None and M.ndim == 3 else M for M in data)
        others = None if X_v is None or Y_v is None else (X_v, Y_v)
        own = _of_network(record, network) if stacked and record else record or {}
        diagnoses.append(examine(DiagnosisContext(architecture, alone, own, X, Y, others, names, classes, seed, named)))
    return max(diagnoses, key=lambda diagnosis: diagnosis[0].weight if len(diagnosis) else 0)


def examine(context: DiagnosisContext) -> Diagnosis:
    """Run every detector of the table that has what it needs."""
    findings: list[Finding] = []
    looked_at: list[str] = []
    not_looked_at: list[str] = []
    for name, detector in sorted(DETECTORS.items(), key=lambda item: -item[1].weight):
        if any(getattr(context, need) is None for need in detector.needs):
            not_looked_at.append(name)
            continue
        looked_at.append(name)
        if not (detector.is_symptom and findings) and (found := detector.find(context)) is not None:
            findings.append(found._replace(name=name, weight=detector.weight))
    m, epochs = 0 if context.X is None else context.X.shape[1], context.record.get("epochs", 0)
    basis = " and ".join(
        filter(None, [plural(m, "sample") if m else "", f"a record of {plural(epochs, 'epoch')}" if epochs else ""])
    )
    missing = [what for what, given in (("X and Y", m), ("a training record", context.record)) if not given]
    gap = f"With {' and '.join(missing)} more could be seen." if missing else ""
    return Diagnosis(findings, looked_at, not_looked_at, basis or "the parameters alone", gap)


def _choice(shape: tuple[int, ...], n_x: int, seed: int) -> Indices:
    """Return the numbers of the samples that are looked at, in their order: all, or as many as are enough."""
    m, most = shape[-1], int(np.clip(MOST_NUMBERS / n_x, LEAST_SAMPLES, MOST_SAMPLES))
    return np.arange(m) if m <= most else np.sort(np.random.default_rng(seed).choice(m, most, replace=False))


def _dense(M: Tensor, chosen: Indices) -> Array | None:
    """Return some columns as a plain array of float64."""
    if M is None:
        return None
    part = M if len(chosen) == M.shape[-1] else M[..., chosen]
    return np.asarray(part.toarray() if hasattr(part, "toarray") else part, np.float64)


def _of_network(record: dict[str, Any], network: int) -> dict[str, Any]:
    """Return one network's part of a stack's record."""

    def own(value: Any) -> Any:
        return value[network] if isinstance(value, list) else value

    curves = {name: [own(J) for J in record.get(name) or []] for name in ("epoch_cost", "validation_cost")}
    settings = {name: own(value) for name, value in (record.get("settings") or {}).items()}
    return {**record, **curves, "settings": settings}
