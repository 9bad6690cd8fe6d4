"""Pictures of explanations: which columns matter, how, for which row, and with which others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from glassnet.plain_text import shortened
from glassnet.plots.general import bars
from glassnet.plots.style import GREY, SEQUENTIAL, axes, colour, literal, named
from glassnet.text_table import number_text
from glassnet.typing import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from glassnet.explain import Axis, Contributions, Dependence, Importance, Interactions

MOST_BARS, MOST_CURVES = 15, 50
LONGEST = 30  # characters of a name


def importance(result: Importance, *, title: str = "", ax: Any = None) -> Axes:
    """Draw how much each column matters, with the deviation between the shuffles.

    Parameters
    ----------
    result : Importance
        What `glassnet.explain.importance` returned.
    title : str
        Of the picture.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes
        A bar for each of the most important columns: by how much the metric gets worse without it.
    """
    shown = {_short(", ".join(each.columns)): each for each in result.columns[:MOST_BARS]}
    values, spread = ({name: getattr(each, of) for name, each in shown.items()} for of in ("mean", "deviation"))
    return bars(values, spread=spread, title=title, x=f"{result.metric} is worse by, without the column", ax=ax)


def contributions(result: Contributions, *, title: str = "", ax: Any = None) -> Axes:
    """Draw what each column contributes to the answer for one row.

    Parameters
    ----------
    result : Contributions
        One of those that `glassnet.explain.contributions` returned.
    title : str
        Of the picture; the answer by default.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes
        A bar for each of the largest contributions: blue adds, orange takes.
    """
    shown = {_short(f"{each.column} = {each.cell}"): each.value for each in result.columns[:MOST_BARS]}
    title = title or f"{result.answer} is {number_text(result.value)}"
    drawn = bars(shown, title=title, x=f"adds to {number_text(result.base)}, the mean of other rows", ax=ax)
    for bar, value in zip(drawn.patches, shown.values(), strict=True):
        bar.set_color(colour(0 if value >= 0 else 1))
    drawn.axvline(0, color=GREY, linewidth=0.8)
    return drawn


def interactions(result: Interactions, *, title: str = "", ax: Any = None) -> Axes:
    """Draw how far each two columns act together.

    Parameters
    ----------
    result : Interactions
        What `glassnet.explain.interactions` returned.
    title : str
        Of the picture.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes
        A bar for each pair, as long as Friedman's H.
    """
    shown = {_short(" and ".join(each.columns)): each.H for each in result.pairs[:MOST_BARS]}
    return bars(shown, title=title, x="H: 0 where effects add up, 1 where there is no other", ax=ax)


def dependence(result: Dependence, *, title: str = "", ax: Any = None) -> Axes:
    """Draw how the answer changes with a column, or with two.

    Parameters
    ----------
    result : Dependence
        What `glassnet.explain.dependence` returned.
    title : str
        Of the picture.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes
        Of a column the mean over the rows, thick, and the curves of some; of two a field for each pair of values.
    """
    draw = _field if len(result.axes) == 2 else _curves
    return draw(result, title, axes(ax))


def _curves(result: Dependence, title: str, ax: Axes) -> Axes:
    axis = result.axes[0]
    some = np.unique(np.linspace(0, len(result.curves) - 1, MOST_CURVES).astype(int))
    along = _places(axis)
    is_line = axis.numbers is not None
    lost = np.isnan(axis.numbers) if axis.numbers is not None else np.zeros(len(along), bool)
    for curve in result.curves[some]:
        ax.plot(along[~lost], curve[~lost], "-" if is_line else ".", color=GREY, alpha=0.25, linewidth=0.8)
        ax.plot(along[lost], curve[lost], ".", color=GREY, alpha=0.25)
    ax.plot(along[~lost], result.mean[~lost], "o-" if is_line else "o", color=colour(0), linewidth=2.4, markersize=5)
    ax.plot(along[lost], result.mean[lost], "o", color=colour(1), markersize=6)
    if not is_line:
        _names(ax.xaxis, along, axis.texts)
        ax.margins(x=0.1)
    elif lost.any():
        ax.annotate("missing", (along[lost][0], result.mean[lost][0]), (0, 8), textcoords="offset points", ha="center")
    return named(ax, title, axis.column, str(result.answer))


def _places(axis: Axis) -> Array:
    """Return where values stand: numbers where they are, a missing one beyond them; others one after the other."""
    if axis.numbers is None:
        return np.arange(len(axis.texts), dtype=float)
    places = np.array(axis.numbers, float)
    there = places[~np.isnan(places)]
    width = float(np.ptp(there)) if there.size else 0.0
    beyond = there.max() + 0.08 * (width or 1.0) if there.size else 0.0
    return np.where(np.isnan(places), beyond, places)


def _field(result: Dependence, title: str, ax: Axes) -> Axes:
    first, second = result.axes
    drawn = ax.imshow(result.mean, cmap=SEQUENTIAL, aspect="auto", origin="lower")
    _names(ax.yaxis, range(len(first.texts)), first.texts)
    _names(ax.xaxis, range(len(second.texts)), second.texts)
    ax.grid(visible=False)
    bar = ax.figure.colorbar(drawn, ax=ax, label=literal(result.answer), format="%.3g")
    bar.outline.set_visible(False)
    return named(ax, title, second.column, first.column)


def _names(axis: Any, places: Any, texts: Sequence[str]) -> None:
    """Write texts at an axis, turned where they are long."""
    names = [literal(shortened(text, 16)) for text in texts]
    turned = {"rotation": 45, "ha": "right", "rotation_mode": "anchor"} if axis.axis_name == "x" else {}
    axis.set_ticks(list(places), names, fontsize=9, **(turned if max(map(len, names)) > 4 else {}))


def _short(name: str) -> str:
    return shortened(name, LONGEST)
