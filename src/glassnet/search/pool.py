"""The threads in which fits run side by side, as a backend of joblib, which scikit-learn uses."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextvars import Context, copy_context
from functools import partial
from typing import Any

from joblib.parallel import SequentialBackend, ThreadingBackend

from glassnet.arrays.threads import as_worker, cores
from glassnet.training.several_fits import until


class Threads(ThreadingBackend):
    """One thread per core; work in it sees the caller's context variables, and starts no threads itself."""

    def effective_n_jobs(self, n_jobs: int) -> int:
        """Return how many threads are used for `n_jobs`: 1 inside a worker."""
        return min(cores(), int(super().effective_n_jobs(n_jobs)))

    def start_call(self) -> None:
        """Keep the caller's context: later work is submitted by the workers themselves."""
        self.context: Context = copy_context()
        self.ended: threading.Event = threading.Event()

    def submit(self, func: Callable[[], Any], callback: Callable[[Any], Any] | None = None) -> Any:
        """Submit work to a thread."""
        return super().submit(partial(self.context.copy().run, until, self.ended, as_worker, func), callback)

    def abort_everything(self, ensure_ready: bool = True) -> None:
        """Stop the fits that are running, after Ctrl-C or where one failed and that is an error."""
        self.ended.set()
        super().abort_everything(ensure_ready)

    def get_nested_backend(self) -> tuple[Any, None]:
        """Return the backend inside a worker: the worker itself."""
        return SequentialBackend(nesting_level=1), None
