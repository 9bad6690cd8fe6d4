"""Features in Python: one function for each kind, from the variable of an input to a call of `python_parts`."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from glassnet.export.description import (
    Bins,
    CalendarPart,
    Feature,
    Input,
    IsMissing,
    Means,
    OneOf,
    Scaled,
    Terms,
    TermScores,
)
from glassnet.export.python_text import Data, listed
from glassnet.tables.spelling.words import characters_alone

FEW = 20  # terms, up to which their numbers are written as numbers


def _scaled(feature: Scaled, v: str, data: Data) -> str:
    function = "scaled" if feature.clipped else "linear"
    return f"{function}({_in_unit(feature.input, v)}, {feature.median!r}, {feature.spread!r})"


def _bins(feature: Bins, v: str, data: Data) -> str:
    edges = data.list(f"EDGES_{v}", feature.edges)
    return f"bins({_in_unit(feature.input, v)}, {feature.median!r}, {edges})"


def _one_of(feature: OneOf, v: str, data: Data) -> str:
    more = ", other=True" * feature.other + ", missing=True" * feature.missing
    return f"one_of({v}, {data.list(f'VALUES_{v}', feature.values)}{more})"


def _means(feature: Means, v: str, data: Data) -> str:
    table = [f"{value!r}: {list(means)!r}" for value, means in zip(feature.values, feature.means, strict=True)]
    return f"means({v}, {data.add(f'MEANS_{v}', listed(table, '{}'))})"


def _terms(feature: Terms, v: str, data: Data) -> str:
    data.add("ALONE", _alone())
    rarity = data.array(f"RARITY_{v}", np.array(feature.rarity, np.float32), short=len(feature.terms) <= FEW)
    return f"terms({v}, {data.list(f'TERMS_{v}', feature.terms)}, {rarity}, {feature.length!r})"


def _scores(feature: TermScores, v: str, data: Data) -> str:
    weights = np.array(feature.weights, np.float32)
    return f"scores({_terms(feature, v, data)}, {data.array(f'WEIGHTS_{v}', weights, short=len(weights) <= FEW)})"


@cache
def _alone() -> str:
    """Return the characters that are words as ranges in a regular expression, in ASCII."""
    return ascii("".join(f"{chr(first)}-{chr(last)}" for first, last in characters_alone()))


def _is_missing(feature: IsMissing, v: str, data: Data) -> str:
    return f"one_of({v}, [], missing=True)" if feature.input.kind == "words" else f"is_missing({v})"


def _part(feature: CalendarPart, v: str, data: Data) -> str:
    return f"{feature.part.replace(' ', '_')}({v})"


def _in_unit(one: Input, v: str) -> str:
    return v if one.per_unit == 1 else f"{v} / {one.per_unit:g}"


WRITERS: dict[type[Feature], Callable[[Any, str, Data], str]] = {
    Scaled: _scaled, Bins: _bins, IsMissing: _is_missing, OneOf: _one_of, Means: _means, CalendarPart: _part,
    Terms: _terms, TermScores: _scores,
}  # fmt: skip
