"""A line every ten seconds on how far a training is, where nothing can move: in a pipe, a file or a log."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np

from glassnet.texts import told
from glassnet.training.history import Progress

EVERY = 10.0  # seconds between two lines; a shorter command has none


@contextmanager
def lines_of_progress(say: Callable[[str], None], every: float = EVERY) -> Iterator[Callable[[Progress], None]]:
    """Give a callback of a training; while the block runs, say every so many seconds how far it is."""
    began, done = time.monotonic(), threading.Event()
    latest: list[Progress] = []

    def tell() -> None:
        while not done.wait(every):
            seconds = time.monotonic() - began
            say(told(f"{seconds:.0f} s: {in_words(latest[-1]) if latest else 'reading and preparing'}"))

    def callback(progress: Progress) -> None:
        latest[:] = [progress]

    teller = threading.Thread(target=tell, daemon=True)
    teller.start()
    try:
        yield callback
    finally:
        done.set()
        teller.join()


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
