"""Pictures of any numbers along an axis: lines with bands, points, bars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from glassnet.plots.style import DASHES, GREY, axes, colour, dash, legend, literal, named, readable, single_points
from glassnet.text_table import folded
from glassnet.typing import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes


WHISKER = {"ecolor": "#333333", "capsize": 3}


def lines(
    series: Mapping[str, Sequence[Any]],
    *,
    title: str = "",
    x: str = "",
    y: str = "",
    log_x: bool = False,
    log_y: bool = False,
    from_zero: bool = False,
    points: bool | Sequence[int] = False,
    dashes: bool = False,
    upto: float | None = None,
    at: Sequence[str] = (),
    dots: Mapping[str, Sequence[Any]] | None = None,
    ax: Any = None,
) -> Axes:
    """Draw lines, each with a band if one is given; of lines that cover each other the upper one is dashed.

    Parameters
    ----------
    series : mapping of str to (x, y) or (x, y, half_width) or (x, y, (low, high))
        By name; x None counts from 1. A name that begins with "_" is not in the legend.
    title, x, y : str
        Of the picture and its axes.
    log_x, log_y : bool
        Whether an axis goes by powers of ten.
    from_zero : bool
        Whether the y axis begins at 0.
    points : bool or sequence of int
        Whether the points are marked; or of which lines they are, counted from 0.
    dashes : bool
        Whether lines differ by dashes too, for print in grey.
    upto : float, optional
        Where the y axis ends; what is higher leaves the picture.
    at : sequence of str
        Names of the places 1, 2, ... of the x axis, evenly spaced.
    dots : mapping of str to (x, y), optional
        Single points, by name.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes
        Where it was drawn.
    """
    ax = axes(ax)
    drawn = [_places(places, heights) for places, heights, *_ in series.values()]
    covering = _covering(drawn, log_y)
    for k, (name, (_, _, *band)) in enumerate(series.items()):
        along, values = drawn[k]
        style = {
            "color": colour(k),
            "linestyle": DASHES[k % len(DASHES)] if dashes else DASHES[1 + k % 2] if covering[k] else dash(k),
            "linewidth": 1.8,
            "marker": "o" if points is True or (points and k in points) else None,
        }
        ax.plot(along, values, label=literal(name), markersize=4, **style)
        if band and band[0] is not None:
            around = np.asarray(band[0], float)
            low, high = around if around.shape == (2, *values.shape) else (values - around, values + around)
            ax.fill_between(along, low, high, color=colour(k), alpha=0.18, linewidth=0)
    single_points(ax, dots, len(series))
    if log_x:
        ax.set_xscale("log")
        readable(ax.xaxis, np.concatenate([along for along, _ in drawn]) if points else ())
    if log_y:
        ax.set_yscale("log")
    if upto is not None:
        known = np.concatenate([values[np.isfinite(values)] for _, values in drawn])
        low = float(known[known > 0].min() if log_y else known.min())
        ax.set_ylim(bottom=0.7 * low if log_y else low - 0.05 * (upto - low), top=upto)
    if from_zero:
        ax.set_ylim(bottom=0)
    if log_y:
        readable(ax.yaxis)
    if at:
        ax.set_xticks(range(1, len(at) + 1), [literal(name) for name in at])
    if len(series) + len(dots or {}) > 1:
        legend(ax)
    return named(ax, title, x, y)


def _places(along: Any, heights: Any) -> tuple[Array, Array]:
    values = np.asarray(heights, float)
    return np.arange(1.0, len(values) + 1) if along is None else np.asarray(along, float), values


def _covering(drawn: Sequence[tuple[Array, Array]], log_y: bool) -> list[bool]:
    """Return of each line whether it lies on an earlier one in most of its points."""
    heights = [np.log(np.where(values > 0, values, np.nan)) if log_y else values for _, values in drawn]
    known = np.concatenate([each[np.isfinite(each)] for each in heights] or [np.zeros(1)])
    near = 0.015 * float(np.ptp(known)) if len(known) else 0.0

    def covers(k: int, j: int) -> bool:
        if drawn[k][0].shape != drawn[j][0].shape or not np.array_equal(drawn[k][0], drawn[j][0]):
            return False
        both = np.isfinite(heights[k]) & np.isfinite(heights[j])
        return bool(both.any() and (np.abs(heights[k] - heights[j])[both] <= near).mean() > 0.6)

    return [any(covers(k, j) for j in range(k)) for k in range(len(drawn))]


def scatter(
    along: Array, up: Array, *, title: str = "", x: str = "", y: str = "", diagonal: bool = False, ax: Any = None
) -> Axes:
    """Draw points.

    Parameters
    ----------
    along, up : array (n,)
        Places of the points on the two axes.
    title, x, y : str
        Of the picture and its axes.
    diagonal : bool
        Whether the line is drawn on which both are equal.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes
        Where it was drawn.
    """
    ax = axes(ax)
    ax.scatter(along, up, s=14, color=colour(0), alpha=0.5, linewidths=0)
    if diagonal:
        ends = [np.nanmin(along), np.nanmax(along)]
        ax.plot(ends, ends, color=GREY, linestyle="--", linewidth=1)
    return named(ax, title, x, y)


def bars(
    values: Mapping[str, float],
    *,
    spread: Mapping[str, float | tuple[float, float]] | None = None,
    title: str = "",
    x: str = "",
    log_x: bool = False,
    ax: Any = None,
) -> Axes:
    """Draw one horizontal bar for each name, the first on top, with its value beside it.

    Parameters
    ----------
    values : mapping of str to float
        By name.
    spread : mapping of str to float or (low, high), optional
        Half the length of the line around a bar's end, or where it begins and ends.
    title, x : str
        Of the picture and of the numbers' axis.
    log_x : bool
        Whether the axis goes by powers of ten.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes
        Where it was drawn.
    """
    ax = axes(ax, (6.0, 0.9 + 0.38 * len(values)))
    lengths = np.array(list(values.values()), float)
    ends = [(spread or {}).get(name, 0.0) for name in values]
    around = [[length - end[0], end[1] - length] if isinstance(end, Sequence) else [end, end]
              for length, end in zip(lengths, ends, strict=True)]  # fmt: skip
    error = None if spread is None else np.array(around).T.clip(0)
    places = np.arange(len(lengths))
    drawn = ax.barh(places, lengths, xerr=error, color=colour(0), height=0.62, error_kw=WHISKER)
    ax.set_yticks(places, ["\n".join(folded(literal(name), 26)) for name in values])
    ax.bar_label(drawn, [f"{length:.4g}" for length in lengths], padding=4, color="#333333", fontsize=9)
    ax.invert_yaxis()
    ax.grid(visible=False, axis="y")
    ax.tick_params(axis="y", length=0)
    ax.margins(x=0.32 if (lengths < 0).any() else 0.2)  # room for the numbers
    if log_x:
        ax.set_xscale("log")
        readable(ax.xaxis)
    return named(ax, title, x)
