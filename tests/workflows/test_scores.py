"""Scores: the figures of `train` and `evaluate`, by hand and by scikit-learn."""

import pytest
from sklearn.datasets import load_iris
from sklearn.metrics import accuracy_score, log_loss

from glassnet import TabularClassifier, workflows
from glassnet.estimators.tabular import training_data
from glassnet.tables import fitting


def test_scores_of_classes_are_those_of_the_averaged_answer():
    X, y = load_iris(return_X_y=True)
    model = TabularClassifier(preset="fast", epochs=20, random_state=0).fit(X, y)
    values = workflows.score(model, X, y).values
    assert values["accuracy"] == accuracy_score(y, model.predict(X))
    assert values["log loss"] == pytest.approx(log_loss(y, model.predict_proba(X)))
    assert values["cost"] > values["log loss"]  # the mean of the networks' own


def test_a_training_fits_one_preparation(monkeypatch, tmp_path):
    rows = "\n".join(f"{i % 17},{'ab'[i % 2]},{i % 3}" for i in range(400))
    (tmp_path / "rows.csv").write_text(f"x,c,y\n{rows}\n")
    fits, fit = [], fitting.fit_preparation
    for module in (fitting, workflows.training, training_data):
        monkeypatch.setattr(module, "fit_preparation", lambda *given, **kw: fits.append(1) or fit(*given, **kw))
    workflows.train_file(tmp_path / "rows.csv", "y", hidden=3, epochs=1)
    assert len(fits) == 1
