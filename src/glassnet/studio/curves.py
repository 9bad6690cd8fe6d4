"""The curves of a run: as they are, smoothed, and the learning rate as its schedule plans it."""

from __future__ import annotations

from typing import Any

import numpy as np

from glassnet.core.names import choose
from glassnet.core.optimizers import OPTIMIZERS
from glassnet.studio.plain import number
from glassnet.studio.refused import RefusedError
from glassnet.studio.session import Session

WIDEST = 50  # per cent of the iterations that a point may be the mean of
POINTS = 120  # of a plan


def curves(session: Session, smooth: int) -> dict[str, Any]:
    """Return the curves.

    Parameters
    ----------
    session : Session
        The training.
    smooth : int
        Per cent of the iterations over which points are averaged; 0 for none.

    Returns
    -------
    dict
        ``costs`` as the state has them, ``smoothed``, how many iterations its window has, and the ``plan`` of the rate.

    Raises
    ------
    RefusedError
        If the window is wider than the curve allows.
    """
    if not 0 <= smooth <= WIDEST:
        raise RefusedError(f"smooth: expected per cent from 0 to {WIDEST}; got {smooth}", "smooth")
    curve = session.curve
    return {
        "costs": curve.since(), "smoothed": curve.smoothed(smooth / 100) if smooth else None,
        "window": smooth / 100 * session.place.iteration, "plan": plan(session), "iteration": session.place.iteration,
    }  # fmt: skip


def plan(session: Session) -> dict[str, list[Any]] | None:
    """Return the learning rates of the steps to come, by the number of the step; None for a constant one."""
    settings = session.fit_settings()
    left = session.steps_left
    if not callable(settings["schedule"]) or left == 0:
        return None
    _, optimizer = choose(OPTIMIZERS, settings["optimizer"], "optimizer")
    first = settings["learning_rate"] or optimizer.learning_rate
    ahead = np.unique(np.linspace(0, left - 1, POINTS).astype(int)).tolist()
    epochs = session.place.settings["epochs"]
    rates = [first * settings["schedule"](k / session.steps_per_epoch, epochs, []) for k in ahead]
    return {
        "iterations": [session.place.iteration + k + 1 for k in ahead],
        "learning_rate": [number(rate) for rate in rates],
    }  # fmt: skip
