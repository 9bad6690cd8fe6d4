"""Scores: the figures of `train` and `evaluate`, by hand and by scikit-learn."""

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.metrics import accuracy_score, log_loss

from glassnet import TabularClassifier, metrics, workflows


def test_calibration_error_by_hand():
    probabilities = np.array([[0.9, 0.1], [0.91, 0.09], [0.35, 0.65], [0.65, 0.35]])
    places = np.array([0, 1, 1, 0])  # of the two at .9 one is right, of the two at .65 both
    expected = (2 * abs(0.905 - 0.5) + 2 * abs(0.65 - 1)) / 4
    assert metrics.calibration_error(probabilities, places) == pytest.approx(expected)


def test_what_is_as_sure_as_it_is_right_has_no_calibration_error():
    assert metrics.calibration_error(np.eye(3), np.arange(3)) == 0
    assert metrics.calibration_error(np.eye(3), np.array([1, 2, 0])) == 1


def test_scores_of_classes_are_those_of_the_averaged_answer():
    X, y = load_iris(return_X_y=True)
    model = TabularClassifier(preset="fast", epochs=20, random_state=0).fit(X, y)
    values = workflows.score(model, X, y).values
    assert values["accuracy"] == accuracy_score(y, model.predict(X))
    assert values["log loss"] == pytest.approx(log_loss(y, model.predict_proba(X)))
    assert values["cost"] > values["log loss"]  # the mean of the networks' own
