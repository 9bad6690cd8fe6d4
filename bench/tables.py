"""Six real tables: what one would train without settings, and glassnet's presets. Writes docs/tables.md.

Each table is split by `train_test_split(test_size=.25, random_state=seed)`, stratified by classes; of the parts the
first 5,000 and 8,000 rows count. An error is the share of wrong labels, or the root mean squared error over the
standard deviation of the test targets; the mean of the seeds. The geometric mean takes an error below .02 as .02.

    python bench/tables.py --data FOLDER [--seeds 3] [--only glassnet] [--adult] [--others] [--ablation]

The folder holds adult-train.csv, adult-test.csv, telco-churn.csv, titanic.csv, penguins.csv, california-housing.csv and
diamonds.csv, as published. RealMLP takes part where pytabkit and torch are installed.
"""

from __future__ import annotations

import argparse
import json
import os
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor, make_column_selector
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from _common import machine
from glassnet import TabularClassifier, TabularRegressor
from glassnet.estimators.tabular.recipes import PRESETS
from glassnet.metrics import calibration_error

HERE = Path(__file__).parent
RESULTS, PAGE, PLOT = HERE / "tables.json", HERE.parent / "docs/tables.md", HERE.parent / "docs/tables/errors.svg"
TRAIN_ROWS, TEST_ROWS, FLOOR = 5000, 8000, 0.02
ADULT = [
    "age", "workclass", "fnlwgt", "education", "education-num", "marital-status", "occupation", "relationship", "race",
    "sex", "capital-gain", "capital-loss", "hours-per-week", "native-country", "income",
]  # fmt: skip
TARGETS = {"telco": "Churn", "titanic": "survived", "penguins": "species", "california": "median_house_value",
           "diamonds": "price"}  # fmt: skip
FILES = {"telco": "telco-churn", "california": "california-housing"}
LEFT_OUT = {"telco": ["customerID"], "titanic": ["alive", "class", "who", "adult_male", "alone"]}
TABLES = ("adult", *TARGETS)
NUMBERS = ("california", "diamonds", "age", "tenure", "population")
# The same rows predicting another column; of all settings only those of the recipe "deep" were chosen with them.
OTHERS = {"cut": "diamonds", "ocean_proximity": "california", "occupation": "adult", "Contract": "telco",
          "age": "adult", "tenure": "telco", "population": "california"}  # fmt: skip


def read_adult(folder: Path, part: str) -> pd.DataFrame:
    """Return one of the two files of the census, labels spelled alike."""
    frame = pd.read_csv(folder / f"adult-{part}.csv", names=ADULT, skipinitialspace=True, na_values="?")
    return frame.assign(income=frame["income"].str.rstrip("."))


def load(folder: Path, name: str) -> tuple[pd.DataFrame, np.ndarray]:
    """Return a table's columns, and its target."""
    if name in OTHERS:
        frame, y = load(folder, OTHERS[name])
        frame = frame.assign(**{TARGETS.get(OTHERS[name], "income"): y}).dropna(subset=[name])
        y = frame.pop(name)
        return frame, y.to_numpy(float if name in NUMBERS else str)
    if name == "adult":
        frame = pd.concat([read_adult(folder, part) for part in ("train", "test")], ignore_index=True)
        return frame.drop(columns="income"), frame["income"].to_numpy(str)
    frame = pd.read_csv(folder / f"{FILES.get(name, name)}.csv").drop(columns=LEFT_OUT.get(name, []))
    if name == "telco":
        frame["TotalCharges"] = pd.to_numeric(frame["TotalCharges"], errors="coerce")
    y = frame.pop(TARGETS[name])
    return frame, y.to_numpy(float if name in NUMBERS else str)


def split(X: pd.DataFrame, y: np.ndarray, name: str, seed: int) -> tuple[Any, ...]:
    """Return the training and the test rows of a seed."""
    parts = train_test_split(X, y, test_size=0.25, random_state=seed, stratify=None if name in NUMBERS else y)
    X_train, X_test, y_train, y_test = parts
    return X_train[:TRAIN_ROWS], y_train[:TRAIN_ROWS], X_test[:TEST_ROWS], y_test[:TEST_ROWS]


def error(y: np.ndarray, predicted: np.ndarray) -> float:
    """Return the share wrong, or the root mean squared error in standard deviations."""
    if y.dtype.kind == "f":
        return float(np.sqrt(np.mean((predicted - y) ** 2)) / y.std())
    return float(np.mean(predicted != y))


