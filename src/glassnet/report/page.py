"""A report as one HTML file in a language, with everything inside it."""

from __future__ import annotations

import datetime
from functools import cache
from importlib.resources import files
from typing import Any

from glassnet._version import __version__
from glassnet.plain_text import in_html
from glassnet.report.blocks import Cell, Drawing, Report, says
from glassnet.report.drawing import drawn
from glassnet.report.formulas import mathml
from glassnet.report.texts import told


def to_html(report: Report, lang: str = "en") -> str:
    """Return a report as a self-contained HTML page.

    Parameters
    ----------
    report : Report
        What `of_model` or `of_experiment` returned.
    lang : {"en", "zh"}
        Language of its texts; the numbers are the same in both.

    Raises
    ------
    UnknownNameError
        If the language is another one.
    """

    def tell(cell: Cell) -> str:
        return told(cell, lang, in_html, lambda tex: mathml(tex, display=False))

    def draw(drawing: Drawing) -> str:
        return drawn(drawing, lang)

    footer = says("page.footer", version=__version__, date=datetime.date.today().isoformat())
    return str(_template().render(report=report, tell=tell, mathml=mathml, draw=draw, says=says, footer=footer))


@cache
def _template() -> Any:
    from jinja2 import Environment, StrictUndefined

    # tell and mathml escape what they write
    source = files("glassnet.report").joinpath("page.html.jinja").read_text(encoding="utf-8")
    environment = Environment(autoescape=False, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(source)
