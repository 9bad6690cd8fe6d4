"""The native backend trains as NumPy does: every number, every callback, every way to end, at every level."""

import json
import signal
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commands import run_python
from glassnet import Network
from glassnet.arrays.coded_columns import CodedColumns, OneHot, Steps
from glassnet.backends import choice
from glassnet.backends.native import library, stepper
from glassnet.core.activations import ACTIVATIONS
from glassnet.core.losses import LOSSES
from glassnet.core.optimizers import OPTIMIZERS, Optimizer
from glassnet.errors import DivergedError, MissingLibraryError

TOLERANCE = {"float64": 1e-12, "float32": 1e-5}
pytestmark = pytest.mark.usefixtures("level")

draw = np.random.default_rng(0)
m = 37
X = draw.normal(size=(3, m))
S, S_each = draw.uniform(0.5, 2, (1, m)), draw.uniform(0.5, 2, (3, 1, m))
Y_ONE = (X[:1] * X[1:2] > 0).astype(float)
TARGETS = {
    "any": np.vstack([X[0] * X[1], X[2] - X[0]]),
    "zero_one": np.vstack([Y_ONE, X[2:] > 0.3]).astype(float),
    "one_hot": np.eye(2)[:, Y_ONE[0].astype(int)],
    "not_negative": draw.poisson(2, (2, m)).astype(float),
}
BASE = ([3, 4, 1], ["tanh", "sigmoid"])
LINE = ([3, 4, 1], ["relu", "identity"], "squared_error", (X, X[:1] * X[1:2]))  # with momentum, which swings


# ---------------------------------------------------------------- two runs, side by side
def train(
    engine, sizes, activations, loss, data, *, dtype="float64", stack=None, runs=1, scale=1.0, made=None,
    embedding=None, **options,
):  # fmt: skip
    """Train a network once or, resuming, more often; return it, its last history and what callbacks got."""
    net, told = Network(sizes, activations, loss, seed=1, dtype=dtype, n_networks=stack, embedding=embedding), []
    net.vector[...] *= scale
    if made is not None:
        made.append(net)
    callbacks = [told.append] if options.pop("listen", False) else []
    for run in range(runs):
        history = net.fit(*data, engine=engine, callbacks=callbacks, resume=run > 0, **options)
    return net, history, told


def agree(sizes, activations, loss=None, data=None, *, tolerance=None, **options):
    """Require that both engines leave the same network, history, record and generator behind; return the history."""
    data = (X, Y_ONE) if data is None else data
    (net, history, told), (twin, expected, told_twin) = (
        train(engine, sizes, activations, loss, data, **options) for engine in ("native", "numpy")
    )
    assert (history.engine, expected.engine) == ("native", "numpy")
    tolerance = tolerance or TOLERANCE[net.dtype.name]
    close(net.vector, twin.vector, tolerance)
    for name in ("cost", "epoch_cost", "validation_cost", "learning_rate"):
        close(getattr(history, name), getattr(expected, name), tolerance)
    for name in ("best_epoch", "epochs", "steps", "interrupted", "converged", "message"):
        assert getattr(history, name) == getattr(expected, name), name
    assert len(told) == len(told_twin)
    for progress, other in zip(told, told_twin, strict=True):
        for name in ("cost", "validation_cost", "learning_rate"):
            if getattr(other, name) is None:
                assert getattr(progress, name) is None
            else:
                close(getattr(progress, name), getattr(other, name), tolerance)
        hidden = dict.fromkeys(("cost", "validation_cost", "learning_rate", "seconds", "samples_per_second", "engine"))
        assert replace(progress, **hidden) == replace(other, **hidden)
    assert net.rng.bit_generator.state == twin.rng.bit_generator.state
    assert net.optimizer_state.keys() == twin.optimizer_state.keys()
    assert net.optimizer_state["t"] == twin.optimizer_state["t"]
    for name in OPTIMIZERS[net.optimizer_state["optimizer"]["name"]].state:
        close(net.optimizer_state[name], twin.optimizer_state[name], tolerance)
    same = set(net.record) - {"seconds", "engine", "settings", "epoch_cost", "validation_cost"}
    assert {name: net.record[name] for name in same} == {name: twin.record[name] for name in same}
    json.dumps(net.record)
    return history


def close(actual, expected, tolerance):
    actual, expected = np.asarray(actual), np.asarray(expected)
    assert actual.shape == expected.shape
    assert np.isfinite(expected).all()
    if expected.size:
        np.testing.assert_allclose(actual, expected, rtol=tolerance, atol=tolerance * np.abs(expected).max())


