"""The settings of a model for tables as a file keeps them: plain values of the kinds that `fit` takes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from glassnet.core.activations import ACTIVATIONS
from glassnet.core.architecture import choose_loss
from glassnet.core.losses import full_name
from glassnet.core.names import choose
from glassnet.documents import TEXT, TRUTH, checked, either, listed, maybe, number, one_of, whole
from glassnet.estimators.tabular.recipes import preset_named
from glassnet.training.settings import Settings

NAMES = maybe(either(TEXT, listed(TEXT)))
SWITCH = either(TRUTH, whole())
ROWS = {  # beside those that `Settings` checks
    "hidden": maybe(either(whole(1), listed(whole(1)))), "activation": NAMES, "preset": TEXT, "loss": maybe(TEXT),
    "validation": maybe(number(0, 1)), "patience": maybe(number(0, math.inf)), "n_networks": maybe(whole(1)),
    "class_weight": maybe(one_of("balanced")),
    "random_state": maybe(whole()), "warm_start": SWITCH, "verbose": SWITCH,
}  # fmt: skip


def check(settings: Mapping[str, Any]) -> None:
    """Raise ValueError unless each setting that is there is one that `fit` takes.

    Raises
    ------
    ModelFileError, SettingError
        If one is of another kind, outside its range, or a name that no table has.
    """
    checked(settings, ROWS, "settings", later=ROWS, others=True)
    if "preset" in settings:
        preset_named(settings["preset"])
    activation = settings.get("activation") or []
    for name in [activation] if isinstance(activation, str) else activation:
        choose(ACTIVATIONS, name, "activation")
    if settings.get("loss") is not None:
        choose_loss(full_name(settings["loss"], 1))
    for field in fields(Settings):
        if settings.get(field.name) is not None:
            Settings(**{field.name: settings[field.name]})
