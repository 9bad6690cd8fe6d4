"""One pass over a batch: from X and Y to the cost J, every array, and the gradient of J."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from glassnet.core.activations import Activation
from glassnet.core.architecture import Architecture
from glassnet.core.equations import backward, cost, forward
from glassnet.core.losses import Loss, losses_and_dZ
from glassnet.core.parameters import Parameters
from glassnet.core.regularization import PENALTIES

Array = Any

LEAST_BLOCK = 256  # samples: products of fewer are less efficient


class Objective(NamedTuple):
    """The parts of the cost, looked up once before a run."""

    g: list[Activation | None]
    output: str
    loss: Loss
    penalties: Mapping[str, Any] = {}  # name -> strength: a number, or (k,), one for each network
    names: tuple[str, ...] = ()  # activations and loss with their options; they identify the objective

    @classmethod
    def of(cls, architecture: Architecture, **strengths: Any) -> Objective:
        """Look up the activations and the loss of an architecture; penalties of strength 0 are left out."""
        names = (*architecture.activations, architecture.loss)
        penalties = {name: strength for name, strength in strengths.items() if np.any(strength)}
        return cls(architecture.g, architecture.output, architecture.loss_entry, penalties, names)


class Whole(NamedTuple):
    """The samples of a whole step, of which a pass may have only a part: what its means are divided by.

    Attributes
    ----------
    m : int, or array (1, 1) or (k, 1, 1)
        Samples, or the sum of their weights: what dW and db are divided by.
    m_J : number, or array (k,)
        The same for J.
    """

    m: Any
    m_J: Any

    @classmethod
    def of(cls, xp: Any, m: int, S: Array | None) -> Whole:
        """Return that of m samples with weights S; where all are 0, slopes are 0."""
        if S is None:
            return cls(m, m)
        sums, total = xp.row_sums(S), xp.total(S)  # (1, 1) or (k, 1, 1); a number or (k,)
        return cls(xp.where(sums > 0, sums, 1), xp.where(total > 0, total, 1))


class Pass(NamedTuple):
    """Every array of one pass, lists counted from layer 1; Z[0] is X, and so is A[0] without an embedding."""

    J: Any
    A: list[Array]
    Z: list[Array]
    dA: list[Array]
    dZ: list[Array]


def propagate(
    xp: Any,
    theta: Parameters,
    gradient: Parameters,
    X: Array,
    Y: Array,
    objective: Objective,
    D: list[Array],
    S: Array | None = None,
    whole: Whole | None = None,
) -> Pass:
    """Run the equations forward and backward.

    Parameters
    ----------
    xp : namespace
        The engine's array namespace.
    theta, gradient : Parameters
        The network's numbers; the arrays into which the gradient of J is written.
    X, Y : array (n[0], m), (n[L], m)
        One column per sample; with an embedding X has the rows that it takes.
    objective : Objective
        Activations, loss and penalties.
    D : list of array (n[l], m) or None
        Dropout masks.
    S : array (1, m) or (k, 1, m), optional
        Sample weights; J is then the weighted mean.
    whole : Whole, optional
        Where X has only some of a step's samples; J and the gradient are then shares, which add up to the whole's.

    Returns
    -------
    Pass
        The cost and the arrays that led to it.
    """
    W, b, g = theta.W.views, theta.b.views, objective.g
    A, Z = forward(xp, X, W, b, g, D)
    losses, dZ_last = losses_and_dZ(xp, Z[-1], A[-1], Y, objective.loss, objective.output, g[-1])
    m, m_J = Whole.of(xp, X.shape[-1], S) if whole is None else whole
    if S is not None:
        losses, dZ_last = losses * S, dZ_last * S
    dA, dZ = backward(xp, dZ_last, A, Z, W, g, D, m, gradient.W.views, gradient.b.views)
    J = total_cost(xp, theta, cost(xp, losses, m_J), m_J, objective)
    m_W = m if S is None else m[..., 0]  # broadcasts over the flat weights
    for name, strength in objective.penalties.items():
        gradient.weights += PENALTIES[name].slope(xp, theta.weights, _column(strength), m_W)
    return Pass(J, A, Z, dA, dZ)


def total_cost(xp: Any, theta: Parameters, mean_loss: Any, m: Any, objective: Objective) -> Any:
    """Return J: the mean loss over m samples, plus the penalties."""
    strengths = objective.penalties.items()
    return mean_loss + sum([PENALTIES[name].value(xp, theta.weights, strength, m) for name, strength in strengths])


def cost_only(
    xp: Any,
    theta: Parameters,
    data: tuple[Array, ...],
    objective: Objective,
    answers: list[Array] | None = None,
    D: list[Array] | None = None,
    m: Any = None,
) -> Any:
    """Return J on data (X, Y) or (X, Y, S) without going backward, block by block of samples.

    A[L] of each block is appended to `answers`, where it is given; without `D` nothing is dropped. Where the data are
    a part of some, `m` is the number of them all, or the sum of their weights.
    """
    X, Y, S = data if len(data) == 3 else (*data, None)
    if m is None:
        m = X.shape[-1] if S is None else xp.total(S)
    mean_loss: Any = 0
    for block in blocks_of(xp, theta, X):
        masks = [None if M is None else M[block] for M in D or [None] * len(theta.W)]
        A, Z = forward(xp, X[block], theta.W.views, theta.b.views, objective.g, masks)
        losses, _ = losses_and_dZ(xp, Z[-1], A[-1], Y[block], objective.loss, objective.output, objective.g[-1])
        mean_loss = mean_loss + cost(xp, losses if S is None else losses * S[block], m)
        if answers is not None:
            answers.append(A[-1])
    return total_cost(xp, theta, mean_loss, m, objective)


def blocks_of(xp: Any, theta: Parameters, X: Array, samples: Array | None = None) -> list[Any]:
    """Return the blocks of a pass over X, or over some of its samples; expanded features are bounded as Z and A are."""
    m = X.shape[-1] if samples is None else len(samples)
    found = blocks(xp, theta, m, getattr(X, "bytes_of_a_sample", 0))
    return found if samples is None else [(..., samples[block[-1]]) for block in found]


def blocks(xp: Any, theta: Parameters, m: int, expanded: int = 0) -> list[Any]:
    """Return the blocks of samples of a pass without backward propagation, as indices of the last axis.

    Z and A of a block take `CACHE` bytes of the engine at most, and so do features of `expanded` bytes a sample, so
    that memory does not grow with m. The size of a block depends only on the network; an engine without `CACHE` takes
    all samples at once.
    """
    cache = getattr(xp, "CACHE", None)
    if cache is None:
        return [(..., slice(None))]
    of_a_sample = max(2 * sum(theta.b[l].nbytes for l in theta.b.numbers), expanded)
    size = max(cache // of_a_sample, LEAST_BLOCK)
    return [(..., slice(start, start + size)) for start in range(0, m, size)]


def _column(strength: Any) -> Any:
    """Return one number for each network as (k, 1), which broadcasts over the flat weights; one for all as it is."""
    return strength[:, None] if getattr(strength, "ndim", 0) else strength
