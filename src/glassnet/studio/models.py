"""The fitted models of one server: opened from files, or trained on the page."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from glassnet.studio.refused import RefusedError

if TYPE_CHECKING:
    from glassnet.studio.fitted import Fitted

MODEL = "model"  # the source of a run that looks at one
MOST_MODELS = 10  # trained on the page; the oldest are forgotten


class Models:
    """Fitted models by key."""

    def __init__(self) -> None:
        self.known: dict[str, Fitted] = {}
        self._ours: list[str] = []

    def keep(self, fitted: Fitted, *, is_ours: bool) -> dict[str, Any]:
        """Keep a model, and return the source by which a run looks at it.

        Parameters
        ----------
        fitted : Fitted
            The model.
        is_ours : bool
            Whether it was trained here, and makes room for later ones.

        Returns
        -------
        dict
            As a specification has it.
        """
        key = secrets.token_hex(6)
        self.known[key] = fitted
        if is_ours:
            self._ours.append(key)
            while len(self._ours) > MOST_MODELS:
                del self.known[self._ours.pop(0)]
        return {"name": MODEL, "model": key}

    def complete(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return a source that names a model.

        Raises
        ------
        RefusedError
            If it is not here.
        """
        key = given.get("model")
        if set(given) != {"name", "model"} or not isinstance(key, str) or key not in self.known:
            raise RefusedError("model: it is no longer here; open it again", "source.model")
        return {"name": MODEL, "model": key}

    def of(self, source: Mapping[str, Any]) -> Fitted:
        """Return the model of a source."""
        return self.known[self.complete(source)["model"]]


def opened_model(path: Path, data: Path | None, target: str | None, model: Any) -> Fitted:
    """Return a fitted model of a file with rows of its data.

    Parameters
    ----------
    path : path
        The model's file.
    data : path, optional
        Its data; without them there is one row of typical values.
    target : str, optional
        The column that it predicts, where the model does not know it.
    model : object
        What the file holds.

    Raises
    ------
    GlassnetError
        If the data do not match the model.
    """
    if hasattr(model, "preparation_"):
        from glassnet.studio.fitted_table import FittedTable

        return FittedTable.of(model, path.name, data, path)
    from glassnet.studio.fitted_arrays import FittedArrays

    return FittedArrays.of(model, path.name, data, target)
