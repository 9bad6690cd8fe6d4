"""The picture of an experiment: what its result holds as plain data, panel by panel."""

from __future__ import annotations

from typing import Any

import numpy as np

from glassnet.plots import general
from glassnet.plots.style import literal, panels

KINDS: dict[str, Any] = {
    "lines": general.lines,
    "bars": general.bars,
    "surface": general.surface,
    "images": general.images,
}


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
    places = panels(ax, len(pictures), 2 if len(pictures) in (2, 4) else 3, (5.2, 4.0))
    for place, picture in zip(places, pictures, strict=True):
        KINDS[picture.kind](**picture.data, title=picture.title, ax=place)
    if ax is None:
        places[0].figure.suptitle(literal(result.title), x=0.01, ha="left", fontweight="bold")
    return places