# ---------------------------------------------------------------- every entry of the tables
HIDDEN = [*(name for name in ACTIVATIONS if name != "softmax"), "leaky_relu(0.2)", "elu(0.5)"]
PAIRS = [(loss, output) for loss in LOSSES for output in LOSSES[loss].outputs or ACTIVATIONS]
STEPPING = [name for name, row in OPTIMIZERS.items() if row.update is not None]
OPTIMISERS = [*STEPPING, "momentum(0.8)", "adam(beta_1=0.8)", "adamw(weight_decay=0.1)"]


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("hidden", HIDDEN)
def test_every_activation(hidden, dtype):
    agree([3, 4, 1], hidden, dtype=dtype, iterations=10, learning_rate=0.3)
    agree([3, 21, 5, 1], hidden, dtype=dtype, epochs=2, batch_size=9, learning_rate=0.1)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize(("loss", "output"), PAIRS)
def test_every_loss_with_every_output(loss, output, dtype, weighted):
    Y = TARGETS[LOSSES[loss].labels]
    options = {"sample_weight": S, "l2": 0.3, "l1": 0.1, "clip_norm": 0.2, "batch_size": 9} if weighted else {}
    agree([3, 4, 2], ["tanh", output], loss, (X, Y), dtype=dtype, iterations=10, learning_rate=0.1, **options)


@pytest.mark.parametrize("loss", ["huber(0.2)", "quantile(0.9)"])
def test_losses_with_options(loss):
    agree([3, 4, 2], ["tanh", "identity"], loss, (X, TARGETS["any"]), iterations=10, learning_rate=0.1)


@pytest.mark.parametrize("stack", [None, 3])
@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("optimizer", OPTIMISERS)
def test_every_optimiser(optimizer, dtype, stack):
    agree([3, 4, 1], "tanh", dtype=dtype, stack=stack, optimizer=optimizer, learning_rate=0.05, iterations=10)


def test_an_optimiser_that_nobody_has_written_yet(monkeypatch):
    """Old values after a store, lengths of the whole, room for a flat array: what a new entry of the table may want."""

    def trial(xp, theta, gradient, state, t, learning_rate):
        g, difference = state["g"], gradient - state["g"]
        g += 0.5 * difference
        step = difference * t + g
        before = 0.01 * theta
        theta -= learning_rate * step / (1 + xp.sqrt(xp.sum_last(step * step))[..., None])
        theta -= before

    monkeypatch.setitem(OPTIMIZERS, "trial", Optimizer(("g",), trial, 0.1, ""))
    monkeypatch.setattr(stepper, "_recorded", {})
    for stack in (None, 3):
        agree([3, 4, 1], "tanh", optimizer="trial", iterations=10, stack=stack)
        agree([3, 400, 1], "tanh", optimizer="trial", iterations=3, stack=stack)


def test_an_activation_and_a_loss_that_nobody_has_written_yet(monkeypatch):
    def value(xp, Z):
        return xp.where(Z > 1, xp.sqrt(abs(Z)), xp.log1p(xp.exp(-(Z**2))) + xp.erf(Z) ** 2 / 3)

    bend = ACTIVATIONS["tanh"]._replace(value=value, slope=lambda xp, Z, A: 1 / (1 + A * A) - 0.1 * xp.sign(Z))
    monkeypatch.setitem(ACTIVATIONS, "bend", bend)
    monkeypatch.setattr(stepper, "_recorded", {})
    agree([3, 4, 1], "bend", iterations=10)
    agree([3, 4, 1], ["bend", "bend"], "squared_error", epochs=2, batch_size=9)
    square = LOSSES["squared_error"]
    cubic = square._replace(value=lambda xp, A, Y, *rest: square.value(xp, A, Y, *rest) + abs(A - Y) ** 3)
    monkeypatch.setitem(LOSSES, "cubic", cubic)
    agree([3, 4, 1], ["bend", "identity"], "cubic", iterations=5)


