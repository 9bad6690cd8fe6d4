"""`glassnet predict --interval` writes intervals or sets; `evaluate --interval` measures how often they hold."""

import csv
import json

import numpy as np
import pytest

from glassnet import workflows
from glassnet.errors import SettingError
from glassnet.scoring import coverage


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("intervals")
    rng = np.random.default_rng(0)
    size = rng.normal(size=200).round(3)
    price = (50 + 10 * size + 5 * rng.normal(size=200)).round(2)
    kind = np.where(size + rng.normal(size=200) * 0.7 > 0, "big|one", "=small")
    with (folder / "t.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("size", "price", "kind"), *zip(size, price, kind, strict=True)])
    quick = {"preset": "fast", "epochs": 60, "learning_rate": 0.02, "random_state": 0}
    workflows.train_file(folder / "t.csv", "price", drop="kind", out=folder / "price.glassnet", **quick)
    workflows.train_file(folder / "t.csv", "kind", drop="price", out=folder / "kind.glassnet", **quick)
    workflows.train_file(folder / "t.csv", "price", hidden=2, epochs=2, out=folder / "one.glassnet")
    return folder


def test_columns_of_intervals_stand_beside_predictions(folder):
    found = workflows.predict_file(folder / "price.glassnet", folder / "t.csv", interval=0.8).columns
    assert list(found) == ["prediction", "low", "high"]
    model = workflows.open_model(folder / "price.glassnet")
    table = workflows.with_targets(folder / "price.glassnet", folder / "t.csv")[1].X
    np.testing.assert_array_equal(np.column_stack([found["low"], found["high"]]), model.predict_interval(table, 0.8))
    np.testing.assert_array_equal(found["prediction"], model.predict(table))


def test_sets_are_lists_of_labels_and_one_cell_of_csv(folder):
    predictions = workflows.predict_file(
        folder / "kind.glassnet", folder / "t.csv", interval=0.95, probabilities=True, with_input=True
    )
    assert list(predictions.columns)[3:] == ["prediction", "set", "probability =small", "probability big|one"]
    sets = predictions.columns["set"]
    assert set(sets) == {("=small",), ("big|one",), ("=small", "big|one")}
    assert all(label in each for label, each in zip(predictions.columns["prediction"], sets, strict=True))
    cells = {row["set"] for row in csv.DictReader(predictions.to_csv().splitlines())}
    assert cells == {"'=small", "big|one", "'=small|big|one"}  # no formula


def test_names_that_are_taken_get_a_number(folder, tmp_path):
    (tmp_path / "new.csv").write_text("size,low\n0.5,a\n-0.5,b\n")
    predictions = workflows.predict_file(folder / "price.glassnet", tmp_path / "new.csv", interval=0.8, with_input=True)
    assert list(predictions.columns) == ["size", "low", "prediction", "low (2)", "high"]


def test_the_measured_share_is_that_of_the_rows_held(folder):
    found = workflows.evaluate_file(folder / "price.glassnet", folder / "t.csv", interval=0.8)
    assert found.coverage.rows == found.scores.rows == 40  # kept for the test
    assert found.coverage.measured * 40 == pytest.approx(round(found.coverage.measured * 40))
    low, high = found.coverage.between
    assert low < found.coverage.measured < high
    assert workflows.evaluate_file(folder / "price.glassnet", folder / "t.csv").coverage is None
    y, X = np.array([50.0, 50.0]), {"size": [0.0, 9.0], "kind": ["=small", "=small"]}
    by_hand = coverage(found.model, X, y, 0.8)
    assert by_hand.measured == 0.5
    assert by_hand.size == pytest.approx(np.diff(found.model.predict_interval(X, 0.8)).mean())


def test_in_the_shell(glassnet, folder):
    shown = glassnet("evaluate", folder / "kind.glassnet", folder / "t.csv", "--interval", 0.9)
    assert shown.code == 0, shown.err
    (line,) = [line for line in shown.out.splitlines() if line.startswith("Interval")]
    assert "asked 0.9" in line
    assert "classes" in line
    assert len(line) <= 80
    document = json.loads(
        glassnet("evaluate", folder / "price.glassnet", folder / "t.csv", "--interval", ".9", "--json").out
    )
    assert set(document["interval"]) == {"asked", "rows", "measured", "between", "size"}
    printed = glassnet("predict", folder / "price.glassnet", folder / "t.csv", "--interval", ".9").out
    assert printed.splitlines()[0] == "prediction,low,high"
    document = json.loads(
        glassnet("predict", folder / "kind.glassnet", folder / "t.csv", "--interval", ".9", "--json").out
    )
    assert isinstance(document["set"][0], list)


REFUSED = [
    (("price", ".999"), "are enough for 0.9"), (("price", "1.5"), "a share between 0 and 1"),
    (("one", ".9"), "left no rows out"), (("price", ".9", "--cv", "3"), "give one of them"),
]  # fmt: skip


@pytest.mark.parametrize(("words", "message"), REFUSED)
def test_what_cannot_be_done_is_said_in_one_line(glassnet, folder, words, message):
    model, share, *more = words
    answer = glassnet("evaluate", folder / f"{model}.glassnet", folder / "t.csv", "--interval", share, *more)
    assert answer.code == 2
    assert message in answer.err
    assert len(answer.err.splitlines()) == 1
    if not more:
        with pytest.raises(SettingError, match=message):
            workflows.predict_file(folder / f"{model}.glassnet", folder / "t.csv", interval=float(share))
