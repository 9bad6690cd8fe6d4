"""What a search tries: the settings that its user left open, and the values that each of them may take."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple, Protocol

LAYERS, RECIPE = "layers", "recipe"
DIGITS = 3  # of a number that is tried: a line that repeats the trial stays short, and is exact


class OneOf(NamedTuple):
    """A parameter that takes one of some values."""

    values: tuple[Any, ...]


class Between(NamedTuple):
    """A parameter that takes numbers between two; `log` where it goes by factors."""

    low: float
    high: float
    log: bool = False


class Parameter(NamedTuple):
    """What is tried of a network.

    Parameters
    ----------
    values : OneOf or Between
        That it may take.
    settings : tuple of str
        Of the model: it is not tried where one of them is given.
    of : tuple of str
        Kinds of networks that have it: "layers" whose sizes are searched, or those of a "recipe".
    """

    values: OneOf | Between
    settings: tuple[str, ...]
    of: tuple[str, ...] = (LAYERS, RECIPE)


# fmt: off
PARAMETERS = {
    "layers":        Parameter(OneOf((1, 2, 3)),                    ("hidden",),               (LAYERS,)),
    "units":         Parameter(OneOf((16, 32, 64, 128, 256)),       ("hidden",),               (LAYERS,)),
    "networks":      Parameter(OneOf((1, 4)),                       ("n_networks",),           (LAYERS,)),
    "epochs":        Parameter(OneOf((15, 30, 60)),                 ("epochs", "iterations"),  (LAYERS,)),
    "activation":    Parameter(OneOf(("relu", "silu", "tanh")),     ("activation",)),
    "learning_rate": Parameter(Between(5e-4, 3e-2, log=True),       ("learning_rate",)),
    "batch_size":    Parameter(OneOf((32, 64, 128, 256)),           ("batch_size",)),
    "dropout":       Parameter(Between(0.0, 0.5),                   ("dropout",)),
    "weight_decay":  Parameter(Between(1e-3, 0.3, log=True),        ("optimizer", "l2")),
}
# fmt: on
QUICK = {"preset": "fast"}  # the preset of a single recipe, so that its networks can be pruned


class Suggests(Protocol):
    """What chooses values: a trial of Optuna's."""

    def suggest_categorical(self, name: str, choices: Any) -> Any:
        """Return one of the choices."""

    def suggest_float(self, name: str, low: float, high: float, *, log: bool = False) -> float:
        """Return a number between two."""


def settings_of(trial: Suggests, given: Collection[str]) -> dict[str, Any]:
    """Return the settings that a trial tries, beside those that are given.

    Parameters
    ----------
    trial : optuna.Trial
        Chooses.
    given : collection of str
        Names of settings that are not tried.

    Returns
    -------
    dict
        Arguments of `TabularClassifier` or `TabularRegressor`.
    """
    kinds = kinds_of(given)
    kind = trial.suggest_categorical("network", kinds) if len(kinds) > 1 else kinds[0]
    found = {}
    for name, parameter in PARAMETERS.items():
        if kind in parameter.of and not set(parameter.settings) & set(given):
            values = parameter.values
            if isinstance(values, OneOf):
                found[name] = trial.suggest_categorical(name, values.values)
            else:
                found[name] = float(f"{trial.suggest_float(name, *values[:2], log=values.log):.{DIGITS}g}")
    quick = QUICK if kind == RECIPE and not {"preset", "hidden"} & set(given) else {}
    return {**quick, **_as_settings(found)}


def kinds_of(given: Collection[str]) -> tuple[str, ...]:
    """Return the kinds of networks that are tried beside given settings."""
    if "hidden" in given:
        return (LAYERS,)
    return (RECIPE,) if "preset" in given else (LAYERS, RECIPE)


def is_single(settings: Mapping[str, Any]) -> bool:
    """Return whether settings train one stack of networks, whose validation costs can be compared with others'."""
    return settings.get("hidden") is not None or settings.get("preset") in ("fast", "course")


def _as_settings(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return parameters under the names of settings."""
    settings = dict(found)
    if "layers" in settings:
        settings["hidden"] = [settings.pop("units")] * settings.pop("layers")
    if "networks" in settings:
        settings["n_networks"] = settings.pop("networks")
    if "weight_decay" in settings:
        settings["optimizer"] = f"adamw(beta_2=0.95, weight_decay={settings.pop('weight_decay'):g})"
    return settings
