"""A training that is cut off, saved, loaded and taken up again is the training that was never cut off, to the bit."""

import itertools
import signal

import numpy as np

from glassnet import Network
from glassnet.backends.registry import BACKENDS
from glassnet.core.optimizers import OPTIMIZERS
from glassnet.network import _as_it_stands
from glassnet.training import loop

rng = np.random.default_rng(0)
X, Y = rng.normal(size=(3, 50)), rng.integers(0, 2, (1, 50)).astype(float)
X_VALID, Y_VALID = rng.normal(size=(3, 20)), rng.integers(0, 2, (1, 20)).astype(float)
S = rng.uniform(0.5, 2, (1, 50))

STEPPERS = [name for name, row in OPTIMIZERS.items() if row.update is not None]
EPOCHS = 20  # by the native backend, 16 steps on the whole batch go together
OPTIONS = {
    "whole batch": {},
    "the whole batch in float64": {"dtype": "float64"},
    "mini-batches": {"batch_size": 8},
    "mini-batches in order": {"batch_size": 8, "shuffle": False},
    "dropout": {"batch_size": 8, "dropout": 0.3},
    "dropout on the whole batch, best kept": {"dropout": 0.3, "keep_best": True},
    "validation, best kept": {"batch_size": 8, "validation": (X_VALID, Y_VALID), "keep_best": True},
    "plateau": {"batch_size": 8, "schedule": "plateau(0.5, 2)", "validation": (X_VALID, Y_VALID)},
    "cosine": {"batch_size": 8, "schedule": "cosine"},
    "warm-up": {"schedule": "warmup_cosine"},
    "penalties, weights, clipping": {"batch_size": 8, "l2": 0.1, "l1": 0.01, "clip_norm": 0.5, "sample_weight": S},
    "a stack": {"stack": 3, "batch_size": 8, "learning_rate": [0.1, 0.05, 0.01], "dropout": 0.2, "keep_best": True},
    "a stack on the whole batch": {"stack": 2, "schedule": "step(0.5, 3)"},
    "float64": {"dtype": "float64", "batch_size": 7},
    "iterations that end within an epoch": {"batch_size": 8, "epochs": None, "iterations": 40},
}


def network(stack=None, dtype="float32"):
    return Network([3, 5, 1], seed=1, n_networks=stack, dtype=dtype)


def callback_ends(at):
    """Let a callback end the run after some epochs."""
    return lambda progress: progress.moment == "epoch" and progress.epoch == at


def ctrl_c_in_callback(at):
    def interrupt(progress):
        if progress.moment == "epoch" and progress.epoch == at:
            raise KeyboardInterrupt

    return interrupt


def cut_off(how, at, path, given, options, monkeypatch):
    """Train a network until it is cut off, and save it; of a kill a checkpoint is what is left."""
    net = network(**given)
    if how == "kill":
        held = []

        def note(run):
            held.append(1)
            if len(held) == at:
                _as_it_stands(net, run).save(path)

        monkeypatch.setattr(loop.Run, "pause", note)
        net.fit(X, Y, **options)
        assert len(held) >= at
        monkeypatch.undo()
        return
    if how == "signal":
        attend, held = loop.Run.pause, []

        def pressed(run):
            held.append(1)
            if len(held) == at:
                signal.raise_signal(signal.SIGINT)
            attend(run)

        monkeypatch.setattr(loop.Run, "pause", pressed)
        assert net.fit(X, Y, **options).interrupted
        monkeypatch.undo()
    else:
        ends = callback_ends(at) if how == "callback" else ctrl_c_in_callback(at)
        assert net.fit(X, Y, **options, callbacks=[ends]).epochs == at
    net.save(path)


def differences(net, twin, history, expected):
    """Return the largest difference of everything that a training leaves behind."""
    left = ("cost", "epoch_cost", "validation_cost", "learning_rate", "best_epoch", "steps", "epochs")
    pairs = [(net.vector, twin.vector), *((getattr(history, name), getattr(expected, name)) for name in left)]
    pairs += [(net.optimizer_state.get(name), M) for name, M in twin.optimizer_state.items() if name != "optimizer"]
    assert net.rng.bit_generator.state == twin.rng.bit_generator.state
    arrays = [(np.asarray(one, float), np.asarray(other, float)) for one, other in pairs]
    assert [one.shape for one, _ in arrays] == [other.shape for _, other in arrays]
    return max(float(abs(one - other).max(initial=0.0)) for one, other in arrays)


def test_what_was_cut_off_resumes_to_the_bit(tmp_path, monkeypatch, tries, tally):
    """Every optimiser on every engine, each option, each way to be cut off: the difference is exactly 0."""
    engines = [name for name, row in BACKENDS.items() if row.available()]
    ways = ["callback", "Ctrl-C", "signal", "kill"]
    grid = [
        *itertools.product(engines, STEPPERS, OPTIONS, ways),
        *itertools.product(["numpy"], ["lbfgs"], ["whole batch", "the whole batch in float64"], ways),
    ]
    few = [*range(0, len(grid), 23)]
    signal_before = signal.signal(signal.SIGINT, signal.default_int_handler)
    worst = 0.0
    chosen = [grid[i] for i in tries(few, range(len(grid)))]
    for engine, optimizer, name, how in chosen:
        options = {"optimizer": optimizer, "epochs": EPOCHS, "engine": engine, **OPTIONS[name]}
        given = {key: options.pop(key) for key in ("stack", "dtype") if key in options}
        path = tmp_path / "net.glassnet"
        twin = network(**given)
        expected = twin.fit(X, Y, **options)
        at = 2 if how in ("signal", "kill") and "batch_size" not in options else 5
        with monkeypatch.context() as patched:
            cut_off(how, at, path, given, options, patched)
        net = Network.load(path)
        history = net.fit(X, Y, resume=True, **options)
        difference = differences(net, twin, history, expected)
        assert difference == 0.0, (engine, optimizer, name, how)
        worst = max(worst, difference)
    signal.signal(signal.SIGINT, signal_before)
    tally("resume after being cut off", tried=len(chosen), engines=len(engines), largest_difference=worst)
