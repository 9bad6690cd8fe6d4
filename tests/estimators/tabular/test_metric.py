"""A metric chooses recipe, epoch and threshold; costs and weights of classes change decisions; baselines."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.metrics import balanced_accuracy_score, f1_score, get_scorer

import glassnet
from glassnet import TabularClassifier, TabularRegressor, errors
from glassnet.metrics import METRICS, metric_named
from glassnet.scoring import score

RNG = np.random.default_rng(0)
X = RNG.normal(size=(600, 3))
RARE = np.where(X[:, 0] + 0.7 * RNG.normal(size=600) > 1.9, "yes", "no")  # in 6 % of the rows
FAST = {"preset": "fast", "epochs": 60, "random_state": 0}


@pytest.fixture(scope="module")
def plain():
    return TabularClassifier(**FAST).fit(X, RARE)


@pytest.mark.parametrize("metric", ["f1", "balanced_accuracy"])
def test_the_threshold_is_the_metrics_own(plain, metric):
    model = TabularClassifier(**FAST, metric=metric).fit(X, RARE)
    np.testing.assert_allclose(model.predict_proba(X), plain.predict_proba(X))  # the same networks decide otherwise
    assert 0 < model.threshold_ < 0.5 == plain.threshold_
    np.testing.assert_array_equal(model.predict(X) == "yes", model.predict_proba(X)[:, 1] > model.threshold_)
    better, before = (f1_score(RARE, each.predict(X), pos_label="yes") for each in (model, plain))
    if metric == "balanced_accuracy":
        better, before = (balanced_accuracy_score(RARE, each.predict(X)) for each in (model, plain))
    assert better > before
    assert any("threshold" in note and metric in note for note in model.notes_)


def test_a_file_keeps_threshold_metric_and_baseline(tmp_path):
    model = TabularClassifier(**FAST, metric="f1").fit(X, RARE)
    model.save(tmp_path / "model.glassnet")
    loaded = glassnet.load(tmp_path / "model.glassnet")
    assert (loaded.threshold_, loaded.metric) == (model.threshold_, "f1")
    np.testing.assert_array_equal(loaded.predict(X), model.predict(X))
    assert score(loaded, X, RARE) == score(model, X, RARE)


@pytest.mark.parametrize("metric", ["roc_auc", "log_loss"])
def test_the_metric_chooses_the_candidate(metric):
    model = TabularClassifier(epochs=8, random_state=0, metric=metric).fit(X, RARE)
    costs = [each["cost"] for each in model.candidates_]
    assert all(0 < abs(cost) <= 1 and (cost < 0) is METRICS[metric].greater_is_better for cost in costs)
    chosen = model.candidates_[int(np.argmin(costs))]
    assert list(model.network_.architecture.sizes[1:-1]) == chosen["hidden"]
    assert len(costs) == 1 or f"chosen by {metric} on held-out rows: {chosen['kind']}" in " ".join(model.notes_)


def test_the_metric_chooses_the_epoch():
    """Label noise makes the network too sure of itself: by log loss an early epoch is best, by F1 another may be."""
    settings = {"hidden": 30, "epochs": 30, "random_state": 0, "validation": 0.3, "patience": 30, "dropout": 0.0}
    noisy = np.where(RNG.random(600) < 0.3, "no", RARE)
    by_cost = TabularClassifier(**settings).fit(X, noisy)
    by_auc = TabularClassifier(**settings, metric="roc_auc").fit(X, noisy)
    costs = by_auc.history_.validation_cost
    assert by_cost.history_.best_epoch == 1 + int(np.argmin(costs))
    assert by_auc.history_.best_epoch != by_cost.history_.best_epoch
    assert 0.5 < -by_auc.candidates_[0]["cost"] <= 1


def test_names_of_scorers_are_names_of_metrics():
    for name in ("roc_auc", "neg_log_loss", "balanced_accuracy", "neg_brier_score"):
        TabularClassifier(**FAST, metric=name).fit(X[:100], RARE[:100] if "yes" in RARE[:100] else RARE[-100:])
        assert get_scorer(name)._sign == (1 if metric_named(name)[1].greater_is_better else -1)


@pytest.mark.parametrize(
    ("model", "settings", "words"),
    [
        (TabularClassifier, {"metric": "f_1"}, "f1"),
        (TabularClassifier, {"metric": "mae"}, "is for numbers"),
        (TabularRegressor, {"metric": "roc_auc"}, "is for classes"),
        (TabularClassifier, {"cost_matrix": "yes:non=3"}, "of the classes no, yes"),
        (TabularClassifier, {"cost_matrix": "yes:no=-3"}, "yes:no=-3"),
        (TabularClassifier, {"cost_matrix": {("yes", "nope"): 3}}, "'nope', which y does not have"),
        (TabularClassifier, {"cost_matrix": {("yes", "no"): -3}}, "at least 0"),
        (TabularClassifier, {"cost_matrix": np.zeros((3, 3))}, r"shape \(2, 2\)"),
        (TabularClassifier, {"cost_matrix": 5}, "expected"),
    ],
)
def test_what_cannot_be_used_is_said_before_the_training(model, settings, words):
    y = RARE if model is TabularClassifier else X[:, 0]
    with pytest.raises(errors.SettingError, match=words):
        model(**settings).fit(X, y)


# ---------------------------------------------------------------- costs
COSTS = np.array([[0.0, 1.0], [9.0, 0.0]])  # of true no and true yes


@pytest.mark.parametrize("given", [{("yes", "no"): 9.0}, "yes:no=9,no:yes=1", "yes:no=9", COSTS, COSTS.tolist()])
def test_the_class_of_least_expected_cost_is_decided_on(given, plain, tmp_path):
    model = TabularClassifier(**FAST, cost_matrix=given).fit(X, RARE)
    expected = plain.predict_proba(X) @ COSTS
    np.testing.assert_array_equal(model.predict(X), model.classes_[expected.argmin(axis=1)])
    assert model.threshold_ == pytest.approx(0.1)
    values = score(model, X, RARE).values
    wrong = (RARE == "yes") & (model.predict(X) == "no"), (RARE == "no") & (model.predict(X) == "yes")
    assert values["decision cost"] == pytest.approx(np.mean(9 * wrong[0] + wrong[1]))
    clone(model)
    model.save(tmp_path / "model.glassnet")
    loaded = glassnet.load(tmp_path / "model.glassnet")
    np.testing.assert_array_equal(loaded.predict(X), model.predict(X))
    loaded.fit(X[:100], RARE[:100])  # with the costs that the file kept
    np.testing.assert_array_equal(loaded.target_.costs, COSTS)


def test_weights_of_classes_do_not_count_twice_where_errors_have_costs(tmp_path):
    model = TabularClassifier(**FAST, cost_matrix="yes:no=9", class_weight="balanced").fit(X, RARE)
    share = np.mean(RARE == "yes")
    odds = 1 / 9 * (1 - share) / share  # of a probability that balanced weights raised
    assert model.threshold_ == pytest.approx(odds / (1 + odds))
    np.testing.assert_array_equal(model.predict(X) == "yes", model.predict_proba(X)[:, 1] > model.threshold_)
    model.save(tmp_path / "model.glassnet")
    np.testing.assert_array_equal(glassnet.load(tmp_path / "model.glassnet").predict(X), model.predict(X))


def test_labels_in_costs_may_hold_any_sign():
    y = np.where(RARE == "yes", ">50K", "<=50K")
    model = TabularClassifier(**FAST, cost_matrix="<=50K:>50K=2, >50K:<=50K=7.5").fit(X, y)
    np.testing.assert_array_equal(model.target_.costs, [[0, 2], [7.5, 0]])
    model = TabularClassifier(**FAST, cost_matrix="1:0=4").fit(X, (RARE == "yes").astype(int))
    np.testing.assert_array_equal(model.target_.costs, [[0, 1], [4, 0]])


def test_three_classes_are_heard_by_balanced_accuracy(tmp_path):
    y = np.digitize(X[:, 0] + 0.8 * RNG.normal(size=600), [1.0, 2.2])
    plain = TabularClassifier(**FAST).fit(X, y)
    model = TabularClassifier(**FAST, metric="balanced_accuracy").fit(X, y)
    assert balanced_accuracy_score(y, model.predict(X)) > balanced_accuracy_score(y, plain.predict(X))
    assert any("rare classes" in note for note in model.notes_)
    model.save(tmp_path / "model.glassnet")
    np.testing.assert_array_equal(glassnet.load(tmp_path / "model.glassnet").predict(X), model.predict(X))


def test_weights_of_classes_do_not_change_the_metric():
    """The metric counts rows as they are, whatever the training weighs them."""
    model = TabularClassifier(**FAST, metric="accuracy", class_weight={"yes": 50.0}).fit(X, RARE)
    assert -model.candidates_[0]["cost"] > 0.3
    shares = np.mean(model.predict(X) == RARE)
    assert -model.candidates_[0]["cost"] == pytest.approx(shares, abs=0.05)


# ---------------------------------------------------------------- what needs no network
def test_a_constant_class_is_scikit_learns_dummy(plain):
    scores = score(plain, X, RARE)
    dummy = DummyClassifier(strategy="prior").fit(X, RARE)
    constant = scores.baseline["always 'no'"]
    assert constant["accuracy"] == pytest.approx(dummy.score(X, RARE))
    for label, scorer in (
        ("log loss", "neg_log_loss"), ("balanced accuracy", "balanced_accuracy"), ("ROC AUC", "roc_auc"),
    ):  # fmt: skip
        assert abs(get_scorer(scorer)(dummy, X, RARE)) == pytest.approx(constant[label])
    assert constant["average precision"] == pytest.approx(np.mean(RARE == "yes"))


def test_a_constant_number_is_scikit_learns_dummy():
    y = np.exp(X[:, 0] + 2)
    model = TabularRegressor(**FAST).fit(X[:300], y[:300])
    scores = score(model, X[300:], y[300:])
    for name, strategy in (("the mean", "mean"), ("the median", "median")):
        dummy = DummyRegressor(strategy=strategy).fit(X[:300], y[:300])
        for label, scorer in (("RMSE", "neg_root_mean_squared_error"), ("MAE", "neg_mean_absolute_error")):
            value = get_scorer(scorer)(dummy, X[300:], y[300:])
            assert scores.baseline[name][label] == pytest.approx(-value)
        assert scores.baseline[name]["R²"] == pytest.approx(dummy.score(X[300:], y[300:]))


def test_a_constant_quantile_beside_the_quantile_loss():
    model = TabularRegressor(**FAST, loss="quantile(0.9)").fit(X, X[:, 0])
    dummy = DummyRegressor(strategy="quantile", quantile=0.9).fit(X, X[:, 0])
    assert model.baseline_.constants["the 0.9 quantile"] == pytest.approx(dummy.constant_.ravel())
    assert "quantile loss" in score(model, X, X[:, 0]).values


def test_the_linear_recipe_stands_beside():
    model = TabularClassifier(epochs=8, random_state=0).fit(X, RARE)
    assert score(model, X, RARE).baseline["linear"]["accuracy"] == model.baseline_.linear["accuracy"] > 0.9


def test_scores_of_several_labels_and_of_several_numbers():
    Y = np.stack([X[:, 0] > 0, X[:, 1] > 1.5, X[:, 2] > -1], axis=1).astype(int)
    scores = score(TabularClassifier(**FAST).fit(X, Y), X, Y)
    assert scores.confusion == []
    assert scores.values["accuracy"] > scores.baseline["the share of each label"]["accuracy"]
    assert scores.values["F1"] > 0.5  # one label is out of balance
    scores = score(TabularRegressor(**FAST).fit(X, X[:, :2]), X, X[:, :2])
    assert scores.values["R²"] > 0.5
    assert scores.baseline["the mean"]["R²"] == pytest.approx(0)


def test_weights_of_rows_count_in_the_baseline():
    counts = RNG.integers(1, 4, size=600)
    weighted = TabularRegressor(**FAST).fit(X, X[:, 0], counts).baseline_.constants
    repeated = np.repeat(X[:, 0], counts)
    assert weighted["the mean"][0] == pytest.approx(repeated.mean())
    assert weighted["the median"][0] == pytest.approx(np.median(repeated))
