"""One whole pass over a batch: X and Y in, the cost J, every array and the gradient of J out."""

from __future__ import annotations

from typing import Any, NamedTuple

from glassnet.core.activations import Activation
from glassnet.core.architecture import Architecture
from glassnet.core.equations import backward, cost, forward
from glassnet.core.losses import Loss, losses_and_dZ
from glassnet.core.parameters import Parameters
from glassnet.core.regularization import l1_penalty, l1_slope, l2_penalty, l2_slope

Array = Any

LEAST_SAMPLES = 256  # of a block: with fewer, products take longer than their operations


class Objective(NamedTuple):
    """What the cost is made of, looked up once before a run."""

    g: list[Activation | None]
    output: str
    loss: Loss
    l2: Any = 0.0  # a number, or (k,): one for each network
    l1: Any = 0.0
    names: tuple[str, ...] = ()  # activations and loss as they were chosen: what distinguishes two objectives

    @classmethod
    def of(cls, architecture: Architecture, l2: Any = 0.0, l1: Any = 0.0) -> Objective:
        """Look up the activations and the loss of an architecture."""
        names = (*architecture.activations, architecture.loss)
        return cls(architecture.g, architecture.output, architecture.loss_entry, l2, l1, names)


class Pass(NamedTuple):
    """Every array of one pass, lists counted from layer 1; A[0] is X."""

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
) -> Pass:
    """Run the equations forward and backward.

    Parameters
    ----------
    xp : namespace
        The engine's array namespace.
    theta, gradient : Parameters
        The network's numbers; where the slopes of J are written.
    X, Y : array (n[0], m), (n[L], m)
        One column per sample.
    objective : Objective
        Activations, loss and penalties.
    D : list of array (n[l], m) or None
        Dropout masks.
    S : array (1, m) or (k, 1, m), optional
        Sample weights; J is then the weighted mean.

    Returns
    -------
    Pass
        The cost and the arrays that led to it.
    """
    W, b, g = theta.W.views, theta.b.views, objective.g
    A, Z = forward(xp, X, W, b, g, D)
    losses, dZ_last = losses_and_dZ(xp, Z[-1], A[-1], Y, objective.loss, objective.output, g[-1])
    m = m_J = X.shape[-1]
    if S is not None:
        losses, dZ_last = losses * S, dZ_last * S
        m, m_J = xp.row_sums(S), xp.total(S)  # (1, 1) or (k, 1, 1); a number or (k,)
        m, m_J = xp.where(m > 0, m, 1), xp.where(m_J > 0, m_J, 1)  # a batch may hold no weight: its slopes are 0
    dA, dZ = backward(xp, dZ_last, A, Z, W, g, D, m, gradient.W.views, gradient.b.views)
    J = cost(xp, losses, m_J) + penalties(xp, theta, objective, m_J)
    m_W = m if S is None else m[..., 0]  # to stand beside the flat weights
    if _is_used(objective.l2):
        gradient.weights += l2_slope(xp, theta.weights, _column(objective.l2), m_W)
    if _is_used(objective.l1):
        gradient.weights += l1_slope(xp, theta.weights, _column(objective.l1), m_W)
    return Pass(J, A, Z, dA, dZ)


def cost_only(
    xp: Any, theta: Parameters, data: tuple[Array, ...], objective: Objective, answers: list[Array] | None = None
) -> Any:
    """Return J on data (X, Y) or (X, Y, S), without dropout and without going backward; block by block of samples.

    A[L] of each block is appended to `answers`, where it is given.
    """
    X, Y, S = data if len(data) == 3 else (*data, None)
    m = X.shape[-1] if S is None else xp.total(S)
    J: Any = 0
    for block in blocks(xp, theta, X.shape[-1]):
        A, Z = forward(xp, X[block], theta.W.views, theta.b.views, objective.g, [None] * len(theta.W))
        losses, _ = losses_and_dZ(xp, Z[-1], A[-1], Y[block], objective.loss, objective.output, objective.g[-1])
        J = J + cost(xp, losses if S is None else losses * S[block], m)
        if answers is not None:
            answers.append(A[-1])
    return J + penalties(xp, theta, objective, m)


def blocks(xp: Any, theta: Parameters, m: int) -> list[Any]:
    """Return the parts into which a pass without a way back divides m samples, as indices of the last axis.

    What a part needs for Z and A fits into the engine's `CACHE`, so that memory does not grow with m. A part's size
    depends on the network alone; an engine that names no cache takes all samples at once.
    """
    room = getattr(xp, "CACHE", None)
    if room is None:
        return [(..., slice(None))]
    of_a_sample = 2 * sum(b.nbytes for b in theta.b)
    size = max(room // of_a_sample, LEAST_SAMPLES)
    return [(..., slice(start, start + size)) for start in range(0, m, size)]


def penalties(xp: Any, theta: Parameters, objective: Objective, m: Any) -> Any:
    """Return what the penalties add to J."""
    added: Any = 0
    if _is_used(objective.l2):
        added = added + l2_penalty(xp, theta.weights, objective.l2, m)
    if _is_used(objective.l1):
        added = added + l1_penalty(xp, theta.weights, objective.l1, m)
    return added


def _is_used(strength: Any) -> bool:
    return bool(getattr(strength, "ndim", 0) or strength)


def _column(strength: Any) -> Any:
    """Return one number for each network as (k, 1), to stand beside the flat weights; one for all as it is."""
    return strength[:, None] if getattr(strength, "ndim", 0) else strength
