"""The results: curves, scores, parameters, and one sample on its way through the network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from glassnet.core.regularization import PENALTIES
from glassnet.inspection.intervals import wilson
from glassnet.report import answers
from glassnet.report.blocks import (
    Block,
    Cell,
    Drawing,
    Heading,
    Section,
    Table,
    facts,
    heads,
    message,
    paragraph,
    plain,
)
from glassnet.report.boundary import boundary
from glassnet.report.mistakes import mistakes
from glassnet.report.subject import Subject, Trial, short_name
from glassnet.typing import AnyArray

SCORES = {"accuracy": "results.accuracy", "log loss": "results.log_loss", "calibration error": "results.calibration",
          "RMSE": "results.rmse", "R²": "results.r2", "cost": "results.cost",
          "ROC AUC": "results.roc_auc",
          "average precision": "results.average_precision",
          "F1": "results.f1",
          "mean F1": "results.f1_macro",
          "balanced accuracy": "results.balanced_accuracy",
          "precision": "results.precision",
          "recall": "results.recall",
          "Brier score": "results.brier",
          "decision cost": "results.decision_cost",
          "MAE": "results.mae",
          "MAPE": "results.mape",
          "median absolute error": "results.median_absolute_error",
          "quantile loss": "results.quantile_loss",
          "Poisson deviance": "results.poisson_deviance",
          }  # fmt: skip
MOST_CLASSES = 20  # of a confusion matrix that can be read
MOST_UNITS = 20
HEAT_ROWS, HEAT_COLUMNS = 32, 48


def results(subject: Subject, important: Sequence[str] = ()) -> Section:
    """Return curves, scores, mistakes, parameters and one sample's way through the network.

    Parameters
    ----------
    subject : Subject
        What the report is about.
    important : sequence of str
        Columns in the order of their importance, where that is known.
    """
    blocks: list[Block] = [*_costs(subject.record)]
    for trial in subject.trials:
        blocks += _scores(subject, trial)
    if subject.trial:
        blocks += [*mistakes(subject, subject.trial, important), *boundary(subject, subject.trial)]
    blocks += [*_parameters(subject), *_first_layer(subject)]
    if subject.trial:
        blocks += _sample(subject, subject.trial)
    return Section(message("results.title"), blocks)


def _costs(record: Mapping[str, Any]) -> list[Block]:
    curve, validation = (curve_of(record, name) for name in ("epoch_cost", "validation_cost"))
    if not len(curve):
        return []
    series = {"_training": (_epochs(record, curve), curve)}
    if len(validation):
        series["_validation"] = (_epochs(record, validation), validation)
    caption = message("results.cost_curve_validation" if len(validation) else "results.cost_curve")
    values: dict[str, Cell] = {
        "results.first_epoch": f"{curve[0]:.6g}",
        "results.last_epoch": f"{curve[-1]:.6g}",
    }
    if len(validation):
        values["results.lowest_validation"] = f"{np.nanmin(validation):.6g}"
        values["results.best_epoch"] = str(record["best_epoch"])
    penalised = any(np.any(record["settings"].get(name, 0)) for name in PENALTIES)
    note = [paragraph("results.penalised")] if penalised else []
    drawing = Drawing("lines", {"series": series, "x": "epoch", "y": "J", "from_zero": True, "dashes": True}, caption)
    return [
        *([drawing] if len(curve) > 1 else []),  # one point is no curve
        *note,
        facts(message("results.costs"), values),
    ]


def curve_of(record: Mapping[str, Any], name: str) -> AnyArray:
    """Return a curve of the record (points,), the mean over a stack's networks; NaN where it was infinite."""
    curve = np.asarray(record.get(name, []), dtype=float)
    return curve.mean(axis=1) if curve.ndim == 2 else curve


