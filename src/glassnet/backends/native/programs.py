"""The two programs of a training step, recorded once for each kind of network: the pass, and the update.

What is recorded is `core.propagation.propagate`, `core.regularization.transform_gradient` and the optimiser's update,
as they stand.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from glassnet.backends.native.lowering import GIVEN, Words, lower
from glassnet.backends.native.recording import ONE, Namespace, Program, Symbol
from glassnet.core.propagation import Objective, propagate
from glassnet.core.regularization import transform_gradient


@dataclass(frozen=True)
class StepPrograms:
    """The words of a pass and of an update, which share numbers and dimensions."""

    of_pass: Words
    of_update: Words


def step_programs(
    objective: Objective,
    optimizer: Any,
    dtype: Any,
    sizes: Collection[int],
    *,
    weighted: bool = False,
    transforms: Collection[str] = (),
    dropped: Collection[int] = (),
    by_features: bool = False,
    embedded: bool = False,
) -> StepPrograms:
    """Record a training step.

    Parameters
    ----------
    objective : Objective
        Activations, loss and penalties; strengths are no part of the programs.
    optimizer : Optimizer
        A row of the table of optimisers, options bound.
    dtype : numpy dtype
        Type of every number.
    sizes : collection of int
        n[0] ... n[L], of which only those that are 1 matter.
    weighted : bool
        Whether samples have weights.
    transforms : collection of str
        Names of the gradient transforms, in their order.
    dropped : collection of int
        Layers with dropout masks.
    by_features : bool
        Whether X lies in memory with a feature's numbers contiguous; otherwise it is a sample's.
    embedded : bool
        Whether layer 0 is an embedding.

    Returns
    -------
    StepPrograms
        Both programs.

    Raises
    ------
    NotImplementedError
        If a row of a table needs what the library cannot run.
    """
    names = [ONE if n == 1 else f"n{l}" for l, n in enumerate(sizes)]
    numbers: dict[Any, int] = {name: i for i, name in enumerate(GIVEN)}
    dimensions = {"m": 0, ONE: 1}
    pass_words, update_words = Words(numbers, dimensions), Words(numbers, dimensions)
    program, J = _pass(objective, dtype, names, weighted, dropped, embedded)
    lower(program, pass_words, {"J": J}, transposed=frozenset() if by_features else frozenset({"X"}))
    lower(_update(optimizer, dtype, transforms), update_words, in_slices=True)
    return StepPrograms(pass_words, update_words)


def _pass(
    objective: Objective, dtype: Any, names: list[str], weighted: bool, dropped: Collection[int], embedded: bool
) -> tuple[Program, Symbol]:
    """Record a pass: the gradient, and J."""
    L, program = len(names) - 1, Program(dtype)
    program.counts["m"] = "samples"  # the equations divide by the step's samples, the loops run over those of a part

    def layers(letter: str, prefix: str = "") -> Any:
        columns = [ONE, *names[:-1]] if letter == "W" else [ONE] * (L + 1)
        views = [program.input(f"{prefix}{letter}{l}", (names[l], columns[l])) for l in range(1, L + 1)]
        of_group = ("groups", "units", "rows" if letter == "W" else ONE)
        first = program.input(f"{prefix}{letter}0", of_group) if embedded else None
        return SimpleNamespace(views=[first, *views])

    theta: Any = SimpleNamespace(W=layers("W"), b=layers("b"), weights=program.input("weights", ("PW",)))
    gradient: Any = _Gradient(program, layers("W", "d"), layers("b", "d"))
    traced = objective._replace(penalties={name: program.input(f"{name}_share", ()) for name in objective.penalties})
    program.ungrouped = names[0]
    X, Y = program.input("X", ("n_x" if embedded else names[0], "m")), program.input("Y", (names[L], "m"))
    S = program.input("S", (ONE, "m")) if weighted else None
    if S is not None:  # the weights of the whole step, of which a part has only some
        program.known |= {(kind, S): program.input("weight_sum", ()) for kind in ("row_sums", "total")}
    D = [program.input(f"D{l}", (names[l], "m")) if l in dropped else None for l in range(L + 1)]
    return program, propagate(Namespace(), theta, gradient, X, Y, traced, D, S).J


def _update(optimizer: Any, dtype: Any, transforms: Collection[str]) -> Program:
    """Record what follows the pass: the gradient transforms, and the optimiser's step."""
    xp, program = Namespace(), Program(dtype)
    gradient = _Gradient(program)
    transform_gradient(xp, gradient, {name: program.input(f"{name}_limit", ()) for name in transforms})
    flat = program.input("theta", ("P",)), gradient.vector
    memory = {name: program.input(name, ("P",)) for name in optimizer.state}
    optimizer.update(xp, *flat, memory, program.input("t", ()), program.input("learning_rate", ()))
    return program


class _Gradient:
    """The gradient's arrays; a flat one is read anew each time, so that it holds what was written before."""

    def __init__(self, program: Program, W: Any = None, b: Any = None) -> None:
        self.program, self.W, self.b = program, W, b

    @property
    def vector(self) -> Any:
        self.program.barrier()
        return self.program.input("gradient", ("P",))

    @property
    def weights(self) -> Any:
        self.program.barrier()
        return self.program.input("dweights", ("PW",))

    @weights.setter
    def weights(self, _stored: Any) -> None:
        """Accept what `gradient.weights += ...` assigns; the store is recorded already."""
