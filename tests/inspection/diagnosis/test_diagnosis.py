"""Diagnosis: broken trainings whose cause is named first, healthy ones about which nothing is said."""

import json
from functools import lru_cache

import numpy as np
import pytest
from sklearn import datasets
from sklearn.preprocessing import StandardScaler

from glassnet import Network
from glassnet.errors import DataError, DivergedError, ShapeError
from glassnet.inspection.diagnosis import DETECTORS, examine
from glassnet.inspection.diagnosis.context import DiagnosisContext
from glassnet.inspection.diagnosis.range_test import range_test


# ------------------------------------------------------------ data
@lru_cache
def flower():
    draw = np.random.RandomState(1)
    X, Y = np.zeros((2, 400)), np.repeat([[0.0, 1.0]], 200)[None]
    for j in (0, 1):
        t = np.linspace(3.12 * j, 3.12 * (j + 1), 200) + 0.2 * draw.randn(200)
        r = 4 * np.sin(4 * t) + 0.2 * draw.randn(200)
        X[:, 200 * j : 200 * (j + 1)] = r * np.sin(t), r * np.cos(t)
    return X, Y


@lru_cache
def table(name, scaled=True):
    """A table of scikit-learn's as columns, classes one-hot (two: one row), numbers scaled."""
    X, y = getattr(datasets, f"load_{name}")(return_X_y=True)
    if scaled:
        X = X / 16 if name == "digits" else StandardScaler().fit_transform(X)
    if name == "diabetes":
        y = (y - y.mean()) / y.std() if scaled else y
        return X.T, y[None]
    return X.T, one_hot(y) if y.max() > 1 else y[None]


def one_hot(y):
    return np.eye(y.max() + 1)[y].T


def noisy(m, n_x=20, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n_x, m))
    return X, (X[:1] + rng.normal(size=(1, m)) > 0).astype(float)


def trained(net, X, Y, **settings):
    try:
        net.fit(X, Y, engine="numpy", **settings)
    except DivergedError:
        assert net.record["diverged"]["step"] > 0
    return net


ADAM = {"optimizer": "adam", "batch_size": 64}


# ------------------------------------------------------------ broken
def zeros():
    return trained(Network([2, 4, 1], "tanh", initializer="zeros"), *flower(), learning_rate=1.2, iterations=500)


def constant():
    net = Network([2, 4, 4, 1], initializer="constant(0.1)")
    return trained(net, *flower(), learning_rate=0.1, iterations=500)


def identity():
    return trained(Network([2, 10, 10, 1], "identity", seed=1), *flower(), learning_rate=0.1, iterations=300)


def rate_tiny():
    return trained(Network([2, 8, 1], "tanh", seed=1), *flower(), learning_rate=1e-4, iterations=1000)


def rate_huge():
    return trained(Network([2, 8, 1], "tanh", seed=1), *flower(), learning_rate=300, iterations=300)


def rate_diverging():
    return trained(Network([2, 8, 1], seed=2), *flower(), learning_rate=30, iterations=300)


def rate_huge_adam():
    return trained(Network([64, 32, 10], seed=1), *table("digits"), **ADAM, learning_rate=0.5, epochs=5)


def rate_tiny_adam():
    return trained(Network([64, 32, 10], seed=1), *table("digits"), **ADAM, learning_rate=1e-6, epochs=10)


def dead():
    net = Network([64, 32, 10], seed=1)
    net.b[1] = np.full((32, 1), -20.0)
    return trained(net, *table("digits"), **ADAM, epochs=5)


def dead_deeper():
    net = Network([64, 32, 32, 10], seed=1)
    net.b[2] = np.full((32, 1), -50.0)
    return trained(net, *table("digits"), learning_rate=0.1, batch_size=64, epochs=5)


def saturated_tanh():
    net = Network([64, 32, 32, 10], "tanh", initializer="normal(3)", seed=1)
    return trained(net, *table("digits"), learning_rate=0.1, batch_size=64, epochs=5)


def saturated_sigmoid():
    net = Network([64, 32, 10], "sigmoid", initializer=["normal(200)", "glorot"], seed=1)
    return trained(net, *table("digits"), **ADAM, learning_rate=0.01, epochs=5)


def deep_sigmoid():
    net = Network([64, *[16] * 10, 10], "sigmoid", seed=1)
    return trained(net, *table("digits"), learning_rate=0.1, batch_size=64, epochs=5)


def deep_and_small():
    net = Network([64, *[16] * 8, 10], initializer="normal(0.01)", seed=1)
    return trained(net, *table("digits"), learning_rate=0.1, batch_size=64, epochs=5)


