"""Weights of a Tabular model: in full batch a weight is so many rows; class weights are weights of rows."""

import numpy as np
import pandas as pd
import pytest
import sklearn
from sklearn.datasets import load_iris
from sklearn.ensemble import AdaBoostClassifier, BaggingClassifier
from sklearn.model_selection import cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

import glassnet
from glassnet import TabularClassifier, TabularRegressor, equations
from glassnet.errors import DataError, InterruptedWarning, SettingError
from glassnet.estimators.tabular import out_of_fold
from glassnet.estimators.tabular.samples import Samples

X, Y = load_iris(return_X_y=True)
X[::7, 1] = np.nan  # so that the preparation has a median to fill in
NAMES = np.array(["setosa", "versicolor", "virginica"])[Y]
COUNTS = np.random.default_rng(0).integers(0, 4, len(X))  # 0: the row is not there
REPEATED = np.repeat(np.arange(len(X)), COUNTS)
FULL = {"hidden": 6, "dropout": 0.0, "batch_size": 10_000, "epochs": 30, "validation": 0.0, "random_state": 1}
WAYS = {
    "adamw": {},
    "lbfgs": {"optimizer": "lbfgs", "batch_size": None},
    "l2": {"optimizer": "gradient_descent", "learning_rate": 0.1, "l2": 0.5},
    "no hidden layer": {"hidden": ()},
    "stack": {"n_networks": 2, "validation": None},
}


@pytest.fixture(autouse=True)
def in_float64(monkeypatch):
    """Train in float64: in float32 the same sums in another order are the same to a few digits only."""
    network = glassnet.estimators.tabular.networks.Network
    double = lambda *a, **k: network(*a, dtype="float64", **k)  # noqa: E731
    monkeypatch.setattr("glassnet.estimators.tabular.networks.Network", double)


def alike(one, other, rtol=1e-6, X=X):
    np.testing.assert_allclose(one.network_.vector, other.network_.vector, rtol=rtol, atol=1e-7)
    method = "predict_proba" if hasattr(one, "predict_proba") else "predict"
    np.testing.assert_allclose(getattr(one, method)(X), getattr(other, method)(X), rtol=rtol, atol=1e-6)


# ---------------------------------------------------------------- weights of rows
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", [TabularClassifier, TabularRegressor])
def test_a_weight_is_so_many_rows(kind, way, monkeypatch):
    monkeypatch.setattr(out_of_fold, "pair_weights", lambda *_: None)  # rows would be left out by lot
    model = kind(**FULL | WAYS[way])
    weighed = model.fit(X, Y, COUNTS)
    repeated = kind(**FULL | WAYS[way]).fit(X[REPEATED], Y[REPEATED])
    assert weighed.preparation_ == repeated.preparation_
    alike(weighed, repeated, 1e-4 if way == "lbfgs" else 1e-6)


@pytest.mark.parametrize("form", [lambda X: X, pd.DataFrame, lambda X: {str(j): x for j, x in enumerate(X.T)}])
@pytest.mark.parametrize("kind", [TabularClassifier, TabularRegressor])
def test_a_row_of_weight_0_is_not_there(kind, form):
    """Not even its label, or its values; and whatever the other weights are."""
    y = np.where(np.arange(150) < 3, 7, Y)
    spoiled = X.copy()
    spoiled[:3] = 1e6
    weights = np.where(np.arange(150) < 3, 0, 0.5)
    weighed = kind(**FULL).fit(form(spoiled), y, weights)
    left = kind(**FULL).fit(form(X[3:]), y[3:], weights[3:])
    alike(weighed, left, 0, form(X))
    if kind is TabularClassifier:
        assert weighed.classes_.tolist() == [0, 1, 2]


def test_pictures_have_weights_too():
    pictures = np.random.default_rng(0).integers(0, 256, (40, 3, 3, 1), dtype=np.uint8)
    counts = np.arange(40) % 3
    weighed = TabularClassifier(**FULL).fit(pictures, Y[:120:3], counts)
    repeated = TabularClassifier(**FULL).fit(pictures.repeat(counts, axis=0), Y[:120:3].repeat(counts))
    np.testing.assert_allclose(weighed.predict_proba(pictures), repeated.predict_proba(pictures), rtol=1e-5)


