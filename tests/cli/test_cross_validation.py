"""`glassnet evaluate --cv`: the settings of a model file, trained anew."""

import csv
import json

import numpy as np
import pytest


@pytest.fixture
def table(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "visits.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["patient", "age", "weight", "ill"])
        for k in range(90):
            age = rng.normal()
            writer.writerow([f"p{k // 3}", f"{age:.3f}", 1 + k % 2, "yes" if age > 0.5 else "no"])
    return path


def test_mean_and_deviation_of_the_folds(glassnet, table):
    words = ("--target", "ill", "--preset", "fast", "--epochs", 5, "--seed", 0, "--out", "visits.glassnet")
    answer = glassnet("train", table, *words, "--weight", "weight", "--group", "patient")
    assert answer.code == 0, answer.err
    shown = glassnet("evaluate", "visits.glassnet", table, "--cv", 3)
    assert shown.code == 0, shown.err
    assert "90, in 3 folds" in shown.out
    assert shown.out.splitlines()[1].split()[:3] == ["score", "mean", "deviation"]
    document = json.loads(glassnet("evaluate", "visits.glassnet", table, "--cv", 3, "--json").out)
    assert len(document["folds"]) == 3
    assert document["mean"]["accuracy"] == pytest.approx(np.mean([each["accuracy"] for each in document["folds"]]))
    assert glassnet("evaluate", "visits.glassnet", table, "--cv", 1).code == 2


def test_options_of_the_metric(glassnet, table):
    words = ("--target", "ill", "--preset", "fast", "--epochs", 5, "--seed", 0, "--out", "visits.glassnet", "--json")
    trained = json.loads(glassnet("train", table, *words, "--metric", "f1", "--balance").out)
    assert list(trained["scores"]["test"])[1] == "F1"
    trained = json.loads(glassnet("train", table, *words, "--cost", "yes:no=5").out)
    assert "decision cost" in trained["scores"]["test"]
    refused = glassnet("train", table, "--target", "age", "--balance", "--out", "age.glassnet")
    assert refused.code == 2
    assert "--balance" in refused.err
    assert "is for numbers" in glassnet("train", table, *words, "--metric", "mae").err
