"""Charts as inline SVG elements: letters and numbers only, so that they read the same in every language."""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Sequence
from html import escape
from typing import Any, NamedTuple

import numpy as np

Array = Any

BLUE, ORANGE, GREY = "#0072b2", "#d55e00", "#777"  # told apart by the colour-blind, and in grey print by their dashes
WIDTH, HEIGHT = 640, 300
LEFT, RIGHT, TOP, BOTTOM = 64, 16, 12, 44


class Line(NamedTuple):
    """One curve or cloud of points."""

    x: Sequence[float]
    y: Sequence[float]
    color: str = BLUE
    dash: str = ""
    points: bool = False


def chart(lines: Sequence[Line], x_label: str, y_label: str, *, from_zero: bool = False) -> str:
    """Return curves and clouds of points over common axes.

    Parameters
    ----------
    lines : sequence of Line
        What is drawn; entries that are no finite numbers are left out.
    x_label, y_label : str
        Letters of the notation for the axes.
    from_zero : bool
        Whether the y axis begins at 0.
    """
    finite = [_finite(line) for line in lines]
    x_low, x_high, x_ticks = _axis([x for x, _ in finite])
    y_low, y_high, y_ticks = _axis([y for _, y in finite] + [np.zeros(int(from_zero))])

    def at_x(x: float) -> float:
        return LEFT + (x - x_low) / (x_high - x_low) * (WIDTH - LEFT - RIGHT)

    def at_y(y: float) -> float:
        return HEIGHT - BOTTOM - (y - y_low) / (y_high - y_low) * (HEIGHT - TOP - BOTTOM)

    parts = [
        f'<path d="M{at_x(x):.1f} {TOP}V{HEIGHT - BOTTOM}" class="grid"/>'
        f'<text x="{at_x(x):.1f}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">{x:g}</text>'
        for x in x_ticks
    ]
    parts += [
        f'<path d="M{LEFT} {at_y(y):.1f}H{WIDTH - RIGHT}" class="grid"/>'
        f'<text x="{LEFT - 6}" y="{at_y(y) + 4:.1f}" text-anchor="end">{y:g}</text>'
        for y in y_ticks
    ]
    for line, (xs, ys) in zip(lines, finite, strict=True):
        places = [(at_x(x), at_y(y)) for x, y in zip(xs, ys, strict=True)]
        if line.points:
            parts += [
                f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.2" fill="{line.color}" opacity=".5"/>' for x, y in places
            ]
        elif places:
            path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
            dash = f' stroke-dasharray="{line.dash}"' if line.dash else ""
            parts.append(f'<path d="{path}" fill="none" stroke="{line.color}" stroke-width="1.8"{dash}/>')
    parts.append(
        f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 8}" text-anchor="middle">{escape(x_label)}</text>'
    )
    middle = (HEIGHT - BOTTOM + TOP) / 2
    parts.append(
        f'<text x="14" y="{middle}" text-anchor="middle" transform="rotate(-90 14 {middle})">{escape(y_label)}</text>'
    )
    return _svg(WIDTH, HEIGHT, parts)


def heat(M: Array, rows: Sequence[str], columns: Sequence[str]) -> str:
    """Return a matrix as coloured cells: blue below zero, red above, white at zero."""
    largest = float(np.abs(M).max()) or 1.0
    side = min(28.0, (WIDTH - 90) / len(columns))
    slant = 8 + 6.2 * max(map(len, columns)) * 0.75
    parts = [
        f'<rect x="{80 + j * side:.1f}" y="{slant + i * side:.1f}" width="{side:.1f}" height="{side:.1f}" '
        f'fill="{_two_sided(float(M[i, j]) / largest)}"><title>{escape(rows[i])}, {escape(columns[j])}: '
        f"{M[i, j]:.4g}</title></rect>"
        for i in range(len(rows))
        for j in range(len(columns))
    ]
    parts += [
        f'<text x="74" y="{slant + (i + 0.5) * side + 4:.1f}" text-anchor="end">{escape(name)}</text>'
        for i, name in enumerate(rows)
        if side >= 12 or i % 5 == 0
    ]
    for j, name in enumerate(columns):
        x, y = 80 + (j + 0.6) * side, slant - 4
        parts.append(f'<text x="{x:.1f}" y="{y:.1f}" transform="rotate(-45 {x:.1f} {y:.1f})">{escape(name)}</text>')
    width = 80 + len(columns) * side + 0.75 * slant + 10
    return _svg(max(WIDTH, round(width)), round(slant + len(rows) * side + 6), parts)


def pictures(images: Array, across: int = 10) -> str:
    """Return small pictures, uint8 (count, height, width, channels), side by side."""
    side, gap = 58, 5
    parts = []
    for k, image in enumerate(images):
        x, y = (k % across) * (side + gap), (k // across) * (side + gap + 14)
        parts.append(f'<image x="{x}" y="{y}" width="{side}" height="{side}" href="{_png(image)}"/>')
        parts.append(f'<text x="{x + side / 2}" y="{y + side + 12}" text-anchor="middle">{k + 1}</text>')
    return _svg((side + gap) * min(across, len(images)), (side + gap + 14) * math.ceil(len(images) / across), parts)


def histogram(values: Array, label: str) -> str:
    """Return the distribution of numbers as a step curve."""
    counts, edges = np.histogram(np.asarray(values, float).ravel(), bins=40)
    x = np.repeat(edges, 2)
    y = np.concatenate([[0], np.repeat(counts, 2), [0]])
    return chart([Line(list(x), list(y))], label, "")


def _finite(line: Line) -> tuple[Array, Array]:
    x, y = np.asarray(line.x, float), np.asarray(line.y, float)
    known = np.isfinite(x) & np.isfinite(y)
    return x[known], y[known]


def _axis(parts: Sequence[Array]) -> tuple[float, float, Array]:
    """Return the ends of an axis and about six round numbers between them."""
    values = np.concatenate(parts)
    low, high = (float(values.min()), float(values.max())) if len(values) else (0.0, 1.0)
    if low == high:
        low, high = low - 0.5, high + 0.5
    rough = (high - low) / 6
    power = 10 ** math.floor(math.log10(rough))
    step = next(step * power for step in (1, 2, 5, 10) if step * power >= 0.8 * rough)
    ticks = np.arange(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1) * step
    margin = 0.03 * (high - low)
    return low - margin, high + margin, ticks + 0.0  # no -0


def _two_sided(share: float) -> str:
    """Return the colour of a number from -1 (blue) over 0 (white) to 1 (red)."""
    r, g, b = (178, 24, 43) if share > 0 else (33, 102, 172)
    return "#" + "".join(f"{round(255 + (c - 255) * min(abs(share), 1)):02x}" for c in (r, g, b))


def _png(image: Array) -> str:
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(image if image.shape[2] == 3 else image[:, :, 0]).save(file, "PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


def _svg(width: float, height: float, parts: Sequence[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" role="img">'
        f"{''.join(parts)}</svg>"
    )
