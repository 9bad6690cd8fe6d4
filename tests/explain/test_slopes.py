"""The slope of an answer in every feature is its difference quotient."""

import numpy as np
import pytest

from explained import QUICK, classifier, embedded, regressor, table
from glassnet import TabularClassifier, TabularRegressor
from glassnet.explain.answers import Answers
from glassnet.explain.rows import prepared
from numeric import difference_quotient, relative_error


def logarithm():
    """Return a regressor that learned the logarithm of its target."""
    X = table()
    model = TabularRegressor(**QUICK).fit(X, np.exp(6 + 2 * X["a"]))
    assert model.target_.log
    return model


MODELS = {
    "layer 0": lambda: embedded()[0],
    "two classes": lambda: classifier()[0],
    "three classes": lambda: classifier(classes=3)[0],
    "one network": lambda: classifier(networks=1)[0],
    "numbers": lambda: regressor()[0],
    "no hidden layer": lambda: regressor(())[0],
    "counts": lambda: regressor((4,), loss="poisson")[0],
    "a logarithm": logarithm,
    "two targets": lambda: TabularRegressor([4], "silu", **QUICK).fit(table(), np.arange(160.0).reshape(80, 2) ** 2),
    "two labels": lambda: TabularClassifier([4], **QUICK).fit(table(), np.arange(160).reshape(80, 2) % 3 % 2),
}


@pytest.mark.parametrize("name", MODELS)
def test_slopes_are_difference_quotients(name):
    model = MODELS[name]()
    rows, answers = prepared(model, table(), 6), Answers(model)
    for index in range(len(answers.labels)):
        analytic = answers.slopes(rows.X, index)
        numeric = np.empty_like(analytic)
        for j, feature in enumerate(rows.X):
            entry = feature.copy()

            def moved(h, j=j, entry=entry, index=index):
                rows.X[j] = entry + h
                return answers.values(rows.X)[:, index]

            numeric[j] = difference_quotient(moved)
            rows.X[j] = entry
        assert relative_error(numeric, analytic) < 1e-6


@pytest.mark.parametrize("classes", [2, 3])
def test_answers_are_the_probabilities(classes):
    model, X, _ = classifier(classes)
    values = Answers(model).values(prepared(model, X).X)
    np.testing.assert_allclose(values, model.predict_proba(X), rtol=1e-12)


def test_answers_are_the_estimates():
    model, X, _ = regressor()
    np.testing.assert_allclose(Answers(model).values(prepared(model, X).X)[:, 0], model.predict(X), rtol=1e-12)
