"""The table of data sets: name -> what makes it, and its knobs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from glassnet import interrupts, planes
from glassnet.errors import suggestion
from glassnet.studio.data import Data
from glassnet.studio.knobs import Knob, checked
from glassnet.studio.models import MODEL
from glassnet.studio.refused import RefusedError
from glassnet.studio.typed import typed
from glassnet.typing import Array

if TYPE_CHECKING:
    from glassnet.studio.tables import Tables

TABLE = "table"  # the source of the user's own files
MOST_SAMPLES = 20_000  # that are made


class Source(NamedTuple):
    """One row of the table: `make` takes a seed and the knobs' values by name."""

    label: str
    make: Callable[..., Data]
    knobs: Sequence[Knob]


def _plane(make: Callable[..., tuple[Array, Array]], data_seed: int, *, m: int, **settings: Any) -> Data:
    X, Y = make(data_seed, m, **settings)
    names = ["orange", "blue"] if len(Y) == 1 else [f"cloud {k + 1}" for k in range(len(Y))]
    return Data(X, Y, ["x1", "x2"], names, target="colour")


def _digits(data_seed: int) -> Data:
    with interrupts.held():
        from sklearn.datasets import load_digits

    digits = load_digits()
    names = [f"row {i // 8 + 1}, column {i % 8 + 1}" for i in range(64)]
    return Data(
        digits.data.T / 16, np.eye(10)[digits.target].T, names, list("0123456789"), picture=(8, 8), target="digit"
    )


def _tumours(data_seed: int) -> Data:
    with interrupts.held():
        from sklearn.datasets import load_breast_cancer

    tumours = load_breast_cancer()
    X = tumours.data.T
    X = (X - X.mean(axis=1, keepdims=True)) / X.std(axis=1, keepdims=True)
    names = [str(name) for name in tumours.feature_names]
    return Data(X, tumours.target[None].astype(float), names, ["malignant", "benign"], target="tumour")


def _samples(default: int = 400) -> Knob:
    return Knob("m", "Samples", "whole", default, 10, MOST_SAMPLES, 10)


def _noise(default: float) -> Knob:
    return Knob("noise", "Noise", "number", default, 0, 2, 0.05)


SOURCES: dict[str, Source] = {
    "flower": Source("Flower", partial(_plane, planes.flower), [_samples()]),
    "moons": Source("Moons", partial(_plane, planes.moons), [_samples(), _noise(0.1)]),
    "circles": Source("Circles", partial(_plane, planes.circles), [_samples(), _noise(0.1)]),
    "xor": Source("Exclusive or", partial(_plane, planes.xor), [_samples(), _noise(0.05)]),
    "spiral": Source(
        "Spiral", partial(_plane, planes.spiral),
        [_samples(), _noise(0.1), Knob("turns", "Turns", "number", 1.5, 0.25, 5, 0.25)],
    ),
    "clusters": Source(
        "Clusters", partial(_plane, planes.clusters),
        [_samples(), _noise(0.5), Knob("k", "Classes", "whole", 3, 3, 10, 1)],
    ),
    "typed": Source(
        "A function", typed,
        [
            Knob("formula", "Formula", "text", "sin(3 * x1) * x2"), _samples(), _noise(0.1),
            Knob("width", "From 0 up to", "number", 2.0, 0.1, 100, 0.5),
        ],
    ),
    "digits": Source("Handwritten digits", _digits, []),
    "tumours": Source("Tumours", _tumours, []),
}  # fmt: skip


def complete_source(given: Any, tables: Tables | None = None) -> dict[str, Any]:
    """Return a source as the page names it, with a value for each of its knobs.

    Parameters
    ----------
    given : mapping
        From the page.
    tables : Tables, optional
        The files that a source may name.

    Returns
    -------
    dict
        Plain data.

    Raises
    ------
    RefusedError
        If there is no such source, or a value is none that its knob has.
    """
    if not isinstance(given, Mapping) or not isinstance(given.get("name"), str):
        raise RefusedError(f"source: expected an object with a name; got {given!r:.60}", "source.name")
    name = given["name"]
    if name == TABLE and tables is not None:
        return tables.complete(given)
    if name == MODEL and tables is not None:
        return tables.models.complete(given)
    if name not in SOURCES:
        raise RefusedError(f"source: nothing is called {name!r:.60}{suggestion(name, SOURCES)}", "source.name")
    rest = {key: value for key, value in given.items() if key != "name"}
    return {"name": name, **checked(SOURCES[name].knobs, rest, "source")}


def make(
    source: Mapping[str, Any], data_seed: int, test_share: float = 0.0, tables: Tables | None = None
) -> Data:  # fmt: skip
    """Return the data of a complete source; the share decides which rows of a table prepare its columns."""
    if source["name"] == TABLE and tables is not None:
        return tables.make(source, data_seed, test_share)
    settings = {key: value for key, value in source.items() if key != "name"}
    return SOURCES[source["name"]].make(data_seed, **settings)
