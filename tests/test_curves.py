"""Curves of probabilities: by hand, against scikit-learn, and where the truth is known."""

import numpy as np
import pytest
import sklearn.metrics as sk
from hypothesis import given
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve as sk_calibration_curve

from glassnet import metrics
from glassnet.curves import best_decisions, calibration_curve, cumulative_gains, decisions

RNG = np.random.default_rng(0)
P = RNG.random(400)
Y = RNG.random(400) < P**2  # not calibrated
ROUNDED = P.round(1)  # many are equal, and on the edges of bins


@pytest.mark.parametrize("probability", [P, ROUNDED])
@pytest.mark.parametrize("bins", [5, 10])
def test_calibration_as_scikit_learn(probability, bins):
    curve = calibration_curve(probability, Y, bins)
    share, mean = sk_calibration_curve(Y, probability, n_bins=bins)
    assert curve.share == pytest.approx(share)
    assert curve.probability == pytest.approx(mean)
    assert curve.rows.sum() == len(Y)


def test_the_error_of_calibration_is_that_of_the_metric():
    """The metric is about the most probable class: of two columns p and 1 - p, where p is never below one half."""
    high = 0.5 + P / 2
    both = np.stack([1 - high, high], axis=1)
    found = calibration_curve(high, Y, bins=15).error
    assert found == pytest.approx(metrics.calibration_error(both, Y.astype(int), bins=15))


def test_what_is_true_as_often_as_it_is_probable_lies_on_the_diagonal():
    rng = np.random.default_rng(1)
    p = rng.random(200_000)
    curve = calibration_curve(p, rng.random(200_000) < p)
    assert curve.share == pytest.approx(curve.probability, abs=0.015)
    assert curve.error < 0.01
    assert curve.rows == pytest.approx(20_000, rel=0.05)


def test_bins_without_rows_are_left_out():
    curve = calibration_curve(np.array([0.05, 0.95, 0.97]), np.array([True, True, False]))
    assert curve.bins.tolist() == [0, 9]
    assert curve.rows.tolist() == [1, 2]
    assert curve.error == pytest.approx((0.95 + 2 * 0.46) / 3)


@pytest.mark.parametrize("probability", [P, ROUNDED])
def test_precision_and_recall_as_scikit_learn(probability):
    """Theirs take rows of the threshold itself too: ours below it are the same decisions."""
    precision, recall, thresholds = sk.precision_recall_curve(Y, probability)
    ours = decisions(probability, Y, np.nextafter(thresholds, -1))
    assert ours.precision == pytest.approx(precision[:-1])
    assert ours.recall == pytest.approx(recall[:-1])
    assert ours.share == pytest.approx([(probability >= each).mean() for each in thresholds])


@pytest.mark.parametrize("threshold", [0.0, 0.3, 0.5, 0.77])
def test_decisions_as_scikit_learn(threshold):
    ours, taken = decisions(ROUNDED, Y, threshold), threshold < ROUNDED
    assert ours.precision == pytest.approx(sk.precision_score(Y, taken))
    assert ours.recall == pytest.approx(sk.recall_score(Y, taken))
    assert ours.f1 == pytest.approx(sk.f1_score(Y, taken))
    assert ours.share == pytest.approx(taken.mean())


def test_where_nothing_is_taken_there_is_no_precision():
    found = decisions(P, Y, 1.0)
    assert np.isnan(found.precision)
    assert (found.recall, found.f1, found.share) == (0, 0, 0)


@given(st.lists(st.tuples(st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.9, 1.0]), st.booleans()), min_size=1, max_size=20))
def test_no_threshold_has_a_better_f1_than_the_best(rows):
    probability, truth = (np.array(each) for each in zip(*rows, strict=True))
    best = best_decisions(probability, truth)
    every = decisions(probability, truth, np.linspace(0, 1, 201))
    assert best.f1 >= every.f1.max() - 1e-12
    assert best == pytest.approx(decisions(probability, truth, best.threshold), nan_ok=True)


@pytest.mark.parametrize("probability", [P, ROUNDED])
def test_gains_are_those_of_the_roc_curve(probability):
    """The share taken is made of the true and the false positives at each point of scikit-learn's curve."""
    alarms, hits, _ = sk.roc_curve(Y, probability, drop_intermediate=False)
    gains = cumulative_gains(probability, Y)
    assert gains.found == pytest.approx(hits)
    assert gains.taken == pytest.approx(hits * Y.mean() + alarms * (1 - Y.mean()))


def test_gains_by_hand():
    gains = cumulative_gains(np.array([0.9, 0.8, 0.5, 0.5, 0.1]), np.array([True, False, True, False, False]))
    assert gains.taken == pytest.approx([0, 0.2, 0.4, 0.8, 1])
    assert gains.found == pytest.approx([0, 0.5, 0.5, 1, 1])
    assert gains.at(0.6) == pytest.approx(0.75)  # half of those that are equally probable


def test_perfect_and_random_probabilities_have_known_gains():
    rng = np.random.default_rng(2)
    truth = rng.random(20_000) < 0.2
    perfect, drawn = cumulative_gains(truth.astype(float), truth), cumulative_gains(rng.random(20_000), truth)
    assert perfect.at(0.1) / 0.1 == pytest.approx(1 / truth.mean())  # the greatest lift there is
    assert drawn.at(np.linspace(0, 1, 11)) == pytest.approx(np.linspace(0, 1, 11), abs=0.02)
