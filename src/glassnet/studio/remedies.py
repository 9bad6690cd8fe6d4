"""The table of remedies: finding -> where on the page it is seen, and the change that it proposes.

A place is plain data that the page goes to: a layer with some of its units, a distribution, a curve, samples, features,
a cell of the confusions, a field of the settings. A change holds what another specification has in place of this one;
it is made on the network as it is, or the run begins again with it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from glassnet.studio.differences import differences
from glassnet.studio.sources import TABLE

Numbers = Mapping[str, Any]
MOST_SHOWN = 12  # samples or units that a place names
LESS = 10.0  # by which a learning rate is divided where nothing better is known


class Change(NamedTuple):
    """What is to be changed.

    Parameters
    ----------
    spec : mapping
        Parts of a specification; of "settings" only those that change.
    again : bool
        Whether the run begins again; else it goes on.
    play : bool
        Whether it then plays.
    """

    spec: Mapping[str, Any] = {}
    again: bool = True
    play: bool = False


class Remedy(NamedTuple):
    """One row: both take the numbers of the finding and the specification of the run."""

    place: Callable[[Numbers, Any], dict[str, Any]]
    change: Callable[[Numbers, Any], Change | None] = lambda numbers, spec: None


def _settings(again: bool = True, **values: Any) -> Change:
    """Return a change of settings."""
    return Change({"settings": values}, again)


# ---------------------------------------------------------------- places
def _field(name: str) -> Callable[[Numbers, Any], dict[str, Any]]:
    """Return the place of a field."""
    return lambda numbers, spec: {"kind": "field", "field": name}


def _curve(numbers: Numbers, spec: Any) -> dict[str, Any]:
    return {"kind": "curve"}


def _plane(numbers: Numbers, spec: Any) -> dict[str, Any]:
    return {"kind": "plane"}


def _distribution(array: str) -> Callable[[Numbers, Any], dict[str, Any]]:
    """Return the place of an array's distribution, in the first layer that the finding names, else in the last."""
    return lambda numbers, spec: {
        "kind": "distribution", "array": array, "layer": numbers.get("layers", [len(spec["hidden"]) + 1])[0],
    }  # fmt: skip


def _units(numbers: Numbers, spec: Any) -> dict[str, Any]:
    l, found = next(iter(numbers["units"].items()))
    return {"kind": "units", "layer": l, "units": found[:MOST_SHOWN]}


def _layer(numbers: Numbers, spec: Any) -> dict[str, Any]:
    arrays = numbers.get("arrays", ["W[1]"])
    return {"kind": "units", "layer": int(arrays[0].strip("Wb[]")), "units": []}


def _features(numbers: Numbers, spec: Any) -> dict[str, Any]:
    found = numbers.get("features") or [k for pair in numbers.get("pairs", []) for k in pair]
    return {"kind": "features", "features": found[:MOST_SHOWN]}


def _confusions(numbers: Numbers, spec: Any) -> dict[str, Any]:
    pair = numbers["pairs"][0] if "pairs" in numbers else [numbers["classes"][0], _largest(numbers["counts"])]
    return {"kind": "confusion", "cell": pair}


def _samples(numbers: Numbers, spec: Any) -> dict[str, Any]:
    return {"kind": "samples", "samples": numbers["samples"][:MOST_SHOWN]}


def _largest(counts: list[int]) -> int:
    return max(range(len(counts)), key=counts.__getitem__)


# ---------------------------------------------------------------- changes
def _better_rate(numbers: Numbers, spec: Any) -> Change:
    return _settings(learning_rate=numbers["try"])


def _slower(numbers: Numbers, spec: Any) -> Change | None:
    rate = spec["settings"]["learning_rate"]
    return Change({"scaled": True, **({"settings": {"learning_rate": rate / LESS}} if rate else {})})


def _scaled(numbers: Numbers, spec: Any) -> Change | None:
    return None if spec["scaled"] else Change({"scaled": True})


def _bent(numbers: Numbers, spec: Any) -> Change:
    return Change({"hidden": [{**each, "activation": "tanh"} for each in spec["hidden"]]})


def _random_start(numbers: Numbers, spec: Any) -> Change:
    return Change({"initializer": None})


def _he_or_leaky(numbers: Numbers, spec: Any) -> Change:
    """Begin with weights of he; where that is so already, with an activation that cannot die."""
    if spec["initializer"] not in (None, "he"):
        return Change({"initializer": None})
    dead = numbers["layers"]
    return Change({"hidden": [
        {**each, "activation": "leaky_relu" if l in dead else each["activation"]}
        for l, each in enumerate(spec["hidden"], start=1)
    ]})  # fmt: skip


