"""Scores: the figures of `train` and `evaluate`, by hand and by scikit-learn."""

import pytest
from sklearn.datasets import load_iris
from sklearn.metrics import accuracy_score, log_loss

from glassnet import TabularClassifier, workflows


def test_scores_of_classes_are_those_of_the_averaged_answer():
    X, y = load_iris(return_X_y=True)
    model = TabularClassifier(preset="fast", epochs=20, random_state=0).fit(X, y)
    values = workflows.score(model, X, y).values
    assert values["accuracy"] == accuracy_score(y, model.predict(X))
    assert values["log loss"] == pytest.approx(log_loss(y, model.predict_proba(X)))
    assert values["cost"] > values["log loss"]  # the mean of the networks' own
