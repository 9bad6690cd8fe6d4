"""A training as the line of the shell that repeats it."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from glassnet.estimators.tabular.settings import CLASSIFIER, COLUMNS


def train_command(data: str | Path, said: Mapping[str, Any], settings: Mapping[str, Any]) -> str:
    """Return the `glassnet train` line of a training.

    Parameters
    ----------
    data : path
        What is trained on.
    said : mapping of str to plain data
        Of the data, by the names of options: target, task, test, id and the like; None is left out.
    settings : mapping
        Arguments of the estimator by name, columns included.

    Returns
    -------
    str
        Quoted as a shell reads it.
    """
    words = ["glassnet", "train", shlex.quote(str(data))]
    for name, value in said.items():
        words += _option(name.replace("_", "-"), value)
    for name, value in settings.items():
        setting = CLASSIFIER[name]
        if setting.flag is not None:
            words += [f"--{setting.flag[0] if setting.option is None else setting.option}"] if value else []
        elif name in COLUMNS:
            words += _option(setting.option_name, value)
        elif name == "cost_matrix" and isinstance(value, Mapping):
            words += _option(setting.option_name, ",".join(f"{a}:{b}={cost!r}" for (a, b), cost in value.items()))
        elif isinstance(value, list | tuple):
            words += _option(setting.option_name, ",".join(map(_text, value)) or "none")
        else:
            words += _option(setting.option_name, value)
    return " ".join(words)


def _option(name: str, value: Any) -> list[str]:
    """Return the words of an option: none where it was not given, several where it may be repeated."""
    if value is None:
        return []
    if isinstance(value, bool):
        return [f"--{name}" if value else f"--no-{name}"]
    if isinstance(value, Mapping):
        return [word for key, each in value.items() for word in _option(name, f"{key}={each}" if each else str(key))]
    if isinstance(value, list | tuple):
        return [word for each in value for word in _option(name, each)]
    return [f"--{name}", shlex.quote(_text(value))]


def _text(value: Any) -> str:
    return repr(value) if isinstance(value, float) else str(value)
