"""A network as a notebook shows it: its layers drawn, and a table of their shapes and parameters."""

from __future__ import annotations

from typing import Any

import numpy as np

from glassnet import pages
from glassnet.core.architecture import Architecture
from glassnet.inspection.heat_maps import number
from glassnet.pages import text
from glassnet.texts import told
from glassnet.typing import Array

UNITS_SHOWN = 6  # of a layer
MOST_LAYERS = 8  # that are drawn; a deeper network has its table alone
APART, TOP, HIGH, RADIUS = 130, 30, 132, 7  # of layers; above and within the columns; of a unit, in pixels
POSITIVE, NEGATIVE, UNIT, INPUT = "#D55E00", "#0072B2", "#009E73", "#888888"  # as in `plots.diagram`


def network_html(head: str, architecture: Architecture, W: list[Array], record: dict[str, Any] | None) -> str:
    """Return a network's page.

    Parameters
    ----------
    head : str
        What it says of itself in a line.
    architecture : Architecture
        Of the network.
    W : list of array (n[l], n[l-1])
        The weights that are drawn, of a stack those of network 0; entry 0 is unused.
    record : dict, optional
        Of its last training.
    """
    trained = ""
    if record:
        seconds = f"{record['seconds']:.2f} s"
        trained = f"{record['samples']:,} samples, {record['epochs']} epochs, {record['steps']} steps, {seconds}"
    drawn = _drawing(architecture, W) if len(W) - 1 <= MOST_LAYERS else ""
    return pages.page(
        f"<p><b>{text(told(head))}</b></p>", f'<div class="wide">{drawn}</div>', pages.table(_table(architecture)),
        pages.paragraph(trained) if trained else "",
    )  # fmt: skip


def _table(architecture: Architecture) -> list[tuple[str, ...]]:
    """Return the head, the input, the embedding where there is one, and each layer; then the sum."""
    n, embedding = architecture.sizes, architecture.embedding
    rows = [tuple(map(told, ("layer", "units", "activation", "W", "b", "parameters")))]
    rows.append((told("input"), f"{architecture.n_x:,}", "", "", "", ""))
    if embedding is not None:
        g, t, d = embedding
        rows.append(("0", f"{n[0]:,}", told("embedding"), _shape(g, d, t), _shape(g, d, 1), f"{g * d * (t + 1):,}"))
    for l, g_l in enumerate(architecture.activations, start=1):
        count = n[l] * (n[l - 1] + 1)
        rows.append((str(l), f"{n[l]:,}", g_l, _shape(n[l], n[l - 1]), _shape(n[l], 1), f"{count:,}"))
    return [*rows, (told("all"), "", "", "", "", f"{architecture.n_parameters:,}")]


def _shape(*sizes: int) -> str:
    """Return a shape that is not broken into lines."""
    return str(sizes).replace(" ", "\N{NO-BREAK SPACE}")


def _drawing(architecture: Architecture, W: list[Array]) -> str:
    """Return the layers as columns of units, weights as lines: orange positive, blue negative, large ones thick."""
    sizes, L = architecture.sizes, architecture.L
    heights, parts = [_heights(n) for n in sizes], []
    for l in range(1, L + 1):
        shown = W[l][np.ix_(_shown(sizes[l]), _shown(sizes[l - 1]))].astype(float)
        largest = np.nan_to_num(np.abs(shown)).max() or 1.0
        for i, u in enumerate(_shown(sizes[l])):
            for j, v in enumerate(_shown(sizes[l - 1])):
                w = float(np.nan_to_num(shown[i, j]))
                parts.append(
                    f'<line x1="{_x(l - 1) + RADIUS}" y1="{heights[l - 1][j]:.0f}" x2="{_x(l) - RADIUS}" '
                    f'y2="{heights[l][i]:.0f}" stroke="{POSITIVE if w > 0 else NEGATIVE}" '
                    f'stroke-width="{0.3 + 2.2 * abs(w) / largest:.1f}" opacity=".6">'
                    f"<title>W[{l}][{u}, {v}] = {number(shown[i, j])}</title></line>"
                )
    for l, n in enumerate(sizes):
        shade = UNIT if l else INPUT
        circles = (
            f'<circle cx="{_x(l)}" cy="{y:.0f}" r="{RADIUS}" fill="none" stroke-width="2" stroke="{shade}"/>'
            for y in heights[l]
        )
        parts += circles
        if n > UNITS_SHOWN:
            parts.append(f'<text x="{_x(l)}" y="{TOP + HIGH / 2 + 4:.0f}" text-anchor="middle">⋮</text>')
        above = told(f"layer {l}") if l else "A[0]" if architecture.embedding else "X = A[0]"
        below = f"{n:,} {architecture.activations[l - 1]}" if l else f"{n:,}"
        parts.append(f'<text x="{_x(l)}" y="12" text-anchor="middle">{text(above)}</text>')
        parts.append(f'<text x="{_x(l)}" y="{TOP + HIGH + 24}" text-anchor="middle">{text(below)}</text>')
    width, height = _x(L) + 60, TOP + HIGH + 32
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="img" aria-label="{"-".join(map(str, sizes))}">{"".join(parts)}</svg>'
    )


def _x(l: int) -> int:
    return 50 + APART * l


def _shown(n: int) -> list[int]:
    """Return the units that are drawn: all, or the first and the last few."""
    half = UNITS_SHOWN // 2
    return list(range(n)) if n <= UNITS_SHOWN else [*range(half), *range(n - half, n)]


def _heights(n: int) -> list[float]:
    """Return the heights of the units that are drawn, with a gap where some are left out."""
    shown, gap = len(_shown(n)), n > UNITS_SHOWN
    step = min(34.0, HIGH / max(1, shown + gap - 1))
    places = [i + (gap and i >= shown // 2) for i in range(shown)]
    return [TOP + HIGH / 2 + step * (place - places[-1] / 2) for place in places]
