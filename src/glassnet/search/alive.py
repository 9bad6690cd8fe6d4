"""Which trials are still trained: each process says so every few seconds, and a silent one's trial is done again.

Nobody compares clocks: a process watches the count that another one raises, and for how long it has not changed.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from optuna.exceptions import UpdateFinishedTrialError
from optuna.trial import TrialState

from glassnet.search.sampling import places

EVERY = 5.0  # seconds between two signs of life
SILENCE = 60.0  # seconds without one after which a process counts as gone
ALIVE = "alive"


@contextmanager
def signs_of_life(trial: Any) -> Iterator[None]:
    """Let a thread count on, in the storage, while the block trains a trial."""
    ended = threading.Event()

    def count() -> None:
        beats = 0
        while not ended.wait(EVERY):
            beats += 1
            try:
                trial.set_user_attr(ALIVE, beats)
            except UpdateFinishedTrialError:  # too late: another process does it again
                return

    thread = threading.Thread(target=count, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


class Watch:
    """What one process has seen of the others' trials."""

    def __init__(self) -> None:
        self.seen: dict[int, tuple[Any, float]] = {}  # by number: the last count, and when it was new
        self.missing: dict[int, float] = {}  # trials that nobody trains or has queued, and since when

    def lost(self, trials: Sequence[Any]) -> list[Any]:
        """Return the running trials whose processes have been silent for too long.

        Parameters
        ----------
        trials : sequence of optuna.trial.FrozenTrial
            Of a study.

        Returns
        -------
        list of optuna.trial.FrozenTrial
            Those that nobody trains any more.
        """
        now = time.monotonic()
        running = [each for each in trials if each.state == TrialState.RUNNING]
        for each in running:
            count = each.user_attrs.get(ALIVE)
            if self.seen.get(each.number, (None, 0.0))[0] != (count,):
                self.seen[each.number] = ((count,), now)
        return [each for each in running if now - self.seen[each.number][1] > SILENCE]

    def left(self, trials: Sequence[Any], rest: set[int]) -> list[Any]:
        """Return the failed trials that have not been queued again, by a process that ended before it could.

        Parameters
        ----------
        trials : sequence of optuna.trial.FrozenTrial
            Of a study.
        rest : set of int
            The places of those that have not ended.

        Returns
        -------
        list of optuna.trial.FrozenTrial
            One for each place that has been missing for some seconds.
        """
        now, place = time.monotonic(), places(trials)
        under_way = {place[each.number] for each in trials if not each.state.is_finished()}
        missing = {place[each.number]: each for each in trials if place[each.number] in rest - under_way}
        self.missing = {number: self.missing.get(number, now) for number in missing}
        found = [each for number, each in missing.items() if now - self.missing[number] > EVERY]
        for each in found:
            del self.missing[place[each.number]]
        return found
