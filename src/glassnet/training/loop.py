"""The training loop: epochs until the run is done, Ctrl-C, or divergence; then the record."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from glassnet import interrupts
from glassnet.arrays.threads import blas_threads
from glassnet.core.optimizers import initial_state
from glassnet.training import line_search
from glassnet.training.history import History
from glassnet.training.resume import position_of
from glassnet.training.run import Run, RunEpoch
from glassnet.training.several_fits import one_of_several, raise_if_ended


def _descend(run: Run, make_stepper: Callable[[Run], RunEpoch]) -> None:
    """Take the steps of an optimiser of the table, epoch by epoch."""
    for name, zeros in initial_state(run.xp, run.optimizer, run.theta.vector).items():
        run.state.setdefault(name, zeros)
    run_epoch = make_stepper(run)
    try:
        with run.at_end:
            while run.history.steps < run.steps:
                raise_if_ended()
                if run_epoch():
                    break
    finally:  # also after Ctrl-C, so that the state and its t agree
        run.state["t"] = run.t_before + run.history.steps
    if not run.is_finite():
        raise run.diverged()


def _offer_last(run: Run) -> None:
    """Compare the parameters after the last step with the best; no later step computes their J."""
    J = run.pass_over(None, run.masks_ahead(run.batches.m))
    if run.is_finite():
        run.offer(J)


@interrupts.held()
def train(run: Run, make_stepper: Callable[[Run], RunEpoch], *, one_blas_thread: bool = False) -> History:
    """Train until the steps are done, a callback ends the run, or Ctrl-C does.

    Parameters
    ----------
    run : Run
        What is trained.
    make_stepper : callable
        Takes the run, and returns what runs an epoch of it.
    one_blas_thread : bool
        Whether BLAS keeps to one thread because the steps use all cores without it. Its other threads would keep a
        core busy while they wait for the next product.

    Returns
    -------
    History
        The record of the run; after Ctrl-C it is marked as interrupted and the best parameters so far are in place.

    Raises
    ------
    DivergedError
        When the cost is no longer finite; the best parameters so far are then in place.
    KeyboardInterrupt
        After Ctrl-C where this is one of several fits (`several_fits.one_of_several`), or one of several processes,
        which do not end at the same step.
    """
    history = run.history
    history.choice = str(run.choice)
    with run.xp.quiet(), blas_threads(run.largest_product(), one=one_blas_thread):
        try:
            if not run.call_back("start"):
                if run.optimizer.update is None:
                    line_search.search(run)
                else:
                    _descend(run, make_stepper)
            run.position = position_of(run, cut_off=run.stopped and history.steps < run.steps)
            if run.settings.keep_best and run.judges_steps:
                _offer_last(run)
            interrupts.check()
        except KeyboardInterrupt:
            history.interrupted = True
            if run.position is None and run.between_steps:
                run.position = position_of(run, cut_off=True)
        if history.interrupted or run.settings.keep_best:
            run.best.put_back(run.theta.vector)
        if run.position is not None:
            run.position.settle(run.theta.vector)
        history.cost = np.asarray(run.costs)
        history.seconds = time.perf_counter() - run.began
        run.call_back("end")
    if history.interrupted and (run.reduce.ranks > 1 or one_of_several()):
        raise KeyboardInterrupt
    return history
