"""What happens after each epoch of an MLP estimator: the curves grow, a line is printed, and it may be time to stop."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from glassnet.estimators.mlp.callbacks import EpochTasks
from glassnet.estimators.mlp.rows import Validation
from glassnet.estimators.mlp.start import RandomOrder
from glassnet.training.checkpoint import Checkpoint
from glassnet.training.history import Progress

SMALLEST_RATE = 1e-6  # an adaptive learning rate that has come down to this ends the training


@dataclass(eq=False)
class TrainingMonitor:
    """A callback of `Network.fit` that updates an estimator's fitted attributes and decides when to stop.

    Parameters
    ----------
    estimator : MLPClassifier or MLPRegressor
        Its settings decide, its attributes are updated.
    samples : int
        Rows in an epoch.
    validation : Validation, optional
        Rows that are looked at after each epoch.
    tasks : EpochTasks
        Tells the callbacks of scikit-learn's protocol.
    order : RandomOrder
        Draws the order of the rows.
    resumed : bool
        Whether the fit is the rest of one that was interrupted.
    keeper : Checkpoint, optional
        Writes the estimator while it trains.

    Attributes
    ----------
    stopped : bool
        Whether the training ended because nothing got better, or a callback asked for it.
    interrupted : bool
        Whether Ctrl-C ended it.
    """

    estimator: Any
    samples: int
    validation: Validation | None
    tasks: EpochTasks
    order: RandomOrder
    resumed: bool = False
    keeper: Checkpoint | None = None
    stopped: bool = field(default=False, init=False)
    interrupted: bool = field(default=False, init=False)

    @property
    def by_score(self) -> bool:
        """Whether the score of validation rows decides when to stop."""
        return bool(self.estimator._stops_by_score)

    def factor(self, t: float, T: float, costs: Any) -> float:
        """Return the schedule's factor: what the epochs so far have made of the learning rate."""
        factor: float = self.estimator._learning_rate / self.estimator.learning_rate_init
        return factor

    def __call__(self, progress: Progress) -> bool:
        """Take note of a finished epoch; True ends the training."""
        net = self.estimator
        if net.verbose and progress.moment == "start" and net.n_iter_ == 0 and net.solver != "lbfgs":
            print(f"engine: {progress.engine}")
        if progress.moment == "start":
            self.tasks.begin_epoch()
        if progress.moment != "epoch":
            return False
        net.n_iter_ += 1
        net.loss_ = float(np.mean(progress.cost))
        net.loss_curve_.append(net.loss_)
        if net.verbose:
            print(f"Iteration {net.n_iter_}, loss = {net.loss_:.8f}")
        score = None if self.validation is None else self.look()
        if net.solver != "lbfgs":  # which ends by itself
            better = self._better_loss() if score is None or not self.by_score else self.better_score(score)
            self._update_patience(better)
        self.stopped |= self.tasks.end_epoch()
        if not self.stopped:
            self.tasks.begin_epoch()
        return self.stopped

    def look(self) -> float:
        """Take note of how the validation rows do, and return their score."""
        net = self.estimator
        score, loss = self.validation.look(net)  # type: ignore[union-attr]
        net.validation_loss_curve_.append(loss)
        net.validation_scores_.append(score)
        if net.verbose:
            print(f"Validation score: {score:f}")
        if not self.by_score:
            net.best_validation_score_ = max(net.best_validation_score_, score)
        return score

    def validation_failed(self) -> None:
        """Take note that the training broke, so that there is neither score nor loss."""
        self.estimator.validation_scores_.append(float("nan"))
        self.estimator.validation_loss_curve_.append(float("nan"))

    def _update_patience(self, better: bool) -> None:
        net = self.estimator
        net.t_ += self.samples
        net._no_improvement_count = 0 if better else net._no_improvement_count + 1
        if net.solver == "sgd" and net.learning_rate == "invscaling":
            net._learning_rate = net.learning_rate_init / (net.t_ + 1) ** net.power_t
        if net._no_improvement_count > net.n_iter_no_change:
            self.stopped = self._patience_is_over()

    def _better_loss(self) -> bool:
        net = self.estimator
        better: bool = net.loss_ <= net.best_loss_ - net.tol
        net.best_loss_ = min(net.loss_, net.best_loss_)
        return better

    def better_score(self, score: float) -> bool:
        """Tell whether a validation score is better than any before, and keep the weights of the best one."""
        net = self.estimator
        better = not score < net.best_validation_score_ + net.tol
        if score > net.best_validation_score_:
            net.best_validation_score_ = score
            net._best_vector = net.network_.vector.copy()
        return better

    def _patience_is_over(self) -> bool:
        net = self.estimator
        what = "Validation score" if self.by_score else "Training loss"
        text = f"{what} did not improve more than tol={net.tol:f} for {net.n_iter_no_change} consecutive epochs."
        ending, stop = "Stopping.", True
        if net.solver == "sgd" and net.learning_rate == "adaptive":
            if net._learning_rate > SMALLEST_RATE:
                net._learning_rate /= 5
                net._no_improvement_count = 0
                ending, stop = f"Setting learning rate to {net._learning_rate:f}", False
            else:
                ending = "Learning rate too small. Stopping."
        if net.verbose:
            print(text, ending)
        return stop
