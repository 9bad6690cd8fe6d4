"""A file is searched for the settings that suit it: what `glassnet search` does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from glassnet.errors import SettingError
from glassnet.estimators.saving import settings_to_json
from glassnet.estimators.tabular.settings import CLASSIFIER
from glassnet.files import check_writable
from glassnet.search.tabular import SHARE, searched
from glassnet.search.trials import Study, Trial
from glassnet.workflows.command_line import train_command
from glassnet.workflows.outcome import Training
from glassnet.workflows.sources import checksum
from glassnet.workflows.training import train_file

IN_OPTIONS = {"sample_weight": "weight", "ids": "id"}  # names of arguments that have another one in the shell


@dataclass(frozen=True)
class Search:
    """What `search_file` found.

    Parameters
    ----------
    study : Study
        The trials of all processes.
    commands : dict of int to str
        For each trial the line that repeats it.
    training : Training
        The best trial, trained once more and saved.
    """

    study: Study
    commands: dict[int, str]
    training: Training


def search_file(
    data: str | Path, target: str | None = None, *, trials: int = 50, time_limit: float | None = None,
    storage: str | Path | None = None, prune: bool = True, out: str | Path | None = None,
    reading: dict[str, Any] | None = None, tell: Callable[[Trial], Any] = lambda trial: None, **settings: Any,
) -> Search:  # fmt: skip
    """Try settings on a file, each as `train_file` trains, and train and save the best.

    Parameters
    ----------
    data : path
        A table, arrays or a folder of pictures, as `glassnet.read` takes them.
    target : str, optional
        Column to predict.
    trials : int
        In all, those of other processes with the same storage included.
    time_limit : float, optional
        Seconds after which no further trial begins; training the best once more comes on top.
    storage : str or Path, optional
        Journal file or URL of a database that processes share.
    prune : bool
        Whether trials that lag behind are ended.
    out : path, optional
        Model file to write.
    reading : dict, optional
        Further arguments of `glassnet.read`.
    tell : callable
        Gets each `Trial` of this process when it has ended.
    **settings
        Other arguments of `train_file`: they are not tried.

    Returns
    -------
    Search
        Trials, lines of the shell, and the best training.

    Raises
    ------
    GlassnetError
        If the data, a setting, the storage or the output file cannot be used.
    """
    if out is not None:
        check_writable(out, data)
    seed = settings.get("random_state")
    settings["random_state"] = seed = 0 if seed is None else seed
    if settings.get("time_limit") is not None:
        raise SettingError("time_limit is of the whole search; trials are the same on every machine")
    if settings.get("validation") is None:
        settings["validation"] = SHARE
    rows = {"target": target, **settings}

    def fit(tried: dict[str, Any], callbacks: Sequence[Any]) -> Any:
        return train_file(data, reading=reading, callbacks=callbacks, **{**rows, **tried}).model

    given = {name: value for name, value in settings.items() if value is not None}
    mark = checksum(data) or Path(data).name
    study = searched(
        fit, given, [mark, target, settings_to_json(given), reading], seed=seed, trials=trials,
        time_limit=time_limit, storage=storage, prune=prune, tell=tell,
    )  # fmt: skip
    said = {"target": target, **{IN_OPTIONS.get(name, name): value for name, value in given.items()
                                 if name not in CLASSIFIER}, **(reading or {})}  # fmt: skip
    fixed = {name: value for name, value in given.items() if name in CLASSIFIER}
    commands = {each.number: train_command(data, said, {**fixed, **each.settings}) for each in study.trials}
    best = train_file(data, reading=reading, out=out, **{**rows, **study.best.settings})
    return Search(study, commands, best)
