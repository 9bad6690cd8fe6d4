"""Small tables and fitted models whose answers are known."""

from functools import lru_cache

import numpy as np

from glassnet import Network, TabularClassifier, TabularRegressor

QUICK = {"epochs": 2, "engine": "numpy", "random_state": 0}


def table(m=80, seed=0):
    """Two numbers, one with missing cells, and a colour."""
    rng = np.random.default_rng(seed)
    b = rng.normal(2, 3, m)
    b[::9] = np.nan
    return {"a": rng.normal(0, 1, m), "b": b, "colour": rng.choice(["red", "green", "blue"], m)}


def rows_of(X, some):
    """Return some rows of a table."""
    return {name: np.asarray(cells)[some] for name, cells in X.items()}


def with_cells(X, cells):
    """Return the table with one value in every row of some columns."""
    m = len(next(iter(X.values())))
    return X | {
        name: np.repeat(np.asarray([value], dtype=np.asarray(X[name]).dtype), m) for name, value in cells.items()
    }


@lru_cache
def classifier(classes=2, networks=2):
    """Return a classifier with hidden layers, hardly trained, and its rows."""
    X = table()
    y = np.array(["no", "yes", "perhaps"])[(np.arange(80) * 7 + (X["a"] > 0)) % classes]
    return TabularClassifier([5, 4], "tanh", n_networks=networks, **QUICK).fit(X, y), X, y


@lru_cache
def regressor(hidden=(6,), networks=2, loss=None):
    """Return a regressor, hardly trained, and its rows."""
    X = table()
    y = 3 * X["a"] + np.nan_to_num(X["b"]) ** 2 + 5 * (X["colour"] == "red")
    y = np.round(np.abs(y)) if loss == "poisson" else y
    return TabularRegressor(list(hidden), loss=loss, n_networks=networks, **QUICK).fit(X, y), X, y


@lru_cache
def embedded():
    """Return a classifier with a layer 0 for its numbers, hardly trained, and its rows."""
    rng = np.random.default_rng(3)
    b = rng.exponential(1, 400)
    b[::9] = np.nan
    X = {"colour": rng.choice(["red", "green", "blue"], 400), "a": rng.normal(0, 1, 400), "b": b}
    y = np.where(X["a"] + np.nan_to_num(b) + rng.normal(0, 1, 400) > 1, "yes", "no")
    model = TabularClassifier([5], n_networks=2, **QUICK).fit(X, y)
    model.preparation_ = model.preparation_.grouped(X)
    (_, width), *_ = groups = model.preparation_.groups
    g, t, rest = len(groups), model.preparation_.rows_of_group, model.preparation_.n_features
    assert width > 3
    model.network_ = Network([8 * g + rest - g * t, 5, 1], "tanh", n_networks=2, embedding=(g, t, 8), seed=0)
    return model, X, y


@lru_cache
def linear():
    """Return a regressor that found 3 a - 2 b + 1 exactly, its rows and targets; c says nothing."""
    rng = np.random.default_rng(1)
    X = {"a": rng.normal(5, 1, 300), "b": rng.normal(0, 2, 300), "c": rng.normal(0, 1, 300)}
    y = 3 * X["a"] - 2 * X["b"] + 1
    model = TabularRegressor(engine="numpy", random_state=0).fit(X, y)
    assert model.was_solved
    return model, X, y


@lru_cache
def product():
    """Return a regressor that learned a b, and its rows; c says nothing."""
    rng = np.random.default_rng(2)
    X = {name: rng.uniform(-1, 1, 800) for name in "abc"}
    y = X["a"] * X["b"]
    model = TabularRegressor([32], "tanh", epochs=300, n_networks=8, engine="numpy", random_state=0).fit(X, y)
    assert model.score(X, y) > 0.95
    return model, X, y