# ---------------------------------------------------------------- runs drawn at random
@st.composite
def runs(draw):
    """Draw a network, its data and how it is trained."""
    pick = lambda *values: draw(st.sampled_from(values))  # noqa: E731
    samples, stack = pick(1, 2, 3, 5, 16, 17, 37, 130), pick(None, None, 1, 3)
    loss = pick(*LOSSES)
    outputs = pick(1, 2, 5) if LOSSES[loss].labels != "one_hot" else pick(2, 5)
    sizes = [pick(1, 2, 3, 16, 17, 40), *(pick(1, 2, 4, 17, 33) for _ in range(pick(0, 1, 1, 2, 3))), outputs]
    activations = [*(pick(*HIDDEN) for _ in sizes[2:]), pick(*(LOSSES[loss].outputs or HIDDEN))]
    rng = np.random.default_rng(draw(st.integers(0, 2**31)))
    lead = () if stack is None or pick(True, False) else (stack,)
    Y = {
        "any": lambda: rng.normal(size=(*lead, outputs, samples)),
        "zero_one": lambda: rng.integers(0, 2, (*lead, outputs, samples)).astype(float),
        "one_hot": lambda: np.moveaxis(np.eye(max(outputs, 2))[rng.integers(0, outputs, (*lead, samples))], -1, -2),
        "not_negative": lambda: rng.poisson(2, (*lead, outputs, samples)).astype(float),
    }[LOSSES[loss].labels]()
    options = {"optimizer": pick(*OPTIMISERS), "learning_rate": pick(0.001, 0.01), "epochs": pick(1, 2, 4)}
    options |= {"batch_size": pick(None, 1, 2, 5, 16, samples, samples + 1), "shuffle": pick(True, False)}
    options |= {"dropout": pick(0.0, 0.0, 0.3)} if len(sizes) > 2 else {}
    options |= {"l2": pick(0.0, 0.3), "l1": pick(0.0, 0.1), "clip_norm": pick(None, 0.1, 100.0)}
    options |= {"schedule": pick("constant", "cosine", "step(0.5, 1)", "plateau(patience=1)"), "listen": pick(0, 1)}
    options |= {"keep_best": pick(True, False), "runs": pick(1, 1, 2)}
    if stack == 3 and pick(True, False):
        options |= {"learning_rate": [0.001, 0.01, 0.003], "l2": [0.0, 0.1, 1.0]}
    if pick(True, False):
        options["sample_weight"] = rng.uniform(0.5, 2, (*lead, 1, samples))
    n_x = sizes[0]
    if pick(True, False):
        g, t, d, rest = pick(1, 2, 3), pick(1, 2, 9), pick(1, 4, 16), pick(0, 1, 17)
        options["embedding"], sizes[0], n_x = (g, t, d), g * d + rest, g * t + rest
    inputs = rng.normal(size=(n_x, samples))
    if pick(True, False):
        options["validation"] = (inputs[:, :3], Y[..., :3])
    return sizes, activations, loss, (inputs, Y), stack, options


def agree_or_diverge(*network, tolerance, **options):
    """As `agree`; where NumPy's run diverges, the other has to at the same step."""
    ends = []
    for engine in ("numpy", "native"):
        try:
            train(engine, *network, **options)
            ends.append(None)
        except DivergedError as error:
            ends.append(error.step)
    assert ends[0] == ends[1]
    if ends == [None, None]:
        agree(*network, tolerance=tolerance, **options)


@settings(max_examples=64)
@given(runs())
def test_a_run_drawn_at_random(run):
    sizes, activations, loss, data, stack, options = run
    agree_or_diverge(sizes, activations, loss, data, stack=stack, tolerance=1e-11, **options)


@settings(max_examples=24)
@given(runs(), st.sampled_from([(1, 1), (2, 1), (2, 2), (3, 1), (5, 1), (4, 2), (8, 4)]))
def test_a_run_drawn_at_random_in_parts(run, division):
    """However a step's samples are divided, there may be fewer of them than parts."""
    sizes, activations, loss, data, stack, options = run
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(stepper, "_division", lambda *_: division)
        patched.setattr(stepper, "cores", lambda: 2)
        agree_or_diverge(sizes, activations, loss, data, stack=stack, tolerance=1e-10, **options)


