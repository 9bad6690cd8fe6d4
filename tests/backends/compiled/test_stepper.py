"""The compiled engine trains as the NumPy engine does: every number, every callback, every way to end.

Most runs go through the source twice: as plain Python (`interpreted`), which takes no time to build and so covers every
entry of the tables; and compiled by Numba, in the few combinations that hold every entry at least once.
"""

import json
import signal
from dataclasses import replace
from itertools import chain
from pathlib import Path

import numpy as np
import pytest

from backends.compiled.interpreted import use
from commands import run_python
from glassnet import Network
from glassnet.backends import backend, choice
from glassnet.backends.compiled import compiled_engine, stepper
from glassnet.core.activations import ACTIVATIONS
from glassnet.core.losses import LOSSES
from glassnet.core.optimizers import OPTIMIZERS, Optimizer
from glassnet.errors import DivergedError, MissingLibraryError, UnknownNameError

TOLERANCE = {"float64": 1e-12, "float32": 1e-5}

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


@pytest.fixture(params=["interpreted", "compiled"])
def engine(request, monkeypatch):
    """Let engine="compiled" run what it writes as plain Python, or compiled."""
    use(request.param, monkeypatch)


@pytest.fixture
def interpreted(monkeypatch):
    use("interpreted", monkeypatch)


@pytest.fixture
def compiled(monkeypatch):
    use("compiled", monkeypatch)


# ---------------------------------------------------------------- two runs, side by side
def train(
    engine, sizes, activations, loss, data, *, dtype="float64", stack=None, runs=1, scale=1.0, made=None, **options
):
    """Train a network once or, resuming, more often; return it, its last history and what callbacks got."""
    net, told = Network(sizes, activations, loss, seed=1, dtype=dtype, n_networks=stack), []
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
        train(engine, sizes, activations, loss, data, **options) for engine in ("compiled", "numpy")
    )
    assert (history.engine, expected.engine) == ("compiled", "numpy")
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


# ---------------------------------------------------------------- every entry of the tables, interpreted
HIDDEN = [
    "identity", "sigmoid", "tanh", "relu", "leaky_relu", "leaky_relu(0.2)", "elu", "elu(0.5)", "selu", "gelu", "silu",
    "mish", "softplus", "exp",
]  # fmt: skip
PAIRS = [(loss, output) for loss in LOSSES for output in LOSSES[loss].outputs or ACTIVATIONS]
OPTIMISERS = ["gradient_descent", "momentum(0.8)", "nesterov", "rmsprop", "adam(beta_1=0.8)", "adamw(weight_decay=0.1)"]


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("hidden", HIDDEN)
def test_every_activation(interpreted, hidden, dtype):
    agree([3, 4, 1], hidden, dtype=dtype, iterations=10, learning_rate=0.3)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize(("loss", "output"), PAIRS)
def test_every_loss_with_every_output(interpreted, loss, output, dtype, weighted):
    Y = TARGETS[LOSSES[loss].labels]
    options = {"sample_weight": S, "l2": 0.3, "l1": 0.1, "clip_norm": 0.2, "batch_size": 9} if weighted else {}
    agree([3, 4, 2], ["tanh", output], loss, (X, Y), dtype=dtype, iterations=10, learning_rate=0.1, **options)


@pytest.mark.parametrize("loss", ["huber(0.2)", "quantile(0.9)"])
def test_losses_with_options(interpreted, loss):
    agree([3, 4, 2], ["tanh", "identity"], loss, (X, TARGETS["any"]), iterations=10, learning_rate=0.1)


@pytest.mark.parametrize("stack", [None, 3])
@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("optimizer", OPTIMISERS)
def test_every_optimiser(interpreted, optimizer, dtype, stack):
    agree([3, 4, 1], "tanh", dtype=dtype, stack=stack, optimizer=optimizer, learning_rate=0.05, iterations=10)


