"""The answers to a trial beside the truth: how far probabilities can be trusted, and how far numbers are off."""

from __future__ import annotations

from math import comb
from typing import Any

import numpy as np

from glassnet import curves
from glassnet.inspection.intervals import wilson
from glassnet.plots.of_answers import GROUPS, LEAST_IN_GROUP
from glassnet.report.blocks import Block, Cell, Drawing, Heading, message, paragraph
from glassnet.report.subject import Subject, Trial, in_colours, short_name
from glassnet.text_table import number_text
from glassnet.typing import AnyArray

FIRST = 0.2  # share of the samples that a sentence on gains is about
MIDDLE = (0.1, 0.9)  # quantiles between which 80 % of the residuals lie
INTERVAL = 0.95  # share of bins whose interval holds the probability where it is right
WIDER = 2.0  # times as wide as where predictions are lowest


def of_classes(subject: Subject, trial: Trial) -> list[Block]:
    """Return calibration, thresholds of two classes, and gains; nothing where a sample may have several labels."""
    model: Any = subject.model
    P = trial.probabilities
    if P is None or model.target_.multilabel:
        return []
    truth, names = model.target_.class_indices(trial.y), [str(label) for label in model.classes_]
    rarer = model.baseline_.rarer_class
    counts = np.bincount(truth, minlength=len(names))
    if len(names) == 2 and rarer is not None:
        if not counts.all():  # of one class alone there is nothing to tell
            return []
        what: Cell = message("explain.probability", name=f"“{short_name(names[rarer])}”")
        calibration = _calibration(trial, what, P[:, rarer], truth == rarer, 0.5)
        threshold = model.threshold_ if rarer == 1 else 1 - model.threshold_
        thresholds = _thresholds(trial, names[rarer], P[:, rarer], truth == rarer, threshold)
        return [*calibration, *thresholds, *_gains(subject, trial, names, P, truth, rarer)]
    decided = P.argmax(axis=1)
    confidence = message("answers.confidence")
    rarest = int(np.where(counts > 0, counts, len(truth) + 1).argmin())
    return [
        *_calibration(trial, confidence, P.max(axis=1), decided == truth, 0.0),
        *_gains(subject, trial, names, P, truth, rarest),
    ]


def _calibration(trial: Trial, what: Cell, probability: AnyArray, truth: AnyArray, unsure: float) -> list[Block]:
    if not truth.any():
        return []
    curve, off = curves.calibration_curve(probability, truth), 0
    for mean, share, rows in zip(curve.probability, curve.share, curve.rows, strict=True):
        low, high = wilson(float(share), int(rows))
        off += not low <= mean <= high
    values = {"what": what, "error": f"{curve.error:.3f}", "off": off, "bins": len(curve.rows)}
    data = {"y": truth, "probability": probability, "positive": True}
    caption = message("answers.calibration_caption", what=what, name=trial.name, rows=len(truth))
    return [
        Heading(message("answers.calibration")),
        paragraph("answers.calibration_text", **values),
        paragraph(_judged(curve, off, unsure)),
        Drawing("calibration_curve", data, caption),
    ]


def _judged(curve: curves.CalibrationCurve, off: int, unsure: float) -> str:
    """Return the text that judges a calibration: whether so many bins leave their interval of 95 % by chance.

    `unsure` is the probability that says nothing: .5 of two classes, 0 of the most probable of several.
    """
    bins, often = len(curve.rows), 1 - INTERVAL
    by_chance = sum(comb(bins, k) * often**k * INTERVAL ** (bins - k) for k in range(off, bins + 1))
    if by_chance > often:
        return "answers.calibrated"
    beyond = float(np.sum(curve.rows * np.sign(curve.probability - unsure) * (curve.probability - curve.share)))
    return "answers.too_sure" if beyond > 0 else "answers.too_unsure"