# ---------------------------------------------------------------- every kind of run
VALIDATION = (X[:, :9], 1 - Y_ONE[:, :9])
SCENARIOS = {
    "whole batch, many steps a call": {"iterations": 100},
    "ends within a call": {"iterations": 9},
    "one step": {"iterations": 1},
    "smaller last batch": {"epochs": 3, "batch_size": 7},
    "one sample a batch": {"epochs": 2, "batch_size": 1},
    "last batch of one sample": {"epochs": 2, "batch_size": 12},
    "many batches": {"epochs": 2, "batch_size": 2},
    "batch larger than the data": {"epochs": 3, "batch_size": 1000},
    "ends amid an epoch": {"iterations": 10, "batch_size": 7},
    "ends in the first epoch": {"iterations": 2, "batch_size": 7},
    "in order": {"epochs": 2, "batch_size": 7, "shuffle": False},
    "cosine": {"iterations": 30, "schedule": "cosine"},
    "cosine by batches": {"epochs": 3, "batch_size": 7, "schedule": "cosine"},
    "plateau": {"iterations": 30, "schedule": "plateau(patience=2)", "learning_rate": 0.9},
    "plateau by validation": {"epochs": 9, "batch_size": 7, "schedule": "plateau(patience=1)",
                              "validation": VALIDATION},
    "plateau with spaces": {"iterations": 30, "schedule": " plateau (patience=2)", "learning_rate": 0.9},
    "callable": {"iterations": 12, "schedule": lambda t, T, costs: 1 / (1 + t + len(costs) + sum(costs))},
    "callable by batches": {"epochs": 3, "batch_size": 7, "schedule": lambda t, T, costs: t / T + len(costs)},
    "validation": {"epochs": 8, "validation": VALIDATION},
    "validation with weights": {"epochs": 3, "batch_size": 7, "validation": (*VALIDATION, S[:, :9])},
    "keep best": {"iterations": 40, "learning_rate": 0.9, "keep_best": True},
    "keep best by validation": {"epochs": 9, "batch_size": 7, "validation": VALIDATION, "keep_best": True},
    "keep best by batches": {"epochs": 5, "batch_size": 7, "learning_rate": 0.3, "keep_best": True},
    "resumed": {"iterations": 5, "runs": 2},
    "resumed by batches": {"epochs": 2, "batch_size": 7, "runs": 3},
}  # fmt: skip


@pytest.mark.parametrize("listen", [False, True], ids=["", "callbacks"])
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_kinds_of_runs(scenario, listen):
    options = {"optimizer": "adam", "learning_rate": 0.05, **SCENARIOS[scenario]}
    for stack in (None, 1, 3):
        agree(*BASE, stack=stack, listen=listen, **options)


@pytest.mark.parametrize("batch_size", [None, 7])
@pytest.mark.parametrize(
    ("Y", "weights"),
    [(False, None), (True, None), (False, S), (False, S_each), (True, S_each)],
    ids=["alike", "own targets", "weights", "own weights", "own targets and weights"],
)
def test_stacks_with_their_own_targets_and_weights(Y, weights, batch_size):
    data = (X, np.stack([Y_ONE, 1 - Y_ONE, X[:1] > 0]).astype(float) if Y else Y_ONE)
    options = {"l2": 0.2, "l1": 0.1, "clip_norm": 0.1, "optimizer": "adam", "learning_rate": 0.05}
    agree(*BASE, data=data, sample_weight=weights, stack=3, iterations=12, batch_size=batch_size, **options)


def test_arrays_of_every_kind():
    """Read-only, in another order in memory, with gaps, one for each network."""
    other_order = np.asfortranarray(X)
    other_order.flags.writeable = False
    with_gaps = [np.repeat(M, 2, axis=1)[:, ::2] for M in (X, Y_ONE, S)]
    own = np.stack([Y_ONE, 1 - Y_ONE, Y_ONE])
    options = {"l2": 0.2, "l1": 0.1, "clip_norm": 0.1, "optimizer": "adam", "learning_rate": 0.05, "iterations": 12}
    for data, weights, stack in [
        ((X, Y_ONE), S, None), ((other_order, Y_ONE), S, None), (with_gaps[:2], with_gaps[2], None),
        ((X, own), S_each, 3), ((X, own), S, 3), ((X, Y_ONE), S_each, 3),
    ]:  # fmt: skip
        for batch_size in (None, 7):
            agree(*BASE, data=data, sample_weight=weights, stack=stack, batch_size=batch_size, **options)


@pytest.mark.parametrize("features", [1, 15, 16, 17, 40])
@pytest.mark.parametrize("batch_size", [None, 1, 7, 36, 37, 100])
def test_few_and_many_features(features, batch_size):
    """Samples lie in memory by features, or one after the other."""
    data = np.random.default_rng(0).normal(size=(features, m)), Y_ONE
    for options in ({}, {"sample_weight": S, "listen": True}):
        agree([features, 5, 1], BASE[1], data=data, batch_size=batch_size, epochs=2, optimizer="adam", **options)


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("stack", [None, 3])
@pytest.mark.parametrize("batch_size", [None, 1, 7, 37])
@pytest.mark.parametrize(("embedding", "rest"), [((2, 3, 4), 1), ((3, 17, 16), 5), ((4, 33, 16), 0), ((1, 1, 1), 0)])
def test_embeddings_of_few_and_many_features(embedding, rest, batch_size, stack, dtype):
    g, t, d = embedding
    data = np.random.default_rng(0).normal(size=(g * t + rest, m)), Y_ONE
    for options in ({}, {"sample_weight": S, "l2": 0.1, "clip_norm": 0.1, "dropout": 0.2}):
        given = {"optimizer": "adam", "epochs": 2, "embedding": embedding, "stack": stack, "dtype": dtype, **options}
        agree([g * d + rest, 5, 1], BASE[1], data=data, batch_size=batch_size, **given)


