"""Several processes, here threads, train one network: the costs and parameters are those of one process."""

import numpy as np
import pytest

from glassnet import Network
from glassnet.errors import DivergedError, SettingError
from glassnet.training.reduction import ALONE, any_of, most_samples, of_each, of_first, part_of
from needs import engines
from side_by_side import in_all

RNG = np.random.default_rng(5)
X, Y = RNG.normal(size=(20, 203)), (RNG.random((1, 203)) < 0.4).astype(float)
S = RNG.integers(0, 3, (1, 203)).astype(float)
ENGINES = engines()
# 203 samples in batches of 40: 40, 40, 40, 40, 40 and 3, of which a fourth process has none.
RUNS = {
    "whole batch": {"optimizer": "adam", "learning_rate": 0.05, "epochs": 12},
    "mini-batches": {"optimizer": "momentum", "batch_size": 40, "epochs": 3},
    "weights": {"optimizer": "adam", "batch_size": 40, "epochs": 3, "sample_weight": S},
    "weights, whole": {"optimizer": "adam", "epochs": 5, "sample_weight": S},
    "penalties": {"optimizer": "adam", "batch_size": 40, "epochs": 3, "l2": 2.0, "l1": 0.5},
    "dropout": {"optimizer": "adam", "batch_size": 40, "epochs": 3, "dropout": 0.3},
    "validation": {"batch_size": 40, "epochs": 4, "validation": (X[:, :31], Y[:, :31], S[:, :31]), "keep_best": True},
    "clipped": {"batch_size": 40, "epochs": 3, "clip_norm": 0.01, "schedule": "cosine"},
    "kept": {"epochs": 9, "keep_best": True, "learning_rate": 3.0},
    "plateau": {"batch_size": 40, "epochs": 6, "schedule": "plateau(0.5, 1)", "learning_rate": 1.0},
    "searched": {"optimizer": "lbfgs", "epochs": 6},
}


def trained(engine, reduce=None, dtype="float64", features=X, **settings):
    net = Network([len(features), 6, 5, 1], activations="tanh", seed=3, dtype=dtype)
    return net, net.fit(features, Y, engine=engine, reduce=reduce, **settings)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("run", RUNS)
@pytest.mark.parametrize("ranks", [1, 2, 3, 4])
def test_costs_and_parameters_are_those_of_one_process(engine, run, ranks):
    net, history = trained(engine, **RUNS[run])
    for other, of_all in in_all(ranks, lambda reduce: trained(engine, reduce, **RUNS[run])):
        np.testing.assert_allclose(of_all.cost, history.cost, rtol=1e-9)
        np.testing.assert_allclose(of_all.epoch_cost, history.epoch_cost, rtol=1e-9)
        np.testing.assert_allclose(of_all.validation_cost, history.validation_cost, rtol=1e-9)
        np.testing.assert_allclose(other.vector, net.vector, rtol=1e-6, atol=1e-9)
        assert of_all.best_epoch == history.best_epoch


@pytest.mark.parametrize("engine", ENGINES)
def test_all_processes_end_with_the_same_bits(engine):
    nets = in_all(3, lambda reduce: trained(engine, reduce, "float32", batch_size=40, epochs=4, dropout=0.2)[0])
    assert nets[0].vector.tobytes() == nets[1].vector.tobytes() == nets[2].vector.tobytes()


@pytest.mark.parametrize("engine", engines("torch"))
def test_one_sum_of_the_flat_gradient_a_step(engine):
    def counted(reduce):
        net, history = trained(engine, reduce, batch_size=40, epochs=5)
        return reduce.calls, reduce.numbers, net.vector.size, history.steps

    for calls, numbers, size, steps in in_all(2, counted):
        assert steps == 30
        beside = 2  # whether there are callbacks; whether all begin alike
        assert calls == steps + beside
        assert numbers == steps * (size + 1) + 1 + 2


def stack(reduce=None, **settings):
    net = Network([20, 6, 1], seed=[1, 2, 3], dtype="float64", n_networks=3)
    weights = np.stack([S, 2 - S, np.ones_like(S)])
    return net, net.fit(X, Y, sample_weight=weights, l2=(0.1, 0.0, 1.0), reduce=reduce, **settings)


OF_STACKS = {
    "whole batch": {"optimizer": "adam", "epochs": 600, "keep_best": True},
    "mini-batches": {"optimizer": "adam", "batch_size": 40, "epochs": 2, "dropout": 0.2},
    "validation": {"batch_size": 40, "epochs": 3, "validation": (X[:, :31], Y[:, :31])},
}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("ranks", [2, 4])
@pytest.mark.parametrize("run", OF_STACKS)
def test_the_networks_of_a_stack_too(engine, run, ranks):
    settings = {**OF_STACKS[run], "engine": engine}
    net, history = stack(**settings)
    for other, of_all in in_all(ranks, lambda reduce: stack(reduce, **settings)):
        np.testing.assert_allclose(of_all.cost, history.cost, rtol=1e-7)
        np.testing.assert_allclose(of_all.validation_cost, history.validation_cost, rtol=1e-7)
        np.testing.assert_allclose(other.vector, net.vector, rtol=1e-5, atol=1e-7)
        assert of_all.best_epoch == history.best_epoch


