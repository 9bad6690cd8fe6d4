"""A history as a notebook shows it: the cost curve, and what began, ended and was best."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from glassnet import pages
from glassnet.pages import LINE, text
from glassnet.text_table import number_text
from glassnet.texts import told
from glassnet.typing import Array

if TYPE_CHECKING:
    from glassnet.training.history import History

WIDE, HIGH, LEFT, TOP, BELOW = 460, 170, 62, 10, 34  # of the picture, and around the curves, in pixels
MOST_POINTS = 240  # of a curve
TRAINING, VALIDATION = "#0072B2", "#D55E00"  # as in `plots.cost_curves`
LOGARITHMIC = 50  # ratio of the largest to the smallest cost from which the axis is logarithmic


def history_html(history: History) -> str:
    """Return a history's page; of a stack it is about the mean over the networks."""
    if not history.epoch_cost and not history.steps:
        return pages.page(pages.paragraph("no step taken"))
    by_epoch = len(history.epoch_cost) > 1
    costs, unit = (history.epoch_cost, "epoch") if by_epoch or not len(history.cost) else (history.cost, "step")
    curves = {"training cost": _mean(costs)}
    if len(history.validation_cost):
        curves["validation cost"] = _mean(history.validation_cost)
    judged = list(curves.values())[-1]
    lowest = int(np.nanargmin(np.where(np.isfinite(judged), judged, np.inf)))  # its place in the curve
    facts = pages.facts(_facts(history, judged, unit, lowest))
    ended = pages.paragraph("interrupted: the best parameters so far are kept") if history.interrupted else ""
    return pages.page(_legend(curves), _curves(curves, unit, lowest), facts, ended)


def _mean(costs: Any) -> Array:
    values = np.array(costs, dtype=float)
    return values if values.ndim == 1 else values.mean(axis=1)


def _facts(history: History, judged: Array, unit: str, lowest: int) -> list[tuple[str, str]]:
    J = _mean(history.cost if len(history.cost) else history.epoch_cost)
    validation = " (validation)" if len(history.validation_cost) else ""
    pairs = [
        ("first cost J", number_text(float(J[0]), 6)), ("last cost J", number_text(float(J[-1]), 6)),
        (f"lowest{validation}, in {unit} {lowest + 1}", number_text(float(judged[lowest]), 6)),
        ("Training", told(f"{history.epochs} epochs, {history.steps} steps, {history.seconds:.2f} s")),
    ]  # fmt: skip
    if np.ndim(history.cost) > 1:
        pairs.append(("Costs", told(f"means over {np.shape(history.cost)[1]} networks")))
    if history.engine:
        pairs.append(("engine", history.engine))
    return pairs


def _legend(curves: dict[str, Array]) -> str:
    if len(curves) == 1:
        return ""
    colours = zip(curves, (TRAINING, VALIDATION), strict=True)
    return "<p>" + " &nbsp; ".join(
        f'<span style="color:{colour}">━</span> {text(told(name))}' for name, colour in colours
    ) + "</p>"  # fmt: skip


def _curves(curves: dict[str, Array], unit: str, lowest: int) -> str:
    """Return the curves as SVG; each point says its cost in a tooltip."""
    finite = np.concatenate([curve[np.isfinite(curve)] for curve in curves.values()])
    if not len(finite):
        return ""
    low, high = float(finite.min()), float(finite.max())
    is_log = low > 0 and high > LOGARITHMIC * low
    ticks = [low, (low * high) ** 0.5 if is_log else (low + high) / 2, high] if high > low else [low]
    length = max(map(len, curves.values()))

    def y(J: float) -> float:
        place = (np.log(J / low) / np.log(high / low) if is_log else (J - low) / (high - low)) if high > low else 0.5
        return TOP + HIGH * (1 - float(place))

    def x(k: int) -> float:
        return LEFT + WIDE * (k / (length - 1) if length > 1 else 0.5)

    parts = [
        f'<line x1="{LEFT}" x2="{LEFT + WIDE}" y1="{y(J):.1f}" y2="{y(J):.1f}" stroke="{LINE}"/>'
        f'<text x="{LEFT - 6}" y="{y(J) + 4:.1f}" text-anchor="end">{number_text(J, 3)}</text>'
        for J in ticks
    ]
    parts.append(
        f'<line x1="{x(lowest):.1f}" x2="{x(lowest):.1f}" y1="{TOP}" y2="{TOP + HIGH}" stroke="{LINE}" '
        f'stroke-dasharray="4 3"><title>{text(told(f"the lowest cost, in {unit} {lowest + 1}"))}</title></line>'
    )
    for curve, colour in zip(curves.values(), (TRAINING, VALIDATION), strict=False):
        points = [(k, float(curve[k])) for k in _thinned(len(curve)) if np.isfinite(curve[k])]
        line = " ".join(f"{x(k):.1f},{y(J):.1f}" for k, J in points)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="1.8"/>')
        parts += [
            f'<circle cx="{x(k):.1f}" cy="{y(J):.1f}" r="{2 if len(points) < 20 else 4}" fill="{colour}" '
            f'opacity="{1 if len(points) < 20 else 0}"><title>{text(told(f"{unit} {k + 1}: {J:.6g}"))}</title></circle>'
            for k, J in points
        ]
    for k, anchor in ((0, "start"), (length - 1, "end"))[: 1 + (length > 1)]:
        parts.append(f'<text x="{x(k):.1f}" y="{TOP + HIGH + 18}" text-anchor="{anchor}">{k + 1}</text>')
    axis = told(f"{unit}; cost J upwards, logarithmic" if is_log else f"{unit}; cost J upwards")
    parts.append(f'<text x="{LEFT + WIDE / 2:.0f}" y="{TOP + HIGH + 18}" text-anchor="middle">{text(axis)}</text>')
    width, height = LEFT + WIDE + 10, TOP + HIGH + BELOW
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="img" aria-label="{text(told("cost J"))}">{"".join(parts)}</svg>'
    )


def _thinned(length: int) -> Sequence[int]:
    """Return the points of a curve that are drawn, the last one included."""
    step = -(-length // MOST_POINTS)
    return sorted({*range(0, length, step), length - 1})
