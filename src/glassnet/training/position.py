"""Where a run stands: what going on from there, to the bit, takes beside the optimiser's memory and the generator."""

from __future__ import annotations

import math
import time
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from glassnet.engines.sparse_columns import SparseColumns

if TYPE_CHECKING:
    from glassnet.training.loop import Run

Array = Any

NOT_THE_NUMBERS = ("epochs", "iterations", "engine", "device")  # settings that may change while a run goes on
CURVES = ("cost", "epoch_cost", "validation_cost", "learning_rate")  # what `History` holds of them
BLOCK = 2**20  # entries that a fingerprint copies at a time where they do not lie side by side


@dataclass
class Position:
    """A run at the end of a fit, or at a checkpoint.

    Attributes
    ----------
    settings : dict
        What shaped the numbers: equal ones go on with the same run.
    samples : int
        m.
    data : int or None
        Fingerprint of the data; None where nothing depends on data or settings: further steps may be taken with any.
    left : int
        Fingerprint of the parameters that the fit left: who has changed them since goes on from the new ones.
    planned, taken : int
        Steps of the run.
    before : int
        Steps into an epoch at which the run began.
    replayed : int
        Iterations of earlier runs that lbfgs, whose curvature scipy keeps to itself, takes again.
    engine : str
        What ran the equations.
    best_cost : array (1,) or (k,)
        Lowest cost so far, of each network of a stack.
    best_epoch, seconds
        As in `History`.
    base : array like theta, or None
        The parameters that the fit left, where who trains the network has changed them since (`follow`).
    last, best : array like theta, or None
        The parameters after the last step, and those of the lowest cost; None where `base` is the same.
    first : array like theta, or None
        Where lbfgs began.
    order : array (m,), or None
        Order of the samples in an epoch that has begun.
    curves : mapping
        The history of a run that was cut off, by Ctrl-C, a callback or a kill.
    """

    settings: dict[str, Any]
    samples: int
    data: int | None
    left: int
    planned: int
    taken: int
    before: int
    replayed: int
    engine: str
    best_cost: Array
    best_epoch: int
    seconds: float
    base: Array | None = None
    last: Array | None = None
    best: Array | None = None
    first: Array | None = None
    order: Array | None = None
    curves: Mapping[str, Array] = field(default_factory=dict)

    @classmethod
    def of(cls, run: Run, *, cut_off: bool) -> Position:
        """Note where a run stands, between two steps, and whether it is `cut_off` there; `settle` completes it."""
        history, theta, ended = run.history, run.theta.vector, not cut_off
        drawn = run.batches.drawn if run.batches.begun is None else run.batches.begun
        within = run.first_batch() > 0 or drawn is not None
        depends = not ended or within or run.settings.keep_best or run.first is not None
        return cls(
            settings=run.identity if depends else {},
            samples=run.batches.m,
            data=run.data if depends else None,
            left=0,
            planned=history.steps if ended else run.steps,
            taken=history.steps,
            before=run.before,
            replayed=run.replayed,
            engine=history.engine,
            best_cost=np.array(run.best.cost, np.float64, ndmin=1),
            best_epoch=history.best_epoch,
            seconds=time.perf_counter() - run.began,
            last=theta.copy() if run.first is None else None,
            best=run.best.theta.copy() if not ended or run.settings.keep_best else None,
            first=run.first,
            order=None if drawn is None else np.array(drawn, np.int64),
            curves={} if ended else _curves(run),
        )

    @property
    def ended(self) -> bool:
        """Whether the run was not cut off; one that was may have taken all its steps by then."""
        return not self.curves

    def end(self) -> None:
        """Take the run as it stands for a whole one: what follows are further steps, not the rest of it."""
        self.planned, self.curves = self.taken, {}

    def settle(self, theta: Array) -> None:
        """Take note of the parameters that the fit leaves; what equals them is not kept twice."""
        self.left = fingerprint(theta)
        for name in ("last", "best"):
            if (kept := getattr(self, name)) is not None and np.array_equal(kept, theta):
                setattr(self, name, None)

    def follow(self, before: Array, theta: Array) -> None:
        """Take note that who trains the network changed its parameters, from `before`: training goes on from those."""
        if self.base is None:
            self.base = before.copy()
        self.left = fingerprint(theta)

    def go_on(self, run: Run) -> None:
        """Let a new run begin here: as the rest of this one where it has not ended, else with further steps.

        Other settings or data than this one's begin with the parameters that it left; where those were changed by
        someone else, nothing of it is taken over.
        """
        theta = run.theta.vector
        if self.left != fingerprint(theta):
            return
        base = theta.copy() if self.base is None else self.base
        theta[...] = base
        run.best.theta[...] = base
        if run.first is not None:
            run.first = base.copy()
        if self.data is None:
            theta[...] = base if self.last is None else self.last
            run.best.theta[...] = theta
        elif (self.samples, self.settings, self.data) == (run.batches.m, run.identity, run.data):
            self._take_up(run, base)

    def _take_up(self, run: Run, base: Array) -> None:
        theta = run.theta.vector
        is_rest = not self.ended and run.steps in (self.planned, self.planned - self.taken)
        if self.first is not None:
            theta[...] = run.first = self.first.copy()
        elif self.last is not None:
            theta[...] = self.last
        run.best.theta[...] = theta
        if is_rest or run.settings.keep_best:
            run.best.theta[...] = base if self.best is None else self.best
            run.best.cost = self.best_cost.copy() if theta.ndim > 1 else float(self.best_cost[0])
        run.batches.begun = self.order
        if is_rest:
            self._take_up_history(run)
        else:
            run.before = (self.before + self.taken) % run.steps_per_epoch
            run.replayed = self.replayed + self.taken if run.first is not None else 0

    def _take_up_history(self, run: Run) -> None:
        history = run.history
        run.steps, run.before, run.replayed = self.planned, self.before, self.replayed
        run.epochs = math.ceil((run.before + run.steps) / run.steps_per_epoch)
        run.t_before -= self.taken if run.first is None else 0
        run.began -= self.seconds
        run.engine_before = self.engine
        run.costs = _listed(self.curves["cost"])
        for name in CURVES[1:]:
            setattr(history, name, _listed(self.curves[name]))
        history.steps, history.best_epoch = self.taken, self.best_epoch
        history.epochs = history.continued = len(history.epoch_cost)
        watched = history.validation_cost or history.epoch_cost
        run.watched = [J if np.ndim(J) == 0 else float(np.mean(J)) for J in watched]


