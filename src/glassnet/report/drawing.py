"""An experiment's picture as inline SVG, its words in the page's language."""

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

WORDS = ("x", "y", "z")  # arguments that are read
NAMES = ("series", "values", "spread", "paths")  # mappings whose keys are read


def draw_svg(drawing: Drawing, lang: str) -> str:
    """Return the picture as an SVG element; its text stays text, so that the browser finds the letters."""
    with interrupts.held():
        import matplotlib as mpl
        from matplotlib.backends.backend_svg import FigureCanvasSVG

    from glassnet.plots import general

    data = {name: _in_language(name, value, lang) for name, value in drawing.data.items()}
    looks: Any = {"svg.fonttype": "none", "svg.hashsalt": drawing.function, "font.family": "sans-serif"}
    with mpl.rc_context(looks), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from font")  # it is the browser that draws them
        figure = getattr(general, drawing.function)(**data)
        figure = getattr(figure, "figure", figure)
        file = io.StringIO()
        FigureCanvasSVG(figure).print_svg(file, metadata={"Date": None, "Creator": None})
    return _inline(file.getvalue())


def _in_language(name: str, value: Any, lang: str) -> Any:
    if name in WORDS and isinstance(value, str):
        return translated(value, lang)
    if name in NAMES and isinstance(value, Mapping):
        return {translated(key, lang): entry for key, entry in value.items()}
    return value


def _inline(svg: str) -> str:
    """Return the element without the document's head, and with names that do not meet those of another picture."""
    element = re.sub(r"<metadata>.*?</metadata>", "", svg[svg.index("<svg") :], flags=re.DOTALL)
    own = f"p{crc32(element.encode()):08x}"
    return re.sub(r'(id="|href="#|url\(#)', rf"\1{own}-", element)