def deep_and_large():
    net = Network([64, *[32] * 8, 10], initializer="normal(1)", seed=1)
    return trained(net, *table("digits"), learning_rate=0.01, batch_size=64, epochs=5)


def raw_wine():
    return trained(Network([13, 16, 3], seed=1), *table("wine", scaled=False), learning_rate=0.1, iterations=100)


def raw_targets():
    X, Y = table("diabetes")[0], table("diabetes", scaled=False)[1]
    return trained(Network([10, 16, 1], loss="squared_error", seed=1), X, Y, learning_rate=0.001, epochs=50), X, Y


def relu_output():
    net = Network([10, 16, 1], ["relu", "relu"], loss="squared_error", seed=1)
    return trained(net, *table("diabetes"), learning_rate=0.05, epochs=200)


def sorted_batches():
    X, Y = table("digits")
    order = Y.argmax(axis=0).argsort(kind="stable")
    X, Y = X[:, order], Y[:, order]
    net = Network([64, 32, 10], seed=1)
    return trained(net, X, Y, learning_rate=0.1, batch_size=32, epochs=10, shuffle=False), X, Y


def heavy_l2():
    return trained(Network([64, 32, 10], seed=1), *table("digits"), **ADAM, epochs=10, l2=2000.0)


def swapped():
    X, Y = table("digits")
    net = trained(Network([64, 32, 10], seed=1), X, Y, **ADAM, epochs=15)
    return net, X, Y[[0, 1, 2, 5, 4, 3, 6, 7, 8, 9]]


def swapped_binary():
    X, Y = table("breast_cancer")
    return trained(Network([30, 8, 1], seed=1), X, Y, **ADAM, epochs=30), X, 1 - Y


def wrong_labels():
    X, Y = table("digits")
    rng, y = np.random.default_rng(0), Y.argmax(axis=0)
    wrong = rng.choice(len(y), 120, replace=False)
    y[wrong] = (y[wrong] + rng.integers(1, 10, 120)) % 10
    return trained(Network([64, 32, 10], seed=1), X, one_hot(y), **ADAM, epochs=15), X, one_hot(y)


def rare_class():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(5, 1000))
    Y = (rng.random((1, 1000)) < 1 / (1 + np.exp(4.2 - X[:1]))).astype(float)
    return trained(Network([5, 8, 1], seed=1), X, Y, **ADAM, epochs=60), X, Y


def overfitted():
    X, Y = noisy(60)
    return trained(Network([20, 64, 1], seed=1), X, Y, **ADAM, epochs=600, validation=noisy(300, seed=1)), X, Y


def no_hidden_layer():
    return trained(Network([2, 1], seed=1), *flower(), learning_rate=0.5, iterations=500)


def one_unit():
    return trained(Network([2, 1, 1], "tanh", seed=2), *flower(), learning_rate=1.2, iterations=1000)


def three_epochs():
    return trained(Network([64, 32, 10], seed=1), *table("digits"), learning_rate=0.1, batch_size=64, epochs=3)


def coin_flips():
    X = np.random.default_rng(2).normal(size=(20, 500))
    Y = np.random.default_rng(3).integers(0, 2, (1, 500)).astype(float)
    return trained(Network([20, 1], seed=1), X, Y, **ADAM, epochs=30, l2=50.0), X, Y


BROKEN = [
    (zeros, flower, "symmetric_units"),
    (constant, flower, "symmetric_units"),
    (identity, flower, "no_nonlinearity"),
    (rate_tiny, flower, "learning_rate_low"),
    (rate_tiny_adam, "digits", "learning_rate_low"),
    (rate_huge, flower, "learning_rate_high"),
    (rate_huge_adam, "digits", "learning_rate_high"),
    (rate_diverging, flower, "learning_rate_high"),
    (dead, "digits", "dead_units"),
    (dead_deeper, "digits", "dead_units"),
    (saturated_tanh, "digits", "saturated"),
    (saturated_sigmoid, "digits", "saturated"),
    (deep_sigmoid, "digits", "vanishing"),
    (deep_and_small, "digits", "vanishing"),
    (deep_and_large, "digits", "exploding"),
    (raw_wine, lambda: table("wine", scaled=False), "inputs_unscaled"),
    (raw_targets, None, "targets_unscaled"),
    (relu_output, "diabetes", "output_range"),
    (sorted_batches, None, "unshuffled"),
    (heavy_l2, "digits", "penalty_strong"),
    (swapped, None, "labels_swapped"),
    (swapped_binary, None, "labels_swapped"),
    (wrong_labels, None, "labels_wrong"),
    (rare_class, None, "classes_unbalanced"),
    (overfitted, None, "overfitting"),
    (no_hidden_layer, flower, "underfitting"),
    (one_unit, flower, "underfitting"),
    (three_epochs, "digits", "too_few_steps"),
    (coin_flips, None, "nothing_learned"),
]