def _thresholds(trial: Trial, name: str, probability: AnyArray, truth: AnyArray, threshold: float) -> list[Block]:
    used, best = (
        curves.decisions(probability, truth, threshold),
        curves.best_decisions(probability, truth),
    )
    values = {"name": short_name(name), "threshold": f"{threshold:.3g}", **_in_percent(used, "")}
    better = float(best.f1) > float(used.f1) + 1e-9
    read = paragraph("answers.better_threshold", best=f"{best.threshold:.3g}", **_in_percent(best, "best_"))
    data = {"y": truth, "probability": probability, "positive": True, "threshold": threshold}
    caption = message("answers.thresholds_caption", rows=len(truth), trial=trial.name, name=short_name(name))
    return [
        Heading(message("answers.thresholds")),
        paragraph("answers.thresholds_text", **values),
        read if better else paragraph("answers.best_threshold"),
        Drawing("threshold_curve", data, caption),
    ]


def _in_percent(found: curves.Decisions, prefix: str) -> dict[str, str]:
    precision = "-" if np.isnan(found.precision) else f"{found.precision:.1%}"
    return {f"{prefix}precision": precision, f"{prefix}recall": f"{found.recall:.1%}", f"{prefix}f1": f"{found.f1:.3f}"}


def _gains(
    subject: Subject, trial: Trial, names: list[str], P: AnyArray, truth: AnyArray, index: int
) -> list[Block]:  # fmt: skip
    of_class = truth == index
    found = float(curves.cumulative_gains(P[:, index], of_class).at(FIRST))
    most = min(1.0, FIRST / float(of_class.mean()))
    text = paragraph(
        "answers.gains_text", name=short_name(names[index]), first=f"{FIRST:.0%}", found=f"{found:.1%}",
        lift=f"{found / FIRST:.2f}", most=f"{most / FIRST:.2f}",
    )  # fmt: skip
    order = in_colours(len(names)) if subject.features else list(range(len(names)))
    labels = [names[k] for k in order]
    data = {"y": np.array(names)[truth], "probabilities": P[:, order], "labels": labels}
    caption = message("answers.gains_caption", name=trial.name, rows=len(truth))
    return [Heading(message("answers.gains")), text, Drawing("cumulative_gains", data, caption)]


def of_numbers(trial: Trial) -> list[Block]:
    """Return true numbers, and how far predictions are from them, against the predictions."""
    y, answers = trial.y.astype(float), trial.answers
    residuals = y - answers
    low, high = (number_text(float(value)) for value in np.quantile(residuals, MIDDLE))
    text = paragraph("answers.errors_text", low=low, high=high, mean=number_text(float(residuals.mean())))
    groups = [*_of_groups(answers, residuals), paragraph("answers.groups")] if len(y) >= 2 * LEAST_IN_GROUP else []
    blocks: list[Block] = [Heading(message("answers.errors")), text, *groups]
    for kind in ("actual_vs_predicted", "residual_vs_predicted"):
        caption = message(f"answers.{kind}", name=trial.name, rows=len(y))
        blocks.append(Drawing("prediction_error", {"y": y, "predictions": answers, "kind": kind}, caption))
    return blocks


def _of_groups(answers: AnyArray, residuals: AnyArray) -> list[Block]:
    """Judge whether residuals depend on the prediction: their means in groups (t test, Bonferroni), their spread."""
    from scipy.special import stdtrit

    n_groups = min(GROUPS, len(residuals) // LEAST_IN_GROUP)
    groups = np.array_split(np.argsort(answers, kind="stable"), n_groups)
    means = np.array([residuals[group].mean() for group in groups])
    errors = np.array([residuals[group].std(ddof=1) / np.sqrt(len(group)) for group in groups])
    ts = np.abs(means) / np.maximum(errors, 1e-300)
    worst = int(ts.argmax())
    limit = stdtrit(len(groups[worst]) - 1, 1 - (1 - INTERVAL) / 2 / n_groups)
    at, value = number_text(float(answers[groups[worst]].mean())), number_text(float(means[worst]))
    of_mean = paragraph("answers.residuals_free", groups=n_groups)
    if ts[worst] > limit:
        of_mean = paragraph("answers.residuals_depend", at=at, value=value)
    widths = [float(np.diff(np.quantile(residuals[group], MIDDLE))[0]) for group in (groups[0], groups[-1])]
    grows, shrinks = widths[1] > WIDER * widths[0], widths[0] > WIDER * widths[1]
    key = "answers.spread_grows" if grows else "answers.spread_shrinks" if shrinks else "answers.spread_same"
    return [of_mean, paragraph(key, first=number_text(widths[0]), last=number_text(widths[1]))]