def test_an_optimiser_that_nobody_has_written_yet(interpreted, monkeypatch):
    """Old values after a store, lengths of the whole, room for a flat array: what a new entry of the table may want."""

    def trial(xp, theta, gradient, state, t, learning_rate):
        g, difference = state["g"], gradient - state["g"]
        g += 0.5 * difference
        step = difference * t + g
        before = 0.01 * theta
        theta -= learning_rate * step / (1 + xp.sqrt(xp.sum_last(step * step))[..., None])
        theta -= before

    monkeypatch.setitem(OPTIMIZERS, "trial", Optimizer(("g",), trial, 0.1, ""))
    agree([3, 4, 1], "tanh", optimizer="trial", iterations=10)
    agree([3, 4, 1], "tanh", optimizer="trial", iterations=10, stack=3)


# ---------------------------------------------------------------- every entry of the tables, compiled
DEEP = ["identity", "sigmoid", "elu(0.5)", "gelu", "softplus", "softmax"]  # hardly longer to compile than one alone
DEEP_SINGLE = ["elu(0.5)", "gelu", "softplus", "sigmoid"]  # with tanh below: every function beyond plain arithmetic
COMBINATIONS = [  # optimiser, activations, loss, what else
    ("nesterov(0.8)", ["silu", "exp"], "poisson", {"l2": 0.3, "batch_size": 9}),
    ("rmsprop", ["selu", "leaky_relu(0.2)"], "absolute_error", {"sample_weight": S, "clip_norm": 0.2}),
    ("adamw", ["mish", "softmax"], "huber(0.3)", {"l1": 0.2}),
    ("gradient_descent", ["tanh"], "quantile(0.7)", {
        "sample_weight": S, "l1": 0.1, "l2": 0.3, "clip_norm": 0.2, "batch_size": 9, "dtype": "float32"}),
]  # fmt: skip
BASE = ([3, 4, 1], ["tanh", "sigmoid"])  # with adam: one compilation for most kinds of runs
LINE = ([3, 4, 1], ["relu", "identity"], "squared_error", (X, X[:1] * X[1:2]))  # with momentum, which swings


def test_the_lists_here_name_every_entry():
    def bare(choices):
        return {choice.partition("(")[0] for choice in choices}

    assert bare(HIDDEN) == set(ACTIVATIONS) - {"softmax"}
    assert bare(OPTIMISERS) == set(OPTIMIZERS) - {"lbfgs"}
    optimisers, activations, losses, _ = zip(*COMBINATIONS, strict=True)
    assert bare([*optimisers, "momentum", "adam"]) == set(OPTIMIZERS) - {"lbfgs"}
    assert bare([*DEEP, *BASE[1], *LINE[1], *chain(*activations)]) == set(ACTIVATIONS)
    assert bare([*losses, "squared_error", "sigmoid_cross_entropy", "softmax_cross_entropy"]) == set(LOSSES)


@pytest.mark.long
def test_activations_compiled(compiled):
    sizes = [3, *[4] * (len(DEEP) - 1), 2]
    agree(sizes, DEEP, data=(X, TARGETS["one_hot"]), iterations=10)


@pytest.mark.long
def test_activations_compiled_in_float32(compiled):
    sizes = [3, *[4] * (len(DEEP_SINGLE) - 1), 1]
    agree(sizes, DEEP_SINGLE, dtype="float32", iterations=10)


@pytest.mark.long
@pytest.mark.parametrize(("optimizer", "activations", "loss", "options"), COMBINATIONS, ids=lambda x: str(x)[:20])
def test_losses_and_optimisers_compiled(compiled, optimizer, activations, loss, options):
    Y = TARGETS[LOSSES[loss.partition("(")[0]].labels]
    sizes = [3, *[4] * (len(activations) - 1), 2]
    agree(sizes, activations, loss, (X, Y), optimizer=optimizer, learning_rate=0.05, iterations=10, **options)


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
@pytest.mark.parametrize("stack", [None, 1, 3])
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_kinds_of_runs(engine, scenario, stack, listen):
    options = {"optimizer": "adam", "learning_rate": 0.05, **SCENARIOS[scenario]}
    agree(*BASE, stack=stack, listen=listen, **options)


