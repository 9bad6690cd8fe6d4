"""What `Network.fit` takes, the Tabular models take too."""

import numpy as np
import pytest

import glassnet
from glassnet import TabularRegressor
from glassnet.errors import SettingError

rng = np.random.default_rng(0)
X = {"a": rng.normal(size=60), "b": rng.choice(["x", "y"], 60)}
y = X["a"] + (X["b"] == "x")


def fitted(**settings):
    return TabularRegressor(**{"hidden": 4, "epochs": 2, "batch_size": 20, "random_state": 0, **settings}).fit(X, y)


@pytest.mark.parametrize(
    "settings",
    [{"l1": 0.5}, {"clip_norm": 0.01}, {"shuffle": False}, {"l2": 0.1}, {"learning_rate": [0.1, 0.2], "n_networks": 2}],
)
def test_settings_reach_the_training(settings, tmp_path):
    model = fitted(**settings)
    (name, value), *_ = settings.items()
    assert model.network_.record["settings"][name] == value
    assert not np.array_equal(model.network_.vector, fitted().network_.vector)
    model.save(tmp_path / "m.glassnet")
    assert getattr(glassnet.load(tmp_path / "m.glassnet"), name) == value


def test_iterations_in_place_of_epochs():
    model = fitted(epochs=None, iterations=7, batch_size=20, validation=0.2)
    assert model.history_.steps == 7
    with pytest.raises(SettingError, match="give epochs or iterations, not both"):
        fitted(iterations=7)


def test_a_schedule_may_be_a_function():
    still = fitted(schedule=lambda t, T, costs: 0.0, optimizer="gradient_descent", dropout=0.0)
    assert np.ptp(still.history_.epoch_cost) < 1e-5
    assert (
        fitted(schedule=lambda t, T, costs: 1.0).history_.epoch_cost == fitted(schedule="constant").history_.epoch_cost
    )


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"l1": -1}, "l1: expected a number of at least 0; got -1"),
        ({"clip_norm": 0}, "clip_norm: expected a number greater than 0; got 0"),
        (
            {"optimizer": "lbfgs", "batch_size": None, "clip_norm": 1.0},
            "lbfgs searches along lines on the whole batch and takes no clip_norm",
        ),
    ],
)
def test_settings_that_cannot_be_used(settings, message):
    with pytest.raises(SettingError, match=message):
        fitted(**settings)


def test_an_interrupted_training_of_before_a_setting_is_resumed(tmp_path):
    """Its file does not have the setting, whose default is what it trained with."""

    def stop(progress):
        if progress.moment == "epoch" and progress.epoch == 2:
            raise KeyboardInterrupt

    whole = fitted(epochs=6)
    model = TabularRegressor(hidden=4, epochs=6, batch_size=20, random_state=0, warm_start=True)
    with pytest.warns(glassnet.errors.InterruptedWarning):
        model.fit(X, y, callbacks=[stop])
    for name in ("l1", "clip_norm", "shuffle", "iterations"):
        del model._unfinished.settings[name]
    np.testing.assert_array_equal(model.fit(X, y).network_.vector, whole.network_.vector)
    assert model._unfinished is None
