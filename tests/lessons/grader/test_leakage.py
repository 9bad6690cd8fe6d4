"""Test samples that reach the training are found; what learns from the training samples alone is left in peace."""

import pytest

from glassnet.lessons.grader.leakage import leaks
from glassnet.lessons.grader.source import Source

SPLIT = "X_train, X_test, y_train, y_test = train_test_split(X, y)\n"


@pytest.fixture
def found(tmp_path):
    def run(text):
        path = tmp_path / "study.py"
        path.write_text(text)
        return [(finding.line, finding.mistake) for finding in leaks(Source(path))]

    return run


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("X = scaler.fit_transform(X)\n" + SPLIT, 1, "scaled before the split"),
        ("Xs = StandardScaler().fit_transform(X)\n" + SPLIT.replace("(X,", "(Xs,"), 1, "scaled before the split"),
        ("X = (X - X.mean(axis=0)) / X.std(axis=0)\n" + SPLIT, 1, "scaled before the split"),
        (SPLIT + "X_test = scaler.fit_transform(X_test)\n", 2, "fitted on X_test"),
        (SPLIT + "model.fit(X_test, y_test)\n", 2, "fitted on X_test"),
        ("parameters = nn_model(test_x, test_y, 4)\n", 1, "trained on test_x"),
        ("d = optimize(test_set_x, test_set_y)\n", 1, "trained on test_set_x"),
    ],
)
def test_leaks(found, text, line, what):
    assert found(text) == [(line, f"test set leakage: {what}")]


@pytest.mark.parametrize(
    "text",
    [
        SPLIT
        + "X_train = scaler.fit_transform(X_train)\nX_test = scaler.transform(X_test)\nmodel.fit(X_train, y_train)\n",
        SPLIT + "model.fit(X_train, y_train, validation_data=(X_test, y_test))\nmodel.score(X_test, y_test)\n",
        "train_x = train_x / 255\ntest_x = test_x / 255\nparameters = nn_model(train_x, train_y, 4)\npredict(test_x, test_y, parameters)\n",
        "X = X / 255.0\n" + SPLIT,
        "latest = model.fit(X, y)\n",
        "contest = model.fit(X_contest, y)\n",
    ],
)
def test_no_leaks(found, text):
    assert found(text) == []
