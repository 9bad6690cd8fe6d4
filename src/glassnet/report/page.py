"""A report as one HTML file in a language, with everything inside it."""

from __future__ import annotations

import datetime
from functools import cache
from importlib.resources import files
from typing import Any

from glassnet._version import __version__
from glassnet.plain_text import in_html
from glassnet.report.blocks import Cell, Drawing, Report, message
from glassnet.report.drawing import draw_svg
from glassnet.report.formulas import mathml
from glassnet.report.texts import translate


def to_html(report: Report, lang: str = "en") -> str:
    """Return a report as a self-contained HTML page.

    Parameters
    ----------
    report : Report
        What `of_model` or `of_experiment` returned.
    lang : {"en", "zh"}
        Language of its texts; the numbers are the same in both.

    Returns
    -------
    str
        The page; it needs no network.

    Raises
    ------
    UnknownNameError
        If the language is another one.
    """

    def text(cell: Cell) -> str:
        return translate(cell, lang, in_html, lambda tex: mathml(tex, display=False))

    def draw(drawing: Drawing) -> str:
        return draw_svg(drawing, lang)

    footer = message("page.footer", version=__version__, date=datetime.date.today().isoformat())
    return str(_template().render(report=report, text=text, mathml=mathml, draw=draw, message=message, footer=footer))


@cache
def _template() -> Any:
    from jinja2 import Environment, StrictUndefined

    # text and mathml escape what they write
    source = files("glassnet.report").joinpath("page.html.jinja").read_text(encoding="utf-8")
    environment = Environment(autoescape=False, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(source)
