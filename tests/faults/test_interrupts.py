"""Ctrl-C at any moment: nothing happened or the best so far is kept, and the next fit is as if there had been none."""

import os
import random
import signal
import sys
from collections import Counter
from functools import partial
from pathlib import Path

import numpy as np
import pytest

import glassnet
from commands import run_python
from glassnet import MLPClassifier, Network, TabularClassifier, interrupts
from glassnet.arrays.threads import _OneThread
from needs import need

SOURCE = str(Path(glassnet.__file__).parent)
X = np.random.default_rng(0).normal(size=(3, 24))
Y = (X[:1] > 0).astype(float)
PLAIN = {"optimizer": "adam", "epochs": 2, "batch_size": 8}
FITS = {
    "batches": {**PLAIN, "engine": "numpy", "dropout": 0.2, "validation": (X, Y)},
    "whole": {"engine": "numpy", "iterations": 3, "keep_best": True},
    "lbfgs": {"optimizer": "lbfgs", "iterations": 3},
    "torch": {**PLAIN, "engine": "torch"},
    "native": {**PLAIN, "engine": "native"},
}
ESTIMATORS = {
    "mlp": lambda: MLPClassifier((4,), max_iter=3, early_stopping=True, random_state=0),
    "table": lambda: TabularClassifier(hidden=[4], epochs=2, random_state=0),
}
pytestmark = pytest.mark.usefixtures("ctrl_c")
NEEDS = {"torch": "torch", "native": "the native library"}


def pressed_at(number, work):
    """Do some work with Ctrl-C before the line of glassnet with that number; return its result, or the interrupt.

    With the number of lines that there were. Number 0 is none.
    """
    lines = 0

    def in_function(_frame, event, _given):
        nonlocal lines
        if event == "line":
            lines += 1
            if lines == number:
                signal.raise_signal(signal.SIGINT)
        return in_function

    before = sys.gettrace()
    sys.settrace(lambda frame, *_: in_function if frame.f_code.co_filename.startswith(SOURCE) else None)
    try:
        return work(), lines
    except KeyboardInterrupt as interrupt:
        return interrupt, lines
    finally:
        sys.settrace(before)


def moments(work, count):
    """Return some of the numbers of lines that `work` passes, the first and the last among them."""
    work()  # what is loaded once, is
    lines = pressed_at(0, work)[1]
    return sorted({round(each) for each in np.linspace(1, lines, min(count, lines))})


def assert_all_is_as_before():
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert not interrupts._State.waiting
    assert not interrupts._State.handlers
    assert not _OneThread.inside
    assert not _OneThread.limited


def ask(job):
    """Skip the test where the job's library is missing."""
    if job in NEEDS:
        need(NEEDS[job])


# ---------------------------------------------------------------- a fit, line by line
@pytest.mark.parametrize("job", FITS)
def test_a_fit_at_any_line(job, tries, tally):
    ask(job)

    def fit(net):
        return net.fit(X, Y, **FITS[job])

    def new():
        return Network([3, 4, 1], seed=1)

    expected = new()
    fit(expected)
    start, heard = new().vector.copy(), Counter()
    for at in moments(partial(fit, new()), tries(30, 10_000)):
        net = new()
        cost = net.cost(X, Y)
        ended, _ = pressed_at(at, partial(fit, net))
        heard[type(ended).__name__] += 1
        assert_all_is_as_before()
        if not isinstance(ended, KeyboardInterrupt):
            assert ended.interrupted, at
            assert len(ended.cost) == ended.steps
            assert net.cost(X, Y) <= cost or np.isinf(ended.cost.min(initial=np.inf)), at
        elif not np.array_equal(net.vector, start):
            assert np.isfinite(net.vector).all()
        assert not fit(net).interrupted
        again = new()
        fit(again)
        np.testing.assert_array_equal(again.vector, expected.vector)
    tally(f"Ctrl-C at a line of a fit, {job}", tried=heard.total(), broken=0, kept_the_best=heard["History"])
    assert heard["History"]


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning", "ignore:Training interrupted")
@pytest.mark.parametrize("job", ESTIMATORS)
def test_an_estimator_at_any_line(job, tries, tally):
    rows, labels, make, heard = X.T, Y[0] > 0, ESTIMATORS[job], Counter()

    def fit(model):
        return model.fit(rows, labels)

    expected = fit(make()).network_.vector.copy()
    for at in moments(partial(fit, make()), tries(20, 10_000)):
        model = make()
        ended, _ = pressed_at(at, partial(fit, model))
        heard[type(ended).__name__] += 1
        assert_all_is_as_before()
        if ended is model:
            assert model.predict(rows).shape == labels.shape
        np.testing.assert_array_equal(fit(model).network_.vector, expected)
    tally(f"Ctrl-C at a line of a fit, {job}", tried=heard.total(), broken=0)
    assert len(heard) == 2


