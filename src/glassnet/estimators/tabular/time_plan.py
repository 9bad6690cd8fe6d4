"""A limit on the time of a training: which candidates are trained for how many steps, by their measured speed."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from glassnet.backends.choice import amortise_startup_over
from glassnet.errors import DivergedError
from glassnet.training.settings import Settings

if TYPE_CHECKING:
    from glassnet.network import Network
    from glassnet.training.history import History, Progress

LEAST_SHARE = 0.3  # of a candidate's steps; with less, the deepest candidates are left out instead
PROBES = 4, 40  # steps; the difference leaves out what a run takes once
BEYOND_STEPS = 1.1  # seconds for each second of steps: validation, what a run takes once
JUDGING = 2.5  # seconds for each second of an epoch: passes forward of all rows
SCORING = 1.5  # seconds for each second of an epoch: a pass forward in twice the precision
LONG_PROBE = 0.02  # share of the time that is left, from which on a probe is the last


class _End(NamedTuple):
    """When a command has to be done, and the rows that it scores after its training."""

    moment: float
    rows: int


_end: ContextVar[_End | None] = ContextVar("end", default=None)


@contextmanager
def ends_at(moment: float | None, rows: int) -> Iterator[None]:
    """Within it, trainings with a limit leave time to score so many rows until a moment of `time.perf_counter`."""
    token = _end.set(None if moment is None else _End(moment, rows))
    try:
        yield
    finally:
        _end.reset(token)


@dataclass
class TimePlan:
    """Steps for each candidate, so that all of them end in time; without a limit nothing is planned.

    Parameters
    ----------
    limit : float or None
        Seconds, counted from when this was made.
    """

    limit: float | None
    began: float = field(default_factory=time.perf_counter)
    seconds: dict[str, float] = field(default_factory=dict)  # that a step of each candidate takes
    wanted: dict[str, int] = field(default_factory=dict)  # its steps without a limit
    per_epoch: dict[str, int] = field(default_factory=dict)  # its steps in an epoch
    steps: dict[str, int] = field(default_factory=dict)  # its steps as planned; others are left out
    taken: dict[str, tuple[int, int]] = field(default_factory=dict)  # steps as planned, and as they were
    left_out: bool = False  # whether candidates were
    was_cut: bool = False  # whether a training ended at the limit
    preparing: float = 0.0  # seconds
    rows: int = 0  # of the training

    def measure(self, name: str, network: Network, options: Mapping[str, Any], X: Any, Y: Any, weights: Any) -> None:
        """Time some steps of a candidate on a copy of its networks."""
        if self.limit is None:
            return
        self.rows = X.shape[1]
        if not self.preparing:
            self.preparing = time.perf_counter() - self.began
        self.per_epoch[name], self.wanted[name] = Settings(**options).steps(self.rows)
        twin, taken = copy.deepcopy(network), []
        for n in (1, *PROBES):
            began = time.perf_counter()
            with amortise_startup_over(max(1, self.wanted[name] // n)), suppress(DivergedError):
                twin.fit(X, Y, **{**options, "epochs": None, "iterations": n}, sample_weight=weights)
            taken.append(time.perf_counter() - began)
            if n > 1 and taken[-1] > LONG_PROBE * self.left([]):
                break
        few, many = PROBES
        per_step = taken[1] / few if len(taken) == 2 else (taken[2] - taken[1]) / (many - few)
        self.seconds[name] = max(per_step, 1e-7) * BEYOND_STEPS

    def left(self, names: Sequence[str] = ()) -> float:
        """Return the seconds that are left for training, if one of these candidates is scored in the end."""
        assert self.limit is not None
        end = _end.get()
        if end is None:
            return self.began + self.limit - time.perf_counter()
        slowest = max((self.seconds[name] * self.per_epoch[name] for name in names), default=0.0)
        scoring = (SCORING * slowest + self.preparing) * end.rows / max(self.rows, 1)
        return end.moment - scoring - time.perf_counter()

    def learn(self, name: str, history: History) -> None:
        """Note the steps of a training, and take its speed, relative to what was measured, for that of the others."""
        if self.limit is None or name not in self.seconds:
            return
        self.taken[name] = self.steps.get(name, self.wanted[name]), history.steps
        if history.steps < PROBES[-1]:
            return
        ratio = history.seconds / history.steps / (self.seconds[name] / BEYOND_STEPS)
        if ratio > 1:
            self.seconds = {other: seconds * ratio for other, seconds in self.seconds.items()}

    def plan(self, names: list[str]) -> None:
        """Plan the steps of the candidates that are still to be trained, from simple to deep."""
        if self.limit is None:
            return
        tried = [*self.taken, *names]
        steps = {name: self.seconds[name] * self.wanted[name] for name in names}
        judging = {name: JUDGING * self.seconds[name] * self.per_epoch[name] for name in names}
        least = 0 if self.taken else 1  # one is always trained
        while len(names) > least and self._room(tried, judging) < LEAST_SHARE * sum(steps.values()):
            last = names[-1]
            names, tried, self.left_out = names[:-1], tried[:-1], True
            del steps[last], judging[last]
        share = min(1.0, max(self._room(tried, judging), 0.0) / max(sum(steps.values()), 1e-9))
        self.steps = {name: max(1, int(share * self.wanted[name])) for name in names}

    def _room(self, tried: Sequence[str], judging: Mapping[str, float]) -> float:
        """Return the seconds that are left for steps."""
        return self.left(tried) - sum(judging.values())

    def ends(self) -> list[Callable[[Progress], bool]]:
        """Return the callback that ends a training at the limit, if there is one."""
        return [] if self.limit is None else [self._ends]

    def _ends(self, progress: Progress) -> bool:
        if progress.moment != "epoch" or progress.epoch >= progress.epochs:
            return False
        name = next(iter(self.steps), None)  # the first that was planned is under way
        if name is None:
            return False
        judging = JUDGING * self.seconds[name] * self.per_epoch[name]
        over = self.left([*self.taken, name]) <= judging
        self.was_cut |= over
        return over

    def notes(self) -> list[str]:
        """Return a sentence on what the limit changed, if it did."""
        out = [name for name in self.wanted if name not in self.taken]
        if self.limit is None or not (self.was_cut or self.left_out or any(
            planned < self.wanted[name] for name, (planned, _) in self.taken.items()
        )):  # fmt: skip
            return []
        shares = [f"{name} {steps / self.wanted[name]:.0%}" for name, (_, steps) in self.taken.items()]
        rest = f"; not tried: {', '.join(out)}" if out and self.left_out else ""
        return [
            f"the time limit of {self.limit:g} s shortened the training (steps: {', '.join(shares)}{rest}); "
            "the result depends on the speed of the machine"
        ]
