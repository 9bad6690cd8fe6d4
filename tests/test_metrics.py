"""Metrics: by hand, and against scikit-learn."""

import numpy as np
import pytest
import sklearn.metrics as sk
from hypothesis import given, settings
from hypothesis import strategies as st

from glassnet import errors, metrics
from glassnet.metrics import METRICS, ClassAnswers, NumberAnswers, metric_named

RNG = np.random.default_rng(0)
P2, P4 = RNG.dirichlet(np.ones(2), size=300), RNG.dirichlet(np.ones(4), size=300).round(2)
P2 = P2.round(2)  # so that some scores are equal
P4 /= P4.sum(axis=1, keepdims=True)
Y2, Y4 = (RNG.random(300) < 0.2).astype(int), RNG.integers(4, size=300)
PM, YM = RNG.random((300, 3)).round(2), RNG.random((300, 3)) < 0.3
W = RNG.random(300)


def value(name, *given, **more):
    make = NumberAnswers if METRICS[name].task == "numbers" else ClassAnswers.of
    return METRICS[name].formula(make(*given, **more))


def test_calibration_error_by_hand():
    probabilities = np.array([[0.9, 0.1], [0.91, 0.09], [0.35, 0.65], [0.65, 0.35]])
    class_indices = np.array([0, 1, 1, 0])  # of the two at .9 one is right, of the two at .65 both
    expected = (2 * abs(0.905 - 0.5) + 2 * abs(0.65 - 1)) / 4
    assert metrics.calibration_error(probabilities, class_indices) == pytest.approx(expected)


def test_what_is_as_sure_as_it_is_right_has_no_calibration_error():
    assert metrics.calibration_error(np.eye(3), np.arange(3)) == 0
    assert metrics.calibration_error(np.eye(3), np.array([1, 2, 0])) == 1


def test_a_weight_of_three_is_three_rows_in_every_metric():
    counts = RNG.integers(1, 4, size=300)
    again = np.repeat(np.arange(300), counts)
    y, predicted = RNG.normal(size=(2, 300)) + 5
    for name, metric in METRICS.items():
        if metric.task == "numbers":
            weighted, repeated = value(name, predicted, y, counts), value(name, predicted[again], y[again])
        else:
            more = {"positive": 1, "costs": np.array([[0.0, 1], [5, 0]])}
            weighted = value(name, P2, Y2, weights=counts, **more)
            repeated = value(name, P2[again], Y2[again], **more)
        assert weighted == pytest.approx(repeated), name


# name in the table -> scikit-learn's, of (truth, probabilities, decided, weights)
OF_TWO = {
    "accuracy": lambda y, p, d, w: sk.accuracy_score(y, d, sample_weight=w),
    "balanced_accuracy": lambda y, p, d, w: sk.balanced_accuracy_score(y, d, sample_weight=w),
    "f1": lambda y, p, d, w: sk.f1_score(y, d, sample_weight=w),
    "f1_macro": lambda y, p, d, w: sk.f1_score(y, d, sample_weight=w, average="macro"),
    "precision": lambda y, p, d, w: sk.precision_score(y, d, sample_weight=w),
    "recall": lambda y, p, d, w: sk.recall_score(y, d, sample_weight=w),
    "roc_auc": lambda y, p, d, w: sk.roc_auc_score(y, p[:, 1], sample_weight=w),
    "average_precision": lambda y, p, d, w: sk.average_precision_score(y, p[:, 1], sample_weight=w),
    "log_loss": lambda y, p, d, w: sk.log_loss(y, p.clip(1e-15, 1), sample_weight=w),
    "brier": lambda y, p, d, w: sk.brier_score_loss(y, p[:, 1], sample_weight=w),
}


@pytest.mark.parametrize("weights", [None, W])
@pytest.mark.parametrize("name", OF_TWO)
def test_two_classes_as_scikit_learn(name, weights):
    P = P2.clip(0.01, 0.99)
    ours = value(name, P, Y2, weights=weights, positive=1)
    assert ours == pytest.approx(OF_TWO[name](Y2, P, P.argmax(axis=1), weights))


def test_the_positive_class_may_be_the_first():
    flipped = value("f1", P2, Y2, positive=0)
    assert flipped == pytest.approx(sk.f1_score(Y2, P2.argmax(axis=1), pos_label=0))
    assert value("average_precision", P2, Y2, positive=0) == pytest.approx(
        sk.average_precision_score(Y2 == 0, P2[:, 0])
    )
    assert value("roc_auc", P2, Y2, positive=0) == pytest.approx(value("roc_auc", P2, Y2, positive=1))


def one_hot(y):
    return y[:, np.newaxis] == np.arange(4)


