"""A network of a fitted model as a session: everything of it can be looked at, and nothing of it changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from glassnet.estimators.saving import kind_of
from glassnet.studio.curve import Curve
from glassnet.studio.fitted import Fitted
from glassnet.studio.refused import RefusedError
from glassnet.studio.session import Place, Session

LOOKED_AT = "a fitted model is looked at, not trained on"


class LookedAt(Session):
    """Network k of a fitted model, with its rows.

    Parameters
    ----------
    spec : mapping
        As `spec.complete` returns it.
    fitted : Fitted
        The model.
    """

    def __init__(self, spec: Mapping[str, Any], fitted: Fitted) -> None:
        self.spec = dict(spec)
        self.fitted = fitted
        self.show(0)

    def show(self, k: Any) -> None:
        """Show another network of the model.

        Raises
        ------
        RefusedError
            If there is none of that number.
        """
        self.shown = self.fitted.check_network(k)
        self.data = self.fitted.data(self.shown)
        self.train = np.setdiff1d(np.arange(self.data.m), self.fitted.test)
        self.test = self.fitted.test
        if not len(self.train):
            self.train, self.test = self.test, self.train
        (self.X, self.Y), (self.X_test, self.Y_test) = (
            [np.ascontiguousarray(M[:, part], np.float64) for M in (self.data.X, self.data.Y)]
            for part in (self.train, self.test)
        )
        self.place = Place(settings={**self.spec["settings"], "l2": 0.0, "l1": 0.0, "dropout": 0.0})
        self.reset()

    def reset(self) -> None:
        """Begin with the network as it was fitted."""
        self.net = self.fitted.one(self.shown)
        self.place = Place(settings=dict(self.place.settings), finished=LOOKED_AT)
        self.curve, self.rate, self.undoable = Curve(), None, []
        self.forget_parts()
        self.note()

    def of_model(self) -> dict[str, Any]:
        """Return which network of which model this is."""
        fitted = self.fitted
        return {"name": fitted.name, "kind": kind_of(fitted.model), "network": self.shown, "of": fitted.n_networks}

    @property
    def loss(self) -> str:
        """The loss that it was trained by."""
        return self.net.architecture.loss

    def change(self, given: Mapping[str, Any]) -> None:
        """Refuse: a fitted model is as it was fitted."""
        raise RefusedError(LOOKED_AT)
