"""A stream is trained on as arrays in memory are: the same costs, resumed to the bit, by both engines, in processes."""

import threading

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from glassnet.arrays import streamed_columns
from glassnet.backends.native import stepper
from glassnet.errors import DivergedError, SettingError, ShapeError
from glassnet.network import Network
from glassnet.training.checkpoint import Checkpoint
from needs import engines
from side_by_side import in_all
from streams import in_memory, made, streamed

ENGINES = [engine for engine in engines() if engine.values[0] != "torch"]
OPTIONS = {"optimizer": "adam", "learning_rate": 0.01, "batch_size": 32, "epochs": 2}


class Always(Checkpoint):
    """A checkpoint that is always due."""

    def write_if_due(self, made):
        self.write(made())


def network(seed=0, **options):
    return Network([11, 8, 1], ["relu", "sigmoid"], seed=seed, **options)


def scaled(blocks):
    for block in blocks:
        block.columns.blocks[0].values[:, 0] /= 1000
    return blocks


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("engine", ENGINES)
def test_without_shuffling_costs_equal_those_of_arrays(engine, weighted):
    blocks = scaled(made([100, 70, 130], weighted=weighted))
    X, Y, S = in_memory(blocks)
    of_arrays, of_stream = network(), network()
    plain = of_arrays.fit(X, Y, sample_weight=S, engine=engine, shuffle=False, **OPTIONS)
    history = of_stream.fit(streamed(blocks, window=150), None, engine=engine, shuffle=False, **OPTIONS)
    assert_allclose(history.cost, plain.cost, rtol=1e-5)
    assert_allclose(of_stream.vector, of_arrays.vector, rtol=1e-4, atol=1e-6)
    assert history.engine == engine


