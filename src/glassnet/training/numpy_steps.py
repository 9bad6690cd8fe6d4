"""The steps of a run by NumPy: the equations as they stand, batch after batch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from glassnet.core.propagation import propagate
from glassnet.core.regularization import transform_gradient

if TYPE_CHECKING:
    from glassnet.training.run import Run, RunEpoch

Array = Any

CACHE_BLOCK = 32_768  # entries of theta that an optimiser updates at a time, so that its temporaries stay in the cache


def make_stepper(run: Run) -> RunEpoch:
    """Return what runs an epoch of a run."""

    def run_epoch() -> bool:
        for X, Y, S in run.batches.epoch(run.first_batch()):
            run.pause()
            J = cost_and_gradient(run, X, Y, S)
            _update(run)
            run.record(J)
            if run.history.steps == run.steps:
                break
        return run.end_epoch()

    return run_epoch


def cost_and_gradient(run: Run, X: Array, Y: Array, S: Array | None) -> Any:
    """Return J of a batch, checked by `Run.checked`, and write its gradient."""
    J = propagate(run.xp, run.theta, run.gradient, X, Y, run.objective, run.masks(X.shape[-1]), S).J
    return run.checked(J, X)


def _update(run: Run) -> None:
    """Take one step of the optimiser along the gradient."""
    theta, gradient = run.theta.vector, run.gradient.vector
    transform_gradient(run.xp, run.gradient, run.transforms)
    rate = run.next_learning_rate()
    t = run.t_before + run.history.steps + 1
    P = theta.shape[-1]
    if P <= CACHE_BLOCK:
        run.optimizer.update(run.xp, theta, gradient, run.state, t, rate)
        return
    for start in range(0, P, CACHE_BLOCK):
        block = np.s_[..., start : start + CACHE_BLOCK]
        memory = {name: run.state[name][block] for name in run.optimizer.state}
        run.optimizer.update(run.xp, theta[block], gradient[block], memory, t, rate)
