"""One training run: its data, state and record; it knows no backend and no loop."""

from __future__ import annotations

import math
import operator
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from glassnet import interrupts
from glassnet.core.equations import forward
from glassnet.core.names import choose
from glassnet.core.optimizers import OPTIMIZERS
from glassnet.core.parameters import Parameters
from glassnet.core.propagation import Objective, Whole, cost_only, propagate
from glassnet.core.regularization import dropout_masks
from glassnet.core.schedules import SCHEDULES
from glassnet.errors import DivergedError, SettingError
from glassnet.training import generators
from glassnet.training.batches import batches_of
from glassnet.training.best import Best
from glassnet.training.history import History, Progress
from glassnet.training.position import Position, fingerprint
from glassnet.training.reduction import ALONE, Reduce, any_of, check_alike, part_of
from glassnet.training.settings import Settings

Array = Any
Callback = Callable[[Progress], Any]
RunEpoch = Callable[[], bool]  # runs the steps of one epoch or more; returns whether a callback ends the run

NOT_THE_NUMBERS = ("epochs", "iterations", "engine", "device")  # settings that may change when a run is resumed


class Choice(NamedTuple):
    """The engine of a run, and why it was chosen, in one half-sentence; "" where it was asked for by name."""

    engine: str
    why: str = ""

    def __str__(self) -> str:
        return f"{self.engine} ({self.why})" if self.why else self.engine


