"""A line every ten seconds on how far a training is, where nothing can move: in a pipe, a file or a log."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np

from glassnet.texts import told
from glassnet.training.history import Progress

EVERY = 10.0  # seconds between two lines; a shorter command has none


class Watch(NamedTuple):
    """What is told how far a command is.

    Attributes
    ----------
    callback : callable
        Gets the `Progress` of a training.
    waiting : callable
        Gets what is done with rows before it, and with how many of them.
    """

    callback: Callable[[Progress], None]
    waiting: Callable[[str, int], None]


@contextmanager
def lines_of_progress(say: Callable[[str], None], every: float = EVERY) -> Iterator[Watch]:
    """Give what is told how far a training is; while the block runs, say it every so many seconds."""
    began, done = time.monotonic(), threading.Event()
    latest = ["reading and preparing"]

    def tell() -> None:
        while not done.wait(every):
            seconds = time.monotonic() - began
            say(told(f"{seconds:.0f} s: {latest[-1]}"))

    def callback(progress: Progress) -> None:
        latest[:] = [in_words(progress)]

    def waiting(what: str, rows: int) -> None:
        latest[:] = [before(what, rows)]

    teller = threading.Thread(target=tell, daemon=True)
    teller.start()
    try:
        yield Watch(callback, waiting)
    finally:
        done.set()
        teller.join()


def before(what: str, rows: int) -> str:
    """Return what is done with streamed rows before a training, and with how many."""
    return f"{what.lower()}, {rows:,} rows so far"


def in_words(progress: Progress) -> str:
    """Return how far a training is: its epoch, cost, and the time that it will still take."""
    if progress.moment == "end":
        return "training has ended; judging and scoring"
    text = f"epoch {progress.epoch} of {progress.epochs}"
    if progress.cost is not None:
        text += f", cost {np.mean(progress.cost):.4f}"
    if progress.validation_cost is not None:
        text += f", validation cost {np.mean(progress.validation_cost):.4f}"
    if progress.epoch:
        left = progress.seconds / progress.epoch * (progress.epochs - progress.epoch)
        text += f", about {left:.0f} s left for these networks"
    return text
