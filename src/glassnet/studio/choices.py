"""What the page lets one choose, from the tables of the core, and its texts in Chinese."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from glassnet.core.initializers import INITIALIZERS
from glassnet.core.losses import LOSSES
from glassnet.estimators.tabular.recipes import PRESETS as TABLE_PRESETS
from glassnet.studio.lessons import LESSONS
from glassnet.studio.sources import SOURCES
from glassnet.studio.spec import DEFAULT, HIDDEN, NUMBERS, PRESETS, SETTINGS, STEADY, STEPPING


@cache
def choices() -> dict[str, Any]:
    """Return the choices and texts as plain data."""
    return {
        "sources": [
            {"name": name, "label": row.label, "settings": [knob.to_document() for knob in row.knobs]}
            for name, row in SOURCES.items()
        ],
        "activations": HIDDEN, "losses": ["cross_entropy", *LOSSES], "optimizers": STEPPING, "schedules": STEADY,
        "initializers": list(INITIALIZERS), "presets": PRESETS, "default": DEFAULT,
        "table_presets": list(TABLE_PRESETS),
        "settings": [knob.to_document() for knob in SETTINGS], "numbers": [knob.to_document() for knob in NUMBERS],
        "lessons": {name: row._asdict() for name, row in LESSONS.items()}, "texts": texts(),
    }  # fmt: skip


@cache
def texts() -> dict[str, str]:
    """Return the table English -> Chinese of the page."""
    found: dict[str, str] = {}
    for name in ("words.zh.toml", "server.zh.toml"):
        found |= tomllib.loads(files("glassnet.studio").joinpath(name).read_text(encoding="utf-8"))
    return found