def test_five_steps_and_five_more_are_ten():
    """Whole batches, so that no order is drawn."""
    options = {"optimizer": "adam", "learning_rate": 0.05}
    ten, _, _ = train("native", *BASE, None, (X, Y_ONE), iterations=10, **options)
    twice, _, _ = train("native", *BASE, None, (X, Y_ONE), iterations=5, runs=2, **options)
    np.testing.assert_array_equal(ten.vector, twice.vector)


def test_an_engine_may_resume_where_the_other_stopped():
    nets = [Network(*BASE, seed=1, dtype="float64") for _ in range(2)]
    for net, engines in zip(nets, (("numpy", "native"), ("native", "numpy")), strict=True):
        for i, name in enumerate(engines):
            net.fit(X, Y_ONE, optimizer="adam", epochs=2, batch_size=7, engine=name, resume=i > 0)
    close(nets[0].vector, nets[1].vector, 1e-12)


@pytest.mark.parametrize("samples", [100, 103, 130, 300, 600])
@pytest.mark.parametrize("loss", ["squared_error", "huber", "softmax_cross_entropy"])
def test_weights_of_many_samples(loss, samples):
    """A loop runs over blocks of some rows and columns, and each sample's weight over all rows."""
    rng = np.random.default_rng(0)
    Y = np.eye(5)[:, rng.integers(0, 5, samples)] if loss == "softmax_cross_entropy" else rng.normal(size=(5, samples))
    data, weights = (rng.normal(size=(3, samples)), Y), rng.uniform(0.5, 2, (1, samples))
    for sizes in ([3, 5], [3, 21, 5]):
        output = {"softmax_cross_entropy": "softmax"}.get(loss, "sigmoid")
        activations = ["gelu", output][-len(sizes) + 1 :]
        agree(sizes, activations, loss, data, sample_weight=weights, epochs=3, dropout=0.2 * (len(sizes) - 2))


def test_few_long_rows():
    """Products whose rows are few and long take another way."""
    rng = np.random.default_rng(0)
    data = rng.normal(size=(3, 300)), rng.integers(0, 2, (1, 300)).astype(float)
    agree(*BASE, data=data, optimizer="adam", iterations=12)
    agree(*BASE, data=data, optimizer="adam", epochs=2, batch_size=130)


@pytest.mark.parametrize("layers", [60, 150])
def test_a_network_of_many_layers(layers):
    """By the library, or by NumPy where that is too many for it; in a process of its own, which must not break."""
    code = f"""
import json
import numpy as np
from glassnet import Network
X = np.random.default_rng(0).normal(size=(3, 20))
nets = [Network([3, *[3] * {layers}, 1], "tanh", seed=1, dtype="float64") for _ in range(2)]
options = {{"optimizer": "adam", "iterations": 5, "dropout": 0.1}}
for net, engine in zip(nets, ("native", "numpy")):
    net.fit(X, X[:1] > 0, engine=engine, **options)
print(json.dumps(float(abs(nets[0].vector - nets[1].vector).max())))
"""
    assert run_python(code) < 1e-12


@pytest.mark.parametrize("states", [17])
def test_an_optimiser_of_many_states(states):
    code = f"""
import json
import numpy as np
from glassnet import Network
from glassnet.core.optimizers import OPTIMIZERS, Optimizer

names = [f"v{{i}}" for i in range({states})]

def update(xp, theta, gradient, state, t, learning_rate):
    for name in names:
        v = state[name]
        v += 0.5 * gradient + 0.1 * t
        theta -= learning_rate / {states} * v

OPTIMIZERS["many"] = Optimizer(tuple(names), update, 0.1, "")
X = np.random.default_rng(0).normal(size=(3, 20))
nets = [Network([3, 4, 1], "tanh", seed=1, dtype="float64") for _ in range(2)]
for net, engine in zip(nets, ("native", "numpy")):
    net.fit(X, X[:1] > 0, engine=engine, optimizer="many", iterations=5)
print(json.dumps(float(abs(nets[0].vector - nets[1].vector).max())))
"""
    assert run_python(code) < 1e-12


