"""The look of every picture: colours, axes, and the figure that is made when no axes are given."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

import numpy as np

from glassnet import interrupts
from glassnet.plain_text import visible
from glassnet.text_table import folded
from glassnet.texts import translated

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

# Okabe and Ito 2008: distinguishable with every kind of colour vision, and in grey.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#E69F00", "#56B4E9", "#CC79A7", "#444444")
DASHES = ("-", (0, (5, 2)), (0, (2, 1.5)), (0, (7, 2, 2, 2)))  # once the colours are used up
MARKS = ("o", "s", "^", "D")  # of single points
GREY = "#777777"
SEQUENTIAL, DIVERGING = "cividis", "RdBu_r"  # safe for colour-blind eyes; for signed numbers white is 0
SIZE = (6.0, 3.8)  # inches
PANEL = (3.2, 2.5)  # of several in one figure

_language = ContextVar("language of pictures", default="en")

STYLE: Any = {
    "font.size": 10.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": GREY,
    "axes.axisbelow": True,
    "axes.grid": True,
    "grid.color": "#e6e6e6",
    "grid.linewidth": 0.8,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "xtick.labelcolor": "#333333",
    "ytick.labelcolor": "#333333",
    "figure.dpi": 110.0,
    "figure.constrained_layout.w_pad": 0.1,
    "figure.constrained_layout.h_pad": 0.1,
    "svg.hashsalt": "glassnet",  # equal pictures give equal files
}


def new_axes(size: tuple[float, float] = SIZE) -> Axes:
    """Return the axes of a new figure.

    Where pyplot is loaded the figure is one of pyplot's, so that ``plt.show()`` and notebooks know it; else it belongs
    to nobody but its axes, and ``ax.figure.savefig`` writes it.
    """
    with interrupts.held():
        from matplotlib import rc_context
        from matplotlib.figure import Figure

    pyplot = sys.modules.get("matplotlib.pyplot")
    with rc_context(STYLE):
        figure = pyplot.figure(figsize=size, layout="constrained") if pyplot else Figure(size, layout="constrained")
        return figure.subplots()


def axes(ax: Any = None, size: tuple[float, float] = SIZE) -> Axes:
    """Return `ax`, or the axes of a new figure."""
    return new_axes(size) if ax is None else ax


def panels(
    ax: Any, n: int, columns: int | None = None, size: tuple[float, float] = PANEL, spans: Sequence[int] = ()
) -> np.ndarray:
    """Return n axes side by side: in the place of `ax`, or in a new figure.

    There are `columns` of them in a row; by default as many as fit. One that spans 2 is twice as wide.

    Returns
    -------
    array of Axes (n,)
        Where it was drawn.
    """
    with interrupts.held():
        from matplotlib import rc_context

    room = 4 if ax is None else int(ax.get_position().width * ax.figure.get_figwidth() / (0.5 * size[0]))
    spans = spans or [1] * n
    columns = min(columns or max(1, room), sum(spans))
    corners = _flow([min(span, columns) for span in spans], columns)
    rows = corners[-1][0] + 1
    whole = axes(ax, (size[0] * columns, size[1] * rows))
    figure = whole.figure
    spec = whole.get_subplotspec()
    if spec is None:  # axes that were placed by hand are divided by hand
        whole.axis("off")
        with rc_context(STYLE):
            return np.array([
                whole.inset_axes((left / columns + 0.03, 1 - (row + 1) / rows + 0.08, 0.9 * span / columns, 0.8 / rows))
                for row, left, span in corners
            ])  # fmt: skip
    whole.remove()
    gaps = {} if figure.get_layout_engine() else {"hspace": 0.6, "wspace": 0.3}
    inner = spec.subgridspec(rows, columns, **gaps)
    with rc_context(STYLE):
        return np.array([figure.add_subplot(inner[row, left : left + span]) for row, left, span in corners])


def _flow(spans: Sequence[int], columns: int) -> list[tuple[int, int, int]]:
    """Return row, first column and columns of each panel: row after row, as text flows."""
    row, left, corners = 0, 0, []
    for span in spans:
        if left + span > columns:
            row, left = row + 1, 0
        corners.append((row, left, span))
        left += span
    return corners


def colour(k: int) -> str:
    """Return the colour of the k-th line, counted from 0."""
    return COLOURS[k % len(COLOURS)]


def dash(k: int) -> Any:
    """Return the dashes of the k-th line: solid until the colours repeat."""
    return DASHES[k // len(COLOURS) % len(DASHES)]


@contextmanager
def in_language(lang: str) -> Iterator[None]:
    """Draw in a language: a picture's own words are translated, names of columns and classes stay as they are."""
    token = _language.set(lang)
    try:
        yield
    finally:
        _language.reset(token)