def _epochs(record: Mapping[str, Any], curve: AnyArray) -> AnyArray:
    """Return the epochs of a curve's points: as the record says, else of a long one every n-th is kept."""
    if "at" in record:
        return np.asarray(record["at"])
    thinned = max(1, -(-record["epochs"] // 1000))
    return 1 + np.arange(len(curve)) * thinned


def _scores(subject: Subject, trial: Trial) -> list[Block]:
    scores = trial.scores
    values: dict[str, Cell] = {}
    for name, value in scores.values.items():
        values[SCORES[name]] = f"{value:.4f}" if name == "accuracy" else f"{value:.6g}"
        if name == "accuracy":
            low, high = wilson(value, scores.rows)
            values["results.interval"] = f"{low:.4f} ... {high:.4f}"
    blocks: list[Block] = [facts(message(_key(subject, trial), name=trial.name, rows=scores.rows), values)]
    if 0 < len(scores.confusion) <= MOST_CLASSES:
        counts = np.array(scores.confusion)
        shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
        blocks.append(
            Table(
                message("results.confusion", name=trial.name),
                [message("head.true_predicted"), *subject.classes],
                [[label, *map(str, row)] for label, row in zip(subject.classes, counts, strict=True)],
                [[0.0, *row] for row in shares.tolist()],
            )
        )
    if trial is subject.trial:
        blocks += _beside_truth(subject, trial)
    return blocks


def _key(subject: Subject, trial: Trial) -> str:
    """Return the text that says what the samples were to the training."""
    if trial is subject.training or trial.role == "learned":
        return "results.scores_training"
    return "results.scores_test" if subject.is_test else "results.scores"


def _beside_truth(subject: Subject, trial: Trial) -> list[Block]:
    if subject.classes:
        return answers.of_classes(subject, trial)
    return answers.of_numbers(trial) if trial.y.ndim == 1 else []


def _parameters(subject: Subject) -> list[Block]:
    network = subject.network
    head = heads("head", "array", "shape", "smallest", "mean", "largest", "deviation")
    rows = [
        [f"{layers.letter}[{l}]", str(M.shape), *(f"{value:.4g}" for value in (M.min(), M.mean(), M.max(), M.std()))]
        for l in network.W.numbers
        for layers in (network.W, network.b)
        for M in [layers[l].astype(np.float64)]
    ]
    return [Table(message("results.parameters"), head, rows)]


def _first_layer(subject: Subject) -> list[Block]:
    W = subject.network.W[1]
    W = np.asarray(W if W.ndim == 2 else W[0], float)
    preparation = getattr(subject.model, "preparation_", None)
    if preparation is not None and preparation.pictures:
        shown = W[:MOST_UNITS]
        caption = message("results.weights_pictures", shown=len(shown), units=len(W))
        titles = [str(unit) for unit in range(1, len(shown) + 1)]
        pictures = _as_pictures(shown, preparation.pictures)
        return [Drawing("images", {"pictures": pictures, "titles": titles, "columns": 10}, caption, of_user_data=True)]
    is_embedded = subject.network.architecture.embedding is not None  # then W[1] takes no features
    if len(W) <= HEAT_ROWS and W.shape[1] <= HEAT_COLUMNS and not is_embedded:
        numbers = [str(k) for k in range(1, W.shape[1] + 1)]
        names = preparation.feature_names if preparation is not None else subject.features or numbers
        columns = [name if len(name) <= 24 else name[:23] + "…" for name in names]
        caption = message("results.weights_heat", largest=f"{np.abs(W).max():.4g}")
        units = [str(unit) for unit in range(1, len(W) + 1)]
        return [Drawing("matrix", {"M": W, "rows": units, "columns": columns}, caption)]
    counts, edges = np.histogram(W, bins=40)
    steps = np.repeat(edges, 2), np.concatenate([[0], np.repeat(counts, 2), [0]])
    caption = message("results.weights_distribution", layer=1)
    return [Drawing("lines", {"series": {"_weights": steps}, "x": "w"}, caption)]


def _as_pictures(W: AnyArray, shape: Any) -> AnyArray:
    """Return rows of weights as uint8 pictures (units, height, width) or (..., 3), 0 as middle grey."""
    if shape.order == "planes":
        M = W.reshape(-1, shape.channels, shape.height, shape.width).transpose(0, 2, 3, 1)
    else:
        M = W.reshape(-1, shape.height, shape.width, shape.channels)
    largest = np.quantile(np.abs(M), 0.995, axis=(1, 2, 3), keepdims=True)  # a few large ones would hide the rest
    pictures = np.clip(127.5 + 127.5 * M / np.maximum(largest, 1e-30), 0, 255).astype(np.uint8)
    return pictures if pictures.shape[-1] == 3 else pictures[..., 0]


def _sample(subject: Subject, trial: Trial) -> list[Block]:
    trace = subject.network.trace(trial.columns[:, :1], trial.targets[:, :1])
    head = heads("head", "layer", "array", "shape", "smallest", "mean", "largest", "zeros")
    rows = [
        [str(line.layer), line.array, str(line.shape), f"{line.smallest:.4g}", f"{line.mean:.4g}",
         f"{line.largest:.4g}", f"{line.zeros:.0%}"]
        for line in trace.lines()
    ]  # fmt: skip
    found, truth = (short_name(plain(value)) for value in (trial.answers[0], trial.y[0]))
    cost = f"{float(np.mean(trace.cost)):.6g}"
    return [
        Heading(message("results.sample")),
        paragraph("results.sample_text", name=trial.name, prediction=found, truth=truth, cost=cost),
        Table(message("results.sample_table"), head, rows),
    ]
