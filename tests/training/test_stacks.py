"""Each network of a stack trains as it would alone with its own settings."""

import numpy as np
import pytest

from glassnet import Network
from glassnet.errors import DivergedError, SettingError
from glassnet.training.settings import Settings
from needs import engines

SEEDS, RATES, L2, L1 = [3, 1, 2], [0.5, 0.01, 0.1], [0.0, 0.3, 1.0], [0.1, 0.0, 0.0]
draw = np.random.default_rng(0)
m = 37
X, Y = draw.normal(size=(3, m)), (draw.random((1, m)) < 0.5).astype(float)
FOLDS = (np.arange(m) % 3 != np.arange(3)[:, None]).astype(float)[:, None]  # (3, 1, m)
ENGINES = engines("torch")
OPTIMIZERS = ["gradient_descent", "momentum", "adam", "adamw"]
OPTIONS = {
    "whole": {"iterations": 12},
    "batches": {"epochs": 4, "batch_size": 7, "shuffle": False},
    "scheduled": {"epochs": 4, "batch_size": 7, "shuffle": False, "schedule": "step(0.5, 2)", "clip_norm": 0.1,
                  "keep_best": True},
}  # fmt: skip
CASES = [
    pytest.param(*engine.values, optimizer, options, marks=engine.marks)
    for engine in ENGINES
    for optimizer in OPTIMIZERS
    for options in OPTIONS
]


def network(seed, k=None):
    return Network([3, 5, 1], ["tanh", "sigmoid"], seed=seed, dtype="float64", n_networks=k)


@pytest.mark.parametrize(("engine", "optimizer", "options"), CASES)
def test_each_network_is_as_alone(engine, optimizer, options):
    assert_is_as_alone(engine, optimizer, options)


def assert_is_as_alone(engine, optimizer, options):
    stack, options = network(SEEDS, 3), OPTIONS[options]
    history = stack.fit(
        X, Y, optimizer=optimizer, learning_rate=RATES, l2=L2, l1=np.array(L1), sample_weight=FOLDS, engine=engine,
        **options,
    )  # fmt: skip
    assert history.engine == engine
    for k, seed in enumerate(SEEDS):
        net = network(seed)
        alone = net.fit(
            X, Y, optimizer=optimizer, learning_rate=RATES[k], l2=L2[k], l1=L1[k], sample_weight=FOLDS[k],
            engine=engine, **options,
        )  # fmt: skip
        np.testing.assert_allclose(stack.vector[k], net.vector, rtol=1e-11, atol=1e-14)
        if engine == "native":  # each by the function that trains one alone
            np.testing.assert_array_equal(stack.vector[k], net.vector)
        np.testing.assert_allclose(history.cost[:, k], alone.cost, rtol=1e-11)
        np.testing.assert_allclose([rates[k] for rates in history.learning_rate], alone.learning_rate, rtol=1e-15)
    assert stack.record["settings"]["learning_rate"] == RATES


def test_history_of_a_stack_prints_its_best_and_its_worst():
    history = network(SEEDS, 3).fit(X, Y, iterations=2)
    history.cost = np.array([[3.0, 3.0, 3.0], [2.0, 0.5, 0.5]])
    assert "cost 3 -> 1 (mean of 3 networks; 0.5 in network 1 to 2 in 0)" in repr(history)


@pytest.mark.parametrize("engine", ENGINES)
def test_divergence_names_the_network_and_its_rate(engine):
    stack = Network([3, 5, 1], ["relu", "identity"], "squared_error", seed=SEEDS, dtype="float32", n_networks=3)
    with pytest.raises(DivergedError, match=r"learning rate 1e\+30\).* of network 1 \(counted from 0\)") as caught:
        stack.fit(X, Y, learning_rate=[0.01, 1e30, 0.01], iterations=9, engine=engine)
    assert caught.value.learning_rate == 1e30
    assert np.isfinite(stack.vector).all()


def test_rows_of_dropout_drop_each_networks_share():
    stack = network(SEEDS, 3)
    twin = network(SEEDS, 3)
    stack.fit(X, Y, iterations=3, dropout=[[0.0], [0.5], [0.0]])
    twin.fit(X, Y, iterations=3)
    same = [bool((stack.vector[k] == twin.vector[k]).all()) for k in range(3)]
    assert same == [True, False, True]


def test_a_stack_of_seeds_starts_as_each_alone():
    stack = network(SEEDS, 3)
    for k, seed in enumerate(SEEDS):
        np.testing.assert_array_equal(stack.vector[k], network(seed).vector)


@pytest.mark.parametrize(("k", "settings", "words"), [
    (None, {"learning_rate": [0.1, 0.2]}, ["learning_rate", "one network takes one number", "n_networks=2"]),
    (3, {"learning_rate": [0.1, 0.2]}, ["learning_rate", "each of 3 networks", "got 2"]),
    (3, {"learning_rate": [0.1, 0.2, -1]}, ["learning_rate", "greater than 0", "-1"]),
    (3, {"l2": [1, 2]}, ["l2", "each of 3 networks"]),
    (3, {"l1": ["1", 2, 3]}, ["l1", "'1'"]),
    (3, {"dropout": [[0.1], [0.2]]}, ["dropout", "each of 3 networks", "got 2"]),
    (3, {"dropout": [[0.1], [0.2], [1.0]]}, ["dropout", "[0, 1)", "1.0"]),
    (3, {"dropout": [[0.1], [0.2], 0.5]}, ["dropout", "one row of shares for each network"]),
    (3, {"dropout": [0.1, 0.2, 0.3]}, ["dropout", "1 hidden layers need 1 shares", "3 rows of one"]),
    (None, {"dropout": [[0.1]]}, ["dropout", "one network"]),
])  # fmt: skip
def test_a_number_of_values_that_is_not_the_networks(k, settings, words):
    net = network(1, k)
    before = net.vector.copy()
    with pytest.raises(SettingError) as caught:
        net.fit(X, Y, iterations=2, **settings)
    assert all(word in str(caught.value) for word in words), caught.value
    np.testing.assert_array_equal(net.vector, before)


@pytest.mark.parametrize(("k", "seeds"), [(None, [1, 2]), (3, [1, 2])])
def test_a_number_of_seeds_that_is_not_the_networks(k, seeds):
    with pytest.raises(SettingError, match="seed: expected one"):
        network(seeds, k)


def test_settings_are_plain_data_that_nobody_changes():
    rates = np.array([0.1, 0.2])
    settings = Settings(learning_rate=rates, dropout=[[0.1], [0.2]])
    rates[0] = 7
    assert settings.to_document()["learning_rate"] == [0.1, 0.2]
    assert settings.to_document()["dropout"] == [[0.1], [0.2]]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_batch_without_weight_for_a_network_teaches_it_nothing(engine):
    S = np.ones((2, 1, m))
    S[0, :, 8:] = 0  # of batches of 8 in this order network 0 learns from the first alone
    short, long = network([3, 1], 2), network([3, 1], 2)
    how = {"batch_size": 8, "shuffle": False, "epochs": 1, "engine": engine}
    short.fit(X[:, :8], Y[:, :8], **how)
    history = long.fit(X, Y, sample_weight=S, **how)
    assert np.isfinite(history.cost).all()
    np.testing.assert_allclose(long.vector[0], short.vector[0], rtol=1e-12)
    assert not np.allclose(long.vector[1], short.vector[1])