@pytest.mark.parametrize("batches", [2, 17, 34, 49])
@pytest.mark.parametrize("few", [True, False])
def test_codes_are_expanded_some_steps_at_a_time(monkeypatch, batches, few):
    """The last call of an epoch may hold one step, whose samples are then all that it is handed."""
    monkeypatch.setattr(stepper, "MOMENT", 0.0)
    size, rng = 5, np.random.default_rng(0)
    samples = size * batches - 2
    blocks = [OneHot(rng.integers(0, 4, samples), 4)]
    if not few:
        blocks.append(Steps(rng.integers(0, 20, samples), rng.random(samples).astype("float32"), 20, 0.5))
    codes, Y = CodedColumns(blocks, "float64"), rng.integers(0, 2, (1, samples)).astype(float)
    nets = [Network([codes.shape[0], 5, 1], seed=1, dtype="float64") for _ in range(2)]
    for net, given_X in zip(nets, (codes, codes.toarray()), strict=True):
        for resume in (False, True):
            history = net.fit(given_X, Y, engine="native", epochs=2, batch_size=size, optimizer="adam", resume=resume)
            assert history.engine == "native"
    close(nets[0].vector, nets[1].vector, 1e-12)


# ---------------------------------------------------------------- when it goes wrong
RUNAWAY = {
    "whole batch": {"iterations": 3000, "learning_rate": 3.0},
    "at once": {"iterations": 50, "learning_rate": 1e200},
    "with callbacks": {"iterations": 3000, "learning_rate": 3.0, "listen": True},
    "by batches": {"epochs": 500, "batch_size": 7, "learning_rate": 3.0},
    "on a schedule": {"epochs": 500, "batch_size": 7, "learning_rate": 30.0, "schedule": "cosine"},
    "stack": {"iterations": 3000, "learning_rate": 3.0, "stack": 3},
    "one of a stack, at once": {"iterations": 50, "scale": np.array([[1.0], [1e200], [1.0]]), "stack": 3},
    "one of a stack, by batches": {"epochs": 5, "batch_size": 7, "scale": np.array([[1.0], [1e200], [1.0]]),
                                   "stack": 3},
    "at the very first step": {"iterations": 50, "scale": 1e200},
    "after the last step": {"iterations": 1, "learning_rate": 1e308, "scale": 30.0},
}  # fmt: skip


@pytest.mark.parametrize("division", [(1, 1), (4, 2)])
@pytest.mark.parametrize("runaway", RUNAWAY)
def test_a_run_that_diverges(runaway, division, monkeypatch):
    monkeypatch.setattr(stepper, "_division", lambda *_: division)
    nets, errors = [], []
    for name in ("native", "numpy"):
        with pytest.raises(DivergedError) as caught:
            train(name, *LINE, optimizer="momentum", made=nets, **RUNAWAY[runaway])
        errors.append(caught.value)
    (net, twin), (error, expected) = nets, errors
    assert (error.step, error.layer, error.learning_rate) == (expected.step, expected.layer, expected.learning_rate)
    assert str(error) == str(expected)
    assert np.isfinite(net.vector).all()
    assert net.optimizer_state["t"] == twin.optimizer_state["t"]
    if net.n_networks is None:  # the networks of a stack are apart when one of them breaks, and may have gone further
        np.testing.assert_allclose(net.vector, twin.vector, rtol=1e-9)


@pytest.mark.parametrize("stack", [None, 3])
def test_the_best_epoch_of_a_run_that_swings(stack):
    history = agree(*LINE, optimizer="momentum", stack=stack, iterations=60, learning_rate=0.6, keep_best=True)
    assert 0 < history.best_epoch < 60 or stack
    agree(*LINE, optimizer="momentum", stack=stack, iterations=60, learning_rate=0.6, listen=True)


@pytest.mark.parametrize("batch_size", [None, 7])
@pytest.mark.parametrize("stack", [None, 3])
def test_ctrl_c_in_a_callback(stack, batch_size):
    def interrupt(progress):
        if progress.moment == "epoch" and progress.epoch == 4:
            raise KeyboardInterrupt

    nets = {}
    for name in ("native", "numpy"):
        nets[name] = net = Network(*BASE, seed=1, dtype="float64", n_networks=stack)
        options = {"optimizer": "adam", "learning_rate": 0.9, "batch_size": batch_size, "epochs": 9}
        history = net.fit(X, Y_ONE, engine=name, callbacks=[interrupt], **options)
        assert history.interrupted
        assert (history.epochs, history.steps) == ((4, 4) if batch_size is None else (4, 24))
        assert len(history.cost) == history.steps == net.optimizer_state["t"]
    close(nets["native"].vector, nets["numpy"].vector, 1e-12)