@pytest.mark.needs("the native library")
@pytest.mark.parametrize("run", OF_STACKS)
def test_a_stack_is_dealt_to_the_processes_to_the_bit(run):
    settings = {**OF_STACKS[run], "engine": "native"}
    net, history = stack(**settings)
    for calls, (other, of_all) in in_all(2, lambda reduce: (reduce, stack(reduce, **settings))):
        np.testing.assert_array_equal(other.vector, net.vector)
        np.testing.assert_array_equal(of_all.cost, history.cost)
        assert calls.calls < 30  # not one a step


@pytest.mark.needs("the native library")
def test_one_network_of_a_dealt_stack_that_diverges_ends_all():
    def fit(reduce=None):
        net = Network([20, 6, 1], "relu", "squared_error", seed=1, n_networks=3)
        with pytest.raises(DivergedError, match="no longer a finite number") as raised:
            net.fit(X, Y, learning_rate=(0.01, 0.01, 1e4), epochs=400, engine="native", reduce=reduce)
        return raised.value.step, net.vector.tobytes()

    steps, vectors = zip(*in_all(3, fit), strict=True)
    assert set(steps) == {fit()[0]}
    assert len(set(vectors)) == 1  # of networks that went further the best so far, which may be another than alone


@pytest.mark.needs("the native library")
def test_native_steps_in_several_threads_too(monkeypatch):
    from glassnet.backends.native import stepper

    monkeypatch.setattr(stepper, "OPERATIONS_PER_THREAD", 1.0)
    monkeypatch.setattr(stepper, "SAMPLES_PER_THREAD", 4)
    monkeypatch.setattr(stepper.os, "cpu_count", lambda: 2)
    net, history = trained("native", batch_size=40, epochs=3, l2=1.0)
    for other, of_all in in_all(2, lambda reduce: trained("native", reduce, batch_size=40, epochs=3, l2=1.0)):
        np.testing.assert_allclose(of_all.cost, history.cost, rtol=1e-9)
        np.testing.assert_allclose(other.vector, net.vector, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_divergence_is_one_of_all(engine):
    def fit(reduce=None):
        with pytest.raises(DivergedError) as raised:
            Network([20, 6, 1], "relu", "squared_error", seed=1).fit(
                X * 1e3, Y, learning_rate=1e6, epochs=50, engine=engine, reduce=reduce
            )
        return raised.value.step

    assert set(in_all(3, fit)) == {fit()}


@pytest.mark.parametrize("engine", ENGINES)
def test_a_callback_of_one_process_ends_all(engine):
    def fit(reduce):
        callbacks = [lambda progress: progress.epoch == 3] if reduce.rank == 1 else []
        return trained(engine, reduce, epochs=9, callbacks=callbacks)[1].epochs

    assert in_all(3, fit) == [3, 3, 3]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("k", [None, 3])
def test_a_run_that_was_cut_off_is_resumed_by_any_number_of_processes(engine, k, tmp_path):
    settings = {"optimizer": "adam", "batch_size": 40, "epochs": 6, "dropout": 0.2, "engine": engine}

    def made():
        return Network([20, 6, 5, 1], activations="tanh", seed=3, dtype="float64", n_networks=k)

    whole = made()
    whole.fit(X, Y, **settings)

    def begun(reduce):
        net = made()
        net.fit(X, Y, reduce=reduce, callbacks=[lambda progress: progress.epoch == 2], **settings)
        if reduce.rank == 0:
            net.save(tmp_path / "net.glassnet")

    def rest(reduce):
        net = Network.load(tmp_path / "net.glassnet")
        net.fit(X, Y, reduce=reduce, resume=True, **settings)
        return net.vector

    in_all(2, begun)
    for vector in in_all(3, rest):
        np.testing.assert_allclose(vector, whole.vector, rtol=1e-6, atol=1e-9)


def test_processes_that_begin_otherwise_are_refused():
    def fit(reduce):
        Network([20, 6, 1], seed=reduce.rank).fit(X, Y, epochs=2, reduce=reduce)

    with pytest.raises(SettingError, match=r"begins with other parameters.*same data, settings and seed"):
        in_all(2, fit)


@pytest.mark.parametrize("engine", ENGINES)
def test_an_error_of_the_sum_ends_the_training(engine):
    class Broken:
        rank, ranks, calls = 0, 2, 0

        def __call__(self, numbers):
            self.calls += 1
            if self.calls == 5:
                raise ConnectionError("the other process is gone")
            numbers *= 2

    with pytest.raises(ConnectionError, match="is gone"):
        trained(engine, Broken(), epochs=9)


def test_parts_hold_every_sample_once():
    for ranks in (1, 2, 3, 7):
        for m in (1, 2, 5, 40):
            parts = in_all(ranks, lambda reduce, m=m: (part_of(reduce, m), most_samples(reduce, m)))
            assert [i for part, _ in parts for i in range(m)[part]] == list(range(m))
            assert max(part.stop - part.start for part, _ in parts) == parts[0][1]


def test_what_the_first_process_has_and_what_any_says():
    assert in_all(3, lambda reduce: of_first(reduce, 2**53 - 1 - reduce.rank)) == [2**53 - 1] * 3
    assert in_all(3, lambda reduce: any_of(reduce, reduce.rank == 2)) == [True] * 3
    assert not any_of(ALONE, False)
    assert in_all(3, lambda reduce: of_each(reduce, 2**53 - 1 - reduce.rank)) == [[2**53 - k for k in (1, 2, 3)]] * 3
    assert of_first(ALONE, 7) == 7
    assert of_each(ALONE, 7) == [7]
