"""Pieces of a page that a notebook shows and a browser reads offline: tables, folds, formulas; no script, no file.

Colours of text and background are the surroundings' own, so that a page fits light and dark notebooks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from glassnet.plain_text import in_html
from glassnet.texts import language, told

LINE, SOFT = "rgba(128,128,128,.4)", "rgba(128,128,128,.1)"  # are seen on white and on black

STYLE = f"""<style>
.glassnet {{font: 14px/1.45 system-ui, sans-serif; color: inherit; background: transparent; text-align: left;
 padding: .3em; container-type: inline-size; overflow-wrap: anywhere}}
.glassnet h1 {{font-size: 1.25em; margin: .2em 0 .6em}} .glassnet h2 {{font-size: 1.05em; margin: 1em 0 .3em}}
.glassnet h3 {{font-size: 1em; margin: 0 0 .2em}} .glassnet p {{margin: .3em 0; max-width: 60em}}
.glassnet details {{margin: .15em 0}} .glassnet summary {{cursor: pointer}}
.glassnet table {{border-collapse: collapse; margin: .4em 0; font-variant-numeric: tabular-nums; table-layout: auto;
 color: inherit; font: inherit}}
.glassnet td, .glassnet th {{padding: .12em .7em .12em 0; text-align: left; vertical-align: top; color: inherit;
 background: transparent; border: 0; border-bottom: 1px solid {LINE}; overflow-wrap: normal}}
.glassnet .wide {{overflow-x: auto; max-width: 100%}}
.glassnet .formula, .glassnet pre, .glassnet code {{font: 12px/1.45 ui-monospace, Menlo, Consolas, monospace;
 color: inherit; background: transparent}}
.glassnet .formula {{margin: .3em 0}}
.glassnet pre {{margin: .3em 0; overflow: auto; max-height: 22em; white-space: pre}}
.glassnet .factor {{display: inline-block; text-align: center; vertical-align: top; margin: 0 .15em}}
.glassnet small {{display: block; opacity: .7; font-size: 82%; line-height: 1.35}}
.glassnet svg {{max-width: 100%; height: auto; display: block}}
.glassnet svg text {{font: 12px system-ui, sans-serif; fill: currentColor}}
@container (max-width: 640px) {{ .glassnet td, .glassnet th {{padding-right: .45em; font-size: 13px}} }}
</style>"""

text = in_html


def page(*parts: str) -> str:
    """Put parts together, under a style that touches nothing else in a notebook."""
    return f'{STYLE}<div class="glassnet">{"".join(parts)}</div>'


def document(title: str, *parts: Any) -> str:
    """Return a whole file of what can show itself as a page, and of plain words."""
    shown = "".join(paragraph(part) if isinstance(part, str) else part._repr_html_() for part in parts)
    lang = "zh-CN" if language() == "zh" else "en"
    head = (
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{in_html(title)}</title></head>'
    )
    body = '<body style="margin:1em auto;padding:0 1em;max-width:90em;color:#1f2430;background:#fff">'
    return f"{head}{body}{page(f'<h1>{in_html(title)}</h1>', shown)}</body></html>"


def paragraph(words: str) -> str:
    """Return a paragraph of plain words."""
    return f"<p>{in_html(told(words))}</p>"


def table(rows: Sequence[Sequence[str]]) -> str:
    """Return rows of plain cells, the first one as head; a table wider than the page scrolls."""
    tags = ["th", *["td"] * (len(rows) - 1)]
    cells = ("".join(f"<{tag}>{in_html(cell)}</{tag}>" for cell in row) for tag, row in zip(tags, rows, strict=True))
    return f'<div class="wide"><table>{"".join(f"<tr>{row}</tr>" for row in cells)}</table></div>'


def facts(pairs: Sequence[tuple[str, str]]) -> str:
    """Return names, which are texts, and their values as a table of two columns."""
    rows = "".join(f"<tr><td>{in_html(told(name))}</td><td><b>{in_html(value)}</b></td></tr>" for name, value in pairs)
    return f"<table>{rows}</table>"


def fold(summary: str, *parts: str, opened: bool = False) -> str:
    """Return parts that a click on their summary, which is HTML, shows and hides."""
    return f"<details{' open' if opened else ''}><summary>{summary}</summary>{''.join(parts)}</details>"


def formula(words: str, factor: re.Pattern[str], shape: Callable[[re.Match[str]], str]) -> str:
    """Return a formula with the shape of each factor below it."""
    pieces, end = [], 0
    for match in factor.finditer(words):
        pieces.append(in_html(words[end : match.start()]))
        pieces.append(f'<span class="factor">{in_html(match[0])}<small>{shape(match)}</small></span>')
        end = match.end()
    return f'<div class="formula">{"".join(pieces)}{in_html(words[end:])}</div>'
