"""The judgement whether a network overfits, from its cost on the samples it learned from and on others."""

from __future__ import annotations

from typing import Any

import numpy as np

from glassnet.arrays import numpy_namespace as xp
from glassnet.inspection.diagnosis.context import constant_cost
from glassnet.inspection.diagnosis.of_training import overfits
from glassnet.report.blocks import Block, message, paragraph
from glassnet.report.results import curve_of
from glassnet.report.subject import Subject, Trial

CHANCE = 2  # standard errors of the cost, within which two costs are no different


def fit(subject: Subject, trial: Trial) -> list[Block]:
    """Say whether the network overfits, with the numbers that show it; what is not known is said too."""
    if trial.role == "learned":
        return [paragraph("analysis.no_new", name=trial.name)]
    J_other, curve = trial.scores.values.get("cost"), curve_of(subject.record, "epoch_cost")
    if subject.learned is not None:
        J, where = subject.learned.values.get("cost"), message("analysis.on_learned", rows=subject.learned.rows)
    else:
        J, where = (float(curve[-1]) if len(curve) else None), message("analysis.at_end")
    if J is None or J_other is None or not np.isfinite([J, J_other]).all():
        return []
    with xp.quiet():
        J_0 = constant_cost(subject.network.architecture, np.asarray(trial.targets, float))
    error = _error(subject, trial, J_other)
    key = "analysis.fits"
    if trial.role == "unknown":
        key = "analysis.fit_unknown"
    elif overfits(J, J_other, J_0):
        key = "analysis.overfits"
    elif J_other - J > CHANCE * error:
        key = "analysis.fits_closely"
    elif overfits(J, J_other + CHANCE * error, J_0):
        key = "analysis.fit_unsure"
    numbers = {"cost": J, "other": J_other, "one": J_0, "error": error, "half": J_0 / 2}
    of_trial = {"name": trial.name, "rows": len(trial.y), "where": where}
    return [paragraph(key, **of_trial, **{name: f"{value:.3g}" for name, value in numbers.items()})]


def _error(subject: Subject, trial: Trial, cost: float) -> float:
    """Return the standard error of the cost: relative to it, that of the log loss, or of the squared errors."""
    target: Any = subject.model.target_
    if trial.y.ndim > 1 or getattr(target, "multilabel", False):
        return 0.0
    if trial.probabilities is None:
        losses = (trial.y.astype(float) - trial.answers.astype(float)) ** 2
    else:
        true = target.class_indices(trial.y)
        losses = -np.log(np.maximum(trial.probabilities[np.arange(len(true)), true], 1e-12))
    mean = losses.mean()
    return float(cost * losses.std() / (mean * np.sqrt(len(losses)))) if mean else 0.0
