"""Features in C: one function for each kind, from the text of an input to a call that writes the features at x."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from glassnet.export.c_text import array, texts_array
from glassnet.export.description import Bins, CalendarPart, Feature, Input, IsMissing, Means, OneOf, Scaled


def _scaled(feature: Scaled, v: str, name: str, constants: list[str]) -> str:
    function = "scaled" if feature.clipped else "linear"
    return f"NAME_{function}(x, {_in_unit(feature.input, v)}, {feature.median!r}, {feature.spread!r})"


def _bins(feature: Bins, v: str, name: str, constants: list[str]) -> str:
    constants.append(array("double", f"NAME_{name}", np.array(feature.edges)))
    return f"NAME_bins(x, {_in_unit(feature.input, v)}, {feature.median!r}, NAME_{name}, {feature.width})"


def _one_of(feature: OneOf, v: str, name: str, constants: list[str]) -> str:
    constants.append(texts_array(f"NAME_{name}", feature.values))
    return f"NAME_one_of(x, {v}, NAME_{name}, {len(feature.values)}, {feature.other:d}, {feature.missing:d})"


def _means(feature: Means, v: str, name: str, constants: list[str]) -> str:
    constants += [
        texts_array(f"NAME_{name}", feature.values),
        array("float", f"NAME_means_{name}", np.array(feature.means)),
    ]
    return f"NAME_means(x, {v}, NAME_{name}, NAME_means_{name}, {len(feature.values)}, {feature.width})"


def _in_unit(one: Input, v: str) -> str:
    return v if one.per_unit == 1 else f"{v} / {one.per_unit!r}"


WRITERS: dict[type[Feature], Callable[[Any, str, str, list[str]], str]] = {
    Scaled: _scaled, Bins: _bins, OneOf: _one_of, Means: _means,
    IsMissing: lambda feature, v, name, constants: f"NAME_is_missing(x, {v})",
    CalendarPart: lambda feature, v, name, constants: f"NAME_{feature.part.replace(' ', '_')}(x, {v})",
}  # fmt: skip
