"""What `resume=True` resumes, in the same process and from a file; a file's training state is checked."""

import copy
import json

import numpy as np
import pytest
from safetensors import safe_open

from glassnet import Network, model_file
from glassnet.core.optimizers import OPTIMIZERS
from glassnet.errors import FileError, ModelFileError, SettingError
from glassnet.training import generators
from shared import saved_and_loaded

rng = np.random.default_rng(0)
X, Y = rng.normal(size=(3, 40)), rng.integers(0, 2, (1, 40)).astype(float)
VALIDATION = rng.normal(size=(3, 20)), rng.integers(0, 2, (1, 20)).astype(float)


def network(**options):
    return Network([3, 4, 1], **{"seed": 1, **options})


def after(epochs):
    return lambda progress: progress.moment == "epoch" and progress.epoch == epochs


# ---------------------------------------------------------------- further steps
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize(
    "options",
    [{}, {"batch_size": 8}, {"batch_size": 8, "dropout": 0.3}, {"keep_best": True, "validation": VALIDATION}],
    ids=["whole batch", "mini-batches", "dropout", "best kept"],
)
def test_so_many_epochs_and_so_many_more_are_all_of_them(path, optimizer, options):
    if optimizer == "lbfgs" and ("batch_size" in options or "dropout" in options):
        options = {}
    settings = {"optimizer": optimizer, **options}
    whole, parts = network(), network()
    J = whole.fit(X, Y, epochs=12, **settings).cost
    first = parts.fit(X, Y, epochs=7, **settings).cost
    parts = saved_and_loaded(parts, path)
    second = parts.fit(X, Y, epochs=5, resume=True, **settings).cost
    np.testing.assert_array_equal(np.concatenate([first, second]), J)
    np.testing.assert_array_equal(parts.vector, whole.vector)


@pytest.mark.parametrize("dropout", [0.0, 0.3])
def test_so_many_steps_and_so_many_more_may_part_an_epoch(path, dropout):
    settings = {"optimizer": "adam", "batch_size": 7, "dropout": dropout}
    whole, parts = network(), network()
    whole.fit(X, Y, iterations=25, **settings)
    for steps in (4, 9, 12):
        parts.fit(X, Y, iterations=steps, resume=True, **settings)
        parts = saved_and_loaded(parts, path)
    np.testing.assert_array_equal(parts.vector, whole.vector)


def test_training_resumes_from_the_last_epoch_and_the_best_stays_the_one_to_beat(path):
    settings = {"optimizer": "adam", "learning_rate": 0.3, "keep_best": True, "validation": VALIDATION}
    whole, parts = network(), network()
    assert whole.fit(X, Y, epochs=30, **settings).best_epoch < 10
    parts.fit(X, Y, epochs=20, **settings)
    parts = saved_and_loaded(parts, path)
    assert parts.fit(X, Y, epochs=10, resume=True, **settings).best_epoch == 0  # none of these
    np.testing.assert_array_equal(parts.vector, whole.vector)


def test_a_fit_without_resume_keeps_the_generator_only(path):
    settings = {"optimizer": "adam", "epochs": 3, "batch_size": 8, "dropout": 0.2}
    net = network()
    net.fit(X, Y, **settings)
    twin = saved_and_loaded(net, path)
    for each in (net, twin):
        each.fit(X, Y, **settings)
    np.testing.assert_array_equal(net.vector, twin.vector)


# ---------------------------------------------------------------- the rest of a run
@pytest.mark.parametrize("epochs", [20, 13])
def test_the_rest_may_be_asked_for_by_the_whole_or_by_what_is_left(path, epochs):
    whole, cut = network(), network()
    settings = {"optimizer": "adam", "schedule": "cosine", "batch_size": 8}
    whole.fit(X, Y, epochs=20, **settings)
    cut.fit(X, Y, epochs=20, callbacks=[after(7)], **settings)
    cut = saved_and_loaded(cut, path)
    history = cut.fit(X, Y, epochs=epochs, resume=True, **settings)
    assert (history.epochs, history.continued) == (20, 7)
    np.testing.assert_array_equal(cut.vector, whole.vector)


