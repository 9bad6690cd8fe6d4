"""What the detectors look at: architecture, arrays, data and record; each derived number is computed once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from glassnet.arrays import numpy_namespace as xp
from glassnet.core.activations import ACTIVATIONS
from glassnet.core.architecture import Architecture, choose_loss
from glassnet.core.losses import full_name
from glassnet.core.names import choose
from glassnet.core.optimizers import OPTIMIZERS
from glassnet.core.parameters import Parameters
from glassnet.core.propagation import Objective, Pass, cost_only, propagate
from glassnet.inspection.diagnosis import neighbours
from glassnet.inspection.diagnosis.range_test import RangeTest, range_test
from glassnet.typing import Array, Indices

LEAST_TRIED = 20  # samples of a range test
STUCK = 0.1  # share of J_0 by which a fresh start must come further


def constant_cost(architecture: Architecture, Y: Array) -> float:
    """Return the cost of the best answer that is the same for every sample."""
    name, _ = choose_loss(full_name(architecture.loss, architecture.sizes[-1], architecture.output))
    if name in ("absolute_error", "quantile"):
        A = np.quantile(Y, architecture.loss_entry.options.get("q", 0.5), axis=1, keepdims=True)
    else:
        A = Y.mean(axis=1, keepdims=True)
    return float(architecture.loss_entry.value(xp, np.broadcast_to(A, Y.shape), Y).sum() / Y.shape[1])


@dataclass(frozen=True, eq=False)
class DiagnosisContext:
    """What a diagnosis looks at.

    Parameters
    ----------
    architecture : Architecture
        Of the network.
    theta : Parameters
        The numbers of one network, float64.
    record : dict
        The training record, empty where there is none.
    X, Y : array (n[0], m), (n[L], m), or None
        Some samples of the training data in their order, float64.
    validation : (X, Y) or None
        Samples that were not trained on.
    names, classes : sequence or None
        Of the features, and of the classes in the order of Y's rows.
    seed : int
        Of the range test.
    chosen : array (m,) or None
        Numbers of these samples among all; None where they are all.
    """

    architecture: Architecture
    theta: Parameters
    record: dict[str, Any]
    X: Array | None = None
    Y: Array | None = None
    validation: tuple[Array, Array] | None = None
    names: Sequence[str] | None = None
    classes: Sequence[Any] | None = None
    seed: int = 0
    chosen: Indices | None = None

    # ------------------------------------------------------------ the arrays
    @cached_property
    def is_finite(self) -> bool:
        """Whether every parameter is a finite number."""
        return bool(np.isfinite(self.theta.vector).all())

    @cached_property
    def activations(self) -> list[str]:
        """Bare names of g[1] ... g[L]; entry 0 is unused."""
        return ["", *(choose(ACTIVATIONS, g, "activation")[0] for g in self.architecture.activations)]

    @property
    def hidden(self) -> range:
        """Numbers of the hidden layers."""
        return range(1, self.architecture.L)

    @cached_property
    def loss(self) -> str:
        """Full bare name of the loss."""
        return choose_loss(full_name(self.architecture.loss, self.architecture.sizes[-1], self.architecture.output))[0]

    @cached_property
    def objective(self) -> Objective:
        """Activations and loss, without penalties."""
        return Objective.of(self.architecture)

    @cached_property
    def whole_pass(self) -> Pass | None:
        """Every array of a pass over X and Y without dropout and penalties; None without data."""
        if self.X is None or self.Y is None or not self.is_finite:
            return None
        no_masks = [None] * (self.architecture.L + 1)
        with xp.quiet():
            return propagate(xp, self.theta, self.theta.like(), self.X, self.Y, self.objective, no_masks)

    @cached_property
    def slopes(self) -> list[Any] | None:
        """g[l]'(Z[l]) of the hidden layers, entry 0 unused; None without data."""
        if self.whole_pass is None:
            return None
        _, A, Z, _, _ = self.whole_pass
        g = self.architecture.g
        with xp.quiet():
            return [None, *(g[l].slope(xp, Z[l], A[l]) for l in self.hidden)]  # type: ignore[union-attr,misc]

    # ------------------------------------------------------------ how good it is
    @cached_property
    def J(self) -> float | None:
        """The cost on X and Y, without penalties."""
        return None if self.whole_pass is None else float(self.whole_pass.J)

    @cached_property
    def J_0(self) -> float | None:
        """The cost of the best answer that is the same for every sample: what a network must stay below."""
        if self.Y is None:
            return None
        with xp.quiet():
            return constant_cost(self.architecture, self.Y)

    @cached_property
    def open_share(self) -> float | None:
        """J / J_0: the share of what there was to learn that is still open; about 1 where nothing was learned."""
        return None if self.J is None or not self.J_0 else self.J / self.J_0

    @cached_property
    def J_validation(self) -> float | None:
        """The cost on the validation data."""
        if self.validation is None or not self.is_finite:
            return None
        with xp.quiet():
            return float(cost_only(xp, self.theta, self.validation, self.objective))

    @cached_property
    def labels(self) -> Indices | None:
        """The class of every sample, (m,); None where the targets are no classes of which one holds."""
        exclusive = self.loss == "softmax_cross_entropy" or (
            self.loss == "sigmoid_cross_entropy" and self.architecture.sizes[-1] == 1
        )
        return classes_of(self.Y) if self.Y is not None and exclusive else None

    @cached_property
    def answers(self) -> Indices | None:
        """The class that the network takes each sample for, (m,)."""
        return None if self.whole_pass is None or self.labels is None else classes_of(self.whole_pass.A[-1])

    @cached_property
    def some(self) -> Indices | None:
        """Numbers of the samples whose neighbours are looked for."""
        if self.X is None:
            return None
        m = self.X.shape[1]
        return np.linspace(0, m - 1, min(m, neighbours.MOST_SAMPLES), dtype=int)

    @cached_property
    def nearest(self) -> Indices | None:
        """The nearest neighbours of each of `some`, as positions in `some`; None where there are too few samples."""
        if self.X is None or self.some is None or len(self.some) < 4 * neighbours.K:
            return None
        return neighbours.nearest(self.X[:, self.some])

    # ------------------------------------------------------------ the training
    @cached_property
    def settings(self) -> dict[str, Any]:
        """The settings of the training; empty without a record."""
        return self.record.get("settings") or {}

    @cached_property
    def alpha(self) -> float | None:
        """The learning rate; None where the optimiser has none."""
        if not self.settings:
            return None
        optimizer = choose(OPTIMIZERS, self.settings["optimizer"], "optimizer")[1]
        return None if optimizer.update is None else self.settings.get("learning_rate") or optimizer.learning_rate

    @cached_property
    def curve(self) -> Array | None:
        """J by epoch, without what is no number; None without a record of two epochs."""
        return _curve(self.record.get("epoch_cost"))

    @cached_property
    def validation_curve(self) -> Array | None:
        """J of the validation data by epoch."""
        return _curve(self.record.get("validation_cost"))

    @cached_property
    def diverged(self) -> dict[str, Any] | None:
        """Step, layer and learning rate at which the cost stopped being a number."""
        return self.record.get("diverged")

    @cached_property
    def rates(self) -> RangeTest | None:
        """The range test around the learning rate that was used; None where the optimiser has none."""
        if self.alpha is None or self.X is None or self.Y is None or self.some is None or len(self.some) < LEAST_TRIED:
            return None
        X, Y = (M[:, self.some].astype(np.float32) for M in (self.X, self.Y))
        return range_test(
            self.architecture, X, Y,
            optimizer=self.settings["optimizer"], alpha=float(self.alpha),
            batch_size=self.settings.get("batch_size"), seed=self.seed,
        )  # fmt: skip

    @cached_property
    def is_stuck(self) -> bool:
        """Whether a fresh start comes further in a few steps at the same learning rate than the training did."""
        if self.J is None or not self.J_0 or self.J < STUCK * self.J_0:
            return False
        if self.rates is None or self.alpha is None:
            return self.J > 0.5 * self.J_0
        return self.rates.cost_at(self.alpha) < self.J - STUCK * self.J_0

    @property
    def numbers(self) -> Indices:
        """Numbers of the samples among all, (m,)."""
        return np.arange(0 if self.X is None else self.X.shape[1]) if self.chosen is None else self.chosen

    # ------------------------------------------------------------ words
    def feature(self, k: int) -> str:
        """Return how an input feature is called."""
        return f'"{self.names[k]}"' if self.names else f"feature {k}"

    def label(self, k: int) -> str:
        """Return how a class is called."""
        return str(self.classes[k]) if self.classes is not None and k < len(self.classes) else str(k)


def classes_of(M: Array) -> Indices:
    """Return the class that each column of targets or outputs (n[L], m) stands for."""
    classes: Indices = M.argmax(axis=0) if len(M) > 1 else (M[0] > 0.5).astype(int)
    return classes


def _curve(values: Any) -> Array | None:
    array = np.asarray([np.nan if value is None else value for value in values or []], dtype=float)
    array = array[np.isfinite(array)]
    return array if len(array) > 1 else None