def with_data(make, data):
    made = make()
    return made if data is None else (made, *(table(data) if isinstance(data, str) else data()))


@pytest.mark.parametrize(("make", "data", "cause"), BROKEN, ids=[make.__name__ for make, _, _ in BROKEN])
def test_the_planted_cause_is_named_first(make, data, cause):
    net, X, Y = with_data(make, data)
    before = net.vector.copy()
    diagnosis = net.diagnose(X, Y)
    assert diagnosis.names[:1] == [cause], str(diagnosis)
    assert all(finding.evidence and finding.change for finding in diagnosis)
    assert (net.vector == before).all()
    json.dumps(diagnosis.to_document())


# ------------------------------------------------------------ healthy
HEALTHY = {
    "flower, 4 units": lambda: (
        trained(
            Network([2, 4, 1], "tanh", initializer="normal", seed=2), *flower(), learning_rate=1.2, iterations=5000
        ),
        *flower(),
    ),
    "flower, relu": lambda: (
        trained(Network([2, 20, 10, 1], seed=1), *flower(), **ADAM, learning_rate=0.01, epochs=200),
        *flower(),
    ),
    "digits": lambda: (trained(Network([64, 32, 10], seed=1), *table("digits"), **ADAM, epochs=30), *table("digits")),
    "digits, deep": lambda: (
        trained(Network([64, 32, 32, 32, 10], seed=1), *table("digits"), **ADAM, epochs=20),
        *table("digits"),
    ),
    "iris": lambda: (
        trained(Network([4, 8, 3], "tanh", seed=1), *table("iris"), learning_rate=0.5, iterations=500),
        *table("iris"),
    ),
    "wine": lambda: (
        trained(Network([13, 16, 3], seed=1), *table("wine"), **ADAM, learning_rate=0.01, epochs=50),
        *table("wine"),
    ),
    "breast cancer": lambda: (
        trained(
            Network([30, 16, 1], "sigmoid", seed=1), *table("breast_cancer"), **ADAM, learning_rate=0.01, epochs=50
        ),
        *table("breast_cancer"),
    ),
    "breast cancer, logistic regression": lambda: (
        trained(Network([30, 1], seed=1), *table("breast_cancer"), learning_rate=0.5, iterations=300),
        *table("breast_cancer"),
    ),
    "diabetes": lambda: (
        trained(Network([10, 16, 1], loss="squared_error", seed=1), *table("diabetes"), **ADAM, epochs=100, l2=1.0),
        *table("diabetes"),
    ),
    "diabetes, lbfgs": lambda: (
        trained(
            Network([10, 8, 1], "tanh", loss="squared_error", seed=1),
            *table("diabetes"),
            optimizer="lbfgs",
            epochs=100,
            l2=1.0,
        ),
        *table("diabetes"),
    ),
}


@pytest.mark.parametrize("name", HEALTHY)
def test_nothing_is_said_about_a_healthy_training(name):
    net, X, Y = HEALTHY[name]()
    diagnosis = net.diagnose(X, Y)
    assert diagnosis.names == [], str(diagnosis)
    assert str(diagnosis).startswith("Nothing wrong found (")
    assert diagnosis.gap == ""
    assert "not_finite" in diagnosis.looked_at


# ------------------------------------------------------------ what it says
def test_dead_units_are_numbered():
    net, X, Y = dead(), *table("digits")
    finding = net.diagnose(X, Y)[0]
    assert finding.numbers["units"] == {1: list(range(32))}
    assert "32 of 32 in layer 1" in finding.evidence


def test_unscaled_features_are_named():
    X, Y = table("wine", scaled=False)
    names = list(datasets.load_wine().feature_names)
    diagnosis = raw_wine().diagnose(X, Y, names=names)
    assert '"proline" (mean 746.9' in diagnosis[0].evidence
    assert diagnosis[0].numbers["features"] == [4, 12]
    assert diagnosis[0].numbers["mean"] == pytest.approx([X[4].mean(), X[12].mean()])


def test_wrong_labels_are_those_that_were_planted():
    net, X, Y = wrong_labels()
    planted = np.flatnonzero(Y.argmax(axis=0) != table("digits")[1].argmax(axis=0))
    found = net.diagnose(X, Y)[0].numbers["samples"]
    assert np.isin(found, planted).mean() > 0.85