@pytest.mark.parametrize("stack", [None, 3])
@pytest.mark.parametrize("weighted", [False, True])
def test_sparse_features_are_multiplied_as_they_are(weighted, stack):
    blocks, dense = (scaled(made([100, 70, 130], weighted=weighted, sparse=sparse)) for sparse in (True, False))
    options = {**OPTIONS, "dropout": 0.2, "l2": 0.5}
    of_dense, of_sparse = network(n_networks=stack), network(n_networks=stack)
    plain = of_dense.fit(streamed(dense, window=150), None, engine="numpy", validation=in_memory(dense), **options)
    validation = in_memory(dense)
    history = of_sparse.fit(streamed(blocks, window=150), None, validation=validation, **options)
    assert history.engine == "numpy"
    assert "sparse columns stay sparse" in history.choice
    assert_allclose(history.cost, plain.cost, rtol=1e-5)
    assert_allclose(history.validation_cost, plain.validation_cost, rtol=1e-5)
    assert_allclose(of_sparse.vector, of_dense.vector, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("stack", [None, 3])
@pytest.mark.parametrize("ranks", [2, 40])  # of 40 some have none of a batch's samples
def test_processes_take_their_parts_of_sparse_batches(ranks, stack):
    blocks = scaled(made([50, 17, 40], weighted=True, sparse=True))

    def fitted(reduce=None):
        net, X = network(dtype="float64", n_networks=stack), streamed(blocks, window=60, dtype="float64")
        return net, net.fit(X, None, reduce=reduce, **OPTIONS)

    net, history = fitted()
    for other, of_all in in_all(ranks, fitted):
        assert_allclose(of_all.cost, history.cost, rtol=1e-7)
        assert_allclose(other.vector, net.vector, rtol=1e-5, atol=1e-8)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("stack", [None, 3])
def test_shuffled_epochs_learn(engine, stack):
    blocks = scaled(made([400, 300, 500]))
    X, Y, _ = in_memory(blocks)
    found = network(n_networks=stack)
    options = {**OPTIONS, "epochs": 30}
    history = found.fit(streamed(blocks, window=600), None, engine=engine, validation=(X, Y), **options)
    assert np.max(history.validation_cost[-1]) < 0.25 * np.max(history.validation_cost[0])
    assert len(history.cost) == 30 * 38


@pytest.mark.needs("the native library")
def test_engines_take_the_same_samples_in_the_same_order():
    blocks = scaled(made([200, 300, 150]))
    found = [network().fit(streamed(blocks), None, engine=each.values[0], **OPTIONS).cost for each in ENGINES]
    assert_allclose(found[0], found[1], rtol=1e-4)


@pytest.mark.parametrize("sparse", [False, True])
@pytest.mark.parametrize("engine", ENGINES)
def test_a_run_that_was_killed_is_completed_to_the_bit_from_any_checkpoint(engine, sparse, tmp_path):
    X = streamed(scaled(made([200, 300, 150], sparse=sparse)), fingerprint=7)
    options = {**OPTIONS, "engine": engine, "dropout": 0.2}
    whole, kept = network(), []

    def keep(model):
        kept.append(tmp_path / f"{len(kept)}.glassnet")
        model.save(kept[-1])

    history = whole.fit(X, None, **options, checkpoint=Always(keep, 60.0, ends=False))
    assert len(kept) >= 3  # within the first epoch, and within the second
    for path in kept:
        rest = Network.load(path)
        assert rest.fit(X, None, **options, resume=True).steps == history.steps
        assert_array_equal(rest.vector, whole.vector)


def test_other_samples_are_a_new_run():
    X = streamed(scaled(made([200, 300, 150])), fingerprint=7)
    part = network()
    part.fit(X, None, **OPTIONS, callbacks=[lambda progress: progress.moment == "epoch"])
    assert part.fit(X.changed(fingerprint=8), None, **OPTIONS, resume=True).steps == 42


def test_what_would_need_all_samples_at_once_is_refused():
    X = streamed(made([40, 40]))
    with pytest.raises(SettingError, match="batch_size"):
        network().fit(X, None, epochs=1)
    with pytest.raises(SettingError, match="less than its 80 samples"):
        network().fit(X, None, batch_size=80)
    with pytest.raises(SettingError, match="optimizer"):
        network().fit(X, None, optimizer="lbfgs")
    with pytest.raises(SettingError, match="brings its own targets"):
        network().fit(X, np.zeros((1, 80)), batch_size=8)
    with pytest.raises(ShapeError, match="11"):
        Network([10, 1], seed=0).fit(X, None, batch_size=8)
    with pytest.raises(SettingError, match="cuda"):
        network().fit(X, None, batch_size=8, device="cuda")


@pytest.mark.parametrize("engine", ENGINES)
def test_a_training_that_diverges_says_where(engine):
    blocks = made([100, 100])
    for block in blocks:
        block.columns.blocks[0].values[:, 1] *= 1e30
    with pytest.raises(DivergedError, match="no longer a finite number"):
        network().fit(streamed(blocks), None, engine=engine, **{**OPTIONS, "learning_rate": 1e30})


RUNS = {
    "mini-batches": {},
    "dropout": {"dropout": 0.2, "l2": 0.5},
    "clipped": {"clip_norm": 0.05, "schedule": "cosine"},
    "in order": {"shuffle": False},
}


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("run", RUNS)
@pytest.mark.parametrize("ranks", [2, 3])
@pytest.mark.parametrize("engine", ENGINES)
def test_processes_take_their_parts_of_each_batch_of_a_stream(engine, ranks, run, weighted):
    blocks = scaled(made([100, 70, 131, 33], weighted=weighted))  # 334 samples: 10 batches of 32, and one of 14
    validation = in_memory(blocks)[:2]

    def fitted(reduce=None):
        net, X = network(dtype="float64"), streamed(blocks, window=150, dtype="float64")
        return net, net.fit(X, None, engine=engine, reduce=reduce, validation=validation, **{**OPTIONS, **RUNS[run]})

    net, history = fitted()
    for other, of_all in in_all(ranks, fitted):
        assert_allclose(of_all.cost, history.cost, rtol=1e-7)
        assert_allclose(of_all.validation_cost, history.validation_cost, rtol=1e-7)
        assert_allclose(other.vector, net.vector, rtol=1e-5, atol=1e-8)


@pytest.mark.parametrize("engine", ENGINES)
def test_processes_read_the_features_of_their_own_samples_only(engine, monkeypatch):
    blocks, taken = scaled(made([100, 70, 130])), {}

    def noted(columns, which, chosen=streamed_columns.chosen):
        taken.setdefault(threading.current_thread(), []).extend(columns.blocks[0].values[which, 0])
        return chosen(columns, which)

    monkeypatch.setattr(streamed_columns, "chosen", noted)
    options = {**OPTIONS, "epochs": 1, "engine": engine}
    in_all(2, lambda reduce: network().fit(streamed(blocks, window=1000), None, reduce=reduce, **options))
    first, second = taken.values()  # each process has a thread that reads
    assert {len(first), len(second)} == {150}
    assert len({*first, *second}) == 300


@pytest.mark.needs("the native library")
@pytest.mark.parametrize("ranks", [2, 3])
@pytest.mark.parametrize("expanded_bytes", [1, 2**22])  # 1: the samples of each step alone
def test_a_stack_on_a_stream_is_dealt_to_the_processes_to_the_bit(ranks, expanded_bytes, monkeypatch):
    monkeypatch.setattr(stepper, "EXPANDED_BYTES", expanded_bytes)

    def fitted(reduce=None):
        net = network(n_networks=3)
        X = streamed(scaled(made([100, 70, 130])), window=150)
        return reduce, net, net.fit(X, None, engine="native", reduce=reduce, **{**OPTIONS, "dropout": 0.2})

    _, net, history = fitted()
    for reduce, other, of_all in in_all(ranks, fitted):
        assert_array_equal(other.vector, net.vector)
        assert_array_equal(of_all.cost, history.cost)
        assert reduce.calls < len(history.cost)  # not one a step


@pytest.mark.needs("the native library")
def test_one_network_of_a_dealt_stack_that_diverges_on_a_stream_ends_all(monkeypatch):
    monkeypatch.setattr(stepper, "EXPANDED_BYTES", 1)

    def fit(reduce=None):
        net = Network([11, 6, 1], "relu", "squared_error", seed=1, n_networks=3)
        options = {"batch_size": 8, "epochs": 5, "learning_rate": (0.01, 1e4, 0.01), "engine": "native"}
        with pytest.raises(DivergedError, match="no longer a finite number") as raised:
            net.fit(streamed(scaled(made([100, 70])), window=100), None, reduce=reduce, **options)
        return raised.value.step, net.vector.tobytes()

    alone = fit()
    assert alone[0] > 2
    steps, vectors = zip(*in_all(2, fit), strict=True)
    assert set(steps) == {alone[0]}
    assert len(set(vectors)) == 1


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("stack", [None, 3])
def test_a_run_of_processes_that_was_killed_is_completed_by_any_number_of_them(engine, stack, tmp_path):
    X = streamed(scaled(made([200, 300, 150])), fingerprint=7, dtype="float64")
    options = {**OPTIONS, "engine": engine, "dropout": 0.2}

    def made_network():
        return network(dtype="float64", n_networks=stack)

    whole, kept = made_network(), []
    whole.fit(X, None, **options)

    def keep(model):
        kept.append(tmp_path / f"{len(kept)}.glassnet")
        model.save(kept[-1])

    def begun(reduce):
        keeper = Always(keep, 60.0, ends=False) if reduce.rank == 0 else None
        made_network().fit(X, None, **options, reduce=reduce, checkpoint=keeper)

    def rest(reduce):
        net = Network.load(kept[len(kept) // 2])
        net.fit(X, None, **options, reduce=reduce, resume=True)
        return net.vector

    in_all(2, begun)
    for vector in in_all(3, rest):
        assert_allclose(vector, whole.vector, rtol=1e-5, atol=1e-8)


def test_processes_whose_streams_have_other_windows_are_refused():
    blocks = scaled(made([100, 70, 130]))

    def fit(reduce):
        network().fit(streamed(blocks, window=100 + reduce.rank), None, reduce=reduce, **OPTIONS)

    with pytest.raises(SettingError, match="begins with other"):
        in_all(2, fit)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_stream_that_diverges_does_so_in_all_processes(engine):
    blocks = made([100, 100])
    for block in blocks:
        block.columns.blocks[0].values[:, 1] *= 1e30

    def fit(reduce):
        with pytest.raises(DivergedError) as raised:
            network().fit(streamed(blocks), None, engine=engine, reduce=reduce, **{**OPTIONS, "learning_rate": 1e30})
        return raised.value.step

    assert len(set(in_all(3, fit))) == 1
