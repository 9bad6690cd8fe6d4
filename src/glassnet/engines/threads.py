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

SMALL_PRODUCT = 1e7  # operations; below it a second thread brings little, and on a busy machine it costs tenfold

_is_worker: ContextVar[bool] = ContextVar("is_worker", default=False)


def cores() -> int:
    """Return how many workers a pool may have here: 1 inside a worker, else the cores that this process may use.

    A smaller OMP_NUM_THREADS counts: that is how joblib tells the processes it starts to keep to their share.
    """
    if _is_worker.get():
        return 1
    given = os.environ.get("OMP_NUM_THREADS", "").split(",")[0].strip()
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(allowed, int(given)) if given.isdigit() and int(given) > 0 else allowed


def thread_map(work: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
    """Call `work` for every item, side by side over the cores, one BLAS thread each.

    Parameters
    ----------
    work : callable
        Leaves the interpreter's lock for most of its time. The context variables of the caller hold inside it, and
        `cores()` is 1 there.
    items : iterable
        What it is called with.

    Returns
    -------
    list
        The results, in the order of the items; the first error is raised when all that began has ended.
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
    """Call `work` as a worker of a pool: `cores()` is 1 from here on, in a context that the worker has to itself."""
    _is_worker.set(True)
    return work(*items)


def blas_threads(operations: float, *, one: bool = False) -> AbstractContextManager[Any]:
    """Return a context in which BLAS uses one thread if the largest product is small, or if `one` asks for it.

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
    """Return the handle of the BLAS libraries in this process; scipy brings a second one."""
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


class _OneThread:
    """A context in which BLAS uses one thread: from the first that enters one until the last has left, in any order."""

    lock = threading.Lock()
    inside: ClassVar[list[_OneThread]] = []
    limited: ClassVar[dict[Hashable, tuple[Any, int]]] = {}  # which number -> its library, and what it was before

    def __init__(self, libraries: Iterable[Any]) -> None:
        self.libraries = [library for library in libraries if library.user_api == "blas"]

    def __enter__(self) -> None:
        with self.lock:
            self.thread, self.numbers = threading.get_ident(), {_number_of(library) for library in self.libraries}
            self.inside.append(self)
            for library in self.libraries:
                if (before := library.num_threads or 1) > 1:  # else it is limited by us, or by someone who will undo it
                    self.limited[_number_of(library)] = library, before
                    library.set_num_threads(1)

    def __exit__(self, *_error: object) -> None:
        with self.lock:
            self.inside.remove(self)
            self.restore()
            if all(each.thread != self.thread for each in self.inside):
                for library in self.libraries:  # threadpoolctl lets one thread at a time set OpenBLAS's number
                    getattr(library, "clear_controlling_thread", tuple)()

    @classmethod
    def restore(cls) -> None:
        """Give back the numbers that no one inside holds down any longer."""
        held = {number for each in cls.inside for number in each.numbers}
        for number in cls.limited.keys() - held:
            library, before = cls.limited.pop(number)
            library.set_num_threads(before)

    @classmethod
    def after_fork(cls) -> None:
        """Forget, in a child process, whoever was inside: only the thread that forked goes on there."""
        cls.lock = threading.Lock()
        cls.inside[:] = [each for each in cls.inside if each.thread == threading.get_ident()]
        cls.restore()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_OneThread.after_fork)


def _number_of(library: Any) -> Hashable:
    """Return which number of threads a library's is: one for the process, or one for each of its threads."""
    of_thread = library.internal_api == "mkl" or getattr(library, "threading_layer", None) == "openmp"
    return library.filepath, threading.get_ident() if of_thread else 0
