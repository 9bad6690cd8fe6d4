"""What is trained when nothing is said: the presets' table, the rows each network leaves out, the choice of a kind."""

import numpy as np
import pytest

from glassnet import Network, TabularClassifier, TabularRegressor
from glassnet.errors import SettingError
from glassnet.estimators.tabular import out_of_fold, recipes
from glassnet.estimators.tabular.recipes import CLASSES, NUMBERS, PRESETS, Recipe
from glassnet.estimators.targets import smoothed


def rings(m, noise=0.0):
    """Return points and whether they lie within a ring, some labels drawn by lot."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(m, 2))
    y = (np.abs(np.hypot(*X.T) - 1) < 0.4).astype(int)
    lot = rng.random(m) < noise
    y[lot] = rng.integers(0, 2, lot.sum())
    return X, y


@pytest.mark.parametrize("table", [CLASSES, NUMBERS])
def test_presets_name_recipes_of_both_tables_simplest_first(table):
    for preset in PRESETS.values():
        depths = [len(table[name].hidden) for name in preset.recipes]
        assert depths == sorted(depths)
    assert recipes.candidate_recipes(table, "best", 10, 5).keys() == {"solved linear", "linear", "simple", "quick"}
    assert recipes.candidate_recipes(table, "default", 5000, recipes.MANY_FEATURES + 1).keys() == {"wide"}


def test_epochs_follow_from_the_rows():
    kind = Recipe((8,), "relu", 0.01, epochs=32, least_steps=600)
    assert kind.epochs_for(5000, 128) == 32
    assert kind.epochs_for(128, 128) == 600  # one step in an epoch
    assert kind.epochs_for(250_000, 128) == recipes.MAX_SAMPLES // 250_000
    assert kind.epochs_for(recipes.MAX_SAMPLES, 128) == recipes.MIN_EPOCHS
    assert kind.epochs_for(4 * recipes.MAX_SAMPLES, 128) == 2  # as many samples in all


def test_every_two_networks_leave_out_the_same_rows():
    labels = np.array([0] * 80 + [1] * 16)
    for k, judged in ((2, 12), (4, 24), (6, 36), (8, 48), (9, 48), (16, 96), (32, 96)):
        mask = out_of_fold.pair_weights(labels, 96, k, np.random.default_rng(0))
        assert mask.shape == (k, 1, 96)
        parts = list(out_of_fold.same_networks(mask))
        assert [len(networks) for networks, _ in parts] == [2] * (k // 2 - 1) + [2 + k % 2]
        assert sum(len(rows) for _, rows in parts) == pytest.approx(judged, abs=2)
        assert all(abs(labels[rows].sum() - len(rows) / 6) < 1 for _, rows in parts)


def test_each_row_is_out_of_fold_for_one_network_and_folds_are_stratified():
    labels = np.array([0] * 90 + [1] * 10)
    fold_weights = out_of_fold.fold_weights(labels, 100, 5, np.random.default_rng(0))
    assert fold_weights.shape == (5, 1, 100)
    np.testing.assert_array_equal(fold_weights.sum(axis=0), 4)
    np.testing.assert_array_equal((1 - fold_weights[:, 0, labels == 1]).sum(axis=1), 2)
    np.testing.assert_array_equal((1 - fold_weights[:, 0, labels == 0]).sum(axis=1), 18)


@pytest.mark.long
def test_the_recipe_that_is_best_out_of_fold_is_kept():
    X, y = rings(1200)
    model = TabularClassifier(random_state=0, epochs=12).fit(X, y)
    costs = {each["kind"]: each["cost"] for each in model.candidates_}
    assert list(costs) == ["solved linear", "linear", "deep", "smooth"]  # deep is better: nothing simpler is asked for
    assert costs["linear"] > max(costs["deep"], costs["smooth"])
    best = min(costs, key=costs.__getitem__)
    assert model.network_.architecture.sizes[1:-1] == CLASSES[best].hidden
    assert model.network_.n_networks == PRESETS["default"].networks
    assert any("chosen by the cost on held-out rows" in note for note in model.notes_)
    rng = np.random.default_rng(1)
    X = rng.normal(size=(400, 8))
    model = TabularRegressor(random_state=0).fit(X, X[:, 0] + 3 * rng.normal(size=400))
    assert [each["kind"] for each in model.candidates_] == ["solved linear", "linear", "smooth", "simple"]
    assert model.network_.L == 1
    assert model.network_.n_networks == 2 * PRESETS["default"].networks  # rows are few
    X = rng.normal(size=(1000, 8))
    model = TabularRegressor(random_state=0, epochs=3).fit(X, X[:, 0] + 3 * rng.normal(size=1000))
    assert [each["kind"] for each in model.candidates_] == [
        "solved linear",
        "linear",
        "deep",
        "simple",
    ]  # rows are many


def test_where_rows_are_few_more_networks_leave_some_out():
    numbers = {name: [recipes.networks_for(preset, m) for m in (10, 999, 1000)] for name, preset in PRESETS.items()}
    assert numbers == {"fast": [4, 4, 2], "default": [8, 8, 4], "best": [16, 16, 16], "course": [1, 1, 1]}


def test_costs_are_those_of_rows_that_a_network_did_not_learn_from():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(200, 30)), rng.integers(0, 2, 200)  # nothing to learn: only the left-out cost shows it
    model = TabularClassifier(preset="fast", random_state=0).fit(X, y)
    seen = np.mean(model.network_.cost(model.prepared(X), model.target_.encode(y).T))
    assert seen < 0.6 < np.log(2)  # cross-entropy: labels were learned by heart
    assert model.candidates_[0]["cost"] > 0.25  # Brier's score: worse than a coin


def answers(network, X, Y, rows):
    """Return the squared errors of each network (k, rows) and of the mean of all (rows,), summed over the outputs."""
    A = network.forward(X[:, rows]).astype(float)
    return ((A - Y[:, rows]) ** 2).sum(axis=1), ((A.mean(axis=0) - Y[:, rows]) ** 2).sum(axis=0)


@pytest.mark.parametrize("n_classes", [2, 3])
def test_out_of_fold_probabilities_cost_their_squared_error(n_classes):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(4, 30)).astype(np.float32)
    labels = rng.integers(n_classes, size=30)
    Y = np.eye(n_classes)[labels].T if n_classes > 2 else labels[np.newaxis].astype(float)
    output = "softmax" if n_classes > 2 else "sigmoid"
    network = Network([4, 5, len(Y)], ["relu", output], "cross_entropy", seed=0, n_networks=3)
    mask = out_of_fold.fold_weights(labels, 30, 3, rng)  # each row is left out by one
    A = network.forward(X)
    by_hand = sum(((A[k, :, i] - Y[:, i]) ** 2).sum() for k in range(3) for i in range(30) if mask[k, 0, i] == 0)
    parts = out_of_fold.left_out(network, X, mask)
    assert out_of_fold.cost(parts, Y, "cross_entropy", 3) == pytest.approx(by_hand / 30, rel=1e-5)
    together = answers(network, X, Y, np.arange(30))[1].mean()  # no network saw any row: the mean's own cost
    assert out_of_fold.cost(out_of_fold.left_out(network, X, None), Y, "cross_entropy", 3) == pytest.approx(together)


@pytest.mark.parametrize("seed", range(5))
def test_two_networks_tell_what_the_mean_of_many_costs(seed):
    """Members that differ by chance alone: the cost of the mean of 64, estimated from pairs, against the truth."""
    rng = np.random.default_rng(seed)
    k, m = 64, 4000
    Y, common = rng.normal(size=(1, m)), rng.normal(size=(1, m))
    A = Y + 0.3 * common + rng.normal(scale=0.8, size=(k, 1, m))
    parts = [out_of_fold.Part([i, i + 1], np.arange(m), A[i : i + 2]) for i in range(0, k, 2)]
    true = ((A.mean(axis=0) - Y) ** 2).mean() / 2
    assert out_of_fold.cost(parts, Y, "squared_error", k) == pytest.approx(true, rel=0.05)
    assert out_of_fold.cost(parts, Y, "squared_error", 1) == pytest.approx(((A - Y) ** 2).mean() / 2, rel=0.01)


@pytest.mark.parametrize("networks", [1, 3])
def test_validation_rows_choose_a_recipe_too(networks):
    X, y = rings(1400)
    model = TabularClassifier(validation=0.2, n_networks=networks, epochs=6, random_state=0).fit(X, y)
    assert 0 < model.candidates_[0]["cost"] < 1
    assert model.score(X, y) > 0.6


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize(("stack", "masked"), [(None, False), (4, False), (4, True)])
def test_smoothed_labels_leave_a_network_unsure_until_its_temperature_is_calibrated(n_classes, stack, masked):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(2, 400)).astype(np.float32)
    labels = np.digitize(X[0], [0.0, 1.0][: n_classes - 1])
    Y = np.eye(n_classes)[labels].T if n_classes > 2 else labels[np.newaxis].astype(float)
    output = "softmax" if n_classes > 2 else "sigmoid"
    network = Network([2, 16, len(Y)], ["relu", output], "cross_entropy", seed=0, n_networks=stack)
    network.fit(X, smoothed(Y.T, 0.2).T, optimizer="adam", learning_rate=0.02, epochs=60, batch_size=50)
    mask = out_of_fold.fold_weights(labels, 400, stack, rng) if masked else None
    before, A = np.mean(network.cost(X, Y)), network.forward(X)
    temperature = out_of_fold.calibrate_temperature(network, X, Y, mask)
    assert 0.5 <= temperature < 1
    assert np.mean(network.cost(X, Y)) < before
    sharper = network.forward(X)
    np.testing.assert_array_equal(sharper.argmax(axis=-2), A.argmax(axis=-2))
    assert n_classes > 2 or ((sharper > 0.5) == (A > 0.5)).all()
    assert sharper.max() > A.max()


def test_a_network_that_is_too_sure_becomes_less_so():
    rng = np.random.default_rng(0)
    X, Y = rng.normal(size=(2, 50)), rng.integers(2, size=(1, 50)).astype(float)
    network = Network([2, 8, 1], ["relu", "sigmoid"], seed=0)
    network.W[2][...] *= 100
    before = network.W[2].copy()
    assert out_of_fold.calibrate_temperature(network, X, Y, None) == 4
    np.testing.assert_allclose(network.W[2], before / 4)


@pytest.mark.parametrize(("loss", "smooths"), [("cross_entropy", True), ("squared_error", False)])
def test_labels_are_smoothed_where_the_recipe_says_so_and_the_loss_is_cross_entropy(loss, smooths, monkeypatch):
    X, y = rings(800)
    unsure = CLASSES["deep"]._replace(label_smoothing=0.5, least_rows=0)
    monkeypatch.setattr(TabularClassifier, "_recipes", {"linear": unsure})
    monkeypatch.setattr(recipes, "PRESETS", {"default": recipes.Preset(2, ("linear",))})
    monkeypatch.setattr(out_of_fold, "calibrate_temperature", lambda *_: 1.0)
    model = TabularClassifier(loss=loss, epochs=40, random_state=0).fit(X, y)
    surest = np.median(model.predict_proba(X).max(axis=1))
    assert (surest < 0.8) == smooths  # the labels were 0.25 and 0.75, or 0 and 1


@pytest.mark.parametrize(
    ("n_classes", "names"),
    [(2, ["cross_entropy", "sigmoid_cross_entropy", " sigmoid_cross_entropy()"]),
     (3, ["cross_entropy", "softmax_cross_entropy"])],
)  # fmt: skip
def test_a_loss_trains_alike_under_all_its_names(n_classes, names, monkeypatch):
    """Smoothing, temperature and the judge of the kinds too: all of it asks for the loss's name."""
    X, y = rings(300)
    monkeypatch.setattr(TabularClassifier, "_recipes", {"linear": CLASSES["deep"]._replace(least_rows=0)})
    monkeypatch.setattr(recipes, "PRESETS", {"default": recipes.Preset(2, ("linear",))})
    y = y if n_classes == 2 else y + (X[:, 0] > 0)
    models = [TabularClassifier(loss=name, epochs=3, random_state=0).fit(X, y) for name in names]
    for model in models:
        assert [each["label_smoothing"] for each in model.candidates_] == [0.05]
        assert [each["cost"] for each in model.candidates_] == [each["cost"] for each in models[0].candidates_]
        np.testing.assert_array_equal(model.network_.vector, models[0].network_.vector)


def test_counts_are_divided_by_their_mean_however_poisson_is_written():
    X = np.random.default_rng(0).normal(size=(60, 2))
    y = np.random.default_rng(1).poisson(np.exp(X[:, 0]))
    for name in ("poisson", " poisson", "poisson ( )"):
        model = TabularRegressor(hidden=3, loss=name, epochs=1, random_state=0).fit(X, y)
        assert (model.target_.mean, model.target_.scale) == (0, pytest.approx(y.mean()))
    with pytest.raises(SettingError, match="unknown loss 3"):
        TabularRegressor(loss=3).fit(X, y)


@pytest.mark.parametrize(("settings", "told"), [
    ({"preset": "bets"}, "did you mean 'best'"),
    ({"preset": None}, "unknown preset None"),
    ({"n_networks": 0}, "n_networks"),
    ({"n_networks": 2.5}, "n_networks"),
])  # fmt: skip
def test_presets_that_cannot_be_used(settings, told):
    with pytest.raises(SettingError, match=told):
        TabularClassifier(**settings).fit(*rings(40))
