"""BLAS has its threads again when the last of several fits that overlap has ended, in whatever order they end."""

import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import permutations

import pytest

from commands import run_python
from glassnet.arrays import threads
from needs import lacks


class Library:
    """A BLAS with one number of threads for the process, or one for each of its threads."""

    user_api, filepath = "blas", "here"

    def __init__(self, internal_api):
        self.internal_api, self.number, self.own = internal_api, 4, threading.local()

    @property
    def num_threads(self):
        return self.number if self.internal_api == "openblas" else getattr(self.own, "number", self.number)

    def set_num_threads(self, number):
        if self.internal_api == "openblas":
            self.number = number
        else:
            self.own.number = number


STEPS = [(i, moment) for i in range(3) for moment in ("__enter__", "__exit__")]
ORDERS = [
    steps
    for steps in permutations(STEPS)
    if all(steps.index((i, "__enter__")) < steps.index((i, "__exit__")) for i in range(3))
]


@pytest.mark.parametrize("internal_api", ["openblas", "mkl"])
def test_every_order_of_three_threads(internal_api):
    assert len(ORDERS) == 90
    with ThreadPoolExecutor(1) as a, ThreadPoolExecutor(1) as b, ThreadPoolExecutor(1) as c:
        workers = a, b, c
        for steps in ORDERS:
            library, inside = Library(internal_api), set()
            contexts = [threads._OneThread([library]) for _ in workers]
            for i, moment in steps:
                workers[i].submit(getattr(contexts[i], moment)).result()
                inside ^= {i}
                seen = [worker.submit(lambda library=library: library.num_threads).result() for worker in workers]
                of_process = internal_api == "openblas"
                assert seen == [1 if (inside if of_process else i in inside) else 4 for i in range(3)], steps
    assert not threads._OneThread.limited


def test_a_library_that_comes_later_and_one_that_someone_else_holds_down():
    early, late, held = (Library("openblas") for _ in range(3))
    late.filepath, held.filepath, held.number = "there", "elsewhere", 1
    with threads._OneThread([early, held]):
        with threads._OneThread([early, late, held]):
            held.number = 4  # whoever limited it undoes that
            assert (early.number, late.number) == (1, 1)
        assert (early.number, late.number, held.number) == (1, 4, 4)
    assert early.number == 4


# ---------------------------------------------------------------- the real thing, in fresh processes
HEAD = """
import json, os, threading, warnings
import numpy as np
from threadpoolctl import ThreadpoolController
from glassnet import Network
from glassnet.arrays.threads import blas_threads

X = np.random.default_rng(0).normal(size=(5, 60))
Y = (X[:1] > 0) * 1.0
blas = ThreadpoolController().select(user_api="blas")

def counts():
    return sorted({each.num_threads for each in blas.lib_controllers})

def fit(callback):
    return Network([5, 4, 1], seed=1).fit(X, Y, iterations=3, engine="numpy", callbacks=[callback])

before = counts()
"""


def fresh(text):
    """Run a program in a process of its own, where BLAS has two threads; return what it printed, as JSON."""
    two = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "2")
    before, *seen = run_python(HEAD + text, **two)
    if before != [2]:
        lacks("two BLAS threads")
    return seen


def test_fits_that_overlap_in_threads():
    """The first to begin ends first, and last, and with an error."""
    assert (
        fresh("""
seen = []
for ends_first in (0, 1):
    for error in (False, True):
        both, over = threading.Barrier(2), threading.Event()
        def work(number):
            def callback(progress):
                if progress.moment == "start":
                    both.wait(30)
                    seen.append(counts())
                    if number != ends_first:
                        over.wait(30)
                    elif error:
                        raise ZeroDivisionError
            try:
                fit(callback)
            except ZeroDivisionError:
                pass
            if number == ends_first:
                seen.append(counts())
                over.set()
        workers = [threading.Thread(target=work, args=(number,)) for number in (0, 1)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        seen.append(counts())
print(json.dumps([before, *seen]))
""")
        == [[1], [1], [1], [2]] * 4
    )


@pytest.mark.needs("fork")
def test_a_child_that_is_forked_during_a_fit_has_all_threads():
    assert fresh("""
warnings.simplefilter("ignore")  # newer Pythons warn of forks beside threads
def child():
    reading, writing = os.pipe()
    if os.fork() == 0:
        first = counts()
        with blas_threads(0):
            inside = counts()
        os.write(writing, json.dumps([first, inside, counts()]).encode())
        os._exit(0)
    os.wait()
    return json.loads(os.read(reading, 1000))

seen, both, over = [], threading.Barrier(2), threading.Event()
def callback(progress):
    if progress.moment == "start":
        both.wait(30)
        over.wait(30)
other = threading.Thread(target=fit, args=(callback,))
other.start()
both.wait(30)
seen += child()  # another thread is in a fit
with blas_threads(0):
    seen += child()  # so is this one, and the child goes on in it
over.set()
other.join()
print(json.dumps([before, *seen, counts()]))
""") == [[2], [1], [2], [1], [1], [1], [2]]
