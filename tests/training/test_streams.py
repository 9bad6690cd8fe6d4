"""A stream is trained on as arrays in memory are: the same costs, resumed to the bit, by both engines."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from glassnet.errors import DivergedError, SettingError, ShapeError
from glassnet.network import Network
from glassnet.training.checkpoint import Checkpoint
from needs import engines
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


@pytest.mark.parametrize("engine", ENGINES)
def test_a_run_that_was_killed_is_completed_to_the_bit_from_any_checkpoint(engine, tmp_path):
    X = streamed(scaled(made([200, 300, 150])), fingerprint=7)
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
