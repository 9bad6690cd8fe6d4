"""A picture as inline SVG, its words in the page's language."""

from __future__ import annotations

import io
import warnings
from collections.abc import Mapping
from typing import Any

from glassnet import interrupts
from glassnet.report.blocks import Drawing
from glassnet.report.svg import compact
from glassnet.texts import translated

WORDS = ("title", "x", "y", "z")  # arguments that are words
LISTS = ("titles", "planes")  # lists of words
NAMES = ("series", "values", "spread", "paths", "dots", "listings")  # mappings whose keys are read


def draw_svg(drawing: Drawing, lang: str) -> str:
    """Return the picture as an SVG element; its text stays text, so that the browser finds the letters."""
    with interrupts.held():
        import matplotlib as mpl
        from matplotlib.backends.backend_svg import FigureCanvasSVG

    from glassnet import plots
    from glassnet.plots.of_experiments import KINDS
    from glassnet.plots.style import in_language

    data = {name: _in_language(name, value, lang, drawing.of_user_data) for name, value in drawing.data.items()}
    looks: Any = {"svg.fonttype": "none", "svg.hashsalt": drawing.function, "font.family": "sans-serif"}
    with mpl.rc_context(looks), warnings.catch_warnings(), in_language(lang):
        warnings.filterwarnings("ignore", "Glyph .* missing from font")  # it is the browser that draws them
        figure = (KINDS.get(drawing.function) or getattr(plots, drawing.function))(**data).figure
        file = io.StringIO()
        FigureCanvasSVG(figure).print_svg(file, metadata={"Date": None, "Creator": None})
    return compact(file.getvalue())


def _in_language(name: str, value: Any, lang: str, of_user_data: bool) -> Any:
    """Return an argument of a picture with its words in a language; names of the user's stay as they are."""
    if name in WORDS and isinstance(value, str):
        return translated(value, lang)
    if of_user_data:
        return value
    if name in LISTS:
        return [translated(each, lang) for each in value]
    if name in NAMES and isinstance(value, Mapping):
        return {translated(key, lang): entry for key, entry in value.items()}
    return value
