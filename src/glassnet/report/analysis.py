"""The analysis: what the numbers of the training and of the trial say, the gradient check, and the diagnosis."""

from __future__ import annotations

from typing import Any

import numpy as np

from glassnet.inspection.diagnosis import Diagnosis
from glassnet.inspection.intervals import wilson
from glassnet.report.blocks import Block, Cell, Heading, Section, Table, facts, heads, message, paragraph
from glassnet.report.fit import fit
from glassnet.report.results import curve_of
from glassnet.report.subject import Subject, Trial

MOST_NUMBERS = 12  # of one line of evidence
CHECKED_SAMPLES = 16  # of the gradient check


def analysis(subject: Subject) -> Section:
    """Return what can be said about a model, most of it from its record and its trial."""
    blocks: list[Block] = [*_training(subject)]
    if trial := subject.trial:
        blocks += _classes(subject, trial) if subject.classes else _numbers(trial)
        blocks += fit(subject, trial)
    blocks += _diagnosis(subject)
    for trial in subject.trials[:1]:
        blocks += _gradients(subject, trial)
    return Section(message("analysis.title"), blocks or [paragraph("analysis.nothing")])


def _training(subject: Subject) -> list[Block]:
    record = subject.record
    curve, validation = (curve_of(record, name) for name in ("epoch_cost", "validation_cost"))
    if len(curve) < 2:  # nothing fell or rose
        return []
    first, last, epochs = curve[0], curve[-1], record["epochs"]
    fell = last < first and last > 0
    factor = {"factor": f"{first / last:.3g}"} if fell else {}
    key = "analysis.fell" if fell else "analysis.rose"
    blocks: list[Block] = [paragraph(key, first=f"{first:.6g}", last=f"{last:.6g}", epochs=epochs, **factor)]
    if len(validation):
        lowest, at_end, best = f"{np.nanmin(validation):.6g}", f"{validation[-1]:.6g}", record["best_epoch"]
        blocks.append(paragraph("analysis.validation", lowest=lowest, best=best, epochs=epochs, last=at_end))
    return blocks


def _classes(subject: Subject, trial: Trial) -> list[Block]:
    scores = trial.scores
    accuracy, rows = scores.values["accuracy"], scores.rows
    counts = np.array(scores.confusion)
    if not counts.size:
        return []
    per_class = counts.sum(axis=1)
    low, high = wilson(accuracy, rows)
    share = per_class.max() / rows
    text = paragraph(
        "analysis.above_chance" if low > share else "analysis.at_chance",
        correct=int(np.trace(counts)), rows=rows, accuracy=f"{accuracy:.4f}", low=f"{low:.4f}", high=f"{high:.4f}",
        most=subject.classes[per_class.argmax()], share=f"{share:.4f}",
    )  # fmt: skip
    blocks: list[Block] = [text]
    mistakes = counts - np.diag(np.diag(counts))
    if mistakes.any():
        i, j = np.unravel_index(mistakes.argmax(), mistakes.shape)
        truth, found = subject.classes[i], subject.classes[j]
        blocks.append(paragraph("analysis.confused", truth=truth, found=found, count=mistakes[i, j]))
    return blocks


def _numbers(trial: Trial) -> list[Block]:
    values = trial.scores.values
    if "R²" not in values:
        return []
    deviation = f"{float(np.std(trial.y.astype(float))):.6g}"
    rmse, r2 = f"{values['RMSE']:.6g}", f"{values['R²']:.4f}"
    return [paragraph("analysis.regression", rmse=rmse, deviation=deviation, r2=r2)]


def _outcome(diagnosis: Diagnosis) -> str:
    if diagnosis.findings:
        return "found"
    return "silent" if diagnosis.not_looked_at else "passed"


def _diagnosis(subject: Subject) -> list[Block]:
    training, trial = subject.training, subject.trial
    if training is None and not subject.record:
        return []
    data: dict[str, Any] = {} if training is None else {"X": training.columns, "Y": training.targets}
    others = None if training is None or trial is None else (trial.columns, trial.targets)
    names = getattr(getattr(subject.model, "preparation_", None), "feature_names", None)
    diagnosis = subject.network.diagnose(**data, validation=others, names=names)
    looked = {"looked": len(diagnosis.looked_at), "all": len(diagnosis.looked_at) + len(diagnosis.not_looked_at)}
    blocks: list[Block] = [
        Heading(message("diagnosis.heading")),
        paragraph(f"diagnosis.{_outcome(diagnosis)}", **looked),
    ]
    for finding in diagnosis.findings:
        wrong, change = message(f"diagnosis.{finding.name}"), message(f"diagnosis.{finding.name}.change")
        blocks.append(paragraph("diagnosis.finding", wrong=wrong, change=change))
        evidence: dict[str, Cell] = {
            f"number.{key}": text for key, value in finding.numbers.items() if (text := _short(value))
        }
        if evidence:
            blocks.append(facts(message("diagnosis.evidence"), evidence))
    if training is None:
        blocks.append(paragraph("diagnosis.no_training"))
    return blocks


def _short(value: Any) -> str:
    """Return a finding's number, or its first few, in a line; by layer where they are; "" where there are too many."""
    if isinstance(value, dict):
        return "; ".join(f"[{l}] {_short(entry)}" for l, entry in value.items())
    if isinstance(value, list | tuple):
        if any(isinstance(entry, list) for entry in value):  # a table is too long for a line
            return ""
        more = f", ... ({len(value)})" if len(value) > MOST_NUMBERS else ""
        return ", ".join(map(_short, value[:MOST_NUMBERS])) + more
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _gradients(subject: Subject, trial: Trial) -> list[Block]:
    some = slice(0, CHECKED_SAMPLES)
    X, Y = trial.columns[:, some], trial.targets[:, some]
    check = subject.network.check_gradients(X, Y)
    head = heads("head", "array", "numeric", "analytic", "difference")
    rows = [
        [f"{worst.array}{list(worst.index)}", *map("{:.6e}".format, (worst.numeric, worst.analytic)),
         f"{worst.difference:.1e}"]
        for worst in (line.worst for line in check.arrays)
    ]  # fmt: skip
    judged = {"difference": f"{check.worst.difference:.1e}", "threshold": f"{check.threshold:.0e}"}
    return [
        Heading(message("analysis.gradients")),
        paragraph("analysis.gradients_text", rows=X.shape[1]),
        Table(message("analysis.gradients_table"), head, rows),
        paragraph("analysis.gradients_right" if check.ok else "analysis.gradients_wrong", **judged),
    ]
