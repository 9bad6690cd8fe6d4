"""A picture as inline SVG, its words in the page's language."""

from __future__ import annotations

import io
import warnings
from typing import Any

from glassnet import interrupts
from glassnet.report.blocks import Drawing
from glassnet.report.svg import compact


def draw_svg(drawing: Drawing, lang: str) -> str:
    """Return the picture as an SVG element; its text stays text, so that the browser finds the letters."""
    with interrupts.held():
        import matplotlib as mpl
        from matplotlib.backends.backend_svg import FigureCanvasSVG

    from glassnet import plots
    from glassnet.plots import words
    from glassnet.plots.of_experiments import KINDS
    from glassnet.plots.style import in_language

    data = words.in_language(drawing.data, lang, names=not drawing.of_user_data)
    looks: Any = {"svg.fonttype": "none", "svg.hashsalt": drawing.function, "font.family": "sans-serif"}
    with mpl.rc_context(looks), warnings.catch_warnings(), in_language(lang):
        warnings.filterwarnings("ignore", "Glyph .* missing from font")  # it is the browser that draws them
        figure = (KINDS.get(drawing.function) or getattr(plots, drawing.function))(**data).figure
        file = io.StringIO()
        FigureCanvasSVG(figure).print_svg(file, metadata={"Date": None, "Creator": None})
    return compact(file.getvalue())
