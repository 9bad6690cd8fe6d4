"""One number of a trace written out: the sum, product or function that it is, with numbers for letters."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from glassnet.arrays import numpy_namespace as xp
from glassnet.core.regularization import PENALTIES
from glassnet.errors import DataError, ShapeError, UnknownNameError
from glassnet.inspection.arrays import PassArrays

if TYPE_CHECKING:
    from glassnet.core.activations import Activation


def written_out(
    trace: PassArrays, letter: str, l: int, u: int, i: int, j: int, network: int, terms: int, digits: int
) -> str:
    """Return an entry of an array as "Z[2][1, 0] = 0.31*1.2 + ... + 0.1 = 0.47"; see `Trace.unit`."""
    if letter not in WRITTEN:
        raise UnknownNameError.among("array to write out", letter, WRITTEN)
    one = _Network(trace, network, terms, digits)
    first = 1 if trace.architecture.embedding is None or letter in ("Z", "dZ") else 0
    if not first <= l <= trace.architecture.L:
        raise ShapeError(f"layer: {letter} has the layers {first} to {trace.architecture.L}; got {l}")
    if trace.array(f"{letter}[{l}]") is None:
        raise DataError(f"{letter}[{l}]: the trace had no Y, so it has no way back; call trace(X, Y)")
    column = {"dW": j, "db": 0}.get(letter, i)
    rows, columns = one.array(letter, l).shape
    for what, index, size in (("unit", u, rows), ("input" if letter == "dW" else "sample", column, columns)):
        if not 0 <= index < size:
            raise ShapeError(f"{what}: {letter}[{l}] has {size}, counted from 0; got {index}")
    value = one.array(letter, l)[u, column]
    with xp.quiet():
        made_of = WRITTEN[letter](one, l, u, column)
    row = f"{one.group(u)}, {u % one.units}" if l == 0 and letter in ("dW", "db") else f"{u}"
    return f"{letter}[{l}][{row}, {column}] = {made_of} = {one.number(value)}"


class _Network:
    """One network of a trace, and how its numbers are written."""

    def __init__(self, trace: PassArrays, network: int, terms: int, digits: int) -> None:
        self.trace, self.network, self.terms, self.digits = trace, network, terms, digits
        self.L, self.g = trace.architecture.L, cast("list[Activation]", trace.architecture.g)
        self.groups, self.rows, self.units = trace.architecture.embedding or (0, 0, 1)

    def array(self, letter: str, l: int) -> Any:
        """Return this network's matrix; of an embedding's weights and biases a row for each unit of each group."""
        M = self.trace.array(f"{letter}[{l}]")
        if l == 0 and letter[-1] in "Wb":
            M = M.reshape(*M.shape[:-3], self.groups * self.units, M.shape[-1])
        return M if M.ndim == 2 else M[self.network]

    def group(self, u: int) -> int:
        """Return the embedding's group that a unit belongs to."""
        return u // self.units

    def taken(self, l: int, u: int) -> Any:
        """Return what unit u of layer l takes: A[l-1], or of an embedding the rows of X that are its group's."""
        if l > 0:
            return self.array("A", l - 1)
        start = self.group(u) * self.rows
        return self.setting(self.trace.X)[start : start + self.rows]

    def slopes(self, l: int) -> Any:
        """Return the slopes in what layer l sums up: dZ[l]; of an embedding, which has no activation, dA[0]."""
        return self.array("dZ" if l > 0 else "dA", l)

    def setting(self, M: Any) -> Any:
        """Return this network's own, or the one for all, of the sample weights or of a penalty's strength."""
        return M[self.network] if np.ndim(M) in (1, 3) else M

    def number(self, x: Any) -> str:
        return f"{float(x) + 0.0:.{self.digits}g}"  # never -0

    def apart(self, a: Any, *others: Any) -> str:
        """Write an answer with as many digits as its differences from other numbers need: 0.9999917 beside 1."""
        for digits in range(self.digits, max(17, self.digits) + 1):
            text = f"{float(a) + 0.0:.{digits}g}"
            if all(abs(float(text) - float(a)) <= 1e-3 * abs(float(a) - float(other)) for other in others):
                break
        return f"({text})" if a < 0 else text

    def factor(self, x: Any) -> str:
        """Write a number that stands after an operator."""
        return f"({self.number(x)})" if x < 0 else self.number(x)

    def total(self, products: list[str], *more: str) -> str:
        """Write a sum, its middle left out where it is long."""
        shown = products[: self.terms]
        left_out = [f"... ({len(products)} terms)"] if len(products) > len(shown) else []
        text = " + ".join([*shown, *left_out, *filter(None, more)])
        return text.replace("+ -", "- ")

    def products(self, left: Any, right: Any) -> list[str]:
        return [f"{self.number(p)}*{self.factor(q)}" for p, q in zip(left, right, strict=True)]

    def masked(self, text: str, l: int, u: int, i: int) -> str:
        """Write the dropout mask beside what it multiplies."""
        if self.trace.D is None or self.trace.D[l] is None:
            return text
        return f"({text})*{self.number(self.array('D', l)[u, i])}"

    def weighted(self, text: str, i: int) -> str:
        """Write the sample's weight beside what it multiplies."""
        return text if self.trace.S is None else f"({text})*{self.number(self.setting(self.trace.S)[0, i])}"

    @property
    def m(self) -> str:
        return str(self.trace.m) if self.trace.S is None else self.number(self.setting(self.trace.S).sum())

    @property
    def Y(self) -> Any:
        return self.setting(self.trace.Y)


