"""How far an experiment is: its loops are `tracked`, and whoever watches is told the share that is done."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

Item = TypeVar("Item")

_watcher: ContextVar[Callable[[float], None] | None] = ContextVar("watcher", default=None)
_span: ContextVar[tuple[float, float]] = ContextVar("span", default=(0.0, 1.0))


def tracked(items: Iterable[Item]) -> Iterator[Item]:
    """Yield the items; the watcher hears the share that is done, of the whole where such loops are nested."""
    found = list(items)
    tell, (low, high) = _watcher.get(), _span.get()
    step = (high - low) / max(1, len(found))
    try:
        for i, item in enumerate(found):
            _span.set((low + i * step, low + (i + 1) * step))
            if tell is not None:
                tell(low + i * step)
            yield item
    finally:
        _span.set((low, high))


@contextmanager
def watched(tell: Callable[[float], None]) -> Iterator[None]:
    """Call `tell` with the share that is done, 0 to 1, while the block runs."""
    token = _watcher.set(tell)
    try:
        yield
        tell(1.0)
    finally:
        _watcher.reset(token)


@contextmanager
def part(low: float, high: float) -> Iterator[None]:
    """Count all that the block does as this part of the whole."""
    begin, end = _span.get()
    token = _span.set((begin + (end - begin) * low, begin + (end - begin) * high))
    try:
        yield
    finally:
        _span.reset(token)
