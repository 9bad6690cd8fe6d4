"""A fitted model and the rows that it is asked about: what it answers to a row, edited or not, and why.

Answers, intervals, sets, contributions and what is unlike the training are those of the model's own functions.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from glassnet.arrays import numpy_namespace as xp
from glassnet.core.equations import forward
from glassnet.errors import GlassnetError
from glassnet.estimators.saving import kind_of
from glassnet.estimators.targets import LabelEncoder
from glassnet.network import Network
from glassnet.plain_text import visible
from glassnet.studio.data import Data
from glassnet.studio.plain import number
from glassnet.studio.refused import RefusedError
from glassnet.texts import translated
from glassnet.typing import Array, Indices

if TYPE_CHECKING:
    from glassnet.studio.form import Field  # it loads what reads tables

COVERAGES = (0.5, 0.8, 0.9, 0.95, 0.99)
NO_TARGET = "these rows have no target: what the network answers stands for it in costs and slopes"


class Fitted:
    """A fitted model with some rows; a subclass says how rows become the network's input.

    Parameters
    ----------
    model : object
        Fitted.
    name : str
        Of its file.
    y : array (m,), optional
        The rows' targets, where they are known.
    test : array of int
        Which rows were kept for the test.
    is_typical : bool
        Whether there are no rows but one of typical values.
    """

    fields: list[Field]

    def __init__(
        self, model: Any, name: str, y: Any = None, test: Indices | None = None, *, is_typical: bool = False
    ) -> None:  # fmt: skip
        self.model = model
        self.name: str = name
        self.y: Any = y
        self.test: Indices = np.arange(0) if test is None else test
        self.is_typical: bool = is_typical
        self.notes: list[str] = []
        self.scores: dict[str, Any] = {}
        self.recipes: list[dict[str, Any]] = []
        self.target: str = getattr(model, "target_name_", None) or "y"

    # ------------------------------------------------------------ what a subclass says
    def prepared(self) -> Array:
        """Return the rows as the network's input (n[0], m)."""
        raise NotImplementedError

    def row(self, i: int, given: Mapping[str, Any]) -> Any:
        """Return row i as the model takes it, with other cells in some columns."""
        raise NotImplementedError

    def prepared_row(self, row: Any) -> Array:
        """Return a row as the network's input (n[0], 1)."""
        raise NotImplementedError

    def answered(self, row: Any, coverage: float) -> dict[str, Any]:
        """Return prediction, probabilities, interval or set, and what is unlike the training."""
        raise NotImplementedError

    def explained(self, row: Any) -> dict[str, Any]:
        """Return what each column contributes to the answer, or why that cannot be said."""
        raise NotImplementedError

    def cells(self, i: int) -> dict[str, str | None]:
        """Return the cells of row i as the form shows them."""
        raise NotImplementedError

    @property
    def feature_names(self) -> list[str]:
        """Names of the network's inputs."""
        raise NotImplementedError

    picture: tuple[int, ...] | None = None

    # ------------------------------------------------------------ what all have in common
    @property
    def network(self) -> Network:
        """The model's network, or several side by side."""
        return self.model if isinstance(self.model, Network) else self.model.network_

    @property
    def n_networks(self) -> int:
        """How many networks answer together."""
        return self.network.n_networks or 1

    @cached_property
    def X(self) -> Array:  # noqa: N802  the notation's letter
        """The rows as the network's input (n[0], m)."""
        return self.prepared()

    @property
    def m(self) -> int:
        """Number of rows."""
        return int(self.X.shape[1])

    def check_row(self, i: Any) -> int:
        """Return the number of a row; raise RefusedError where there is none."""
        if isinstance(i, bool) or not isinstance(i, int) or not 0 <= i < self.m:
            raise RefusedError(f"i: there are {self.m} rows, counted from 0; got {i!r:.60}", "i")
        return i

    def check_network(self, k: Any) -> int:
        """Return the number of a network; raise RefusedError where there is none."""
        if isinstance(k, bool) or not isinstance(k, int) or not 0 <= k < self.n_networks:
            raise RefusedError(f"network: there are {self.n_networks}, counted from 0; got {k!r:.60}", "network")
        return k

    def form(self) -> dict[str, Any]:
        """Return what the form holds, and what is known of the model."""
        return {
            "name": self.name, "kind": kind_of(self.model), "target": visible(self.target), "rows": self.m,
            "is_typical": self.is_typical, "fields": [field.to_document() for field in self.fields],
            "coverages": COVERAGES, "scores": self.scores, "recipes": self.recipes,
            "words": {name: translated(name, "zh") for values in self.scores.values() for name in values},
        }  # fmt: skip

    def saved(self) -> bytes:
        """Return the model as a file."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "model.glassnet"
            self.model.save(path)
            return path.read_bytes()

    def answer(self, i: Any, given: Any, coverage: float, k: int) -> dict[str, Any]:
        """Return what the model answers to row i with other cells in some columns, and why.

        Parameters
        ----------
        i : int
            The row.
        given : mapping
            Cells as text, or None for missing ones, by column.
        coverage : float
            Share of rows whose truth intervals or sets are to hold.
        k : int
            The network whose inputs are compared with those of the row itself.

        Returns
        -------
        dict
            Plain data.

        Raises
        ------
        RefusedError
            If there is no such row or column, or a cell cannot be read.
        """
        i, k = self.check_row(i), self.check_network(k)
        row = self.row(i, given or {})
        x = self.prepared_row(row)
        truth = None if self.y is None else self.y[i].tolist()
        return {
            "i": i, "test": bool(np.isin(i, self.test)),
            "truth": truth if truth is None or isinstance(truth, float | int) else visible(str(truth)),
            "cells": self.cells(i), **self.answered(row, coverage), "networks": self.each(x),
            "inputs": self.changed_inputs(x, i, k),
        }  # fmt: skip

    def why(self, i: Any, given: Any) -> dict[str, Any]:
        """Return what each column contributes to the answer for row i with other cells in some columns.

        Parameters
        ----------
        i : int
            The row.
        given : mapping
            Cells as text, or None for missing ones, by column.

        Returns
        -------
        dict
            Plain data.

        Raises
        ------
        RefusedError
            If there is no such row or column, or a cell cannot be read.
        """
        return self.explained(self.row(self.check_row(i), given or {}))

    def each(self, x: Array) -> list[dict[str, Any]]:
        """Return what each network answers alone to an input (n[0], 1)."""
        A = self.network.astype("float64").forward(x)
        return [self.said(each.T) for each in (A[np.newaxis] if A.ndim == 2 else A)]

    def said(self, outputs: Array) -> dict[str, Any]:
        """Return what outputs (1, n[L]) mean: a prediction, and the probability of each class."""
        target = getattr(self.model, "target_", None)
        if target is None:
            return {"prediction": [number(value) for value in outputs[0]], "probabilities": None}
        found = target.decode(outputs)[0]
        found = found.tolist() if hasattr(found, "tolist") else found
        if not isinstance(target, LabelEncoder):
            return {"prediction": found, "probabilities": None}
        return {
            "prediction": [visible(str(each)) for each in found] if isinstance(found, list) else visible(str(found)),
            "probabilities": [
                [visible(str(label)), number(p)]
                for label, p in zip(target.classes.tolist(), target.probabilities(outputs)[0], strict=True)
            ],
        }

    def changed_inputs(self, x: Array, i: int, k: int) -> dict[str, float]:
        """Return the inputs of network k that differ from those of row i."""
        before, after = (self.embedded(each, k)[:, 0] for each in (self.X[:, [i]], x))
        return {str(j): float(after[j]) for j in np.flatnonzero(before != after)}

    # ------------------------------------------------------------ one network, to be looked at
    def one(self, k: int) -> Network:
        """Return network k in float64, without its layer 0: its inputs are then what this makes of the rows."""
        whole, architecture = self.network, self.network.architecture
        net = Network(architecture.sizes, architecture.activations, architecture.loss, seed=0, dtype="float64")
        for l in range(1, net.L + 1):
            for mine, theirs in ((net.W, whole.W), (net.b, whole.b)):
                mine[l][...] = theirs[l] if whole.n_networks is None else theirs[l][k]
        return net

    def embedded(self, X: Array, k: int) -> Array:
        """Return A[0] of network k for inputs (n[0], m): what its layer 0 makes of them; X where it has none."""
        whole = self.network
        if whole.architecture.embedding is None:
            return X
        W, b = ([None if each[0] is None else each[0].astype(np.float64)] for each in (whole.W, whole.b))
        if whole.n_networks is not None:
            W, b = [W[0][k]], [b[0][k]]
        return np.asarray(forward(xp, X, W, b, [None], [None])[0][0])

    def names_of_inputs(self) -> list[str]:
        """Return the names of the rows of A[0]: of each group that layer 0 embeds, its column and a number."""
        names, embedding = self.feature_names, self.network.architecture.embedding
        if embedding is None:
            return names
        g, t, d = embedding
        groups = [names[(group + 1) * t - 1] for group in range(g)]  # a number itself is the last of its group
        return [f"{name} · {j + 1}" for name in groups for j in range(d)] + names[g * t :]

    def data(self, k: int) -> Data:
        """Return the rows as network k takes them."""
        net, X, target = self.one(k), self.embedded(self.X, k), getattr(self.model, "target_", None)
        notes, classes, scale, name = list(self.notes), self.classes, (0.0, 1.0), self.target
        if isinstance(target, LabelEncoder) or target is None:
            pass
        elif target.log:
            name = f"log {name}"
            scale = (float(target.mean[0]), float(target.scale[0]))
        else:
            scale = (float(target.mean[0]), float(target.scale[0]))
        Y = self.encoded()
        if Y is None:
            notes, Y = [*notes, NO_TARGET], net.forward(X)
            if classes is not None:
                Y = (Y > 0.5 if len(Y) == 1 else Y.max(axis=0) == Y).astype(np.float64)
        return Data(
            np.ascontiguousarray(X), np.ascontiguousarray(Y, np.float64), self.names_of_inputs(), classes,
            picture=self.picture if self.network.architecture.embedding is None else None, scale=scale,
            target=visible(name), cells=self.shown_cells if self.fields else None, notes=tuple(notes),
        )  # fmt: skip

    @property
    def classes(self) -> list[str] | None:
        """The names of the classes; None where numbers are predicted."""
        target = getattr(self.model, "target_", None)
        return [visible(str(each)) for each in target.classes.tolist()] if isinstance(target, LabelEncoder) else None

    def encoded(self) -> Array | None:
        """Return the targets as the network learned them (n[L], m); None where they are not known."""
        target = getattr(self.model, "target_", None)
        if self.y is None or target is None:
            return None
        try:
            return np.asarray(target.encode(self.y).T, np.float64)
        except GlassnetError:  # a class that training lacks
            return None

    def shown_cells(self, i: int) -> dict[str, str]:
        """Return the cells of row i for the glass."""
        return {visible(name): "" if cell is None else cell[:200] for name, cell in self.cells(i).items()}
