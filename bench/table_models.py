"""Who is measured on tables: one row for each column of the results, how it is made, and how one fit is measured.

What a library needs before it takes a table (scaled numbers, categories, no missing cells) is done here, not timed.
"""

from __future__ import annotations

import logging
import time
import warnings
from collections.abc import Callable
from contextlib import nullcontext
from functools import cache, partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor, make_column_selector
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from glassnet import TabularClassifier, TabularRegressor
from glassnet.estimators.tabular import out_of_fold
from glassnet.estimators.tabular.out_of_fold import cost
from glassnet.estimators.tabular.recipes import CLASSES, PRESETS
from glassnet.metrics import calibration_error
from glassnet.tables import fitting
from table_data import SYNTHETIC, TRAIN_ROWS, Kind, Parts, load, split

Make = Callable[[int, bool, int], Any]  # of a seed, whether numbers are predicted, and the threads to use


class Column(NamedTuple):
    """A row of the list.

    Parameters
    ----------
    make : callable
        A model of a seed, whether numbers are predicted, and the number of threads.
    weight : float
        About how long a fit takes on one core, in those of `default`: the longest tasks begin first.
    needs : tuple of str
        Modules without which it does not take part.
    takes : callable, optional
        What the model is given of the columns of all rows, the training rows first, and their number.
    patch : tuple, optional
        A module of glassnet, a name in it, and its value while this model is fitted.
    only : {"classes", "numbers"}, optional
        The target of the tables where it differs from `default`; None is both.
    """

    make: Make
    weight: float
    needs: tuple[str, ...] = ()
    takes: Callable[[pd.DataFrame, int], pd.DataFrame] | None = None
    patch: tuple[Any, str, Any] | None = None
    only: Kind | None = None


def scaled(model: Any) -> Any:
    """Put the usual preparation before a model: medians, standard scale, one-hot."""
    numbers = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    words = make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder(handle_unknown="ignore"))
    is_number = make_column_selector(dtype_include="number")
    columns = ColumnTransformer([("numbers", numbers, is_number),
                                 ("words", words, make_column_selector(dtype_exclude="number"))])  # fmt: skip
    return make_pipeline(columns, model)


def as_categories(X: pd.DataFrame, m: int = 0) -> pd.DataFrame:
    """Return the frame with words as categories."""
    return X.astype(dict.fromkeys(X.select_dtypes(exclude="number"), "category"))


def filled(X: pd.DataFrame, m: int) -> pd.DataFrame:
    """Return the frame with words as categories, and without missing numbers: medians of the first m rows."""
    medians = X[:m].median(numeric_only=True).fillna(0)
    return as_categories(X).fillna(medians)


def as_words(X: pd.DataFrame, m: int) -> pd.DataFrame:
    """Return the frame with words as text, a missing one as the word "missing"."""
    words = X.select_dtypes(exclude="number").columns
    return X.assign(**{name: X[name].astype(object).where(X[name].notna(), "missing").astype(str) for name in words})


def linear(seed: int, numbers: bool, threads: int = 1) -> Any:
    """Return logistic or ridge regression on prepared columns."""
    return TransformedTargetRegressor(scaled(Ridge()), transformer=StandardScaler()) if numbers else scaled(
        LogisticRegression(max_iter=1000))  # fmt: skip


def sklearn_mlp(seed: int, numbers: bool, threads: int = 1) -> Any:
    """Return scikit-learn's network on prepared columns."""
    if numbers:
        return TransformedTargetRegressor(scaled(MLPRegressor(random_state=seed)), transformer=StandardScaler())
    return scaled(MLPClassifier(random_state=seed))


def boosting(seed: int, numbers: bool, threads: int = 1) -> Any:
    """Return scikit-learn's boosted trees."""
    kind = HistGradientBoostingRegressor if numbers else HistGradientBoostingClassifier
    return kind(categorical_features="from_dtype", random_state=seed)


def light_gbm(seed: int, numbers: bool, threads: int) -> Any:
    """Return LightGBM with its defaults."""
    import lightgbm

    kind = lightgbm.LGBMRegressor if numbers else lightgbm.LGBMClassifier
    return kind(random_state=seed, n_jobs=threads, verbose=-1)


class _CatBoost:
    """CatBoost with its defaults, which is told at `fit` which columns are words."""

    def __init__(self, seed: int, numbers: bool, threads: int) -> None:
        import catboost

        kind = catboost.CatBoostRegressor if numbers else catboost.CatBoostClassifier
        self.model = kind(random_seed=seed, thread_count=threads, verbose=0, allow_writing_files=False)
        if not numbers:
            self.predict_proba = self.model.predict_proba

    def fit(self, X: pd.DataFrame, y: np.ndarray) -> None:
        self.model.fit(X, y, cat_features=list(X.select_dtypes(exclude="number").columns))

    def predict(self, X: pd.DataFrame) -> np.ndarray:
        return self.model.predict(X)


