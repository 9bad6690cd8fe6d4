"""Features in Python: one function for each kind, from the variable of an input to a call of `python_parts`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from glassnet.export.description import Bins, CalendarPart, Feature, Input, IsMissing, Means, OneOf, Scaled
from glassnet.export.python_text import Data, listed


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


def _part(feature: CalendarPart, v: str, data: Data) -> str:
    return f"{feature.part.replace(' ', '_')}({v})"


def _in_unit(one: Input, v: str) -> str:
    return v if one.per_unit == 1 else f"{v} / {one.per_unit:g}"


WRITERS: dict[type[Feature], Callable[[Any, str, Data], str]] = {
    Scaled: _scaled, Bins: _bins, IsMissing: lambda feature, v, data: f"is_missing({v})", OneOf: _one_of, Means: _means,
    CalendarPart: _part,
}  # fmt: skip
