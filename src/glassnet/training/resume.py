"""How a run is resumed: its position is noted at the end or at a checkpoint, and a new run begins there."""

from __future__ import annotations

import math
import time
from typing import Any

import numpy as np

from glassnet.training.declarations import is_same
from glassnet.training.position import CURVES, Position, fingerprint
from glassnet.training.run import Run
from glassnet.training.settings import Settings

Array = Any

DEFAULTS = Settings().to_document()


def position_of(run: Run, *, cut_off: bool) -> Position:
    """Note where a run stands, between two steps; `Position.settle` completes it.

    Parameters
    ----------
    run : Run
        A run at its end, or at a checkpoint.
    cut_off : bool
        Whether steps are left that a resumed run will take.

    Returns
    -------
    Position
        Where it stands; with its curves where it was cut off.
    """
    history, theta = run.history, run.theta.vector
    drawn = run.batches.drawn if run.batches.begun is None else run.batches.begun
    within = run.first_batch() > 0 or drawn is not None
    depends = cut_off or within or run.settings.keep_best or run.first is not None
    curves = {"cost": run.costs, **{name: getattr(history, name) for name in CURVES[1:]}}
    return Position(
        settings=run.identity if depends else {},
        samples=run.batches.m,
        data=run.data if depends else None,
        left=0,
        planned=run.steps if cut_off else history.steps,
        taken=history.steps,
        before=run.before,
        replayed=run.replayed,
        engine=history.engine,
        best_cost=np.array(run.best.cost, np.float64, ndmin=1),
        best_epoch=history.best_epoch,
        seconds=time.perf_counter() - run.began,
        last=theta.copy() if run.first is None else None,
        best=run.best.theta.copy() if cut_off or run.settings.keep_best else None,
        first=run.first,
        order=None if drawn is None else np.array(drawn, np.int64),
        curves={name: np.asarray(curve) for name, curve in curves.items()} if cut_off else {},
    )


def resume_run(run: Run, position: Position) -> None:
    """Let a new run begin at a position: as the rest of the run that was cut off there, or with further steps.

    With other settings or data than that run's it begins with the parameters which that run left. Where someone has
    changed those since, nothing is taken over.

    Parameters
    ----------
    run : Run
        A run that has taken no step yet.
    position : Position
        Where an earlier run of the same network stood.
    """
    theta = run.theta.vector
    if position.left != fingerprint(theta):
        return
    base = theta.copy() if position.base is None else position.base
    theta[...] = base
    run.best.theta[...] = base
    if run.first is not None:
        run.first = base.copy()
    if position.data is None:
        theta[...] = base if position.last is None else position.last
        run.best.theta[...] = theta
    elif (position.samples, position.data) == (run.batches.m, run.data) and is_same(
        position.settings, run.identity, DEFAULTS
    ):
        _take_over(run, position, base)


def _take_over(run: Run, position: Position, base: Array) -> None:
    """Take over the parameters, the best so far and the order of the samples; of a rest the history too."""
    theta = run.theta.vector
    is_rest = not position.ended and run.steps in (position.planned, position.planned - position.taken)
    if position.first is not None:
        theta[...] = run.first = position.first.copy()
    elif position.last is not None:
        theta[...] = position.last
    run.best.theta[...] = theta
    if is_rest or run.settings.keep_best:
        run.best.theta[...] = base if position.best is None else position.best
        run.best.cost = position.best_cost.copy() if theta.ndim > 1 else float(position.best_cost[0])
    run.batches.begun = position.order
    if is_rest:
        _take_over_history(run, position)
    else:
        run.before = (position.before + position.taken) % run.steps_per_epoch
        run.replayed = position.replayed + position.taken if run.first is not None else 0


def _take_over_history(run: Run, position: Position) -> None:
    history = run.history
    run.steps, run.before, run.replayed = position.planned, position.before, position.replayed
    run.epochs = math.ceil((run.before + run.steps) / run.steps_per_epoch)
    run.t_before -= position.taken if run.first is None else 0
    run.began -= position.seconds
    run.engine_before = position.engine
    run.costs = _listed(position.curves["cost"])
    for name in CURVES[1:]:
        setattr(history, name, _listed(position.curves[name]))
    history.steps, history.best_epoch = position.taken, position.best_epoch
    history.epochs = history.continued = len(history.epoch_cost)
    costs = history.validation_cost or history.epoch_cost
    run.schedule_costs = [J if np.ndim(J) == 0 else float(np.mean(J)) for J in costs]


def _listed(curve: Array) -> list[Any]:
    """Return a curve as a run keeps it: numbers, or of a stack arrays (k,)."""
    return list(curve.tolist()) if curve.ndim == 1 else list(curve)
