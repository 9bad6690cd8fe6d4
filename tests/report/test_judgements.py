"""A report judges from the numbers at hand; each judgement on data of which the truth is known."""

import re

import numpy as np
import pandas as pd
import pytest

from glassnet import Network, TabularClassifier, curves, report, workflows
from glassnet.inspection.intervals import wilson
from glassnet.report import answers
from glassnet.report.principle import principle
from glassnet.texts import keyed

QUICK = {"random_state": 0, "engine": "numpy", "n_networks": 1}


def said(told, title="analysis.title"):
    blocks = next(each.blocks for each in told.sections if each.title.key == title)
    return {block.text.key: block.text.values for block in blocks if block.kind == "paragraph"}


def table(rows, seed, label):
    rng = np.random.default_rng(seed)
    X = pd.DataFrame(rng.normal(size=(rows, 4)), columns=list("abcd"))
    return X.assign(y=np.where(label(X, rng), "yes", "no"))


def noise(X, rng):
    return rng.random(len(X)) < 0.5


def clear(X, rng):
    return X["a"] + 0.3 * rng.normal(size=len(X)) > 0


# ---------------------------------------------------------------- does it overfit?
def test_a_network_that_learned_noise_by_heart_overfits(tmp_path):
    table(120, 0, noise).to_csv(tmp_path / "t.csv", index=False)
    settings = {"hidden": [40], "optimizer": "lbfgs", "epochs": 200, "test": 0.5, "validation": 0, "l2": 0.0}
    workflows.train_file(tmp_path / "t.csv", "y", out=tmp_path / "m", **settings, **QUICK)
    found = said(report.of_model(tmp_path / "m", tmp_path / "t.csv"))["analysis.overfits"]
    assert float(found["cost"]) < 0.1
    assert float(found["other"]) > 0.7
    assert found["where"].values["rows"] == "60"


def test_a_linear_model_of_many_rows_does_not(tmp_path):
    table(1500, 0, clear).to_csv(tmp_path / "t.csv", index=False)
    workflows.train_file(tmp_path / "t.csv", "y", out=tmp_path / "m", hidden=[], epochs=20, **QUICK)
    found = said(report.of_model(tmp_path / "m", tmp_path / "t.csv"))["analysis.fits"]
    assert abs(float(found["cost"]) - float(found["other"])) < 2 * float(found["error"]) < float(found["one"])
    shares = workflows.evaluate_file(tmp_path / "m", tmp_path / "t.csv").scores
    assert float(found["other"]) == pytest.approx(shares.values["cost"], rel=0.01)


def test_what_cannot_be_known_is_said(tmp_path):
    frame = table(60, 0, clear)
    frame.to_csv(tmp_path / "t.csv", index=False)
    workflows.train_file(tmp_path / "t.csv", "y", out=tmp_path / "m", hidden=[], epochs=5, test=0, **QUICK)
    assert "analysis.no_new" in said(report.of_model(tmp_path / "m", tmp_path / "t.csv"))
    model = TabularClassifier([], epochs=5, **QUICK).fit(frame.drop(columns="y"), frame["y"])
    model.target_name_ = "y"
    model.save(tmp_path / "python")
    assert "analysis.fit_unknown" in said(report.of_model(tmp_path / "python", tmp_path / "t.csv"))


# ---------------------------------------------------------------- are probabilities right?
def judged(probability, seed, sharper=1.0):
    """Judge probabilities whose logits are so many times those of the truth."""
    truth = np.random.default_rng(100 + seed).random(len(probability)) < probability
    logits = sharper * np.log(probability / (1 - probability))
    curve = curves.calibration_curve(1 / (1 + np.exp(-logits)), truth)
    bounds = [wilson(float(share), int(rows)) for share, rows in zip(curve.share, curve.rows, strict=True)]
    off = sum(not low <= mean <= high for mean, (low, high) in zip(curve.probability, bounds, strict=True))
    return answers._judged(curve, off, 0.5)


def test_probabilities_are_judged_by_what_chance_explains():
    probability = np.random.default_rng(0).uniform(0.05, 0.95, 600)
    right = [judged(probability, seed) for seed in range(100)]
    assert right.count("answers.calibrated") >= 88  # 95 expected
    assert {judged(probability, seed, 4.0) for seed in range(10)} == {"answers.too_sure"}
    assert {judged(probability, seed, 0.25) for seed in range(10)} == {"answers.too_unsure"}


# ---------------------------------------------------------------- do residuals depend on the prediction?
def of_residuals(residual, seed=0, m=400):
    rng = np.random.default_rng(seed)
    predictions = rng.uniform(0, 1, m)
    return {block.text.key for block in answers._of_groups(predictions, residual(predictions, rng.normal(size=m)))}


def test_residuals_are_judged_by_what_chance_explains():
    free = [of_residuals(lambda p, e: e, seed) for seed in range(60)]
    assert sum("answers.residuals_depend" in each for each in free) <= 8  # 3 expected
    assert "answers.residuals_depend" in of_residuals(lambda p, e: e + 6 * (p - 0.5) ** 2)
    assert "answers.spread_grows" in of_residuals(lambda p, e: e * (0.2 + p))
    assert "answers.spread_shrinks" in of_residuals(lambda p, e: e * (1.2 - p))
    assert "answers.spread_same" in free[0]


# ---------------------------------------------------------------- what it is called
@pytest.mark.parametrize(
    ("sizes", "output", "loss", "name"),
    [
        ([3, 1], "sigmoid", None, "principle.logistic"),
        ([3, 4], "softmax", None, "principle.softmax"),
        ([3, 1], "identity", None, "principle.least_squares"),
        ([3, 1], "exp", "poisson", "principle.poisson"),
        ([3, 1], "identity", "huber", "principle.linear"),
    ],
)
def test_a_network_of_one_layer_has_its_name(sizes, output, loss, name):
    network = Network(sizes, [output], *([loss] if loss else []), seed=0)
    assert name in {getattr(getattr(block, "text", None), "key", "") for block in principle(network).blocks}


def test_no_text_asks_the_reader_to_judge():
    asked = re.compile(r"\b(only if|count as a test|where it is far|where a model|where a residual)\b", re.IGNORECASE)
    assert [key for key, text in keyed().items() if asked.search(text["en"])] == []
