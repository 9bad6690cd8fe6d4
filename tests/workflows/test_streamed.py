"""The shell's commands on rows in parts: the same scores and predictions, and parts that cannot be read."""

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from glassnet import workflows
from glassnet.errors import DataError, FileError, SettingError
from glassnet.workflows.streaming import Sampling, sampled

SETTINGS = {"hidden": 8, "epochs": 4, "learning_rate": 0.02, "random_state": 0, "n_networks": 2}


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "parts"
    path.mkdir()
    rng = np.random.default_rng(0)
    for k in range(4):
        a, b = rng.normal(size=(2, 500))
        table = pa.table({"no": np.arange(500) + 500 * k, "a": a, "b": b, "kind": np.where(a > b, "more", "less")})
        pq.write_table(table, path / f"{k}.parquet")
    return path


@pytest.fixture
def trained(folder, tmp_path):
    model = tmp_path / "m.glassnet"
    found = workflows.train_file(
        folder, "kind", ids="no", out=model, cache=tmp_path / "blocks", **SETTINGS
    )  # fmt: skip
    return found, model


def test_evaluate_scores_the_rows_that_were_kept_for_the_test(folder, trained):
    found, model = trained
    assert found.parts["training"] + found.parts["test"] == 2000
    assert 320 < found.parts["test"] < 480
    assert found.scores["test"].values["accuracy"] > 0.9
    again = workflows.evaluate_file(model, folder)
    assert again.scores.rows == found.parts["test"]
    assert again.scores.values == pytest.approx(found.scores["test"].values)
    assert any("kept for the test" in note for note in again.notes)


def test_predictions_are_written_as_rows_come_in_their_order(folder, trained, tmp_path):
    model, text = trained[1], []
    found = workflows.predict_file(model, folder, probabilities=True, write=text.append)
    lines = "".join(text).splitlines()
    assert found.rows == found.streamed == len(lines) - 1 == 2000
    assert [int(line.split(",")[0]) for line in lines[1:]] == list(range(2000))
    workflows.predict_file(model, folder, probabilities=True, out=tmp_path / "streamed.csv")
    assert (tmp_path / "streamed.csv").read_text().splitlines() == lines
    whole = tmp_path / "whole.csv"
    pa.csv.write_csv(pa.concat_tables([pq.read_table(folder / f"{k}.parquet") for k in range(4)]), whole)
    in_memory = workflows.predict_file(model, whole, probabilities=True)
    assert [line.split(",")[1] for line in lines[1:]] == in_memory.columns["prediction"]


def test_streamed_predictions_need_somewhere_to_go(folder, trained):
    with pytest.raises(SettingError, match="--out"):
        workflows.predict_file(trained[1], folder)


def test_a_part_that_cannot_be_read_is_named_and_left_out_or_refused(folder, tmp_path):
    broken = folder / "2.parquet"
    broken.write_bytes(broken.read_bytes()[:-400])
    found = workflows.train_file(folder, "kind", cache=tmp_path / "blocks", **SETTINGS)
    assert found.parts["training"] + found.parts["test"] == 1500
    assert any("2.parquet is left out" in note for note in found.notes)
    with pytest.raises((FileError, DataError), match=r"2\.parquet"):
        workflows.train_file(folder, "kind", cache=tmp_path / "others", reading={"strict": True}, **SETTINGS)


@pytest.mark.parametrize(
    ("options", "words"),
    [({"test_file": "x.csv"}, "--test-file"), ({"reading": {"separator": ";"}}, "--separator")],
)
def test_what_is_for_rows_in_memory_is_refused(folder, tmp_path, options, words):
    with pytest.raises(SettingError, match=words):
        workflows.train_file(folder, "kind", cache=tmp_path / "blocks", **SETTINGS, **options)


def test_numbers_are_estimated_and_the_task_is_as_in_memory(folder, tmp_path):
    found = workflows.train_file(folder, "a", cache=tmp_path / "blocks", **SETTINGS)
    assert "RMSE" in found.scores["test"].values
    found = workflows.train_file(folder, "a", cache=tmp_path / "blocks", test=0, **SETTINGS)
    assert "test" not in found.scores


def test_a_sample_of_a_stream_is_drawn_evenly():
    parts = [(pa.table({"i": np.arange(1000 * k, 1000 * k + 1000)}), np.full(1000, k)) for k in range(50)]
    found = sampled(parts, 8000)
    assert found.of == 50_000
    assert 3500 < len(found.y) <= 8000
    counts = np.bincount(found.y, minlength=50)
    assert counts.min() > 0.5 * counts.mean()
    assert np.array_equal(found.X["i"].to_numpy() // 1000, found.y)
    assert sampled(parts[:2], 8000).notes("rows") == []
    assert Sampling(5).sample() is None
