"""Processes that train one network, as threads of a test: each gets a `reduce` that adds up over all of them."""

import math
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np


class Sum:
    """Adds up the arrays of all threads, in the order of their numbers, and counts how often."""

    def __init__(self, rank, slots, barrier):
        self.rank, self.ranks, self.slots, self.barrier = rank, len(slots), slots, barrier
        self.calls = self.numbers = 0

    def __call__(self, numbers):
        self.calls, self.numbers = self.calls + 1, self.numbers + math.prod(numbers.shape)
        own = numbers if isinstance(numbers, np.ndarray) else numbers.numpy()  # a tensor shares its memory
        self.slots[self.rank] = own.copy()
        self.barrier.wait(60)
        total = sum(self.slots[1:], self.slots[0])
        self.barrier.wait(60)
        own[...] = total


def in_all(ranks, work):
    """Return what `work(reduce)` returns in each of so many threads; the error of the first that fails is raised."""
    barrier, slots = threading.Barrier(ranks), [None] * ranks

    def one(rank):
        try:
            return work(Sum(rank, slots, barrier))
        except BaseException:
            barrier.abort()
            raise

    with ThreadPoolExecutor(ranks) as pool:
        found = [pool.submit(one, rank) for rank in range(ranks)]
    errors = [each.exception() for each in found if each.exception() is not None]
    for error in sorted(errors, key=lambda error: isinstance(error, threading.BrokenBarrierError)):
        raise error
    return [each.result() for each in found]
