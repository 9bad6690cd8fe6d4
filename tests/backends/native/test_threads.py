"""Steps that are divided over threads: the same bits however many run, and nobody is left waiting."""

import gc
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from commands import run_python
from glassnet import Network
from glassnet.backends.native import stepper, thread
from glassnet.backends.native.task import Task, of_library

pytestmark = pytest.mark.usefixtures("level")
rng = np.random.default_rng(0)
X, Y = rng.standard_normal((100, 1100)), rng.standard_normal((3, 1100))
S = rng.uniform(0.5, 2, (1, 1100))


def trained(monkeypatch, cores, *, stack=None, samples=1100, sizes=(100, 150, 3), **options):
    """Return the parameters and costs of a training whose steps are large enough to be divided."""
    monkeypatch.setattr(stepper, "cores", lambda: cores)
    monkeypatch.setattr(stepper.os, "cpu_count", lambda: 4)
    net = Network(sizes, loss="squared_error", seed=1, dtype="float64", n_networks=stack)
    if "sample_weight" in options:
        options["sample_weight"] = options["sample_weight"][:, :samples]
    data = X[:, :samples], Y[: sizes[-1], :samples]
    history = net.fit(*data, **{"engine": "native", "epochs": 3, "l2": 0.1, "optimizer": "adam", **options})
    assert history.engine == options.get("engine", "native")
    return net.vector.copy(), np.array(history.cost)


OPTIONS = {
    "batches": {"batch_size": 530},
    "whole": {},
    "clipped": {"batch_size": 530, "clip_norm": 0.01},
    "weighted": {"batch_size": 530, "sample_weight": S, "l1": 0.1},
    "weighted and clipped": {"sample_weight": S, "clip_norm": 0.01, "keep_best": True},
    "dropout": {"batch_size": 530, "dropout": 0.3},
}


def test_a_task_is_as_long_as_the_library_says():
    assert of_library("task_bytes") == 8 * len(Task._fields_)


def test_the_steps_here_are_divided(monkeypatch):
    seen, divide = [], stepper._division
    monkeypatch.setattr(stepper, "_division", lambda *args: (seen.append(divide(*args)), divide(*args))[1])
    trained(monkeypatch, 2, batch_size=530)
    ((parts, groups),) = seen
    assert groups == 4
    assert parts % groups == 0


@pytest.mark.parametrize("options", OPTIONS)
def test_threads_change_no_bit(monkeypatch, options):
    vector, cost = trained(monkeypatch, 1, **OPTIONS[options])
    for cores in (2, 3, 4):
        other, other_cost = trained(monkeypatch, cores, **OPTIONS[options])
        np.testing.assert_array_equal(other, vector)
        np.testing.assert_array_equal(other_cost, cost)


