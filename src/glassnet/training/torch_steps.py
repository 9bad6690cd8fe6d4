"""The steps of a run on tensors: the same equations, order of samples and optimisers, on the CPU or with CUDA.

On the CPU the tensors are the run's own arrays, seen through torch. With CUDA the data goes over once;
parameters, costs and the optimiser's memory come back at the end of each epoch; no step waits for an answer in between.
"""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from glassnet.core.propagation import propagate
from glassnet.core.regularization import clip_by_norm
from glassnet.errors import MissingLibraryError, SettingError

if TYPE_CHECKING:
    from glassnet.training.loop import Run

Array = Any


def taker(run: Run) -> Callable[[], bool]:
    """Return what takes the steps of a run on tensors.

    Raises
    ------
    MissingLibraryError
        If torch is not installed.
    SettingError
        If device="cuda" is asked for and torch finds none.
    """
    if importlib.util.find_spec("torch") is None:
        raise MissingLibraryError.of("torch", "torch", "engine='torch'")
    import torch

    has_cuda = torch.cuda.is_available()
    device = run.settings.device
    if device == "cuda" and not has_cuda:
        raise SettingError(f"device='cuda': torch {torch.__version__} finds no CUDA here; device='cpu' is")
    run.history.engine = "torch"
    return TorchSteps(run, ("cuda" if has_cuda else "cpu") if device == "auto" else device).take


class TorchSteps:
    """Takes the steps of a run on a device.

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
        self.objective = run.objective._replace(l2=self._here(run.objective.l2), l1=self._here(run.objective.l1))
        batches = run.batches
        self.whole = batches.size == batches.m
        self.data = [None if M is None else self._here(M) for M in (batches.whole if self.whole else batches.rows)]

    def _here(self, value: Any) -> Any:
        return self.xp.tensor(value, self.device) if isinstance(value, np.ndarray) else value

    def take(self) -> bool:
        """Take the steps of one epoch; return whether a callback ends the run."""
        run, history = self.run, self.run.history
        bfloat16 = run.settings.precision == "bfloat16"
        operations = run.largest_product() * math.prod(run.theta.vector.shape[:-1])
        with self.xp.computing(self.device, bfloat16=bfloat16, operations=operations):
            first = len(run.costs)
            try:
                for X, Y, S in self._epoch():
                    masks = [self._here(D) for D in run.masks(X.shape[-1])]
                    J = propagate(self.xp, self.theta, self.gradient, X, Y, self.objective, masks, S).J
                    if self.shares:
                        J = self._looked_at(J.numpy(), X)
                    self._update()
                    run.record(J)
                    if history.steps == run.steps:
                        break
            finally:
                if not self.shares:
                    self._bring_back(first)
        if not self.shares:
            self._look_back(first)
        return run.end_epoch()

    def _epoch(self) -> Iterator[tuple[Array, Array, Array | None]]:
        """Yield (X, Y, S) of each batch, as columns."""
        if self.whole:
            X, Y, S = self.data
            yield X, Y, S
            return
        batches = self.run.batches
        order = self._here(batches.order())
        for start in range(0, batches.m, batches.size):
            chosen = order[start : start + batches.size]
            X, Y, S = (None if M is None else _turned(M.index_select(0, chosen)) for M in self.data)
            yield X, Y, S

    def _update(self) -> None:
        """Take one step of the optimiser along the gradient."""
        run, theta, gradient = self.run, self.theta.vector, self.gradient.vector
        if run.settings.clip_norm is not None:
            clip_by_norm(self.xp, gradient, run.settings.clip_norm)
        run.alpha = run.rate(run.history.steps)
        t, chosen = run.t_before + run.history.steps + 1, dict(run.state["optimizer"])
        name = chosen.pop("name")
        if name in ("adam", "adamw"):
            self.xp.fused_adam(theta, gradient, self.state, t, run.alpha, decoupled=name == "adamw", **chosen)
        else:
            run.optimizer.update(self.xp, theta, gradient, self.state, t, run.alpha)

    def _looked_at(self, J: Array, X: Array | None) -> Any:
        """Return J as the loop keeps it, and let the parameters that led to it compete for the best.

        Raises
        ------
        DivergedError
            When J is not finite; theta is then the best one so far.
        """
        run = self.run
        J = float(J) if J.ndim == 0 else J.copy()
        if not (np.isfinite(J).all() if np.ndim(J) else math.isfinite(J)):
            raise run.diverged(run.batches.whole[0] if X is None else X.numpy())
        if run.watches_steps and run.best.offer(J, run.theta.vector):
            run.history.best_epoch = run.history.epochs
        return J

    def _bring_back(self, first: int) -> None:
        """Bring the costs from index `first` on, the memory and, unless the best still wants the old, theta back."""
        run = self.run
        run.costs[first:] = [J.cpu().numpy() for J in run.costs[first:]]
        for name, M in self.state.items():
            run.state[name][...] = M.cpu().numpy()
        if not run.watches_steps:
            run.theta.vector[...] = self.theta.vector.cpu().numpy()

    def _look_back(self, first: int) -> None:
        """Look at the costs of an epoch; theta comes back now if it led to none of them."""
        run = self.run
        for i, J in enumerate(run.costs[first:], start=first):
            if not np.isfinite(J).all():
                del run.costs[i:]
                run.history.steps = i
            run.costs[i : i + 1] = [self._looked_at(J, None)]
        run.theta.vector[...] = self.theta.vector.cpu().numpy()


def _turned(M: Array) -> Array:
    """Return gathered samples as columns, like M.T: the axes the other way round, also those of a stack's data."""
    return M.permute(*reversed(range(M.ndim)))
