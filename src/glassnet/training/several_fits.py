"""Ctrl-C: a single fit keeps its best network so far; one of several fits ends, and so do all the others.

A fold that was cut off must not count as a score. scikit-learn does not say whether a fit is one of several, so the
call stack is searched, only after Ctrl-C, for scikit-learn's searches, folds and ensembles, and for joblib's pools.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from glassnet.training.history import History

Result = TypeVar("Result")

SEVERAL = ("sklearn", "joblib")
ALONE = ("sklearn.base", "sklearn.callback", "sklearn.compose", "sklearn.pipeline", "sklearn.utils")  # one fit inside

_ended: ContextVar[threading.Event | None] = ContextVar("ended", default=None)


def one_of_several() -> bool:
    """Return whether the calling fit is one of several: of a search, of folds, of an ensemble."""
    frame = sys._getframe(1)
    while frame is not None:
        module = frame.f_globals.get("__name__") or ""
        if _is_in(module, SEVERAL) and not _is_in(module, ALONE):
            return True
        frame = frame.f_back  # type: ignore[assignment]
    return False


def _is_in(module: str, packages: tuple[str, ...]) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)


def uninterrupted(history: History) -> History:
    """Return the record of one of several runs, or raise KeyboardInterrupt where it was interrupted."""
    if history.interrupted:
        raise KeyboardInterrupt
    return history


def until(ended: threading.Event, work: Callable[..., Result], *given: Any) -> Result:
    """Call `work` in a thread; the trainings in it end as by Ctrl-C once `ended` is set (threads get no signals)."""
    _ended.set(ended)
    return work(*given)


def raise_if_ended() -> None:
    """Raise KeyboardInterrupt if the event of `until` is set."""
    ended = _ended.get()
    if ended is not None and ended.is_set():
        raise KeyboardInterrupt
