"""How to train, apart from what is trained: frozen, checked once, before any work is done."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from itertools import chain
from numbers import Integral, Real
from typing import Any

import numpy as np

from glassnet.core.checks import is_count
from glassnet.core.names import choose
from glassnet.core.optimizers import OPTIMIZERS
from glassnet.core.regularization import GRADIENT_TRANSFORMS, PENALTIES
from glassnet.core.schedules import SCHEDULES
from glassnet.documents import ANYTHING, checked
from glassnet.errors import ModelFileError, SettingError, UnknownNameError

DEFAULT_EPOCHS = 100
ENGINES = ("auto", "numpy", "compiled", "torch")
DEVICES = ("auto", "cpu", "cuda")
PRECISIONS = ("full", "bfloat16")
OF_CALLER = "a function of the caller"  # what a record says of a schedule that has no name
PER_NETWORK = ("learning_rate", "l2", "l1", "dropout")  # of a stack, each network may have its own


@dataclass(frozen=True)
class Settings:
    """The settings of one training run.

    Parameters
    ----------
    optimizer : str
        Name in the table of optimisers, options in brackets: "adam(beta_1=0.8)".
    learning_rate : float or sequence of float, optional
        alpha; None takes the optimiser's own default. Of a stack each network may have its own: k numbers.
    schedule : str or callable
        Name in the table of schedules, a factor on alpha over time; or such a function `factor(t, T, costs)` itself.
    epochs, iterations : int, optional
        Length of the run in passes over the data, or in steps; not both. With the whole batch they are the same.
    batch_size : int, optional
        Samples per step; None is the whole batch.
    shuffle : bool
        Whether mini-batches are drawn in a new order each epoch.
    l2, l1 : float or sequence of float
        lambda of the penalties lambda / (2m) Σ W² and lambda / m Σ |W|; one number, or one for each network of a stack.
    dropout : float, sequence of float, or array (k, 1) or (k, L-1)
        Share of each hidden layer's units that is dropped in each step; one number, or one per hidden layer. Of a stack
        each network may have its own: a row of one number, or of one per hidden layer.
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
    learning_rate: float | Sequence[float] | None = None
    schedule: str | Callable[..., float] = "constant"
    epochs: int | None = None
    iterations: int | None = None
    batch_size: int | None = None
    shuffle: bool = True
    l2: float | Sequence[float] = 0.0
    l1: float | Sequence[float] = 0.0
    dropout: float | Sequence[float] | Sequence[Sequence[float]] = 0.0
    clip_norm: float | None = None
    keep_best: bool = False
    engine: str = "auto"
    device: str = "auto"
    precision: str = "full"

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            object.__setattr__(self, field.name, _listed(value) if field.name in PER_NETWORK else _number(value))
        _, optimizer = choose(OPTIMIZERS, self.optimizer, "optimizer")
        if not callable(self.schedule):
            choose(SCHEDULES, self.schedule, "schedule")
        if self.epochs is not None and self.iterations is not None:
            raise SettingError(f"give epochs or iterations, not both; got {self.epochs} and {self.iterations}")
        for name in ("epochs", "iterations", "batch_size"):
            _check_count(name, getattr(self, name))
        _check_number("clip_norm", self.clip_norm, positive=True)
        for name in ("learning_rate", "l2", "l1"):
            given = getattr(self, name)
            for value in given if given and isinstance(given, tuple) else [given]:
                _check_number(name, value, positive=name == "learning_rate")
        self._check_engine(searches=optimizer.update is None)
        self._check_dropout()
        if optimizer.update is None:
            for name in ("batch_size", "clip_norm"):
                if getattr(self, name) is not None:
                    raise SettingError(f"{self.optimizer} searches along lines on the whole batch and takes no {name}")
            if self.drops_units or self.schedule != "constant":
                raise SettingError(f"{self.optimizer} needs a cost that stays the same: no dropout and no schedule")

    def _check_engine(self, *, searches: bool) -> None:
        for name, known in (("engine", ENGINES), ("device", DEVICES), ("precision", PRECISIONS)):
            if getattr(self, name) not in known:
                raise UnknownNameError.among(name, getattr(self, name), known)
        if self.wants_torch and self.engine not in ("auto", "torch"):
            raise SettingError(f"{self.wants_torch} needs engine='torch' or 'auto'; got engine={self.engine!r}")
        if self.wants_torch and searches:
            raise SettingError(f"{self.optimizer} runs on NumPy alone and takes no {self.wants_torch}")

    def _check_dropout(self) -> None:
        rows = self.dropout if isinstance(self.dropout, tuple) else (self.dropout,)
        if len({len(row) if isinstance(row, tuple) else None for row in rows}) > 1:
            raise SettingError(f"dropout: expected one row of shares for each network, all of one length; got {rows}")
        for drop in chain.from_iterable(row if isinstance(row, tuple) else [row] for row in rows):
            if not _is_number(drop) or not 0 <= drop < 1:
                raise SettingError(f"dropout: expected a share of units in [0, 1); got {drop!r}")

    @property
    def wants_torch(self) -> str:
        """The setting that only the torch engine can meet, as it was written; "" where there is none."""
        if self.device == "cuda":
            return "device='cuda'"
        return "precision='bfloat16'" if self.precision == "bfloat16" else ""

    @property
    def alpha(self) -> Any:
        """The learning rate that is used: the given one, or the optimiser's default."""
        return self.learning_rate or choose(OPTIMIZERS, self.optimizer, "optimizer")[1].learning_rate

    @property
    def drops_units(self) -> bool:
        """Whether any unit is dropped at all."""
        return bool(np.any(self.dropout))

    def of_networks(self, name: str, k: int | None) -> Any:
        """Return "alpha", "l2" or "l1" as the run takes it.

        Parameters
        ----------
        name : {"alpha", "l2", "l1"}
            What is wanted.
        k : int or None
            Networks side by side; None where there is one, without a leading axis.

        Returns
        -------
        float, or array (k,)
            One number for all, or one for each network.

        Raises
        ------
        SettingError
            If there is another number of them than of networks.
        """
        value = getattr(self, name)
        if isinstance(value, tuple):
            _check_stack("learning_rate" if name == "alpha" else name, value, k)
            return np.array(value, float)
        return value

    def penalties(self, k: int | None) -> dict[str, Any]:
        """Return the strength of each penalty that is asked for, by name: a number, or (k,), one for each network."""
        return {name: self.of_networks(name, k) for name in PENALTIES if getattr(self, name, 0)}

    @property
    def transforms(self) -> dict[str, float]:
        """The limit of each gradient transform that is asked for, by name."""
        return {name: limit for name in GRADIENT_TRANSFORMS if (limit := getattr(self, name, None)) is not None}

    def drops(self, L: int, k: int | None = None) -> list[Any]:
        """Return the share to drop for each of the layers 0 ... L, a float or, for k networks, an array (k, 1, 1).

        Input and output keep every unit.

        Raises
        ------
        SettingError
            If the shares are not one, or one per hidden layer; or their rows not one per network.
        """
        shares = np.array(self.dropout, float)
        if shares.ndim == 2:
            _check_stack("dropout", shares, k)
        if shares.ndim and shares.shape[-1] != L - 1 and shares.shape[1:] != (1,):
            rows = "" if k is None or shares.ndim == 2 else f" (one for each network is written as {k} rows of one)"
            raise SettingError(f"dropout: {L - 1} hidden layers need {L - 1} shares; got {shares.shape[-1]}{rows}")
        layers = np.moveaxis(np.broadcast_to(shares, (*shares.shape[:-1], L - 1)), -1, 0)
        return [0.0, *(float(drop) if drop.ndim == 0 else drop[:, None, None] for drop in layers), 0.0]

    def steps(self, m: int) -> tuple[int, int]:
        """Return the number of steps in an epoch over m samples, and in the whole run."""
        per_epoch = math.ceil(m / min(self.batch_size or m, m))
        return per_epoch, self.iterations or per_epoch * (self.epochs or DEFAULT_EPOCHS)

    def to_document(self) -> dict[str, Any]:
        """Return the settings as plain data for a training record."""
        values = {field.name: _plain(getattr(self, field.name)) for field in fields(self)}
        if callable(self.schedule):
            values["schedule"] = OF_CALLER
        return values