@pytest.mark.parametrize("options", OPTIONS)
def test_parts_of_a_step_add_up_to_the_step(monkeypatch, options):
    options = OPTIONS[options]
    monkeypatch.setattr(stepper, "_division", lambda *_: (1, 1))
    whole, whole_cost = trained(monkeypatch, 1, **options)
    expected, expected_cost = trained(monkeypatch, 1, engine="numpy", **options)
    np.testing.assert_allclose(whole, expected, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(whole_cost, expected_cost, rtol=1e-11)
    for division in ((2, 2), (7, 1), (8, 4), (10, 2)):
        monkeypatch.setattr(stepper, "_division", lambda *_, division=division: division)
        vector, cost = trained(monkeypatch, 2, **options)
        np.testing.assert_allclose(vector, whole, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(cost, whole_cost, rtol=1e-12)


@pytest.mark.parametrize("division", [(2, 2), (4, 4), (8, 2)])
def test_fewer_parameters_than_threads_share(monkeypatch, division):
    """Some threads have no part of theta; the length of the gradient is that of all, at every step."""
    monkeypatch.setattr(stepper, "_division", lambda *_: division)
    options = {"sizes": (100, 1), "samples": 40, "clip_norm": 0.01, "epochs": 100, "l2": 0.0}
    expected, expected_cost = trained(monkeypatch, 1, engine="numpy", **options)
    for _ in range(5):
        vector, cost = trained(monkeypatch, division[1], **options)
        np.testing.assert_allclose(vector, expected, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(cost, expected_cost, rtol=1e-11)


@pytest.mark.parametrize("samples", [1, 2, 3, 5, 13])
@pytest.mark.parametrize("division", [(2, 2), (4, 4), (3, 1), (8, 2)])
def test_fewer_samples_than_parts(monkeypatch, samples, division):
    """Of a whole batch, and of a last batch: 25 samples in batches of 12 leave one."""
    expected, expected_cost = trained(monkeypatch, 1, samples=samples, engine="numpy")
    monkeypatch.setattr(stepper, "_division", lambda *_: division)
    vector, cost = trained(monkeypatch, 2, samples=samples)
    np.testing.assert_allclose(vector, expected, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(cost, expected_cost, rtol=1e-11)
    options = {"samples": 12 * 2 + samples % 3 + 1, "batch_size": 12, "sample_weight": S, "dropout": 0.2}
    expected, expected_cost = trained(monkeypatch, 1, engine="numpy", **options)
    vector, cost = trained(monkeypatch, 2, **options)
    np.testing.assert_allclose(vector, expected, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(cost, expected_cost, rtol=1e-11)


def test_a_stack_has_the_bits_of_its_networks_however_many_threads_run(monkeypatch):
    vectors = []
    for cores in (1, 2, 3):
        monkeypatch.setattr("glassnet.arrays.threads.cores", lambda cores=cores: cores)
        vectors.append(trained(monkeypatch, cores, stack=3, batch_size=530, epochs=2)[0])
    np.testing.assert_array_equal(vectors[1:], [vectors[0]] * 2)


def test_a_thread_that_fails_leaves_no_one_waiting(monkeypatch):
    run = thread.Thread.run

    def fails(self):
        if self.task.rank == 1:
            raise MemoryError("no room")
        return run(self)

    monkeypatch.setattr(thread.Thread, "run", fails)
    with pytest.raises(MemoryError, match="no room"):
        trained(monkeypatch, 2, batch_size=530)


def test_no_thread_outlives_a_run(monkeypatch):
    before = threading.active_count()
    trained(monkeypatch, 4, batch_size=530)
    gc.collect()
    limit = time.monotonic() + 5
    while threading.active_count() > before and time.monotonic() < limit:
        time.sleep(0.01)
    assert threading.active_count() <= before


# ---------------------------------------------------------------- equal seeds, equal bits
def small(seed=1):
    net = Network([5, 7, 1], seed=seed, dtype="float32")
    history = net.fit(X[:5, :90], Y[:1, :90] > 0, engine="native", batch_size=16, epochs=3, optimizer="adam")
    return net.vector.tobytes(), np.array(history.cost).tobytes()


def test_equal_seeds_give_equal_bits_whatever_ran_before(monkeypatch):
    expected = small()
    trained(monkeypatch, 2, batch_size=530)
    assert small(2) != expected
    held = [np.full(n, np.nan, "float32") for n in range(1, 5000, 100)]  # memory that is used again
    del held
    assert small() == expected


def test_equal_bits_in_threads_of_the_caller():
    expected = small()
    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(lambda _: small(), range(12))) == {expected}


PROCESS = """
import hashlib, json, os, sys
import numpy as np
from glassnet import Network
rng = np.random.default_rng(0)
X, Y = rng.standard_normal((100, 1100)), rng.standard_normal((3, 1100))
os.cpu_count = lambda: 4
def bits():
    net = Network([100, 150, 3], loss="squared_error", seed=1)
    options = {"batch_size": 530, "epochs": 2, "optimizer": "adam", "clip_norm": 0.1}
    assert net.fit(X, Y, engine="native", sample_weight=abs(X[:1]), **options).engine == "native"
    return hashlib.sha256(net.vector.tobytes()).hexdigest()
found = [bits()]
if hasattr(os, "fork"):
    sys.stdout.flush()
    child = os.fork()
    same = bits() == found[0]
    if not child:
        os._exit(0 if same else 1)
    found += [same, os.waitpid(child, 0)[1]]
print(json.dumps(found))
"""


@pytest.mark.needs("fork")
def test_equal_bits_for_one_and_two_threads_and_after_a_fork():
    one, two = (run_python(PROCESS, OMP_NUM_THREADS=threads) for threads in "12")
    assert one == two
    assert one[1:] == [True, 0]
