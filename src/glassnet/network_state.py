"""What a network is between two calls: architecture, parameters, and where its training stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from glassnet.core.architecture import Architecture
from glassnet.core.parameters import Layers, Parameters, owned
from glassnet.core.propagation import Objective
from glassnet.training.position import Position
from glassnet.training.settings import Settings
from glassnet.typing import Array


@dataclass(eq=False, repr=False)
class NetworkState:
    """Everything that a model file holds of a network; see `glassnet.Network` for the attributes."""

    architecture: Architecture
    parameters: Parameters
    rng: np.random.Generator
    record: dict[str, Any] | None = None
    optimizer_state: dict[str, Any] = field(default_factory=dict)
    position: Position | None = None
    missing_state: str = ""  # what the file that it was read from lacks to resume to the bit, in one sentence

    def __setstate__(self, state: dict[str, Any]) -> None:
        memory = state.get("optimizer_state", {})  # the same dict: a copy shares it with the run that writes it
        memory.update({name: owned(value) for name, value in memory.items()})
        vars(self).update(state)

    @property
    def W(self) -> Layers:
        """``W[1]`` ... ``W[L]`` (n[l], n[l-1]); with an embedding also ``W[0]`` (g, d, t)."""
        return self.parameters.W

    @property
    def b(self) -> Layers:
        """``b[1]`` ... ``b[L]`` (n[l], 1); with an embedding also ``b[0]`` (g, d, 1)."""
        return self.parameters.b

    @property
    def vector(self) -> Array:
        """All parameters (P,) or (k, P)."""
        vector: Array = self.parameters.vector
        return vector

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of every number."""
        return self.vector.dtype

    @property
    def L(self) -> int:
        """Number of layers, the input not counted."""
        return self.architecture.L

    @property
    def n_networks(self) -> int | None:
        """Number k of networks side by side; None for one network, whose arrays have no leading axis."""
        return None if self.vector.ndim == 1 else len(self.vector)

    @property
    def _arrays(self) -> dict[str, Array]:
        """W[l] and b[l] by name."""
        return {f"{each.letter}[{l}]": each[l] for each in (self.W, self.b) for l in each.numbers}

    @property
    def _no_masks(self) -> list[Array | None]:
        return [None] * (self.L + 1)

    def _objective(self, settings: Settings) -> Objective:
        strengths = settings.penalties(self.n_networks)
        return Objective.of(
            self.architecture, **{name: M.astype(self.dtype) if np.ndim(M) else M for name, M in strengths.items()}
        )
