"""The tables that glassnet is measured on: one row for each, how it is read, split, and in which half it stands.

Half of them no setting was chosen on: a hash of the name decides, but for the six that are known longest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd
from sklearn.datasets import make_friedman1, make_friedman3
from sklearn.model_selection import train_test_split

TRAIN_ROWS, TEST_ROWS, SYNTHETIC_ROWS = 5000, 8000, 6000
Kind = Literal["classes", "numbers"]
Arrays = tuple[np.ndarray, np.ndarray]


class Table(NamedTuple):
    """A row of the list.

    Parameters
    ----------
    file : str
        Below the folder of the tables; a file without a header has the columns x0, x1, ...
    target : str
        Name of the column to predict.
    kind : {"classes", "numbers"}
        Of the target.
    drop : tuple of str
        Columns that repeat the target, and identifiers.
    """

    file: str
    target: str
    kind: Kind
    drop: tuple[str, ...] = ()


ADULT = [
    "age", "workclass", "fnlwgt", "education", "education-num", "marital-status", "occupation", "relationship", "race",
    "sex", "capital-gain", "capital-loss", "hours-per-week", "native-country", "income",
]  # fmt: skip
CENSUS, HOUSES, DIAMONDS = "adult-train.csv", "california-housing.csv", "diamonds.csv"
SHARED = {
    "adult":      Table(CENSUS,            "income",             "classes"),
    "telco":      Table("telco-churn.csv", "Churn",              "classes", ("customerID",)),
    "titanic":    Table("titanic.csv",     "survived",           "classes",
                        ("alive", "class", "who", "adult_male", "alone")),
    "penguins":   Table("penguins.csv",    "species",            "classes"),
    "california": Table(HOUSES,            "median_house_value", "numbers"),
    "diamonds":   Table(DIAMONDS,          "price",              "numbers"),
}  # fmt: skip
MORE = {
    "auto_imports":            Table("more/auto_imports.csv",            "x25", "numbers"),
    "banknote_authentication": Table("more/banknote_authentication.csv", "x4",  "classes"),
    "ecoli":                   Table("more/ecoli.csv",                   "x7",  "classes"),
    "energy":                  Table("more/energy.txt",                  "x8",  "numbers"),
    "glass":                   Table("more/glass.csv",                   "x9",  "classes"),
    "horse-colic":             Table("more/horse-colic.csv",             "x23", "classes"),
    "housing":                 Table("more/housing.csv",                 "x13", "numbers"),
    "ionosphere":              Table("more/ionosphere.csv",              "x34", "classes"),
    "mammography":             Table("more/mammography.csv",             "x6",  "classes"),
    "naval-propulsion-plant":  Table("more/naval-propulsion-plant.txt",  "x17", "numbers"),
    "oil-spill":               Table("more/oil-spill.csv",               "x49", "classes"),
    "pendigits":               Table("more/pendigits.csv",               "x16", "classes"),
    "pima-indians-diabetes":   Table("more/pima-indians-diabetes.csv",   "x8",  "classes"),
    "power-plant":             Table("more/power-plant.txt",             "x4",  "numbers"),
    "satimage":                Table("more/satimage.csv",                "x36", "classes"),
    "sonar":                   Table("more/sonar.csv",                   "x60", "classes"),
    "wheat-seeds":             Table("more/wheat-seeds.csv",             "x7",  "classes"),
    "yacht":                   Table("more/yacht.txt",                   "x6",  "numbers"),
}  # fmt: skip
OTHER_TARGETS = {  # the same rows, predicting another column; what was the target is a column like others
    "age":               Table(CENSUS,                             "age",             "numbers"),
    "occupation":        Table(CENSUS,                             "occupation",      "classes"),
    "Contract":          Table("telco-churn.csv",                  "Contract",        "classes", ("customerID",)),
    "tenure":            Table("telco-churn.csv",                  "tenure",          "numbers", ("customerID",)),
    "ocean_proximity":   Table(HOUSES,                             "ocean_proximity", "classes"),
    "population":        Table(HOUSES,                             "population",      "numbers"),
    "cut":               Table(DIAMONDS,                           "cut",             "classes"),
    "pend_x1":           Table("more/pendigits.csv",               "x0",              "numbers"),
    "power_at":          Table("more/power-plant.txt",             "x0",              "numbers"),
    "pima_bmi":          Table("more/pima-indians-diabetes.csv",   "x5",              "numbers"),
    "wheat_compactness": Table("more/wheat-seeds.csv",             "x2",              "numbers"),
    "housing_rad":       Table("more/housing.csv",                 "x8",              "numbers"),
    "banknote_skewness": Table("more/banknote_authentication.csv", "x1",              "numbers"),
    "auto_body":         Table("more/auto_imports.csv",            "x6",              "classes"),
}  # fmt: skip


def _arm(rng: np.random.Generator) -> Arrays:
    """Return angles and lengths of an arm's four parts, and how far its hand is from its shoulder."""
    X = rng.uniform(-1.5, 1.5, (SYNTHETIC_ROWS, 8))
    angles, lengths = np.cumsum(X[:, :4], axis=1), 0.5 + 0.2 * X[:, 4:]
    x, y = (np.cos(angles) * lengths).sum(axis=1), (np.sin(angles) * lengths).sum(axis=1)
    return X, np.hypot(x, y) + rng.normal(0, 0.1, len(X))


