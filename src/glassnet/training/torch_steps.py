"""The steps of a run on tensors: the same equations, order of samples and optimisers, on the CPU or with CUDA.

On the CPU the tensors are the run's own arrays, seen through torch. With CUDA the data goes over once;
parameters, costs and the optimiser's memory come back at the end of each epoch; no step waits for an answer in between,
and each is one launch, of a CUDA graph.
"""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from glassnet import interrupts
from glassnet.core.propagation import propagate
from glassnet.core.regularization import transform_gradient
from glassnet.errors import MissingLibraryError, SettingError, in_short

if TYPE_CHECKING:
    from glassnet.training.run import Run, RunEpoch

Array = Any


def make_stepper(run: Run) -> RunEpoch:
    """Return what runs an epoch of a run on tensors.

    Raises
    ------
    MissingLibraryError
        If torch is not installed, or cannot be loaded.
    SettingError
        If device="cuda" is asked for and torch finds none.
    """
    if importlib.util.find_spec("torch") is None:
        raise MissingLibraryError.of("engine='torch'", "torch")
    try:
        import torch

        from glassnet.engines import torch_engine  # noqa: F401  what it wants of torch is there
    except Exception as error:  # an installation that is broken raises what it likes
        missing = MissingLibraryError.of("engine='torch'", "torch")
        raise MissingLibraryError(f"{missing} (it cannot be loaded: {in_short(error)})") from error

    has_cuda = torch.cuda.is_available()
    device = run.settings.device
    if device == "cuda" and not has_cuda:
        raise SettingError(f"device='cuda': torch {torch.__version__} finds no CUDA here; device='cpu' is")
    run.history.engine = "torch"
    return TorchSteps(run, ("cuda" if has_cuda else "cpu") if device == "auto" else device).run_epoch


