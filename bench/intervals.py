"""Twenty tables: how often intervals and sets that are to hold .9 of the truths do so, and how large they are.

Each table is split by `train_test_split(test_size=.4, random_state=seed)`, stratified by classes; of the parts the
first 3,000 and 4,000 rows count. The width of intervals is their mean over the standard deviation of the test targets;
the size of sets is the mean number of classes. Beside glassnet stand MAPIE's CV+ around scikit-learn's models, where
MAPIE is installed. Writes docs/intervals.md.

    OMP_NUM_THREADS=1 python bench/intervals.py --data FOLDER [--seeds 3] [--preset fast] [--only mapie]

The folder holds what bench/tables.py needs.
"""

from __future__ import annotations

import argparse
import json
import time
import warnings
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import table_models
from _common import machine, version_of
from glassnet import TabularRegressor
from glassnet.inspection.intervals import wilson
from table_data import Parts, load, split
from table_report import table as lines_of_table

HERE = Path(__file__).parent
RESULTS, PAGE = HERE / "intervals.json", HERE.parent / "docs/intervals.md"
TRAIN_ROWS, TEST_ROWS, COVERAGE, FOLDS = 3000, 4000, 0.9, 8
NUMBERS = ("california", "diamonds", "housing", "auto_imports", "energy", "naval-propulsion-plant", "power-plant",
           "yacht")  # fmt: skip
CLASSES = ("adult", "telco", "titanic", "penguins", "ecoli", "glass", "mammography", "pendigits",
           "pima-indians-diabetes", "satimage", "sonar", "wheat-seeds")  # fmt: skip
TABLES = (*NUMBERS, *CLASSES)


def parts_of(folder: Path, name: str, seed: int) -> Parts:
    """Return the training and the test rows of a seed."""
    return split(*load(folder, name), name, seed, 0.4, TRAIN_ROWS, TEST_ROWS)


def of_glassnet(parts: Parts, name: str, seed: int, preset: str) -> np.ndarray:
    """Return intervals (m, 2), or sets (m, n_classes)."""
    X, y, X_test, _ = parts
    model = table_models.ours(seed, name in NUMBERS, preset=preset).fit(X, y)
    if isinstance(model, TabularRegressor):
        return model.predict_interval(X_test, COVERAGE)
    return model.predict_set(X_test, COVERAGE)


def of_mapie(parts: Parts, name: str, seed: int, make: Callable[[int, bool], Any]) -> np.ndarray:
    """Return intervals (m, 2), or sets (m, n_classes), by MAPIE around a model."""
    from mapie.classification import CrossConformalClassifier
    from mapie.regression import CrossConformalRegressor

    X, y, X_test, _ = parts
    whole = (
        table_models.as_categories(pd.concat([X, X_test])) if make is table_models.boosting else pd.concat([X, X_test])
    )
    X, X_test = whole[: len(X)], whole[len(X) :]
    settings = {"confidence_level": COVERAGE, "cv": FOLDS, "random_state": seed}
    if name in NUMBERS:
        model = CrossConformalRegressor(make(seed, True), method="plus", **settings)
        return model.fit_conformalize(X, y).predict_interval(X_test)[1][:, :, 0]
    model = CrossConformalClassifier(make(seed, False), **settings)
    codes = np.unique(y, return_inverse=True)[1]
    return model.fit_conformalize(X, codes).predict_set(X_test)[1][:, :, 0]


def participants(preset: str) -> dict[str, Callable[[Parts, str, int], np.ndarray]]:
    """Return who takes part: name -> intervals or sets, of the parts of a table."""
    found: dict[str, Callable[..., np.ndarray]] = {
        f"glassnet {preset}": lambda parts, name, seed: of_glassnet(parts, name, seed, preset)
    }
    if find_spec("mapie"):
        for who, make in {"linear": table_models.linear, "HistGradientBoosting": table_models.boosting}.items():
            found[f"MAPIE, {who}"] = lambda parts, name, seed, make=make: of_mapie(parts, name, seed, make)
    return found


