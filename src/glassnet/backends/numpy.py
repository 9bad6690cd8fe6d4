"""The NumPy backend: the equations as they stand, batch after batch. It runs whatever no other backend covers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from glassnet.backends.backend import Backend
from glassnet.core.regularization import transform_gradient

if TYPE_CHECKING:
    from glassnet.training.run import Run, RunEpoch

CACHE_BLOCK = 32_768  # entries of theta that an optimiser updates at a time, so that its temporaries stay in the cache


def make_stepper(run: Run) -> RunEpoch:
    """Return what runs an epoch of a run."""

    def run_epoch() -> bool:
        for chosen in run.batches.steps(run.first_batch()):
            run.pause()
            J = run.cost_and_gradient(chosen)
            _update(run)
            run.record(J)
            if run.history.steps == run.steps:
                break
        return run.end_epoch()

    return run_epoch


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


NUMPY = Backend(
    name="numpy",
    libraries=("numpy",),
    make_stepper=make_stepper,
    #             start  step  layer entry parameter small middle large: of a machine with two cores
    coefficients=(0, 13e-6, 8e-6, 5e-9, 4.6e-10, 5e-12, 4e-12, 3.9e-12),
    phrase="with numpy",
    good_for="what the others do not cover",
)