def _waves(rng: np.random.Generator) -> Arrays:
    """Return points on both sides of a smooth surface of five numbers."""
    X = rng.normal(size=(SYNTHETIC_ROWS, 5))
    height = np.sin(2 * X[:, 0] + X[:, 1] ** 2) + X[:, 2] * np.tanh(2 * X[:, 3]) + 0.3 * X[:, 4]
    return X, np.where(height + rng.normal(0, 0.1, len(X)) > 0, "a", "b")


def _spirals(rng: np.random.Generator) -> Arrays:
    """Return points of seven spirals in a plane, and two columns of noise."""
    t, spiral = rng.uniform(0.5, 3.2, SYNTHETIC_ROWS), rng.integers(7, size=SYNTHETIC_ROWS)
    angle = 2 * t + spiral * 2 * np.pi / 7
    points = np.column_stack([t * np.cos(angle), t * np.sin(angle)]) + rng.normal(0, 0.08, (len(t), 2))
    return np.column_stack([points, rng.normal(size=(len(t), 2))]), spiral.astype(str)


def _friedman1(rng: np.random.Generator) -> Arrays:
    return make_friedman1(SYNTHETIC_ROWS, 8, noise=1, random_state=int(rng.integers(2**31)))


def _friedman3(rng: np.random.Generator) -> Arrays:
    return make_friedman3(SYNTHETIC_ROWS, noise=0.1, random_state=int(rng.integers(2**31)))


SYNTHETIC: dict[str, tuple[Callable[[np.random.Generator], Arrays], Kind]] = {
    "friedman1": (_friedman1, "numbers"), "friedman3": (_friedman3, "numbers"), "arm": (_arm, "numbers"),
    "waves": (_waves, "classes"), "spirals": (_spirals, "classes"),
}  # fmt: skip
FILES = {**SHARED, **MORE, **OTHER_TARGETS}
TABLES: tuple[str, ...] = (*FILES, *SYNTHETIC)
OWN_SPLIT = "adult, own split"  # all 32,561 training rows of the census, and its own test file; stands in no half


def kind_of(name: str) -> Kind:
    """Return what a table's target is."""
    return SYNTHETIC[name][1] if name in SYNTHETIC else FILES[name].kind if name in FILES else "classes"


def was_chosen_on(name: str) -> bool:
    """Return whether a table may have a say in which settings are good; the others only show whether they are."""
    return name in SHARED or hashlib.md5(name.encode()).digest()[1] % 2 == 1


def is_there(folder: Path | None, name: str) -> bool:
    """Return whether a table can be loaded; synthetic ones always can."""
    file = CENSUS if name == OWN_SPLIT else "" if name in SYNTHETIC else FILES[name].file
    return not file or (folder is not None and (folder / file).exists())


@lru_cache(maxsize=4)
def load(folder: Path | None, name: str) -> tuple[pd.DataFrame, np.ndarray]:
    """Return a table's columns, and its target."""
    if name in SYNTHETIC:
        X, y = SYNTHETIC[name][0](np.random.default_rng(7))
        return pd.DataFrame(X, columns=[f"x{i}" for i in range(X.shape[1])]), y
    assert folder is not None
    table = FILES["adult" if name == OWN_SPLIT else name]
    frame = _read(folder / table.file).drop(columns=list(table.drop)).dropna(subset=[table.target])
    y = frame.pop(table.target)
    return frame.reset_index(drop=True), y.to_numpy(float if table.kind == "numbers" else str)


def _read(path: Path) -> pd.DataFrame:
    if path.name == CENSUS:
        return pd.concat([_census(path.with_name(f"adult-{part}.csv")) for part in ("train", "test")])
    if path.parent.name == "more":
        separator = r"\s+" if path.suffix == ".txt" else ","
        frame = pd.read_csv(path, sep=separator, header=None, na_values="?")
        if path.stem == "satimage":
            frame = frame[frame.iloc[:, -1] != 37]  # two lines of names, 1 to 37
        return frame.set_axis([f"x{i}" for i in range(frame.shape[1])], axis=1)
    frame = pd.read_csv(path)
    if path.stem == "telco-churn":
        frame["TotalCharges"] = pd.to_numeric(frame["TotalCharges"], errors="coerce")
    return frame


def _census(path: Path) -> pd.DataFrame:
    """Return one of the two files of the census, labels spelled alike."""
    frame = pd.read_csv(path, names=ADULT, skipinitialspace=True, na_values="?")
    return frame.assign(income=frame["income"].str.rstrip("."))


class Parts(NamedTuple):
    """Training and test rows."""

    X: pd.DataFrame
    y: np.ndarray
    X_test: pd.DataFrame
    y_test: np.ndarray


def split(
    X: pd.DataFrame, y: np.ndarray, name: str, seed: int, test: float = 0.25,
    train_rows: int = TRAIN_ROWS, test_rows: int = TEST_ROWS,
) -> Parts:  # fmt: skip
    """Return the training and the test rows of a seed; test rows of a class that no training row has are left out."""
    if name == OWN_SPLIT:
        m = 32561
        return Parts(X[:m], y[:m], X[m:], y[m:])
    of_classes = kind_of(name) == "classes"
    stratify = y if of_classes and np.unique(y, return_counts=True)[1].min() > 1 else None
    parts: list[Any] = train_test_split(X, y, test_size=test, random_state=seed, stratify=stratify)
    X, X_test, y, y_test = parts
    X, y = X[:train_rows], y[:train_rows]
    known = np.isin(y_test, y) if of_classes else np.ones(len(y_test), bool)
    return Parts(X, y, X_test[known][:test_rows], y_test[known][:test_rows])