def test_the_rate_it_would_try_learns():
    net, X, Y = rate_tiny(), *flower()
    rate = net.diagnose(X, Y)[0].numbers["try"]
    better = trained(Network([2, 8, 1], "tanh", seed=1), X, Y, learning_rate=rate, iterations=1000)
    assert better.cost(X, Y) < 0.5 * net.cost(X, Y)
    assert better.diagnose(X, Y).names == []


def test_overfitting_is_seen_from_other_data_alone():
    X, Y = noisy(60)
    net = trained(Network([20, 64, 1], seed=1), X, Y, **ADAM, epochs=600)
    assert net.diagnose(X, Y, validation=noisy(300, seed=1)).names == ["overfitting"]


def test_a_parameter_that_is_no_number_stops_the_rest():
    net = Network([3, 4, 2], seed=1)
    net.W[2][1, 1] = np.nan
    X, Y = np.ones((3, 10)), np.eye(2)[:, [0, 1] * 5]
    diagnosis = net.diagnose(X, Y)
    assert diagnosis.names == ["not_finite"]
    assert "W[2]" in diagnosis[0].evidence


def test_doubled_features_are_found():
    X, Y = table("diabetes")
    X = np.vstack([X, 3 - 2 * X[4]])
    net = trained(Network([11, 8, 1], loss="squared_error", seed=1), X, Y, **ADAM, epochs=100, l2=1.0)
    diagnosis = net.diagnose(X, Y)
    assert diagnosis.names == ["duplicate_features"]
    assert diagnosis[0].numbers["pairs"] == [(4, 10)]


def test_without_data_parameters_and_record_are_looked_at():
    diagnosis = zeros().diagnose()
    assert diagnosis.names == ["symmetric_units"]
    assert "underfitting" in diagnosis.not_looked_at
    assert str(diagnosis).endswith("With X and Y more could be seen.")
    assert Network([2, 3, 1], seed=1).diagnose().names == []


def test_a_stack_speaks_for_its_weightiest_network():
    X, Y = flower()
    net = Network([2, 4, 1], "tanh", seed=[1, 2, 3], n_networks=3)
    net.W[1][1] = 0
    net.W[2][1] = 0
    net.fit(X, Y, learning_rate=1.0, iterations=300, engine="numpy")
    assert net.diagnose(X, Y).names[0] == "symmetric_units"


def test_many_samples_are_thinned_in_order(monkeypatch):
    monkeypatch.setattr("glassnet.inspection.diagnosis.MOST_SAMPLES", 500)
    net, X, Y = sorted_batches()
    diagnosis = net.diagnose(X, Y)
    assert diagnosis.names[0] == "unshuffled"
    assert "500 samples" in diagnosis.basis


def test_every_detector_has_a_planted_cause():
    planted = {cause for _, _, cause in BROKEN} | {"not_finite", "duplicate_features"}
    assert planted == set(DETECTORS)


def test_the_table_goes_from_causes_to_symptoms():
    weights = [detector.weight for detector in DETECTORS.values()]
    assert weights == sorted(set(weights), reverse=True)


def test_html_escapes_names():
    X, Y = table("wine", scaled=False)
    page = raw_wine().diagnose(X, Y, names=["<b>"] * 13)._repr_html_()
    assert "&lt;b&gt;" in page
    assert "<b>&quot;" not in page


def test_a_range_test_is_the_same_twice():
    X, Y = (M.astype(np.float32) for M in flower())
    tests = [
        range_test(Network([2, 8, 1], "tanh").architecture, X, Y, optimizer="gradient_descent", alpha=1.0,
                   batch_size=None, seed=0)
        for _ in range(2)
    ]  # fmt: skip
    assert tests[0] == tests[1]
    assert tests[0].cost_at(1.0) < tests[0].cost_at(1e-3)


def test_data_are_checked():
    net = Network([2, 4, 1], seed=1)
    X, Y = flower()
    with pytest.raises(DataError, match="belong together"):
        net.diagnose(X)
    with pytest.raises(ShapeError, match="one for each of 2 features"):
        net.diagnose(X, Y, names=["a"])


def test_one_sample_and_one_class_do_no_harm():
    net = Network([2, 4, 1], seed=1)
    for m in (1, 2, 30):
        assert net.diagnose(np.ones((2, m)), np.ones((1, m))).looked_at
    assert examine(DiagnosisContext(net.architecture, net.parameters, {})).names == []
