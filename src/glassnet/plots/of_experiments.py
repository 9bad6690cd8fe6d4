"""The picture of an experiment: what its result holds as plain data, panel by panel."""

from __future__ import annotations

from typing import Any

import numpy as np

from glassnet.plots import general, of_lessons, of_planes
from glassnet.plots.style import clear_legend, literal, panels
from glassnet.plots.words import in_language, translate
from glassnet.text_table import folded
from glassnet.texts import translated

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


def experiment(result: Any, *, lang: str = "en", ax: Any = None) -> np.ndarray:
    """Draw all pictures of an experiment's result.

    Parameters
    ----------
    result : glassnet.lessons.Result
        What `glassnet.lessons.run` returned.
    lang : {"en", "zh"}
        The language of its words; Chinese needs a font, as `glassnet.plots.words.letters` sets it.
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
        data = in_language({**picture.data, "title": picture.title}, lang)
        translate(KINDS[picture.kind](**data, ax=place), lang)
    if ax is None:
        figure = places[0].figure
        figure.draw_without_rendering()  # only then it is known where legends are
        for place in places:
            clear_legend(place)
        title = "\n".join(folded(translated(result.title, lang), int(9 * figure.get_figwidth())))
        figure.suptitle(literal(title), x=0.01, ha="left", fontweight="bold")
    return places