def fingerprint(*arrays: Any) -> int:
    """Return a number that equal arrays share, however they lie in memory; None and sparse columns are arrays, too."""
    crc = 0
    for M in arrays:
        if isinstance(M, SparseColumns):
            crc = zlib.crc32(repr(M.shape).encode(), crc)
            for part in (M.rows.data, M.rows.indices, M.rows.indptr):
                crc = zlib.crc32(np.ascontiguousarray(part).data, crc)
        elif M is None:
            crc = zlib.crc32(b"none", crc)
        else:
            rows = M[:, None] if M.ndim == 1 else M.mT  # sample by sample
            crc = zlib.crc32(f"{rows.shape} {rows.dtype}".encode(), crc)
            size = max(1, BLOCK // max(1, rows[..., :1, :].size))
            for start in range(0, rows.shape[-2], size):
                crc = zlib.crc32(np.ascontiguousarray(rows[..., start : start + size, :]).data, crc)
    return crc


def _curves(run: Run) -> dict[str, Array]:
    history = run.history
    return {"cost": np.asarray(run.costs), **{name: np.asarray(getattr(history, name)) for name in CURVES[1:]}}


def _listed(curve: Array) -> list[Any]:
    """Return a curve as a run keeps it: numbers, or of a stack arrays (k,)."""
    return list(curve.tolist()) if curve.ndim == 1 else list(curve)
