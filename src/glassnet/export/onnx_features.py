"""Features as operators of ONNX: one function for each kind, from the input's tensor (m, 1) to float32 (m, width)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from glassnet.export.description import (
    Bins,
    CalendarPart,
    Feature,
    Given,
    Input,
    IsMissing,
    Means,
    OneOf,
    Pixels,
    Scaled,
    Terms,
    TermScores,
)
from glassnet.export.onnx_graph import Graph, Tensor
from glassnet.export.onnx_words import trimmed, words
from glassnet.tables.columns.number import CLIP, FARTHEST, FULL

TYPES = {"text": "str", "words": "str", "rows": "float32", "pictures": "uint8"}  # else numbers


def taken(graph: Graph, one: Input) -> Tensor:
    """Add an input: numbers in float64, text, rows in float32, pictures in whole numbers of 8 bits."""
    tensor = graph.input(one.name, TYPES.get(one.kind, "float64"), ["N", *(one.shape or (1,))], one.holds)
    for gap in one.gaps:
        tensor = graph.where(tensor.equals(gap), np.nan, tensor, "float64")
    if one.kind == "words":
        tensor = trimmed(tensor)
        lost = graph.lookup(tensor, one.marks, [1] * len(one.marks), 0)
        tensor = graph.where(lost > 0, "", tensor, "str")
    return tensor


def is_missing(v: Tensor) -> Tensor:
    """Return where there is no number, or no text."""
    return v.equals("") if v.dtype == "str" else v.graph.node("IsNaN", v, dtype="bool")


def _filled(feature: Scaled | Bins, v: Tensor) -> Tensor:
    """Return a number in the unit that is learned, a missing one being the median."""
    given = v if feature.input.per_unit == 1 else v / feature.input.per_unit
    return v.graph.where(is_missing(v), feature.median, given, "float64")


def _given(feature: Given, x: Tensor) -> Tensor:
    return x


def _pixels(feature: Pixels, x: Tensor) -> Tensor:
    numbers = x.to("float32") / 255
    return (numbers.transpose(0, 3, 1, 2) if feature.planes else numbers).reshape(0, feature.width)


def _scaled(feature: Scaled, v: Tensor) -> Tensor:
    z = ((_filled(feature, v) - feature.median) / feature.spread).clip(-FARTHEST, FARTHEST)
    if feature.clipped:
        part = z / CLIP
        z = z / v.graph.node("Sqrt", part * part + 1)
    return z.to("float32")


def _bins(feature: Bins, v: Tensor) -> Tensor:
    low, high = np.array(feature.edges[:-1]), np.array(feature.edges[1:])
    below: Tensor = (_filled(feature, v) - low) / (high - low)
    return (below.clip(0, 1) * FULL).to("float32")


def _mark(feature: IsMissing, v: Tensor) -> Tensor:
    return is_missing(v).to("float32")


def _one_of(feature: OneOf, text: Tensor) -> Tensor:
    n, none = len(feature.values), feature.width
    codes = dict.fromkeys(feature.input.marks, none - 1 if feature.missing else none)
    codes |= {value: k for k, value in enumerate(feature.values)}
    code = text.graph.lookup(text, list(codes), list(codes.values()), n if feature.other else none)
    return code.equals(np.arange(none)).to("float32")


def _means(feature: Means, text: Tensor) -> Tensor:
    code = text.graph.lookup(text, feature.values, range(len(feature.values)), len(feature.values))
    table = np.array([*feature.means, (0.0,) * feature.width], np.float32)
    return text.graph.constant(table).take(code.reshape(-1), axis=0)


def _terms(feature: Terms, text: Tensor) -> Tensor:
    return _weighed(feature, text).to("float32")


def _scores(feature: TermScores, text: Tensor) -> Tensor:
    return (_weighed(feature, text) @ np.array(feature.weights)).to("float32")


def _weighed(feature: Terms, text: Tensor) -> Tensor:
    """Return (1 + log n) * rarity of each term, scaled to one length, in float64: (N, number of terms)."""
    graph, order = text.graph, sorted(range(len(feature.terms)), key=lambda k: " " in feature.terms[k])
    singles = sum(" " not in term for term in feature.terms)
    longest = 1 if singles == len(order) else 2
    n = graph.node(
        "TfIdfVectorizer", words(text), dtype="float32", mode="TF", min_gram_length=1, max_gram_length=longest,
        max_skip_count=0, ngram_counts=[0, singles][:longest], ngram_indexes=order,
        pool_strings=[word for k in order for word in feature.terms[k].split(" ")],
    ).to("float64")  # fmt: skip
    found = graph.where(n > 0, graph.node("Log", graph.where(n > 0, n, 1.0, "float64")) + 1, 0.0, "float64")
    weighed: Tensor = found * np.array(feature.rarity)
    squares = graph.node("ReduceSum", weighed * weighed, graph.constant(np.array([1])), keepdims=1)
    length = graph.node("Sqrt", squares)
    return weighed * feature.length / graph.where(length > 0, length, 1.0, "float64")


def _part(feature: CalendarPart, v: Tensor) -> Tensor:
    unknown, lost = float(len(feature.table)), is_missing(v)
    position = v.graph.where(lost, unknown, POSITIONS[feature.part](v.graph.where(lost, 0.0, v, "float64")), "float64")
    table = np.vstack([feature.table, np.zeros(feature.width)]).astype(np.float32)
    return v.graph.constant(table).take(position.to("int64").reshape(-1), axis=0)


# ---------------------------------------------------------------- parts of the calendar, from seconds since 1970
def _floor(x: Tensor) -> Tensor:
    return x.graph.node("Floor", x)


def _modulo(x: Tensor, n: float) -> Tensor:
    return x - _floor(x / n) * n


def _weekday(seconds: Tensor) -> Tensor:
    return _modulo(_floor(seconds / 86400) + 3, 7)


def _clock(seconds: Tensor) -> Tensor:
    return _modulo(_floor(seconds / 60), 1440)


def _since_march(seconds: Tensor) -> tuple[Tensor, Tensor]:
    """Return the days since the first of March, and the year of the era of 400 years, which begin then.

    Source: Hinnant 2021, chrono-compatible low-level date algorithms, `civil_from_days`.
    """
    day = _modulo(_floor(seconds / 86400) + 719468, 146097)
    year = _floor((day - _floor(day / 1460) + _floor(day / 36524) - _floor(day / 146096)) / 365)
    return day - (year * 365 + _floor(year / 4) - _floor(year / 100)), year


def _day_of_month(seconds: Tensor) -> Tensor:
    day, _ = _since_march(seconds)
    return day - _floor((_floor((day * 5 + 2) / 153) * 153 + 2) / 5)


def _day_of_year(seconds: Tensor) -> Tensor:
    day, year = _since_march(seconds)
    fourth, hundredth, first = (_modulo(year, 4).equals(0), _modulo(year, 100).equals(0), year.equals(0))
    graph = seconds.graph
    leap = graph.where(first, 1.0, graph.where(hundredth, 0.0, fourth.to("float64"), "float64"), "float64")
    return graph.where(day >= 306, day - 306, day + 59 + leap, "float64")


POSITIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "season": _day_of_year,
    "year day": _day_of_year,
    "day": _day_of_month,
    "weekday": _weekday,
    "clock": _clock,
}
WRITERS: dict[type[Feature], Callable[[Any, Tensor], Tensor]] = {
    Given: _given, Pixels: _pixels, Scaled: _scaled, Bins: _bins, IsMissing: _mark, OneOf: _one_of, Means: _means,
    CalendarPart: _part, Terms: _terms, TermScores: _scores,
}  # fmt: skip
