"""A graph as an SVG picture: columns from what was given to J, values forward in blue, derivatives backward in red.

A node stands one column before the first node that uses it. A line that passes columns has a place of its own in each
of them, so that it runs between the boxes; the order within a column follows the neighbours' mean place.
"""

from __future__ import annotations

from html import escape
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from glassnet.graph.nodes import Node

Place = tuple[int, int]  # (id of a node, column), or (number of a line, column) where a line passes

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


def to_svg(J: Node) -> str:
    """Return the graph below a node as SVG text."""
    names, nodes = J.names(), J.shown()
    texts = {id(node): _texts(node, names, names[id(J)]) for node in nodes}
    column = _columns(nodes, J)
    edges = [(argument, node) for node in nodes for argument in dict.fromkeys(node.arguments) if id(argument) in texts]
    chains = [_chain(i, id(a), column[id(a)], id(b), column[id(b)]) for i, (a, b) in enumerate(edges)]
    rows = _rows({(key, place) for key, place in column.items()}, chains)

    wide = [0.0] * (1 + max(column.values()))
    for node in nodes:
        wide[column[id(node)]] = max(wide[column[id(node)]], 24 + LETTER * max(map(len, texts[id(node)])))
    left = np.cumsum([AIR, *(width + GAP for width in wide)])
    middle = [left[c] + wide[c] / 2 for c in range(len(wide))]
    top = {place: AIR + row * (HIGH + AIR) for place, row in rows.items()}

    parts = []
    for chain, (below, above) in zip(chains, edges, strict=True):
        points = [(middle[c], top[key, c] + HIGH / 2) for key, c in chain]
        points[0] = (left[chain[0][1]] + wide[chain[0][1]], points[0][1])
        points[-1] = (left[chain[-1][1]], points[-1][1])
        parts.append(f'<path class="line" marker-end="url(#glassnet-arrow)" d="{_curve(points)}"/>')
        if below.shape == above.shape == () and not below.is_constant:
            slope = sum(above.share(i, 1.0) for i, each in enumerate(above.arguments) if each is below)
            (x, y), (x_end, y_end) = points[-2:]
            parts.append(f'<text class="back slope" x="{(x + x_end) / 2:.0f}" y="{(y + y_end) / 2 - 5:.0f}">'
                         f"{slope + 0.0:.3g}</text>")  # fmt: skip
    for node in nodes:
        c = column[id(node)]
        parts.append(_box(node, texts[id(node)], left[c], top[id(node), c], wide[c]))
    width, height = left[-1] - GAP + AIR, max(top.values()) + HIGH + AIR + 24
    legend = f'<text class="forward" x="{width / 2:.0f}" y="{height - 10:.0f}">values go forward</text>'
    if J.derivative is not None:
        legend = (
            f'<text x="{width / 2:.0f}" y="{height - 10:.0f}"><tspan class="forward">values go forward</tspan>, '
            '<tspan class="back">derivatives back</tspan></text>'
        )
    return (
        f'<svg class="glassnet-graph" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'width="{width:.0f}" height="{height:.0f}" role="img">'
        f"<title>{escape(names[id(J)])} as a computation graph</title>"
        f'<style>{STYLE}</style><defs><marker id="glassnet-arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" '
        'markerHeight="8" orient="auto"><path d="M0,0 L8,4 L0,8 z" fill="#98a2b3"/></marker></defs>'
        f'<rect width="100%" height="100%" fill="#fff"/>{"".join(parts)}{legend}</svg>'
    )


def _texts(node: Node, names: dict[int, str], top: str) -> tuple[str, str, str]:
    """Return the lines of a node's box: name and formula, value, derivative."""
    from glassnet.graph.nodes import in_words

    name, formula = names[id(node)], node.formula(names)
    derivative = "" if node.derivative is None else f"d{top}/d{name} = {in_words(node.derivative)}"
    return f"{name} = {formula}" if formula else name, in_words(node.value), derivative


def _box(node: Node, texts: tuple[str, str, str], x: float, y: float, width: float) -> str:
    kind = "box constant" if node.is_constant else "box given" if node.operation is None else "box"
    lines = zip(texts, ("", "forward", "back"), (20, 38, 56), strict=True)
    words = "".join(f'<text class="{colour}" x="{x + width / 2:.0f}" y="{y + down:.0f}">{escape(text)}</text>'
                    for text, colour, down in lines if text)  # fmt: skip
    return f'<rect class="{kind}" x="{x:.0f}" y="{y:.0f}" width="{width:.0f}" height="{HIGH}" rx="8"/>{words}'


def _columns(nodes: list[Node], J: Node) -> dict[int, int]:
    """Return each node's column: results as far left as their arguments allow, what was given just before its use."""
    column: dict[int, int] = {}
    for node in nodes:
        column[id(node)] = 1 + max((column[id(each)] for each in node.arguments if id(each) in column), default=-1)
    for node in reversed(nodes):
        if node is not J and node.operation is None:
            column[id(node)] = min(column[id(each)] for each in nodes if any(a is node for a in each.arguments)) - 1
    return column


def _chain(line: int, below: int, start: int, above: int, end: int) -> list[Place]:
    """Return the places that a line passes, its two nodes' included."""
    return [(below, start), *((-1 - line, c) for c in range(start + 1, end)), (above, end)]


def _rows(places: set[Place], chains: list[list[Place]]) -> dict[Place, float]:
    """Return each place's row: sorted by its neighbours' mean row, from left to right and back, columns centred."""
    by_column: dict[int, list[Place]] = {}
    for place in dict.fromkeys([*(place for chain in chains for place in chain), *places]):
        by_column.setdefault(place[1], []).append(place)
    neighbours: dict[Place, list[Place]] = {}
    for chain in chains:
        for a, b in pairwise(chain):
            neighbours.setdefault(a, []).append(b)
            neighbours.setdefault(b, []).append(a)
    most = max(map(len, by_column.values()))
    row = {place: i + (most - len(column)) / 2 for column in by_column.values() for i, place in enumerate(column)}
    for sweep in range(SWEEPS):
        for c in sorted(by_column, reverse=bool(sweep % 2)):
            known = {
                p: [row[q] for q in neighbours.get(p, []) if sweep > 1 or (q[1] > c) == bool(sweep % 2)]
                for p in by_column[c]
            }
            by_column[c].sort(key=lambda place: sum(known[place]) / len(known[place]) if known[place] else row[place])
            row |= {place: i + (most - len(by_column[c])) / 2 for i, place in enumerate(by_column[c])}
    return row


def _curve(points: list[tuple[float, float]]) -> str:
    """Return a smooth path that leaves and enters each point level."""
    path = f"M{points[0][0]:.0f},{points[0][1]:.0f}"
    for (x, y), (x_next, y_next) in pairwise(points):
        half = (x + x_next) / 2
        path += f" C{half:.0f},{y:.0f} {half:.0f},{y_next:.0f} {x_next:.0f},{y_next:.0f}"
    return path
