"""The curves of a training, thinned so that they never have more than some hundred points."""

from __future__ import annotations

import math
from typing import Any

MOST = 500
NAMES = ("iterations", "train", "test", "score_train", "score_test", "learning_rate")
SMOOTHED = NAMES[1:5]


class Curve:
    """Costs and scores by iteration; where there are too many points, every second one is dropped."""

    def __init__(self) -> None:
        self.points: list[tuple[Any, ...]] = []
        self.gap: int = 1  # iterations between two points that are kept

    def add(self, *point: Any) -> None:
        """Add a point: an iteration, and the numbers of `NAMES`; it replaces the last one where that is too near."""
        plain = tuple(None if value is None or not math.isfinite(value) else value for value in point)
        while self.points and self.points[-1][0] >= plain[0]:
            self.points.pop()
        if len(self.points) > 1 and plain[0] - self.points[-2][0] < self.gap:
            self.points.pop()
        self.points.append(plain)
        if len(self.points) > MOST:
            self.points = [*self.points[::2], *([] if len(self.points) % 2 else self.points[-1:])]
            self.gap = max(1, 2 * (self.points[-1][0] - self.points[0][0]) // MOST)

    def since(self, iteration: int = -1) -> dict[str, list[Any]]:
        """Return the points after an iteration, by name."""
        points = [point for point in self.points if point[0] > iteration]
        return {name: [point[k] for point in points] for k, name in enumerate(NAMES)}

    def smoothed(self, share: float) -> dict[str, list[Any]]:
        """Return each point as the mean of the points in a window that ends with it.

        Parameters
        ----------
        share : float
            Of all iterations, which the window is wide.

        Returns
        -------
        dict of str to list
            Iterations, and each of `SMOOTHED`; None where the window holds no number.
        """
        iterations = [point[0] for point in self.points]
        width = share * iterations[-1] if iterations else 0.0
        found: dict[str, list[Any]] = {"iterations": iterations}
        for name in SMOOTHED:
            values, first, total, count = [point[NAMES.index(name)] for point in self.points], 0, 0.0, 0
            means: list[float | None] = []
            for k, value in enumerate(values):
                total, count = total + (value or 0.0), count + (value is not None)
                while iterations[first] < iterations[k] - width:
                    total, count, first = total - (values[first] or 0.0), count - (values[first] is not None), first + 1
                means.append(total / count if count else None)
            found[name] = means
        return found

    def last(self) -> dict[str, Any]:
        """Return the newest point by name."""
        return dict(zip(NAMES, self.points[-1], strict=True)) if self.points else dict.fromkeys(NAMES)

    def copy(self) -> Curve:
        """Return a copy."""
        twin = Curve()
        twin.points, twin.gap = list(self.points), self.gap
        return twin