def _Z(one: _Network, l: int, u: int, i: int) -> str:
    return one.total(one.products(one.array("W", l)[u], one.taken(l, u)[:, i]), one.number(one.array("b", l)[u, 0]))


def _A(one: _Network, l: int, u: int, i: int) -> str:
    if l == 0:
        embedded = one.groups * one.units
        return _Z(one, 0, u, i) if u < embedded else f"X[{one.groups * one.rows + u - embedded}, {i}]"
    z, name = one.array("Z", l)[:, i], one.trace.architecture.activations[l - 1]
    if one.g[l].slope is None:  # softmax
        return f"exp({one.number(z[u])}) / ({one.total([f'exp({one.number(other)})' for other in z])})"
    return one.masked(f"{name}({one.number(z[u])})", l, u, i)


def _dA(one: _Network, l: int, u: int, i: int) -> str:
    if l < one.L:
        return one.masked(one.total(one.products(one.array("W", l + 1)[:, u], one.array("dZ", l + 1)[:, i])), l, u, i)
    loss, a, y = one.trace.architecture.loss_entry, one.array("A", l)[u, i], one.Y[u, i]
    ends = (0, 1) if "1 - A" in loss.slope_formula else ()
    known = {"Y": one.factor(y), **{name: one.factor(value) for name, value in loss.options.items()}}
    return one.weighted(_filled(loss.slope_formula, {"A": one.apart(a, y, *ends), **known}), i)


def _filled(formula: str, numbers: Mapping[str, str]) -> str:
    """Return a formula with numbers for the names that are known."""
    return re.sub(r"[A-Za-z_]+", lambda name: numbers.get(name[0], name[0]), formula)


def _dZ(one: _Network, l: int, u: int, i: int) -> str:
    architecture, a, dA = one.trace.architecture, one.array("A", l)[:, i], one.array("dA", l)[:, i]
    if l == one.L and architecture.loss_entry.pair == architecture.output:
        return one.weighted(f"{one.apart(a[u], one.Y[u, i])} - {one.factor(one.Y[u, i])}", i)
    slope_of = one.g[l].slope
    if slope_of is None:
        return f"{one.number(a[u])}*({one.number(dA[u])} - ({one.total(one.products(dA, a))}))"
    Z = one.array("Z", l)[[u], [i]]
    slope = slope_of(xp, Z, one.g[l].value(xp, Z))[0]  # A itself may be masked
    return f"{one.number(dA[u])}*{one.factor(slope)}"


def _dW(one: _Network, l: int, u: int, j: int) -> str:
    w, strengths = one.array("W", l)[u, j], {name: one.setting(M) for name, M in one.trace.penalties.items()}
    return one.total(
        [f"1/{one.m}*({one.total(one.products(one.slopes(l)[u], one.taken(l, u)[j]))})"],
        *(
            f"{one.number(strength)}/{one.m}*{one.factor(PENALTIES[name].slope(xp, w, 1, 1))}"
            for name, strength in strengths.items()
            if strength
        ),
    )


def _db(one: _Network, l: int, u: int, column: int) -> str:
    return f"1/{one.m}*({one.total([one.number(dz) for dz in one.slopes(l)[u]])})"


_Writer = Callable[[_Network, int, int, int], str]
WRITTEN: dict[str, _Writer] = {
    "Z": _Z,
    "A": _A,
    "dA": _dA,
    "dZ": _dZ,
    "dW": _dW,
    "db": _db,
}