def scaled(model: Any) -> Any:
    """Put the usual preparation before a model: medians, standard scale, one-hot."""
    numbers = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    words = make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder(handle_unknown="ignore"))
    is_number = make_column_selector(dtype_include="number")
    columns = ColumnTransformer([("numbers", numbers, is_number),
                                 ("words", words, make_column_selector(dtype_exclude="number"))])  # fmt: skip
    return make_pipeline(columns, model)


def as_categories(X: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with words as categories."""
    return X.astype(dict.fromkeys(X.select_dtypes(exclude="number"), "category"))


def linear(seed: int, numbers: bool) -> Any:
    """Return logistic or ridge regression on prepared columns."""
    return TransformedTargetRegressor(scaled(Ridge()), transformer=StandardScaler()) if numbers else scaled(
        LogisticRegression(max_iter=1000))  # fmt: skip


def sklearn_mlp(seed: int, numbers: bool) -> Any:
    """Return scikit-learn's network on prepared columns."""
    if numbers:
        return TransformedTargetRegressor(scaled(MLPRegressor(random_state=seed)), transformer=StandardScaler())
    return scaled(MLPClassifier(random_state=seed))


def boosting(seed: int, numbers: bool) -> Any:
    """Return scikit-learn's boosted trees."""
    kind = HistGradientBoostingRegressor if numbers else HistGradientBoostingClassifier
    return kind(categorical_features="from_dtype", random_state=seed)


def real_mlp(seed: int, numbers: bool, variant: str) -> Any:
    """Return a RealMLP with its defaults."""
    import pytabkit

    kind = getattr(pytabkit, f"RealMLP_{variant}_{'Regressor' if numbers else 'Classifier'}")
    return kind(random_state=seed, device="cpu", n_threads=os.cpu_count())


def ours(seed: int, numbers: bool, **settings: Any) -> Any:
    """Return a glassnet model."""
    return (TabularRegressor if numbers else TabularClassifier)(random_state=seed, **settings)


def models() -> dict[str, Callable[[int, bool], Any]]:
    """Return who takes part: name -> a model for a seed."""
    found: dict[str, Callable[[int, bool], Any]] = {"linear": linear, "scikit-learn MLP": sklearn_mlp,
                                                    "HistGradientBoosting": boosting}  # fmt: skip
    if find_spec("pytabkit"):
        found["RealMLP-TD-S"] = lambda seed, numbers: real_mlp(seed, numbers, "TD_S")
        found["RealMLP-TD"] = lambda seed, numbers: real_mlp(seed, numbers, "TD")
    for preset in PRESETS:
        found[f"glassnet {preset}"] = lambda seed, numbers, preset=preset: ours(seed, numbers, preset=preset)
    return found


def run(model: Any, parts: tuple[Any, ...]) -> dict[str, float]:
    """Train and test one model."""
    X, y, X_test, y_test = parts
    if type(model).__module__.startswith(("sklearn.ensemble", "pytabkit")):
        whole = as_categories(pd.concat([X, X_test]))
        if type(model).__module__.startswith("pytabkit"):  # takes no missing numbers
            whole = whole.fillna(X.median(numeric_only=True))
        X, X_test = whole[: len(X)], whole[len(X) :]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        began = time.perf_counter()
        model.fit(X, y)
        seconds = time.perf_counter() - began
        result = {"error": error(y_test, np.asarray(model.predict(X_test))), "seconds": seconds}
        if hasattr(model, "predict_proba"):
            probabilities = np.asarray(model.predict_proba(X_test))
            places = np.searchsorted(model.classes_, y_test)
            of_truth = probabilities[np.arange(len(y_test)), places]
            result["log_loss"] = float(-np.log(np.maximum(of_truth, 1e-15)).mean())
            result["calibration"] = calibration_error(probabilities, places)
    return result


def ablations() -> dict[str, Callable[[int, bool], Any]]:
    """Return `default` with one part changed: name -> a model for a seed."""
    changes: dict[str, dict[str, Any]] = {
        "one network": {"n_networks": 1}, "4 networks": {"n_networks": 4}, "16 networks": {"n_networks": 16},
        "constant rate": {"schedule": "constant"}, "no dropout": {"dropout": 0.0},
        "best epoch by validation on .15": {"validation": 0.15},
    }  # fmt: skip
    found = {
        name: lambda seed, numbers, change=change: ours(seed, numbers, **change) for name, change in changes.items()
    }
    found["labels not smoothed"] = without_smoothing
    for kind in ("linear", "simple", "deep"):
        found[f"always {kind}"] = lambda seed, numbers, kind=kind: _of_recipe(seed, numbers, kind)
    return found


def without_smoothing(seed: int, numbers: bool) -> Any:
    """Return `default` whose deep recipes learn the labels without smoothing."""
    model = ours(seed, numbers)
    model._recipes = {name: recipe._replace(label_smoothing=0.0) for name, recipe in type(model)._recipes.items()}
    return model


def _of_recipe(seed: int, numbers: bool, kind: str) -> Any:
    model = ours(seed, numbers)
    model._recipes = {
        name: recipe._replace(least_rows=0 if name == kind else 10**9) for name, recipe in type(model)._recipes.items()
    }
    return model


def in_modules() -> Iterator[tuple[str, Any, dict[str, Any]]]:
    """Yield what is changed for all models: its name, a module, and names in it."""
    from glassnet.estimators.tabular import out_of_fold
    from glassnet.tables import preparation

    yield "no bins", preparation, {"MAX_BINS": 0}
    yield "16 bins at most", preparation, {"MAX_BINS": 16}
    yield "a bin from 16 rows on", preparation, {"MIN_ROWS_PER_BIN": 16}
    yield "temperature not calibrated", out_of_fold, {"calibrate_temperature": lambda *_: 1.0}
    yield "recipes compared by their loss", out_of_fold, {"cost": _own_loss}


def _own_loss(network: Any, X: Any, Y: Any, mask: Any, *_: Any) -> float:
    return float(np.mean(network.cost(X, Y, sample_weight=1 - mask)))


def measure(
    folder: Path, seeds: int, who: dict[str, Callable[[int, bool], Any]], tables: Iterable[str] = TABLES
) -> dict[str, Any]:
    """Return model -> table -> the mean of each number over the seeds; a line is printed for each."""
    found: dict[str, Any] = {name: {} for name in who}
    for table in tables:
        X, y = load(folder, table)
        rows: dict[str, list[dict[str, float]]] = {name: [] for name in who}
        for seed in range(seeds):
            parts = split(X, y, table, seed)
            for name, make in who.items():
                rows[name].append(run(make(seed, table in NUMBERS), parts))
        for name, runs in rows.items():
            found[name][table] = {key: float(np.mean([each[key] for each in runs])) for key in runs[0]}
            means = "  ".join(f"{key} {value:.4f}" for key, value in found[name][table].items())
            print(f"{table:<12}{name:<28}{means}", flush=True)
    return found


def geometric_mean(of_tables: dict[str, Any], tables: Iterable[str] = TABLES) -> float:
    """Return the geometric mean of the errors."""
    return float(np.exp(np.mean([np.log(max(of_tables[table]["error"], FLOOR)) for table in tables])))


def whole_adult(folder: Path) -> dict[str, dict[str, float]]:
    """Return accuracy and seconds of the presets on the census's own split, all training rows."""
    train, test = (read_adult(folder, part) for part in ("train", "test"))
    X, X_test = (frame.drop(columns="income") for frame in (train, test))
    found = {}
    for preset in ("default", "best"):
        began = time.perf_counter()
        model = TabularClassifier(preset=preset, random_state=0).fit(X, train["income"])
        seconds = time.perf_counter() - began
        found[preset] = {"accuracy": float(np.mean(model.predict(X_test) == test["income"])), "seconds": seconds}
        print(f"adult, standard split, {preset}: {found[preset]}", flush=True)
    return found


def table(head: list[str], rows: list[list[str]]) -> list[str]:
    """Return the lines of a table, numbers to the right."""
    return ["", f"| {' | '.join(head)} |", "|---|" + "---:|" * (len(head) - 1), *(f"| {' | '.join(r)} |" for r in rows)]


def page(result: dict[str, Any]) -> str:
    """Return docs/tables.md."""
    who = result["models"]
    classes = [name for name in TABLES if name not in NUMBERS]
    lines = [
        "# Tables",
        "",
        "Written by `.venv/bin/python bench/tables.py --data FOLDER`, whose text says how errors are measured:",
        f"{result['seeds']} seeds, 5,000 training rows at most. Seconds are those of a fit on the machine below.",
        *table(["model", *TABLES, "geometric mean", "seconds, all six"], [
            [name, *(f"{of[t]['error']:.4f}" for t in TABLES), f"{geometric_mean(of):.4f}",
             f"{sum(of[t]['seconds'] for t in TABLES):.1f}"] for name, of in who.items()]),
        "",
        "![Errors of each model on each table](tables/errors.svg)",
        "",
        "Seconds of a fit:",
        *table(["model", *TABLES], [[name, *(f"{of[t]['seconds']:.2f}" for t in TABLES)] for name, of in who.items()]),
        "",
        "Log loss, and expected calibration error (15 bins) in brackets:",
        *table(["model", *classes], [
            [name, *(f"{of[t]['log_loss']:.4f} ({of[t]['calibration']:.4f})" for t in classes)]
            for name, of in who.items()]),
    ]  # fmt: skip
    former = result.get("former")  # default's geometric mean by the recipes that the parts below were measured with
    if former:
        lines += [
            "",
            f"What follows was measured with former recipes, whose `default` had a geometric mean of {former:.4f}.",
        ]
    if result.get("adult"):
        of = (f"`{preset}` {of['accuracy']:.4f} in {of['seconds']:.0f} s" for preset, of in result["adult"].items())
        lines += ["", f"Accuracy on adult with its own split, all 32,561 training rows: {', '.join(of)}."]
    if result.get("others"):
        lines += [
            "",
            "## The same rows, predicting another column",
            *table(["model", *OTHERS, "geometric mean", "seconds, all"], [
                [name, *(f"{of[t]['error']:.4f}" for t in OTHERS), f"{geometric_mean(of, OTHERS):.4f}",
                 f"{sum(of[t]['seconds'] for t in OTHERS):.1f}"] for name, of in result["others"].items()]),
        ]  # fmt: skip
    if result.get("ablation"):
        base = former or geometric_mean(who["glassnet default"])
        lines += [
            "",
            "## What each part is worth",
            "",
            f"`default` with one part changed; the last column is the geometric mean over `default`'s ({base:.4f}).",
            *table(["change", *TABLES, "/ default"], [
                [name, *(f"{of[t]['error']:.4f}" for t in TABLES), f"{geometric_mean(of) / base:.3f}"]
                for name, of in result["ablation"].items()]),
        ]  # fmt: skip
    described = ", ".join(f"{key} {value}" for key, value in result["machine"].items() if isinstance(value, str | int))
    return "\n".join([*lines, "", f"Measured on: {described}.", ""])


def plot(result: dict[str, Any]) -> None:
    """Draw each model's error on each table, over that of the linear model."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    who = {name: of for name, of in result["models"].items() if name != "linear"}
    figure, axes = plt.subplots(figsize=(9, 4))
    for place, (name, of) in enumerate(who.items()):
        ratios = [max(of[t]["error"], FLOOR) / max(result["models"]["linear"][t]["error"], FLOOR) for t in TABLES]
        axes.bar(np.arange(len(TABLES)) + 0.8 * (place + 0.5) / len(who) - 0.4, ratios, 0.8 / len(who), label=name)
    axes.axhline(1, color="black", linewidth=0.8)
    axes.set(xticks=range(len(TABLES)), xticklabels=TABLES, ylabel="error / error of the linear model")
    axes.legend(fontsize=8, ncols=6, loc="lower center", bbox_to_anchor=(0.5, 1), frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    PLOT.parent.mkdir(exist_ok=True)
    figure.tight_layout()
    figure.savefig(PLOT, metadata={"Date": None})


def main() -> None:
    """Measure, keep the results, write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder of the tables")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument(
        "--only", default="", help="models whose names hold one of these, commas between; the others keep their results"
    )
    parser.add_argument("--ablation", action="store_true", help="measure what each part is worth, too")
    parser.add_argument("--others", action="store_true", help="ask the same rows for another column, too")
    parser.add_argument("--adult", action="store_true", help="measure adult's own split, too")
    asked = parser.parse_args()
    result = json.loads(RESULTS.read_text()) if RESULTS.exists() else {"models": {}}
    who = {name: make for name, make in models().items() if any(part in name for part in asked.only.split(","))}
    new = {**result["models"], **measure(asked.data, asked.seeds, who)}
    result["models"] = {name: new[name] for name in models() if name in new} | new
    result |= {"seeds": asked.seeds, "machine": machine()}
    if asked.adult and asked.others and asked.ablation:
        result["former"] = None
    if asked.adult:
        result["adult"] = whole_adult(asked.data)
    if asked.others:
        asked_too = ("linear", "scikit-learn MLP", "HistGradientBoosting", "RealMLP-TD-S", "glassnet default")
        whose = {name: make for name, make in models().items() if name in asked_too}
        whose["default, labels not smoothed"] = without_smoothing
        result["others"] = measure(asked.data, asked.seeds, whose, OTHERS)
    if asked.ablation:
        result["ablation"] = measure(asked.data, asked.seeds, ablations())
        for name, module, changed in in_modules():
            before = {key: getattr(module, key) for key in changed}
            vars(module).update(changed)
            result["ablation"] |= measure(asked.data, asked.seeds, {name: ours})
            vars(module).update(before)
    RESULTS.write_text(json.dumps(result, indent=1) + "\n")
    if "linear" in result["models"]:
        plot(result)
    PAGE.write_text(page(result), encoding="utf-8")


if __name__ == "__main__":
    main()
