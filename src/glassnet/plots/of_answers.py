"""Pictures of answers beside the truth: how far probabilities can be trusted, and how far numbers are off."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from glassnet import curves
from glassnet.errors import DataError, ShapeError, UnknownNameError
from glassnet.inspection.intervals import wilson
from glassnet.plain_text import shortened
from glassnet.plots.style import COLOURS, GREY, axes, colour, dash, legend, literal, named, word
from glassnet.typing import AnyArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FLOOR = -0.3  # below 0 stand the rows of each bin
GRID = np.linspace(0, 1, 401)  # where a curve is drawn: as fine as a picture shows
NEAR_EDGE = 0.25  # where words in the middle would not fit
MOST_CLASSES, MOST_INSIDE, LONGEST = 10, 4, 24  # in a legend; in one that has room in the picture; characters of a name
BESIDE: Any = {"loc": "upper left", "bbox_to_anchor": (1, 1)}
MOST_POINTS, GROUPS, LEAST_IN_GROUP = 600, 10, 20
KINDS = ("actual_vs_predicted", "residual_vs_predicted")


def calibration_curve(
    y: AnyArray, probability: AnyArray, *, positive: Any = None, bins: int = 10, title: str = "", ax: Any = None
) -> Axes:
    """Draw how often what has a probability is true, with the rows of each bin (reliability diagram).

    Parameters
    ----------
    y : array (m,)
        True labels.
    probability : array (m,)
        Of the positive class.
    positive : label, optional
        That class; the second of two, in sorted order, by default.
    bins : int
        Of the probability, of equal width.
    title : str
        Of the picture.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes
        On the dashed line what has probability .8 is true in 8 of 10 rows. A line at a point, which is the larger the
        more rows it is made of, is the 95 % interval that so few rows leave (Wilson); bars below count them.

    Raises
    ------
    ShapeError, UnknownNameError, DataError
        If there is not one probability a label, no such class, or no positive class to take unasked.
    """
    truth, probability = _of_class(y, probability, positive)
    curve = curves.calibration_curve(probability, truth, bins)
    ax = axes(ax, (5.0, 4.6))
    ax.plot([0, 1], [0, 1], color=GREY, linestyle="--", linewidth=1)
    around = np.array([wilson(float(share), int(rows)) for share, rows in zip(curve.share, curve.rows, strict=True)])
    ax.vlines(curve.probability, *around.T, color=colour(0), alpha=0.4, linewidth=3)
    ax.plot(curve.probability, curve.share, color=colour(0), linewidth=1.2, alpha=0.5)
    ax.scatter(curve.probability, curve.share, 20 + 80 * curve.rows / curve.rows.max(), color=colour(0), zorder=3)
    heights = 0.55 * -FLOOR * curve.rows / curve.rows.max()
    middles = (curve.bins + 0.5) / bins
    ax.bar(middles, heights, 0.9 / bins, bottom=FLOOR, color=GREY, alpha=0.35, linewidth=0)
    for middle, height, rows in zip(middles, heights, curve.rows, strict=True):
        ax.text(middle, FLOOR + height + 0.01, f"{rows:,}", ha="center", va="bottom", color=GREY, fontsize=8)
    ax.axhline(0, color=GREY, linewidth=0.8)
    ax.set(xlim=(-0.02, 1.02), ylim=(FLOOR, 1.03), xticks=np.linspace(0, 1, 6), yticks=np.linspace(0, 1, 6))
    ax.spines["left"].set_bounds(0, 1.03)
    return named(ax, title, word("mean probability; bars count the rows"), word("share that is true"))


def threshold_curve(
    y: AnyArray, probability: AnyArray, *, positive: Any = None, threshold: float = 0.5, title: str = "", ax: Any = None
) -> Axes:
    """Draw precision, recall, F1 and the share of rows that is taken, by the threshold that decides.

    Parameters
    ----------
    y : array (m,)
        True labels.
    probability : array (m,)
        Of the positive class: rows of a higher one than the threshold are taken to be of it.
    positive : label, optional
        That class; the second of two, in sorted order, by default.
    threshold : float
        The one in use, which is marked.
    title : str
        Of the picture.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes
        The threshold of the best F1 is marked too; on other rows another one may be best.

    Raises
    ------
    ShapeError, UnknownNameError, DataError
        If there is not one probability a label, no such class, or no positive class to take unasked.
    """
    truth, probability = _of_class(y, probability, positive)
    found, best = curves.decisions(probability, truth, GRID), curves.best_decisions(probability, truth)
    ax = axes(ax)
    shown = {"precision": found.precision, "recall": found.recall, "F1": found.f1, "share of all rows": found.share}
    for k, (name, values) in enumerate(shown.items()):
        look = {"linewidth": 2.4 if name == "F1" else 1.6, "linestyle": (0, (4, 1.5)) if k > 2 else "-"}
        ax.plot(GRID, values, color=COLOURS[k], label=word(name), **look)
    ax.plot(best.threshold, best.f1, "o", color=COLOURS[2], markersize=8)
    marks = (
        (float(best.threshold), word(f"best F1 {best.f1:.3g} at {best.threshold:.3g}"), 1.07, COLOURS[2], (0, (1, 2))),
        (threshold, word(f"used {threshold:.3g}"), 1.01, GREY, (0, (4, 2))),
    )
    for place, words, height, shade, dashes in marks:
        ax.axvline(place, color=shade, linewidth=1.2, linestyle=dashes)
        side = "left" if place < NEAR_EDGE else "right" if place > 1 - NEAR_EDGE else "center"
        ax.text(place, height, words, ha=side, va="bottom", color=shade, fontsize=9, transform=ax.get_xaxis_transform())
    ax.set(xlim=(0, 1), ylim=(0, 1.03))
    legend(ax, **BESIDE)
    title += "\n\n" * bool(title)  # the marks stand between title and axes
    return named(ax, title, word("threshold"), word("share"))


def cumulative_gains(
    y: AnyArray, probabilities: AnyArray, *, labels: Sequence[Any] | None = None, title: str = "", ax: Any = None
) -> Axes:
    """Draw how much of each class is found in the rows that most probably are of it.

    Parameters
    ----------
    y : array (m,)
        True labels.
    probabilities : array (m, n_classes)
        Of each class.
    labels : sequence of n_classes, optional
        The classes in the order of the probabilities; those of `y`, sorted, by default.
    title : str
        Of the picture.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes
        A line for each of the 10 most frequent classes. The lift is how many times higher than the dashed line it is.

    Raises
    ------
    ShapeError
        If there is not a column for each class, or not a row for each label.
    """
    y, P = np.ravel(y), np.asarray(probabilities, float)
    known = list(np.unique(y)) if labels is None else list(labels)
    if P.shape != (len(y), len(known)):
        raise ShapeError(
            f"probabilities: expected a row for each of {len(y)} labels and a column for each of {len(known)} classes; "
            f"got {P.shape}"
        )
    counts = {j: int(np.sum(y == label)) for j, label in enumerate(known)}
    shown = sorted((j for j in counts if counts[j]), key=lambda j: -counts[j])[:MOST_CLASSES]
    ax = axes(ax)
    for k, j in enumerate(sorted(shown)):
        gains, name = curves.cumulative_gains(P[:, j], y == known[j]), shortened(str(known[j]), LONGEST)
        at = np.union1d(GRID[::4], gains.taken) if len(gains.taken) < len(GRID) else GRID
        style = {"color": colour(k), "linestyle": dash(k), "linewidth": 1.8}
        name = f" {name}" if name.startswith("_") else name  # a legend leaves out what begins with an underscore
        ax.plot(at, gains.at(at), label=literal(name), **style)
    ax.plot([0, 1], [0, 1], color=GREY, linestyle="--", linewidth=1, label=word("rows drawn at random"))
    ax.set(xlim=(0, 1), ylim=(0, 1.03))
    legend(ax, **({"loc": "lower right"} if len(shown) <= MOST_INSIDE else BESIDE))
    return named(ax, title, word("share of rows, the most probable first"), word("share of the class found"))


def prediction_error(
    y: AnyArray, predictions: AnyArray, *, kind: str = "actual_vs_predicted", title: str = "", ax: Any = None
) -> Axes:
    """Draw true numbers, or how far predictions are from them, against the predictions.

    Parameters
    ----------
    y, predictions : array (m,)
        True numbers, and those that a model gave.
    kind : {"actual_vs_predicted", "residual_vs_predicted"}
        What goes up: the true numbers, or the residuals: true numbers less predictions.
    title : str
        Of the picture.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes
        At most 600 of the rows, evenly among all. On the dashed line a prediction is right; the thick line is the mean
        of groups of equally many rows, 10 where there are 200, in the order of their predictions, and 80 % of each lie
        in its band.

    Raises
    ------
    UnknownNameError, ShapeError
        If there is no such kind, or not one prediction for each true number.
    """
    if kind not in KINDS:
        raise UnknownNameError.among("kind", kind, KINDS)
    y, predictions = np.asarray(y, float), np.asarray(predictions, float)
    if y.ndim != 1 or y.shape != predictions.shape:
        raise ShapeError(f"predictions: expected one for each of the true numbers, {y.shape}; got {predictions.shape}")
    are_residuals = kind == KINDS[1]
    up = y - predictions if are_residuals else y
    ax = axes(ax, (5.4, 4.2))
    some = np.unique(np.linspace(0, len(y) - 1, MOST_POINTS).astype(int))
    ax.scatter(predictions[some], up[some], s=14, color=colour(0), alpha=0.4, linewidths=0)
    ends = np.array([predictions.min(), predictions.max()])
    ax.plot(ends, 0 * ends if are_residuals else ends, color=GREY, linestyle="--", linewidth=1.2)
    if (n_groups := min(GROUPS, len(y) // LEAST_IN_GROUP)) > 1:
        groups = np.array_split(np.argsort(predictions, kind="stable"), n_groups)
        middles, means = (np.array([each[group].mean() for group in groups]) for each in (predictions, up))
        low, high = np.array([np.quantile(up[group], (0.1, 0.9)) for group in groups]).T
        ax.plot(middles, means, color=COLOURS[1], linewidth=2.4)
        ax.fill_between(middles, low, high, color=COLOURS[1], alpha=0.15, linewidth=0)
    up_name = word("true number less prediction") if are_residuals else word("true number")
    return named(ax, title, word("prediction"), up_name)


def _of_class(y: AnyArray, probability: AnyArray, positive: Any) -> tuple[AnyArray, AnyArray]:
    """Return whether each row is of the positive class, and its probability."""
    y, probability = np.asarray(y), np.asarray(probability, float)
    if y.ndim != 1 or y.shape != probability.shape:
        raise ShapeError(
            f"probability: expected one for each of the labels, {y.shape}; got {probability.shape}"
            f"{': one class is asked for, such as probabilities[:, 1]' if probability.ndim == 2 else ''}"
        )
    known = np.unique(y).tolist()
    if positive is None:
        if len(known) != 2:
            raise DataError(f"positive: expected the class to draw, because y holds {len(known)} classes, not 2")
        positive = known[1]
    if positive not in known:
        raise UnknownNameError.among("positive class", str(positive), [str(each) for each in known])
    if not ((probability >= 0) & (probability <= 1)).all():
        raise DataError("probability: expected numbers from 0 to 1; some are not")
    return y == positive, probability
