"""The best parameters so far, which an interrupted or diverged training returns to."""

from __future__ import annotations

from typing import Any

import numpy as np

Array = Any


class Best:
    """A copy of theta at the lowest cost, for each network of a stack separately."""

    def __init__(self, theta: Array) -> None:
        self.theta: Array = theta.copy()
        self.cost: Any = float("inf") if theta.ndim == 1 else np.full(len(theta), np.inf)

    def offer(self, cost: Any, theta: Array) -> bool:
        """Keep theta for each network whose `cost` is lower than ever before; return whether there is one."""
        lower = cost < self.cost
        if self.theta.ndim == 1:
            if lower:
                self.theta[...], self.cost = theta, cost
            return bool(lower)
        self.theta[lower] = theta[lower]
        self.cost = np.where(lower, cost, self.cost)
        return bool(lower.any())

    def put_back(self, theta: Array) -> None:
        """Write the best parameters into `theta`, for every network with a finite cost so far."""
        known = np.isfinite(self.cost)
        theta[known] = self.theta[known]
