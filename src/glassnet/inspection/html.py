"""Pieces of a page that a notebook shows and a browser reads offline: tables, folds, formulas, heat maps; no script."""

from __future__ import annotations

import re
import struct
import zlib
from base64 import b64encode
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from glassnet.plain_text import in_html
from glassnet.texts import language, told
from glassnet.typing import Array

MOST_NUMBERS = 12  # rows and columns up to which a matrix is shown number by number
MOST_PIXELS = 128  # rows and columns of a heat map; larger matrices are averaged into so many
LOW, HIGH = np.array([33, 102, 172]), np.array([214, 96, 30])  # colours of the most negative and positive number

STYLE = """<style>
.glassnet {font: 14px/1.45 system-ui, sans-serif; color: #1f2430; background: #fff; padding: .5em; max-width: 72em}
.glassnet h1 {font-size: 1.25em; margin: .2em 0 .6em}
.glassnet details {margin: .15em 0 .15em .4em; padding-left: .6em; border-left: 2px solid #d9dde5}
.glassnet summary {cursor: pointer} .glassnet summary span {display: inline-block; vertical-align: top}
.glassnet .array {width: 10em} .glassnet .numbers {width: 25em; color: #667085; font-size: 92%}
.glassnet .said {color: #1f2430; font-size: 92%; font-family: ui-monospace, monospace}
.glassnet table {border-collapse: collapse; margin: .4em 0; font-variant-numeric: tabular-nums}
.glassnet td, .glassnet th {padding: .12em .7em .12em 0; text-align: left; border-bottom: 1px solid #e6e8ee;
 color: #1f2430; background: #fff}
.glassnet .heat td {padding: .12em .5em; text-align: right; border: 1px solid #fff; font-size: 88%}
.glassnet img {image-rendering: pixelated; border: 1px solid #d9dde5; margin: .3em 0; display: block}
.glassnet .formula {margin: .4em 0; font-family: ui-monospace, monospace} .glassnet p {margin: .3em 0}
.glassnet .factor {display: inline-block; text-align: center; vertical-align: top; margin: 0 .15em}
.glassnet small {display: block; color: #667085; font-size: 82%}
</style>"""

text = in_html


def page(*parts: str) -> str:
    """Put parts together, under a style that touches nothing else in a notebook."""
    return f'{STYLE}<div class="glassnet">{"".join(parts)}</div>'


def document(title: str, *parts: Any) -> str:
    """Return a whole file of what can show itself as a page, and of plain words."""
    shown = "".join(paragraph(part) if isinstance(part, str) else part._repr_html_() for part in parts)
    lang = "zh-CN" if language() == "zh" else "en"
    head = f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>{in_html(title)}</title></head>'
    return f'{head}<body style="margin:1.5em">{page(f"<h1>{in_html(title)}</h1>", shown)}</body></html>'


def paragraph(words: str) -> str:
    """Return a paragraph of plain words."""
    return f"<p>{in_html(told(words))}</p>"


def table(rows: Sequence[Sequence[str]]) -> str:
    """Return rows of plain cells, the first one as head."""
    tags = ["th", *["td"] * (len(rows) - 1)]
    cells = ("".join(f"<{tag}>{in_html(cell)}</{tag}>" for cell in row) for tag, row in zip(tags, rows, strict=True))
    return f"<table>{''.join(f'<tr>{row}</tr>' for row in cells)}</table>"


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


def heat_map(M: Array) -> str:
    """Return a matrix as coloured numbers, or as a picture where it is large; a stack as its first networks."""
    if M.ndim == 3:
        shown = "".join(paragraph(f"network {k}") + heat_map(M[k]) for k in range(min(3, len(M))))
        return shown + (paragraph(f"and {len(M) - 3} networks more") if len(M) > 3 else "")
    if max(M.shape) <= MOST_NUMBERS:
        colours = _colours(M)
        rows = (
            "".join(f'<td style="background:{_css(colours[i, j])};color:{_ink(colours[i, j])}">{M[i, j] + 0.0:.4g}</td>'
                    for j in range(M.shape[1]))
            for i in range(M.shape[0])
        )  # fmt: skip
        return f'<table class="heat">{"".join(f"<tr>{row}</tr>" for row in rows)}</table>'
    small, steps = _averaged(M)
    rows, columns = small.shape
    scale = max(1, min(12, 720 // columns, 480 // rows))
    source = b64encode(_png(_colours(small))).decode()
    cell = "" if steps == (1, 1) else f"; a cell is the mean of {steps[0]} x {steps[1]} numbers"
    largest = np.abs(small[np.isfinite(small)]).max(initial=0)
    return (
        f'<img src="data:image/png;base64,{source}" width="{scale * columns}" height="{scale * rows}" alt="heat map">'
        f"<small>{told(f'blue -{largest:.3g}, white 0, orange {largest:.3g}{cell}')}</small>"
    )


def _averaged(M: Array) -> tuple[Array, tuple[int, int]]:
    """Return the means of blocks, so that at most `MOST_PIXELS` rows and columns remain, and the blocks' size."""
    a, b = (-(-size // MOST_PIXELS) for size in M.shape)
    starts = [np.arange(0, size, step) for size, step in zip(M.shape, (a, b), strict=True)]
    sums = np.add.reduceat(np.add.reduceat(M.astype(float), starts[0], axis=0), starts[1], axis=1)
    counts = [np.diff([*start, size]) for start, size in zip(starts, M.shape, strict=True)]
    return sums / np.outer(*counts), (a, b)


def _colours(M: Array) -> Any:
    """Return colours (rows, columns, 3): white at 0, equally strong for numbers as far from it."""
    M = np.nan_to_num(M.astype(float))
    share = (np.abs(M) / (np.abs(M).max() or 1))[..., None]
    return np.rint(255 + share * (np.where(M[..., None] < 0, LOW, HIGH) - 255)).astype(np.uint8)


def _css(colour: Array) -> str:
    return "#" + bytes(colour).hex()


def _ink(colour: Array) -> str:
    return "#fff" if colour @ np.array([0.3, 0.59, 0.11]) < 140 else "#1f2430"


def _png(colours: Array) -> bytes:
    """Encode (rows, columns, 3) colours as a PNG file: header, rows with filter 0, end.

    By hand, because a trace shows itself wherever NumPy is; Pillow comes with tables and reports alone.
    """
    rows, columns, _ = colours.shape
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", columns, rows, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(b"".join(b"\0" + row.tobytes() for row in colours))),
        (b"IEND", b""),
    ]
    body = (
        struct.pack(">I", len(data)) + tag + data + struct.pack(">I", zlib.crc32(tag + data)) for tag, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(body)
