"""Pictures of a training: its cost, its learning rates, and its arrays layer by layer over time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from glassnet.errors import DataError, WrongTypeError
from glassnet.plots.style import COLOURS, GREY, axes, colour, dash, legend, literal, named, panels
from glassnet.typing import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def cost_curves(history: Any, *, title: str = "", log: bool | None = None, ax: Any = None) -> Axes:
    """Draw J by epoch, and that of the validation data dashed, its lowest marked.

    Parameters
    ----------
    history : History, dict, Network or fitted estimator, or mapping of str to any of them
        What a training left; several are drawn over each other by name. Of a stack each network has a thin line.
    title : str
        Of the picture.
    log : bool, optional
        Whether J goes by powers of ten; by default where it spans more than two of them.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes
        Where it was drawn.
    """
    ax = axes(ax)
    several = isinstance(history, Mapping) and "epoch_cost" not in history
    runs = {name: _curves(run) for name, run in history.items()} if several else {"": _curves(history)}
    lowest, highest = np.inf, 0.0
    for k, (name, (train, validation)) in enumerate(runs.items()):
        head = f"{name}, " if name and len(validation) else name
        for curve, what in ((train, "training"), (validation, "validation")):
            if not len(curve):
                continue
            epochs, mean = np.arange(1, len(curve) + 1), curve if curve.ndim == 1 else curve.mean(axis=1)
            shade = colour(k) if several or what == "training" else COLOURS[1]
            style = {"color": shade, "linestyle": (0, (4, 1.5)) if what == "validation" else dash(k)}
            label = f"{head}{what if len(validation) else ''}" or "J"
            if curve.ndim > 1:
                ax.plot(epochs, curve, **style, linewidth=0.7, alpha=0.4)
                label += f" (mean of {curve.shape[1]})"
            ax.plot(epochs, mean, **style, linewidth=1.8, label=literal(label))
            if what == "validation":
                best = int(np.nanargmin(mean))
                ax.plot(epochs[best], mean[best], "o", color=shade, markersize=6)
                ax.annotate(f"{mean[best]:.3g} at epoch {epochs[best]}", (epochs[best], mean[best]), xytext=(0, -13),
                            textcoords="offset points", ha="center", fontsize=8, color=shade)  # fmt: skip
            lowest, highest = min(lowest, *mean[mean > 0]), max(highest, *mean[mean > 0])
    if log or (log is None and highest > 100 * lowest):
        ax.set_yscale("log")
    if len(ax.lines) > 1:
        legend(ax)
    return named(ax, title, "epoch", "cost J")


def learning_rates(test: Any, *, used: float | None = None, title: str = "", ax: Any = None) -> Axes:
    """Draw the cost that a range test came to at each learning rate.

    Parameters
    ----------
    test : RangeTest, or the numbers of a finding about the learning rate
        Learning rates and costs.
    used : float, optional
        The learning rate of the training, marked.
    title : str
        Of the picture.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes
        Where it was drawn.

    Raises
    ------
    DataError
        If every rate diverged.
    """
    ax = axes(ax)
    numbers = test if isinstance(test, Mapping) else {"rates": test.rates, "costs": test.costs, "steps": test.steps}
    used = numbers.get("learning_rate") if used is None else used
    rates = np.asarray(numbers["rates"], float)
    costs = np.array([np.nan if J is None else J for J in numbers["costs"]], float)
    costs[~np.isfinite(costs)] = np.nan
    known = costs[np.isfinite(costs)]
    if not len(known):
        raise DataError("learning_rates: every rate of this test diverged; there is no cost to draw")
    ax.plot(rates, costs, "o-", color=colour(0), linewidth=1.8, markersize=4)
    for rate in rates[np.isnan(costs)]:
        ax.axvspan(rate / 1.78, rate * 1.78, color=COLOURS[1], alpha=0.12, linewidth=0)
    ax.set_xscale("log")
    ax.set_ylim(0, min(1.1 * known.max(), 2 * known[0]))  # far above the start a cost has no shape
    top = ax.get_xaxis_transform()
    if np.isnan(costs).any():
        place = rates[np.isnan(costs)].max() * 1.6
        ax.text(place, 0.97, "diverged", ha="right", va="top", color=COLOURS[1], fontsize=9, transform=top)
    for rate, word, k in ((used, "used", 6), (numbers.get("try"), "try", 2)):
        if rate is not None:
            ax.axvline(rate, color=colour(k), linewidth=1.2, linestyle=(0, (4, 2)))
            ax.text(
                rate, 1.01, f"{word} {rate:g}", ha="center", va="bottom", color=colour(k), fontsize=9, transform=top
            )
    title += "\n" * bool(title and ax.lines[1:])  # the words stand between title and axes
    return named(ax, title, "learning rate", f"cost J after {numbers['steps']} steps")


def distributions(snapshots: Any, letters: str | tuple[str, ...] = ("Z", "A", "dZ"), *, ax: Any = None) -> Array:
    """Draw the distribution of Z, A and dZ of each layer during the training.

    Parameters
    ----------
    snapshots : glassnet.inspection.Snapshots
        Taken while the network trained.
    letters : str or sequence of str
        Which arrays: of "Z", "A", "dZ".
    ax : Axes, optional
        The place to divide; a new figure by default.

    Returns
    -------
    array of Axes (letters, L)
        Bands hold the middle 50 %, 90 % and all of the numbers; the line is the median.

    Raises
    ------
    WrongTypeError, DataError
        If they are no snapshots, or hold no epoch.
    """
    if not hasattr(snapshots, "quantiles"):
        raise WrongTypeError(
            "distributions: expected Snapshots of a training, fit(..., callbacks=[snapshots]); "
            f"got {type(snapshots).__name__}"
        )
    if not snapshots.epochs:
        raise DataError("distributions: these Snapshots hold no epoch; hand them to fit(..., callbacks=[snapshots])")
    letters = (letters,) if isinstance(letters, str) else tuple(letters)
    L = len(snapshots.quantiles[letters[0]]) - 1
    grid = panels(ax, len(letters) * L, L, (2.6, 1.9)).reshape(len(letters), L)
    for row, letter in zip(grid, letters, strict=True):
        k = "ZAd".index(letter[0])
        for l, place in enumerate(row, start=1):
            bands = np.asarray(snapshots.quantiles[letter][l]).T  # (7, epochs)
            for outer, (share, alpha) in enumerate((("all", 0.12), ("90 %", 0.22), ("50 %", 0.4))):
                low, high = bands[outer], bands[-1 - outer]
                place.fill_between(snapshots.epochs, low, high, color=colour(k), alpha=alpha, linewidth=0, label=share)
            place.plot(snapshots.epochs, bands[3], color=colour(k), linewidth=1.6)
            place.axhline(0, color=GREY, linewidth=0.6)
            place.margins(x=0)
            named(place, f"{letter}[{l}]", "epoch" if letter == letters[-1] else "")
        legend(row[-1], fontsize=7, loc="upper left", bbox_to_anchor=(1, 1))
    return grid


def _curves(run: Any) -> tuple[Array, Array]:
    """Return J by epoch of training and validation, each (epochs,) or (epochs, k), whatever kept them."""
    for name in ("history_", "record"):
        run = getattr(run, name, None) or run
    if hasattr(run, "network_") and getattr(run, "loss_curve_", None) is None:
        run = run.network_.record
    if isinstance(run, Mapping):
        train, validation = run["epoch_cost"], run.get("validation_cost") or []
    elif hasattr(run, "epoch_cost"):
        train, validation = run.epoch_cost, run.validation_cost
    elif getattr(run, "loss_curve_", None):
        train, validation = run.loss_curve_, getattr(run, "validation_loss_curve_", None) or []
    else:
        raise WrongTypeError(
            "cost_curves: expected what a training left (History, a trained network or estimator); "
            f"got {type(run).__name__}"
        )
    if not len(train):
        raise DataError("cost_curves: no epoch was trained, so there is no cost to draw")
    as_numbers = [np.array(curve, dtype=float) for curve in (train, validation)]  # None becomes NaN
    return as_numbers[0], as_numbers[1]
