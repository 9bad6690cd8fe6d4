"""Pictures of any numbers: lines with bands, bars, a surface, images side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from glassnet import interrupts
from glassnet.plain_text import shortened
from glassnet.plots.style import DASHES, DIVERGING, GREY, SEQUENTIAL, axes, bare, colour, dash, legend, literal, named
from glassnet.typing import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes


LONGEST_NAME = 40  # characters of one beside a matrix
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
    points: bool = False,
    dashes: bool = False,
    ax: Any = None,
) -> Axes:
    """Draw lines, each with a band if one is given.

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
    points : bool
        Whether the points are marked.
    dashes : bool
        Whether lines differ by dashes too, for print in grey.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes
        Where it was drawn.
    """
    ax = axes(ax)
    for k, (name, (places, heights, *band)) in enumerate(series.items()):
        values = np.asarray(heights, float)
        along = np.arange(1, len(values) + 1) if places is None else np.asarray(places, float)
        style = {
            "color": colour(k),
            "linestyle": DASHES[k % len(DASHES)] if dashes else dash(k),
            "linewidth": 1.8,
            "marker": "o" if points else None,
        }
        ax.plot(along, values, label=literal(name), markersize=4, **style)
        if band and band[0] is not None:
            around = np.asarray(band[0], float)
            low, high = around if around.shape == (2, *values.shape) else (values - around, values + around)
            ax.fill_between(along, low, high, color=colour(k), alpha=0.18, linewidth=0)
    if log_x:
        ax.set_xscale("log")
    if log_y:
        ax.set_yscale("log")
    if from_zero:
        ax.set_ylim(bottom=0)
    if len(series) > 1:
        legend(ax)
    return named(ax, title, x, y)


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


def matrix(M: Array, *, rows: Sequence[str], columns: Sequence[str], title: str = "", ax: Any = None) -> Axes:
    """Draw a matrix of signed numbers as coloured cells: blue below zero, red above, white at zero.

    Parameters
    ----------
    M : array (n, k)
        The numbers.
    rows, columns : sequence of n and k str
        Names at the side and above.
    title : str
        Of the picture.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes
        Where it was drawn.
    """
    rows, columns = ([literal(shortened(name, LONGEST_NAME)) for name in names] for names in (rows, columns))
    M = np.asarray(M, float)
    side = min(0.32, 7.0 / M.shape[1])
    letters = 0.08 * max(map(len, columns))
    ax = axes(ax, (max(3.0, 0.8 + side * M.shape[1] + 0.5 * letters), 0.5 + side * len(M) + letters))
    limit = float(np.abs(M).max()) or 1.0
    ax.imshow(M, cmap=DIVERGING, vmin=-limit, vmax=limit, interpolation="nearest")
    every = max(1, round(0.16 / side))  # names do not cover each other
    ax.set_xticks(range(0, len(columns), every), columns[::every], rotation=60, ha="left", rotation_mode="anchor")
    ax.set_yticks(range(0, len(rows), every), rows[::every])
    ax.tick_params(length=0, labelsize=8, top=True, bottom=False, labeltop=True, labelbottom=False)
    ax.grid(visible=False)
    ax.spines[:].set_visible(False)
    return named(ax, title)


def bars(
    values: Mapping[str, float],
    *,
    spread: Mapping[str, float] | None = None,
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
    spread : mapping of str to float, optional
        Half the length of the line around a bar's end.
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
    names, lengths = list(values), np.array(list(values.values()), float)
    error = None if spread is None else [spread.get(name, 0.0) for name in names]
    drawn = ax.barh(
        [literal(name) for name in names], lengths, xerr=error, color=colour(0), height=0.62, error_kw=WHISKER
    )
    ax.bar_label(drawn, [f"{length:.4g}" for length in lengths], padding=4, color="#333333", fontsize=9)
    ax.invert_yaxis()
    ax.grid(visible=False, axis="y")
    ax.tick_params(axis="y", length=0)
    ax.margins(x=0.32 if (lengths < 0).any() else 0.14)  # room for the numbers
    if log_x:
        ax.set_xscale("log")
    return named(ax, title, x)


def surface(
    along: Array,
    up: Array,
    heights: Array,
    *,
    title: str = "",
    x: str = "w",
    y: str = "b",
    z: str = "J",
    paths: Mapping[str, tuple[Array, Array]] | None = None,
    log: bool = False,
    ax: Any = None,
) -> Axes:
    """Draw a surface over a plane as bands of equal height, with paths over it.

    Parameters
    ----------
    along, up : array (n,), (k,)
        Places on the two axes.
    heights : array (k, n)
        Above them.
    title, x, y, z : str
        Of the picture, the axes and the heights.
    paths : mapping of str to (x, y), optional
        Paths over the surface, as of gradient descent: from the ring to the dot.
    log : bool
        Whether the bands go by powers of ten.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes
        Where it was drawn.
    """
    with interrupts.held():
        from matplotlib.colors import LogNorm

    ax = axes(ax, (5.6, 4.4))
    heights = np.asarray(heights, float)
    low, high = np.nanmin(heights), np.nanmax(heights)
    levels: Any = np.geomspace(max(low, 1e-12 * high), high, 21) if log else 20
    norm = LogNorm(levels[0], levels[-1]) if log else None
    drawn = ax.contourf(along, up, heights, levels=levels, cmap=SEQUENTIAL, norm=norm)
    ax.contour(along, up, heights, levels=levels, colors="white", linewidths=0.3, alpha=0.6)
    bar = ax.figure.colorbar(drawn, ax=ax, label=literal(z), format="%.3g")
    bar.outline.set_visible(False)
    for k, (name, (to_x, to_y)) in enumerate((paths or {}).items(), start=1):
        ax.plot(to_x, to_y, color=colour(k), linewidth=1.8, label=literal(name))
        ax.plot(to_x[0], to_y[0], "o", markerfacecolor="white", color=colour(k), markersize=6)
        ax.plot(to_x[-1], to_y[-1], "o", color=colour(k), markersize=6)
    ax.grid(visible=False)
    if paths:
        legend(ax, labelcolor="white")
    return named(ax, title, x, y)


def images(
    pictures: Array, *, titles: Sequence[str] = (), title: str = "", columns: int | None = None, signed: bool = False,
    ax: Any = None,
) -> Axes:  # fmt: skip
    """Draw pictures of one size side by side.

    Parameters
    ----------
    pictures : array (n, height, width) or (n, height, width, 3)
        Grey or coloured; grey ones each on their own scale, coloured ones in [0, 1] or uint8.
    titles : sequence of str
        One below each picture.
    title : str
        Of the whole.
    columns : int, optional
        Pictures in a row; about as many as rows by default.
    signed : bool
        Whether the numbers have signs: 0 is then white, blue is negative, red is positive.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes
        Where it was drawn.
    """
    pictures = np.asarray(pictures)
    n, height, width = pictures.shape[:3]
    columns = min(columns or int(np.ceil(np.sqrt(n * height / width))), n)
    rows = -(-n // columns)
    gap_x, gap_y = max(1, width // 12), max(1, height // (4 if titles else 12))
    wide, high = columns * (width + gap_x), rows * (height + gap_y)
    size = min(7.5, 1.1 * columns)
    ax = bare(axes(ax, (size, size * high / wide)))
    for k, picture in enumerate(pictures):
        left, top = k % columns * (width + gap_x), k // columns * (height + gap_y)
        place = (left, left + width, top + height, top)
        if picture.ndim == 3:
            ax.imshow(picture, extent=place, interpolation="nearest")
        else:
            limit = float(np.abs(picture).max()) or 1.0
            span = {"cmap": DIVERGING, "vmin": -limit, "vmax": limit} if signed else {"cmap": "gray"}
            ax.imshow(picture, extent=place, interpolation="nearest", **span)
        if k < len(titles):
            ax.text(left + width / 2, top + height, literal(titles[k]), ha="center", va="top", fontsize=8, color=GREY)
    ax.set(xlim=(0, wide - gap_x), ylim=(high - (0 if titles else gap_y), 0))
    return named(ax, title)
