"""The trace: every array of one pass, layer by layer, with shape, formula and the spread of its numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from glassnet.core.architecture import Architecture
from glassnet.core.dimensions import Dimension, aligned, dimension_table

Array = Any


@dataclass(frozen=True)
class TraceLine:
    """One array of the trace in a few numbers."""

    layer: int
    array: str
    shape: tuple[int, ...]
    formula: str
    smallest: float
    mean: float
    largest: float
    zeros: float


@dataclass(frozen=True)
class Trace:
    """Every array of one pass; the lists count layers from 1, and A[0] is X.

    dZ and dA follow the notation: they belong to the sum of the losses, without 1/m. They, and dW and db, are None
    where the pass had no Y.
    """

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

    def array(self, name: str) -> Array:
        """Return the array with a name such as "Z[1]" or "X = A[0]"; None where the pass does not have it."""
        letter, _, layer = name.removeprefix("X = ").rstrip("]").partition("[")
        layers = getattr(self, letter)
        return None if layers is None else layers[int(layer)]

    def lines(self) -> list[TraceLine]:
        """Return the arrays in the order of the pass, each with the spread of its numbers."""
        A_0, W_1 = self.A[0], self.W[1]
        stack = None if W_1.ndim == 2 else len(W_1)
        table = dimension_table(self.architecture, A_0.shape[-1], stack)
        return [self._line(d, self.array(d.array)) for d in table if self.array(d.array) is not None]

    @staticmethod
    def _line(d: Dimension, M: Array) -> TraceLine:
        return TraceLine(
            d.layer,
            d.array,
            M.shape,
            d.formula,
            float(M.min()),
            float(M.mean()),
            float(M.max()),
            float(np.mean(M == 0)),
        )

    def __str__(self) -> str:
        head = ("layer", "array", "shape", "smallest", "mean", "largest", "zeros", "formula")
        cells = [
            (
                str(t.layer),
                t.array,
                str(t.shape),
                f"{t.smallest:.4g}",
                f"{t.mean:.4g}",
                f"{t.largest:.4g}",
                f"{t.zeros:.0%}",
                t.formula,
            )
            for t in self.lines()
        ]
        text = aligned([head, *cells])
        return text if self.cost is None else f"{text}\ncost J = {np.round(self.cost, 6)}"

    __repr__ = __str__
