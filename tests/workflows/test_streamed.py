"""The shell's commands on rows in parts: the same scores and predictions, and parts that cannot be read."""

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

import glassnet
from glassnet import load, memory, workflows
from glassnet.errors import DataError, FileError, SettingError
from glassnet.tables.recognition import decision_of
from glassnet.workflows.streaming import TAKEN, Sampling, memory_of_each, sampled, stream_of
from side_by_side import in_all

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


@pytest.mark.parametrize("in_parts", [True, False])
def test_files_may_hold_a_column_in_other_types(tmp_path, in_parts):
    rng, folder = np.random.default_rng(3), tmp_path / "parts"
    folder.mkdir()
    a, day = rng.integers(0, 30, 900), np.datetime64("2020-01-01") + rng.integers(0, 600, 900)
    whole = pa.table({"a": a, "day": day, "kind": np.where(a > 14, "more", "less")})
    types = {"a": (pa.int64(), pa.float32(), pa.string()), "day": (pa.date32(), pa.timestamp("ms"), pa.string())}
    for k in range(3):
        part = whole.slice(300 * k, 300)
        for j, (name, of) in enumerate(types.items()):
            part = part.set_column(j, name, part[name].cast(of[k]))
        pq.write_table(part, folder / f"{k}.parquet")
    cache = {"cache": tmp_path / "blocks"} if in_parts else {}
    found = workflows.train_file(folder, "kind", out=tmp_path / "m.glassnet", **cache, **SETTINGS)
    assert found.scores["test"].values["accuracy"] > 0.9
    kinds = {column.name: column.kind for column in found.model.preparation_.columns}
    assert (kinds["a"], kinds["day"]) == ("number", "date")
    assert workflows.evaluate_file(tmp_path / "m.glassnet", folder).scores.values["accuracy"] > 0.9


def test_what_is_said_before_the_training_are_the_kinds_of_all_rows(tmp_path):
    rng, told = np.random.default_rng(4), []
    a = rng.normal(size=300)
    table = pa.table({"a": a, "b": rng.choice(["x", "y"], 300), "kind": np.where(a > 0, "more", "less")})
    pa.csv.write_csv(table, tmp_path / "t.csv")
    workflows.train_file(
        tmp_path / "t.csv", "kind", cache=tmp_path / "blocks", announce=lambda data, _: told.append(data), **SETTINGS
    )
    assert [decision_of(each).kind for each in told[0].X.schema] == ["number", "category"]


def test_rows_of_groups_that_were_kept_are_found_again(tmp_path):
    rng, folder = np.random.default_rng(5), tmp_path / "parts"
    folder.mkdir()
    for k in range(2):
        a = rng.normal(size=500)
        columns = {"a": a, "farm": rng.integers(0, 40, 500), "kind": np.where(a > 0, "more", "less")}
        pq.write_table(pa.table(columns), folder / f"{k}.parquet")
    model = tmp_path / "m.glassnet"
    found = workflows.train_file(folder, "kind", group="farm", out=model, cache=tmp_path / "blocks", **SETTINGS)
    again = workflows.evaluate_file(model, folder)
    assert again.scores.rows == found.parts["test"]
    assert again.scores.values == pytest.approx(found.scores["test"].values)


@pytest.mark.parametrize("kind", [str, int])
def test_classes_that_only_rows_held_out_have_are_left_out(tmp_path, kind):
    rng, model = np.random.default_rng(6), tmp_path / "m.glassnet"
    a = rng.normal(size=600)
    y = np.where(a > 0, 1, 2)
    y[:60] = 3 + np.arange(60)
    pq.write_table(pa.table({"a": a, "b": rng.normal(size=600), "y": y.astype(kind)}), tmp_path / "t.parquet")
    settings = {**SETTINGS, "out": model, "cache": tmp_path / "blocks", "task": "classes"}
    found = workflows.train_file(tmp_path / "t.parquet", "y", **settings)
    assert 20 < len(found.model.classes_) < 62
    note = f"{62 - len(found.model.classes_)} of the rows held out are left out: no training row has their class"
    assert note in found.notes
    again = workflows.evaluate_file(model, tmp_path / "t.parquet")
    assert again.scores.values == pytest.approx(found.scores["test"].values)


