"""Whose pass it is: the sample as its picture or its named features, what is predicted, and what is true."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from glassnet import pages
from glassnet.inspection.heat_maps import number, picture
from glassnet.pages import text
from glassnet.texts import told
from glassnet.typing import Array

if TYPE_CHECKING:
    from glassnet.inspection.trace import Trace

MOST_SAMPLES = 8  # that are shown
MOST_FEATURES = 40
MOST_UNITS = 12  # of the output


@dataclass(frozen=True)
class SampleWords:
    """What a file and a model say of one sample, in words.

    Parameters
    ----------
    row : int
        Its row in the file, counted from 1.
    prediction : str
        Of the model.
    truth : str or None
        The true label or number, if known.
    cells : mapping of str to str
        The cells of a table's row, by column.
    predictions : sequence of str
        Of each network of a stack.
    """

    row: int
    prediction: str
    truth: str | None = None
    cells: Mapping[str, str] = field(default_factory=dict)
    predictions: Sequence[str] = ()


def sample_html(trace: Trace, words: SampleWords | None) -> str:
    """Return the samples of a pass, each with its prediction and its truth."""
    parts = []
    if trace.labels.picture:
        parts.append(_pictures(trace))
    if words is not None or trace.m == 1:
        facts = _facts(trace) if words is None else [("Row", str(words.row)), ("Predicted", words.prediction)]
        facts += [] if words is None or words.truth is None else [("True value", words.truth)]
        parts.append(f"<div>{pages.facts(facts)}</div>")
    parts.append(f"<div>{_answers(trace)}</div>")
    cells = words.cells if words is not None and words.cells else None
    features = _cells(cells) if cells else _features(trace)
    return f'<div class="sample">{"".join(parts)}</div>{features}'


def _facts(trace: Trace) -> list[tuple[str, str]]:
    """Return what a network alone says of one sample."""
    Y = trace.Y if trace.Y is None or trace.Y.ndim == 2 else trace.Y[0]
    truth = [] if Y is None else [("True value", trace.answer(Y[:, 0]))]
    return [("Predicted", trace.answer(trace.mean_answer[:, 0])), *truth]


def _pictures(trace: Trace) -> str:
    shown = range(min(trace.m, MOST_SAMPLES))
    X = trace.X if trace.X.ndim == 2 else trace.X[0]
    drawn = [
        f"<div>{picture(X[:, i], trace.labels, 'X', i, len(shown))}"
        f"<small>{told(f'sample {i}') if trace.m > 1 else ''}</small></div>"
        for i in shown
    ]
    more = f"<small>{told(f'and {trace.m - len(shown)} samples more')}</small>" if trace.m > len(shown) else ""
    return f'<div class="sample">{"".join(drawn)}{more}</div>'


def _answers(trace: Trace) -> str:
    """Return A[L] beside Y: of one sample by unit, of several by sample."""
    L, labels = trace.architecture.L, trace.labels
    A, Y = trace.mean_answer, trace.Y if trace.Y is None or trace.Y.ndim == 2 else trace.Y[0]
    names = labels.of_units(len(A))
    known = [] if Y is None else ["Y"]
    if trace.m == 1:
        rows = [tuple(map(told, ("unit", *(["class"] if names else []), f"A[{L}]", *known)))]
        for u in _most(A[:, 0], None if Y is None else Y[:, 0]):
            name = [names[u]] if names else []
            rows.append((str(u), *name, number(A[u, 0]), *([] if Y is None else [number(Y[u, 0])])))
        more = [f"and {len(A) - len(rows) + 1} units more"] if len(A) > len(rows) - 1 else []
    else:
        rows = [tuple(map(told, ("sample", f"A[{L}]", "predicted", *known, *(["true value"] if known else []))))]
        for i in range(min(trace.m, MOST_SAMPLES)):
            pair = (A[:, i],) if Y is None else (A[:, i], Y[:, i])
            said = [(", ".join(map(number, column[:MOST_UNITS])), trace.answer(column)) for column in pair]
            rows.append((str(i), *(word for each in said for word in each)))
        more = [f"and {trace.m - MOST_SAMPLES} samples more"] if trace.m > MOST_SAMPLES else []
    return pages.table(rows) + "".join(f"<small>{told(sentence)}</small>" for sentence in more)


def _most(a: Array, y: Array | None) -> list[int]:
    """Return the units of a long output that matter, in order: those of the largest answers, and the true ones."""
    if len(a) <= MOST_UNITS:
        return list(range(len(a)))
    most = {int(u) for u in np.argsort(-np.abs(a), kind="stable")[: MOST_UNITS // 2]}
    most |= set() if y is None else {int(u) for u in np.flatnonzero(y)[: MOST_UNITS // 2]}
    return sorted(most)


def _cells(cells: Mapping[str, str]) -> str:
    return _named(list(cells.items()))


def _features(trace: Trace) -> str:
    """Return the named features of sample 0, those first that move layer 1 most."""
    names = trace.labels.features
    if not names or trace.labels.picture:
        return ""
    X = trace.X if trace.X.ndim == 2 else trace.X[0]
    order = range(len(names))
    if len(names) > MOST_FEATURES and trace.architecture.embedding is None and trace.W[1].ndim == 2:
        order = np.argsort(-np.abs(trace.W[1]).sum(axis=0) * np.abs(X[:, 0]), kind="stable").tolist()
    return _named([(names[j], number(X[j, 0])) for j in order])


def _named(pairs: Sequence[tuple[str, str]]) -> str:
    """Return names with their values; of many the first, and the others in a fold."""

    def grid(some: Sequence[tuple[str, str]]) -> str:
        inside = "".join(f"<div><span>{text(name)}</span><b>{text(value)}</b></div>" for name, value in some)
        return f'<div class="named">{inside}</div>'

    more = pairs[MOST_FEATURES:]
    return grid(pairs[:MOST_FEATURES]) + (pages.fold(told(f"{len(more)} more"), grid(more)) if more else "")
