"""A picture as inline SVG, its words in the page's language."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Mapping
from typing import Any
from zlib import crc32

from glassnet import interrupts
from glassnet.report.blocks import Drawing
from glassnet.texts import translated

LISTS = ("titles", "planes")  # arguments that are lists of words
NAMES = ("series", "values", "spread", "paths", "dots", "listings")  # mappings whose keys are read


def draw_svg(drawing: Drawing, lang: str) -> str:
    """Return the picture as an SVG element; its text stays text, so that the browser finds the letters."""
    with interrupts.held():
        import matplotlib as mpl
        from matplotlib.backends.backend_svg import FigureCanvasSVG

    from matplotlib.text import Text

    from glassnet import plots
    from glassnet.plots.of_experiments import KINDS

    words = "en" if drawing.of_user_data else lang
    data = {name: _in_language(name, value, words) for name, value in drawing.data.items()}
    looks: Any = {"svg.fonttype": "none", "svg.hashsalt": drawing.function, "font.family": "sans-serif"}
    with mpl.rc_context(looks), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from font")  # it is the browser that draws them
        figure = (KINDS.get(drawing.function) or getattr(plots, drawing.function))(**data).figure
        for text in figure.findobj(Text):  # titles, axes, legends; what stands at a tick is set anew when it is drawn
            text.set_text(translated(text.get_text(), words))
        file = io.StringIO()
        FigureCanvasSVG(figure).print_svg(file, metadata={"Date": None, "Creator": None})
    return _inline(file.getvalue())


def _in_language(name: str, value: Any, lang: str) -> Any:
    if name in LISTS:
        return [translated(each, lang) for each in value]
    if name in NAMES and isinstance(value, Mapping):
        return {translated(key, lang): entry for key, entry in value.items()}
    return value


def _inline(svg: str) -> str:
    """Return the element without the document's head, and with names that do not meet those of another picture."""
    element = re.sub(r"<metadata>.*?</metadata>", "", svg[svg.index("<svg") :], flags=re.DOTALL)
    own = f"p{crc32(element.encode()):08x}"
    return re.sub(r'(id="|href="#|url\(#)', rf"\1{own}-", element)
