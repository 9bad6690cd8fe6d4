"""Pictures of a network: its answers over the plane, its first weights as images, its layers as a diagram."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from glassnet import interrupts
from glassnet.errors import ShapeError
from glassnet.plots.of_planes import images
from glassnet.plots.style import COLOURS, GREY, SEQUENTIAL, axes, bare, colour, legend, literal, named, word
from glassnet.typing import AnyArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes


FINENESS = 240  # points along each axis of the plane
UNITS_SHOWN = 8  # of a layer, in the diagram


def decision_boundary(
    model: Any, X: AnyArray, y: AnyArray, *, title: str = "", names: tuple[str, str] = ("x₁", "x₂"),
    learned: tuple[AnyArray, AnyArray] | None = None, mistakes: bool = False, ax: Any = None,
) -> Axes:  # fmt: skip
    """Draw what a model of two features answers over the plane, and the samples on it.

    Parameters
    ----------
    model : Network or fitted estimator
        Of two features.
    X : array (2, m) for a Network, (m, 2) for an estimator
        The samples.
    y : array (n[L], m) for a Network, (m,) for an estimator
        Targets or labels.
    title : str
        Of the picture.
    names : (str, str)
        Of the features.
    learned : (X, y), optional
        Further samples, those of the training, as small points.
    mistakes : bool
        Whether a ring marks samples of X that are taken for another class.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes
        Colours deepen with the probability; the line is where the answer changes.
    """
    with interrupts.held():
        from matplotlib.colors import to_rgb

    rows, labels, classes = _as_rows(model, X, y)
    others, their_labels, _ = (rows[:0], labels[:0], None) if learned is None else _as_rows(model, *learned)
    ax = axes(ax, (5.0, 4.4))
    every = np.concatenate([rows, others])
    margin = 0.06 * (np.ptp(every, axis=0) + 1e-9)
    low, high = every.min(axis=0) - margin, every.max(axis=0) + margin
    along, up = (np.linspace(low[k], high[k], FINENESS) for k in (0, 1))
    plane = np.stack(np.meshgrid(along, up), axis=-1).reshape(-1, 2)
    answers = _answers(model, plane).reshape(FINENESS, FINENESS, -1)
    place = (low[0], high[0], low[1], high[1])
    if classes is None:
        span = {"vmin": min(labels.min(), answers.min()), "vmax": max(labels.max(), answers.max()), "cmap": SEQUENTIAL}
        drawn = ax.imshow(answers[..., 0], extent=place, origin="lower", aspect="auto", alpha=0.85, **span)
        ax.scatter(*rows.T, c=labels, s=18, edgecolors="#222222", linewidths=0.6, **span)
        ax.figure.colorbar(drawn, ax=ax, label=word("answer")).outline.set_visible(False)
    else:
        P = np.concatenate([1 - answers, answers], axis=-1) if answers.shape[-1] == 1 else answers
        shades = np.array([to_rgb(colour(k)) for k in range(P.shape[-1])])
        strength = (P.max(axis=-1, keepdims=True) - 1 / P.shape[-1]) / (1 - 1 / P.shape[-1])
        picture = 1 - (1 - shades[P.argmax(axis=-1)]) * (0.12 + 0.38 * strength)
        ax.imshow(picture, extent=place, origin="lower", aspect="auto")
        for k, name in enumerate(map(literal, classes)):
            label = f" {name}" if name.startswith("_") else name  # a legend leaves out what begins with an underscore
            rest = np.delete(P, k, axis=-1).max(axis=-1)
            if (P[..., k] > rest).any() and (P[..., k] < rest).any():
                ax.contour(along, up, P[..., k] - rest, levels=[0], colors="#333333", linewidths=0.9)
            ax.scatter(*others[their_labels == k].T, s=5, color=colour(k), linewidths=0)
            edge = "white" if learned is None else "#222222"  # which tells them from those of the training
            ax.scatter(*rows[labels == k].T, s=16, color=colour(k), edgecolors=edge, linewidths=0.6, label=label)
        if mistakes:
            P = _answers(model, rows)
            decided = P.argmax(axis=1) if P.shape[1] > 1 else (P[:, 0] > 0.5).astype(int)
            ring: Any = {"s": 60, "facecolors": "none", "edgecolors": "#111111", "linewidths": 1.2}
            if (wrong := decided != labels).any():
                ax.scatter(*rows[wrong].T, label=word("wrong"), **ring)
        legend(ax, loc="upper left", bbox_to_anchor=(1, 1), handletextpad=0.1)
    ax.grid(visible=False)
    ax.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]))
    return named(ax, title, *names)


def first_layer_weights(
    model: Any, shape: tuple[int, ...] | None = None, *, units: int = 25, title: str = "", ax: Any = None
) -> Axes:
    """Draw the weights into each unit of layer 1 as an image: where it looks, and with which sign.

    Parameters
    ----------
    model : Network or fitted estimator
        Of pictures; of a stack the first network.
    shape : (height, width) or (height, width, 3), optional
        Of the pictures; a square by default. Colours are summed.
    units : int
        How many are shown: those with the longest weights.
    title : str
        Of the picture.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes
        Red is positive, blue negative, white 0; each unit on its own scale.

    Raises
    ------
    ShapeError
        If the inputs are no picture of that shape.
    """
    network = getattr(model, "network_", model)
    W = network.W[1] if network.W[1].ndim == 2 else network.W[1][0]
    n_x = W.shape[1]
    if shape is None:
        side = next((c for c in (1, 3) if round((n_x / c) ** 0.5) ** 2 * c == n_x), 0)
        if not side:
            raise ShapeError(f"first_layer_weights: {n_x} inputs are no square picture; give shape=(height, width)")
        edge = round((n_x / side) ** 0.5)
        shape = (edge, edge) if side == 1 else (edge, edge, 3)
    if int(np.prod(shape)) != n_x:
        raise ShapeError(
            f"first_layer_weights: shape {shape} has {int(np.prod(shape))} numbers; W[1] takes {n_x} inputs"
        )
    order = np.argsort(-np.linalg.norm(W, axis=1), kind="stable")[:units]
    pictures = W[np.sort(order)].reshape(-1, *shape)
    return images(pictures.sum(axis=-1) if len(shape) == 3 else pictures, signed=True, title=title, ax=ax)


def diagram(model: Any, *, title: str = "", ax: Any = None) -> Axes:
    """Draw the network: a column of units for each layer, its weights as lines, the shapes below.

    Parameters
    ----------
    model : Network or fitted estimator
        Of a stack the first network.
    title : str
        Of the picture.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes
        Red weights are positive, blue ones negative; the larger, the thicker.
    """
    with interrupts.held():
        from matplotlib.collections import LineCollection

    network = getattr(model, "network_", model)
    sizes, L = network.architecture.sizes, network.L
    ax = bare(axes(ax, (1.9 * (L + 1) + 0.6, 4.2)))
    heights = [_heights(n) for n in sizes]
    for l in range(1, L + 1):
        W = network.W[l] if network.W[l].ndim == 2 else network.W[l][0]
        shown = W[np.ix_(_shown(sizes[l]), _shown(sizes[l - 1]))]
        strength = np.abs(shown) / (np.abs(shown).max() or 1.0)
        ends = [[(l - 1, below), (l, above)] for above in heights[l] for below in heights[l - 1]]
        colours = [COLOURS[1] if w > 0 else COLOURS[0] for w in shown.ravel()]
        lines = LineCollection(ends, colors=colours, linewidths=0.3 + 2.2 * strength.ravel(), alpha=0.55, zorder=1)
        ax.add_collection(lines)
    for l, (n, column) in enumerate(zip(sizes, heights, strict=True)):
        shade = GREY if l == 0 else COLOURS[2]
        ax.scatter([l] * len(column), column, s=190, color="white", edgecolors=shade, linewidths=1.8, zorder=2)
        if n > UNITS_SHOWN:
            ax.text(
                l,
                (column[UNITS_SHOWN // 2 - 1] + column[UNITS_SHOWN // 2]) / 2,
                "⋮",
                ha="center",
                va="center",
                fontsize=15,
            )
        head = f"layer {l}\n{n:,} {network.architecture.activations[l - 1]}" if l else _input_head(network.architecture)
        ax.text(l, 1.12, head, ha="center", va="bottom", fontsize=9)
        if l:
            shapes = f"W[{l}] ({n}, {sizes[l - 1]})\nb[{l}] ({n}, 1)\nA[{l}] ({n}, m)"
            ax.text(l, -1.14, shapes, ha="center", va="top", fontsize=8.5, color="#333333", linespacing=1.4)
        else:
            shapes = _input_shapes(network.architecture)
            ax.text(l, -1.14, shapes, ha="center", va="top", fontsize=8.5, color="#333333", linespacing=1.4)
    ax.set(xlim=(-0.5, L + 0.5), ylim=(-1.75, 1.5))
    return named(ax, title)


def _input_head(architecture: Any) -> str:
    n_0, embedding = architecture.sizes[0], architecture.embedding
    if embedding is None:
        return f"X = A[0]\n{n_0:,} features"
    return f"A[0]: {n_0:,} rows\n{architecture.n_x:,} features, embedded"


def _input_shapes(architecture: Any) -> str:
    if architecture.embedding is None:
        return f"X ({architecture.n_x}, m)"
    g, t, d = architecture.embedding
    return f"W[0] ({g}, {d}, {t})\nb[0] ({g}, {d}, 1)\nX ({architecture.n_x}, m)"


def _shown(n: int) -> AnyArray:
    """Return the numbers of the units that are drawn: all, or the first and the last few."""
    half = UNITS_SHOWN // 2
    return np.arange(n) if n <= UNITS_SHOWN else np.r_[:half, n - half : n]


def _heights(n: int) -> AnyArray:
    """Return the heights of the units that are drawn, from the top, with a gap where some are left out."""
    shown = len(_shown(n))
    gap = 1 if n > UNITS_SHOWN else 0
    places = np.arange(shown) + gap * (np.arange(shown) >= shown // 2)
    step = min(0.5, 2 / max(1, shown + gap - 1))
    return (places.mean() - places) * step


def _indices(classes: AnyArray, labels: AnyArray) -> AnyArray:
    """Return the index of each label among classes, which need not be sorted."""
    order = np.argsort(classes)
    found: AnyArray = order[np.searchsorted(classes, labels, sorter=order)]
    return found


def _as_rows(model: Any, X: AnyArray, y: AnyArray) -> tuple[AnyArray, AnyArray, list[Any] | None]:
    """Return samples as rows (m, 2), their labels or numbers (m,), and the classes; None where it answers numbers."""
    if hasattr(model, "predict"):
        rows, labels = np.asarray(X, float), np.asarray(y)
        known = getattr(model, "classes_", None)
        classes = None if known is None else list(known)
        labels = labels.astype(float) if known is None else _indices(known, labels)
    else:
        rows, Y = np.asarray(X, float).T, np.asarray(y)
        is_class = "cross_entropy" in model.architecture.loss
        classes = list(range(max(2, len(Y)))) if is_class else None
        labels = (Y.argmax(axis=0) if len(Y) > 1 else (Y[0] > 0.5).astype(int)) if is_class else Y[0].astype(float)
    if rows.ndim != 2 or rows.shape[1] != 2:
        raise ShapeError(f"decision_boundary: expected two features; got {rows.shape[-1]}")
    return rows, labels, classes


def _answers(model: Any, plane: AnyArray) -> AnyArray:
    """Return the model's answers (places, n_outputs)."""
    if hasattr(model, "predict_proba"):
        return model.predict_proba(plane)
    if hasattr(model, "predict"):
        return np.asarray(model.predict(plane)).reshape(len(plane), -1)
    A = model.forward(plane.T)
    return (A if A.ndim == 2 else A.mean(axis=0)).T
