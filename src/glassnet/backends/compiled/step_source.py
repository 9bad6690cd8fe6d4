"""The source of many steps in one function: the equations, recorded once with symbols, inside a frame of loops.

What is recorded is `core.propagation.propagate`, `core.regularization.transform_gradient` and the optimiser's update,
as they stand. The frame, `_STEPS`, adds what a step needs besides: gathering a batch and its dropout masks, checking
J, keeping the best theta.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import accumulate
from types import SimpleNamespace
from typing import Any

import numpy as np

from glassnet.backends.compiled import compiled_engine
from glassnet.backends.compiled.lowering import Source, lower
from glassnet.backends.compiled.tracing import ONE, Namespace, Program
from glassnet.core.propagation import Objective, propagate
from glassnet.core.regularization import transform_gradient

Array = Any

# The samples of a step are divided into `parts`, one after the other, which belong to `groups`. Each group has a
# gradient of its own; a thread, number `rank` of `ranks`, computes every ranks-th group. After a barrier each thread
# adds up the gradients and updates its own share of theta. Parts and groups do not depend on the number of threads, so
# the results do not either. A line <name> stands for several lines.
_STEPS = """
def steps({arguments}):
    {sizes} = sizes
    n_L = n{L}
    whole = batch >= rows.shape[0]
    B = min(batch, rows.shape[0])
    groups = gradients.shape[0]
    largest = -(-B // parts)
    begin, end = theta.size * rank // ranks, theta.size * (rank + 1) // ranks
    P = end - begin
    gradient_P = gradients[0, begin:end]
    <shares>
    <parameters>
    <workspace>
    panels = np.empty(PANELS, F)
    spare = np.empty(theta.size if parts > groups else 0, F)
    X_work = np.empty((0 if whole else B, n0), F)
    Y_work = np.empty(n_L * B, F)
    for done in range(costs.size):
        start = done * B
        m_all = B if whole else min(B, order.size - start)
        for group in range(rank, groups, ranks):
            first_part = group * parts // groups
            gradient = gradients[group] if parts == groups else spare
            <gradient views>
            for part in range(first_part, (group + 1) * parts // groups):
                low, high = m_all * part // parts, m_all * (part + 1) // parts
                m = high - low
                Y = matrix_view(Y_work, n_L * low, n_L, m)
                if whole:
                    X = matrix_view(rows, low * n0, m, n0).T
                else:
                    X = matrix_view(X_work, low * n0, m, n0).T
                <work views>
                if not whole or done == 0:
                    for q in range(m):
                        p = low + q if whole else order[start + low + q]
                        if not whole:
                            for i in range(n0):
                                X_work[low + q, i] = rows[p, i]
                        for i in range(n_L):
                            Y[i, q] = targets[i, p]
                        <gather weights>
                <gather masks>
                <slopes>
                shares[part] = J
                if parts > groups:
                    for i in range(theta.size):
                        gradients[group, i] = gradient[i] if part == first_part else gradients[group, i] + gradient[i]
        if ranks > 1:
            barrier(counters, rank, ranks, 2 * done + 1)
        total = 0.0
        for part in range(parts):
            total += shares[part]
        J = F(total)
        if not np.isfinite(J):
            return done, best_cost
        if watch and J < best_cost:
            best_cost = J
            for i in range(P):
                best[begin + i] = theta_P[i]
        if rank == 0:
            costs[done] = J
        for group in range(1, groups):
            for i in range(P):
                gradient_P[i] += gradients[group, begin + i]
        t, learning_rate = t0 + done, learning_rates[done]
        <update>
        if ranks > 1:
            barrier(counters, rank, ranks, 2 * done + 2)
    return costs.size, best_cost
"""


def step_source(
    objective: Objective,
    optimizer: Any,
    dtype: Any,
    *,
    weighted: bool,
    transforms: Collection[str] = (),
    dropped: tuple[int, ...] = (),
) -> str:
    """Write the module whose function `steps` trains such a network.

    Sizes and strengths are no part of it: one compiled module serves all networks with the same arguments.

    Parameters
    ----------
    objective : Objective
        Activations, loss and penalties.
    optimizer : Optimizer
        A row of the table of optimisers, options bound.
    dtype : numpy dtype
        Type of every number.
    weighted : bool
        Whether samples have weights.
    transforms : collection of str
        Names of the gradient transforms, in their order.
    dropped : tuple of int
        Layers with dropout masks.

    Returns
    -------
    str
        The module's source.

    Raises
    ------
    NotImplementedError
        If a row of a table needs what symbols cannot record.
    """
    L = len(objective.g) - 1
    sizes = [f"n{l}" for l in range(L + 1)]
    slopes, update = _slopes(objective, dtype, sizes, weighted, dropped), _update(optimizer, dtype, transforms)
    workspace, views = _workspace([slopes, update], weighted, dropped)
    blocks = {
        "shares": [
            *(f"{name}_share = strengths[{i}] / parts" for i, name in enumerate(objective.penalties)),
            *(f"{name} = limits[{i}]" for i, name in enumerate(transforms)),
            *(f"{name}_P = {name}[begin:end]" for name in ("theta", *optimizer.state)),
        ],
        "parameters": _layer_views(sizes, "", "theta"),
        "workspace": workspace,
        "gradient views": _layer_views(sizes, "d", "gradient"),
        "work views": views,
        "gather weights": ["S[0, q] = weights_of_samples[0, p]"][:weighted],
        "gather masks": _gathered_masks(dropped),
        "slopes": slopes.lines,
        "update": update.lines,
    }  # fmt: skip
    arguments = ", ".join(_arguments(optimizer.state, weighted, dropped))
    frame = _STEPS.format(arguments=arguments, sizes=", ".join(sizes), L=L)
    return "\n".join([_head(np.dtype(dtype).name, [slopes, update]), *_filled(frame, blocks), ""])


def _slopes(objective: Objective, dtype: Any, sizes: list[str], weighted: bool, dropped: tuple[int, ...]) -> Source:
    """Record a pass: J, and the gradient."""
    L, program = len(sizes) - 1, Program(dtype)
    program.counts["m"] = "m_all"  # the equations divide by the samples of the step, the loops run over those of a part

    def layers(letter: str, prefix: str = "") -> Any:
        columns = [ONE, *sizes[:-1]] if letter == "W" else [ONE] * (L + 1)
        views = [program.input(f"{prefix}{letter}{l}", (sizes[l], columns[l])) for l in range(1, L + 1)]
        return SimpleNamespace(views=[None, *views])

    theta: Any = SimpleNamespace(W=layers("W"), b=layers("b"), weights=program.input("weights", ("PW",)))
    gradient: Any = _Gradient(program, layers("W", "d"), layers("b", "d"))
    traced = objective._replace(penalties={name: program.input(f"{name}_share", ()) for name in objective.penalties})
    X, Y = program.input("X", (sizes[0], "m")), program.input("Y", (sizes[L], "m"))
    S = program.input("S", (ONE, "m")) if weighted else None
    D = [program.input(f"D{l}", (sizes[l], "m")) if l in dropped else None for l in range(L + 1)]
    J = propagate(Namespace(), theta, gradient, X, Y, traced, D, S).J
    return lower(program, {"J": J})


def _update(optimizer: Any, dtype: Any, transforms: Collection[str]) -> Source:
    """Record what follows the pass: the gradient transforms, and the optimiser's step."""
    xp, program = Namespace(), Program(dtype)
    gradient = _Gradient(program)
    transform_gradient(xp, gradient, {name: program.input(name, ()) for name in transforms})
    flat = program.input("theta_P", ("P",)), gradient.vector
    memory = {name: program.input(f"{name}_P", ("P",)) for name in optimizer.state}
    optimizer.update(xp, *flat, memory, program.input("t", ()), program.input("learning_rate", ()))
    return lower(program, {}, "u")


class _Gradient:
    """The gradient's arrays; a flat one is read anew each time, so that it holds what was written before."""

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


# ---------------------------------------------------------------- lines of the module
def _head(dtype: str, sources: Iterable[Source]) -> str:
    """Return the lines above the function `steps`: imports, constants, decorator."""
    head, decorator = compiled_engine.HEAD.format(dtype=dtype).rsplit("@njit", 1)
    constants = {name: value for source in sources for value, name in source.constants.items()}
    lines = [f"{name} = F({value!r})" for name, value in constants.items()]
    return "\n".join([head.rstrip(), *lines, "", "", f"@njit{decorator.rstrip()}"])


def _arguments(state: Iterable[str], weighted: bool, dropped: tuple[int, ...]) -> list[str]:
    """Return the names of the arguments of `steps`."""
    return [
        *("kernel", "sizes", "theta", "gradients", *state, "rows", "targets", *["weights_of_samples"][:weighted]),
        *("order", "batch", *(["masks"] if dropped else []), "learning_rates", "t0", "strengths", "limits", "costs"),
        *("best", "best_cost", "watch", "parts", "shares", "counters", "rank", "ranks"),
    ]


def _filled(template: str, blocks: dict[str, list[str]]) -> list[str]:
    """Put the blocks in place of the lines <name>, as far to the right as those."""
    lines: list[str] = []
    for line in template.strip().splitlines():
        name = line.strip()
        if name.startswith("<"):
            lines += [line.replace(name, block_line) for block_line in blocks[name[1:-1]]]
        else:
            lines.append(line)
    return lines


def _workspace(sources: Iterable[Source], weighted: bool, dropped: tuple[int, ...]) -> tuple[list[str], list[str]]:
    """Return the lines that allocate the arrays, large enough for every part, and those that name a part's views."""
    arrays, views = [f"D{l}_work = np.empty(n{l} * largest, F)" for l in dropped], []
    if weighted:
        arrays.append("S_work = np.empty(B, F)")
        views.append("S = matrix_view(S_work, low, 1, m)")
    for name, dims in (item for source in sources for item in source.work.items()):
        if "m" in dims:
            arrays.append(f"{name}_work = np.empty({' * '.join(dims).replace('m', 'largest')}, F)")
            views.append(f"{name} = matrix_view({name}_work, 0, {', '.join(dims)})")
        else:
            arrays.append(f"{name} = np.empty(({', '.join(dims)}), F)")
    return arrays, views


def _gathered_masks(dropped: tuple[int, ...]) -> list[str]:
    """Return the lines that take a part's columns of the dropout masks, which lie one after the other."""
    lines: list[str] = []
    for l, before in zip(dropped, accumulate((f"n{l}" for l in dropped), "{} + {}".format, initial="0"), strict=False):
        lines += [
            f"D{l} = matrix_view(D{l}_work, 0, n{l}, m)",
            f"drawn = matrix_view(masks, done * masks.shape[1] + ({before}) * m_all, n{l}, m_all)",
            f"for i in range(n{l}):",
            "    for q in range(m):",
            f"        D{l}[i, q] = drawn[i, low + q]",
        ]
    return lines


def _layer_views(sizes: list[str], prefix: str, vector: str) -> list[str]:
    """Return the lines that name the layers' arrays in a flat vector."""
    L, at, lines = len(sizes) - 1, "0", []
    for letter, widths in (("W", [ONE, *sizes]), ("b", [ONE] * (L + 1))):
        for l in range(1, L + 1):
            end = f"{at} + n{l} * {widths[l]}".removeprefix("0 + ")
            lines.append(f"{prefix}{letter}{l} = matrix_view({vector}, {at}, n{l}, {widths[l]})")
            at = end
        if letter == "W":
            lines += [f"PW = {at}", f"{prefix}weights = {vector}[:PW]"]
            at = "PW"
    return lines
