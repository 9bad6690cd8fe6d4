"""A study of the settings of a model for tables: `glassnet.search.study`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from glassnet.core.checks import is_count
from glassnet.errors import MissingLibraryError, SettingError, WrongTypeError
from glassnet.estimators.saving import settings_to_json
from glassnet.estimators.tabular.model import TableModel
from glassnet.search.trials import Study, Trial
from glassnet.training.declarations import defaults
from glassnet.typing import ArrayLike, Rows

SHARE = 0.2  # of the rows, by which trials are compared


def study(
    model: Any, X: Rows, y: ArrayLike, sample_weight: ArrayLike | None = None, *, groups: ArrayLike | None = None,
    X_val: Rows | None = None, y_val: ArrayLike | None = None, trials: int = 50, time_limit: float | None = None,
    storage: str | Path | None = None, prune: bool = True, tell: Callable[[Trial], Any] = lambda trial: None,
) -> Study:  # fmt: skip
    """Search for the settings of a model for tables that are best on rows left out.

    Tried are layers, units, activation, rates, batch size, dropout, weight decay and recipes: whatever the model's
    settings leave open. The first trial is the model as it is. What comes out of a trial depends on its settings and
    the model's `random_state` alone, not on other trials or on how many processes share them.

    Parameters
    ----------
    model : TabularClassifier or TabularRegressor
        With the settings that are not searched. A fifth of the rows compares trials where its `validation` says no
        share and there are no `X_val`; without a `random_state` it is 0.
    X : data frame, array (m, n_x) or Pictures
        One row per sample.
    y : array_like (m,) or (m, n_outputs)
        Targets.
    sample_weight, groups, X_val, y_val : optional
        As the model's ``fit`` takes them.
    trials : int
        In all, those of other processes that share the storage included.
    time_limit : float, optional
        Seconds after which this process begins no further trial and leaves the one under way.
    storage : str or Path, optional
        A journal file or the URL of a database, ``postgresql://user@host/name``: processes and machines that name the
        same one share the trials of the same data and settings. None keeps them in this process.
    prune : bool
        Whether a trial ends early whose validation cost is above the median of the finished ones.
    tell : callable
        Gets each `Trial` of this process when it has ended.

    Returns
    -------
    Study
        The trials of all processes, and the best model: that trial's settings, trained once more.

    Raises
    ------
    WrongTypeError
        If `model` is no model for tables.
    SettingError
        If its `random_state` is no whole number, `trials` is less than 1, or the URL of the storage cannot be read.
    FileError
        If the storage cannot be opened.
    DataError
        If the data cannot be used, or no trial finished in time.
    MissingLibraryError
        If Optuna is not installed.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from glassnet import TabularClassifier
    >>> from glassnet.search import study
    >>> X, y = load_iris(return_X_y=True)
    >>> found = study(TabularClassifier(preset="fast", epochs=5), X, y, trials=3)  # doctest: +SKIP
    >>> found.best.settings, found.model.predict(X[:1])  # doctest: +SKIP
    """
    if not isinstance(model, TableModel):
        raise WrongTypeError(
            f"model: expected TabularClassifier(...) or TabularRegressor(...); got {type(model).__name__}; "
            "SearchCV searches the settings of other estimators"
        )
    if trials is True or not is_count(trials):
        raise SettingError(f"trials: expected a whole number of at least 1; got {trials!r}")
    own = model.get_params()
    own["random_state"] = 0 if own["random_state"] is None else own["random_state"]
    if not is_count(own["random_state"], least=0):
        raise SettingError(f"random_state: a search needs a whole number; got {own['random_state']!r:.60}")
    if own["validation"] is None and X_val is None:
        own["validation"] = SHARE
    rows: dict[str, Any] = {"sample_weight": sample_weight, "groups": groups, "X_val": X_val, "y_val": y_val}

    def fit(settings: dict[str, Any], callbacks: list[Any]) -> Any:
        return type(model)(**{**own, **settings}).fit(X, y, **rows, callbacks=callbacks)

    given = {name: value for name, value in own.items() if value != defaults(model._declared)[name]}
    found = searched(
        fit, given, [type(model).__name__, settings_to_json(given), _mark(y)], seed=own["random_state"], trials=trials,
        time_limit=time_limit, storage=storage, prune=prune, tell=tell,
    )  # fmt: skip
    return Study(found.trials, fit(found.best.settings, []), found.interrupted)


def searched(fit: Any, given: Mapping[str, Any], about: Any, **options: Any) -> Study:
    """Run this process's part of a study.

    Parameters
    ----------
    fit : callable
        Takes settings and callbacks, and returns a fitted model.
    given : mapping
        Settings that are not tried.
    about : plain data
        What tells the study from others in the same storage.
    **options
        Of `studies.Search`.

    Returns
    -------
    Study
        Without a model.

    Raises
    ------
    MissingLibraryError
        If Optuna is not installed.
    """
    try:
        from glassnet.search.studies import Search
    except ImportError as error:
        raise MissingLibraryError.of("search", "optuna") from error
    name = "glassnet " + hashlib.sha256(json.dumps(about, sort_keys=True, default=str).encode()).hexdigest()[:16]
    return Search(fit, given, name, **options).run()


def _mark(y: Any) -> str:
    """Return what tells targets from others."""
    values = np.asarray(y)
    return hashlib.sha256(
        str(values.shape).encode() + "\n".join(map(str, values.ravel().tolist())).encode()
    ).hexdigest()
