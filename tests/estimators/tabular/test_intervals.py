"""predict_interval and predict_set hold the truth as often as they say, and refuse in one line what they cannot."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors import safe_open
from safetensors.numpy import save as safetensors
from sklearn.exceptions import NotFittedError

import glassnet
from glassnet import TabularClassifier, TabularRegressor, model_file
from glassnet.errors import InterruptedWarning, SettingError
from glassnet.scoring import coverage

RNG = np.random.default_rng(0)
LINEAR = {"hidden": [], "n_networks": 8, "epochs": 20, "learning_rate": 0.1, "random_state": 0}


def drawn(rng, m):
    X = rng.normal(size=(m, 2))
    return X, X[:, 0] - 0.5 * X[:, 1] + rng.standard_t(4, size=m)


@pytest.fixture(scope="module")
def numbers():
    X, y = drawn(RNG, 300)
    return TabularRegressor(**LINEAR).fit(X, y)


@pytest.fixture(scope="module")
def classes():
    X, y = drawn(RNG, 300)
    return TabularClassifier(**LINEAR).fit(X, np.digitize(y, [-1, 0.3, 1.5]))


def test_intervals_hold_as_many_rows_as_asked(numbers):
    rng = np.random.default_rng(1)
    X, y = drawn(rng, 4000)
    for asked in (0.5, 0.8, 0.9, 0.95):
        low, high = numbers.predict_interval(X, asked).T
        error = 3 * np.sqrt(asked * (1 - asked) * (1 / 150 + 1 / 4000))
        assert abs(np.mean((low <= y) & (y <= high)) - asked) < error
        assert (low <= numbers.predict(X)).all()
        assert (numbers.predict(X) <= high).all()


def test_sets_hold_as_many_rows_as_asked():
    held, rng = {0.3: [], 0.7: [], 0.8: [], 0.9: [], 0.95: []}, np.random.default_rng(1)
    for _ in range(8):
        (X, y), (X_test, y_test) = drawn(rng, 300), drawn(rng, 1000)
        edges = [-1, 0.3, 1.5]
        model = TabularClassifier(**LINEAR).fit(X, np.digitize(y, edges))
        truth, right = np.digitize(y_test, edges), model.score(X_test, np.digitize(y_test, edges))
        for asked, shares in held.items():
            shares.append(coverage(model, X_test, truth, asked).measured - max(asked, right))
    for asked, shares in held.items():  # beyond what is right by the predicted class alone
        assert abs(np.mean(shares)) < 4 * np.sqrt(asked * (1 - asked) * (1 / 150 + 1 / 1000) / 8) + 0.01


def test_sets_hold_the_predicted_class(classes):
    X = drawn(np.random.default_rng(1), 500)[0]
    for asked in (0.1, 0.9):
        assert classes.predict_set(X, asked)[np.arange(500), classes.predict(X)].all()


@pytest.mark.parametrize("seed", range(3))
def test_time_after_time_the_mean_coverage_is_that_asked(seed):
    rng = np.random.default_rng(10 + seed)
    held = []
    for _ in range(4):
        X, y = drawn(rng, 80)
        model = TabularRegressor(**{**LINEAR, "n_networks": 4, "epochs": 60}).fit(X, y)
        held.append(coverage(model, *drawn(rng, 500), 0.8).measured)
    assert 0.8 - 0.07 < np.mean(held) < 0.8 + 0.09


@settings(max_examples=8, deadline=None)
@given(
    y=st.lists(st.one_of(st.floats(-1e3, 1e3), st.just(0.0), st.just(1e6)), min_size=40, max_size=60),
    seed=st.integers(0, 100),
)
def test_whatever_the_targets_are_intervals_are_finite_and_in_order(y, seed):
    X = np.random.default_rng(seed).normal(size=(len(y), 2))
    model = TabularRegressor(hidden=[], n_networks=8, epochs=3, random_state=0).fit(X, y)
    low, high = model.predict_interval(X * 2, 0.8).T
    assert np.isfinite([low, high]).all()
    assert (low <= high).all()
    wider = model.predict_interval(X * 2, 0.9)
    assert (wider[:, 0] <= low + 1e-6 * np.abs(low)).all()
    assert (wider[:, 1] >= high - 1e-6 * np.abs(high)).all()


@settings(max_examples=8, deadline=None)
@given(y=st.lists(st.integers(0, 3), min_size=40, max_size=60).filter(lambda y: len(set(y)) > 1))
def test_whatever_the_classes_are_sets_hold_the_predicted_one(y):
    X = np.random.default_rng(0).normal(size=(len(y), 2))
    model = TabularClassifier(hidden=[], n_networks=8, epochs=3, random_state=0).fit(X, y)
    sets = model.predict_set(X, 0.8)
    assert sets.shape == (len(y), len(set(y)))
    assert sets[np.arange(len(y)), np.searchsorted(model.classes_, model.predict(X))].all()


def test_a_row_gets_the_same_alone_and_among_others(numbers, classes):
    X = drawn(np.random.default_rng(2), 20)[0]
    alone = np.concatenate([numbers.predict_interval(row[np.newaxis]) for row in X])
    np.testing.assert_allclose(alone, numbers.predict_interval(X), rtol=1e-12)
    alone = np.concatenate([classes.predict_set(row[np.newaxis]) for row in X])
    np.testing.assert_array_equal(alone, classes.predict_set(X))


def changed(path, change):
    """Change the document of a file, and make its checksum again."""
    with safe_open(path, framework="numpy") as file:
        document = json.loads(file.metadata()["glassnet"])
        arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  no mapping
    del document["sha256"]
    change(document)
    document["sha256"] = model_file._checksum(document, arrays)
    path.write_bytes(safetensors(arrays, {"glassnet": model_file._text(document)}))


def test_a_file_keeps_them_to_the_bit(numbers, classes, tmp_path):
    X = drawn(np.random.default_rng(3), 50)[0]
    for model, ask in ((numbers, "predict_interval"), (classes, "predict_set")):
        model.save(tmp_path / "m.glassnet")
        loaded = glassnet.load(tmp_path / "m.glassnet")
        np.testing.assert_array_equal(getattr(loaded, ask)(X, 0.8), getattr(model, ask)(X, 0.8))
        loaded.save(tmp_path / "again.glassnet")
        assert (tmp_path / "again.glassnet").read_bytes() == (tmp_path / "m.glassnet").read_bytes()


def test_an_older_file_loads_and_says_what_it_lacks(numbers, tmp_path):
    path = tmp_path / "old.glassnet"
    numbers.save(path)
    changed(path, lambda document: document.pop("left_out"))
    older = glassnet.load(path)
    X = drawn(np.random.default_rng(3), 5)[0]
    np.testing.assert_array_equal(older.predict(X), numbers.predict(X))
    with pytest.raises(SettingError, match="older than intervals and sets"):
        older.predict_interval(X)
    older.save(path)
    with pytest.raises(SettingError, match="older than intervals and sets"):
        glassnet.load(path).predict_interval(X)


def test_a_file_with_scores_of_other_networks_is_refused(numbers, tmp_path):
    path = tmp_path / "m.glassnet"
    for change in (
        lambda d: d["left_out"]["parts"][0].update(networks=[8]), lambda d: d["left_out"].update(parts=[]),
        lambda d: d["left_out"]["parts"][0].update(scores=[]), lambda d: d.update(left_out="x"),
        lambda d: d["left_out"].update(spreads=[]), lambda d: d["left_out"]["spreads"][0].update(sizes=[1.0]),
    ):  # fmt: skip
        numbers.save(path)
        changed(path, change)
        with pytest.raises(glassnet.errors.ModelFileError, match="left_out"):
            glassnet.load(path)


X, Y = drawn(np.random.default_rng(5), 200)
QUICK = {"hidden": 4, "epochs": 4, "random_state": 0}


def test_one_network_left_nothing_out():
    model = TabularRegressor(**QUICK).fit(X, Y)
    with pytest.raises(SettingError, match="left no rows out"):
        model.predict_interval(X)
    with pytest.raises(NotFittedError):
        TabularRegressor().predict_interval(X)


@pytest.mark.parametrize("setting", [{"validation": 0.3}, {"validation": 0.3, "patience": 1, "metric": "mae"}])
def test_validation_rows_are_left_out(setting):
    model = TabularRegressor(**QUICK, **setting).fit(X, Y)
    assert model.conformity_.rows == 60
    assert model.predict_interval(X).shape == (200, 2)
    own = TabularRegressor(**QUICK, n_networks=2).fit(X, Y, X_val=X[:50], y_val=Y[:50])
    assert own.conformity_.rows == 50


def test_a_warm_start_keeps_them_on_the_same_rows_alone():
    model = TabularRegressor(**QUICK, n_networks=4, warm_start=True).fit(X, Y)
    before = model.predict_interval(X)
    model.fit(X, Y)
    assert model.conformity_.rows == 50
    assert (model.predict_interval(X) != before).any()
    model.fit(X[:150], Y[:150])
    with pytest.raises(SettingError, match="a warm start on other rows"):
        model.predict_interval(X)


def test_an_interrupted_training_has_those_of_its_best_network(tmp_path):
    def stop(progress):
        if progress.moment == "epoch" and progress.epoch == 2:
            raise KeyboardInterrupt

    with pytest.warns(InterruptedWarning):
        model = TabularRegressor(**QUICK, n_networks=4).fit(X, Y, callbacks=[stop])
    part = model.predict_interval(X)
    model.save(tmp_path / "part.glassnet")
    resumed = glassnet.load(tmp_path / "part.glassnet")
    np.testing.assert_array_equal(resumed.predict_interval(X), part)
    resumed.set_params(warm_start=True).fit(X, Y)
    whole = TabularRegressor(**QUICK, n_networks=4).fit(X, Y)
    np.testing.assert_array_equal(resumed.predict_interval(X), whole.predict_interval(X))


def test_weights_groups_and_classes_out_of_balance():
    weights, groups = np.random.default_rng(0).uniform(0.1, 3, 200), np.arange(200) // 5
    model = TabularRegressor(**QUICK, n_networks=4).fit(X, Y, weights, groups=groups)
    assert model.conformity_.rows == pytest.approx(50, rel=0.2)  # a quarter of the groups, by their weights
    assert len(model.conformity_.parts) == 2
    labels = np.where(Y > 1, "rare", "usual")
    model = TabularClassifier(**QUICK, n_networks=4, class_weight="balanced").fit(X, labels)
    assert model.conformity_.rows == 50
    costs = TabularClassifier(**QUICK, n_networks=4, cost_matrix="rare:usual=20").fit(X, labels)
    sets = costs.predict_set(X, 0.5)
    assert sets[np.arange(200), np.searchsorted(costs.classes_, costs.predict(X))].all()


def test_several_targets_each_have_an_interval():
    table = np.column_stack([Y, 100 * Y + X[:, 0], -Y])
    model = TabularRegressor(**LINEAR).fit(X, table)
    intervals = model.predict_interval(X, 0.9)
    assert intervals.shape == (200, 3, 2)
    assert np.mean(intervals[:, 1, 1] - intervals[:, 1, 0]) > 50 * np.mean(intervals[:, 2, 1] - intervals[:, 2, 0])
    found = coverage(model, X, table, 0.9)
    assert found.measured == pytest.approx(0.9, abs=0.06)


def test_logarithms_and_counts_stay_positive(tmp_path):
    rng = np.random.default_rng(0)
    money = np.exp(6 + X[:, 0] + rng.normal(size=200) * 0.5)
    model = TabularRegressor(epochs=10, random_state=0).fit(X, money)
    assert model.target_.log
    low, high = model.predict_interval(X).T
    assert (low > 0).all()
    widest = np.argmax(model.predict(X))
    assert (high - low)[widest] == (high - low).max()
    assert np.mean((low <= money) & (money <= high)) == pytest.approx(0.9, abs=0.06)
    counts = rng.poisson(np.exp(X[:, 0]))
    counted = TabularRegressor(**QUICK, n_networks=4, loss="poisson").fit(X, counts)
    assert (counted.predict_interval(X) >= 0).all()
    quantile = TabularRegressor(**QUICK, n_networks=4, loss="quantile(0.9)").fit(X, Y)
    assert quantile.predict_interval(X).shape == (200, 2)


def test_several_labels_a_row_are_refused():
    table = np.column_stack([Y > 0, X[:, 0] > 0]).astype(int)
    model = TabularClassifier(**QUICK, n_networks=4).fit(X, table)
    with pytest.raises(SettingError, match="several labels: train one classifier for each"):
        model.predict_set(X)


def test_no_set_of_probabilities_that_tie_lacks_the_truth():
    X, y = {"a": ["p", "q"] * 60}, np.array(["u", "v"] * 45 + ["v", "u"] * 15)
    model = TabularClassifier(n_networks=4, hidden=[], epochs=20, learning_rate=0.3, random_state=0).fit(X, y)
    sets = model.predict_set({"a": ["p", "q"]}, 0.9)
    assert sets.all()  # a quarter of each word's rows are of the other class
    assert model.predict_set({"a": ["p", "q"]}, 0.6).sum() == 2
