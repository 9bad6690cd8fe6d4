"""Models that tests export, each trained once, and rows for them."""

import warnings
from functools import cache

import numpy as np

from glassnet import MLPClassifier, MLPRegressor, Network, TabularClassifier, TabularRegressor

M = 320
CITIES = [f"city {k}" for k in range(70)]
KNOWN = {"sex": ["female", "male"], "city": CITIES, "deck": ["A", "B", "C"]}


@cache
def table():
    """Return columns of every kind that can be exported, with missing cells."""
    rng = np.random.default_rng(7)
    minutes = rng.integers(0, 3 * 365 * 1440, M)
    return {
        "age": np.where(rng.random(M) < 0.1, np.nan, rng.normal(40, 12, M)),
        "sex": np.where(rng.random(M) < 0.1, None, rng.choice(KNOWN["sex"], M)).tolist(),
        "fare": np.round(rng.exponential(20, M), 2),
        "city": rng.choice(CITIES, M, p=np.linspace(2, 0.1, 70) / np.linspace(2, 0.1, 70).sum()).tolist(),
        "deck": rng.choice(KNOWN["deck"], M).tolist(),
        "alone": rng.random(M) < 0.5,
        "day": np.where(rng.random(M) < 0.1, np.datetime64("NaT"), np.datetime64("2021-03-01") + minutes // 1440),
        "moment": (np.datetime64("2020-01-01T00:00") + minutes).astype("M8[s]"),
        "at": [f"{m // 60 % 24:02}:{m % 60:02}" for m in minutes.tolist()],
        "where": [f"{n:.4f}, {e:.4f}" for n, e in zip(rng.uniform(40, 50, M), rng.uniform(-9, 20, M), strict=True)],
        "reading": np.where(rng.random(M) < 0.1, -999.0, rng.integers(0, 40, M)),
    }


def few_columns():
    """Return some of them."""
    return {name: table()[name] for name in ("age", "fare", "sex")}


@cache
def many_rows():
    """Return columns with so many rows that numbers have enough bins to be embedded."""
    rng = np.random.default_rng(9)
    age = np.where(rng.random(1600) < 0.1, np.nan, rng.normal(40, 12, 1600))
    return {"sex": rng.choice(KNOWN["sex"], 1600).tolist(), "age": age, "fare": rng.exponential(20, 1600)}


def score():
    """Return what targets are made of."""
    X, rng = table(), np.random.default_rng(8)
    male = np.array([sex == "male" for sex in X["sex"]])
    return np.nan_to_num(X["age"], nan=40) / 12 + male + X["fare"] / 20 + rng.normal(0, 0.5, M)


def classes(n):
    """Return n classes."""
    return np.digitize(score(), np.quantile(score(), np.arange(1, n) / n))


SMALL = {"random_state": 0, "epochs": 4, "preset": "fast"}
FIXED = {**SMALL, "hidden": (8, 6), "n_networks": 3}


def pictures(channels=3):
    """Return small pictures."""
    return np.random.default_rng(3).integers(0, 256, (60, 6, 5, channels), np.uint8)


def rows():
    """Return rows of numbers."""
    return np.random.default_rng(4).normal(size=(M, 5))


def _mlp(n, activation):
    return MLPClassifier((7,), activation=activation, max_iter=15, random_state=0, n_networks=n)


@cache
def notes():
    """Return texts in several languages and cases, with missing ones."""
    rng, words = np.random.default_rng(11), [
        "good", "BAD", "Film!", "the", "of", "it,", "été", "ПРИВЕТ", "看电影", "2024", "http://a.org/x", "(so)", "$",
    ]  # fmt: skip
    texts = [" ".join(rng.choice(words, rng.integers(1, 12))) for _ in range(M)]
    return [None if gone else text for gone, text in zip(rng.random(M) < 0.1, texts, strict=True)]


def with_notes():
    """Return some columns, one of them text."""
    return {**few_columns(), "note": notes()}


def goodness():
    """Return how often texts say good more than bad."""
    return np.array([0 if text is None else text.count("good") - text.count("BAD") for text in notes()])


MAKE = {  # name: how the model is trained, and rows for it
    "two classes": lambda: (TabularClassifier(**SMALL).fit(table(), classes(2)), table()),
    "bins embedded": lambda: (
        TabularClassifier(**SMALL).fit(many_rows(), np.digitize(many_rows()["fare"], [10, 25])), many_rows()),
    "three classes": lambda: (
        TabularClassifier(**SMALL).fit(table(), np.array(["low", "middle", "high"])[classes(3)]), table()),
    "truths": lambda: (TabularClassifier(**FIXED).fit(table(), classes(2) == 1), table()),
    "one network": lambda: (
        TabularClassifier(**{**FIXED, "n_networks": 1}, activation="gelu").fit(table(), classes(3)), table()),
    "costs": lambda: (
        TabularClassifier(**FIXED, cost_matrix={(0, 1): 1, (1, 0): 4, (2, 0): 9}, class_weight="balanced")
        .fit(table(), classes(3)), table()),
    "threshold": lambda: (
        TabularClassifier(**FIXED, metric="f1").fit(table(), score() > np.quantile(score(), 0.8)), table()),
    "several labels": lambda: (
        TabularClassifier(**FIXED).fit(table(), np.stack([classes(2), classes(3) == 1], axis=1)), table()),
    "solved linear": lambda: (
        TabularRegressor(preset="default", random_state=0, epochs=2).fit(
            few_columns(), table()["fare"] + score()), few_columns()),
    "numbers": lambda: (TabularRegressor(**SMALL).fit(table(), 100 + 20 * score()), table()),
    "logarithms": lambda: (
        TabularRegressor(preset="default", random_state=0, epochs=2).fit(table(), np.exp(3 * score())), table()),
    "two targets": lambda: (TabularRegressor(**FIXED).fit(table(), np.stack([score(), -score()], axis=1)), table()),
    "counts": lambda: (TabularRegressor(**FIXED, loss="poisson").fit(table(), classes(3)), table()),
    "words alone": lambda: (
        TabularClassifier(**SMALL, text="note").fit({"note": notes()}, goodness() > 0), {"note": notes()}),
    "scores of words": lambda: (
        TabularRegressor(**SMALL, text="note").fit(with_notes(), goodness() + score()), with_notes()),
    "words in a hidden layer": lambda: (
        TabularClassifier(**FIXED, text="note").fit(with_notes(), np.digitize(goodness(), [0, 1])), with_notes()),
    "pictures": lambda: (TabularClassifier(**FIXED).fit(pictures(), np.arange(60) % 3), pictures()),
    "grey pictures": lambda: (TabularRegressor(**FIXED).fit(pictures(1), np.arange(60) / 60), pictures(1)),
    "rows": lambda: (_mlp(1, "tanh").fit(rows(), classes(3)), rows()),
    "rows, side by side": lambda: (_mlp(3, "relu").fit(rows(), classes(2)), rows()),
    "rows, numbers": lambda: (
        MLPRegressor(hidden_layer_sizes=(7,), max_iter=15, random_state=0).fit(rows(), score()), rows()),
    "network": lambda: (Network([5, 4, 3], ["mish", "softmax"], seed=1), rows().T),
    "networks": lambda: (Network([5, 4, 1], ["selu", "identity"], seed=1, n_networks=3), rows().T),
    "embedded": lambda: (Network([17, 4, 1], embedding=(2, 4, 8), seed=1), np.tile(rows().T[:3], (3, 1))),
    "embedded, side by side": lambda: (
        Network([16, 4, 1], embedding=(2, 4, 8), seed=1, n_networks=2), np.tile(rows().T[:4], (2, 1))),
}  # fmt: skip


WORDS = [name for name in MAKE if "words" in name]


@cache
def model(name):
    """Return a model, trained once, and rows for it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a few epochs do not converge
        return MAKE[name]()