def test_it_may_be_cut_off_again_and_again(path):
    settings = {"optimizer": "adamw", "schedule": "plateau(0.5, 1)", "batch_size": 8, "epochs": 20}
    whole, cut = network(), network()
    expected = whole.fit(X, Y, **settings)
    for epochs in (2, 3, 9, 19, 20):
        history = cut.fit(X, Y, resume=True, callbacks=[after(epochs)], **settings)
        cut = saved_and_loaded(cut, path)
    np.testing.assert_array_equal(cut.vector, whole.vector)
    assert history.learning_rate == expected.learning_rate


@pytest.mark.needs("torch")
def test_the_engine_of_a_run_stays_its_own(path, monkeypatch):
    net = network()
    net.fit(X, Y, epochs=9, engine="torch", callbacks=[after(3)])
    history = saved_and_loaded(net, path).fit(X, Y, epochs=9, resume=True)
    assert (history.engine, history.choice) == ("torch", "torch (as before it was cut off)")


CHANGES = {
    "another learning rate": lambda net: net.fit(X, Y, epochs=20, learning_rate=0.1, resume=True),
    "other data": lambda net: net.fit(2 * X, Y, epochs=20, resume=True),
    "other validation data": lambda net: net.fit(X, Y, epochs=20, resume=True, validation=VALIDATION),
    "another length": lambda net: net.fit(X, Y, epochs=21, resume=True),
    "other parameters": lambda net: (net.b[1].__iadd__(1), net.fit(X, Y, epochs=20, resume=True))[1],
    "no resume": lambda net: net.fit(X, Y, epochs=20),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_something_else_is_a_run_of_its_own(path, change):
    net = network()
    net.fit(X, Y, epochs=20, callbacks=[after(7)])
    history = change(saved_and_loaded(net, path))
    assert history.continued == 0
    assert history.epochs in (20, 21)


def test_parameters_that_someone_changed_are_where_training_begins(path):
    net = network()
    net.fit(X, Y, epochs=20, keep_best=True, validation=VALIDATION)
    net.W[1] = np.ones((4, 3))
    twin = network()
    twin.vector[...] = net.vector
    for each in (saved_and_loaded(net, path), twin):
        each.fit(X, Y, epochs=3, resume=each is not twin, keep_best=True)
        last = each
    np.testing.assert_array_equal(last.vector, twin.vector)


def test_a_file_without_training_state_says_so(path):
    net = network()
    net.fit(X, Y, epochs=3, optimizer="adam")
    net.save(path, training_state=False)
    small = path.stat().st_size
    bare = Network.load(path)
    with pytest.warns(UserWarning, match="holds no training state .* with a fresh optimiser"):
        bare.fit(X, Y, epochs=3, optimizer="adam", resume=True)
    bare.fit(X, Y, epochs=3, optimizer="adam", resume=True)  # now it has one
    net.save(path)
    assert path.stat().st_size > small


def test_a_generator_that_is_not_kept_is_said(path, monkeypatch):
    net = network()
    net.fit(X, Y, epochs=3, optimizer="adam")
    monkeypatch.setattr(generators, "to_document", lambda rng: None)
    loaded = saved_and_loaded(saved_and_loaded(net, path), path)
    assert loaded.optimizer_state["t"] == 3
    with pytest.warns(UserWarning, match="holds no state of its generator"):
        loaded.fit(X, Y, epochs=3, optimizer="adam", resume=True)
    assert loaded.optimizer_state["t"] == 6


def test_a_file_of_the_first_format_is_read(path):
    net = network()
    tensors = {f"{M.letter}[{l}]": M[l] for M in (net.W, net.b) for l in (1, 2)}
    document = {"architecture": net.architecture.to_document(), "dtype": "float32", "n_networks": None, "record": None}
    model_file.write(path, tensors, {**document, "format": 1})
    old = Network.load(path)
    np.testing.assert_array_equal(old.vector, net.vector)
    with pytest.warns(UserWarning, match="an older file"):
        old.fit(X, Y, epochs=1, resume=True)


def test_divergence_leaves_nothing_to_resume(path):
    from glassnet.errors import DivergedError

    net = Network([3, 4, 1], ["relu", "identity"], seed=1)
    with pytest.raises(DivergedError):
        net.fit(X, Y, learning_rate=1e9, epochs=50, optimizer="momentum")
    net = saved_and_loaded(net, path)
    assert not net.optimizer_state
    assert net.position is None


# ---------------------------------------------------------------- checkpoints
@pytest.mark.usefixtures("clock")
def test_a_checkpoint_is_a_network_that_resumes(path):
    whole, net = network(), network()
    settings = {"optimizer": "adam", "epochs": 30, "batch_size": 8, "keep_best": True, "validation": VALIDATION}
    settings["engine"] = "numpy"  # which looks at the clock at each step
    whole.fit(X, Y, **settings)
    kept = []

    def take(progress):
        if path.exists() and progress.moment == "epoch":
            kept.append(path.read_bytes())

    net.fit(X, Y, **settings, checkpoint=path, every=3, callbacks=[take])
    np.testing.assert_array_equal(net.vector, whole.vector)
    np.testing.assert_array_equal(Network.load(path).vector, whole.vector)  # the end, too
    assert len(set(kept)) == 30  # of 150 steps each third or fourth
    for content in kept[::7]:
        path.write_bytes(content)
        cut = Network.load(path)
        assert cut.record["interrupted"]
        cut.fit(X, Y, **settings, resume=True)
        np.testing.assert_array_equal(cut.vector, whole.vector)


def test_a_checkpoint_waits_for_its_time(path):
    network().fit(X, Y, epochs=3, checkpoint=path, every=1e6)
    assert not path.exists()
    for every in (0, -1, float("nan"), float("inf"), True, "60"):
        with pytest.raises(SettingError, match="every: expected a number of seconds greater than 0"):
            network().fit(X, Y, epochs=3, checkpoint=path, every=every)


@pytest.mark.usefixtures("clock")
def test_a_training_outlives_a_checkpoint_that_cannot_be_written(path, monkeypatch):
    with pytest.raises(FileError, match="there is no folder"):
        network().fit(X, Y, epochs=3, checkpoint=path / "deeper" / "net.glassnet")
    whole, net = network(), network()
    whole.fit(X, Y, epochs=3)

    def full(*_args, **_kwargs):
        raise FileError(f"{path}: cannot be written (No space left on device); nothing was changed")

    monkeypatch.setattr(Network, "save", full)
    with pytest.warns(UserWarning, match="no checkpoint was written: .*No space left on device.*; training continues"):
        net.fit(X, Y, epochs=3, checkpoint=path, every=1)
    np.testing.assert_array_equal(net.vector, whole.vector)


# ---------------------------------------------------------------- damage
def cut_off(path):
    net = network()
    options = {"optimizer": "adam", "learning_rate": 0.3, "keep_best": True, "validation": VALIDATION}
    net.fit(X, Y, epochs=20, batch_size=8, callbacks=[after(7)], **options)
    net.save(path)
    return all_of(path)


def all_of(path):
    """Return all arrays and the document of a file."""
    with safe_open(path, framework="numpy") as file:
        document = json.loads(file.metadata()["glassnet"])
        del document["sha256"]
        return {name: file.get_tensor(name).copy() for name in file.keys()}, document  # noqa: SIM118  no mapping


POSITION = ("training", "position")
DAMAGE = {
    "no memory": (("training", "memory"), []),
    "another memory": (("training", "memory"), ["v"]),
    "half a step": (("training", "t"), 1.5),
    "a negative step": (("training", "t"), -1),
    "true steps": (("training", "t"), True),
    "fewer steps than taken": (("training", "t"), 3),
    "an unknown optimiser": (("training", "optimizer", "name"), "sgd"),
    "an option that is text": (("training", "optimizer", "beta_1"), "0.9"),
    "an unknown generator": (("training", "generator", "bit_generator"), "os"),
    "a generator's state as text": (("training", "generator", "state", "state"), "1"),
    "a generator's state too large": (("training", "generator", "state", "inc"), 2**128),
    "a generator's state of another kind": (("training", "generator", "state"), {"key": [0] * 624, "pos": 0}),
    "half a number": (("training", "generator", "uinteger"), -1),
    "a true half": (("training", "generator", "has_uint32"), True),
    "more taken than planned": ((*POSITION, "planned"), 3),
    "no data": ((*POSITION, "data"), None),
    "an unknown engine": ((*POSITION, "engine"), "abacus"),
    "seconds before zero": ((*POSITION, "seconds"), -1.0),
    "settings that are none": ((*POSITION, "settings"), []),
    "arrays of another shape": ((*POSITION, "arrays", "last"), ["float32", 3]),
    "arrays of another type": ((*POSITION, "arrays", "last"), ["float64", 21]),
    "an unknown array": ((*POSITION, "arrays", "more"), ["float32", 21]),
    "curves that are short": ((*POSITION, "arrays", "cost"), ["float64", 34]),
    "no curve": ((*POSITION, "arrays", "cost"), None),
    "arrays that are none": ((*POSITION, "arrays"), 5),
    "a position that is text": (POSITION, "here"),
    "a training that is a list": (("training",), []),
    "one key too many": (("training", "more"), 1),
}


@pytest.mark.parametrize(("keys", "value"), DAMAGE.values(), ids=DAMAGE.keys())
def test_a_training_state_that_does_not_fit_is_refused(path, keys, value):
    tensors, document = cut_off(path)
    damaged = json.loads(json.dumps(document))
    inner = damaged
    for key in keys[:-1]:
        inner = inner[key]
    inner[keys[-1]] = value
    model_file.write(path, tensors, damaged)
    with pytest.raises(ModelFileError, match=r"damaged|do not fit"):
        Network.load(path)
    model_file.write(path, tensors, document)
    Network.load(path)


@pytest.mark.parametrize("name", ["last", "v"])
def test_arrays_of_another_type_are_refused(path, name):
    tensors, document = cut_off(path)
    tensors[f"training.{name}"] = tensors[f"training.{name}"].astype(np.float64)
    model_file.write(path, tensors, document)
    with pytest.raises(ModelFileError, match="damaged"):
        Network.load(path)


def test_an_order_that_is_none_is_refused(path):
    net = network()
    net.fit(X, Y, iterations=7, batch_size=8)
    net.save(path)
    tensors, document = all_of(path)
    tensors["training.order"][0] = tensors["training.order"][1]
    model_file.write(path, tensors, document)
    with pytest.raises(ModelFileError, match="order"):
        Network.load(path)


@pytest.mark.parametrize("kind", generators.STATES)
def test_every_generator_of_the_table_draws_on(kind):
    drawn = np.random.Generator(getattr(np.random, kind)(3))
    drawn.random(5)
    drawn.integers(0, 9, 3, dtype=np.uint32)
    twin = generators.from_document(json.loads(json.dumps(generators.to_document(drawn))))
    assert twin.permutation(20).tolist() == drawn.permutation(20).tolist()
    assert twin.random(3, dtype=np.float32).tolist() == drawn.random(3, dtype=np.float32).tolist()


def test_a_random_state_draws_on():
    drawn = np.random.RandomState(3)
    drawn.normal()
    drawn.permutation(9)
    twin = generators.from_document(json.loads(json.dumps(generators.to_document(drawn))))
    assert twin.normal() == drawn.normal()
    assert twin.permutation(20).tolist() == drawn.permutation(20).tolist()


def test_a_generator_of_one_s_own_is_not_kept():
    class Own(np.random.PCG64):
        @property
        def state(self):
            return {**super().state, "bit_generator": "Own"}

    assert generators.to_document(np.random.Generator(Own(1))) is None
    assert generators.to_document(object()) is None
    assert copy.deepcopy(network()).rng is not None


def test_an_interrupt_within_a_step_leaves_nothing_to_resume():
    """A schedule of the caller's raises it: half of the step is done, so that nothing could go on to the bit."""

    def factor(t, T, costs):
        if t >= 2:
            raise KeyboardInterrupt
        return 1.0

    net = network()
    assert net.fit(X, Y, epochs=9, schedule=factor, engine="numpy").interrupted
    assert net.position is None
