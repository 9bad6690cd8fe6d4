"""What is trained when nothing is said: the presets' table, the rows each network leaves out, the choice of a kind."""

import numpy as np
import pytest

from glassnet import TabularClassifier, TabularRegressor
from glassnet.errors import SettingError
from glassnet.estimators import presets, table_models
from glassnet.estimators.presets import CLASSES, NUMBERS, PRESETS, Kind


def rings(m, noise=0.0):
    """Return points and whether they lie within a ring, some labels drawn by lot."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(m, 2))
    y = (np.abs(np.hypot(*X.T) - 1) < 0.4).astype(int)
    lot = rng.random(m) < noise
    y[lot] = rng.integers(0, 2, lot.sum())
    return X, y


@pytest.mark.parametrize("table", [CLASSES, NUMBERS])
def test_presets_name_kinds_of_both_tables_simplest_first(table):
    for preset in PRESETS.values():
        depths = [len(table[name].hidden) for name in preset.kinds]
        assert depths == sorted(depths)
    assert presets.kinds_to_try(table, "best", 10, 5).keys() == {"linear", "simple"}
    assert presets.kinds_to_try(table, "default", 5000, presets.MANY_FEATURES + 1).keys() == {"wide"}


def test_epochs_follow_from_the_rows():
    kind = Kind((8,), "relu", 0.01, epochs=32, least_steps=600)
    assert kind.epochs_for(5000, 128) == 32
    assert kind.epochs_for(128, 128) == 600  # one step in an epoch
    assert kind.epochs_for(250_000, 128) == presets.MOST_SAMPLES // 250_000
    assert kind.epochs_for(10**7, 128) == presets.FEWEST_EPOCHS


def test_each_row_is_left_out_by_one_network_and_classes_are_dealt_out():
    labels = np.array([0] * 90 + [1] * 10)
    taught = table_models._taught(labels, 100, 5, np.random.default_rng(0))
    assert taught.shape == (5, 1, 100)
    np.testing.assert_array_equal(taught.sum(axis=0), 4)
    np.testing.assert_array_equal((1 - taught[:, 0, labels == 1]).sum(axis=1), 2)
    np.testing.assert_array_equal((1 - taught[:, 0, labels == 0]).sum(axis=1), 18)


def test_the_kind_that_is_best_on_rows_left_out_is_kept():
    X, y = rings(1200)
    model = TabularClassifier(random_state=0, epochs=12).fit(X, y)
    costs = {each["kind"]: each["cost"] for each in model.candidates_}
    assert costs["linear"] > costs["simple"]
    assert model.network_.architecture.sizes[1:-1] == CLASSES[min(costs, key=costs.get)].hidden
    assert model.network_.n_networks == PRESETS["default"].networks
    assert any("chosen by the cost on rows left out" in note for note in model.notes_)
    rng = np.random.default_rng(1)
    X = rng.normal(size=(400, 8))
    model = TabularRegressor(random_state=0).fit(X, X[:, 0] + 3 * rng.normal(size=400))
    assert [each["kind"] for each in model.candidates_] == ["linear", "simple"]  # deeper is not tried in vain
    assert model.network_.L == 1


def test_costs_are_those_of_rows_that_a_network_did_not_learn_from():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(200, 30)), rng.integers(0, 2, 200)  # nothing to learn: only the left-out cost shows it
    model = TabularClassifier(preset="fast", random_state=0).fit(X, y)
    seen = np.mean(model.network_.cost(model.prepared(X), model.target_.encode(y).T))
    assert seen < 0.6 < np.log(2) < model.candidates_[0]["cost"]


def test_given_layers_are_one_network_and_settings_overrule_the_kind():
    X, y = rings(300)
    model = TabularClassifier(5, "tanh", epochs=2, random_state=0).fit(X, y)
    assert model.network_.n_networks is None
    assert model.network_.architecture.activations == ("tanh", "sigmoid")
    assert model.history_.epochs == 2
    assert TabularClassifier(5, n_networks=3, epochs=1).fit(X, y).network_.n_networks == 3


def test_a_kind_that_diverges_is_passed_over(monkeypatch):
    X, y = rings(300)
    broken = {**CLASSES, "linear": CLASSES["linear"]._replace(learning_rate=1e30, optimizer="gradient_descent")}
    monkeypatch.setattr(TabularClassifier, "_kinds", broken)
    model = TabularClassifier(epochs=3, random_state=0).fit(X * 1e3, y)
    assert "simple" in {each["kind"] for each in model.candidates_}


@pytest.mark.parametrize(("settings", "told"), [
    ({"preset": "bets"}, "did you mean 'best'"),
    ({"preset": None}, "unknown preset None"),
    ({"n_networks": 0}, "n_networks"),
    ({"n_networks": 2.5}, "n_networks"),
])  # fmt: skip
def test_presets_that_cannot_be_used(settings, told):
    with pytest.raises(SettingError, match=told):
        TabularClassifier(**settings).fit(*rings(40))
