"""How to train, apart from what is trained: frozen, checked once, before any work is done."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from numbers import Real
from typing import Any

from glassnet.core.checks import is_count
from glassnet.core.names import choose
from glassnet.core.optimizers import OPTIMIZERS
from glassnet.core.schedules import SCHEDULES
from glassnet.errors import SettingError, UnknownNameError

DEFAULT_EPOCHS = 100
ENGINES = ("auto", "numpy", "compiled", "torch")
DEVICES = ("auto", "cpu", "cuda")
PRECISIONS = ("full", "bfloat16")


@dataclass(frozen=True)
class Settings:
    """The settings of one training run.

    Parameters
    ----------
    optimizer : str
        Name in the table of optimisers, options in brackets: "adam(beta_1=0.8)".
    learning_rate : float, optional
        alpha; None takes the optimiser's own default.
    schedule : str or callable
        Name in the table of schedules, a factor on alpha over time; or such a function `factor(t, T, costs)` itself.
    epochs, iterations : int, optional
        Length of the run in passes over the data, or in steps; not both. With the whole batch they are the same.
    batch_size : int, optional
        Samples per step; None is the whole batch.
    shuffle : bool
        Whether mini-batches are drawn in a new order each epoch.
    l2, l1 : float
        lambda of the penalties lambda / (2m) Σ W² and lambda / m Σ |W|.
    dropout : float or sequence of float
        Share of each hidden layer's units that is dropped in each step; one number, or one per hidden layer.
    clip_norm : float, optional
        Longest gradient that a step may take.
    keep_best : bool
        Whether the parameters of the lowest cost (validation cost where given) are kept at the end, not the last ones.
    engine : {"auto", "numpy", "compiled", "torch"}
        What runs the equations: NumPy, loops compiled from them, or tensors (extra ``torch``). "auto" takes the engine
        whose predicted start-up and steps take least, by the figures that ``glassnet engines`` shows (and, with
        ``--measure``, measures); ``History.choice`` says why. Where an engine does not cover a run, NumPy takes it.
    device : {"auto", "cpu", "cuda"}
        Where the torch engine computes; "auto" is a graphics processor where torch finds one. "cuda" asks for the torch
        engine.
    precision : {"full", "bfloat16"}
        What goes into a matrix product: numbers of the network's own type, or rounded to bfloat16, which processors
        made for it multiply several times as fast; parameters and all else stay float32. It asks for the torch engine.
    """

    optimizer: str = "gradient_descent"
    learning_rate: float | None = None
    schedule: str | Callable[..., float] = "constant"
    epochs: int | None = None
    iterations: int | None = None
    batch_size: int | None = None
    shuffle: bool = True
    l2: float = 0.0
    l1: float = 0.0
    dropout: float | Sequence[float] = 0.0
    clip_norm: float | None = None
    keep_best: bool = False
    engine: str = "auto"
    device: str = "auto"
    precision: str = "full"

    def __post_init__(self) -> None:
        _, optimizer = choose(OPTIMIZERS, self.optimizer, "optimizer")
        if not callable(self.schedule):
            choose(SCHEDULES, self.schedule, "schedule")
        if self.epochs is not None and self.iterations is not None:
            raise SettingError(f"give epochs or iterations, not both; got {self.epochs} and {self.iterations}")
        for name in ("epochs", "iterations", "batch_size"):
            _check_count(name, getattr(self, name))
        for name in ("learning_rate", "clip_norm"):
            _check_number(name, getattr(self, name), positive=True)
        for name in ("l2", "l1"):
            _check_number(name, getattr(self, name), positive=False)
        self._check_engine(searches=optimizer.update is None)
        for drop in self.dropout if isinstance(self.dropout, Sequence) else [self.dropout]:
            if not _is_number(drop) or not 0 <= drop < 1:
                raise SettingError(f"dropout: expected a share of units in [0, 1); got {drop!r}")
        if optimizer.update is None:
            for name in ("batch_size", "clip_norm"):
                if getattr(self, name) is not None:
                    raise SettingError(f"{self.optimizer} searches along lines on the whole batch and takes no {name}")
            if any(self.drops(2)) or self.schedule != "constant":
                raise SettingError(f"{self.optimizer} needs a cost that stays the same: no dropout and no schedule")

    def _check_engine(self, *, searches: bool) -> None:
        for name, known in (("engine", ENGINES), ("device", DEVICES), ("precision", PRECISIONS)):
            if getattr(self, name) not in known:
                raise UnknownNameError.among(name, getattr(self, name), known)
        if self.wants_torch and self.engine not in ("auto", "torch"):
            raise SettingError(f"{self.wants_torch} needs engine='torch' or 'auto'; got engine={self.engine!r}")
        if self.wants_torch and searches:
            raise SettingError(f"{self.optimizer} runs on NumPy alone and takes no {self.wants_torch}")

    @property
    def wants_torch(self) -> str:
        """The setting that only the torch engine can meet, as it was written; "" where there is none."""
        if self.device == "cuda":
            return "device='cuda'"
        return "precision='bfloat16'" if self.precision == "bfloat16" else ""

    @property
    def alpha(self) -> float:
        """The learning rate that is used: the given one, or the optimiser's default."""
        return self.learning_rate or choose(OPTIMIZERS, self.optimizer, "optimizer")[1].learning_rate

    def drops(self, L: int) -> list[float]:
        """Return the share to drop for each of the layers 0 ... L; input and output keep every unit."""
        if not isinstance(self.dropout, Sequence):
            return [0.0, *[float(self.dropout)] * (L - 1), 0.0]
        if len(self.dropout) != L - 1:
            raise SettingError(f"dropout: {L - 1} hidden layers need {L - 1} shares; got {len(self.dropout)}")
        return [0.0, *map(float, self.dropout), 0.0]

    def steps(self, m: int) -> tuple[int, int]:
        """Return the number of steps in an epoch over m samples, and in the whole run."""
        per_epoch = math.ceil(m / min(self.batch_size or m, m))
        return per_epoch, self.iterations or per_epoch * (self.epochs or DEFAULT_EPOCHS)

    def to_document(self) -> dict[str, Any]:
        """Return the settings as plain data for a training record."""
        values = {field.name: _plain(getattr(self, field.name)) for field in fields(self)}
        if callable(self.schedule):
            values["schedule"] = "a function of the caller"
        if isinstance(self.dropout, Sequence):
            values["dropout"] = [_plain(drop) for drop in self.dropout]
        return values


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value  # a number of NumPy's is no JSON


def _is_number(value: Any) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value)


def _check_count(name: str, value: Any) -> None:
    if value is not None and not is_count(value):
        raise SettingError(f"{name}: expected a whole number of at least 1; got {value!r}")


def _check_number(name: str, value: Any, *, positive: bool) -> None:
    if value is None:
        return
    if not _is_number(value) or value < 0 or (positive and value == 0):
        bound = "greater than" if positive else "of at least"
        raise SettingError(f"{name}: expected a number {bound} 0; got {value!r}")
