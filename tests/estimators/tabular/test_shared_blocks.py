"""Processes, here threads, train on the same stream: blocks are written once on each disk, the models are equal."""

import threading

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from glassnet import TabularClassifier, TabularRegressor, dataset, load
from glassnet.errors import FileError
from glassnet.estimators.tabular import shared_blocks, streamed
from glassnet.files import cache_folder
from glassnet.tables.streaming import writing
from reviews import mixed
from side_by_side import in_all

ROWS = 200  # of a block
SETTINGS = {"hidden": 8, "epochs": 3, "learning_rate": 0.02, "batch_size": 64, "random_state": 0}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(writing, "ROWS", ROWS)
    path = tmp_path / "parts"
    path.mkdir()
    rng = np.random.default_rng(0)
    for k in range(4):
        a, b, w = rng.normal(size=(3, 307))
        city = rng.choice(["Ulm", "Bonn", "Kiel"], 307)
        kind = np.where(a * b + (city == "Ulm") > 0.4, "yes", "no")
        table = {"a": a, "b": b, "city": city, "w": np.round(abs(w), 1), "kind": kind}
        pq.write_table(pa.table(table), path / f"{k}.parquet")
    return path


@pytest.fixture
def written(monkeypatch):
    """Return a list in which the thread and the path of each file of prepared rows stand."""
    found = []

    def noted(path, *given, write=writing.write_arrays):
        found.append((threading.current_thread(), path))
        write(path, *given)

    monkeypatch.setattr(writing, "write_arrays", noted)
    return found


def fitted(data, reduce=None, kind=TabularClassifier, **settings):
    return kind(**{**SETTINGS, **settings}).fit(data, reduce=reduce)


@pytest.mark.parametrize("settings", [{}, {"class_weight": "balanced"}, {"metric": "accuracy", "dropout": 0.1}])
@pytest.mark.parametrize("weight", [None, "w"])
def test_one_network_equals_that_of_one_process(folder, tmp_path, settings, weight):
    def fit(reduce=None):
        data = dataset(folder, "kind", weight=weight, cache=tmp_path / "blocks")
        return fitted(data, reduce, n_networks=1, **settings)

    one = fit()
    for other in in_all(2, fit):
        assert_allclose(other.network_.vector, one.network_.vector, rtol=1e-4, atol=1e-5)
        assert_allclose(other.history_.cost, one.history_.cost, rtol=1e-4)
        assert other.left_out_ == pytest.approx(one.left_out_, rel=1e-3)


@pytest.mark.needs("the native library")
@pytest.mark.parametrize("ranks", [2, 3])
def test_networks_side_by_side_equal_those_of_one_process_to_the_bit(folder, tmp_path, ranks):
    def fit(reduce=None):
        data = dataset(folder, "a", cache=tmp_path / "blocks")
        return fitted(data, reduce, TabularRegressor, n_networks=4, engine="native")

    one = fit()
    for other in in_all(ranks, fit):
        assert_array_equal(other.network_.vector, one.network_.vector)
        assert_allclose(other.history_.validation_cost, one.history_.validation_cost, rtol=1e-6)  # a sum of parts


