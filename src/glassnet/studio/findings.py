"""Findings: what `diagnose` says of a run, looked for beside the training, on a copy of the network."""

from __future__ import annotations

import copy
import threading
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from glassnet.errors import GlassnetError
from glassnet.inspection.diagnosis import DETECTORS, Finding, diagnose
from glassnet.studio.remedies import remedy
from glassnet.studio.session import Session
from glassnet.texts import translated

FEW_STEPS = 20  # before which nothing can be said
REST = 5.0  # seconds between two looks at a run that plays, at least
SHARE = 10  # of the time between looks that one may take: one tenth


class Findings:
    """The newest findings.

    Parameters
    ----------
    tell : callable
        Called when there are new ones, from the thread that looked.
    """

    def __init__(self, tell: Callable[[], None]) -> None:
        self.found: list[dict[str, Any]] = []
        self.tell: Callable[[], None] = tell
        self._looking = threading.Lock()
        self._looked_at = -1
        self._again = 0.0  # when a run that plays is looked at next

    def clear(self) -> None:
        """Forget them."""
        self.found, self._looked_at = [], -1

    def look_in_passing(self, session: Session) -> None:
        """Look at a session that plays, where it is time to."""
        if time.monotonic() >= self._again:
            self.look(session)

    def look(self, session: Session) -> None:
        """Look at the session as it is now, unless it was looked at already, or that still goes on."""
        iteration = session.place.iteration
        if iteration < FEW_STEPS or iteration == self._looked_at or not self._looking.acquire(blocking=False):
            return
        self._looked_at = iteration
        look = looker(session)
        threading.Thread(target=self._look, args=(look,), name="glassnet-findings", daemon=True).start()

    def _look(self, look: Callable[[], list[dict[str, Any]]]) -> None:
        began = time.monotonic()
        try:
            with np.errstate(all="ignore"):
                self.found = look()
        except (GlassnetError, ArithmeticError, MemoryError):  # such a network cannot be judged
            self.found = []
        finally:
            now = time.monotonic()
            self._again = now + max(REST, SHARE * (now - began))
            self._looking.release()
        self.tell()


def looker(session: Session) -> Callable[[], list[dict[str, Any]]]:
    """Return what finds what is wrong with a session as it is now, from whatever thread it is called."""
    net, record, data = copy.deepcopy(session.net), whole_record(session), session.data
    spec = {**session.spec, "settings": dict(session.place.settings)}
    validation = (session.X_test, session.Y_test) if len(session.test) else None
    names = list(data.features)

    def look() -> list[dict[str, Any]]:
        found = diagnose(
            net.architecture, net.parameters, session.X, session.Y, record=record, validation=validation, names=names,
            classes=data.classes, numbers=session.train,
        )  # fmt: skip
        return [_document(each, spec, names) for each in found]

    return look


def _document(found: Finding, spec: dict[str, Any], names: list[str]) -> dict[str, Any]:
    said = {"title": found.wrong, "text": found.evidence, "change": found.change}
    return {
        "name": found.name, **said, "zh": {name: translated(text, "zh") for name, text in said.items()},
        "severity": "follows" if DETECTORS[found.name].is_symptom else "cause", "numbers": found.numbers,
        **remedy(found.name, found.numbers, spec, names),
    }  # fmt: skip


def whole_record(session: Session) -> dict[str, Any] | None:
    """Return the record of the whole training, not only of its last slice; None where no step was taken."""
    record, place = session.net.record, session.place
    if record is None:
        return None
    points = session.curve.since()
    settings = {**record["settings"], "schedule": place.settings["schedule"], "epochs": place.epoch or None}
    settings["iterations"] = None if place.epoch else place.iteration
    return {
        **record, "settings": settings, "epoch_cost": points["train"][1:],
        "validation_cost": [J for J in points["test"][1:] if J is not None], "epochs": place.epoch,
        "steps": place.iteration, "best_epoch": place.epoch,
    }  # fmt: skip
