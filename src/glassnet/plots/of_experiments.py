"""The picture of an experiment: what its result holds as plain data, panel by panel."""

from __future__ import annotations

from typing import Any

import numpy as np

from glassnet.plots import general, of_lessons, of_planes
from glassnet.plots.style import literal, panels
from glassnet.text_table import folded

KINDS: dict[str, Any] = {
    "lines": general.lines,
    "bars": general.bars,
    "surface": of_planes.surface,
    "images": of_planes.images,
    "listings": of_lessons.listings,
    "blocks": of_lessons.blocks,
    "unrolled": of_lessons.unrolled,
}
WIDE = ("listings", "blocks")


def experiment(result: Any, *, ax: Any = None) -> np.ndarray:
    """Draw all pictures of an experiment's result.

    Parameters
    ----------
    result : glassnet.lessons.Result
        What `glassnet.lessons.run` returned.
    ax : Axes, optional
        The place to divide; a new figure by default.

    Returns
    -------
    array of Axes (n,)
        One for each picture.
    """
    pictures = result.pictures
    spans = [2 if picture.kind in WIDE else 1 for picture in pictures]
    places = panels(ax, len(pictures), 2 if sum(spans) in (2, 4) else 3, (5.2, 4.0), spans)
    for place, picture in zip(places, pictures, strict=True):
        KINDS[picture.kind](**picture.data, title=picture.title, ax=place)
    if ax is None:
        figure = places[0].figure
        title = "\n".join(folded(result.title, int(9 * figure.get_figwidth())))
        figure.suptitle(literal(title), x=0.01, ha="left", fontweight="bold")
    return places
