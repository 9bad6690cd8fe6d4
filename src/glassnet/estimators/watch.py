"""What happens after each epoch of an MLP estimator: the curves grow, a line is printed, and it may be time to stop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from glassnet.training.history import Progress

SMALLEST_RATE = 1e-6  # an adaptive learning rate that has come down to this ends the training


class Watch:
    """A callback of `Network.fit` that keeps an estimator's fitted attributes up to date.

    Parameters
    ----------
    estimator : MLPClassifier or MLPRegressor
        Whose settings decide and whose attributes are kept.
    samples : int
        Rows in an epoch.
    validation_score : callable, optional
        Returns the score of the rows held out; without it the training loss decides.

    Attributes
    ----------
    stopped : bool
        Whether the training ended because nothing got better.
    """

    def __init__(self, estimator: Any, samples: int, validation_score: Callable[[], float] | None) -> None:
        self.estimator, self.samples, self.validation_score = estimator, samples, validation_score
        self.stopped = False

    def factor(self, t: float, T: float, costs: Any) -> float:
        """Return the schedule's factor: what the epochs so far have made of the learning rate."""
        return self.estimator._learning_rate / self.estimator.learning_rate_init

    def __call__(self, progress: Progress) -> bool:
        """Take note of a finished epoch; True ends the training."""
        net = self.estimator
        if net.verbose and progress.moment == "start" and net.n_iter_ == 0:
            print(f"engine: {progress.engine}")
        if progress.moment != "epoch":
            return False
        net.n_iter_ += 1
        net.t_ += self.samples
        net.loss_ = float(progress.cost)
        net.loss_curve_.append(net.loss_)
        if net.verbose:
            print(f"Iteration {net.n_iter_}, loss = {net.loss_:.8f}")
        better = self._better_loss() if self.validation_score is None else self.better_score(self.validation_score())
        net._no_improvement_count = 0 if better else net._no_improvement_count + 1
        if net.solver == "sgd" and net.learning_rate == "invscaling":
            net._learning_rate = net.learning_rate_init / (net.t_ + 1) ** net.power_t
        if net._no_improvement_count > net.n_iter_no_change:
            self.stopped = self._patience_is_over()
        return self.stopped

    def _better_loss(self) -> bool:
        net = self.estimator
        better = net.loss_ <= net.best_loss_ - net.tol
        net.best_loss_ = min(net.loss_, net.best_loss_)
        return better

    def better_score(self, score: float) -> bool:
        """Take note of a validation score, and keep the weights of the best one."""
        net = self.estimator
        net.validation_scores_.append(score)
        if net.verbose:
            print(f"Validation score: {score:f}")
        better = not score < net.best_validation_score_ + net.tol
        if score > net.best_validation_score_:
            net.best_validation_score_ = score
            net._best_vector = net.network_.vector.copy()
        return better

    def _patience_is_over(self) -> bool:
        net = self.estimator
        what = "Training loss" if self.validation_score is None else "Validation score"
        text = f"{what} did not improve more than tol={net.tol:f} for {net.n_iter_no_change} consecutive epochs."
        if net.solver == "sgd" and net.learning_rate == "adaptive":
            if net._learning_rate > SMALLEST_RATE:
                net._learning_rate /= 5
                net._no_improvement_count = 0
                ending, stop = f"Setting learning rate to {net._learning_rate:f}", False
            else:
                ending, stop = "Learning rate too small. Stopping.", True
        else:
            ending, stop = "Stopping.", True
        if net.verbose:
            print(text, ending)
        return stop