def check_document(document: Any) -> None:
    """Check the settings of a training record, as `Settings.to_document` wrote them, each for itself.

    Raises
    ------
    ValueError
        If one is unknown, missing, or outside its range.
    """
    names = [field.name for field in fields(Settings)]
    checked(document, dict.fromkeys(names, ANYTHING), "record, settings", later=["engine", "device", "precision"])
    for name, value in document.items():
        if (name, value) != ("schedule", OF_CALLER):
            try:
                Settings(**{name: value})
            except SettingError as error:
                raise ModelFileError(f"record, settings: {error!s:.200}") from None


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(entry) for entry in value]
    return value.item() if hasattr(value, "item") else value  # a number of NumPy's is no JSON


def _listed(value: Any) -> Any:
    """Return a sequence or an array as nested tuples, which nobody can change; anything else as it is."""
    is_array = isinstance(value, np.ndarray) and value.ndim > 0
    is_list = is_array or (isinstance(value, Sequence) and not isinstance(value, str))
    return tuple(_listed(entry) for entry in value) if is_list else _number(value)


def _number(value: Any) -> Any:
    """Return a number of NumPy's, a fraction or the like as Python's own, which lets arrays keep their type."""
    if not isinstance(value, Real) or isinstance(value, bool):
        return value
    try:
        return int(value) if isinstance(value, Integral) else float(value)
    except OverflowError:
        return math.inf


def _check_stack(name: str, values: Sequence[Any] | np.ndarray, k: int | None) -> None:
    if k is None:
        raise SettingError(
            f"{name}: one network takes one number; got {len(values)}, one for each network of a stack "
            f"(n_networks={len(values)})"
        )
    if len(values) != k:
        raise SettingError(f"{name}: expected one number, or one for each of {k} networks; got {len(values)}")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= sys.float_info.max


def _check_count(name: str, value: Any) -> None:
    if value is not None and not is_count(value):
        raise SettingError(f"{name}: expected a whole number of at least 1; got {value!r}")


def _check_number(name: str, value: Any, *, positive: bool) -> None:
    if value is None:
        return
    if not _is_number(value) or value < 0 or (positive and value == 0):
        bound = "greater than" if positive else "of at least"
        raise SettingError(f"{name}: expected a number {bound} 0; got {value!r}")
