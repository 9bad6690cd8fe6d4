"""Where specifications differ, setting by setting, as a table shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from glassnet.studio.knobs import Knob
from glassnet.studio.sources import SOURCES
from glassnet.studio.spec import NUMBERS, SETTINGS

YES_OR_NO = {True: "yes", False: "no"}
OF_THE_NETWORK = (
    ("hidden", "Hidden layers", "none"), ("initializer", "First weights", "by activation"),
    ("loss", "Loss", "by the target"),
)  # fmt: skip
OF_A_TABLE = (("target", "Target"), ("task", "Predicted as"), ("columns", "Columns"))


def differences(specs: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the settings that are not the same in all specifications.

    Parameters
    ----------
    specs : sequence of mapping
        Complete ones.

    Returns
    -------
    list of dict
        A name, a label, and the value in each specification in words; "" where one has no such setting.
    """
    rows = [_rows(spec) for spec in specs]
    labels = {name: label for each in rows for name, (label, _) in each.items()}
    found = [
        {"name": name, "label": label, "values": [each[name][1] if name in each else "" for each in rows]}
        for name, label in labels.items()
    ]
    return [row for row in found if len(set(row["values"])) > 1]


def _rows(spec: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """Return label and value of every setting, in the order of the page."""
    source = spec["source"]
    known = SOURCES.get(source["name"])
    rows = {"source": ("Data set", str(source.get("file") or source["name"]) if known is None else known.label)}
    for knob in () if known is None else known.knobs:
        rows[f"source.{knob.name}"] = (knob.label, _said(knob, source[knob.name]))
    if known is None:
        rows |= {f"source.{name}": (label, str(source.get(name) or "")) for name, label in OF_A_TABLE}
    rows |= {knob.name: (knob.label, _said(knob, spec[knob.name])) for knob in NUMBERS}
    for name, label, none in OF_THE_NETWORK:
        value = _layers(spec["hidden"]) if name == "hidden" else spec[name]
        rows[name] = (label, str(value or none))
    settings = spec["settings"]
    return rows | {f"settings.{knob.name}": (knob.label, _said(knob, settings[knob.name])) for knob in SETTINGS}


def _layers(hidden: Sequence[Mapping[str, Any]]) -> str:
    """Return the hidden layers in words: "4 tanh, 3 × 8 relu"."""
    found = []
    for layer, alike in groupby(f"{each['units']} {each['activation']}" for each in hidden):
        count = len(list(alike))
        found.append(layer if count == 1 else f"{count} \u00d7 {layer}")
    return ", ".join(found)


def _said(knob: Knob, value: Any) -> str:
    if value is None:
        return knob.none
    if isinstance(value, bool):
        return YES_OR_NO[value]
    return f"{value:.6g}" if isinstance(value, float) else str(value)