def word(text: str) -> str:
    """Return one of a picture's own words in the language of the drawing."""
    return translated(text, _language.get())


def literal(name: object) -> str:
    """Return a name so that matplotlib draws it as it is: a dollar sign begins no formula."""
    return visible(name, keep="\n").replace("$", r"\$")


def named(ax: Axes, title: str = "", x: str = "", y: str = "") -> Axes:
    """Write the title and the names of the axes, in as many lines as their places need."""
    place, edge = ax.get_position(), ax.figure.dpi_scale_trans.inverted().transform(ax.figure.bbox.size)
    wide, high = float(edge[0]), float(edge[1])  # inches
    if title:
        ax.set_title(literal(_lines(title, place.width * wide, 6.1)), loc="left", fontsize=11, fontweight="bold")
    if x:
        ax.set_xlabel(literal(_lines(x, place.width * wide, 5.3)))
    if y:
        ax.set_ylabel(literal(_lines(y, place.height * high, 5.3)))
    return ax


def _lines(text: str, inches: float, points: float) -> str:
    """Break a text for a place of so many inches, a letter taking so many points."""
    return "\n".join(folded(text, max(12, int(72 * inches / points))))


def readable(axis: Axis, places: Any = ()) -> None:
    """Name the ticks of a logarithmic axis so that no two cover each other.

    Few places that lie apart are named themselves; on a short axis numbers like 0.2 and 0.5 are named, on a long one
    powers of ten.
    """
    with interrupts.held():
        from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    low, high = sorted(axis.get_view_interval())
    span = np.log10(high / low) if low > 0 else np.inf
    known = np.unique(np.asarray(places, float))
    known = known[known > 0]
    plain = FuncFormatter(lambda value, _: f"{value:,.0f}" if value >= 1000 else f"{value:g}")
    if 0 < len(known) <= 8 and np.diff(np.log10(known)).min(initial=np.inf) > 0.09 * span:
        axis.set_ticks(known.tolist())
        axis.set_major_formatter(plain)
    elif span < 2:
        axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axis.set_major_formatter(plain)
    axis.set_minor_formatter(NullFormatter())


def single_points(ax: Axes, dots: Mapping[str, Sequence[Any]] | None, first: int) -> None:
    """Draw single points by name, in the colours after the first ones, each name with a mark of its own."""
    for k, (name, (along, up)) in enumerate((dots or {}).items()):
        look: Any = {"s": 22, "edgecolors": "white", "linewidths": 0.5, "zorder": 3, "marker": MARKS[k % len(MARKS)]}
        ax.scatter(along, up, color=colour(first + k), label=literal(name), **look)


def legend(ax: Axes, **settings: Any) -> None:
    """Draw a legend without a frame, if anything has a label."""
    if ax.get_legend_handles_labels()[1]:
        ax.legend(**{"frameon": False, **settings})


def clear_legend(ax: Axes) -> None:
    """Give the y axis more room above where a legend covers lines or their bands; the figure has been laid out."""
    known = ax.get_legend()
    if known is None or not ax.lines:
        return
    box = known.get_window_extent()
    paths = [line.get_transform().transform(line.get_xydata()) for line in ax.lines]
    paths += [ax.transData.transform(band.get_paths()[0].vertices) for band in ax.collections if band.get_paths()]
    covered = any(box.contains(*point) for path in paths for point in path[np.isfinite(path).all(axis=1)])
    if not covered:
        return
    high = 1.08 * box.height / ax.bbox.height  # share of the axes
    low, top = ax.transData.inverted().transform(ax.transAxes.transform([(0, 0), (0, 1 + high / (1 - high))]))[:, 1]
    ax.set_ylim(low, top)
    known.set_loc("upper right")


def bare(ax: Axes) -> Axes:
    """Remove grid, ticks and frame: for images and diagrams."""
    ax.grid(visible=False)
    ax.set(xticks=[], yticks=[])
    ax.spines[:].set_visible(False)
    return ax