class TorchSteps:
    """Takes the steps of a run on a device.

    On the CPU each step is looked at when it is taken. Elsewhere a step reads and writes nothing but arrays that stay
    where they are, its own number among them, so that it can be repeated by a single launch.

    Parameters
    ----------
    run : Run
        What is trained.
    device : {"cpu", "cuda"}
        Where its arrays shall be.
    """

    def __init__(self, run: Run, device: str) -> None:
        from glassnet.engines import torch_engine

        self.run, self.device, self.xp = run, device, torch_engine
        self.shares = device == "cpu"  # the tensors' memory with the run's arrays
        self.theta, self.gradient = (both.over(self._here(both.vector)) for both in (run.theta, run.gradient))
        self.state = {name: self._here(run.state[name]) for name in run.optimizer.state}
        strengths = run.objective.penalties.items()
        self.objective = run.objective._replace(penalties={name: self._here(strength) for name, strength in strengths})
        batches = run.batches
        self.whole = batches.size == batches.m
        self.data = [None if M is None else self._here(M) for M in (batches.whole if self.whole else batches.rows)]
        self.buffers: dict[str, Array] = {}
        self.steps: dict[int, tuple[list[Array | None], Callable[[], None]]] = {}  # samples -> masks, and a step

    def _here(self, value: Any) -> Any:
        return self.xp.tensor(value, self.device) if isinstance(value, np.ndarray) else value

    def run_epoch(self) -> bool:
        """Run the steps of one epoch; return whether a callback ends the run."""
        run = self.run
        bfloat16 = run.settings.precision == "bfloat16"
        operations = run.largest_product() * math.prod(run.theta.vector.shape[:-1])
        with self.xp.computing(self.device, bfloat16=bfloat16, operations=operations):
            if self.shares:
                self._take_one_by_one()
            else:
                self._take_all()
        return run.end_epoch()

    # ------------------------------------------------------------ a step
    def _propagate(self, chosen: Array | None, masks: list[Array | None]) -> tuple[Array, Array]:
        """Write the gradient on the chosen samples, or on all; return J and X."""
        X, Y, S = (M if M is None or chosen is None else _turned(M.index_select(0, chosen)) for M in self.data)
        return propagate(self.xp, self.theta, self.gradient, X, Y, self.objective, masks, S).J, X

    def _update(self, t: Any, rate: Any) -> None:
        """Take one step of the optimiser along the gradient; t and the learning rate are numbers or tensors."""
        run, theta, gradient = self.run, self.theta.vector, self.gradient.vector
        transform_gradient(self.xp, self.gradient, run.transforms)
        chosen = dict(run.state["optimizer"])
        name = chosen.pop("name")
        if name in ("adam", "adamw") and self.xp.fuses(theta, rate):
            self.xp.fused_adam(theta, gradient, self.state, t, rate, decoupled=name == "adamw", **chosen)
        else:
            run.optimizer.update(self.xp, theta, gradient, self.state, t, rate)

    def _looked_at(self, J: Array, X: Array) -> Any:
        """Return J as the loop keeps it, and let the parameters that led to it compete for the best.

        Raises
        ------
        DivergedError
            When J is not finite; theta is then the best one so far.
        """
        run = self.run
        J = float(J) if J.ndim == 0 else J.copy()
        if not (np.isfinite(J).all() if np.ndim(J) else math.isfinite(J)):
            raise run.diverged(X)
        if run.judges_steps:
            run.offer(J)
        return J

    # ------------------------------------------------------------ an epoch on the CPU
    def _take_one_by_one(self) -> None:
        run, batches = self.run, self.run.batches
        order = None if self.whole else self._here(batches.order())
        steps = list(zip(range(0, batches.m, batches.size), batches.sizes, strict=True))
        for start, size in steps[run.first_batch() :]:
            run.pause()
            masks = [self._here(D) for D in run.masks(size)]
            J, X = self._propagate(None if order is None else order[start : start + size], masks)
            J = self._looked_at(J.numpy(), X.numpy())
            self._update(run.t_before + run.history.steps + 1, self._here(run.next_learning_rate()))
            run.record(J)
            if run.history.steps == run.steps:
                break

    # ------------------------------------------------------------ an epoch on a device
    def _take_all(self) -> None:
        """Take the steps of an epoch; nothing comes back before its end."""
        run, history = self.run, self.run.history
        run.pause()
        first, batch = history.steps, run.first_batch()
        rates = [run.learning_rate_after(i) for i in range(first, min(first + run.steps_per_epoch - batch, run.steps))]
        self._lay_out(rates, batch)
        try:
            for size in run.batches.sizes[batch : batch + len(rates)]:
                interrupts.check()
                drawn = [self._here(D) for D in run.masks(size)]
                if size not in self.steps:
                    self.steps[size] = drawn, self.xp.one_launch(partial(self._step, size, drawn), self.device)
                masks, step = self.steps[size]
                for D, new in zip(masks, drawn, strict=True):
                    if D is not None:
                        D.copy_(new)
                step()
        finally:
            self._bring_back(rates)
        self._look_back(first)

    def _lay_out(self, rates: list[Any], batch: int) -> None:
        """Put where the steps of an epoch find it: their number in it, t, the rates, the order, room for the costs.

        A run that goes on within an epoch begins it with batch number `batch`; the order then begins there, too.
        """
        run, batches = self.run, self.run.batches
        lead = run.theta.vector.shape[:-1]
        dtype = run.theta.vector.dtype if np.ndim(rates[0]) else np.float64
        order = np.arange(0) if self.whole else np.roll(batches.order(), -batch * batches.size)
        rates = rates + rates[-1:] * (run.steps_per_epoch - len(rates))
        laid = {
            "at": np.zeros(1, np.int64), "t": np.full(1, run.t_before + run.history.steps, np.float64),
            "rates": np.array(rates, dtype), "order": order, "places": np.arange(batches.size),
            "costs": np.zeros((run.steps_per_epoch, *lead)),
        }  # fmt: skip
        if self.buffers:
            for name, M in laid.items():
                self.buffers[name].copy_(self.xp.tensor(M, "cpu"))
        else:
            self.buffers = {name: self._here(M) for name, M in laid.items()}

    def _step(self, size: int, masks: list[Array | None]) -> None:
        """Take the step whose number in the epoch is in its buffer, on `size` samples."""
        at, t, rates, order, places, costs = self.buffers.values()
        chosen = None if self.whole else order.index_select(0, places[:size] + at * self.run.batches.size)
        J, _ = self._propagate(chosen, masks)
        t += 1
        self._update(t[0], rates.index_select(0, at)[0])
        costs.index_copy_(0, at, J[None].to(costs.dtype))
        at += 1

    def _bring_back(self, rates: list[Any]) -> None:
        """Bring the costs, the memory and, unless the best still wants the old, theta back."""
        run, taken = self.run, int(self.buffers["at"])
        run.costs.extend(self.buffers["costs"][:taken].cpu().numpy())
        run.history.steps += taken
        run.learning_rate = rates[taken - 1] if taken else run.learning_rate
        for name, M in self.state.items():
            run.state[name][...] = M.cpu().numpy()
        if not run.judges_steps:
            run.theta.vector[...] = self.theta.vector.cpu().numpy()

    def _look_back(self, first: int) -> None:
        """Look at the costs of an epoch; theta comes back now if it led to none of them."""
        run = self.run
        for i, J in enumerate(run.costs[first:], start=first):
            if not np.isfinite(J).all():
                del run.costs[i:]
                run.history.steps, run.learning_rate = i, run.learning_rate_after(i)
            run.costs[i : i + 1] = [self._looked_at(J, run.batches.whole[0])]
        run.theta.vector[...] = self.theta.vector.cpu().numpy()


def _turned(M: Array) -> Array:
    """Return gathered samples as columns, like M.T: the axes the other way round, also those of a stack's data."""
    return M.permute(*reversed(range(M.ndim)))