@pytest.mark.parametrize("batch_size", [None, 2])
@pytest.mark.parametrize("stack", [None, 3])
@pytest.mark.usefixtures("ctrl_c")
def test_ctrl_c_during_a_call(monkeypatch, stack, batch_size):
    """It is heard when the call returns, and the steps that were taken are counted."""
    calls, run_one = [], stepper.NativeSteps._call

    def call(self, order, rates, masks):
        calls.append(len(rates))
        if len(calls) == 3:
            signal.raise_signal(signal.SIGINT)
        return run_one(self, order, rates, masks)

    monkeypatch.setattr(stepper.NativeSteps, "_call", call)
    net = Network(*BASE, seed=1, dtype="float64", n_networks=stack)
    options = {"optimizer": "adam", "iterations": 10_000, "batch_size": batch_size}
    history = net.fit(X, Y_ONE, engine="native", **options)
    assert history.interrupted
    assert len(calls) == 3
    assert history.steps == sum(calls) == len(history.cost) == net.optimizer_state["t"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if batch_size is None:
        assert history.epochs == len(history.epoch_cost) == history.steps
        np.testing.assert_allclose(net.cost(X, Y_ONE), history.cost.min(axis=0), rtol=1e-12)


@pytest.mark.parametrize("moment", ["start", "epoch"])
def test_a_callback_ends_the_run(moment):
    net = Network(*BASE, seed=1, dtype="float64")
    options = {"optimizer": "adam", "epochs": 9, "batch_size": 7, "engine": "native"}
    history = net.fit(X, Y_ONE, callbacks=[lambda p: p.moment == moment], **options)
    assert history.steps == (0 if moment == "start" else 6)
    assert not history.interrupted


def test_a_call_lasts_about_a_moment(monkeypatch):
    """More and more steps go into a call until it takes that long."""
    calls, run_one = [], stepper.NativeSteps._call
    monkeypatch.setattr(
        stepper.NativeSteps, "_call", lambda self, *args: (calls.append(len(args[1])), run_one(self, *args))[1]
    )
    train("native", *BASE, None, (X, Y_ONE), iterations=1000)
    assert calls[:3] == [16, 32, 64]
    assert sum(calls) == 1000
    monkeypatch.setattr(stepper, "MOMENT", 0.0)
    calls.clear()
    train("native", *BASE, None, (X, Y_ONE), iterations=100)
    assert calls == [16] * 6 + [4]


# ---------------------------------------------------------------- no second copy of the mathematics
@pytest.mark.parametrize(("table", "name", "field"), [
    (ACTIVATIONS, "tanh", "value"), (ACTIVATIONS, "tanh", "slope"), (LOSSES, "squared_error", "value"),
    (OPTIMIZERS, "gradient_descent", "update"),
])  # fmt: skip
def test_a_planted_fault_shows_in_what_the_library_runs(monkeypatch, table, name, field):
    """A thousandth more in the table's own function, and both engines follow."""
    run = ([3, 1], ["tanh"], "squared_error", (X, Y_ONE))
    options = {"iterations": 3, "learning_rate": 0.1}
    right, expected, _ = train("numpy", *run, **options)
    entry = table[name]

    def wrong(xp, *args):
        if field != "update":
            return 1.001 * getattr(entry, field)(xp, *args)
        *first, learning_rate = args
        return entry.update(xp, *first, 1.001 * learning_rate)

    monkeypatch.setitem(table, name, entry._replace(**{field: wrong}))
    monkeypatch.setattr(stepper, "_recorded", {})  # programs are kept by name
    agree(*run, **options)
    net, history, _ = train("native", *run, **options)
    if field == "value" and table is LOSSES:  # the slope does not know of it
        np.testing.assert_allclose(history.cost, 1.001 * expected.cost, rtol=1e-12)
    else:
        assert 1e-6 < np.abs(net.vector - right.vector).max() < 1e-2


# ---------------------------------------------------------------- dropout: the masks that NumPy draws, in its order
TWO_HIDDEN = ([3, 5, 4, 1], ["tanh", "relu", "sigmoid"])


@pytest.mark.parametrize("options", [
    {"iterations": 7},
    {"epochs": 3, "batch_size": 7, "listen": True},
    {"epochs": 2, "batch_size": 7, "keep_best": True, "sample_weight": S},
    {"iterations": 7, "keep_best": True, "l2": 0.1},
])  # fmt: skip
@pytest.mark.parametrize(("dropout", "stack"), [
    (0.3, None), ([0.5, 0.0], None), ([0.0, 0.4], None), (0.3, 3), ([[0.5], [0.0], [0.2]], 3),
])  # fmt: skip
def test_dropout_draws_and_trains_as_numpy_does(dropout, stack, options):
    agree(*TWO_HIDDEN, dropout=dropout, stack=stack, optimizer="adam", **options)


@pytest.mark.parametrize("division", [(3, 1), (2, 2), (5, 2)])
@pytest.mark.parametrize("stack", [None, 3])
def test_dropout_in_parts_and_a_few_steps_at_a_time(monkeypatch, stack, division):
    monkeypatch.setattr(stepper, "_division", lambda *_: division)
    monkeypatch.setattr(stepper, "MASKS_AHEAD", 400)
    options = {"dropout": [0.5, 0.2], "stack": stack, "optimizer": "adam"}
    agree(*TWO_HIDDEN, epochs=3, batch_size=7, **options)
    agree(*TWO_HIDDEN, iterations=20, **options)


# ---------------------------------------------------------------- what the native backend leaves to NumPy
@pytest.mark.parametrize("engine", ["native", "auto"])
def test_numpy_takes_what_is_not_covered(monkeypatch, engine):
    monkeypatch.setattr(choice, "predicted_seconds", lambda run, engine: 1e6 * (engine == "numpy"))
    options = {"optimizer": "lbfgs", "iterations": 5}
    net, history, _ = train(engine, *BASE, None, (X, Y_ONE), **options)
    twin, expected, _ = train("numpy", *BASE, None, (X, Y_ONE), **options)
    assert history.engine == "numpy"
    np.testing.assert_array_equal(net.vector, twin.vector)
    np.testing.assert_array_equal(history.cost, expected.cost)


def test_numpy_takes_a_stack_whose_networks_have_their_own_features():
    data = np.stack([X, -X, 2 * X]), Y_ONE
    assert train("native", *BASE, None, data, stack=3, iterations=3)[1].engine == "numpy"


def test_numpy_takes_an_entry_that_symbols_cannot_follow(monkeypatch):
    odd = ACTIVATIONS["tanh"]._replace(value=lambda xp, Z: np.sinh(1) * Z[..., ::1])
    monkeypatch.setitem(ACTIVATIONS, "tanh", odd)
    monkeypatch.setattr(stepper, "_recorded", {})
    net, history, _ = train("native", *BASE, None, (X, Y_ONE), iterations=3)
    assert history.engine == "numpy"
    np.testing.assert_array_equal(net.vector, train("numpy", *BASE, None, (X, Y_ONE), iterations=3)[0].vector)


def test_without_the_library(monkeypatch):
    monkeypatch.setattr(library, "_loaded", lambda: "not built: a test says so")
    library.library.cache_clear()
    net = Network(*BASE, seed=1)
    before = net.vector.copy()
    with pytest.raises(MissingLibraryError, match="the native library is not built: a test says so"):
        net.fit(X, Y_ONE, engine="native", iterations=3)
    np.testing.assert_array_equal(net.vector, before)
    assert net.fit(X, Y_ONE, iterations=3).engine == "numpy"


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_moments_never_become_subnormal(dtype):
    """A feature that is 0 from some time on has moments that shrink in each step, for ever."""
    least = np.finfo(dtype).smallest_normal
    net = Network([3, 1], ["identity"], "squared_error", seed=1, dtype=dtype)
    net.fit(X, X[:1], optimizer="adam(beta_1=0.5, beta_2=0.5)", iterations=20, engine="native")
    moments = [value for name, value in net.optimizer_state.items() if name in OPTIMIZERS["adam"].state]
    assert all(np.abs(value).min() > 0 for value in moments)
    gone = X * [[1], [0], [1]]
    net.fit(gone, gone[:1], optimizer="adam(beta_1=0.5, beta_2=0.5)", iterations=1500, engine="native", resume=True)
    for name in OPTIMIZERS["adam"].state:
        value = np.abs(net.optimizer_state[name])
        assert ((value == 0) | (value >= least)).all()
        assert value.min() < 4 * least
    halves = np.full(4, least) / 2  # and whoever called reckons as before
    assert (halves > 0).all()
