"""What all recorders do: they see a training begin, its epochs, and its end, and write numbers by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from glassnet.training.history import Progress

COST, VALIDATION_COST, RATE, SPEED = "cost", "validation_cost", "learning_rate", "samples_per_second"


class Recorder:
    """A callback that writes each epoch of a training; subclasses say where to.

    Of a stack of networks it writes the mean of each number.
    """

    runs = 0  # that it has seen
    is_open = False

    def __call__(self, progress: Progress) -> None:
        """Write what a training of glassnet says of itself."""
        if progress.moment == "start":
            self._open({"engine": progress.engine, "epochs": progress.epochs})
        elif progress.moment == "epoch":
            values = {
                COST: progress.cost, VALIDATION_COST: progress.validation_cost, RATE: progress.learning_rate,
                SPEED: progress.samples_per_second,
            }  # fmt: skip
            self.write(progress.epoch, {n: float(np.mean(each)) for n, each in values.items() if each is not None})
        elif self.is_open:
            self._close()

    # ------------------------------------------------------------ scikit-learn's protocol
    def setup(self, estimator: Any, context: Any) -> None:
        """Begin a run: scikit-learn calls this before the fit of an estimator."""
        self._open({"estimator": type(estimator).__name__, **_plain(estimator.get_params(deep=False))})

    def on_fit_task_begin(self, estimator: Any, context: Any, **more: Any) -> None:
        """Do nothing: what begins has no cost yet."""

    def on_fit_task_end(
        self, estimator: Any, context: Any, *, X: Any = None, y: Any = None, metadata: Any = None  # noqa: N803
    ) -> bool:  # fmt: skip
        """Write an epoch of an estimator, and let it go on."""
        if context.task_name == "epoch" and X is not None:
            values = {COST: estimator.loss_}
            if curve := getattr(estimator, "validation_loss_curve_", None):
                values[VALIDATION_COST] = curve[-1]
            self.write(int(estimator.n_iter_), {name: float(each) for name, each in values.items()})
        return False

    def teardown(self, estimator: Any, context: Any) -> None:
        """End the run: scikit-learn calls this after the fit, also of one that failed."""
        if self.is_open:
            self._close()

    # ------------------------------------------------------------ of subclasses
    def begin(self, run: int, settings: Mapping[str, Any]) -> None:
        """Begin the record of a training, the `run`-th from 1."""
        raise NotImplementedError

    def write(self, epoch: int, values: Mapping[str, float]) -> None:
        """Write numbers of an epoch, counted from 1, by name."""
        raise NotImplementedError

    def end(self) -> None:
        """End the record of a training."""
        raise NotImplementedError

    def _open(self, settings: Mapping[str, Any]) -> None:
        if self.is_open:  # the last training broke before its end
            self._close()
        self.runs += 1
        self.begin(self.runs, settings)
        self.is_open = True

    def _close(self) -> None:
        self.is_open = False
        self.end()


def _plain(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings that are given and can be told in a line."""
    return {name: value for name, value in settings.items() if value is not None and len(str(value)) < 200}