def run(regions: Callable[..., np.ndarray], parts: Parts, name: str, seed: int) -> dict[str, float]:
    """Return in which share of the test rows the truth is held, how large the regions are, and the seconds it took."""
    y, y_test = parts.y, parts.y_test
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        began = time.perf_counter()
        found = regions(parts, name, seed)
        seconds = time.perf_counter() - began
    if name in NUMBERS:
        low, high = found.T
        held, size = (low <= y_test) & (y_test <= high), np.mean(high - low) / y_test.std()
    else:
        held = found[np.arange(len(y_test)), np.searchsorted(np.unique(y), y_test)]
        size = found.sum(axis=1).mean()
    return {"coverage": float(held.mean()), "size": float(size), "seconds": seconds}


def measure(folder: Path, seeds: int, who: dict[str, Callable[..., np.ndarray]]) -> dict[str, Any]:
    """Return model -> table -> the mean of each number over the seeds; a line is printed for each."""
    found: dict[str, Any] = {name: {} for name in who}
    for table in TABLES:
        for name, regions in who.items():
            runs = []
            for seed in range(seeds):
                try:
                    runs.append(run(regions, parts_of(folder, table, seed), table, seed))
                except ValueError as error:  # a fold without one of the classes
                    print(f"{table:<24}{name:<32}{error!s:.100}", flush=True)
            if runs:
                found[name][table] = {key: float(np.mean([each[key] for each in runs])) for key in runs[0]}
                rows = len(parts_of(folder, table, 0).y_test)
                found[name][table]["rows"] = rows * len(runs)
                means = "  ".join(f"{key} {value:.4f}" for key, value in found[name][table].items())
                print(f"{table:<24}{name:<32}{means}", flush=True)
    return found


def page(result: dict[str, Any]) -> str:
    """Return docs/intervals.md."""
    who = result["models"]
    lines = [
        "# Intervals and sets of classes",
        "",
        "Written by `.venv/bin/python bench/intervals.py --data FOLDER`, whose text says how rows are split.",
        "`predict_interval` and `predict_set` were asked for regions that hold the truth in .9 of new rows; shown is",
        f"the share in which they did, the mean of {result['seeds']} seeds. In brackets: for numbers the mean width",
        "over the standard deviation of the target, for classes the mean number of classes in a set. A dash: none.",
    ]
    for title, names in (("Numbers", NUMBERS), ("Classes", CLASSES)):
        lines += ["", f"## {title}", *lines_of_table(["table", *who], [
            [name, *(_cell(of.get(name)) for of in who.values())] for name in names])]  # fmt: skip
        means = [
            _cell(
                {key: float(np.mean([of[name][key] for name in names if name in of])) for key in ("coverage", "size")}
            )
            for of in who.values()
        ]
        lines.append(f"| mean | {' | '.join(means)} |")
    seconds = "; ".join(f"{name} {sum(each['seconds'] for each in of.values()):.0f}" for name, of in who.items())
    low, high = wilson(COVERAGE, 100)
    described = ", ".join(f"{key} {value}" for key, value in result["machine"].items() if isinstance(value, str | int))
    lines += [
        "",
        f"Seconds of one seed for all tables, on one core: {seconds}.",
        f"Of 100 test rows a true .9 is measured as {low:.2f} to {high:.2f} in 95 of 100 cases. Where more than .9 of",
        "the rows are classified right, sets that are never empty hold the truth in more than .9; MAPIE's by its",
        "default score may be empty, and may then hold less than one class on average.",
        "",
        f"Measured on: {described}, MAPIE {result['mapie']}.",
    ]
    return "\n".join(lines) + "\n"


def _cell(of: dict[str, float] | None) -> str:
    return "-" if of is None else f"{of['coverage']:.3f} ({of['size']:.2f})"


def main() -> None:
    """Measure, keep the results, write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder of the tables")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--preset", default="fast")
    parser.add_argument("--only", default="", help="models whose names hold this; the others keep their results")
    asked = parser.parse_args()
    result = json.loads(RESULTS.read_text()) if RESULTS.exists() else {"models": {}}
    who = {name: each for name, each in participants(asked.preset).items() if asked.only.lower() in name.lower()}
    result["models"] |= measure(asked.data, asked.seeds, who)
    result |= {"seeds": asked.seeds, "machine": machine(), "mapie": version_of("mapie")}
    RESULTS.write_text(json.dumps(result, indent=1) + "\n")
    PAGE.write_text(page(result), encoding="utf-8")


if __name__ == "__main__":
    main()
