"""Pictures that only lessons need: code side by side, the blocks of both passes, a picture that becomes a column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from glassnet.plots.style import COLOURS, GREY, axes, bare, literal, named
from glassnet.text_table import folded
from glassnet.typing import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MONO = {"family": "monospace", "va": "top", "ha": "left", "color": "#222222"}
PLANES = ("#c0392b", "#1e8449", "#1f5fa8")  # red, green, blue
BOX = 0.62  # height and width of a block, of which each layer has a place of width 1


def listings(listings: Mapping[str, str], *, title: str = "", ax: Any = None) -> Axes:
    """Draw programs side by side, each below its name.

    Parameters
    ----------
    listings : mapping of str to str
        Lines of code by name.
    title : str
        Of the picture.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes
        Where it was drawn.
    """
    lines = {name: code.split("\n") for name, code in listings.items()}
    widths = [max(map(len, [name, *code])) + 3 for name, code in lines.items()]
    most = max(map(len, lines.values())) + 2
    ax = bare(axes(ax, (0.078 * sum(widths) + 0.4, 0.17 * most + 0.5)))
    room = ax.get_position().width * ax.figure.get_figwidth()
    size = min(8.5, 72 * 1.15 * room / (0.61 * sum(widths)))
    left = 0.0
    for (name, code), width in zip(lines.items(), widths, strict=True):
        ax.text(left, 0, literal(name), va="top", fontsize=size + 0.5, color=COLOURS[0], fontweight="bold")
        for i, line in enumerate(code):
            ax.text(left, i + 1.6, literal(line), fontsize=size, **MONO)
        left += width
    ax.set(xlim=(0, left), ylim=(most, -0.3))
    return named(ax, title)


def blocks(
    activations: Sequence[str], *, sizes: Sequence[int] = (), loss: str = "J", title: str = "", ax: Any = None
) -> Axes:
    """Draw forward propagation from left to right, below it backward propagation, between them what is kept.

    Parameters
    ----------
    activations : sequence of str
        Of each layer.
    sizes : sequence of int
        n[0] to n[L]: units beside the names of the arrays; none by default.
    loss : str
        Name of the cost.
    title : str
        Of the picture.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes
        Where it was drawn.
    """
    L = len(activations)
    ax = bare(axes(ax, (1.75 * L + 2.2, 4.0)))
    room = ax.get_position().width * ax.figure.get_figwidth() / (L + 1.3)
    size = float(np.clip(6.2 * room, 5.5, 9.0))
    for l, g in enumerate(activations, start=1):
        _block(ax, l, 1.0, f"LINEAR\n{g.upper()}", COLOURS[0], size)
        _block(ax, l, -1.0, f"{g.upper()}'\nLINEAR", COLOURS[1], size)
        _arrow(ax, (l - 1 + BOX / 2 if l > 1 else 0.3, 1.0), (l - BOX / 2, 1.0), COLOURS[0])
        if l > 1:
            _arrow(ax, (l - BOX / 2, -1.0), (l - 1 + BOX / 2, -1.0), COLOURS[1])
        _arrow(ax, (l, 1.0 - BOX / 2), (l, -1.0 + BOX / 2), GREY)
        before = f"A[{l - 1}]" if l > 1 else "X"
        kept = f" {before}\n W[{l}] b[{l}]\n Z[{l}]"
        ax.text(l + 0.03, 0, kept, ha="left", va="center", fontsize=size, color="#444444")
        name = f"A[{l - 1}]" if l > 1 else "X = A[0]"
        ax.text(l - 0.5 if l > 1 else 0.27, 1.08, name + _units(sizes, l - 1), ha="center", va="bottom", fontsize=size)
        if l > 1:
            ax.text(l - 0.5, -0.94, f"dA[{l - 1}]", ha="center", va="bottom", fontsize=size)
        _arrow(ax, (l, -1.0 - BOX / 2), (l, -1.62), COLOURS[1])
        ax.text(l, -1.66, f"dW[{l}] db[{l}]", ha="center", va="top", fontsize=size)
    ax.plot([L + BOX / 2, L + 0.78, L + 0.78], [1.0, 1.0, 0.22], color=COLOURS[0], linewidth=1.2)
    ax.text(L + 0.55, 1.08, f"A[{L}]{_units(sizes, L)}", ha="center", va="bottom", fontsize=size)
    ax.text(L + 0.78, 0, literal(loss), ha="center", va="center", fontsize=size, bbox=_frame("#444444"))
    ax.plot([L + 0.78, L + 0.78], [-0.22, -1.0], color=COLOURS[1], linewidth=1.2)
    _arrow(ax, (L + 0.78, -1.0), (L + BOX / 2, -1.0), COLOURS[1])
    ax.text(L + 0.55, -0.94, f"dA[{L}]", ha="center", va="bottom", fontsize=size)
    ax.set(xlim=(-0.1, L + 1.2), ylim=(-1.95, 1.6))
    return named(ax, title)


def _units(sizes: Sequence[int], l: int) -> str:
    return f"\n{sizes[l]} x m" if sizes else ""


def _block(ax: Axes, x: float, y: float, text: str, colour: str, size: float) -> None:
    from matplotlib.patches import FancyBboxPatch

    corner, side = (x - BOX / 2 + 0.04, y - BOX / 2 + 0.04), BOX - 0.08
    shape = FancyBboxPatch(corner, side, side, boxstyle="round,pad=0.04", facecolor="white", edgecolor=colour)
    ax.add_patch(shape)
    ax.text(x, y, literal(text), ha="center", va="center", fontsize=size - 0.5, color=colour)


def _frame(colour: str) -> dict[str, str]:
    return {"boxstyle": "round,pad=0.4", "facecolor": "white", "edgecolor": colour}


def _arrow(ax: Axes, start: tuple[float, float], end: tuple[float, float], colour: str) -> None:
    ax.annotate("", xy=end, xytext=start, arrowprops={"arrowstyle": "-|>", "color": colour, "linewidth": 1.2})


def unrolled(picture: Array, column: Array, *, planes: Sequence[str] = (), title: str = "", ax: Any = None) -> Axes:
    """Draw a small picture, its planes of red, green and blue with their numbers, and the column that it becomes.

    Parameters
    ----------
    picture : array (height, width, 3)
        Whole numbers from 0 to 255.
    column : array (height width 3,)
        Its numbers, in the order of the column.
    planes : sequence of str
        Names of the picture, its three planes and the column.
    title : str
        Of the picture.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes
        Where it was drawn.
    """
    picture, column = np.asarray(picture, np.uint8), np.asarray(column)
    height, width, _ = picture.shape
    ax = bare(axes(ax, (7.5, 4.2)))
    tall = 2 * height + 1.6
    ax.imshow(picture, extent=(0, width, height, 0), interpolation="nearest")
    corners = [(0, 0), (width + 1.2, 0), (0, height + 1.6), (width + 1.2, height + 1.6)]
    for k in range(3):
        left, top = corners[k + 1]
        shade = np.zeros((height, width, 3), np.uint8)
        shade[:, :, k] = picture[:, :, k]
        ax.imshow(shade, extent=(left, left + width, top + height, top), interpolation="nearest")
        for (i, j), value in np.ndenumerate(picture[:, :, k]):
            ax.text(left + j + 0.5, top + i + 0.5, str(value), ha="center", va="center", fontsize=6.5, color="white")
    for (left, top), name in zip(corners, planes, strict=False):
        lines = folded(name, 4 * width)
        ax.text(left + width / 2, top - 0.12, literal("\n".join(lines)), ha="center", va="bottom", fontsize=8)
    _column(ax, column, 2 * width + 3.0, tall, planes[4] if len(planes) > 4 else "")
    ax.set(xlim=(-0.2, 2 * width + 7.2), ylim=(tall + 0.3, -1.9), aspect="equal")
    return named(ax, title)


def _column(ax: Axes, column: Array, left: float, tall: float, name: str, ends: int = 6) -> None:
    """Draw the first and last numbers of a column, each in the colour of its plane, and its length."""
    shown = [*range(ends), None, *range(len(column) - ends, len(column))]
    step = tall / len(shown)
    for place, i in enumerate(shown):
        middle = (place + 0.5) * step
        if i is None:
            ax.text(left + 0.7, middle, "⋮", ha="center", va="center", fontsize=11)
            continue
        ax.fill_between([left, left + 1.4], place * step, (place + 0.9) * step, color=PLANES[i % 3], linewidth=0)
        ax.text(left + 0.7, middle, str(column[i]), ha="center", va="center", fontsize=7, color="white")
        ax.text(left + 1.6, middle, f"{i + 1}", ha="left", va="center", fontsize=6.5, color=GREY)
    ax.text(left + 0.7, -0.12, literal("\n".join(folded(name, 12))), ha="center", va="bottom", fontsize=8)
