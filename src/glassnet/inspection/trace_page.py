"""A trace as a page: the pass from left to right, X to J, and below it the way back, from dA[L] to db[1]."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from glassnet import pages
from glassnet.core.regularization import PENALTIES
from glassnet.inspection import heat_maps, stacks
from glassnet.inspection.arrays import FACTOR
from glassnet.inspection.heat_maps import Index, number
from glassnet.inspection.sample_panel import SampleWords, sample_html
from glassnet.inspection.strongest import largest_entries
from glassnet.inspection.sums import WRITTEN
from glassnet.pages import LINE, text
from glassnet.text_table import aligned
from glassnet.texts import told
from glassnet.typing import Array

if TYPE_CHECKING:
    from glassnet.inspection.trace import Trace, TraceLine

MOST_LISTED = 1000  # numbers of one array that are listed
STRONGEST = 8  # terms of a sum, or entries of an array, that are listed where there are more
WIDE = 12  # inputs of a layer, above which its strongest terms are listed

STYLE = f"""<style>
.glassnet .pass {{display: grid; gap: .7em 1.1em; align-items: start}}
.glassnet .pass h2 {{grid-column: 1 / -1; margin: .6em 0 0}}
.glassnet .card {{border: 1px solid {LINE}; border-radius: 8px; padding: .45em .5em; position: relative; min-width: 0}}
.glassnet .card::after {{position: absolute; top: .3em; opacity: .7}}
.glassnet .card.forward.on::after {{content: "→"; right: -1.05em}}
.glassnet .card.back.on::after {{content: "←"; left: -1.05em}}
.glassnet .forward {{border-top: 3px solid #2166ac}} .glassnet .back {{border-top: 3px solid #c0392b}}
.glassnet .array {{margin-top: .55em; padding-top: .35em; border-top: 1px dotted {LINE}}}
.glassnet .array b {{font-family: ui-monospace, Menlo, Consolas, monospace}}
.glassnet .array span {{opacity: .75; font-size: 88%}} .glassnet .array summary {{font-size: 88%; opacity: .8}}
.glassnet .dense td, .glassnet .dense th {{font-size: 10px; padding: .05em .35em .05em 0; white-space: nowrap}}
.glassnet .dense small {{white-space: normal}}
.glassnet .heat table {{margin: .2em 0}}
.glassnet .heat td {{padding: .1em .25em; text-align: right; font-size: 11.5px; border: 1px solid transparent}}
.glassnet .cells {{margin: .25em 0; outline: 1px solid {LINE}; width: fit-content}}
.glassnet .cells i {{display: block}}
.glassnet .cells i:hover, .glassnet .heat td:hover {{outline: 2px solid #e69f00; position: relative}}
.glassnet .thumbnails img {{image-rendering: pixelated; margin-right: 3px}}
.glassnet .tiles {{display: flex; flex-wrap: wrap; gap: 2px 10px}} .glassnet .tiles small {{margin-top: -.2em}}
.glassnet .sample {{display: flex; flex-wrap: wrap; gap: .4em 2em; align-items: flex-start}}
.glassnet .named {{display: grid; grid-template-columns: repeat(auto-fill, minmax(17em, 1fr)); gap: 0 1.2em;
 margin: .3em 0; max-width: 75em}}
.glassnet .named div {{display: flex; justify-content: space-between; gap: .6em; border-bottom: 1px solid {LINE}}}
.glassnet .named b {{font-weight: 600; text-align: right}}
@container (max-width: 640px) {{
 .glassnet .pass {{display: block}} .glassnet .card {{margin: .4em 0 1.5em}}
 .glassnet .pass .card.on::after {{content: "↓"; left: 48%; right: auto; top: auto; bottom: -1.4em}}
}}
</style>"""


def pass_html(trace: Trace) -> str:
    """Return both ways of one network's pass as cards, in the order of the pass; a narrow page has them in a column."""
    lines: dict[int, list[TraceLine]] = {}
    for line in trace.lines():
        lines.setdefault(line.layer, []).append(line)
    embedding = trace.architecture.embedding is not None
    forward = [_input_card(trace, lines[0][:1])]
    if embedding:
        forward.append(_card(told("<b>Layer 0</b>: embedding"), _arrays(trace, lines[0][1:], back=False)))
    forward += [_layer_card(trace, l, lines[l]) for l in range(1, trace.architecture.L + 1)]
    if trace.cost is not None:
        forward.append(_cost_card(trace))
    columns, last = len(forward), len(forward) - 1
    cards = [
        f'<div class="card forward{" on" * (k < last)}" style="grid-area:2/{k + 1}">{card}</div>'
        for k, card in enumerate(forward)
    ]
    parts = [f"<h2>{told('Forward propagation, from left to right')}</h2>", *cards]
    if trace.dZ is None:
        parts.append(f'<p style="grid-area:3/1/3/-1">{text(told("The pass had no Y, so there is no way back."))}</p>')
    else:
        first = 0 if embedding else 1
        parts.append(f"<h2>{told('Backward propagation, from right to left')}</h2>")
        for l in range(trace.architecture.L, first - 1, -1):
            card = _card(told(f"<b>Layer {l}</b>"), _arrays(trace, lines[l], back=True))
            column = l + 1 + embedding
            on = " on" * (l > first)
            parts.append(f'<div class="card back{on}" style="grid-area:4/{column}">{card}</div>')
    grid = f"grid-template-columns:repeat({columns},minmax({heat_maps.WIDTH + 20}px,1fr))"
    return f'<div class="wide"><div class="pass" style="{grid}">{"".join(parts)}</div></div>'


def _card(head: str, arrays: str, *more: str) -> str:
    return f"<h3>{head}</h3>{''.join(more)}{arrays}"


def _input_card(trace: Trace, lines: list[TraceLine]) -> str:
    embedding = trace.architecture.embedding
    embedded = "" if embedding is None else f"; embedding of {embedding}"
    head = told(f"<b>Input</b>: {trace.architecture.n_x} features, m = {trace.m}{embedded}")
    return _card(head, _arrays(trace, lines, back=False))


def _layer_card(trace: Trace, l: int, lines: list[TraceLine]) -> str:
    n, g, entry = trace.architecture.sizes[l], trace.architecture.activations[l - 1], trace.architecture.g[l]
    head = told(f"<b>Layer {l}</b>: {n} unit{'s' * (n > 1)}, {g}")
    formula = f"<small>{text(told(f'{g}: A = {entry.formula}, slope {entry.slope_formula}'))}</small>" if entry else ""
    return _card(head, _arrays(trace, lines, back=False), formula)


def _cost_card(trace: Trace) -> str:
    loss = trace.architecture.loss_entry
    penalties = "".join(f" + {PENALTIES[name].formula}" for name, strength in trace.penalties.items() if strength)
    return (
        f"<h3>{told('<b>Cost</b>')}</h3><p><b>J = {np.round(trace.cost, 6)}</b></p>"
        f"<small>{text(told(f'mean over the samples of {loss.formula}') + penalties)}</small>"
    )


def _arrays(trace: Trace, lines: Iterable[TraceLine], *, back: bool) -> str:
    """Return the arrays of one way, those of the way back in the order dA, dZ, dW, db."""
    return "".join(_array(trace, line) for line in lines if (line.array[0] == "d") == back)


def _array(trace: Trace, line: TraceLine) -> str:
    name, M, index = line.array.removeprefix("X = "), trace.array(line.array), index_of(trace, line)
    letter, l = name.partition("[")[0], line.layer
    if l == 0 and letter[-1] in "Wb":  # the groups one below the other
        M = M.reshape(-1, M.shape[-1])
    zeros = told(f", {line.zeros:.0%} zeros") if line.zeros else ""
    numbers = told(f"{line.smallest:.3g} to {line.largest:.3g}, mean {line.mean:.3g}") + zeros
    picture = trace.labels.picture if name in ("A[0]", "X") else None
    shown = heat_maps.thumbnails(M, trace.labels) if picture else heat_maps.heat_map(M, index, trace.labels)
    formula = told(line.formula)
    said = [pages.formula(f"{name} = {formula}", FACTOR, trace._shape)]
    if letter in WRITTEN and (l or trace.architecture.embedding):
        said.append(pages.paragraph(trace.unit(letter, l)))
    terms = _strongest(trace, l) if letter == "Z" and trace.W[l].shape[1] > WIDE else ""
    return (
        f'<div class="array"><b>{line.array}</b> {_head(line, formula)}{shown}'
        f"{terms}{pages.fold(f'<span>{numbers}</span>', *said, _listed(M, index))}</div>"
    )


def _head(line: TraceLine, formula: str) -> str:
    """Return an array's formula and shape; of what no formula makes, the shape and what it is."""
    if line.layer == 0 or line.array[0] in "WbD":
        return f"{line.shape} <span>{text(formula)}</span>"
    return f"<code>= {text(formula)}</code> <span>{line.shape}</span>"


def index_of(trace: Trace, line: TraceLine) -> Index:
    """Return how an array's entries are called, with the names that its rows or columns have."""
    name, labels, architecture = line.array.removeprefix("X = "), trace.labels, trace.architecture
    letter, l, embedding = name.partition("[")[0], line.layer, architecture.embedding
    features = labels.features if embedding is None else ()
    outputs = labels.of_units(architecture.sizes[-1])
    rows = features if name == "A[0]" else labels.features if name == "X" else ()
    rows = outputs if l == architecture.L else rows
    columns = features if letter in ("W", "dW") and l == 1 else ()
    groups = embedding.units if l == 0 and letter[-1] in "Wb" and embedding else None
    return Index(name, rows, columns, groups)


def _strongest(trace: Trace, l: int) -> str:
    """Return the table of the largest terms of Z[l] for sample 0."""
    labels = trace.labels.features if l == 1 and trace.architecture.embedding is None else ()
    heads = ("", f"W[{l}]", f"A[{l - 1}]", "W*A")
    rows = ["".join(f"<th>{head}</th>" for head in heads)]
    for term in trace.strongest(l, most=STRONGEST):
        name = f"<small>{text(labels[term.input])}</small>" if labels else ""
        numbers = "".join(f"<td>{value + 0.0:.3g}</td>" for value in (term.weight, term.activation, term.product))
        rows.append(f"<td>[{term.unit}, {term.input}]{name}</td>{numbers}")
    head = told(f"the strongest of the {trace.W[l].size:,} terms of Z[{l}], sample 0")
    inside = "".join(f"<tr>{row}</tr>" for row in rows)
    return f'<small>{head}</small><div class="wide"><table class="dense">{inside}</table></div>'


def _listed(M: Array, index: Index) -> str:
    """Return the numbers of a matrix as text, or the largest of them where they are too many."""
    if M.size <= MOST_LISTED:
        names = list(index.rows) if len(index.rows) == len(M) else [""] * len(M)
        head = ["", *(f"[:, {j}]" for j in range(M.shape[1]))]
        body = [[f"[{index.row(i)}, :] {names[i]}".strip(), *map(number, row)] for i, row in enumerate(M)]
        return f'<pre tabindex="0">{text(_plain([head, *body]))}</pre>'
    largest = [f"{index.entry(i, j)} = {number(M[i, j])}" for i, j in largest_entries(M, STRONGEST)]
    where = told(f"the largest of {M.size:,} numbers; all of them are in trace.{index.array}")
    return f"<small>{where}</small><pre>{text(chr(10).join(largest))}</pre>"


def _plain(rows: list[list[str]]) -> str:
    head, _, body = aligned(rows, right=set(rows[0][1:])).partition("\n")
    return f"{head}\n{body.partition(chr(10))[2]}"


def trace_html(trace: Trace, words: SampleWords | None = None, network: int = 0) -> str:
    """Return a trace's page: the samples, of a stack its answers, and one network's pass.

    Parameters
    ----------
    trace : Trace
        What is shown.
    words : SampleWords, optional
        What a file and a model say of its sample.
    network : int
        Which network of a stack is shown in full, counted from 0.
    """
    stack = _stack(trace, words, network) if trace.n_networks is not None else ""
    one = trace.of_network(network)
    return pages.page(STYLE, sample_html(trace, words), stack, _how_to_read(), pass_html(one))


def _stack(trace: Trace, words: SampleWords | None, network: int) -> str:
    k, names = trace.n_networks, trace.labels.of_units(trace.architecture.sizes[-1])
    head = told(f"{k} networks side by side; the answer is the mean of theirs")
    below = told(f"Below is network {network}; trace.of_network(k) or --network k shows another.")
    rows = stacks.answers(trace, names, words.predictions if words else ())
    return f"<h2>{head}</h2>{pages.table(rows)}<p>{text(below)}</p>"


def _how_to_read() -> str:
    """Return the sentences that say how to read cells, and how they are counted."""
    sentences = (
        "Point at a cell to see its name and number; blue is negative, white 0, orange positive, the strongest colour "
        "the largest number shown. A click on a range lists the numbers and writes one out.",
        "Layers count from 1; units, features, samples and networks from 0, as in NumPy; rows of a file from 1.",
    )
    return f"<p><small>{text(' '.join(map(told, sentences)))}</small></p>"