def _small_or_relu(numbers: Numbers, spec: Any) -> Change:
    """Begin with weights of glorot; where that is so already, with scaled inputs, then with relu."""
    if spec["initializer"] not in (None, "glorot"):
        return Change({"initializer": None})
    return Change({"scaled": True}) if not spec["scaled"] else _relu(numbers, spec)


def _relu(numbers: Numbers, spec: Any) -> Change:
    return Change({"initializer": None, "hidden": [{**each, "activation": "relu"} for each in spec["hidden"]]})


def _clipped(numbers: Numbers, spec: Any) -> Change:
    return Change({"initializer": None, "settings": {"clip_norm": 1.0}})


def _weaker(numbers: Numbers, spec: Any) -> Change:
    return _settings(**{name: spec["settings"][name] / 100 for name in ("l2", "l1") if spec["settings"][name]})


def _penalised(numbers: Numbers, spec: Any) -> Change:
    return _settings(l2=float(max(1.0, 3 * spec["settings"]["l2"])))


def _longer(numbers: Numbers, spec: Any) -> Change:
    """Train on; a schedule that would end gets more epochs."""
    if spec["settings"]["schedule"] == "constant":
        return Change(again=False, play=True)
    return Change({"settings": {"epochs": max(10 * numbers["epochs"], spec["settings"]["epochs"])}}, True, True)


def _larger(numbers: Numbers, spec: Any) -> Change:
    """Take twice as many units; where there are none, a hidden layer."""
    more = [{**each, "units": 2 * each["units"]} for each in spec["hidden"]]
    return Change({"hidden": more or [{"units": 8, "activation": "tanh"}]})


def _without_copy(numbers: Numbers, spec: Any) -> Change | None:
    """Leave out the second column of a pair, where the features are columns of a table."""
    source, copy = spec["source"], numbers["names"][numbers["pairs"][0][1]]
    if source["name"] != TABLE:
        return None
    return Change({"source": {**source, "columns": {**source["columns"], copy: "drop"}}})


REMEDIES: dict[str, Remedy] = {
    "not_finite": Remedy(_layer, _slower),
    "output_range": Remedy(_field("loss"), lambda numbers, spec: Change({"loss": None}) if spec["loss"] else None),
    "no_nonlinearity": Remedy(_field("hidden.0.activation"), _bent),
    "symmetric_units": Remedy(_units, _random_start),
    "inputs_unscaled": Remedy(_features, _scaled),
    "targets_unscaled": Remedy(_distribution("dZ"), _scaled),
    "unshuffled": Remedy(_field("settings.shuffle"), lambda numbers, spec: _settings(again=False, shuffle=True)),
    "labels_swapped": Remedy(_confusions),
    "penalty_strong": Remedy(_field("settings.l2"), _weaker),
    "exploding": Remedy(_distribution("dZ"), _clipped),
    "learning_rate_high": Remedy(_curve, _better_rate),
    "dead_units": Remedy(_units, _he_or_leaky),
    "saturated": Remedy(_distribution("A"), _small_or_relu),
    "vanishing": Remedy(_distribution("dZ"), _relu),
    "learning_rate_low": Remedy(_curve, _better_rate),
    "labels_wrong": Remedy(_samples),
    "classes_unbalanced": Remedy(_confusions, lambda numbers, spec: Change({"balanced": True})),
    "overfitting": Remedy(_curve, _penalised),
    "too_few_steps": Remedy(_curve, _longer),
    "underfitting": Remedy(_plane, _larger),
    "nothing_learned": Remedy(_curve),
    "duplicate_features": Remedy(_features, _without_copy),
}


def remedy(name: str, numbers: Numbers, spec: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """Return where a finding is seen, and the change that it proposes, as the page gets them.

    Parameters
    ----------
    name : str
        Of the finding, a row of `REMEDIES`.
    numbers : mapping
        Its numbers.
    spec : mapping
        The specification of the run, with its settings as they are now.
    names : sequence of str
        Of the features.

    Returns
    -------
    dict
        ``show``, and ``fix``: None where the studio cannot do it, or it is so already.
    """
    row, numbers = REMEDIES[name], {**numbers, "names": names}
    change = row.change(numbers, spec)
    if change is None:
        return {"show": row.place(numbers, spec), "fix": None}
    rows = differences([spec, changed(spec, change)])
    fix = {"spec": change.spec, "again": change.again, "play": change.play, "rows": rows}
    return {"show": row.place(numbers, spec), "fix": fix if rows or change.play else None}


def changed(spec: Mapping[str, Any], change: Change) -> dict[str, Any]:
    """Return a specification with a change made in it."""
    return {**spec, **change.spec, "settings": {**spec["settings"], **change.spec.get("settings", {})}}
