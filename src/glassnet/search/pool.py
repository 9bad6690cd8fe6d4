"""The threads that fits go side by side in, in the form that joblib, and so scikit-learn, hands work to."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextvars import Context, copy_context
from functools import partial
from typing import Any

from joblib.parallel import SequentialBackend, ThreadingBackend

from glassnet.engines.threads import as_worker, cores
from glassnet.training.several_fits import until


class Threads(ThreadingBackend):
    """One thread per core; what runs in one sees the caller's context variables, and starts no threads of its own."""

    def effective_n_jobs(self, n_jobs: int) -> int:
        """Return how many threads are used where `n_jobs` are asked for: 1 inside a worker."""
        return min(cores(), int(super().effective_n_jobs(n_jobs)))

    def start_call(self) -> None:
        """Take note of what holds for the caller; later work is handed over by the workers themselves."""
        self.context: Context = copy_context()
        self.ended: threading.Event = threading.Event()

    def submit(self, func: Callable[[], Any], callback: Callable[[Any], Any] | None = None) -> Any:
        """Hand a piece of work to a thread."""
        return super().submit(partial(self.context.copy().run, until, self.ended, as_worker, func), callback)

    def abort_everything(self, ensure_ready: bool = True) -> None:
        """End the fits that are under way, after Ctrl-C or where one failed and that is an error."""
        self.ended.set()
        super().abort_everything(ensure_ready)

    def get_nested_backend(self) -> tuple[Any, None]:
        """Return what takes the work inside a worker: the worker."""
        return SequentialBackend(nesting_level=1), None
