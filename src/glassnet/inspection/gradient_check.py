"""The gradient check: slopes by central differences beside slopes by the equations, in float64, the worst one named.

The difference quotient has four points, so that its own error is of order h⁴:

    J'(theta) ≈ (8 (J(theta + h) - J(theta - h)) - (J(theta + 2h) - J(theta - 2h))) / 12h

Where the two slopes differ, smaller steps follow: a step may have crossed a kink of relu. A slope that is wrong stays
wrong. Where the slopes to the left and to the right differ, and the equations' lies between them, theta stands on a
kink itself; such entries are counted apart.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from glassnet import pages
from glassnet.arrays import numpy_namespace as xp
from glassnet.arrays.threads import blas_threads
from glassnet.core.activations import ACTIVATIONS, Activation
from glassnet.core.losses import LOSSES, Loss, losses_and_dZ
from glassnet.core.names import choose
from glassnet.core.parameters import Parameters
from glassnet.core.propagation import Objective, cost_only, propagate
from glassnet.text_table import fitted, wrapped
from glassnet.texts import told
from glassnet.typing import Array

STEPS = (3e-4, 1e-5, 1e-6)
THRESHOLD = 1e-6
ENTRIES = 50  # of each array, drawn where it has more
SAMPLES = 256  # so many show a wrong slope as well as all of them; each entry costs four passes


@dataclass(frozen=True)
class Entry:
    """One entry of an array and its two slopes."""

    array: str
    layer: int
    index: tuple[int, ...]
    numeric: float
    analytic: float
    difference: float  # relative


@dataclass(frozen=True)
class ArrayCheck:
    """What was found in one array."""

    array: str
    layer: int
    shape: tuple[int, ...]
    checked: int
    on_kinks: int
    worst: Entry


@dataclass(frozen=True)
class GradientCheck:
    """The outcome for every array; prints as a table.

    Parameters
    ----------
    arrays : tuple of ArrayCheck
        One line for each array.
    threshold : float
        Relative difference up to which two slopes are equal.
    """

    arrays: tuple[ArrayCheck, ...]
    threshold: float

    @property
    def worst(self) -> Entry:
        """The entry whose slopes differ most."""
        return max((line.worst for line in self.arrays), key=lambda entry: entry.difference)

    @property
    def ok(self) -> bool:
        """Whether all slopes that were compared are equal."""
        return self.worst.difference <= self.threshold

    @property
    def _cells(self) -> list[tuple[str, ...]]:
        head = ("slope", "shape", "checked", "on kinks", "worst entry", "numeric", "analytic", "difference", "")
        rows = (self._line(line, line.worst) for line in self.arrays)
        return [tuple(map(told, row)) for row in (head, *rows)]

    def _line(self, line: ArrayCheck, worst: Entry) -> tuple[str, ...]:
        size = int(np.prod(line.shape))
        checked = "all" if line.checked == size else f"{line.checked}/{size}"
        verdict = "ok" if worst.difference <= self.threshold else "WRONG"
        entry = f"[{', '.join(map(str, worst.index))}]"
        numbers = (f"{worst.numeric:.5g}", f"{worst.analytic:.5g}", f"{worst.difference:.1e}")
        return line.array, str(line.shape), checked, str(line.on_kinks or "-"), entry, *numbers, verdict

    @property
    def _verdict(self) -> str:
        w = self.worst
        if self.ok:
            return f"ok: no slope differs by more than {w.difference:.1e} (allowed: {self.threshold:.0e})"
        return (
            f"WRONG: {w.array}[{', '.join(map(str, w.index))}] is {w.analytic:.7g} by the equations, {w.numeric:.7g} "
            f"by differences: they differ by {w.difference:.1e} (allowed: {self.threshold:.0e})"
        )

    def __str__(self) -> str:
        right = set(map(told, ("numeric", "analytic", "difference")))
        return f"{fitted(self._cells, right=right)}\n{wrapped(told(self._verdict))}"

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return pages.page(pages.table(self._cells), pages.paragraph(self._verdict))


def check_gradients(
    theta: Parameters,
    X: Array,
    Y: Array,
    objective: Objective,
    D: list[Array | None],
    S: Array | None = None,
    *,
    entries: int = ENTRIES,
    seed: Any = 0,
    samples: int = SAMPLES,
    threshold: float = THRESHOLD,
) -> GradientCheck:
    """Compare dW and db by the equations with difference quotients of J; see `Network.check_gradients`.

    The pass is given as `propagate` takes it; a copy in float64 is checked. Of more than `samples` samples so many are
    drawn, but all are used where they have weights. The networks of a stack are checked side by side.
    """
    theta = theta.over(theta.vector.astype(np.float64))
    X, Y = X.astype(np.float64), Y.astype(np.float64)
    S = None if S is None else S.astype(np.float64)
    D = [None if M is None else M.astype(np.float64) for M in D]
    gradient, rng = theta.like(), np.random.default_rng(seed)
    if S is None and samples < X.shape[-1]:
        some = np.sort(rng.choice(X.shape[-1], samples, replace=False))
        X, Y, D = X[..., some], Y[..., some], [None if M is None else M[..., some] for M in D]

    data = (X, Y) if S is None else (X, Y, S)

    def J() -> Any:
        return cost_only(xp, theta, data, objective, D=D)

    lines = []
    with xp.quiet(), blas_threads(2 * X.shape[-1] * max(W.shape[-2] * W.shape[-1] for W in theta.W)):
        propagate(xp, theta, gradient, X, Y, objective, D, S)
        noise = np.finfo(float).eps * (1 + np.max(np.abs(J())))
        for l in theta.W.numbers:
            for letter in ("W", "b"):
                M, dM = getattr(theta, letter).views[l], getattr(gradient, letter).views[l]
                indices = _drawn(M.shape[theta.vector.ndim - 1 :], entries, rng)
                floor = 1e-3 * np.abs(dM).max()
                found = [_compare(_moved(J, M, index), dM[(..., *index)], floor, noise, threshold) for index in indices]
                lines.append(_summary(f"d{letter}[{l}]", l, dM, indices, found))
    return GradientCheck(tuple(lines), threshold)


def check_activation(activation: str | Activation, threshold: float = THRESHOLD) -> GradientCheck:
    """Check an entry of the table of activations: its slope, or softmax's `backward`, against differences of its value.

    Parameters
    ----------
    activation : str or Activation
        A name, with options if it has any, or an entry that is about to be put into the table.
    threshold : float
        Relative difference up to which two slopes are equal.

    Returns
    -------
    GradientCheck
        ``.ok``, and the entry whose slopes differ most.

    Examples
    --------
    >>> check_activation("tanh").ok
    True
    >>> from glassnet.core.activations import Activation
    >>> square = Activation(lambda xp, Z: Z * Z, lambda xp, Z, A: 1.9 * Z, "Z²", "2 Z")
    >>> check_activation(square).ok
    False
    """
    g = choose(ACTIVATIONS, activation, "activation")[1] if isinstance(activation, str) else activation
    Z = np.linspace(-4.05, 3.95, 33).reshape(3, 11)  # none of them 0, where the relu family bends
    with xp.quiet():
        if g.backward is None:
            slope = g.slope(xp, Z, g.value(xp, Z))  # type: ignore[misc]
            return _of_function("g'(Z)", lambda h: g.value(xp, Z + h), slope, threshold)
        dA = np.cos(Z)

        def weighted_sums(h: float) -> Array:  # of A's columns, where one entry of Z moves: dZ is their slope
            rows = np.eye(len(Z))[:, :, None]
            return np.stack([(dA * g.value(xp, Z + h * row)).sum(axis=0) for row in rows])

        return _of_function("dZ", weighted_sums, g.backward(xp, dA, g.value(xp, Z)), threshold)


def check_loss(loss: str | Loss, threshold: float = THRESHOLD) -> GradientCheck:
    """Check an entry of the table of losses: its slope, and dZ[L] = A[L] - Y of its pair, against differences.

    Parameters
    ----------
    loss : str or Loss
        A name, with options if it has any, or an entry that is about to be put into the table.
    threshold : float
        Relative difference up to which two slopes are equal.

    Returns
    -------
    GradientCheck
        ``.ok``, and the entry whose slopes differ most.
    """
    entry = choose(LOSSES, loss, "loss")[1] if isinstance(loss, str) else loss
    A = np.linspace(0.06, 0.91, 8).reshape(2, 4)
    Y = {
        "zero_one": np.array([[0.0, 1, 0, 1], [1, 1, 0, 0]]),
        "one_hot": np.array([[0.0, 1, 0, 1], [1, 0, 1, 0]]),
        "not_negative": np.array([[0.0, 1, 2, 3], [5, 0, 1, 4]]),
    }.get(entry.labels, np.array([[-1.5, 0.3, 2, 0.2], [0.55, -3, 0, 1]]))
    with xp.quiet():
        check = _of_function("dA", lambda h: entry.value(xp, A + h, Y), entry.slope(xp, A, Y), threshold)
        if (output := entry.pair) is None:
            return check
        g, Z = choose(ACTIVATIONS, output, "activation")[1], np.linspace(-2, 1.5, 8).reshape(2, 4)

        def losses(h: float) -> Array:  # of each sample, where one entry of Z[L] moves
            moved = [Z + h * row for row in np.eye(2)[:, :, None]]
            return np.stack([losses_and_dZ(xp, M, g.value(xp, M), Y, entry, output, g)[0].sum(0) for M in moved])

        dZ = losses_and_dZ(xp, Z, g.value(xp, Z), Y, entry, output, g)[1]
        pair = _of_function(f"dZ of {output}", losses, dZ, threshold)
    return GradientCheck((*check.arrays, *pair.arrays), threshold)


# ---------------------------------------------------------------- one entry, or many side by side
def _moved(J: Callable[[], Any], M: Array, index: tuple[int, ...]) -> Callable[[float], Any]:
    """Return J as a function of a step h that is added to one entry of M, of every network of a stack."""
    at: Any = (..., *index)  # NumPy's stubs know no such tuple
    entry = M[at].copy()

    def J_at(h: float) -> Any:
        M[at] = entry + h
        try:
            return J()
        finally:
            M[at] = entry

    return J_at


class _Slopes(NamedTuple):
    numeric: Array
    analytic: Array
    difference: Array
    kink: Array


def _compare(f: Callable[[float], Any], analytic: Any, floor: Any, noise: Any, threshold: float) -> _Slopes:
    """Compare the slope at 0 of f, whose value may be an array, with `analytic`; smaller steps where they differ."""
    shape, here = np.shape(analytic), f(0)
    best = _Slopes(analytic, analytic, np.full(shape, np.inf), np.zeros(shape, bool))
    for h in STEPS:
        numeric = (8 * (f(h) - f(-h)) - (f(2 * h) - f(-2 * h))) / (12 * h)
        size = np.maximum(np.abs(numeric) + np.abs(analytic), np.maximum(floor, 8 * noise / h / threshold))
        difference = np.abs(numeric - analytic) / size
        better = difference < best.difference
        best = best._replace(
            numeric=np.where(better, numeric, best.numeric), difference=np.where(better, difference, best.difference)
        )
        if np.all(best.difference <= threshold):
            return best
    left, right = (here - f(-h)) / h, (f(h) - here) / h
    margin = 8 * noise / h + threshold * (np.abs(left) + np.abs(right)) + 10 * h
    between = (np.minimum(left, right) - margin <= analytic) & (analytic <= np.maximum(left, right) + margin)
    kink = (best.difference > threshold) & (np.abs(left - right) > 4 * margin) & between
    return best._replace(difference=np.where(kink, 0, best.difference), kink=kink)


def _drawn(shape: tuple[int, ...], entries: int, rng: np.random.Generator) -> list[tuple[int, ...]]:
    size = int(np.prod(shape))
    flat = np.arange(size) if size <= entries else np.sort(rng.choice(size, entries, replace=False))
    return [tuple(int(i) for i in index) for index in np.stack(np.unravel_index(flat, shape), axis=-1)]


def _summary(
    name: str, layer: int, dM: Array, indices: Sequence[tuple[int, ...]], found: Sequence[_Slopes]
) -> ArrayCheck:
    """Sum up what was found at some entries of one array; the networks of a stack lead the index."""
    difference = np.stack([slopes.difference for slopes in found])  # (entries,) or (entries, k)
    first, *network = map(int, np.unravel_index(np.argmax(np.nan_to_num(difference, nan=np.inf)), difference.shape))
    slopes = found[first]
    worst = Entry(
        name, layer, (*network, *indices[first]),
        *(float(np.nan_to_num(part[tuple(network)], nan=np.inf)) for part in slopes[:3]),
    )  # fmt: skip
    return ArrayCheck(name, layer, dM.shape, difference.size, int(sum(np.sum(s.kink) for s in found)), worst)


def _of_function(name: str, f: Callable[[float], Array], analytic: Array, threshold: float) -> GradientCheck:
    """Check a function of a matrix entry by entry, all of them at once."""
    noise = np.finfo(float).eps * (1 + np.abs(f(0)).max())
    slopes = _compare(f, analytic, 1e-3 * np.abs(analytic).max(), noise, threshold)
    indices = [tuple(index) for index in np.ndindex(*analytic.shape)]
    parts = [np.broadcast_to(part, analytic.shape) for part in slopes]
    found = [_Slopes(*(np.asarray(part[index]) for part in parts)) for index in indices]
    return GradientCheck((_summary(name, 0, analytic, indices, found),), threshold)
