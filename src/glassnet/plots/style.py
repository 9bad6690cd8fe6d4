"""The look of every picture: colours, axes, and the figure that is made when no axes are given."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import numpy as np

from glassnet import interrupts
from glassnet.plain_text import visible

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Okabe and Ito 2008: distinguishable with every kind of colour vision, and in grey.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#E69F00", "#56B4E9", "#CC79A7", "#444444")
DASHES = ("-", (0, (5, 2)), (0, (2, 1.5)), (0, (7, 2, 2, 2)))  # once the colours are used up
GREY = "#777777"
SEQUENTIAL, DIVERGING = "cividis", "RdBu_r"  # safe for colour-blind eyes; for signed numbers white is 0
SIZE = (6.0, 3.8)  # inches
PANEL = (3.2, 2.5)  # of several in one figure

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


def panels(ax: Any, n: int, columns: int | None = None, size: tuple[float, float] = PANEL) -> np.ndarray:
    """Return n axes side by side: in the place of `ax`, or in a new figure.

    There are `columns` of them in a row; by default as many as fit.

    Returns
    -------
    array of Axes (n,)
        Where it was drawn.
    """
    with interrupts.held():
        from matplotlib import rc_context

    room = 4 if ax is None else int(ax.get_position().width * ax.figure.get_figwidth() / (0.5 * size[0]))
    columns = min(columns or max(1, room), n)
    rows = -(-n // columns)
    whole = axes(ax, (size[0] * columns, size[1] * rows))
    figure = whole.figure
    spec = whole.get_subplotspec()
    if spec is None:  # axes that were placed by hand are divided by hand
        whole.axis("off")
        with rc_context(STYLE):
            places = [((k % columns) / columns, 1 - (k // columns + 1) / rows) for k in range(n)]
            return np.array([whole.inset_axes((x + 0.03, y + 0.08, 0.9 / columns, 0.8 / rows)) for x, y in places])
    whole.remove()
    gaps = {} if figure.get_layout_engine() else {"hspace": 0.6, "wspace": 0.3}
    inner = spec.subgridspec(rows, columns, **gaps)
    with rc_context(STYLE):
        return np.array([figure.add_subplot(inner[k // columns, k % columns]) for k in range(n)])


def colour(k: int) -> str:
    """Return the colour of the k-th line, counted from 0."""
    return COLOURS[k % len(COLOURS)]


def dash(k: int) -> Any:
    """Return the dashes of the k-th line: solid until the colours repeat."""
    return DASHES[k // len(COLOURS) % len(DASHES)]


def literal(name: object) -> str:
    """Return a name so that matplotlib draws it as it is: a dollar sign begins no formula."""
    return visible(name, keep="\n").replace("$", r"\$")


def named(ax: Axes, title: str = "", x: str = "", y: str = "") -> Axes:
    """Write the title and the names of the axes."""
    if title:
        ax.set_title(literal(title), loc="left", fontsize=11, fontweight="bold")
    if x:
        ax.set_xlabel(literal(x))
    if y:
        ax.set_ylabel(literal(y))
    return ax


def legend(ax: Axes, **settings: Any) -> None:
    """Draw a legend without a frame, if anything has a label."""
    if ax.get_legend_handles_labels()[1]:
        ax.legend(frameon=False, **settings)


def bare(ax: Axes) -> Axes:
    """Remove grid, ticks and frame: for images and diagrams."""
    ax.grid(visible=False)
    ax.set(xticks=[], yticks=[])
    ax.spines[:].set_visible(False)
    return ax
