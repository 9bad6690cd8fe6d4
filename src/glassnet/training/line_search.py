"""L-BFGS: scipy chooses direction and length of each step; cost and gradient are the equations', on the whole batch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from glassnet.training.several_fits import raise_if_ended

if TYPE_CHECKING:
    from glassnet.training.run import Run

Array = Any


def search(run: Run) -> None:
    """Run L-BFGS-B from theta; one iteration counts as one epoch of one step.

    scipy does not hand out its memory of the curvature, so a resumed run is searched again from where it began, to the
    same bits; iterations that were recorded before are not recorded again.
    """
    import numpy as np
    from scipy.optimize import minimize

    choice = run.optimizer.options
    last: dict[str, Any] = {}
    again = iter(range(run.replayed + run.history.steps))

    def value_and_slope(theta: Array) -> tuple[float, Array]:
        run.pause()
        run.theta.vector[...] = theta
        J = run.cost_and_gradient()
        last.setdefault("J", J)
        return J, run.gradient.vector.astype(np.float64)

    def after_iteration(intermediate_result: Any) -> None:
        J, last["J"] = last["J"], intermediate_result.fun
        if next(again, None) is not None:
            return
        run.theta.vector[...] = intermediate_result.x
        run.record(J)
        raise_if_ended()
        if run.end_epoch():
            raise StopIteration

    found = minimize(
        value_and_slope,
        run.theta.vector.astype(np.float64),
        jac=True,
        method="L-BFGS-B",
        callback=after_iteration,
        options={
            "maxiter": run.replayed + run.steps,
            "maxfun": int(choice["max_evaluations"]),
            "maxcor": int(choice["memory"]),
            "gtol": choice["tolerance"],
        },
    )
    run.theta.vector[...] = found.x
    run.history.converged, run.history.message = found.status == 0, str(found.message)
