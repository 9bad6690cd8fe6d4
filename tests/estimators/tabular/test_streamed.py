"""Rows that are streamed from parts on disk: what they train is as good as what all of them train in memory."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.metrics import accuracy_score, r2_score

import glassnet
from glassnet import TabularClassifier, TabularRegressor
from glassnet.errors import DataError, InterruptedWarning, SettingError
from glassnet.estimators.tabular.recipes import NUMBERS
from glassnet.estimators.tabular.streamed import _streamed, scan_of
from glassnet.tables.streaming import dataset
from reviews import mixed, reviews


def rows(m, seed=0):
    rng = np.random.default_rng(seed)
    a, b, c = rng.normal(size=(3, m))
    city = rng.choice(["Ulm", "Bonn", "Kiel"], m)
    score = a * b + np.where(city == "Ulm", 1.0, 0.0) + 0.1 * rng.normal(size=m)
    return pa.table({
        "a": a, "b": np.where(rng.random(m) < 0.05, np.nan, b), "c": c, "city": city, "w": rng.integers(0, 3, m),
        "kind": np.where(score > 0.3, "yes", "no"), "score": score,
    })  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("parts")
    for k in range(3):
        pq.write_table(rows(1500, seed=k), path / f"part-{k}.parquet")
    return path


def features(table):
    return table.drop_columns(["w", "kind", "score"])


def as_fitted(folder, tmp_path, target, other):
    """Return the parts with one target only, as a stream."""
    kept = tmp_path / "kept"
    kept.mkdir()
    for part in folder.iterdir():
        pq.write_table(pq.read_table(part).drop_columns([other, "w"]), kept / part.name)
    return dataset(kept, target, cache=tmp_path / "blocks")


SETTINGS = {"hidden": (16,), "epochs": 15, "learning_rate": 0.01, "random_state": 0, "n_networks": 2}


@pytest.mark.parametrize(
    ("kind", "target", "other", "measure"),
    [(TabularClassifier, "kind", "score", accuracy_score), (TabularRegressor, "score", "kind", r2_score)],
)
def test_a_streamed_fit_scores_as_one_in_memory(folder, tmp_path, kind, target, other, measure):
    data = as_fitted(folder, tmp_path, target, other)
    streamed = kind(**SETTINGS).fit(data)
    whole = pa.concat_tables([pq.read_table(part) for part in sorted(folder.iterdir())])
    in_memory = kind(**SETTINGS).fit(features(whole), np.array(whole[target].to_pylist()))
    test = rows(2000, seed=9)
    y = np.array(test[target].to_pylist())
    scores = [measure(y, model.predict(features(test))) for model in (streamed, in_memory)]
    assert scores[0] == pytest.approx(scores[1], abs=0.03)
    assert scores[0] > 0.8
    assert 0.8 < streamed.network_.record["samples"] / len(whole) < 0.9  # the others judged


def test_answers_to_a_stream_are_those_to_the_table(folder, tmp_path):
    model = TabularClassifier(**{**SETTINGS, "epochs": 2}).fit(as_fitted(folder, tmp_path, "kind", "score"))
    whole = pa.concat_tables([pq.read_table(part) for part in sorted(folder.iterdir())])
    stream, table = dataset(folder), features(whole)
    assert_array_equal(model.predict(stream), model.predict(table))
    assert_allclose(model.predict_proba(stream), model.predict_proba(table), rtol=1e-12)
    assert_array_equal(model.predict_set(stream), model.predict_set(table))
    assert_allclose(model.novelty(stream), model.novelty(table), rtol=1e-9)
    model.save(tmp_path / "m.glassnet")
    assert_array_equal(glassnet.load(tmp_path / "m.glassnet").predict(stream), model.predict(table))


def test_batches_of_rows_train_what_files_of_them_do(folder, tmp_path):
    tables = [pq.read_table(part).drop_columns(["score", "w"]) for part in sorted(folder.iterdir())]
    settings = {**SETTINGS, "epochs": 2}
    once, again = (TabularClassifier(**settings).fit(dataset(given, "kind")) for given in (iter(tables), tables))
    assert once.network_.record["samples"] == again.network_.record["samples"]
    test = features(rows(300, seed=7))
    assert np.mean(once.predict(test) == again.predict(test)) > 0.85


@pytest.mark.parametrize(("m", "epochs"), [(1_000_000, 8), (2_000_000, 8), (4_000_000, 4), (20_000_000, 1)])
def test_very_many_rows_need_fewer_epochs(m, epochs):
    assert {NUMBERS[name].epochs_for(m, 128) for name in ("quick", "deep", "smooth", "linear")} == {epochs}


def test_every_recipe_that_learns_in_steps_is_tried(folder, tmp_path):
    model = TabularRegressor(random_state=0, n_networks=2, epochs=1).fit(as_fitted(folder, tmp_path, "score", "kind"))
    tried = [each["kind"] for each in model.candidates_]
    assert "solved linear" not in tried
    assert {"linear", "deep"} <= set(tried)


def test_a_streamed_training_that_is_interrupted_is_resumed_to_the_bit(folder, tmp_path):
    data = as_fitted(folder, tmp_path, "kind", "score")
    whole = TabularClassifier(**{**SETTINGS, "epochs": 4}).fit(data)

    def stop(progress):
        if progress.moment == "epoch" and progress.epoch == 2:
            raise KeyboardInterrupt

    part = TabularClassifier(**{**SETTINGS, "epochs": 4}, warm_start=True)
    with pytest.warns(InterruptedWarning):
        part.fit(data, callbacks=[stop])
    part.save(tmp_path / "part.glassnet")
    rest = glassnet.load(tmp_path / "part.glassnet").set_params(warm_start=True)
    assert rest.can_resume(data, None)
    rest.fit(data)
    assert_array_equal(rest.network_.vector, whole.network_.vector)


def test_numbers_in_groups_are_where_networks_that_embed_them_have_them(folder, tmp_path):
    model = TabularRegressor(drop=["kind", "w"], validation=0.2)
    scan = scan_of(model, dataset(folder, "score", cache=tmp_path))
    data = _streamed(model, scan, warm=False, seed=0).grouped
    held_out = pa.concat_tables(scan.data.batches("validation", shares={"validation": 0.2}))
    expected = data.preparation.transform(held_out)
    assert_allclose(data.judged.X.toarray().T, expected, rtol=1e-6, atol=1e-6)
    for X in (data.judged.X, data.X.read([0])[0]):
        assert X.shape[0] == data.X.shape[0] == data.preparation.n_features


def test_weights_count_and_those_of_classes_are_multiplied_by_them(folder, tmp_path):
    model = TabularClassifier(hidden=4, class_weight="balanced", drop="score")
    scan = scan_of(model, dataset(folder, "kind", weight="w", cache=tmp_path))
    data = _streamed(model, scan, warm=False, seed=0)
    _, Y, S = data.X.read(range(len(data.X.blocks)))
    of_classes = [S[0, Y[0] == label].sum() for label in (0, 1)]
    assert of_classes[0] == pytest.approx(of_classes[1], rel=1e-5)  # what "balanced" means
    assert len(np.unique(S)) == 4  # two weights, two classes; rows of weight 0 are gone
    assert set(np.unique(data.judged.weights)) == {1.0, 2.0}


def test_blocks_of_a_training_are_removed_unless_their_folder_is_named(folder, tmp_path, monkeypatch):
    monkeypatch.setenv("GLASSNET_CACHE", str(tmp_path / "own"))
    TabularClassifier(hidden=2, epochs=1, drop=["score", "w"]).fit(dataset(folder, "kind"))
    assert not [path for path in (tmp_path / "own").rglob("*") if path.is_file() and path.suffix != ".json"]
    TabularClassifier(hidden=2, epochs=1, drop=["score", "w"]).fit(dataset(folder, "kind", cache=tmp_path / "named"))
    assert [path for path in (tmp_path / "named").rglob("*") if path.is_file()]


def test_finished_blocks_are_used_again(folder, tmp_path):
    model = TabularClassifier(hidden=2, epochs=1, drop=["score", "w"])
    data = dataset(folder, "kind", cache=tmp_path)
    model.fit(data)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}
    model.fit(data)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(
    ("settings", "given", "error", "words"),
    [
        ({}, {"y": [1]}, DataError, "bring it along"),
        ({}, {"sample_weight": [1]}, DataError, "bring it along"),
        ({"preset": "course"}, {}, SettingError, "mini-batches"),
        ({"time": "a"}, {}, SettingError, "held out at random"),
    ],
)
def test_what_needs_all_rows_is_refused(folder, settings, given, error, words):
    with pytest.raises(error, match=words):
        TabularClassifier(**settings).fit(dataset(folder, "kind"), **given)


def test_a_target_of_the_other_kind_is_refused(folder):
    with pytest.raises(DataError, match="expected numbers to estimate; got 2 labels"):
        TabularRegressor().fit(dataset(folder, "kind"))
    with pytest.raises(DataError, match="name no target"):
        TabularRegressor().fit(dataset(folder))


def parts_of(table, folder, n=3):
    folder.mkdir()
    for k, some in enumerate(np.array_split(np.arange(len(table)), n)):
        pq.write_table(pa.Table.from_pandas(table.iloc[some], preserve_index=False), folder / f"{k}.parquet")
    return folder


def test_words_alone_train_as_they_do_in_memory(tmp_path):
    texts, mood = reviews(1500)
    X, y = pd.DataFrame({"review": texts}), np.where(mood > 0, "good", "bad")
    data = dataset(parts_of(X.assign(y=y), tmp_path / "data"), "y", cache=tmp_path / "blocks")
    model = TabularClassifier(random_state=0).fit(data)
    in_memory = TabularClassifier(random_state=0).fit(X, y)
    assert [each["kind"] for each in model.candidates_] == [each["kind"] for each in in_memory.candidates_]
    assert model.network_.L == 1
    X, mood = reviews(1000, seed=5)
    y = np.where(mood > 0, "good", "bad")
    assert model.score({"review": X}, y) >= in_memory.score({"review": X}, y) - 0.01
    stream = dataset([pa.table({"review": X[:600]}), pa.table({"review": X[600:]})])
    assert_array_equal(model.predict(stream), model.predict({"review": X}))
    model.save(tmp_path / "m.glassnet")
    assert_array_equal(glassnet.load(tmp_path / "m.glassnet").predict(stream), model.predict({"review": X}))


@pytest.mark.parametrize("memory", ["1GB", "64MB"])
def test_words_beside_other_columns_train_as_they_do_in_memory(tmp_path, memory):
    X, y = mixed(2400)
    X.loc[X.index % 40 == 0, "review"] = None
    data = dataset(parts_of(X.assign(y=y), tmp_path / "data"), "y", memory=memory, cache=tmp_path / "blocks")
    settings = {"random_state": 0, "n_networks": 2, "epochs": 12}
    model, in_memory = TabularRegressor(**settings).fit(data), TabularRegressor(**settings).fit(X, y)
    assert {each["kind"] for each in model.candidates_} >= {"linear", "deep", "smooth"}
    assert model.network_.L > 1
    assert "review: score" in model.preparation_.feature_names
    X, y = mixed(1500, seed=7)
    assert model.score(X, y) > in_memory.score(X, y) - 0.03


@pytest.mark.parametrize("drop", [[], ["review"]])
def test_networks_of_embedded_numbers_and_of_scores_are_trained_further(tmp_path, drop):
    X, y = mixed(2400)
    data = dataset(parts_of(X.assign(y=y), tmp_path / "data"), "y", cache=tmp_path / "blocks")
    model = TabularRegressor(random_state=0, n_networks=2, epochs=6, preset="fast", drop=drop).fit(data)
    assert model.preparation_.groups
    test, y = mixed(1500, seed=7)
    before, preparation = model.score(test, y), model.preparation_
    model.set_params(warm_start=True, epochs=2).fit(data)
    assert model.preparation_ == preparation
    assert model.score(test, y) > before - 0.05


def test_a_training_on_words_that_is_interrupted_is_resumed_to_the_bit(tmp_path):
    X, y = mixed(900)
    data = dataset(parts_of(X.assign(y=y), tmp_path / "data"), "y", cache=tmp_path / "blocks")
    settings = {"random_state": 0, "n_networks": 2, "epochs": 3}
    whole = TabularRegressor(**settings).fit(data)

    def stop_in(recipe):
        def stop(progress):
            if progress.moment == "epoch" and progress.epoch == 2:
                seen.append(progress)
                if len(seen) == recipe:
                    raise KeyboardInterrupt

        seen = []
        return stop

    for recipe in (1, 2):
        part = TabularRegressor(**settings, warm_start=True)
        with pytest.warns(InterruptedWarning):
            part.fit(data, callbacks=[stop_in(recipe)])
        part.save(tmp_path / "part.glassnet")
        rest = glassnet.load(tmp_path / "part.glassnet").set_params(warm_start=True)
        assert rest.can_resume(data, None)
        rest.fit(data)
        assert_array_equal(rest.network_.vector, whole.network_.vector)