class Run:
    """One training run: its data, its state and its record.

    Parameters
    ----------
    xp : namespace
        The array namespace of NumPy.
    theta : Parameters
        What is trained, in place.
    objective : Objective
        Activations, loss and penalties.
    settings : Settings
        How to train.
    rng : numpy generator
        Source of the order of samples and of the dropout masks.
    X, Y : array (n[0], m), (n[L], m)
        One column per sample, of theta's type; or X is `StreamedColumns`, and Y and S are None.
    S : array (1, m) or (k, 1, m), optional
        Sample weights; a stack may have a row for each network.
    validation : (X, Y) or (X, Y, S), optional
        Data whose cost, without penalties, is taken after each epoch.
    callbacks : iterable of callable
        Each is called with a `Progress` at the start, after each epoch and at the end; one that returns True ends the
        run.
    state : dict, optional
        The optimiser's memory of an earlier run, changed in place; emptied first if another optimiser wrote it.
    checkpoint : callable, optional
        Called between two steps, with the run.
    reduce : Reduce
        What adds up J and the gradient over the processes that train this network.

    Raises
    ------
    SettingError
        If lbfgs is asked to train a stack, or a setting has another number of values than there are networks. The
        state is then unchanged.
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
        reduce: Reduce = ALONE,
    ) -> None:
        self.xp, self.theta, self.objective, self.settings, self.rng = xp, theta, objective, settings, rng
        self.reduce = reduce
        lead, end = theta.vector.shape[:-1], theta.vector.size
        self.message = np.zeros(end + math.prod(lead), theta.vector.dtype)  # what is summed in a step: gradient and J
        self.gradient = theta.over(self.message[:end].reshape(theta.vector.shape))
        self.J = self.message[end:].reshape(lead)
        self.batches = batches_of(X, Y, S, settings.batch_size, settings.shuffle, rng, reduce)
        self.transforms = settings.transforms
        self.validation, self.callbacks = validation, list(callbacks)
        self.calls_back = any_of(reduce, bool(self.callbacks))  # then all processes stop for those of one
        self.optimizer: Any
        name, self.optimizer = choose(OPTIMIZERS, settings.optimizer, "optimizer")
        if self.optimizer.update is None and theta.vector.ndim > 1:
            raise SettingError(f"{name} trains one network at a time; train the networks of this stack one by one")
        schedule = settings.schedule
        self.factor = schedule if callable(schedule) else choose(SCHEDULES, schedule, "schedule")[1].factor
        k = None if theta.vector.ndim == 1 else len(theta.vector)
        rate = settings.of_networks("learning_rate", k)
        self.learning_rate = self.first_learning_rate = rate[:, None] if np.ndim(rate) else rate  # a number, or (k, 1)
        self.drops, self.drops_units = settings.drops(len(theta.W.views) - 1, k), settings.drops_units
        self.no_masks = [None] * len(self.drops)
        self.steps_per_epoch, self.steps = settings.steps(self.batches.m)
        self.epochs = math.ceil(self.steps / self.steps_per_epoch)
        self.state = {} if state is None else state
        optimizer = {"name": name, **self.optimizer.options}
        if self.state.get("optimizer") != optimizer:  # the memory of another one is of no use
            self.state.clear()
        self.state["optimizer"] = optimizer
        self.t_before = int(self.state.get("t", 0))  # steps of earlier runs, for the bias correction
        self.history, self.best = History(), Best(theta.vector)
        self.costs: list[Any] = []
        self.schedule_costs: list[float] = []  # for plateau: one number an epoch, the mean of a stack
        self.judges_steps = self.steps_per_epoch == 1 and validation is None  # steps, not epochs, compete for the best
        self.began = time.perf_counter()
        self.checkpoint = checkpoint
        self.stopped = self.between_steps = False  # whether a callback ended it; whether no step is half done
        self.before = self.replayed = 0  # of a resumed run: see `Position`
        self.first = theta.vector.copy() if self.optimizer.update is None else None
        self.engine_before = ""  # of the run that is resumed
        self.choice = Choice("")
        self.position: Position | None = None  # once the run has ended
        self.at_end = ExitStack()  # closes what a stepper has opened
        self.at_end.callback(self.batches.close)
        shares = {name: strength / reduce.ranks for name, strength in objective.penalties.items()}
        self.of_part = objective._replace(penalties=shares)  # each process has a share of the penalties

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

    def pause(self) -> None:
        """Between two steps: raise a Ctrl-C that waits, and write a checkpoint if one is due."""
        try:
            interrupts.check()
        except KeyboardInterrupt:
            self.between_steps = True
            raise
        if self.checkpoint is not None:
            self.checkpoint(self)

    def masks(self, m: int) -> list[Array | None]:
        """Draw the dropout masks of one step."""
        if not self.drops_units:
            return self.no_masks
        return dropout_masks(self.rng, self.theta, self.drops, m)

    def masks_ahead(self, m: int) -> list[Array | None]:
        """Draw the masks of the next step without changing what that step will draw."""
        state = self.rng.bit_generator.state if self.drops_units else None
        masks = self.masks(m)
        if state is not None:
            self.rng.bit_generator.state = state
        return masks

    def largest_product(self) -> float:
        """Return the operations of the largest matrix product in a step."""
        return float(2 * self.batches.size * max(W.shape[-2] * W.shape[-1] for W in self.theta.W))

    def whole_of(self, chosen: Array | None) -> Whole:
        """Return what the means over a batch are divided by; `chosen` are its samples, None all."""
        m = self.batches.m if chosen is None else len(chosen)
        return Whole.of(self.xp, m, self.batches.weights(chosen))

    def pass_over(self, chosen: Array | None, masks: list[Array | None]) -> Any:
        """Return J of a batch, and write its gradient: the sums over all processes."""
        X, Y, S = self.batches.samples(chosen)
        whole = self.whole_of(chosen)
        part = part_of(self.reduce, self.batches.m if chosen is None else len(chosen))
        D = [None if M is None else M[..., part] for M in masks]
        self.J[...] = propagate(self.xp, self.theta, self.gradient, X, Y, self.of_part, D, S, whole).J
        self.reduce(self.message)
        return self.J.copy()[()]

    def cost_and_gradient(self, chosen: Array | None = None) -> Any:
        """Return J of a batch, or of all samples, checked by `checked`, and write its gradient."""
        J = self.pass_over(chosen, self.masks(self.batches.m if chosen is None else len(chosen)))
        return self.checked(J, chosen)

    def cost_of_validation(self) -> Any:
        """Return J of the validation data, without penalties: of its parts in all processes."""
        assert self.validation is not None
        S = self.validation[2] if len(self.validation) == 3 else None
        m = self.validation[0].shape[-1]
        part, total = part_of(self.reduce, m), m if S is None else self.xp.total(S)
        own = self.validation if part == slice(0, m) else tuple(M[..., part] for M in self.validation)
        J = np.asarray(cost_only(self.xp, self.theta, own, self.objective._replace(penalties={}), m=total))
        costs = J.reshape(-1).astype(np.float64)
        self.reduce(costs)
        return costs.astype(J.dtype).reshape(J.shape) if J.ndim else J.dtype.type(costs[0])

    def check_alike(self) -> None:
        """Raise SettingError where another process begins otherwise than this one."""
        given = [M for M in (*self.batches.whole, *(self.validation or ())) if M is not None]
        sizes = [(M.shape, getattr(M, "window", None)) for M in given]  # a window decides the order of a stream
        rng = generators.to_document(self.rng)
        check_alike(self.reduce, self.theta.vector.tobytes(), (self.identity, sizes, self.steps, rng))

    def learning_rate_after(self, done: int) -> Any:
        """Return the learning rate of the step after `done` steps: a number, or (k, 1), one for each network."""
        if self.settings.schedule == "constant":
            return self.first_learning_rate
        epoch = done / self.steps_per_epoch
        return self.first_learning_rate * self.factor(epoch, self.epochs, self.schedule_costs)

    def next_learning_rate(self) -> Any:
        """Note the learning rate of the next step, and return it as the rules take it: of theta's type if an array."""
        rate = self.learning_rate = self.learning_rate_after(self.history.steps)
        return rate.astype(self.theta.vector.dtype) if np.ndim(rate) else rate

    def reported_learning_rate(self) -> Any:
        """Return the learning rate in the shape that history and callbacks get: a number, or (k,)."""
        return self.learning_rate[:, 0] if getattr(self.learning_rate, "ndim", 0) else self.learning_rate

    def checked(self, J: Any, chosen: Array | None) -> Any:
        """Return J of a step as a float or an array (k,) of its own, and compare its parameters with the best.

        Raises
        ------
        DivergedError
            When J is not finite; theta is then the best one so far. The step's samples show where the numbers broke.
        """
        if self.theta.vector.ndim > 1:
            J = np.array(J)
            finite = np.isfinite(J).all()
        else:
            J = float(J)
            finite = math.isfinite(J)
        if not finite:
            raise self.diverged(chosen)
        if self.judges_steps:
            self.offer(J)
        return J

    def offer(self, J: Any) -> None:
        """Keep theta as the best so far where J is lower than ever before."""
        if self.best.offer(J, self.theta.vector):
            self.history.best_epoch = self.history.epochs

    def record(self, J: Any) -> None:
        """Count one finished step."""
        self.costs.append(J)
        self.history.steps += 1

    def end_epoch(self) -> bool:
        """Record a finished epoch, call the callbacks, and return whether one of them ends the run."""
        history = self.history
        taken = (self.before + history.steps - 1) % self.steps_per_epoch + 1  # fewer if `iterations` ended it
        sizes = self.batches.sizes[max(0, taken - history.steps) : taken]
        if taken == self.steps_per_epoch:
            self.batches.drawn = None
        costs = self.costs[-len(sizes) :]
        J = costs[0] if len(costs) == 1 else sum(map(operator.mul, sizes, costs)) / sum(sizes)
        history.epochs += 1
        history.epoch_cost.append(J)
        history.learning_rate.append(self.reported_learning_rate())
        if self.validation is not None:
            J = self.cost_of_validation()
            history.validation_cost.append(J)
        self.schedule_costs.append(J if self.theta.vector.ndim == 1 else float(np.mean(J)))
        if not self.judges_steps and self.is_finite():
            self.offer(J)
        return self.call_back("epoch")

    def end_epochs(self, costs: Array, learning_rates: Array) -> None:
        """Record whole-batch steps that were taken together: each is an epoch, and there are no callbacks."""
        self.history.epochs += len(costs)
        self.history.epoch_cost.extend(list(costs))
        self.history.learning_rate.extend(
            learning_rates.tolist() if learning_rates.ndim == 1 else learning_rates[:, :, 0]
        )
        self.schedule_costs.extend(costs.tolist() if costs.ndim == 1 else costs.mean(axis=1).tolist())

    def call_back(self, moment: str) -> bool:
        """Call every callback; return whether one of them ends the run."""
        if not self.calls_back:
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
        ends = any_of(self.reduce, any(answer is True for answer in answers))
        self.stopped |= ends
        return ends

    def is_finite(self) -> bool:
        """Return whether every parameter is finite; a step's J is of the parameters before that step."""
        theta = self.theta.vector.reshape(-1)
        return math.isfinite(theta @ theta) or bool(np.isfinite(theta).all())  # the sum of squares may overflow

    def diverged(self, chosen: Array | None = None) -> DivergedError:
        """Put back the best parameters, and build the error that names the layer where the numbers broke.

        `chosen` are the samples of the step, None all of them.
        """
        A, Z = forward(
            self.xp,
            self.batches.columns(chosen),
            self.theta.W.views,
            self.theta.b.views,
            self.objective.g,
            self.no_masks,
        )
        layers = range(1, len(Z))
        finite: list[Any] = [(np.isfinite(Z[l]) & np.isfinite(A[l])).all(axis=(-2, -1)) for l in layers]  # (), or (k,)
        layer = next((l for l in layers if not finite[l - 1].all()), 0)
        self.theta.vector[...] = self.best.theta
        step, where = self.history.steps + 1, f"in layer {layer}" if layer else "in the cost itself"
        rate = float(np.max(self.learning_rate))
        if layer and self.theta.vector.ndim > 1:
            network = int(finite[layer - 1].argmin())
            where += f" of network {network} (counted from 0)"
            rate = float(np.ravel(self.learning_rate)[network]) if np.ndim(self.learning_rate) else rate
        return DivergedError(
            f"the cost is no longer a finite number at step {step} (learning rate {rate:g}); it began {where}. "
            f"The best parameters so far were kept. Try a learning rate of {rate / 10:g}, "
            "inputs scaled to mean 0 and standard deviation 1, or clip_norm=1",
            layer=layer,
            step=step,
            learning_rate=rate,
        )
