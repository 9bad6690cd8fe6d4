"""The steps of a run on tensors: the same equations, order of samples and optimisers, on the CPU or with CUDA.

On the CPU the tensors share the memory of the run's arrays. With CUDA the data is copied to the device once;
parameters and costs are copied back at the end of each epoch, the optimiser's state at the end of the run and before a
checkpoint. In between nothing is synchronised, and each step is one launch of a CUDA graph.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from glassnet import interrupts
from glassnet.arrays.coded_columns import CodedColumns
from glassnet.core.propagation import Whole, propagate
from glassnet.core.regularization import transform_gradient
from glassnet.errors import MissingLibraryError, SettingError, in_short
from glassnet.training.reduction import part_of

if TYPE_CHECKING:
    from glassnet.training.run import Run, RunEpoch

Array = Any


def make_stepper(run: Run) -> RunEpoch:
    """Return what runs an epoch of a run on tensors.

    Raises
    ------
    MissingLibraryError
        If torch cannot be loaded.
    SettingError
        If device="cuda" is asked for and torch finds none.
    """
    try:
        import torch

        from glassnet.backends.torch import namespace  # noqa: F401  torch has all that it imports
    except Exception as error:  # a broken installation may raise anything
        missing = MissingLibraryError.of("engine='torch'", "torch")
        raise MissingLibraryError(f"{missing} (it cannot be loaded: {in_short(error)})") from error

    has_cuda = torch.cuda.is_available()
    device = run.settings.device
    if device == "cuda" and not has_cuda:
        raise SettingError(f"device='cuda': torch {torch.__version__} finds no CUDA here; device='cpu' is")
    return TorchSteps(run, ("cuda" if has_cuda else "cpu") if device == "auto" else device).run_epoch


class TorchSteps:
    """Runs the steps of a run on a device.

    On the CPU the cost of each step is checked at once. On another device a step reads and writes only buffers with
    fixed addresses, its own number among them, so that it can be captured and launched as a CUDA graph.

    Parameters
    ----------
    run : Run
        What is trained.
    device : {"cpu", "cuda"}
        Device of the tensors.
    """

    def __init__(self, run: Run, device: str) -> None:
        from glassnet.backends.torch import namespace

        self.run, self.device, self.xp = run, device, namespace
        self.shares_memory = device == "cpu"
        self.theta, self.message = run.theta.over(self._here(run.theta.vector)), self._here(run.message)
        gradient, self.J = self.message[: run.theta.vector.size], self.message[run.theta.vector.size :]
        self.gradient, self.J = run.theta.over(gradient.reshape(run.theta.vector.shape)), self.J.reshape(run.J.shape)
        self.state = {name: self._here(run.state[name]) for name in run.optimizer.state}
        if not self.shares_memory:
            run.at_end.callback(self._copy_state_back)
        strengths = run.of_part.penalties.items()
        self.objective = run.of_part._replace(penalties={name: self._here(strength) for name, strength in strengths})
        batches = run.batches
        self.whole = batches.size == batches.m
        X, *rest = batches.whole if self.whole else batches.rows
        self.codes = X if isinstance(X, CodedColumns) and self.shares_memory and not self.whole else None
        self.data = [self._samples(X), *(None if M is None else self._here(M) for M in rest)]
        self.buffers: dict[str, Array] = {}
        self.steps: dict[int, tuple[list[Array | None], Callable[[], None]]] = {}  # samples -> masks, and a step

    def _here(self, value: Any) -> Any:
        return self.xp.tensor(value, self.device) if isinstance(value, np.ndarray) else value

    def _samples(self, X: Any) -> Any:
        """Return X on the device; codes are expanded there, or on the CPU batch by batch."""
        if not isinstance(X, CodedColumns):
            return self._here(X)
        if self.codes is not None:
            return None
        rows = self.xp.stacked((part.T for part, _ in X.parts()), X.shape[1], self.device)
        return rows.mT if self.whole else rows

    def run_epoch(self) -> bool:
        """Run the steps of one epoch; return whether a callback ends the run."""
        run = self.run
        bfloat16 = run.settings.precision == "bfloat16"
        operations = run.largest_product() * math.prod(run.theta.vector.shape[:-1])
        with self.xp.computing(self.device, bfloat16=bfloat16, operations=operations):
            if self.shares_memory:
                self._epoch_on_cpu()
            else:
                self._epoch_on_device()
        return run.end_epoch()

    # ------------------------------------------------------------ a step
    def _propagate(self, chosen: Array | None, masks: list[Array | None]) -> Array:
        """Write the gradient on the chosen samples, or on all; return J: the sums over all processes."""
        reduce, (X, Y, S) = self.run.reduce, self.data
        m = self.run.batches.m if chosen is None else len(chosen)
        part = part_of(reduce, m)
        if S is not None and chosen is not None:
            S = _transposed(S.index_select(0, chosen))
        whole = Whole.of(self.xp, m, S)
        if chosen is None:
            X, Y, S = (M if M is None or part == slice(0, m) else M[..., part] for M in (X, Y, S))
        else:
            own = chosen[part]
            X = None if X is None else _transposed(X.index_select(0, own))
            Y, S = _transposed(Y.index_select(0, own)), S if S is None else S[..., part]
            if self.codes is not None:
                X = self._here(self.codes[..., own.numpy()])
        D = [None if M is None else M[..., part] for M in masks]
        self.J[...] = propagate(self.xp, self.theta, self.gradient, X, Y, self.objective, D, S, whole).J
        reduce(self.message)
        return self.J

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

    # ------------------------------------------------------------ an epoch on the CPU
    def _epoch_on_cpu(self) -> None:
        run, batches = self.run, self.run.batches
        order = None if self.whole else self._here(batches.order())
        steps = list(zip(range(0, batches.m, batches.size), batches.sizes, strict=True))
        for start, size in steps[run.first_batch() :]:
            run.pause()
            masks = [self._here(D) for D in run.masks(size)]
            chosen = None if order is None else order[start : start + size]
            J = run.checked(self._propagate(chosen, masks).numpy(), None if chosen is None else chosen.numpy())
            self._update(run.t_before + run.history.steps + 1, self._here(run.next_learning_rate()))
            run.record(J)
            if run.history.steps == run.steps:
                break

    # ------------------------------------------------------------ an epoch on a device
    def _epoch_on_device(self) -> None:
        """Run the steps of an epoch; nothing is copied back before its end."""
        run, history = self.run, self.run.history
        if run.checkpoint is not None:
            self._copy_state_back()
        run.pause()
        first, batch = history.steps, run.first_batch()
        rates = [run.learning_rate_after(i) for i in range(first, min(first + run.steps_per_epoch - batch, run.steps))]
        self._fill_buffers(rates, batch)
        try:
            for size in run.batches.sizes[batch : batch + len(rates)]:
                interrupts.check()
                drawn = [self._here(D) for D in run.masks(size)]
                if size not in self.steps:
                    work = partial(self._step, size, drawn)
                    captured = run.reduce.ranks == 1  # sums over processes are launched one by one
                    self.steps[size] = drawn, self.xp.one_launch(work, self.device) if captured else work
                masks, step = self.steps[size]
                for D, new in zip(masks, drawn, strict=True):
                    if D is not None:
                        D.copy_(new)
                step()
        finally:
            self._copy_back(rates)
        self._check_costs(first)

    def _fill_buffers(self, rates: list[Any], batch: int) -> None:
        """Fill the buffers of an epoch: number of the step, t, learning rates, order of the samples, costs.

        A run that is resumed within an epoch begins with batch number `batch`, and so does the order.
        """
        run, batches = self.run, self.run.batches
        lead = run.theta.vector.shape[:-1]
        dtype = run.theta.vector.dtype if np.ndim(rates[0]) else np.float64
        order = np.arange(0) if self.whole else np.roll(batches.order(), -batch * batches.size)
        rates = rates + rates[-1:] * (run.steps_per_epoch - len(rates))
        values = {
            "at": np.zeros(1, np.int64), "t": np.full(1, run.t_before + run.history.steps, np.float64),
            "rates": np.array(rates, dtype), "order": order, "positions": np.arange(batches.size),
            "costs": np.zeros((run.steps_per_epoch, *lead)),
        }  # fmt: skip
        if self.buffers:
            for name, M in values.items():
                self.buffers[name].copy_(self.xp.tensor(M, "cpu"))
        else:
            self.buffers = {name: self._here(M) for name, M in values.items()}

    def _step(self, size: int, masks: list[Array | None]) -> None:
        """Run the step whose number in the epoch is in its buffer, on `size` samples."""
        at, t, rates, order, positions, costs = self.buffers.values()
        chosen = None if self.whole else order.index_select(0, positions[:size] + at * self.run.batches.size)
        J = self._propagate(chosen, masks)
        t += 1
        self._update(t[0], rates.index_select(0, at)[0])
        costs.index_copy_(0, at, J[None].to(costs.dtype))
        at += 1

    def _copy_state_back(self) -> None:
        for name, M in self.state.items():
            self.xp.copy_back(M, self.run.state[name])

    def _copy_back(self, rates: list[Any]) -> None:
        """Copy costs back, and theta, unless the old one is still to be compared with the best."""
        run, taken = self.run, int(self.buffers["at"])
        run.costs.extend(self.buffers["costs"][:taken].cpu().numpy())
        run.history.steps += taken
        run.learning_rate = rates[taken - 1] if taken else run.learning_rate
        if not run.judges_steps:
            self.xp.copy_back(self.theta.vector, run.theta.vector)

    def _check_costs(self, first: int) -> None:
        """Check the costs of an epoch, then copy theta back where that is still to be done."""
        run = self.run
        for i, J in enumerate(run.costs[first:], start=first):
            if not np.isfinite(J).all():
                del run.costs[i:]
                run.history.steps, run.learning_rate = i, run.learning_rate_after(i)
            run.costs[i : i + 1] = [run.checked(J, None)]
        if run.judges_steps:
            self.xp.copy_back(self.theta.vector, run.theta.vector)


def _transposed(M: Array) -> Array:
    """Return gathered samples as columns: M with its axes reversed, as M.T of a stack's data too."""
    return M.permute(*reversed(range(M.ndim)))
