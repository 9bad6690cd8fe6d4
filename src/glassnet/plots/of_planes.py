"""Pictures of any numbers over a plane: a matrix, a surface, images side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from glassnet import interrupts
from glassnet.plain_text import shortened
from glassnet.plots.style import DIVERGING, GREY, SEQUENTIAL, axes, bare, colour, legend, literal, named, single_points
from glassnet.typing import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LONGEST_NAME = 40  # characters of one beside a matrix


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
    dots: Mapping[str, Sequence[Any]] | None = None,
    levels: Sequence[float] | None = None,
    ax: Any = None,
) -> Axes:
    """Draw a surface over a plane as bands of equal height, with paths and points over it.

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
    dots : mapping of str to (x, y), optional
        Single points, by name.
    levels : sequence of float, optional
        Where the bands end; about 20 of equal height by default.
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
    bands: Any = levels or (np.geomspace(max(low, 1e-12 * high), high, 21) if log else 20)
    norm = LogNorm(bands[0], bands[-1]) if log else None
    drawn = ax.contourf(along, up, heights, levels=bands, cmap=SEQUENTIAL, norm=norm)
    ax.contour(along, up, heights, levels=bands, colors="white", linewidths=0.3, alpha=0.6)
    bar = ax.figure.colorbar(drawn, ax=ax, label=literal(z), format="%.3g")
    bar.outline.set_visible(False)
    for k, (name, (to_x, to_y)) in enumerate((paths or {}).items(), start=1):
        ax.plot(to_x, to_y, color=colour(k), linewidth=1.8, label=literal(name))
        ax.plot(to_x[0], to_y[0], "o", markerfacecolor="white", color=colour(k), markersize=6)
        ax.plot(to_x[-1], to_y[-1], "o", color=colour(k), markersize=6)
    single_points(ax, dots, 1)
    ax.set(xlim=(np.min(along), np.max(along)), ylim=(np.min(up), np.max(up)))  # a path may leave the picture
    ax.grid(visible=False)
    if paths or dots:
        legend(ax, labelcolor="white", frameon=True, facecolor="black", framealpha=0.6, edgecolor="none", fontsize=9)
    return named(ax, title, x, y)


def images(
    pictures: Array, *, titles: Sequence[str] = (), title: str = "", columns: int | None = None, signed: bool = False,
    numbers: bool = False, ax: Any = None,
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
    numbers : bool
        Whether each number of a grey picture is written on it; NaN is an empty place.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes
        Where it was drawn.
    """
    pictures = np.asarray(pictures)
    if pictures.dtype == object:  # as JSON holds NaN
        pictures = pictures.astype(float)
    n, height, width = pictures.shape[:3]
    columns = min(columns or int(np.ceil(np.sqrt(n * height / width))), n)
    rows = -(-n // columns)
    gap_x, gap_y = max(1, width // 12), max(1, round(height / (2.6 if titles else 12)))
    wide, high = columns * (width + gap_x), rows * (height + gap_y)
    size = min(7.5, max(4.5, 1.1 * columns))
    ax = bare(axes(ax, (size, size * high / wide)))
    for k, picture in enumerate(pictures):
        left, top = k % columns * (width + gap_x), k // columns * (height + gap_y)
        place = (left, left + width, top + height, top)
        if picture.ndim == 3:
            ax.imshow(picture, extent=place, interpolation="nearest")
        else:
            limit = float(np.nanmax(np.abs(picture))) or 1.0
            span = {"cmap": DIVERGING, "vmin": -limit, "vmax": limit} if signed else {"cmap": "gray"}
            ax.imshow(picture, extent=place, interpolation="nearest", **span)
            if numbers:
                _write(ax, picture, left, top, limit)
        if k < len(titles):
            below = {"xytext": (0, -3), "textcoords": "offset points", "ha": "center", "va": "top"}
            ax.annotate(literal(titles[k]), (left + width / 2, top + height), fontsize=8, color=GREY, **below)
    ax.set(xlim=(0, wide - gap_x), ylim=(high - (0 if titles else gap_y), 0))
    return named(ax, title)


def _write(ax: Axes, picture: Array, left: float, top: float, limit: float) -> None:
    """Write each number on its place, white where it is dark."""
    for (i, j), value in np.ndenumerate(picture):
        if np.isfinite(value):
            shade = "white" if abs(value) > 0.6 * limit else "#333333"
            ax.text(left + j + 0.5, top + i + 0.5, f"{value:.2g}", ha="center", va="center", fontsize=7, color=shade)
