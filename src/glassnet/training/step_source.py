"""The source of many steps in one function: the equations, recorded once with symbols, between gathering and watching.

What is recorded is `core.propagation.propagate`, `core.regularization.clip_by_norm` and the optimiser's update, as they
stand. Around them stands only what a step needs besides: gathering a batch, watching J, keeping the best theta.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from glassnet.core.propagation import Objective, propagate
from glassnet.core.regularization import clip_by_norm
from glassnet.engines import compiled_engine
from glassnet.engines.lowering import Source, lower
from glassnet.engines.tracing import ONE, Namespace, Program

Array = Any


def step_source(objective: Objective, optimizer: Any, dtype: Any, *, weighted: bool, clipped: bool) -> str:
    """Return the source of the module whose function `steps` trains such a network.

    Sizes are no part of it: one compiled module serves every network of the same activations, loss, penalties and
    optimiser.
    """
    L, xp = len(objective.g) - 1, Namespace()
    first = Program(dtype)
    sizes = [f"n{l}" for l in range(L + 1)]

    def layers(letter: str, prefix: str = "") -> list[Any]:
        columns = [ONE, *sizes[:-1]] if letter == "W" else [ONE] * (L + 1)
        return [None, *(first.input(f"{prefix}{letter}{l}", (sizes[l], columns[l])) for l in range(1, L + 1))]

    theta: Any = SimpleNamespace(
        W=SimpleNamespace(views=layers("W")),
        b=SimpleNamespace(views=layers("b")),
        weights=first.input("weights", ("PW",)),
    )
    gradient: Any = _Gradient(first, SimpleNamespace(views=layers("W", "d")), SimpleNamespace(views=layers("b", "d")))
    traced = objective._replace(
        l2=first.input("l2", ()) if objective.l2 else 0.0, l1=first.input("l1", ()) if objective.l1 else 0.0
    )
    X, Y = first.input("X", (sizes[0], "m")), first.input("Y", (sizes[L], "m"))
    S = first.input("S", (ONE, "m")) if weighted else None
    J = propagate(xp, theta, gradient, X, Y, traced, [None] * (L + 1), S).J
    slopes = lower(first, {"J": J})

    second = Program(dtype)
    if clipped:
        clip_by_norm(xp, second.input("gradient", ("P",)), second.input("clip", ()))
        second.barrier()
    memory = {name: second.input(name, ("P",)) for name in optimizer.state}
    flat = second.input("theta", ("P",)), second.input("gradient", ("P",))
    optimizer.update(xp, *flat, memory, second.input("t", ()), second.input("alpha", ()))
    return _module(L, np.dtype(dtype).name, optimizer.state, weighted, slopes, lower(second, {}, "u"))


class _Gradient:
    """The gradient's arrays; whoever asks for its weights as one slice sees what was written to dW before."""

    def __init__(self, program: Program, W: Any, b: Any) -> None:
        self.program, self.W, self.b = program, W, b

    @property
    def weights(self) -> Any:
        self.program.barrier()
        return self.program.input("dweights", ("PW",))

    @weights.setter
    def weights(self, _stored: Any) -> None:
        """Accept what `gradient.weights += ...` assigns; the store is recorded already."""


def _module(L: int, dtype: str, state: tuple[str, ...], weighted: bool, slopes: Source, update: Source) -> str:
    sizes = [f"n{l}" for l in range(L + 1)]
    constants = {**{name: value for value, name in slopes.constants.items()},
                 **{name: value for value, name in update.constants.items()}}  # fmt: skip
    lines = [f"{name} = F({value!r})" for name, value in constants.items()]
    views = ["at = 0"]
    for letter, widths in (("W", [ONE, *sizes]), ("b", [ONE] * (L + 1))):
        for l in range(1, L + 1):
            shape = f"n{l}, {widths[l]}"
            views += [
                f"{prefix}{letter}{l} = {vector}[at : at + n{l} * {widths[l]}].reshape({shape})"
                for prefix, vector in (("", "theta"), ("d", "gradient"))
            ]
            views.append(f"at += n{l} * {widths[l]}")
        if letter == "W":
            views += ["PW = at", "weights, dweights = theta[:PW], gradient[:PW]"]
    room, in_step = [], []
    for name, dims in {**slopes.work, **update.work}.items():
        full, shape = " * ".join(dims), ", ".join(dims)
        if "m" in dims:
            room.append(f"{name}_room = np.empty({full.replace('m', 'B')}, F)")
            in_step.append(f"{name} = {name}_room[: {full}].reshape({shape})")
        else:
            room.append(f"{name} = np.empty(({shape}), F)")
    S = ["weights_of_samples"] if weighted else []
    arguments = ["sizes", "theta", "gradient", *state, "rows", "targets", *S]
    arguments += ["order", "batch", "alphas", "t0", "l2", "l1", "clip", "costs", "best", "best_cost", "watch"]
    gather = [
        "if whole:",
        "    m = rows.shape[0]",
        "    X, Y = rows.T, targets",
        *(["    S = weights_of_samples"] if weighted else []),
        "else:",
        "    start = done * B",
        "    m = min(B, order.size - start)",
        "    X = X_room[:m].T",
        f"    Y = Y_room[: n{L} * m].reshape(n{L}, m)",
        *(["    S = S_room[:m].reshape(1, m)"] if weighted else []),
        "    for q in range(m):",
        "        p = order[start + q]",
        "        X_room[q] = rows[p]",
        f"        for i in range(n{L}):",
        "            Y[i, q] = targets[i, p]",
        *(["        S[0, q] = weights_of_samples[0, p]"] if weighted else []),
    ]
    body = [
        *gather,
        *in_step,
        *slopes.lines,
        "if not np.isfinite(J):",
        "    return done, best_cost",
        "if watch and J < best_cost:",
        "    best_cost = J",
        "    best[:] = theta",
        "costs[done] = J",
        "t, alpha = t0 + done, alphas[done]",
        *update.lines,
    ]
    function = [
        f"def steps({', '.join(arguments)}):",
        *_indented(
            [
                f"{', '.join(sizes)} = sizes",
                "whole = batch >= rows.shape[0]",
                "B = min(batch, rows.shape[0])",
                "P = theta.size",
                *views,
                *room,
                "gathered = 1 if whole else B",
                "X_room = np.empty((gathered, n0), F)",
                f"Y_room = np.empty(n{L} * gathered, F)",
                *(["S_room = np.empty(gathered, F)"] if S else []),
                "for done in range(costs.size):",
                *_indented(body),
                "return costs.size, best_cost",
            ]
        ),
    ]
    head, decorator = compiled_engine.HEAD.format(dtype=dtype).rsplit("@njit", 1)
    return "\n".join([head.rstrip(), *lines, "", "", f"@njit{decorator.rstrip()}", *function, ""])


def _indented(lines: list[str]) -> list[str]:
    return [f"    {line}" for line in lines]