@pytest.mark.parametrize("batch_size", [None, 7])
@pytest.mark.parametrize(
    ("Y", "weights"),
    [(False, None), (True, None), (False, S), (False, S_each), (True, S_each)],
    ids=["alike", "own targets", "weights", "own weights", "own targets and weights"],
)
def test_stacks_with_their_own_targets_and_weights(interpreted, Y, weights, batch_size):
    data = (X, np.stack([Y_ONE, 1 - Y_ONE, X[:1] > 0]).astype(float) if Y else Y_ONE)
    options = {"l2": 0.2, "l1": 0.1, "clip_norm": 0.1, "optimizer": "adam", "learning_rate": 0.05}
    agree(*BASE, data=data, sample_weight=weights, stack=3, iterations=12, batch_size=batch_size, **options)


@pytest.mark.long
def test_one_compilation_serves_stacks_weights_and_arrays_of_every_kind(compiled):
    """Read-only, in another order in memory, with gaps, one for each network: all are one signature for Numba."""
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
    assert {len(each.function.func.nopython_signatures) for each in compiled_engine._loaded.values()} == {1}


def test_five_steps_and_five_more_are_ten(engine):
    """Whole batches, so that no order is drawn."""
    options = {"optimizer": "adam", "learning_rate": 0.05}
    ten, _, _ = train("compiled", *BASE, None, (X, Y_ONE), iterations=10, **options)
    twice, _, _ = train("compiled", *BASE, None, (X, Y_ONE), iterations=5, runs=2, **options)
    np.testing.assert_array_equal(ten.vector, twice.vector)


def test_an_engine_may_resume_where_the_other_stopped(engine):
    nets = [Network(*BASE, seed=1, dtype="float64") for _ in range(2)]
    for net, engines in zip(nets, (("numpy", "compiled"), ("compiled", "numpy")), strict=True):
        for i, name in enumerate(engines):
            net.fit(X, Y_ONE, optimizer="adam", epochs=2, batch_size=7, engine=name, resume=i > 0)
    close(nets[0].vector, nets[1].vector, 1e-12)


def test_more_parameters_than_the_numpy_engine_takes_at_once(interpreted, monkeypatch):
    monkeypatch.setattr("glassnet.backends.numpy.CACHE_BLOCK", 5)
    agree(*BASE, optimizer="adam", iterations=5)


def test_few_long_rows(engine):
    """Products whose rows are few and long take another way through BLAS."""
    rng = np.random.default_rng(0)
    data = rng.normal(size=(3, 300)), rng.integers(0, 2, (1, 300)).astype(float)
    agree(*BASE, data=data, optimizer="adam", iterations=12)
    agree(*BASE, data=data, optimizer="adam", epochs=2, batch_size=130)


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


@pytest.mark.parametrize("runaway", RUNAWAY)
def test_a_run_that_diverges(engine, runaway):
    nets, errors = [], []
    for name in ("compiled", "numpy"):
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
def test_the_best_epoch_of_a_run_that_swings(engine, stack):
    history = agree(*LINE, optimizer="momentum", stack=stack, iterations=60, learning_rate=0.6, keep_best=True)
    assert 0 < history.best_epoch < 60 or stack
    agree(*LINE, optimizer="momentum", stack=stack, iterations=60, learning_rate=0.6, listen=True)


@pytest.mark.parametrize("batch_size", [None, 7])
@pytest.mark.parametrize("stack", [None, 3])
def test_ctrl_c_in_a_callback(engine, stack, batch_size):
    def interrupt(progress):
        if progress.moment == "epoch" and progress.epoch == 4:
            raise KeyboardInterrupt

    nets = {}
    for name in ("compiled", "numpy"):
        nets[name] = net = Network(*BASE, seed=1, dtype="float64", n_networks=stack)
        options = {"optimizer": "adam", "learning_rate": 0.9, "batch_size": batch_size, "epochs": 9}
        history = net.fit(X, Y_ONE, engine=name, callbacks=[interrupt], **options)
        assert history.interrupted
        assert (history.epochs, history.steps) == ((4, 4) if batch_size is None else (4, 24))
        assert len(history.cost) == history.steps == net.optimizer_state["t"]
    close(nets["compiled"].vector, nets["numpy"].vector, 1e-12)