def test_a_file_at_any_line(tmp_path, tries, tally):
    old, new = (Network([3, 4, 1], seed=seed) for seed in (1, 2))
    path, seen = tmp_path / "it.glassnet", Counter()
    for at in moments(partial(new.save, path), tries(40, 10_000)):
        old.save(path)
        ended, _ = pressed_at(at, partial(new.save, path))
        assert isinstance(ended, KeyboardInterrupt)
        found = Network.load(path)
        seen["old" if np.array_equal(found.vector, old.vector) else "new"] += 1
        assert any(np.array_equal(found.vector, net.vector) for net in (old, new))
        assert [each.name for each in tmp_path.iterdir()] == [path.name]
        assert_all_is_as_before()
    tally("Ctrl-C at a line of a save", tried=seen.total(), files_lost=0, left_behind=0)
    assert set(seen) == {"old", "new"}


# ---------------------------------------------------------------- first uses, in fresh processes
HEAD = """
import json, os, random, signal, sys, threading, time, warnings

signal.signal(signal.SIGINT, signal.default_int_handler)
fit = "from glassnet import Network; import numpy as np; X = np.eye(3); Y = X[:1]; net = Network([3, 4, 1], {}); "
fit += "engine = net.fit(X, Y, iterations=3{}).engine"
jobs = {
    "import": "import glassnet",
    "native": fit.format("", ", engine='native'"),
    "torch": fit.format("", ", engine='torch'"),
    "plot": "from glassnet import plots; plots.lines({'a': [0, 1]})",
    "classifier": "from glassnet import MLPClassifier; MLPClassifier().get_params()",
    "table": "from glassnet import TabularClassifier; TabularClassifier(epochs=2).fit([[0], [1]] * 20, [0, 1] * 20)",
    "search": "from glassnet import SearchCV",
    "lbfgs": fit.format("", ", optimizer='lbfgs'"),
    "erf": fit.format("'gelu'", ""),
    "forward": "from glassnet import Network; import numpy as np; Network([3, 4, 1], 'gelu').forward(np.eye(3))",
}
"""

FIRST_USE = """
job, at = sys.argv[1:]
named, at, seen, pressed = not at.isdigit(), at if not at.isdigit() else int(at), 0, False

def hook(event, given):
    global seen, pressed
    if event not in ("import", "exec") or pressed:
        return
    seen += 1
    if (event == "import" and str(given[0]).startswith(at)) if named else seen == at:
        pressed = True
        signal.raise_signal(signal.SIGINT)

sys.addaudithook(hook)
ended = "returned"
try:
    exec(jobs[job])
except KeyboardInterrupt:
    ended = "interrupted"
pressed_at, pressed = seen, True
exec(jobs[job])
assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
print(json.dumps([ended, pressed_at]))
"""


FIRST = [("import", "datetime"), ("native", "ctypes"), ("torch", "torch.nn"), ("plot", "matplotlib.colors")]
LATER = ["classifier", "table", "search", "lbfgs", "erf", "forward"] if os.environ.get("GLASSNET_FAULTS") else []


@pytest.mark.parametrize(("job", "module"), [*FIRST, *((job, None) for job in LATER)])
def test_the_first_use_of_a_library(job, module, tries, tally):
    """Interrupted while it is imported, wherever; the second time it works."""
    ask(job)
    ends = Counter()
    if module is not None:
        assert run_python(HEAD + FIRST_USE, job, module)[0] in ("returned", "interrupted")
        ends["tried"] += 1
    if count := tries(0, 25):
        imports = run_python(HEAD + FIRST_USE, job, str(10**9))[1]
        for at in np.linspace(1, imports, count).astype(int):
            ends[run_python(HEAD + FIRST_USE, job, str(at))[0]] += 1
            ends["tried"] += 1
    tally(f"Ctrl-C while libraries load, {job}", tried=ends["tried"], broken=0)


RUNNING = """
import numpy as np
from glassnet import Network

random.seed(int(sys.argv[1]))
X = np.random.default_rng(0).normal(size=(3, 40))
Y = (X[:1] > 0) * 1.0
kinds = [(g, optimizer, dtype) for g in ("tanh", "relu", "sigmoid", "elu", "softplus", "gelu")
         for optimizer in ("gradient_descent", "adam", "momentum") for dtype in ("float32", "float64")]
heard = {"fit": 0, "raised": 0, "late": 0}
for g, optimizer, dtype in random.sample(kinds, int(sys.argv[2])):
    def fit(engine, iterations=20):
        net = Network([3, 4, 1], g, seed=1, dtype=dtype)
        return net, net.fit(X, Y, engine=engine, optimizer=optimizer, learning_rate=0.01, iterations=iterations)
    timer = threading.Timer(random.random() / 20, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    how = "late"
    try:
        try:
            if fit("native", 3000)[1].interrupted:
                how = "fit"
        except KeyboardInterrupt:
            how = "raised"
        timer.join()
        time.sleep(0.01)
    except KeyboardInterrupt:
        assert how == "late"
    else:
        assert how != "late", "Ctrl-C was lost"
    heard[how] += 1
    net, history = fit("native")
    assert (history.engine, history.interrupted) == ("native", False)
    np.testing.assert_allclose(net.vector, fit("numpy")[0].vector, rtol=1e-4, atol=1e-6)
print(json.dumps(heard))
"""


def test_while_the_library_runs(tries, tally):
    """Again and again in one process, at random moments of loading and of steps; what is pressed is heard."""
    ask("native")
    heard = run_python(HEAD + RUNNING, str(random.randrange(10**6)), str(tries(3, 36)))
    tally("Ctrl-C while the native library runs", tried=sum(heard.values()), lost=0, broken=0, **heard)
