"""Training and predicting need little memory beside the table itself."""

import tracemalloc

import numpy as np
import pytest

import glassnet
from glassnet.estimators import MLPClassifier

ROWS, FEATURES = 200_000, 100


@pytest.fixture(scope="module")
def table():
    X = np.random.default_rng(0).standard_normal((ROWS, FEATURES), dtype=np.float32)
    return X, (X[:, 0] > 0).astype(np.int8)


def peak_of(work):
    tracemalloc.start()
    work()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


@pytest.mark.filterwarnings("ignore:Stochastic Optimizer")
def test_an_estimator_makes_no_copy_of_the_table(table):
    X, y = table
    model = MLPClassifier((8,), max_iter=1, batch_size=500, random_state=0)
    assert peak_of(lambda: model.fit(X, y)) < 0.25 * X.nbytes
    assert peak_of(lambda: model.predict(X)) < 0.25 * X.nbytes
    assert peak_of(lambda: model.score(X, y)) < 0.25 * X.nbytes


def test_a_network_makes_no_copy_of_a_transposed_table(table):
    X, y = table
    net, Y = glassnet.Network([FEATURES, 8, 1], ["relu", "sigmoid"], seed=0), y[None].astype(np.float32)
    how = {"optimizer": "adam", "epochs": 1, "batch_size": 500, "engine": "numpy"}
    assert peak_of(lambda: net.fit(X.T, Y, validation=(X.T, Y), **how)) < 0.25 * X.nbytes