def test_several_targets_have_weights_too():
    several = np.stack([Y > 0, Y > 1], axis=1).astype(int)
    for kind in (TabularClassifier, TabularRegressor):
        alike(kind(**FULL).fit(X, several, COUNTS), kind(**FULL).fit(X[REPEATED], several[REPEATED]))


def test_weights_that_are_no_counts_leave_the_preparation_alone():
    """Those of AdaBoost sum to 1, those of a survey to a population: what counts is how they compare."""
    plain = TabularClassifier(**FULL).fit(X, NAMES)
    for scale in (1 / 150, 1e6):
        of_rows = scale * np.random.default_rng(0).permuted(np.arange(1, 151))
        assert TabularClassifier(**FULL).fit(X, NAMES, of_rows).preparation_ == plain.preparation_
        alike(TabularClassifier(**FULL).fit(X, NAMES, np.full(150, scale)), plain, 1e-5)


@pytest.mark.parametrize(
    "settings", [{"preset": "fast"}, {"hidden": 8, "validation": 0.3}, {"hidden": 8, "n_networks": 4}]
)
def test_rows_that_weigh_more_are_believed(settings):
    """Each row is there with two labels: the one that weighs more is learned, whoever is left out or held back."""
    twice, labels = np.concatenate([X, X]), np.concatenate([NAMES, np.roll(NAMES, 50)])
    for first in (50, 0.02):
        weights = np.repeat([first, 1], 150)
        model = TabularClassifier(epochs=150, random_state=0, **settings).fit(twice, labels, weights)
        assert np.mean(model.predict(X) == (labels[:150] if first > 1 else labels[150:])) > 0.85


# ---------------------------------------------------------------- who judges, and how sure to be
@pytest.mark.parametrize("masked", [True, False])
@pytest.mark.parametrize("loss", ["cross_entropy", "squared_error"])
def test_judges_weigh_rows_too(masked, loss):
    rng = np.random.default_rng(0)
    network = glassnet.Network([4, 5, 3], ["tanh", "softmax"], loss, seed=0, n_networks=2, dtype="float64")
    columns, T, S = np.nan_to_num(X[:30]).T, np.eye(3)[rng.integers(3, size=30)].T, rng.integers(1, 4, (1, 30))
    mask = out_of_fold.fold_weights(None, 30, 2, rng).astype(float) if masked else None
    again = np.repeat(np.arange(30), S[0])
    mask_again = None if mask is None else mask[..., again]
    weighed = out_of_fold.cost(out_of_fold.left_out(network, columns, mask), T, loss, 2, S)
    repeated = out_of_fold.left_out(network, columns[:, again], mask_again)
    assert weighed == pytest.approx(out_of_fold.cost(repeated, T[:, again], loss, 2))
    start = network.vector.copy()
    temperatures = [out_of_fold.calibrate_temperature(network, columns, T, mask, S)]
    network.vector[...] = start
    temperatures.append(out_of_fold.calibrate_temperature(network, columns[:, again], T[:, again], mask_again))
    assert temperatures[0] == temperatures[1]


def test_the_cost_of_weighted_samples_is_that_of_repeated_ones():
    A, T, S = np.array([[0.9, 0.2, 0.6]]), np.array([[1.0, 1, 0]]), np.array([[2.0, 1, 0]])
    again = [0, 0, 1]
    assert equations.cost(A, T, sample_weight=S) == pytest.approx(equations.cost(A[:, again], T[:, again]))
    for bad in (-S, 0 * S, S[:, :2], S * np.nan):
        with pytest.raises(ValueError, match="sample_weight"):
            equations.cost(A, T, sample_weight=bad)


