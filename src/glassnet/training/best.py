"""The best parameters so far: what an interrupted or diverged training falls back to."""

from __future__ import annotations

from typing import Any

import numpy as np

Array = Any


class Best:
    """A copy of theta where the cost was lowest, each network of a stack by itself."""

    def __init__(self, theta: Array) -> None:
        self.theta: Array = theta.copy()
        self.cost: Any = float("inf") if theta.ndim == 1 else np.full(len(theta), np.inf)

    def offer(self, cost: Any, theta: Array) -> bool:
        """Keep theta wherever `cost` is lower than ever before; tell whether that was anywhere."""
        lower = cost < self.cost
        if self.theta.ndim == 1:
            if lower:
                self.theta[...], self.cost = theta, cost
            return bool(lower)
        self.theta[lower] = theta[lower]
        self.cost = np.where(lower, cost, self.cost)
        return bool(lower.any())

    def put_back(self, theta: Array) -> None:
        """Write the best parameters into `theta`, for every network that has had a cost at all."""
        known = np.isfinite(self.cost)
        theta[known] = self.theta[known]
