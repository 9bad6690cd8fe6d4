"""How many steps a piece of training takes, learnt from the pieces before it: a call of `fit`, then its steps."""

from __future__ import annotations

from collections import deque

STARTS = 4  # times as long as the start of `fit`, which checks all samples, a piece takes at least
SINGLES = 32  # the first two and one of so many are single steps, which tell what the start of `fit` takes
DOUBLES = 8  # where pieces are single steps, one of so many is two of them, which tells what a step takes
PATIENCE = 0.5  # seconds that two steps may take for that


class Pace:
    """What is known of the speed of a training."""

    def __init__(self) -> None:
        self.slow_down()

    def slow_down(self) -> None:
        """Begin to learn, with a single step: nothing is known, or something was changed and steps may take longer."""
        self.rate: float | None = None
        """Steps a second, once `fit` has started."""
        self._singles: deque[float] = deque(maxlen=5)  # seconds of the last pieces of one step
        self._pieces, self._steps = 0, 1

    @property
    def single(self) -> float:
        """Seconds of a piece of one step: the fastest of the last, since some had to wait for a core or a library."""
        return min(self._singles, default=0.0)

    @property
    def start(self) -> float:
        """Seconds that `fit` takes before its first step."""
        return max(self.single - 1 / self.rate, 0.0) if self.rate else 0.0

    def steps_in(self, seconds: float) -> int:
        """Return how many steps are taken in some seconds, or in as many as make the start of `fit` worth while."""
        self._pieces += 1
        if self._pieces <= 2 or self._pieces % SINGLES == 0:
            return 1
        steps, start = 1, self.start
        if self.rate:
            steps = min(2 * self._steps, max(1, int(self.rate * max(seconds - start, (STARTS - 1) * start))))
        if steps == 1 and self._pieces % DOUBLES == 3 and 2 * self.single < PATIENCE:
            steps = 2
        self._steps = steps
        return steps

    def learn(self, steps: int, seconds: float) -> None:
        """Learn from the steps that were taken in some seconds."""
        if steps == 1:
            self._singles.append(seconds)
        elif steps > 1:
            self.rate = (steps - 1) / max(seconds - self.single, 0.1 * seconds, 1e-6)