def test_validation_rows_have_weights():
    model = TabularClassifier(**FULL, class_weight={"setosa": 5.0})
    model.fit(X, NAMES, X_val=X, y_val=NAMES, sample_weight_val=COUNTS)
    weights = COUNTS * np.array([5.0, 1, 1])[Y]
    columns, T = model.prepared(X), np.eye(3)[Y].T
    lowest = min(model.history_.validation_cost)
    assert model.network_.cost(columns, T, sample_weight=weights[None]) == pytest.approx(lowest, rel=1e-5)
    with pytest.raises(DataError, match="sample_weight_val weighs the rows"):
        model.fit(X, NAMES, sample_weight_val=COUNTS)
    with pytest.raises(DataError, match=r"X_val and y_val: sample_weight\.shape"):
        model.fit(X, NAMES, X_val=X, y_val=NAMES, sample_weight_val=COUNTS[1:])


def test_a_weighted_training_that_was_cut_off_is_taken_to_its_end(tmp_path):
    """With the same weights; with others it is another training."""

    def at_epoch_9(progress):
        if progress.moment == "epoch" and progress.epoch == 9:
            raise KeyboardInterrupt

    settings = {**FULL, "batch_size": 16, "warm_start": True, "class_weight": {2: 3, 0: 0.5}}
    whole = TabularClassifier(**settings).fit(X, Y, COUNTS)
    cut = TabularClassifier(**settings)
    with pytest.warns(InterruptedWarning):
        cut.fit(X, Y, COUNTS, callbacks=[at_epoch_9])
    cut.save(tmp_path / "cut.glassnet")
    again = glassnet.load(tmp_path / "cut.glassnet").fit(X, Y, COUNTS)
    np.testing.assert_array_equal(again.network_.vector, whole.network_.vector)
    other = glassnet.load(tmp_path / "cut.glassnet").fit(X, Y, COUNTS + 1)
    assert other.network_.record["epochs"] == 30
    assert not (other.network_.vector == whole.network_.vector).all()


# ---------------------------------------------------------------- weights of classes
def test_class_weights_are_weights_of_rows():
    weights = {"virginica": 3, "setosa": 0.5}
    of_rows = np.array([0.5, 1, 3])[Y]
    for more in (None, COUNTS):
        by_class = TabularClassifier(**FULL, class_weight=weights).fit(X, NAMES, more)
        by_row = TabularClassifier(**FULL).fit(X, NAMES, of_rows if more is None else of_rows * more)
        alike(by_class, by_row, 0)
    whole = TabularClassifier(**FULL, class_weight={"virginica": 2}).fit(X, NAMES)
    again = np.concatenate([np.arange(150), np.flatnonzero(Y == 2)])
    alike(whole, TabularClassifier(**FULL).fit(X[again], NAMES[again]))


def test_balanced_classes_have_one_sum_of_weights():
    few = np.r_[:50, 50:60, 100:125]
    balanced = TabularClassifier(**FULL, class_weight="balanced").fit(X[few], NAMES[few])
    by_hand = TabularClassifier(**FULL).fit(X[few], NAMES[few], (85 / 3 / np.array([50, 10, 25]))[Y[few]])
    alike(balanced, by_hand)


@pytest.mark.parametrize("settings", [{"preset": "fast"}, {"hidden": 8}])
def test_a_rare_class_is_found_when_it_weighs_more(settings):
    rng = np.random.default_rng(0)
    y = (rng.random(600) < 0.08).astype(int)
    noisy = rng.normal(size=(600, 2)) + 1.2 * y[:, None]
    found = [
        TabularClassifier(class_weight=w, epochs=20, random_state=0, **settings).fit(noisy, y).predict(noisy)[y == 1]
        for w in (None, "balanced", {1: 12})
    ]
    assert found[0].mean() < 0.5
    assert min(found[1].mean(), found[2].mean()) > 0.7


def test_a_class_of_weight_0_is_known_and_not_learned():
    model = TabularClassifier(**FULL | {"epochs": 200}, class_weight={"setosa": 0}).fit(X, NAMES)
    assert model.classes_.tolist() == ["setosa", "versicolor", "virginica"]
    assert model.predict_proba(X)[Y > 0, 0].mean() < 0.2