def of_pytabkit(seed: int, numbers: bool, threads: int, *, kind: str, device: str = "cpu", **settings: Any) -> Any:
    """Return one of pytabkit's models."""
    import pytabkit
    import torch

    torch.set_num_threads(threads)
    model = getattr(pytabkit, f"{kind}_{'Regressor' if numbers else 'Classifier'}")
    return model(random_state=seed, device=device, n_threads=threads, **settings)


def tabm(seed: int, numbers: bool, threads: int) -> Any:
    """Return TabM-mini with piecewise-linear embeddings, with the settings that TabArena has for it.

    It takes many times as long as any other, so it takes a graphics processor where there is one.
    """
    return of_pytabkit(
        seed, numbers, threads, kind="TabM_D", device=device_of_tabm(), arch_type="tabm-mini", num_emb_type="pwl",
        batch_size="auto", weight_decay=3e-4, gradient_clipping_norm=1.0,
    )  # fmt: skip


def device_of_tabm() -> str:
    """Return where TabM trains."""
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def ours(seed: int, numbers: bool, threads: int = 1, **settings: Any) -> Any:
    """Return a glassnet model."""
    return (TabularRegressor if numbers else TabularClassifier)(random_state=seed, **settings)


def of_recipe(seed: int, numbers: bool, threads: int, *, recipe: str) -> Any:
    """Return `default` that tries one recipe only."""
    preset = next(name for name, each in PRESETS.items() if recipe in (*each.recipes, each.otherwise))
    model = ours(seed, numbers, preset=preset)
    model._recipes = {
        name: each._replace(least_rows=0 if name == recipe else 10**9) for name, each in type(model)._recipes.items()
    }
    return model


def with_recipes(seed: int, numbers: bool, threads: int, **changed: Any) -> Any:
    """Return `default` whose recipes all have another value in some fields."""
    model = ours(seed, numbers)
    model._recipes = {name: each._replace(**changed) for name, each in type(model)._recipes.items()}
    return model


def of_deep(seed: int, numbers: bool, threads: int, *, scale: float = 1.0, units: int = 0, **changed: Any) -> Any:
    """Return `default` whose deep recipes have other values, `scale` times the steps, or so many units a layer."""
    model = ours(seed, numbers)
    model._recipes = dict(type(model)._recipes)
    for name in ("deep", "smooth"):
        recipe = model._recipes[name]
        length = {"epochs": round(recipe.epochs * scale), "least_steps": round(recipe.least_steps * scale)}
        hidden = (units,) * len(recipe.hidden) if units else recipe.hidden
        model._recipes[name] = recipe._replace(**length, hidden=hidden, **changed)
    return model


def without(seed: int, numbers: bool, threads: int, *, recipe: str) -> Any:
    """Return `default` that does not try a recipe."""
    model = ours(seed, numbers)
    recipes = type(model)._recipes
    model._recipes = {**recipes, recipe: recipes[recipe]._replace(least_rows=10**9)}
    return model


DEFAULT, BEST, FAST = "glassnet default", "glassnet best", "glassnet fast"
LINEAR, MLP, TREES = "linear", "scikit-learn MLP", "HistGradientBoosting"
LIGHTGBM, CATBOOST, REALMLP, TABM = "LightGBM", "CatBoost", "RealMLP-TD-S", "TabM-mini + PLE"
PYTABKIT = ("pytabkit", "torch", "lightning_utilities")
COLUMNS = {
    LINEAR:   Column(linear,                              0.02),
    MLP:      Column(sklearn_mlp,                         0.2),
    TREES:    Column(boosting,                            0.05, takes=as_categories),
    LIGHTGBM: Column(light_gbm,                           0.05, ("lightgbm",), as_categories),
    CATBOOST: Column(_CatBoost,                           2.0,  ("catboost",), as_words),
    REALMLP:  Column(partial(of_pytabkit, kind="RealMLP_TD_S"), 2.0,  PYTABKIT, filled),
    TABM:     Column(tabm,                                10.0, PYTABKIT, filled),
    FAST:     Column(partial(ours, preset="fast"),        0.2),
    DEFAULT:  Column(ours,                                1.0),
    BEST:     Column(partial(ours, preset="best"),        4.0),
}  # fmt: skip


def cost_of_one(parts: Any, Y: Any, loss: str, k: int, S: Any = None) -> float:
    """Return what one network alone costs, whatever the average of k of them would."""
    return cost(parts, Y, loss, 1, S)


