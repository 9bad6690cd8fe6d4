"""The specification of a run: data, network, settings and seeds as plain data, complete and checked.

Equal specifications give equal numbers, so the address of the page, an exported script and a new start share one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from glassnet.core.activations import ACTIVATIONS
from glassnet.core.initializers import INITIALIZERS
from glassnet.core.losses import LOSSES
from glassnet.core.names import choose
from glassnet.core.optimizers import OPTIMIZERS
from glassnet.core.schedules import SCHEDULES
from glassnet.errors import GlassnetError
from glassnet.estimators.tabular.recipes import CLASSES, COURSE, Recipe
from glassnet.studio.knobs import Knob, as_number, checked
from glassnet.studio.refused import RefusedError
from glassnet.studio.sources import complete_source
from glassnet.training.settings import TRAINING, Settings

if TYPE_CHECKING:
    from glassnet.studio.tables import Tables

MOST_LAYERS, MOST_UNITS = 100, 1_000_000
MOST_SEED = 2**31 - 1

STEPPING = [name for name, row in OPTIMIZERS.items() if row.update is not None]  # lbfgs takes no single steps
STEADY = [name for name, row in SCHEDULES.items() if not row.reads_costs]  # plateau reads costs of whole epochs
HIDDEN = [name for name in ACTIVATIONS if name != "softmax"]

SETTINGS = (  # of `Network.fit`, in the order of the page
    Knob("learning_rate", "Learning rate α", "number", None, 0, 1e6, 0.01, none="the optimiser's own"),
    Knob("schedule", "Schedule of α", "choice", "constant", choices=STEADY),
    Knob("epochs", "Epochs of the schedule", "whole", 1000, 1, 10**9, 100),
    Knob("optimizer", "Optimiser", "choice", "gradient_descent", choices=STEPPING),
    Knob("batch_size", "Samples in a step", "whole", None, 1, 10**9, 1, none="all of them"),
    Knob("shuffle", "New order each epoch", "yes_or_no", True),
    Knob("l2", "L2 penalty λ", "number", 0.0, 0, 1e9, 0.1),
    Knob("l1", "L1 penalty λ", "number", 0.0, 0, 1e9, 0.1),
    Knob("dropout", "Dropout", "number", 0.0, 0, 0.99, 0.05),
    Knob("clip_norm", "Longest gradient", "number", None, 0, 1e9, 0.1, none="no limit"),
)
WITH_OPTIONS: dict[str, tuple[Mapping[str, Any], list[str]]] = {
    "schedule": (SCHEDULES, STEADY),
    "optimizer": (OPTIMIZERS, STEPPING),
}

ROWS = 1000  # of the table that epochs and batches of a preset are for


def _of_recipe(recipe: Recipe) -> dict[str, Any]:
    """Return what a run takes of a recipe for tables."""
    batch_size = recipe.batch_for(ROWS)
    return {
        "hidden": [{"units": n, "activation": recipe.activation} for n in recipe.hidden],
        "initializer": recipe.initializers[-1] if recipe.initializers else None,
        "settings": {
            "learning_rate": recipe.learning_rate, "optimizer": recipe.optimizer, "batch_size": batch_size,
            "schedule": "constant" if recipe is COURSE else "cosine", "epochs": recipe.epochs_for(ROWS, batch_size),
            "dropout": recipe.dropout,
        },
    }  # fmt: skip


PRESETS: dict[str, dict[str, Any]] = {
    "course": {
        "hidden": [{"units": 4, "activation": "tanh"}], "initializer": "normal(0.01)",
        "settings": {"learning_rate": 1.2, "optimizer": "gradient_descent"},
    },
    "course, deep": _of_recipe(COURSE),
    "deep": {
        "hidden": [{"units": 16, "activation": "relu"}, {"units": 8, "activation": "relu"}], "initializer": None,
        "settings": {"learning_rate": 0.01, "optimizer": "adam", "batch_size": 64},
    },
    "logistic": {
        "hidden": [], "initializer": "zeros",
        "settings": {"learning_rate": 0.1, "optimizer": "gradient_descent"},
    },
    # of the recipes for tables those whose network a run can be: without embedded bins
    **{f"table, {name}": _of_recipe(CLASSES[name]) for name in ("linear", "simple", "wide", "deeper")},
}  # fmt: skip
DEFAULT: dict[str, Any] = {
    "source": {"name": "flower"}, "test_share": 0.2, "data_seed": 1, "seed": 1, "scaled": False, "balanced": False,
    "loss": None,
    "hidden": [{"units": 4, "activation": "tanh"}], "initializer": None, "settings": {"learning_rate": 1.2},
}  # fmt: skip
NUMBERS = (
    Knob("test_share", "Share of test samples", "number", 0.2, 0, 0.9, 0.05),
    Knob("data_seed", "Seed of the data", "whole", 1, 0, MOST_SEED, 1),
    Knob("seed", "Seed of the network", "whole", 1, 0, MOST_SEED, 1),
    Knob("scaled", "Scale the numbers", "yes_or_no", False),
    Knob("balanced", "Balance the classes", "yes_or_no", False),
)


def complete(given: Any, tables: Tables | None = None) -> dict[str, Any]:
    """Return the specification with a value for everything.

    Parameters
    ----------
    given : mapping
        From the page; what it leaves out has its default.
    tables : Tables, optional
        The files that its source may name.

    Returns
    -------
    dict
        Plain data.

    Raises
    ------
    RefusedError
        If something is unknown or outside its range; its `field` says where.
    """
    if not isinstance(given, Mapping):
        raise RefusedError(f"expected an object, such as {{}}; got {given!r:.60}")
    for name in given:
        if name not in DEFAULT:
            raise RefusedError(f"nothing is called {name!r:.60}; known are {', '.join(DEFAULT)}", f"{name:.60}")
    found = {**DEFAULT, **given}
    found["source"] = complete_source(found["source"], tables)
    for knob in NUMBERS:
        found[knob.name] = knob.checked(found[knob.name], knob.name)
    found["hidden"] = _hidden(found["hidden"])
    found["initializer"] = _choice(INITIALIZERS, list(INITIALIZERS), found["initializer"], "initializer")
    found["loss"] = _choice(LOSSES, ["cross_entropy", *LOSSES], found["loss"], "loss")
    found["settings"] = complete_settings(found["settings"])
    return found


def complete_settings(given: Any) -> dict[str, Any]:
    """Return the settings of the training with a value for each.

    Raises
    ------
    RefusedError
        If one is unknown or outside its range.
    """
    if not isinstance(given, Mapping):
        raise RefusedError(f"settings: expected an object of names and values; got {given!r:.60}", "settings")
    plain = {name: value for name, value in given.items() if name not in WITH_OPTIONS}
    found = checked([knob for knob in SETTINGS if knob.name not in WITH_OPTIONS], plain, "settings")
    for name, (table, names) in WITH_OPTIONS.items():
        knob = next(knob for knob in SETTINGS if knob.name == name)
        found[name] = _choice(table, names, given.get(name) or knob.default, f"settings.{name}")
    if found["learning_rate"] == 0:
        raise RefusedError("learning_rate: expected a number above 0; got 0", "settings.learning_rate")
    try:
        Settings(**{name: value for name, value in found.items() if name in TRAINING})
    except GlassnetError as error:
        raise RefusedError(str(error), "settings") from None
    return {knob.name: found[knob.name] for knob in SETTINGS}


def _choice(table: Mapping[str, Any], names: list[str], value: Any, field: str) -> str | None:
    """Return a choice of a table, options included; only some of its names may be allowed."""
    if value is None:
        return None
    kind = field.rpartition(".")[2]
    if value in names and value not in table:
        return str(value)
    try:
        name, _ = choose(table, value, kind)
    except (GlassnetError, OverflowError) as error:
        raise RefusedError(str(error), field) from None
    if name not in names:
        raise RefusedError(f"{kind}: {name} cannot be taken step by step; take one of {', '.join(names)}", field)
    return str(value)


def _hidden(given: Any) -> list[dict[str, Any]]:
    if not isinstance(given, list) or len(given) > MOST_LAYERS:
        raise RefusedError(f"hidden: expected a list of at most {MOST_LAYERS} layers; got {given!r:.60}", "hidden")
    found = []
    for l, layer in enumerate(given):
        field = f"hidden.{l}"
        if not isinstance(layer, Mapping) or set(layer) - {"units", "activation"}:
            raise RefusedError(f"{field}: expected units and activation; got {layer!r:.60}", field)
        units = as_number(layer.get("units", 4))
        if units is None or not 1 <= units <= MOST_UNITS or units % 1:
            raise RefusedError(
                f"{field}: expected a whole number of units from 1 to {MOST_UNITS}; got {layer.get('units')!r:.60}",
                f"{field}.units",
            )
        activation = _choice(ACTIVATIONS, HIDDEN, layer.get("activation", "relu"), f"{field}.activation")
        found.append({"units": int(units), "activation": activation or "relu"})
    return found