def test_a_single_class_is_refused_with_its_rows(tmp_path):
    pq.write_table(pa.table({"a": np.arange(50.0) ** 2, "y": ["only"] * 50}), tmp_path / "t.parquet")
    with pytest.raises(DataError, match=r"target 'y' holds a single class, 'only', in all \d\d training rows"):
        workflows.train_file(tmp_path / "t.parquet", "y", cache=tmp_path / "blocks", **SETTINGS)


@pytest.mark.parametrize("networks", [1, 2])
def test_processes_train_and_score_as_one_does_and_the_first_alone_writes(folder, tmp_path, networks):
    out = tmp_path / "m.glassnet"
    settings = {**SETTINGS, "n_networks": networks, "cache": tmp_path / "blocks", "ids": "no"}
    one = workflows.train_file(folder, "kind", **settings)
    two = in_all(2, lambda reduce: workflows.train_file(folder, "kind", out=out, reduce=reduce, **settings))
    for found in two:
        assert found.parts == one.parts
        assert found.scores["test"].values == pytest.approx(one.scores["test"].values, rel=1e-4)
        np.testing.assert_allclose(found.model.network_.vector, one.model.network_.vector, rtol=1e-4, atol=1e-5)
    assert load(out).network_.vector.tobytes() == two[0].model.network_.vector.tobytes()
    assert not (tmp_path / "m.glassnet.checkpoint").exists()


def test_processes_draw_one_seed_where_none_is_given(folder, tmp_path):
    settings = {**SETTINGS, "random_state": None, "cache": tmp_path / "blocks"}
    first, second = in_all(2, lambda reduce: workflows.train_file(folder, "kind", reduce=reduce, **settings).model)
    assert first.network_.vector.tobytes() == second.network_.vector.tobytes()


def test_the_processes_of_a_machine_share_what_is_free(monkeypatch):
    monkeypatch.setattr(memory, "_free", lambda: [3 * 10**9])
    assert memory_of_each(None, None) is None
    assert memory_of_each("1GB", None) == "1GB"
    assert in_all(4, lambda reduce: memory_of_each(None, reduce)) == [250 * 10**6] * 4
    assert in_all(2, lambda reduce: memory_of_each("1GB", reduce)) == [10**9] * 2
    assert in_all(2, lambda reduce: memory_of_each(("1GB", "800MB")[reduce.rank], reduce)) == [800 * 10**6] * 2
    monkeypatch.setattr(memory, "_free", lambda: [3 * 10**6])
    assert in_all(2, lambda reduce: memory_of_each(None, reduce)) == [memory.LEAST] * 2


def test_whether_rows_are_streamed_is_the_same_in_all_processes(folder, monkeypatch):
    monkeypatch.setattr(memory, "LEAST", 1000)
    chosen = ("1KB", "1GB")
    models = in_all(
        2, lambda reduce: workflows.train_file(folder, "kind", memory=chosen[reduce.rank], reduce=reduce, **SETTINGS)
    )
    assert all("trained in parts" in found.notes[0] for found in models)


def test_rows_are_streamed_where_a_training_on_them_would_not_fit(folder, monkeypatch):
    monkeypatch.setattr(memory, "LEAST", 1000)
    takes = TAKEN * glassnet.dataset(folder).bytes_in_memory
    assert stream_of(folder, memory=takes) is None
    assert stream_of(folder, memory=takes - 1).memory == takes - 1
    monkeypatch.setenv(memory.VARIABLE, str(takes))
    assert stream_of(folder) is None
    monkeypatch.setenv(memory.VARIABLE, str(takes - 1))
    assert stream_of(folder) is not None