def test_recipes_that_are_tried_are_those_of_one_process(folder, tmp_path):
    def fit(reduce=None):
        data = dataset(folder, "kind", cache=tmp_path / "blocks")
        return TabularClassifier(preset="fast", epochs=2, n_networks=1, random_state=0).fit(data, reduce=reduce)

    one = fit()
    for other in in_all(2, fit):
        assert [each["kind"] for each in other.candidates_] == [each["kind"] for each in one.candidates_]
        assert_allclose(other.network_.vector, one.network_.vector, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("drop", [[], ["a", "b", "kind"]])
def test_words_are_learned_as_by_one_process(tmp_path, monkeypatch, drop):
    monkeypatch.setattr(writing, "ROWS", ROWS)
    X, y = mixed(700)
    pq.write_table(pa.Table.from_pandas(X.assign(y=y), preserve_index=False), tmp_path / "data.parquet")

    def fit(reduce=None):
        data = dataset(tmp_path / "data.parquet", "y", cache=tmp_path / "blocks")
        model = TabularRegressor(preset="fast", epochs=2, n_networks=1, random_state=0, drop=drop)
        return model.fit(data, reduce=reduce)

    one = fit()
    assert one.preparation_.text == ("alone" if drop else "")
    for other in in_all(2, fit):
        assert other.preparation_ == one.preparation_
        assert_allclose(other.network_.vector, one.network_.vector, rtol=1e-3, atol=1e-4)


def test_blocks_are_written_once_and_removed_once_all_are_done(folder, written):
    in_all(3, lambda reduce: fitted(dataset(folder, "kind"), reduce))
    assert len({thread for thread, _ in written}) == 1
    assert len({path for _, path in written}) == len(written) > 4
    assert not list((cache_folder() / "blocks").iterdir())


def test_processes_without_a_common_disk_write_their_own(folder, tmp_path, written):
    caches = [tmp_path / "first", tmp_path / "second", tmp_path / "first"]
    models = in_all(3, lambda reduce: fitted(dataset(folder, "kind", cache=caches[reduce.rank]), reduce))
    assert len({thread for thread, _ in written}) == 2
    assert {path.parent.parent for _, path in written} == set(caches)
    assert models[0].network_.vector.tobytes() == models[1].network_.vector.tobytes()
    assert all(len(list(cache.iterdir())) == 1 for cache in caches)  # blocks, and nothing else


def test_tables_that_each_process_reads_from_its_own_source_have_blocks_of_their_own(folder, tmp_path, written):
    tables = [pq.read_table(part) for part in sorted(folder.iterdir())]
    models = in_all(2, lambda reduce: fitted(dataset(tables, "kind"), reduce))
    assert len({thread for thread, _ in written}) == 2
    assert models[0].network_.vector.tobytes() == models[1].network_.vector.tobytes()
    assert not list((cache_folder() / "blocks").iterdir())


def test_who_waits_hears_that_the_others_still_write(folder, tmp_path, monkeypatch):
    def calls(reduce, cache):
        fitted(dataset(folder, "kind", cache=tmp_path / cache), reduce, engine="numpy")
        return reduce.calls

    seldom = in_all(2, lambda reduce: calls(reduce, "seldom"))
    monkeypatch.setattr(shared_blocks, "BEAT", -1.0)
    often = in_all(2, lambda reduce: calls(reduce, "often"))
    assert min(often) >= max(seldom) + 4  # at each part


def test_an_error_of_the_first_ends_all(folder, tmp_path):
    (tmp_path / "blocks").write_text("no folder")
    with pytest.raises(FileError, match="blocks cannot be written there"):
        in_all(2, lambda reduce: fitted(dataset(folder, "kind", cache=tmp_path / "blocks"), reduce))


def test_the_least_memory_of_all_counts(folder, tmp_path, monkeypatch):
    windows = []
    made = streamed.StreamedColumns

    def noted(*given, **options):
        windows.append(options["window"])
        return made(*given, **options)

    monkeypatch.setattr(streamed, "StreamedColumns", noted)
    monkeypatch.setattr(streamed, "SHARE_OF_WINDOWS", 1e-5)  # else every window holds all rows
    memory = ["64MB", "1GB"]
    in_all(2, lambda reduce: fitted(dataset(folder, "kind", memory=memory[reduce.rank], cache=tmp_path / "b"), reduce))
    assert windows[0] == windows[1] < 200


def test_a_run_that_was_killed_goes_on_in_all_processes(folder, tmp_path):
    def fit(reduce=None, model=None, **options):
        model = model or TabularClassifier(n_networks=1, dropout=0.1, **{**SETTINGS, "epochs": 6})
        return model.fit(dataset(folder, "kind", cache=tmp_path / "blocks"), reduce=reduce, **options)

    def begun(reduce):
        checkpoint = {"checkpoint": tmp_path / "m.checkpoint", "every": 1e-6} if reduce.rank == 0 else {}

        def killed(progress):
            if progress.epoch == 3:
                raise ConnectionAbortedError

        with pytest.raises(ConnectionAbortedError):
            fit(reduce, callbacks=[killed], **checkpoint)

    def rest(reduce):
        return fit(reduce, load(tmp_path / "m.checkpoint").set_params(warm_start=True))

    whole = in_all(2, fit)
    in_all(2, begun)
    broken = in_all(2, rest)
    assert len(broken[0].history_.epoch_cost) == 6
    for of_whole, of_broken in zip(whole, broken, strict=True):
        assert of_broken.network_.vector.tobytes() == of_whole.network_.vector.tobytes()
