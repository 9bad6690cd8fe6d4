"""The one training loop: batches in, steps taken, a record out. Everything extra is a callback."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any

import numpy as np

from glassnet import interrupts
from glassnet.core.equations import forward
from glassnet.core.names import choose
from glassnet.core.optimizers import OPTIMIZERS, initial_state
from glassnet.core.parameters import Parameters
from glassnet.core.propagation import Objective, cost_only, propagate
from glassnet.core.regularization import dropout_masks, transform_gradient
from glassnet.core.schedules import SCHEDULES
from glassnet.engines import compiled_engine
from glassnet.engines.threads import blas_threads
from glassnet.errors import DivergedError, SettingError
from glassnet.training import engine_choice
from glassnet.training.batches import Batches
from glassnet.training.best import Best
from glassnet.training.history import History, Progress
from glassnet.training.position import NOT_THE_NUMBERS, Position, fingerprint
from glassnet.training.settings import Settings
from glassnet.training.several_fits import one_of_several, raise_if_ended

Array = Any
Callback = Callable[[Progress], Any]

CACHE_BLOCK = 32_768  # entries of theta that an optimiser's passes take at a time, so that they stay in the cache
LONG_PRODUCT = 1e9  # operations in a step: validation is then so long that a second core saves more than it costs


class Run:
    """One training run: what it works on, and the parts that a step is made of.

    Parameters
    ----------
    xp : namespace
        The engine.
    theta : Parameters
        What is trained, in place.
    objective : Objective
        Activations, loss and penalties.
    settings : Settings
        How to train.
    rng : numpy generator
        Source of the order of samples and of the dropout masks.
    X, Y : array (n[0], m), (n[L], m)
        One column per sample, of theta's type.
    S : array (1, m) or (k, 1, m), optional
        Sample weights; a stack may have a row for each network.
    validation : (X, Y) or (X, Y, S), optional
        Data whose cost, without penalties, is taken after each epoch.
    callbacks : iterable of callable
        Each is called with a `Progress` at the start, after each epoch and at the end; one that returns True ends the
        run.
    state : dict, optional
        The optimiser's memory of an earlier run, changed in place; emptied first if it is that of another optimiser.
    checkpoint : callable, optional
        Called between two steps, with the run.

    Raises
    ------
    SettingError
        If lbfgs shall train a stack, or a setting has another number of values than there are networks; the state is
        then as it was.
    """

    def __init__(
        self,
        xp: Any,
        theta: Parameters,
        objective: Objective,
        settings: Settings,
        rng: Any,
        X: Array,
        Y: Array,
        *,
        S: Array | None = None,
        validation: tuple[Array, ...] | None = None,
        callbacks: Iterable[Callback] = (),
        state: dict[str, Any] | None = None,
        checkpoint: Callable[[Run], None] | None = None,
    ) -> None:
        self.xp, self.theta, self.objective, self.settings, self.rng = xp, theta, objective, settings, rng
        self.gradient = theta.like()
        self.batches = Batches(X, Y, S, settings.batch_size, settings.shuffle, rng)
        self.transforms = settings.transforms
        self.validation, self.callbacks = validation, list(callbacks)
        self.optimizer: Any
        name, self.optimizer = choose(OPTIMIZERS, settings.optimizer, "optimizer")
        if self.optimizer.update is None and theta.vector.ndim > 1:
            raise SettingError(f"{name} trains one network at a time; train the networks of this stack one by one")
        schedule = settings.schedule
        self.factor = schedule if callable(schedule) else choose(SCHEDULES, schedule, "schedule")[1].factor
        k = None if theta.vector.ndim == 1 else len(theta.vector)
        alpha = settings.of_networks("alpha", k)
        self.alpha = self.first_alpha = alpha[:, None] if np.ndim(alpha) else alpha  # a number, or (k, 1)
        self.drops, self.drops_units = settings.drops(len(theta.W.views) - 1, k), settings.drops_units
        self.no_masks = [None] * len(self.drops)
        self.steps_per_epoch, self.steps = settings.steps(self.batches.m)
        self.epochs = math.ceil(self.steps / self.steps_per_epoch)
        self.state = {} if state is None else state
        choice = {"name": name, **self.optimizer.options}
        if self.state.get("optimizer") != choice:  # what another one remembers means nothing to this one
            self.state.clear()
        self.state["optimizer"] = choice
        self.t_before = int(self.state.get("t", 0))  # steps of earlier runs, for the bias correction
        self.history, self.best = History(), Best(theta.vector)
        self.costs: list[Any] = []
        self.watched: list[Any] = []  # what plateau looks at: one number an epoch, the mean of a stack
        self.watches_steps = self.steps_per_epoch == 1 and validation is None  # then each J belongs to one theta
        self.began = time.perf_counter()
        self.checkpoint = checkpoint
        self.stopped = self.between_steps = False  # whether a callback or Ctrl-C ended it; whether no step is half done
        self.before = self.replayed = 0  # of a run that goes on: see `Position`, and there `go_on`
        self.first = theta.vector.copy() if self.optimizer.update is None else None
        self.engine_before = ""
        self.position: Position | None = None

    @cached_property
    def choice(self) -> engine_choice.Choice:
        """The engine that shall take the steps, and why."""
        return engine_choice.chosen(self)

    @cached_property
    def identity(self) -> dict[str, Any]:
        """The settings that shape the numbers, as plain data."""
        settings = self.settings.to_document()
        kept = {name: value for name, value in settings.items() if name not in NOT_THE_NUMBERS}
        return {**kept, "optimizer": self.state["optimizer"]}

    @cached_property
    def data(self) -> int:
        """The fingerprint of the data, those of validation included."""
        return fingerprint(*self.batches.whole, *(self.validation or ()))

    def first_batch(self) -> int:
        """Return the number of the batch in its epoch that comes next, counted from 0."""
        return (self.before + self.history.steps) % self.steps_per_epoch

    def attend(self) -> None:
        """Between two steps: let Ctrl-C through, and a checkpoint be written."""
        try:
            interrupts.check()
        except KeyboardInterrupt:
            self.between_steps = True
            raise
        if self.checkpoint is not None:
            self.checkpoint(self)

    def slopes(self, X: Array, Y: Array, S: Array | None) -> Any:
        """Write the gradient of J on a batch, and return J.

        Raises
        ------
        DivergedError
            When J is not finite; theta is then the best one so far.
        """
        J = propagate(self.xp, self.theta, self.gradient, X, Y, self.objective, self.masks(X.shape[-1]), S).J
        if self.theta.vector.ndim > 1:
            finite = np.isfinite(J).all()
        else:
            J = float(J)
            finite = math.isfinite(J)
        if not finite:
            raise self.diverged(X)
        if self.watches_steps and self.best.offer(J, self.theta.vector):
            self.history.best_epoch = self.history.epochs
        return J

    def offer_last(self) -> None:
        """Let the parameters after the last step compete for the best; no later step took their J."""
        X, Y, S = self.batches.whole
        masks = self.masks_ahead(X.shape[-1])
        J = propagate(self.xp, self.theta, self.gradient, X, Y, self.objective, masks, S).J
        if self.is_finite() and self.best.offer(J, self.theta.vector):
            self.history.best_epoch = self.history.epochs

    def masks(self, m: int) -> list[Array | None]:
        """Draw the dropout masks of one step."""
        if not self.drops_units:
            return self.no_masks
        return dropout_masks(self.rng, self.theta, self.drops, m)

    def masks_ahead(self, m: int) -> list[Array | None]:
        """Draw the masks that the next step will draw, too."""
        state = self.rng.bit_generator.state if self.drops_units else None
        masks = self.masks(m)
        if state is not None:
            self.rng.bit_generator.state = state
        return masks

    def update(self) -> None:
        """Take one step of the optimiser along the gradient."""
        theta, gradient = self.theta.vector, self.gradient.vector
        transform_gradient(self.xp, self.gradient, self.transforms)
        alpha = self.next_rate()
        t = self.t_before + self.history.steps + 1
        P = theta.shape[-1]
        if P <= CACHE_BLOCK:
            self.optimizer.update(self.xp, theta, gradient, self.state, t, alpha)
            return
        for start in range(0, P, CACHE_BLOCK):
            block = np.s_[..., start : start + CACHE_BLOCK]
            memory = {name: self.state[name][block] for name in self.optimizer.state}
            self.optimizer.update(self.xp, theta[block], gradient[block], memory, t, alpha)

    def largest_product(self) -> float:
        """Return the operations of the largest matrix product in a step."""
        return float(2 * self.batches.size * max(W.shape[-2] * W.shape[-1] for W in self.theta.W))

    def next_rate(self) -> Any:
        """Note the learning rate of the next step, and return it as the rules take it: of theta's type if an array."""
        self.alpha = self.rate(self.history.steps)
        return self.alpha.astype(self.theta.vector.dtype) if np.ndim(self.alpha) else self.alpha

    def rate(self, done: int) -> Any:
        """Return the learning rate of the step after `done` steps: a number, or (k, 1), one for each network."""
        if self.settings.schedule == "constant":
            return self.first_alpha
        return self.first_alpha * self.factor(done / self.steps_per_epoch, self.epochs, self.watched)

    def reported_learning_rate(self) -> Any:
        """Return the learning rate as callers are told it: a number, or (k,)."""
        return self.alpha[:, 0] if np.ndim(self.alpha) else self.alpha

    def take_epoch(self) -> bool:
        """Take the steps of one epoch with the engine as it stands; return whether a callback ends the run."""
        for X, Y, S in self.batches.epoch(self.first_batch()):
            self.attend()
            J = self.slopes(X, Y, S)
            self.update()
            self.record(J)
            if self.history.steps == self.steps:
                break
        return self.end_epoch()

    def record(self, J: Any) -> None:
        """Count one finished step."""
        self.costs.append(J)
        self.history.steps += 1

    def end_epoch(self) -> bool:
        """Record a finished epoch, tell the callbacks, and say whether one of them ends the run."""
        history = self.history
        taken = (self.before + history.steps - 1) % self.steps_per_epoch + 1  # fewer if `iterations` ended it
        sizes = self.batches.sizes[max(0, taken - history.steps) : taken]
        if taken == self.steps_per_epoch:
            self.batches.drawn = None
        J = self.costs[-1] if len(sizes) == 1 else np.dot(sizes, self.costs[-len(sizes) :]) / sum(sizes)
        history.epochs += 1
        history.epoch_cost.append(J)
        history.learning_rate.append(self.reported_learning_rate())
        if self.validation is not None:
            J = cost_only(self.xp, self.theta, self.validation, self.objective._replace(penalties={}))
            history.validation_cost.append(J)
        self.watched.append(J if self.theta.vector.ndim == 1 else float(np.mean(J)))
        if not self.watches_steps and self.is_finite() and self.best.offer(J, self.theta.vector):
            history.best_epoch = history.epochs
        return self.tell("epoch")

    def end_epochs(self, costs: Array, alphas: Array) -> None:
        """Record whole-batch steps that were taken together: each is an epoch, and no one waits for it."""
        self.history.epochs += len(costs)
        self.history.epoch_cost.extend(list(costs))
        self.history.learning_rate.extend(alphas.tolist() if alphas.ndim == 1 else alphas[:, :, 0])
        self.watched.extend(costs.tolist() if costs.ndim == 1 else costs.mean(axis=1).tolist())

    def tell(self, moment: str) -> bool:
        """Call every callback; return whether one of them ends the run."""
        if not self.callbacks:
            return False
        history, seconds = self.history, time.perf_counter() - self.began
        progress = Progress(
            moment=moment,
            epoch=history.epochs,
            epochs=self.epochs,
            step=history.steps,
            cost=history.epoch_cost[-1] if history.epoch_cost else None,
            validation_cost=history.validation_cost[-1] if history.validation_cost else None,
            learning_rate=self.reported_learning_rate(),
            seconds=seconds,
            samples_per_second=history.epochs * self.batches.m / max(seconds, 1e-9),
            engine=str(self.choice),
        )
        self.between_steps = True
        with interrupts.allowed():
            answers = [callback(progress) for callback in self.callbacks]
        self.between_steps = False
        ends = any(answer is True for answer in answers)
        self.stopped |= ends
        return ends

    def is_finite(self) -> bool:
        """Tell whether every parameter is finite; J, taken before a step, does not know of that step."""
        return bool(np.isfinite(self.theta.vector).all())

    def diverged(self, X: Array) -> DivergedError:
        """Put back the best parameters, and build the error that names the layer where the numbers broke."""
        A, Z = forward(self.xp, X, self.theta.W.views, self.theta.b.views, self.objective.g, self.no_masks)
        layers = range(1, len(Z))
        whole: list[Any] = [(np.isfinite(Z[l]) & np.isfinite(A[l])).all(axis=(-2, -1)) for l in layers]  # (), or (k,)
        layer = next((l for l in layers if not whole[l - 1].all()), 0)
        self.theta.vector[...] = self.best.theta
        step, where = self.history.steps + 1, f"in layer {layer}" if layer else "in the cost itself"
        alpha = float(np.max(self.alpha))
        if layer and self.theta.vector.ndim > 1:
            network = int(whole[layer - 1].argmin())
            where += f" of network {network} (counted from 0)"
            alpha = float(np.ravel(self.alpha)[network]) if np.ndim(self.alpha) else alpha
        return DivergedError(
            f"the cost is no longer a finite number at step {step} (learning rate {alpha:g}); it began {where}. "
            f"The best parameters so far were kept. Try a learning rate of {alpha / 10:g}, "
            "inputs scaled to mean 0 and spread 1, or clip_norm=1",
            layer=layer,
            step=step,
            learning_rate=alpha,
        )


