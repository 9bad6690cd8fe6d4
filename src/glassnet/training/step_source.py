"""The source of many steps in one function: the equations, recorded once with symbols, between gathering and watching.

What is recorded is `core.propagation.propagate`, `core.regularization.transform_gradient` and the optimiser's update,
as they stand. Around them stands only what a step needs besides: gathering a batch and its dropout masks, watching J,
keeping the best theta.
"""

from __future__ import annotations

from collections.abc import Collection
from itertools import accumulate
from types import SimpleNamespace
from typing import Any

import numpy as np

from glassnet.core.propagation import Objective, propagate
from glassnet.core.regularization import transform_gradient
from glassnet.engines import compiled_engine
from glassnet.engines.lowering import Source, lower
from glassnet.engines.tracing import ONE, Namespace, Program

Array = Any


def step_source(
    objective: Objective,
    optimizer: Any,
    dtype: Any,
    *,
    weighted: bool,
    transforms: Collection[str] = (),
    dropped: tuple[int, ...] = (),
) -> str:
    """Return the source of the module whose function `steps` trains such a network.

    Sizes are no part of it: one compiled module serves every network of the same activations, loss, penalties,
    optimiser, and layers that drop units.
    """
    L, xp = len(objective.g) - 1, Namespace()
    first = Program(dtype)
    first.counts["m"] = "m_all"  # the equations divide by the samples of the step, the loops run over those of a part
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
    traced = objective._replace(penalties={name: first.input(f"{name}_share", ()) for name in objective.penalties})
    X, Y = first.input("X", (sizes[0], "m")), first.input("Y", (sizes[L], "m"))
    S = first.input("S", (ONE, "m")) if weighted else None
    D = [first.input(f"D{l}", (sizes[l], "m")) if l in dropped else None for l in range(L + 1)]
    J = propagate(xp, theta, gradient, X, Y, traced, D, S).J
    slopes = lower(first, {"J": J})

    second = Program(dtype)
    gradient = _Gradient(second)
    transform_gradient(xp, gradient, {name: second.input(name, ()) for name in transforms})
    flat = second.input("theta_P", ("P",)), gradient.vector
    memory = {name: second.input(f"{name}_P", ("P",)) for name in optimizer.state}
    optimizer.update(xp, *flat, memory, second.input("t", ()), second.input("alpha", ()))
    numbers = [
        *(f"{name}_share = strengths[{i}] / parts" for i, name in enumerate(objective.penalties)),
        *(f"{name} = limits[{i}]" for i, name in enumerate(transforms)),
    ]
    update = lower(second, {}, "u")
    return _module(L, np.dtype(dtype).name, optimizer.state, weighted, dropped, numbers, slopes, update)


class _Gradient:
    """The gradient's arrays; whoever asks for a flat one sees what was written before, to it or to dW."""

    def __init__(self, program: Program, W: Any = None, b: Any = None) -> None:
        self.program, self.W, self.b = program, W, b

    @property
    def vector(self) -> Any:
        self.program.barrier()
        return self.program.input("gradient_P", ("P",))

    @property
    def weights(self) -> Any:
        self.program.barrier()
        return self.program.input("dweights", ("PW",))

    @weights.setter
    def weights(self, _stored: Any) -> None:
        """Accept what `gradient.weights += ...` assigns; the store is recorded already."""


