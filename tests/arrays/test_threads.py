"""How many threads a matrix product gets, and how many workers a pool."""

import sys
import threading
import time
from contextvars import ContextVar

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from glassnet import Network
from glassnet.arrays import threads
from glassnet.arrays.threads import SMALL_PRODUCT, blas_threads, cores, thread_map
from needs import need


def counts():
    """Return how many threads each BLAS in this process would use."""
    return [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"]


@pytest.fixture(autouse=True)
def two_threads():
    """Let BLAS have two threads, whatever the environment says, if the machine has them."""
    with threadpool_limits(2, user_api="blas"):
        need("two BLAS threads")
        yield


def test_a_small_product_gets_one_thread():
    before = counts()
    with blas_threads(SMALL_PRODUCT - 1):
        assert set(counts()) == {1}
    assert counts() == before


def test_a_large_product_keeps_what_there_was():
    before = counts()
    with blas_threads(SMALL_PRODUCT):
        assert counts() == before
    assert counts() == before


def test_one_thread_for_whoever_asks():
    with blas_threads(1e12, one=True):
        assert set(counts()) == {1}


def test_contexts_inside_each_other():
    before = counts()
    with blas_threads(0):
        with blas_threads(1e12, one=True):
            assert set(counts()) == {1}
        assert set(counts()) == {1}
    assert counts() == before


def test_an_error_inside_restores_the_threads():
    before = counts()
    with pytest.raises(ZeroDivisionError), blas_threads(0):
        _ = 1 / 0
    assert counts() == before


def test_scipys_blas_is_looked_for_again_once_it_is_loaded(monkeypatch):
    asked = []
    monkeypatch.setattr(threads, "_controller", lambda with_scipy: asked.append(with_scipy) or pytest.fail("asked"))
    for there in (False, True):
        if there:
            monkeypatch.setitem(sys.modules, "scipy.linalg.cython_blas", sys)
        else:
            monkeypatch.delitem(sys.modules, "scipy.linalg.cython_blas", raising=False)
        with pytest.raises(pytest.fail.Exception):
            blas_threads(0)
    assert asked == [False, True]


@pytest.mark.parametrize("is_small", [True, False])
def test_a_training_gets_what_its_largest_product_deserves(is_small):
    seen, before = [], counts()
    units = 8 if is_small else int(SMALL_PRODUCT / (2 * 400 * 10)) + 1
    X, Y = np.ones((10, 400)), np.ones((1, 400))
    Network([10, units, 1]).fit(X, Y, iterations=1, engine="numpy", callbacks=[lambda p: seen.extend(counts())])
    assert set(seen) == ({1} if is_small else set(before))
    assert counts() == before


# ---------------------------------------------------------------- workers
@pytest.fixture
def four_cores(monkeypatch):
    monkeypatch.setattr(threads.os, "sched_getaffinity", lambda process: set(range(4)), raising=False)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)


@pytest.mark.parametrize(
    ("given", "expected"), [("2", 2), ("9", 4), ("3,1", 3), ("", 4), ("0", 4), ("many", 4), (" 1 ", 1)]
)
@pytest.mark.usefixtures("four_cores")
def test_the_environment_may_lower_the_number_of_cores(monkeypatch, given, expected):
    assert cores() == 4
    monkeypatch.setenv("OMP_NUM_THREADS", given)
    assert cores() == expected


@pytest.mark.usefixtures("four_cores")
def test_pools_do_not_nest():
    """Each worker sees one core and one BLAS thread, and what it spreads itself stays in its own thread."""
    before, meet = counts(), threading.Barrier(3, timeout=300)

    def outer(i):
        meet.wait()  # three at once, or the barrier breaks
        inner = thread_map(lambda j: (j, threading.get_ident()), range(2))
        return i, cores(), set(counts()), {ident for _, ident in inner} == {threading.get_ident()}

    assert thread_map(outer, range(3)) == [(i, 1, {1}, True) for i in range(3)]
    assert cores() == 4
    assert counts() == before


@pytest.mark.usefixtures("four_cores")
def test_workers_know_the_callers_context():
    name = ContextVar("name", default="none")
    name.set("given")
    assert thread_map(lambda _: name.get(), range(3)) == ["given"] * 3


@pytest.mark.usefixtures("four_cores")
def test_an_error_in_a_worker_ends_all():
    before, seen = counts(), []

    def work(i):
        seen.append(i)
        if i == 0:
            raise ZeroDivisionError
        time.sleep(0.01)

    with pytest.raises(ZeroDivisionError):
        thread_map(work, range(10_000))
    assert len(seen) < 10_000
    assert cores() == 4
    assert counts() == before