OF_FOUR = {
    "accuracy": lambda y, p, d, w: sk.accuracy_score(y, d, sample_weight=w),
    "balanced_accuracy": lambda y, p, d, w: sk.balanced_accuracy_score(y, d, sample_weight=w),
    "f1": lambda y, p, d, w: sk.f1_score(y, d, sample_weight=w, average="macro"),
    "precision": lambda y, p, d, w: sk.precision_score(y, d, sample_weight=w, average="macro", zero_division=0),
    "recall": lambda y, p, d, w: sk.recall_score(y, d, sample_weight=w, average="macro"),
    "roc_auc": lambda y, p, d, w: sk.roc_auc_score(y, p, sample_weight=w, multi_class="ovr"),
    "average_precision": lambda y, p, d, w: sk.average_precision_score(one_hot(y), p, sample_weight=w),
    "log_loss": lambda y, p, d, w: sk.log_loss(y, p, sample_weight=w),
    "brier": lambda y, p, d, w: np.average(((p - one_hot(y)) ** 2).sum(axis=1), weights=w),
}


@pytest.mark.parametrize("weights", [None, W])
@pytest.mark.parametrize("name", OF_FOUR)
def test_several_classes_as_scikit_learn(name, weights):
    P = P4.clip(0.001, 1)
    P /= P.sum(axis=1, keepdims=True)
    ours = value(name, P, Y4, weights=weights)
    assert ours == pytest.approx(OF_FOUR[name](Y4, P, P.argmax(axis=1), weights))


def test_a_class_that_does_not_occur_changes_no_mean():
    y = Y4 % 3
    with pytest.warns(UserWarning, match="classes not in y_true"):
        expected = sk.balanced_accuracy_score(y, P4.argmax(axis=1))
    assert value("balanced_accuracy", P4, y) == pytest.approx(expected)
    assert np.isfinite(value("roc_auc", P4, y))
    assert np.isfinite(value("average_precision", P4, y))
    assert np.isnan(value("roc_auc", P2, np.zeros(300, int), positive=1))


OF_LABELS = {
    "accuracy": lambda y, p, d, w: sk.accuracy_score(y, d, sample_weight=w),
    "f1": lambda y, p, d, w: sk.f1_score(y, d, sample_weight=w, average="macro"),
    "precision": lambda y, p, d, w: sk.precision_score(y, d, sample_weight=w, average="macro"),
    "recall": lambda y, p, d, w: sk.recall_score(y, d, sample_weight=w, average="macro"),
    "roc_auc": lambda y, p, d, w: sk.roc_auc_score(y, p, sample_weight=w),
    "average_precision": lambda y, p, d, w: sk.average_precision_score(y, p, sample_weight=w),
}


@pytest.mark.parametrize("weights", [None, W])
@pytest.mark.parametrize("name", OF_LABELS)
def test_several_labels_as_scikit_learn(name, weights):
    expected = OF_LABELS[name](YM, PM, PM > 0.5, weights)
    assert value(name, PM, YM, weights=weights) == pytest.approx(expected)


def test_probabilities_of_several_labels_are_those_of_each_label():
    for name in ("log_loss", "brier", "calibration_error"):
        each = [value(name, np.stack([1 - p, p], axis=1), y.astype(int)) for p, y in zip(PM.T, YM.T, strict=True)]
        assert value(name, PM, YM) == pytest.approx(np.mean(each))


OF_NUMBERS = {
    "rmse": lambda y, a, w: sk.root_mean_squared_error(y, a, sample_weight=w),
    "r2": lambda y, a, w: sk.r2_score(y, a, sample_weight=w),
    "mae": lambda y, a, w: sk.mean_absolute_error(y, a, sample_weight=w),
    "mape": lambda y, a, w: sk.mean_absolute_percentage_error(y, a, sample_weight=w),
    "median_absolute_error": lambda y, a, w: sk.median_absolute_error(y, a, sample_weight=w),
    "quantile_loss": lambda y, a, w: sk.mean_pinball_loss(y, a, sample_weight=w, alpha=0.9),
}


@pytest.mark.parametrize("outputs", [(), (2,)])
@pytest.mark.parametrize("weights", [None, W])
@pytest.mark.parametrize("name", OF_NUMBERS)
def test_numbers_as_scikit_learn(name, weights, outputs):
    y, predicted = RNG.normal(size=(2, 300, *outputs)) + 3
    assert value(name, predicted, y, weights, 0.9) == pytest.approx(OF_NUMBERS[name](y, predicted, weights))


@pytest.mark.parametrize("weights", [None, W])
def test_the_deviance_of_counts_as_scikit_learn(weights):
    mean = RNG.gamma(2, 10, size=300)
    y = RNG.poisson(mean)
    y[:5] = 0
    expected = sk.mean_poisson_deviance(y, mean * 1.1, sample_weight=weights)
    assert value("poisson_deviance", mean * 1.1, y, weights) == pytest.approx(expected)
    assert np.isnan(value("poisson_deviance", mean, y - 50.0))
    assert np.isnan(value("poisson_deviance", mean * 0, y))


