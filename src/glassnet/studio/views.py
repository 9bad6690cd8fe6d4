"""What the page sees of a session, as plain data; every number is one of the network, its passes or its curves."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from glassnet.errors import SettingError
from glassnet.inspection.trace import Trace
from glassnet.metrics import confusion_matrix
from glassnet.report.formulas import mathml
from glassnet.studio.data import Data
from glassnet.studio.knobs import as_number
from glassnet.studio.large import array_of
from glassnet.studio.plain import MOST_NUMBERS, number, packed, plain, small, summary
from glassnet.studio.refused import RefusedError
from glassnet.studio.session import Session
from glassnet.studio.tex import tex_of, tex_of_numbers
from glassnet.texts import translated
from glassnet.typing import Array, Indices

MOST_WEIGHTS = 4096  # of a layer, sent with every frame
MOST_POINTS = 1200  # of a plane
MOST_PLACES, MOST_OF_POINTS = 1_000_000, 4_000_000  # numbers of all places of a plane, and of all samples on it
MOST_NAMES = 1000  # of pixels, of which nobody reads more
MOST_UNITS = 16  # of a layer, whose planes are drawn: the page shows fewer at once
MOST_IN_A_CELL = 50
MOST_WORST = 24
BINS = 30
LARGEST = 1e100  # value of a feature
MOST_TERMS = 200  # of a unit's sum: those that weigh most


def state(session: Session) -> dict[str, Any]:
    """Return everything about a session but the numbers of its passes."""
    net, data, place = session.net, session.data, session.place
    last = session.curve.last()
    return {
        "spec": {**session.spec, "settings": place.settings},
        "sizes": list(net.architecture.sizes),
        "activations": list(net.architecture.activations),
        "loss": net.architecture.loss,
        "layers": layers(session),
        "features": [] if has_many_pixels(data) else list(data.features),
        "classes": None if data.classes is None else list(data.classes),
        "target": data.target,
        "picture": data.picture,
        "scale": data.scale,
        "notes": [{"text": note, "zh": translated(note, "zh")} for note in data.notes],
        "counts": class_counts(session),
        "comes_with_test": data.n_test is not None,
        "m_train": len(session.train),
        "m_test": len(session.test),
        "iteration": place.iteration,
        "epoch": place.epoch,
        "steps_per_epoch": session.steps_per_epoch,
        "part": part(session),
        "costs": session.curve.since(),
        "scores": {"train": last["score_train"], "test": last["score_test"], "metric": session.metric},
        "finished": place.finished,
        "finished_zh": None if place.finished is None else translated(place.finished, "zh"),
        "can_undo": bool(session.undoable),
        "fitted": session.of_model(),
        "axes": data.axes,
    }


def has_many_pixels(data: Data) -> bool:
    """Return whether features are pixels, and too many to be told by name."""
    return data.picture is not None and len(data.X) > MOST_NAMES


def layers(session: Session) -> list[dict[str, Any]]:
    """Return units, shapes and, where they are few, numbers of each layer."""
    net, found = session.net, []
    for l in range(1, net.L + 1):
        W, b = net.W[l], net.b[l]
        found.append(
            {
                "units": len(W), "activation": net.architecture.activations[l - 1], "W": W.shape, "b": b.shape,
                "W_values": small(W, MOST_WEIGHTS), "b_values": small(b, MOST_WEIGHTS),
            }
        )  # fmt: skip
    return found


def class_counts(session: Session) -> list[int] | None:
    """Return how many samples each class has."""
    if session.data.classes is None:
        return None
    return plain(np.bincount(session.data.indices(session.data.Y), minlength=len(session.data.classes)))


def frame(session: Session) -> dict[str, Any]:
    """Return what changes with every step, but for the curves; W and b are packed, because they are drawn."""
    net, last = session.net, session.curve.last()
    numbers = range(1, net.L + 1)
    return {
        "iteration": session.place.iteration,
        "epoch": session.place.epoch,
        "scores": {"train": last["score_train"], "test": last["score_test"], "metric": session.metric},
        "W": [packed(net.W[l]) if net.W[l].size <= MOST_WEIGHTS else None for l in numbers],
    }


def part(session: Session) -> dict[str, Any] | None:
    """Return the part of a step that is shown, with the arrays that it makes."""
    shown, trace = session.part, session.trace
    if shown is None or trace is None:
        return None
    names = shown.arrays
    if shown.direction == "update":
        arrays = [
            {"name": f"{letter}{l}", "shape": M.shape, "formula": _step(session, letter, l), "values": small(M)}
            for l in range(1, session.net.L + 1)
            for letter, M in (("W", session.net.W[l]), ("b", session.net.b[l]))
        ]
    else:
        arrays = [each for each in arrays_of(trace) if each["key"] in names]
    return {
        "pass": shown.direction,
        "layer": shown.layer,
        "index": shown.place,
        "of": len(session.parts),
        "text": shown.text,
        "text_zh": translated(shown.text, "zh"),
        "formula": "; ".join(f"{each['name']} = {each['formula']}" for each in arrays),
        "cost": number(trace.cost) if shown.direction != "forward" else None,
        "m": trace.m,
        "arrays": arrays,
    }


def _step(session: Session, letter: str, l: int) -> str:
    optimizer = session.place.settings["optimizer"].partition("(")[0]
    plain_step = optimizer == "gradient_descent"
    return f"{letter}{l} - α d{letter}{l}" if plain_step else f"{optimizer}({letter}{l}, d{letter}{l})"


def arrays_of(trace: Trace) -> list[dict[str, Any]]:
    """Return every array of a trace: name, shape, formula, numbers where they are few."""
    found = []
    lines = {line.array: line for line in trace.lines()}
    entries = [(name, line.shape, line.formula) for name, line in lines.items()]
    if trace.Y is not None:
        entries.append(("Y", trace.Y.shape, "targets, one column per sample"))
    for name, shape, formula in entries:
        key = name.removeprefix("X = ").replace("A[0]", "X")
        M = trace.array(key)
        tex = tex_of(key, trace.architecture)
        found.append(
            {
                "name": key.replace("[", "").replace("]", ""), "key": key, "shape": shape, "formula": formula,
                "formula_zh": translated(formula, "zh"), "mathml": _mathml(tex) if tex else None,
                "values": small(M), "summary": summary(M),
            }
        )  # fmt: skip
    return found


# ---------------------------------------------------------------- planes
def plane(
    session: Session, x: int, y: int, size: int, i: int | None, units: int, first: Sequence[int] = ()
) -> dict[str, Any]:
    """Return what the network answers over the plane of two features, the others at their median or at a sample's.

    There are `size` places along each side, and `units` of the maps of single units, 0 for none; fewer of both where
    there are very many features. Of each layer the maps of `MOST_UNITS` units are made, from the `first` of that layer
    on.

    Raises
    ------
    RefusedError
        If there are no such features or sample.
    """
    data = session.data
    for name, k in (("x", x), ("y", y)):
        _check(k, len(data.X), name, "features")
    if i is not None:
        _check(i, data.m, "i", "samples")
    base = np.median(data.X, axis=1) if i is None else data.X[:, i]
    size, units = (min(n, max(2, math.isqrt(MOST_PLACES // len(data.X)))) if n else 0 for n in (size, units))
    along, up, X = _grid(data.X, base, x, y, size)
    values, kind, sure = _answers(session, session.net.forward(X))
    maps: list[dict[str, Any]] = []
    if units:
        X = _grid(data.X, base, x, y, units)[2]
        for l in range(1, session.net.L + 1):
            A, begin = session.net.forward(X, layer=l), first[l - 1] if l <= len(first) else 0
            maps.append({"first": begin, "A": packed(A[begin : begin + MOST_UNITS])})
    return {
        "x": plain(along), "y": plain(up), "kind": kind, "values": packed(values),
        "confidence": None if sure is None else packed(sure), "units": maps, "units_size": units,
        "iteration": session.place.iteration, "points": points(session, x, y),
    }  # fmt: skip


def _grid(samples: Array, base: Array, x: int, y: int, size: int) -> tuple[Array, Array, Array]:
    """Return the places along both sides of a plane, and its points as columns (n[0], size²), row by row upwards."""
    along, up = (_axis(samples[k], size) for k in (x, y))
    X = np.repeat(base[:, None], size * size, axis=1)
    if x != y:
        X[y] = np.repeat(up, size)
    X[x] = np.tile(along, size)
    return along, up, X


def _check(k: int, size: int, name: str, what: str) -> None:
    if not 0 <= k < size:
        raise RefusedError(f"{name}: there are {size} {what}, counted from 0; got {k}", name)


def _axis(values: Array, size: int) -> Array:
    low, high = float(values.min()), float(values.max())
    margin = 0.08 * (high - low) or 1.0
    return np.linspace(low - margin, high + margin, size)


def _answers(session: Session, answers: Array) -> tuple[Array, str, Array | None]:
    """Return what is shown of A[L]: a probability, a number in its own unit, or a class and how sure it is."""
    mean, factor = session.data.scale
    if session.data.classes is None:
        return mean + factor * answers[0], "number", None
    if len(answers) == 1:
        return answers[0], "probability", None
    return answers.argmax(axis=0), "class", answers.max(axis=0)


def points(session: Session, x: int, y: int) -> list[dict[str, Any]]:
    """Return samples over a plane: at most so many, and which of them are answered wrongly."""
    data = session.data
    most = max(1, min(MOST_POINTS, MOST_OF_POINTS // len(data.X)))
    chosen = np.arange(0, data.m, -(-data.m // most))
    answers = session.net.forward(data.X[:, chosen])
    truth = data.labels(data.Y[:, chosen])
    is_test = np.isin(chosen, session.test)
    wrong = [False] * len(chosen)
    if data.classes is not None:
        wrong = list(data.indices(answers) != data.indices(data.Y[:, chosen]))
    return [
        {
            "i": int(i), "x": number(data.X[x, i]), "y": number(data.X[y, i]), "label": label, "test": bool(test),
            "wrong": bool(missed),
        }
        for i, label, test, missed in zip(chosen, truth, is_test, wrong, strict=True)
    ]  # fmt: skip


# ---------------------------------------------------------------- samples and units
def trace_of(session: Session, i: int, values: Any = None) -> Trace:
    """Return the pass of one sample, without dropout; some of its features may have other values."""
    settings, X = session.place.settings, features_of(session, i, values)
    return session.net.trace(X, session.data.Y[:, [i]], l2=settings["l2"], l1=settings["l1"])


def features_of(session: Session, i: int, values: Any = None) -> Array:
    """Return the features of one sample (n[0], 1), some of which may have other values."""
    _check(i, session.data.m, "i", "samples")
    X = session.data.X[:, [i]]
    for name, value in _changed(values):
        j, x = as_number(name), as_number(value)
        if j is None or x is None or j % 1 or not 0 <= j < len(X) or abs(x) > LARGEST:
            raise RefusedError(f"values: expected numbers by feature, 0 to {len(X) - 1}; got {name!r:.30}", "values")
        X[int(j), 0] = x
    return X


def _changed(values: Any) -> list[tuple[Any, Any]]:
    if values is None:
        return []
    if not isinstance(values, Mapping):
        raise RefusedError(f"values: expected numbers by feature, such as {{'0': 1.5}}; got {values!r:.60}", "values")
    return [(int(name) if str(name).isascii() and str(name).isdigit() else None, x) for name, x in values.items()]


def numbers(
    session: Session, i: int, key: str, values: Any, row: int, column: int, most: int, rows: int | None,
    columns: int | None,
) -> dict[str, Any]:  # fmt: skip
    """Return a part of an array of one sample's pass, for arrays that are too large to be sent whole.

    Some features of the sample may have other values.
    The part has so many rows and columns, or what is left of them; without those as much as `most` numbers are.

    Raises
    ------
    RefusedError
        If there is no such sample, array or place, or a value is no number.
    """
    trace = trace_of(session, i, values)
    M = array_of(trace, key)
    _check(row, M.shape[0], "row", "rows")
    _check(column, M.shape[1], "column", "columns")
    part = M[row:, column : column + min(columns or most, most)]
    part = part[: min(rows or MOST_NUMBERS, max(1, most // part.shape[1]))]
    return {
        "key": key, "shape": M.shape, "row": row, "column": column, "values": plain(part),
        "iteration": session.place.iteration,
    }  # fmt: skip


def sample(session: Session, i: int, values: Any = None) -> dict[str, Any]:
    """Return one sample's way through the network and back; some of its features may have other values.

    Raises
    ------
    RefusedError
        If there is no such sample, or a value is no number.
    """
    trace, data = trace_of(session, i, values), session.data
    answers = trace.A[-1]
    return {
        "index": i, "m": data.m, "iteration": session.place.iteration, "test": bool(np.isin(i, session.test)),
        "features": [] if has_many_pixels(data) else [
            [str(name), number(value)] for name, value in zip(data.features, trace.X[:, 0], strict=True)
        ],
        "picture": data.pixels(trace.X[:, 0]),
        "cells": None if data.cells is None else data.cells(i),
        "label": data.labels(data.Y[:, [i]])[0], "prediction": data.labels(answers)[0],
        "probabilities": probabilities(session, answers[:, 0]), "cost": number(trace.cost),
        "arrays": arrays_of(trace),
    }  # fmt: skip


def probabilities(session: Session, answer: Array) -> dict[str, float | None] | None:
    """Return the probability of each class of one answer (n[L],); None where a number is predicted."""
    classes = session.data.classes
    if classes is None:
        return None
    each = [1 - answer[0], answer[0]] if len(answer) == 1 else answer
    return {name: number(value) for name, value in zip(classes, each, strict=True)}


def unit(
    session: Session, layer: int, unit: int, i: int, term: int | None = None, values: Any = None
) -> dict[str, Any]:
    """Return the numbers behind one unit for one sample: its largest terms, and the one that is asked for.

    Some features of the sample may have other values.

    Raises
    ------
    RefusedError
        If there is no such layer, unit, sample or term, or a value is no number.
    """
    net, data = session.net, session.data
    if not 1 <= layer <= net.L:
        raise RefusedError(f"layer: expected 1 to {net.L}; got {layer}", "layer")
    _check(unit, net.architecture.sizes[layer], "unit", "units in this layer")
    trace = trace_of(session, i, values)
    w, a_prev = trace.W[layer][unit], trace.A[layer - 1][:, 0]
    names = list(data.features) if layer == 1 else [f"a{layer - 1},{j + 1}" for j in range(len(a_prev))]
    largest = set(np.argsort(-np.abs(w * a_prev), kind="stable")[:MOST_TERMS].tolist())
    if term is not None:
        _check(term, len(w), "term", "terms in this sum")
        largest.add(term)
    shown = sorted(largest)
    assert trace.dA is not None
    assert trace.dZ is not None
    assert trace.dW is not None
    assert trace.db is not None
    dW = trace.dW[layer][unit]
    terms = [
        {
            "j": int(j), "name": names[j], "w": number(w[j]), "a": number(a_prev[j]),
            "product": number(w[j] * a_prev[j]), "dW": number(dW[j]),
        }
        for j in shown
    ]  # fmt: skip
    formulas = []
    for letter in ("Z", "A", "dA", "dZ", "dW", "db"):
        written = trace.unit(letter, layer, unit, 0, terms=3)
        name = letter.lower() if len(letter) == 1 else letter
        general = tex_of(f"{letter}[{layer}]", net.architecture)
        formulas.append(
            {
                "name": name, "text": written, "mathml": _mathml(general),
                "mathml_numbers": _mathml(tex_of_numbers(written)),
            }
        )  # fmt: skip
    rows = {"z": trace.Z, "a": trace.A, "dA": trace.dA, "dZ": trace.dZ}
    activation = net.architecture.activations[layer - 1]
    slope = trace.dZ[layer][unit, 0] / trace.dA[layer][unit, 0] if trace.dA[layer][unit, 0] else None
    return {
        "name": f"a{layer},{unit + 1}", "layer": layer, "unit": unit, "index": i,
        "iteration": session.place.iteration, "terms": terms,
        "n_terms": len(w), "b": number(trace.b[layer][unit, 0]), "g": activation,
        "g_formula": getattr(net.architecture.g[layer], "formula", ""), "slope": number(slope),
        "slope_formula": getattr(net.architecture.g[layer], "slope_formula", ""),
        **{name: number(M[layer][unit, 0]) for name, M in rows.items()},
        "dW": small(dW), "db": number(trace.db[layer][unit, 0]), "formulas": formulas,
    }  # fmt: skip


def _mathml(tex: str) -> str | None:
    try:
        return mathml(tex)
    except SettingError:  # no part of TeX that is known
        return None


# ---------------------------------------------------------------- layers, answers, checks
def histograms(session: Session) -> dict[str, Any]:
    """Return how Z, A and dZ of each layer are distributed over samples of the training."""
    X, Y = session.X[:, :1000], session.Y[:, :1000]
    trace = session.net.trace(X, Y)
    assert trace.dZ is not None
    found = []
    for l in range(1, session.net.L + 1):
        of_layer = {}
        for letter, M in (("Z", trace.Z[l]), ("A", trace.A[l]), ("dZ", trace.dZ[l])):
            counts, edges = _histogram(M[np.isfinite(M)])
            of_layer[letter] = {"edges": plain(edges), "counts": plain(counts), **summary(M)}
        found.append(of_layer)
    return {"layers": found, "iteration": session.place.iteration}


def _histogram(values: Array) -> tuple[Indices, Array]:
    """Return how many numbers lie between which edges; one bin where they are nearly equal."""
    try:
        return np.histogram(values, BINS if len(values) else 1)
    except (ValueError, IndexError):  # no room for so many bins between the numbers, or for the range among floats
        return np.array([len(values)]), np.array([values.min(), values.max()])


def check(session: Session) -> dict[str, Any]:
    """Return the gradient check of the network on its training samples."""
    settings = session.place.settings
    found = session.net.check_gradients(
        session.X,
        session.Y,
        sample_weight=session.weights,
        l2=settings["l2"],
        l1=settings["l1"],
        entries=20,
        seed=session.spec["seed"],
    )
    return {
        "passed": bool(found.ok), "threshold": found.threshold, "largest": number(found.worst.difference),
        "rows": [
            {
                "array": each.array, "shape": each.shape, "checked": each.checked, "on_kinks": each.on_kinks,
                "difference": number(each.worst.difference), "numeric": number(each.worst.numeric),
                "analytic": number(each.worst.analytic), "index": [int(k) for k in each.worst.index],
            }
            for each in found.arrays
        ],
    }  # fmt: skip


def confusion(session: Session) -> dict[str, Any]:
    """Return which class was taken for which, with the samples of each cell, and the samples that are most wrong."""
    data = session.data
    answers = session.net.forward(data.X)
    if data.classes is None:
        errors = np.abs(answers - data.Y)[0]
        worst = np.argsort(-errors, kind="stable")[:MOST_WORST]
        return {"classes": None, "worst": _worst(session, worst, answers)}
    truth, decided = data.indices(data.Y), data.indices(answers)
    is_test = np.isin(np.arange(data.m), session.test)
    k = len(data.classes)
    of_test, of_train = (confusion_matrix(decided[part], truth[part], k) for part in (is_test, ~is_test))
    rows = [[plain(np.flatnonzero((truth == r) & (decided == c))[:MOST_IN_A_CELL]) for c in range(k)] for r in range(k)]
    given = np.where(truth == 1, answers[0], 1 - answers[0]) if len(answers) == 1 else answers[truth, np.arange(data.m)]
    worst = np.argsort(given, kind="stable")[:MOST_WORST]
    worst = worst[truth[worst] != decided[worst]]
    return {
        "classes": list(data.classes), "counts": {"train": plain(of_train), "test": plain(of_test)}, "rows": rows,
        "worst": _worst(session, worst, answers), "iteration": session.place.iteration,
    }  # fmt: skip


def _worst(session: Session, worst: Indices, answers: Array) -> list[dict[str, Any]]:
    data = session.data
    is_test = np.isin(worst, session.test)
    return [
        {
            "i": int(i), "label": label, "prediction": prediction, "test": bool(test),
            "probabilities": probabilities(session, answers[:, i]),
        }
        for i, label, prediction, test in zip(
            worst, data.labels(data.Y[:, worst]), data.labels(answers[:, worst]), is_test, strict=True
        )
    ]  # fmt: skip