def descend(run: Run) -> None:
    """Take the steps of an optimiser of the table, epoch by epoch."""
    for name, zeros in initial_state(run.xp, run.optimizer, run.theta.vector).items():
        run.state.setdefault(name, zeros)
    take = engine_choice.make_stepper(run) or run.take_epoch
    try:
        while run.history.steps < run.steps:
            raise_if_ended()
            if take():
                break
    finally:  # after Ctrl-C too, the state and its t belong together
        run.state["t"] = run.t_before + run.history.steps
    if not run.is_finite():
        raise run.diverged(run.batches.whole[0])


def _steps_need_all_cores(run: Run) -> bool:
    """Tell whether BLAS, which only validates here, shall keep to one thread.

    After a product its other threads wait for the next one without resting, on cores that compiled steps use.
    """
    if run.choice.engine != "compiled" or run.largest_product() > LONG_PRODUCT:
        return False
    return compiled_engine.has_product()  # otherwise the steps' products are BLAS's, too


@interrupts.held()
def train(run: Run) -> History:
    """Train until the steps are done, a callback ends it, or Ctrl-C.

    Returns
    -------
    History
        The record of the run; after Ctrl-C it is marked as interrupted and the best parameters so far are in place.

    Raises
    ------
    DivergedError
        When the cost is no longer finite; the best parameters so far are then in place.
    KeyboardInterrupt
        After Ctrl-C where this is one of several fits that others do (`several_fits.one_of_several`).
    """
    from glassnet.training.line_search import search

    history = run.history
    history.choice = str(run.choice)
    with run.xp.quiet(), blas_threads(run.largest_product(), one=_steps_need_all_cores(run)):
        try:
            if not run.tell("start"):
                (descend if run.optimizer.update is not None else search)(run)
            run.position = Position.of(run, cut_off=run.stopped and history.steps < run.steps)
            if run.settings.keep_best and run.watches_steps:
                run.offer_last()
            interrupts.check()
        except KeyboardInterrupt:
            history.interrupted = True
            if run.position is None and run.between_steps:
                run.position = Position.of(run, cut_off=True)
        if history.interrupted or run.settings.keep_best:
            run.best.put_back(run.theta.vector)
        if run.position is not None:
            run.position.settle(run.theta.vector)
        history.cost = np.asarray(run.costs)
        history.seconds = time.perf_counter() - run.began
        run.tell("end")
    if history.interrupted and one_of_several():
        raise KeyboardInterrupt
    return history
