"""The picture of a search: each parameter that was tried against the score that came out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from glassnet.plots.style import COLOURS, GREY, MARKS, named, panels
from glassnet.typing import Array

LOGARITHMIC = ("learning_rate", "weight_decay")
KINDS = ("layers", "recipe")  # of networks: layers of their own, and a preset's recipe
WORST = 1.5  # spans of the better half below which scores are drawn; the others stand at the upper edge


def search(study: Any, *, ax: Any = None) -> Array:
    """Draw the score of each finished trial against each parameter, the best one with a ring.

    Parameters
    ----------
    study : glassnet.search.Study
        What a search found.
    ax : Axes, optional
        The place to divide; a new figure by default.

    Returns
    -------
    array of Axes (n_parameters,)
        Where it was drawn. Less is better; the dashed line is the model without a search; scores far above the better
        half are drawn at the upper edge.
    """
    ranked = study.ranked
    names = list(dict.fromkeys(name for each in ranked for name in each.parameters if name != "network"))
    scores = np.array([each.score for each in ranked])
    top = _top(scores)
    places = panels(ax, max(len(names), 1), columns=min(3, max(len(names), 1)))
    first = next((each.score for each in ranked if each.number == 0), None)
    for place, name in zip(places, names or [""], strict=True):
        tried = [each for each in ranked if name in each.parameters]
        values = [each.parameters[name] for each in tried]
        where = _positions(place, name, values)
        for k, kind in enumerate(KINDS):
            of_kind = [i for i, each in enumerate(tried) if each.parameters.get("network", KINDS[0]) == kind]
            heights = [min(tried[i].score, top) for i in of_kind]
            place.plot(where[of_kind], heights, MARKS[k], color=COLOURS[k], markersize=5, alpha=0.75, label=kind)
        if first is not None:
            place.axhline(min(first, top), color=GREY, linewidth=1, linestyle=(0, (4, 2)))
        for x, each in zip(where, tried, strict=True):
            if each is ranked[0]:
                ring = {"markersize": 11, "fillstyle": "none", "markeredgewidth": 2, "clip_on": False}
                place.plot([x], [each.score], "o", color=COLOURS[2], **ring)
        named(place, "", name.replace("_", " "), "score")
    if any("network" in each.parameters for each in ranked):
        places[0].legend(fontsize=8, frameon=False)
    return places


def _top(scores: Array) -> float:
    """Return the highest score that is drawn where it is."""
    low, half = float(scores.min()), float(np.median(scores))
    top = half + WORST * (half - low)
    return top if top > low else float(scores.max())


def _positions(place: Any, name: str, values: Sequence[Any]) -> Array:
    """Return where values stand on the horizontal axis; words and numbers of a short list stand side by side."""
    if name in LOGARITHMIC:
        place.set_xscale("log")
    if not values or any(isinstance(each, float) for each in values):
        return np.asarray(values, float)
    kept = sorted(set(values))
    place.set_xticks(range(len(kept)), [str(each) for each in kept])
    place.set_xlim(-0.5, len(kept) - 0.5)
    spread = np.linspace(-0.15, 0.15, len(values)) if len(values) > 1 else np.zeros(len(values))
    return np.array([kept.index(each) for each in values]) + spread