def _module(
    L: int,
    dtype: str,
    state: tuple[str, ...],
    weighted: bool,
    dropped: tuple[int, ...],
    numbers: list[str],
    slopes: Source,
    update: Source,
) -> str:
    """Set the loops of a step into their function.

    A step's samples are dealt out in `parts`, one after the other, which belong to `groups`; each group has a gradient
    of its own, and a thread, number `rank` of `ranks`, takes every ranks-th group. When all have met, each thread adds
    up and updates its own share of theta. The parts are as given, whoever takes them: so are the results.
    """
    sizes = [f"n{l}" for l in range(L + 1)]
    constants = {**{name: value for value, name in slopes.constants.items()},
                 **{name: value for value, name in update.constants.items()}}  # fmt: skip
    lines = [f"{name} = F({value!r})" for name, value in constants.items()]
    room, in_part = [], []
    for name, dims in {**slopes.work, **update.work}.items():
        full, shape = " * ".join(dims), ", ".join(dims)
        if "m" in dims:
            room.append(f"{name}_room = np.empty({full.replace('m', 'largest')}, F)")
            in_part.append(f"{name} = view({name}_room, 0, {shape})")
        else:
            room.append(f"{name} = np.empty(({shape}), F)")
    S = ["weights_of_samples"] if weighted else []
    arguments = ["kernel", "sizes", "theta", "gradients", *state, "rows", "targets", *S, "order", "batch"]
    arguments += ["masks"] if dropped else []
    arguments += ["alphas", "t0", "strengths", "limits", "costs", "best", "best_cost", "watch"]
    arguments += ["parts", "shares", "counters", "rank", "ranks"]
    gather = [
        f"Y = view(Y_room, n{L} * low, n{L}, m)",
        *(["S = view(S_room, low, 1, m)"] if weighted else []),
        "if whole:",
        "    X = view(rows, low * n0, m, n0).T",
        "else:",
        "    X = view(X_room, low * n0, m, n0).T",
        "if not whole or done == 0:",
        "    for q in range(m):",
        "        p = low + q if whole else order[start + low + q]",
        "        if not whole:",
        "            for i in range(n0):",
        "                X_room[low + q, i] = rows[p, i]",
        f"        for i in range(n{L}):",
        "            Y[i, q] = targets[i, p]",
        *(["        S[0, q] = weights_of_samples[0, p]"] if weighted else []),
    ]
    for l, before in zip(dropped, accumulate((sizes[l] for l in dropped), "{} + {}".format, initial="0"), strict=False):
        room.append(f"D{l}_room = np.empty(n{l} * largest, F)")
        gather += [
            f"D{l} = view(D{l}_room, 0, n{l}, m)",
            f"drawn = view(masks, done * masks.shape[1] + ({before}) * m_all, n{l}, m_all)",
            f"for i in range(n{l}):",
            "    for q in range(m):",
            f"        D{l}[i, q] = drawn[i, low + q]",
        ]
    part = [
        "low, high = m_all * part // parts, m_all * (part + 1) // parts",
        "m = high - low",
        *gather,
        *in_part,
        *slopes.lines,
        "shares[part] = J",
        "if parts > groups:",
        "    for i in range(theta.size):",
        "        gradients[group, i] = gradient[i] if part == first_part else gradients[group, i] + gradient[i]",
    ]
    group = [
        "first_part = group * parts // groups",
        "gradient = gradients[group] if parts == groups else spare",
        *_views(sizes, "d", "gradient"),
        "for part in range(first_part, (group + 1) * parts // groups):",
        *_indented(part),
    ]
    body = [
        "start = done * B",
        "m_all = B if whole else min(B, order.size - start)",
        "for group in range(rank, groups, ranks):",
        *_indented(group),
        "if ranks > 1:",
        "    meet(counters, rank, ranks, 2 * done + 1)",
        "total = 0.0",
        "for part in range(parts):",
        "    total += shares[part]",
        "J = F(total)",
        "if not np.isfinite(J):",
        "    return done, best_cost",
        "if watch and J < best_cost:",
        "    best_cost = J",
        "    for i in range(P):",
        "        best[begin + i] = theta_P[i]",
        "if rank == 0:",
        "    costs[done] = J",
        "for group in range(1, groups):",
        "    for i in range(P):",
        "        gradient_P[i] += gradients[group, begin + i]",
        "t, alpha = t0 + done, alphas[done]",
        *update.lines,
        "if ranks > 1:",
        "    meet(counters, rank, ranks, 2 * done + 2)",
    ]
    function = [
        f"def steps({', '.join(arguments)}):",
        *_indented(
            [
                f"{', '.join(sizes)} = sizes",
                "whole = batch >= rows.shape[0]",
                "B = min(batch, rows.shape[0])",
                "groups = gradients.shape[0]",
                "largest = -(-B // parts)",
                *numbers,
                "begin, end = theta.size * rank // ranks, theta.size * (rank + 1) // ranks",
                "P = end - begin",
                *(f"{name}_P = {name}[begin:end]" for name in ("theta", *state)),
                "gradient_P = gradients[0, begin:end]",
                *_views(sizes, "", "theta"),
                *room,
                "panels = np.empty(ROOM, F)",
                "spare = np.empty(theta.size if parts > groups else 0, F)",
                "X_room = np.empty((0 if whole else B, n0), F)",
                f"Y_room = np.empty(n{L} * B, F)",
                *(["S_room = np.empty(B, F)"] if S else []),
                "for done in range(costs.size):",
                *_indented(body),
                "return costs.size, best_cost",
            ]
        ),
    ]
    head, decorator = compiled_engine.HEAD.format(dtype=dtype).rsplit("@njit", 1)
    return "\n".join([head.rstrip(), *lines, "", "", f"@njit{decorator.rstrip()}", *function, ""])


def _views(sizes: list[str], prefix: str, vector: str) -> list[str]:
    """Return the lines that name the layers' arrays in a flat vector."""
    L, at, lines = len(sizes) - 1, "0", []
    for letter, widths in (("W", [ONE, *sizes]), ("b", [ONE] * (L + 1))):
        for l in range(1, L + 1):
            end = f"{at} + n{l} * {widths[l]}".removeprefix("0 + ")
            lines.append(f"{prefix}{letter}{l} = view({vector}, {at}, n{l}, {widths[l]})")
            at = end
        if letter == "W":
            lines += [f"PW = {at}", f"{prefix}weights = {vector}[:PW]"]
            at = "PW"
    return lines


def _indented(lines: list[str]) -> list[str]:
    return [f"    {line}" for line in lines]
