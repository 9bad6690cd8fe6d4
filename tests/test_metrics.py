"""Metrics: by hand, and against scikit-learn."""

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, confusion_matrix, log_loss, r2_score, root_mean_squared_error

from glassnet import metrics

RNG = np.random.default_rng(0)


def test_calibration_error_by_hand():
    probabilities = np.array([[0.9, 0.1], [0.91, 0.09], [0.35, 0.65], [0.65, 0.35]])
    class_indices = np.array([0, 1, 1, 0])  # of the two at .9 one is right, of the two at .65 both
    expected = (2 * abs(0.905 - 0.5) + 2 * abs(0.65 - 1)) / 4
    assert metrics.calibration_error(probabilities, class_indices) == pytest.approx(expected)


def test_what_is_as_sure_as_it_is_right_has_no_calibration_error():
    assert metrics.calibration_error(np.eye(3), np.arange(3)) == 0
    assert metrics.calibration_error(np.eye(3), np.array([1, 2, 0])) == 1


def test_metrics_of_classes_agree_with_scikit_learn():
    probabilities, class_indices = RNG.dirichlet(np.ones(4), size=200), RNG.integers(4, size=200)
    predicted, values = probabilities.argmax(axis=1), metrics.of_classes(probabilities, class_indices)
    assert values["accuracy"] == accuracy_score(class_indices, predicted)
    assert values["log loss"] == pytest.approx(log_loss(class_indices, probabilities))
    matrix = metrics.confusion_matrix(predicted, class_indices, 4)
    np.testing.assert_array_equal(matrix, confusion_matrix(class_indices, predicted))


def test_metrics_of_numbers_agree_with_scikit_learn():
    predictions, y = RNG.normal(size=(2, 100))
    values = metrics.of_numbers(predictions, y)
    assert values["RMSE"] == pytest.approx(root_mean_squared_error(y, predictions))
    assert values["R²"] == pytest.approx(r2_score(y, predictions))
    assert np.isnan(metrics.of_numbers(predictions, np.ones(100))["R²"])