@pytest.mark.parametrize("class_weight", [None, "balanced", {"setosa": 0.5}, {np.str_("virginica"): np.int64(2)}])
def test_class_weights_are_saved(tmp_path, class_weight):
    model = TabularClassifier(**FULL, class_weight=class_weight).fit(X, NAMES)
    model.save(tmp_path / "model.glassnet")
    loaded = glassnet.load(tmp_path / "model.glassnet")
    assert loaded.class_weight == class_weight
    np.testing.assert_array_equal(loaded.predict_proba(X), model.predict_proba(X))
    TabularClassifier(**FULL, class_weight={1: 2.0, 0: 1}).fit(X, Y).save(tmp_path / "model.glassnet")
    assert glassnet.load(tmp_path / "model.glassnet").class_weight == {1: 2.0, 0: 1}


@pytest.mark.parametrize(
    ("class_weight", "error", "text"),
    [
        ({"virginca": 2}, DataError, r"'virginca'.*did you mean 'virginica'"),
        ({"setosa": -1}, DataError, "finite weights of at least 0"),
        (dict.fromkeys(NAMES, 0), DataError, "not all of them 0"),
        ("even", SettingError, "class_weight: expected a dict .* 'balanced' or None; got 'even'"),
        (2.5, SettingError, "got 2.5"),
    ],
)
def test_class_weights_are_checked(class_weight, error, text):
    with pytest.raises(error, match=text):
        TabularClassifier(class_weight=class_weight).fit(X, NAMES)
    with pytest.raises(TypeError, match="class_weight"):
        TabularRegressor(class_weight=class_weight)


@pytest.mark.parametrize(
    ("weights", "text"),
    [
        (-np.ones(150), "[Nn]egative"),
        (np.zeros(150), "at least one non-zero|all zeros|non-zero"),
        (np.ones(149), "sample_weight.shape"),
        (np.ones((150, 2)), "1D"),
        (np.full(150, np.nan), "NaN"),
        (np.arange(150) == 149, "one sample that weighs more than 0"),
        (np.arange(150) < 9, "1 class, 'setosa'"),
    ],
)
def test_weights_of_rows_are_checked(weights, text):
    with pytest.raises(DataError, match=text):
        TabularClassifier().fit(X, NAMES, weights)


# ---------------------------------------------------------------- where scikit-learn hands weights on
def test_boosting_and_bagging():
    rng = np.random.default_rng(0)
    X = rng.uniform(-1, 1, (300, 2))
    y = np.where((X**2).sum(axis=1) < 0.5, "in", "out")
    weak = TabularClassifier(hidden=4, epochs=60, random_state=0)
    boosted = AdaBoostClassifier(weak, n_estimators=5, random_state=0).fit(X, y)
    assert len(boosted.estimators_) > 1
    assert boosted.score(X, y) > 0.1 + boosted.estimators_[0].score(X, y)
    assert BaggingClassifier(weak, n_estimators=3, random_state=0).fit(X, y).score(X, y) > 0.5


def test_weights_are_routed():
    with sklearn.config_context(enable_metadata_routing=True):
        model = TabularClassifier(**FULL).set_fit_request(sample_weight=True).set_score_request(sample_weight=True)
        pipeline = make_pipeline(FunctionTransformer(), model)
        results = cross_validate(
            pipeline, X, NAMES, cv=3, params={"sample_weight": COUNTS}, return_estimator=True, return_indices=True
        )
        for fitted, train in zip(results["estimator"], results["indices"]["train"], strict=True):
            alike(fitted[-1], TabularClassifier(**FULL).fit(X[train], NAMES[train], COUNTS[train]), 0)


def test_samples_stay_together():
    samples = Samples.of(glassnet.tables.as_table(X[:4]), Y[:4], [2, 0, 1, 3])
    assert samples.rows.num_rows == 3
    assert samples.S.tolist() == [2, 1, 3]
    assert samples.indices.tolist() == [0, 0, 1, 2, 2, 2]
    assert samples.times(np.array([1, 0, 0.5])).S.tolist() == [2, 1.5]
    assert Samples(samples.rows, samples.y).row is None
