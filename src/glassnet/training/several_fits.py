"""Ctrl-C: a fit by itself keeps its best network so far; one of several fits ends, and so do all the others.

A fold that was cut off must not count as a score. scikit-learn hands a fit no word of what it is for, so those who call
are looked at, when Ctrl-C comes and never before: scikit-learn's searches, folds and ensembles, and joblib's pools.
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
    """Tell whether the fit that asks is one of several which others do: a search, folds, an ensemble."""
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
    """Return the record of one of several runs that a result is made of; KeyboardInterrupt where it was cut off."""
    if history.interrupted:
        raise KeyboardInterrupt
    return history


def until(ended: threading.Event, work: Callable[..., Result], *given: Any) -> Result:
    """Call `work`; the trainings in it end, as by Ctrl-C, once `ended` is set. Signals reach the main thread alone."""
    _ended.set(ended)
    return work(*given)


def raise_if_ended() -> None:
    """Raise KeyboardInterrupt where nobody waits for this training any more."""
    ended = _ended.get()
    if ended is not None and ended.is_set():
        raise KeyboardInterrupt
