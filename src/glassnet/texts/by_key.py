"""Texts under a key in every language: the table of this folder's `report.toml`."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files


@cache
def keyed() -> dict[str, dict[str, str]]:
    """Return the table key -> {language: text}, in which <name> is a value and a formula stands between dollar signs.

    Returns
    -------
    dict
        Of every text of a report.
    """
    return tomllib.loads(files("glassnet.texts").joinpath("report.toml").read_text(encoding="utf-8"))
