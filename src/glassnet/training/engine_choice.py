"""Which engine takes a run: the one that the predicted work is done soonest with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_fits: ContextVar[int] = ContextVar("fits", default=1)


@contextmanager
def fits_together(n: int) -> Iterator[None]:
    """Count each run inside as `n` alike: they share what an engine takes to start, which one alone may not be worth.

    Parameters
    ----------
    n : int
        Runs of one shape that follow each other, or go side by side; inside another such context the two multiply.
    """
    token = _fits.set(_fits.get() * n)
    try:
        yield
    finally:
        _fits.reset(token)


def fits_at_hand() -> int:
    """Return for how many runs the start-up of an engine is shared here."""
    return _fits.get()