def test_what_is_shown_of_numbers():
    y, predicted = RNG.normal(size=(2, 100))
    shown = metrics.of_numbers(NumberAnswers(predicted, y))
    assert list(shown) == ["RMSE", "R²", "MAE", "median absolute error"]  # some y are near 0
    assert "MAPE" in metrics.of_numbers(NumberAnswers(predicted, y + 10))
    assert np.isnan(metrics.of_numbers(NumberAnswers(predicted, np.ones(100)))["R²"])
    assert list(metrics.of_numbers(NumberAnswers(predicted, y), ["quantile_loss", "mae"]))[:2] == [
        "quantile loss", "MAE",
    ]  # fmt: skip


@pytest.mark.parametrize("scale", [1e-160, 1e-9, 1e12, 1e160])
def test_errors_of_any_size_have_a_root_and_a_share(scale):
    y, predicted = RNG.normal(size=(2, 100))
    assert value("rmse", scale * predicted, scale * y) == pytest.approx(scale * value("rmse", predicted, y))
    assert value("r2", scale * predicted, scale * y) == pytest.approx(value("r2", predicted, y))


def test_classes_out_of_balance_are_shown_what_rare_classes_need():
    rare = {"balanced accuracy", "F1", "ROC AUC", "average precision"}
    for share, expected in ((0.03, True), (0.09, True), (0.3, False)):
        y = (np.arange(300) < 300 * share).astype(int)
        assert (rare <= set(metrics.of_classes(ClassAnswers.of(P2, y, positive=1)))) is expected
    assert list(metrics.of_classes(ClassAnswers.of(P2, Y2), ["f1"]))[:2] == ["F1", "accuracy"]


@pytest.mark.parametrize("metric", ["f1", "balanced_accuracy", "accuracy", "f1_macro"])
@pytest.mark.parametrize("positive", [0, 1])
@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 8), st.booleans(), st.integers(1, 3)), min_size=2, max_size=20))
def test_the_best_threshold_is_the_best_of_all(metric, positive, rows):
    scores, truth, weights = (np.array(column, float) for column in zip(*rows, strict=True))
    scores, truth, row = scores / 8, truth.astype(int), METRICS[metric]

    def at(threshold):
        C = metrics.confusion_matrix((scores > threshold).astype(int), truth, 2, weights)
        return row.of_confusion(C, positive)

    best = metrics.best_threshold(scores, truth, row, positive, weights)
    assert 0 <= best <= 1
    assert at(best) >= max(map(at, np.linspace(0, 1, 33))) - 1e-12
    assert abs(best - 0.5) <= 0.5 / 8 or at(best) > at(0.5)  # it stays near one half where that is as good


def test_weights_of_classes_make_rare_ones_heard():
    truth = np.repeat(np.arange(3), [400, 80, 20])
    P = RNG.dirichlet(np.ones(3), size=500) + 0.4 * one_hot(truth)[:, :3] + np.array([2, 0.5, 0.1])
    P /= P.sum(axis=1, keepdims=True)
    row = METRICS["balanced_accuracy"]
    factors = metrics.best_class_weights(P, truth, row)
    assert value("balanced_accuracy", P * factors, truth) > value("balanced_accuracy", P, truth) + 0.1


def test_names_of_metrics():
    for name in METRICS:
        assert metric_named(name)[0] == name
    for given_name, own in (
        ("neg_mean_absolute_error", "mae"), ("roc_auc_ovr", "roc_auc"), ("neg_log_loss", "log_loss"),
        ("balanced accuracy", "balanced_accuracy"), ("R2", "r2"), ("neg_mean_squared_error", "rmse"),
        ("ROC AUC", "roc_auc"),
    ):  # fmt: skip
        assert metric_named(given_name)[0] == own
    with pytest.raises(errors.UnknownNameError, match="'f1'"):
        metric_named("f_1")
    with pytest.raises(errors.SettingError, match=r"'mae' is for numbers; for classes: .*roc_auc"):
        metric_named("mae", "classes")


def test_scikit_learns_scorers_have_a_metric():
    wanted = {"accuracy", "balanced_accuracy", "f1", "f1_macro", "roc_auc", "roc_auc_ovr", "average_precision",
              "precision", "recall", "neg_log_loss", "neg_brier_score", "r2", "neg_root_mean_squared_error",
              "neg_mean_absolute_error", "neg_mean_squared_error", "neg_median_absolute_error",
              "neg_mean_absolute_percentage_error", "neg_mean_poisson_deviance"}  # fmt: skip
    assert wanted <= set(sk.get_scorer_names())
    assert all(metric_named(name) for name in wanted)
