"""Ctrl-C waits while something is half done, and acts where nothing is.

A library whose import is cut off stays unusable in that process; a compiler calls back into Python, where an exception
is lost; a half-finished step leaves no valid state. So training runs inside `held` and calls `check` between its
steps, and heavy libraries are imported inside `held`.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, ClassVar

_NAMES = ("SIGINT", "SIGTERM", "SIGALRM", "SIGBREAK")  # whose handlers may raise; Windows has others than Linux
_NUMBERS = [getattr(signal, name) for name in _NAMES if hasattr(signal, name)]


LEAVING = b"glassnet: interrupted; nothing was changed\n"
INTERRUPTED = 130  # the exit code


def end_command_at_once() -> None:
    """Where this process is the command `glassnet`, let Ctrl-C end it in one sentence: nothing has begun yet."""
    words = getattr(sys, "orig_argv", [])
    program = os.path.basename(sys.argv[0]) if sys.argv else ""  # noqa: PTH119  pathlib takes its time
    as_module = sys.argv[:1] == ["-m"] and "-m" in words and words[words.index("-m") + 1 :][:1] == ["glassnet"]
    if as_module or program in ("glassnet", "glassnet.exe"):
        signal.signal(signal.SIGINT, _leave)


def _leave(number: int, frame: Any) -> None:
    os.write(2, LEAVING)
    os._exit(INTERRUPTED)


class _State:
    """What is held, in the main thread, which alone gets signals."""

    holding = False
    waiting: ClassVar[list[int]] = []  # signals, in the order they came
    handlers: ClassVar[dict[int, Callable[..., Any]]] = {}  # of those that come to us instead


@contextmanager
def held() -> Iterator[None]:
    """Hold Ctrl-C, and whatever else a signal's handler may raise, back until the block is done.

    Inside, `check` raises what waits, and `allowed` lets it through; blocks may nest. In other threads than the main
    one, where no signal arrives, nothing happens.
    """
    is_outermost = not _State.handlers
    if threading.current_thread() is not threading.main_thread() or (_State.holding and not is_outermost):
        yield
        return
    try:
        _State.holding = True
        if is_outermost:
            _take_over()
        yield
    finally:
        try:
            if is_outermost:
                _give_back()
        finally:
            _State.holding = False
        check()


@contextmanager
def allowed() -> Iterator[None]:
    """Let Ctrl-C through at once, inside `held`, as the code of a user expects; first raise what waits."""
    if threading.current_thread() is not threading.main_thread() or not _State.holding:
        yield
        return
    check()
    try:
        _State.holding = False
        yield
    finally:
        _State.holding = True


def check() -> None:
    """Raise what waits."""
    if _State.waiting and threading.current_thread() is threading.main_thread():
        while _State.waiting:
            number = _State.waiting[0]
            _State.waiting = [other for other in _State.waiting if other != number]
            handler = _State.handlers.get(number) or signal.getsignal(number)
            if callable(handler):
                handler(number, None)


def _take_over() -> None:
    _State.waiting = []
    for number in _NUMBERS:
        handler = signal.getsignal(number)
        if callable(handler):
            with suppress(ValueError):  # an interpreter inside another one hears no signals
                _State.handlers[number] = handler
                signal.signal(number, _handle)


def _give_back() -> None:
    while _State.handlers:
        number, handler = _State.handlers.popitem()
        if signal.getsignal(number) is _handle:  # else a callback has set its own
            signal.signal(number, handler)


def _handle(number: int, frame: Any) -> None:
    if _State.holding:
        _State.waiting.append(number)
    else:
        _State.handlers[number](number, frame)
