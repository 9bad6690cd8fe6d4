"""Ctrl-C between two steps, never within one: what a step changes belongs together."""

from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import Any, Self


class Interrupts:
    """A context that notes Ctrl-C (and whatever else raises KeyboardInterrupt), for the loop to heed when it can.

    Attributes
    ----------
    pending : bool
        Whether one was noted. A second one comes through at once: a step may hang.
    open : bool
        Whether each comes through at once, as while a callback runs.
    """

    def __init__(self) -> None:
        self.pending = self.open = False
        self._handlers: dict[int, Any] = {}

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                if signal.getsignal(number) is signal.default_int_handler:
                    self._handlers[number] = signal.signal(number, self._note)
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        while self._handlers:
            number, handler = self._handlers.popitem()
            signal.signal(number, handler)
        if kind is None:
            self.heed()

    def heed(self) -> None:
        """Raise the KeyboardInterrupt that was held back, if there was one."""
        if self.pending:
            self.pending = False
            raise KeyboardInterrupt

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self.open or self.pending:
            raise KeyboardInterrupt
        self.pending = True