@pytest.mark.parametrize("batch_size", [None, 2])
@pytest.mark.parametrize("stack", [None, 3])
@pytest.mark.usefixtures("ctrl_c")
def test_ctrl_c_during_a_call(interpreted, monkeypatch, stack, batch_size):
    """It is heard when the call returns, and the steps that were taken are counted."""
    calls, run_one = [], stepper.CompiledSteps._call

    def call(self, order, alphas, masks):
        calls.append(len(alphas))
        if len(calls) == 3:
            signal.raise_signal(signal.SIGINT)
        return run_one(self, order, alphas, masks)

    monkeypatch.setattr(stepper.CompiledSteps, "_call", call)
    net = Network(*BASE, seed=1, dtype="float64", n_networks=stack)
    options = {"optimizer": "adam", "iterations": 10_000, "batch_size": batch_size}
    history = net.fit(X, Y_ONE, engine="compiled", **options)
    assert history.interrupted
    assert len(calls) == 3
    assert history.steps == sum(calls) == len(history.cost) == net.optimizer_state["t"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if batch_size is None:
        assert history.epochs == len(history.epoch_cost) == history.steps
        np.testing.assert_allclose(net.cost(X, Y_ONE), history.cost.min(axis=0), rtol=1e-12)


@pytest.mark.parametrize("moment", ["start", "epoch"])
def test_a_callback_ends_the_run(engine, moment):
    net = Network(*BASE, seed=1, dtype="float64")
    options = {"optimizer": "adam", "epochs": 9, "batch_size": 7, "engine": "compiled"}
    history = net.fit(X, Y_ONE, callbacks=[lambda p: p.moment == moment], **options)
    assert history.steps == (0 if moment == "start" else 6)
    assert not history.interrupted


# ---------------------------------------------------------------- no second copy of the mathematics
@pytest.mark.parametrize(("table", "name", "field"), [
    (ACTIVATIONS, "tanh", "value"), (ACTIVATIONS, "tanh", "slope"), (LOSSES, "squared_error", "value"),
    (OPTIMIZERS, "gradient_descent", "update"),
])  # fmt: skip
def test_a_planted_fault_shows_in_what_is_compiled(interpreted, monkeypatch, table, name, field):
    """A thousandth more in the table's own function, and both engines follow."""
    check_fault(monkeypatch, table, name, field)


@pytest.mark.long
def test_a_planted_fault_shows_in_machine_code(compiled, monkeypatch):
    check_fault(monkeypatch, ACTIVATIONS, "tanh", "slope")


def check_fault(monkeypatch, table, name, field):
    run = ([3, 1], ["tanh"], "squared_error", (X, Y_ONE))
    options = {"iterations": 3, "learning_rate": 0.1}
    right, expected, _ = train("numpy", *run, **options)
    entry = table[name]

    def wrong(xp, *args):
        if field != "update":
            return 1.001 * getattr(entry, field)(xp, *args)
        *first, alpha = args
        return entry.update(xp, *first, 1.001 * alpha)

    monkeypatch.setitem(table, name, entry._replace(**{field: wrong}))
    monkeypatch.setattr(stepper, "_sources", {})  # texts are kept by name
    agree(*run, **options)
    net, history, _ = train("compiled", *run, **options)
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
def test_dropout_draws_and_trains_as_numpy_does(interpreted, dropout, stack, options):
    agree(*TWO_HIDDEN, dropout=dropout, stack=stack, optimizer="adam", **options)


@pytest.mark.long
@pytest.mark.parametrize("stack", [None, 3])
def test_dropout_in_parts_and_a_few_steps_at_a_time(compiled, monkeypatch, stack):
    monkeypatch.setattr(stepper, "_division", lambda *_: (3, 1))
    monkeypatch.setattr(stepper, "MASKS_AHEAD", 400)
    options = {"dropout": [0.5, 0.2], "stack": stack, "optimizer": "adam"}
    agree(*TWO_HIDDEN, epochs=3, batch_size=7, **options)
    agree(*TWO_HIDDEN, iterations=20, **options)


# ---------------------------------------------------------------- what the compiled engine leaves to NumPy
@pytest.mark.parametrize("options", [
    {"optimizer": "lbfgs", "iterations": 5},
])  # fmt: skip
@pytest.mark.parametrize("engine", ["compiled", "auto"])
def test_numpy_takes_what_is_not_covered(monkeypatch, engine, options):
    monkeypatch.setattr(compiled_engine, "load", lambda text: pytest.fail("nothing was to be compiled"))
    monkeypatch.setattr(choice, "predicted_seconds", lambda run, engine: 1e6 * (engine == "numpy"))
    net, history, _ = train(engine, *BASE, None, (X, Y_ONE), **options)
    twin, expected, _ = train("numpy", *BASE, None, (X, Y_ONE), **options)
    assert history.engine == "numpy"
    np.testing.assert_array_equal(net.vector, twin.vector)
    np.testing.assert_array_equal(history.cost, expected.cost)


def test_numpy_takes_a_stack_whose_networks_have_their_own_features(interpreted):
    data = np.stack([X, -X, 2 * X]), Y_ONE
    assert train("compiled", *BASE, None, data, stack=3, iterations=3)[1].engine == "numpy"


def test_numpy_takes_an_entry_that_symbols_cannot_follow(interpreted, monkeypatch):
    odd = ACTIVATIONS["tanh"]._replace(value=lambda xp, Z: np.sinh(1) * Z[..., ::1])
    monkeypatch.setitem(ACTIVATIONS, "tanh", odd)
    monkeypatch.setattr(stepper, "_sources", {})
    net, history, _ = train("compiled", *BASE, None, (X, Y_ONE), iterations=3)
    assert history.engine == "numpy"
    np.testing.assert_array_equal(net.vector, train("numpy", *BASE, None, (X, Y_ONE), iterations=3)[0].vector)


def test_without_numba(monkeypatch):
    monkeypatch.setattr(backend, "is_installed", lambda name: name != "numba")
    monkeypatch.setattr(choice, "predicted_seconds", lambda run, engine: 1e6 * (engine == "numpy"))
    net = Network(*BASE, seed=1)
    before = net.vector.copy()
    with pytest.raises(MissingLibraryError, match=r"engine='compiled' needs numba.*pip install"):
        net.fit(X, Y_ONE, engine="compiled", iterations=3)
    np.testing.assert_array_equal(net.vector, before)
    assert net.fit(X, Y_ONE, iterations=3).engine == "numpy"


def test_what_is_compiled_already_changes_nothing(interpreted):
    """Equal runs get equal engines."""
    before = Network(*BASE, seed=1).fit(X, Y_ONE, iterations=3).choice
    Network(*BASE, seed=1).fit(X, Y_ONE, iterations=3, engine="compiled")
    assert Network(*BASE, seed=1).fit(X, Y_ONE, iterations=3).choice == before


def test_an_unknown_engine():
    net = Network(*BASE, seed=1)
    with pytest.raises(UnknownNameError, match=r"unknown engine 'compile'.*did you mean 'compiled'"):
        net.fit(X, Y_ONE, engine="compile")
    with pytest.raises(UnknownNameError, match="did you mean 'numpy'"):
        net.fit(X, Y_ONE, engine="NumPy")


# ---------------------------------------------------------------- other processes, and the folder of compiled code
def test_a_short_run_does_not_import_numba():
    loaded = run_python("""
import json, sys
import numpy as np
from glassnet import Network
Network([3, 4, 1]).fit(np.ones((3, 9)), np.ones((1, 9)), iterations=50)
print(json.dumps([name for name in ("numba", "llvmlite", "scipy") if name in sys.modules]))
""")
    assert loaded == []


@pytest.mark.long
def test_another_process_compiles_nothing_again(compiled, monkeypatch, cache_with_product):
    """It finds the code on the disk, and keeps small products to one thread although scipy's BLAS came late."""
    cache = cache_with_product("float64")
    monkeypatch.setenv("GLASSNET_CACHE", str(cache))
    monkeypatch.setattr(compiled_engine, "_loaded", {})  # this folder has not seen the steps yet
    assert train("compiled", *BASE, None, (X, Y_ONE), optimizer="adam", iterations=5)[1].engine == "compiled"
    before = {path.name: path.stat().st_mtime_ns for path in sorted(cache.rglob("*"))}
    found = run_python(
        """
import json
import numpy as np
from glassnet import Network
from glassnet.backends.compiled import compiled_engine
from glassnet.backends import backend, choice
from glassnet.backends.compiled import stepper
from glassnet.backends.registry import BACKENDS
from threadpoolctl import threadpool_info

threads = []
def call(self, *args, inner=compiled_engine.Steps.__call__):
    threads.extend(pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas")
    return inner(self, *args)

compiled_engine.Steps.__call__ = call
make = stepper.CompiledSteps.__init__
def with_blas(self, *args):  # as on a machine where BLAS makes the products
    make(self, *args)
    self.by_blas = True
stepper.CompiledSteps.__init__ = with_blas
choice.predicted_seconds = lambda run, engine: 9.0 * (engine == "numpy")  # long enough for "auto"
X, Y = np.random.default_rng(0).normal(size=(3, 37)), np.ones((1, 37))
net = Network([3, 4, 1], ["tanh", "sigmoid"], dtype="float64")
history = net.fit(X, Y, optimizer="adam", iterations=5)
function = next(iter(compiled_engine._loaded.values())).function.func
print(json.dumps([history.engine, sum(function.stats.cache_hits.values()), sum(function.stats.cache_misses.values()),
                  sorted(set(threads))]))
""",
        GLASSNET_CACHE=str(cache),
        OPENBLAS_NUM_THREADS="2",
    )
    assert found == ["compiled", 1, 0, [1]]
    assert {path.name: path.stat().st_mtime_ns for path in sorted(cache.rglob("*"))} == before


def test_the_folder_is_the_users_own_or_the_given_one(monkeypatch, tmp_path):
    monkeypatch.setenv("GLASSNET_CACHE", str(tmp_path / "here" / "there"))
    assert next(compiled_engine.folders()) == tmp_path / "here" / "there"
    monkeypatch.delenv("GLASSNET_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert next(compiled_engine.folders()) == tmp_path / "xdg" / "glassnet"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "home")
    assert next(compiled_engine.folders()) == tmp_path / "home" / ".cache" / "glassnet"
    assert next(compiled_engine.folders()).is_dir()


def unwritable(tmp_path, monkeypatch, how):
    """Point GLASSNET_CACHE to a place where nothing can be written; root may write anywhere but below a file."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("GLASSNET_CACHE", str(tmp_path / "file" / "below" if how == "below a file" else tmp_path))
    monkeypatch.setattr(compiled_engine.tempfile, "tempdir", str(tmp_path))
    compiled_engine._temporary.cache_clear()
    if how == "no permission":
        make = compiled_engine.tempfile.TemporaryFile

        def refuse(dir):  # noqa: A002  its name there
            if dir == tmp_path:
                raise PermissionError
            return make(dir=dir)

        monkeypatch.setattr(compiled_engine.tempfile, "TemporaryFile", refuse)


@pytest.mark.parametrize("how", ["below a file", "no permission"])
def test_a_folder_that_cannot_be_written_gives_way_to_one_temporary_folder(monkeypatch, tmp_path, how):
    unwritable(tmp_path, monkeypatch, how)
    folder = next(compiled_engine.folders())
    assert folder.parent == tmp_path
    assert folder.name.startswith("glassnet-")
    assert next(compiled_engine.folders()) == folder
    compiled_engine._temporary.cache_clear()


def test_a_module_is_written_once_and_again_only_if_it_was_changed(compiled, monkeypatch, tmp_path):
    monkeypatch.setenv("GLASSNET_CACHE", str(tmp_path))
    text = "kernel_at, steps = 7, lambda *given: given\n"
    for left in (None, text, "damaged"):
        monkeypatch.setattr(compiled_engine, "_loaded", {})
        path = tmp_path / f"{compiled_engine.name_of(text)}.py"
        if left is not None:
            path.write_text(left)
        stamp = path.stat().st_mtime_ns if path.exists() else 0
        assert compiled_engine.load(text)(1, 2) == (7, 1, 2)
        assert path.read_text() == text
        assert (path.stat().st_mtime_ns == stamp) == (left == text)
    assert not list(tmp_path.glob("*.part"))
