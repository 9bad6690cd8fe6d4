"""How many threads a matrix product gets, and how many workers a pool: pools never nest."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Hashable, Iterable
from contextlib import AbstractContextManager, nullcontext
from contextvars import ContextVar, copy_context
from functools import lru_cache
from typing import Any, ClassVar, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

SMALL_PRODUCT = 1e7  # operations; below it a second thread gains little, and slows a busy machine down tenfold

_is_worker: ContextVar[bool] = ContextVar("is_worker", default=False)


def cores() -> int:
    """Return how many workers a pool may have here: 1 inside a worker, else the cores that this process may use.

    A smaller OMP_NUM_THREADS counts, because joblib limits its processes that way.
    """
    if _is_worker.get():
        return 1
    given = os.environ.get("OMP_NUM_THREADS", "").split(",")[0].strip()
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(allowed, int(given)) if given.isdigit() and int(given) > 0 else allowed


def thread_map(work: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
    """Call `work` for every item in parallel over the cores, with one BLAS thread each.

    Parameters
    ----------
    work : callable
        Must release the interpreter's lock for most of its time. It runs in a copy of the caller's context, and
        `cores()` is 1 inside.
    items : iterable
        The arguments, one for each call.

    Returns
    -------
    list
        The results, in the order of the items. The first error is raised when all running calls have ended.
    """
    items = list(items)
    workers = min(cores(), len(items))
    if workers < 2:
        return [work(item) for item in items]
    from concurrent.futures import ThreadPoolExecutor

    with blas_threads(0, one=True), ThreadPoolExecutor(workers) as pool:
        futures = [pool.submit(copy_context().run, as_worker, work, item) for item in items]
        try:
            return [future.result() for future in futures]
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def as_worker(work: Callable[..., Result], *items: Any) -> Result:
    """Call `work` as a worker of a pool: `cores()` is 1 from here on in the context, which must be the worker's own."""
    _is_worker.set(True)
    return work(*items)


def blas_threads(operations: float, *, one: bool = False) -> AbstractContextManager[Any]:
    """Return a context in which BLAS uses one thread, if the largest product is small or `one` is set.

    Parameters
    ----------
    operations : float
        Multiplications and additions of the largest product.
    one : bool
        Whether to use one thread in any case, because several products run at once.
    """
    if operations >= SMALL_PRODUCT and not one:
        return nullcontext()
    return _OneThread(_controller("scipy.linalg.cython_blas" in sys.modules).lib_controllers)


@lru_cache(maxsize=2)
def _controller(with_scipy: bool) -> Any:
    """Return the handle of the BLAS libraries in this process; scipy has one of its own."""
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


class _OneThread:
    """A context in which BLAS uses one thread: from the first entry until the last exit, in any order."""

    lock = threading.Lock()
    inside: ClassVar[list[_OneThread]] = []
    limited: ClassVar[dict[Hashable, tuple[Any, int]]] = {}  # a setting -> its library, and its value before

    def __init__(self, libraries: Iterable[Any]) -> None:
        self.libraries = [library for library in libraries if library.user_api == "blas"]

    def __enter__(self) -> None:
        with self.lock:
            self.thread, self.numbers = threading.get_ident(), {_number_of(library) for library in self.libraries}
            self.inside.append(self)
            for library in self.libraries:
                if (before := library.num_threads or 1) > 1:  # otherwise it is limited already
                    self.limited[_number_of(library)] = library, before
                    library.set_num_threads(1)

    def __exit__(self, *_error: object) -> None:
        with self.lock:
            self.inside.remove(self)
            self.restore()
            if all(each.thread != self.thread for each in self.inside):
                for library in self.libraries:  # only one thread at a time may control OpenBLAS through threadpoolctl
                    getattr(library, "clear_controlling_thread", tuple)()

    @classmethod
    def restore(cls) -> None:
        """Restore the settings that no entered context limits any longer."""
        held = {number for each in cls.inside for number in each.numbers}
        for number in cls.limited.keys() - held:
            library, before = cls.limited.pop(number)
            library.set_num_threads(before)

    @classmethod
    def after_fork(cls) -> None:
        """Forget, in a child process, the contexts of other threads: only the thread that forked exists there."""
        cls.lock = threading.Lock()
        cls.inside[:] = [each for each in cls.inside if each.thread == threading.get_ident()]
        cls.restore()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_OneThread.after_fork)


def _number_of(library: Any) -> Hashable:
    """Return the key of a library's setting: one for the process, or one for each thread that calls it."""
    of_thread = library.internal_api == "mkl" or getattr(library, "threading_layer", None) == "openmp"
    return library.filepath, threading.get_ident() if of_thread else 0
