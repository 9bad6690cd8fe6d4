"""A graph as an SVG picture: columns from what was given to J, values forward in blue, derivatives backward in red.

A box stands one column before the first box that uses it. A line that passes columns has a slot of its own in each
of them, so that it runs between the boxes; the order within a column follows the neighbours' mean row.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from glassnet.plain_text import in_html

Slot = tuple[int, int]  # (number of a box, column), or (-1 - number of a line, column) where a line passes

HIGH, LETTER, GAP, AIR = 64, 7.9, 92, 20  # of a box, of a letter, between columns and between rows, in pixels
SWEEPS = 8

RULES = {
    "text": "font:13px ui-monospace,Menlo,Consolas,monospace;fill:#1f2430;text-anchor:middle",
    ".forward": "fill:#2166ac",
    ".back": "fill:#c0392b",
    ".slope": "paint-order:stroke;stroke:#fff;stroke-width:4px",
    ".line": "fill:none;stroke:#98a2b3;stroke-width:1.4",
    ".box": "fill:#f5f8fc;stroke:#98a2b3",
    ".given": "fill:#fff",
    ".constant": "fill:#f2f2f2;stroke-dasharray:4 3",
}
STYLE = "".join(f".glassnet-graph {of}{{{rule}}}" for of, rule in RULES.items())  # nothing else on a page is touched


class Box(NamedTuple):
    """What a box shows: name and formula, value, derivative ("" where there is none); and whether it was given."""

    texts: tuple[str, str, str]
    given: bool = False
    constant: bool = False


class Line(NamedTuple):
    """A line from the box `below` to the box `above`, by their numbers, with the slope written on it."""

    below: int
    above: int
    slope: str = ""


class Layout(NamedTuple):
    """Where boxes stand: each one's column, the slots that each line passes, and the row of every slot."""

    column: list[int]
    chains: list[list[Slot]]
    rows: dict[Slot, float]


def layout(boxes: Sequence[Box], lines: Sequence[Line]) -> Layout:
    """Return where boxes stand, in an order in which every line goes up."""
    column = _columns(boxes, lines)
    chains = [_chain(i, line.below, column[line.below], line.above, column[line.above]) for i, line in enumerate(lines)]
    return Layout(column, chains, _rows(set(enumerate(column)), chains))


def draw(title: str, boxes: Sequence[Box], lines: Sequence[Line]) -> str:
    """Return boxes, in an order in which every line goes up, as SVG text; the last one is the result."""
    column, chains, rows = layout(boxes, lines)

    wide = [0.0] * (1 + max(column))
    for box, c in zip(boxes, column, strict=True):
        wide[c] = max(wide[c], 24 + LETTER * max(map(len, box.texts)))
    left = np.cumsum([AIR, *(width + GAP for width in wide)])
    middle = [left[c] + wide[c] / 2 for c in range(len(wide))]
    top = {slot: AIR + row * (HIGH + AIR) for slot, row in rows.items()}

    parts = []
    for chain, line in zip(chains, lines, strict=True):
        points = [(middle[c], top[key, c] + HIGH / 2) for key, c in chain]
        points[0] = (left[chain[0][1]] + wide[chain[0][1]], points[0][1])
        points[-1] = (left[chain[-1][1]], points[-1][1])
        parts.append(f'<path class="line" marker-end="url(#glassnet-arrow)" d="{_curve(points)}"/>')
        if line.slope:
            (x, y), (x_end, y_end) = points[-2:]
            parts.append(f'<text class="back slope" x="{(x + x_end) / 2:.0f}" y="{(y + y_end) / 2 - 5:.0f}">'
                         f"{line.slope}</text>")  # fmt: skip
    for i, (box, c) in enumerate(zip(boxes, column, strict=True)):
        parts.append(_drawn(box, left[c], top[i, c], wide[c]))
    width, height = left[-1] - GAP + AIR, max(top.values()) + HIGH + AIR + 24
    legend = f'<text class="forward" x="{width / 2:.0f}" y="{height - 10:.0f}">values go forward</text>'
    if boxes[-1].texts[2]:
        legend = (
            f'<text x="{width / 2:.0f}" y="{height - 10:.0f}"><tspan class="forward">values go forward</tspan>, '
            '<tspan class="back">derivatives back</tspan></text>'
        )
    return (
        f'<svg class="glassnet-graph" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'width="{width:.0f}" height="{height:.0f}" role="img">'
        f"<title>{in_html(title)}</title>"
        f'<style>{STYLE}</style><defs><marker id="glassnet-arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" '
        'markerHeight="8" orient="auto"><path d="M0,0 L8,4 L0,8 z" fill="#98a2b3"/></marker></defs>'
        f'<rect width="100%" height="100%" fill="#fff"/>{"".join(parts)}{legend}</svg>'
    )


