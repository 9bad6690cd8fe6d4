"""Pictures of tables: activations and their slopes, and confusion matrices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from glassnet.arrays import numpy_namespace as xp
from glassnet.core.activations import ACTIVATIONS
from glassnet.core.names import choose
from glassnet.errors import SettingError
from glassnet.plots.style import COLOURS, GREY, axes, legend, literal, named, panels
from glassnet.typing import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes


CLASSICS = ("sigmoid", "tanh", "relu", "leaky_relu(0.1)")
MOST_NUMBERED = 15  # classes of a confusion matrix whose counts are written


def activations(names: str | Sequence[str] = CLASSICS, *, span: float = 4.0, ax: Any = None) -> Array:
    """Draw activations g(z) and their slopes g'(z).

    Parameters
    ----------
    names : str or sequence of str
        Of the table of activations, with options: "leaky_relu(0.1)".
    span : float
        z goes from -span to span.
    ax : Axes, optional
        The place to divide; a new figure by default.

    Returns
    -------
    array of Axes (len(names),)
        Where it was drawn.

    Raises
    ------
    UnknownNameError, SettingError
        If a name is no activation, or softmax, which has no curve.
    """
    names = [names] if isinstance(names, str) else list(names)
    if any(choose(ACTIVATIONS, name, "activation")[0] == "softmax" for name in names):
        raise SettingError("activations: softmax is no function of one number, so it has no curve")
    entries: list[Any] = [choose(ACTIVATIONS, name, "activation")[1] for name in names]
    Z = np.linspace(-span, span, 801)
    places = panels(ax, len(names))
    for k, (place, name, g) in enumerate(zip(places, names, entries, strict=True)):
        A = g.value(xp, Z)
        slope = np.array(g.slope(xp, Z, A))
        jumps = np.flatnonzero(np.abs(np.diff(slope)) > 0.3)  # a step is no steep line
        slope[jumps] = np.nan
        place.axhline(0, color=GREY, linewidth=0.6)
        place.axvline(0, color=GREY, linewidth=0.6)
        place.plot(Z, A, color=COLOURS[0], linewidth=2, label="g(z)")
        place.plot(Z, slope, color=COLOURS[1], linewidth=1.6, linestyle=(0, (4, 1.5)), label="g'(z)")
        if np.max(np.abs(A)) > 2:
            place.set_ylim(-1.2, 2.2)
        named(place, name, "z")
        if k == 0:
            legend(place, loc="upper left", fontsize=9)
    return places


def confusion_matrix(
    y: Array, predicted: Array, *, labels: Sequence[Any] | None = None, title: str = "", ax: Any = None
) -> Axes:
    """Draw how often each class was predicted as each other.

    Parameters
    ----------
    y, predicted : array (m,)
        True labels, and those that a model gave.
    labels : sequence, optional
        The classes in their order; all that occur, sorted, by default.
    title : str
        Of the picture.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes
        Rows are the true classes; a field's shade is its share of the row, its number the count.
    """
    y, predicted = np.ravel(y), np.ravel(predicted)
    known = list(np.union1d(y, predicted)) if labels is None else list(labels)
    names, K = [literal(label) for label in known], len(known)
    counts = np.array([[np.sum((y == true) & (predicted == given)) for given in known] for true in known])
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    ax = axes(ax, (1.6 + 0.55 * min(K, 12),) * 2)
    ax.imshow(share, cmap="Blues", vmin=0, vmax=1)
    if K <= MOST_NUMBERED:
        for i, j in np.ndindex(K, K):
            shade = "white" if share[i, j] > 0.55 else "#bbbbbb" if counts[i, j] == 0 else "#222222"
            ax.text(j, i, f"{counts[i, j]:,}", ha="center", va="center", color=shade, fontsize=9)
    ax.set(xticks=range(K), yticks=range(K), xticklabels=names, yticklabels=names)
    if max(map(len, names)) > 4:
        ax.tick_params(axis="x", labelrotation=45)
    ax.grid(visible=False)
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)
    right = np.trace(counts) / max(counts.sum(), 1)
    return named(ax, title or f"{right:.1%} right", "answer", "true class")