COMPARED = {name for each in PRESETS.values() if not each.plain for name in (*each.recipes, each.otherwise)}
ALONE = {f"always {name}": Column(partial(of_recipe, recipe=name), 1.0) for name in CLASSES if name in COMPARED}
TRIED = ("linear", "simple", "deep", "smooth")
CHANGES = {  # `default` with one part changed
    "one network": Column(partial(ours, n_networks=1), 0.3),
    "8 networks": Column(partial(ours, n_networks=8), 2.0),
    **{f"without {name}": Column(partial(without, recipe=name), 0.8) for name in TRIED},
    "half as long": Column(partial(of_deep, scale=0.5), 0.6),
    "twice as long": Column(partial(of_deep, scale=2.0), 2.0),
    "twice the rate": Column(partial(of_deep, learning_rate=0.01), 1.0),
    "constant rate": Column(partial(ours, schedule="constant"), 1.0),
    "dropout of .1": Column(partial(of_deep, dropout=0.1), 1.3),
    "256 units a layer": Column(partial(of_deep, units=256), 2.5),
    "no embedding": Column(partial(with_recipes, embedding=0), 1.0),
    "no bins": Column(ours, 1.0, patch=(fitting, "MAX_BINS", 0)),
    "16 bins at most": Column(ours, 1.0, patch=(fitting, "MAX_BINS", 16)),
    "labels not smoothed": Column(partial(with_recipes, label_smoothing=0.0), 1.0, only="classes"),
    "temperature not calibrated": Column(
        ours, 1.0, patch=(out_of_fold, "calibrate_temperature", lambda *_: 1.0), only="classes"),
    "chosen by single networks": Column(ours, 1.0, patch=(out_of_fold, "cost", cost_of_one)),
    **{f"always {name}": ALONE[f"always {name}"] for name in TRIED},
}  # fmt: skip
EVERY = {**COLUMNS, **CHANGES, **ALONE}


def lacks(column: str) -> list[str]:
    """Return the modules that a column needs and this Python has not."""
    return [name for name in EVERY[column].needs if find_spec(name) is None]


def error(y: np.ndarray, predicted: np.ndarray) -> float:
    """Return the share wrong, or the root mean squared error in standard deviations."""
    if y.dtype.kind == "f":
        return float(np.sqrt(np.mean((predicted - y) ** 2)) / y.std())
    return float(np.mean(predicted != y))


@cache
def warm_up(name: str, threads: int) -> None:
    """Fit a model once in this process: what it loads and starts is not part of any time."""
    for table, numbers in (("waves", False), ("friedman1", True)):
        X, y = SYNTHETIC[table][0](np.random.default_rng(1))
        X = pd.DataFrame(X[:300]).add_prefix("x")
        _fit(COLUMNS[name], Parts(X[:200], y[:200], X[200:], y[200:300]), 0, numbers, threads)


def run(name: str, parts: Parts, seed: int, threads: int) -> dict[str, Any]:
    """Train and test one model: error, seconds; of classes log loss and calibration; of glassnet the recipes' costs."""
    warm_up(FAST if name not in COLUMNS or name in (DEFAULT, BEST) else name, threads)
    found = _fit(EVERY[name], parts, seed, parts.y.dtype.kind == "f", threads)
    return {**found, "rows": len(parts.y), **({"device": device_of_tabm()} if name == TABM else {})}


def _fit(column: Column, parts: Parts, seed: int, numbers: bool, threads: int) -> dict[str, Any]:
    m, X, X_test = len(parts.y), parts.X, parts.X_test
    if column.takes is not None:
        whole = column.takes(pd.concat([X, X_test], ignore_index=True), m)
        X, X_test = whole[:m], whole[m:]
    y, y_test, labels = parts.y, parts.y_test, np.empty(0)
    if not numbers:
        labels, y = np.unique(parts.y, return_inverse=True)
        y_test = np.searchsorted(labels, parts.y_test)
    with warnings.catch_warnings(), mock.patch.object(*column.patch) if column.patch else nullcontext():
        warnings.simplefilter("ignore")
        model = column.make(seed, numbers, threads)
        is_ours = isinstance(model, TabularClassifier | TabularRegressor)
        began = time.perf_counter()
        model.fit(X, parts.y if is_ours else y)
        seconds = time.perf_counter() - began
        predicted = np.asarray(model.predict(X_test)).reshape(len(y_test))
        if is_ours and not numbers:
            predicted = np.searchsorted(labels, predicted)
        result: dict[str, Any] = {"error": error(y_test, predicted), "seconds": seconds}
        if not numbers:
            probabilities = np.asarray(model.predict_proba(X_test))
            of_truth = probabilities[np.arange(len(y_test)), y_test]
            result["log_loss"] = float(-np.log(np.maximum(of_truth, 1e-15)).mean())
            result["calibration"] = calibration_error(probabilities, y_test)
    if is_ours:
        result["recipes"] = {each["kind"]: each["cost"] for each in model.candidates_}
    return result


def measure(
    folder: Path | None, table: str, seed: int, name: str, threads: int, rows: int = TRAIN_ROWS
) -> dict[str, Any]:
    """Return what a model's training and test on a table gave, or why it failed."""
    logging.disable(logging.WARNING)  # Lightning says at each fit which devices it lacks
    try:
        return run(name, split(*load(folder, table), table, seed, train_rows=rows), seed, threads)
    except Exception as error:
        return {"failed": f"{type(error).__name__}: {str(error)[:300]}"}