def _drawn(box: Box, x: float, y: float, width: float) -> str:
    style = "box constant" if box.constant else "box given" if box.given else "box"
    lines = zip(box.texts, ("", "forward", "back"), (20, 38, 56), strict=True)
    words = "".join(f'<text class="{colour}" x="{x + width / 2:.0f}" y="{y + down:.0f}">{in_html(text)}</text>'
                    for text, colour, down in lines if text)  # fmt: skip
    return f'<rect class="{style}" x="{x:.0f}" y="{y:.0f}" width="{width:.0f}" height="{HIGH}" rx="8"/>{words}'


def _columns(boxes: Sequence[Box], lines: Sequence[Line]) -> list[int]:
    """Return each box's column: results as far left as what they use allows, what was given just before its use."""
    column: list[int] = []
    for i in range(len(boxes)):
        column.append(1 + max((column[line.below] for line in lines if line.above == i), default=-1))
    for i in reversed(range(len(boxes) - 1)):
        if boxes[i].given:
            column[i] = min(column[line.above] for line in lines if line.below == i) - 1
    return column


def _chain(line: int, below: int, start: int, above: int, end: int) -> list[Slot]:
    """Return the slots that a line passes, its two boxes' included."""
    return [(below, start), *((-1 - line, c) for c in range(start + 1, end)), (above, end)]


def _rows(slots: set[Slot], chains: list[list[Slot]]) -> dict[Slot, float]:
    """Return each slot's row: sorted by its neighbours' mean row, from left to right and back, columns centred."""
    by_column: dict[int, list[Slot]] = {}
    for slot in dict.fromkeys([*(slot for chain in chains for slot in chain), *slots]):
        by_column.setdefault(slot[1], []).append(slot)
    neighbours: dict[Slot, list[Slot]] = {}
    for chain in chains:
        for a, b in pairwise(chain):
            neighbours.setdefault(a, []).append(b)
            neighbours.setdefault(b, []).append(a)
    most = max(map(len, by_column.values()))
    row = {slot: i + (most - len(column)) / 2 for column in by_column.values() for i, slot in enumerate(column)}
    for sweep in range(SWEEPS):
        for c in sorted(by_column, reverse=bool(sweep % 2)):
            known = {
                p: [row[q] for q in neighbours.get(p, []) if sweep > 1 or (q[1] > c) == bool(sweep % 2)]
                for p in by_column[c]
            }
            by_column[c].sort(key=lambda slot: sum(known[slot]) / len(known[slot]) if known[slot] else row[slot])
            row |= {slot: i + (most - len(by_column[c])) / 2 for i, slot in enumerate(by_column[c])}
    return row


def _curve(points: list[tuple[float, float]]) -> str:
    """Return a smooth path that leaves and enters each point level."""
    path = f"M{points[0][0]:.0f},{points[0][1]:.0f}"
    for (x, y), (x_next, y_next) in pairwise(points):
        half = (x + x_next) / 2
        path += f" C{half:.0f},{y:.0f} {half:.0f},{y_next:.0f} {x_next:.0f},{y_next:.0f}"
    return path
