"""The arrays of one pass by their names, with the table of their dimensions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from glassnet.core.architecture import Architecture
from glassnet.errors import UnknownNameError
from glassnet.inspection.dimensions import DimensionTable, Terms, dimension_table
from glassnet.typing import Array

FACTOR = re.compile(r"(d?[WbZA]|D)\[(\d+)\](ᵀ?)|\b([XYS])(ᵀ?)\b")  # what has a shape in a formula


@dataclass(frozen=True)
class PassArrays:
    """Every array of one pass; the lists count layers from 1, and Z[0] is X. `Trace` describes the fields."""

    architecture: Architecture
    W: list[Array]
    b: list[Array]
    Z: list[Array]
    A: list[Array]
    dA: list[Array] | None = None
    dZ: list[Array] | None = None
    dW: list[Array] | None = None
    db: list[Array] | None = None
    cost: Any = None
    Y: Array | None = None
    D: list[Array | None] | None = None
    S: Array | None = None
    penalties: Mapping[str, Any] = field(default_factory=dict)

    @property
    def X(self) -> Array:
        """The features, as they were given."""
        X: Array = self.Z[0]
        return X

    @property
    def m(self) -> int:
        """Number of samples."""
        return int(self.A[0].shape[-1])

    @property
    def n_networks(self) -> int | None:
        """Number k of networks side by side; None for one network, whose arrays have no leading axis."""
        return None if self.W[1].ndim == 2 else len(self.W[1])

    def array(self, name: str) -> Any:
        """Return the array with a name.

        Parameters
        ----------
        name : str
            Such as "Z[1]", "X" or "Y".

        Returns
        -------
        array (rows, columns), or None
            The array, of the shape that `dimensions` says; None where the pass does not have it.

        Raises
        ------
        UnknownNameError
            If no array of this network has the name.
        """
        match = FACTOR.fullmatch(name.removeprefix("X = "))
        if match is None or match[3] or match[5] or int(match[2] or 0) > self.architecture.L:
            raise UnknownNameError.among("array", name, ["X", *(d.array for d in self.dimensions()), "Y", "S"])
        if match[4]:
            return getattr(self, match[4])
        layers = getattr(self, match[1])
        return None if layers is None else layers[int(match[2])]

    def dimensions(self) -> DimensionTable:
        """Return the dimension table, each shape compared with the array that the pass really made.

        Returns
        -------
        DimensionTable
            A line for each array.
        """
        W = self.W[1]
        terms = Terms(
            [l for l, D in enumerate(self.D or []) if D is not None],
            self.S is not None,
            tuple(self.penalties),
        )
        found = {"X = A[0]": self.A[0].shape, "X": self.X.shape}
        for letter in ("W", "b", "Z", "D", "A", "dA", "dZ", "dW", "db"):
            layers = getattr(self, letter) or []
            found |= {f"{letter}[{l}]": M.shape for l, M in enumerate(layers) if M is not None}
        return dimension_table(self.architecture, self.m, W.dtype, None if W.ndim == 2 else len(W), terms, found)
